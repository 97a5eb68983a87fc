# Licensed under the Apache License, Version 2.0; see LICENSE.
# A grant that ends takes its access tokens with it, at once and in every child;
# and a store that cannot be asked means no.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPServer;

my $s = MCPServer->new(config => $CHILDREN);
$s->start;
my $c = $s->client;

sub token_is {
    my ($token, $status, $name) = @_;
    return agree($s, '/mcp', sub {
        $c->call_tool('/mcp', hello => {}, token => $token) }, $status, $name);
}

sub refreshed {
    my ($j, $token) = @_;
    my $r = $c->refresh($j, refresh_token => $token);
    return $r->status == 200 ? $r->json : undef;
}

# -- reuse of a refresh token ------------------------------------------------

my $other = $c->journey;
my $j = $c->journey;
my $second = refreshed($j, $j->{refresh_token});
my $third = refreshed($j, $second->{refresh_token});
my @tokens = ($j->{access_token}, map $_->{access_token}, $second, $third);
token_is($_, 200, 'before the reuse a token works') for @tokens;
my $session = $c->initialize('/mcp', token => $tokens[2]);
is($c->refresh($j)->json->{error}, 'invalid_grant',
    'OAuth 2.1 4.3.1: a refresh token that was used long ago is reuse');
# nothing between: the very next answer of every child
for (token_is($tokens[0], 401, 'after the reuse the first token does not')) {
    like($_->header('WWW-Authenticate') // '',
        qr/^Bearer error="invalid_token"/, 'with its challenge');
}
token_is($tokens[$_], 401, 'nor does a later one') for 1, 2;
is($c->legacy('/mcp', 'ping', undef, token => $tokens[2], session => $session)
    ->status, 401, 'nor does it in a session');
ok(!refreshed($j, $third->{refresh_token}), 'nor the last refresh token');
token_is($other->{access_token}, 200, 'another grant goes on');
ok(refreshed($other, $other->{refresh_token}), 'and can be refreshed');

$s->graceful;
token_is($tokens[2], 401, 'after a graceful restart it is revoked');
token_is($other->{access_token}, 200, 'and the other is not');
$s->restart;
token_is($tokens[2], 401, 'after a restart it is revoked');
$s->kill_child;
token_is($tokens[2], 401, 'in a new child it is revoked');
token_is($other->{access_token}, 200, 'and the other is not');

# -- a code that is redeemed twice -------------------------------------------

my $twice = $c->journey;
token_is($twice->{access_token}, 200, 'a token works');
is($c->redeem($twice)->json->{error}, 'invalid_grant',
    'RFC 6749 4.1.2: a code is redeemed once');
token_is($twice->{access_token}, 401,
    'and the token of the first time is revoked');
ok(!refreshed($twice, $twice->{refresh_token}), 'its refresh token too');

# -- a store that cannot be used ---------------------------------------------

my $kept = $c->journey->{access_token};
my $fresh = $c->journey->{access_token};
my $waiting = $c->journey(until => 'code');
token_is($kept, 200, 'with a store a token works');
$s->break_store;
for my $token ($kept, $fresh) {
    for (token_is($token, 503, 'a child without a store says 503')) {
        like($_->header('Retry-After') // '', qr/^[1-9]\d*$/,
            'RFC 9110 10.2.3: with Retry-After');
    }
}
for my $endpoint (
    ['the token endpoint, refreshing', sub { $c->refresh($other) }],
    ['the token endpoint, redeeming', sub { $c->redeem($waiting) }],
) {
    my ($name, $ask) = @$endpoint;
    my $r = $ask->();
    is($r->status, 503, "503 from $name");
    is($r->json->{error}, 'temporarily_unavailable', 'with its error');
    like($r->header('Retry-After') // '', qr/^[1-9]\d*$/,
        'RFC 9110 10.2.3: with Retry-After');
}
is($c->call_tool('/open', hello => {})->status, 200,
    'where no login is asked it does not matter');
is($c->get('/.well-known/oauth-protected-resource/mcp')->status, 200,
    'nor to metadata');

$s->mend_store;
token_is($kept, 200, 'with the store back the token works again');
$s->stop;

done();
