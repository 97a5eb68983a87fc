# Licensed under the Apache License, Version 2.0; see LICENSE.
# A full disk: what cannot be written down is not promised, and nothing that was
# is lost.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPExpect;
use MCPServer;

plan skip_all => 'no disk of its own to be had: no mount namespaces here'
    unless MCPServer::has_disks();

my $s = MCPServer->new(disk => '2m', config => $CHILDREN);
my $dir = $s->root . '/state/mcp-oauth';
$s->start;
my $c = $s->client;
my $client = $c->register;
my $j = $c->journey(client => $client);
my $revoked = $c->journey(client => $client);
refused($c->redeem($revoked), 400, 'invalid_grant', 'a code is redeemed twice');
my @waiting = map { $c->journey(client => $client, until => 'code') } 1 .. 3;
my $keys = $c->get('/oauth/jwks')->body;
like($s->inside("ls $dir"), qr/state\.db/, 'the state is on a disk of its own');

expect_log(qr/MCP00450: .*state\.db: .*(?:full|I\/O).*(?:Free space|Check the disk)/);
expect_log(qr/MCP00050: the state file is not being tidied: .*state\.db/);
# also what SQLite has room for is used up then, and what it gives back when it
# takes its log in
sub fill { $s->inside("head -c 4m /dev/zero >> $dir/../filler 2>/dev/null") }
# A refresh alone may need no more room than it had, for the log is taken in once
# a second and begins anew. New grants do.
my $fails = 0;
$s->await('the disk to be full', sub {
    fill();
    eval { $c->journey(client => $client, until => 'code') };
    my $r = $c->refresh($j);
    $j->{refresh_token} = $r->json->{refresh_token} if $r->status == 200;
    return $fails += $r->status == 503;
}, 60);
for (
    ['a refresh token', sub { $c->refresh($j) }],
    ['a code', sub { $c->redeem($waiting[0]) }],
    ['another code', sub { $c->redeem($waiting[1]) }],
) {
    my ($name, $ask) = @$_;
    fill();
    my $r = $ask->();
    is($r->status, 503, "a full disk: $name is 503");
    like($r->header('Retry-After') // '', qr/^[1-9]\d*$/,
        'RFC 9110 10.2.3: with Retry-After');
    is($r->json->{error}, 'temporarily_unavailable', 'and its error');
}
agree($s, '/mcp', sub { $c->call_tool('/mcp', hello => {},
    token => $j->{access_token}) }, 200, 'tokens work: that needs no space');
dead($c, $revoked->{access_token}, '/mcp', 'and what was revoked does not');
is($c->get('/oauth/jwks')->body, $keys, 'the keys are there');
is($c->register_response->status, 201, 'clients register: that needs none');

$s->inside("rm $dir/../filler");
is($c->refresh($j)->status, 200, 'there is space again: the family lives');
is($c->redeem($_)->status, 200, 'and no code was used up in vain')
    for @waiting;
refused($c->redeem($_), 400, 'invalid_grant', 'they are used once')
    for @waiting[0, 1];
is($s->inside("sqlite3 $dir/state.db 'PRAGMA integrity_check'"), "ok\n",
    'the state file is whole');
$s->stop;
done();
