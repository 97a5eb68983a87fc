# Licensed under the Apache License, Version 2.0; see LICENSE.
# Guessing passwords at the sign-in form gets slow; nobody is locked out
# (RFC 9700 does not say how; RFC 6585 4 says 429 and Retry-After).
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $s = MCPServer->new(faketime => 1, config => <<'END');
MCPLimit sign-in-failures=3/min
END
$s->start;
my $c = $s->client;
my $client = $c->register;

sub try {
    my ($from, $user, $password) = @_;
    my $browser = $c->fresh(from => $from);
    my $j = $c->journey(client => $client, browser => $browser,
        until => 'sign-in');
    my ($form) = $c->forms($j->{response});
    return $browser->submit($j->{response}, $form, username => $user,
        password => $password // 'guess-' . MCPClient::random_text(6));
}

# Moves the server's clock on by minutes, to the beginning of one: the rate is
# counted by minutes of the clock.
my $clock = 0;
sub later {
    my $minutes = shift;
    $clock += 60 * $minutes;
    $clock += 62 - (time + $clock) % 60;
    $s->set_clock($clock);
}

sub slowed {
    my ($r, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    shown($r, 429, qr/wait/i, $name);
    like($r->header('Retry-After'), qr/^(?:[1-9]|[1-9]\d|1[01]\d|120)$/,
        'RFC 6585 4: Retry-After says how long, in seconds');
    return $r;
}

sub let_in {
    my ($r, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return shown($r, 200, qr/decision/, $name);
}

my $wrong = qr/do not match/;

# -- by address --------------------------------------------------------------

later(0);
shown(try('127.0.0.1', 'ada'), 200, $wrong, "failure $_ of three is told")
    for 1 .. 3;
my $waiting = slowed(try('127.0.0.1', 'ada'), 'the fourth has to wait');
unlike($waiting->body, $wrong, 'and learns nothing');
my $right = slowed(try('127.0.0.1', 'ada', 'password'),
    'also with the right password, else the answer would tell');
slowed(try('127.0.0.1', 'bob'),
    'and with another name: one address tries many names');
let_in(try('127.0.0.2', 'ada', 'password'),
    'ada is not locked out: from elsewhere she comes in');
let_in(try('127.0.0.2', 'bob', $MCPClient::PASSWORD{bob}), 'and so does bob');

# -- by user -----------------------------------------------------------------

later(10);
shown(try("127.0.1.$_", 'bob'), 200, $wrong,
    "many addresses guess bob's: number $_") for 1 .. 3;
slowed(try("127.0.1.$_", 'bob'), 'each gets one guess and has to wait then')
    for 1, 3;
let_in(try('127.0.1.9', 'bob', $MCPClient::PASSWORD{bob}),
    'bob comes in from an address that never failed');
slowed(try('127.0.1.1', 'BOB'), 'in other letters, too: a provider may take '
    . 'them for the same');
slowed(try('127.0.1.3', ' bob '), 'and with blanks around');
shown(try('127.0.1.1', 'ada'), 200, $wrong, 'other users are not touched');

# -- in all children, and over a graceful restart ----------------------------

later(10);
try('127.0.2.1', 'ada') for 1 .. 3;
my @statuses = at_once(8, sub { try('127.0.2.1', 'ada')->status });
is_deeply(\@statuses, [(429) x 8], 'every child knows of it');
$s->graceful;
slowed(try('127.0.2.1', 'ada'), 'a graceful restart does not forget it');

# -- release -----------------------------------------------------------------

my $seconds = try('127.0.2.1', 'ada')->header('Retry-After');
$s->set_clock($clock + $seconds + 2);
let_in(try('127.0.2.1', 'ada', 'password'),
    'after the seconds of Retry-After the next one counts');
try('127.0.3.1', 'ada') for 1 .. 3;
slowed(try('127.0.3.1', 'ada'), 'slowed down');
$s->set_clock(-86400);
let_in(try('127.0.3.1', 'ada', 'password'),
    'a clock that goes back a day makes nobody wait for it');
$s->stop;
done();
