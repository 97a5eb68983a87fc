# Licensed under the Apache License, Version 2.0; see LICENSE.
# Our own keys (architecture D5): they turn with overlap, once for all children,
# and nothing that lives is lost by it. Each has one issuer.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPExpect;
use MCPServer;

my $day = 86400;
my $lifetimes = "MCPLifetime access-token=1d signing-key=1d\n"
    . "MCPAuditLog logs/audit\n";
my $s = MCPServer->new(faketime => 1, config => "$CHILDREN\n$lifetimes");
my $dir = $s->root . '/state/mcp-oauth';
$s->start;
my $c = $s->client;

sub slurp {
    open my $in, '<:raw', $_[0] or return;
    return do { local $/; <$in> };
}
sub kids { return map $_->{kid}, @{$c->get('/oauth/jwks')->json->{keys}} }
# The JWK Sets that all children give.
sub key_sets {
    my %sets = map { ($_ => 1) }
        at_once(16, sub { $c->get('/oauth/jwks')->body });
    return keys %sets;
}
sub token_is {
    my ($token, $status, $name) = @_;
    return agree($s, '/mcp', sub {
        $c->call_tool('/mcp', hello => {}, token => $token) }, $status, $name);
}

# -- by age ------------------------------------------------------------------

my @before = kids();
is(scalar @before, 2, 'RFC 7517 5: the current key and the next one');
my $client = $c->register;
my $secret = $c->register(token_endpoint_auth_method => 'client_secret_basic');
my $early = $c->journey(client => $client);
$s->set_clock($day - 30);
my $late = $c->journey(client => $client);
my $waiting = $c->journey(client => $client, until => 'consent');
is(jwt_header($late->{access_token})->{kid}, $before[0],
    'RFC 9068 2.1: a token names its key');
token_is($late->{access_token}, 200, 'a token of the old key');
my $session = $c->initialize('/mcp', token => $late->{access_token});

$s->set_clock($day + 30);
my @at_once = at_once(16, sub {
    my $r = $c->refresh($late);
    return $r->status == 200 ? $r->json : $r->brief });
is(scalar(grep { ref } @at_once), 16,
    'when keys turn, all who come at once get an answer')
    or diag explain \@at_once;
my ($one) = grep { ref } @at_once;
token_is($_->{access_token}, 200, 'that works in all children')
    for @at_once[0, 7, 15];
my @after = kids();
is(scalar @after, 3, 'RFC 7517 5: previous, current, next');
is_deeply([@after[0, 1]], \@before,
    'those that were there are there: nobody needs a new JWK Set for it');
is(scalar(key_sets()), 1, 'one JWK Set in all children');
is($s->logged(qr/MCP00863/), 1, 'one child has turned them');
is_deeply([map { $_->{event} eq 'key-rotated' ? [@{$_}{qw(key reason)}] : () }
    map json_decode($_), split /\n/, slurp($s->root . '/logs/audit')],
    [[$before[1], 'age']], 'which is audited');
my $fresh = $c->journey(client => $client);
is(jwt_header($fresh->{access_token})->{kid}, $before[1],
    'the key that was shown as the next one signs');
token_is($fresh->{access_token}, 200, 'its tokens work in all children');
token_is($late->{access_token}, 200, 'so do those of the one before');
my ($form) = $c->forms($waiting->{response});
is($waiting->{browser}->submit($waiting->{response}, $form,
    decision => 'approve')->status, 303, 'a consent page goes on');
is($c->journey(client => $secret)->{tokens}{token_type}, 'Bearer',
    'a registration goes on, and a derived secret');
is($c->legacy('/mcp', 'ping', undef, token => $late->{access_token},
    session => $session)->status, 200,
    'a session goes on');
my $turned = $c->refresh($early);
is($turned->status, 200, 'a refresh token of the old key goes on');
is($c->refresh($early)->json->{refresh_token}, $turned->json->{refresh_token},
    'D8: and its lost answer can be asked for again');

my ($set) = key_sets();
for my $kind (qw(graceful restart)) {
    $s->$kind;
    is($c->get('/oauth/jwks')->body, $set, "after a $kind: the same");
}
$s->stop->start;
is($c->get('/oauth/jwks')->body, $set, 'after a stop and a start: the same');
token_is($fresh->{access_token}, 200, 'and the tokens work');

# once a day from then on; what nobody can need goes
for my $n (2 .. 6) {
    $s->set_clock($n * $day + 60);
    is($c->refresh($early, refresh_token => $turned->json->{refresh_token})
        ->status, 200, "day $n: the family lives") if $n == 2;
    my $token = $c->journey(client => $client)->{access_token};
    token_is($token, 200, "day $n: a token works in all children");
}
is(scalar(key_sets()), 1, 'one JWK Set in all children');
my @later = kids();
is(scalar @later, 5, 'previous keys are kept for three days');
ok(!(grep { $_ eq $before[0] } @later), 'and no longer');

# -- they cannot be written down ---------------------------------------------

SKIP: {
    skip 'root may write everywhere', 4 if $> == 0;
    chmod 0500, $dir;
    $s->set_clock(7 * $day + 90);
    expect_log(qr/MCP00862: the keys stay as they are: .*can be written/);
    my $token = $c->journey(client => $client)->{access_token};
    token_is($token, 200, 'keys that cannot turn are good still');
    is_deeply([kids()], \@later, 'they stay as they are');
    cmp_ok($s->logged(qr/MCP00862/), '<=', scalar $s->children,
        'the log says so, not for each request');
    chmod 0700, $dir;
    $s->set_clock(7 * $day + 180);
    $c->journey(client => $client);
    is_deeply([(kids())[0 .. 3]], [@later[1 .. 4]], 'mended, they turn');
}
$s->stop;

# -- an issuer that changed --------------------------------------------------

my $n = MCPServer->new(config => $CHILDREN);
$n->start;
$c = $n->client;
my $kept = $c->journey;
my @own = kids();
my $other = 'http://127.0.0.1:' . $n->port;
$n->configure(config => "$CHILDREN\nMCPAuthIssuer $other\n");
require_log(qr/MCP00860: the last start was for the issuer \Q@{[$n->issuer]}\E, which is not configured any more; now it is for \Q$other\E:.*MCPAuthIssuer \Q@{[$n->issuer]}\E$/);
$n->restart;
my @foreign = kids();
is(scalar(grep { my $k = $_; grep { $_ eq $k } @own } @foreign), 0,
    'D5: no key has two issuers');
is(status_of($c, $kept->{access_token}), 401,
    'a token of the issuer before is good for nothing');
$n->restart;
is($n->logged(qr/MCP00860/), 1, 'it is said once');
$n->configure(config => $CHILDREN);
$n->restart;
expect_log(qr/MCP00860: .*issuer \Q$other\E/);
is_deeply([kids()], \@own, 'put back, it has its keys again');
works($c, $kept->{access_token}, '/mcp', 'and its tokens');

# -- MCPSealingKey -----------------------------------------------------------

my $file = $n->root . '/state/mcp-oauth/keys.json';
my %key = map { ($_ => encode_base64url(sha256($_))) } qw(first second);
like(slurp($file), qr/"secret"/, 'without a sealing key the file is enough');
sub seal {
    my ($n, @keys) = @_;
    my $line = @keys ? "MCPSealingKey @keys\n" : '';
    $n->configure(config => "$CHILDREN\n$line");
}
expect_log(qr/MCP00650: MCPSealingKey/);    # a literal that all can read
seal($n, $key{first});
$n->restart;
unlike(slurp($file), qr/"secret"|"d"|\Q$own[0]\E/,
    'MCPSealingKey: nothing of the keys is in the file in clear');
is_deeply([kids()], \@own, 'they are the same');
seal($n, @key{qw(second first)});
$n->restart;
works($c, $kept->{access_token}, '/mcp', 'a new one, with the one before');
seal($n, $key{second});
$n->restart;
works($c, $kept->{access_token}, '/mcp', 'and then alone');
$n->stop;
my $sealed = slurp($file);
for ([qr/sealed under another key/, $key{first}],
    [qr/it is sealed, and there is no MCPSealingKey/]) {
    my ($said, @keys) = @$_;
    seal($n, @keys);
    expect_log(qr/MCP00461: .*$said/);
    ok(!eval { $n->start }, 'without the right one it does not start');
    ok($n->logged($said), 'and says why');
    is(slurp($file), $sealed, 'nothing is overwritten');
}
seal($n, $key{second});
$n->start;
works($c, $kept->{access_token}, '/mcp', 'with it all is there');
$n->stop;
done();
