# Licensed under the Apache License, Version 2.0; see LICENSE.
# The Require words beside mcp-scope: what an identity provider says of a user,
# and which client acts. Only a scope that is missing can be had by asking for
# it; all else is a plain 403, and the log says which word it was.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPSignIn;
use MIME::Base64 qw(encode_base64);

my $kc = 'https://sso.example.com/realms/staff';
my $app = 'https://apps.example/mcp/client.json';

# What each section requires; what each of these gets: 200, the scopes of the
# challenge, or '-', a plain 403.
my @bearers = ('ada', 'bob', 'own', 'cimd', 'hub', 'nightly');
my %bearer = (
    ada => 'ada, at Staff, with a client that registered itself and scope c',
    bob => 'bob, with the same',
    own => 'ada, at Staff, with a client known beforehand and scope a',
    cimd => 'ada, at Partners, with a client that has a metadata URL',
    hub => 'ada, at GitHub',
    nightly => 'a client without a user',
);
my @sections = (
    # permissions: all of them
    ['permission', 'Require mcp-permission read:todos',
        '-', '-', '-', 200, '-', '-'],
    ['permissions', 'Require mcp-permission mcp-api:read:todos '
        . 'mcp-api:write:todos', 200, '-', 200, '-', '-', '-'],
    # roles: any of them
    ['role', 'Require mcp-role admin', 200, '-', 200, '-', '-', '-'],
    ['roles', 'Require mcp-role reader admin', 200, 200, 200, '-', '-', '-'],
    ['role-case', 'Require mcp-role Admin reade', ('-') x 6],
    ['role-quoted', 'Require mcp-role "admin"', 200, '-', 200, '-', '-', '-'],
    # clients
    ['client', 'Require mcp-client own', '-', '-', 200, '-', '-', '-'],
    ['client-url', "Require mcp-client $app", '-', '-', '-', 200, '-', '-'],
    ['client-glob', 'Require mcp-client https://apps.example/*',
        '-', '-', '-', 200, '-', '-'],
    ['client-below', 'Require mcp-client https://*.example/mcp/*.json',
        '-', '-', '-', 200, '-', '-'],
    ['client-near', 'Require mcp-client https://apps.exampl/* '
        . 'https://apps.example/client.* https://*.apps.example/*',
        ('-') x 6],
    ['clients', 'Require mcp-client own nightly https://apps.example/*',
        '-', '-', 200, 200, '-', 200],
    ['client-name', 'Require mcp-client "Test client"', ('-') x 6],
    # issuers
    ['issuer', "Require mcp-issuer $kc", 200, 200, 200, '-', '-', '-'],
    ['issuer-label', 'Require mcp-issuer "Our staff"',
        200, 200, 200, '-', '-', '-'],
    ['issuers', "Require mcp-issuer Partners $kc",
        200, 200, 200, 200, '-', '-'],
    # claims: names and pointers; texts, numbers, booleans, arrays
    ['claim', 'Require mcp-claim email ada@example.com',
        200, '-', 200, 200, 200, '-'],
    ['claim-any', 'Require mcp-claim email x bob@example.com ada@example.com',
        200, 200, 200, 200, 200, '-'],
    ['claim-list', 'Require mcp-claim /realm_access/roles admin',
        200, '-', 200, '-', '-', '-'],
    ['claim-member', 'Require mcp-claim /realm_access/roles/0 reader',
        '-', 200, '-', '-', '-', '-'],
    ['claim-name', 'Require mcp-claim realm_access/roles admin', ('-') x 6],
    ['claim-object', 'Require mcp-claim realm_access ~.', ('-') x 6],
    ['claim-number', 'Require mcp-claim id 1815',
        '-', '-', '-', '-', 200, '-'],
    ['claim-true', 'Require mcp-claim /two_factor_authentication true',
        '-', '-', '-', '-', 200, '-'],
    ['claim-false', 'Require mcp-claim email_verified false',
        '-', 200, '-', '-', '-', '-'],
    ['claim-regex', 'Require mcp-claim email ~^a.*@example\.com$',
        200, '-', 200, 200, 200, '-'],
    ['claim-regexes', 'Require mcp-claim email ~^x "~^[b] *o"',
        '-', 200, '-', '-', '-', '-'],
    ['claim-any-part', 'Require mcp-claim email ~example',
        200, 200, 200, 200, 200, '-'],
    # expressions
    ['expr', 'Require mcp-expr %{MCP_EMAIL} =~ /@example\.com$/',
        200, '-', 200, 200, 200, '-'],
    ['expr-quoted', q{Require mcp-expr "%{MCP_CLIENT} == 'own'"},
        '-', '-', 200, '-', '-', '-'],
    ['expr-claim', q{Require mcp-expr mcp_claim('/email') == }
        . q{'bob@example.com' || mcp_claim('id') == '1815'},
        '-', 200, '-', '-', 200, '-'],
    ['expr-list', q{Require mcp-expr 'editor' in }
        . q{mcp_claim('/realm_access/roles')}, 200, '-', 200, '-', '-', '-'],
    ['expr-one', q{Require mcp-expr mcp_claim('/realm_access/roles') == }
        . q{'reader'}, '-', 200, '-', '-', '-', '-'],
    # together
    ['all', [All => 'Require mcp-role admin',
        'Require mcp-permission mcp-api:read:todos',
        'Require mcp-claim email ~@example\.com$', 'Require mcp-client own'],
        '-', '-', 200, '-', '-', '-'],
    ['any', [Any => 'Require mcp-role reader', 'Require mcp-client own',
        'Require mcp-issuer Partners'], '-', 200, 200, 200, '-', '-'],
    ['not', [All => 'Require valid-user', 'Require not mcp-role reader'],
        200, '-', 200, 200, 200, 200],
    ['not-client', [All => 'Require not mcp-client https://apps.example/*',
        'Require mcp-issuer Partners "Our staff"'],
        200, 200, 200, '-', '-', '-'],
    ['none', [All => 'Require valid-user', [None => 'Require mcp-role admin',
        'Require mcp-issuer Partners']], '-', 200, '-', '-', 200, 200],
    # a scope is asked for only where it would be enough
    ['a-and-role', [All => 'Require mcp-scope a', 'Require mcp-role admin'],
        'a c', '-', 200, '-', '-', '-'],
    ['role-and-a', [All => 'Require mcp-role admin', 'Require mcp-scope a'],
        'a c', '-', 200, '-', '-', '-'],
    ['a-or-role', [Any => 'Require mcp-scope a', 'Require mcp-role admin'],
        200, 'a c', 200, 'a c', 'a c', 'a c'],
    ['a-not-reader', [All => 'Require mcp-scope a',
        'Require not mcp-role reader'], 'a c', '-', 200, 'a c', 'a c', 'a c'],
    ['a-or-role-and-client', [All => [Any => 'Require mcp-scope a',
        'Require mcp-role admin'], 'Require mcp-client own nightly'],
        '-', '-', 200, '-', '-', 'a c'],
    ['a-and-claim', [All => 'Require mcp-scope a',
        'Require mcp-claim email_verified true'], 'a c', '-', 200, 'a c',
        'a c', '-'],
);

sub block {
    my $b = shift;
    return "$b\n" unless ref $b;
    my ($kind, @inner) = @$b;
    return "<Require$kind>\n" . join('', map block($_), @inner)
        . "</Require$kind>\n";
}

my $idp = MCPIdP->new(names => ['apps.example']);
$idp->net->name('apps.example', '93.184.216.34');
$idp->net->dial('93.184.216.34');
$idp->net->put('apps.example', '/mcp/client.json', body => json_encode({
    client_id => $app, client_name => 'Test client',
    token_endpoint_auth_method => 'none',
    redirect_uris => ['https://apps.example/cb']}));
my $inner = join '', map { "<Location \"/gate/$_->[0]\">\n" . block($_->[1])
    . "</Location>\n" } @sections;
my $w = MCPSignIn->new(idp => $idp, tls => 0, at => {},
    modules => ['log_config'], config => <<"END"
CustomLog "\${ROOT}/logs/decisions" "%U %>s %{decision}^mc %{reason}^mc"
MCPScope a "Do a"
MCPScope c "Do c" default
<MCPRegisteredClient own>
    Secret      a-secret-of-the-own-client
    RedirectURI https://own.example/cb
</MCPRegisteredClient>
<MCPRegisteredClient nightly>
    Secret a-secret-of-the-nightly-client
    Grants client_credentials
</MCPRegisteredClient>
<Location "/gate">
    AuthType    mcp
    AuthMerging And
    Require     valid-user
END
    . $idp->section('keycloak', 'Label "Our staff"')
    . $idp->section('auth0', 'Label Partners', 'Audience https://api.example')
    . $idp->section('github', 'Label GitHub') . <<"END");
</Location>
$inner
<Location "/gate/slow">
    Require mcp-claim note ~^(a+)+\$
</Location>
<Location "/gate/not-slow">
    <RequireAll>
        Require valid-user
        Require not mcp-claim note ~^(a+)+\$
    </RequireAll>
</Location>
<Location "/gate/broken">
    Require mcp-expr file('/none') == ''
</Location>
<Location "/elsewhere">
    AuthType     Basic
    AuthName     x
    AuthUserFile "\${CONF}/htpasswd"
    AuthBasicProvider file
    Require      mcp-role admin
    Require      mcp-client own
</Location>
AliasMatch "^/(?:gate|elsewhere)" "\${ROOT}/htdocs/text.txt"
<Directory "\${ROOT}/htdocs">
    AllowOverride AuthConfig
</Directory>
END
my ($s, $c) = @$w{qw(s c)};
open my $out, '>', $s->root . '/htdocs/text.txt' or die $!;
print $out "the file\n";
close $out or die $!;

# -- who comes ---------------------------------------------------------------

sub confidential {
    my ($id, %more) = @_;
    return {client_id => $id, client_secret => "a-secret-of-the-$id-client",
        token_endpoint_auth_method => 'client_secret_post', %more};
}
my %client = (own => confidential('own',
    redirect_uris => ['https://own.example/cb']),
    cimd => {client_id => $app, token_endpoint_auth_method => 'none',
        redirect_uris => ['https://apps.example/cb']});

sub token {
    my ($name, $provider, %o) = @_;
    my $v = $w->back('gate', provider => $provider, client => $client{$name},
        scope => 'c', %o);
    my $r = $w->arrive($v);
    return $w->tokens($v, $r)->{access_token};
}
my %token = (
    ada => token('ada', 'Our staff'), bob => token('bob', 'Our staff',
        user => 'bob'),
    own => token('own', 'Our staff', scope => 'a'),
    cimd => token('cimd', 'Partners'), hub => token('hub', 'GitHub'),
    nightly => $c->token_request(confidential('nightly'),
        grant_type => 'client_credentials', scope => 'c',
        resource => $c->resource('/gate'))->json->{access_token},
);
secret(values %token);

# -- the words ---------------------------------------------------------------

sub judged {
    my ($r, $expected, $name) = @_;
    return is($r->status, 200, "$name: let in") if $expected eq '200';
    return plainly_denied($r, "$name: plain 403") if $expected eq '-';
    return challenged($r, 403, {error => 'insufficient_scope',
        scope => $expected}, "$name: insufficient_scope, $expected");
}

diag "$_: $bearer{$_}" for $ENV{VERBOSE} ? @bearers : ();
for (@sections) {
    my ($name, undef, @expected) = @$_;
    my $path = "/gate/$name";
    challenged($c->get($path), 401, {error => undef},
        "$path: without a token it is asked for");
    judged($c->get($path, token => $token{$bearers[$_]}), $expected[$_],
        "$path, $bearers[$_]") for 0 .. $#bearers;
}
is_deeply($c->get('/.well-known/oauth-protected-resource/gate')
    ->json->{scopes_supported}, ['a', 'c'],
    'RFC 9728 2: none of these is a scope');

# -- what the log says -------------------------------------------------------

sub lines_of {
    my ($path) = @_;
    return map { m{^\Q$path\E (.*)\n\z} ? $1 : () }
        split /^/, MCPIdP::slurp($s->root . '/logs/decisions');
}

sub decision {
    my ($path, $token) = @_;
    my $before = lines_of($path);
    $c->get($path, token => $token);
    $s->await("a line for $path", sub { lines_of($path) > $before });
    return (lines_of($path))[-1];
}
for (['all', 'bob', q{403 denied the Require lines deny this user; not met: }
        . q{mcp-role admin}],
    ['any', 'hub', q{403 denied the Require lines deny this user; not met: }
        . q{mcp-role reader,mcp-client own,mcp-issuer Partners}],
    ['a-and-role', 'bob', q{403 denied the Require lines deny this user; not }
        . q{met: mcp-role admin}],
    ['not', 'bob', q{403 denied the Require lines deny this user}],
    ['a-and-role', 'ada', q{403 missing-scope The access token lacks this }
        . q{scope: a}],
    ['role', 'ada', '200 granted -']) {
    my ($name, $bearer, $expected) = @$_;
    is(decision("/gate/$name", $token{$bearer}), $expected,
        "%{decision}^mc %{reason}^mc: $name, $bearer");
}
like(MCPIdP::slurp($s->root . '/logs/error_log'), qr{\[mcp_oauth:info\].* MCP00451: /gate/role: 403 access_denied: the Require lines deny this user; not met: mcp-role admin\n},
    'LogLevel info says which word it was');

# -- what cannot be answered -------------------------------------------------

# "Require not" would make a yes of a no
$idp->set(keycloak => id_token => {note => 'a' x 60 . '!'});
my $slow = token('slow', 'Our staff');
secret($slow);
$idp->set(keycloak => id_token => undef);
for (['slow', $slow, qr/the regular expression ~\^\(a\+\)\+\$ of Require mcp-claim comes to no end with what a user's claim says\. Write an expression that needs fewer steps\./],
    ['not-slow', $slow, qr/.* comes to no end /],
    ['broken', $token{ada}, qr/an expression cannot be evaluated: .*\. Correct the expr= of MCPScope, or the Require mcp-expr\./]) {
    my ($name, $token, $line) = @$_;
    require_log(qr{MCP00450: /gate/$name: $line});
    is($c->get("/gate/$name", token => $token)->status, 500,
        "who cannot be judged is not let in: $name");
}
judged($c->get('/gate/not-slow', token => $token{ada}), 200,
    'nobody else is hindered');

# -- elsewhere ---------------------------------------------------------------

is($c->get('/elsewhere', headers => {Authorization => 'Basic '
    . encode_base64('ada:password', '')})->status, 401,
    "another AuthType's user has none of this");

# .htaccess may have the words, and no other line of ours
sub htaccess {
    open my $out, '>', $s->root . '/htdocs/.htaccess' or die $!;
    print $out "$_[0]\n";
    close $out or die $!;
}
for (['Require mcp-role admin', 200, 403],
    ['Require mcp-claim email ~^bob@', 403, 200],
    [q{Require mcp-expr 'reader' in mcp_claim('/realm_access/roles')}, 403,
        200]) {
    my ($line, @expected) = @$_;
    htaccess($line);
    is_deeply([map { $c->get('/gate', token => $token{$_})->status }
        qw(ada bob)], \@expected, ".htaccess: $line");
}
htaccess('Require mcp-claim email ~(');
expect_log(qr/is no regular expression/);
is($c->get('/gate', token => $token{ada})->status, 500,
    '.htaccess: what is wrong opens nothing');
$w->no_leaks;
$w->stop;
done();
