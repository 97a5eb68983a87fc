# Licensed under the Apache License, Version 2.0; see LICENSE.
# The state that the server keeps: whose it is, and what happens where it is
# missing, damaged or held by somebody else. Never is the answer "yes".
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;
use Fcntl qw(:DEFAULT :flock);

my $s = MCPServer->new;
my $dir = $s->root . '/state/mcp-oauth';
my @files = qw(keys.json revocations state.db);

sub slurp {
    open my $in, '<:raw', $_[0] or return;
    return do { local $/; <$in> };
}
sub spew {
    my ($path, $bytes, $mode) = @_;
    unlink $path;
    open my $out, '>:raw', $path or die "$path: $!";
    print $out $bytes;
    close $out or die $!;
    chmod $mode // 0600, $path;
}
sub mode_of { return sprintf '%04o', (stat $_[0])[2] & 07777 }

# -- whose it is -------------------------------------------------------------

my $owner = $> == 0 ? (getpwnam 'www-data')[2] : $>;
{
    my $mask = umask 0;
    $s->start;
    umask $mask;
}
my $c = $s->client;
my $client = $c->register;
my $kept = $c->journey(client => $client);
is(mode_of($dir), '0700', 'the state directory is for its owner only');
is((stat $dir)[4], $owner, 'who is the user that httpd runs as');
opendir my $open, $dir or die $!;
my @found = grep { !/^\./ } readdir $open;
for my $file (grep { $_ ne 'service.json' } @found) {
    is(mode_of("$dir/$file"), '0600', "$file is for its owner only");
    is((stat "$dir/$file")[4], $owner, 'the same');
}
for my $file (@files, 'service.json') {
    ok((grep { $_ eq $file } @found), "$file is there");
}
is((stat "$dir/service.json")[4], $>, 'who starts httpd says what is served');
my $secrets = join '|', map quotemeta, @{$kept}{qw(code access_token
    refresh_token)}, $kept->{request}{verifier}, 'password';
unlike(slurp("$dir/$_") // '', qr/$secrets/,
    "D6: a stolen $_ has no code, no token and no password in it")
    for @found;
my $keys = $c->get('/oauth/jwks')->body;
$s->stop;
# Of children that close it at once none is the last for SQLite: then the write
# log stays, and the next start would mend state.db from it.
`sqlite3 "$dir/state.db" 'PRAGMA wal_checkpoint(TRUNCATE)'`;
is($?, 0, 'the write log is in state.db');

# -- damage before the start -------------------------------------------------

my %good = map { $_ => slurp("$dir/$_") } grep { -e "$dir/$_" } @found;
sub mend {
    chmod 0700, $dir;
    unlink glob "$dir/*";
    spew("$dir/$_", $good{$_}) for keys %good;
}

# What is in the directory, but for what SQLite makes to look into state.db.
sub contents {
    return {map { m{/(state\.db-.*)$} ? () : ($_ => sha256_hex(slurp($_))) }
        glob "$dir/*"};
}

# What httpd says when it is started: it must not start.
sub cannot_start {
    my ($name, $said) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $before = contents();
    my @logs = map { $s->root . "/logs/$_" } qw(error_log stderr);
    my @sizes = map { -s || 0 } @logs;
    my $started = eval { $s->start; 1 };
    my $message = join '', map { substr slurp($logs[$_]), $sizes[$_] } 0, 1;
    ok(!$started, "$name: httpd does not start");
    $s->stop if $started;
    my ($line) = $message =~ /^.*(MCP\d{5}: .*)$/m;
    like($line // $message, $said, "$name: it says why and what to do");
    unlike($line // '', qr/$secrets/, 'and no secret');
    is_deeply(contents(), $before, "$name: nothing is overwritten");
}
expect_log(qr/MCP\d{5}: .*\Q$dir\E/);

my $json = $good{'keys.json'};
# state.db after a change
sub database {
    my $change = shift;
    my $copy = $s->root . '/copy.db';
    spew($copy, $good{'state.db'});
    `sqlite3 "$copy" '$change; PRAGMA wal_checkpoint(TRUNCATE)'`;
    die "sqlite3: $?" if $?;
    my $bytes = slurp($copy);
    unlink glob "$copy*";
    return $bytes;
}
my $remedy = qr/\Q$dir\E.*(?:restore|move|chmod|check|install|give)/i;
for (
    ['keys.json with garbage', 'keys.json', "\0\1garbage"],
    ['an empty keys.json', 'keys.json', ''],
    ['half of keys.json', 'keys.json', substr $json, 0, length($json) / 2],
    ['keys.json of something else', 'keys.json', '{"a":1}'],
    ['keys.json that is too large', 'keys.json', $json . ' ' x 2_000_000],
    ['keys.json that others may read', 'keys.json', $json, 0644],
    ['state.db with garbage', 'state.db', 'garbage' x 2000],
    ['state.db damaged in its middle', 'state.db', do {
        my $db = $good{'state.db'};
        substr $db, 4096, length($db) - 4096, "\xff" x (length($db) - 4096);
        $db }],
    ['state.db that others may read', 'state.db', $good{'state.db'}, 0640],
    ['keys.json of a newer version', 'keys.json',
        $json =~ s/("version":)\d+/${1}99/r],
    ['a state.db of a newer version', 'state.db',
        database('PRAGMA user_version = 99')],
    ['a state.db of another program', 'state.db',
        database('PRAGMA application_id = 1')],
    ['revocations with garbage', 'revocations', 'much too long for it'],
    ['an empty revocations', 'revocations', ''],
    ['revocations that others may write', 'revocations',
        $good{revocations}, 0666],
) {
    my ($name, $file, $bytes, $mode) = @$_;
    mend();
    spew("$dir/$file", $bytes, $mode);
    cannot_start($name, $remedy);
}
mend();
unlink "$dir/keys.json";
cannot_start('no keys.json, but a state.db',
    qr/\Q$dir\E\/keys\.json is missing.*Restore it from a backup/);
ok(!-e "$dir/keys.json", 'no new keys are made in their place');
for my $file (@files) {
    mend();
    rename "$dir/$file", $s->root . "/$file.away";
    symlink $s->root . "/$file.away", "$dir/$file";
    cannot_start("a link in place of $file", qr/\Q$dir\E/);
    unlink "$dir/$file";
    mkdir "$dir/$file";
    cannot_start("a directory in place of $file", qr/\Q$dir\E/);
    rmdir "$dir/$file";
}
mend();
spew("$dir/holiday.jpg", 'x');
chmod 0755, $dir;
cannot_start('a state directory that others may enter and use',
    qr/\Q$dir\E.*directory of its own/);
mend();
chmod 0755, $dir;
$s->start;
is(mode_of($dir), '0700', 'one that is ours alone is closed to others');
$s->stop;
SKIP: {
    skip 'root may write everywhere', 4 if $> == 0;
    mend();
    unlink "$dir/revocations";
    chmod 0500, $dir;
    cannot_start('a state directory that cannot be written', qr/\Q$dir\E/);
}
chmod 0700, $dir;
for (['a file', sub { spew($dir, 'x') }, sub { unlink $dir }],
    ['a link to nowhere', sub { symlink '/nonexistent/x', $dir },
        sub { unlink $dir }]) {
    my ($name, $make, $undo) = @$_;
    rename $dir, "$dir.away";
    $make->();
    cannot_start("$name in place of the state directory", qr/\Q$dir\E/);
    $undo->();
    rename "$dir.away", $dir;
}
mend();
$s->start;
is($c->get('/oauth/jwks')->body, $keys, 'mended, it has its keys again');
works($c, $kept->{access_token}, '/mcp', 'and its grants');

# -- a broken restart --------------------------------------------------------

# httpd's own rule: a graceful restart that fails ends the server, so `httpd
# -t`, which apachectl asks before, has to be the one that says so.
spew("$dir/keys.json.probe", 'x');
unlink "$dir/keys.json.probe";
my ($passed) = $s->check;
ok($passed, 'httpd -t passes while the server runs');
is($c->get('/oauth/jwks')->body, $keys, 'and changes nothing');

# -- somebody holds the state file -------------------------------------------

# What SQLite takes for a writer: the byte that says so (WAL_WRITE_LOCK).
sub hold {
    sysopen my $shm, "$dir/state.db-shm", O_RDWR or die $!;
    my $lock = pack 's s x4 q q l x4', F_WRLCK, 0, 120, 1, 0;
    my $end = MCPServer::clock() + 10;
    until (fcntl $shm, F_SETLK, $lock) {
        die "lock: $!" if MCPServer::clock() > $end;
        select undef, undef, undef, 0.01;
    }
    return $shm;
}
expect_log(qr/MCP00450: .*state\.db: .*End the program that keeps/);
expect_log(qr/MCP00050: .*state\.db/);

my $code = $c->journey(client => $client, until => 'code');
my $at = $c->journey(client => $client, until => 'consent');
my ($form) = $c->forms($at->{response});
my $held = hold();
my @asked = (
    ['a code', sub { $c->redeem($code) }],
    ['a refresh token', sub { $c->refresh($kept) }],
    ['a decision', sub { $at->{browser}->submit($at->{response}, $form,
        decision => 'approve') }],
);
my @answers = at_once(scalar @asked, sub {
    my $began = MCPServer::clock();
    my $r = $asked[$_[0] - 1][1]->();
    return {status => $r->status, retry => $r->header('Retry-After'),
        body => $r->body, location => location_of($r),
        type => $r->header('Content-Type'),
        seconds => MCPServer::clock() - $began};
});
close $held;
for my $n (0 .. $#asked) {
    my ($name, $r) = ($asked[$n][0], $answers[$n]);
    is($r->{status}, 503, "a locked store: $name is 503");
    like($r->{retry} // '', qr/^[1-9]\d*$/,
        'RFC 9110 10.2.3: with Retry-After');
    is($r->{location}, undef, 'and goes nowhere');
    cmp_ok($r->{seconds}, '<', 10, 'it does not wait for ever');
    like($r->{body}, $r->{type} =~ /json/
        ? qr/"error":"temporarily_unavailable"/ : qr/<h1>/,
        'in the form that is read there');
    unlike($r->{body}, qr/state\.db|SQLite/i, 'the cause is for the log');
}
is($c->redeem($code)->status, 200, 'the code is good when the lock is gone');
is($c->refresh($kept)->status, 200, 'so is the refresh token');
is($at->{browser}->submit($at->{response}, $form, decision => 'approve')
    ->status, 303, 'and the decision');

# -- it is taken away --------------------------------------------------------

expect_log(qr/MCP004(?:50|61): .*(?:state\.db|revocation sequence|state is)/);
expect_log(qr/MCP00050: /);
my $fresh = $c->journey(client => $client);
my $unspent = $c->journey(client => $client, until => 'code');
sub away {
    my ($from, $to) = @_;
    for (glob "$from*") {
        rename $_, $to . substr $_, length $from or die $!;
    }
    $s->kill_child($_) for $s->children;    # those still have it open
}
expect_log(qr/AH0005[12]/);
away("$dir/state.db", $s->root . '/away.db');
for (
    ['a code', sub { $c->redeem($unspent) }],
    ['a refresh token', sub { $c->refresh($fresh) }],
    ['a token that nobody verified before',
        sub { $c->call_tool('/mcp', hello => {},
            token => $fresh->{access_token}) }],
) {
    my ($name, $ask) = @$_;
    my $r = $ask->();
    is($r->status, 503, "no store: $name is 503, never 200");
    like($r->header('Retry-After') // '', qr/^[1-9]\d*$/,
        'RFC 9110 10.2.3: with Retry-After');
    unlike($r->header('WWW-Authenticate') // '', qr/invalid_token/,
        'no client is told to throw its token away');
}
is($c->get($_)->status, 200, "no store: $_ answers")
    for '/oauth/jwks', '/.well-known/oauth-authorization-server';
is($c->call_tool('/open', hello => {})->status, 200,
    'no store: what needs no login answers');
is($c->call_tool('/mcp', hello => {})->status, 401,
    'no store: no token is no token');
is($c->register_response->status, 201, 'no store: clients register');
ok(!-e "$dir/state.db", 'nobody makes a new one in its place');
rename $_, $dir . '/state.db' . substr $_, length $s->root . '/away.db'
    for glob $s->root . '/away.db*';
works($c, $fresh->{access_token}, '/mcp', 'it is back: tokens work');
is($c->redeem($unspent)->status, 200, 'it is back: codes work');

# the whole directory
rename $dir, "$dir.away" or die $!;
$s->kill_child($_) for $s->children;
is($c->redeem($unspent)->status, 503, 'no state directory: 503');
is($c->call_tool('/mcp', hello => {}, token => $fresh->{access_token})
    ->status, 503, 'no state directory: never 200');
is($c->call_tool('/open', hello => {})->status, 200,
    'no state directory: the rest is served');
rename "$dir.away", $dir or die $!;
$s->await('the children to find it again', sub {
    status_of($c, $fresh->{access_token}) == 200 });
pass('it is back: so are the grants, without a restart');
$s->stop;
done();
