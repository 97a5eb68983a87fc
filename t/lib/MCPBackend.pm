# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPBackend;

# A backend that answers with what it was asked: for mod_proxy_http, or with
# kind => 'fcgi' for mod_proxy_fcgi.
#
#   my $b = MCPBackend->new;
#   ProxyPass "http://127.0.0.1:@{[$b->port]}/behind"
#   my ($line, $headers, $body) = asked($response);
#   my @values = named($headers, qr/^X-MCP-Auth-Subject$/i);
#
# Of a FastCGI the "headers" are its parameters, and there is no line.

use strict;
use warnings;
use Exporter 'import';
use IO::Socket::INET;
use POSIX ();

our @EXPORT = qw(asked named);

sub new {
    my ($class, %o) = @_;
    my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => 0, Listen => 16, ReuseAddr => 1) or die "listen: $@";
    my $self = bless {port => $listen->sockport, owner => $$}, $class;
    my $answer = ($o{kind} // 'http') eq 'fcgi' ? \&fastcgi : \&http;
    $self->{pid} = fork // die $!;
    return $self if $self->{pid};
    local $SIG{TERM} = sub { POSIX::_exit(0) };
    while (my $socket = $listen->accept) {
        $answer->($socket);
        close $socket;
    }
    POSIX::_exit(0);
}

sub port { return $_[0]{port} }

sub DESTROY {
    my $self = shift;
    return unless $self->{pid} && $self->{owner} == $$;
    local $?;
    kill TERM => $self->{pid};
    waitpid delete $self->{pid}, 0;
}

# -- HTTP --------------------------------------------------------------------

sub http {
    my $socket = shift;
    my $head = '';
    while (sysread $socket, $head, 65536, length $head) {
        last if $head =~ /\r\n\r\n/;
    }
    my ($length) = $head =~ /^Content-Length: (\d+)/mi;
    my $is_chunked = $head =~ /^Transfer-Encoding: chunked/mi;
    $head =~ s/\r\n\r\n(.*)//s;
    my $body = $1 // '';
    while ($is_chunked ? $body !~ /(?:^|\r\n)0\r\n(?:.*\r\n)?\r\n\z/s
        : length $body < ($length // 0)) {
        sysread $socket, $body, 65536, length $body or last;
    }
    $head .= "\r\n\r\n$body";
    print $socket "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n",
        'Content-Length: ', length $head, "\r\nConnection: close\r\n\r\n",
        $head;
}

# -- FastCGI -----------------------------------------------------------------

sub take {
    my ($socket, $count) = @_;
    my $bytes = '';
    while (length $bytes < $count) {
        sysread $socket, $bytes, $count - length $bytes, length $bytes
            or return;
    }
    return $bytes;
}

# type, request and content of a record
sub record_read {
    my $socket = shift;
    my $head = take($socket, 8) // return;
    my (undef, $type, $id, $length, $padding) = unpack 'CCnnC', $head;
    my $content = $length ? take($socket, $length) : '';
    take($socket, $padding) if $padding;
    return ($type, $id, $content);
}

sub record {
    my ($type, $id, $content) = @_;
    return pack('CCnnCC', 1, $type, $id, length $content, 0, 0) . $content;
}

sub parameters {
    my $bytes = shift;
    my @pairs;
    while (length $bytes) {
        my @sizes = map {
            ord $bytes < 128 ? ord substr $bytes, 0, 1, ''
                : 0x7fffffff & unpack 'N', substr $bytes, 0, 4, ''
        } 1, 2;
        push @pairs, [map { substr $bytes, 0, $_, '' } @sizes];
    }
    return @pairs;
}

sub fastcgi {
    my $socket = shift;
    my ($parameters, $body, $of) = ('', '', 1);
    while (my ($type, $id, $content) = record_read($socket)) {
        $of = $id;
        $parameters .= $content if $type == 4;
        $body .= $content if $type == 5;
        last if $type == 5 && !length $content;
    }
    my $answer = "Content-Type: text/plain\r\n\r\nFCGI\r\n"
        . join("\r\n", map "$_->[0]: $_->[1]", parameters($parameters))
        . "\r\n\r\n$body";
    print $socket record(6, $of, $answer), record(6, $of, ''),
        record(3, $of, pack 'NCxxx', 0, 0);
}

# -- what it was asked -------------------------------------------------------

# The request line, [name, value] of each header as it came, the body.
sub asked {
    my $r = shift;
    my ($head, $body) = split /\r\n\r\n/, $r->body, 2;
    my ($line, @lines) = split /\r\n/, $head;
    return ($line, [map { [split /: */, $_, 2] } @lines], $body);
}

sub named {
    my ($headers, $pattern) = @_;
    return map $_->[1], grep { $_->[0] =~ $pattern } @$headers;
}

1;
