# Licensed under the Apache License, Version 2.0; see LICENSE.
package Flow;

# A user and a client in one, quick: one connection, no more parsing than the
# way from authorize to token needs.
#
#   my @seconds = Flow::repeat(\%flow, $end);      how long each flow took
#   my $flow = Flow->new(\%flow);                  of one family of tokens:
#   my @seconds = $flow->refreshes($end);           how long each took

use strict;
use warnings;
use Digest::SHA qw(sha256_base64);
use IO::Socket::INET;
use Time::HiRes qw(CLOCK_MONOTONIC clock_gettime);

sub new {
    my ($class, $flow) = @_;
    return bless {%$flow, buffer => '', host => "localhost:$flow->{port}",
        socket => IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $flow->{port}) || die "connect: $@"}, $class;
}

# Each with the token that the one before gave. path: of another server, which
# gets the same requests again and again.
sub refreshes {
    my ($self, $end, $path) = @_;
    my @took;
    for (my $now = clock_gettime(CLOCK_MONOTONIC); $now < $end;) {
        my $page = $self->refresh($path);
        my $then = clock_gettime(CLOCK_MONOTONIC);
        push @took, $then - $now;
        $now = $then;
    }
    return @took;
}

# One refresh; the answer.
sub refresh {
    my ($self, $path) = @_;
    $self->{tokens} //= $self->once;
    my ($token) = $self->{tokens} =~ /"refresh_token":"([^"]+)"/;
    my ($status, $head, $page) = $self->ask(POST => $path // '/oauth/token',
        form(grant_type => 'refresh_token', refresh_token => $token,
            client_id => $self->{client_id}));
    $page =~ /"access_token"/ or die "no token: $status $page";
    $self->{tokens} = $page unless defined $path;
    return $page;
}

sub repeat {
    my ($flow, $end) = @_;
    my $self = __PACKAGE__->new($flow);
    my @took;
    for (my $now = clock_gettime(CLOCK_MONOTONIC); $now < $end;) {
        $self->once;
        my $then = clock_gettime(CLOCK_MONOTONIC);
        push @took, $then - $now;
        $now = $then;
    }
    return @took;
}

sub escape { return $_[0] =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ger }

sub form {
    my @pairs = @_;
    return join '&', map { escape($pairs[2 * $_]) . '='
        . escape($pairs[2 * $_ + 1]) } 0 .. $#pairs / 2;
}

# Sends a request; (status, head, body).
sub ask {
    my ($self, $method, $path, $body) = @_;
    my $cookies = join '; ', map "$_=$self->{cookies}{$_}",
        keys %{$self->{cookies}};
    syswrite $self->{socket}, join '', "$method $path HTTP/1.1\r\n",
        "Host: $self->{host}\r\n", length $cookies ? "Cookie: $cookies\r\n" : (),
        defined $body ? ('Content-Type: application/x-www-form-urlencoded',
            "\r\nSec-Fetch-Site: same-origin\r\nOrigin: http://$self->{host}\r\n",
            'Content-Length: ' . length($body) . "\r\n") : (),
        "\r\n", $body // '' or die "write: $!";
    my $end;
    while (($end = index $self->{buffer}, "\r\n\r\n") < 0) { $self->fill }
    my $head = substr $self->{buffer}, 0, $end + 4, '';
    my ($status) = $head =~ m{^HTTP/1\.1 (\d+)} or die "not HTTP: $head";
    my $length = $head =~ /^Content-Length: (\d+)/mi ? $1 : 0;
    die "$status without a length: $head" if $head =~ /^Transfer-Encoding/mi;
    $self->fill while length $self->{buffer} < $length;
    $self->{cookies}{$1} = $2
        while $head =~ /^Set-Cookie: ([^=\s]+)=([^;\s]*)/mgi;
    return ($status, $head, substr $self->{buffer}, 0, $length, '');
}

sub fill {
    my $self = shift;
    sysread $self->{socket}, $self->{buffer}, 65536, length $self->{buffer}
        or die 'the server closed the connection';
}

# The hidden fields of the form that has this text in it.
sub hidden {
    my ($page, $mark) = @_;
    my ($form) = grep { index($_, $mark) >= 0 } $page =~ m{<form.*?</form>}gs
        or die "no form with $mark: " . $page =~ s/<style.*<.style>//sr;
    my @fields;
    while ($form =~ /<input\b([^>]*)>/g) {
        my $tag = $1;
        next unless $tag =~ /type="?hidden/;
        my ($name) = $tag =~ /name="([^"]*)"/;
        my ($value) = $tag =~ /value="([^"]*)"/;
        push @fields, $name, $value =~ s/&amp;/&/gr;
    }
    return @fields;
}

# One sign-in, with no cookie from another; the tokens.
sub once {
    my $self = shift;
    $self->{cookies} = {};
    open my $random, '<:raw', '/dev/urandom' or die $!;
    read $random, my $bytes, 32;
    close $random;
    my $verifier = unpack 'H*', $bytes;
    my $challenge = sha256_base64($verifier) =~ tr{+/}{-_}r;
    my $at = '/oauth/authorize';
    my ($status, $head, $page) = $self->ask(GET => "$at?" . form(
        response_type => 'code', client_id => $self->{client_id},
        redirect_uri => $self->{redirect_uri}, state => 'state',
        code_challenge => $challenge, code_challenge_method => 'S256',
        resource => $self->{resource}));
    ($status, $head, $page) = $self->ask(POST => $at, form(hidden($page, 'password'),
        username => $self->{user}, password => $self->{password}));
    ($status, $head, $page) = $self->ask(POST => $at, form(hidden($page, 'value="approve"'),
        decision => 'approve'));
    my ($code) = $head =~ /^Location: \S*[?&]code=([^&\s]+)/mi
        or die "no code: $status $head";
    ($status, $head, $page) = $self->ask(POST => '/oauth/token', form(
        grant_type => 'authorization_code', code => $code,
        client_id => $self->{client_id}, code_verifier => $verifier,
        redirect_uri => $self->{redirect_uri},
        resource => $self->{resource}));
    $page =~ /"access_token"/ or die "no token: $status $page";
    $self->{cookies} = {};
    return $page;
}

1;
