# Licensed under the Apache License, Version 2.0; see LICENSE.
# MCPScope includes=: scopes that include each other are looked at once each.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPServer;
use Time::HiRes 'time';

my @round = map "round$_", 1 .. 7;
my $config = join '', map {
    my $name = $_;
    "MCPScope $name \"Round\" includes="
        . join(',', grep $_ ne $name, @round) . "\n"
} @round;
$config .= join '', map "MCPScope deep$_ \"Deep\" includes=deep"
    . ($_ + 1) . "\n", 1 .. 12;
my $s = MCPServer->new(config => <<"END");
$config
MCPScope    deep13 "Deepest"
MCPScope    apart  "Apart"
<Location "/apart">
    AuthType mcp
    Require  mcp-scope apart
</Location>
<Location "/apart/deep">
    Require mcp-scope deep13
</Location>
AliasMatch "^/apart" "\${ROOT}/htdocs/text.txt"
END
$s->start;
my $c = $s->client;

sub token {
    return $c->journey(resource => '/apart', user => 'ada',
        scope => shift)->{access_token};
}

my $token = token('round1');
my $begin = time;
is($c->get('/apart', token => $token)->status, 403,
    'scopes that include each other do not include another one');
cmp_ok(time - $begin, '<', 1, 'which is soon known');
isnt($c->get('/apart/deep', token => token('deep1'))->status, 403,
    'a scope opens what it includes at any depth');
done();
