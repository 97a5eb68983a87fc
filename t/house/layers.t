#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# House rules 1, 2 and 21: who may include whom.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use House;
use Test::More;

# Folders of one level do not know each other.
my %level = (base => 0, net => 1, jose => 1, store => 1, live => 1, idp => 2,
    oauth => 3, mcp => 3, tool => 4, page => 5, config => 6, server => 7);
# The mcpctl command is above some of them alone.
my %ctl = map { $_ => 1 } qw(base net jose store live idp oauth);

# What comes from outside, and where. libc and APR are everywhere.
my @foreign = (
    ['jansson',  qr{^jansson},          qr{^(?:base/json|demo/task_file)\.c$}],
    ['OpenSSL',  qr{^openssl/},         qr{^(?:base/(?:digest|random)\.c|jose/|store/(?:seal|redis_tls)\.c)}],
    ['cjose',    qr{^cjose/},           qr{^jose/}],
    ['SQLite',   qr{^sqlite3},          qr{^store/sqlite}],
    ['PCRE2',    qr{^pcre},             qr{^base/schema\.c$}],
    ['libcurl',  qr{^curl/},            qr{^net/curl}],
    ['hiredis',  qr{^hiredis/},         qr{^store/redis}],
    ['httpd',    qr{^(?:httpd|http_|ap_|mod_(?!mcp_oauth\.h)|util_|mpm|scoreboard|unixd|os\.h)},
        qr{^(?:server|config|demo)/|^mod_mcp_oauth\.c$}],
);

my @files = House::sources();
plan skip_all => 'no source' unless @files;
my (@wrong, %uses);

for my $file (@files) {
    (my $path = $file) =~ s{^mod_mcp_oauth/}{};
    my ($folder) = $path =~ m{^(\w+)/};
    my @lines = House::lines($file);
    for (House::includes($file)) {
        my ($n, $name, $local) = @$_;
        next if House::excused(\@lines, $n);
        for (@foreign) {
            my ($library, $header, $where) = @$_;
            push @wrong, "$file:$n includes $name: $library is not for it"
                if $name =~ $header && $path !~ $where;
        }
        next if !$local;
        push @wrong, "$file:$n: \"$name\" is not in the source"
            unless -e "$House::root/mod_mcp_oauth/$name"
            || $name eq 'page/embedded.h';
        next if $name =~ /\.def$/;
        $uses{$path}{$name} = 1;
        my ($other) = $name =~ m{^(\w+)/};
        next if $path eq 'mod_mcp_oauth.c' || !defined $other;
        if (($folder // '') eq 'demo') {
            next if $other eq 'demo';
            push @wrong, "$file:$n includes $name: the demo has the public "
                . 'header alone';
            next;
        }
        next unless defined $folder && $folder ne $other;
        if ($folder eq 'ctl') {
            push @wrong, "$file:$n includes $name: that is not of layers 0 to 3"
                unless $ctl{$other};
            next;
        }
        push @wrong, "$file:$n includes $name: that is not a lower layer"
            unless defined $level{$folder} && defined $level{$other}
            && $level{$other} < $level{$folder};
    }
}
ok(!@wrong, 'rules 1, 2, 21: every include goes down, foreign headers stay in '
    . 'their file') or diag join "\n", @wrong;

# Cycles of headers, files and folders.
sub cycle {
    my ($graph) = @_;
    my (%state, @path);
    my $visit;
    $visit = sub {
        my $node = shift;
        return if ($state{$node} // '') eq 'done';
        push @path, $node;
        return 1 if ($state{$node} // '') eq 'open';
        $state{$node} = 'open';
        for (sort keys %{$graph->{$node} || {}}) {
            return 1 if $visit->($_);
        }
        $state{$node} = 'done';
        pop @path;
        return;
    };
    for (sort keys %$graph) {
        return "@path" if $visit->($_);
    }
    return '';
}
is(cycle(\%uses), '', 'no include cycle between files');
my %folders;
for my $file (keys %uses) {
    my ($from) = $file =~ m{^(\w+)/} or next;
    for (keys %{$uses{$file}}) {
        my ($to) = m{^(\w+)/} or next;
        $folders{$from}{$to} = 1 if $from ne $to;
    }
}
is(cycle(\%folders), '', 'no include cycle between folders');
done_testing();
