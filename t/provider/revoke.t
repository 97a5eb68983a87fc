#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# Whatever ends a grant here has the identity provider end what it gave for it,
# unless other grants of the user would end with that.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPCtl;
use MCPExpect;
use MCPIdP;
use MCPServer;
use MCPSignIn;

my $w = MCPSignIn->new(faketime => 1, idps => {faketime => 1},
    fetch => 'timeout=2s connect-timeout=1s',
    config => "MCPAuditLog logs/audit\nMCPLifetime code=5min\n",
    at => {oidc => ['oidc'], keycloak => ['keycloak'], google => ['google'],
        auth0 => ['auth0', 'Audience urn:x'], github => ['github'],
        okta => ['okta']});
my ($idp, $s, $c) = @$w{qw(idp s c)};
my $clock = 0;

sub later {
    $clock += shift;
    $s->set_clock($clock);
    $idp->set_clock($clock);
}
sub revocations { return $idp->asked($_[0] => 'revocation') }
# Revocations by clients that the audit log has.
sub told {
    return scalar grep { $_->{event} eq 'revoked' && $_->{reason} eq 'client' }
        map { json_decode($_) }
        split /\n/, MCPIdP::slurp($s->root . '/logs/audit');
}

# -- by the client -----------------------------------------------------------

{
    my $j = $w->journey('oidc');
    my %given = map { $_ => 1 } $idp->issued('oidc');
    is($c->revoke($j->{client}, $j->{refresh_token})->status, 200,
        'RFC 7009: revoked by the client');
    dead($c, $j->{access_token}, '/oidc', 'its token fails');
    my @asked = revocations('oidc');
    is(scalar @asked, 1, 'the provider is asked to revoke');
    my $form = $asked[0]{form};
    ok($given{$form->{token}}, 'what it gave');
    is($form->{token_type_hint}, 'refresh_token', 'the refresh token');
    is($asked[0]{client}, 'mcp-gateway', 'by our client');
    my $r = $c->revoke($j->{client}, $j->{refresh_token});
    is($r->status, 200, 'once more');
    is(scalar revocations('oidc'), 1, 'is no question to the provider');
}
{
    my $j = $w->journey('oidc');
    my $before = revocations('oidc');
    is($c->revoke($j->{client}, $j->{access_token})->status, 200,
        'one access token is revoked');
    is(scalar revocations('oidc'), $before, 'the grant lives: so does theirs');
    later(61);
    is($c->refresh($j)->status, 200, 'it is refreshed');
    my ($refreshed) = reverse $idp->asked(oidc => 'refresh');
    is($c->revoke($j->{client}, $j->{refresh_token})->status, 200,
        'by a refresh token of before');
    my ($last) = reverse revocations('oidc');
    isnt($last->{form}{token}, $refreshed->{form}{refresh_token},
        'what was renewed is revoked, not what it replaced');
}
{
    my $j = $w->journey('github');
    is($c->revoke($j->{client}, $j->{refresh_token})->status, 200,
        'at a provider that has no such endpoint');
    dead($c, $j->{access_token}, '/github', 'its token fails');
    is(scalar revocations('github'), 0, 'nothing is asked');
}

# -- by misuse ---------------------------------------------------------------

{
    my $j = $w->journey('oidc', until => 'token');
    my $tokens = $c->redeem($j)->json;
    my $before = revocations('oidc');
    later(61);
    is($c->refresh({%$j, %$tokens})->status, 200, 'refreshed');
    my ($refreshed) = reverse $idp->asked(oidc => 'refresh');
    refused($c->redeem($j), 400, 'invalid_grant', 'a code that is used again');
    dead($c, $tokens->{access_token}, '/oidc', 'ends what it gave');
    my @asked = revocations('oidc');
    is(scalar @asked, $before + 1, 'at the provider, too');
    isnt($asked[-1]{form}{token}, $refreshed->{form}{refresh_token},
        'what it has renewed since');
    refused($c->redeem($j), 400, 'invalid_grant', 'and again');
    is(scalar revocations('oidc'), $before + 1, 'it is asked once');
}
{
    my $j = $w->journey('oidc');
    my $before = revocations('oidc');
    my %next = (%$j, %{$c->refresh($j)->json});
    later(121);
    is($c->refresh(\%next)->status, 200, 'a family');
    refused($c->refresh($j), 400, 'invalid_grant', 'a token of before');
    is(scalar revocations('oidc'), $before + 1,
        'RFC 9700 4.14.2: its family ends at the provider, too');
}

# -- others of the same user -------------------------------------------------

sub two {
    my ($preset, $same) = @_;
    my $browser = $w->browser;
    my $one = $w->journey($preset, browser => $browser);
    my $two = $w->journey($preset, browser => $same ? $browser : $w->browser);
    return ($one, $two);
}
for (
    ['keycloak', 1, 1, 'in one session at Keycloak'],
    ['keycloak', 0, 2, 'in two sessions at Keycloak'],
    ['oidc', 1, 1, 'in one session at another provider'],
    ['google', 0, 1, 'at Google, which ends all that a user gave our client'],
    ['auth0', 0, 1, 'at Auth0, which may do so'],
) {
    my ($preset, $same, $wanted, $name) = @$_;
    my ($one, $two) = two($preset, $same);
    my $before = revocations($preset);
    is($c->revoke($one->{client}, $one->{refresh_token})->status, 200,
        "one of two grants $name");
    is(scalar revocations($preset), $before + $wanted - 1,
        $wanted == 2 ? 'is ended there' : 'is not ended there');
    $w->works($two, 'the other one lives');
    later(61);
    is($c->refresh($two)->status, 200, 'and is renewed');
    is($c->revoke($two->{client}, $two->{refresh_token})->status, 200,
        'the other one');
    is(scalar revocations($preset), $before + $wanted, 'is ended there');
}
{
    my $ada = $w->journey('google');
    my $bob = $w->journey('google', user => 'bob');
    my $before = revocations('google');
    $c->revoke($ada->{client}, $ada->{refresh_token});
    is(scalar revocations('google'), $before + 1,
        'other users keep nobody from being ended');
    $c->revoke($bob->{client}, $bob->{refresh_token});
}

# -- what the provider makes of it -------------------------------------------

for (
    [{down => {revocation => 503}}, 'is down'],
    [{down => {revocation => 'close'}}, 'hangs up'],
    [{down => {revocation => 'hang'}}, 'hangs'],
    [{error => {revocation => 'unsupported_token_type'}}, 'does not want to'],
    [{error => {revocation => {error => 'invalid_client', status => 401}}},
        'does not know us'],
) {
    my ($quirks, $name) = @$_;
    my $j = $w->journey('okta');
    my $before = $s->logged(qr/MCP00159: /);
    $idp->set(okta => %$quirks);
    my $from = MCPServer::clock();
    is($c->revoke($j->{client}, $j->{refresh_token})->status, 200,
        "a provider that $name");
    cmp_ok(MCPServer::clock() - $from, '<', 5, 'keeps nobody for long');
    dead($c, $j->{access_token}, '/okta', 'its token fails');
    is($s->logged(qr/MCP00159: /), $before + 1, 'the log has it');
    $idp->set(okta => map { ($_ => undef) } keys %$quirks);
}

# what is told is told before the provider is asked
{
    my $j = $w->journey('okta');
    $idp->set(okta => down => {revocation => 'hang'});
    my $before = revocations('okta');
    my $told = told();
    my $pid = fork // die $!;
    if (!$pid) {
        eval { $c->revoke($j->{client}, $j->{refresh_token}) };
        require POSIX;
        POSIX::_exit(0);
    }
    $idp->await(okta => revocation => $before + 1);
    dead($c, $j->{access_token}, '/okta',
        'while the provider is asked its token fails');
    is(told(), $told + 1, 'and the audit log has it');
    waitpid $pid, 0;
    $idp->set(okta => down => undef);
}

# -- by the administrator ----------------------------------------------------

{
    my $ctl = MCPCtl->new($s);
    my $j = $w->journey('okta');
    my $before = revocations('okta');
    my $r = $ctl->run(qw(revoke user), $idp->subject(okta => 'ada'));
    is($r->{code}, 0, 'mcpctl ends all of a user') or diag $r->{err};
    dead($c, $j->{access_token}, '/okta', 'here');
    is(scalar revocations('okta'), $before,
        'mcpctl knows no configuration, and asks no provider');
}

$w->no_leaks;
$w->stop;
done();
