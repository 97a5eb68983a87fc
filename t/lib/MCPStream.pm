# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPStream;

# An answer that is read while it comes: an event stream (WHATWG HTML 9.2), or
# JSON at once.
#
#   my $s = MCPStream->modern($c, '/mcp', 'subscriptions/listen', {...}, id => 7);
#   my $s = MCPStream->legacy($c, '/mcp', 'tools/call', {...}, session => $id);
#   my $s = MCPStream->get($c, '/mcp', session => $id, last => $event_id);
#   my $s = MCPStream->start($c, POST => ...);  the answer has not begun;
#                           $s->head: now it has
#   $s->status  $s->header('X')
#   my $e = $s->event;      {id, event, data, retry} as far as they are there;
#                           undef: the stream has ended
#   my $m = $s->message;    the next event with data, decoded
#   my @m = $s->messages;   all that come until the end
#   my @e = $s->events;     likewise, all events
#   $s->awaits(sub { $_->{method} eq '...' })    the first message that fits;
#                           those before it are in $s->{passed}
#   $s->is_quiet(0.5)       nothing came within that time
#   $s->drop                the client goes away
#
# Whoever waits longer than $MCPClient::TIMEOUT dies.

use strict;
use warnings;
use Carp qw(croak);
use IO::Select;
use JSON::PP ();
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
use MCPClient;

my $json = JSON::PP->new->utf8->canonical->allow_nonref;

sub now { return clock_gettime(CLOCK_MONOTONIC) }

sub modern {
    my ($class, $c, @request) = @_;
    return $class->open($c, POST => $c->modern_request(@request));
}

sub legacy {
    my ($class, $c, @request) = @_;
    return $class->open($c, POST => $c->legacy_request(@request));
}

sub get {
    my ($class, $c, $path, %o) = @_;
    return $class->open($c, GET => $path, token => $o{token}, headers => {
        Accept => 'text/event-stream', 'Mcp-Session-Id' => $o{session},
        'MCP-Protocol-Version' => $o{version} // '2025-11-25',
        'Last-Event-ID' => $o{last}, %{$o{headers} || {}}});
}

# Sends a request as MCPClient::request does; back when the head has come.
sub open {
    my $class = shift;
    return $class->start(@_)->head;
}

# The same, back at once: head has still to come.
sub start {
    my ($class, $c, $method, @request) = @_;
    my ($bytes) = $c->request_bytes($method, @request);
    return $class->begin($c, $method, $bytes);
}

# The same of bytes as they are.
sub begin {
    my ($class, $c, $method, $bytes) = @_;
    my $socket = $c->open_socket;
    local $SIG{PIPE} = 'IGNORE';
    print $socket $bytes;
    return bless {socket => $socket, raw => '', text => '', comments => [],
        passed => [], method => $method}, $class;
}

sub head {
    my $self = shift;
    my $head = MCPClient::read_head($self->{socket}, \$self->{raw})
        // croak "$self->{method}: no answer";
    my ($line, @lines) = split /\r?\n/, $head;
    my ($status) = $line =~ m{^HTTP/1\.1 (\d{3})}
        or croak "$self->{method}: $line";
    $self->{head} = bless {status => $status, line => $line, body => '',
        headers => [map { [split /:[ \t]*/, $_, 2] } @lines]},
        'MCPClient::Response';
    my $length = $self->{head}->header('Content-Length');
    $self->{left} = $length if defined $length;
    $self->{left} = 0 if $status == 204;
    $self->{chunked} = 1
        if ($self->{head}->header('Transfer-Encoding') // '') =~ /chunked/i;
    return $self;
}

sub status { return $_[0]{head}->status }
sub header { return $_[0]{head}->header($_[1]) }

sub is_stream {
    my $type = $_[0]->header('Content-Type') // '';
    return $type =~ m{^text/event-stream(?:$|;)};
}

sub drop {
    my $self = shift;
    close delete $self->{socket} if $self->{socket};
}

# -- bytes -------------------------------------------------------------------

# Moves what has come from the wire to the text; false when it cannot go on
# without more.
sub unpack_bytes {
    my $self = shift;
    my $before = length $self->{text};
    if ($self->{chunked}) {
        while (!$self->{ended}
            && $self->{raw} =~ /^([0-9a-fA-F]+)[^\n]*\n/) {
            my ($size, $skip) = (hex $1, $+[0]);
            last if length $self->{raw} < $skip + $size + 2;
            $self->{text} .= substr $self->{raw}, $skip, $size;
            substr $self->{raw}, 0, $skip + $size + 2, '';
            $self->{ended} = 1 unless $size;
        }
    }
    else {
        my $most = $self->{left} // length $self->{raw};
        my $bytes = substr $self->{raw}, 0, $most, '';
        $self->{text} .= $bytes;
        $self->{left} -= length $bytes if defined $self->{left};
        $self->{ended} = 1 if defined $self->{left} && !$self->{left};
    }
    return length $self->{text} > $before;
}

# Reads what comes within that time; false when nothing does. cut: the server
# went away before the end.
sub more {
    my ($self, $seconds) = @_;
    return 1 if $self->unpack_bytes;
    return 0 if $self->{ended} || $self->{cut} || !$self->{socket};
    my $socket = $self->{socket};
    my $end = now() + $seconds;
    do {
        my $left = $end - now();
        return 0 if $left <= 0;
        unless ($socket->can('pending') && $socket->pending) {
            IO::Select->new($socket)->can_read($left) or return 0;
        }
        my $n = sysread $socket, $self->{raw}, 65536, length $self->{raw};
        if (!$n) {
            $self->{$self->{chunked} || $self->{left} ? 'cut' : 'ended'} = 1;
            return 0;
        }
    } until $self->unpack_bytes || $self->{ended};
    return 1;
}

# Whether the answer is over: complete, or cut.
sub is_over { return $_[0]{ended} || $_[0]{cut} }

# The whole answer, of what is no stream.
sub response {
    my $self = shift;
    until ($self->is_over) {
        $self->more($MCPClient::TIMEOUT) || $self->is_over
            or croak "no end within ${MCPClient::TIMEOUT}s";
    }
    $self->{head}{body} = $self->{text};
    return $self->{head};
}

# -- events ------------------------------------------------------------------

# The next block of lines that is an event; comments are put aside.
sub take {
    my $self = shift;
    while ($self->{text} =~ s/^(.*?)(?:\r\n|\r|\n)//) {
        my $line = $1;
        if ($line eq '') {
            my $event = delete $self->{begun} or next;
            return $event;
        }
        if ($line =~ /^:(.*)/) {
            push @{$self->{comments}}, $1;
            next;
        }
        my ($field, $value) = split /: ?/, $line, 2;
        $value //= '';
        my $event = $self->{begun} //= {};
        $event->{$field} = $field eq 'data' && defined $event->{data}
            ? "$event->{data}\n$value" : $value;
    }
    return;
}

sub event_within {
    my ($self, $seconds) = @_;
    my $end = now() + $seconds;
    while (1) {
        my $event = $self->take;
        return $event if $event;
        my $left = $end - now();
        return if $left <= 0 || $self->is_over && !$self->unpack_bytes;
        $self->more($left);
    }
}

sub event {
    my $self = shift;
    my $event = $self->event_within($MCPClient::TIMEOUT);
    croak "no event within ${MCPClient::TIMEOUT}s"
        unless $event || $self->is_over;
    $self->{last_id} = $event->{id} // $self->{last_id} if $event;
    return $event;
}

sub events {
    my $self = shift;
    my @events;
    while (my $event = $self->event) {
        push @events, $event;
    }
    return @events;
}

sub message {
    my $self = shift;
    if (!$self->is_stream) {
        return if $self->{told}++;
        return $self->response->json;
    }
    while (my $event = $self->event) {
        return $json->decode($event->{data}) if length($event->{data} // '');
    }
    return;
}

sub messages {
    my $self = shift;
    my @messages;
    while (my $message = $self->message) {
        push @messages, $message;
    }
    return @messages;
}

sub awaits {
    my ($self, $fits) = @_;
    while (my $message = $self->message) {
        local $_ = $message;
        return $message if $fits->();
        push @{$self->{passed}}, $message;
    }
    return;
}

# Until a comment has come, which is what keeps a connection alive.
sub awaits_comment {
    my $self = shift;
    my $end = now() + $MCPClient::TIMEOUT;
    my $had = @{$self->{comments}};
    while (@{$self->{comments}} == $had) {
        my $event = $self->take;
        push @{$self->{passed}}, $event if $event;
        next if $event || $self->more($end - now());
        return 0;
    }
    return 1;
}

sub is_quiet {
    my ($self, $seconds) = @_;
    my $event = $self->event_within($seconds) or return !$self->is_over;
    push @{$self->{passed}}, $event;
    return 0;
}

1;
