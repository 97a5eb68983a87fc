# Licensed under the Apache License, Version 2.0; see LICENSE.
# LDAP as sign-in: our form asks a real slapd through mod_authnz_ldap, and
# httpd's "Require ldap-..." works for the users of access tokens.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPLdap;
use MCPServer;
use MCPLogins;

plan skip_all => 'no slapd' unless MCPLdap::is_there();

my $s = MCPServer->new;
$s->make_certificate;
my $ldap = MCPLdap->new(certificate => $s)->start;
secret(@MCPLdap::SECRETS);

# One location a case, each with a provider of its own.
my $base = $MCPLdap::BASE;
my $uid = $ldap->directives('?uid');
my $ask = provider(ldap => $uid);
my @alias = map { "<AuthnProviderAlias ldap $_>\n"
    . $ldap->directives('?uid') =~ s{/$base}{/ou=\u$_,$base}r
    . "</AuthnProviderAlias>\n" } qw(staff partners);
my $tools = "cn=tools,ou=Groups,$base";

$s->configure(site => 0, modules => [qw(ldap authnz_ldap)],
    config => join '', <<'END', @alias,
MCPStateDirectory "${ROOT}/state/mcp-oauth"
MCPAuthIssuer     ${ISSUER}
LDAPTrustedGlobalCert CA_BASE64 "${ROOT}/conf/ca.crt"
# remembers nobody, and does not wait long; with the LDAPRetries that are the
# default, for mod_ldap needs some to find that the directory is back
LDAPCacheEntries      0
LDAPOpCacheEntries    0
LDAPTimeout           1
LDAPConnectionTimeout 1
END
    location('/mcp', $ask),
    location('/both', provider('file ldap', $uid,
        'AuthUserFile "${CONF}/htpasswd"')),
    location('/unnamed', provider(ldap => $ldap->directives(''))),
    location('/several', provider(ldap => $ldap->directives('?uid,cn,mail'))),
    location('/dn', provider(ldap => $uid, 'AuthLDAPRemoteUserIsDN on')),
    location('/mail', provider(ldap => $ldap->directives('?uid,mail'),
        'AuthLDAPRemoteUserAttribute mail')),
    location('/filtered', provider(ldap =>
        $ldap->directives('?uid?sub?(departmentNumber=42)'))),
    location('/ldaps', provider(ldap => $ldap->directives('?uid', 'ldaps'))),
    location('/starttls', provider(ldap =>
        $ldap->directives('?uid', 'STARTTLS'))),
    location('/aliases', provider('staff partners')),
    location('/group', $ask, $uid, "Require ldap-group $tools"),
    location('/user', $ask, $uid, 'Require ldap-user ada'),
    location('/attribute', $ask, $uid,
        'Require ldap-attribute departmentNumber=42'),
    location('/name', $ask, $uid, "Require ldap-dn uid=ada,ou=Staff,$base"),
    location('/filter', $ask, $uid, 'Require ldap-filter departmentNumber=42'),
    location('/scope', $ask, $uid, '<RequireAll>',
        'Require mcp-scope tools:use', "Require ldap-group $tools",
        '</RequireAll>'),
    location('/mailgroup', provider(ldap => $ldap->directives('?uid,mail'),
        'AuthLDAPRemoteUserAttribute mail'), $ldap->directives('?mail'),
        "Require ldap-group $tools"),
);
my ($good, $said) = $s->check;
like($said, qr/^Syntax OK$/m, 'httpd -t takes LDAP in all these ways');
unlike($said, qr/MCP\d{5}/, 'and warns of nothing');
$s->start;
my $c = $s->client;
my $at = MCPLogins->new($c);

sub comes_in {
    my ($path, $typed, $uid, $is, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return $at->comes_in($path, $typed, MCPLdap::password($uid), $is, $name);
}
sub stays_out {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return $at->stays_out(@_);
}
sub token {
    my ($path, $uid, %o) = @_;
    return $at->token($path, $uid, MCPLdap::password($uid), %o);
}

# -- who comes in ------------------------------------------------------------

my $jurgen = "j\xc3\xbcrgen";
comes_in('/mcp', $_->[0], $_->[0], $_->[0], "$_->[1] comes in") for
    ['ada', 'ada of the directory'],
    [$jurgen, 'somebody with a letter that is not ASCII, in name and password'],
    ['carol', 'somebody of another branch'],
    ['anna*', 'somebody with an asterisk in her name'];
comes_in($_->[0], 'ada', 'ada', 'ada', "ada comes in: $_->[1]") for
    ['/ldaps', 'ldaps with our CA'], ['/starttls', 'StartTLS'],
    ['/filtered', 'a filter that she fits'],
    ['/unnamed', 'a URL without an attribute'];
comes_in('/dn', 'ada', 'ada', "uid=ada,ou=Staff,$base",
    'AuthLDAPRemoteUserIsDN: by her DN');
comes_in('/mail', 'ada', 'ada', 'lovelace@example.com',
    'AuthLDAPRemoteUserAttribute: by her address');

# -- one user, one name ------------------------------------------------------

for (['ADA', 'ada', 'in capitals'], [' ada ', 'ada', 'with blanks around'],
    ["J\xc3\x9cRGEN", $jurgen, 'in capitals that are not ASCII']) {
    comes_in('/mcp', $_->[0], $_->[1], $_->[1], "the same user $_->[2]");
}
comes_in('/several', 'ADA', 'ada', 'ada',
    'the attribute that is searched for, not the next one');
comes_in('/mail', 'ADA', 'ada', 'lovelace@example.com',
    'what the administrator said stays');

# -- who does not ------------------------------------------------------------

my $unknown = $at->typed('/mcp', 'nobody', 'wrong-password');
shown($unknown, 200, $MCPLogins::WRONG, 'nobody of the directory stays out');
sub comparable { return $_[0]->body =~ s/value="[^"]*"/value=""/gr }
my $guess = $at->typed('/mcp', 'ada', 'wrong-password');
shown($guess, 200, $MCPLogins::WRONG, 'with a wrong password ada stays out');
is(comparable($guess), comparable($unknown),
    'and nobody learns which of the two it was');
stays_out('/mcp', 'ada', '',
    'RFC 4513 5.1.2: without a password slapd would bind nobody and say yes');
stays_out('/mcp', 'nopass', $_, 'who has no password has none')
    for 'x', 'undefined';
stays_out('/mcp', 'eve', MCPLdap::password('eve'),
    'two people of one name are nobody');
stays_out('/filtered', 'carol', MCPLdap::password('carol'),
    'a filter keeps people out');
stays_out('/mcp', 'ada', MCPLdap::password('carol'),
    "with somebody else's password");

my $ada = MCPLdap::password('ada');
stays_out('/mcp', $_, $ada, "RFC 4515 3: no filter is made of the name $_")
    for '*', 'ad*', 'ada)(uid=*', '*)(uid=*))(|(uid=*', 'ada)(&)', 'a\\64a',
        'ada\\', '\\2a', '(uid=ada)', "uid=ada,ou=Staff,$base",
        'ada)(departmentNumber=42', 'ada,ou=Staff', '|', '!(uid=x)';
stays_out('/mcp', 'anna', MCPLdap::password('anna*'),
    'an asterisk stands for itself');
shown($at->typed('/mcp', "ada\0", $ada), 400, qr/./, 'no NUL in a name');

# -- a file and a directory --------------------------------------------------

{
    $at->comes_in('/both', 'bob', $MCPClient::PASSWORD{bob}, 'bob',
        'bob of the file comes in');
    comes_in('/both', 'carol', 'carol', 'carol', 'carol of the directory');
    stays_out('/both', 'ada', $ada,
        'the first provider that knows ada decides, as AuthBasicProvider has it');
    stays_out('/both', $_, $ada, "also where the directory knows her as '$_'")
        for 'ADA', ' ada';
}
comes_in('/aliases', 'ada', 'ada', 'ada', '<AuthnProviderAlias>: of one branch');
comes_in('/aliases', 'carol', 'carol', 'carol', 'and of another');
comes_in('/aliases', 'CAROL', 'carol', 'carol', 'by the name that she has');

# -- Require ldap-... --------------------------------------------------------

for (['/group', 'Require ldap-group', 'ada', $jurgen],
    ['/user', 'Require ldap-user', 'ada'],
    ['/attribute', 'Require ldap-attribute', 'ada'],
    ['/name', 'Require ldap-dn', 'ada'],
    ['/filter', 'Require ldap-filter', 'ada'],
    ['/mailgroup', 'Require ldap-group, of users who go by an address', 'ada',
        $jurgen]) {
    my ($path, $name, @in) = @$_;
    is($c->get($path)->status, 401, "$name: no token is 401");
    works($c, token($path, $_), $path, "$name lets $_ in") for @in;
    my $r = $c->call_tool($path, hello => {}, token => token($path, 'carol'));
    refused($r, 403, 'access_denied', "$name keeps carol out");
    is($r->header('WWW-Authenticate'), undef,
        'and asks for no other sign-in, which would not help');
}
works($c, token('/scope', 'ada', scope => 'tools:use'), '/scope',
    'a scope and a group: ada has both');
refused($c->call_tool('/scope', hello => {}, token => token('/scope', 'carol',
    scope => 'tools:use')), 403, 'access_denied', 'carol has the scope alone');

# -- the directory does not answer -------------------------------------------

log_is_clean();
my $away = qr/MCP00450: .*"ldap" cannot answer\. See what the module/;

sub is_away {
    my ($name, @typed) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $begin = MCPServer::clock();
    cannot_answer($at->typed(@typed), $name);
    cmp_ok(MCPServer::clock() - $begin, '<', 20, 'within the timeouts');
}

token('/mcp', 'ada');
token('/group', 'ada');
$ldap->stop;
require_log($away);
is_away('stopped: the right password', '/mcp', 'ada', $ada);
is_away('stopped: a wrong one', '/mcp', 'ada', 'wrong-password');
is_away('stopped: carol, whom the file does not know', '/both', 'carol',
    MCPLdap::password('carol'));
$at->comes_in('/both', 'bob', $MCPClient::PASSWORD{bob}, 'bob',
    'stopped: bob of the file comes in');
works($c, token('/mcp', 'ada'), '/mcp', 'stopped: tokens go on');
refused($c->call_tool('/group', hello => {}, token => token('/group', 'ada')),
    403, 'access_denied',
    'stopped: nobody can say that ada is in the group, so the answer is no');
log_is_clean('stopped: the log says why');
$ldap->start;
comes_in('/mcp', 'ada', 'ada', 'ada', 'it is back, and ada comes in');
stays_out('/mcp', 'ada', 'wrong-password', 'not with a wrong password');
works($c, token('/group', 'ada'), '/group', 'her group is known again');

# which takes mod_ldap some seconds, the same under each MPM
if (mpm() eq 'event') {
    $ldap->stall;
    require_log($away);
    is_away('stalled: the right password', '/mcp', 'ada', $ada);
    log_is_clean('stalled: the log says why');
    $ldap->resume;
    comes_in('/mcp', 'ada', 'ada', 'ada', 'it goes on, and so does ada');
}
$s->stop;
done();
