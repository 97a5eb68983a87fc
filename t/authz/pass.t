# Licensed under the Apache License, Version 2.0; see LICENSE.
# MCPPass: what handlers and backends learn of the user, in which form, and that
# nobody but this server can say it.
use strict;
use warnings;
use utf8;
use MCPTest;
use MCPAnswer;
use MCPBackend;
use MCPKey;
use MCPServer;

my $cgi = mpm() eq 'prefork' ? 'cgi' : 'cgid';
my $has_http2 = mpm() ne 'prefork';
my $backend = MCPBackend->new;
my $fcgi = MCPBackend->new(kind => 'fcgi');

# Below /files, by what MCPPass says there; each has a proxy, a CGI, a FastCGI
# and a handler of another module.
my @all = qw(subject user client scopes issuer email name picture roles
    permissions organization claims);
my %pass = (default => undef, all => "@all", none => 'none',
    some => 'roles email', signed => 'roles assertion',
    everything => "@all assertion", alone => 'assertion');
my $inner = join '', map { my $name = $_; <<"END" } sort keys %pass;
<Location "/files/$name">
    @{[defined $pass{$name} ? "MCPPass $pass{$name}" : '']}
</Location>
<Location "/files/$name/proxy">
    ProxyPass "http://127.0.0.1:@{[$backend->port]}/behind"
</Location>
<Location "/files/$name/fcgi">
    ProxyPass "fcgi://127.0.0.1:@{[$fcgi->port]}/behind"
</Location>
<Location "/files/$name/me">
    SetHandler acme-me
</Location>
ScriptAlias "/files/$name/cgi/" "\${CONF}/../htdocs/cgi-bin/"
END
my @modules = ($cgi, 'proxy_fcgi', 'log_config', $has_http2 ? 'http2' : ());
my $config = <<"END";
LoadModule acme_module \${MODULES}/mod_acme.so
@{[$has_http2 ? 'Protocols h2c http/1.1' : '']}
CustomLog "\${ROOT}/logs/words" "@{[join '|', map "%{$_}^mc", @all]}"
$inner
<Location "/payroll">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   acme:*
</Location>
<Location "/other">
    AuthType  mcp
    Require   valid-user
    ProxyPass "http://127.0.0.1:@{[$backend->port]}/other"
    MCPPass   assertion
</Location>
<Location "/tokens">
    AuthType       mcp
    Require        valid-user
    SetHandler     acme-me
    MCPTokenClaims email roles claims
</Location>
MCPScope wiki:read "Read the wiki" \\
    "expr=%{MCP_EMAIL} =~ /\@example\\.com\$/ && %{MCP_NAME} == 'Ada' && \\
        %{MCP_ROLES} == 'editor,x' && %{MCP_PERMISSIONS} == 'read' && \\
        %{MCP_ORGANIZATION} == 'org_1' && %{MCP_ISSUER} == 'httpd'"
<Location "/wiki">
    AuthType   mcp
    Require    mcp-scope wiki:read
    SetHandler acme-me
</Location>
<Location "/anonymous">
    AuthType  mcp
    Require   all granted
    ProxyPass "http://127.0.0.1:@{[$backend->port]}/anonymous"
</Location>
ProxyPass   "/plain/proxy" "http://127.0.0.1:@{[$backend->port]}/plain"
ProxyPass   "/plain/fcgi"  "fcgi://127.0.0.1:@{[$fcgi->port]}/plain"
ScriptAlias "/plain/cgi/"  "\${CONF}/../htdocs/cgi-bin/"
<Location "/plain/me">
    SetHandler acme-me
</Location>
Alias "/files/page" "\${ROOT}/htdocs"
<Directory "\${ROOT}/htdocs">
    Require all granted
    Options +Includes +FollowSymLinks
    AllowOverride All
    AddType         text/html .shtml
    AddOutputFilter INCLUDES  .shtml
    DirectoryIndex  index.txt
    ErrorDocument   404 "/plain/cgi/env.pl"
</Directory>
<IfModule cgid_module>
    ScriptSock cgid
</IfModule>
END
my $s = MCPServer->new(modules => \@modules, config => $config);

sub write_file {
    my ($name, $text) = @_;
    open my $out, '>', $s->root . "/htdocs/$name" or die "$name: $!";
    print $out $text;
    close $out or die $!;
}
write_file('index.txt', "the index\n");
write_file('include.shtml', join '', map
    qq(<<<$_\n<!--#include virtual="$_"-->),
    qw(/plain/cgi/env.pl /files/none/cgi/env.pl /files/all/cgi/env.pl));
write_file('echo.shtml', join '|', map
    qq(<!--#echo encoding="none" var="$_"-->),
    qw(REMOTE_USER MCP_EMAIL MCP_ROLES MCP_SUBJECT));
write_file('.htaccess', "RewriteEngine on\n"
    . "RewriteRule ^elsewhere\$ /plain/cgi/env.pl [L]\n"
    . "RewriteRule ^none\$ /files/none/cgi/env.pl [L]\n"
    . "RewriteRule ^backend\$ /plain/proxy/x [L]\n");
$s->start;
my $c = $s->client;

my $j = $c->journey(resource => '/files', scope => 'notes:read notes:write');
my $token = $j->{access_token};
my $own = jwt_claims($token);
my $client = $j->{client}{client_id};

sub get {
    my ($path, %headers) = @_;
    return $c->get($path, token => $token, headers => \%headers);
}
# What a backend was told: the headers of ours, by what follows X-MCP-Auth-, in
# any spelling.
sub told {
    my (undef, $headers) = asked(shift);
    return {map { lc $_->[0] =~ /^x.mcp.auth.(.*)/ ? ($1 => $_->[1]) : () }
        map [lc $_->[0], $_->[1]], @$headers};
}
sub environment {
    return {map { /^(\w+)=(.*)$/ ? ($1 => $2) : () } split /\n/, $_[0]->body};
}
sub parameters { return {map { $_->[0] => $_->[1] } @{(asked(shift))[1]}} }
# The variables of ours, and the headers as a CGI sees them.
sub ours {
    my $env = shift;
    return {map { /^(?:MCP_(?!GRANT|DECISION)|REMOTE_USER$|HTTP_X_MCP)/
        ? ($_ => $env->{$_}) : () } keys %$env};
}
sub seen { return ours(environment(shift)) }
sub as_variables { return map { uc("HTTP_X_MCP_AUTH_$_") => $_[0]{$_} }
    keys %{$_[0]} }

# -- a user of whom nothing else is known --------------------------------------

my %default = (subject => 'ada', user => 'ada', client => $client,
    scopes => 'notes%3Aread,notes%3Awrite');
is_deeply(told(get('/files/default/proxy/x')), \%default,
    'a backend learns who calls, through which client, and what was granted');
is_deeply(told(get('/files/all/proxy/x')), {%default, issuer => 'httpd'},
    'what nobody said is not there');
is_deeply(told(get('/files/none/proxy/x')), {}, 'none: nothing');
is_deeply(told(get('/files/some/proxy/x')), {}, 'nor what is not known');
is_deeply(seen(get('/files/default/cgi/env.pl')), {REMOTE_USER => 'ada',
    MCP_SUBJECT => 'ada', MCP_CLIENT => $client,
    MCP_SCOPES => 'notes:read notes:write', as_variables(\%default)},
    'a CGI has it in its environment');
is_deeply(seen(get('/files/none/cgi/env.pl')), {REMOTE_USER => 'ada'},
    'none: REMOTE_USER alone, which is httpd\'s');

# -- one of whom much is known -------------------------------------------------

my $claims = qq({"sub":"248","x":["?>",{"\x{fc}":"~"}]});
utf8::encode(my $claims_bytes = $claims);
my %ada = (email => 'ada@example.com', name => "Ada L\x{f6}velace",
    picture => 'https://img.example/ada?s=1', organization => 'org_1',
    roles => ['admin', 'Manager, Europe', '50%'], permissions => [],
    claims => $claims);
$s->provider_says($token, %ada);
my %header = (%default, issuer => 'httpd', email => 'ada%40example.com',
    name => 'Ada%20L%C3%B6velace', organization => 'org_1',
    picture => 'https%3A%2F%2Fimg.example%2Fada%3Fs%3D1',
    roles => 'admin,Manager%2C%20Europe,50%25', permissions => '',
    claims => encode_base64url($claims_bytes));
my %variable = (REMOTE_USER => 'ada', MCP_SUBJECT => 'ada',
    MCP_CLIENT => $client, MCP_SCOPES => 'notes:read notes:write',
    MCP_ISSUER => 'httpd', MCP_EMAIL => 'ada@example.com',
    MCP_NAME => "Ada L\xc3\xb6velace", MCP_ORGANIZATION => 'org_1',
    MCP_PICTURE => 'https://img.example/ada?s=1',
    MCP_ROLES => 'admin,Manager%2C Europe,50%25', MCP_PERMISSIONS => '',
    MCP_CLAIMS => $claims_bytes);
is_deeply(told(get('/files/all/proxy/x')), \%header,
    'a backend learns all, encoded');
is_deeply(seen(get('/files/all/cgi/env.pl')),
    {%variable, as_variables(\%header)}, 'and a CGI all of it as it is');
is_deeply(ours(parameters(get('/files/all/fcgi/x'))),
    {%variable, as_variables(\%header)}, 'and a FastCGI');
is_deeply(told(get('/files/default/proxy/x')), \%default,
    'what is not named is not told');
is_deeply(told(get('/files/some/proxy/x')), {map { $_ => $header{$_} }
    qw(email roles)}, 'what is named alone');
is_deeply(seen(get('/files/some/cgi/env.pl')), {REMOTE_USER => 'ada',
    (map { $_ => $variable{$_} } qw(MCP_EMAIL MCP_ROLES)),
    as_variables({map { $_ => $header{$_} } qw(email roles)})},
    'also in the environment');
is_deeply(told(get('/files/none/proxy/x')), {}, 'none: still nothing');
is(join('|', @{environment(get('/files/none/cgi/env.pl'))}{qw(MCP_GRANT
    MCP_DECISION)}), join('|', encode_base64url(sha256($own->{grant})),
    'granted'), 'what is no identity word is not MCPPass\'s affair');
unlike(get("/files/$_/x")->body, qr/\Q$token\E|^authorization/mi,
    "the client's token does not pass: $_")
    for qw(all/fcgi all/proxy none/proxy alone/proxy);

is(get('/files/none/me')->body, "subject=ada\nissuer=httpd\n"
    . "email=ada\@example.com\norganization=org_1\nscope=notes:read\n"
    . "scope=notes:write\nrole=admin\nrole=Manager, Europe\nrole=50%\n"
    . "claims=$claims_bytes\n",
    'a handler that is no tool learns all of the principal');
is($c->get('/plain/me')->body, "nobody\n", 'where nothing is protected, nobody');
is($c->get('/plain/me', token => $token)->body, "nobody\n",
    'a token is not looked at there');
is($c->get('/files/none/me')->status, 401, 'and nobody comes in without one');

# what mod_log_config was given, which escapes it
my $logged;
$s->await('a line of the log', sub {
    open my $in, '<:raw', $s->root . '/logs/words' or return;
    ($logged) = grep /ada\@example/, <$in>;
});
chomp $logged;
my $brief = substr($client, 0, 20) . '~' . encode_base64url(sha256($client));
is($logged, join('|', 'ada', 'ada', $brief, 'notes:read notes:write', 'httpd',
    'ada@example.com', 'Ada L\xC3\xB6velace', 'https://img.example/ada?s=1',
    'admin,Manager%2C Europe,50%25', '-', 'org_1',
    '{\x22sub\x22:\x22248\x22,\x22x\x22:[\x22?>\x22,{\x22\xC3\xBC\x22:\x22~'
    . '\x22}]}'), 'a log has all words');

# -- it changes ----------------------------------------------------------------

$s->provider_says($token, roles => ['guest'], email => undef, name => undef);
is_deeply(told(get('/files/some/proxy/x')), {roles => 'guest'},
    'what the provider says later counts at once, with the same token');
$s->provider_says($token, %ada);

# -- tools ---------------------------------------------------------------------

my $p = $c->journey(resource => '/payroll');
sub payroll {
    my $r = $c->call_tool('/payroll', payroll => {employee => 'Bob'},
        token => $p->{access_token})->json->{result};
    return ($r->{isError} ? 'no: ' : '') . $r->{content}[0]{text};
}
is(payroll(), 'no: Only the payroll office may ask that.',
    'who has no role is refused by a tool');
$s->provider_says($p->{access_token}, roles => ['payroll'], name => 'Ada',
    claims => '{"department":"Accounts"}');
is(payroll(), 'Paid to Bob by Ada of Accounts.',
    'who has it is not, and a claim is at hand');
$s->provider_says($p->{access_token}, roles => ['payrol'], claims => undef,
    permissions => ['payroll:read']);
is(payroll(), 'Paid to Bob by Ada of no department.',
    'a permission does as well');

# -- who may be granted a scope --------------------------------------------------

sub wiki { return $c->journey(resource => '/wiki', scope => 'wiki:read',
    browser => $j->{browser}, @_) }
my %editor = (email => 'ada@example.com', name => 'Ada', organization =>
    'org_1', roles => ['editor', 'x'], permissions => ['read']);
is(wiki()->{returned}{error}, 'access_denied',
    'MCPScope expr= knows what the provider says: nothing here');
for ([email => 'ada@example.org'], [name => 'Bob'], [roles => ['editor']],
    [permissions => []], [organization => undef]) {
    $s->provider_said(%editor, @$_);
    is(wiki()->{returned}{error}, 'access_denied', "another $_->[0]");
}
$s->provider_said(%editor);
my $w = wiki();
is(jwt_claims($w->{access_token})->{scope}, 'wiki:read', 'and all that is right');
like($c->get('/wiki', token => $w->{access_token})->body,
    qr/^role=editor\nrole=x$/m, 'a grant has what the browser\'s session has');

# -- access tokens -------------------------------------------------------------

my $t = $c->journey(resource => '/tokens');
is(join(' ', sort keys %{jwt_claims($t->{access_token})}),
    'aud client_id exp grant iat idp iss jti scope sub',
    'MCPTokenClaims: what nobody said is not in a token');
$s->provider_says($t->{access_token}, %ada);
my $newer = $c->refresh($t)->json->{access_token};
my $in = jwt_claims($newer);
is_deeply([@$in{qw(email roles claims)}], [$ada{email}, $ada{roles},
    json_decode($claims_bytes)], 'what was said meanwhile is in the next one');
is(join(' ', grep exists $in->{$_}, qw(name picture permissions organization)),
    '', 'but for what is not named');
$s->provider_says($t->{access_token}, roles => ['guest']);
like($c->get('/tokens', token => $newer)->body, qr/^role=guest$/m,
    'here the provider is believed, not the token');

# -- the assertion -------------------------------------------------------------

my $jwks = $c->get('/oauth/jwks')->json;
my $began = time;
my $told = told(get('/files/signed/proxy/x'));
my $assertion = $told->{assertion};
is_deeply($told, {roles => $header{roles}, assertion => $assertion},
    'a backend gets an assertion beside what is named');
$c->secret($assertion);
is(jwt_header($assertion)->{typ}, 'mcp-identity+jwt', 'with a typ of its own');
ok(MCPKey::verifies($assertion, $jwks), 'a key of our JWK Set verifies it');
ok(!MCPKey::verifies($assertion =~ s/\.(.)/$1 eq 'A' ? '.B' : '.A'/er, $jwks),
    'but not another text');
my $said = jwt_claims($assertion);
my $jti = delete $said->{jti};
cmp_ok($said->{iat}, '>=', $began, 'iat is now');
is(delete($said->{exp}) - delete($said->{iat}), 60, 'exp is a minute later');
is_deeply($said, {iss => $s->issuer, aud => $c->resource('/files'),
    sub => 'ada', idp => 'httpd', client_id => $client,
    roles => $ada{roles}}, 'it says for whom it is, of whom, and what is named');
isnt(jwt_claims(told(get('/files/signed/proxy/x'))->{assertion})->{jti}, $jti,
    'each has a jti of its own');
$said = jwt_claims(told(get('/files/everything/proxy/x'))->{assertion});
is_deeply({map { $_ => $said->{$_} } qw(email name picture organization roles
    permissions claims username scope)}, {%ada,
    claims => json_decode($claims_bytes), username => 'ada',
    scope => 'notes:read notes:write'}, 'with all words');
is(join(' ', sort keys %{jwt_claims(told(get('/files/alone/proxy/x'))
    ->{assertion})}), 'aud client_id exp iat idp iss jti sub', 'with none');
my $o = $c->journey(resource => '/other');
is(jwt_claims(told($c->get('/other/x', token => $o->{access_token}))
    ->{assertion})->{aud}, $c->resource('/other'), 'aud is the location');
is(seen(get('/files/signed/cgi/env.pl'))->{MCP_ASSERTION}, undef,
    'the environment has no assertion');
challenged($c->get('/files/default/me', token => $assertion), 401,
    {error => 'invalid_token'}, 'it opens nothing here');
is(told($c->get('/anonymous/x'))->{assertion}, undef,
    'of nobody there is none');

# -- what does not fit -----------------------------------------------------------

my @many = map "role number $_", 1 .. 600;
$s->provider_says($token, roles => \@many);
is_deeply(told(get('/files/some/proxy/x')), {email => $header{email}},
    'a list that a backend could not take is left out');
is(scalar(split /,/, seen(get('/files/some/cgi/env.pl'))->{MCP_ROLES}), 600,
    'the environment has it');
$told = told(get('/files/everything/proxy/x'));
ok(!exists $told->{roles} && !exists jwt_claims($told->{assertion})->{roles}
    && exists $told->{organization}, 'nor is it in an assertion');
cmp_ok($s->logged(qr/MCP00878: with X-MCP-Auth-Roles the headers would be too /),
    '>', 0, 'which the log says');
$s->provider_says($token, roles => [@many[0 .. 79]],
    permissions => [@many[100 .. 179]]);
my (undef, $headers) = asked(get('/files/everything/proxy/x'));
my $size = 0;
$size += length("$_->[0]: $_->[1]") + 2
    for grep { $_->[0] =~ /^X-MCP/i } @$headers;
cmp_ok($size, '<=', 6144, 'all of them together have 6 KiB at most');
cmp_ok($size, '>', 4096, 'which are used');
$s->provider_says($token, %ada);

# -- forged ----------------------------------------------------------------------

my @forms = ('X-MCP-Auth-', 'X_MCP_Auth_', 'x-mcp_auth-', 'X.MCP.AUTH.');
my %forged = map { my $form = $_; map { ("$form$_" => 'mallory') }
    qw(Subject roles Assertion Anything) } @forms;
my @forged = (%forged, 'X-MCP-Auth-Roles' => 'mallory',
    'X-MCP-Auth-Roles' => 'mallory');
for my $method (qw(GET OPTIONS POST)) {
    for my $what (qw(default none alone)) {
        my $r = $c->request($method => "/files/$what/proxy/x",
            token => $token, headers => \@forged);
        is($r->status, 200, "$method $what");
        unlike($r->body, qr/mallory/, 'nothing forged passes');
        ok(!exists told($r)->{roles}, 'not even its name');
    }
    for my $path (qw(/plain/proxy/x /anonymous/x)) {
        is_deeply(told($c->request($method => $path, headers => \@forged)), {},
            "nor where nobody has to sign in: $method $path");
    }
}
for my $path (qw(/files/all/cgi/env.pl /files/all/fcgi/x /plain/cgi/env.pl
    /plain/fcgi/x)) {
    my $r = $c->get($path, token => $path =~ /files/ ? $token : undef,
        headers => \@forged);
    is($r->status, 200, $path);
    unlike($r->body, qr/mallory/, "nor in $path");
}
for my $tokens ('X-MCP-Auth-Roles', 'x_mcp_auth_roles, close',
    "close,x-mcp-auth-roles\tX-MCP-Auth-Email", 'X-MCP-Auth-Assertion, close') {
    my @r = $c->raw("GET /files/everything/proxy/x HTTP/1.1\r\nHost: localhost"
        . "\r\nConnection: $tokens\r\nAuthorization: Bearer $token\r\n\r\n");
    my $told = told($r[0]);
    is_deeply([@$told{qw(email roles)}], [@header{qw(email roles)}],
        "Connection: $tokens takes nothing away");
    ok($told->{assertion}, 'nor the assertion');
}

SKIP: {
    skip 'no HTTP/2 under prefork', 4 unless $has_http2;
    my $curl = sub {
        my ($path, @more) = @_;
        open my $from, '-|', 'curl', '-s', '-w', '%{http_version}',
            '--http2-prior-knowledge', (map { ('-H', "$_: mallory") }
            sort keys %forged), @more, $s->issuer . $path or die $!;
        local $/;
        return bless {body => scalar <$from>}, 'MCPClient::Response';
    };
    my $r = $curl->('/files/all/proxy/x', '-H', "Authorization: Bearer $token");
    like($r->body, qr/\r\n\r\n2$/, 'HTTP/2');
    unlike($r->body, qr/mallory/, 'nothing forged passes');
    is_deeply(told($r), \%header, 'and what is true does');
    is_deeply(told($curl->('/plain/proxy/x')), {},
        'nor where nobody has to sign in');
}

# -- inside httpd ------------------------------------------------------------------

is(get('/files/page/')->body, "the index\n", 'a DirectoryIndex');
is(get('/files/page/echo.shtml')->body, 'ada|(none)|(none)|ada',
    'SSI has what is passed');
my $page = get('/files/page/include.shtml')->body;
my %part = map { /^(\S+)\n(.*)/s ? ($1 => environment(bless {body => $2},
    'MCPClient::Response')) : () } split /<<</, $page;
my ($plain, $none, $whole) = @part{map "/$_/cgi/env.pl", qw(plain files/none
    files/all)};
is_deeply([map $_->{HTTP_X_MCP_AUTH_EMAIL}, $plain, $none, $whole],
    [undef, undef, 'ada%40example.com'],
    'a subrequest has the headers of where it leads');
is_deeply([map $_->{HTTP_X_MCP_AUTH_SUBJECT}, $plain, $none, $whole],
    [undef, undef, 'ada'], 'and no others');
is_deeply([map $_->{MCP_SUBJECT}, $none, $whole], [undef, 'ada'],
    'and its environment');
is_deeply(seen(get('/files/page/none')), {REMOTE_USER => 'ada'},
    'so has an internal redirect');
is(environment(get('/files/page/elsewhere'))->{HTTP_X_MCP_AUTH_SUBJECT}, undef,
    'out of the location it has none');
is_deeply(told(get('/files/page/backend')), {},
    'and another backend learns nothing');
my $r = get('/files/page/nowhere');
is($r->status, 404, 'an ErrorDocument elsewhere');
is(environment($r)->{HTTP_X_MCP_AUTH_SUBJECT}, undef, 'has none either');

# -- behind a body -------------------------------------------------------------------

# A body in chunks, and behind it what a server may take for headers.
sub chunked {
    my ($path, $bearer) = @_;
    my $trailers = join '', map "$_: mallory\r\n", sort keys %forged;
    my ($r) = $c->raw("POST $path HTTP/1.1\r\nHost: localhost\r\n"
        . ($bearer ? "Authorization: Bearer $bearer\r\n" : '')
        . "Connection: close\r\nTransfer-Encoding: chunked\r\n"
        . "Trailer: X-MCP-Auth-Subject\r\n\r\n5\r\nhello\r\n0\r\n$trailers"
        . "X-Merged: yes\r\nAuthorization: Bearer x\r\n"
        . "Connection: X-MCP-Auth-Email\r\n\r\n");
    return $r;
}
for my $merges (0, 1) {
    $s->configure(modules => \@modules, config => "MergeTrailers on\n$config")
        if $merges;
    $s->restart if $merges;
    my $r = chunked('/files/everything/proxy/x', $token);
    is($r->status, 200, 'a body in chunks');
    unlike($r->body, qr/mallory/, 'nothing forged stands behind it');
    my $told = told($r);
    is_deeply([@$told{qw(email roles subject)}], [@header{qw(email roles
        subject)}], 'and what is true stays');
    ok($told->{assertion}, 'with an assertion');
    my (undef, $headers) = asked($r);
    is_deeply([named($headers, qr/^authorization$/i)], [], 'but no token');
    unlike(chunked('/plain/proxy/x')->body, qr/mallory/,
        'nor where nobody has to sign in');
    $r = chunked('/files/all/fcgi/x', $token);
    unlike($r->body, qr/mallory/, 'nor in a FastCGI');
    my $seen = parameters($r);
    is_deeply(ours($seen), {%variable, as_variables(\%header)},
        'which learns what is true');
    is($seen->{HTTP_X_MERGED}, $merges ? 'yes' : undef,
        $merges ? 'MergeTrailers does what it is for' : 'no trailer passes');
    is($seen->{HTTP_AUTHORIZATION}, undef, 'but brings no token back');
    unlike(chunked('/plain/fcgi/x')->body, qr/mallory/,
        'nor where nobody has to sign in');
}
done();
