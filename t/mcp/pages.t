# Licensed under the Apache License, Version 2.0; see LICENSE.
# Lists that are longer than a page, in both eras and from all children.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;

my $s = probe_server();
my $c = $s->client;
my $session = $c->initialize('/many');
my %lists = (
    'tools/list' => [tools => sub { "n$_[0]" }, 'name'],
    'prompts/list' => [prompts => sub { "n$_[0]" }, 'name'],
    'resources/list' => [resources => sub { "many://n$_[0]" }, 'uri'],
    'resources/templates/list' => [resourceTemplates =>
        sub { "many://n$_[0]/{id}" }, 'uriTemplate'],
);
my %eras = (
    modern => sub { $c->modern('/many', @_, id => 1) },
    legacy => sub { $c->legacy('/many', @_, id => 1, session => $session) },
);
my %cursors;

for my $method (sort keys %lists) {
    my ($member, $word, $key) = @{$lists{$method}};
    for my $era (sort keys %eras) {
        my $ask = $eras{$era};
        my ($child, $r) = handled($s, sub { $ask->($method, undef) });
        my $first = rpc_result($r, 1, "$era: $method is answered");
        is(@{$first->{$member}}, 1000, 'by a page of 1,000');
        my $cursor = $first->{nextCursor};
        like($cursor, qr/\A[A-Za-z0-9_-]+\z/, 'that says where to go on');
        my $second = rpc_result(elsewhere($s, $child,
            sub { $ask->($method, {cursor => $cursor}) }), 1,
            'another child has the next one');
        ok(!exists $second->{nextCursor}, 'which is the last');
        is_deeply([map { $_->{$key} } @{$first->{$member}},
            @{$second->{$member}}],
            [map { $word->(sprintf '%04d', $_) } 0 .. 1199],
            'each is there once, in order');
        $cursors{$method} = $cursor;
        next if $era eq 'legacy';
        is($second->{cacheScope}, $first->{cacheScope},
            '2026-07-28: all pages have one cacheScope');
        is($_->{resultType}, 'complete', 'and are complete')
            for $first, $second;
        is($_->{ttlMs}, $first->{ttlMs}, 'and may be kept as long')
            for $first, $second;
    }
}

# -- cursors that are none ---------------------------------------------------

for my $method (sort keys %lists) {
    for my $era (sort keys %eras) {
        my $own = $cursors{$method};
        for my $cursor ('', 'x', "${own}x", substr($own, 1), "$own ", uc $own,
            1, undef, {}, [$own], 'A' x 10_000,
            map { $cursors{$_} } grep { $_ ne $method } sort keys %lists) {
            rpc_error($eras{$era}->($method, {cursor => $cursor}), 200, -32602,
                1, "$era: $method: -32602 for the cursor "
                    . substr json_text($cursor), 0, 30);
        }
    }
}
for my $method (sort keys %lists) {
    rpc_error($c->modern('/probe', $method, {cursor => $cursors{$method}},
        id => 1), 200, -32602, 1,
        "$method: the cursor of another server is none");
}
$s->graceful;
my ($method) = sort keys %lists;
rpc_result($eras{modern}->($method, {cursor => $cursors{$method}}), 1,
    'a cursor outlives a restart that changes nothing');
$s->stop;

done();
