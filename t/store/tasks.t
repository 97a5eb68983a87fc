# Licensed under the Apache License, Version 2.0; see LICENSE.
# The tasks of mod_mcp_demo: those that were said to be created stay, whoever
# writes at once and whatever happens to the server; and they are each user's.
use strict;
use warnings;
use utf8;
use MCPTest;
use MCPAnswer;
use MCPServer;

my @everybody = ('<Location "/all">', 'SetHandler mcp-server',
    'MCPOffer demo:*', '</Location>');
my ($folder, $file);

# A server whose tasks are in a folder that its children may write.
sub server {
    my (%o) = @_;
    my $children = $o{children} // 2;
    my $s = MCPServer->new(%o, config => join "\n", @everybody,
        $o{memory} ? () : 'DemoTasksFile state/tasks/tasks.json',
        '<IfModule mpm_prefork_module>', "StartServers $children",
        "MinSpareServers $children", '</IfModule>',
        '<IfModule !mpm_prefork_module>', "StartServers $children",
        "ServerLimit $children", 'ThreadsPerChild 4',
        'MinSpareThreads ' . 4 * $children,
        'MaxSpareThreads ' . 4 * ($children + 1),
        'MaxRequestWorkers ' . 4 * $children, '</IfModule>',
        $o{lines} // '', q{});
    $folder = $s->root . '/state/tasks';
    $file = "$folder/tasks.json";
    unless ($o{disk}) {
        mkdir $folder or die "$folder: $!";
        give($folder);
    }
    return $s;
}

# To the user whom the children run as.
sub give {
    return if $> != 0;
    my (undef, undef, $uid, $gid) = getpwnam 'www-data';
    chown $uid, $gid, @_ or die "chown: $!";
}

sub slurp {
    open my $in, '<:raw', $file or return;
    local $/;
    return scalar <$in>;
}

sub put {
    my $text = shift;
    open my $out, '>:raw', $file or die "$file: $!";
    print $out $text;
    close $out or die $!;
    give($file);
}

# The tasks of the file, by their ids: it is whole at any moment.
sub saved {
    my $text = slurp() // return {};
    return eval { json_decode($text) } // die "no JSON: $text";
}

# The id of a task that was said to be created; undef: it was not.
sub create {
    my ($c, $title, %o) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $r = eval { $c->call_tool($o{path} // '/all', create_task => {title =>
        $title}, token => $o{token}) } or return;
    my $result = $r->status == 200 ? eval { $r->json->{result} } : undef;
    return $result && !$result->{isError}
        ? $result->{structuredContent}{task}{id} : undef;
}

sub failure {
    my ($c, $title) = @_;
    my $result = $c->call_tool('/all', create_task => {title => $title})
        ->json->{result};
    return $result->{isError} ? $result->{content}[0]{text} : undef;
}

sub titles {
    my ($c, %o) = @_;
    my $result = $c->call_tool($o{path} // '/all', list_tasks => {}, token =>
        $o{token})->json->{result}{structuredContent};
    return join ' ', map { $_->{title} } @{$result->{tasks}};
}

# What each of n processes was told: {title => id}
sub together {
    my ($c, $each, $prefix, $patience) = @_;
    my %all = map { %$_ } at_once(8, sub {
        my $n = shift;
        my %made;
        for my $i (1 .. $each) {
            my $title = "$prefix-$n-$i";
            for (1 .. 1 + ($patience // 0)) {
                my $id = create($c, $title) // next;
                $made{$title} = $id;
                last;
            }
        }
        return \%made;
    });
    return \%all;
}

# Those who were told so, and the file.
sub kept {
    my ($made, $says) = @_;
    my $saved = saved();
    my @lost = grep { ($saved->{$made->{$_}}{title} // '') ne $_ }
        sort keys %$made;
    is("@lost", '', "$says: each of the " . keys(%$made) . ' is in the file');
    my @odd = grep { $saved->{$_}{id} ne $_ } sort keys %$saved;
    is("@odd", '', "$says: under its id");
}

expect_log(qr/AH0005[0-2]/);    # httpd's own words about a death

# -- eight children at once ----------------------------------------------------

for my $mpm (mpm()) {
    my $s = server(children => 8);
    $s->start;
    my $c = $s->client;
    $s->await('eight children', sub { $s->children >= 8 });
    my $made = together($c, 19, $mpm);
    is(keys %$made, 152, "$mpm: eight write at once, and all succeed");
    my %ids = map { $_ => 1 } values %$made;
    is(join(' ', sort { $a <=> $b } keys %ids), join(' ', 1 .. 152),
        "$mpm: no id is there twice or left out");
    kept($made, $mpm);
    is(scalar(split / /, titles($c)), 152, "$mpm: all are listed");

    # children are killed while they write
    my $killer = fork // die $!;
    if (!$killer) {
        for (1 .. 12) {
            my ($child) = $s->children;
            kill KILL => $child if $child;
            select undef, undef, undef, 0.05;
        }
        POSIX::_exit(0);
    }
    my $more = together($c, 5, "killed-$mpm", 100);
    waitpid $killer, 0;
    is(keys %$more, 40, "$mpm: who is killed leaves no lock behind");
    kept({%$made, %$more}, "$mpm, children killed");
    my @before = split / /, titles($c);
    $s->stop;
    $s->start;
    is(titles($c), "@before", "$mpm: a start reads the same");

    # a list has an end
    my $full;
    1 until defined($full = failure($c, 'more'));
    like($full, qr/not created: there are 250 already/, "$mpm: 250 at most");
    is(scalar(split / /, titles($c)), 250, "$mpm: and so many are there");
    is(keys %{saved()}, 250, "$mpm: and in the file");
    $s->stop;
}

# -- kill -9 of the whole server -----------------------------------------------

my $s = server(children => 4);
$s->start;
my $c = $s->client;
my %made;
for my $round (1 .. 6) {
    my $enough = keys(%{saved()}) + 3 * $round;
    my $killer = fork // die $!;
    if (!$killer) {
        eval { $s->await('tasks', sub { keys %{saved()} >= $enough }) };
        kill KILL => -$s->{pid};
        POSIX::_exit(0);
    }
    my $made = together($c, 4, "round$round");
    waitpid $killer, 0;
    $s->kill_all;
    %made = (%made, %$made);
    kept(\%made, "kill -9, round $round");
    $s->start;
    my %listed = map { $_ => 1 } split / /, titles($c);
    is(join(' ', grep { !$listed{$_} } sort keys %made), '',
        "round $round: and after the start they are listed");
}
cmp_ok(keys %made, '<', 6 * 32, 'it died while they wrote');
my $one = create($c, 'after');
kept({%made, after => $one}, 'it goes on');

# -- each user's own -------------------------------------------------------------

undef $s;
$s = server();
$s->start;
$c = $s->client;
my %token = map { $_ => $c->journey(user => $_)->{access_token} } qw(ada bob);
sub mine { return (path => '/mcp', token => $token{$_[0]}) }
is(create($c, "$_-task", mine($_)), $_ eq 'ada' ? 1 : 2, "$_ has a task")
    for qw(ada bob);
is(create($c, 'common'), 3, 'so has everybody, without a login');
is(titles($c, mine($_)), "$_-task", "$_ sees that one alone") for qw(ada bob);
is(titles($c), 'common', 'nobody sees that of nobody');
my $who = $c->call_tool('/mcp', whoami => {}, token => $token{ada})
    ->json->{result}{structuredContent};
is(saved()->{1}{owner}, "$who->{issuer} $who->{subject}",
    'the file names the owner: the issuer and the subject');
is_deeply([sort keys %{saved()->{3}}], [qw(id priority status title)],
    'and none where it is everybody\'s');
is((stat $file)[2] & 0777, 0600, 'nobody else may read the file');
$s->$_, is(titles($c, mine('ada')), 'ada-task', "after a $_ it is there")
    for qw(graceful restart);
is(create($c, 'ada2', mine('ada')), 4, 'and more are created');
$s->configure(config => join "\n", @everybody, 'DemoTasks common',
    'DemoTasksFile state/tasks/tasks.json', q{});
$s->graceful;
is(titles($c, mine($_)), 'common', "DemoTasks common: $_ sees what all share")
    for qw(ada bob);
is(create($c, 'ours', mine('ada')), 5, 'and adds to it');
is(titles($c, mine('bob')), 'common ours', 'for all');
ok(!exists saved()->{5}{owner}, 'without an owner');

# -- the file of the server of tasks ----------------------------------------------

my $original = <<'END' =~ s/\n\z//r;
{
  "1": {
    "id": "1",
    "title": "Set up project repository",
    "status": "done",
    "priority": "high"
  },
  "7": {
    "id": "7",
    "title": "Gr\u00f6\u00dfe \ud83d\ude00",
    "status": "in_progress",
    "priority": "medium"
  },
  "2": {
    "id": "2",
    "title": "Tests",
    "status": "todo",
    "priority": "low"
  }
}
END
is(failure($c, 'early'), undef, 'nothing has touched the file');
put($original);
my $no = failure($c, 'late');
like($no, qr/not created/, 'a file that something else has changed is kept');
is(slurp(), $original, 'as it is');
require_log(qr/MCP00961: DemoTasksFile \S+: .*changed it; restart httpd/);
$s->graceful;
is(titles($c), "Set up project repository Gr\x{f6}\x{df}e \x{1f600} Tests",
    'a restart reads it, in its order');
is(create($c, "\x{e9}"), 8, 'the next id is one more than the largest');
is(lc slurp(), lc($original =~ s/\n\}\z/,\n/r . <<'END' =~ s/\n\z//r),
  "8": {
    "id": "8",
    "title": "\u00e9",
    "status": "todo",
    "priority": "medium"
  }
}
END
    'and it stays as it was, with one more');

# -- "no" is never "yes" -----------------------------------------------------------

require_log(qr/MCP00961: DemoTasksFile \S+: .*cannot be written: .*; see that its folder/);
my $before = slurp();
chmod 0555, $folder or die $!;
like(failure($c, 'nowhere'), qr/not created, because it could not be written/,
    'a folder that may not be written: a task is not created');
is(slurp(), $before, 'and the file is as it was');
unlike(titles($c), qr/nowhere/, 'and it is not listed');
chmod 0755, $folder or die $!;
is(create($c, 'somewhere'), 9, 'a folder that may: it is');
ok(!-e "$file.new", 'nothing is left behind');

# -- files that cannot be used ------------------------------------------------------

$s->stop;
my $good = '{"id":"1","title":"x","status":"todo","priority":"low"}';
for (
    ['nothing', '', qr/not JSON at line 1/],
    ['half a file', substr($original, 0, 100), qr/not JSON at line \d+, column/],
    ['no JSON', "tasks\n", qr/not JSON at line 1/],
    ['more than JSON', "$original x", qr/not JSON/],
    ['no UTF-8', qq({"1":{"id":"1","title":"\xff"}}), qr/not JSON/],
    ['a list', "[$good]", qr/no JSON object/],
    ['a task twice', qq({"1":$good,"1":$good}), qr/not JSON/],
    ['a task under another id', qq({"2":$good}), qr/task 2: its id is another/],
    ['no number', qq({"a":$good}) =~ s/"1"/"a"/r, qr/task a: its id is no num/],
    ['zero', qq({"0":$good}) =~ s/"1"/"0"/r, qr/task 0: its id is no number/],
    ['too large', qq({"1000000000":$good}) =~ s/"1"/"1000000000"/r,
        qr/its id is no number from 1/],
    ['another status', qq({"1":$good}) =~ s/todo/open/r, qr/task 1: its status/],
    ['another priority', qq({"1":$good}) =~ s/low/now/r, qr/its priority/],
    ['no title', qq({"1":$good}) =~ s/"title":"x",//r, qr/no object with/],
    ['an empty title', qq({"1":$good}) =~ s/:"x"/:""/r, qr/title is empty/],
    ['a long title', qq({"1":$good}) =~ s/x/'x' x 201/er, qr/200 characters/],
    ['two lines', qq({"1":$good}) =~ s/x/x\\n/r, qr/more than one line/],
    ['a number for a title', qq({"1":$good}) =~ s/"x"/7/r, qr/no object with/],
    ['a member that would be lost', qq({"1":$good}) =~ s/\}/,"due":"now"}/r,
        qr/task 1: it is no object with/],
    ['an empty owner', qq({"1":$good}) =~ s/\}/,"owner":""}/r, qr/owner is em/],
    ['a long owner', qq({"1":$good}) =~ s/\}/',"owner":"' . 'x' x 600 . '"}'/er,
        qr/owner is longer than 599 bytes/],
    ['a string', '{"1":"x"}', qr/task 1: it is no object/],
    ['too many', '{' . join(',', map { qq("$_":$good) =~ s/"1"/"$_"/r } 1 .. 2001)
        . '}', qr/more than 2000 tasks/],
    ['17 MiB', ' ' x (17 << 20), qr/at most 16 MiB/],
) {
    my ($says, $text, $pattern) = @$_;
    put($text);
    my ($ok, $said) = $s->check;
    ok(!$ok, "$says: httpd -t refuses it");
    like($said, qr/MCP00960: DemoTasksFile \Q$file\E: .*$pattern/,
        'it names the file, and the fault');
    like($said, qr/MCP00960: .*; (?:mend the file, or move it away|name another)/,
        'and what to do');
    ok(!eval { $s->start; 1 }, "$says: and so does a start");
    is(slurp() eq $text, 1, 'the file stays as it is');
}
for (
    ['a folder', sub { mkdir $file or die $! }, qr/no file of at most/],
    ['a link', sub { symlink '/etc/hostname', $file or die $! },
        qr/cannot be read/],
    ['no folder', sub { rmdir $folder or die $! }, qr/cannot be made: .*folder/],
) {
    my ($says, $make, $pattern) = @$_;
    unlink $file;
    rmdir $file;
    $make->();
    my ($ok, $said) = $s->check;
    ok(!$ok, "$says: httpd -t refuses it");
    like($said, qr/MCP00960: .*$pattern/, 'and says why');
}
for (
    ['DemoTasks all', qr/DemoTasks is user or common/],
    ["DemoTasks user\nDemoTasks common", qr/write it once/],
    ["DemoTasksFile a\nDemoTasksFile b", qr/write it once/],
) {
    my ($lines, $pattern) = @$_;
    $s->configure(config => "$lines\n");
    my ($ok, $said) = $s->check;
    ok(!$ok && $said =~ $pattern, $lines =~ s/\n/, /r . ' is refused')
        or diag $said;
}
undef $s;

# -- in memory alone ------------------------------------------------------------------

$s = server(memory => 1);
$s->start;
$c = $s->client;
is(create($c, 'first'), 1, 'without a file there is a task');
for my $kind (qw(graceful restart kill_child)) {
    $s->$kind;
    is(titles($c), 'first', "after a $kind, too");
}
$s->stop;
$s->start;
is(titles($c), '', 'a stop ends it');
undef $s;

# -- a full disk -----------------------------------------------------------------------

SKIP: {
    skip 'no disk of its own to be had: no mount namespaces here', 1
        unless MCPServer::has_disks();
    $s = server(disk => '1m');
    $s->configure(config => join "\n", @everybody,
        'DemoTasksFile state/tasks.json', q{});
    expect_log(qr/MCP00961: .*tasks\.json: .*No space left on device; see/);
    $s->start;
    $c = $s->client;
    my %made;
    $made{$_} = create($c, $_) for map { "task$_" } 1 .. 20;
    $s->inside('head -c 4m /dev/zero > ' . $s->root . '/state/filler 2>&1');
    like(failure($c, 'full'), qr/not created/, 'a full disk: no task is created');
    my $inside = sub { json_decode($s->inside('cat ' . $s->root
        . '/state/tasks.json')) };
    is(join(' ', sort map { $_->{title} } values %{$inside->()}),
        join(' ', sort keys %made), 'and the file has the others');
    $s->inside('rm ' . $s->root . '/state/filler');
    is(create($c, 'room'), 21, 'with room there is one again');
    is($inside->()->{21}{title}, 'room', 'in the file');
}
done();
