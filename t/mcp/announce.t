# Licensed under the Apache License, Version 2.0; see LICENSE.
# mcp_oauth_announce of mod_mcp_oauth.h: a module tells what changed while none
# of its tools is called, and who listens hears of it, in any child.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;

my $herald = 'LoadModule herald_module "${MODULES}/mod_herald.so"' . "\n";
my $locations = <<'END';
<Location "/herald">
    SetHandler herald
</Location>
<Location "/my-herald">
    AuthType mcp
    Require  valid-user
    SetHandler herald
</Location>
END
my $s = probe_server(config => $herald . $locations);
my $c = $s->client;
my $every = {map { $_ . 'ListChanged' => JSON::PP::true }
    qw(tools prompts resources)};
my $watched = {resourceSubscriptions => ['probe://one', 'probe://each/7']};

sub listens {
    my ($asked, %o) = @_;
    my $stream = MCPStream->modern($c, $o{path} // '/probe',
        'subscriptions/listen', {notifications => $asked}, id => 'l', %o);
    $stream->message;    # the acknowledgement
    return $stream;
}

sub announces {
    my ($what, %o) = @_;
    my $r = $c->get(($o{path} // '/herald') . "?$what", token => $o{token},
        headers => $o{thread} ? {'X-Thread' => 1} : {});
    return $r->status == 200 ? $r : die $r->brief;
}

$s->await('three children', sub { $s->logged(qr/herald: told nobody/) >= 3 });
pass('before a child serves an announcement does nothing');

# -- who listens in the modern era -------------------------------------------

my $stream = listens({%$every, %$watched});
my $holder = child_of($s, $stream);
for my $thread (0, 1) {
    my $from = $thread ? 'a thread of its own' : 'a handler';
    for my $what (qw(tools prompts resources), 'probe://one',
        'probe://each/7') {
        my $told = $what =~ /:/ ? "resources/updated $what"
            : "$what/list_changed";
        elsewhere($s, $holder, sub {
            announces($what, thread => $thread);
            is((told_of($stream->message))[0], $told,
                "a change of $what, says $from: told");
        });
    }
}
announces('probe://two');
ok($stream->is_quiet(0.2), 'a resource that nobody named is not told');

# -- and in a session --------------------------------------------------------

my $session = $c->initialize('/probe');
my $get = MCPStream->get($c, '/probe', session => $session);
$get->event;
is($c->legacy('/probe', 'resources/subscribe', {uri => 'probe://one'},
    id => 1, session => $session)->status, 200, 'a session subscribes');
my $other = child_of($s, $get);
for (['tools', 'tools/list_changed'], ['prompts', 'prompts/list_changed'],
    ['probe://one', 'resources/updated probe://one']) {
    my ($what, $told) = @$_;
    elsewhere($s, $other, sub {
        announces($what);
        is((told_of($get->message))[0], $told, "its stream hears of $what");
    });
}

# -- other modules -----------------------------------------------------------

my $many = listens($every, path => '/many');
announces('tools');
ok($many->is_quiet(0.2), 'a location of another module hears nothing');
$_->drop for $many, $get, $stream;

# -- one principal's ---------------------------------------------------------

my ($ada, $bob) = map { $c->journey(user => $_, resource => '/mine')
    ->{access_token} } qw(ada bob);
my $adas_own = $c->journey(user => 'ada', resource => '/my-herald')
    ->{access_token};
my ($adas, $bobs) = map { listens({%$every, %$watched}, path => '/mine',
    token => $_) } $ada, $bob;
my $nobodys = listens({%$every, %$watched});
for (['probe://one', 'resources/updated probe://one'],
    ['tools', 'tools/list_changed']) {
    my ($what, $told) = @$_;
    announces($what, path => '/my-herald', token => $adas_own);
    is((told_of($adas->message))[0], $told,
        "$what of one principal: it is told");
    ok($bobs->is_quiet(0.2), 'another one is not');
    ok($nobodys->is_quiet(0.1), 'nor nobody');
}
announces('prompts');
is((told_of($_->message))[0], 'prompts/list_changed',
    'of no principal: all are told') for $adas, $bobs, $nobodys;

# -- what is no announcement -------------------------------------------------

my $wrong = qr/MCP00100: the module probe announces (?:\(NULL\)|prompt|probe:\/\/each\/\{id\}), which is none of tools, prompts, resources and the URI of a resource; correct its call of mcp_oauth_announce/;
for ('nothing', 'prompt', 'probe://each/{id}') {
    require_log($wrong);
    announces($_);
}
ok($_->is_quiet(0.1), 'what is neither a list nor a URI is not told')
    for $adas, $bobs, $nobodys;
is($s->logged($wrong), 3, 'and the log says so');
$_->drop for $adas, $bobs, $nobodys;

# -- a restart ---------------------------------------------------------------

$s->graceful;
$stream = listens($every);
announces('tools');
is((told_of($stream->message))[0], 'tools/list_changed',
    'after a graceful restart announcements are heard as before');
$stream->drop;
$s->stop;

# -- where nothing listens ---------------------------------------------------

$s = MCPServer->new(site => 0, config => $herald . <<'END');
<Location "/herald">
    SetHandler herald
</Location>
END
$s->start;
is($s->client->get('/herald?tools')->status, 200,
    'where no location is a server an announcement does nothing');
$s->stop;
$s = MCPServer->new(site => 0, load => 0, config => $herald . <<'END');
<Location "/herald">
    SetHandler herald
</Location>
END
$s->start;
is($s->client->get('/herald?tools')->status, 503,
    'without mod_mcp_oauth there is no function to call');
$s->stop;

# -- an empty name is this server itself -------------------------------------

$s = probe_server(config => $herald . qq{HeraldModule -\n} . $locations);
$c = $s->client;
$stream = listens($every);
require_log(qr/MCP00100: the module  announces tools/);
announces('tools');
ok($stream->is_quiet(0.2), 'a module without a name announces nothing');
$stream->drop;
$s->stop;

done();
