# Licensed under the Apache License, Version 2.0; see LICENSE.
# All eras, calls, streams, sign-ins and refreshes at once, for long, while the
# server is restarted, its children are killed and Redis comes and goes: no
# answer is lost, and nothing is left behind.
#
#   MCP_SECONDS=N MCP_SEED=N STORES="sqlite redis" build/behaviour event t/soak/mixed.t
#
# Of the time, each store has its part: a tenth to warm up, then half of it with
# disturbances, then what is left in quiet, in which a child must not grow.
# Below three minutes a store that is too short to tell: there the parent alone
# is looked at, and with a coarser bound.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use List::Util qw(max sum0);
use MCPTest;
use MCPRedis;
use MCPServer;
use MCPStream;
use Calls;
use Diary;
use Disturber;
use Figures;
use Grants;
use Player;
use Sse;
use Streams;
use Tasks;

plan skip_all => 'the event MPM has all of it' if mpm() ne 'event';

my $seconds = $ENV{MCP_SECONDS} || 60;
my $seed = $ENV{MCP_SEED} || int rand 1e6;
my @stores = grep { $_ ne 'redis' || MCPRedis::is_there() }
    split ' ', $ENV{STORES} || 'sqlite redis';
my $share = $seconds / @stores;
my $is_long = $share >= 180;
diag "MCP_SEED=$seed MCP_SECONDS=$seconds";

my ($CHILDREN, $STREAMS) = (4, 24);
my $CONNECTIONS = 8;  # of a child to its store, at most
my $PATIENCE = 20;     # seconds, for children of before a restart
my $SOON = 15;         # seconds, for what has to be gone after the load
# kB that the parent may grow by a restart (measured: 0), and the children by
# 1000 requests (measured: 20, and less the longer it takes)
my ($PARENT, $CHILD) = ($is_long ? 1 : 64, 64);
# As many slots as restarts and deaths may need for a while. None is ended for
# having too many threads: its streams would end at times that nobody knows. But
# httpd may start two children for one that was killed, and tells no more of a
# restart than MaxRequestWorkers needs.
my $config = <<"END";
LogLevel notice mcp_oauth:info probe:notice
LogFormat "%P" soak
CustomLog logs/handled soak
StartServers        $CHILDREN
ServerLimit         24
ThreadLimit         16
ThreadsPerChild     16
MinSpareThreads     48
MaxSpareThreads     384
MaxRequestWorkers   128
AsyncRequestWorkerFactor 20
MCPLimit            streams=$STREAMS registrations=60000/h messages=1G
MCPLifetime         task=1min
Include "\${CONF}/probe.conf"
<Location "/server-status">
    SetHandler server-status
</Location>
END

# A process each.
my @players = (
    [calls => \&Calls::modern, \&Calls::modern, \&Calls::lists],
    [calls => \&Calls::modern, \&Calls::legacy],
    [sessions => \&Calls::legacy, \&Calls::batch],
    [progress => \&Calls::progress, \&Calls::later, \&Calls::resumes],
    [questions => \&Calls::asks_modern, \&Calls::asks_legacy],
    [cancels => \&Calls::cancels_modern, \&Calls::cancels_legacy],
    [resumes => \&Calls::resumes],
    [listens => \&Streams::listening], [listens => \&Streams::listening],
    [gets => \&Streams::getting], [gets => \&Streams::getting],
    [sse => \&Sse::play], [sse => \&Sse::play],
    [tasks => \&Tasks::works, \&Tasks::is_cancelled, \&Tasks::asks_twice],
    [grants => \&Grants::refreshes],
    [sign_ins => \&Grants::revokes, \&Grants::spends],
    [passers_by => \&Streams::comes_and_goes],
);

my ($s, $c, $diary, $redis);
my (%count, %secrets, @faults, $segment);

# -- load --------------------------------------------------------------------

sub plays {
    my ($n, $until, $file) = @_;
    my ($name, @rounds) = @{$players[$n]};
    my $player = Player->new(server => $s, diary => $diary, name => $name,
        misses => defined $redis, seed => $seed + 100 * $segment + $n);
    my $good = eval { $player->play($until, @rounds); 1 };
    $player->wrong("it ended: $@") unless $good;
    open my $out, '>', $file or die "$file: $!";
    print $out json_encode($player->report);
    close $out;
    require POSIX;
    POSIX::_exit(0);
}

# All play for so long, while code is called again and again.
sub load {
    my ($time, $code) = @_;
    $segment++;
    my $until = Diary::now() + $time;
    my %pids;
    for my $n (0 .. $#players) {
        my $file = $s->root . "/played-$segment-$n";
        my $pid = fork // die "fork: $!";
        plays($n, $until, $file) if !$pid;
        $pids{$pid} = [$players[$n][0], $file];
    }
    while (Diary::now() < $until) {
        $code->();
        select undef, undef, undef, 0.05;
    }
    my $end = $until + 60;
    gathers($_, @{$pids{$_}}, $end, $code) for keys %pids;
}

sub gathers {
    my ($pid, $name, $file, $end, $code) = @_;
    until (waitpid $pid, POSIX::WNOHANG()) {
        if (Diary::now() > $end) {
            push @faults, "a player of $name does not come to an end";
            kill KILL => $pid;
            waitpid $pid, 0;
            return;
        }
        $code->();
        select undef, undef, undef, 0.02;
    }
    open my $in, '<', $file or return push @faults, "$name died";
    my $report = json_decode(do { local $/; <$in> });
    @secrets{@{$report->{secrets}}} = ();
    push @faults, @{$report->{faults}};
    $count{requests} += $report->{requests};
    $count{rounds} += $report->{rounds};
    $count{slowest} = max($count{slowest} // 0, $report->{slowest});
    $count{$_} += $report->{counts}{$_} for keys %{$report->{counts}};
}

# -- what is left ------------------------------------------------------------

# The most of each kind that a child has.
sub files_of_children {
    my %most;
    for my $files (map { files_of($_) } $s->children) {
        $most{$_} = max($most{$_} // 0, $files->{$_}) for keys %$files;
    }
    return \%most;
}

# Back when nothing goes on any more, or it is not over in time.
sub rests {
    my $end = Diary::now() + $SOON;
    my $status;
    do {
        select undef, undef, undef, 0.1;
        $status = eval { status_of($c) };
    } until $status && !grep({ $status->{$_} } qw(Parked Stalled Threads
        Stopping)) && $status->{BusyWorkers} == 1 && $s->connections == 0
        || Diary::now() > $end;
    return $status;
}

# Of the connections to the store there may be some more, and there is no more
# than one listening or another beside them.
sub more_files {
    my ($before, $after) = @_;
    my $store = $redis ? qr/^socket$/ : qr/^state\.db/;
    return map {
        my $n = ($after->{$_} // 0) - ($before->{$_} // 0);
        $n > 0 && !(/$store/ && $after->{$_} <= $CONNECTIONS + 4)
            ? "$n more $_" : ()
    } sort keys %$after;
}

# As many as there may be of each child, and one more is told to come again.
sub streams_to_the_limit {
    my @open;
    for (1 .. 20 * $STREAMS * $CHILDREN) {
        my $stream = MCPStream->modern($c, '/probe', 'subscriptions/listen',
            {notifications => {toolsListChanged => JSON::PP::true}});
        push @open, $stream if $stream->status == 200;
        last if @open == $STREAMS * $s->children;
    }
    my $n = @open;
    $_->drop for @open;
    return $n;
}

# -- a store -----------------------------------------------------------------

sub keeps_in_redis {
    $redis = MCPRedis->new->start;
    my $key = encode_base64url(sha256(MCPClient::random_bytes(32)));
    my $file = $s->root . '/conf/sealing.key';
    open my $out, '>', $file or die "$file: $!";
    print $out "$key\n";
    close $out;
    chmod 0600, $file;
    secret($key);
    $s->configure(config => $config . $redis->directive('timeout=400ms')
        . "MCPSealingKey file:conf/sealing.key\n");
}

sub starts {
    my ($store) = @_;
    $s = MCPServer->new(config => $config);
    undef $redis;
    keeps_in_redis() if $store eq 'redis';
    $s->start;
    $s->await('all children', sub { $CHILDREN == $s->children });
    $c = $s->client;
    $diary = Diary->new($s->root . '/diary');
    %count = %secrets = @faults = ();
    $segment = 0;
    expect_log(qr/AH0005[12]: .*exit signal Killed/);
    expect_log(qr/MCP0045[01]: .*(?:Redis|the state is not open)/,
        qr/MCP0080\d: /, qr/MCP0081\d: /, qr/MCP00461: .*Redis/,
        qr/MCP00862: .*Redis/, qr/MCP0010[17]: /) if $redis;
}

# With disturbances; and what the parent had after each restart.
sub disturbed {
    my ($time) = @_;
    srand $seed;
    my $disturber = Disturber->new(server => $s, diary => $diary,
        redis => $redis);
    my $until = Diary::now() + $time;
    load($time, sub { Diary::now() < $until ? $disturber->tick
        : $disturber->look });
    my $end = Diary::now() + $PATIENCE;
    select undef, undef, undef, 0.05
        until $disturber->rests || Diary::now() > $end;
    return $disturber;
}

# Without; and what all children had after so many thousand requests: those that
# there are at the end.
sub quiet {
    my ($time) = @_;
    my (@sizes, $next);
    my $handled = Figures->handled($s->root . '/logs/handled');
    load($time, sub {
        return if Diary::now() < ($next // 0);
        $next = Diary::now() + 1;
        my $of = $handled->look;
        my @children = $s->children;
        push @sizes, ["@children", sum0(map { $of->{$_} // 0 } @children)
            / 1000, sum0(map { memory_of($_) // 0 } @children)];
    });
    return map { [@$_[1, 2]] } grep { $_->[0] eq $sizes[-1][0] } @sizes;
}

sub counted {
    my @names = @_;
    return join ', ', map { ($count{$_} // 0) . " $_" } @names;
}

sub proves_answers {
    my ($store, $disturber) = @_;
    ok(!@faults && $count{requests}, sprintf '%s: of %d requests in %d rounds '
        . 'none lost its answer; %d children were killed (%d excused), Redis '
        . 'was away %d times (%d excused), %d graceful restarts (none)', $store,
        @count{qw(requests rounds)}, $diary->count('killed'),
        $count{killed} // 0, $diary->count('away'), $count{away} // 0,
        $diary->count('restarted')) or diag join "\n", @faults, $diary->lines;
    for (['changes heard', 'streams that ended well', 'came back'],
        ['answers over SSE', 'resumed', 'cancelled', 'tasks done'],
        ['sign-ins', 'refreshes', 'revocations', 'codes spent',
            'families ended'], ['came and went']) {
        ok(!(grep { !$count{$_} } @$_), "$store: " . counted(@$_));
    }
    diag sprintf '%s: the slowest answer took %.2f s; %s', $store,
        $count{slowest}, counted('lost refreshes', 'signed in anew');
    cmp_ok($disturber->{slowest}, '<', $PATIENCE, sprintf '%s: no child of '
        . 'before a restart stays longer than %.1f s', $store,
        $disturber->{slowest}) or diag join "\n", $disturber->left;
}

sub proves_rest {
    my ($store, $before, $parent_before) = @_;
    my $status = rests();
    is(join(' ', map { "$_ $status->{$_}" } qw(Parked Stalled Threads
        BusyWorkers Stopping)), 'Parked 0 Stalled 0 Threads 0 BusyWorkers 1 '
        . 'Stopping 0', "$store: no stream, place, thread or slot is taken");
    cmp_ok($status->{Processes}, '<=', $CHILDREN + 2,
        "$store: no child too many");
    is($s->connections, 0, "$store: no connection is left");
    my @left = more_files($before, files_of_children());
    is("@left", '', "$store: no child has a file open that it had not after "
        . 'warming up: ' . sum0(values %{files_of_children()}) . ' at most');
    @left = more_files($parent_before, files_of($s->{pid}));
    is("@left", '', "$store: nor has the parent");
    my $n = $s->children;
    is(streams_to_the_limit(), $n * $STREAMS, "$store: $n children have $STREAMS"
        . ' streams each');
    rests();
}

sub proves_memory {
    my ($store, $disturber, @sizes) = @_;
    my @parent = @{$disturber->{parent}};
    diag "$store: the parent has kB " . join ' ', map { $_->[1] } @parent;
    my $by = growth(@parent);
    ok(@parent && $by <= $PARENT, sprintf '%s: the parent grows by %.1f kB a '
        . 'restart, of %d, from %d to %d kB', $store, $by, scalar @parent,
        map { $_->[1] } @parent[0, -1]);
    $by = growth(@sizes);
    my $name = sprintf '%s: the children grow by %.1f kB in 1000 requests, of '
        . '%d, from %d to %d kB', $store, $by,
        1000 * ($sizes[-1][0] - $sizes[0][0]), map { $_->[1] } @sizes[0, -1];
    $is_long ? ok($by <= $CHILD, $name) : diag $name;
}

# By words: there are too many for MCPLog.
sub proves_log {
    my ($store) = @_;
    open my $in, '<:raw', $s->root . '/logs/error_log' or die $!;
    my $leaks = 0;
    while (<$in>) {
        $leaks += grep { exists $secrets{$_} } split /[^A-Za-z0-9_.~-]+/;
    }
    is($leaks, 0, sprintf '%s: none of %d tokens, codes and cookies is in the '
        . 'log', $store, scalar keys %secrets);
}

for my $store (@stores) {
    starts($store);
    load($share / 10, sub { });
    rests();
    my ($before, $parent) = (files_of_children(), files_of($s->{pid}));
    my $disturber = disturbed($share / 2);
    my @sizes = quiet($share * 0.4);
    proves_answers($store, $disturber);
    proves_rest($store, $before, $parent);
    proves_memory($store, $disturber, @sizes);
    proves_log($store);
    $s->stop;
    $redis->stop if $redis;
}
SKIP: {
    skip 'no redis-server', 1 if ($ENV{STORES} // 'redis') =~ /redis/
        && !MCPRedis::is_there();
    pass('over ' . join ' and ', @stores);
}
done();
