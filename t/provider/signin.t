# Licensed under the Apache License, Version 2.0; see LICENSE.
# The way to an identity provider and back: what is asked first, what binds the
# way to one browser, and which answers of the provider count.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPSignIn;

my $w = MCPSignIn->new(faketime => 1, idps => {names => ['app.example']},
    at => {oidc => ['oidc'], clerk => ['clerk'], github => ['github'],
        google => ['google'],
        prompt => ['okta', 'Parameter prompt select_account'],
        never => ['oidc', 'Parameter prompt none', 'Parameter claims {}',
            'Parameter acr_values "a b"']},
    config => <<'END');
<MCPRegisteredClient own>
    Secret      a-secret-of-the-own-client
    RedirectURI https://own.example/cb
    Consent     off
</MCPRegisteredClient>
END
my ($idp, $s, $c) = @$w{qw(idp s c)};
$idp->net->name('app.example', '93.184.216.34');
$idp->net->dial('93.184.216.34');
$idp->net->put('app.example', '/client.json', body => json_encode({
    client_id => 'https://app.example/client.json', client_name => 'Published',
    token_endpoint_auth_method => 'none', redirect_uris =>
        ['https://app.example/cb', 'http://127.0.0.1:33418/callback']}));
my %published = (client_id => 'https://app.example/client.json',
    token_endpoint_auth_method => 'none');
my $published = {%published, redirect_uris => ['https://app.example/cb']};
my $own = {client_id => 'own', redirect_uris => ['https://own.example/cb'],
    token_endpoint_auth_method => 'client_secret_post',
    client_secret => 'a-secret-of-the-own-client'};
my $issuer = $s->issuer;
my $door = qr{^https://op\.example\.com/authorize\?};

# The page that is shown before the user leaves.
sub is_asked {
    my ($v, $name, $text) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return shown($v->{page}, 200, $text // qr/value="approve"/, $name);
}

sub goes {
    my ($v, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return like($v->{to} // $v->{page}->brief, $door, $name);
}

# -- the page before ---------------------------------------------------------

my $v = $w->ask('oidc');
is_asked($v, 'MCP: the user is asked before the provider is');
like($v->{page}->body, $_->[0], $_->[1]) for
    [qr/Test client/, 'who asks'], [qr{\Q$issuer\E/oidc}, 'for what'],
    [qr/answer goes to.*127\.0\.0\.1:33418/s, 'where the answer goes'],
    [qr/op\.example\.com/, 'where one signs in'],
    [qr/not verified/, 'that a name is no proof'];
is_deeply([sort map { $_->[1] } map { @{$_->{buttons}} }
    $c->forms($v->{page})], ['approve', 'deny'], 'two buttons');
my ($cookie) = $v->{page}->headers('Set-Cookie');
like($cookie, qr/^__Host-mcp-signin=.*; HttpOnly; SameSite=Lax; Secure$/,
    'a cookie that comes back from there, and that no script reads');
$w->refused($w->press($v, 'deny'), $v, access_denied =>
    'RFC 6749 4.1.2.1: who says no');
is($idp->asked(oidc => 'authorization'), 0, 'is not sent there');

$v = $w->ask('oidc');
my ($form) = $c->forms($v->{page});
my @yes = (@{$form->{hidden}}, decision => 'approve');
sub post_form {
    my ($browser, $fields, %headers) = @_;
    return $browser->post('/oauth/authorize', form => $fields, headers => {
        Origin => $issuer, 'Sec-Fetch-Site' => 'same-origin', %headers});
}
shown(post_form($v->{browser}, \@yes, 'Sec-Fetch-Site' => $_), 403,
    qr/another website/, "a form of another site: $_")
    for 'cross-site', 'same-site';
shown(post_form($v->{browser}, \@yes, Origin => $_), 403, qr/another website/,
    "a form of another site: Origin $_")
    for 'https://attacker.example', "$issuer.attacker.example";
for (['without the cookie', $w->browser],
    ['with the cookie of another sign-in', $w->ask('oidc')->{browser}]) {
    my ($name, $other) = @$_;
    my $r = post_form($other, \@yes);
    shown($r, 400, qr/cookie/, "another browser, $name, says yes for nobody");
    is($r->header('Set-Cookie'), undef, 'and gets no cookie');
    shown(post_form($other, [@{$form->{hidden}}, decision => 'deny']), 400,
        qr/cookie/, 'nor no');
}
shown(post_form($v->{browser}, [@{$form->{hidden}},
    @$_]), 400, qr/decision|more than once/, "no decision: @$_")
    for [decision => 'maybe'], [decision => 'approve', decision => 'deny'];
my %hidden = @{$form->{hidden}};
shown(post_form($v->{browser}, {%hidden, provider => $_,
    decision => 'approve'}), 400, qr/not chosen, or is not known/,
    "a provider that is not there: '$_'") for 'attacker.example', '';
shown(post_form($v->{browser}, {%hidden, decision => 'approve', transaction =>
    $hidden{transaction} =~ s/(.)$/$1 eq 'A' ? 'B' : 'A'/er}), 400,
    qr/too old/, 'a form that somebody has changed');
unlike($hidden{transaction}, qr/127|callback|eyJ/, 'which nobody can read');
my @doors = map { post_form($v->{browser}, \@yes)->header('Location') } 1, 2;
my @asked = map { MCPClient::form_decode($_ =~ /\?(.*)/) } @doors;
isnt($asked[0]{$_}, $asked[1]{$_}, "who says yes twice has two sign-ins: $_")
    for qw(state nonce code_challenge);
for (1, 0) {
    $v->{to} = $doors[$_];
    $w->sign_in($v);
    $w->succeeded($w->arrive($v), $v, 'each of which leads to the client');
    $w->works($w->tokens($v), 'and to a token');
}

# -- one browser, once -------------------------------------------------------

$v = $w->back('oidc');
for (['without a cookie', $w->browser],
    ['with the cookie of another sign-in', $w->leave('oidc')->{browser}]) {
    my ($name, $other) = @$_;
    my $r = $w->arrive($v, browser => $other);
    shown($r, 400, qr/begun in another browser/,
        "RFC 9700 4.7: another browser, $name, arrives nowhere");
    is($r->header('Set-Cookie'), undef, 'and gets no cookie');
}
my $r = $c->request(HEAD => $v->{callback});
is($r->status, 400, 'nor does who looks at links');
is($idp->asked(oidc => 'token') - 2, 0, 'nobody has redeemed anything');
$s->graceful;
$w->succeeded($w->arrive($v), $v,
    'which burns nothing, nor does a restart: the right browser arrives');
my $first = $v->{page};
shown($w->arrive($v), 400, qr/used already/, 'a second time it does not');
is($idp->asked(oidc => 'token') - 2, 1, 'the code was redeemed once');
$w->works($w->tokens($v, $first), 'and the first answer stays good');

$v = $w->back('oidc');
my @at_once = at_once(8, sub { $w->arrive($v)->status });
is_deeply([sort @at_once], [303, (400) x 7],
    'eight at once: one of them is answered');
is($idp->asked(oidc => 'token') - 3, 1, 'and redeems the code');

$v = $w->back('oidc');
my $tab = $w->leave('oidc', browser => $v->{browser});
$w->sign_in($tab);
$w->succeeded($w->arrive($_), $_, 'two tabs of one browser')
    for $tab, $v;

# -- callbacks that are none -------------------------------------------------

$v = $w->back('oidc');
my ($callback, $query) = split /\?/, $v->{callback}, 2;
my $p = MCPClient::form_decode($query);
secret($p->{code});
sub callback {
    my ($fields) = @_;
    return $v->{browser}->get("$callback?" . MCPClient::form_encode($fields));
}
for (
    ['nothing', []], ['a code alone', [code => $p->{code}]],
    ['an error alone', [error => 'access_denied']],
    ['an empty state', {%$p, state => ''}],
    ['the state of somebody else', {%$p, state => 'x' x 43}],
    ['the state of the client', {%$p,
        state => $v->{request}{parameters}{state}}],
    ['a long state', {%$p, state => 'x' x 4000}],
    ['a state in capitals', {%$p, state => uc $p->{state}}],
    ['another word for state', [code => $p->{code}, State => $p->{state}]],
) {
    my ($name, $fields) = @$_;
    shown(callback($fields), 400, qr/not known here|took too long/,
        "a callback with $name");
}
shown(callback([%$p, $_ => $p->{$_}]), 400, qr/more than once/,
    "RFC 6749 3.1: a callback with two of $_") for qw(code state iss);
shown($v->{browser}->get("$callback?$query&x=%00"), 400, qr/malformed/,
    'a callback with NUL');
shown($v->{browser}->post($_, form => $p), 405, qr/not allowed/,
    'a callback by POST') for $callback, $v->{callback};
shown($v->{browser}->get("$callback/$_?$query"), 400, qr/another identity pro/,
    "a callback of another provider: $_") for 'x', 'x-clerk-accounts-dev';
$w->succeeded($w->arrive($v), $v, 'none of which burns the right one');

$w->fails('a callback with neither code nor error', server_error =>
    'the callback has neither code nor error\. The response_type', sub {
        my $v = $w->back('oidc');
        $w->changed($v, code => undef);
        return ($w->arrive($v), $v);
    });
$w->fails('a long code', server_error => 'the code in the callback is too long',
    sub {
        my $v = $w->back('oidc');
        $w->changed($v, code => 'x' x 4097);
        return ($w->arrive($v), $v);
    });
$w->fails('a code of somebody else', server_error =>
    'says invalid_grant .*redirect URI at the provider has to be '
    . 'https://localhost', sub {
        my ($v, $other) = map { $w->back('oidc') } 1, 2;
        my ($stolen) = $other->{callback} =~ /\bcode=([^&]+)/;
        $w->changed($v, code => MCPClient::unescape($stolen));
        return ($w->arrive($v), $v);
    });

# -- whose answer it is (RFC 9207) -------------------------------------------

my $redeemed = $idp->asked(oidc => 'token');
my $mixed = 'iss of the callback is ';
$w->fails_with('oidc', {iss_parameter => 'wrong'},
    'RFC 9207 2.4: the iss of another', server_error =>
    "$mixed\"https://attacker\\.example\", expected is .*It is the answer of "
    . 'another provider');
$w->fails_with('oidc', {iss_parameter => 'missing'},
    'RFC 9207 2.4: no iss, where there has to be one', server_error =>
    'the callback has no iss, which it says that it sends');
$w->fails_with('clerk', {callback => {iss => 'https://clerk.example'}},
    'an iss that nobody has announced', server_error => $mixed);
$w->fails_with('oidc', {callback => {iss => 'https://op.example.com/'}},
    'RFC 9207 2.4: byte for byte', server_error => $mixed);
$w->fails_with('oidc', {iss_parameter => 'wrong',
    error => {authorization => 'access_denied'}},
    'RFC 9207 2.4: an error is that of another, too', server_error => $mixed);
($r, $v) = $w->outcome('clerk');
$w->succeeded($r, $v, 'without iss, where nobody has announced it');
is(scalar $idp->asked(oidc => 'token'), $redeemed,
    'no mixed-up code was sent anywhere');

# -- prompt, max_age (OpenID Connect Core 3.1.2.1) ---------------------------

my %words = (login => 'login', 'select_account' => 'login',
    'login consent' => 'login', consent => undef, other => undef);
for my $prompt (sort keys %words) {
    my $v = $w->ask('oidc', prompt => $prompt);
    is_asked($v, "prompt=$prompt: the user is asked");
    $w->approve($v);
    is($w->sent($v)->{prompt}, $words{$prompt}, "prompt=$prompt: "
        . (defined $words{$prompt} ? 'so is the provider for a sign-in'
            : 'the provider hears nothing of it'));
}
is($w->sent($w->leave('oidc', max_age => 0))->{prompt}, 'login',
    'max_age: the user signs in there again');
is($w->sent($w->leave('github', prompt => 'login'))->{prompt},
    'select_account', 'GitHub has another word for it');
is($w->sent($w->leave('google', prompt => 'login'))->{prompt},
    'consent select_account', 'so has Google, which also asks for consent');
is($w->sent($w->leave('prompt', prompt => 'login'))->{prompt},
    'login select_account', 'Parameter prompt stays beside it');
{
    my $sent = $w->sent($w->leave('never', prompt => 'login'));
    is($sent->{prompt}, 'login', 'but for none, which goes with nothing else');
    is($w->sent($w->leave('never'))->{prompt}, 'none', '(it is sent else)');
    is("$sent->{claims} $sent->{acr_values}", '{} a b',
        'Parameter: what is wanted is sent');
}
my $ada = $w->browser;
($r, $v) = $w->outcome('oidc', browser => $ada, client => $published);
sent_back($r, 'https://app.example/cb?', {code => qr/./}, 'ada has signed in');
for (['nobody is signed in', $w->browser], ['somebody was', $ada]) {
    my ($name, $browser) = @$_;
    my $v = $w->ask('oidc', browser => $browser, prompt => 'none');
    $w->refused($v->{page}, $v, login_required =>
        "prompt=none, $name: we cannot know without asking there");
}

# -- what was said before ----------------------------------------------------

$v = $w->ask('oidc', browser => $ada, client => $published);
goes($v, 'who has agreed before goes to the provider at once');
is($w->sent($v)->{login_hint}, 'ada@example.com',
    'OpenID Connect Core 3.1.2.1: which hears who it probably is');
$w->sign_in($v);
$w->succeeded($w->arrive($v), $v, 'and from there to the client');

$v = $w->ask('oidc', browser => $ada, client => $published);
$idp->end_sessions('oidc');
$w->sign_in($v, user => 'bob');
is_asked({page => $w->arrive($v)},
    'somebody else who signs in there is asked, by name',
    qr{account</dt><dd><strong><bdi>ldap\|people:bob\@2<});
is_asked({page => $w->press($v, 'switch')}, 'he can be somebody else');
$w->approve($v);
is($w->sent($v)->{prompt}, 'login', 'who signs in there anew');
is($w->sent($v)->{login_hint}, undef, 'whoever that is');
$idp->end_sessions('oidc');
$w->sign_in($v, user => 'ada');
$w->succeeded($w->arrive($v), $v, 'which leads to the same client');
is_deeply($w->told($w->tokens($v))->{subject}, $idp->subject(oidc => 'ada'),
    'as whoever it was');

$v = $w->ask('oidc', browser => $ada, client => $published);
$idp->end_sessions('oidc');
$w->sign_in($v, user => 'bob');
$w->arrive($v);
$w->refused($w->press($v, 'deny'), $v, access_denied => 'bob may say no');
$v = $w->ask('oidc', browser => $ada, client => $published);
$w->sign_in($v);
$w->arrive($v);
my ($asking) = $c->forms($v->{page});
my @flow = (@{$asking->{hidden}}, decision => 'approve');
shown(post_form($w->browser, \@flow), 400, qr/cookie/,
    'in his browser, not in another one');
shown(post_form($v->{browser}, \@flow, 'Sec-Fetch-Site' => 'cross-site'), 403,
    qr/another website/, 'and not by another site');
$w->succeeded($w->press($v, 'approve'), $v, 'or yes');
shown(post_form($v->{browser}, \@flow), 400, qr/used already/, 'once');
is($w->told($w->tokens($v))->{subject},
    MCPClient::escape($idp->subject(oidc => 'bob')), 'then it is he');
is_asked($w->ask('oidc', browser => $ada, client => $published,
    headers => {'Sec-Fetch-Dest' => $_}), "a request for a $_ is shown a page")
    for 'iframe', 'empty';
is_asked($w->ask('oidc', browser => $ada, client => $published, %$_),
    'new questions are asked: ' . join '=', %$_)
    for {prompt => 'consent'}, {prompt => 'login'}, {scope => 'offline_access'};
is_asked($w->ask('clerk', browser => $ada, client => $published),
    'another location is another question');
is_asked($w->ask('oidc', browser => $ada, client => {%published,
    redirect_uris => ['http://127.0.0.1:33418/callback']}),
    'RFC 8252 8.6: a client on this computer is asked about each time');
is_asked($w->ask('oidc', browser => $ada),
    'so is one that registered itself');
is_asked($w->ask('oidc', client => $published), 'and everybody elsewhere');

# -- whom the administrator does not have asked ------------------------------

$v = $w->ask('oidc', client => $own);
goes($v, 'Consent off: to the provider at once');
$w->sign_in($v);
sent_back($w->arrive($v), 'https://own.example/cb?', {code => qr/./},
    'and from there to the client');
is($v->{browser}{jar}{'__Host-mcp-session'}, undef,
    'but the browser does not stay signed in: nobody has approved');
is_asked($w->ask('oidc', client => $own, prompt => 'consent'),
    'unless the client wants the user to be asked');
is_asked($w->ask('oidc', client => $own, headers =>
    {'Sec-Fetch-Dest' => 'iframe'}), 'or nobody can see it');

# -- leaving for an app ------------------------------------------------------

my $cursor = 'cursor://anysphere.cursor-mcp/oauth/callback';
my $app = $c->register(redirect_uris => [$cursor]);
for (['a code', 'code'], ['an error', 'error', cancel => 1]) {
    my ($name, $parameter, %o) = @$_;
    my ($r, $v) = $w->outcome('oidc', client => $app, %o);
    is($r->status, 200, "D15: $name for a custom scheme goes by a page");
    like(location_of($r), qr/^\Q$cursor\E\?.*\b$parameter=/, 'that refreshes');
    my @faults = page_headers($r);
    ok(!@faults, 'with the headers of a page') or diag "@faults";
}

# -- time --------------------------------------------------------------------

$v = $w->back('oidc');
my $page = $w->ask('oidc');
$s->set_clock(15 * 60 - 10);
$w->succeeded($w->arrive($v), $v, 'nearly 15 minutes at the provider');
$v = $w->back('oidc', browser => $v->{browser});
$s->set_clock(30 * 60);
shown($w->arrive($v), 400, qr/took too long/, 'more than 15 minutes');
shown($w->press($page, 'approve'), 400, qr/too old/, 'before the page, too');
$s->set_clock(0);

# -- how often ---------------------------------------------------------------

$w->no_leaks;
$s->stop;
my $few = MCPSignIn->new(idp => $idp, at => {oidc => ['oidc']},
    config => "MCPLimit sign-ins=3/h\n");
my $ask = $few->ask('oidc');
for (1 .. 3) {
    my $v = {%$ask};
    like($few->approve($v), $door, "MCPLimit sign-ins=3/h: number $_");
}
$r = $few->press({%$ask}, 'approve');
shown($r, 429, qr/Too many|wait/i, 'number 4 has to wait');
like($r->header('Retry-After'), qr/^\d+$/, 'RFC 9110 10.2.3: for how long');
$few->refused($few->press({%$ask}, 'deny'), $ask, access_denied =>
    'no can be said at any time');
my $elsewhere = bless {%{$ask->{browser}}, from => '127.0.0.2'},
    ref $ask->{browser};
like($few->approve({%$ask, browser => $elsewhere}), $door,
    'others need not wait');
$few->no_leaks;
$few->stop;
done();
