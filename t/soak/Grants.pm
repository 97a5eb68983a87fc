# Licensed under the Apache License, Version 2.0; see LICENSE.
package Grants;

# Rounds of sign-ins, refresh tokens and revocations. t/store/grants.t has much
# more of what a grant may meet; this is what it does under load.

use strict;
use warnings;
use MCPAnswer qw(json_text);
use MCPClient;

# With Redis away it is the redirect that says so.
sub signs_in {
    my ($p, %o) = @_;
    my $from = $p->now;
    $p->{client} //= $p->until_done(sub { $p->register });
    my $client = rand(4) < 1 ? $p->until_done(sub { $p->register })
        : $p->{client};
    my $j = $p->journey(client => $client, resource => '/mcp', %o,
        user => (qw(ada bob))[rand 2]);
    my $error = $j->{returned}{error} // '';
    $p->excuse('away') if $error eq 'temporarily_unavailable'
        && $p->{diary}->was(away => $from, $p->now);
    die "no tokens: $error\n" unless $j->{refresh_token};
    $p->counts('sign-ins');
    return $j;
}

sub works {
    my ($p, $token) = @_;
    my $id = $p->id;
    my $word = "$$ " . rand;
    $p->text_is($p->result($p->call_tool('/mcp', echo => {message => $word},
        id => $id, token => $token), $id), "Echo: $word");
}

# Never served again, and nothing but that is said of it.
sub is_dead {
    my ($p, $token, $why) = @_;
    my $r = $p->until_done(sub { $p->call_tool('/mcp', hello => {},
        token => $token) });
    die "$why: an access token is " . $r->brief if $r->status != 401;
}

sub is_refused {
    my ($p, $j, $token, $why) = @_;
    my $r = $p->until_done(sub { $p->refresh($j, refresh_token => $token) });
    die "$why: a refresh token is " . $r->brief
        unless $r->status == 400 && $r->json->{error} eq 'invalid_grant';
}

# Asked again while the answer is missing: the one before the last gets the
# same answer. A client that gets none signs in anew.
sub turns {
    my ($p, $j, $token) = @_;
    my $before = $p->{tally}{counts}{killed} // 0;
    my $r = $p->until_done(sub { $p->refresh($j, refresh_token => $token) });
    my $lost = ($p->{tally}{counts}{killed} // 0) > $before;
    $p->counts('lost refreshes') if $lost;
    if ($lost && $r->status == 400) {
        $p->counts('signed in anew');
        $p->excuse('signed in anew');
    }
    die 'a refresh: ' . $r->brief if $r->status != 200;
    my $tokens = $r->json;
    die "a refresh token was given again\n"
        if $tokens->{refresh_token} eq $token;
    $p->counts('refreshes');
    return $tokens;
}

# A chain, with some asked for twice; at last an old one is used, which ends
# it all.
sub refreshes {
    my ($p) = @_;
    my $j = signs_in($p);
    my @chain = $j->{refresh_token};
    my $access = $j->{access_token};
    for (0 .. 1 + rand 6) {
        my $tokens = turns($p, $j, $chain[-1]);
        my $next = $tokens->{refresh_token};
        if (rand(3) < 1) {
            my $again = turns($p, $j, $chain[-1])->{refresh_token};
            die "two successors of one refresh token\n" if $again ne $next;
        }
        die "a refresh token comes twice\n" if grep { $_ eq $next } @chain;
        push @chain, $next;
        $access = $tokens->{access_token};
        works($p, $access);
    }
    # two behind the last: spent for good
    is_refused($p, $j, $chain[-3], 'used again');
    is_refused($p, $j, $chain[-1], 'of a family that ended');
    is_dead($p, $access, 'of a family that ended');
    $p->counts('families ended');
}

sub revokes {
    my ($p) = @_;
    my $j = signs_in($p);
    works($p, $j->{access_token});
    my $which = (qw(access_token refresh_token))[rand 2];
    my $r = $p->until_done(sub { $p->revoke($j->{client}, $j->{$which}) });
    die 'a revocation: ' . $r->brief if $r->status != 200;
    is_dead($p, $j->{access_token}, "revoked by its $which") for 1, 2;
    is_refused($p, $j, $j->{refresh_token}, 'revoked')
        if $which eq 'refresh_token';
    $p->counts('revocations');
}

# A code is good once. Whoever misses the answer has spent it all the same.
sub spends {
    my ($p) = @_;
    my $j = $p->journey(resource => '/mcp', until => 'code');
    $p->excuse('away')
        if ($j->{returned}{error} // '') eq 'temporarily_unavailable';
    my $excused = $p->excused;
    my $r = $p->until_done(sub { $p->redeem($j) });
    die 'a code is ' . $r->brief
        if $r->status != 200 && $p->excused == $excused;
    $r = $p->until_done(sub { $p->redeem($j) });
    die 'a spent code is ' . $r->brief if $r->status != 400;
    $p->counts('codes spent');
}

1;
