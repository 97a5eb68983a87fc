# Licensed under the Apache License, Version 2.0; see LICENSE.
# mcpctl rotate keys and new-key, and keys that are sealed.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPCtl;
use MCPExpect;
use MCPServer;

my $ctl = MCPCtl->new(state => '/nonexistent');
my $key = $ctl->run('new-key')->{out};
like($key, qr{^[A-Za-z0-9+/]{43}=\n\z}, 'a key of 32 bytes, without any state');
isnt($ctl->run('new-key')->{out}, $key, 'another one each time');
like($ctl->json('new-key')->{key}, qr{^[A-Za-z0-9+/]{43}=\z}, 'for programs');

my ($library) = glob '/usr/lib/*/faketime/libfaketime.so.1';
my $s = MCPServer->new(faketime => 1,
    config => "${CHILDREN}MCPSealingKey file:conf/sealing.key\n");
my $file = $s->root . '/conf/sealing.key';
{
    open my $out, '>', $file or die $!;
    print $out $key;
    chmod 0600, $out;
}
chomp $key;
$s->log->secret($key);
$s->start;
my $c = $s->client;
$ctl = MCPCtl->new($s);
my $j = $c->journey;
my $mcp = $c->resource('/mcp');

sub rotate {
    my ($after, @words) = @_;
    return $ctl->run([qw(rotate keys), @words], env => {
        LD_PRELOAD => $library, FAKETIME => "+${after}s"});
}
sub kids { return map $_->{kid}, @{$c->get('/oauth/jwks')->json->{keys}} }
sub signer { return jwt_header($c->journey->{access_token})->{kid} }
sub verify {
    return $ctl->run(['verify', '--resource', $mcp],
        in => $j->{access_token}, @_);
}

# -- sealed keys -------------------------------------------------------------

my $known = do { open my $in, '<', "$ctl->{state}/service.json" or die $!;
    local $/; <$in> };
unlike($known, qr/\Q$key/, 'service.json has no secret');
is(json_decode($known)->{sealing_key}, "file:$file",
    'but says where it is');
is(verify()->{code}, 0, 'keys that are sealed are opened');
is($ctl->run('check')->{code}, 0, 'and checked');
my $r = $ctl->run(['verify', '--resource', $mcp, '--sealing-key', 'env:KEY'],
    in => $j->{access_token}, env => {KEY => 'x' x 44});
is($r->{code}, 3, 'not with another key');
like($r->{err}, qr/sealed under another key/, 'it says so');
is($ctl->run(['verify', '--resource', $mcp, '--sealing-key', 'env:KEY'],
    in => $j->{access_token}, env => {KEY => $key})->{code}, 0,
    'a key from the environment');
is($ctl->run(['verify', '--resource', $mcp, '--sealing-key',
    "exec:/bin/cat $file"], in => $j->{access_token})->{code}, 0,
    'a key that a program prints');
for ('a literal', 'env:NONE_OF_THIS', 'file:/nonexistent', 'exec:/nonexistent')
{
    $r = $ctl->run(['verify', '--resource', $mcp, '--sealing-key', $_],
        in => $j->{access_token});
    ok($r->{code} == 3 && $r->{err} =~ /the secret \Q$_\E: .*\n.*root/,
        "$_: it cannot be had") or diag $r->{err};
}
SKIP: {
    skip 'only root becomes somebody else', 4 if $> != 0;
    $r = verify(user => 'www-data');
    is($r->{code}, 3, 'the owner of the state may not read the sealing key');
    like($r->{err}, qr/sealing\.key: Permission denied/, 'it says so');
    is($ctl->run([qw(list grants)], user => 'www-data')->{code}, 0,
        'nor does it need to, but for the keys');
    # what the user of the server can put there, root does not open
    rename "$ctl->{state}/service.json", "$ctl->{state}/service.json.root";
    open my $out, '>', "$ctl->{state}/service.json" or die $!;
    print $out $known;
    close $out;
    chown((stat $ctl->{state})[4, 5], "$ctl->{state}/service.json");
    like(verify()->{err}, qr/sealing\.key: Permission denied/,
        'a service.json that is not of root names nothing that root reads');
    rename "$ctl->{state}/service.json.root", "$ctl->{state}/service.json";
}

# -- a program that prints the sealing key -----------------------------------

my $argument = 'https://vault.example/a//b/../c';
{
    open my $out, '>', $s->root . '/conf/vault.sh' or die $!;
    print $out "#!/bin/sh\n[ \"\$1\" = '$argument' ] && cat $file\n";
    chmod 0755, $out;
}
$s->configure(config => "${CHILDREN}MCPSealingKey "
    . "\"exec:conf/vault.sh $argument\"\n");
$s->restart;
is(verify()->{code}, 0, 'mcpctl runs it as httpd does, with its arguments')
    or diag verify()->{err};

# -- turning -----------------------------------------------------------------

my @before = kids();
my $old = signer();
$r = rotate(0);
is($r->{code}, 1, 'the next key was shown for too short');
like($r->{err}, qr/shown for less than 10 minutes/, 'it says so');
is_deeply([kids()], \@before, 'nothing has turned');
$s->set_clock(700);
$r = rotate(700);
is($r->{code}, 0, 'after a while keys turn') or diag $r->{err};
my $new = signer();
isnt($new, $old, 'another one signs');
ok((grep { $_ eq $new } @before), 'that was shown before');
ok((grep { $_ eq $old } kids()), 'the old one is shown still');
works($c, $j->{access_token}, '/mcp', 'what it signed is good');
is($c->refresh($j)->status, 200, 'so is a refresh token');
is((stat "$ctl->{state}/keys.json")[4], (stat $ctl->{state})[4],
    'the file belongs to the owner of the state');
open my $in, '<', "$ctl->{state}/keys.json" or die $!;
like(scalar <$in>, qr/"sealed":/, 'and is sealed');

my $data = $ctl->json(qw(rotate keys --compromised));
is_deeply($data, {rotated => 1, code => 0}, 'keys that others have seen');
agree($s, '/mcp', sub { $c->call_tool('/mcp', hello => {},
    token => $j->{access_token}) }, 401, 'what they signed is no good');
ok(!(grep { my $kid = $_; grep { $_ eq $kid } @before, $new } kids()),
    'none of them is shown');
is($c->refresh($j)->json->{error}, 'invalid_client',
    'their clients are unknown');
works($c, $c->journey->{access_token}, '/mcp', 'and all can begin anew');

$s->stop;
$r = rotate(2000);
is($r->{code}, 0, 'keys turn where the server is stopped') or diag $r->{err};
$s->start;
works($c, $c->journey->{access_token}, '/mcp', 'and it starts with them');
$s->stop;
done();
