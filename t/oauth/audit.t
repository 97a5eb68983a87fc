# Licensed under the Apache License, Version 2.0; see LICENSE.
# MCPAuditLog: each event is one line of JSON that says what happened and holds
# no secret; a flood, a full disk and a restart do it no harm.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $RATE = 40;
my $s = MCPServer->new(faketime => 1, config => <<"END");
MCPAuditLog logs/audit
CustomLog "\${ROOT}/logs/ids" "%L"
MCPLimit  audit=$RATE/min registrations=60000/h sign-in-failures=3/min
MCPScope  secret:read "Read secrets" "expr=%{MCP_USER} == 'bob'"
<Location "/only-bob">
    AuthType   mcp
    Require    user bob
    SetHandler mcp-server
    MCPOffer   demo:*
</Location>
<Location "/secrets">
    AuthType   mcp
    Require    mcp-scope secret:read
    SetHandler mcp-server
    MCPOffer   demo:*
</Location>
<MCPRegisteredClient worker>
    Secret a-secret-of-the-worker
    Grants client_credentials
    Introspection on
</MCPRegisteredClient>
END
my $file = $s->root . '/logs/audit';
secret('a-secret-of-the-worker');

# The lines of a file, as objects; none may be torn.
sub events_in {
    my ($path, $skip) = @_;
    open my $in, '<:raw', $path or return;
    my @lines = <$in>;
    splice @lines, 0, $skip // 0;
    for (@lines) {
        die "not a whole line: $_" unless /^\{.*\}\n\z/;
        die 'a line of ' . length . " bytes\n" if length > 4096;
    }
    return map json_decode($_), @lines;
}

my $seen = 0;
sub news {
    my @events = events_in($file, $seen);
    $seen += @events;
    return @events;
}

# What happened since the last look: exactly this, in this order. A value may
# be a pattern; what is not named is not compared but for the members.
sub happened {
    my ($name, @want) = @_;
    my @got = news();
    my @faults;
    push @faults, 'it was ' . join ' ', map $_->{event}, @got
        unless "@{[map $_->{event}, @got]}" eq "@{[map $_->[0], @want]}";
    for my $n (0 .. $#want) {
        my ($event, %members) = @{$want[$n]};
        my %is = %{$got[$n] || {}};
        delete @is{qw(time event request address server)};
        push @faults, "$event has "
            . join(' ', sort keys %is) . ', not ' . join ' ', sort keys %members
            unless "@{[sort keys %is]}" eq "@{[sort keys %members]}";
        for (sort keys %members) {
            my ($value, $is) = ($members{$_}, $is{$_} // 'missing');
            push @faults, "$event: $_ is $is"
                unless ref $value ? $is =~ $value : $is eq $value;
        }
    }
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok(!@faults, $name) or diag join "\n", @faults;
    return @got;
}

# As the log and mcpctl call a client.
sub brief {
    my $id = shift;
    return length $id <= 64 ? $id : substr($id, 0, 20) . '~'
        . encode_base64url(sha256($id));
}
sub hashed { return encode_base64url(sha256($_[0])) }

$s->start;
my $c = $s->client;
my $issuer = $s->issuer;
is((stat $file)[2] & 0777, 0640, 'the file is not for everybody');

# -- each event --------------------------------------------------------------

my $client = $c->register;
my ($first) = happened('a client registers', ['registered',
    client => brief($client->{client_id})]);
like($first->{time}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
    'RFC 3339: it says when');
is($first->{address}, '127.0.0.1', 'and from where');
is($first->{server}, $issuer, 'and at which server');
my $id_file = $s->root . '/logs/ids';
$s->await('the access log', sub {
    open my $in, '<', $id_file or return;
    grep { $_ eq "$first->{request}\n" } <$in> });
open my $ids, '<', $id_file or die $!;
chomp(my @ids = <$ids>);
is($ids[-1], $first->{request}, 'and in which request, as %L has it');
is(length brief($client->{client_id}), 64, 'a long client_id is short there');

$c->register_response(redirect_uris => []);
happened('a registration is refused', ['registration-refused',
    reason => qr/redirect_uris/]);

my %about = (client => brief($client->{client_id}), resource => "$issuer/mcp",
    scope => 'notes:read');
my %ada = (user => 'ada', subject => 'ada', issuer => qr/./);
my $j = $c->journey(client => $client, scope => 'notes:read');
my $grant = jwt_claims($j->{access_token})->{grant};
my @all = happened('a user signs in and says yes', ['signed-in', %about, %ada],
    ['consent-shown', %about, %ada], ['consent-given', %about, %ada],
    ['code-issued', %about, %ada, grant => hashed($grant), reason => 'asked'],
    ['code-redeemed', %about, %ada, grant => hashed($grant)]);
my %grant = (%about, %ada, grant => hashed($grant));
is(scalar(grep { $_->{issuer} eq $all[0]{issuer} } @all), 5,
    'the same identity each time');

$c->journey(client => $client, decision => 'deny', scope => 'notes:read');
happened('a user says no', ['signed-in', %about, %ada],
    ['consent-shown', %about, %ada], ['consent-denied', %about, %ada]);

my $browser = $c->fresh;
my $asked = $c->journey(client => $client, scope => 'notes:read',
    browser => $browser, until => 'consent');
my ($form) = grep { @{$_->{buttons}} } $browser->forms($asked->{response});
$browser->submit($asked->{response}, $form, decision => 'sign-out');
happened('a user signs out', ['signed-in', %about, %ada],
    ['consent-shown', %about, %ada], ['signed-out', %about, %ada]);

my $wrong = $c->journey(client => $client, scope => 'notes:read',
    until => 'sign-in');
($form) = grep { exists $_->{inputs}{password} }
    $c->forms($wrong->{response});
my $stranger = $c->fresh(from => '127.0.0.2');
my $typed = "eve\"\r\n{\x{7}";
$stranger->submit($wrong->{response}, $form, username => $typed,
    password => 'a-wrong-password') for 1 .. 4;
my @failed = happened('a password is wrong, and again', map(['sign-in-failed',
    %about, user => $typed], 1 .. 3), ['limited', user => $typed,
    reason => 'sign-in']);
is($failed[0]{address}, '127.0.0.2', 'it says who guesses');

is($c->redeem($j)->status, 400, 'RFC 6749 4.1.2: a code is good once');
happened('a code is used again', ['code-reused', %grant],
    ['revoked', %grant, reason => 'code-reused']);

$c->call_tool('/mcp', hello => {}, token => $j->{access_token});
happened('a token of it is used', ['token-refused', resource => "$issuer/mcp",
    reason => qr/revoked/]);
$c->call_tool('/mcp', hello => {});
happened('a request without a token is no event');
$c->call_tool('/mcp', hello => {}, token => 'a-token-that-never-was');
happened('something that is no token', ['token-refused',
    resource => "$issuer/mcp", reason => qr/./]);

$j = $c->journey(client => $client, scope => 'notes:read');
%grant = (%grant, grant => hashed(jwt_claims($j->{access_token})->{grant}));
news();
my $second = $c->refresh($j)->json->{refresh_token};
happened('a refresh', ['refreshed', %grant]);
$c->refresh($j);
happened('the same once more', ['refresh-repeated', %grant]);
my $third = $c->refresh($j, refresh_token => $second)->json;
happened('the next', ['refreshed', %grant]);
$c->call_tool('/notes', hello => {}, token => $j->{access_token});
happened('a token for another resource', ['token-refused',
    resource => "$issuer/notes", reason => qr/another resource/]);
$c->refresh($j);
happened('an old one', ['refresh-reused', %grant],
    ['revoked', %grant, reason => 'refresh-reused']);

$j = $c->journey(client => $client, scope => 'notes:read');
my %token = (%ada, client => brief($client->{client_id}),
    scope => 'notes:read',
    grant => hashed(jwt_claims($j->{access_token})->{grant}));
my $worker = {client_id => 'worker', client_secret => 'a-secret-of-the-worker',
    token_endpoint_auth_method => 'client_secret_basic'};
news();
$c->introspect($worker, $j->{access_token});
happened('a resource server asks about a token', ['introspected', %token,
    client => 'worker', reason => 'active']);
$c->introspect($worker, 'a-token-that-never-was');
happened('about something that is no token', ['introspected',
    client => 'worker', reason => 'not active']);
$c->revoke($client, $j->{access_token});
happened('a client revokes an access token', ['revoked', %token,
    reason => 'client, one access token']);
$c->revoke($client, $j->{refresh_token});
happened('a client revokes a grant', ['revoked', %token,
    resource => "$issuer/mcp", reason => 'client']);
$c->revoke($client, $j->{refresh_token});
happened('revoking it again is no event');

my $notes = $c->journey(client => $client, resource => '/files',
    scope => 'notes:read');
news();
$c->get('/files/x', token => $notes->{access_token});
happened('a scope is missing', ['step-up', %ada,
    grant => hashed(jwt_claims($notes->{access_token})->{grant}),
    client => brief($client->{client_id}), resource => "$issuer/files",
    scope => 'notes:write']);
my $for_bob = $c->journey(client => $client, resource => '/only-bob',
    scope => 'notes:read');
news();
$c->call_tool('/only-bob', hello => {}, token => $for_bob->{access_token});
happened('a user may not', ['access-denied', %ada,
    grant => hashed(jwt_claims($for_bob->{access_token})->{grant}),
    client => brief($client->{client_id}), resource => "$issuer/only-bob",
    reason => qr/Require/]);
$c->get('/mcp', headers => {Origin => 'https://evil.example'});
happened('a website may not', ['access-denied', resource => "$issuer/mcp",
    reason => qr/Origin/]);
$c->journey(client => $client, resource => '/secrets',
    scope => 'secret:read');
my %secrets = (%about, resource => "$issuer/secrets");
happened('a user may be granted nothing', ['signed-in', %secrets, %ada,
    scope => 'secret:read'], ['access-denied', %secrets, %ada,
    scope => 'secret:read', reason => qr/./]);

$c->token_request($worker, grant_type => 'client_credentials',
    resource => "$issuer/mcp", scope => 'notes:read');
happened('a client gets a token for itself', ['token-issued', %about,
    client => 'worker', user => 'client:worker', subject => 'worker',
    issuer => $issuer, grant => qr/^[\w-]{43}$/]);
$c->token_request({%$worker, client_secret => 'another-secret-than-that'},
    grant_type => 'client_credentials', resource => "$issuer/mcp");
happened('a client that fails to authenticate', ['client-refused',
    client => 'worker', reason => qr/secret/]);
$c->token_request({client_id => 'c' x 5000}, grant_type => 'refresh_token',
    refresh_token => 'x');
happened('a client that nobody knows', ['client-refused',
    client => brief('c' x 5000), reason => qr/did not issue/]);

# -- a flood -----------------------------------------------------------------

my $before = $seen;
at_once(16, sub { $c->call_tool('/mcp', hello => {}, token => 'x' x 40)
    for 1 .. 10; 1 });
my @flood = news();
ok(@flood > 0 && @flood <= 2 * $RATE + 1,
    'MCPLimit audit=: a flood is bounded') or diag scalar @flood;
$c->register;
is((news())[-1]{event}, 'registered', 'and other events are written');
# lines of one event, and those that are said not to be there
sub accounted {
    my ($of, @events) = @_;
    my $count = grep { $_->{event} eq $of } @events;
    $count += $_->{count} for grep { $_->{event} eq 'suppressed'
        && $_->{of} eq $of } @events;
    return $count;
}
$s->set_clock(60);
$s->await('what was left out', sub {
    160 == accounted('token-refused', events_in($file, $before)) });
pass('it is said what was left out, without anybody coming');
news();

# -- children ----------------------------------------------------------------

at_once(16, sub { $c->register(client_name => 'x' x 200) for 1 .. 2; 1 });
my @many = news();
is(scalar(grep { $_->{event} eq 'registered' } @many), 32,
    'lines of many children are whole');

# -- restarts ----------------------------------------------------------------

rename $file, "$file.1" or die $!;
$s->set_clock(0);
$s->graceful;
$c->register;
is_deeply([map $_->{event}, events_in($file)], ['registered'],
    'a graceful restart opens it anew: logs can be rotated');
$seen = 1;
$s->restart;
$c->register;
is_deeply([map $_->{event}, news()], ['registered'],
    'after a restart it goes on where it was');

# what nobody comes to tell
$c->call_tool('/mcp', hello => {}, token => 'y' x 40) for 1 .. $RATE + 5;
$s->stop;
my @last = news();
is(accounted('token-refused', @last), $RATE + 5,
    'at the end it is said what was left out') or diag json_encode(\@last);

# what a server has said may not be in its audit log either
sub leaks {
    my $path = shift;
    open my $in, '<:raw', $path or die $!;
    my $text = do { local $/; <$in> };
    return grep { index($text, $_) >= 0 } keys %{$s->log->{secrets}};
}
is(scalar(leaks($file)) + leaks("$file.1"), 0, 'no secret is in it');
ok(keys %{$s->log->{secrets}} > 30, 'and many went by');
log_is_clean();

# -- virtual hosts, pipes ----------------------------------------------------

my $port = MCPServer::free_port();
$s = MCPServer->new(config => <<"END");
MCPAuditLog "|\$cat >> \${ROOT}/logs/piped"
CustomLog "\${ROOT}/logs/ids" "%L"
LogLevel notice
Listen 127.0.0.1:$port
<VirtualHost 127.0.0.1:$port>
    ServerName  http://localhost:$port
    MCPAuthIssuer http://localhost:$port
    MCPAuditLog "\${ROOT}/logs/own"
</VirtualHost>
END
$s->start;
my ($piped, $own) = map $s->root . "/logs/$_", qw(piped own);
my $other = MCPClient->new(url => "http://localhost:$port", log => $s->log);
$other->register;
is_deeply([map $_->{server}, events_in($own)], ["http://localhost:$port"],
    'a virtual host has a log of its own');
my $own_ids = $s->root . '/logs/ids';
# the metadata comes first, of which nobody made an id
$s->await('the access log', sub {
    open $ids, '<', $own_ids or return;
    chomp(@ids = <$ids>);
    return @ids > 1;
});
is($ids[-1], (events_in($own))[0]{request},
    'the request is what %L has, also where nothing went to the error log');
at_once(8, sub { $s->client->register; 1 });
$s->await('the pipe', sub { -e $piped && 8 == (my @e = eval {
    events_in($piped) }) });
is_deeply([map $_->{server}, events_in($piped)], [($s->issuer) x 8],
    'the others write to a pipe, each line whole');
$s->graceful;
$s->client->register;
$s->await('the new pipe', sub { 9 == (my @e = eval { events_in($piped) }) });
pass('which is opened anew too');
is(scalar(my @e = events_in($own)), 1, 'and not to both');
$s->stop;
log_is_clean();

# -- what cannot be written --------------------------------------------------

$s = MCPServer->new(config => 'MCPAuditLog /dev/full');
$s->start;
$c = $s->client;
require_log(qr/MCP00840: cannot write to MCPAuditLog \/dev\/full: No space/);
$j = $c->journey;
works($c, $j->{access_token}, '/mcp', 'a full disk fails no request');
ok($s->logged(qr/MCP00840/) <= 4,
    'and is said once in each child') or diag $s->logged(qr/MCP00840/);
$s->stop;
log_is_clean();

# a disk that gets full in the middle of a line, and is cleaned up
$s = MCPServer->new(config => 'MCPAuditLog logs/audit');
$s->start;
$c = $s->client;
my $limit = 1 << 28;
truncate $s->root . '/logs/audit', $limit - 60 or die $!;
sub limit_files {
    for my $process ($s->{pid}, $s->children) {
        system('prlimit', "--pid=$process", "--fsize=$_[0]:") == 0
            or die 'prlimit';
    }
}
limit_files($limit);
expect_log(qr/MCP00840/);
is($c->register_response->status, 201, 'half a line fails no request');
is($c->register_response->status, 201, 'nor what comes after it');
is(-s $s->root . '/logs/audit', $limit, 'the file is full');
limit_files('unlimited');
at_once(16, sub { $c->register; 1 });
ok($s->logged(qr/MCP00841: MCPAuditLog \S+audit can be written again/),
    'it is said when it goes on');
open my $in, '<:raw', $s->root . '/logs/audit' or die $!;
seek $in, $limit - 60, 0;
my ($torn, @whole) = <$in>;
like($torn, qr/^\{"time":[^}]*\n\z/, 'the line in between is torn');
is(scalar(grep { eval { json_decode($_)->{event} } eq 'registered' } @whole),
    16, 'and no other');
$s->stop;
log_is_clean();

$s = MCPServer->new(config => 'MCPAuditLog nowhere/audit');
ok(!eval { $s->start; 1 }, 'a directory that is not there stops the start');
ok($s->logged(qr/MCP00461: cannot open MCPAuditLog \S+nowhere\/audit: No such file or directory\. Name a file/),
    'and it is said why');
expect_log(qr/MCP00461/);
done();
