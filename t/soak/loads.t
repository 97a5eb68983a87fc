# Licensed under the Apache License, Version 2.0; see LICENSE.
# Event streams by the ten thousand: that go as soon as they came, that end by
# TimeOut while events are written, and that are open, beside calls without a
# pause, while the server restarts.
#
#   MCP_SHORT=50000 MCP_ENDING=6000 MCP_RESTARTS=5
#   build/behaviour event t/soak/loads.t
use strict;
use warnings;
use MCPTest;
use File::Temp ();
use List::Util qw(max sum);
use MCPCaller;
use MCPCrowd;
use MCPServer;

plan skip_all => 'the event MPM keeps connections without a thread'
    if mpm() ne 'event' || $ENV{MCP_FALLBACK};

my $short = $ENV{MCP_SHORT} || 50_000;
my $ending = $ENV{MCP_ENDING} || 6000;
my $restarts = $ENV{MCP_RESTARTS} || 5;
my $most = MCPCrowd::raise(4000);    # at once
note "MCP_SHORT=$short MCP_ENDING=$ending MCP_RESTARTS=$restarts, "
    . "$most at once";

sub server {
    my ($config) = @_;
    my $s = MCPServer->new(config => MCPCrowd::config($most, $config));
    return $s->start;
}

# Runs the code in so many processes, while another tells of changes without a
# pause; how often that was, and what each gave.
sub while_told {
    my ($s, $n, $code) = @_;
    my $dir = File::Temp->newdir;
    my @gave = at_once($n + 1, sub {
        my $number = shift;
        return change_all($s, $dir, $n) if $number > $n;
        my $gave = eval { $code->($number) };
        my $error = $@;
        touch("$dir/$number");
        die $error if $error;
        return $gave;
    });
    return (pop @gave, @gave);
}

sub change_all {
    my ($s, $dir, $n) = @_;
    my $client = $s->client;
    my $told = 0;
    until ((() = glob "$dir/*") == $n) {
        my $r = $client->call_tool('/probe', changed => {list => 'tools'});
        die $r->brief if $r->status != 200;
        $told++;
    }
    return $told;
}

sub touch {
    open my $out, '>', $_[0] or die "$_[0]: $!";
}

# -- what a child has left ----------------------------------------------------

sub eventually {
    my ($has) = @_;
    my $end = MCPServer::clock() + $MCPServer::PATIENCE;
    select undef, undef, undef, 0.1
        until $has->() || MCPServer::clock() > $end;
}

# Without the store, which is opened when it is needed.
sub descriptors {
    my $child = shift;
    return scalar grep { (readlink $_ // '') !~ m{/state\.db} }
        glob "/proc/$child/fd/*";
}

# The streams that mod_status shows.
sub shown {
    my $body = shift->client->get('/server-status?auto')->body;
    my @lines = $body =~ /^(MCPStreams\w+: \d+)$/mg or return 'no line';
    return join(' ', grep { !/: 0$/ } @lines) || 'none';
}

# Some of each kind come and go first, for what is opened once.
sub before {
    my $s = shift;
    my $crowd = MCPCrowd->new($s);
    $crowd->open(30);
    $crowd->get for 1 .. 10;
    $crowd->told(sub {
        $s->client->call_tool('/probe', changed => {list => 'tools'}) });
    undef $crowd;
    eventually(sub { shown($s) eq 'none' });
    my ($child) = $s->children;
    return {server => $s, child => $child, descriptors => descriptors($child),
        memory => MCPCrowd::memory($child)};
}

sub is_as_before {
    my ($before, $what) = @_;
    my ($s, $child) = @$before{qw(server child)};
    eventually(sub { shown($s) eq 'none' });
    is(shown($s), 'none', "$what: mod_status shows no stream");
    eventually(sub { descriptors($child) <= $before->{descriptors} });
    cmp_ok(descriptors($child), '<=', $before->{descriptors},
        "$what: no descriptor is left")
        or diag `ls -l /proc/$child/fd`;
    is(join(' ', $s->children), $child, "$what: the child lives");
    $s->stop;
    log_is_clean("$what: the log is clean");
}

# What each leaves would show, were it 64 bytes.
sub has_grown_little {
    my ($before, $bytes, $what) = @_;
    SKIP: {
        skip 'the sanitizer keeps what is given back', 1
            unless $before->{memory};
        eventually(sub { shown($before->{server}) eq 'none' });
        my $grown = MCPCrowd::memory($before->{child}) - $before->{memory};
        cmp_ok($grown, '<', $bytes / 1024 + 2048, "$what: KiB that are left");
    }
}

# -- short ones ---------------------------------------------------------------

# One third goes at once, one third cuts its connection, and the rest reads how
# the stream begins.
sub comes_and_goes {
    my ($crowd, $n) = @_;
    my $socket = $crowd->connect;
    syswrite $socket, $crowd->{listen} or die $!;
    setsockopt $socket, Socket::SOL_SOCKET(), Socket::SO_LINGER(),
        pack 'ii', 1, 0 or die $! if $n % 3 == 1;
    return 0 if $n % 3;
    my $text = '';
    while ($text !~ /acknowledged/) {
        sysread $socket, $text, 4096, length $text
            or die "a stream does not begin: '$text' $!";
    }
    return 1;
}

{
    my $before = before(server("TimeOut 300\n"));
    my ($s, $n) = ($before->{server}, 4);
    my ($told, @read) = while_told($s, $n, sub {
        my $crowd = MCPCrowd->new($s);
        return sum(map { comes_and_goes($crowd, $_) } 1 .. $short / $n);
    });
    note "$told changes were told";
    is(sum(@read), $n * int(int($short / $n) / 3),
        "$short short streams: who waited for it has read how it begins");
    cmp_ok($told, '>', $short / 500, 'changes were told meanwhile');
    has_grown_little($before, 64 * $short, 'short streams');
    is_as_before($before, 'short streams');
}

# -- that end by TimeOut ------------------------------------------------------

{
    my $before = before(server("TimeOut 2\nLogLevel mcp_oauth:debug\n"));
    expect_log(qr/MCP00105/);    # that so short a TimeOut is no good idea
    my ($s, $n) = ($before->{server}, 2);
    my $share = int($ending / $n);
    my $over = qr/MCP00962: the stream ends: its time is over$/;
    my $so_far = $s->logged($over);
    my ($told, @ended) = while_told($s, $n, sub {
        my $crowd = MCPCrowd->new($s);
        for (my $begun = 0; $begun < $share || $crowd->count;) {
            for (1 .. 50) {
                last if $begun == $share || $crowd->count >= $most / $n;
                $begun++ % 4 ? $crowd->listen : $crowd->get;
            }
            $crowd->read(0.1);
        }
        return {map { $_ => $crowd->{$_} } qw(clean heard cut)};
    });
    note "$told changes were told";
    my @cut = map { @{$_->{cut}} } @ended;
    is(sum(map { $_->{clean} } @ended), $n * $share,
        "$ending streams end with what ends them in their era")
        or diag join "\n", @cut > 3 ? @cut[0 .. 2] : @cut;
    is(sum(map { $_->{heard} } @ended), $n * $share, 'each heard of a change');
    is($s->logged($over) - $so_far, $n * $share, 'it was TimeOut that did it');
    is_as_before($before, 'TimeOut');
}

# -- restarts -----------------------------------------------------------------

# How long it took each time until the children from before were gone.
sub restart_all {
    my $s = shift;
    my @took;
    for (1 .. $restarts) {
        select undef, undef, undef, 1.5;
        my %old = map { $_ => 1 } $s->children;
        my $start = MCPServer::clock();
        my $generation = $s->generation;
        kill USR1 => $s->{pid} or die $!;
        $s->await('a restart', sub { $s->generation > $generation
            && !grep { $old{$_} } $s->children });
        push @took, MCPServer::clock() - $start;
    }
    return \@took;
}

# Opens another for each that ends.
sub keep_open {
    my ($s, $is_over, $many) = @_;
    my $crowd = MCPCrowd->new($s);
    until ($is_over->()) {
        $crowd->count % 4 ? $crowd->listen : $crowd->get
            while $crowd->count < $many;
        $crowd->read(0.1);
    }
    1 while $crowd->read(0.2);    # what the last restart said
    return {map { $_ => $crowd->{$_} } qw(clean cut)};
}

sub call_on {
    my ($s, $is_over, %o) = @_;
    my $caller = MCPCaller->new($s, %o);
    until ($is_over->()) {
        $caller->call;
        select undef, undef, undef, $o{pause} if $o{pause};
    }
    return {map { $_ => $caller->{$_} } qw(read unread)};
}

{
    my $s = server(<<'END');
StartServers      2
ServerLimit       8
MaxRequestWorkers 200
MaxSpareThreads   200
TimeOut           300
END
    my $dir = File::Temp->newdir;
    my $is_over = sub { return -e "$dir/over" };
    my @clients = ((map { my $keep = $_ % 2; sub { call_on($s, $is_over,
            name => "n$_[0]", keep => $keep) } } 1 .. 4),
        sub { call_on($s, $is_over, name => "n$_[0]", keep => 1,
            pause => 0.003) },
        sub { keep_open($s, $is_over, 200) });
    my ($took, @gave) = at_once(1 + @clients, sub {
        my $number = shift;
        return $clients[$number - 2]->($number) if $number > 1;
        my $took = eval { restart_all($s) };
        my $error = $@;
        touch("$dir/over");
        die $error if $error;
        return $took;
    });
    cmp_ok($_, '<', 5, 'a graceful restart: the old children are gone in time')
        for @$took;
    my $streams = pop @gave;
    my @read = map { @{$_->{read}} } @gave;
    my @unread = map { @{$_->{unread}} } @gave;
    note sprintf '%d calls, %d of them sent again, %d streams ended; the old '
        . 'children were gone after %s s', scalar @read, scalar @unread,
        $streams->{clean}, join ', ', map { sprintf '%.2f', $_ } @$took;
    is(scalar(@{$streams->{cut}}), 0, 'no stream was cut')
        or diag $streams->{cut}[0];
    cmp_ok($streams->{clean}, '>=', $restarts * 200,
        'all ended at each restart');
    $s->stop;
    log_is_clean('restarts: the log is clean');
    my %logged;
    open my $log, '<', $s->root . '/logs/access_log' or die $!;
    while (<$log>) {
        $logged{$1}{$2}++ if m{"POST (/\w+\?\S+) HTTP/1\.1" (\d+) };
    }
    is(scalar(grep { join(' ', %{$logged{$_} // {}}) ne '200 1' } @read), 0,
        @read . ' calls: each was answered, once');
    is(scalar(grep { $logged{$_} } @unread), 0,
        @unread . ' were not read, and sent again');
}

done();
