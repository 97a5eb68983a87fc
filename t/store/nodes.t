# Licensed under the Apache License, Version 2.0; see LICENSE.
# Two nodes with state directories of their own and one Redis: a client does not
# notice which of them it meets (architecture D5, D6). And whatever becomes of
# Redis, the answer is never a wrong yes.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPExpect;
use MCPRedis;
use MCPServer;
use MCPStream;

plan skip_all => 'no redis-server' unless MCPRedis::is_there();

my $redis = MCPRedis->new(password => 'sesame-open-wide')->start;
my $timeout = 0.4;
my $lines = "MCPStore redis " . $redis->url
    . " password=file:conf/redis.secret timeout=400ms\n"
    . "MCPSealingKey file:conf/sealing.key\n$CHILDREN\n"
    . "MCPAuditLog logs/audit\n";
my @nodes = map { MCPServer->new } 1, 2;
my $issuer = $nodes[0]->issuer;
for my $node (@nodes) {
    secret_file($node, 'redis.secret', 'sesame-open-wide');
    secret_file($node, 'sealing.key', encode_base64url(sha256('sealing')));
    $node->configure(config => "MCPAuthIssuer $issuer\n$lines");
    $node->start;
    secret('sesame-open-wide');
}
# what a balancer does: the same URLs, another node
my ($one, $two) = map { $_->client(url => $issuer, port => $_->port) } @nodes;

sub secret_file {
    my ($node, $name, $text) = @_;
    open my $out, '>', $node->root . "/conf/$name" or die $!;
    print $out "$text\n";
    close $out;
    chmod 0600, $node->root . "/conf/$name";
    chown((getpwnam 'www-data')[2, 3], $node->root . "/conf/$name") if $> == 0;
}

sub kids { return map $_->{kid}, @{$_[0]->get('/oauth/jwks')->json->{keys}} }
sub token_at {
    my ($n, $token, $status, $name) = @_;
    my $c = ($one, $two)[$n];
    return agree($nodes[$n], '/mcp', sub {
        $c->call_tool('/mcp', hello => {}, token => $token) }, $status, $name);
}
# In all children of a node: in the very next answers where it was revoked, and
# elsewhere as soon as they have heard of it.
sub dead_here {
    my ($n, $token, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    token_at($n, $token, 401, "$name fails at node " . ($n + 1));
}
sub dead_elsewhere {
    my ($n, $token, $name) = @_;
    my $c = ($one, $two)[$n];
    my $patience = 3;
    $nodes[$n]->await('what others revoke to be heard', sub {
        !grep { $_ != 401 } at_once(8, sub { status_of($c, $token) });
    }, $patience);
    pass("$name fails at node " . ($n + 1) . ', too');
}

# -- keys, clients, codes ----------------------------------------------------

is($two->get('/oauth/jwks')->body, $one->get('/oauth/jwks')->body,
    'one JWK Set');
is($two->get('/.well-known/oauth-authorization-server')->json->{issuer},
    $issuer, 'one issuer');
ok(!-e $_->root . '/state/mcp-oauth/keys.json', 'and no key in a node')
    for @nodes;
my $client = $one->register;
my $secret = $one->register(token_endpoint_auth_method =>
    'client_secret_basic');
my $j = $two->journey(client => $client);
ok($j->{access_token}, 'a client registered at one works at the other');
token_at($_, $j->{access_token}, 200, 'its token works at node ' . ($_ + 1))
    for 0, 1;
ok($two->journey(client => $secret)->{access_token},
    'so does one with a secret');

my $session = $one->initialize('/mcp', token => $j->{access_token});
is($two->legacy('/mcp', 'ping', undef, token => $j->{access_token},
    session => $session)->status, 200,
    'D7: a session of one node goes on at the other');
my $open = $one->initialize('/open');
is($two->legacy('/open', 'ping', undef, session => $open)->status, 200,
    'one without a login, too');

my $split = $one->journey(client => $client, until => 'code');
is($two->redeem($split)->status, 200,
    'a code of one node is redeemed at the other');
refused($one->redeem($split), 400, 'invalid_grant', 'and once across both');
my $raced = $one->journey(client => $client, until => 'code');
my @raced = at_once(24, sub { ($one, $two)[$_[0] % 2]->redeem($raced)->status });
is(scalar(grep { $_ == 200 } @raced), 1,
    '24 redemptions at both nodes at once: one wins') or diag "@raced";

# -- refresh families --------------------------------------------------------

my $family = $one->journey(client => $client);
my @refreshed = at_once(12, sub {
    my $r = ($one, $two)[$_[0] % 2]->refresh($family);
    $r->status == 200 ? $r->json : {error => $r->brief} });
is(scalar(grep { $_->{access_token} } @refreshed), 12,
    '12 refreshes of one token at both nodes: all get an answer')
    or diag explain \@refreshed;
my %successors = map { ($_->{refresh_token} // '' => 1) } @refreshed;
is(scalar keys %successors, 1, 'and one live family');
my ($successor) = keys %successors;
my $third = $two->refresh($family, refresh_token => $successor)->json;
is($one->refresh($family, refresh_token => $successor)->json->{refresh_token},
    $third->{refresh_token}, 'a lost answer can be asked for at the other');
token_at($_, $third->{access_token}, 200, 'its token works') for 0, 1;
refused($one->refresh($family), 400, 'invalid_grant',
    'an older token at one node is reuse');
dead_here(0, $third->{access_token}, 'a token of the family');
dead_elsewhere(1, $third->{access_token}, 'a token of the family');
refused($two->refresh($family, refresh_token => $third->{refresh_token}), 400,
    'invalid_grant', 'nor its refresh token');

# -- revocation --------------------------------------------------------------

my $ended = $one->journey(client => $client);
token_at($_, $ended->{access_token}, 200, 'before it is revoked') for 0, 1;
is($one->revoke($client, $ended->{refresh_token})->status, 200,
    'RFC 7009: revoked at one node');
dead_here(0, $ended->{access_token}, 'its access token');
dead_elsewhere(1, $ended->{access_token}, 'its access token');

# -- keys turn ---------------------------------------------------------------

my @before = kids($one);
my %turned = (0 => 0);
{
    # both nodes have keys that are old enough
    my $day = 'MCPLifetime signing-key=1d';
    my ($faked) = map { MCPServer->new(faketime => 1) } 1;
    secret_file($faked, 'redis.secret', 'sesame-open-wide');
    secret_file($faked, 'sealing.key', encode_base64url(sha256('sealing')));
    $faked->configure(config => "MCPAuthIssuer $issuer\n$lines\n$day\n");
    $faked->start;
    my $c = $faked->client(url => $issuer, port => $faked->port);
    $faked->set_clock(86400 + 60);
    $c->get('/oauth/jwks') for 1 .. 8;
    is_deeply([(kids($c))[0, 1]], \@before, 'a third node turns the keys');
    is(scalar(kids($c)), 3, 'previous, current, next');
    for my $n (0, 1) {
        my $node = ($one, $two)[$n];
        $nodes[$n]->await('the new key to be heard of', sub {
            !grep { $_ != 3 } at_once(8, sub { scalar kids($node) }) });
        pass('node ' . ($n + 1) . ' knows the new one');
    }
    is($faked->logged(qr/MCP00863/), 1, 'they turned once');
    $faked->stop;
}
my $fresh = $two->journey(client => $client);
is(jwt_header($fresh->{access_token})->{kid}, $before[1],
    'the next key signs, at every node');
token_at($_, $fresh->{access_token}, 200, 'its tokens are known') for 0, 1;

# -- Redis in trouble --------------------------------------------------------

# A request in the meantime: the status, and how long it took.
sub timed {
    my $ask = shift;
    my $from = MCPServer::clock();
    my $r = $ask->();
    return ($r, MCPServer::clock() - $from);
}
sub unavailable {
    my ($name, $ask, $most) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($r, $seconds) = timed($ask);
    is($r->status, 503, "$name: 503") or diag $r->brief;
    like($r->header('Retry-After') // '', qr/^[1-9]\d*$/,
        'RFC 9110 10.2.3: with Retry-After');
    unlike($r->header('WWW-Authenticate') // '', qr/invalid/,
        'and nobody is told to throw anything away');
    cmp_ok($seconds, '<', $most, "within the timeout: $seconds s") if $most;
}
my $waiting = $one->journey(client => $client, until => 'code');
my $unseen = $one->journey(client => $client);
my $live = $two->journey(client => $client);
my @asked = (
    ['a code', sub { $one->redeem($waiting) }],
    ['a refresh token', sub { $two->refresh($live) }],
    ['a token not seen before', sub { $one->call_tool('/mcp', hello => {},
        token => $unseen->{access_token}) }],
    ['a sign-in', sub { $two->get($two->authorization_request(client =>
        $client, resource => "$issuer/mcp")->{url}) }],
);
# why, and what to do about it: once when it begins, and of each request
expect_log(qr/MCP0045[01]: .*(?:Redis|the state is not open)/, qr/MCP0080\d: /, qr/MCP0081\d: /,
    qr/MCP00461: .*Redis/, qr/MCP00862: .*Redis/);

# All children of a node are at work again: those that began in the meantime,
# or could not reach Redis, try now and then.
sub recovered {
    my ($n, $ask) = @_;
    my $c = ($one, $two)[$n];
    my $good = 0;
    $nodes[$n]->await('Redis to be back', sub {
        my @bad = grep { $_ != 200 } at_once(24, sub { $ask->($c)->status });
        $good = @bad ? 0 : $good + 1;
        return $good == 3;
    });
}
sub with_token {
    my $token = shift;
    return sub { $_[0]->call_tool('/mcp', hello => {}, token => $token) };
}

sub trouble {
    my ($name, $begin, $end, $most) = @_;
    my ($kept) = map { $_->{access_token} } $one->journey(client => $client);
    token_at(0, $kept, 200, "before: $name");
    $begin->();
    unavailable("$name: $_->[0]", $_->[1], $most) for @asked;
    # what is remembered counts only while revocations are heard of
    $nodes[0]->await('nothing to be trusted any more', sub {
        $one->call_tool('/mcp', hello => {}, token => $kept)->status == 503 });
    pass("$name: a token that was seen is not trusted for long");
    is($one->call_tool('/open', hello => {})->status, 200,
        "$name: what needs no login is served");
    $end->();
    recovered($_, with_token($kept)) for 0, 1;
    pass("$name: it is over without a restart of httpd");
    my $again = $two->refresh($live);
    is($again->status, 200, "$name: no login is lost") or diag $again->brief;
    $live->{refresh_token} = $again->json->{refresh_token}
        if $again->status == 200;
    token_at(1, $ended->{access_token}, 401, "$name: revoked is revoked");
}
trouble('Redis stalled', sub { $redis->stall }, sub { $redis->resume },
    4 * $timeout);
trouble('Redis killed', sub { $redis->kill }, sub { $redis->start },
    4 * $timeout);
trouble('a wrong password', sub {
    $redis->password('another-one');
    # who is in stays in
    $redis->say(qw(CLIENT KILL TYPE normal SKIPME yes));
    $redis->say(qw(CLIENT KILL TYPE pubsub));
}, sub { $redis->password('sesame-open-wide') }, 4 * $timeout);

# full: it can be asked, and nothing can be written
$redis->full;
unavailable('a full Redis: a code', $asked[0][1], 4 * $timeout);
unavailable('a full Redis: a refresh token', $asked[1][1], 4 * $timeout);
token_at(0, $unseen->{access_token}, 200,
    'a full Redis: a token is good, that needs no space');
$redis->roomy;
is($one->redeem($waiting)->status, 200, 'through all that a code was kept');
refused($two->redeem($waiting), 400, 'invalid_grant', 'and is good once');

# threads: as many as there are wait no longer than one would
$redis->stall;
my $from = MCPServer::clock();
my @statuses = at_once(24, sub { $two->refresh($live)->status });
cmp_ok(MCPServer::clock() - $from, '<', 8 * $timeout,
    '24 at once: nobody waits for the other');
is(scalar(grep { $_ == 503 } @statuses), 24, 'and nobody is told yes or no');
$redis->resume;
recovered($_, with_token($live->{access_token})) for 0, 1;

# a Redis that comes back empty: no login, and the same keys
my @known = kids($one);
$redis->say('FLUSHALL');
$redis->say('PUBLISH', 'mcp:announcements:0', '');
dead_elsewhere($_, $live->{access_token}, 'a grant that Redis lost')
    for 0, 1;
refused($two->refresh($live), 400, 'invalid_grant', 'of no kind');
is_deeply([kids($_)], \@known, 'the nodes agree on the keys they had')
    for $one, $two;
expect_log(qr/MCP00861: .*the keys were gone and are back/);
ok($two->journey(client => $client)->{access_token}, 'and users sign in');

# a node that starts while Redis is down
my $of_before = $two->initialize('/open');
$nodes[1]->stop;
$redis->stop;
$nodes[1]->start;
unavailable('started without Redis', $asked[1][1]);
is($two->call_tool('/open', hello => {})->status, 200,
    'what needs no login is served');
sub pings { return $_[0]->legacy('/open', 'ping', undef,
    session => $of_before) }
unavailable('started without Redis: a session is not said to be over',
    sub { pings($two) });
unavailable('started without Redis: nor begun', sub {
    ($two->initialize('/open'))[1] });
# where they hold threads: as many as one child may have
my @streams = map { MCPStream->modern($two, '/open', 'subscriptions/listen',
    {notifications => {toolsListChanged => JSON::PP::true}}) }
    1 .. mpm() eq 'event' ? 8 : 4;
$_->message for @streams;
my %children = map { $_ => 1 } $nodes[1]->children;
unavailable('it is tried again', sub { select undef, undef, undef, 0.3;
    $two->refresh($live) }) for 1 .. 8;
my @others = grep { !$_->is_quiet(0) } @streams;
ok(!@others, 'streams go on meanwhile')
    or diag json_text([map { [$_->{passed}, $_->is_over] } @others]);
# where streams hold threads others begin meanwhile
is(scalar(grep { !$children{$_} } $nodes[1]->children), 0,
    'in the children that there were') if mpm() eq 'event';
$_->drop for @streams;
$redis->start;
recovered(1, \&pings);
pass('a session is known again, whatever else is asked');
recovered(1, sub { $_[0]->get('/oauth/jwks') });
ok($two->journey(client => $client)->{access_token},
    'it serves as soon as Redis is there');
ok(scalar $two->initialize('/open'), 'and opens sessions');
$_->stop for @nodes;
$redis->stop;
done();
