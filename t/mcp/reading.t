# Licensed under the Apache License, Version 2.0; see LICENSE.
# resources/read, prompts/get and completion/complete of a module that was
# written against the public header alone, in both eras.
use strict;
use warnings;
use utf8;
use MCPTest;
use MCPAnswer;
use MCPServer;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);
my $s = MCPServer->new(config => <<'END');
LoadModule acme_module ${MODULES}/mod_acme.so
<Location "/acme">
    SetHandler mcp-server
    MCPOffer   acme:*
</Location>
<Location "/staff">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   acme:*
</Location>
END
$s->start;
my $c = $s->client;
my $token = $c->journey(resource => '/staff')->{access_token};
my %session = ('/acme' => scalar $c->initialize('/acme'),
    '/staff' => scalar $c->initialize('/staff', token => $token));
my ($true, $false) = (JSON::PP::true(), JSON::PP::false());

# One request in each era: the results, without what only the modern one has;
# %caching has that of the last one.
my %caching;
sub both {
    my ($method, $params, $says, %o) = @_;
    my $path = $o{path} // '/acme';
    my @o = (token => $path eq '/staff' ? $token : undef, id => 1);
    my @results = (
        rpc_result($c->modern($path, $method, $params, @o), 1,
            "modern: $says"),
        rpc_result($c->legacy($path, $method, $params, @o,
            session => $session{$path}), 1, "legacy: $says"));
    is($results[0]{resultType}, 'complete', "$says: it is complete");
    %caching = map { $_ => delete $results[0]{$_} } qw(ttlMs cacheScope);
    delete @{$results[0]}{qw(resultType _meta)};
    is_deeply($results[1], $results[0], "$says: both eras have the same");
    return $results[0];
}

sub refused {
    my ($method, $params, $code, $says, %o) = @_;
    my $legacy = delete $o{legacy} // $code;
    rpc_error($c->modern('/acme', $method, $params, id => 1), 200, $code, 1,
        "modern: $says", %o);
    rpc_error($c->legacy('/acme', $method, $params, id => 1,
        session => $session{'/acme'}), 200, $legacy, 1, "legacy: $says", %o);
}

# -- resources/read ----------------------------------------------------------

for (['/acme', 'public'], ['/staff', 'private']) {
    my ($path, $scope) = @$_;
    is_deeply(both('resources/read', {uri => 'acme://handbook'},
        "$path: a resource", path => $path), {contents => [{
            uri => 'acme://handbook', mimeType => 'text/plain',
            text => 'Whoever comes last makes coffee.'}]},
        "$path: its contents are under the URI that was read");
    is_deeply(\%caching, {ttlMs => 3_600_000, cacheScope => $scope},
        "$path: for an hour, $scope");
}
for (['ada/2026-05', 'Ada: 5000 for May'],
    ['zo%C3%AB/2026-06', 'Zoë: 4500 for June'],
    ['a%64a/2026%2D06', 'Ada: 5100 for June']) {
    my ($path, $text) = @$_;
    is_deeply(both('resources/read', {uri => "acme://payslips/$path"},
        "a template: $path"), {contents => [{text => $text,
            uri => "acme://payslips/$path", mimeType => 'text/plain'}]},
        "$path: its variables are decoded, and its URI is not");
    is($caching{ttlMs}, 0, "$path: who says nothing of it is asked again");
}
for my $uri ('acme://nothing', 'acme://payslips/ada/1999-01',
    'acme://payslips/ada', 'acme://payslips/ada/2026-05/x',
    'acme://payslips/../handbook', 'acme://payslips/%2e%2e/handbook',
    'Acme://handbook', 'acme://handbook/', 'acme://handbook#x',
    'acme://payslips/' . 'x' x 1900 . '/2026-05') {
    my $shown = length $uri > 60 ? substr($uri, 0, 40) . '...' : $uri;
    refused('resources/read', {uri => $uri}, -32602, "not found: $shown",
        legacy => -32002, message => qr/^Resource not found$/,
        data => {uri => $uri});
}
refused('resources/read', {uri => $_->[1]}, -32602,
    "no URI at all: $_->[0]", message => qr/RFC 3986/)
    for ['a path', '/handbook'], ['a blank', 'acme://hand book'],
    ['a template', 'acme://payslips/{who}/{month}'], ['nothing', ''],
    ['beyond ASCII', 'acme://payslips/zoë/2026-06'],
    ['too long', 'acme://' . 'x' x 3000];
refused('resources/read', {}, -32602, 'no uri');

# -- prompts/get -------------------------------------------------------------

sub message {
    my ($role, $text) = @_;
    return {role => $role, content => {type => 'text', text => $text}};
}
is_deeply(both('prompts/get', {name => 'month-end'}, 'a prompt'),
    {description => 'What is to do when a month ends.', messages => [
        message(user => 'Check the payslips of this month.')]},
    'a prompt without arguments');
for ([{who => 'Zoë'}, 'polite', 'Zoë'],
    [{who => 'Bob', tone => 'firm'}, 'firm', 'Bob'],
    [{who => '"', tone => '', more => 'x'}, '', '"']) {
    my ($arguments, $tone, $who) = @$_;
    is_deeply(both('prompts/get', {name => 'ask-for-raise',
        arguments => $arguments}, "a prompt for $who"), {
            description => 'A letter that asks for a raise.', messages => [
                message(user => "Write a $tone letter in which $who asks for "
                    . 'a raise.'), message(assistant => 'Dear Ms Acme,')]},
        "with the arguments of $who");
}
refused('prompts/get', {name => 'nothing'}, -32602, 'an unknown prompt',
    message => qr/^Unknown prompt: nothing$/);
refused('prompts/get', {name => 'ask-for-raise', @$_ > 1
        ? (arguments => $_->[1]) : ()}, -32602, $_->[0])
    for ['a required argument is missing'], ['all are', {}],
    ['the other one is there', {tone => 'firm'}],
    ['it is a number', {who => 7}], ['it is null', {who => undef}],
    ['the arguments are a list', ['Bob']];
refused('prompts/get', {}, -32602, 'no name');

# -- completion/complete -----------------------------------------------------

sub completes {
    my ($ref, $argument, $value, $context, $want, $says) = @_;
    is_deeply(both('completion/complete', {ref => $ref,
        argument => {name => $argument, value => $value},
        $context ? (context => {arguments => $context}) : ()}, $says),
        {completion => {values => $want, total => 0 + @$want,
            hasMore => $false}}, "$says: @$want");
}
my $payslip = {type => 'ref/resource',
    uri => 'acme://payslips/{who}/{month}'};
my $raise = {type => 'ref/prompt', name => 'ask-for-raise'};
completes($payslip, 'who', '', undef, ['ada', 'bob', 'zoë'], 'a variable');
completes($payslip, 'who', 'z', undef, ['zoë'], 'one that begins like it');
completes($payslip, 'who', 'q', undef, [], 'none that does');
completes($payslip, 'month', '2026', {who => 'bob'}, ['2026-06'],
    '"previously-resolved variables" narrow it');
completes($raise, 'tone', '', undef, ['firm', 'kind', 'short'],
    'an argument of a prompt');
completes($raise, 'who', 'a', undef, [], 'one that nobody knows values of');
completes({type => 'ref/resource', uri => 'acme://handbook'}, 'x', '', undef,
    [], 'a resource has nothing to complete');
for (
    ['an unknown prompt', {type => 'ref/prompt', name => 'no'}, 'tone'],
    ['a prompt without this argument', $raise, 'colour'],
    ['an unknown template', {type => 'ref/resource', uri => 'acme://{x}'},
        'x'],
    ['another kind of reference', {type => 'ref/tool', name => 'payroll'},
        'employee'],
) {
    my ($says, $ref, $argument) = @$_;
    refused('completion/complete', {ref => $ref,
        argument => {name => $argument, value => ''}}, -32602, $says);
}

$s->stop;
done();
