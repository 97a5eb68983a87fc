# Licensed under the Apache License, Version 2.0; see LICENSE.
package Streams;

# Rounds of streams that tell what changes: subscriptions/listen of 2026-07-28,
# and GET of a session before; and of clients that come and go.

use strict;
use warnings;
use JSON::PP ();
use IO::Socket::INET;
use MCPAnswer qw(json_text);
use MCPProbe qw(told_of);
use MCPStream;
use Socket qw(SOL_SOCKET SO_LINGER);
use Calls qw(token_for);

my $json = JSON::PP->new->utf8->canonical;

# Another client changes something: it was told when that is answered.
sub changes {
    my ($p, $uri) = @_;
    my $id = $p->id;
    $p->until_done(sub { $p->text_is($p->result($p->modern('/probe',
        'tools/call', {name => 'updated', arguments => {uri => $uri,
            private => JSON::PP::false}}, id => $id), $id), 'done') });
}

sub uri_of { return 'probe://each/' . $_[0]->id . "-$$" }

# -- subscriptions/listen ----------------------------------------------------

sub listens {
    my ($p, $id, $uri) = @_;
    my $path = rand(2) < 1 ? '/mine' : '/probe';
    my @who = $path eq '/mine' ? (token => token_for($p, $path)) : ();
    my $stream = $p->opens(modern => $path, 'subscriptions/listen',
        {notifications => {resourceSubscriptions => [$uri]}}, id => $id, @who);
    my $event = $p->next_event($stream)
        or return $p->is_over($stream, 'a stream that just began');
    my ($told) = told_of($json->decode($event->{data}));
    die "not acknowledged: $told\n" if $told ne 'subscriptions/acknowledged';
    return $p->holds($stream);
}

# Whether there was something; nothing is there in time: wrong. Undef: it is
# over, as it should be.
sub hears {
    my ($p, $stream, $id, $patience) = @_;
    my $event = $p->next_event($stream, $patience);
    return $stream->is_over ? undef : 0
        if !$event && !$stream->is_over;
    if (!$event) {
        $p->is_over($stream, 'a listening stream');
        die "a listening stream ended without its result\n";
    }
    my $message = $json->decode($event->{data});
    return (told_of($message))[0] unless $message->{id};
    die 'another end: ' . json_text($message)
        unless $message->{result}{resultType} eq 'complete'
        && json_text($message->{id}) eq json_text($id);
    die "more behind the result\n" if $p->next_event($stream);
    $p->is_over($stream, 'a listening stream');
    $p->counts('streams that ended well');
    return;
}

sub listening {
    my ($p) = @_;
    my ($id, $uri) = ($p->id, uri_of($p));
    my $until = $p->now + rand 3;
    while ($p->now < $until) {
        my $stream = listens($p, $id, $uri) or next;
        while ($p->now < $until) {
            changes($p, $uri);
            my $told = hears($p, $stream, $id) // last;
            die "not what was changed: $told\n"
                if $told ne "resources/updated $uri";
            $p->counts('changes heard');
            # who is quiet for a while notices an end, too
            $told = hears($p, $stream, $id, rand 0.5) // last;
            die "told what nobody changed: $told\n"
                if $told && !$p->{misses};
        }
        $stream->drop;
    }
}

# -- GET ---------------------------------------------------------------------

sub gets {
    my ($p, $session, $last, $version) = @_;
    my $stream = $p->opens(get => '/probe', session => $session->{id},
        last => $last, version => $session->{version});
    return $p->holds($stream);
}

# The next that was told, or undef: it ended, as its version says.
sub gets_told {
    my ($p, $stream, $session, $patience) = @_;
    while (my $event = $p->next_event($stream, $patience)) {
        delete $stream->{goodbye};
        return (told_of($json->decode($event->{data})))[0]
            if length($event->{data} // '');
        $stream->{goodbye} = 1 if defined $event->{retry};
    }
    return '' unless $stream->is_over;
    $p->is_over($stream, 'a stream of a session');
    die "a stream of 2025-11-25 did not say how it goes on\n"
        if $session->{version} eq '2025-11-25' && !$stream->{goodbye};
    $p->counts('streams that ended well');
    return;
}

# Comes back behind what it heard last, when it was killed too.
sub comes_back {
    my ($p, $session, $last) = @_;
    return $p->until_done(sub { gets($p, $session, $last) });
}

sub hears_of {
    my ($p, $stream, $session, $uri) = @_;
    my $told = eval { gets_told($p, $$stream, $session) };
    die $@ if $@ && ref $@ ne 'Player::Excuse';
    if (defined $told) {
        return hears_of($p, $stream, $session, $uri)
            if $p->{misses} && $told =~ m{/list_changed$};
        die "not what was changed: $told\n" if $told ne "resources/updated $uri";
        return $p->counts('changes heard');
    }
    # older versions cannot come back for what they missed
    my $last = $$stream->{last_id};
    $$stream = comes_back($p, $session, $last);
    return unless defined $last;
    $p->counts('came back');
    return hears_of($p, $stream, $session, $uri);
}

sub getting {
    my ($p) = @_;
    my $version = ('2025-11-25', '2025-06-18')[rand 2];
    my $session = {version => $version, id => Calls::session($p, '/probe',
        version => $version)};
    my $uri = uri_of($p);
    my $id = $p->id;
    $p->until_done(sub { $p->result($p->legacy('/probe',
        'resources/subscribe', {uri => $uri}, id => $id,
        session => $session->{id}), $id) });
    my $stream = gets($p, $session);
    # it is there, so that what changes from now on is told
    $p->next_event($stream) if $version eq '2025-11-25';
    for (0 .. rand 8) {
        changes($p, $uri);
        hears_of($p, \$stream, $session, $uri);
        $p->pause(0.4);
    }
    $stream->drop;
    Calls::ends_session($p, '/probe', session => $session->{id},
        version => $version);
}

# -- who comes and goes ------------------------------------------------------

# What is sent of a request that will not be answered.
sub leaves {
    my ($p, $bytes, $resets) = @_;
    my $socket = $p->open_socket;
    local $SIG{PIPE} = 'IGNORE';
    print $socket $bytes;
    $p->pause(0.05);
    setsockopt $socket, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0 if $resets;
    close $socket;
    $p->counts('came and went');
}

sub comes_and_goes {
    my ($p) = @_;
    my ($bytes) = $p->request_bytes(POST => $p->modern_request('/probe',
        'subscriptions/listen', {notifications => {toolsListChanged =>
        JSON::PP::true}}));
    my ($call) = $p->request_bytes(POST => $p->modern_request('/probe',
        'tools/call', {name => 'wait', arguments => {ms => 3_600_000}}));
    my ($sse) = $p->request_bytes(GET => '/sse', headers => {
        Accept => 'text/event-stream'});
    for my $what ('', substr($bytes, 0, rand length $bytes), $bytes, $call,
        $sse, "GET / HTTP/1.1\r\n") {
        leaves($p, $what, int rand 2);
    }
}

1;
