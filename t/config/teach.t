#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# The errors that teach: what is only wrong in the light of the whole
# configuration, with the line of the section that is meant.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Conf;

my $idp = "<MCPIdentityProvider httpd file>\nAuthUserFile htpasswd\n</MCPIdentityProvider>";
my $name = "ServerName https://h.example\n$idp";   # four lines

sub location {
    my ($path, @lines) = @_;
    return join "\n", "<Location \"$path\">", @lines, "</Location>", '';
}
my @plain = ('AuthType mcp', 'Require valid-user');

good('a protected location', "$name\n" . location('/mcp', @plain));
good('AuthType is not case sensitive', "$name\n"
    . location('/mcp', 'authtype MCP', 'require valid-user'));

# -- where grants live --

{
    local $ENV{MCP_SEALING_KEY} = 'k' x 44;
    my $redis = "MCPStore redis redis://127.0.0.1\n";
    my ($known) = Conf::check("ServerName h.example\n$redis");
    SKIP: {
        skip 'this build knows no Redis', 2 unless $known;
        bad('a shared store without a sealing key', 1,
            qr/"MCPStore redis" without "MCPSealingKey": other nodes must open what this one seals. Once run "mcpctl new-key > sealing.key"/,
            "$redis$name\n" . location('/mcp', @plain));
        good('a shared store with one', "${redis}MCPSealingKey env:MCP_SEALING_KEY\n$name\n"
            . location('/mcp', @plain));
    }
}

# -- Require --

bad('AuthType mcp without Require', 5,
    qr/"AuthType mcp" but no "Require": nothing is protected. Add "Require valid-user", or "Require all granted" if everyone may come in/,
    "$name\n" . location('/mcp', 'AuthType mcp'));
good('Require all granted is a decision', "$name\n"
    . location('/mcp', 'AuthType mcp', 'Require all granted'));
good('Require of the section around', "$name\n" . location('/', 'Require valid-user')
    . location('/mcp', 'AuthType mcp'));
good('Require of another section for the same path', "$name\n"
    . location('/mcp', 'AuthType mcp') . location('/mcp', 'Require valid-user'));
bad('Require of an inner section does not protect the outer one', 5,
    qr/no "Require"/, "$name\n" . location('/mcp', 'AuthType mcp')
    . location('/mcp/x', 'Require valid-user'));
good('Require inside <RequireAll>', "$name\n" . location('/mcp', 'AuthType mcp',
    '<RequireAll>', 'Require mcp-scope a', 'Require mcp-scope b', '</RequireAll>'));
good('Require inside <LimitExcept>', "$name\n" . location('/mcp', 'AuthType mcp',
    '<LimitExcept OPTIONS>', 'Require valid-user', '</LimitExcept>'));
warns('two Require lines of ours are alternatives', 7,
    qr/either is enough, so "Require mcp-scope a" can be bypassed. Wrap them in <RequireAll>; if you mean "either", in <RequireAny>/,
    "$name\n" . location('/mcp', 'AuthType mcp', 'Require mcp-scope a', 'Require mcp-scope b'));
warns('valid-user beside a scope makes the scope pointless', 8, qr/"Require mcp-scope a" can be bypassed/,
    "$name\n" . location('/mcp', @plain, 'Require mcp-scope a'));
warns('two words of ours are alternatives, too', 7,
    qr/"Require mcp-role admin" can be bypassed/, "$name\n" . location('/mcp',
    'AuthType mcp', 'Require mcp-role admin', 'Require mcp-claim tfa true'));
good('words of ours that all have to be', "$name\n" . location('/mcp', 'AuthType mcp',
    '<RequireAll>', 'Require mcp-role admin', 'Require not mcp-client web', '</RequireAll>'));
good('a scope or an address is a choice', "$name\n"
    . location('/mcp', 'AuthType mcp', 'Require mcp-scope a', 'Require ip 10.0.0.0/8'));
good('alternatives that are meant', "$name\n" . location('/mcp', 'AuthType mcp',
    '<RequireAny>', 'Require mcp-scope a', 'Require mcp-scope b', '</RequireAny>'));

{
    chmod 0600, write_file('client.secret', 'a-secret-of-our-client');
    my $two = "ServerName https://h.example\n$idp\n<MCPIdentityProvider oidc https://op.example>\n"
        . "Label Guests\nClient c file:client.secret\n</MCPIdentityProvider>\n";    # 8 lines
    sub issuers { return location('/mcp', 'AuthType mcp', "Require mcp-issuer $_[0]") }
    good("an issuer that is there: $_", $two . issuers($_))
        for 'Guests', 'https://op.example', 'httpd Guests';
    warns("none: $_", 11, qr{"Require mcp-issuer \Q$_\E": no identity provider of this location has this Label or, byte for byte, this issuer. They are: "httpd" \(httpd\), "Guests" \(https://op.example\)},
        $two . issuers("Guests $_")) for 'guests', 'https://op.example/', 'oidc';
    warns('behind a not', 13, qr{"Require mcp-issuer Geusts": no identity},
        $two . location('/mcp', 'AuthType mcp', '<RequireAll>', 'Require valid-user',
        'Require not mcp-issuer Geusts', '</RequireAll>'));
    warns('in a section inside', 14, qr{"Require mcp-issuer Geusts": no identity},
        $two . location('/mcp', @plain) . location('/mcp/x', 'Require mcp-issuer Geusts'));
    good('in one that is not protected here', $two . location('/mcp', @plain)
        . location('/other', 'Require mcp-issuer Geusts'));
}

# -- the issuer --

bad('a name without TLS', 5,
    qr/"ServerName mcp.example.com" without TLS: tokens would travel in the clear. .*behind a TLS proxy write "ServerName https:\/\/mcp.example.com"/,
    "ServerName mcp.example.com\n$idp\n" . location('/mcp', @plain));
bad('a port that is not TLS', 5, qr/"ServerName mcp.example.com:8080" without TLS.*"ServerName https:\/\/mcp.example.com"/,
    "ServerName mcp.example.com:8080\n$idp\n" . location('/mcp', @plain));
bad('no name at all', 4, qr/there is no ServerName that the issuer could be derived from/,
    "$idp\n" . location('/mcp', @plain));
bad('a virtual host without a name', 6, qr/there is no ServerName/,
    "ServerName h.example\n<VirtualHost *:443>\n$idp\n" . location('/mcp', @plain)
    . "</VirtualHost>\n");
good('MCPAuthIssuer in place of TLS here', "ServerName mcp.example.com\n$idp\n"
    . "MCPAuthIssuer https://mcp.example.com\n" . location('/mcp', @plain));
good('http on a loopback host', "ServerName localhost:8080\n$idp\n" . location('/mcp', @plain));
good('a section of the main server that only the TLS host can have',
    "ServerName h.example\n$idp\n" . location('/mcp', @plain)
    . "<VirtualHost *:80>\nServerName h.example\n</VirtualHost>\n"
    . "<VirtualHost *:443>\nServerName h.example\n</VirtualHost>\n");
bad('a virtual host that names the issuer of another one needs TLS too', 7,
    qr/"ServerName b.example" without TLS: tokens would travel in the clear/,
    "$idp\n<VirtualHost *:8080>\nServerName b.example\n" # four lines
    . "MCPAuthIssuer https://auth.example/t\n"
    . location('/mcp', @plain) . "</VirtualHost>\n<VirtualHost *:443>\n"
    . "ServerName auth.example\nMCPAuthIssuer https://auth.example/t\n</VirtualHost>\n");
good('or says where it is', "$idp\n<VirtualHost *:8080>\nServerName b.example\n"
    . "MCPAuthIssuer https://auth.example\n"
    . location('/mcp', @plain, 'MCPPublicURL https://gw.example/mcp')
    . "</VirtualHost>\n<VirtualHost *:443>\nServerName auth.example\n</VirtualHost>\n");
bad('an issuer at the name of a virtual host that has another', 6,
    qr{clients look for the endpoints of https://auth.example/t in the virtual host of auth.example, which has another issuer. Write "MCPAuthIssuer https://auth.example/t" there too},
    "$idp\n<VirtualHost *:443>\nServerName b.example\nMCPAuthIssuer https://auth.example/t\n"
    . location('/mcp', @plain) . "</VirtualHost>\n<VirtualHost *:443>\n"
    . "ServerName auth.example\n</VirtualHost>\n");
good('an issuer behind a gateway, at no name of ours',
    "$idp\n<VirtualHost *:443>\nServerName b.example\nMCPAuthIssuer https://gw.example/t\n"
    . location('/mcp', @plain) . "</VirtualHost>\n");
good('a server without protection needs no TLS', "ServerName h.example\n"
    . location('/mcp', 'SetHandler mcp-server', 'MCPOffer demo:*'));

# -- resources --

bad('a pattern has no URL', 5, qr/clients need one. Write "MCPPublicURL https:\/\/mcp.example.com\/PATH" inside/,
    "$name\n<LocationMatch ^/t/[a-z]+/mcp>\nAuthType mcp\nRequire valid-user\n</LocationMatch>\n");
bad('nor has a glob', 5, qr/Write "MCPPublicURL/, "$name\n" . location('/t/*/mcp', @plain));
bad('nor a directory', 5, qr/Write "MCPPublicURL/,
    "$name\n<Directory /tmp>\nAuthType mcp\nRequire valid-user\n</Directory>\n");
good('a directory with its URL',
    "$name\n<Directory /tmp>\nMCPPublicURL https://h.example/tmp\nAuthType mcp\nRequire valid-user\n</Directory>\n");
good('a pattern with its URL',
    "$name\n<LocationMatch ^/x>\nMCPPublicURL https://h.example/x\nAuthType mcp\nRequire valid-user\n</LocationMatch>\n");
bad('two well-knowns that collide', 9, qr/this is the resource https:\/\/h.example\/a, and so is <Location "\/a">, line 5 of .*\/.well-known\//,
    "$name\n" . location('/a', @plain)
    . location('/b', @plain, 'MCPPublicURL https://h.example/a'));
bad('a last slash is no other resource', 9, qr/and so is <Location "\/a">/,
    "$name\n" . location('/a', @plain) . location('/a/', @plain));
bad('two hosts and one path: one document cannot describe both', 10,
    qr{https://two.example/mcp and https://one.example/mcp \(<Location "/a">, line 5 of .*\) have one path, so one document under /\.well-known/ would have to describe both},
    "$name\n" . location('/a', @plain, 'MCPPublicURL https://one.example/mcp')
    . location('/b', @plain, 'MCPPublicURL https://two.example/mcp'));
bad('a gateway\'s path that is a path here', 9, qr{have one path},
    "$name\n" . location('/mcp', @plain)
    . location('/b', @plain, 'MCPPublicURL https://gw.example/mcp'));
good('two hosts and two paths', "$name\n"
    . location('/a', @plain, 'MCPPublicURL https://one.example/a')
    . location('/b', @plain, 'MCPPublicURL https://two.example/b'));
for (
    ['', '/oauth/token', 'MCPAuthPath /oauth'],
    ['MCPAuthPath /oauth /', '/token', 'MCPAuthPath /'],
    ['MCPAuthPath /', '/register', 'MCPAuthPath /'],
    ['MCPAuthPath /mcp', '/mcp/authorize', 'MCPAuthPath /mcp'],
    ['', '/.well-known/oauth-protected-resource/mcp', 'RFC 8615'],
) {
    my ($line, $path, $by) = @$_;
    bad("$path is an endpoint ($by)", 6,
        qr/the authorization server answers at \Q$path\E \($by\), so no client could reach this location/,
        "$name\n$line\n" . location($path, @plain));
}
for (['MCPAuthPath /oauth /', '/'], ['MCPAuthPath /', '/'],
    ['MCPAuthPath /mcp', '/mcp'], ['MCPAuthPath /', '/tokens'],
    ['MCPAuthPath /', '/token/mcp']) {
    my ($line, $path) = @$_;
    good("$line leaves $path alone", "$name\n$line\n" . location($path, @plain));
}
good('nothing is protected, so there are no endpoints to be in the way of',
    "$name\n" . location('/oauth/token', 'SetHandler mcp-server', 'MCPOffer demo:*'));
bad('MCPRootResource beside a location at the root', 5,
    qr{MCPRootResource /b: the document without a path describes the protected location at / already. Drop this line},
    "$name\nMCPRootResource /b\n" . location('/', @plain) . location('/b', @plain));
good('MCPRootResource may say what is so', "$name\nMCPRootResource /\n"
    . location('/', @plain) . location('/b', @plain));
warns('a last slash leaves the URL itself open', 5,
    qr/httpd does not apply this section to \/mcp, the URL that clients use. Drop the last slash/,
    "$name\n" . location('/mcp/', @plain));
bad('MCPRootResource names nothing', 5, qr/MCPRootResource \/nope: no protected location has this path. Protected here: \/a \/b\./,
    "$name\nMCPRootResource /nope\n" . location('/a', @plain) . location('/b', @plain));
good('MCPRootResource', "$name\nMCPRootResource /b\n" . location('/a', @plain) . location('/b', @plain));
for ('<Files x>', '<If "true">', '<Proxy "http://b/">') {
    my ($end) = /^<(\w+)/;
    bad("AuthType mcp in <$end>", 5, qr/"AuthType mcp" does not work in this section, which does not stand for a URL. Write it in <Location>/,
        "$name\n$_\nAuthType mcp\nRequire valid-user\n</$end>\n");
    bad("SetHandler mcp-server in <$end>", 5, qr/"SetHandler mcp-server" does not work in this section/,
        "$name\n$_\nSetHandler mcp-server\n</$end>\n");
}
bad('SetHandler mcp-server for a whole server', 5, qr/"SetHandler mcp-server" belongs inside <Location>/,
    "$name\nSetHandler mcp-server\n" . location('/a', @plain));

# -- identity providers --

bad('nobody signs users in', 2, qr/there is no MCPIdentityProvider: nobody could sign in. For a password file write "<MCPIdentityProvider httpd file>"/,
    "ServerName https://h.example\n" . location('/mcp', @plain));
bad('a password file that is not named', 2, qr/"MCPIdentityProvider httpd file" has no password file. Write <MCPIdentityProvider httpd file>, then AuthUserFile PATH, and/,
    "ServerName https://h.example\nMCPIdentityProvider httpd file\n" . location('/mcp', @plain));
for (['ldap', 'no directory to ask', 'AuthLDAPURL "ldaps:'],
    ['dbd', 'no query', 'AuthDBDUserPWQuery "SELECT password, name FROM users WHERE name = %s"'],
    ['anon', 'no name that everyone may use', 'Anonymous NAME']) {
    my ($provider, $lacks, $cure) = @$_;
    bad("$provider without what it needs", 2,
        qr/"MCPIdentityProvider httpd $provider" has $lacks. Write <MCPIdentityProvider httpd $provider>, then \Q$cure\E/,
        "ServerName https://h.example\n<MCPIdentityProvider httpd file $provider>\nAuthUserFile p\n</MCPIdentityProvider>\n" . location('/mcp', @plain));
}
good('a password file of the endpoints\' section',
    "ServerName https://h.example\nMCPIdentityProvider httpd file\n" . location('/mcp', @plain)
    . location('/oauth', 'AuthUserFile htpasswd'));
bad('a provider that no module offers', 2, qr/no loaded module provides "dbm". Load mod_authn_dbm \(a2enmod authn_dbm\)\. Loaded: .*\bfile\b/,
    "ServerName https://h.example\n<MCPIdentityProvider httpd file dbm>\nAuthUserFile p\n</MCPIdentityProvider>\n" . location('/mcp', @plain));
bad('a provider that does not exist', 2, qr/no loaded module provides "fiel". Correct the name, or load/,
    "ServerName https://h.example\nMCPIdentityProvider httpd fiel\n" . location('/mcp', @plain));
good('<AuthnProviderAlias>', "ServerName https://h.example\n<AuthnProviderAlias file staff>\nAuthUserFile p\n</AuthnProviderAlias>\n"
    . "MCPIdentityProvider httpd staff\n" . location('/mcp', @plain));
warns('httpd alone while nothing sets a user', 2,
    qr/another module must set the user on \/oauth\/authorize, but no section for it has an AuthType, and there is no SSLUserName. Add <Location "\/oauth\/authorize">/,
    "ServerName https://h.example\nMCPIdentityProvider httpd\n" . location('/mcp', @plain));
good('httpd alone with Basic on the endpoint',
    "ServerName https://h.example\nMCPIdentityProvider httpd\n" . location('/mcp', @plain)
    . location('/oauth/authorize', 'AuthType Basic', 'AuthName x', 'AuthUserFile p', 'Require valid-user'));
warns('and the endpoint follows MCPAuthPath', 2, qr/set the user on \/sso\/authorize/,
    "ServerName https://h.example\nMCPIdentityProvider httpd\nMCPAuthPath /sso\n" . location('/mcp', @plain)
    . location('/oauth/authorize', 'AuthType Basic', 'AuthName x', 'AuthUserFile p', 'Require valid-user'));

my @basic = ('AuthType Basic', 'AuthName x', 'AuthUserFile p', 'Require valid-user');
warns('and an alias of it', 2, qr/set the user on \/authorize, but/,
    "ServerName https://h.example\nMCPIdentityProvider httpd\nMCPAuthPath /oauth /\n"
    . location('/mcp', @plain) . location('/oauth/authorize', @basic));
good('httpd alone with Basic wherever the endpoint is',
    "ServerName https://h.example\nMCPIdentityProvider httpd\nMCPAuthPath /oauth /\n"
    . location('/mcp', @plain) . location('/oauth/authorize', @basic)
    . location('/authorize', @basic));
good('our form needs its password file at the path that is advertised alone',
    "ServerName https://h.example\nMCPIdentityProvider httpd file\nMCPAuthPath /oauth /\n"
    . location('/mcp', @plain) . location('/oauth', 'AuthUserFile htpasswd'));

# -- certificates --

{
    my $alone = "ServerName https://h.example\nMCPIdentityProvider httpd\n";
    my $mcp = location('/mcp', @plain);    # with 4 lines behind the above
    my $name = 'SSLUserName SSL_CLIENT_S_DN_CN';
    my $ca = "SSLCACertificateFile @{[write_file('ca.pem', 'x')]}";
    my @late = ('SSLVerifyClient require', 'Require ssl-verify-client');
    good('a certificate names the user', "$alone$mcp$ca\nSSLVerifyClient optional\n"
        . location('/oauth/authorize', $name));
    good('or in the whole server', "$alone$mcp$ca\nSSLVerifyClient require\n$name\n");
    good('in a virtual host, with settings of the server around',
        "$ca\nSSLVerifyClient optional\n$name\n<VirtualHost *:8080>\n$alone$mcp</VirtualHost>\n");
    good('and a section can demand one', "$alone$mcp$ca\nSSLVerifyClient optional\n"
        . location('/oauth/authorize', $name, @late));
    my @asks = (qr/users of \/oauth\/authorize are known by their certificates .*, but httpd asks for none. Write "SSLVerifyClient optional"/);
    warns('nobody is asked for a certificate', 2, @asks, "$alone$mcp"
        . location('/oauth/authorize', $name));
    warns('nor by SSLVerifyClient none', 2, @asks, "$alone$mcp$ca\nSSLVerifyClient optional\n"
        . location('/oauth/authorize', $name, 'SSLVerifyClient none'));
    warns('a certificate that anybody made', 7,
        qr/optional_no_ca takes certificates that anybody made, so on \/oauth\/authorize anybody could sign in under any name. Write "SSLVerifyClient optional"/,
        "$alone${mcp}SSLVerifyClient optional_no_ca\n$name\n");
    warns('a certificate that is asked for late', 10,
        qr/when the browser is at \/oauth\/authorize already, which browsers refuse with TLS 1.3 and with HTTP\/2. Write "SSLVerifyClient optional" into the virtual host/,
        "$alone$mcp$ca\n" . location('/oauth/authorize', $name, @late));
    warns('FakeBasicAuth too', 14, qr/when the browser is at/, "$alone$mcp$ca\n"
        . location('/oauth/authorize', @basic, 'SSLOptions +FakeBasicAuth', @late));
    good('what certificates are asked for elsewhere is not looked at',
        "$alone$mcp$ca\n" . location('/oauth/authorize', @basic)
        . location('/other', 'SSLVerifyClient optional_no_ca'));
    good('nor what is asked for with passwords', "$alone${mcp}SSLVerifyClient optional_no_ca\n"
        . location('/oauth/authorize', @basic));
}

# -- lines without effect --

for ('MCPOffer demo:*', 'MCPInstructions "Be kind"') {
    my ($directive) = /^(\S+)/;
    bad("$directive where nothing is served", 8, qr/$directive has an effect only where tools are served. Add "SetHandler mcp-server" to the section/,
        "$name\n" . location('/mcp', @plain, $_));
    good("$directive for a whole virtual host", "$name\n$_\n"
        . location('/mcp', @plain, 'SetHandler mcp-server', 'MCPOffer demo:*'));
}
warns('a section that nothing of ours is in', 10, qr/MCPTitle has no effect: nothing at this path has "AuthType mcp"/,
    "$name\n" . location('/mcp', @plain) . location('/mpc', 'MCPTitle X'));
good('a section around', "$name\n" . location('/', 'MCPTitle X') . location('/mcp', @plain));

# -- several at once --

{
    my ($good, $said) = check("ServerName https://h.example\n"
        . location('/a', 'AuthType mcp') . location('/b', @plain));
    ok(!$good, 'a configuration with three mistakes');
    is(() = $said =~ /^.*MCP\d{5}: /mg, 3, 'names all three at once');
    like($said, qr/AH00014: Configuration check failed/, 'and stops the start');
}
done_testing();
