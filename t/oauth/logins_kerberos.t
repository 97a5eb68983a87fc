# Licensed under the Apache License, Version 2.0; see LICENSE.
# Kerberos as sign-in, with a real KDC: mod_auth_gssapi names the user of the
# authorize endpoint, as conf/examples/httpd-kerberos.conf has it.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPKerberos;
use MCPServer;
use MCPLogins;

plan skip_all => 'no mod_auth_gssapi'
    unless -e MCPServer::libexec() . '/mod_auth_gssapi.so';
plan skip_all => 'no KDC, or no curl that speaks Kerberos'
    unless MCPKerberos::is_there();

my $realm = MCPKerberos->new->start;
my $s = MCPServer->new(env => $realm->environment);
secret(values %MCPKerberos::PASSWORD);

sub configure {
    my @lines = @_;
    my $keytab = $realm->keytab;
    $s->configure(site => 0, modules => ['auth_gssapi'],
        config => join "\n", <<"END", @lines, '</Location>', location('/mcp'));
MCPStateDirectory "\${ROOT}/state/mcp-oauth"
MCPAuthIssuer     \${ISSUER}
MCPIdentityProvider httpd
<Location "/oauth/authorize">
    AuthType        GSSAPI
    AuthName        "Example"
    GssapiCredStore keytab:$keytab
    Require         valid-user
END
    my ($good, $said) = $s->check;
    is($said, "Syntax OK\n", join ' ', 'httpd -t takes it', @lines);
    $s->{pid} ? $s->restart : $s->start;
}
configure('GssapiLocalName on');
my $c = $s->client;
my $at = MCPLogins->new($c);
my $client = $c->register;
my $back = $client->{redirect_uris}[0];
my $request = $c->authorization_request(client => $client, state => 'x',
    resource => $c->resource('/mcp'));

# What ada's browser gets: the last answer that curl printed.
sub browse {
    my ($url, @arguments) = @_;
    my ($head, $body) = $realm->curl('ada', @arguments, $url)
        =~ m{\A(?:.*\r\n\r\n)?(HTTP/1\.1 \d.*?)\r\n\r\n(.*)\z}s;
    my ($line, @headers) = split /\r\n/, $head;
    my ($status) = $line =~ / (\d+)/;
    return bless {status => $status, line => $line, body => $body, url => $url,
        headers => [map { [split /: */, $_, 2] } @headers]},
        'MCPClient::Response';
}
sub decide {
    my ($page, %headers) = @_;
    my ($form) = $c->forms($page);
    %headers = (Origin => $s->issuer, 'Sec-Fetch-Site' => 'same-origin',
        %headers);
    return browse($s->issuer . '/oauth/authorize', '--data',
        MCPClient::form_encode([@{$form->{hidden}}, decision => 'approve']),
        map { ('-H', "$_: $headers{$_}") } sort keys %headers);
}

# -- without a ticket --------------------------------------------------------

my $r = $c->get($request->{url});
is($r->status, 401, 'Kerberos asks on the authorize endpoint');
is($r->header('WWW-Authenticate'), 'Negotiate', 'RFC 4559 4.1');
is($c->get($request->{url}, headers => {Authorization => $_})->status, 401,
    "$_ signs nobody in") for 'Negotiate YWJj', 'Basic YWRhOng=', 'Bearer x';
is($c->get($_)->status, 200, "$_ stays public") for '/oauth/jwks',
    '/.well-known/oauth-authorization-server';

# -- with one ----------------------------------------------------------------

$realm->login('ada');
my $page = browse($request->{url});
shown($page, 200, qr/\bada\b/, 'with a ticket ada is at the consent page');
shown(decide($page, 'Sec-Fetch-Site' => 'cross-site'), 403,
    qr/another website/, 'no other site decides: browsers send tickets along');
my $answer = decide($page);
sent_back($answer, "$back?", {code => qr/./, state => 'x'}, 'she does');
my ($code) = location_of($answer) =~ /[?&]code=([^&]+)/;
my $tokens = $c->redeem({client => $client, request => $request,
    code => $code})->json;
is_deeply([$at->called('/mcp', $tokens)], [('ada') x 3],
    'GssapiLocalName: she is ada, for tools and in the token');

# -- what the comments in the example say ------------------------------------

configure('GssapiBasicAuth on');
like(browse($request->{url})->body, qr/\bada\@EXAMPLE\.COM\b/,
    'without GssapiLocalName: by her principal');
sub with_password {
    my ($password) = @_;
    return $c->get($request->{url}, headers => {Authorization => 'Basic '
        . MIME::Base64::encode_base64("ada:$password", '')});
}
shown(with_password($MCPKerberos::PASSWORD{ada}), 200, qr/ada\@EXAMPLE\.COM/,
    'GssapiBasicAuth: also with her Kerberos password');
is(with_password('wrong-password')->status, 401, 'not with a wrong one');
$realm->stop;
is(with_password($MCPKerberos::PASSWORD{ada})->status, 401,
    'and nobody while the KDC is away');
works($c, $tokens->{access_token}, '/mcp', 'but tokens go on');
$s->stop;
done();
