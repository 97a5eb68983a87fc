# Licensed under the Apache License, Version 2.0; see LICENSE.
# AuthType mcp: which token opens what, what a refusal says (RFC 6750, RFC 9728,
# MCP authorization), and that nothing else opens it.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPBackend;
use MCPServer;
use MIME::Base64 qw(encode_base64);

# What each section requires; what a request without a token gets; and what the
# tokens below get: 200, the scopes of the challenge, or '-', a plain 403.
my @tokens = ('ada: c', 'ada: a', 'ada: a b', 'bob: c', 'bob: a');
my @sections = (
    ['valid', 'Require valid-user', 401, (200) x 5],
    ['user', 'Require user ada', 401, 200, 200, 200, '-', '-'],
    ['users', 'Require user ada bob', 401, (200) x 5],
    ['nobody', 'Require user carol', 401, ('-') x 5],
    ['a', 'Require mcp-scope a', 401, 'a c', 200, 200, 'a c', 200],
    ['ab', 'Require mcp-scope a b', 401, 'a b c', 'a b', 200, 'a b c', 'a b'],
    ['all', [All => 'Require mcp-scope a', 'Require mcp-scope b'], 401,
        'a b c', 'a b', 200, 'a b c', 'a b'],
    ['two-lines', "Require mcp-scope a\nRequire mcp-scope b", 401,
        'a c', 200, 200, 'a c', 200],
    ['any', [Any => 'Require mcp-scope a', 'Require mcp-scope b'], 401,
        'a c', 200, 200, 'a c', 200],
    ['user-and-a', [All => 'Require user ada', 'Require mcp-scope a'], 401,
        'a c', 200, 200, '-', '-'],
    ['a-and-user', [All => 'Require mcp-scope a', 'Require user ada'], 401,
        'a c', 200, 200, '-', '-'],
    ['user-or-a', [Any => 'Require user ada', 'Require mcp-scope a'], 401,
        200, 200, 200, 'a c', 200],
    ['a-or-user', [Any => 'Require mcp-scope a', 'Require user ada'], 401,
        200, 200, 200, 'a c', 200],
    ['a-not-bob', [All => 'Require mcp-scope a', [None => 'Require user bob']],
        401, 'a c', 200, 200, '-', '-'],
    ['not-bob-a', [All => 'Require not user bob', 'Require mcp-scope a'], 401,
        'a c', 200, 200, '-', '-'],
    ['not-a', [All => 'Require valid-user', [None => 'Require mcp-scope a']],
        401, 200, '-', '-', 200, '-'],
    ['nested', [All => [Any => 'Require mcp-scope a', 'Require mcp-scope b'],
        [Any => 'Require user bob', 'Require mcp-scope c']], 401,
        'a c', 'a c', 'a b c', 'a c', 200],
    ['a-and-bc', [All => 'Require mcp-scope a', [All => 'Require mcp-scope b',
        'Require mcp-scope c']], 401, 'a b c', 'a b c', 'a b c', 'a b c',
        'a b c'],
    ['far-or-a', [Any => 'Require ip 192.0.2.1', 'Require mcp-scope a'], 401,
        'a c', 200, 200, 'a c', 200],
    ['a-or-far', [Any => 'Require mcp-scope a', 'Require ip 192.0.2.1'], 401,
        'a c', 200, 200, 'a c', 200],
    ['near-or-a', [Any => 'Require ip 127.0.0.1', 'Require mcp-scope a'], 200,
        (200) x 5],
    ['a-or-near', [Any => 'Require mcp-scope a', 'Require ip 127.0.0.1'], 200,
        (200) x 5],
    ['near-and-a', [All => 'Require ip 127.0.0.1', 'Require mcp-scope a'], 401,
        'a c', 200, 200, 'a c', 200],
    ['a-and-near', [All => 'Require mcp-scope a', 'Require ip 127.0.0.1'], 401,
        'a c', 200, 200, 'a c', 200],
    ['far-and-a', [All => 'Require ip 192.0.2.1', 'Require mcp-scope a'], '-',
        ('-') x 5],
    ['a-and-far', [All => 'Require mcp-scope a', 'Require ip 192.0.2.1'], '-',
        ('-') x 5],
    ['a-and-post', [All => 'Require mcp-scope a', 'Require method POST'], '-',
        ('-') x 5],
    ['a-and-get', [All => 'Require mcp-scope a', 'Require method GET'], 401,
        'a c', 200, 200, 'a c', 200],
    ['closed', 'Require all denied', '-', ('-') x 5],
    ['open', 'Require all granted', 200, (200) x 5],
    # inside /gate/a
    ['a/inside', undef, 401, 'a c', 200, 200, 'a c', 200],
    ['a/instead', 'Require mcp-scope b', 401, 'b c', 'a b', 200, 'b c', 'a b'],
    ['a/and', "AuthMerging And\nRequire mcp-scope b", 401, 'a b c', 'a b', 200,
        'a b c', 'a b'],
    ['a/or', "AuthMerging Or\nRequire user bob", 401, 'a c', 200, 200, 200,
        200],
    ['a/and/valid', 'Require valid-user', 401, (200) x 5],
    # scopes that others include
    ['d', 'Require mcp-scope d', 401, 'c d', 'a d', 'a b d', 'c d', 'a d'],
);

sub block {
    my $b = shift;
    return "$b\n" unless ref $b;
    my ($kind, @inner) = @$b;
    return "<Require$kind>\n" . join('', map block($_), @inner)
        . "</Require$kind>\n";
}

my $backend = MCPBackend->new;
my $backend_port = $backend->port;
my $cgi = mpm() eq 'prefork' ? 'cgi' : 'cgid';
my $inner = join '', map { defined $_->[1]
    ? "<Location \"/gate/$_->[0]\">\n" . block($_->[1]) . "</Location>\n"
    : '' } @sections;
my $s = MCPServer->new(modules => [$cgi], config => <<"END");
MCPScope a "Do a"
MCPScope b "Do b"
MCPScope c "Do c"
MCPScope d "Do d"
MCPScope all-of-it "Do everything" includes=a,b,most
MCPScope most "Do most" includes=d
<Location "/gate">
    AuthType mcp
    Require  valid-user
</Location>
$inner
AliasMatch "^/gate/(?!tree|cgi|proxy)" "\${ROOT}/htdocs/text.txt"
Alias       "/gate/tree" "\${ROOT}/htdocs/tree"
Alias       "/plain"     "\${ROOT}/htdocs/tree"
ScriptAlias "/gate/cgi/" "\${CONF}/../htdocs/cgi-bin/"
ScriptAlias "/cgi/"      "\${CONF}/../htdocs/cgi-bin/"
<Location "/gate/proxy">
    ProxyPass "http://127.0.0.1:$backend_port/behind"
</Location>
ProxyPass "/proxy" "http://127.0.0.1:$backend_port/open"
<Location "/gate/open/errors">
    Require valid-user
    ErrorDocument 401 "/plain/error.txt"
    ErrorDocument 403 "/plain/error.txt"
</Location>
<Location "/gate/a/errors">
    ErrorDocument 401 "told in words"
    ErrorDocument 403 "/plain/error.txt"
</Location>
<Location "/gate/a/loop">
    ErrorDocument 401 "/gate/a/loop/error"
    ErrorDocument 403 "/gate/a/loop/error"
</Location>
<Directory "\${ROOT}/htdocs">
    Options       +Includes +FollowSymLinks
    AllowOverride All
    AddType         text/html .shtml
    AddOutputFilter INCLUDES  .shtml
    DirectoryIndex index.txt
    ErrorDocument 404 "/gate/cgi/env.pl"
</Directory>
<IfModule cgid_module>
    ScriptSock cgid
</IfModule>
CustomLog "\${ROOT}/logs/children" "%P %>s %U"
END

sub write_file {
    my ($name, $text) = @_;
    my $path = $s->root . "/htdocs/$name";
    (my $folder = $path) =~ s{/[^/]+$}{};
    mkdir $folder;
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out or die $!;
}
write_file('text.txt', "the file\n");
write_file('tree/index.txt', "the index\n");
write_file('tree/error.txt', "the error page\n");
write_file('tree/page.shtml', '<!--#echo var="REMOTE_USER" -->|'
    . '<!--#echo var="MCP_SUBJECT" -->|'
    . '<!--#include virtual="/gate/cgi/env.pl" -->');
write_file('tree/.htaccess', "RewriteEngine on\n"
    . "RewriteRule ^elsewhere\$ /gate/cgi/env.pl [L]\n"
    . "RewriteRule ^another\$ /mcp [L]\n");
$s->start;
my $c = $s->client;

my %journey;
for my $who (@tokens, 'ada: all-of-it') {
    my ($user, $scope) = split /: /, $who;
    $journey{$who} = $c->journey(resource => '/gate', user => $user,
        scope => $scope);
}
my %token = map { $_ => $journey{$_}{access_token} } keys %journey;
my $good = $token{'ada: a'};
my $metadata = $s->issuer . '/.well-known/oauth-protected-resource/gate';

# -- the Require lines -------------------------------------------------------

sub judged {
    my ($r, $expected, $name) = @_;
    return is($r->status, 200, "$name: let in") if $expected eq '200';
    return plainly_denied($r, "$name: plain 403") if $expected eq '-';
    return challenged($r, 401, {error => undef, resource_metadata => $metadata},
        "$name: 401, bare challenge (RFC 6750 3.1)") if $expected eq '401';
    return challenged($r, 403, {error => 'insufficient_scope',
        scope => $expected, resource_metadata => $metadata},
        "$name: insufficient_scope, $expected (MCP: missing and granted)");
}

unlike($c->get('/gate')->header('WWW-Authenticate'), qr/scope=/,
    'MCP: the first challenge asks for no scope of a section inside');
for (@sections) {
    my ($name, undef, $bare, @expected) = @$_;
    my $path = "/gate/$name";
    judged($c->get($path), $bare, "$path, no token");
    challenged($c->get($path, token => 'bad'), 401, {error => 'invalid_token',
        resource_metadata => $metadata}, "$path, a bad token: invalid_token")
        unless $bare eq '-';
    judged($c->get($path, token => $token{$tokens[$_]}), $expected[$_],
        "$path, $tokens[$_]") for 0 .. $#tokens;
}
is($c->get("/gate/$_", token => $token{'ada: all-of-it'})->status, 200,
    "MCPScope includes=: a scope opens what it includes: $_")
    for qw(a ab all user-and-a d);
judged($c->get('/gate/nested', token => $token{'ada: all-of-it'}),
    'a all-of-it b c d most', 'but nothing else');

# -- tokens that are none ----------------------------------------------------

my $claims = jwt_claims($good);
my ($header, $payload, $signature) = split /\./, $good;

sub forged {
    my ($head, $body, $sign) = @_;
    return join '.', ref $head ? encode_base64url(json_encode($head)) : $head,
        ref $body ? encode_base64url(json_encode($body)) : $body, $sign;
}

sub flip {
    my ($text, $at) = @_;
    substr $text, $at, 1, substr($text, $at, 1) eq 'A' ? 'B' : 'A';
    return $text;
}

my $head = jwt_header($good);
my ($jwk) = grep { $_->{kid} eq $head->{kid} }
    @{$c->get('/oauth/jwks')->json->{keys}};
require Digest::SHA;
my $hs256 = forged({%$head, alg => 'HS256'}, $payload, '');
$hs256 =~ s/\.$//;
$hs256 .= '.' . encode_base64url(Digest::SHA::hmac_sha256($hs256,
    json_encode($jwk)));
my $elsewhere = $c->journey(resource => '/mcp');
my $later = $c->journey(resource => '/gate', scope => 'a', until => 'code');

for (
    ['text that is no token', 'nonsense'], ['dots', '..'],
    ['one dot too few', "$header.$payload"],
    ['one dot too many', "$good.x"], ['one without a signature',
        "$header.$payload."],
    ['one with another signature', forged($header, $payload,
        flip($signature, 10))],
    ['one with half a signature', forged($header, $payload,
        substr $signature, 0, 43)],
    ['one with other claims', forged($header, {%$claims, scope => 'a b c'},
        $signature)],
    ['one with another header', forged({%$head, typ => 'JWT'}, $payload,
        $signature)],
    ['one with a changed character in its claims', forged($header,
        flip($payload, 20), $signature)],
    ['RFC 8725 3.1: alg none', forged({typ => 'at+jwt', alg => 'none'},
        $payload, '')],
    ['alg none with our kid', forged({%$head, alg => 'none'}, $payload, '')],
    ['alg None', forged({%$head, alg => 'None'}, $payload, $signature)],
    ['RFC 8725 3.1: HS256 with the public key', $hs256],
    ['one with crit', forged({%$head, crit => ['x'], x => 1}, $payload,
        $signature)],
    ['one with a key in its header', forged({%$head, jwk => $jwk}, $payload,
        $signature)],
    ['one of a key that is none', forged({%$head, kid => 'x'}, $payload,
        $signature)],
    ['one without kid', forged({typ => 'at+jwt', alg => 'ES256'}, $payload,
        $signature)],
    ['one in standard base64', do { (my $t = $good) =~ tr{_-}{/+}; $t .= '=';
        $t }],
    ['one with a blank in it', "$header. $payload.$signature"],
    ['a comma behind it', "$good,"], ['two of them', "$good $good"],
    ['one in quotes', qq("$good")], ['a refresh token',
        $elsewhere->{refresh_token}],
    ['an authorization code', $later->{code}],
    ['a client_id', $elsewhere->{client}{client_id}],
    ["RFC 8707: another location's token", $elsewhere->{access_token}],
    ['nothing', ''], ['a very long one', 'x' x 8000],
    ['bytes beyond ASCII', "\xc3\xa9\xff"], ['a NUL as an escape', "$good%00"],
) {
    my ($name, $token) = @$_;
    $c->secret($token) if length $token > 50;
    challenged($c->get('/gate/valid', headers => {
        Authorization => "Bearer $token"}), 401, {error => 'invalid_token',
        resource_metadata => $metadata},
        "RFC 6750 3.1: invalid_token for $name");
}
challenged($c->get('/gate/valid', headers => [Authorization => "Bearer $good",
    Authorization => "Bearer $good"]), 401, {error => 'invalid_token'},
    'RFC 6750 2: a token twice is none');
challenged($c->get('/gate/valid', headers => {Authorization => 'Bearer'}), 401,
    {error => 'invalid_token'}, 'Bearer alone is an empty token');
challenged($c->call_tool('/mcp', hello => {}, token => $good), 401,
    {error => 'invalid_token', resource_metadata =>
        $s->issuer . '/.well-known/oauth-protected-resource/mcp'},
    "RFC 8707: this location's token is refused by the other");
challenged($c->call_tool('/notes', hello => {}, token =>
    $elsewhere->{access_token}), 401, {error => 'invalid_token'},
    'RFC 8707: by each other');

# what is no token at all gets the challenge of one without
for (
    ['Basic', 'Basic ' . encode_base64('ada:password', '')],
    ['Basic with the token', "Basic $good"],
    ['a scheme that begins alike', "Bearerx $good"], ['nothing', ''],
    ['the token alone', $good], ['a tab for the blank', "Bearer\t$good"],
) {
    my ($name, $text) = @$_;
    my $r = $c->get('/gate/valid', headers => {Authorization => $text});
    is($r->status, 401, "no Bearer token: $name");
    my ($p, @faults) = challenge_of($r);
    ok(!@faults, "and one challenge: $name") or diag @faults;
}
for my $scheme ('bearer', 'BEARER', 'bEaReR', 'Bearer ', 'Bearer   ') {
    is($c->get('/gate/valid', headers => {Authorization => "$scheme $good"})
        ->status, 200, "RFC 9110 11.1: the scheme '$scheme' is Bearer");
}
challenged($c->get("/gate/valid?access_token=$good"), 401, {error => undef},
    'RFC 6750 2.3, MCP: a token in the query is ignored');
challenged($c->post('/gate/valid', form => {access_token => $good}), 401,
    {error => undef}, 'RFC 6750 2.2: in a form too');
challenged($c->get('/gate/valid', headers => {Cookie =>
    "access_token=$good"}), 401, {error => undef}, 'in a cookie too');
challenged($c->get('/gate/valid', headers => {$_ => "Bearer $good"}), 401,
    {error => undef}, "in the header $_ too")
    for qw(Proxy-Authorization X-Authorization X_Authorization);

# -- what is behind it -------------------------------------------------------

is($c->get('/gate/valid', token => $good)->body, "the file\n",
    'a static file is served');
is($c->get('/gate/tree/', token => $good)->body, "the index\n",
    'and a DirectoryIndex');
is($c->get('/gate/tree', token => $good)->status, 301,
    'and the slash is added');
is($c->get('/gate/valid', token => $good, headers => {Range => 'bytes=0-2'})
    ->body, 'the', 'and a range');
is($c->request(HEAD => '/gate/valid', token => $good)->status, 200, 'and HEAD');
is($c->request(HEAD => '/gate/valid')->status, 401, 'HEAD needs a token too');

sub environment {
    return {map { /^(\w+)=(.*)$/ ? ($1 => $2) : () } split /\n/, $_[0]->body};
}
my $env = environment($c->get('/gate/cgi/env.pl?a=b', token => $good));
is($env->{REMOTE_USER}, 'ada', 'RFC 3875 4.1.11: a CGI sees REMOTE_USER');
is($env->{AUTH_TYPE}, 'Bearer', 'RFC 3875 4.1.1: and AUTH_TYPE');
is($env->{MCP_SUBJECT}, $claims->{sub}, 'and MCP_SUBJECT');
is($env->{MCP_CLIENT}, $journey{'ada: a'}{client}{client_id}, 'MCP_CLIENT');
is($env->{MCP_SCOPES}, 'a', 'MCP_SCOPES');
is($env->{HTTP_X_MCP_AUTH_USER}, 'ada', 'and the headers');
is($env->{QUERY_STRING}, 'a=b', 'and its own query');
is(join(' ', grep { ($env->{$_} // '') =~ /\Q$signature\E/ } keys %$env), '',
    'but the token is nowhere');
$env = environment($c->get('/gate/cgi/env.pl', token => $token{'ada: a b'}));
is($env->{MCP_SCOPES}, 'a b', 'scopes are a list');
is($env->{HTTP_X_MCP_AUTH_SCOPES}, 'a,b', 'with commas in the header');

my ($line, $headers, $body) = asked($c->post('/gate/proxy/x?y=z',
    token => $good, json => {a => 1}));
is($line, 'POST /behind/x?y=z HTTP/1.1', 'a proxied backend is asked');
is($body, '{"a":1}', 'with the body');
is_deeply([named($headers, qr/^X-MCP-Auth-Subject$/i)], [$claims->{sub}],
    'with the subject');
is_deeply([named($headers, qr/^X-MCP-Auth-User$/i)], ['ada'], 'the user');
is_deeply([named($headers, qr/^X-MCP-Auth-Client$/i)],
    [$journey{'ada: a'}{client}{client_id}], 'the client');
is_deeply([named($headers, qr/^X-MCP-Auth-Scopes$/i)], ['a'], 'the scopes');
is_deeply([named($headers, qr/authorization/i)], [],
    'MCP: the client\'s token is not passed through');
is($c->get('/gate/proxy/x')->status, 401, 'without a token it is not asked');

# -- spoofed identity --------------------------------------------------------

my @spoofs = map { my $name = $_; map "$name$_", qw(Subject User Client Scopes
    Email Roles X) } qw(X-MCP-Auth- x-mcp-auth- X_MCP_AUTH_ x_mcp-auth_
    X-Mcp_Auth- X.MCP.Auth. X-MCP~Auth- X'MCP'Auth');
my %spoofs = map { $_ => 'mallory' } @spoofs;
for (['/gate/proxy/x', $good, 'a protected backend'], ['/proxy/x', undef,
    'a backend that is not protected']) {
    my ($path, $token, $name) = @$_;
    my (undef, $headers) = asked($c->get($path, token => $token,
        headers => \%spoofs));
    is(join(' ', map $_->[0], grep { $_->[1] =~ /mallory/ } @$headers), '',
        "no spoofed identity reaches $name");
    is_deeply([named($headers, qr/^x.mcp.auth.user$/i)],
        $token ? ['ada'] : [], 'but the true one alone');
}
for my $token ($good, undef) {
    my $r = $c->get($token ? '/gate/cgi/env.pl' : '/cgi/env.pl',
        token => $token, headers => \%spoofs);
    unlike($r->body, qr/mallory/, 'nor a CGI, '
        . ($token ? 'protected' : 'not protected'));
}
for my $tokens ('X-MCP-Auth-Subject', 'close, x-mcp-auth-subject',
    'X-MCP-Auth-Subject, X-MCP-Auth-User,x_mcp_auth_client',
    'keep-alive,	X-MCP-Auth-Scopes', 'AUTHORIZATION, X-MCP-AUTH-SUBJECT') {
    my @r = $c->raw("GET /gate/proxy/x HTTP/1.1\r\nHost: x\r\nConnection: "
        . "$tokens\r\nConnection: X-MCP-Auth-User\r\nAuthorization: Bearer "
        . "$good\r\n\r\n");
    my (undef, $headers) = asked($r[0]);
    is_deeply([map { named($headers, qr/^X-MCP-Auth-$_$/i) }
        qw(Subject User Scopes)], [$claims->{sub}, 'ada', 'a'],
        "Connection: $tokens does not take it away");
}
my (undef, $kept) = asked($c->get('/proxy/x', headers => {
    Authorization => 'Basic eDp5', 'X-MCP-Toolsets' => 'a',
    'Mcp-Session-Id' => 'b', 'X-Auth-Subject' => 'c'}));
is_deeply([map { named($kept, qr/^$_$/i) } qw(Authorization X-MCP-Toolsets
    Mcp-Session-Id X-Auth-Subject)], ['Basic eDp5', 'a', 'b', 'c'],
    'what is not ours passes where nothing is protected');
(undef, $kept) = asked($c->get('/gate/proxy/x', token => $good, headers => {
    'X-MCP-Toolsets' => 'a', 'Mcp-Session-Id' => 'b'}));
is_deeply([map { named($kept, qr/^$_$/i) } qw(X-MCP-Toolsets Mcp-Session-Id)],
    ['a', 'b'], 'and the headers of MCP pass anyway');

# nobody signed in is nobody
write_file('tree/who.shtml', '[<!--#echo var="REMOTE_USER" -->|'
    . '<!--#echo var="MCP_SUBJECT" -->]');
like($c->get('/plain/who.shtml', token => $good)->body,
    qr/^\[\(none\)\|\(none\)\]/, 'a token means nothing where none is asked');

# -- inside httpd ------------------------------------------------------------

my $page = $c->get('/gate/tree/page.shtml', token => $good)->body;
my ($user, $subject, $rest) = split /\|/, $page, 3;
is($user, 'ada', 'SSI sees REMOTE_USER');
is($subject, $claims->{sub}, 'and MCP_SUBJECT');
like($rest, qr/^REMOTE_USER=ada$/m, 'a subrequest keeps the user');
like($rest, qr/^MCP_SUBJECT=\Q$claims->{sub}\E$/m, 'and the identity');
$env = environment($c->get('/gate/tree/elsewhere', token => $good));
is($env->{REMOTE_USER}, 'ada', 'an internal redirect keeps the user');
is($env->{MCP_SUBJECT}, $claims->{sub}, 'and the identity');
$env = environment($c->get('/gate/tree/nowhere', token => $good));
is($env->{MCP_SUBJECT}, $claims->{sub}, 'and an ErrorDocument has it');
is($c->get('/gate/tree/another', token => $good)->status, 401,
    'RFC 9068 4: an internal redirect leads to no other resource');
like($c->get('/plain/page.shtml')->body, qr/an error occurred/,
    'a subrequest into it without a token is refused');
is($c->get('/plain/elsewhere')->status, 401,
    'and an internal redirect into it');

# -- ErrorDocument -----------------------------------------------------------

for (
    ['/gate/open/errors', undef, 401, undef],
    ['/gate/open/errors', 'bad', 401, 'invalid_token'],
    ['/gate/a/errors', undef, 401, undef],
    ['/gate/a/errors', $token{'ada: c'}, 403, 'insufficient_scope'],
    ['/gate/a/loop', undef, 401, undef],
    ['/gate/a/loop', $token{'ada: c'}, 403, 'insufficient_scope'],
) {
    my ($path, $token, $status, $error) = @$_;
    for my $accept ('application/json', 'text/html,*/*') {
        my $r = $c->get($path, token => $token, headers => {
            Accept => $accept, Origin => 'http://localhost:1'});
        challenged($r, $status, {error => $error,
            resource_metadata => $metadata},
            "ErrorDocument $status at $path leaves the challenge: $accept");
        is($r->header('Access-Control-Allow-Origin'), 'http://localhost:1',
            'and CORS');
    }
}
is($c->get('/gate/open/errors', headers => {Accept => 'text/html'})->body,
    "the error page\n", 'a browser gets the ErrorDocument');
is($c->get('/gate/open/errors')->json->{error}, 'invalid_token',
    'a program gets JSON');

# -- other issuers -----------------------------------------------------------

my $other = 'http://127.0.0.1:' . $s->port;
$s->configure(config => <<"END");
UseCanonicalName off
<VirtualHost 127.0.0.1:$s->{port}>
    ServerName localhost
    <Location "/gate">
        AuthType mcp
        Require  valid-user
    </Location>
</VirtualHost>
<VirtualHost 127.0.0.1:$s->{port}>
    ServerName 127.0.0.1
    MCPAuthIssuer $other
    <Location "/gate">
        AuthType      mcp
        Require       valid-user
        MCPPublicURL  @{[$s->issuer]}/gate
    </Location>
</VirtualHost>
END
write_file('gate', "the file\n");
$s->restart;
is($c->get('/gate', token => $good)->status, 200,
    'a token goes on over a restart');
challenged($c->get('/gate', token => $good, headers => {
    Host => '127.0.0.1:' . $s->port}), 401, {error => 'invalid_token'},
    'RFC 9068 4: another issuer does not take it, for the same resource');
my $oc = MCPClient->new(url => $other, log => $s->log);
my $foreign = $oc->journey(resource => $s->issuer . '/gate')->{access_token};
is($oc->get('/gate', token => $foreign)->status, 200, 'it takes its own');
challenged($c->get('/gate', token => $foreign), 401, {error => 'invalid_token'},
    'RFC 9068 4: which the first one refuses');
$s->stop;

# -- time --------------------------------------------------------------------

SKIP: {
    skip 'no libfaketime', 1
        unless glob '/usr/lib/*/faketime/libfaketimeMT.so.1';
    my $f = MCPServer->new(faketime => 1);
    $f->start;
    my $fc = $f->client;
    my $j = $fc->journey;
    my $call = sub { $fc->call_tool('/mcp', hello => {},
        token => $j->{access_token}) };
    is($call->()->status, 200, 'a token works');
    $f->set_clock(3500);
    is($call->()->status, 200, 'for most of an hour');
    $f->set_clock(3700);
    challenged($call->(), 401, {error => 'invalid_token'},
        'RFC 6750 3.1: an expired token is invalid_token');
    $f->set_clock(-3600);
    challenged($call->(), 401, {error => 'invalid_token'},
        'one from the future too');
    $f->set_clock(0);
    is($call->()->status, 200, 'and it is good in its time');
    $f->stop;
}

done();
