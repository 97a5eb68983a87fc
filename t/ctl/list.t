# Licensed under the Apache License, Version 2.0; see LICENSE.
# mcpctl list: what is granted to whom, beside a running server and without it.
use strict;
use warnings;
use utf8;
use MCPTest;
use MCPCtl;
use MCPServer;

my $s = MCPServer->new(config => <<'END');
<MCPRegisteredClient web>
    RedirectURI https://web.example/cb
    Label       "The web"
</MCPRegisteredClient>
END
$s->start;
my $c = $s->client;
my $ctl = MCPCtl->new($s);

sub lines_of { return split /\n/, $ctl->run(@_)->{out} }
sub grants { return @{$ctl->json(qw(list grants), @_)->{grants}} }
sub clients { return @{$ctl->json(qw(list clients), @_)->{clients}} }
sub users { return @{$ctl->json(qw(list users), @_)->{users}} }

# -- nothing yet -------------------------------------------------------------

for my $what (qw(grants clients users)) {
    my $r = $ctl->run('list', $what);
    is($r->{code}, 0, "no $what: that is no fault");
    is(scalar(split /\n/, $r->{out}), 1, 'the names of columns alone');
    is_deeply($ctl->json('list', $what)->{$what}, [], 'an empty list');
}

# -- grants ------------------------------------------------------------------

my $began = time;
my $client = $c->register(client_name => 'Notes & more');
my $ada = $c->journey(client => $client);
my $bob = $c->journey(client => $client, user => 'bob', resource => '/notes',
    scope => 'notes:read');
my $web = $c->journey(client => {client_id => 'web',
    redirect_uris => ['https://web.example/cb']});
is($c->refresh($bob)->status, 200, 'bob is refreshed');

my @grants = grants();
is(scalar @grants, 3, 'three grants');
is(join(' ', map $_->{user}, @grants), 'ada ada bob', 'by their users');
my ($of_bob) = grep { $_->{user} eq 'bob' } @grants;
my $claims = jwt_claims($bob->{access_token});
is($of_bob->{grant}, encode_base64url(sha256($claims->{grant})),
    'a grant is named by the digest of its id, as in the log');
is($of_bob->{client_id}, $client->{client_id}, 'it has the id of its client');
is($of_bob->{client}, substr($client->{client_id}, 0, 20) . '~'
    . encode_base64url(sha256($client->{client_id})), 'in brief, too');
is($of_bob->{client_name}, 'Notes & more', 'and the name that is in it');
is($of_bob->{subject}, $claims->{sub}, 'its subject');
is($of_bob->{issuer}, $claims->{idp}, 'who vouches for that');
is($of_bob->{resource}, $c->resource('/notes'), 'its resource');
is($of_bob->{scope}, 'notes:read', 'its scope');
cmp_ok($of_bob->{created}, '>=', $began, 'when it began');
cmp_ok($of_bob->{expires}, '>', time + 29 * 86400, 'when it will end');
my ($of_web) = grep { $_->{client} eq 'web' } @grants;
is($of_web->{client_name}, 'The web', 'a client of the configuration has the '
    . 'name that it has there');

my @lines = lines_of(qw(list grants));
is(scalar @lines, 4, 'for people: a line each, below the names of columns');
my $at = index $lines[0], 'resource';
is(substr($lines[$_], $at, 7), 'http://', 'they are aligned') for 1 .. 3;
like($lines[3], qr/^\Q${\substr $of_bob->{grant}, 0, 12}\E  bob /,
    'the beginning of its digest names a grant');
unlike($lines[3], qr/\s$/, 'no blanks at the end');
like($lines[3], qr/ \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ /, 'times are in UTC');

is(join(' ', map $_->{resource}, grants('--user', 'bob')),
    $c->resource('/notes'), '--user');
is(scalar(grants('--user=nobody')), 0, '--user of nobody');
is(join(' ', map $_->{user}, grants('--client', 'web')), 'ada', '--client');
is(scalar(grants('--client', $of_bob->{client})), 2, '--client in brief');
is(scalar(grants('--client', $client->{client_id}, '--user', 'ada')), 1,
    'both');

# -- clients and users -------------------------------------------------------

my $denied = $c->register(client_name => 'Bad one',
    redirect_uris => ['http://127.0.0.1:4711/other']);
is($ctl->run(qw(deny client), $denied->{client_id})->{code}, 0, 'denied');
my %of = map { ($_->{client_id} => $_) } clients();
is(scalar keys %of, 3, 'the clients that have something, and the denied one');
is_deeply([@{$of{$client->{client_id}}}{qw(grants consents client_name)}],
    [2, 0, 'Notes & more'], 'what one has');
is_deeply([@{$of{web}}{qw(grants consents client_name)}], [1, 1, 'The web'],
    'a remembered consent counts');
ok($of{$denied->{client_id}}{denied}, 'the denied one is');
ok(!$of{web}{denied}, 'and another is not');
is($of{$denied->{client_id}}{client_name}, 'Bad one',
    'it has its name, though no grant');
like((lines_of(qw(list clients)))[1], qr/(?:yes|-)$/, 'for people');

is_deeply([map [@$_{qw(user grants consents browsers)}], users()],
    [['ada', 2, 1, 2], ['bob', 1, 0, 1]], 'users and what they have');
is(scalar(my @l = lines_of(qw(list users))), 3, 'for people');

# -- what the identity provider says -------------------------------------------

$s->provider_says($bob->{access_token}, email => 'bob@example.com',
    name => "Bob \x{202e}eloob");
my ($known) = grep { $_->{user} eq 'bob' } users();
is_deeply([@$known{qw(email name)}], ['bob@example.com', "Bob \x{202e}eloob"],
    'an e-mail address and a name');
my ($other) = grep { $_->{user} eq 'ada' } users();
is_deeply([@$other{qw(email name)}], [undef, undef], 'of another nothing');
is_deeply([map $_->{email}, grep { $_->{user} eq 'bob' } grants()],
    ['bob@example.com'], 'a grant has it too');
my ($row) = grep /^bob /, lines_of(qw(list users));
like($row, qr/^bob +bob\@example\.com +Bob \\xE2\\x80\\xAEeloob /, 'for people');

# -- names from strangers ----------------------------------------------------

my $name = "Evil \x{202e}nimda\x{2066} \"x\" caf\x{e9}";
my $evil = $c->register(client_name => $name,
    redirect_uris => ['http://127.0.0.1:4712/evil']);
$c->journey(client => $evil);
for my $what (qw(grants clients)) {
    my $out = $ctl->run('list', $what)->{out};
    unlike($out, qr/[^\x20-\x7e\n]/, "list $what: a terminal sees ASCII alone");
    like($out, qr/Evil \\xE2\\x80\\xAEnimda/, 'and people what was there');
    my ($row) = grep { $_->{client_id} eq $evil->{client_id} }
        @{$ctl->json('list', $what)->{$what}};
    is($row->{client_name}, $evil->{client_name}, 'a program has the name');
}

# -- many --------------------------------------------------------------------

at_once(4, sub { $c->journey(client => $client) for 1 .. 25; return 1 });
is(scalar(grants()), 104, 'a hundred more');
is(scalar(my @all = lines_of(qw(list grants))), 105, 'for people');
is(scalar(grants('--client', 'web')), 1, 'and those of one client');

my $before = $ctl->run(qw(list grants --json))->{out};
$s->stop;
is($ctl->run(qw(list grants --json))->{out}, $before,
    'the same where the server is stopped');
is(join(' ', grep /-(?:wal|shm)$/, glob "$ctl->{state}/*"), '',
    'and nothing is left behind');
done();
