#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# An existing Apache with mod_ssl, http2, rewrite, proxy, PHP-FPM, Basic auth and
# mod_auth_openidc: enabling the module (LoadModule and no more) changes no
# answer.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::SHA qw(sha256_hex);
use File::Temp qw(tempdir);
use POSIX ();
use Test::More;
use MCPServer;

my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;

# -- PHP-FPM, if it is there -------------------------------------------------

my ($fpm) = grep { -x } glob '/usr/sbin/php-fpm*';
my $fpm_pid;
if ($fpm) {
    my $user = $> == 0 ? "user = www-data\nlisten.owner = www-data" : '';
    open my $out, '>', "$dir/fpm.conf" or die $!;
    print $out <<"END";
[global]
error_log = $dir/fpm.log
pid = $dir/fpm.pid
[www]
$user
listen = $dir/fpm.sock
pm = static
pm.max_children = 1
END
    close $out;
    $fpm_pid = fork // die $!;
    if (!$fpm_pid) {
        open STDOUT, '>', "$dir/fpm.out";
        open STDERR, '>&', \*STDOUT;
        exec $fpm, '-F', '-y', "$dir/fpm.conf" or POSIX::_exit(127);
    }
}
END {
    if ($fpm_pid) {
        local $?;
        kill TERM => $fpm_pid;
        waitpid $fpm_pid, 0;
    }
}

# -- the server --------------------------------------------------------------

my $backend = MCPServer->new(site => 0, load => 0,
    config => qq{Header set X-Backend yes\n});
open my $page, '>', $backend->root . '/htdocs/page.txt' or die $!;
print $page "from the backend\n";
close $page;
utime 1700000000, 1700000000, $backend->root . '/htdocs/page.txt';
$backend->start;

my $openidc = -e MCPServer::libexec() . '/mod_auth_openidc.so';
my $rest = <<'END' . ($openidc ? <<'END' : '');
LoadModule http2_module LIBEXEC/mod_http2.so
Protocols h2 http/1.1
TypesConfig /etc/mime.types
DirectoryIndex index.html
<Directory "${ROOT}/htdocs">
    Options +Includes +ExecCGI +FollowSymLinks
    AllowOverride All
    Require all granted
</Directory>
ScriptAlias "/cgi-bin/" "${ROOT}/htdocs/cgi-bin/"
RewriteEngine on
RewriteRule ^/old/(.*)$ /new/$1 [R=301,L]
RewriteRule ^/inside$ /page.html [PT]
RewriteRule ^/forbidden - [F]
ProxyPass        /backend/ http://127.0.0.1:BACKEND/
ProxyPassReverse /backend/ http://127.0.0.1:BACKEND/
ErrorDocument 404 "nothing here\n"
Header always set X-Site existing
<Location "/basic">
    AuthType Basic
    AuthName "existing"
    AuthBasicProvider file
    AuthUserFile "${CONF}/htpasswd"
    Require valid-user
</Location>
<Location "/denied">
    Require all denied
</Location>
<Location "/status">
    SetHandler server-status
    Require local
</Location>
<FilesMatch "\.php$">
    SetHandler "proxy:unix:FPM|fcgi://localhost/"
</FilesMatch>
END
OIDCProviderIssuer https://idp.example
OIDCProviderAuthorizationEndpoint https://idp.example/authorize
OIDCProviderTokenEndpoint https://idp.example/token
OIDCProviderJwksUri https://idp.example/keys
OIDCClientID existing
OIDCClientSecret existing-secret
OIDCRedirectURI /oidc/callback
OIDCCryptoPassphrase existing-passphrase
<Location "/oidc">
    AuthType openid-connect
    Require valid-user
</Location>
END
$rest =~ s/BACKEND/$backend->port/ge;
$rest =~ s/FPM/$dir\/fpm.sock/;
$rest =~ s/LIBEXEC/MCPServer::libexec()/e;

my @modules = (qw(proxy_fcgi cgid negotiation autoindex deflate filter),
    $openidc ? 'auth_openidc' : ());
my %common = (site => 0, modules => \@modules, server_name => undef,
    config => "ServerName localhost\n$rest");
my $s = MCPServer->new(%common, load => 0, tls => 1);

my $htdocs = $s->root . '/htdocs';
my %files = (
    'index.html' => "<p>home</p>\n", 'page.html' => "<p>page</p>\n",
    'basic/secret.txt' => "for users\n", 'denied/x.txt' => "for nobody\n",
    'new/x' => "moved\n", 'ssi.shtml' => qq{<!--#echo var="REMOTE_ADDR" -->\n},
    'oauth/token' => "a site's own file\n", 'mcp/index.html' => "a site's own\n",
    '.well-known/security.txt' => "Contact: a\@example.com\n",
    'access/.htaccess' => "Require all denied\n", 'access/x.txt' => "no\n",
    'info.php' => "<?php header('X-Php: 1'); echo 'php ', "
        . "\$_SERVER['REQUEST_METHOD'], ' ', file_get_contents('php://input'), "
        . "' ', \$_SERVER['HTTP_X_MCP_AUTH_SUBJECT'] ?? '-', "
        . "' ', \$_SERVER['HTTP_AUTHORIZATION'] ?? '-';",
    'cgi-bin/env.pl' => "#!/usr/bin/perl\nprint qq{Content-Type: text/plain"
        . "\\r\\n\\r\\n}; print map qq{\$_=\$ENV{\$_}\\n}, grep !/^UNIQUE_ID|"
        . "PORT\$|^SSL/, sort keys %ENV;\n",
);
for my $file (sort keys %files) {
    my ($folder) = "$htdocs/$file" =~ m{^(.*)/};
    system 'mkdir', '-p', $folder;
    open my $out, '>', "$htdocs/$file" or die $!;
    print $out $files{$file};
    close $out;
    chmod $file =~ /\.pl$/ ? 0755 : 0644, "$htdocs/$file";
    # the ETag of a file that has just changed is a weak one
    utime 1700000000, 1700000000, "$htdocs/$file";
}

# -- what it is asked --------------------------------------------------------

my $ada = 'Basic YWRhOnBhc3N3b3Jk';
my @asked = (
    ['GET /'], ['HEAD /'], ['GET /page.html'], ['GET /missing'],
    ['OPTIONS /page.html'], ['POST /page.html', body => 'x=1'],
    ['TRACE /page.html'], ['DELETE /page.html'],
    ['GET /page.html', headers => {'If-None-Match' => '*'}],
    ['GET /page.html', headers => {Range => 'bytes=0-2'}],
    ['GET /old/x'], ['GET /inside'], ['GET /forbidden'],
    ['GET /backend/page.txt'], ['GET /backend/missing'],
    ['POST /backend/page.txt', body => 'x' x 70000],
    ['GET /basic/secret.txt'],
    ['GET /basic/secret.txt', headers => {Authorization => $ada}],
    ['GET /basic/secret.txt', headers => {Authorization => 'Bearer abc'}],
    ['GET /denied/x.txt'], ['GET /access/x.txt'], ['GET /ssi.shtml'],
    ['GET /cgi-bin/env.pl', headers => {'X-Mcp-Auth-Subject' => 'me',
        'Mcp-Session-Id' => 'abc'}],
    ['GET /status?auto'],
    ['GET /oauth/token'], ['POST /oauth/token', body => 'grant_type=x'],
    ['GET /oauth/authorize?client_id=x'], ['GET /oauth/jwks'],
    ['POST /oauth/register', body => '{}'], ['GET /mcp/'], ['POST /mcp'],
    ['GET /.well-known/security.txt'], ['GET /.well-known/openid-configuration'],
    ['GET /.well-known/oauth-authorization-server'],
    ['GET /.well-known/oauth-protected-resource/mcp'],
    ($fpm ? (['GET /info.php'], ['POST /info.php', body => 'a=b',
        headers => {'X-MCP-Auth-Subject' => 'me',
            Authorization => 'Bearer abc'}]) : ()),
    ($openidc ? (['GET /oidc/x', headers => {Accept => 'text/html'}], ['GET /oidc/callback'],
        ['GET /oidc/callback?error=x&state=y']) : ()),
);

# What is new each time is not compared.
sub answer {
    my ($client, $question) = @_;
    my ($what, %o) = @$question;
    my ($method, $target) = split / /, $what;
    my $r = $client->fresh->request($method, $target, %o);
    my @headers;
    for (@{$r->{headers}}) {
        my ($name, $value) = @$_;
        next if $name =~ /^(?:Date|Age)$/i;
        $value =~ s/=[^;]*/=.../ if $name =~ /^Set-Cookie$/i;
        $value =~ s/(state|nonce|code_challenge)=[^&]*/$1=.../g
            if $name =~ /^Location$/i;
        # a program's output is sent as it comes: with a length or in chunks
        next if $target =~ m{^/(?:status|cgi-bin|info)}
            && $name =~ /^(?:Content-Length|Transfer-Encoding)$/i;
        $value = join ',', sort split /,\s*/, $value if $name eq 'Allow';
        push @headers, "$name: $value";
    }
    my $body = $r->body;
    $body =~ s/(state|nonce)(=|%3D)[\w%.-]*/$1=.../g;
    $body =~ s/^.*$// if $target =~ /^.status/ && $r->status == 200;
    $body =~ s/^(?:REMOTE_PORT|REQUEST_TIME\w*)=.*\n//mg;
    $body = sha256_hex($body) if length $body > 2000;
    $body = '' if $target =~ /^.status/;
    return join "\n", $r->{line}, sort(@headers), '', $body;
}

sub h2 {
    my $ca = $s->ca_file;
    return qx{curl -s --http2 --cacert $ca -o - -w '%{http_version} %{http_code}' https://localhost:@{[$s->port]}/page.html 2>&1};
}

sub all { my $c = $s->client; return map { answer($c, $_) } @asked }

$s->start;
my @before = all();
my $h2_before = h2();
my @second = all();
$s->stop;

$s->configure(%common, load => 1);
my ($good, $said) = $s->check;
ok($good, 'httpd -t passes with the module enabled') or diag $said;
$s->start;
my @after = all();
my $h2_after = h2();

for (0 .. $#asked) {
    my $name = $asked[$_][0];
    SKIP: {
        skip "$name differs from itself", 1 if $before[$_] ne $second[$_];
        is($after[$_], $before[$_], "as before: $name");
    }
}
is($h2_after, $h2_before, 'as before: HTTP/2');
like($h2_before, qr/2 200$/, 'which was HTTP/2 indeed');
like($before[0], qr/^HTTP\S+ 200 .*home/s, 'and the site did serve');
like($before[13], qr/from the backend/, 'and its backend');
SKIP: {
    skip 'PHP-FPM is not here', 1 unless $fpm;
    ok(grep(/^php POST a=b/m, @before), 'and PHP-FPM');
}
SKIP: {
    skip 'mod_auth_openidc is not here', 1 unless $openidc;
    ok(grep(m{^Location: https://idp\.example/authorize}m, @before),
        'and mod_auth_openidc');
}

$s->graceful;
is(answer($s->client, $asked[0]), $before[0], 'as before: after a graceful restart');
$s->stop;
is(join("\n", $s->log->problems), '', 'the error log holds nothing of ours');
$backend->stop;
done_testing();
