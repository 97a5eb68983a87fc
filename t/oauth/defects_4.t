# Licensed under the Apache License, Version 2.0; see LICENSE.
# What was wrong with consent, sign-in and tokens of the remote MCP server on
# Cloudflare with Auth0, which this module replaces: one test for each.
use strict;
use warnings;
use utf8;
use Encode qw(encode_utf8);
use MCPTest;
use MCPExpect;
use MCPServer;

my @odd = ('auth0|5f7c', 'ada@example.com', 'a%20b+c', 'Zoë "Z" <z>', '名前');
my $s = MCPServer->new(config => <<'END');
<MCPRegisteredClient web>
    Secret      a-secret-of-the-web-client
    RedirectURI https://web.example/one
    RedirectURI https://web.example/two
</MCPRegisteredClient>
<Location "/odd">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   demo:*
    <MCPIdentityProvider httpd file>
        AuthUserFile "${ROOT}/odd"
    </MCPIdentityProvider>
</Location>
END
{
    open my $in, '<', $INC{'MCPTest.pm'} =~ s{lib/MCPTest.pm$}{conf/htpasswd}r
        or die $!;
    my ($hash) = map { /^ada:(.*)/ } <$in>;
    open my $out, '>', $s->root . '/odd' or die $!;
    print $out map { encode_utf8("$_:$hash\n") } @odd;
    close $out;
}
$s->start;
my $c = $s->client;
my $client = $c->register;
my $back = $client->{redirect_uris}[0];

sub decide {
    my ($j, $decision) = @_;
    my ($form) = $c->forms($j->{response});
    return $j->{browser}->submit($j->{response}, $form, decision => $decision);
}

# "Cancel" was history.back(): the client was never told.
sent_back(decide($c->journey(client => $client, until => 'consent'), 'deny'),
    "$back?", {error => 'access_denied', iss => $s->issuer, state => qr/./,
    code => undef}, 'RFC 6749 4.1.2.1: no is told to the client');

# The form carried the state, with verifier and nonce, as plain base64, failed
# on text that is not Latin-1, and could be sent twice.
my $names = 'Клиент 名前 ☃ &';
my $state = '状態 ☃ + / =';
my $j = $c->journey(client => $c->register(client_name => $names),
    until => 'consent', state => encode_utf8($state));
my ($form) = $c->forms($j->{response});
my %hidden = @{$form->{hidden}};
is_deeply([keys %hidden], ['flow'], 'the form carries a name, no more');
like($hidden{flow}, qr/^[\w-]{43}$/, 'of 256 bits');
like($j->{response}->body, qr/\Q${\encode_utf8('Клиент 名前 ☃ &amp;')}/,
    'names are in any language');
my $yes = decide($j, 'approve');
sent_back($yes, "$back?", {code => qr/./, state => encode_utf8($state)},
    'so are states');
shown(decide($j, 'approve'), 400, qr/used already/, 'once');

# Approvals were kept by client alone: one for a good redirect URI counted for
# every other one.
my %web = (client_id => 'web', client_secret => 'a-secret-of-the-web-client',
    token_endpoint_auth_method => 'client_secret_post');
my @web = map { {%web, redirect_uris => ["https://web.example/$_"]} }
    qw(one two);
my $browser = $c->journey(client => $web[0], until => 'code')->{browser};
my @next = map { $browser->get($c->authorization_request(client => $_,
    resource => $c->resource('/mcp'))->{url}) } @web;
sent_back($next[0], 'https://web.example/one?', {code => qr/./},
    'an approval counts for its redirect URI');
shown($next[1], 200, qr/web\.example.*name="decision" value="approve"/s,
    'and for no other one');

# There was one cookie for one sign-in: of two at once, one failed.
my $tab = $c->fresh;
my @tabs = map { $c->journey(client => $client, until => 'sign-in',
    browser => $tab, state => "tab $_") } 1 .. 3;
my @consents = map {
    my ($f) = $c->forms($_->{response});
    {browser => $tab, response => $tab->submit($_->{response}, $f,
        username => 'ada', password => $MCPClient::PASSWORD{ada})}
} reverse @tabs;
for (2, 0, 1) {
    sent_back(decide($consents[$_], 'approve'), "$back?",
        {code => qr/./, state => 'tab ' . (3 - $_)},
        'three sign-ins at once, in any order');
}

# A user id with a ":" in it made every token unreadable, and all showed it.
for my $user (@odd) {
    my $name = encode_utf8($user);
    my $j = $c->journey(client => $client, resource => '/odd', user => $name,
        password => $MCPClient::PASSWORD{ada});
    is(encode_utf8(jwt_claims($j->{access_token})->{sub}), $name,
        "a user may be called $name");
    works($c, $j->{access_token}, '/odd', 'the access token works');
    unlike($j->{refresh_token}, qr/\Q$name/, 'the refresh token hides it');
    is($c->refresh($j)->status, 200, 'and works');
}

# Granted was whatever the client asked for.
my $more = $c->journey(client => $client, resource => '/notes',
    scope => 'notes:read admin read:billing');
is($more->{tokens}{scope}, 'notes:read', 'what nobody offers is not granted');

# A refresh that failed was a 500, which clients repeat and repeat.
for ('', 'x', $more->{refresh_token} . 'x', $more->{code}, 'a:b:c', '..') {
    refused($c->refresh({%$more, refresh_token => $_}), 400,
        length ? 'invalid_grant' : 'invalid_request',
        'RFC 6749 5.2: a bad refresh token is a 400');
}

# URLs were made from whatever Host said.
{
    my $request = $c->authorization_request(client => $client,
        resource => $c->resource('/mcp'), parameters => {prompt => 'none'});
    sent_back($c->fresh->get($request->{url}, headers => {Host =>
        'evil.example', 'X-Forwarded-Host' => 'evil.example'}), "$back?",
        {error => 'login_required', iss => $s->issuer},
        'the issuer is configured, not asked for');
    my $page = $c->fresh->get($c->authorization_request(client => $client,
        resource => $c->resource('/mcp'))->{url}, headers => {Host =>
        'evil.example'});
    unlike($page->body, qr/evil/, 'pages lead nowhere else');
}
$s->stop;
done();
