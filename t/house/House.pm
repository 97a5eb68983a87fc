# Licensed under the Apache License, Version 2.0; see LICENSE.
package House;

# The source as the house tests look at it.
#
# A line that breaks a rule for a reason says so, on it or on the line before:
#     /* house: REASON */

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Find ();

our $root = abs_path(dirname(__FILE__) . '/../..');

# The paths below a folder of the root whose names end so; sorted.
sub files {
    my ($under, $ends, $top) = (@_, $root);
    my @found;
    return () unless -d "$top/$under";
    File::Find::find({no_chdir => 1, wanted => sub {
        if ($_ =~ m{/(?:node_modules|logs|\.git)$}) {
            $File::Find::prune = 1;
        }
        elsif (-f $_ && /$ends/) {
            push @found, substr $_, length($top) + 1;
        }
    }}, "$top/$under");
    return sort @found;
}

sub sources { return files('mod_mcp_oauth', qr/\.[ch]$/, @_) }

sub slurp {
    my ($file, $top) = (@_, $root);
    open my $in, '<', "$top/$file" or die "$file: $!";
    local $/;
    return scalar <$in>;
}

sub lines { return split /\n/, slurp(@_), -1 }

# The text with comments blanked, lines kept.
sub code {
    my $text = shift;
    $text =~ s{("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(/\*.*?\*/)}{
        if (defined $1) { $1 }
        else { (my $blank = $2) =~ s/[^\n]/ /g; $blank }
    }gse;
    return $text;
}

# Whether line n (from 1) is excused with a reason.
sub excused {
    my ($lines, $n) = @_;
    return grep { defined && m{house:\s*\S+(?:\s+\S+){2}} }
        $lines->[$n - 1], $n > 1 ? $lines->[$n - 2] : undef;
}

# What a file includes: [line, "path" or <path> without its marks, is local]
sub includes {
    my $n = 0;
    return map {
        $n++;
        /^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)/
            ? [$n, $1 // $2, defined $1] : ()
    } lines(@_);
}

# The functions of a C file: {name, line, length, arguments}
sub functions {
    my $code = code(slurp(@_));
    my @lines = split /\n/, $code, -1;
    my @functions;
    for my $open (grep { $lines[$_] eq '{' } 0 .. $#lines) {
        my $start = $open;
        $start-- while $start > 0
            && $lines[$start - 1] !~ /^\s*$|^[}#]|;\s*$/;
        my $head = join ' ', @lines[$start .. $open - 1];
        $head =~ /(\w+)\s*\((.*)\)[^()]*$/s or next;
        my ($name, $arguments) = ($1, $2);
        my $close = $open;
        $close++ until $close > $#lines || $lines[$close] eq '}';
        1 while $arguments =~ s/\([^()]*\)//g;
        my $count = $arguments =~ /^\s*(?:void)?\s*$/ ? 0
            : 1 + ($arguments =~ tr/,//);
        push @functions, {name => $name, line => $start + 1,
            length => $close - $open - 1, arguments => $count};
    }
    return @functions;
}

# Every numbered log line: {file, line, level, number, text}. A number stands
# in a call of mcp_ctx_log(..., LEVEL, NUMBER, "text" ...), or in the text
# itself or a macro: MCP_LOGNO(12) "text".
sub log_calls {
    my $top = shift // $root;
    my @calls;
    for my $file (grep { !m{/ctx\.[ch]$} } sources($top)) {
        my $code = code(slurp($file, $top));
        while ($code =~ /\b(mcp_ctx_log|ap_log_\w*error|\w+_log)\s*\(/g) {
            my $at = $-[0];
            my $rest = substr $code, pos $code, 2000;
            my $depth = 1;
            my $call = '';
            while ($rest =~ /\G("(?:[^"\\]|\\.)*"|[^"()]+|[()])/gc) {
                $depth += $1 eq '(' ? 1 : $1 eq ')' ? -1 : 0;
                last unless $depth;
                $call .= $1;
            }
            my ($number) = $call =~ /\bMCP_(?:LOG_)?\w+\s*,\s*(\d+)\s*,/;
            ($number) = $call =~ /\bMCP_?LOGNO\((\d+)\)/
                unless defined $number;
            ($number) = $call =~ /"MCP(\d{5}): / unless defined $number;
            next unless defined $number;
            my ($level) = $call =~ /\b(?:MCP_LOG|APLOG)_(\w+)/;
            push @calls, {file => $file, number => $number + 0,
                line => 1 + (substr($code, 0, $at) =~ tr/\n//),
                level => uc($level // ''),
                text => join('', $call =~ /"((?:[^"\\]|\\.)*)"/g)};
        }
    }
    return @calls;
}

1;
