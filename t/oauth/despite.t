# Licensed under the Apache License, Version 2.0; see LICENSE.
# Our endpoints, and a location that httpd serves as an MCP server, answer
# whatever the rest of the site does with its requests. Only a Require in a
# section that names an endpoint counts there.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $include = 'Include "${CONF}/site.conf"';

# Each: what it is, what comes before and after the site's configuration, and
# what "/plain.txt" answers then: else the case would prove nothing.
my @sites = (
    ['ProxyPass /', '', <<'END', 503],
ProxyPass "/" "http://127.0.0.1:9/" connectiontimeout=1
END
    ['ProxyPass / mapping=encoded', '', <<'END', 503],
ProxyPass "/" "http://127.0.0.1:9/" mapping=encoded connectiontimeout=1
END
    ['ProxyPass in <Location />', <<'END', '', 503],
<Location "/">
    ProxyPass "http://127.0.0.1:9/" connectiontimeout=1
</Location>
END
    ['RewriteRule ^ - [F]', '', <<'END', 403],
RewriteEngine on
RewriteRule ^ - [F]
END
    ['RewriteRule to a single page', '', <<'END', 200],
RewriteEngine on
RewriteRule ^ /index.html [L]
END
    ['RewriteRule [P]', '', <<'END', 503],
RewriteEngine on
RewriteRule ^/(.*) http://127.0.0.1:9/$1 [P]
END
    ['Redirect /', '', <<'END', 302],
Redirect "/" "https://elsewhere.example/"
END
    ['Basic and Require valid-user on /', <<'END', '', 401],
<Location "/">
    AuthType          Basic
    AuthName          "site"
    AuthBasicProvider file
    AuthUserFile      "${CONF}/htpasswd"
    Require           valid-user
</Location>
END
    ['Require all denied on /', <<'END', '', 403],
<Location "/">
    Require all denied
</Location>
END
    ['.htaccess that denies', '', "#htaccess Require all denied", 403],
    ['.htaccess that is broken', '', "#htaccess NoSuchDirective", 500],
    ['Alias, DirectoryIndex and FallbackResource', '', <<'END', 200],
Alias "/.well-known" "${ROOT}/htdocs"
Alias "/oauth" "${ROOT}/htdocs"
<Directory "${ROOT}/htdocs">
    FallbackResource /index.html
</Directory>
END
);

sub write_file {
    my ($path, $text) = @_;
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out or die $!;
}

my $s = MCPServer->new;
expect_log(qr{NoSuchDirective});
my $c = $s->client;
write_file($s->root . '/htdocs/index.html', "<p>home\n");
write_file($s->root . '/htdocs/plain.txt', "plain\n");

for (@sites) {
    my ($name, $before, $after, $plain) = @$_;
    my $htaccess = $s->root . '/htdocs/.htaccess';
    unlink $htaccess;
    if ($after =~ /^#htaccess (.+)/) {
        write_file($htaccess, "$1\n");
        $after = '';
    }
    $s->configure(site => 0, config => <<"END");
<Directory "\${ROOT}/htdocs">
    AllowOverride All
    Require all granted
</Directory>
$before
$include
$after
END
    $s->{pid} ? $s->restart : $s->start;
    is($c->get('/plain.txt')->status, $plain, "$name: it is in force");
    is($c->get($_)->status, 200, "$name: $_ answers")
        for '/.well-known/oauth-protected-resource/mcp',
            '/.well-known/oauth-authorization-server',
            '/.well-known/openid-configuration', '/oauth/jwks';
    is($c->get('/.well-known/oauth-protected-resource/nope')->status, 404,
        "$name: and an unknown one is 404");
    my $refused = $c->post('/mcp', json => {});
    is($refused->status, 401, "$name: the MCP server asks for a token");
    like($refused->header('WWW-Authenticate'), qr/^Bearer [^,]*resource_meta/,
        "$name: with our challenge and no other");
    my $j = eval { $c->journey };
    ok($j && $j->{access_token}, "$name: a client signs in") or diag $@;
    works($c, $j->{access_token}, '/mcp', "$name: and calls a tool");
    is($c->call_tool('/open', hello => {})->status, 200,
        "$name: so does one where no login is asked")
        unless $before =~ /Require/;
}
$s->stop;

# -- a Require that is meant for us ------------------------------------------

my @endpoints = qw(/oauth/register /oauth/token /oauth/jwks /oauth/revoke
    /oauth/introspect /.well-known/oauth-authorization-server);
for (
    ['<Location "/oauth/register">', '</Location>', '/oauth/register'],
    ['<Location "/oauth">', '</Location>',
        qw(/oauth/register /oauth/token /oauth/jwks /oauth/revoke
            /oauth/introspect)],
    ['<LocationMatch "^/oauth/(register|token)$">', '</LocationMatch>',
        qw(/oauth/register /oauth/token)],
    ['<Location ~ "^/oauth/jwks">', '</Location>', '/oauth/jwks'],
    ['<Location "/.well-known">', '</Location>',
        '/.well-known/oauth-authorization-server'],
    ['<LocationMatch "^/">', '</LocationMatch>'],
    ['<Location "/">', '</Location>'],
) {
    my ($open, $close, @denied) = @$_;
    my %denied = map { $_ => 1 } @denied;
    $s->configure(site => 0, config => <<"END");
$open
    Require ip 192.0.2.1
$close
$include
END
    $s->{pid} ? $s->restart : $s->start;
    for my $path (@endpoints) {
        my $open_status = $path =~ /register|token|revoke|introspect/ ? 405 : 200;
        is($c->get($path)->status, $denied{$path} ? 403 : $open_status,
            "$open Require ip: $path is " . ($denied{$path} ? 'closed'
                : 'open'));
    }
}
# for those whom it lets in, all is as before
$s->configure(config => <<'END');
<Location "/oauth/register">
    Require ip 127.0.0.1
</Location>
END
$s->restart;
ok($c->journey->{access_token}, 'a Require that grants, grants');
$s->stop;
done();
