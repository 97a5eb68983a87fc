# Licensed under the Apache License, Version 2.0; see LICENSE.
# What an administrator does with mcpctl stands in the server's audit log.
use strict;
use warnings;
use MCPTest;
use MCPCtl;
use MCPServer;

my $s = MCPServer->new(config => "MCPAuditLog logs/audit\n");
$s->start;
my $c = $s->client;
my $ctl = MCPCtl->new($s);
my $log = $s->root . '/logs/audit';
my $client = $c->register;
my $j = $c->journey(client => $client);
my $brief = substr($client->{client_id}, 0, 20) . '~'
    . encode_base64url(sha256($client->{client_id}));

# The lines that a command adds.
sub audited {
    my (@words) = @_;
    my $from = -s $log;
    my $r = $ctl->run(@words);
    is($r->{code}, 0, 'mcpctl ' . (ref $words[0] ? "@{$words[0]}"
        : "@words[0, 1]")) or diag $r->{err};
    is($r->{err}, '', 'without a complaint');
    open my $in, '<', $log or die $!;
    seek $in, $from, 0;
    return map json_decode($_), <$in>;
}
sub event_of {
    my %line = %{shift()};
    like(delete $line{time}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
        'when it was');
    return \%line;
}

my ($line, @more) = audited(qw(deny client), $client->{client_id});
is_deeply(event_of($line), {event => 'client-denied', client => $brief},
    'a denial');
is(scalar @more, 0, 'one line');
($line) = audited(qw(allow client), $brief);
is_deeply(event_of($line), {event => 'client-allowed', client => $brief},
    'and its end');
my $claims = jwt_claims($j->{access_token});
($line) = audited(qw(revoke grant), $claims->{grant});
is_deeply(event_of($line), {event => 'revoked', reason => 'administrator',
    server => $s->issuer, client => $brief, user => 'ada', subject => 'ada',
    issuer => $claims->{idp}, grant => encode_base64url(sha256(
    $claims->{grant})), resource => $claims->{aud}, scope => $claims->{scope}},
    'a grant');
$c->journey(client => $client, user => $_) for qw(ada bob ada);
is(join(' ', map "$_->{event} $_->{user}", audited(qw(revoke user ada))),
    'revoked ada revoked ada', 'of a user each of them');
is(join(' ', map "$_->{event} $_->{user}", audited(qw(revoke client), $brief)),
    'revoked bob', 'and of a client');
$j = $c->journey(client => $client);
($line) = audited([qw(revoke token)], in => $j->{access_token});
is_deeply([@$line{qw(event user reason)}],
    ['revoked', 'ada', 'administrator, one access token'], 'a token');
($line) = audited(qw(rotate keys --compromised));
is_deeply([@$line{qw(event reason)}],
    ['key-rotated', 'administrator: compromised'], 'new keys');
$j = $c->journey;
is(scalar(audited(qw(list grants))), 0, 'who only looks is not noted');

# -- where it cannot be written ----------------------------------------------

SKIP: {
    skip 'only root becomes somebody else', 3 if $> != 0;
    my $r = $ctl->run([qw(deny client), 'https://bad.example/c'],
        user => 'www-data');
    is($r->{code}, 0, 'who may not write the log does what he has to');
    like($r->{err}, qr/MCP00881: .*logs\/audit: Permission denied.*as root/,
        'and is told');
    is(scalar(() = $r->{err} =~ /MCP00881/g), 1, 'once');
}
# what the user of the server can put there
rename "$ctl->{state}/service.json", "$ctl->{state}/service.json.before";
open my $out, '>', "$ctl->{state}/service.json" or die $!;
print $out json_encode({format => 'mcp_oauth service', version => 1,
    written => 1, store => {name => 'sqlite'}, issuers => [
    {issuer => $s->issuer, audit_log => "/x\e[2J\xc2\x9b2J"}]});
close $out;
my $err = $ctl->run(qw(deny client https://bad.example/g))->{err};
like($err, qr/MCP00881: .*\/x\\x1B\[2J/, 'its name of a log is shown');
unlike($err, qr/[^\n -~]/, 'and commands no terminal');
rename "$ctl->{state}/service.json.before", "$ctl->{state}/service.json";
rename $log, "$log.1";
like($ctl->run(qw(deny client https://bad.example/d))->{err},
    qr/MCP00881: .*No such file/, 'a log that is gone is not made');
ok(!-e $log, 'by the wrong user');
$s->configure(config => "MCPAuditLog \"|/bin/cat >\${ROOT}/logs/piped\"\n");
$s->restart;
my $known = do { open my $in, '<', "$ctl->{state}/service.json" or die $!;
    json_decode(do { local $/; <$in> }) };
is($known->{issuers}[0]{audit_log}, '|', 'of a pipe is known that it is one');
like($ctl->run(qw(deny client https://bad.example/e))->{err},
    qr/MCP00881: .*pipe of httpd/, 'it is httpd\'s');
$s->configure(config => '');
$s->restart;
is($ctl->run(qw(deny client https://bad.example/f))->{err}, '',
    'without MCPAuditLog nobody wants to know');
$s->stop;
done();
