# Licensed under the Apache License, Version 2.0; see LICENSE.
package Bench;

# What the measurements have in common: how much is measured, httpd's settings,
# the CPU time of a server, wrk, and how figures are shown.

use strict;
use warnings;
use Exporter 'import';
use File::Temp ();
use JSON::PP ();
use List::Util qw(max min sum);
use POSIX qw(sysconf _SC_CLK_TCK);
use Time::HiRes qw(CLOCK_MONOTONIC clock_gettime);
use MCPClient;

our @EXPORT = qw(effort folder median ratio spew);
my $json = JSON::PP->new->utf8->canonical;
my $ticks = sysconf(_SC_CLK_TCK);

# How much is measured: so much, unless the environment says otherwise.
sub effort {
    my %usual = @_;
    return map { $ENV{uc $_} || $usual{$_} } qw(rounds duration connections);
}

# One of the measurement's own, which httpd's user can read.
sub folder {
    my $dir = File::Temp->newdir('mcp-bench-XXXXXX', TMPDIR => 1);
    chmod 0755, "$dir";
    return $dir;
}

# Each child has more threads than there are connections: none is closed to
# make room. without: our module is not there.
sub settings {
    my %o = (connections => 16, @_);
    my $threads = $o{connections} + 16;
    my $most = 2 * $threads;
    return ($o{without} ? "LogLevel warn\n" : "LogLevel warn mcp_oauth:warn\n")
        . "KeepAlive on\nMaxKeepAliveRequests 0\nStartServers 2\n"
        . "ServerLimit 2\nThreadLimit $threads\nThreadsPerChild $threads\n"
        . "MaxRequestWorkers $most\n"
        . "MinSpareThreads 1\nMaxSpareThreads $most\n";
}

# Seconds of CPU of the server and its children so far.
sub cpu {
    my $pid = shift->{pid};
    my $sum = 0;
    for my $stat (glob '/proc/[0-9]*/stat') {
        open my $in, '<', $stat or next;
        my ($own, $rest) = (<$in> // '') =~ /^(\d+) .*\) (.*)/ or next;
        my @fields = split ' ', $rest;
        $sum += ($fields[11] + $fields[12]) / $ticks
            if $own == $pid || $fields[1] == $pid;
    }
    return $sum;
}

# Until it has done what clients that are gone left it to do.
sub settle {
    my $server = shift;
    my $end = clock_gettime(CLOCK_MONOTONIC) + 5;
    for (my $then = -1; clock_gettime(CLOCK_MONOTONIC) < $end;) {
        my $now = cpu($server);
        return if $now == $then;
        $then = $now;
        select undef, undef, undef, 0.05;
    }
}

# -- wrk ----------------------------------------------------------------------

# A tools/... request as script() wants it, of the era "modern" or "legacy":
# name and arguments of a call; token; sessions: the ids that it goes by.
sub message {
    my ($era, $method, %o) = @_;
    my %params = map { $_ => $o{$_} } grep { exists $o{$_} }
        qw(name arguments cursor);
    my %headers = ('Content-Type' => 'application/json',
        Accept => 'application/json, text/event-stream',
        Authorization => "Bearer $o{token}");
    if ($era eq 'modern') {
        my $prefix = 'io.modelcontextprotocol/';
        $params{_meta} = {"${prefix}protocolVersion" => '2026-07-28',
            "${prefix}clientInfo" => {name => 'bench', version => '1'},
            "${prefix}clientCapabilities" => {}};
        $headers{'Mcp-Method'} = $method;
        $headers{'Mcp-Name'} = $o{name} if exists $o{name};
    }
    else {
        $headers{'Mcp-Session-Id'} = $o{sessions}[0];
    }
    $headers{'MCP-Protocol-Version'} =
        $era eq 'modern' ? '2026-07-28' : '2025-11-25';
    return {headers => \%headers, sessions => $o{sessions} // [],
        body => $json->encode({jsonrpc => '2.0', id => 100_000,
            method => $method, params => \%params})};
}

# So many that no lock of one is in the way of all.
sub sessions {
    my ($server, $path, $token) = @_;
    my $client = MCPClient->new(url => $server->{issuer});
    return [map { scalar $client->initialize($path, token => $token) } 1 .. 16];
}

# The server lets the token of the request in, and nothing that looks like it;
# its answer.
sub guarded {
    my ($server, $path, $request) = @_;
    my $client = MCPClient->new(url => $server->{issuer});
    my %headers = %{$request->{headers}};
    my $forged = $headers{Authorization} =~
        s/\.\K(.)(?=[^.]*$)/$1 eq 'A' ? 'B' : 'A'/er;
    my $answer;
    for ([401, undef], [401, $forged], [200, $headers{Authorization}]) {
        my ($status, $text) = @$_;
        $answer = $client->post($path, body => $request->{body},
            headers => {%headers, Authorization => $text});
        $answer->status == $status or die 'not guarded: ' . $answer->brief;
    }
    return $answer;
}

my $from_everywhere = <<'END';
local count = 0
function request()
    count = count + 1
    wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d",
        count / 65536 % 256, count / 256 % 256, count % 256)
    return wrk.format()
end
END

# One request in so many has the next of the tokens. When none is left it ends.
sub with_tokens {
    my ($tokens, $every) = @_;
    return join '', "local tokens = {\n", map(qq("$_",\n), @$tokens), <<"END";
}
local count, usual = 0, nil
function request()
    if not usual then usual = wrk.format() end
    count = count + 1
    if count % $every ~= 0 then return usual end
    local token = tokens[count / $every]
    if not token then
        wrk.thread:stop()
        return usual
    end
    wrk.headers["Authorization"] = "Bearer " .. token
    return wrk.format()
end
END
}

# The id of the body becomes one that no other request in flight has in its
# session, nor one of the run before: servers find the connection of an answer
# by it.
sub with_ids {
    my $sessions = join ', ', map qq("$_"), @{$_[0]};
    return <<"END";
local sessions, requests, count = {$sessions}, {}, 0
local first = 100000 + os.time() % 800 * 1000
function request()
    count = count % 1000 + 1
    if not requests[count] then
        wrk.headers["Mcp-Session-Id"] = sessions[count % #sessions + 1]
        requests[count] = wrk.format(nil, nil, nil, (wrk.body:gsub(
            '"id":100000', string.format('"id":%d', first + count), 1)))
    end
    return requests[count]
end
END
}

# A script of wrk for one POST request: path, body, headers; from_everywhere:
# each says (mod_remoteip) that it comes from another address; tokens: one
# request in "every" has another of them in its Authorization; sessions: each
# has an id of its own and one of these sessions, if there are any.
sub script {
    my ($file, %request) = @_;
    spew($file, join '', qq(wrk.method = "POST"\n),
        qq(wrk.path = "$request{path}"\nwrk.body = [==[$request{body}]==]\n),
        map(qq(wrk.headers["$_"] = "$request{headers}{$_}"\n),
            sort keys %{$request{headers}}),
        $request{from_everywhere} ? $from_everywhere : '',
        $request{tokens} ? with_tokens(@request{qw(tokens every)}) : '',
        $request{sessions} ? with_ids($request{sessions}) : '',
        <<'END');
function done(summary, latency, requests)
    io.write(string.format("figures %d %d %d %d %d\n", summary.requests,
        summary.duration, summary.errors.status + summary.errors.read
        + summary.errors.write + summary.errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
END
    return $file;
}

# Runs it; requests a second, CPU of httpd in us a request, latencies in us.
sub wrk {
    my ($server, $script, %o) = @_;
    settle($server);
    my $before = cpu($server);
    my $output = `wrk -t1 -c$o{connections} -d$o{seconds}s --timeout 20s -s $script \\
        $server->{issuer}`;
    my ($requests, $time, $errors, $p50, $p99)
        = $output =~ /^figures (\d+) (\d+) (\d+) (\d+) (\d+)/m
        or die "wrk: $output";
    die "$script: $errors of $requests failed" if $errors;
    # too few to say anything
    return wrk($server, $script, %o, seconds => 2 * $o{seconds})
        if $requests < 100 && $o{seconds} < 8;
    return {cpu => 1e6 * (cpu($server) - $before) / $requests,
        rate => 1e6 * $requests / $time, p50 => $p50, p99 => $p99};
}

# Runs code->(END, NUMBER) in so many processes, each of which gives how long
# each of its requests took. The same figures. ready: called by each process
# first, in its time; what it gives is code's third argument.
sub many {
    my ($server, $processes, $seconds, $code, $ready) = @_;
    pipe my $gate, my $open or die $!;
    pipe my $done, my $say or die $!;
    my (@pids, @from);
    for my $number (1 .. $processes) {
        pipe my $from, my $to or die $!;
        my $pid = fork // die $!;
        if (!$pid) {
            close $_ for $open, $done, $from;
            my @took = eval {
                my $own = $ready && $ready->($number);
                syswrite $say, '.';
                sysread $gate, my $go, 1;    # until the parent closes
                $code->(clock_gettime(CLOCK_MONOTONIC) + $seconds, $number,
                    $own);
            };
            print $to $@ ? "failed: $@" : "@took\n";
            close $to;
            POSIX::_exit(0);
        }
        close $to;
        push @pids, $pid;
        push @from, $from;
    }
    close $say;
    for (1 .. $processes) { sysread $done, my $one, 1 }
    my $cpu = cpu($server);
    my $start = clock_gettime(CLOCK_MONOTONIC);
    close $gate;
    close $open;
    my @took = map {
        my $said = do { local $/; readline $_ };
        die $said if $said !~ /^[\d. e-]+$/;
        split ' ', $said;
    } @from;
    waitpid $_, 0 for @pids;
    my $time = clock_gettime(CLOCK_MONOTONIC) - $start;
    @took = sort { $a <=> $b } @took;
    return {count => scalar @took, rate => @took / $time,
        cpu => 1e6 * (cpu($server) - $cpu) / @took,
        p50 => 1e6 * $took[@took / 2], p99 => 1e6 * $took[@took * .99]};
}

sub median {
    my @sorted = sort { $a <=> $b } @_;
    return ($sorted[$#sorted / 2] + $sorted[@sorted / 2]) / 2;
}

# Of the figures of two, round by round: the median, the least, the greatest.
sub ratio {
    my ($ours, $theirs, $what) = @_;
    my @ratios = map { $ours->[$_]{$what} / $theirs->[$_]{$what} } 0 .. $#$ours;
    return (median(@ratios), min(@ratios), max(@ratios));
}

# The columns of a table that figures of wrk() make, and their heading.
sub cpu_heading { return sprintf '%22s', 'CPU median (min-max)' }
sub rate_heading { return sprintf '%10s %8s %8s', 'req/s', 'p50 us', 'p99 us' }

sub cpu_columns {
    my @cpu = map { $_->{cpu} } @_;
    return sprintf '%8.1f (%5.1f-%5.1f)', median(@cpu), min(@cpu), max(@cpu);
}

sub rate_columns {
    my @figures = @_;
    return sprintf '%10.0f %8.0f %8.0f', map { my $key = $_;
        median(map { $_->{$key} } @figures) } qw(rate p50 p99);
}

sub spew {
    my ($file, $content) = @_;
    open my $out, '>', $file or die "$file: $!";
    print $out $content;
    close $out or die "$file: $!";
    chmod 0644, $file;
}

1;
