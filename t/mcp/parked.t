# Licensed under the Apache License, Version 2.0; see LICENSE.
# Streams that hold no thread (event MPM, httpd 2.4.63 on): more of them than
# there are threads, plain and TLS, of every kind; how they end, and who may
# not disturb them.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;

plan skip_all => 'the event MPM keeps connections without a thread'
    if mpm() ne 'event' || $ENV{MCP_FALLBACK};

my $every = {toolsListChanged => JSON::PP::true};
my $acknowledged = 'subscriptions/acknowledged';
my @few_threads = split /^/, <<'END';
StartServers        1
ServerLimit         1
ThreadsPerChild     4
MaxRequestWorkers   4
MinSpareThreads     1
MaxSpareThreads     4
AsyncRequestWorkerFactor 200
LogLevel            mcp_oauth:debug
<Location "/server-status">
    SetHandler server-status
</Location>
END
my ($s, $c);

sub server {
    my ($config, %o) = @_;
    $s->stop if $s;
    $s = MCPServer->new(%o, config => join '', @few_threads, $config // '',
        qq(Include "\${CONF}/probe.conf"\n));
    $s->start;
    $c = $s->client;
}

sub listens {
    my ($asked, %o) = @_;
    return MCPStream->modern($c, delete $o{path} // '/probe',
        'subscriptions/listen', {notifications => $asked}, id => 'l', %o);
}

sub tool {
    my ($name, $arguments, %o) = @_;
    return $c->modern($o{path} // '/probe', 'tools/call', {name => $name,
        arguments => $arguments}, token => $o{token});
}

sub session_stream {
    my $session = $c->initialize('/probe');
    return MCPStream->get($c, '/probe', session => $session);
}

sub sse {
    my $stream = MCPStream->open($c, GET => '/sse',
        headers => {Accept => 'text/event-stream'});
    $stream->event;
    return $stream;
}

# What mod_status counts: {Listen => {Parked => 3, ...}, ...}
sub status {
    my %count;
    my $body = $c->get('/server-status?auto')->body;
    $count{$1}{$2} = $3 while $body
        =~ /^MCPStreams([A-Z]\w*?)(Parked|Stalled|Threads): (\d+)$/mg;
    return \%count;
}

sub parked {
    my $status = status();
    my $sum = 0;
    $sum += $_->{Parked} + $_->{Stalled} for values %$status;
    return $sum;
}

sub ended { return qr/MCP00962: the stream ends: \Q$_[0]\E$/ }

# -- more than there are threads ---------------------------------------------

for (['plain', 0], ['TLS', 1]) {
    my ($how, $tls) = @$_;
    server('', tls => $tls);
    my @listen = map { listens($every) } 1 .. 20;
    is((told_of($_->message))[0], $acknowledged, "$how: it is acknowledged")
        for @listen;
    is($_->header('Connection'), 'close',
        "$how: its connection is not used again") for @listen;
    is($_->header('Transfer-Encoding'), 'chunked',
        "$how: its end can be told from a cut") for @listen;
    my @get = map { session_stream() } 1 .. 10;
    my @sse = map { sse() } 1 .. 10;
    is($_->status, 200, "$how: a stream of a session") for @get;
    $s->await('40 parked', sub { parked() == 40 });
    my $status = status();
    is(join(' ', map { "$_ $status->{$_}{Parked}" } qw(Listen Get SSE)),
        'Listen 20 Get 10 SSE 10', "$how: mod_status shows them by kind");
    is(join(' ', map { $_->{Threads} } values %$status), '0 0 0 0 0',
        "$how: none has a thread");
    is(tool('changed', {list => 'tools'})->status, 200,
        "$how: 4 threads answer beside 40 streams");
    is((told_of($_->message))[0], 'tools/list_changed',
        "$how: each hears of a change") for @listen, @get, @sse;
    tool('changed', {list => 'prompts'});
    ok($_->is_quiet(0), "$how: of nothing that it did not ask for")
        for @listen;
    is((told_of($_->message))[0], 'prompts/list_changed',
        "$how: a session hears of all") for @get;

    # -- who goes, and who is sent away --
    $_->drop for splice(@get), splice(@sse), splice @listen, 0, 10;
    $s->await('10 parked', sub { parked() == 10 });
    my $gone = qr/the stream ends: its client (?:has gone|sent something)$/;
    $s->await('the log to say so', sub { $s->logged($gone) == 30 });
    pass("$how: the log says why a stream ended");
    $s->graceful;
    for my $stream (@listen) {
        my @left = $stream->messages;
        is($left[-1]{result}{resultType}, 'complete',
            "$how: a graceful restart: the result that ends it");
        ok(!$stream->{cut}, "$how: and its end");
    }
    ok($s->logged(ended('the server stops')), "$how: and the log says so");
}

# -- calls that wait ---------------------------------------------------------

# of a tool that is put off twice, and of one that asks the user
server();
my $session = $c->initialize('/probe', capabilities => {roots => {}});
my @later = map { MCPStream->start($c, POST => $c->modern_request('/probe',
    'tools/call', {name => 'later', arguments => {ms => 1500}})) } 1 .. 10;
my @asks = map { MCPStream->legacy($c, '/probe', 'tools/call', {name => 'ask',
    arguments => {method => 'roots/list', label => 'x'}}, id => "a$_",
    session => $session) } 1 .. 10;
my @questions = map { $_->message } @asks;
$s->await('20 calls', sub { (status()->{Call}{Parked} // 0) == 20 });
is(status()->{Call}{Threads}, 0, 'none has a thread');
is($c->modern('/probe', 'tools/list')->status, 200,
    '4 threads answer beside 20 calls that wait');
sub says {
    my ($message) = @_;
    return $c->post('/probe', headers => {'Mcp-Session-Id' => $session,
        'Content-Type' => 'application/json',
        Accept => 'application/json, text/event-stream'},
        body => json_encode({jsonrpc => '2.0', %$message}));
}
says({method => 'notifications/cancelled', params => {requestId => 'a1'}});
is(scalar((shift @asks)->messages), 0, 'one is cancelled, and not answered');
shift @questions;
is(says({id => $_->{id}, result => {roots => []}})->status, 202,
    'an answer is accepted') for @questions;
is(($_->messages)[-1]{result}{content}[0]{text}, '{"roots":[]}',
    'and the tool has it') for @asks;
for my $call (@later) {
    my $r = $call->head->response;
    is($r->json->{result}{content}[0]{text}, 'xx', 'what is put off twice is '
        . 'answered with a body, where nothing was said before');
}
is(parked(), 0, 'no place is left taken');

# it waits for a time first, and for an answer then
my $asks_later = MCPStream->start($c, POST => $c->legacy_request('/probe',
    'tools/call', {name => 'later_ask'}, id => 'c', session => $session));
$s->await('a call that waits', sub { status()->{Call}{Parked} == 1 });
my $late = $asks_later->head->message;
my $asked_at = MCPStream::now();
says({id => $late->{id}, result => {roots => []}});
is(($asks_later->messages)[-1]{result}{content}[0]{text}, '{"roots":[]}',
    'what was put off first may ask then');
cmp_ok(MCPStream::now() - $asked_at, '<', 10,
    'and is woken by the answer, not by its next comment');

# who has gone comes back for the rest
my $wait = MCPStream->legacy($c, '/probe', 'tools/call', {name => 'ask',
    arguments => {method => 'roots/list', label => 'x'}}, id => 'b',
    session => $session);
my $begin = $wait->event;
my $question = $wait->message;
$wait->drop;
$s->await('the thread that goes on', sub { status()->{Call}{Threads} == 1 });
says({id => $question->{id}, result => {roots => []}});
my $again = MCPStream->get($c, '/probe', session => $session,
    last => $begin->{id});
my @rest = $again->messages;
is($rest[-1]{result}{content}[0]{text}, '{"roots":[]}',
    'a stream whose client has gone goes on, to be resumed');

# -- HTTP/2 ------------------------------------------------------------------

SKIP: {
    skip 'no curl with HTTP/2', 1 unless `curl --version` =~ /\bHTTP2\b/;
    skip 'no mod_http2', 1 unless -e MCPServer::libexec() . '/mod_http2.so';
    server("Protocols h2 http/1.1\n", tls => 1, modules => ['http2']);
    my ($method, @request) = (POST => $c->modern_request('/probe',
        'subscriptions/listen', {notifications => $every}, id => 'h2'));
    my ($bytes) = $c->request_bytes($method, @request);
    my ($head, $body) = split /\r\n\r\n/, $bytes, 2;
    my @headers = map { ('-H', $_) } grep { !/^(?:POST|Host|Content-Length)/i }
        split /\r\n/, $head;
    open my $from, '-|', 'curl', '-sSN', '--http2', '--cacert', $s->ca_file,
        '-m', 20, @headers, '--data-binary', $body, $s->issuer . '/probe'
        or die $!;
    like(scalar <$from>, qr/acknowledged/, 'HTTP/2: a stream is begun');
    is(status()->{Listen}{Threads}, 1, 'HTTP/2: and holds a thread');
    $s->graceful;
    like(join('', <$from>), qr/"resultType":"complete"/,
        'HTTP/2: it ends with its result');
    close $from;
}

# -- time --------------------------------------------------------------------

server("Timeout 2\n");
my $stream = listens($every);
$stream->message;
my $get = session_stream();
my @last = $stream->messages;
is($last[-1]{result}{resultType}, 'complete',
    'after Timeout comes the result that ends it');
my @events = $get->events;
ok(@events && $events[-1]{id} && $events[-1]{retry},
    'and to a session how it goes on');
ok($s->logged(ended('its time is over')), 'the log says so');
is(parked(), 0, 'no place is left taken');

# -- tokens ------------------------------------------------------------------

server();
my %journey = map { $_ => $c->journey(user => $_, resource => '/mine') }
    qw(ada bob);
my %mine = map { $_ => listens($every, path => '/mine',
    token => $journey{$_}{access_token}) } qw(ada bob);
$_->message for values %mine;
is($c->revoke($journey{ada}{client}, $journey{ada}{access_token})->status,
    200, 'an access token is revoked');
is(($mine{ada}->messages)[-1]{result}{resultType}, 'complete',
    'the stream that it opened ends');
ok($s->logged(ended('its access token is not good any more')),
    'the log says why');
tool('changed', {list => 'tools'});
is((told_of($mine{bob}->message))[0], 'tools/list_changed',
    'that of another goes on');

# -- readers -----------------------------------------------------------------

# One reads nothing while much is said, to sockets that take little.
server("SendBufferSize 4096\nMCPLimit streams=30\n");
my @uris = map { 'probe://each/' . $_ . 'x' x 1900 } 1 .. 40;
sub much { return listens({resourceSubscriptions => \@uris}) }
my ($reads, $stalls) = (listens($every), much());
$_->message for $reads, $stalls;
setsockopt $stalls->{socket}, Socket::SOL_SOCKET(), Socket::SO_RCVBUF(), 2048;
my $told = 0;
$s->await('a stalled stream', sub {
    tool('updated', {uri => $_, private => JSON::PP::false}) for @uris;
    $told += @uris;
    return status()->{Listen}{Stalled};
});
is(tool('changed', {list => 'tools'})->status, 200,
    "who reads nothing of $told changes does not hold up calls");
is((told_of($reads->message))[0], 'tools/list_changed', 'nor other streams');
$s->await('its end', sub { $s->logged(ended('its client reads nothing')) });
is(parked(), 1, 'it is ended, and its place is free');

# who opens and goes, again and again
my @seen = at_once(4, sub {
    my %seen;
    for (1 .. 100) {
        my $stream = eval { listens($every) } or next;
        $seen{$stream->status}++;
        $stream->drop;
    }
    return \%seen;
});
ok(!(grep { $_ != 200 && $_ != 503 } map { keys %$_ } @seen),
    '400 streams that go at once are opened, or told to come again');
$s->await('their end', sub { parked() == 1 });
tool('changed', {list => 'tools'});
is((told_of($reads->message))[0], 'tools/list_changed',
    'who was there hears what happens');
my @open = map { listens($every) } 1 .. 31;
is(scalar(grep { $_->status == 200 } @open), 29,
    'MCPLimit streams=30: so many of a child');
$s->stop;

done();
