# Licensed under the Apache License, Version 2.0; see LICENSE.
# mcpctl revoke, deny, allow: at once and in every child; and where the server
# is stopped, from its next start on.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPCtl;
use MCPExpect;
use MCPServer;

my $s = MCPServer->new(config => $CHILDREN);
$s->start;
my $c = $s->client;
my $ctl = MCPCtl->new($s);

sub token_is {
    my ($token, $status, $name) = @_;
    return agree($s, '/mcp', sub {
        $c->call_tool('/mcp', hello => {}, token => $token) }, $status, $name);
}
sub digest_of {
    return encode_base64url(sha256(jwt_claims($_[0]{access_token})->{grant}));
}
sub says {
    my ($code, $out, $name, @words) = @_;
    my $r = $ctl->run(@words);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok($r->{code} eq $code && "$r->{out}$r->{err}" =~ $out, $name)
        or diag "$r->{code}: $r->{out}$r->{err}";
}

my $client = $c->register;
my $other = $c->register(client_name => 'Another',
    redirect_uris => ['http://127.0.0.1:4713/cb']);
my ($one, $two, $of_bob) = map { $c->journey(client => $client, user => $_) }
    qw(ada ada bob);
my $elsewhere = $c->journey(client => $other);
token_is($_->{access_token}, 200, 'a token works')
    for $one, $two, $of_bob, $elsewhere;

# -- a grant -----------------------------------------------------------------

says(1, qr/no such grant/, 'a grant that is not there', qw(revoke grant),
    'A' x 43);
says(1, qr/8 characters/, 'too little of its name', qw(revoke grant),
    substr digest_of($one), 0, 7);
says(0, qr/grant of ada is revoked/, 'a grant by the beginning of its name',
    qw(revoke grant), substr digest_of($one), 0, 12);
token_is($one->{access_token}, 401, 'its token is good for nothing');
refused($c->refresh($one), 400, 'invalid_grant', 'nor can it be refreshed');
token_is($two->{access_token}, 200, 'another of the same user goes on');
says(1, qr/no such grant/, 'it is not there any more', qw(revoke grant),
    digest_of($one));
my $r = $ctl->json(qw(revoke grant), jwt_claims($two->{access_token})->{grant});
is_deeply($r, {grants => 1, code => 0}, 'for programs; by its id');
token_is($two->{access_token}, 401, 'gone');

# -- a token -----------------------------------------------------------------

my $lost = $c->journey(client => $client);
$r = $ctl->run([qw(revoke token)], in => "$lost->{access_token}\n");
is($r->{code}, 0, 'an access token that somebody found');
unlike("$r->{out}$r->{err}", qr/\Q$lost->{access_token}/, 'is not shown');
token_is($lost->{access_token}, 401, 'and is good for nothing');
like($r->{out}, qr/mcpctl revoke grant \Q${\digest_of($lost)}\E$/m,
    'it says which grant lives on');
my $verified = $ctl->run(['verify', '--resource', $c->resource('/mcp')],
    in => $lost->{access_token});
like($verified->{out}, qr/is not good .*: it was revoked/, 'verify says so');
my $fresh = $c->refresh($lost)->json;
token_is($fresh->{access_token}, 200, 'the next one is good');
$r = $ctl->json([qw(revoke token)], in => $lost->{refresh_token});
is_deeply($r, {grants => 1, code => 0},
    'a refresh token, also one that was used: its grant ends');
token_is($fresh->{access_token}, 401, 'with all its tokens');
is($ctl->run([qw(revoke token)], in => $lost->{refresh_token})->{code}, 1,
    'there is no more to end');
is($ctl->run([qw(revoke token)], in => $lost->{access_token})->{code}, 1,
    'a second time it was no good any more');
is($ctl->run([qw(revoke token)], in => $_)->{code}, 1, 'what is no token')
    for 'x', 'a.b.c', 'r1-1.AAAA.1.AAAA';
is($ctl->run([qw(revoke token)], in => "\n")->{code}, 2, 'nothing at all');
# one that was made up must not end anybody's grant
my @parts = split /\./, $of_bob->{access_token};
is($ctl->run([qw(revoke token)], in => "$parts[0].$parts[1]." . 'A' x 86)
    ->{code}, 1, 'a token without our signature');
token_is($of_bob->{access_token}, 200, 'ends nothing');

# -- a user ------------------------------------------------------------------

my @of_ada = map { $c->journey(client => $client) } 1, 2;
says(1, qr/no user/, 'a user who holds nothing', qw(revoke user nobody));
says(1, qr/no user/, 'whom another vouches for', qw(revoke user ada --issuer
    https://elsewhere.example));
$r = $ctl->json(qw(revoke user ada));
is($r->{grants}, 3, 'all that ada granted');
is(scalar(grep { $_->{user} eq 'ada' } @{$ctl->json(qw(list users))->{users}}),
    0, 'and her browsers are signed out');
token_is($_->{access_token}, 401, 'is gone') for @of_ada, $elsewhere;
token_is($of_bob->{access_token}, 200, 'what bob granted is not');
my $mailed = $c->journey(client => $client);
$s->provider_says($mailed->{access_token}, email => 'ada@example.com');
says(1, qr/no user/, 'an e-mail address of nobody', qw(revoke user
    bob@example.com));
says(0, qr/1 grant revoked/, 'or by the e-mail address', qw(revoke user
    ada@example.com));
token_is($mailed->{access_token}, 401, 'is gone');
my $again = $c->journey(client => $client);
token_is($again->{access_token}, 200, 'ada may come back');

# -- a client ----------------------------------------------------------------

my $theirs = $c->journey(client => $other);
says(1, qr/no client/, 'a part of an id is nobody',
    qw(revoke client), substr $client->{client_id}, 0, 30);
says(0, qr/2 grants revoked/, 'all of a client', qw(revoke client),
    $client->{client_id});
token_is($_->{access_token}, 401, 'is gone') for $of_bob, $again;
token_is($theirs->{access_token}, 200, 'that of another is not');
token_is($c->journey(client => $client)->{access_token}, 200,
    'it may ask again');

# -- a client that is denied -------------------------------------------------

my $brief = substr($other->{client_id}, 0, 20) . '~'
    . encode_base64url(sha256($other->{client_id}));
says(0, qr/denied/, 'deny, by the brief id', qw(deny client), $brief);
token_is($theirs->{access_token}, 401, 'its token is good for nothing');
my $refused = $c->refresh($theirs);
is($refused->json->{error}, 'invalid_client', 'nobody knows it');
says(0, qr/allowed again/, 'allow', qw(allow client),
    encode_base64url(sha256($other->{client_id})));
token_is($theirs->{access_token}, 200, 'its token is good again');
is($c->refresh($theirs)->status, 200, 'and it is known');
says(1, qr/was not denied/, 'allow what is allowed', qw(allow client), $brief);
my $url = 'https://bad.example/client.json';
is_deeply($ctl->json(qw(deny client), $url), {denied => 1, code => 0},
    'a client that was never here, by its URL');
is_deeply($ctl->json(qw(allow client), $url), {allowed => 1, code => 0},
    'and back');
says(1, qr/no client/, 'a word that is nobody\'s id', qw(deny client someone));

# -- while the server is stopped ---------------------------------------------

my ($kept, $ended) = map { $c->journey(client => $client) } 1, 2;
$s->stop;
says(0, qr/revoked/, 'on a stopped server', qw(revoke grant),
    digest_of($ended));
my @owners = map { (stat)[4] } glob "$ctl->{state}/*";
my $owner = (stat $ctl->{state})[4];
ok(!(grep { $_ != $owner } map { (stat)[4] }
    grep { !/service\.json$/ } glob "$ctl->{state}/*"),
    'every file keeps its owner');
$s->start;
dead($c, $ended->{access_token}, '/mcp', 'from its start on it is revoked');
works($c, $kept->{access_token}, '/mcp', 'and the other is not');
$s->stop;
done();
