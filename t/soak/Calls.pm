# Licensed under the Apache License, Version 2.0; see LICENSE.
package Calls;

# Rounds of calls, in each era.

use strict;
use warnings;
use Exporter 'import';
use JSON::PP ();
use MCPAnswer qw(json_text);
use MCPProbe qw(told_of);
use MCPStream;

our @EXPORT_OK = qw(request post token_for);

my $json = JSON::PP->new->utf8->canonical;
my $FOREVER = 3_600_000;    # ms: a call that is not cancelled is a stuck one

sub request {
    my ($id, $method, $params) = @_;
    return {jsonrpc => '2.0', id => $id, method => $method,
        $params ? (params => $params) : ()};
}

sub post {
    my ($p, $path, $message, %o) = @_;
    return $p->post($path, token => $o{token}, headers => {
        'Content-Type' => 'application/json',
        Accept => 'application/json, text/event-stream',
        'Mcp-Session-Id' => $o{session}}, body => $json->encode($message));
}

# The token for a location: kept, for signing in is a round of its own.
sub token_for {
    my ($p, $path) = @_;
    return $p->{tokens}{$path} //= $p->until_done(sub {
        my $j = $p->journey(resource => $path);
        $p->excuse('away') if ($j->{returned}{error} // '')
            eq 'temporarily_unavailable';
        $j->{access_token} // die 'no token: ' . json_text($j->{returned});
    });
}

# What a tool says to that, which nobody else is told.
sub riddle {
    my ($p) = @_;
    my ($a, $b) = map { int rand 1e6 } 1, 2;
    return ('add', {a => $a, b => $b}, $a + $b) if rand(2) < 1;
    my $text = "$$ " . rand . ' x' x rand 200;
    return ('echo', {message => $text}, "Echo: $text");
}

# -- 2026-07-28 --------------------------------------------------------------

sub modern {
    my ($p) = @_;
    my $path = rand(3) < 1 ? '/mcp' : '/open';
    my @who = $path eq '/mcp' ? (token => token_for($p, $path)) : ();
    for (0 .. rand 8) {
        my $id = $p->id;
        my ($tool, $arguments, $text) = riddle($p);
        $p->text_is($p->result($p->call_tool($path, $tool, $arguments,
            id => $id, @who), $id), $text);
    }
}

sub lists {
    my ($p) = @_;
    my $id = $p->id;
    my $tools = $p->result($p->modern('/probe', 'tools/list', {}, id => $id),
        $id)->{tools};
    die "there is no tool wait\n" unless grep { $_->{name} eq 'wait' } @$tools;
}

# A call that says so often how far it is, in steps of the tool's.
sub says_often {
    my ($said) = @_;
    return (name => 'wait', arguments => {said => $said,
        ms => 20 * $said * int rand 5});
}

sub progress {
    my ($p) = @_;
    my ($id, $said) = ($p->id, 1 + int rand 5);
    my $stream = $p->opens(modern => '/probe', 'tools/call',
        {says_often($said)}, id => $id, meta => {progressToken => "t$id"});
    my @told;
    while (my $event = $p->next_event($stream)) {
        push @told, told_of($json->decode($event->{data}));
    }
    $p->whole($stream, 'a call with progress');
    my $wanted = join ' ', map("progress $_", 1 .. $said),
        'result of ' . json_text($id);
    die "not \"$wanted\" but \"@told\"\n" if "@told" ne $wanted;
}

# Goes on without a thread, twice; a server that stops does not wait for that.
sub later {
    my ($p) = @_;
    my ($id, $from) = ($p->id, $p->now);
    my $result = $p->result($p->modern('/probe', 'tools/call', {
        name => 'later', arguments => {ms => int rand 400}}, id => $id), $id);
    return if $result->{isError}
        && $p->{diary}->was(restarted => $from, $p->now)
        && $result->{content}[0]{text} =~ /The server stops or restarts/;
    $p->text_is($result, 'xx');
}

# The question is the answer, and the call comes again with what was said.
sub asks_modern {
    my ($p) = @_;
    my $answer = {roots => [{uri => 'file:///' . rand}]};
    my $call = {name => 'ask', arguments => {method => 'roots/list'}};
    my @able = (capabilities => {roots => {}});
    my $id = $p->id;
    my $asked = $p->result($p->modern('/probe', 'tools/call', $call, id => $id,
        @able), $id);
    my $method = $asked->{inputRequests}{question}{method} // '';
    die 'not asked: ' . json_text($asked) if $method ne 'roots/list';
    $p->text_is($p->result($p->modern('/probe', 'tools/call', {%$call,
        requestState => $asked->{requestState},
        inputResponses => {question => $answer}}, id => $id, @able), $id),
        json_text($answer));
}

# Who goes away cancels.
sub cancels_modern {
    my ($p) = @_;
    my $stream = $p->opens(modern => '/probe', 'tools/call', {name => 'wait',
        arguments => {ms => $FOREVER, said => $FOREVER / 50}},
        meta => {progressToken => 1});
    for (0 .. rand 3) {
        $p->next_event($stream) or return $p->is_over($stream, 'a call');
    }
    $stream->drop;
    $p->counts('cancelled');
}

# -- until 2025-11-25 --------------------------------------------------------

sub session {
    my ($p, $path, %o) = @_;
    my ($session, $r) = $p->initialize($path, %o);
    my $version = $o{version} // '2025-11-25';
    die 'no session: ' . $r->brief unless defined $session
        && $r->json->{result}{protocolVersion} eq $version;
    return $session;
}

sub legacy {
    my ($p) = @_;
    my @at = (version => ('2025-11-25', '2025-06-18', '2025-03-26')[rand 3]);
    my $path = rand(3) < 1 ? '/mcp' : '/open';
    push @at, token => token_for($p, $path) if $path eq '/mcp';
    push @at, session => session($p, $path, @at);
    for (0 .. rand 8) {
        my $id = $p->id;
        my ($tool, $arguments, $text) = riddle($p);
        $p->text_is($p->result($p->legacy($path, 'tools/call', {name => $tool,
            arguments => $arguments}, id => $id, @at), $id), $text);
    }
    ends_session($p, $path, @at);
}

sub ends_session {
    my ($p, $path, %o) = @_;
    my %request = (token => $o{token}, headers => {
        'Mcp-Session-Id' => $o{session},
        'MCP-Protocol-Version' => $o{version} // '2025-11-25'});
    my $excused = $p->excused;
    my $r = $p->until_done(sub { $p->request(DELETE => $path, %request) });
    die 'DELETE: ' . $r->brief if $r->status != 204
        && !($r->status == 404 && $p->excused > $excused);
    $r = $p->until_done(sub { $p->legacy($path, 'ping', undef, %o) });
    die 'a session that has ended: ' . $r->brief if $r->status != 404;
}

sub batch {
    my ($p) = @_;
    my $session = session($p, '/open', version => '2025-03-26');
    for (0 .. rand 3) {
        my (@batch, %text);
        for (0 .. rand 5) {
            my $id = $p->id;
            my ($tool, $arguments, $text) = riddle($p);
            $text{json_text($id)} = $text;
            push @batch, request($id, 'tools/call', {name => $tool,
                arguments => $arguments});
        }
        my $r = post($p, '/open', \@batch, session => $session);
        my $answers = $r->status == 200 && eval { $r->json };
        die 'no batch: ' . $r->brief
            unless ref $answers eq 'ARRAY' && @$answers == @batch;
        $p->text_is($_->{result}, delete $text{json_text($_->{id})} // 'none')
            for @$answers;
    }
    ends_session($p, '/open', version => '2025-03-26', session => $session);
}

# A server that stops does not wait for answers.
sub gave_up {
    my ($p, $stream, $message) = @_;
    return $p->{diary}->was(restarted => $stream->{from}, $p->now)
        && json_text($message) =~ /The server stops or restarts/;
}

sub asks_legacy {
    my ($p) = @_;
    my $answer = {action => 'accept', content => {name => "$$ " . rand}};
    my $session = session($p, '/probe', capabilities => {elicitation => {}});
    my $id = $p->id;
    my $stream = $p->opens(legacy => '/probe', 'tools/call', {name => 'ask',
        arguments => {method => 'elicitation/create', params => {
            message => 'Who?', requestedSchema => {type => 'object',
            properties => {}}}}}, id => $id, session => $session);
    my $message;
    while (my $event = $p->next_event($stream)) {
        next if ($event->{data} // '') eq '';
        $message = $json->decode($event->{data});
        next if ($message->{method} // '') ne 'elicitation/create';
        $p->pause(0.2);
        my $r = $p->until_done(sub { post($p, '/probe', {jsonrpc => '2.0',
            id => $message->{id}, result => $answer}, session => $session) });
        die 'an answer: ' . $r->brief if $r->status != 202;
    }
    $p->whole($stream, 'a call that asks');
    return if gave_up($p, $stream, $message);
    $p->text_is($p->result_in($message, $id) // $p->lost($stream->{from},
        'a call that asks ended without a result'), json_text($answer));
    ends_session($p, '/probe', session => $session);
}

# To any child; until it was heard, for it may be killed.
sub cancels_legacy {
    my ($p) = @_;
    my $session = session($p, '/probe');
    my $id = $p->id;
    my $stream = $p->opens(legacy => '/probe', 'tools/call', {name => 'wait',
        arguments => {ms => $FOREVER, said => $FOREVER / 50}}, id => $id,
        session => $session);
    $p->pause(0.3);
    $p->until_done(sub {
        my $r = $p->legacy('/probe', 'notifications/cancelled',
            {requestId => $id}, id => undef, session => $session);
        die 'a cancellation: ' . $r->brief if $r->status != 202;
    });
    $p->counts('cancelled');
    my $last;
    while (my $event = $p->next_event($stream)) {
        $last = $event->{data} if length($event->{data} // '');
    }
    $p->whole($stream, 'a cancelled call');
    die "a cancelled call was answered: $last\n"
        if defined $last && $json->decode($last)->{id};
    ends_session($p, '/probe', session => $session);
}

# Dropped while it runs, and resumed by its last event, again and again where
# servers stop: none is missed, none comes twice.
sub resumes {
    my ($p) = @_;
    my $session = session($p, '/probe');
    my ($id, $said) = ($p->id, 2 + int rand 4);
    my $stream = $p->opens(legacy => '/probe', 'tools/call',
        {says_often($said), _meta => {progressToken => 'r'}}, id => $id,
        session => $session);
    my $from = $stream->{from};
    my @told = hears_some($p, $stream, int rand 2 * $said);
    $p->whole($stream, 'a call that is resumed');
    for (1 .. 20) {
        $stream->drop;
        my $last = $stream->{last_id};
        $stream = $p->until_done(sub { $p->opens(get => '/probe',
            session => $session, last => $last) });
        # nobody knows that the child of the call was killed
        $stream->{since} = $from;
        push @told, hears_some($p, $stream, 2 * $said + 1 - @told);
        last if @told && $told[-1] =~ /^result/;
        # it ends when the server stops, and begins again where it was
        last unless $p->{diary}->was(restarted => $stream->{from}, $p->now);
    }
    $stream->drop;
    my $wanted = join ' ', map({ ("message $_", "progress $_") } 1 .. $said),
        'result of ' . json_text($id);
    $p->counts('resumed');
    $p->lost($from, "told was \"@told\", not \"$wanted\"")
        if "@told" ne $wanted;
    ends_session($p, '/probe', session => $session);
}

sub hears_some {
    my ($p, $stream, $most) = @_;
    my @told;
    while (my $event = $p->next_event($stream)) {
        push @told, told_of($json->decode($event->{data}))
            if length $event->{data};
        last if @told >= $most;
    }
    return @told;
}

1;
