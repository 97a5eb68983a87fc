#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# Two nodes with one Redis and an identity provider that sees when a refresh
# token comes twice: it is asked by one thread of one child of one node, and
# what it says counts everywhere.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPExpect;
use MCPIdP;
use MCPRedis;
use MCPServer;
use MCPSignIn;

plan skip_all => 'no redis-server' unless MCPRedis::is_there();

my $redis = MCPRedis->new->start;
my $idp = MCPIdP->new(faketime => 1);
$idp->net->write_file('sealing.key', encode_base64url(sha256('sealing')));
chmod 0600, "$idp->{net}{dir}/sealing.key";
my $lines = $redis->directive('timeout=400ms')
    . "MCPSealingKey file:$idp->{net}{dir}/sealing.key\n$CHILDREN\n";
my @nodes = map { MCPSignIn->new(idp => $idp, faketime => 1, stopped => 1,
    fetch => 'timeout=2s connect-timeout=1s') } 1, 2;
my $issuer = $nodes[0]{s}->issuer;
for my $node (@nodes) {
    $node->{s}->configure(site => 0, config => join '',
        $idp->config('timeout=2s connect-timeout=1s'),
        qq{MCPStateDirectory "\${ROOT}/state/mcp-oauth"\n},
        "MCPAuthIssuer $issuer\n", $lines, $node->location('oidc', ['oidc']));
    $node->{s}->start;
}
# what a balancer does: the same URLs, another node
my ($one, $two) = map { $_->{s}->client(url => $issuer,
    port => $_->{s}->port) } @nodes;
$nodes[0]{c} = $one;
$nodes[1]{c} = $two;
$nodes[0]->register_callbacks;
my $clock = 0;

sub later {
    my ($seconds, @skew) = @_;
    $clock += $seconds;
    $nodes[$_]{s}->set_clock($clock + ($skew[$_] // 0)) for 0, 1;
    $idp->set_clock($clock);
}
sub asked { return scalar $idp->asked(oidc => 'refresh') }
sub answers {
    my ($n, $j) = @_;
    return at_once($n, sub {
        my $r = ($one, $two)[$_[0] % 2]->refresh($j);
        return {status => $r->status, $r->status == 200 ? %{$r->json} : ()};
    });
}
sub one_family {
    my ($j, $n, $name) = @_;
    my @answers = answers($n, $j);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is(scalar(grep { $_->{status} == 200 } @answers), $n,
        "$name: all get an answer")
        or diag join ' ', map { $_->{status} } @answers;
    my %successors = map { ($_->{refresh_token} // '' => 1) } @answers;
    is(scalar keys %successors, 1, 'and one live family');
    ($j->{refresh_token}) = keys %successors;
    ($j->{access_token}) = map { $_->{access_token} // () } @answers;
    for ($one, $two) {
        works($_, $j->{access_token}, '/oidc', 'its token works');
    }
}
sub dead_everywhere {
    my ($j, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    for my $n (0, 1) {
        my $c = ($one, $two)[$n];
        $nodes[$n]{s}->await("$name to be heard of", sub {
            !grep { $_ != 401 } at_once(8, sub {
                status_of($c, $j->{access_token}, '/oidc') });
        }, 5);
        pass("$name: its token is no more at node " . ($n + 1));
    }
}

# -- once for all ------------------------------------------------------------

my $j = $nodes[0]->journey('oidc');
$idp->set(oidc => delay => {refresh => 0.5});
for my $n (1 .. 3) {
    later(61);
    one_family($j, 12, "12 refreshes of one token at two nodes, $n");
    is(asked(), $n, 'the provider was asked once');
}

# The clock of the other node is ahead: it takes no lease for over that is not.
later(61, 0, 50);
my $before = asked();
$idp->set(oidc => delay => {refresh => 1.5});
one_family($j, 12, 'clocks that differ by 50 s');
is(asked(), $before + 1, 'the provider was asked once');
$idp->set(oidc => delay => undef);
later(50 + 61); # after what either node took for the time
is($two->refresh($j)->status, 200, 'what it gave is good');
is(asked(), $before + 2, 'at the other node, too');

# -- what it says counts everywhere ------------------------------------------

{
    my $j = $nodes[0]->journey('oidc');
    is($nodes[1]->told($j)->{roles}, 'admin,editor', 'roles at node 2');
    $idp->set(oidc => claims => {ada => {roles => ['owner']}});
    later(61);
    is($one->refresh($j)->status, 200, 'refreshed at node 1');
    $nodes[1]{s}->await('the news to be heard', sub {
        !grep { $_ ne 'owner' }
            at_once(8, sub { $nodes[1]->told($j)->{roles} }) }, 5);
    pass('what has changed is known at node 2');
    $idp->set(oidc => claims => undef);

    $idp->disable('ada');
    later(61);
    my %old = (%$j);
    refused($two->refresh($j), 400, 'invalid_grant', 'refused at node 2');
    dead_everywhere(\%old, 'refused there');
    refused($one->refresh($j), 400, 'invalid_grant', 'and at node 1');
    $idp->enable('ada');
}
{
    my $j = $nodes[0]->journey('oidc');
    works($_, $j->{access_token}, '/oidc', 'before') for $one, $two;
    my $token = $idp->logout_token('oidc', user => 'ada');
    my $post = sub { $_[0]->post('/oauth/backchannel-logout',
        form => {logout_token => $token}) };
    is($post->($one)->status, 200, 'a logout at node 1');
    dead_everywhere($j, 'logged out');
    refused($post->($two), 400, 'invalid_request', 'the same at node 2');
}

# -- a store that fails while the provider is asked --------------------------

{
    my $j = $nodes[0]->journey('oidc');
    $nodes[0]{s}->log->expect(qr/MCP\d+: .*(?:Redis|redis)/);
    $nodes[1]{s}->log->expect(qr/MCP\d+: .*(?:Redis|redis)/);
    later(61);
    my $before = asked();
    $idp->set(oidc => delay => {refresh => 1});
    my $pid = fork // die $!;
    if (!$pid) {
        eval { $one->refresh($j) };
        require POSIX;
        POSIX::_exit(0);
    }
    $idp->await(oidc => refresh => $before + 1);
    $redis->stall;
    # until the answer has come, and cannot be stored
    $nodes[0]{s}->await('the store to fail', sub {
        $nodes[0]{s}->logged(qr/MCP00167: /) });
    $redis->resume;
    waitpid $pid, 0;
    $idp->set(oidc => delay => undef);
    later(61);
    my $r = $one->refresh($j);
    is($r->status, 200, 'a store that fails for a moment loses nothing')
        or diag $r->brief;
    is(asked(), $before + 2, 'of what the provider has renewed');
}

$_->no_leaks for $nodes[0];
$_->{s}->stop for @nodes;
$redis->stop;
done();
