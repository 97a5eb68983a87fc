#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# The helpers of the behaviour tests see what they must see: with an Apache that
# has none of our modules.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp ();
use IO::Select;
use Test::More;
use MCPClient;
use MCPLog;
use MCPRedis;
use MCPServer;

# -- what the log may not hold -----------------------------------------------

my $file = File::Temp->new;
sub say_in_log { open my $out, '>>', "$file"; print $out "[now] $_\n" for @_ }

for (
    ['[mcp_oauth:warn] [pid 1] MCP00012: the key is old; rotate it', 1,
        'a warning of ours'],
    ['[mcp_oauth:error] [pid 1] [client ::1] MCP00012: x', 1, 'an error of ours'],
    ['[mcp_oauth:notice] [pid 1] MCP00012: x', 0, 'a notice of ours'],
    ['[authz_core:error] [pid 1] AH01631: user ada: failure', 0,
        "another module's error"],
    ['[core:notice] [pid 1] AH00052: child pid 7 exit signal Aborted (6)', 1,
        'the death of a child'],
    ['[core:emerg] [pid 1] AH00144: mutex', 1, 'an emergency of any module'],
    ['==7==ERROR: AddressSanitizer: heap-use-after-free', 1, 'a sanitizer'],
    ['x.c:3:4: runtime error: signed integer overflow', 1, 'undefined behaviour'],
    ['[mcp_oauth:debug] the token is top-secret-value', 1, 'a leaked secret'],
    ['[mcp_oauth:warn] [pid 1] MCP00077: announced', 0, 'an announced line'],
    ['[mcp_oauth:warn] [pid 1] MCP00077: announced with top-secret-value', 1,
        'a secret in an announced line'],
) {
    my ($line, $problems, $name) = @$_;
    my $log = MCPLog->new("$file");
    $log->secret('top-secret-value', 'short');
    $log->expect(qr/MCP00077/);
    $log->problems;
    say_in_log($line, 'short');
    is(scalar($log->problems), $problems,
        "$name is " . ($problems ? 'reported' : 'let pass'));
}

# -- pages -------------------------------------------------------------------

my ($form) = MCPClient->new(url => 'http://localhost:1')->forms(bless {body =>
    '<form method="post" action="?x=1"><input type=hidden name=a value="&quot;&#x41;">'
    . '<input name="password" type="password"><button name="decision"'
    . ' value="approve">Yes</button></form>'}, 'MCPClient::Response');
is("$form->{method} $form->{action} @{$form->{hidden}} "
    . join(' ', sort keys %{$form->{inputs}}) . " @{$form->{buttons}[0]}",
    'POST ?x=1 a "A a password decision approve', 'a form is read as it stands');
is(MCPClient::resolve('http://h:1/a/b?c', $_->[0]), $_->[1], "resolves $_->[0]")
    for ['x', 'http://h:1/a/x'], ['/x', 'http://h:1/x'],
    ['?y', 'http://h:1/a/b?y'], ['app:/x', 'app:/x'], ['', 'http://h:1/a/b?c'];

# -- a server of a test's own ------------------------------------------------

my $s = MCPServer->new(site => 0, load => 0, faketime => 1, tls => 1,
    config => "Redirect /away http://elsewhere/?code=top-secret-code\n");
my ($good, $said) = $s->check;
ok($good, 'httpd -t passes') or diag $said;
$s->start;
my $c = $s->client;
is($c->get('/none')->status, 404, 'it answers over https');
is(scalar(my @two = $c->raw(
    "GET /none HTTP/1.1\r\nHost: a\r\n\r\nGET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
    count => 2)), 2, 'raw requests get their answers');
$c->get('/away');
ok($s->log->{secrets}{'top-secret-code'}, 'a code that passed by is a secret');

my @old = $s->children;
for (['graceful', 'a graceful restart'], ['restart', 'a restart']) {
    my ($method, $name) = @$_;
    $s->$method;
    is($c->get('/none')->status, 404, "it answers after $name");
}
my %now = map { ($_ => 1) } $s->children;
ok(!grep($now{$_}, @old), 'with new children');
$s->kill_child;
is($c->get('/none')->status, 404, 'it answers after kill -9 of a child');
$s->set_clock(86400);
pass('its clock goes a day forward');
$s->set_clock(-86400);
pass('its clock goes a day back');
$s->kill_all;
ok(!$s->answers, 'kill -9 of all ends it');
$s->start;
is($c->get('/none')->status, 404, 'it answers when started again');
$s->stop;
ok(!$s->answers, 'it stops');
is(join("\n", $s->log->problems), '', 'its log is clean');

# -- a Redis of a test's own -------------------------------------------------

SKIP: {
    skip 'no redis-server', 11 unless MCPRedis::is_there();
    my $r = MCPRedis->new(password => 'sesame')->start;
    is($r->directive('timeout=1s'),
        "MCPStore redis redis://127.0.0.1:@{[$r->port]} timeout=1s password=sesame\n",
        'a Redis says how it is reached');
    $r->say('SET', 'a', "b\r\nc");
    is($r->say('GET', 'a'), "b\r\nc", 'it answers');
    is_deeply($r->say('MGET', 'a', 'none'), ["b\r\nc", undef], 'with lists, too');
    $r->kill->start;
    is($r->say('GET', 'a'), "b\r\nc", 'kill -9 loses nothing');
    $r->full;
    ok(!eval { $r->say('SET', 'a', 'd') } && $@ =~ /OOM/, 'it is full');
    is($r->roomy->say('SET', 'a', 'd'), 'OK', 'and not any more');
    $r->password('open');
    is($r->restart->say('GET', 'a'), 'd', 'restarted with another password');
    $r->stall;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $r->port, Timeout => 2);
    ok($socket, 'stalled, it can be reached');
    print $socket "PING\r\n";
    ok(!IO::Select->new($socket)->can_read(0.1), 'and does not answer');
    $r->resume;
    ok(IO::Select->new($socket)->can_read(10), 'until it goes on');
    $r->stall->stop;
    ok(!IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $r->port),
        'it stops');
}
done_testing();
