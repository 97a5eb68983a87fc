# Licensed under the Apache License, Version 2.0; see LICENSE.
# What became of a request, for those who write it down: log tags %{WORD}^mc and
# the environment, right for every outcome and not to be forged.
use strict;
use warnings;
use MCPTest;
use MCPServer;

my @words = qw(subject user client scopes issuer email name picture roles
    permissions organization claims method target era session grant decision reason);
my @variables = qw(SUBJECT CLIENT SCOPES GRANT METHOD TARGET ERA SESSION
    DECISION REASON);
my $format = join ' ', '%{X-Round}i', '%U', '%>s', map "\\\"%{$_}^mc\\\"", @words;
my $environment = join ' ', '%{X-Round}i', '%U', '%>s', map "\\\"%{MCP_$_}e\\\"", @variables;
my $cgi = mpm() eq 'prefork' ? 'cgi' : 'cgid';
my $s = MCPServer->new(modules => [$cgi, 'log_config'], config => <<"END");
CustomLog "\${ROOT}/logs/tags" "$format"
CustomLog "\${ROOT}/logs/environment" "$environment"
MCPLimit registrations=2/h
MCPScope a "Do a"
<Location "/gate">
    AuthType mcp
    Require  valid-user
</Location>
<Location "/gate/a">
    Require mcp-scope a
</Location>
<Location "/gate/bob">
    Require user bob
</Location>
<Location "/gate/far">
    Require ip 192.0.2.1
</Location>
<Location "/gate/public">
    Require all granted
</Location>
<Location "/gate/page">
    ErrorDocument 401 "/plain/env.pl"
    ErrorDocument 403 "/plain/env.pl"
</Location>
<Location "/gate/page/a">
    Require mcp-scope a
</Location>
AliasMatch  "^/gate/cgi/(.*)" "\${CONF}/../htdocs/cgi-bin/\$1"
ScriptAlias "/plain/" "\${CONF}/../htdocs/cgi-bin/"
<Location "/gate/cgi">
    Options +ExecCGI
    SetHandler cgi-script
</Location>
AliasMatch "^/gate/(?!cgi)" "\${CONF}/site.conf"
Header always set X-Decision "%{MCP_DECISION}e"
<IfModule cgid_module>
    ScriptSock cgid
</IfModule>
<Directory "\${CONF}">
    Require all granted
</Directory>
END
$s->start;
my $c = $s->client;
my $issuer = $s->issuer;

# What the logs say of the latest request: it is there when httpd is done, and
# what is written late of those before it is of another round.
$MCPClient::round = 1;
sub line_of {
    my ($name) = @_;
    my $line;
    $s->await("a line in $name", sub {
        open my $in, '<:raw', $s->root . "/logs/$name" or return;
        ($line) = reverse grep { /^\Q$MCPClient::round\E .*\n\z/ } <$in>;
        return defined $line;
    });
    my ($round, $path, $status, @values) = $line =~ /("[^"]*"|\S+)/g;
    s/^"|"$//g for @values;
    return @values;
}
sub said {
    my (%tags, %variables);
    @tags{@words} = line_of('tags');
    @variables{@variables} = line_of('environment');
    $MCPClient::round++;
    return (\%tags, \%variables);
}

# One request: these tags, others are "-"; the variables say the same.
sub logged {
    my ($name, %want) = @_;
    my ($tags, $variables) = said();
    my @faults;
    for (@words) {
        my $want = $want{$_} // '-';
        push @faults, "$_ is $tags->{$_}" unless ref $want
            ? $tags->{$_} =~ $want : $tags->{$_} eq $want;
    }
    # MCP_CLIENT is whole; of our own handler no MCP_GRANT is needed
    for (grep { !/^(?:CLIENT|GRANT)$/ } @variables) {
        push @faults, "MCP_$_ is $variables->{$_}"
            unless $variables->{$_} eq $tags->{lc $_};
    }
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok(!@faults, $name) or diag join "\n", @faults;
    return ($tags, $variables);
}
sub brief { return substr($_[0], 0, 20) . '~' . encode_base64url(sha256($_[0])) }
sub hashed { return encode_base64url(sha256($_[0])) }

my $j = $c->journey(resource => '/gate', scope => 'notes:read');
my $m = $c->journey(client => $j->{client}, resource => '/mcp',
    scope => 'notes:read');
my ($gate, $mcp) = map $_->{access_token}, $j, $m;
said();
my $claims = jwt_claims($gate);
my %who = (subject => $claims->{sub}, user => 'ada', scopes => 'notes:read',
    client => brief($j->{client}{client_id}), issuer => $claims->{idp},
    grant => hashed($claims->{grant}));
my %caller = (%who, grant => hashed(jwt_claims($mcp)->{grant}));

# -- each outcome ------------------------------------------------------------

sub get {
    my ($path, $token, %headers) = @_;
    return $c->get($path, token => $token, headers => \%headers);
}
my $r = get('/gate/x', $gate);
logged('granted', %who, decision => 'granted');
is($r->header('X-Decision'), 'granted', 'Header can tell it');
$r = get('/gate/x');
logged('no token', decision => 'no-token', reason => qr/needed/);
is($r->header('X-Decision'), 'no-token', 'also of a refusal');
$r = get('/gate/x', 'nonsense');
logged('a bad token', decision => 'bad-token', reason => qr/./);
is($r->header('X-Decision'), 'bad-token', 'and why');
get('/gate/a', $gate);
logged('a scope is missing', %who, decision => 'missing-scope',
    reason => qr/lacks this scope: a$/);
get('/gate/bob', $gate);
logged('another user may', %who, decision => 'denied', reason => qr/Require/);
$r = get('/gate/x', $gate, Origin => 'https://evil.example');
logged('a website may not', decision => 'denied', reason => qr/Origin/);
get('/gate/far', $gate);
my ($tags) = said();
is($tags->{decision}, 'denied', 'what httpd denies without asking who it is');
get('/gate/public');
logged('everybody may', decision => 'granted');
get('/gate/public', $gate);
logged('and who says who he is', %who, decision => 'granted');
get('/none');
logged('what does not concern us');
$c->post('/oauth/token', form => {grant_type => 'x'});
logged('an OAuth endpoint decides nothing', reason => qr/grant_type/);
$c->register;
logged('nor does it here');
is($c->register_response->status, 429, 'a registration too many');
logged('that is limited', decision => 'limited',
    reason => qr/^more than 2 of registration/);

# -- MCP ---------------------------------------------------------------------

$c->call_tool('/mcp', hello => {}, token => $mcp);
logged('a tool is called', %caller, decision => 'granted',
    method => 'tools/call', target => 'hello', era => '2026-07-28');
$c->modern('/mcp', 'tools/list', {}, token => $mcp);
logged('tools are listed', %caller, decision => 'granted',
    method => 'tools/list', era => '2026-07-28');
my ($session) = $c->initialize('/mcp', token => $mcp);
my ($of_session) = said();
is($of_session->{session}, hashed($session), 'a session is hashed');
is($of_session->{era}, '2025-11-25', 'and has its revision');
$c->call_tool('/mcp', hello => {}, token => $mcp, era => 'legacy',
    session => $session);
logged('a call in a session', %caller, decision => 'granted',
    method => 'tools/call', target => 'hello', era => '2025-11-25',
    session => hashed($session));
$c->request(DELETE => '/mcp', token => $mcp,
    headers => {'Mcp-Session-Id' => $session});
logged('it is ended', %caller, decision => 'granted', era => '2025-11-25',
    session => hashed($session));
$c->call_tool('/mcp', "no\"such\ntool" => {}, token => $mcp,
    headers => {'Mcp-Name' => undef});
logged('a client cannot break a line', %caller, decision => 'granted',
    method => 'tools/call', era => qr/./, target => qr/^(?:-|[^"]*)$/,
    reason => qr/./);
$c->call_tool('/mcp', hello => {}, headers => {'Mcp-Method' => 'tools/call'});
logged('what nobody may ask is not read', decision => 'no-token',
    reason => qr/needed/);
$c->call_tool('/open', hello => {});
logged('where nothing is protected nothing is decided',
    method => 'tools/call', target => 'hello', era => '2026-07-28');

# -- what a CGI sees ---------------------------------------------------------

sub environment { return map { /^(\w+)=(.*)$/ ? ($1 => $2) : () }
    split /\n/, $_[0]->body }
my %spoofs = map { ("$_" => 'mallory') } map { ("MCP-$_", "MCP_$_", "Mcp-$_",
    "X-MCP-Auth-$_") } @variables;
my %seen = environment(get('/gate/cgi/env.pl', $gate, %spoofs));
said();
is_deeply([@seen{map "MCP_$_", @variables}], [$claims->{sub},
    $j->{client}{client_id}, 'notes:read', hashed($claims->{grant}), undef,
    undef, undef, undef, 'granted', undef], 'a CGI sees the same');
%seen = environment(get('/plain/env.pl', undef, %spoofs));
said();
is(join(' ', grep /^MCP_/, keys %seen), '',
    'a client cannot make itself a subject, or a decision');
for (['/gate/page', undef, 'no-token', 'no token'],
    ['/gate/page', 'nonsense', 'bad-token', 'a bad one'],
    ['/gate/page/a', $gate, 'missing-scope', 'a scope that is missing']) {
    my ($path, $token, $decision, $name) = @$_;
    %seen = environment(get($path, $token, Accept => 'text/html', %spoofs));
    is($seen{REDIRECT_MCP_DECISION}, $decision,
        "an ErrorDocument learns of $name");
    ($tags) = said();
    is($tags->{decision}, $decision, 'and the log says it too');
}
log_is_clean();

# -- what is no word ---------------------------------------------------------

for (['LogFormat "%h %{subjekt}^mc" x', 'subjekt'],
    ['CustomLog logs/x "%{method}^mc %>s %{decisoin}^mc"', 'decisoin'],
    ['CustomLog logs/x "%^mc"', ''],
    ["<VirtualHost *:1>\nCustomLog logs/x \"%{Reason}^mc\"\n</VirtualHost>",
        'Reason']) {
    my ($line, $word) = @$_;
    my ($ok, $output) = MCPServer->new(config => "$line\n")->check;
    ok(!$ok, "httpd -t refuses %{$word}^mc");
    like($output, qr/MCP00842: (?:LogFormat|CustomLog), line \d+ of \S+: %\{$word\}\^mc is not known\. Write one of these words: subject user/,
        'and says which there are');
}
done();
