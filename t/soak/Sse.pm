# Licensed under the Apache License, Version 2.0; see LICENSE.
package Sse;

# Rounds of sessions over HTTP+SSE: all answers are on one stream.

use strict;
use warnings;
use JSON::PP ();
use MCPAnswer qw(json_text);
use Calls qw(post request token_for);

my $json = JSON::PP->new->utf8->canonical;

sub opens {
    my ($p, $path, @who) = @_;
    my $stream = $p->opens(open => GET => $path, @who,
        headers => {Accept => 'text/event-stream'});
    my $event = $p->next_event($stream) // return;
    die 'no endpoint: ' . json_text($event) unless $event->{event} eq 'endpoint';
    $p->holds($stream);
    return {stream => $stream, to => $event->{data}, who => \@who};
}

# Whether the message was taken; not where the session has ended.
sub sends {
    my ($p, $session, $message) = @_;
    my $r = post($p, $session->{to}, $message, @{$session->{who}});
    return 1 if $r->status == 202;
    die 'not taken: ' . $r->brief unless $r->status == 404
        && $p->{diary}->was(restarted => $session->{stream}{from}, $p->now);
    return 0;
}

# Whether it is the answer in place of a child that was killed.
sub is_obituary {
    my ($p, $message, $from) = @_;
    return (($message->{error} || {})->{message} // '')
        =~ /^The server ended before it answered/
        && $p->{diary}->was(killed => $from, $p->now);
}

# The answers to ids, in any order. What was taken is answered, also when the
# child that it came to was killed, unless that of the stream was.
sub answers {
    my ($p, $session, $from, %text) = @_;
    while (%text) {
        my $event = $p->next_event($session->{stream});
        if (!$event) {
            $p->is_over($session->{stream}, 'a session over SSE');
            # without the word of Redis its token is not trusted any more
            $p->excuse('away') if $session->{stream}{has_token}
                && $p->{diary}->was(away => $from, $p->now);
            $p->lost($from, 'ended before the answers to ' . join ' ',
                sort keys %text);
        }
        my $message = $json->decode($event->{data});
        next if $p->{misses} && ($message->{method} // '') =~ /list_changed$/;
        my $text = delete $text{json_text($message->{id})}
            // die 'nobody asked: ' . json_text($message);
        $p->text_is($message->{result}, $text)
            if length $text && !is_obituary($p, $message, $from);
        $p->counts('answers over SSE');
    }
    return;
}

sub begins {
    my ($p, $session) = @_;
    my $from = $p->now;
    sends($p, $session, request('i', 'initialize', {protocolVersion =>
        '2024-11-05', capabilities => {}, clientInfo => {name => 'test',
        version => '1'}})) or return 0;
    answers($p, $session, $from, '"i"' => '');
    return sends($p, $session, {jsonrpc => '2.0',
        method => 'notifications/initialized'});
}

sub play {
    my ($p) = @_;
    my $path = rand(3) < 1 ? '/mysse' : '/sse';
    my @who = $path eq '/mysse' ? (token => token_for($p, $path)) : ();
    my $session = opens($p, $path, @who) or return;
    begins($p, $session) or return;
    for (0 .. rand 8) {
        my ($from, %text) = $p->now;
        for (0 .. rand 2) {
            my $id = $p->id;
            sends($p, $session, request($id, 'tools/call', {name => 'wait',
                arguments => {ms => int rand 100}})) or last;
            $text{json_text($id)} = 'done';
        }
        answers($p, $session, $from, %text);
        last if $session->{stream}->is_over;
        $p->pause(0.2);
    }
    $session->{stream}->drop;
}

1;
