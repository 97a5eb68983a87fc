# Licensed under the Apache License, Version 2.0; see LICENSE.
# The token endpoint: codes (RFC 6749 4.1.3, RFC 7636), what they become (RFC
# 9068), who may ask (RFC 6749 2.3), and the strictness of its form.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use File::Temp ();
use MIME::Base64 qw(encode_base64);

my $c = client();
my $issuer = $c->{url};
my $mcp = $c->resource('/mcp');
my $client = $c->register;
my $other = $c->register(client_name => 'Other client');

sub code { return $c->journey(client => $client, @_, until => 'code') }

# -- a code becomes tokens ---------------------------------------------------

my $j = code(scope => 'notes:read');
my $before = time;
my $r = $c->redeem($j);
my $t = $r->json;
is($r->status, 200, 'RFC 6749 5.1: a code becomes tokens');
is($r->header('Content-Type'), 'application/json', 'RFC 6749 5.1: as JSON');
is($r->header('Cache-Control'), 'no-store', 'RFC 6749 5.1: no-store');
is($r->header('Pragma'), 'no-cache', 'RFC 6749 5.1: no-cache');
is($r->header('Access-Control-Allow-Origin'), '*',
    'Fetch: a client in a browser may read them');
is_deeply([sort keys %$t],
    [qw(access_token expires_in refresh_token scope token_type)],
    'RFC 6749 5.1: these members and no other');
is($t->{token_type}, 'Bearer', 'RFC 6750 4: Bearer');
like($r->body, qr/"expires_in":3600[,}]/, 'D5: for an hour, an integer');
is($t->{scope}, 'notes:read', 'RFC 6749 5.1: scope');

my $header = jwt_header($t->{access_token});
is_deeply([@{$header}{qw(typ alg)}], ['at+jwt', 'ES256'],
    'RFC 9068 2.1: typ and alg');
my ($key) = grep { $_->{kid} eq $header->{kid} }
    @{$c->get('/oauth/jwks')->json->{keys}};
ok($key, 'RFC 9068 4: signed by a key of the JWKS');

# by another implementation than ours
sub der { my ($tag, $body) = @_; return chr($tag) . chr(length $body) . $body }
sub der_integer {
    my $bytes = shift =~ s/^\0+//r;
    return der(2, ord $bytes > 127 ? "\0$bytes" : $bytes);
}
sub is_signed {
    my ($jwt, $key) = @_;
    my ($text, $signature) = $jwt =~ /^(.*)\.([^.]+)$/;
    my ($x, $y) = map { decode_base64url($key->{$_}) } qw(x y);
    my $spki = pack('H*', '3059301306072a8648ce3d020106082a8648ce3d030107034200'
        . '04') . $x . $y;
    my ($first, $second) = unpack 'a32 a32', decode_base64url($signature);
    my %file = (text => $text, key => "-----BEGIN PUBLIC KEY-----\n"
        . encode_base64($spki) . "-----END PUBLIC KEY-----\n",
        signature => der(0x30, der_integer($first) . der_integer($second)));
    my $dir = File::Temp->newdir;
    for (keys %file) {
        open my $out, '>:raw', "$dir/$_" or die $!;
        print $out $file{$_};
        close $out;
    }
    return `openssl dgst -sha256 -verify $dir/key -signature $dir/signature \\
        $dir/text 2>&1` =~ /Verified OK/;
}
ok(is_signed($t->{access_token}, $key), 'RFC 7515: OpenSSL verifies it');

my $claims = jwt_claims($t->{access_token});
is_deeply([sort keys %$claims],
    [qw(aud client_id exp grant iat idp iss jti scope sub)],
    'RFC 9068 2.2: these claims and no other');
is($claims->{iss}, $issuer, 'RFC 9068 2.2: iss');
is($claims->{aud}, $mcp, 'RFC 9068 2.2: aud is exactly the resource');
is($claims->{sub}, 'ada', 'RFC 9068 2.2: sub');
is($claims->{client_id}, $client->{client_id}, 'RFC 9068 2.2: client_id');
is($claims->{scope}, 'notes:read', 'RFC 9068 2.2.3: scope');
ok($claims->{iat} >= $before - 1 && $claims->{iat} <= time + 1,
    'RFC 9068 2.2: iat');
is($claims->{exp} - $claims->{iat}, 3600, 'RFC 9068 2.2: exp');
like($claims->{jti}, qr/^[A-Za-z0-9_-]{16,}$/, 'RFC 9068 2.2: jti');
isnt(jwt_claims($c->redeem(code())->json->{access_token})->{jti},
    $claims->{jti}, 'RFC 9068 2.2: jti is never the same');
works($c, $t->{access_token}, '/mcp', 'and it works');
dead($c, $t->{access_token}, '/notes',
    'RFC 9068 4: for its audience and no other');

my $short = $c->journey(client => $c->register(grant_types => undef));
ok(!exists $short->{tokens}{refresh_token},
    'RFC 7591 2: no refresh token for who did not register that');
ok($c->journey(client => $c->register(grant_types => undef),
    scope => 'offline_access')->{refresh_token},
    'OpenID Connect Core 11: but for who asks for offline_access');

# -- what a code does not become ---------------------------------------------

sub invalid { return refused($_[0], 400, $_[1], $_[2]) }

for (
    ['invalid_grant', 'a wrong verifier', code_verifier => 'x' x 43],
    ['invalid_request', 'no verifier', code_verifier => undef],
    ['invalid_request', 'an empty verifier', code_verifier => ''],
    ['invalid_request', 'a verifier of 42 characters',
        code_verifier => 'x' x 42],
    ['invalid_request', 'a verifier of 129 characters',
        code_verifier => 'x' x 129],
    ['invalid_request', 'a verifier with a blank',
        code_verifier => 'x' x 42 . ' '],
    ['invalid_grant', 'the challenge as verifier', code_verifier => 'challenge'],
    ['invalid_request', 'no code', code => undef],
    ['invalid_request', 'an empty code', code => ''],
    ['invalid_grant', 'an unknown code', code => 'x' x 43],
    ['invalid_grant', 'a long code', code => 'x' x 5000],
    ['invalid_grant', 'another redirect_uri',
        redirect_uri => 'http://127.0.0.1:33418/other'],
    ['invalid_grant', 'another port of the redirect_uri',
        redirect_uri => 'http://127.0.0.1:33419/callback'],
    ['invalid_target', 'another resource', resource => "$issuer/notes"],
    ['invalid_target', 'a foreign resource', resource => 'https://a.example/'],
    ['invalid_request', 'no grant_type', grant_type => undef],
    ['invalid_request', 'an empty grant_type', grant_type => ''],
    ['unsupported_grant_type', 'password', grant_type => 'password'],
    ['unsupported_grant_type', 'client_credentials',
        grant_type => 'client_credentials'],
    ['unsupported_grant_type', 'another case',
        grant_type => 'Authorization_code'],
) {
    my ($error, $name, %fields) = @$_;
    my $j = code();
    $fields{code_verifier} = $j->{request}{parameters}{code_challenge}
        if ($fields{code_verifier} // '') eq 'challenge';
    invalid($c->redeem($j, %fields), $error,
        "RFC 6749 5.2: $error for $name");
    is($c->redeem($j)->status, 200, 'and the code is not burnt by it');
}
my $stolen = code();
invalid($c->redeem({%$stolen, client => $other}), 'invalid_grant',
    'RFC 6749 4.1.3: a code is for the client that asked for it');
is($c->redeem($stolen)->status, 200, 'who still gets its tokens');
for (['without redirect_uri (OAuth 2.1)', redirect_uri => undef],
    ['without resource', resource => undef],
    ['with an extension', audience => 'x', vendor => '1'],
    ['with a scope, which is none of its parameters', scope => 'notes:read']) {
    my ($name, @fields) = @$_;
    is($c->redeem(code(), @fields)->status, 200,
        "RFC 6749 4.1.3: a code is redeemed $name");
}

# -- twice -------------------------------------------------------------------

# All children know the token before: each has a memory of its own.
sub everywhere {
    my $token = shift;
    return [at_once(16, sub { status_of($c, $token) })];
}
my $twice = code();
my $first = $c->redeem($twice)->json;
is_deeply(everywhere($first->{access_token}), [(200) x 16],
    'its token works in all children');
invalid($c->redeem($twice, code_verifier => 'y' x 43), 'invalid_grant',
    'RFC 6749 10.5: a code that is spent, without the verifier');
is_deeply(everywhere($first->{access_token}), [(200) x 16],
    'ends nothing: whoever saw the code could');
invalid($c->redeem($twice), 'invalid_grant',
    'RFC 6749 4.1.2: a code is redeemed once');
is_deeply(everywhere($first->{access_token}), [(401) x 16],
    'RFC 6749 4.1.2: and what it gave before ends, in all children at once');
dead($c, $first->{access_token}, '/mcp', 'as an invalid token');
invalid($c->refresh({%$twice, %$first}), 'invalid_grant',
    'RFC 6749 4.1.2: the refresh token too');
invalid($c->redeem($twice), 'invalid_grant', 'also the third time');

# -- who asks (RFC 6749 2.3) -------------------------------------------------

my %with = map { $_ => $c->register(token_endpoint_auth_method => $_) }
    qw(none client_secret_basic client_secret_post);
my $basic = $with{client_secret_basic};
my ($id, $secret) = @{$basic}{qw(client_id client_secret)};
sub hex_all { return join '', map { sprintf '%%%02X', ord } split //, shift }
sub authorization { return 'Basic ' . encode_base64(join(':', @_), '') }

# A redemption for a client, authenticated as it is given: header, fields.
sub ask {
    my ($client, $authorization, %fields) = @_;
    my $j = code(client => $client);
    my $answer = $c->post('/oauth/token', form => {
        grant_type => 'authorization_code', code => $j->{code},
        code_verifier => $j->{request}{verifier}, %fields},
        headers => {Authorization => $authorization});
    return $answer;
}
for (
    ['by Basic', $basic, authorization($id, $secret)],
    ['by Basic, percent-encoded throughout', $basic,
        authorization(hex_all($id), hex_all($secret))],
    ['by Basic, and with client_id in the body', $basic,
        authorization($id, $secret), client_id => $id],
    ['by basic in small letters', $basic,
        authorization($id, $secret) =~ s/^Basic/basic/r],
    ['by a secret in the body', $with{client_secret_post}, undef,
        map { $_ => $with{client_secret_post}{$_} } qw(client_id
            client_secret)],
    ['as a public client', $with{none}, undef,
        client_id => $with{none}{client_id}],
    ['as a public client that sends an empty secret', $with{none}, undef,
        client_id => $with{none}{client_id}, client_secret => ''],
    ['as a public client by Basic without a secret', $with{none},
        authorization($with{none}{client_id}, '')],
) {
    my ($name, @how) = @$_;
    my $r = ask(@how);
    is($r->status, 200, "RFC 6749 2.3.1: authenticated $name")
        or diag $r->brief;
}
my $wrong = 'w' x 43;
for (
    ['nobody', $with{none}, undef],
    ['an unknown client_id', $with{none}, undef, client_id => 'unknown'],
    ['a client_id that was changed', $with{none}, undef,
        client_id => $with{none}{client_id} =~
            s/(.)$/$1 eq 'A' ? 'B' : 'A'/er],
    ['a public client with a secret', $with{none}, undef,
        client_id => $with{none}{client_id}, client_secret => $wrong],
    ['a confidential client without its secret', $basic, undef,
        client_id => $id],
    ['a confidential client with an empty secret', $basic,
        authorization($id, '')],
    ['a wrong secret by Basic', $basic, authorization($id, $wrong)],
    ['the secret of another', $basic,
        authorization($id, $with{client_secret_post}{client_secret})],
    ['a secret that is the id', $basic, authorization($id, $id)],
    ['half the secret', $basic, authorization($id, substr $secret, 0, 20)],
    ['a wrong secret in the body', $with{client_secret_post}, undef,
        client_id => $with{client_secret_post}{client_id},
        client_secret => $wrong],
    ['Basic without a colon', $basic, authorization($id)],
    ['Basic that is no base64', $basic, 'Basic !!!'],
    ['Basic with nothing', $basic, 'Basic'],
    ['Basic with a NUL', $basic, authorization("$id\0", $secret)],
    ['a Bearer token', $basic, 'Bearer abc'],
    ['a long Basic', $basic, authorization('x' x 5000, 'x')],
) {
    my ($name, @how) = @$_;
    my $r = ask(@how);
    refused($r, 401, 'invalid_client', "RFC 6749 5.2: $name is refused");
    like($r->header('WWW-Authenticate'), qr/^Basic realm="[^"]+"$/,
        'RFC 6749 5.2: with the scheme that was used') if defined $how[1];
    like($r->header('Link') // '', qr/registration/,
        'and with the way to register again') if $name =~ /unknown/;
}
invalid(ask($basic, authorization($id, $secret), client_secret => $secret),
    'invalid_request', 'RFC 6749 2.3: one way to authenticate, not two');
invalid(ask($basic, authorization($id, $secret),
    client_id => $with{none}{client_id}), 'invalid_request',
    'RFC 6749 2.3: two clients at once are none');

# -- the form ----------------------------------------------------------------

sub send_form {
    my ($body, $type, $query) = @_;
    return $c->post('/oauth/token' . ($query // ''), body => $body, headers => {
        'Content-Type' => $type // 'application/x-www-form-urlencoded'});
}
my $mine = code();
my %good = (grant_type => 'authorization_code', code => $mine->{code},
    code_verifier => $mine->{request}{verifier}, resource => $mcp,
    client_id => $client->{client_id}, vendor => 1);
my $form = MCPClient::form_encode(\%good);
for (sort keys %good) {
    next if $_ eq 'resource';
    invalid(send_form("$form&$_=" . MCPClient::escape($good{$_})),
        'invalid_request', "RFC 6749 3.2: $_ once, not twice");
}
invalid(send_form("$form&resource=" . MCPClient::escape("$issuer/notes")),
    'invalid_target', 'RFC 8707 2.2: one resource of a token');
for (['nothing', ''], ['a NUL', "$form&x=%00"], ['a raw NUL', "$form&x=\0"],
    ['bytes that are no UTF-8', "$form&x=%ff"],
    ['an overlong form of UTF-8', "$form&x=%c0%af"],
    ['half an escape', "$form&x=%4"], ['no escape', "$form&x=%zz"],
    ['JSON', json_encode(\%good)],
    ['100 fields', join '&', $form, map { "f$_=" } 1 .. 100]) {
    invalid(send_form($_->[1]), 'invalid_request',
        "RFC 6749 5.2: $_->[0] is no token request");
}
invalid(send_form('', undef, "?$form"), 'invalid_request',
    'RFC 6749 3.2: parameters of the URL do not count');
refused(send_form('x=' . 'y' x 70_000), 413, 'invalid_request',
    'RFC 9110 15.5.14: a form of more than 64 KiB');
refused(send_form($form, $_), 415, 'invalid_request',
    "RFC 6749 3.2: not as $_") for 'application/json', 'text/plain',
        'multipart/form-data; boundary=x', 'application/x-www-form-urlencodedx';
for my $method (qw(GET PUT DELETE)) {
    my $r = $c->request($method => '/oauth/token',
        $method eq 'GET' ? () : (form => \%good));
    refused($r, 405, 'invalid_request', "RFC 6749 3.2: POST, not $method");
    like($r->header('Allow'), qr/\bPOST\b/, 'and Allow says so');
}
is(send_form("&&$form&resource=" . MCPClient::escape($mcp),
    'Application/X-WWW-Form-Urlencoded; charset=UTF-8')->status, 200,
    'and after all of that the code is as good as before');
done();
