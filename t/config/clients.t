#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# <MCPRegisteredClient>: its words, what does not go together, and where its
# secrets come from and never go.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Conf;

my $uri = 'RedirectURI https://web.example.com/cb';
my $secret = 'vE7tqf0r4QpXo2nKcZ1jWmYb';

sub secret_file {
    my ($name, $text, $mode) = @_;
    chmod $mode // 0600, write_file($name, $text);
    return "file:$name";
}

# -- a client ----------------------------------------------------------------

sub client {
    my ($id, @lines) = @_;
    return join "\n", "ServerName h.example", "<MCPRegisteredClient $id>",
        @lines, '</MCPRegisteredClient>', '';
}
my $file = secret_file('web.secret', "$secret\n");

good('a public client', client('web', $uri));
good('a client with a secret', client('web', $uri, "Secret $file"));
good('a client with everything', client('"web"', $uri,
    'RedirectURI http://127.0.0.1/cb http://localhost:3000/cb', "Secret $file",
    'Label "The web site"', 'Scopes notes:read notes:write', 'Scopes more',
    'Grants authorization_code refresh_token client_credentials',
    'Consent off', 'Introspection on'));
good('a resource server, and nothing else', client('wiki', "Secret $file",
    'Grants none', 'Introspection on'));
good('a client without users', client('job', "Secret $file",
    'Grants client_credentials'));
good('a custom scheme that is nowhere else', client('app', 'RedirectURI myapp:/cb'));
good('an id as other systems make them', client('a.B-c_9~x@host/team', $uri));

# words, each at its own line
for (
    ['RedirectURI http://web.example.com/cb', qr/RedirectURI: "http:\/\/web.example.com\/cb" uses http, which is for loopback addresses only; use https\./],
    ['RedirectURI https://web.example.com/cb#x', qr/has a fragment/],
    ['RedirectURI https://u:p@web.example.com/', qr/has user information/],
    ['RedirectURI javascript:alert(1)', qr/"javascript:alert\(1\)" has a scheme that is never allowed/],
    ['RedirectURI /cb', qr/"\/cb" is not an absolute URI/],
    ['RedirectURI https://web.example.com/*', undef],
    ['RedirectURI', qr/Write RedirectURI URI \.\.\./],
    ['Label ""', qr/Label: the text is empty/],
    ['Label Web site', qr/"site" is one argument too many. Write Label TEXT/],
    ['Scopes "a b"', qr/Scopes: "a b" is not a scope/],
    ['Scopes', qr/Write Scopes SCOPE \.\.\./],
    ['Grants implicit', qr/Grants: "implicit" is not known here. Write authorization_code\|refresh_token\|client_credentials\|none\./],
    ['Grants', qr/Write Grants authorization_code\|refresh_token\|client_credentials\|none \.\.\./],
    ['Consent never', qr/Consent: "never" is not known here. Write on\|off\./],
    ['Introspection maybe', qr/Introspection: "maybe" is not known here. Write on\|off\./],
    ['Introspection', qr/Write Introspection on\|off\./],
    ['Introspection on off', qr/"off" is one argument too many/],
    ['Introspection off', undef],
    ['Require valid-user', qr/Require does not belong inside <MCPRegisteredClient>. Its words are Secret, Keys, RedirectURI, Label, Scopes, Grants, Consent, Introspection\.$/m],
    ['AuthUserFile x', qr/AuthUserFile does not belong inside <MCPRegisteredClient>/],
    ['MCPTitle x', qr/MCPTitle does not belong inside <MCPRegisteredClient>/],
) {
    my ($line, $want) = @$_;
    my $text = client('web', $uri, $line);
    $want ? bad("refused: $line", 4, $want, $text)
        : good("passes: $line", $text);
}

# the line of the container itself
for (
    ['https://app.example.com/c.json', qr/is a URL: such a client publishes what it is there itself and needs no registration. Give yours a name\./],
    ['a:b', qr/"a:b" is not an id: 1 to 128 letters, digits and -\._~\@\//],
    ['"a b"', qr/"a b" is not an id/],
    ['""', qr/"" is not an id/],
    ['x' x 129, qr/is not an id/],
    ['web site', qr/"site" is one argument too many. Write <MCPRegisteredClient ID>/],
    ['', qr/which one\? Write <MCPRegisteredClient ID>/],
) {
    my ($id, $want) = @$_;
    bad('no id: ' . substr($id, 0, 40), 2, $want, client($id, $uri));
}
bad('no closing bracket', 2, qr/the line ends without >. Write <MCPRegisteredClient ID>/,
    client('web', $uri) =~ s/web>/web/r);
bad('not in a location', 3, qr/MCPRegisteredClient is for a whole virtual host: write it outside <Location/,
    "ServerName h.example\n<Location /x>\n<MCPRegisteredClient web>\n$uri\n</MCPRegisteredClient>\n</Location>\n");
bad('its words stand nowhere else', 2, qr/^Secret belongs inside <MCPRegisteredClient>\./m,
    "ServerName h.example\nSecret $file\n");
good('in a virtual host', "ServerName h.example\n<VirtualHost *:8080>\n<MCPRegisteredClient web>\n$uri\n</MCPRegisteredClient>\n</VirtualHost>\n");
good('words from a macro and a define', "ServerName h.example\nDefine CB https://web.example.com/cb\n"
    . "<Macro Back \$uri>\nRedirectURI \$uri\n</Macro>\n<MCPRegisteredClient web>\nUse Back \${CB}\n</MCPRegisteredClient>\n");

# what does not go together
for (
    ['client_credentials of a public client', qr/web: client_credentials is for clients that can prove who they are. Add Secret or Keys, or take it out of Grants\./,
        'Grants client_credentials'],
    ['refresh_token alone', qr/refresh_token in Grants goes with authorization_code/,
        "Secret $file", 'Grants refresh_token client_credentials'],
    ['no RedirectURI', qr/where are its users sent back to\? Add RedirectURI; for a client without users write "Grants client_credentials"/,
        "Secret $file"],
    ['RedirectURI without users', qr/RedirectURI has no use without authorization_code in Grants/,
        $uri, "Secret $file", 'Grants client_credentials'],
    ['Consent off for who listens on a port', qr/Consent off, but any program on a user's computer could say that it is this client. Take Consent off out/,
        $uri, 'RedirectURI http://127.0.0.1/cb', 'Consent off'],
    ['Consent off for a custom scheme', qr/Consent off, but any program/,
        'RedirectURI myapp:/cb', 'Consent off'],
    ['Introspection on of a public client', qr/web: Introspection on, but anybody could say that it is this client. Add Secret or Keys, or take Introspection out\./,
        $uri, 'Introspection on'],
    ['Introspection on of one without anything', qr/web: Introspection on, but anybody/,
        'Grants none', 'Introspection on'],
    ['Grants none of one that does not ask', qr/web: Grants none is for a client that asks about tokens. Add Introspection on, or say what it is granted\./,
        "Secret $file", 'Grants none'],
    ['Grants none among others', qr/web: none in Grants goes with no other. Drop it, or the others\./,
        "Secret $file", 'Grants client_credentials none', 'Introspection on'],
    ['Grants none with users', qr/RedirectURI has no use without authorization_code in Grants/,
        $uri, "Secret $file", 'Grants none', 'Introspection on'],
    ['Secret and Keys', qr/Secret and Keys are two ways to prove who it is. Drop one/,
        $uri, "Secret $file", 'Keys keys.json'],
) {
    my ($name, $want, @lines) = @$_;
    write_file('keys.json', '{"keys":[{"kty":"EC","crv":"P-256",'
        . '"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",'
        . '"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}');
    bad($name, 2, $want, client('web', @lines));
}

good('Consent off for https', client('web', $uri, 'Consent off'));
good('Consent off for who has a secret', client('web',
    'RedirectURI http://127.0.0.1/cb', "Secret $file", 'Consent off'));

# -- what only the whole configuration shows ---------------------------------

{
    my $whole = protected('Require mcp-scope notes:read', "MCPScope notes:write \"Write\" includes=notes:list");
    $whole =~ s/Require valid-user\n//;
    my $lines = () = $whole =~ /\n/g;
    my $with = sub { return $whole . client('web', $uri, @_) =~ s/^ServerName.*\n//r };
    good('Scopes that are known', $with->('Scopes notes:read notes:write notes:list'));
    warns('a scope that is not', $lines + 1,
        qr/Scopes nots:read: no protected location knows this scope, so the client is never granted it. Known: notes:read notes:write notes:list\./,
        $with->('Scopes nots:read notes:write'));
    my $site = sub { return "<VirtualHost *:443>\nServerName https://$_[0].example\n"
        . "MCPAuthIssuer https://a.example\n<Location /$_[0]>\nAuthType mcp\nRequire valid-user\n</Location>\n"
        . join('', map "$_\n", @_[1 .. $#_]) . "</VirtualHost>\n" };
    my $idp = "<MCPIdentityProvider httpd file>\nAuthUserFile p\n</MCPIdentityProvider>\n";
    for (['MCPRegistration closed'], ['MCPRedirectSchemes x'], ['MCPClientMetadata none'],
        ['<MCPRegisteredClient web>', $uri, '</MCPRegisteredClient>']) {
        my ($name) = $_->[0] =~ /^<?(\w+)/;
        good("$name where the endpoints are", $idp . $site->('a', @$_) . $site->('b'));
        warns("$name where they are not", 19,
            qr/this has no effect here: the endpoints of https:\/\/a.example are in the virtual host of a.example. Move it there\./,
            $idp . $site->('a') . $site->('b', @$_));
    }
}

# -- Keys --------------------------------------------------------------------

good('a set of keys', client('web', $uri, 'Keys keys.json'));
good('the same with file:', client('web', $uri, 'Keys file:keys.json'));
my $ec = '"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"';
for (
    ['missing.json', undef, qr/Keys: cannot read \S+missing.json: No such file/],
    ['none.json', '', qr/none.json is not JSON/],
    ['text.json', 'keys', qr/text.json is not JSON/],
    ['key.json', "{$ec}", qr/key.json is not a JSON Web Key Set. It begins with \{"keys": \[/],
    ['empty.json', '{"keys":[]}', qr/is not a JSON Web Key Set/],
    ['private.json', qq({"keys":[{$ec},{$ec,"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}]}), qr/key 2 of \S+private.json is a private or secret key. Leave that with the client, and make a new one/],
    ['shared.json', '{"keys":[{"kty":"oct","k":"AAAA"}]}', qr/key 1 of \S+ is a private or secret key/],
    ['okp.json', '{"keys":[{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}', qr/key 1 of \S+: JWK refused: crv is not Ed25519 or Ed448/],
    ['short.json', '{"keys":[{"kty":"RSA","n":"sXchDaQebHnPiGvyDOAT4saGEUetSyo9","e":"AQAB"}]}', qr/key 1 of \S+: JWK refused: the modulus/],
    ['large.json', ' ' x 65537, qr/has more than 65536 bytes/],
) {
    my ($name, $content, $want) = @$_;
    write_file($name, $content) if defined $content;
    bad("Keys $name", 4, $want, client('web', $uri, "Keys $name"));
}
bad('Keys of nothing', 4, qr/"file:" names no file/, client('web', $uri, 'Keys file:'));

# -- SECRET ------------------------------------------------------------------

$ENV{MCP_WEB_SECRET} = $secret;
$ENV{MCP_SHORT} = 'short';
delete $ENV{MCP_UNSET};
my $program = write_file('secret.sh', "#!/bin/sh\necho \"\${1:-$secret}\"\necho ignored\n");
chmod 0755, $program;
my $silent = write_file('silent.sh', "#!/bin/sh\n");
chmod 0755, $silent;

sub with { return client('web', $uri, "Secret $_[0]") }
good('file: with its last line break', with($file));
good('file: with that of Windows', with(secret_file('dos.secret', "$secret\r\n")));
good('file: without one', with(secret_file('bare.secret', $secret)));
good('file: with an absolute path', with('file:' . root() . '/web.secret'));
good('env:', with('env:MCP_WEB_SECRET'));
good('exec:', with('exec:secret.sh'));
good('exec: with arguments', with("\"exec:$program an-argument-as-secret\""));
for (
    ['file:missing.secret', qr/Secret: cannot read \S+missing.secret: No such file/],
    ['file:', qr/"file:" names no file/],
    ['file:.', qr/cannot read \S+: Is a directory/],
    ['env:MCP_UNSET', qr/the environment that httpd starts in has no MCP_UNSET. Set it there: in \/etc\/apache2\/envvars/],
    ['env:', qr/has no variable without a name/],
    ['exec:missing.sh', qr/missing.sh printed nothing. It has to be a program that the user who starts httpd can run/],
    ['exec:silent.sh', qr/silent.sh printed nothing/],
    ['exec:', qr/"exec:" names no program/],
    ['"exec:secret.sh tooshort"', qr/the secret has 8 bytes, which can be guessed; 16 are the least/],
    ['env:MCP_SHORT', qr/the secret has 5 bytes/],
    ['hunter2', qr/the secret has 7 bytes, which can be guessed; 16 are the least. "openssl rand -base64 32" makes one\./],
    [secret_file('newline.secret', "\n"), qr/the secret has 0 bytes/],
    [secret_file('nul.secret', "0123456789abcdef\0x"), qr/the secret holds a NUL byte: is it a binary file\?/],
    [secret_file('long.secret', 'x' x 1025), qr/the secret has more than 1024 bytes/],
    ["a b", qr/"b" is one argument too many/],
) {
    my ($word, $want) = @$_;
    bad("Secret $word", 4, $want, with($word));
}
bad('a program that is one argument', 4, qr/one argument too many. Write Secret SECRET; an argument with blanks goes in quotes/,
    with('exec:secret.sh x'));

# who else can read it
warns('a literal in a configuration that all can read', 4,
    qr/everybody on this machine can read the secret in \S+httpd.conf. Take that right away \(chmod o-r\), or name a file that others cannot read: file:PATH\./,
    with($secret));
warns('a file that all can read', 4, qr/can read the secret in \S+open.secret\./,
    with(secret_file('open.secret', $secret, 0644)));
{
    chmod 0600, write_file('inner.conf', "Secret $secret\n");
    good('a literal in a file that others cannot read',
        client('web', $uri, 'Include inner.conf'));
    my $where = 'MCPRegistration token ' . $secret;
    warns('the token of a registration too', 2, qr/can read the secret in/,
        "ServerName h.example\n$where\n");
}

# never shown: neither in what is said, nor in the dump
for ("Secret $secret", "Secret $file", 'Secret env:MCP_WEB_SECRET',
    'Secret exec:secret.sh', "Secret $secret\nGrants refresh_token") {
    my $host = protected() . client('web', $uri, $_) =~ s/^ServerName.*\n//r;
    my ($good, $said) = check($host, '-D', 'DUMP_MCP');
    unlike($said, qr/\Q$secret\E/, "not shown: " . (split /\n/)[0] =~ s/\Q$secret\E/SECRET/r);
}

# -- lists -------------------------------------------------------------------

{
    my $idp = "<MCPIdentityProvider httpd file>\nAuthUserFile p\n</MCPIdentityProvider>\n";
    my $place = "<Location /mcp>\nAuthType mcp\nRequire valid-user\n</Location>\n";
    sub one {
        my ($id, @lines) = @_;
        return join "\n", "<MCPRegisteredClient $id>", @lines, "</MCPRegisteredClient>\n";
    }
    my $sites = dump_of("MCPRegistration closed\n" . $idp . one('a', $uri, 'Label First')
        . one('b', $uri) . one('a', "Secret $file", 'Grants client_credentials')
        . "<VirtualHost *:443>\nServerName https://x.example\n$place"
        . one('b', $uri, 'Consent off') . one('c', $uri, 'Scopes s') . "</VirtualHost>\n"
        . "<VirtualHost *:443>\nServerName https://y.example\n${place}MCPRegistration token $file\n</VirtualHost>\n");
    is($sites->{'x.example'}{MCPRegisteredClient},
        'a (Secret file:web.secret; Grants client_credentials; Consent on; Introspection off), '
        . 'b (RedirectURI https://web.example.com/cb; Grants authorization_code refresh_token; Consent off; Introspection off), '
        . 'c (RedirectURI https://web.example.com/cb; Scopes s; Grants authorization_code refresh_token; Consent on; Introspection off)',
        'clients add up, the same id replaces');
    like($sites->{'y.example'}{MCPRegisteredClient}, qr/^a \(.*\), b \([^,]*Consent on; Introspection off\)$/,
        'another virtual host has those of the server');
    is($sites->{'x.example'}{MCPRegistration}, 'closed', 'MCPRegistration is inherited');
    is($sites->{'x.example'}{register}, undef, 'then there is no register endpoint');
    like($sites->{'y.example'}{register}, qr/^https:/, 'else there is');
    is($sites->{'y.example'}{MCPRegistration}, 'token file:web.secret', 'or overridden');
}
done_testing();
