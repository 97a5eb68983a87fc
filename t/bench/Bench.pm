# Licensed under the Apache License, Version 2.0; see LICENSE.
package Bench;

# What the measurements have in common: httpd's settings, its CPU time, wrk.

use strict;
use warnings;
use Exporter 'import';
use List::Util qw(sum);
use POSIX qw(sysconf _SC_CLK_TCK);
use Time::HiRes qw(CLOCK_MONOTONIC clock_gettime);

our @EXPORT = qw(median spew);
my $ticks = sysconf(_SC_CLK_TCK);

# More threads than connections: none is closed to make room. without: our
# module is not there.
sub settings {
    my %o = @_;
    return ($o{without} ? "LogLevel warn\n" : "LogLevel warn mcp_oauth:warn\n")
        . "KeepAlive on\n"
        . "MaxKeepAliveRequests 0\n"
        . "StartServers 2\nServerLimit 2\nThreadsPerChild 32\n"
        . "MaxRequestWorkers 64\nMinSpareThreads 1\nMaxSpareThreads 64\n";
}

# Seconds of CPU of the server and its children so far.
sub cpu {
    my $server = shift;
    return sum(map {
        open my $in, '<', "/proc/$_/stat" or return 0;
        my ($rest) = <$in> =~ /\) (.*)/;
        my @fields = split ' ', $rest;
        ($fields[11] + $fields[12]) / $ticks;
    } $server->{pid}, $server->children);
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

# A script of wrk for one POST request: path, body, headers; from_everywhere:
# each says (mod_remoteip) that it comes from another address; tokens: one
# request in "every" has another of them in its Authorization.
sub script {
    my ($file, %request) = @_;
    spew($file, join '', qq(wrk.method = "POST"\n),
        qq(wrk.path = "$request{path}"\nwrk.body = [==[$request{body}]==]\n),
        map(qq(wrk.headers["$_"] = "$request{headers}{$_}"\n),
            sort keys %{$request{headers}}),
        $request{from_everywhere} ? $from_everywhere : '',
        $request{tokens} ? with_tokens(@request{qw(tokens every)}) : '',
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
    my $before = cpu($server);
    my $output = `wrk -t1 -c$o{connections} -d$o{seconds}s -s $script \\
        $server->{issuer}`;
    my ($requests, $time, $errors, $p50, $p99)
        = $output =~ /^figures (\d+) (\d+) (\d+) (\d+) (\d+)/m
        or die "wrk: $output";
    die "$script: $errors of $requests failed" if $errors;
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

sub spew {
    my ($file, $content) = @_;
    open my $out, '>', $file or die "$file: $!";
    print $out $content;
    close $out or die "$file: $!";
    chmod 0644, $file;
}

1;
