#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# MCPLimit streams=: what of httpd does not fit it is said, with what to write.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Conf;

my $handler = "SetHandler mcp-server\nMCPOffer demo:*";
my $event = MCPServer::load_modules('event', 'http2');

sub config {
    my (%o) = @_;
    return protected($o{inside} // $handler, join "\n", 'ThreadsPerChild 25',
        'AsyncRequestWorkerFactor ' . ($o{factor} // 200),
        'TimeOut ' . ($o{time} // 300), 'MCPLimit streams='
        . ($o{streams} // 5000), $o{more} // ());
}

sub warned {
    my ($name, $number, $want, @config) = @_;
    my ($good, $said) = check(config(@config));
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok($good && $said =~ /MCP$number: [^\n]*$want/ && $said =~ /Syntax OK/,
        $name) or diag $said;
}

good('5000 streams fit where AsyncRequestWorkerFactor says so', config());
good('what nobody asked for is not missed', config(streams => 1000,
    factor => 2, time => 5));
good('nor where there is no MCP server', config(inside => '', factor => 2));
warned('AsyncRequestWorkerFactor', '00103',
    qr/a child can hold 50 streams.*Write "AsyncRequestWorkerFactor 200"/,
    factor => 2);
warned('one that is no integer', '00103', qr/a child can hold 4987 streams/,
    factor => 199.5);
warned('TimeOut', '00105', qr/end after TimeOut 20.*Write "TimeOut 300"/,
    time => 20);
{
    local $Conf::files = 1000;
    warned('the descriptors', '00104',
        qr/may open 1000 files only\. Raise that to 5250: LimitNOFILE=5250/);
}
SKIP: {
    skip 'no mod_http2', 1 unless -e MCPServer::libexec() . '/mod_http2.so';
    local $Conf::base = Conf::write_base('h2.conf', $event);
    warned('HTTP/2', '00106', qr{Write "Protocols http/1\.1"},
        more => 'Protocols h2 http/1.1');
}
for my $mpm (qw(worker prefork)) {
    local $Conf::base = Conf::write_base("$mpm.conf",
        MCPServer::load_modules($mpm));
    my ($good, $said) = check(config() =~ s/^(?:Async|Threads).*\n//mgr);
    ok($good && $said =~ /MCP00102: .*Use the event MPM of httpd 2\.4\.63/,
        "the $mpm MPM") or diag $said;
}

done_testing();
