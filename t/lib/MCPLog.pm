# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPLog;

# An error log under watch: what stands in it since the last look that should
# not be there.
#
#   my $log = MCPLog->new('t/logs/error_log', offset_file => ...);
#   $log->expect(qr/MCP00123/);        may appear
#   $log->secret($token);              must not appear
#   my @problems = $log->problems;

use strict;
use warnings;

my $crash = qr/
    AH0005[0-2] | Segmentation\ fault | exit\ signal | \bAborted\b
  | Sanitizer | :\ runtime\ error: | stack\ smashing | buffer\ overflow
  | double\ free | malloc\(\) | free\(\): | [Aa]ssertion\ .*\ failed
/x;
my $ours   = qr/\[\w*:(?:warn|error|crit|alert|emerg)\].*\bMCP\d{5}\b/;
my $severe = qr/\[\w*:(?:crit|alert|emerg)\]/;

sub new {
    my ($class, $path, %o) = @_;
    my $self = bless {path => $path, offset_file => $o{offset_file},
        offset => 0, expected => [], secrets => {}}, $class;
    if ($o{offset_file} && open my $in, '<', $o{offset_file}) {
        $self->{offset} = <$in> || 0;
    }
    return $self;
}

sub expect {
    my ($self, @patterns) = @_;
    push @{$self->{expected}}, @patterns;
}

# Short words and the one password that is a word are in logs by chance.
sub secret {
    my ($self, @values) = @_;
    for (grep { defined && length >= 8 && $_ ne 'password' } @values) {
        $self->{secrets}{$_} = 1;
    }
}

# The lines since the last problems().
sub lines {
    my $self = shift;
    open my $in, '<:raw', $self->{path} or return;
    seek $in, $self->{offset}, 0;
    my @lines = <$in>;
    chomp @lines;
    return @lines;
}

sub problems {
    my $self = shift;
    my @problems;
    my @lines = $self->lines;
    my @secrets = map quotemeta, keys %{$self->{secrets}};
    my $leak = @secrets ? join '|', @secrets : '(?!)';

    for my $line (@lines) {
        if ($line =~ /($leak)/) {
            push @problems, "leaks a secret: $line";
            next;
        }
        next unless $line =~ $crash || $line =~ $ours || $line =~ $severe;
        next if grep { $line =~ $_ } @{$self->{expected}};
        push @problems, $line;
    }
    $self->{offset} = -s $self->{path} || 0;
    if ($self->{offset_file} && open my $out, '>', $self->{offset_file}) {
        print $out $self->{offset};
    }
    return @problems;
}

1;
