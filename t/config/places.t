#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# Where directives may stand, and what containers do with what is inside.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Conf;

sub section { return "ServerName h.example\n$_[0]\n$_[1]\n$_[2]\n" }

# -- S: the whole server; V: a virtual host --

for (['MCPStore sqlite'], ['MCPStateDirectory state'],
    ['MCPLimit sessions=100']) {
    my ($line) = @$_;
    my ($name) = $line =~ /^(\S+)/;
    bad("$name is refused in a virtual host", 3,
        qr/$name is for the whole server: write it outside <VirtualHost \*:8080>/,
        section('<VirtualHost *:8080>', $line, '</VirtualHost>'));
    bad("$name is refused in a location", 3,
        qr/$name is for the whole server: write it outside <Location/,
        section('<Location /x>', $line, '</Location>'));
}
for ('MCPAuthIssuer https://a.example', 'MCPAuthPath /o', 'MCPRedirectSchemes x') {
    my ($name) = /^(\S+)/;
    good("$name may stand in a virtual host",
        section('<VirtualHost *:8080>', $_, '</VirtualHost>'));
    bad("$name is refused in a location", 3,
        qr/$name is for a whole virtual host: write it outside <Location "\/x">/,
        section('<Location "/x">', $_, '</Location>'));
}

# -- P: only locations; L: everything but files and conditions --

bad('MCPPublicURL is refused in a server', 2,
    qr/MCPPublicURL belongs inside <Location>, <LocationMatch> or <Directory>/,
    "ServerName h.example\nMCPPublicURL https://a.example/x\n");
for ('<Files x>', '<FilesMatch x>', '<If "true">', '<Limit GET>',
    '<Proxy "http://b/">') {
    my ($end) = /^<(\w+)/;
    bad("MCPTitle is refused in <$end>", 4,
        qr/MCPTitle is for a server, virtual host, <Location> or <Directory>: write it outside <$end/,
        section("<Location /x>\n$_", 'MCPTitle X', "</$end>\n</Location>"))
        if $end ne 'Proxy' && $end !~ /Files/;
    bad("MCPTitle is refused in <$end>", 3, qr/write it outside <$end/,
        section($_, 'MCPTitle X', "</$end>")) if $end eq 'Proxy' || $end =~ /Files/;
}
good('IfModule and IfDefine are no sections',
    section("<VirtualHost *:8080>\n<IfModule mcp_oauth_module>\n<IfDefine !X>",
        'MCPAuthPath /o', "</IfDefine>\n</IfModule>\n</VirtualHost>"));

# -- containers --

sub provider {
    return "ServerName https://h.example\n<MCPIdentityProvider httpd file>\n"
        . "$_[0]\n</MCPIdentityProvider>\n";
}
good('a provider with a password file and a label',
    provider("AuthUserFile htpasswd\nLabel \"Company login\""));
good('a provider with AuthLDAPURL',
    "ServerName h.example\n<MCPIdentityProvider httpd file ldap>\nAuthUserFile p\n"
    . 'AuthLDAPURL "ldap://127.0.0.1/ou=People,dc=example,dc=com?uid"'
    . "\n</MCPIdentityProvider>\n");
good('a provider with a setting of mod_ldap that belongs to the directory',
    provider("AuthUserFile p\nAuthLDAPURL \"ldap://127.0.0.1/dc=example?uid\"\nLDAPReferrals off"));
good('a provider with mod_authn_anon', "ServerName h.example\n"
    . "<MCPIdentityProvider httpd anon>\nAnonymous guest\nAnonymous_MustGiveEmail on\n"
    . "</MCPIdentityProvider>\n");
good('words may come from a file, a define and a macro', do {
    write_file('label.inc', "Label \"\${WHO}\"\n");
    "ServerName h.example\nDefine WHO Staff\n<Macro Passwords \$file>\nAuthUserFile \$file\n</Macro>\n"
        . "<MCPIdentityProvider httpd file>\nUse Passwords htpasswd\n"
        . "Include label.inc\n</MCPIdentityProvider>\n";
});
bad('a word outside its container', 2, qr/^Label belongs inside <MCPIdentityProvider> or <MCPRegisteredClient>\./m,
    "ServerName h.example\nLabel Staff\n");
bad('a word outside its container, in a location', 3,
    qr/Label belongs inside <MCPIdentityProvider>/,
    section('<Location /x>', 'Label Staff', '</Location>'));
bad('a word that is wrong names its own line', 3,
    qr/Label: the text is empty/, provider('Label ""'));
bad('a word with too much', 3, qr/Label: "login" is one argument too many. Write Label TEXT/,
    provider('Label Company login'));
for ('DocumentRoot /tmp', 'LDAPCacheTTL 5', 'MCPScope a "A"', 'Require valid-user',
    'AuthType Basic', 'AuthName x', '<MCPIdentityProvider httpd>') {
    my ($name) = /^(\S+)/;
    my $end = $name =~ /^<(.*)/ ? "\n</$1>" : '';
    bad("$name is refused inside a provider", 3,
        qr/$name does not belong inside <MCPIdentityProvider>. Its words are Label, Client, .*; besides, the Auth\.\.\. directives/,
        provider($_ . $end));
}
bad('a mistake in AuthUserFile is found where it stands', 3,
    qr/AuthUserFile takes/, provider('AuthUserFile a b'));
bad('an unknown preset of a container', 2,
    qr/MCPIdentityProvider: "keykloak" is not a known identity provider. Known:/,
    "ServerName h.example\n<MCPIdentityProvider keykloak https://x>\n</MCPIdentityProvider>\n");
bad('a container without a preset', 2, qr/which one\? Write <MCPIdentityProvider PRESET/,
    "ServerName h.example\n<MCPIdentityProvider>\n</MCPIdentityProvider>\n");
bad('a container without a closing bracket', 2, qr/the line ends without >/,
    "ServerName h.example\n<MCPIdentityProvider httpd\n</MCPIdentityProvider>\n");
bad('a comment behind a container', 2, qr/knows no comment/,
    "ServerName h.example\n<MCPIdentityProvider httpd # ours>\n</MCPIdentityProvider>\n");
bad('a container in <Files>', 3, qr/write it outside <Files/,
    section('<Files x>', '<MCPIdentityProvider httpd>',
        "</MCPIdentityProvider>\n</Files>"));

# -- nothing of ours in .htaccess: httpd asks for an override that .htaccess
# files never have --

{
    my ($good, $said) = check("ServerName h.example\n", '-L');
    my %allowed = $said =~ /^<?(\w+) \(mod_mcp_oauth\.c\)\n(?:\t.*\n)*?\tAllowed in (.*)/mg;
    open my $in, '<', "$FindBin::Bin/../../mod_mcp_oauth/config/directives.def" or die;
    my %rows = map { /^MCP_(?:\w+_DIRECTIVE\(|WORD\(\w+, )"(\w+)"/ ? ($1 => 1) : () } <$in>;
    is_deeply([sort keys %allowed], [sort keys %rows], 'httpd -L lists every directive');
    is_deeply([grep { $allowed{$_} =~ /htaccess/ } sort keys %allowed], [],
        'none of them is allowed in .htaccess');
}
done_testing();
