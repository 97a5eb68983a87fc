# Licensed under the Apache License, Version 2.0; see LICENSE.
# The consent page: what it says of each kind of client, and when it is left
# out because the user, or the administrator, has answered before.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPHosts;
use MCPServer;

my $net = MCPHosts->new(names => ['app.example', 'other.example']);
my $public = '93.184.216.34';
$net->dial($public);
$net->name($_, $public) for qw(app.example other.example);

my $s = MCPServer->new(faketime => 1, config => $net->config . <<'END');
<MCPRegisteredClient web>
    Secret      a-secret-of-the-web-client
    Label       "Web of <ours>"
    RedirectURI https://web.example/cb
    RedirectURI https://web.example/cb?2
</MCPRegisteredClient>
<MCPRegisteredClient native>
    RedirectURI http://127.0.0.1/cb
    RedirectURI com.example.native:/cb
</MCPRegisteredClient>
<MCPRegisteredClient own>
    Secret      a-secret-of-the-own-client
    RedirectURI https://own.example/cb
    Consent     off
</MCPRegisteredClient>
<Location "/each">
    AuthType    mcp
    Require     valid-user
    SetHandler  mcp-server
    MCPOffer    demo:*
    MCPTitle    "Each <time> & again"
    MCPLifetime consent=none
</Location>
<Location "/hour">
    AuthType    mcp
    Require     valid-user
    SetHandler  mcp-server
    MCPOffer    demo:*
    MCPLifetime consent=1h
</Location>
END
$s->start;
my $c = $s->client;
my $issuer = $s->issuer;

my $local = 'http://127.0.0.1:33418/callback';
my $web = 'https://app.example/callback';

sub publish {
    my ($url, %more) = @_;
    my ($host, $path) = $url =~ m{^https://([^/]+)(.*)};
    $net->put($host, $path, body => json_encode({client_id => $url,
        client_name => 'Published', token_endpoint_auth_method => 'none',
        redirect_uris => [$web, "$web/2", $local, 'cursor://x/cb'],
        grant_types => ['authorization_code', 'refresh_token'], %more}));
    return {client_id => $url, redirect_uris => [$web],
        token_endpoint_auth_method => 'none'};
}

sub known {
    my ($id, $uri) = @_;
    return {client_id => $id, redirect_uris => [$uri],
        token_endpoint_auth_method => 'client_secret_post',
        client_secret => "a-secret-of-the-$id-client"};
}

my $published = publish('https://app.example/client.json');
my $registered = $c->register(client_name => 'Registered',
    redirect_uris => [$web, $local, 'cursor://x/cb']);
my $by_hand = known('web', 'https://web.example/cb');

# What a browser gets for an authorization request.
sub ask {
    my ($browser, $client, %p) = @_;
    my $path = delete $p{path} // '/notes';
    my $headers = delete $p{headers} || {};
    return $browser->get($c->authorization_request(client => $client,
        resource => $c->resource($path), scope => delete $p{scope},
        redirect_uri => delete $p{redirect_uri}, state => 'the-state',
        parameters => \%p)->{url}, headers => {'Sec-Fetch-Site' =>
        'cross-site', 'Sec-Fetch-Dest' => 'document', %$headers});
}

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

# The same where somebody signs in first, with an empty browser.
sub ask_as {
    my ($user, $client, %p) = @_;
    my $browser = $c->fresh;
    my $r = enter($browser, ask($browser, $client, %p), $user);
    return wantarray ? ($r, $browser) : $r;
}

sub answer {
    my ($decision, $user, $client, %p) = @_;
    my ($page, $browser) = ask_as($user, $client, %p);
    return (press($browser, $page, $decision), $browser);
}

sub is_asked {
    my ($r, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return shown($r, 200, qr/name="decision" value="approve"/, $name);
}

sub gets_code {
    my ($r, $name, $uri) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return sent_back($r, $uri // $web, {code => qr/./, state => 'the-state',
        iss => $issuer, error => undef}, $name);
}

# -- who asks, and where the answer goes -------------------------------------

my %marks = (
    claims => qr/An app that calls itself/,
    unknown => qr/Unknown: its name is <strong>not verified/,
    host => qr{<strong>app\.example</strong> \(verified\)},
    says => qr{It says <strong>app\.example</strong>; that is <strong>not},
    known => qr/The people who run this server know it/,
    computer => qr/on <strong>this computer/,
    device => qr/installed on this device/,
    kept => qr/not asked again for 90 days/,
);
for (
    ['a client that registered itself', $registered, $web,
        qw(claims unknown)],
    ['the same on this computer', $registered, $local,
        qw(claims unknown computer)],
    ['the same as an app', $registered, 'cursor://x/cb',
        qw(claims unknown device)],
    ['a client with a metadata document', $published, $web, qw(host kept)],
    ['whoever says so on this computer', $published, $local,
        qw(claims says computer)],
    ['whoever says so as an app', $published, 'cursor://x/cb',
        qw(claims says device)],
    ['a client of the administrator', $by_hand, undef, qw(known kept)],
    ['whoever says so on this computer', known('native',
        'http://127.0.0.1:9/cb'), undef, qw(claims unknown computer)],
    ['whoever says so as an app', known('native', 'com.example.native:/cb'),
        undef, qw(claims unknown device)],
) {
    my ($name, $client, $uri, @has) = @$_;
    my $page = ask_as('ada', $client, redirect_uri => $uri);
    is_asked($page, "$name: the page");
    my %has = map { ($_ => 1) } @has;
    is_deeply([grep { $page->body =~ $marks{$_} } sort keys %marks],
        [sort keys %has], "$name: says what is certain, and no more");
    my ($host) = ($uri // $client->{redirect_uris}[0]) =~
        m{^(?:https?://([^/]+)|[\w.]+:)};
    $host //= '';
    like($page->body, qr{answer goes to</dt><dd><strong>\Q$host},
        'MCP: it shows where the answer goes');
}
{
    my $evil = publish('https://app.example/evil.json', client_name =>
        q{</bdi><script>alert(1)</script>"'{{flow}}});
    my $page = ask_as('ada', $evil, path => '/each');
    like($page->body, qr/&lt;\/bdi&gt;&lt;script&gt;alert\(1\)/,
        'a hostile name is text');
    like($page->body, qr/Each &lt;time&gt; &amp; again/, 'as is a title');
    unlike($page->body, qr/<script|not asked again/, 'and nothing else');
    like(ask_as('ada', $by_hand)->body, qr/Web of &lt;ours&gt;/,
        'the label of the administrator');
}

# -- remembered --------------------------------------------------------------

my ($yes, $browser) = answer('approve', 'ada', $published,
    scope => 'notes:write');
gets_code($yes, 'ada allows it');
gets_code(ask($browser, $published, scope => 'notes:write'),
    'remembered: the next request gets a code at once');
gets_code(ask($browser, $published, scope => 'notes:read'), 'also for less');
gets_code(ask($browser, $published, scope => 'notes:write', prompt => 'none'),
    'OpenID Connect 3.1.2.1: and with prompt=none');
my ($r, $other) = ask_as('ada', $published, scope => 'notes:write');
gets_code($r, 'whoever signs in elsewhere is not asked either');
gets_code(ask($other, $published, scope => 'notes:write'),
    'and stays signed in there');
is_asked(ask($browser, $published, scope => 'notes:write', prompt => 'consent'),
    'OpenID Connect 3.1.2.1: prompt=consent asks');
is_asked(ask($browser, $published, scope => 'notes:write offline_access'),
    'new scopes are asked for');
is_asked(ask($browser, $published, path => '/files'), 'so is another resource');
is_asked(ask($browser, $published, redirect_uri => "$web/2"),
    'another redirect URI of the client');
is_asked(ask($browser, publish('https://app.example/two.json')),
    'another client of the same host');
is_asked(ask($browser, $published, redirect_uri => $local),
    'RFC 8252 8.6: the same client on this computer');
is_asked(scalar ask_as('bob', $published, scope => 'notes:write'),
    'another user');
is_asked(ask($browser, $published, scope => 'notes:read',
    headers => {'Sec-Fetch-Dest' => $_}), "a request for a $_ is shown a page")
    for 'iframe', 'empty';
sent_back(ask($browser, $published, path => '/files', prompt => 'none'), $web,
    {error => 'consent_required', code => undef, state => 'the-state',
    iss => $issuer}, 'OpenID Connect 3.1.2.6: prompt=none, nothing remembered');
sent_back(ask($c->fresh, $published, scope => 'notes:write', prompt => 'none'),
    $web, {error => 'login_required', code => undef},
    'OpenID Connect 3.1.2.6: prompt=none, remembered but not signed in');

($yes, my $at_web) = answer('approve', 'ada', $by_hand);
gets_code($yes, 'a client of the administrator', 'https://web.example/cb?');
gets_code(ask($at_web, $by_hand), 'is remembered too',
    'https://web.example/cb?');
is_asked(ask($at_web, known('web', 'https://web.example/cb?2')),
    'for this redirect URI, byte for byte');

for (['a client that registered itself', $registered, $web],
    ['the same on this computer', $registered, $local],
    ['the same as an app', $registered, 'cursor://x/cb'],
    ['a published client on this computer', $published, $local],
    ['a client of the administrator on this computer',
        known('native', 'http://127.0.0.1:9/cb')]) {
    my ($name, $client, $uri) = @$_;
    my (undef, $b) = answer('approve', 'ada', $client, redirect_uri => $uri);
    is_asked(ask($b, $client, redirect_uri => $uri),
        "RFC 8252 8.6: $name is asked about each time");
}

# -- not remembered ----------------------------------------------------------

my $fickle = publish('https://other.example/client.json');
for (1, 2) {
    my ($no) = answer('deny', 'ada', $fickle);
    sent_back($no, $web, {error => 'access_denied', code => undef},
        "RFC 6749 4.1.2.1: no is no, time $_");
}
my ($well) = answer('approve', 'ada', $fickle);
gets_code($well, 'who said no may say yes: a no is not remembered');
{
    my ($no) = answer('deny', 'ada', $fickle, scope => 'offline_access',
        prompt => 'consent');
    sent_back($no, $web, {error => 'access_denied'}, 'a no to more');
    gets_code(scalar ask_as('ada', $fickle), 'takes nothing away');
}
{
    my (undef, $b) = answer('approve', 'ada', $published, path => '/each');
    is_asked(ask($b, $published, path => '/each'),
        'MCPLifetime consent=none: asked each time');
}

# -- whom the administrator does not have asked ------------------------------

my $own = known('own', 'https://own.example/cb');
($r, my $b) = ask_as('ada', $own);
gets_code($r, 'Consent off: after signing in there is nothing to ask',
    'https://own.example/cb?');
shown(ask($b, $own), 200, qr/type="password"/,
    'but the browser does not stay signed in: nobody has approved');
gets_code(ask($browser, $own), 'where somebody has, there is nothing at all',
    'https://own.example/cb?');
gets_code(ask($browser, $own, prompt => 'none'), 'also with prompt=none',
    'https://own.example/cb?');
is_asked(ask($browser, $own, prompt => 'consent'),
    'unless the client wants the user to be asked');

# -- once --------------------------------------------------------------------

my ($page, $busy) = ask_as('ada', $registered);
my ($form) = $c->forms($page);
my @answers = at_once(8, sub {
    my $r = $busy->submit($page, $form, decision => 'approve');
    return [$r->status, MCPExpect::location_of($r)];
});
is(scalar(grep { $_->[0] == 303 } @answers), 1,
    'eight answers at once from one page: one code');
is(scalar(grep { $_->[0] == 400 } @answers), 7, 'and seven pages that say so');
shown($busy->get('/oauth/authorize?' . MCPClient::form_encode(
    [@{$form->{hidden}}, decision => 'approve'])), 400, qr/client_id/,
    'nobody consents by a link');

# -- what is kept ------------------------------------------------------------

my ($flow) = $c->forms(ask($browser, $registered));
my %secret = (@{$flow->{hidden}}, map { $_ => $browser->{jar}{$_}{value} }
    keys %{$browser->{jar}});
is(scalar(keys %secret), 3, '(a page and two cookies)');
my $kept = '';
for (glob $s->root . '/state/mcp-oauth/state.db*') {
    open my $in, '<:raw', $_ or next;
    local $/;
    $kept .= <$in> // '';
}
like($kept, qr/app\.example/, '(the state file is read)');
is_deeply([grep { index($kept, $secret{$_}) >= 0 } sort keys %secret], [],
    'D6: neither pages nor cookies can be made from the state file');

# -- time, restarts ----------------------------------------------------------

$s->stop;
$s->start;
gets_code(ask($browser, $published, scope => 'notes:write'),
    'consents outlive the server');
(undef, my $hour) = answer('approve', 'ada', $published, path => '/hour');
$s->set_clock(3590);
gets_code(ask($hour, $published, path => '/hour'), 'nearly an hour later');
$s->set_clock(3610);
is_asked(ask($hour, $published, path => '/hour'),
    'MCPLifetime consent=1h: an hour later it is asked');
$s->set_clock(90 * 86400 - 60);
gets_code(scalar ask_as('ada', $by_hand), 'nearly 90 days later',
    'https://web.example/cb?');
$s->set_clock(90 * 86400 + 60);
is_asked(scalar ask_as('ada', $by_hand), '90 days later it is forgotten');
$s->stop;
done();
