# Licensed under the Apache License, Version 2.0; see LICENSE.
# Identity providers that say no, say nothing, or say what cannot be read: what
# the client and the log learn of it, and that nobody else has to wait.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPSignIn;

# Nobody answers where one of them should be, when the server starts.
my $idp = MCPIdP->new;
$idp->unplug('okta');
my $w = MCPSignIn->new(idp => $idp, faketime => 1, tls => 0,
    fetch => 'timeout=3s connect-timeout=2s',
    config => "MCPLimit fetches=8\n$MCPSignIn::ONE_CHILD",
    at => {map({ ($_ => [$_]) } qw(oidc okta clerk pingone github keycloak)),
        auth0 => ['auth0', 'Audience https://api.example.com']});
my ($s, $c) = @$w{qw(s c)};
my $browser = $w->browser;
my $later = 0;

# What failed is tried again a minute later.
sub minute { $s->set_clock($later += 61) }

# Where the user is not even sent there.
sub stays {
    my ($at, $name, $error, $pattern) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $w->fails($name, $error, $pattern, sub {
        my $v = $w->ask($at, browser => $browser);
        return ($w->press($v, 'approve'), $v);
    });
}

sub enters {
    my ($at, $name, %o) = @_;
    my ($r, $v) = $w->outcome($at, browser => $browser, %o);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return $w->succeeded($r, $v, $name) ? $w->tokens($v, $r) : undef;
}

# -- discovery ---------------------------------------------------------------

is($c->get('/.well-known/oauth-authorization-server')->status, 200,
    'a provider that is down is no reason not to start');
stays('okta', 'it is down at the first sign-in', temporarily_unavailable =>
    'its discovery document https://\S+ cannot be fetched at the moment: '
    . 'Failed to connect.*It is asked again when somebody needs it');
enters('oidc', 'which is no affair of the others');
stays('okta', 'it is not asked again and again', temporarily_unavailable =>
    'cannot be fetched at the moment');
$idp->plug('okta');
is($idp->asked('okta'), 0, '(it was not asked before)');
minute();
my $j = enters('okta', 'it is up again: without a restart it works');
$w->works($j, 'to the end');

for (
    ['discovery that is not there', {down => {discovery => 404}},
        server_error => 'there is no discovery document at https://\S+ it '
            . 'answered 404\. See that its address .* Keycloak knows no such '
            . 'realm at this address'],
    ['discovery that leads elsewhere', {down => {discovery => 302}, headers =>
        {discovery => {Location => 'https://op.example.com/.well-known/'
            . 'openid-configuration'}}}, server_error => 'there is no disc'],
    ['discovery that is broken', {down => {discovery => 500}},
        temporarily_unavailable => 'cannot be fetched at the moment'],
    ['discovery that is cut off', {down => {discovery => 'close'}},
        temporarily_unavailable => 'cannot be fetched at the moment'],
    ['discovery of somebody else',
        {discovery => {issuer => 'https://sso.example.com/realms/other'}},
        server_error => 'its discovery document is that of '
            . '"https://sso\.example\.com/realms/other", expected is '
            . '"https://sso\.example\.com/realms/staff"\. If it is the'],
    ['discovery of nobody', {discovery => {issuer => undef}},
        server_error => 'names no issuer'],
    ['discovery that is no object', {discovery => [1]},
        server_error => 'is not a JSON object'],
    ['no authorization endpoint',
        {discovery => {authorization_endpoint => undef}}, server_error =>
            'it names no authorization_endpoint\. Write "Endpoint authoriz'],
    ['an authorization endpoint without TLS', {discovery =>
        {authorization_endpoint => 'http://sso.example.com/auth'}},
        server_error => 'is not a URL of https\b.*: "http://sso\.example'],
    ['a token endpoint that is no URL',
        {discovery => {token_endpoint => 'javascript:alert(1)'}},
        server_error => 'token_endpoint in its .* is not a URL of https'],
    ['large discovery', {discovery => {x => 'x' x 300_000}},
        server_error => 'no discovery document'],
) {
    my ($name, $quirks, $error, $pattern) = @$_;
    minute();
    $idp->set(keycloak => %$quirks);
    stays('keycloak', $name, $error => $pattern);
    $idp->set(keycloak => map { ($_ => undef) } keys %$quirks);
}
minute();
enters('keycloak', 'when it is right again it works');
minute();
$idp->set(keycloak => down => {discovery => 503, keys => 503});
enters('keycloak', 'what was known of a provider serves while it is down');
$idp->set(keycloak => down => undef);

# -- it sends the user back with an error ------------------------------------

for (
    ['the user cancels', undef, access_denied => 'says access_denied'],
    ['access_denied', 'access_denied', access_denied => 'says access_denied'],
    ['unauthorized, as Auth0 says it', 'unauthorized', access_denied =>
        'says unauthorized'],
    ['temporarily_unavailable', 'temporarily_unavailable',
        temporarily_unavailable => 'says temporarily_unavailable'],
    ['server_error', 'server_error', server_error => 'says server_error'],
    ['login_required', 'login_required', server_error =>
        'says login_required'],
    ['invalid_scope', 'invalid_scope', server_error => 'says invalid_scope '
        . '"as the test wants it"\. .*Clerk refuses scopes that are not '
        . 'ticked'],
    ['unauthorized_client', 'unauthorized_client', server_error =>
        'says unauthorized_client .*See how the application is set up'],
    ['a word that nobody knows', 'what"\\ is', server_error =>
        'says what\S+ is'],
    ['an error with a line break', {error => "x\nMCP00001: y",
        error_description => "\e[31m\r\n\xc3\xa4" . 'z' x 2000},
        server_error => 'says x.{1,2}x0AMCP00001: y'],
) {
    my ($name, $error, $told, $pattern) = @$_;
    $w->fails_with('clerk', {error => defined $error
        ? {authorization => $error} : {}}, "RFC 6749 4.1.2.1: $name",
        $told => $pattern, cancel => !defined $error);
}
is($s->logged(qr/^MCP00001/), 0, 'nobody writes lines into the log');
is($s->logged(qr/z{300}/), 0, 'nor long ones');
is($idp->asked(clerk => 'token'), 0, 'nothing was redeemed');

# -- the token endpoint ------------------------------------------------------

my $unreadable = 'its token endpoint answered 200, which cannot be read: ';
for (
    ['it closes the connection', {down => {token => 'close'}},
        temporarily_unavailable => 'https://\S+/token: '],
    ['it is broken', {down => {token => 500}}, temporarily_unavailable =>
        'it answered 500'],
    ['it is overloaded', {down => {token => 503}}, temporarily_unavailable =>
        'it answered 503'],
    ['it is asked too often', {down => {token => 429}},
        temporarily_unavailable => 'it answered 429'],
    ['it is not there', {down => {token => 404}}, server_error =>
        'its token endpoint answered 404, which cannot be read: .*See that it '
            . 'is the right endpoint'],
    ['it leads elsewhere', {down => {token => 307}, headers => {token =>
        {Location => 'https://op.example.com/other'}}}, server_error =>
        'answered 307'],
    ['it says temporarily_unavailable', {error => {token =>
        'temporarily_unavailable'}}, temporarily_unavailable =>
        'its token endpoint says temporarily_unavailable'],
    ['it says invalid_grant', {error => {token => 'invalid_grant'}},
        server_error => 'says invalid_grant "as the test wants it"\. If it '
            . 'happens each time: the redirect URI at the provider has to be '
            . 'http://localhost\S+, byte for byte'],
    ['it says invalid_scope', {error => {token => 'invalid_scope'}},
        server_error => 'says invalid_scope .*offline_access'],
    ['it says invalid_request', {error => {token => 'invalid_request'}},
        server_error => 'says invalid_request'],
    ['it does not know us', {error => {token => {error => 'invalid_client',
        status => 401}}}, server_error =>
        'its token endpoint says invalid_client'],
    ['it answers with a page', {token_form => 'html'}, server_error =>
        $unreadable],
    ['it answers with megabytes', {token_form => 'huge'}, server_error =>
        'larger than'],
    ['it says a thing twice', {token_form => 'duplicate'}, server_error =>
        $unreadable],
    ['its answer is cut', {token_form => 'cut'}, server_error => $unreadable],
    ['no access_token', {token_answer => {access_token => undef}},
        server_error => "${unreadable}access_token is missing"],
    ['an access_token that is no text', {token_answer => {access_token => {}}},
        server_error => "${unreadable}access_token is not a string"],
    ['an access_token for a header of its own', {token_answer =>
        {access_token => "x\r\nX-Evil: y"}}, server_error =>
        "${unreadable}access_token has a character that no token has"],
    ['another token_type', {token_answer => {token_type => 'mac'}},
        server_error => "${unreadable}token_type is not Bearer"],
) {
    my ($name, $quirks, $error, $pattern) = @$_;
    $w->fails_with('oidc', $quirks, "token endpoint: $name", $error =>
        $pattern, browser => $browser);
}
for (
    ['expires_in as text', {expires_in => '3600'}],
    ['expires_in that is no time', {expires_in => [1]}],
    ['no expires_in', {expires_in => undef}],
    ['expires_in for ever', {expires_in => 1e300}],
    ['no token_type', {token_type => undef}],
    ['token_type in capitals', {token_type => 'BEARER'}],
    ['no refresh_token', {refresh_token => undef}],
    ['members that nobody knows', {x => {y => [undef]}}],
) {
    my ($name, $patch) = @$_;
    $idp->set(oidc => token_answer => $patch);
    enters('oidc', "token endpoint: $name does no harm");
    $idp->set(oidc => token_answer => undef);
}
$idp->set(oidc => token_form => 'form');
enters('oidc', 'token endpoint: a form as answer');
$idp->set(oidc => token_form => undef);
$w->fails_with('github', {error => {token => {error =>
    'bad_verification_code', status => 200}}}, 'GitHub: an error with 200',
    server_error => 'says bad_verification_code');
$w->fails_with('auth0', {access_token => {x => 1}, down => {keys => $_->[0]}},
    "keys: $_->[1]", $_->[2] => $_->[3]) for
    [503, 'it is broken', temporarily_unavailable =>
        'its keys at https://\S+ cannot be fetched at the moment'];
minute();
$w->fails_with('auth0', {down => {keys => 404}}, 'keys: they are not there',
    server_error => 'there are no keys at https://\S+ it answered 404\. '
        . 'Write "Endpoint keys');
minute();
$w->fails_with('auth0', {keys => {keys => undef}}, 'keys: something else',
    server_error => 'is not a JWK Set');
minute();
enters('auth0', 'keys: right again');

# -- userinfo ----------------------------------------------------------------

sub goes_on {
    my ($at, $quirks, $name, $pattern, %words) = @_;
    my $before = $s->logged($pattern);
    $idp->set($at => %$quirks);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $j = enters($at, $name);
    is($s->logged($pattern) - $before, 1, "$name: the log says it");
    $idp->set($at => map { ($_ => undef) } keys %$quirks);
    my $told = $w->told($j);
    is($told->{$_}, $words{$_}, "$name: $_ is "
        . ($words{$_} // 'not told')) for sort keys %words;
}
my $without = qr/MCP00182: .*: what else it says of the user has to do/;
$idp->set(workos => id_token => {map { ($_ => undef) } qw(email
    email_verified name given_name family_name nickname preferred_username
    picture)});
for (
    ['is broken', {down => {userinfo => 500}}],
    ['refuses', {down => {userinfo => 403}}],
    ['does not take the token', {down => {userinfo => 401}}],
    ['closes the connection', {down => {userinfo => 'close'}}],
    ['is about another user', {userinfo => {sub => 'another'}}],
) {
    my ($name, $quirks) = @$_;
    goes_on('pingone', $quirks, "userinfo $name", $without,
        email => undef, name => undef,
        subject => $idp->subject(pingone => 'ada'));
}
goes_on('pingone', {}, 'userinfo is up again', qr/MCP00700: /,
    email => 'ada%40example.com');
$idp->set(workos => id_token => undef);
goes_on('github', {down => {emails => $_}}, "GitHub: no addresses ($_)",
    qr/MCP00181: .*no e-mail addresses from/, email => undef,
    name => 'Ada%20Lovelace') for 500, 'close';
$w->fails_with('github', {down => {userinfo => 500}}, 'GitHub: its API is down',
    temporarily_unavailable => 'it answered 500');
$w->fails_with('github', {down => {userinfo => 403}}, 'GitHub: it refuses',
    server_error => 'userinfo: it answered 403\. See whether Scopes');

# -- it says nothing ---------------------------------------------------------

my $patience = 3;    # of MCPFetch
{
    $idp->set(oidc => down => {token => 'hang'});
    my @waiting = map { $w->back('oidc') } 1 .. 6;
    my $line = qr/MCP0070[23]: .*(?:timed out|too many requests wait for one)/i;
    $s->log->expect($line);
    my @said = at_once(8, sub {
        my $began = MCPServer::clock();
        my $v = $waiting[$_ - 1];
        my $r = $v ? $w->arrive($v)
            : $c->get('/.well-known/oauth-authorization-server');
        return {status => $r->status, location => $r->header('Location'),
            seconds => MCPServer::clock() - $began};
    });
    my @others = splice @said, 6;
    is_deeply([map { $_->{location} =~ /error=(\w+)/ } @said],
        [('temporarily_unavailable') x 6],
        'a provider that hangs: six users are told');
    my @long = grep { $_->{seconds} >= $patience - 0.1 } @said;
    is(@long, 4, 'MCPLimit fetches=8: half of them wait for one host');
    cmp_ok((sort { $a <=> $b } map { $_->{seconds} } @said)[-1], '<',
        3 * $patience + 4, "MCPFetch timeout=${patience}s bounds it");
    is_deeply([map { $_->{status} } @others], [200, 200],
        'others are answered');
    cmp_ok((sort { $a <=> $b } map { $_->{seconds} } @others)[-1], '<',
        $patience, 'meanwhile');
    $idp->set(oidc => down => undef);
    enters('oidc', 'and when it speaks again it works');
}
$idp->set(pingone => delay => {token => 0.5});
enters('pingone', 'a slow one is waited for');
$idp->set(pingone => delay => undef);
$w->no_leaks;
$w->stop;
done();
