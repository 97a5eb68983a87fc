# Licensed under the Apache License, Version 2.0; see LICENSE.
# mcpctl verify: whether an access token is good at a location, and why not.
use strict;
use warnings;
use MCPTest;
use MCPCtl;
use MCPServer;

my $s = MCPServer->new;
my $elsewhere = MCPServer->new;
$_->start for $s, $elsewhere;
my $c = $s->client;
my $ctl = MCPCtl->new($s);
my ($mcp, $notes) = map { $c->resource($_) } qw(/mcp /notes);
my ($issuer, $theirs) = map { $_->issuer } $s, $elsewhere;
my ($library) = glob '/usr/lib/*/faketime/libfaketime.so.1';

sub verify {
    my ($token, $resource, %o) = @_;
    return $ctl->run(['verify', '--resource', $resource, @{$o{words} || []}],
        in => $token, env => $o{later} ? {LD_PRELOAD => $library,
            FAKETIME => $o{later}} : {});
}

# Exit code, a sentence, and what is said beside a claim.
sub judged {
    my ($name, $token, $code, $sentence, $remark, %o) = @_;
    my $r = verify($token, $o{resource} // $mcp, %o);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok($r->{code} eq $code && $r->{out} =~ $sentence
        && (!$remark || $r->{out} =~ $remark), $name)
        or diag "$r->{code}: $r->{out}$r->{err}";
    ok(length($token) < 20 || index("$r->{out}$r->{err}", $token) < 0,
        'the token itself is not shown');
}

my $client = $c->register;
my $j = $c->journey(client => $client, scope => 'notes:read');
my $token = $j->{access_token};
my $claims = jwt_claims($token);

judged('a good one', $token, 0, qr/^The token is good for \Q$mcp\E\.$/m,
    qr/^exp +\d{4}-\S+ \S+ +in \d+ min$/m);
judged('with what HTTP puts before it', "Bearer $token\n", 0, qr/is good for/);
my $data = $ctl->json(['verify', "--resource=$mcp"], in => $token);
ok($data->{good} && !$data->{reason} && !$data->{code}, 'for programs');
my %says = map { ($_->{claim} => $_->{value}) } @{$data->{says}};
is_deeply([@says{qw(iss aud sub idp scope kid typ)}],
    [@$claims{qw(iss aud sub idp scope)}, @{jwt_header($token)}{qw(kid typ)}],
    'what it says');
is($says{grant}, encode_base64url(sha256($claims->{grant})),
    'its grant, as the list names it');
is(scalar(grep { $_->{remark} } @{$data->{says}}), 2,
    'beside the times nothing is remarkable');

judged('what is no JWT', 'rubbish', 1, qr/is not good for \Q$mcp\E: \S+/);
judged('a refresh token', $j->{refresh_token}, 1, qr/is not good/);
judged('one without a signature', join('.', (map encode_base64url($_),
    '{"alg":"none","typ":"at+jwt"}', json_encode($claims)), ''), 1,
    qr/is not good/);
my ($head, $tail) = (split /\./, $token)[0, 2];
judged('one that was changed', join('.', $head, encode_base64url(json_encode(
    {%$claims, scope => 'all'})), $tail), 1, qr/is not good.*signature/s,
    qr/be it true or not.*^scope +all/ms);
judged('of another issuer', $elsewhere->client->journey->{access_token}, 1,
    qr/not signed by a key of ours/,
    qr/^iss +\Q$theirs\E +not \Q$issuer\E$/m);
judged('for another resource', $token, 1, qr/it is for another resource/,
    qr/^aud +\Q$mcp\E +not \Q$notes\E$/m, resource => $notes);
my $narrow = $c->journey(client => $client, scope => 'notes:read',
    resource => '/files')->{access_token};
judged('with too little scope', $narrow, 0, qr/is good/,
    qr/^scope +notes:read +the location asks for notes:write$/m,
    resource => $c->resource('/files'));
judged('one that expired', $token, 1, qr/it has expired/,
    qr/^exp .* 60 min ago$|^exp .* \d+ min ago$/m, later => '+2h');
judged('one from the future', $token, 1, qr/comes from the future/, undef,
    later => '-2h');

my $revoked = $c->journey(client => $client)->{access_token};
$ctl->run(qw(revoke grant), jwt_claims($revoked)->{grant});
judged('whose grant was revoked', $revoked, 1, qr/grant has ended or was/);
my $other = $c->register(redirect_uris => ['http://127.0.0.1:4714/cb']);
my $denied = $c->journey(client => $other)->{access_token};
$ctl->run(qw(deny client), $other->{client_id});
judged('whose client is denied', $denied, 1, qr/client is denied/);
$data = $ctl->json(['verify', '--resource', $mcp], in => $denied);
is_deeply([@$data{qw(code good reason resource)}],
    [1, JSON::PP::false(), 'its client is denied', $mcp], 'for programs');

my $r = verify($token, $s->issuer . '/none');
is($r->{code}, 1, 'a location that is not protected');
like($r->{err}, qr/protects no .*\n.*DUMP_MCP/, 'says so');
is($ctl->run([qw(verify)], in => $token)->{code}, 2, 'no location');
is(verify('', $mcp)->{code}, 2, 'no token');
is(verify('x' x 100_000, $mcp)->{code}, 1, 'far too much of one');

# -- the server is stopped, or wrote nothing ---------------------------------

$s->stop;
judged('on a stopped server', $token, 0, qr/is good/);
unlink "$ctl->{state}/service.json" or die $!;
judged('without service.json the issuer is that of the URL', $token, 0,
    qr/is good/);
judged('or the one that is named', $token, 1, qr/not signed by a key of ours/,
    undef, words => ['--issuer', 'https://other.example']);
$s->start;
is($ctl->run(qw(rotate keys --compromised))->{code}, 0, 'all keys are new');
judged('signed by a key that is gone', $token, 1,
    qr/not signed by a key of ours/,
    qr/^kid .* not a key of this issuer \(any more\)$/m);
$_->stop for $s, $elsewhere;
done();
