# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPCaller;

# A client that calls without a pause, while the server restarts, and is sure of
# each answer: it is whole, and that of this call.
#
#   my $caller = MCPCaller->new($server, name => 'a', keep => 1);
#   $caller->call    over the connection of the last call, or with keep => 0 a
#                    new one; dies where an answer is wrong or cut
#   $caller->{read} {unread}    the requests that were answered, and that were
#                    not, each as "/path?NAME-CALL-TRY"
#
# A server may close a connection while a request is on its way, which is sent
# again then (RFC 9112 9.3.1). Here it is only where the connection has answered
# before and not one byte of this answer came. Whether the server has read it
# is not for a client to know: the access log must not have what is in {unread}.

use strict;
use warnings;
use Carp qw(croak);
use MCPClient;

my $SLOW = 20;    # every so many calls, one takes its time

sub new {
    my ($class, $server, %o) = @_;
    return bless {client => $server->client, name => $o{name}, keep => $o{keep},
        calls => 0, read => [], unread => []}, $class;
}

# Most of those that take their time have no thread meanwhile.
sub request {
    my ($self, $target) = @_;
    my $n = $self->{calls};
    my ($tool, $arguments) = $n % $SLOW ? (echo => {message => "$n"})
        : $n % ($SLOW * 4) ? (later => {ms => 20}) : (wait => {ms => 200});
    my ($bytes) = $self->{client}->request_bytes(POST =>
        $self->{client}->modern_request($target, 'tools/call',
            {name => $tool, arguments => $arguments}, id => $n),
        keep => $self->{keep});
    return $bytes;
}

sub call {
    my $self = shift;
    $self->{calls}++;
    for my $try (1 .. 2) {
        my $path = $self->{calls} % $SLOW ? '/open' : '/probe';
        return if $self->try("$path?$self->{name}-$self->{calls}-$try");
    }
    croak "$self->{name}-$self->{calls}: a new connection was closed";
}

sub try {
    my ($self, $target) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $is_used = exists $self->{socket};
    my $socket = $self->{socket} //= $self->{client}->open_socket;
    print $socket $self->request($target);
    my $raw = '';
    my $answer = MCPClient::read_response($socket, \$raw);
    if (!$answer && $raw eq '' && $is_used) {
        delete $self->{socket};
        push @{$self->{unread}}, $target;
        return 0;
    }
    croak "$target: no answer, but '$raw' ($!)" unless $answer;
    croak "$target: $raw is too much" if length $raw;
    $self->check($target, $answer);
    push @{$self->{read}}, $target;
    delete $self->{socket}
        if ($answer->header('Connection') // '') =~ /close/i;
    return 1;
}

# What waits when the server stops is told so.
sub check {
    my ($self, $target, $answer) = @_;
    my $length = $answer->header('Content-Length') // 'no length';
    my $message = eval { $answer->json } // {};
    my $said = $message->{result}{content}[0]{text} // '';
    my $right = $self->{calls} % $SLOW ? "Echo: $self->{calls}"
        : qr/(?:xx|done|The server stops or restarts\.)/;
    return if $answer->status == 200 && $length eq length $answer->body
        && ($message->{id} // '') eq $self->{calls} && $said =~ /^$right$/;
    croak "$target: length $length, " . $answer->brief;
}

1;
