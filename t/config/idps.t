#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# Identity providers: their presets, the words of their container, what does
# not go together, and what -D DUMP_MCP says of them.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Conf;

sub secret_file {
    my ($name, $text) = @_;
    my $path = write_file($name, $text);
    chmod 0600, $path;
    return $path;
}
secret_file('idp.secret', "a-secret-of-the-provider\n");
secret_file('shared.secret', 's' x 32 . "\n");
secret_file('short.secret', 's' x 31 . "\n");
secret_file('open.secret', "everybody-reads-this\n");
chmod 0644, Conf::root() . '/open.secret';
for (['rsa', 'RSA', 'rsa_keygen_bits:2048'], ['small', 'RSA', 'rsa_keygen_bits:1024'],
    ['ec', 'EC', 'ec_paramgen_curve:P-256']) {
    my ($name, $kind, $option) = @$_;
    system("openssl genpkey -algorithm $kind -pkeyopt $option -out "
            . Conf::root() . "/$name.pem 2>/dev/null") == 0
        or die "openssl: no $name key";
    chmod 0600, Conf::root() . "/$name.pem";
}
$ENV{MCP_T_CLIENT} = 'client-of-the-environment';
$ENV{MCP_T_SECRET} = 'secret-of-the-environment';
delete $ENV{MCP_T_UNSET};

my $name = 'ServerName https://h.example';
my $client = 'Client mcp file:idp.secret';

sub location {
    return join "\n", '<Location "/mcp">', 'AuthType mcp', 'Require valid-user',
        @_, '</Location>', '';
}

# Lines 1: ServerName, 2: the container, 3: Client, 4 ff.: the words
sub idp {
    my ($preset, @words) = @_;
    return join "\n", $name, "<MCPIdentityProvider $preset>", $client, @words,
        '</MCPIdentityProvider>', location();
}

# -- the words, one by one, after Client --

my $oidc = 'oidc https://sso.example.com';
for (
    ['Label "Staff sign-in"'],
    ['Label ""', qr/the text is empty/],
    ['Audience https://api.example.com urn:x'],
    ['Audience "with blanks"'],
    ['Audience ""', qr/Audience: "" is not an audience/],
    ['Audience', qr/something is missing. Write Audience AUDIENCE \.\.\./],
    ['Scopes openid https://graph.microsoft.com/User.Read a,b'],
    ['Scopes none'],
    ['Scopes none openid', qr/none stands alone/],
    ['Scopes "open id"', qr/"open id" is not a scope/],
    ['Scopes', qr/Write Scopes none\|SCOPE/],
    ['Parameter prompt login'],
    ['Parameter prompt "login consent"'],
    ['Parameter resource omit'],
    ['Parameter resource https://h.example/mcp'],
    ['Parameter state x', qr/Parameter: state is this server's own to say. Drop the line/],
    (map { ["Parameter $_ x", qr/$_ is this server's own to say. Drop the line/] }
        qw(redirect_uri nonce code_challenge code_challenge_method response_type
        response_mode request request_uri)),
    ['Parameter client_id x', qr/Write Client\./],
    ['Parameter client_secret x', qr/Write Client\./],
    ['Parameter scope openid', qr/Write Scopes\./],
    ['Parameter prompt=login x', qr/"prompt=login" is not the name of a parameter. Write Parameter NAME VALUE/],
    ['Parameter prompt', qr/Write Parameter NAME VALUE\|omit/],
    ['Parameter prompt login consent', qr/"consent" is one argument too many/],
    ['Claim roles /realm_access/roles /groups'],
    ['Claim user /email'],
    ['Claim roles https://app.example.com/roles'],
    ['Claim roles /https:~1~1app.example.com~1roles'],
    ['Claim roles roles', qr{"roles" is not a JSON Pointer \(RFC 6901\), nor MODULE:NAME. Write "/roles"}],
    ['Claim roles /a~b', qr{"/a~b" is not a JSON Pointer.*Write "/a~0b"}],
    ['Claim role /roles', qr/"role" is not a word that a claim gives. Those are subject user email name picture roles permissions organization client scopes\./],
    ['Claim issuer /iss', qr/"issuer" is not a word that a claim gives/],
    ['Claim claims /x', qr/"claims" is not a word/],
    ["Claim roles /a\nClaim roles /b", qr/roles is there twice. Write all its pointers on one line/, 1],
    ['Claim roles', qr/Write Claim WORD POINTER/],
    ['Issuer https://a.example/1 https://a.example/2'],
    ['Issuer a.example', qr{"a.example" is not a URL. Write "https://a.example"}],
    ['Issuer http://a.example', qr/is without TLS: whoever is on the way/],
    ['Issuer http://localhost:9000'],
    ['Issuer https://A.example', qr{is not as providers spell it. Write "https://a.example"}],
    ['Endpoint token https://sso.example.com/token?x=1'],
    ["Endpoint token https://a.example/t\nEndpoint keys https://a.example/k"],
    ['Endpoint jwks https://a.example/k', qr/"jwks" is not an endpoint. Write discovery, authorization, token, userinfo, introspection, revocation or keys/],
    ['Endpoint token http://a.example/t', qr/is without TLS/],
    ['Endpoint token /token', qr{"/token" is not a URL. Write "https://token"}],
    ['Endpoint token https://ada:x@a.example/t', qr/"a.example" holds a user name, which belongs in Client/],
    ['Endpoint token ldap://a.example/t', qr/is not the URL of a provider/],
    ["Endpoint token https://a.example/t\nEndpoint token https://a.example/u", qr/token is there twice. Drop one/, 1],
    ['Endpoint token', qr/Write Endpoint KIND URL/],
    (map { ["Verify $_"] } qw(jwt introspection userinfo id-token)),
    ['Verify idtoken', qr/"idtoken" is not known here. Write jwt, introspection, userinfo, id-token, or the MODULE:NAME of a verifier/],
    ['Verify a:b:c', qr/is not known here/],
    ['Algorithms RS256 ES256 EdDSA'],
    ['Algorithms none', qr/"none" is no signature: anybody could make such a token. It is never accepted/],
    ['Algorithms RS256 NONE', qr/"NONE" is no signature/],
    ['Algorithms HS512', qr/"HS512" is not an algorithm that is verified here. Those are RS256/],
    ['Algorithms rs256', qr/"rs256" is not an algorithm/],
    ['Algorithms HS256', qr/HS256 needs the key that the provider signs with. Add "SharedSecret file:PATH"/, -2],
    ["Algorithms HS256\nSharedSecret file:shared.secret"],
    ['SharedSecret file:shared.secret'],
    ['SharedSecret file:short.secret', qr/the secret has 31 bytes, which can be guessed; 32 are the least/],
    ["Algorithms RS256\nSharedSecret file:shared.secret", qr/SharedSecret is the key of HS256, which goes with no other algorithm/, -2],
    ['SharedSecret file:rsa.pem', qr/the secret has more than 1024 bytes|SharedSecret: /],
    ['DecryptionKey file:rsa.pem'],
    ['DecryptionKey file:ec.pem', qr/DecryptionKey: .*RSA/],
    ['DecryptionKey file:small.pem', qr/DecryptionKey: .*2048/],
    ['DecryptionKey file:idp.secret', qr/DecryptionKey: /],
    ['DecryptionKey file:nowhere.pem', qr/cannot read \S+nowhere.pem/],
    ['IdentityAssertion on', qr/IdentityAssertion/],
    ['AuthUserFile htpasswd', qr/AuthUserFile is for <MCPIdentityProvider httpd \.\.\.>, where users sign in with httpd's own authentication. Drop it/],
) {
    my ($line, $want, $more) = @$_;
    my $text = idp($oidc, $line);
    my $first = (split /\n/, $line)[0] . ($line =~ /\n/ ? ' ...' : '');
    $want ? bad("refused: $first", 4 + ($more // 0), $want, $text)
        : good("taken: $first", $text);
}

# -- Client, on the third line --

sub with_client {
    my ($line) = @_;
    return idp($oidc) =~ s/^Client .*/$line/mr;
}
for (
    ['Client mcp file:idp.secret'],
    ['Client mcp file:idp.secret basic'],
    ['Client mcp file:idp.secret post'],
    ['Client mcp file:rsa.pem', qr/its secret is a private key, which would be sent to the provider. Write Client mcp file:rsa.pem private-key-jwt/],
    ['Client mcp file:rsa.pem post', qr/its secret is a private key/],
    ['Client mcp file:rsa.pem private-key-jwt'],
    ['Client mcp file:ec.pem private-key-jwt'],
    ['Client mcp env:MCP_T_SECRET'],
    ['Client ${MCP_T_CLIENT} env:MCP_T_SECRET'],
    ['Client mcp "exec:/bin/echo a-secret"'],
    ['Client ${MCP_T_UNSET} file:idp.secret', qr/Client: \$\{MCP_T_UNSET\} is not set. Set it with Define, or in the environment that httpd starts in/],
    ['Client mcp env:MCP_T_UNSET', qr/the environment that httpd starts in has no MCP_T_UNSET/],
    ['Client mcp post', qr/post says how a secret is sent, but where is it\? Write Client mcp SECRET post/],
    ['Client mcp file:idp.secret tls', qr/"tls" is none of basic, post and private-key-jwt/],
    ['Client mcp file:idp.secret private-key-jwt', qr/Client: /],
    ['Client mcp file:small.pem private-key-jwt', qr/Client: .*2048/],
    ['Client "m c p" file:idp.secret', qr/"m c p" is not the client id of a provider/],
    ['Client', qr/Write Client ID \[SECRET\] \[basic\|post\|private-key-jwt\]/],
    ['Client mcp file:idp.secret basic x', qr/"x" is one argument too many/],
) {
    my ($line, $want) = @$_;
    $want ? bad("refused: $line", 3, $want, with_client($line))
        : good("taken: $line", with_client($line));
}
warns('a secret that everybody reads', 3, qr/everybody on this machine can read the secret in \S+open.secret/,
    with_client('Client mcp file:open.secret'));
warns('a public client', 2, qr/Client mcp has no secret: whoever gets hold of a code .*"Client mcp file:PATH"/,
    with_client('Client mcp'));

# -- presets: what they need, on their line --

good('auth0', idp('auth0 example.us.auth0.com', 'Audience https://api.example.com'));
good('auth0, as it is copied from a browser',
    idp('auth0 https://example.us.auth0.com/', 'Audience https://api.example.com'));
bad('auth0 without Audience', 2,
    qr/there is no Audience. Auth0 gives opaque access tokens to those who ask for no API. Write "Audience IDENTIFIER".*Applications, APIs. Where no API is meant, write "Verify id-token"/,
    idp('auth0 example.us.auth0.com'));
good('auth0 without an API', idp('auth0 example.us.auth0.com', 'Verify id-token'));
bad('auth0 without a domain', 2, qr/MCPIdentityProvider: auth0 needs the domain of a tenant. Write "auth0 example.us.auth0.com"/,
    idp('auth0'));
bad('auth0 with a path', 2, qr/is more than the domain of a tenant. Write "auth0 example.us.auth0.com"/,
    idp('auth0 https://example.us.auth0.com/oauth/token'));
good($_, idp($_)) for 'clerk clerk.example.com', 'workos example.authkit.app',
    'supabase abcdefghijklmnop', 'keycloak https://sso.example.com/realms/staff',
    'google', 'entra 0f14d0ab-9605-4a62-a9e4-5ed26688389b', 'okta example.okta.com',
    'github', 'pingone 0f14d0ab-9605-4a62-a9e4-5ed26688389b eu',
    'cognito eu-west-1_AbC123', 'authentik https://auth.example.com/application/o/mcp/',
    'scalekit https://example.scalekit.com', $oidc;
good('supabase with its secret', idp('supabase abcdefghijklmnop', 'SharedSecret file:shared.secret'));
good('oauth2 with its issuer', idp('oauth2 https://tickets.example',
    map "Endpoint $_ https://a.example/$_", qw(authorization token userinfo)));
good('oauth2', idp('oauth2', map "Endpoint $_ https://a.example/$_", qw(authorization token userinfo)));
bad('oauth2 without endpoints', 2, qr/oauth2: where do users sign in\?/, idp('oauth2'));
bad('entra without a tenant of one\'s own', 2, qr/"entra common" would let users of every tenant in/, idp('entra common'));
good('tenants that are named', idp('entra organizations',
    'Issuer https://login.microsoftonline.com/0f14d0ab-9605-4a62-a9e4-5ed26688389b/v2.0'));
bad('an unset variable', 2, qr/MCPIdentityProvider: \$\{MCP_T_UNSET\} is not set/, idp('auth0 ${MCP_T_UNSET}'));
bad('a preset that does not exist', 2, qr/"ouath" is not a known identity provider. Known: httpd, auth0, clerk,/, idp('ouath'));

# -- as a plain line --

bad('a plain line has no Client', 2,
    qr{this server signs its users in at sso.example.com, so it has to be a client there. Register it with the redirect URI https://h.example/oauth/callback, and write <MCPIdentityProvider oidc https://sso.example.com>, "Client ID SECRET" inside, and </MCPIdentityProvider>},
    "$name\nMCPIdentityProvider $oidc\n" . location());
bad('nor has a container without one', 2, qr/"Client ID SECRET" inside/,
    "$name\n<MCPIdentityProvider google>\nLabel Google\n</MCPIdentityProvider>\n" . location());
good('one that nothing is protected with', "$name\nMCPIdentityProvider $oidc\n");

# -- words in the wrong container --

bad('Client of httpd', 3, qr/Client is for identity providers elsewhere, not for httpd's own authentication. Drop it/,
    idp('httpd file'));
good('a Label of httpd', "$name\n<MCPIdentityProvider httpd file>\nLabel Staff\nAuthUserFile htpasswd\n</MCPIdentityProvider>\n" . location());
bad('Claim outside', 2, qr/Claim belongs inside <MCPIdentityProvider>/, "$name\nClaim roles /x\n");

# -- several --

# Lines 1: ServerName, 2-4: the first, 5 ff.: the second
sub two {
    my ($first, $second, @words) = @_;
    return join "\n", $name, "<MCPIdentityProvider $first>", 'Client a file:idp.secret',
        '</MCPIdentityProvider>', "<MCPIdentityProvider $second>", 'Client b file:idp.secret',
        @words, '</MCPIdentityProvider>', location();
}
good('two providers', two('google', 'github'));
bad('the same provider twice', 5, qr/this location has google already. Drop one of the two/, two('google', 'google'));
bad('the same issuer, said otherwise', 5, qr/this location has google already/,
    two('google', 'oidc https://accounts.google.com'));
bad('two with one label', 5, qr/which is called "sso.example.com" too. Give one of them a Label/,
    two('keycloak https://sso.example.com/realms/a', 'keycloak https://sso.example.com/realms/b'));
good('two realms with labels', two('keycloak https://sso.example.com/realms/a',
    'keycloak https://sso.example.com/realms/b', 'Label "B"'));
bad('labels in other letters', 5, qr/which is called "sso.example.com" too/,
    two('keycloak https://sso.example.com/realms/a', 'keycloak https://sso.example.com/realms/b', 'Label SSO.example.com'));
bad('a tenant that another one lets in already', 6, qr/this location has entra organizations already/, join "\n", $name,
    '<MCPIdentityProvider entra organizations>', $client,
    'Issuer ' . join(' ', map "https://login.microsoftonline.com/11111111-2222-3333-4444-$_/v2.0", 5 x 12, 6 x 12), '</MCPIdentityProvider>',
    '<MCPIdentityProvider entra 11111111-2222-3333-4444-666666666666>', $client, 'Label B', '</MCPIdentityProvider>', location());
my @file = ('<MCPIdentityProvider httpd file>', 'AuthUserFile htpasswd', '</MCPIdentityProvider>');
good('our form beside another provider', join "\n", $name, @file,
    '<MCPIdentityProvider google>', $client, '</MCPIdentityProvider>', location());
bad('our form twice', 5, qr/this location has httpd's own sign-in already, and one form asks for it/,
    join "\n", $name, @file, '<MCPIdentityProvider httpd file>', 'Label Guests', 'AuthUserFile guests', '</MCPIdentityProvider>', location());
bad('our form with the label of another provider', 2, qr/which is called "httpd" too/, join "\n", $name,
    '<MCPIdentityProvider google>', $client, 'Label httpd', '</MCPIdentityProvider>', @file, location());
for (['MCPIdentityProvider httpd', 3, '<MCPIdentityProvider google>', $client, '</MCPIdentityProvider>'],
    ['<MCPIdentityProvider google>', 2, $client, '</MCPIdentityProvider>', 'MCPIdentityProvider httpd']) {
    my ($first, $line, @rest) = @$_;
    bad("httpd alone beside another provider: line $line", $line,
        qr/"MCPIdentityProvider httpd" lets httpd sign users in before our page is there, so nobody could choose accounts.google.com. Drop one of the two; or let our form ask/,
        join "\n", $name, $first, @rest, location());
}
good('each location has its own', join "\n", $name, '<MCPIdentityProvider google>', $client,
    '</MCPIdentityProvider>', location(),
    '<Location "/x">', 'AuthType mcp', 'Require valid-user', '<MCPIdentityProvider google>',
    'Client other file:idp.secret', '</MCPIdentityProvider>', '</Location>', '');

# -- what users can change themselves; what other modules register --

warns('roles that users give themselves', 2,
    qr{"Claim roles /user_metadata/roles": users of abcdefghijklmnop.supabase.co can change that themselves, so anybody can have any},
    idp('supabase abcdefghijklmnop', 'Claim roles /app_metadata/x /user_metadata/roles'));
good('their names may be as they like', idp('supabase abcdefghijklmnop', 'Claim name /user_metadata/nick'));
bad('a mapping that nobody registered', 2,
    qr/Claim roles: no loaded module registered the claim mapping "acme:groups". Correct the name, or load the module. Registered: /,
    idp($oidc, 'Claim roles acme:groups'));
bad('a verifier that nobody registered', 2,
    qr/Verify: no loaded module registered the verifier "acme:ticket".*Registered: /,
    idp($oidc, 'Verify acme:ticket'));

SKIP: {
    my $acme = MCPServer::modules_dir() . '/mod_acme.so';
    skip 'mod_acme is not built (make test-modules)', 2 unless -e $acme;
    my @words = ('Claim roles acme:groups /roles', 'Verify acme:ticket');
    good('what a module registered', "LoadModule acme_module $acme\n" . idp($oidc, @words));
    good('also one that is loaded later', idp($oidc, @words) . "LoadModule acme_module $acme\n");
}

# -- what -D DUMP_MCP says --

my ($ok, $said) = check(two('google', 'github', 'Label "Git Hub & Co."', 'Scopes read:user',
    'Parameter prompt select_account', 'Claim user /login'), '-D', 'DUMP_MCP');
ok($ok, 'DUMP_MCP of two providers') or diag $said;
like($said, qr{^  callback +https://h\.example/oauth/callback \(enter this at accounts\.google\.com\)$}m,
    'the callback URL of the first one');
like($said, qr{^  callback +https://h\.example/oauth/callback/git-hub-co \(enter this at Git Hub & Co\.\)$}m,
    'that of the second one');
like($said, qr{, github \(Label "Git Hub & Co\."; Client b file:idp\.secret; Scopes read:user; Parameter prompt select_account; Claim user /login;}m,
    'its words');
like($said, qr{google \(Label accounts\.google\.com; Client a file:idp\.secret; Scopes openid profile email; Parameter access_type offline, prompt consent; Endpoint introspection https://oauth2\.googleapis\.com/tokeninfo, discovery https://accounts\.google\.com/\.well-known/openid-configuration; Algorithms RS256\)},
    'those of the preset too');
unlike($said, qr/a-secret-of-the-provider/, 'no secret');

($ok, $said) = check("MCPAuthPath /\n" . idp($oidc), '-D', 'DUMP_MCP');
like($said, qr{^  callback +https://h\.example/callback \(enter}m, 'the callback URL follows MCPAuthPath');

# One client of one issuer has one callback; its users come back to it from
# all locations. Numbers tell equal names apart.
($ok, $said) = check(join("\n", $name, map({
        my ($path, $realm, $client) = @$_;
        ("<Location \"$path\">", 'AuthType mcp', 'Require valid-user',
            "<MCPIdentityProvider keycloak https://sso.example.com/realms/$realm>",
            "Client $client file:idp.secret", '</MCPIdentityProvider>', '</Location>')
    } ['/a', 'a', 'c'], ['/b', 'b', 'c'], ['/c', 'b', 'd'], ['/d', 'b', 'c'],
    ['/e', 'a', 'c'])) . "\n", '-D', 'DUMP_MCP');
is_deeply([$said =~ m{^  callback +https://h\.example/oauth(\S+)}mg],
    ['/callback', '/callback/sso-example-com', '/callback/sso-example-com-2'],
    'clients and issuers have callback URLs of their own') or diag $said;

# What two virtual hosts inherit has its place in each.
($ok, $said) = check(join("\n", '<MCPIdentityProvider google>', $client, '</MCPIdentityProvider>',
        '<VirtualHost *:443>', 'ServerName https://a.example', location(), '</VirtualHost>',
        '<VirtualHost *:443>', 'ServerName https://b.example',
        '<Location "/x">', 'AuthType mcp', 'Require valid-user',
        '<MCPIdentityProvider github>', $client, '</MCPIdentityProvider>', '</Location>',
        location(), '</VirtualHost>', ''), '-D', 'DUMP_MCP');
is_deeply([sort $said =~ m{^  callback +(\S+)}mg],
    ['https://a.example/oauth/callback', 'https://b.example/oauth/callback',
        'https://b.example/oauth/callback/accounts-google-com'],
    'a provider that two virtual hosts inherit') or diag $said;

# Virtual hosts with one issuer: the order in which they are written.
($ok, $said) = check(join("\n", map({
        my ($host, $preset) = @$_;
        ('<VirtualHost *:443>', "ServerName https://$host.example",
            'MCPAuthIssuer https://a.example', "<MCPIdentityProvider $preset>",
            $client, '</MCPIdentityProvider>',
            location() =~ s{/mcp}{/$host}r, '</VirtualHost>')
    } ['b', 'github'], ['a', 'google'], ['c', 'oidc https://c.example'])) . "\n",
    '-D', 'DUMP_MCP');
is_deeply([$said =~ m{^  callback +https://a\.example/oauth(\S+)}mg],
    ['/callback', '/callback/accounts-google-com', '/callback/c-example'],
    'virtual hosts with one issuer') or diag $said;
done_testing();
