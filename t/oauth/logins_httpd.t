# Licensed under the Apache License, Version 2.0; see LICENSE.
# What else of httpd signs users in, or says what they may: mod_authn_anon and
# group files; and names that no form of ours has seen.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;
use MCPLogins;

my $s = MCPServer->new;
my $conf = $s->root . '/conf';
sub write_file {
    my ($name, $text) = @_;
    open my $out, '>', "$conf/$name" or die "$name: $!";
    print $out $text;
    close $out or die $!;
}
write_file(groups => "tools: ada carol\nothers: bob\n");

my $state = <<'END';
MCPStateDirectory "${ROOT}/state/mcp-oauth"
MCPAuthIssuer     ${ISSUER}
END
my $file = provider(file => 'AuthUserFile "${CONF}/htpasswd"');

# -- our form ----------------------------------------------------------------

$s->configure(site => 0, modules => [qw(authn_anon authz_groupfile)],
    config => join '', $state,
    location('/guests', provider(anon => 'Anonymous guest visitor',
        'Anonymous_VerifyEmail on', 'Anonymous_LogEmail off')),
    location('/mixed', provider('file anon', 'AuthUserFile "${CONF}/htpasswd"',
        'Anonymous guest', 'Anonymous_LogEmail off')),
    location('/group', $file, 'AuthGroupFile "${ROOT}/conf/groups"',
        'Require group tools'));
is(($s->check)[1], "Syntax OK\n", 'httpd -t takes them all');
$s->start;
my $c = $s->client;
my $at = MCPLogins->new($c);
$at->comes_in('/guests', 'guest', 'me@example.com', 'guest',
    'mod_authn_anon: a guest comes in with an address');
$at->stays_out('/guests', 'guest', 'nonsense', 'not without one');
$at->stays_out('/guests', 'root', 'me@example.com', 'nor under another name');
$at->comes_in('/mixed', 'guest', 'anything', 'guest', 'a guest beside users');
$at->stays_out('/mixed', 'ada', 'anything', 'who keep their passwords');
works($c, $at->token('/group', 'ada'), '/group', 'Require group: ada');
refused($c->call_tool('/group', hello => {}, token => $at->token('/group',
    'bob')), 403, 'access_denied', 'not bob');
write_file(groups => "tools: bob\n");
refused($c->call_tool('/group', hello => {}, token => $at->token('/group',
    'ada')), 403, 'access_denied', 'who leaves the group is out at once');
works($c, $at->token('/group', 'bob'), '/group', 'and who enters it is in');
unlink "$conf/groups";
is($c->call_tool('/group', hello => {}, token => $at->token('/group', 'bob'))
    ->status, 403, 'without its file nobody is in it');

# -- httpd's own -------------------------------------------------------------

my %names = ("j\xc3\xbcrgen" => 'in UTF-8', "<b>\"'" => 'with markup',
    'DOMAIN\\ada' => 'of a domain', 'ada@EXAMPLE.COM' => 'of a realm',
    "j\xfcrgen" => 'in Latin-1', "\xff\xfe" => 'of other bytes',
    'x' x 1100 => 'of 1100 letters');
write_file(htpasswd => join '', map { "$_:{SHA}"
    . MIME::Base64::encode_base64(Digest::SHA::sha1('password'), '') . "\n" }
    sort keys %names);
my $alone = "MCPIdentityProvider httpd\n";
$s->configure(site => 0, config => join '', $state, $alone, location('/mcp'),
    <<'END');
<Location "/oauth/authorize">
    AuthType          Basic
    AuthName          "Test"
    AuthBasicProvider file
    AuthUserFile      "${ROOT}/conf/htpasswd"
    Require           valid-user
</Location>
END
$s->restart;
my $client = $c->register;
my $url = $c->authorization_request(client => $client, state => 'x',
    resource => $c->resource('/mcp'))->{url};
sub basic {
    my ($user, $password) = @_;
    return {Authorization => 'Basic '
        . MIME::Base64::encode_base64("$user:$password", '')};
}
for (sort keys %names) {
    my $r = $c->get($url, headers => basic($_, 'password'));
    if (/[^\x00-\x7f]/ && $_ ne "j\xc3\xbcrgen" || length > 1000) {
        require_log(qr/MCP00450: .*The name of the user .*Let httpd take/);
        shown($r, 500, qr/./, "a name $names{$_} signs nobody in");
        next;
    }
    my ($form) = $c->forms($r);
    my $back = $c->post('/oauth/authorize', form => [@{$form->{hidden}},
        decision => 'approve'], headers => {Origin => $s->issuer,
        'Sec-Fetch-Site' => 'same-origin', %{basic($_, 'password')}});
    sent_back($back, $client->{redirect_uris}[0], {code => qr/./},
        "a name $names{$_} signs in");
}
$s->stop;
done();
