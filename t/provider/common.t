# Licensed under the Apache License, Version 2.0; see LICENSE.
# What an identity provider publishes is fetched once for all children, and so
# is known what cannot be fetched.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPSignIn;

my $idp = MCPIdP->new(faketime => 1);
my $patience = 3;    # of MCPFetch
my $w = MCPSignIn->new(idp => $idp, faketime => 1, tls => 0,
    fetch => "timeout=${patience}s connect-timeout=2s",
    at => {oidc => ['oidc']}, config => <<"END" . <<'END');
<Location "/api">
    AuthType mcp
    Require valid-user
    MCPAuthMode resource-server
@{[$idp->section(okta => 'Audience api://default')]}</Location>
END
CustomLog "${ROOT}/logs/children" "%P %U"
<IfModule !mpm_prefork_module>
    StartServers         4
    ServerLimit          4
    ThreadsPerChild      8
    MinSpareThreads      1
    MaxSpareThreads     32
    MaxRequestWorkers   32
</IfModule>
<IfModule mpm_prefork_module>
    StartServers         8
    MinSpareServers      8
    MaxSpareServers     16
    MaxRequestWorkers   16
</IfModule>
END
my ($s, $c) = @$w{qw(s c)};
my $log = $s->root . '/logs/children';
my $many = 12;
my $later = 0;

sub later {
    $later += shift;
    $_->set_clock($later) for $idp, $s;
}
sub asked { return scalar $idp->asked(oidc => shift) }

# Up to the door, so many times.
sub doors { return map { $w->back('oidc') } 1 .. ($_[0] // $many) }

# They go through it at once: how many got what they came for, and how many
# children that took.
sub enter {
    my @v = @_;
    my $from = -s $log;
    my @said = at_once(scalar @v, sub {
        my ($n) = @_;
        return {to => $w->arrive($v[$n - 1])->header('Location') // ''};
    });
    open my $in, '<:raw', $log or die "$log: $!";
    seek $in, $from, 0;
    my %children = map { m{^(\d+) .*/callback} ? ($1 => 1) : () } <$in>;
    return (scalar(grep { $_->{to} =~ /[?&]code=/ } @said),
        scalar keys %children);
}

# All of those enter, and endpoints were asked so often meanwhile.
sub all_enter {
    my ($name, $v, %often) = @_;
    my %before = map { ($_ => asked($_)) } keys %often;
    my ($good) = enter(@$v);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($good, scalar @$v, $name);
    is(asked($_) - $before{$_}, $often{$_}, "$name: $_, asked $often{$_} times")
        for sort keys %often;
}

# -- at the beginning --------------------------------------------------------

# while that takes, all come
$idp->set(oidc => delay => {discovery => 1, keys => 1});
$w->client;
my @sent = at_once($many, sub { return {to => $w->leave('oidc')->{to}} });
is(scalar(grep { $_->{to} =~ m{^https://op\.example\.com/} } @sent), $many,
    "$many users at once, at a server that is new");
is(asked('discovery'), 1, 'its discovery document is fetched once');
my @v = doors();
is(asked('keys'), 0, '(its keys were not needed yet)');
my ($good, $children) = enter(@v);
is($good, $many, 'all sign in');
cmp_ok($children, '>', 1, "in $children children");
is(asked('keys'), 1, 'its keys are fetched once');

# -- other keys --------------------------------------------------------------

later(61);
$idp->rotate('oidc');
all_enter('other keys', [doors()], keys => 1, discovery => 0);
all_enter('and again', [doors()], keys => 0);

# Whoever invents names of keys.
later(61);
my $line = qr/MCP0070[23]: sign-in at .*no key named/;
$s->log->expect($line);
my $before = asked('keys');
my $fake = $s->logged($line);
my $began = MCPServer::clock();
for (1 .. 3) {
    $idp->set(oidc => id_token_header => {kid => "none-$_"});
    ($good) = enter(doors());
    is($good, 0, 'names that no key has');
}
my $most = 1 + int((MCPServer::clock() - $began) / 5);
$idp->set(oidc => id_token_header => undef);
is($s->logged($line) - $fake, 3 * $many, 'are told of in the log');
cmp_ok(asked('keys') - $before, '<=', $most,
    "and asked for at most once in 5 s: $most");
cmp_ok(asked('keys') - $before, '>=', 1, '(but they are)');

# -- tokens that the provider issued -----------------------------------------

sub api { return $c->get('/api', token => shift)->status }
sub token {
    my $token = $idp->mint(okta => user => 'ada', scope => 'openid');
    secret($token);
    return $token;
}

# What so many requests with it at once are answered, each status once.
sub ask_at_once {
    my ($n, $token) = @_;
    my %seen = map { ($_->{status} => 1) }
        at_once($n, sub { return {status => api($token)} });
    return join ' ', sort keys %seen;
}

my $token = token();
is(ask_at_once(32, $token), '404', '32 requests with a token are let in');
is(scalar $idp->asked(okta => $_), 1, "$_ of its issuer: fetched once")
    for qw(discovery keys);
later(61);
$idp->rotate('okta');
is(ask_at_once(32, token()), '404', 'with other keys, too');
is(scalar $idp->asked(okta => 'keys'), 2, 'they are fetched once');
later(61);
my ($header, @parts) = split /\./, $token;
my %header = %{jwt_header($token)};
$began = MCPServer::clock();
my @seen = at_once(16, sub {
    my ($n) = @_;
    my %seen;
    $seen{api(join '.', encode_base64url(json_encode({%header,
        kid => "none-$n-$_"})), @parts)}++ for 1 .. 100;
    return \%seen;
});
$most = 1 + int((MCPServer::clock() - $began) / 5);
is_deeply([map { $_->{401} } @seen], [(100) x 16],
    '1600 tokens with names that no key has are refused');
my $asked = scalar($idp->asked(okta => 'keys')) - 2;
ok($asked >= 1 && $asked <= $most, "for $asked fetches, $most at most");

# -- when it is old ----------------------------------------------------------

# Nobody waits for it, so it may come after those who sign in.
my %had;
sub before { %had = map { ($_ => asked($_)) } qw(discovery keys) }
sub renewed {
    my ($name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $idp->await(oidc => $_ => $had{$_} + 1) for sort keys %had;
    all_enter($name, [doors()]);
    is(asked($_) - $had{$_}, 1, "$name: $_, asked once") for sort keys %had;
}

$idp->set(oidc => delay => undef);
later(3700);
before();
all_enter('what is old serves', [doors()]);
renewed('while it is renewed');

# -- when it is down ---------------------------------------------------------

$s->log->expect(qr/MCP00601: https:\S+ was not fetched anew: it answered 503/);
later(3700);
before();
$idp->set(oidc => down => {discovery => 503, keys => 503});
all_enter('it is down', [doors()]);
renewed('all know that');
$s->graceful;
all_enter('children that are new do, too', [doors()], keys => 0,
    discovery => 0);
$idp->set(oidc => down => undef);
later(3700);
before();
$s->graceful;
all_enter('they have what is old', [doors()]);
renewed('and renew it');

# -- when a child is killed --------------------------------------------------

later(61);
$idp->rotate('oidc');
$idp->set(oidc => down => {keys => 'hang'});
my ($first, @rest) = doors(5);
my $keys = asked('keys');
my $pid = fork // die $!;
if (!$pid) {
    eval { $w->arrive($first) };    # nobody will answer that
    require POSIX;
    POSIX::_exit(0);
}
$idp->await(oidc => keys => $keys + 1);
my @old = $s->children;
kill KILL => @old;
$s->await('the end of all children', sub {
    $s->answers && !grep { -e "/proc/$_" } @old });
waitpid $pid, 0;
$idp->set(oidc => down => undef);
$began = MCPServer::clock();
all_enter('who fetched was killed', \@rest, keys => 1);
cmp_ok(MCPServer::clock() - $began, '<', $patience + 3,
    'nobody waits for it for long');

# -- a start -----------------------------------------------------------------

$s->stop;
$s->start;
my $discovery = asked('discovery');
all_enter('a start', [doors()], keys => 1);
is(asked('discovery') - $discovery, 1, 'fetches all of it anew');
$w->no_leaks;
$w->stop;
done();
