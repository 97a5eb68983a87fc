#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# Access tokens that are bound to something their client has, so that a stolen
# one is of no use (RFC 7800): a key (DPoP, RFC 9449 7) or a certificate (RFC
# 8705 3). Tokens of our own, and those that identity providers issued.
use strict;
use warnings;
use Digest::SHA qw(sha256);
use MIME::Base64 qw(decode_base64 encode_base64url);
use MCPTest;
use MCPExpect;
use MCPIdP;
use MCPKey;
use MCPServer;

my $idp = MCPIdP->new;
my $s = MCPServer->new(tls => 1, site => 0, faketime => 1);
$s->make_ca('other');
my %certificate = map { ($_ => $s->sign($_, "/O=Example/CN=$_")) } qw(ada bob);
$certificate{self} = $s->sign('self', '/CN=self', by => 'other');
my $argument = $idp->profile('oidc')->{argument};
sub location {
    my ($name, @lines) = @_;
    return join "\n", qq{<Location "/$name">}, 'AuthType mcp',
        'Require mcp-scope tasks:read', 'SetHandler mcp-server',
        'MCPOffer demo:*', @lines, "</Location>\n";
}
my $provider = "<MCPIdentityProvider oidc $argument>\nAudience urn:api\n</MCPIdentityProvider>";
my @issued = ('MCPAuthMode resource-server', $provider);
my $secret = 'a-secret-of-some-length';
$s->configure(tls => 1, site => 0, faketime => 1, config => join "\n",
    $idp->config, 'MCPStateDirectory "${ROOT}/state/mcp-oauth"',
    'MCPAuthIssuer ${ISSUER}', 'LogLevel mcp_oauth:info',
    'SSLVerifyClient optional_no_ca',
    '<MCPRegisteredClient job>', "Secret $secret",
    'Grants client_credentials', '</MCPRegisteredClient>',
    map({ my ($name, $dpop) = @$_; location($name, "MCPDPoP $dpop",
            '<MCPIdentityProvider httpd file>',
            'AuthUserFile "${ROOT}/conf/htpasswd"', '</MCPIdentityProvider>')
        } ['none', 'none'], ['optional', 'optional'], ['require', 'require']),
    location('issued', @issued),
    location('strict', @issued, 'MCPDPoP require'));
open my $users, '>', $s->root . '/conf/htpasswd' or die $!;
close $users;
$s->log->expect(qr/MCP00650/, qr/MCP00784/);
$s->start;
my $c = $s->client;
my $mine = MCPKey->new('ES256');
my $other = MCPKey->new('ES256');

# -- tokens ------------------------------------------------------------------

sub ours {
    my ($at, $key) = @_;
    my $url = $s->issuer . '/oauth/token';
    my $r = $c->post('/oauth/token', form => {client_id => 'job',
        client_secret => $secret, grant_type => 'client_credentials',
        scope => 'tasks:read', resource => $c->resource("/$at")},
        headers => [$key ? (DPoP => $key->proof(POST => $url)) : ()]);
    return $r->json->{access_token} // die $r->brief;
}
sub issued {
    my (%claims) = @_;
    my $token = $idp->sign(oidc => {iss => $idp->issuer('oidc'), sub => 'ada',
        aud => 'urn:api', client_id => 'x', scope => 'tasks:read',
        iat => time, exp => time + 3600, %claims}, {typ => 'at+jwt'});
    secret($token);
    return $token;
}
sub thumbprint {
    open my $in, '<', "$certificate{$_[0]}.crt" or die $!;
    my ($pem) = do { local $/; <$in> } =~ /-+BEGIN CERTIFICATE-+(.*?)-+END/s;
    return encode_base64url(sha256(decode_base64($pem)));
}

# A GET, as Perl has no client that proves possession by itself. scheme, key,
# claims of the proof, proof itself, certificate, query.
sub ask {
    my ($at, $token, %o) = @_;
    my $client = $o{certificate} ? $c->fresh(certificate =>
        $certificate{$o{certificate}}) : $c;
    my $ath = encode_base64url(sha256($token));
    my @proofs = exists $o{proofs} ? @{$o{proofs}} : $o{key}
        ? $o{key}->proof(GET => $s->issuer . "/$at", ath => $ath,
            %{$o{claims} || {}}) : ();
    my $scheme = $o{scheme} // ($o{key} ? 'DPoP' : 'Bearer');
    return $client->get("/$at" . ($o{query} // ''), headers => [
        Authorization => "$scheme $token", map { (DPoP => $_) } @proofs]);
}

# GET is for the streams of sessions, and there is none: 400 says that the gate
# is passed.
sub passes {
    my ($r, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return is($r->status, 400, $name) || diag $r->brief, $s->tail;
}
sub stopped {
    my ($r, $error, $scheme, $why, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($r->status, 401, $name) or diag $r->brief;
    like($r->header('WWW-Authenticate'),
        qr/^$scheme (?:algs="[^"]+", )?error="$error", /, "$scheme, $error");
    like($s->tail, qr/MCP0045[12]: .*$why/, 'the log says why');
}

# -- by a key: RFC 9449 7 ----------------------------------------------------

for my $at (qw(optional require issued strict)) {
    my $is_ours = $at =~ /^[or]/;
    my $cnf = {jkt => $mine->thumbprint};
    my $token = $is_ours ? ours($at, $mine) : issued(cnf => $cnf);
    passes(ask($at, $token, key => $mine), "$at: with a proof by its key");
    passes(ask($at, $token, key => $mine), 'again, with another proof');
    passes(ask($at, $token, key => $mine, query => '?x=1'),
        '4.3: a query is no part of htu');
    passes(ask($at, $token, key => $mine, scheme => 'dpop'),
        'RFC 9110 11.1: the case of a scheme does not matter');
    stopped(ask($at, $token), 'invalid_token', $at =~ /req|str/ ? 'DPoP' : 'Bearer',
        'came by the scheme Bearer', '7.2: as a Bearer token');
    stopped(ask($at, $token, key => $mine, scheme => 'Bearer'),
        'invalid_token', $at =~ /req|str/ ? 'DPoP' : 'Bearer',
        'came by the scheme Bearer', 'also with a proof');
    stopped(ask($at, $token, scheme => 'DPoP'), 'invalid_dpop_proof', 'DPoP',
        'DPoP', '7.1: without a proof');
    stopped(ask($at, $token, key => $other), 'invalid_token', 'DPoP',
        'bound to another key', 'with a proof by another key');
    for (['for another method', {htm => 'POST'}, 'htm'],
        ['for another URL', {htu => $s->issuer . '/else'}, 'htu'],
        ['for another token', {ath => 'x' x 43}, 'ath'],
        ['for no token', {ath => undef}, 'ath'],
        ['of long ago', {iat => time - 1000}, 'iat'],
        ['of the future', {iat => time + 1000}, 'iat']) {
        my ($name, $claims, $why) = @$_;
        stopped(ask($at, $token, key => $mine, claims => $claims),
            'invalid_dpop_proof', 'DPoP', $why, "4.3: with a proof $name");
    }
    my $proof = $mine->proof(GET => $s->issuer . "/$at",
        ath => encode_base64url(sha256($token)));
    passes(ask($at, $token, proofs => [$proof], scheme => 'DPoP'), 'a proof');
    stopped(ask($at, $token, proofs => [$proof], scheme => 'DPoP'),
        'invalid_dpop_proof', 'DPoP', 'used before', '11.1: is good once');
    stopped(ask($at, $token, proofs => [map { $mine->proof(GET => $s->issuer
            . "/$at", ath => encode_base64url(sha256($token))) } 1, 2],
        scheme => 'DPoP'), 'invalid_dpop_proof', 'DPoP', 'proof',
        '4.3: two are none');
}
for my $at (qw(none optional issued)) {
    my $token = $at eq 'issued' ? issued() : ours($at);
    passes(ask($at, $token), "$at: a token that is not bound");
    stopped(ask($at, $token, key => $mine), 'invalid_token', 'DPoP',
        'bound to no key', 'is none for the scheme DPoP');
}
stopped(ask('strict', issued()), 'invalid_token', 'DPoP',
    'bound to no key, which MCPDPoP requires',
    'require: a token that is not bound');
stopped(ask('issued', issued(cnf => $_->[0])), 'invalid_token', 'Bearer',
    $_->[1], "RFC 7800 3.1: cnf is $_->[2]") for
    [{}, 'neither by jkt nor', 'empty'],
    [{kid => 'x'}, 'neither by jkt nor', 'a kid'],
    [{jwk => $mine->{jwk}}, 'neither by jkt nor', 'a JWK'],
    [{jkt => 'x'}, 'no thumbprint', 'no thumbprint'],
    [{jkt => 7}, 'no thumbprint', 'a number'],
    ['x', 'neither by jkt nor', 'a text'];

# The challenge that comes first
like($c->get("/$_->[0]")->header('WWW-Authenticate'), qr/^$_->[1] /,
    "$_->[0]: a request without a token is asked for $_->[1]")
    for ['none', 'Bearer'], ['optional', 'Bearer'], ['issued', 'Bearer'],
    ['require', 'DPoP'], ['strict', 'DPoP'];
my $little = $idp->sign(oidc => {iss => $idp->issuer('oidc'), sub => 'ada',
    aud => 'urn:api', exp => time + 3600, cnf => {jkt => $mine->thumbprint}},
    {typ => 'at+jwt'});
secret($little);
my $r = ask('issued', $little, key => $mine);
is($r->status, 403, 'RFC 9449 7.1: too little scope');
like($r->header('WWW-Authenticate'),
    qr/^DPoP algs="[^"]+", error="insufficient_scope", .*scope="tasks:read"/,
    'is told by the same scheme');

# -- by a certificate: RFC 8705 3 --------------------------------------------

my $bound = issued(cnf => {'x5t#S256' => thumbprint('ada')});
passes(ask('issued', $bound, certificate => 'ada'),
    'with the certificate that the token is bound to');
passes(ask('issued', $bound, certificate => 'ada'), 'and again');
stopped(ask('issued', $bound, certificate => 'bob'), 'invalid_token',
    'Bearer', 'bound to another certificate', 'with another one');
stopped(ask('issued', $bound), 'invalid_token', 'Bearer',
    'the client shows none. Where clients have certificates',
    'with none');
passes(ask('issued', issued(cnf => {'x5t#S256' => thumbprint('self')}),
    certificate => 'self'), '4: whoever made the certificate');
passes(ask('issued', issued(), certificate => 'bob'),
    'a token that is not bound, with a certificate');
my $both = issued(cnf => {jkt => $mine->thumbprint,
    'x5t#S256' => thumbprint('ada')});
passes(ask('issued', $both, key => $mine, certificate => 'ada'),
    'bound to both: with both');
stopped(ask('issued', $both, key => $mine), 'invalid_token', 'DPoP',
    'shows none', 'without the certificate');
stopped(ask('issued', $both, certificate => 'ada'), 'invalid_token', 'Bearer',
    'scheme Bearer', 'without the proof');

# -- behind a gateway ---------------------------------------------------------

# MCPPublicURL stands for the path of its section, which may end with a slash.
for ('', '/', '/tools', '/tools/') {
    my $path = $_;
    (my $plain = $path) =~ s{/$}{};
    my $public = 'https://gateway.example/prefix';
    my $t = MCPServer->new(tls => 1, site => 0, config => join "\n",
        $idp->config, 'MCPStateDirectory "${ROOT}/state/mcp-oauth"',
        'MCPAuthIssuer ${ISSUER}', 'LogLevel mcp_oauth:info',
        '<Location "' . ($path || '/') . '">', 'AuthType mcp',
        'Require valid-user', "MCPPublicURL $public", @issued, '</Location>');
    $t->log->expect(qr/MCP00784/, qr/MCP00365/);
    $t->start;
    my $token = issued(cnf => {jkt => $mine->thumbprint});
    my $at = sub {
        my ($url, $what) = @_;
        return $t->client->get($what, headers => [
            Authorization => "DPoP $token", DPoP => $mine->proof(GET => $url,
                ath => encode_base64url(sha256($token)))])->status;
    };
    my $name = 'MCPPublicURL of "' . ($path || '/') . '"';
    is($at->("$public/x/y", "$plain/x/y"), 404, "$name: htu is what it says");
    is($at->("$public", "$plain/x/y"), 401, 'for another path it is no proof');
    is($at->("${public}x/y", "$plain/x/y"), 401, 'nor without a slash');
    is($at->($t->issuer . "$plain/x/y", "$plain/x/y"), 401,
        'nor for where it is really');
    is($at->("$public", "$plain/%78/y"), 401,
        'nor for a path that is written in another way');
}

undef $s;
done;
