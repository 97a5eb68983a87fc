#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# What becomes of a grant when its refresh token is used and the identity
# provider is asked whether its user is still welcome (D8): by one for all, with
# all that it can answer, and with none.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPExpect;
use MCPIdP;
use MCPServer;
use MCPSignIn;

my $google = ['google', 'Parameter access_type online', 'Parameter prompt omit'];
my $w = MCPSignIn->new(faketime => 1, idps => {faketime => 1},
    fetch => 'timeout=2s connect-timeout=1s',
    config => "$CHILDREN\nMCPAuditLog logs/audit\n",
    at => {oidc => ['oidc'], keycloak => ['keycloak'],
        auth0 => ['auth0', 'Audience urn:x'], oauth2 => ['oauth2'],
        github => ['github'], google => $google});
my ($idp, $s, $c) = @$w{qw(idp s c)};
my $due = 61;        # seconds until the provider is asked again
my $paused = 31;     # and after it did not answer
my $lease = 75;      # for this MCPFetch timeout
my $clock = 0;

# For us and for the provider.
sub later {
    $clock += shift;
    $s->set_clock($clock);
    $idp->set_clock($clock);
}

# A refresh, after which the journey has what came of it.
sub refresh {
    my ($j, $client) = @_;
    my $r = ($client // $c)->refresh($j);
    my $tokens = $r->status == 200 ? $r->json : {};
    $j->{$_} = $tokens->{$_} // $j->{$_} for qw(access_token refresh_token);
    return $r;
}
sub goes_on {
    my ($j, $name) = @_;
    my $r = refresh($j);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($r->status, 200, $name) or diag $r->brief;
    $w->works($j, 'and the token works');
}
sub asked { return scalar $idp->asked($_[0] => $_[1] // 'refresh') }
sub is_asked {
    my ($preset, $count, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is(asked($preset), $count, $name);
}
sub audited {
    my $reason = shift;
    return scalar grep { $_->{event} eq 'revoked' && $_->{reason} eq $reason }
        map { json_decode($_) }
        split /\n/, MCPIdP::slurp($s->root . '/logs/audit');
}
# The grant is over: in all children, at once, and for the audit log.
sub ends {
    my ($j, $name) = @_;
    my $before = audited('identity-provider');
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $token = $j->{access_token};
    agree($s, "/$j->{at}", sub { $c->call_tool("/$j->{at}", hello => {},
        token => $token) }, 200, "before: $name: its token is good");
    refused(refresh($j), 400, 'invalid_grant', $name);
    agree($s, "/$j->{at}", sub { $c->call_tool("/$j->{at}", hello => {},
        token => $token) }, 401, "$name: its token is no more");
    is(audited('identity-provider'), $before + 1, 'the audit log says why');
    refused(refresh($j), 400, 'invalid_grant', 'nor is it there any more');
}
sub timed {
    my ($most, $name, $code) = @_;
    my $from = MCPServer::clock();
    my @result = $code->();
    my $took = MCPServer::clock() - $from;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    cmp_ok($took, '<', $most, "$name: in $took s");
    return wantarray ? @result : $result[0];
}

# -- it says yes -------------------------------------------------------------

for (qw(on lenient same off)) {
    my $j = $w->journey('oidc');
    $idp->set(oidc => rotation => $_);
    my $from = asked('oidc');
    goes_on($j, "rotation $_: a refresh");
    is_asked(oidc => $from, 'who has just signed in is not asked for');
    for my $n (1, 2) {
        later($due);
        goes_on($j, "rotation $_: refresh $n after a minute");
        is_asked(oidc => $from + $n, 'the provider was asked');
    }
    goes_on($j, 'another at once');
    is_asked(oidc => $from + 2, 'it was not asked again');
    $idp->set(oidc => rotation => undef);
}
{
    my $j = $w->journey('oidc');
    is($w->told($j)->{roles}, 'admin,editor', 'roles at the sign-in');
    $idp->set(oidc => claims => {ada => {roles => ['owner']}});
    later($due);
    my $token = $j->{access_token};
    goes_on($j, 'her roles have changed');
    is($w->told($j)->{roles}, 'owner', 'a backend hears of it');
    my @said = agree($s, '/oidc/behind', sub {
        $c->get('/oidc/behind', token => $token) }, 200,
        'with a token of before');
    is(scalar(grep { $_->body =~ /^X-MCP-Auth-Roles: owner\r$/mi } @said),
        scalar @said, 'they all hear of it');
    $idp->set(oidc => claims => undef);
}

# Nothing that a provider gave is in the store to be read.
{
    my $store = join '', map { MCPIdP::slurp($_) }
        glob $s->root . '/state/mcp-oauth/state.db*';
    my @secrets = grep { length >= 8 } $idp->secrets;
    my @seen = grep { index($store, $_) >= 0 } @secrets;
    ok(@secrets > 20 && length $store > 4096 && !@seen,
        'none of ' . @secrets . ' tokens can be read in the store')
        or diag "@seen";
}

# -- it says no --------------------------------------------------------------

for (
    ['oidc', 'invalid_grant'],
    ['oidc', {error => 'interaction_required', status => 400}],
) {
    my ($preset, $error) = @$_;
    my $j = $w->journey($preset);
    my $name = ref $error ? $error->{error} : $error;
    later($due);
    $idp->set($preset => error => {refresh => $error});
    ends($j, "$preset says $name");
    $idp->set($preset => error => undef);
}
{
    my $j = $w->journey('oidc');
    later($due);
    $idp->disable('ada');
    ends($j, 'a user whose account is disabled');
    $idp->enable('ada');
    $j = $w->journey('oidc');
    later($due);
    $idp->set(oidc => id_token => {sub => 'somebody-else'});
    ends($j, 'OpenID Connect Core 12.2: an id_token about somebody else');
    $idp->set(oidc => id_token => undef);
}

# -- it would not have us, or says nothing -----------------------------------

for (
    ['keycloak', {refresh => {error => 'unauthorized_client', status => 401}},
        'err'],
    ['keycloak', {refresh => {error => 'access_denied', status => 403,
        error_description => 'Realm not enabled'}}, 'err'],
    ['auth0', {refresh => {error => 'access_denied', status => 403}}, 'err'],
    ['oidc', {refresh => {error => 'invalid_client', status => 401}}, 'err'],
    ['oidc', {refresh => 'temporarily_unavailable'}, 'warn'],
    ['oidc', {refresh => 'invalid_scope'}, 'err'],
    ['oidc', {refresh => 'no_such_error'}, 'err'],
) {
    my ($preset, $error, $level) = @$_;
    my ($said) = values %$error;
    $said = $said->{error} if ref $said;
    my $j = $w->journey($preset);
    my $from = asked($preset);
    my $line = qr/mcp_oauth:$level.*MCP00157: .*\Q$said\E.* goes on for now\. ./;
    my $before = $s->logged($line);
    $s->log->expect($line);
    later($due);
    $idp->set($preset => error => $error);
    goes_on($j, "$preset says $said");
    is($s->logged($line), $before + 1, 'the log says what to do');
    $idp->set($preset => error => undef);
    goes_on($j, 'at once again');
    cmp_ok(asked($preset), '<=', $from + 2, 'it is left in peace');
    $from = asked($preset);
    later($paused);
    goes_on($j, 'half a minute later');
    is_asked($preset => $from + 1, 'it is asked again, and says yes');
}
for (
    [{down => {refresh => 503}}, qr/answered 503/],
    [{down => {refresh => 429}}, qr/answered 429/],
    [{down => {refresh => 'close'}}, qr/./],
    [{down => {refresh => 'hang'}}, qr/./],
    [{token_form => 'html'}, qr/cannot be read/],
    [{token_form => 'cut'}, qr/./],
) {
    my ($quirks, $why) = @$_;
    my $name = json_encode($quirks);
    my $j = $w->journey('oidc');
    $s->log->expect(qr/MCP00157: .*$why/);
    later($due);
    # what is cut short may have turned the token: then it is good once more
    $idp->set(oidc => rotation => 'lenient', %$quirks);
    timed(5, $name, sub { goes_on($j, "$name: no reason to end it") });
    $idp->set(oidc => rotation => undef, map { ($_ => undef) } keys %$quirks);
    later($paused);
    my $from = asked('oidc');
    goes_on($j, 'and when that is over');
    is_asked(oidc => $from + 1, 'it is asked again');
}

# -- many at once ------------------------------------------------------------

sub at_once_on {
    my ($n, $j) = @_;
    return at_once($n, sub {
        my $r = $c->refresh($j);
        return {status => $r->status, $r->status == 200 ? %{$r->json} : ()};
    });
}
sub one_family {
    my ($j, $n, $name, @answers) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is(scalar(grep { $_->{status} == 200 } @answers), $n,
        "$name: all get an answer") or diag explain \@answers;
    my %successors = map { ($_->{refresh_token} // '' => 1) } @answers;
    is(scalar keys %successors, 1, 'and one live family');
    ($j->{refresh_token}) = keys %successors;
    $j->{access_token} = $answers[-1]{access_token};
    $w->works($j, 'which works');
}
{
    my $j = $w->journey('oidc');
    later($due);
    $idp->set(oidc => delay => {refresh => 0.5});
    my $from = asked('oidc');
    one_family($j, 12, '12 refreshes of one token', at_once_on(12, $j));
    is_asked(oidc => $from + 1, 'the provider was asked once');
    later($due);
    one_family($j, 12, 'and again', at_once_on(12, $j));
    is_asked(oidc => $from + 2, 'it was asked once more');

    $s->log->expect(qr/MCP00157: /);
    $idp->set(oidc => delay => undef, down => {refresh => 'hang'});
    later($due);
    my @answers = timed(9, 'while it hangs', sub { at_once_on(24, $j) });
    one_family($j, 24, 'while it hangs', @answers);
    is_asked(oidc => $from + 3, 'it was asked once');
    $idp->set(oidc => down => undef);
    later($due);
    goes_on($j, 'when it is back');
    is_asked(oidc => $from + 4, 'it is asked');
}

# who asks is killed
{
    my $j = $w->journey('oidc');
    later($due);
    $idp->set(oidc => down => {refresh => 'hang'});
    my $from = asked('oidc');
    my $lost = fork // die $!;
    if (!$lost) {
        eval { $c->refresh($j) };
        require POSIX;
        POSIX::_exit(0);
    }
    $idp->await(oidc => refresh => $from + 1);
    kill KILL => $_ for $s->children;
    waitpid $lost, 0;
    $idp->set(oidc => down => undef);
    $s->await('other children', sub { $s->children && $s->answers });
    later(10);
    timed(4, 'the dead hold a lease', sub {
        goes_on($j, 'nobody waits for the dead') });
    is_asked(oidc => $from + 1, 'they may have been heard: nobody asks');
    later($lease);
    goes_on($j, 'when the lease is over');
    is_asked(oidc => $from + 2, 'it is asked');
}

# -- for too long ------------------------------------------------------------

$idp->set($_ => seconds => {refresh_token => 90 * 86400,
    access_token => 90 * 86400}) for qw(oidc github);
{
    my $j = $w->journey('oidc');
    # 00450: of each request that is answered 503; 00601: the discovery
    # document may be renewed as well
    $s->log->expect(qr/MCP00157: /, qr/MCP00450: .*(?:Failed to connect|cannot be fetched)/,
        qr/MCP00601: \S*op\.example\.com\S* was not fetched anew: Failed to connect/);
    $idp->unplug('oidc');
    later(86400 - 60);
    goes_on($j, 'a provider that is down, for almost a day');
    later(120);
    for ('after a day', 'and at once again') {
        my $r = refresh($j);
        refused($r, 503, 'temporarily_unavailable', "$_: not now");
        like($r->header('Retry-After') // '', qr/^[1-9]\d?$/,
            'RFC 9110 10.2.3: with Retry-After');
    }
    $idp->plug('oidc');
    later($paused);
    goes_on($j, 'when it is back');
    later(86400 - 60);
    $idp->unplug('oidc');
    goes_on($j, 'it counts from there');
    $idp->plug('oidc');
}

# -- without a refresh token of theirs ---------------------------------------

{
    my $j = $w->journey('github');
    my $from = asked('github', 'userinfo');
    later($due);
    goes_on($j, 'github, which has no refresh tokens');
    is(asked('github', 'userinfo'), $from + 1, 'is asked who it is');
    later(10 * 86400);
    goes_on($j, 'after days');
    $idp->disable('ada');
    later($due);
    ends($j, 'github, which does not know her any more');
    $idp->enable('ada');

    $j = $w->journey('google');
    $from = asked('google', 'userinfo');
    later($due);
    goes_on($j, 'google without access_type=offline');
    is(asked('google', 'userinfo'), $from + 1, 'is asked who it is');
    later(3600);
    goes_on($j, 'when its access token has expired');
    is(asked('google', 'userinfo'), $from + 1, 'it cannot be asked');
    later(86400);
    refused(refresh($j), 400, 'invalid_grant', 'after a day she has to come by');
}

# -- another configuration ---------------------------------------------------

{
    my $j = $w->journey('oauth2');
    my $file = "$idp->{net}{dir}/client.secret";
    my $secret = MCPIdP::slurp($file);
    my $line = qr/mcp_oauth:err.*MCP00157: .*secret of Client/i;
    $s->log->expect($line);
    my $from = asked('oauth2');
    $idp->net->write_file('client.secret', 'another-secret-than-theirs');
    chmod 0600, $file;
    $s->graceful;
    later($due);
    my $before = $s->logged($line);
    goes_on($j, 'with a wrong secret of our client');
    is($s->logged($line), $before + 1, 'the log says what to do');
    $idp->net->write_file('client.secret', $secret);
    chmod 0600, $file;
    $s->graceful;
    later($paused);
    $from = asked('oauth2');
    goes_on($j, 'with the right one');
    is_asked(oauth2 => $from + 1, 'it is asked');
}

$w->no_leaks;
$w->stop;
done();
