# Licensed under the Apache License, Version 2.0; see LICENSE.
# mcpctl where grants and keys are in Redis, which nodes share.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPCtl;
use MCPExpect;
use MCPRedis;
use MCPServer;

plan skip_all => 'no redis-server' unless MCPRedis::is_there();

my $password = 'open-sesame-and-barley';
my $redis = MCPRedis->new(password => $password);
$redis->start;
my $key = MCPCtl->new(state => '/nonexistent')->run('new-key')->{out};

sub node {
    my $s = MCPServer->new;
    for (['redis', $password], ['sealing', $key]) {
        open my $out, '>', $s->root . "/conf/$_->[0].secret" or die $!;
        print $out $_->[1];
        chmod 0600, $out;
    }
    $s->log->secret($password, $key =~ s/\n//r);
    return $s;
}
my $config = $CHILDREN . 'MCPStore redis ' . $redis->url
    . " password=file:conf/redis.secret timeout=500ms\n"
    . "MCPSealingKey file:conf/sealing.secret\n";
my $s = node();
$s->configure(config => $config);
$s->start;
my $c = $s->client;
my $ctl = MCPCtl->new($s);
my $mcp = $c->resource('/mcp');
my $client = $c->register;
my ($one, $two, $three) = map { $c->journey(client => $client) } 1 .. 3;

sub token_is {
    my ($j, $status, $name) = @_;
    return agree($s, '/mcp', sub { $c->call_tool('/mcp', hello => {},
        token => $j->{access_token}) }, $status, $name);
}
sub grant_of { return jwt_claims($_[0]{access_token})->{grant} }

my $known = do { open my $in, '<', "$ctl->{state}/service.json" or die $!;
    local $/; <$in> };
unlike($known, qr/\Q$password/, 'service.json has no password');
my $told = json_decode($known)->{store};
is_deeply([@$told{qw(name url password timeout)}], ['redis', $redis->url,
    'file:' . $s->root . '/conf/redis.secret', 500],
    'but says where Redis is, and where its password');

my $r = $ctl->run('check');
ok($r->{code} == 0 && $r->{out} =~ /^grant +3 +0$/m
    && $r->{out} =~ /^store +redis$/m, 'check') or diag "$r->{out}$r->{err}";
is(scalar @{$ctl->json(qw(list grants))->{grants}}, 3, 'list grants');
is($ctl->json(qw(list users))->{users}[0]{browsers}, 3, 'list users');
my $verify = sub { return $ctl->run(['verify', '--resource', $mcp],
    in => $_[0]{access_token}) };
is($verify->($one)->{code}, 0, 'verify, by keys that are in Redis')
    or diag $verify->($one)->{err};
token_is($one, 200, 'a token works');
is($ctl->run(qw(revoke grant), grant_of($one))->{code}, 0, 'revoke grant');
token_is($one, 401, 'it does not any more');
like($verify->($one)->{out}, qr/grant has ended or was revoked/, 'verify');
is($ctl->run(qw(deny client), $client->{client_id})->{code}, 0, 'deny');
token_is($two, 401, 'its client is denied');
is($ctl->run(qw(allow client), $client->{client_id})->{code}, 0, 'allow');
token_is($two, 200, 'and is not');
is($ctl->json(qw(revoke user ada))->{grants}, 2, 'revoke user');
token_is($three, 401, 'gone');
my $later = $c->journey;
is($ctl->run(qw(rotate keys --compromised))->{code}, 0, 'rotate keys');
token_is($later, 401, 'what the old ones signed is no good');
works($c, $c->journey->{access_token}, '/mcp', 'the new ones are used');
ok(!-e "$ctl->{state}/$_", "no $_ is made") for qw(keys.json state.db);
$r = $ctl->run('compact');
ok($r->{code} == 1 && $r->{err} =~ /"redis"|redis/, 'nothing to compact');

# -- where Redis cannot be had -----------------------------------------------

SKIP: {
    skip 'only root becomes somebody else', 2 if $> != 0;
    $r = $ctl->run([qw(list grants)], user => 'www-data');
    is($r->{code}, 3, 'who may not read the password');
    like($r->{err}, qr/redis\.secret: Permission denied/, 'is told');
}
expect_log(qr/MCP00\d{3}: .*[Rr]edis/);
$redis->password('another');
$r = $ctl->run(qw(list grants));
ok($r->{code} == 3 && $r->{err} =~ /password/i, 'a wrong password')
    or diag $r->{err};
unlike($r->{err}, qr/\Q$password/, 'which is not shown');
$redis->password($password);
$redis->stop;
for ([qw(list grants)], [qw(revoke user ada)],
    ['verify', '--resource', $mcp]) {
    $r = $ctl->run($_, in => $later->{access_token});
    ok($r->{code} == 3 && $r->{err} =~ /[Rr]edis.*\n +\S/,
        "no Redis: @$_[0]") or diag "$r->{code} $r->{out}$r->{err}";
}
$r = $ctl->json('check');
ok($r->{code} == 1 && $r->{problems}[0]{problem} =~ /[Rr]edis/, 'check');
$s->stop;
done();
