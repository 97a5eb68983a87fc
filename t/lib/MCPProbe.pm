# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPProbe;

# A server of several children that offers what t/c-modules/probe does, and what
# its tests do again and again.
#
#   my $s = probe_server(config => $text);     it runs
#   my $child = child_of($s, $stream);         who holds an open stream
#   my ($child, $r) = handled($s, sub { a request; its response });
#   elsewhere($s, $child, sub { a request });  until another child has handled it
#   my $label = label();                       for tools, new each time
#   awaits_note($s, $label, 'is done');        what the tool notes in the log
#   told_of(@messages)                         each in a few words

use strict;
use warnings;
use Carp qw(croak);
use Exporter 'import';
use File::Basename qw(dirname);
use MCPAnswer qw(json_text);
use MCPServer;
use MCPStream;

our @EXPORT = qw(probe_server child_of handled elsewhere label noted
    awaits_note told_of);

our $CHILDREN = <<'END';
CustomLog "${ROOT}/logs/children" "%P %{X-Round}i"
Include "${CONF}/probe.conf"
<IfModule !mpm_prefork_module>
    StartServers     3
    MinSpareThreads 24
</IfModule>
<IfModule mpm_prefork_module>
    StartServers    12
    MinSpareServers 12
</IfModule>
END

sub probe_server {
    my (%o) = @_;
    my $server = MCPServer->new(%o, config => $CHILDREN . ($o{config} // ''));
    $server->start;
    $server->await('three children', sub { 2 < $server->children });
    return $server;
}

# -- children ----------------------------------------------------------------

sub inode_of {
    my ($server, $port) = @_;
    my $pair = sprintf '[0-9A-F]{8}:%04X [0-9A-F]{8}:%04X', $server->port,
        $port;
    open my $in, '<', '/proc/net/tcp' or croak $!;
    my ($row) = grep { /^ *\d+: $pair 01 / } <$in>;
    return $row ? (split ' ', $row)[9] : 0;
}

sub child_of {
    my ($server, $stream) = @_;
    my $inode = inode_of($server, $stream->{socket}->sockport)
        or croak 'the stream has no connection';
    for my $child ($server->children) {
        for (glob "/proc/$child/fd/*") {
            return $child if (readlink // '') eq "socket:[$inode]";
        }
    }
    croak 'no child has the stream';
}

my $rounds = 0;

sub handled {
    my ($server, $code) = @_;
    my $round = 'handled-' . ++$rounds;
    local $MCPClient::round = $round;
    my @result = $code->();
    my $child;
    $server->await('the access log', sub {
        open my $in, '<', $server->root . '/logs/children' or return;
        ($child) = map { /^(\d+) $round$/ ? $1 : () } <$in>;
        return $child;
    });
    return ($child, @result);
}

# Each time it has to work, whoever it was.
sub elsewhere {
    my ($server, $holder, $code) = @_;
    for (1 .. 200) {
        my ($child, @result) = handled($server, $code);
        return @result if $child != $holder;
    }
    croak "only child $holder handles requests";
}

# -- what tools note ---------------------------------------------------------

my $labels = 0;
sub label { return sprintf 'call-%03d', ++$labels }

sub noted {
    my ($server, $label, $what) = @_;
    return $server->logged(qr/probe: \Q$label $what\E/);
}

sub awaits_note {
    my ($server, $label, $what) = @_;
    $server->await("$label $what", sub { noted($server, $label, $what) });
    return 1;
}

# -- messages ----------------------------------------------------------------

# Each in a word or two: its method and what it is about, or "result of ID".
sub told_of {
    return map {
        my $p = $_->{params} || {};
        my $about = $p->{uri} // $p->{progress} // $p->{data} // '';
        !defined $_->{method}
            ? ($_->{error} ? 'error' : 'result') . ' of ' . json_text($_->{id})
            : ($_->{method} =~ s{^notifications/}{}r)
                . ($about eq '' ? '' : ' ' . (ref $about ? json_text($about)
                    : $about));
    } @_;
}

1;
