#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# What holds for a location in the end, as -D DUMP_MCP prints it: defaults,
# server, virtual host, sections around and the section itself.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Conf;

my $idp = "<MCPIdentityProvider httpd file>\nAuthUserFile htpasswd\n</MCPIdentityProvider>\n";
my $plain = "AuthType mcp\nRequire valid-user\n";

sub location { return "<Location \"$_[0]\">\n" . join("\n", @_[1 .. $#_]) . "\n</Location>\n" }
sub host { return "<VirtualHost *:443>\nServerName $_[0]\n$_[1]</VirtualHost>\n" }

# -- defaults --

{
    my $site = dump_of("ServerName https://h.example\n$idp" . location('/mcp', $plain))->{'h.example'};
    my $mcp = $site->{sections}{'<Location "/mcp">'};
    is($site->{issuer}, 'https://h.example', 'the issuer is ServerName as written');
    is($site->{$_}, "https://h.example/oauth/$_", "the $_ endpoint is below /oauth")
        for qw(authorize token register revoke jwks);
    is($site->{introspect}, undef, 'nobody may introspect');
    is($site->{MCPRedirectSchemes}, 'cursor vscode vscode-insiders claude zed windsurf', 'default schemes');
    is($site->{MCPStore}, 'sqlite', 'default store');
    is($site->{MCPLimit}, 'sessions=10000 streams=1000 messages=32M calls=60000/min completions=1200/min tasks=8 proofs=100000 sign-ins=600/h sign-in-failures=10/min fetches=20 registrations=600/h token-failures=600/min audit=600/min', 'default limits');
    is($site->{MCPFetch}, 'timeout=10s connect-timeout=3s', 'default times of requests');
    is($site->{MCPAuditLog}, 'none', 'no audit log');
    is($site->{MCPClientMetadata}, 'any', 'documents of any host count');
    is($site->{MCPStateDirectory}, root() . '/state/mcp-oauth', 'the state starts at ServerRoot');
    is($mcp->{resource}, 'https://h.example/mcp', 'the resource is origin and path');
    is($mcp->{metadata}, 'https://h.example/.well-known/oauth-protected-resource/mcp', 'RFC 9728 3.1: the well-known stands before the path');
    is($mcp->{MCPAuthMode}, 'broker', 'default mode');
    is($mcp->{MCPAllowOrigin}, 'self loopback', 'default origins');
    is($mcp->{MCPDPoP}, 'none', 'tokens are bound to no key');
    is($mcp->{MCPLifetime}, 'access-token=1h refresh-token=30d grant=90d unconfirmed=1d refresh-grace=2min code=1min sign-in=15min consent=90d browser-session=8h registration=unlimited assertion=5min identity=1min introspection=1min signing-key=90d session=1h task=1h', 'default lifetimes');
    is($mcp->{MCPIdentityProvider}, 'httpd file (httpd)', 'the provider and its label');
    is($mcp->{MCPTitle}, undef, 'no title');
    is($mcp->{MCPTokenClaims}, 'none', 'no further claims');
    is($mcp->{MCPPass}, 'subject user client scopes', 'what backends learn');
}

# -- a store of many nodes, in its words and without its password --

SKIP: {
    $ENV{MCP_PASSWORD} = 'sesame';
    $ENV{MCP_SEALING} = 's' x 44;
    my ($has_redis) = check("ServerName h\nMCPStore redis redis://127.0.0.1\n");
    skip 'this build has no Redis', 3 unless $has_redis;
    my $shown = sub { dump_of("ServerName https://h.example\n$idp" . "MCPStore @_\nMCPSealingKey env:MCP_SEALING\n"
        . location('/mcp', $plain))->{'h.example'}{MCPStore} };
    is($shown->('redis redis://127.0.0.1'), 'redis redis://127.0.0.1 timeout=300ms', 'the default time');
    is($shown->('redis redis://mcp@127.0.0.1/2 timeout=1500ms password=env:MCP_PASSWORD'),
        'redis redis://mcp@127.0.0.1/2 password=env:MCP_PASSWORD timeout=1500ms', 'where the password comes from');
    is($shown->('redis redis+unix:/run/redis.sock timeout=2s password=sesame'),
        'redis redis+unix:/run/redis.sock "password=a literal" timeout=2s', 'one that stands there is not shown');
}

# -- inner over outer --

{
    my $sites = dump_of(<<"END");
MCPTitle "Everywhere"
MCPLifetime access-token=10min code=2min
MCPScope a "A of the server" default
MCPScope b "B of the server"
MCPScope d "D" "expr=%{MCP_USER} == 'ada'"
MCPDPoP optional
MCPTokenClaims user email
MCPPass roles assertion
MCPRedirectSchemes +one
MCPAuditLog logs/audit
$idp
@{[ host('https://x.example', <<"HOST") ]}
MCPTitle "Here"
MCPLifetime code=3min grant=10d
MCPScope b "B of the host" includes=a
MCPRedirectSchemes +two -zed
@{[ location('/', 'MCPAllowOrigin self', 'MCPDocumentation https://docs.example/') ]}
@{[ location('/mcp', $plain, 'MCPDPoP require', 'MCPTitle "Inside"', 'MCPLifetime grant=20d', 'MCPTokenClaims none', 'MCPPass none', 'MCPScope c "C"') ]}
@{[ location('/own', $plain, 'MCPIdentityProvider httpd file', 'AuthUserFile x', 'MCPAllowOrigin any') =~ s/MCPIdentityProvider httpd file\nAuthUserFile x/<MCPIdentityProvider httpd file>\nAuthUserFile x\nLabel Guests\n<\/MCPIdentityProvider>/r ]}
HOST
@{[ host('https://z.example', "MCPAuditLog \"|rotatelogs x\"\n" . location('/mcp', $plain)) ]}
@{[ host('https://n.example', "MCPAuditLog none\n" . location('/mcp', $plain)) ]}
@{[ host('https://y.example', "MCPRedirectSchemes only\n" . location('/mcp', $plain)) ]}
END
    my $mcp = $sites->{'x.example'}{sections}{'<Location "/mcp">'};
    my $own = $sites->{'x.example'}{sections}{'<Location "/own">'};
    my $other = $sites->{'y.example'}{sections}{'<Location "/mcp">'};
    is($sites->{'x.example'}{MCPAuditLog}, root() . '/logs/audit', 'a virtual host inherits the audit log');
    is($sites->{'z.example'}{MCPAuditLog}, '"|rotatelogs x"', 'or has its own');
    is($sites->{'n.example'}{MCPAuditLog}, 'none', 'or none');
    is($mcp->{MCPTitle}, 'Inside', 'a location overrides its virtual host');
    is($own->{MCPTitle}, 'Here', 'a virtual host overrides the server');
    is($other->{MCPTitle}, 'Everywhere', 'a virtual host inherits from the server');
    is($mcp->{MCPLifetime}, 'access-token=10min refresh-token=30d grant=20d unconfirmed=1d refresh-grace=2min code=3min sign-in=15min consent=90d browser-session=8h registration=unlimited assertion=5min identity=1min introspection=1min signing-key=90d session=1h task=1h', 'lifetimes are merged key by key');
    is($other->{MCPLifetime} =~ /code=(\S+)/ && $1, '2min', 'and one host does not see the other');
    is($mcp->{MCPScope}, q(a "A of the server" default, b "B of the host" includes=a, d D "expr=%{MCP_USER} == 'ada'", c C), 'scopes add up, the same name replaces');
    is($other->{MCPScope}, q(a "A of the server" default, b "B of the server", d D "expr=%{MCP_USER} == 'ada'"), 'and keep what they were elsewhere');
    is($mcp->{MCPTokenClaims}, 'none', 'none replaces the inherited claims');
    is($own->{MCPTokenClaims}, 'user email', 'which else are inherited');
    is($mcp->{MCPPass}, 'none', 'so does it what is passed on');
    is($own->{MCPPass}, 'roles assertion', 'which else is inherited');
    is($mcp->{MCPDPoP}, 'require', 'a location asks for more');
    is($own->{MCPDPoP}, 'optional', 'than what is inherited');
    is($mcp->{MCPAllowOrigin}, 'self', 'a section around counts');
    is($mcp->{MCPDocumentation}, 'https://docs.example/', 'with all that it says');
    is($own->{MCPAllowOrigin}, 'any', 'and is overridden');
    is($mcp->{MCPIdentityProvider}, 'httpd file (httpd)', 'providers are inherited');
    is($own->{MCPIdentityProvider}, 'httpd file (Guests)', 'a location with its own replaces them');
    is($sites->{'x.example'}{MCPRedirectSchemes}, 'cursor vscode vscode-insiders claude windsurf one two', '+ and - change the inherited schemes');
    is($sites->{'y.example'}{MCPRedirectSchemes}, 'only', 'a list without signs replaces them');
}

{
    my $sites = dump_of("ServerName https://h.example\nMCPIdentityProvider httpd staff\n"
        . "<MCPIdentityProvider oidc https://sso.example>\nClient gateway the-secret-of-the-gateway\n</MCPIdentityProvider>\n"
        . "<AuthnProviderAlias file staff>\nAuthUserFile p\n</AuthnProviderAlias>\nMCPRedirectSchemes +a\nMCPRedirectSchemes +b\n"
        . "MCPLifetime code=20s\nMCPLifetime grant=1d\nMCPOffer demo:hello\nMCPOffer demo:add\n"
        . location('/mcp', $plain, 'SetHandler mcp-server'));
    my $site = $sites->{'h.example'};
    my $mcp = $site->{sections}{'<Location "/mcp">'};
    like($mcp->{MCPIdentityProvider}, qr{^httpd staff \(httpd\), oidc https://sso\.example \(Label sso\.example; Client gateway "a literal";}, 'providers of one section add up');
    like($site->{MCPRedirectSchemes}, qr/windsurf a b$/, 'so do signed schemes');
    like($mcp->{MCPLifetime}, qr/grant=1d unconfirmed=1d .*code=20s/, 'so do keys of two lines');
    is($mcp->{MCPOffer}, 'demo:hello demo:add', 'so do offers');
    is($mcp->{'tools served here'}, 'yes', 'mcp-server is seen');
}

{
    my $idp_and = sub { "ServerName https://h.example\nMCPFetch proxy=http://p.example:3128 timeout=20s\nMCPClientMetadata a.example\n$idp" . $_[0] };
    my $sites = dump_of($idp_and->(host('https://x.example', "MCPFetch proxy=none connect-timeout=5s\nMCPClientMetadata b.example\n" . location('/mcp', $plain))
        . host('https://y.example', location('/mcp', $plain))));
    is($sites->{'x.example'}{MCPFetch}, 'timeout=20s connect-timeout=5s proxy=none', 'none undoes a proxy that is inherited, other keys stay');
    is($sites->{'y.example'}{MCPFetch}, 'timeout=20s connect-timeout=3s proxy=http://p.example:3128', 'which others keep');
    is($sites->{'x.example'}{MCPClientMetadata}, 'b.example', 'hosts are replaced');
    is($sites->{'y.example'}{MCPClientMetadata}, 'a.example', 'or inherited');
}

# -- which URL --

for (
    ['ServerName https://h.example:8443', 'https://h.example:8443', 'a port as written'],
    ['ServerName https://H.Example', 'https://h.example', 'a name is in lower case'],
    ['ServerName https://h.example:443', 'https://h.example', 'the port of the scheme is left out'],
    ['ServerName h.example:443', 'https://h.example', 'port 443 is https'],
    ["ServerName h.example:8443\nListen 127.0.0.1:8443 https", 'https://h.example:8443', 'so is a port with Listen ... https'],
    ["ServerName localhost:8080", 'http://localhost:8080', 'a loopback host may do without'],
    ["ServerName 127.0.0.1", 'http://127.0.0.1:8080', 'the port is that of the first Listen'],
    ["ServerName h.example\nMCPAuthIssuer https://gw.example/tenant", 'https://gw.example/tenant', 'MCPAuthIssuer is taken as it is'],
) {
    my ($lines, $want, $name) = @$_;
    my ($site) = values %{dump_of("$lines\n$idp" . location('/mcp', $plain))};
    is($site->{issuer}, $want, "issuer: $name");
}
for (
    ['*:443', 'ServerName h.example', 'https://h.example', '<VirtualHost *:443>'],
    ['*:8443', "ServerName h.example\nSSLEngine on", 'https://h.example:8443', 'SSLEngine on'],
    ['*:8080', 'ServerName https://h.example', 'https://h.example', 'a TLS proxy in front'],
    ['*:8080', 'ServerName localhost', 'http://localhost:8080', 'the port of <VirtualHost>'],
) {
    my ($address, $lines, $want, $name) = @$_;
    my ($site) = values %{dump_of("<VirtualHost $address>\n$lines\n$idp"
        . location('/mcp', $plain) . "</VirtualHost>\n")};
    is($site->{issuer}, $want, "issuer: $name");
}
{
    my $site = dump_of("ServerName https://h.example\nMCPAuthPath / /oauth\n$idp"
        . location('/', $plain) . location('/team/mcp', $plain)
        . location('/gw', $plain, 'MCPPublicURL https://gw.example/prefix/mcp'))->{'h.example'};
    my $s = $site->{sections};
    is($site->{token}, 'https://h.example/token', 'endpoints at the root');
    is($s->{'<Location "/">'}{resource}, 'https://h.example/', 'the root is a resource with its slash');
    is($s->{'<Location "/">'}{metadata}, 'https://h.example/.well-known/oauth-protected-resource', 'and has no path behind the well-known');
    is($s->{'<Location "/team/mcp">'}{resource}, 'https://h.example/team/mcp', 'a path of two segments');
    is($s->{'<Location "/gw">'}{resource}, 'https://gw.example/prefix/mcp', 'MCPPublicURL, byte for byte');
    is($s->{'<Location "/gw">'}{metadata}, 'https://gw.example/.well-known/oauth-protected-resource/prefix/mcp', 'and its metadata');
}

# -- virtual hosts --

{
    my $sites = dump_of("ServerName main.example\n$idp" . location('/mcp', $plain)
        . host('https://a.example', location('/a', $plain))
        . host('https://b.example', '')
        . "<VirtualHost *:80>\nServerName c.example\n</VirtualHost>\n");
    is_deeply([sort keys %$sites], ['a.example', 'b.example'], 'a section of the main server is there where TLS is');
    is($sites->{'a.example'}{sections}{'<Location "/mcp">'}{resource}, 'https://a.example/mcp', 'with the URL of each virtual host');
    is($sites->{'b.example'}{sections}{'<Location "/mcp">'}{resource}, 'https://b.example/mcp', 'with the URL of the other');
    is_deeply([sort keys %{$sites->{'b.example'}{sections}}], ['<Location "/mcp">'], 'what a virtual host says is its own');
}
{
    my $sites = dump_of($idp . host('https://auth.example', '')
        . host('https://b.example', "MCPAuthIssuer https://auth.example\n" . location('/mcp', $plain)));
    my ($auth, $b) = @$sites{'auth.example', 'b.example'};
    is($auth->{token}, 'https://auth.example/oauth/token', 'the virtual host whose issuer it is has the endpoints');
    is($b->{endpoints}, 'in the virtual host of the issuer', 'the one that names it has none');
    is($b->{issuer}, 'https://auth.example', 'but its issuer');
    is($b->{sections}{'<Location "/mcp">'}{resource}, 'https://b.example/mcp', 'and resources of its own');
}
{
    my $tenant = "MCPAuthIssuer https://auth.example/tenant\n";
    for my $order (0, 1) {
        my @hosts = (host('https://auth.example', $tenant . location('/a', $plain)),
            host('https://b.example', $tenant . location('/mcp', $plain)));
        my $sites = dump_of($idp . join '', $order ? reverse @hosts : @hosts);
        my ($auth, $b) = @$sites{'auth.example', 'b.example'};
        my $name = 'an issuer with a path' . ($order ? ', the other order' : '');
        is($auth->{token}, 'https://auth.example/oauth/token', "$name: its virtual host has the endpoints");
        is($auth->{sections}{'<Location "/a">'}{resource}, 'https://auth.example/a', "$name: and resources there");
        is($b->{endpoints}, 'in the virtual host of the issuer', "$name: the other has none");
        is($b->{token}, undef, "$name: in no way");
        is($b->{issuer}, 'https://auth.example/tenant', "$name: but its issuer");
        is($b->{sections}{'<Location "/mcp">'}{resource}, 'https://b.example/mcp', "$name: and resources of its own");
    }
    my $sites = dump_of("MCPAuthIssuer https://auth.example/t\n$idp" . location('/mcp', $plain)
        . host('https://auth.example', '')
        . "<VirtualHost *:80>\nServerName b.example\n</VirtualHost>\n");
    is($sites->{'auth.example'}{sections}{'<Location "/mcp">'}{resource}, 'https://auth.example/mcp', 'an inherited issuer is at its name');
    is_deeply($sites->{'b.example'}{sections} || {}, {}, 'a virtual host without TLS is no place for its resources');
}
{
    my $site = dump_of("ServerName https://h.example\n$idp" . location('/mcp', $plain)
        . location('/mcp', 'SetHandler mcp-server', 'MCPOffer demo:*', 'MCPTitle Two'))->{'h.example'};
    my @sections = values %{$site->{sections}};
    is(@sections, 1, 'two sections for one path are one');
    is($sections[0]{'tools served here'}, 'yes', 'with what both say');
    is($sections[0]{MCPTitle}, 'Two', 'in the order of httpd');
}

{
    my $site = dump_of("ServerName h.example\n"
        . location('/mcp', 'SetHandler mcp-server', 'MCPOffer demo:*'))->{'h.example'};
    is($site->{issuer}, 'none: no tokens are given out here', 'a server without protection has no issuer');
    is($site->{token}, undef, 'and no endpoints');
    is($site->{sections}{'<Location "/mcp">'}{resource}, 'http://h.example:8080/mcp', 'its tools have a URL');
}

# -- scopes of Require --

{
    my $s = dump_of("ServerName https://h.example\n$idp"
        . location('/a', 'AuthType mcp', '<RequireAll>', 'Require mcp-scope r', 'Require mcp-scope w x', '</RequireAll>')
        . location('/a/admin', 'Require mcp-scope admin')
        . location('/b', $plain))->{'h.example'}{sections};
    is($s->{'<Location "/a">'}{'scopes required'}, 'r w x admin', 'the scopes of all rules, also of sections inside');
    is($s->{'<Location "/b">'}{'scopes required'}, 'none', 'no scope of another location');
}

# -- where the lines come from --

{
    write_file('part.inc', "MCPTitle \"Included\"\n" . $plain);
    my $site = dump_of(<<"END")->{'h.example'};
Define HOST h.example
<Macro Served \$path \$title>
<Location "\$path">
AuthType mcp
Require valid-user
MCPTitle "\$title"
</Location>
</Macro>
ServerName https://\${HOST}
$idp
Use Served /one "From a macro"
Use Served /two "Once more"
<IfDefine !NOTHING>
@{[ location('/three', 'Include part.inc') ]}
</IfDefine>
<IfDefine NOTHING>
@{[ location('/four', $plain) ]}
</IfDefine>
END
    my $s = $site->{sections};
    is_deeply([sort keys %$s], ['<Location "/one">', '<Location "/three">', '<Location "/two">'],
        'macros, Include, Define and IfDefine are expanded');
    is($s->{'<Location "/two">'}{MCPTitle}, '"Once more"', 'each use of a macro is a section of its own');
    is($s->{'<Location "/three">'}{MCPTitle}, 'Included', 'included lines belong to the section');
}

# -- the examples of the manual --

good('several servers, one authorization server', <<"END");
<VirtualHost *:443>
ServerName mcp.example.com
<MCPIdentityProvider httpd file>
    AuthUserFile mcp/htpasswd
</MCPIdentityProvider>
MCPScope tasks:read  "See your tasks"
MCPScope tasks:write "Change your tasks" includes=tasks:read
MCPScope wiki:read   "Read the wiki"
<Location "/tasks/mcp">
    AuthType  mcp
    Require   mcp-scope tasks:read
    ProxyPass http://127.0.0.1:9001/mcp
</Location>
<Location "/wiki/mcp">
    AuthType  mcp
    Require   mcp-scope wiki:read
    ProxyPass unix:/run/wiki.sock|http://localhost/mcp
</Location>
</VirtualHost>
END
good('a password file and LDAP behind our form', <<"END");
<VirtualHost *:443>
ServerName mcp.example.com
<MCPIdentityProvider httpd file ldap>
    AuthUserFile mcp/htpasswd
    AuthLDAPURL  "ldaps://ldap.example.com/ou=People,dc=example,dc=com?uid"
</MCPIdentityProvider>
<Location "/mcp">
    AuthType  mcp
    Require   valid-user
    ProxyPass http://127.0.0.1:9000/mcp
</Location>
</VirtualHost>
END
good('tools of a module, at the root path', <<"END");
<VirtualHost *:443>
ServerName mcp.example.com
MCPAuthPath /
<MCPIdentityProvider httpd file>
    AuthUserFile mcp/htpasswd
</MCPIdentityProvider>
<Location "/mcp">
    AuthType     mcp
    Require      valid-user
    SetHandler   mcp-server
    MCPOffer     demo:echo demo:add
</Location>
</VirtualHost>
END
done_testing();
