# Licensed under the Apache License, Version 2.0; see LICENSE.
# What a server offers, as clients of both eras learn of it: its capabilities,
# what it says of itself, and the lists of tools, resources, templates and
# prompts, in pages.
use strict;
use warnings;
use utf8;
use MCPTest;
use MCPAnswer;
use MCPServer;

my $s = MCPServer->new(config => <<'END');
LoadModule acme_module      ${MODULES}/mod_acme.so
LoadModule catalogue_module ${MODULES}/mod_catalogue.so
<Location "/acme">
    SetHandler mcp-server
    MCPOffer   acme:*
    MCPTitle   "The house of Acme"
    MCPIcon    https://acme.example/logo.png
    MCPDocumentation https://acme.example/mcp.html
</Location>
<Location "/staff">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   acme:acme://* acme:month-end
    MCPDocumentation https://acme.example/staff.html
</Location>
<Location "/prompts">
    SetHandler mcp-server
    MCPOffer   acme:month-end acme:ask-*
</Location>
<Location "/handbook">
    SetHandler mcp-server
    MCPOffer   acme:acme://handbook
</Location>
<Location "/many">
    SetHandler mcp-server
    MCPOffer   many:*
</Location>
<Location "/long">
    SetHandler mcp-server
    MCPOffer   long:*
</Location>
<Location "/empty">
    SetHandler mcp-server
</Location>
END
# a module that was compiled with another header is told so, and warned of
require_log(qr/MCP00470: the module stale was compiled with another mod_mcp_oauth.h .*version 0, not 1.* offers nothing; compile it again/);
$s->start;
my $c = $s->client;
my $token = $c->journey(resource => '/staff')->{access_token};
my ($true, $false) = (JSON::PP::true(), JSON::PP::false());
my %session;

# One request in each era: the results, without what only the modern one has.
sub both {
    my ($path, $method, $params, $says) = @_;
    my @o = (token => $path eq '/staff' ? $token : undef, id => 1);
    $session{$path} //= $c->initialize($path, @o);
    my %caching;
    my @results = map { rpc_result($_->[1], 1, "$_->[0]: $says") }
        ['modern', $c->modern($path, $method, $params, @o)],
        ['legacy', $c->legacy($path, $method, $params, @o,
            session => $session{$path})];
    is($results[0]{resultType}, 'complete', "$says: it is complete");
    ok(($results[0]{ttlMs} // -1) >= 0, "$says: it has a ttlMs");
    is($results[0]{cacheScope}, $path eq '/staff' ? 'private' : 'public',
        "$says: and a cacheScope");
    delete @{$results[0]}{qw(resultType ttlMs cacheScope _meta)};
    is_deeply($results[1], $results[0], "$says: both eras have the same");
    return $results[0];
}

sub refused {
    my ($path, $method, $params, $code, $says, %o) = @_;
    my @o = (id => 1);
    $session{$path} //= $c->initialize($path);
    my $status = $code == -32601 ? 404 : 200;
    rpc_error($c->modern($path, $method, $params, @o), $status, $code, 1,
        "modern: $says", %o);
    rpc_error($c->legacy($path, $method, $params, @o,
        session => $session{$path}), 200, $code, 1, "legacy: $says", %o);
}

# -- capabilities ------------------------------------------------------------

my %changed = (listChanged => $true);
for (
    ['/acme', {tools => \%changed, prompts => \%changed, resources =>
        {%changed, subscribe => $true}, completions => {}, logging => {}}],
    ['/prompts', {prompts => \%changed, completions => {}, logging => {}}],
    ['/handbook', {resources => {%changed, subscribe => $true},
        logging => {}}],
    ['/many', {tools => \%changed, logging => {}}],
    ['/empty', {}],
) {
    my ($path, $want) = @$_;
    my $modern = rpc_result($c->modern($path, 'server/discover', {}, id => 1),
        1, "$path: server/discover");
    is_deeply($modern->{capabilities}, $want,
        "$path: server/discover declares what is offered");
    my (undef, $r) = $c->initialize($path);
    is_deeply($r->json->{result}{capabilities}, $want,
        "$path: initialize the same");
}

# "gated behind a server capability the server did not advertise"
for my $path ('/empty', '/many') {
    refused($path, $_, {}, -32601, "$path: $_ is no method where there are none",
        message => qr/^Method not found: \Q$_\E/)
        for qw(prompts/list resources/list resources/templates/list);
}
refused($_, 'tools/list', {}, -32601, "$_: nor is tools/list")
    for '/empty', '/prompts', '/handbook';

# -- what the server says of itself ------------------------------------------

my %info = (name => 'localhost:' . $s->port . '/acme',
    title => 'The house of Acme',
    websiteUrl => 'https://acme.example/mcp.html',
    icons => [{src => 'https://acme.example/logo.png'}]);
my (undef, $r) = $c->initialize('/acme');
my $info = $r->json->{result}{serverInfo};
ok(length delete $info->{version}, 'legacy: serverInfo has a version');
is_deeply($info, \%info, 'legacy: and what MCPTitle, MCPIcon and '
    . 'MCPDocumentation say');
for ('server/discover', 'tools/list', 'prompts/list') {
    $info = $c->modern('/acme', $_)->json
        ->{result}{_meta}{'io.modelcontextprotocol/serverInfo'};
    delete $info->{version};
    is_deeply($info, \%info, "modern: so does _meta of $_");
}
is_deeply([sort keys %{$c->modern('/many', 'tools/list')->json
    ->{result}{_meta}{'io.modelcontextprotocol/serverInfo'}}],
    [qw(name version)], 'what is not configured is left out');
is($c->get('/.well-known/oauth-protected-resource/staff')->json
    ->{resource_documentation}, 'https://acme.example/staff.html',
    'RFC 9728 2: resource_documentation is MCPDocumentation');

# -- resources ---------------------------------------------------------------

my %handbook = (uri => 'acme://handbook', name => 'handbook',
    title => 'Handbook of the house', description => 'How we work here.',
    mimeType => 'text/plain', annotations => {
        audience => ['user', 'assistant'], priority => 0.5,
        lastModified => '2026-05-04T10:00:00Z'},
    icons => [{src => 'https://acme.example/book.svg',
        mimeType => 'image/svg+xml', sizes => ['any']}],
    _meta => {'example.acme/edition' => 7});
my %payslip = (uriTemplate => 'acme://payslips/{who}/{month}',
    name => 'payslip', mimeType => 'text/plain',
    description => 'What somebody was paid in a month, as 2026-05.');
for ('/acme', '/staff') {
    is_deeply(both($_, 'resources/list', {}, "$_: resources"),
        {resources => [\%handbook]}, "$_: with all that the module said");
    is_deeply(both($_, 'resources/templates/list', {}, "$_: templates"),
        {resourceTemplates => [\%payslip]}, "$_: templates by themselves");
}
is_deeply(both('/handbook', 'resources/templates/list', {}, 'no templates'),
    {resourceTemplates => []}, 'where there are resources alone, the list of '
    . 'templates is empty');

# -- prompts -----------------------------------------------------------------

my %raise = (name => 'ask-for-raise', title => 'Ask for a raise',
    description => 'A letter that asks for a raise.', arguments => [
        {name => 'who', title => 'Employee', description => 'Who asks for it',
            required => $true},
        {name => 'tone', required => $false,
            description => 'In which tone: firm, kind or short'}]);
my %month = (name => 'month-end',
    description => 'What is to do when a month ends.');
is_deeply(both('/acme', 'prompts/list', {}, 'prompts'),
    {prompts => [\%raise, \%month]}, 'within a word of MCPOffer by name');
is_deeply(both('/prompts', 'prompts/list', {}, 'prompts'),
    {prompts => [\%month, \%raise]}, 'and in the order of its words');
is_deeply(both('/staff', 'prompts/list', {}, 'prompts'),
    {prompts => [\%month]}, 'a location has what it offers, and no more');

# -- structs of a later header -----------------------------------------------

is_deeply(both('/long', 'tools/list', {}, 'a longer tool')->{tools},
    [{name => 'long', description => 'Longer than it was.', inputSchema =>
        {type => 'object', additionalProperties => $false}}],
    'what a later header appended to a struct is passed over');
for (['tools/call', {name => 'long'}, 'content'],
    ['resources/read', {uri => 'long://page'}, 'contents'],
    ['prompts/get', {name => 'long'}, 'messages']) {
    my ($method, $params, $member) = @$_;
    like(json_text($c->modern('/long', $method, $params)->json
        ->{result}{$member}), qr/"text":"done"/, "and it works: $method");
}

# -- pages -------------------------------------------------------------------

my (@names, @cursors, $page);
do {
    $page = both('/many', 'tools/list',
        @cursors ? {cursor => $cursors[-1]} : {}, 'page ' . (1 + @cursors));
    push @names, map $_->{name}, @{$page->{tools}};
    push @cursors, $page->{nextCursor} if defined $page->{nextCursor};
} while (defined $page->{nextCursor} && @cursors < 10);
is(@cursors, 2, '2,500 tools are three pages');
is_deeply(\@names, [map { sprintf 'tool-%04d', $_ } 0 .. 2499],
    'with every tool once, in order');
$s->graceful;
is($c->modern('/many', 'tools/list', {cursor => $cursors[0]})->json
    ->{result}{tools}[0]{name}, 'tool-1000',
    '"Servers SHOULD provide stable cursors": over a restart too');
for (['an empty one', ''], ['one made up', 'MTAwMA=='],
    ['one cut off', substr $cursors[0], 0, 10], ['a number', 1000],
    ['an object', {}], ['null', undef]) {
    my ($says, $cursor) = @$_;
    refused('/many', 'tools/list', {cursor => $cursor}, -32602,
        "a cursor that did not come from here: $says");
}
refused('/acme', $_, {cursor => $cursors[0]}, -32602,
    "a cursor of another list: $_")
    for qw(tools/list prompts/list resources/list resources/templates/list);

$s->stop;
done();
