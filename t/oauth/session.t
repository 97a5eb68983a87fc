# Licensed under the Apache License, Version 2.0; see LICENSE.
# Browsers that stay signed in: when that begins, what it spares, how it ends.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $location = sub {
    return <<"END";
<Location "$_[0]">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   demo:*
    $_[1]
</Location>
END
};
# /guests has another password file, in which there is another ada
my $s = MCPServer->new(faketime => 1, config => join '',
    $location->('/short', 'MCPLifetime browser-session=1h'),
    $location->('/never', 'MCPLifetime browser-session=none'),
    $location->('/guests', qq{<MCPIdentityProvider httpd file>\n}
        . qq{AuthUserFile "\${ROOT}/guests"\n</MCPIdentityProvider>}));
{
    open my $in, '<', dirname($INC{'MCPTest.pm'}) . '/../conf/htpasswd' or die;
    open my $out, '>', $s->root . '/guests' or die $!;
    print $out grep { /^ada:/ } <$in>;
    close $out;
}
$s->start;
my $c = $s->client;
my $issuer = $s->issuer;
my $client = $c->register;
my $back = $client->{redirect_uris}[0];
my $cookie = 'mcp-session';
my $password = qr/type="password"/;

sub dirname { return $_[0] =~ s{[^/]*$}{.}r }

# What a browser gets when its client asks, at /mcp unless something else is
# said.
sub ask {
    my ($browser, %parameters) = @_;
    my $path = delete $parameters{path} // '/mcp';
    return $browser->get($c->authorization_request(client => $client,
        resource => $c->resource($path), parameters => \%parameters)->{url},
        headers => {'Sec-Fetch-Site' => 'cross-site',
            'Sec-Fetch-Dest' => 'document', 'Sec-Fetch-Mode' => 'navigate'});
}

# Presses a button of a page.
sub press {
    my ($browser, $page, $decision) = @_;
    my ($form) = $c->forms($page);
    return $browser->submit($page, $form, decision => $decision);
}

sub enter {
    my ($browser, $page, $user) = @_;
    my ($form) = $c->forms($page);
    return $browser->submit($page, $form, username => $user,
        password => $MCPClient::PASSWORD{$user});
}

# A browser in which somebody has signed in and approved.
sub browser {
    my ($user, %o) = @_;
    return $c->journey(client => $client, user => $user // 'ada',
        until => 'code', %o)->{browser};
}

sub cookie_of {
    my $response = shift;
    return (grep { /^(?:__Host-)?\Q$cookie\E=/ }
        $response->headers('Set-Cookie'))[0];
}

sub wants_password {
    my ($r, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return shown($r, 200, $password, $name);
}

sub wants_consent {
    my ($r, $user, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return shown($r, 200, qr{account</dt><dd><strong><bdi>$user<}, $name);
}

# -- how it begins -----------------------------------------------------------

my $ada = $c->fresh;
my $page = ask($ada);
wants_password($page, 'nobody is signed in at first');
ok(!cookie_of($page), 'the sign-in page begins no session');
$page = enter($ada, $page, 'ada');
ok(!cookie_of($page), 'nor does the password: "cookie only after approval"');
is($ada->{jar}{$cookie}, undef, 'nor anything else before the approval');
my $no = press($ada, $page, 'deny');
ok(!cookie_of($no), 'a no begins none');
$page = enter($ada, ask($ada), 'ada');
my $yes = press($ada, $page, 'approve');
my $set = cookie_of($yes);
like($set, qr/;\s*HttpOnly/i, 'RFC 6265: no script reads the cookie');
like($set, qr/;\s*SameSite=Lax/i,
    'it comes with links of other sites, which is how clients begin');
like($set, qr/;\s*Path=\/(?:;|$)/i, 'of this site');
unlike($set, qr/;\s*(?:Domain|Expires|Max-Age)=/i,
    'of this host, until the browser ends');
unlike($set, qr/\bada\b|__Host-|Secure/i, 'over http: no __Host-, no Secure');
like($set, qr/=[\w-]{43};/, 'a random value of 256 bits');
my $other = browser('ada');
isnt($other->{jar}{$cookie}{value}, $ada->{jar}{$cookie}{value},
    'another browser has another one');

# -- what it spares ----------------------------------------------------------

$page = ask($ada);
wants_consent($page, 'ada', 'who stays signed in is asked for consent at once');
like($page->body, qr/value="switch".*value="sign-out"/s,
    'and can be somebody else, or sign out');
sent_back(press($ada, $page, 'approve'), "$back?", {code => qr/./},
    'the consent gives a code');
is($ada->{jar}{$cookie}{value}, ($set =~ /=([\w-]+)/)[0],
    'which makes no new session');
wants_consent(ask($ada, path => '/notes'), 'ada',
    'it holds at other locations with the same provider');
wants_password(ask($ada, path => '/guests'),
    'ada of one password file is not ada of another');
wants_password(ask($ada, path => '/never'),
    'browser-session=none: asked each time');
is(browser('ada', resource => '/never')->{jar}{$cookie}, undef,
    'and no session begins there');
wants_password(ask($c->fresh), 'another browser is not signed in');

# OpenID Connect Core 3.1.2.1
wants_password(ask($ada, prompt => $_), "prompt=$_: the sign-in page")
    for 'login', 'select_account', 'login consent';
wants_consent(ask($ada, prompt => $_), 'ada', "prompt=$_: consent")
    for 'consent', 'something';
sent_back(ask($ada, prompt => 'none'), $back, {error => 'consent_required',
    code => undef}, 'prompt=none: consent_required, for it is not remembered');
sent_back(ask($ada, prompt => 'none login'), $back,
    {error => 'login_required'}, 'prompt=none with login cannot be met');
sent_back(ask($c->fresh, prompt => 'none'), $back,
    {error => 'login_required'}, 'prompt=none: login_required for nobody');
wants_consent(ask($ada, max_age => 3600), 'ada', 'max_age that is kept');
wants_password(ask($ada, max_age => 0), 'max_age=0: the sign-in page');
sent_back(ask($ada, max_age => $_), $back, {error => 'invalid_request'},
    "max_age=$_ is no number of seconds") for '-1', 'x', '1e3', '1' x 12;

# -- restarts ----------------------------------------------------------------

$s->graceful;
wants_consent(ask($ada), 'ada', 'a graceful restart signs nobody out');
$s->stop;
$s->start;
wants_consent(ask($ada), 'ada', 'nor does a new start');

# -- somebody else's cookie --------------------------------------------------

sub with_cookie {
    my ($value) = @_;
    my $browser = $c->fresh;
    $browser->{jar}{$cookie} = {value => $value, path => '/'};
    return ask($browser);
}
my $value = $ada->{jar}{$cookie}{value};
wants_password(with_cookie($_), 'a cookie that we did not give')
    for 'A' x 43, substr($value, 0, 42), "${value}x", '', "$value.x",
        $value =~ s/^(.)/$1 eq 'A' ? 'B' : 'A'/er;
wants_consent(with_cookie($value), 'ada', '(the real one)');

# -- two tabs, and somebody else ---------------------------------------------

my @tabs = map { ask($ada, state => "tab $_") } 1 .. 2;
sent_back(press($ada, $tabs[$_ - 1], 'approve'), "$back?",
    {state => "tab $_", code => qr/./}, "two tabs: number $_ succeeds")
    for 2, 1;

my $waiting = ask($ada, state => 'waiting');
$page = press($ada, ask($ada, state => 'switched'), 'switch');
wants_password($page, 'another account: the sign-in page');
unlike($page->body, qr/signed out/, 'nobody is signed out by that');
wants_consent(ask($ada), 'ada', 'ada stays signed in until bob approves');
$page = enter($ada, $page, 'bob');
wants_consent($page, 'bob', 'bob signs in');
sent_back(press($ada, $page, 'approve'), "$back?",
    {state => 'switched', code => qr/./}, 'for the same client');
wants_consent(ask($ada), 'bob', 'now the browser is his');
sent_back(press($ada, $waiting, 'approve'), "$back?",
    {state => 'waiting', code => qr/./}, 'the other tab is not disturbed');
wants_password(with_cookie($value), 'the session that was replaced is gone');

# -- what a session keeps of its provider: that of versions before goes on ----

{
    open my $in, '<', $s->root . '/conf/httpd.conf' or die $!;
    my ($conf) = map { /^Define CONF (\S+)/ } <$in>;
    my $text = qq{httpd file\nAuthUserFile "$conf/htpasswd"};
    open my $from, '-|', 'sqlite3', $s->root . '/state/mcp-oauth/state.db',
        q{select json_extract(cast(value as text), '$.login.idp') from record}
        . ' where kind = 6' or die $!;
    ok((grep { $_ eq MCPClient::s256($text) . "\n" } <$from>) > 0,
        'the digest of its lines');
}

# -- signing out -------------------------------------------------------------

my $bob = $ada;
my $mine = ask($bob);
$waiting = ask($bob);
my ($form) = $c->forms($mine);
my @sign_out = (@{$form->{hidden}}, decision => 'sign-out');
shown($bob->post('/oauth/authorize', form => \@sign_out, headers => {
    Origin => 'https://evil.example', 'Sec-Fetch-Site' => 'cross-site'}), 403,
    qr/another website/, 'no other site signs a user out');
shown($c->fresh->post('/oauth/authorize', form => \@sign_out, headers => {
    Origin => $issuer}), 400, qr/cookie/, 'nor does another browser');
shown($bob->get('/oauth/authorize?' . MCPClient::form_encode(\@sign_out)), 400,
    qr/client_id/, 'nor a link');
$value = $bob->{jar}{$cookie}{value};
my %jar = %{$bob->{jar}};
$page = press($bob, $mine, 'sign-out');
wants_password($page, 'signing out: the sign-in page');
like($page->body, qr/You are signed out/, 'which says so');
is_deeply([keys %{$bob->{jar}}], [], 'the browser has no cookie of ours left');
wants_password(ask($bob), 'the password is asked for again');
wants_password(with_cookie($value), 'who kept the cookie has nothing of it');
{
    my $old = $c->fresh;
    $old->{jar} = {%jar};
    shown(press($old, $mine, 'sign-out'), 400, qr/used already/,
        'signing out counts once');
}
shown(press($bob, $waiting, 'approve'), 400, qr/cookie/,
    'a page that waited in another tab cannot be answered any more');
my (undef, $cancel) = $c->forms($page);
sent_back($bob->submit($page, $cancel, cancel => 'yes'), $back,
    {error => 'access_denied'}, 'who signs out and leaves tells the client');

# -- time --------------------------------------------------------------------

my $long = browser('ada');
my $short = browser('ada', resource => '/short');
$s->set_clock(3590);
wants_consent(ask($short, path => '/short'), 'ada', 'nearly an hour later');
$s->set_clock(3610);
wants_password(ask($short, path => '/short'), 'an hour later: asked again');
wants_password(ask($long, path => '/short'),
    'also whoever signed in elsewhere for longer');
wants_consent(ask($long), 'ada', 'who is still signed in there');
wants_password(ask($long, max_age => 3600), 'unless max_age is passed');
$s->set_clock(8 * 3600 + 10);
wants_password(ask($long), 'eight hours later it has ended, used or not');
$s->set_clock(-3600);
wants_password(ask($long), 'nor is a session good from the future');
$s->set_clock(0);
wants_consent(ask($long), 'ada', '(it is, when it should be)');
$s->stop;

# -- https -------------------------------------------------------------------

{
    my $s = MCPServer->new(tls => 1);
    $s->start;
    $c = $s->client;
    $client = $c->register;
    my $j = $c->journey(client => $client, until => 'code');
    my ($set) = cookie_of($j->{response});
    like($set, qr/^__Host-$cookie=/, 'RFC 6265bis: __Host- over https');
    like($set, qr/;\s*Secure/i, 'RFC 6265bis: Secure over https');
    wants_consent(ask($j->{browser}), 'ada', 'and it works there');
    my $plain = $c->fresh;
    $plain->{jar}{$cookie} = $j->{browser}{jar}{"__Host-$cookie"};
    wants_password(ask($plain), 'a cookie without __Host- is none there');
    $s->stop;
}
done();
