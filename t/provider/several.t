# Licensed under the Apache License, Version 2.0; see LICENSE.
# Several identity providers at one location: the user chooses, and whoever
# signs in at one of them is nobody at another.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPExpect;
use MCPSignIn;

# ada has the same sub, the same e-mail address and the same name at three of
# them.
my $form = <<'END';
    <MCPIdentityProvider httpd file>
        Label        "Password <here>"
        AuthUserFile "${CONF}/htpasswd"
    </MCPIdentityProvider>
END
my $idp = MCPIdP->new(names => ['app.example']);
my $w = MCPSignIn->new(idp => $idp, faketime => 1, tls => 0, at => {
    three => [['oidc'], ['keycloak', 'Label "Sign in & more"'], ['cognito']],
    mixed => [['oidc'], $form],
    other => [$form, ['oidc', 'Label "Another client"', 'Client mcp-post file:'
        . $idp->net->secret_file(post => $idp->secret_of('mcp-post'))]],
}, config => <<'END');
<MCPRegisteredClient own>
    Secret      a-secret-of-the-own-client
    RedirectURI https://own.example/cb
    Consent     off
</MCPRegisteredClient>
END
my ($s, $c) = @$w{qw(s c)};
$idp->net->name('app.example', '93.184.216.34');
$idp->net->dial('93.184.216.34');
$idp->net->put('app.example', '/client.json', body => json_encode({
    client_id => 'https://app.example/client.json', client_name => 'Published',
    token_endpoint_auth_method => 'none',
    redirect_uris => ['https://app.example/cb']}));
my $published = {client_id => 'https://app.example/client.json',
    token_endpoint_auth_method => 'none',
    redirect_uris => ['https://app.example/cb']};
my %label = (oidc => 'op.example.com', keycloak => 'Sign in & more',
    cognito => 'cognito-idp.eu-west-1.amazonaws.com');
is(scalar(grep { $_ eq $idp->subject(oidc => 'ada') }
    map { $idp->subject($_ => 'ada') } keys %label), 3, '(one sub for three)');

# -- where the answers go ----------------------------------------------------

my ($good, $said) = $s->check('-D', 'DUMP_MCP');
ok($good, 'DUMP_MCP');
my %callback = reverse $said =~ m{^  callback +(\S+) \(enter this at (.*)\)$}mg;
my %expected = ('op.example.com' => '', 'Sign in & more' => '/sign-in-more',
    'cognito-idp.eu-west-1.amazonaws.com' =>
        '/cognito-idp-eu-west-1-amazonaws-com',
    'Another client' => '/another-client');
# which of them has the bare path is the order of the sections' affair
my @paths = map { $callback{$_} =~ m{/oauth/callback(.*)$} ? $1 : '?' }
    sort keys %expected;
is(scalar(keys %callback), 4, 'four clients of ours at three providers');
is(scalar(keys %{{map { ($_ => 1) } @paths}}), 4,
    'RFC 9700 4.4.2: each has a redirect URI of its own, which is told')
    or diag explain \%callback;
is(scalar(grep { $paths[$_] ne '' && $paths[$_] ne
    $expected{(sort keys %expected)[$_]} } 0 .. 3), 0, 'with its label in it');

# -- the choice --------------------------------------------------------------

sub choices {
    my ($v) = @_;
    return [map { MCPClient::unescape_html($_) } $v->{page}->body =~
        /<input type="radio" name="provider" value="([^"]*)"/g];
}
my $v = $w->ask('three');
shown($v->{page}, 200, qr/Sign in with/, 'the page asks where to sign in');
is_deeply(choices($v), [@label{qw(oidc keycloak cognito)}],
    'in the order in which they are written');
is_deeply([$v->{page}->body =~ /value="([^"]*)" required checked/g],
    ['op.example.com'], 'the first is chosen until the user chooses another');
like($v->{page}->body, qr/<bdi>Sign in &amp; more</, 'labels are text');
is($idp->asked($_ => 'authorization'), 0, "nobody has asked $_ yet")
    for sort keys %label;
for (['none', []], ['two', [map { (provider => $_) } @label{qw(oidc cognito)}]],
    ['one that is not there', [provider => 'Password <here>']],
    ['one by its preset', [provider => 'oidc']],
    ['one in small letters', [provider => 'sign in & more']]) {
    my ($name, $fields) = @$_;
    my $again = {%$v};
    shown($w->press($again, 'approve', @$fields), 400,
        qr/not chosen, or is not known|more than once/,
        "RFC 6749 3.1: a choice of $name");
}
my %journey;
for my $preset (sort keys %label) {
    my $v = $w->leave('three', provider => $label{$preset});
    like($v->{to}, qr{^\Q@{[$idp->endpoint($preset => 'authorization')]}\E\?},
        "$preset: the user is sent there");
    is($w->sent($v)->{redirect_uri}, $callback{$label{$preset}},
        "$preset: with the redirect URI that it knows");
    $w->sign_in($v);
    $w->succeeded($w->arrive($v), $v, "$preset: and comes back");
    my $j = $journey{$preset} = {%{$w->tokens($v)}, browser => $v->{browser}};
    $w->works($j, "$preset: the token calls a tool");
    is(MCPClient::unescape($w->told($j)->{issuer}), $idp->issuer($preset),
        "$preset: the issuer vouches for the subject");
    is(jwt_claims($j->{access_token})->{idp}, $idp->issuer($preset),
        "$preset: and stands in the token");
    is($idp->asked($_ => 'token'), $journey{$_} ? 1 : 0,
        "$preset: $_ has redeemed nothing else") for sort keys %label;
}
$idp->unplug('cognito');
my ($r, $w1) = $w->outcome('three', provider => $label{keycloak});
$w->succeeded($r, $w1, 'one that is down keeps nobody from another');
$idp->plug('cognito');

# -- one user at one of them -------------------------------------------------

my ($ada, $same) = @journey{qw(oidc keycloak)};
my %told = map { ($_ => $w->told($journey{$_})) } qw(oidc keycloak);
is_deeply([map { $told{keycloak}{$_} } qw(subject email name)],
    [map { $told{oidc}{$_} } qw(subject email name)],
    '(sub, e-mail and name are the same)');
isnt($told{oidc}{issuer}, $told{keycloak}{issuer}, '(the issuer is not)');
my $session = $c->initialize('/three', token => $ada->{access_token});
ok($session, '(one of them has an MCP session)');
is($c->call_tool('/three', hello => {}, token => $ada->{access_token},
    era => 'legacy', session => $session)->status, 200,
    'MCP 2025-11-25: the session is that user\'s');
is($c->call_tool('/three', hello => {}, token => $_->{access_token},
    era => 'legacy', session => $session)->status, 404,
    'and nobody else\'s, whatever sub and e-mail say')
    for @journey{qw(keycloak cognito)};
$w->works($_, '(whose tokens are good)') for @journey{qw(keycloak cognito)};

# what one of them has agreed to is not what another has
$v = $w->back('three', client => $published, provider => $label{oidc});
sent_back($w->arrive($v), 'https://app.example/cb?', {code => qr/./},
    'ada of one agrees');
my $browser = $v->{browser};
like($w->ask('three', browser => $browser, client => $published)->{to},
    qr{^https://op\.example\.com/}, 'and is sent there at once next time');
my $namesake = $w->leave('three', provider => $label{keycloak});
$w->sign_in($namesake);
$w->succeeded($w->arrive($namesake), $namesake,
    '(the same name of another has signed in for another client)');
is(scalar @{choices($w->ask('three', browser => $namesake->{browser},
    client => $published))}, 3, 'who has not agreed herself: she is asked');
my $again = $w->ask('three', browser => $w->browser, client => $published);
is(scalar @{choices($again)}, 3, 'another browser is asked');
my $x = $w->ask('three', browser => $browser, client => $published,
    prompt => 'select_account');
is(scalar @{choices($x)}, 3, 'so is who wants another account');
$w->approve($x, provider => $label{keycloak});
$w->sign_in($x);
sent_back($w->arrive($x), 'https://app.example/cb?', {code => qr/./},
    'she signs in at another one');
like($w->ask('three', browser => $browser, client => $published)->{to},
    qr{^https://sso\.example\.com/}, 'which the browser remembers then');

# revoked is the one, not the other
is($c->revoke($ada->{client}, $ada->{refresh_token})->status, 200,
    'a grant of one is revoked');
dead($c, $ada->{access_token}, '/three', 'and dead');
$w->works($same, 'that of the other lives');
$s->set_clock(61);
$idp->disable('ada');
$idp->set(keycloak => error => {refresh => 'invalid_grant'});
refused($c->refresh($same), 400, invalid_grant =>
    'one provider says that she may come no more');
$idp->set(keycloak => error => undef);
$idp->enable('ada');
is($c->refresh($journey{cognito})->status, 200,
    'which is no affair of another one');
$s->set_clock(0);

# -- mixed-up (RFC 9700 4.4) -------------------------------------------------

sub at_callback {
    my ($v, $label) = @_;
    my ($query) = $v->{callback} =~ /\?(.*)/;
    return $v->{callback} = "$callback{$label}?$query";
}
$v = $w->back('three', provider => $label{cognito});
my $right = $v->{callback};
my $redeemed = $idp->asked(cognito => 'token');
for my $label (@label{qw(oidc keycloak)}, 'Another client') {
    at_callback($v, $label);
    shown($w->arrive($v), 400, qr/another identity provider/,
        "the answer of one at the redirect URI of another: $label");
}
is(scalar $idp->asked(cognito => 'token'), $redeemed, 'no code goes anywhere');
$v->{callback} = $right;
$w->succeeded($w->arrive($v), $v, 'which burns nothing');
# an attacker's provider passes on the code that the user got at a good one
my ($honest, $evil) = map { $w->back('three', provider => $label{$_}) }
    qw(oidc keycloak);
my $code = MCPClient::form_decode($honest->{callback} =~ /\?(.*)/)->{code};
secret($code);
my $before = $idp->asked(keycloak => 'token');
$w->fails('the code of one in the answer of another', server_error =>
    'iss of the callback is "https://op\.example\.com", expected is '
    . '"https://sso', sub {
        $w->changed($evil, code => $code, iss => $idp->issuer('oidc'));
        return ($w->arrive($evil), $evil);
    });
is(scalar $idp->asked(keycloak => 'token'), $before,
    'RFC 9207 1: it learns no code');
$w->succeeded($w->arrive($honest), $honest, 'and the honest one goes on');

# -- our own form beside it --------------------------------------------------

my $here = 'Password <here>';
$v = $w->ask('mixed');
is_deeply(choices($v), ['op.example.com', $here], 'our own form is a choice');
my $page = $w->press($v, 'approve', provider => $here);
shown($page, 200, qr/type="password"/, 'it is shown here');
like($page->body, qr/Test client/, 'and says who asks');
my ($sign_in) = grep { exists $_->{inputs}{password} } $c->forms($page);
my $wrong = $v->{browser}->submit($page, $sign_in, username => 'ada',
    password => 'wrong-password');
shown($wrong, 200, qr/do not match/, 'a wrong password is told');
($sign_in) = grep { exists $_->{inputs}{password} } $c->forms($wrong);
my @typed = (username => 'ada', password => $MCPClient::PASSWORD{ada});
my $elsewhere = $w->browser->submit($wrong, $sign_in, @typed);
shown($elsewhere, 200, qr/name="decision" value="approve"/,
    'in another browser nobody has agreed yet: it is asked');
$page = $v->{browser}->submit($wrong, $sign_in, @typed);
$w->succeeded($page, $v, 'in this one the user has: it is not asked twice');
my $local = $w->tokens($v, $page);
$w->works($local, 'and the token works');
is_deeply([@{$w->told($local)}{qw(subject issuer email)}],
    ['ada', 'httpd', undef], 'of a user of ours');
shown($w->ask('mixed', browser => $v->{browser})->{page}, 200,
    qr{account</dt><dd><strong><bdi>ada<}, 'who then stays signed in');

$v = $w->ask('mixed');
$page = $w->press($v, 'approve', provider => $here);
my ($cancel) = grep { !exists $_->{inputs}{password} } $c->forms($page);
$w->refused($v->{browser}->submit($page, $cancel, cancel => 'yes'), $v,
    access_denied => 'who does not sign in after all tells the client');
$v = $w->back('mixed', provider => 'op.example.com');
$w->succeeded($w->arrive($v), $v, 'the other choice leads to the provider');
isnt($w->told($w->tokens($v))->{subject}, 'ada', 'whose ada is another one');
my $guess = $w->ask('mixed');
$page = $w->press($guess, 'deny');
$w->refused($page, $guess, access_denied => 'no needs no choice');
for (['mixed', 'nobody is signed in']) {
    my $v = $w->ask($_->[0], prompt => 'none');
    $w->refused($v->{page}, $v, login_required =>
        "OpenID Connect Core 3.1.2.6: prompt=none, $_->[1]");
}
$v = $w->ask('three', client => {client_id => 'own',
    redirect_uris => ['https://own.example/cb'],
    token_endpoint_auth_method => 'client_secret_post',
    client_secret => 'a-secret-of-the-own-client'});
is(scalar @{choices($v)}, 3, 'Consent off: where to sign in is still asked');

# -- another client at the same provider -------------------------------------

$v = $w->leave('other', provider => 'Another client');
is($w->sent($v)->{client_id}, 'mcp-post', 'another location, another client');
is($w->sent($v)->{redirect_uri}, $callback{'Another client'},
    'with a redirect URI of its own');
$w->sign_in($v);
$w->succeeded($w->arrive($v), $v, 'which works');
is_deeply($w->told($w->tokens($v))->{issuer}, $told{oidc}{issuer},
    'for users of the same issuer');
$w->no_leaks;
$w->stop;
done();
