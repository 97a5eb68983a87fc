# Licensed under the Apache License, Version 2.0; see LICENSE.
# mcpctl check and compact, and what all commands do with a state that is
# damaged, newer, of another program, or not theirs.
use strict;
use warnings;
use MCPTest;
use MCPCtl;
use MCPExpect;
use MCPServer;
use Fcntl qw(:DEFAULT :flock);

my $s = MCPServer->new;
$s->start;
my $c = $s->client;
my $ctl = MCPCtl->new($s);
my $dir = $ctl->{state};
my ($uid, $gid) = (stat $dir)[4, 5];
my $client = $c->register;
my $j = $c->journey(client => $client);

sub slurp {
    open my $in, '<:raw', $_[0] or return;
    return do { local $/; <$in> };
}
sub spew {
    my ($path, $bytes, $mode, @owner) = @_;
    unlink $path;
    open my $out, '>:raw', $path or die "$path: $!";
    print $out $bytes;
    close $out or die $!;
    chmod $mode // 0600, $path;
    chown @owner ? @owner : ($uid, $gid), $path if $> == 0;
}
sub contents {
    return {map { m{/(state\.db-.*)$} ? () : ($_ => sha256_hex(slurp($_) // ''),
        "$_ is" => join ' ', (lstat)[2, 4, 5, 9]) } glob "$dir/*"};
}

# -- a state that is whole ---------------------------------------------------

my $r = $ctl->run('check');
is($r->{code}, 0, 'a whole state, beside a running server');
like($r->{out}, qr/^The state is whole\.$/m, 'it says so');
like($r->{out}, qr/^grant +1 +0$/m, 'and what is in it');
my $data = $ctl->json('check');
is_deeply($data->{problems}, [], 'no problems');
is($data->{owner}, scalar getpwuid $uid, 'whose it is');
is($data->{state}, $dir, 'where it is');
is_deeply([map [@$_{qw(issuer resources)}], @{$data->{issuers}}],
    [[$s->issuer, 3]], 'for whom');
my %live = map { ($_->{record} => $_->{live}) } @{$data->{records}};
is($live{grant}, 1, 'how many grants');
ok($data->{bytes} > 4096 && $data->{log_bytes} > 0, 'how large it is');
is($data->{revocations}, 0, 'nothing was revoked');
$ctl->run(qw(revoke user ada));
is($ctl->json('check')->{revocations}, 1, 'something was');
$j = $c->journey(client => $client);

# -- compacting --------------------------------------------------------------

my $before = $ctl->json('check');
$data = $ctl->json('compact');
is($data->{code}, 0, 'compact, beside a running server');
is($data->{bytes_before}, $before->{bytes} + $before->{log_bytes},
    'how large it was');
cmp_ok($data->{bytes_after}, '<', $data->{bytes_before}, 'and is');
is($data->{records_removed}, 0, 'nothing is old enough to go');
works($c, $j->{access_token}, '/mcp', 'the server goes on');
is($c->refresh($j)->status, 200, 'and writes');
like($ctl->run('compact')->{out}, qr/^bytes before +\d+\nbytes after +\d+$/m,
    'for people');
$s->stop;
system('sqlite3', "$dir/state.db", 'UPDATE record SET expires = 1 WHERE '
    . 'kind = 1; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM '
    . 'n WHERE i < 1200) INSERT INTO record (kind, key, value, expires, '
    . 'version, spent) SELECT 7, randomblob(32), zeroblob(500), 1, 1, 0 FROM n');
chown $uid, $gid, glob "$dir/state.db*" if $> == 0;
my ($expired) = grep { $_->{record} eq 'used' } @{$ctl->json('check')
    ->{records}};
is_deeply($expired, {record => 'used', live => 0, expired => 1200},
    'what expired is counted');
$data = $ctl->json('compact');
is($data->{records_removed}, 1202, 'and removed');
cmp_ok($data->{bytes_after}, '<', $data->{bytes_before} / 4,
    'its room is given back');
is($ctl->run('check')->{code}, 0, 'the state is whole');
is(join(' ', grep /-(?:wal|shm)$/, glob "$dir/*"), '', 'nothing is left');

# -- a state that is not -----------------------------------------------------

my %good = map { my ($name) = m{([^/]+)$}; ($name => slurp($_)) } glob "$dir/*";
sub mend {
    chmod 0700, $dir;
    unlink glob "$dir/*";
    spew("$dir/$_", $good{$_}, $_ eq 'service.json' ? (0644, $>, $>) : ())
        for keys %good;
}
sub database {
    my $copy = $s->root . '/copy.db';
    spew($copy, $good{'state.db'});
    system('sqlite3', $copy, "$_[0]; PRAGMA wal_checkpoint(TRUNCATE)") == 0
        or die 'sqlite3';
    my $bytes = slurp($copy);
    unlink glob "$copy*";
    return $bytes;
}
my $db = $good{'state.db'};
my $torn = $db;
substr $torn, 4096, length($db) - 4096, "\xff" x (length($db) - 4096);
my $json = $good{'keys.json'};

# what is wrong, a file, its content and mode; what is said; whether commands
# that need that file, or any, can do without it
for (
    ['garbage for keys', 'keys.json', "\0\1garbage", 0600,
        qr/keys\.json: .*JSON/, 'verify'],
    ['half of the keys', 'keys.json', substr($json, 0, length($json) / 2), 0600,
        qr/keys\.json: /, 'verify'],
    ['keys of a newer version', 'keys.json', $json =~ s/("version":)\d+/${1}99/r,
        0600, qr/keys\.json: .*another version/, 'verify'],
    ['keys that others may read', 'keys.json', $json, 0644,
        qr/keys\.json: .*\n.*chmod 600/, 'verify'],
    ['no keys', 'keys.json', undef, 0, qr/keys\.json: /, 'verify'],
    ['garbage for records', 'state.db', 'garbage' x 2000, 0600,
        qr/state\.db: .*not a database/, 'list'],
    ['damaged records', 'state.db', $torn, 0600, qr/state\.db: /, 'list'],
    ['records of a newer version', 'state.db',
        database('PRAGMA user_version = 99'), 0600,
        qr/state\.db: .*another version.*format 99/, 'list'],
    ['records of another program', 'state.db',
        database('PRAGMA application_id = 1'), 0600,
        qr/state\.db: .*another program/, 'list'],
    ['no records', 'state.db', undef, 0, qr/state\.db: it is not there/, 'list'],
    ['records that others may read', 'state.db', $db, 0640,
        qr/state\.db: .*mode 0640.*\n.*chmod 600/, undef],
    ['garbage for revocations', 'revocations', 'much too long', 0600,
        qr/revocation/, 'list'],
    ['no revocations', 'revocations', undef, 0,
        qr/revocations: it is not there\n.*Restart httpd/, 'list'],
    ['garbage for service.json', 'service.json', 'garbage', 0644,
        qr/service\.json: .*\n.*Restart httpd/, 'list'],
    ['a service.json of a newer version', 'service.json',
        $good{'service.json'} =~ s/("version":)\d+/${1}99/r, 0644,
        qr/service\.json: .*another version/, 'list'],
    ['a store that is not known', 'service.json',
        $good{'service.json'} =~ s/sqlite/oracle/r, 0644, undef, 'list'],
) {
    my ($name, $file, $bytes, $mode, $said, $fails) = @$_;
    mend();
    if (defined $bytes) { spew("$dir/$file", $bytes, $mode) }
    else { unlink "$dir/$file" }
    my $was = contents();
    if ($said) {
        my $r = $ctl->run('check');
        ok($r->{code} == 1 && $r->{out} =~ $said, "$name: check says so")
            or diag "$r->{code}: $r->{out}$r->{err}";
        my $data = $ctl->json('check');
        ok(@{$data->{problems}} && !(grep { !$_->{remedy} }
            @{$data->{problems}}), 'each problem with what to do');
    }
    my @commands = $fails && $fails eq 'verify' ? () : ([qw(list grants)],
        [qw(list users)], [qw(revoke user ada)], [qw(deny client),
        $client->{client_id}]);
    push @commands, ['verify', '--resource', $s->issuer . '/mcp'],
        [qw(rotate keys --compromised)] if $fails;
    for my $command (@commands) {
        next if !$fails;
        my $r = $ctl->run($command, in => $j->{access_token});
        ok($r->{code} == 3 && $r->{err} =~ /^mcpctl: .*\n {8}\S/
            && $r->{out} eq '', "$name: @$command[0] cannot be")
            or diag "$r->{code}: $r->{out}$r->{err}";
    }
    is_deeply(contents(), $was, "$name: nothing is changed");
}
mend();
$data = $ctl->json(qw(list grants --state), $s->root . '/none');
is($data->{code}, 3, 'no state');
like($data->{remedy}, qr/--state|MCP_STATE/, 'for programs: with a remedy');
chmod 0755, $dir;
like($ctl->run('check')->{out}, qr/mode 0755.*\n.*chmod 700/,
    'a directory that others may enter');
chmod 0700, $dir;
for my $file (qw(keys.json state.db)) {
    mend();
    rename "$dir/$file", $s->root . "/$file.away";
    symlink $s->root . "/$file.away", "$dir/$file";
    like($ctl->run('check')->{out}, qr/\Q$file\E: it is not a regular file/,
        "a link in place of $file");
    unlink $s->root . "/$file.away";
}
mend();
unlink "$dir/service.json";
is($ctl->run('check')->{code}, 0, 'a server of before wrote no service.json');
is($ctl->run(qw(list grants))->{code}, 0, 'and most can do without');

# -- somebody else writes ----------------------------------------------------

mend();
$s->start;
works($c, $j->{access_token}, '/mcp', 'the server runs, and has it open');
{
    # what SQLite takes for a writer: the byte that says so (WAL_WRITE_LOCK)
    sysopen my $held, "$dir/state.db-shm", O_RDWR or die $!;
    my $lock = pack 's s x4 q q l x4', F_WRLCK, 0, 120, 1, 0;
    my $end = MCPServer::clock() + 10;
    until (fcntl $held, F_SETLK, $lock) {
        die "lock: $!" if MCPServer::clock() > $end;
        select undef, undef, undef, 0.01;
    }
    my $r = $ctl->run(qw(revoke user ada));
    is($r->{code}, 3, 'while it is locked nothing is changed');
    like($r->{err}, qr/locked.*\n.*End the program that keeps/, 'it says why');
    is($ctl->run(qw(list grants))->{code}, 0, 'but it can be read');
}
is($ctl->run(qw(revoke user ada))->{code}, 0, 'afterwards it can');
$s->stop;

# -- users -------------------------------------------------------------------

SKIP: {
    skip 'only root becomes somebody else', 7 if $> != 0;
    mend();
    my $owner = getpwuid $uid;
    for ([$owner, 0], ['nobody', 3]) {
        my ($user, $code) = @$_;
        my $r = $ctl->run([qw(list grants)], user => $user);
        is($r->{code}, $code, "as $user") or diag $r->{err};
        next unless $code;
        like($r->{err}, qr/belongs to $owner\n.*root or as $owner/,
            'who may is said');
    }
    $r = $ctl->run([qw(revoke user ada)], user => $owner);
    is($r->{code}, 0, 'the owner revokes');
    mend();
    $ctl->run(qw(revoke user ada));
    ok(!(grep { (stat)[4] != $uid } grep { !/service/ } glob "$dir/*"),
        'what root writes belongs to the owner');
    chown 0, 0, "$dir/state.db";
    like($ctl->run('check')->{out}, qr/does not belong to $owner\n.*chown/,
        'a file of another is said');
    chown $uid, $gid, "$dir/state.db";
    spew("$dir/service.json", 'garbage', 0600, 0, 0);
    is($ctl->run('check')->{code}, 1, 'root looks at what is root\'s');
}

# -- the server is content with what is left ---------------------------------

mend();
$s->start;
works($c, $j->{access_token}, '/mcp', 'the server starts and has its grants');
is(sprintf('%04o', (stat "$dir/service.json")[2] & 07777), '0644',
    'service.json can be read by who may enter');
is((stat _)[4], $>, 'and belongs to who started httpd');
$s->stop;
done();
