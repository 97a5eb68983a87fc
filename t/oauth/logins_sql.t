# Licensed under the Apache License, Version 2.0; see LICENSE.
# SQL as sign-in: our form asks a SQLite database through mod_dbd and
# mod_authn_dbd, and "Require dbd-group" works for the users of access tokens.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;
use MCPLogins;

plan skip_all => 'no sqlite3 driver of APR'
    unless glob '/usr/lib{,64,/*}/apr-util-1/apr_dbd_sqlite3*.so';

my $s = MCPServer->new;
my $file = $s->root . '/users/users.db';
mkdir $s->root . '/users' or die $!;
chown((getpwnam 'www-data')[2, 3], $s->root . '/users') if $> == 0;

# ada's and bob's hashes are those of conf/htpasswd
my ($ada, $bob) = do {
    open my $in, '<', $INC{'MCPServer.pm'} =~ s{lib/MCPServer\.pm}{conf/htpasswd}r
        or die $!;
    map { /^(?:ada|bob):(\S+)/ ? $1 : () } <$in>;
};
sub make_database {
    my $hostile = q{o'brien"; DROP TABLE users; --};
    my $sql = $hostile =~ s/'/''/gr;
    open my $to, '|-', "sqlite3 $file" or die $!;
    print $to <<"END";
CREATE TABLE users (name TEXT PRIMARY KEY COLLATE NOCASE, password TEXT,
    active INTEGER DEFAULT 1);
INSERT INTO users (name, password) VALUES ('ada', '$ada'), ('bob', '$bob'),
    ('j\xc3\xbcrgen', '$bob'), ('nopass', NULL), ('empty', ''),
    ('$sql', '$bob');
INSERT INTO users VALUES ('gone', '$bob', 0);
CREATE TABLE groups (name TEXT, user TEXT);
INSERT INTO groups VALUES ('tools', 'ada'), ('others', 'ada'), ('others', 'bob');
END
    close $to or die "sqlite3: $?";
    chmod 0644, $file;
    return $hostile;
}
my $hostile = make_database();

sub query {
    return 'AuthDBDUserPWQuery "SELECT ' . join(', ', 'password', @_)
        . ' FROM users WHERE name = %s AND active = 1"';
}
my $ask = provider(dbd => query());
$s->configure(site => 0, modules => [qw(dbd authn_dbd authz_dbd)],
    config => join '', <<'END',
MCPStateDirectory "${ROOT}/state/mcp-oauth"
MCPAuthIssuer     ${ISSUER}
DBDriver          sqlite3
DBDParams         "${ROOT}/users/users.db"
# a database that is replaced is the one to be asked
DBDPersist        off
END
    location('/mcp', $ask),
    location('/named', provider(dbd => query('name'))),
    location('/outside', "MCPIdentityProvider httpd dbd\n"),
    location('/both', provider('file dbd', 'AuthUserFile "${CONF}/htpasswd"',
        query())),
    location('/group', $ask, <<'END'),
Require      dbd-group tools
AuthzDBDQuery "SELECT name FROM groups WHERE user = %s"
END
    '<Location "/oauth/authorize">', "\n", query(), "\n</Location>\n");
my ($good, $said) = $s->check;
is($said, "Syntax OK\n", 'httpd -t takes SQL inside the container and outside');
$s->start;
my $c = $s->client;
my $at = MCPLogins->new($c);
my $password = $MCPClient::PASSWORD{bob};    # of all but ada

sub comes_in {
    my ($path, $typed, $is, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return $at->comes_in($path, $typed, $is eq 'ada'
        ? $MCPClient::PASSWORD{ada} : $password, $is, $name);
}

# -- who comes in, and who does not ------------------------------------------

comes_in('/mcp', $_->[0], $_->[0], "$_->[1] comes in") for
    ['ada', 'ada of the database'], ['bob', 'so does bob: bcrypt and apr1'],
    ["j\xc3\xbcrgen", 'a name that is not ASCII'],
    [$hostile, 'a name that could be SQL'];
comes_in('/outside', 'ada', 'ada', 'with a query of the endpoint\'s section');
comes_in('/both', 'ada', 'ada', 'ada of the file');
comes_in('/both', "j\xc3\xbcrgen", "j\xc3\xbcrgen", 'and one of the database');
comes_in('/named', 'ADA', 'ada',
    'who takes ADA for ada and selects the name too calls her ada');

$at->stays_out('/mcp', @$_[0 .. 2]) for
    ['ada', 'wrong-password', 'a wrong password'],
    ['nobody', $password, 'a name that is not there'],
    ['gone', $password, 'whom the query leaves out'],
    ['nopass', 'x', 'who has no password (NULL)'],
    ['empty', 'x', 'who has an empty one'],
    ['bob', '', 'nobody without a password'],
    ['bob', $bob, 'nobody with the hash'];
$at->stays_out('/mcp', $_, $password, "no SQL is made of the name $_") for
    q{' OR '1'='1}, q{bob' --}, q{bob'; DROP TABLE users; --}, q{" OR ""="},
    q{%}, q{b%b}, q{_ob}, q{bob\\}, q{'}, q{x' UNION SELECT password FROM users --};
comes_in('/mcp', 'bob', 'bob', 'and the table is still there');

# -- Require dbd-group -------------------------------------------------------

my ($ada_token, $bob_token) = map { $at->token('/group', $_) } qw(ada bob);
works($c, $ada_token, '/group', 'Require dbd-group lets ada in');
refused($c->call_tool('/group', hello => {}, token => $bob_token), 403,
    'access_denied', 'Require dbd-group keeps bob out');

# -- the database does not answer --------------------------------------------

log_is_clean();
sub is_away {
    my $what = shift;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    require_log(qr/MCP00450: .*"dbd" cannot answer\. See what the module/);
    for (['the right password', $password], ['a wrong one', 'wrong-one']) {
        cannot_answer($at->typed('/mcp', 'bob', $_->[1]), "$what: $_->[0]");
    }
    comes_in('/both', 'ada', 'ada', "$what: ada of the file comes in");
    require_log(qr/MCP00450: .*The Require lines cannot be answered\. See what/);
    refused($c->call_tool('/group', hello => {}, token => $ada_token), 503,
        'temporarily_unavailable', "$what: nobody can say what ada's groups are");
    log_is_clean("$what: the log says so");
}
rename $file, "$file.kept" or die $!;
is_away('the database is gone');
unlink $file;
{
    open my $out, '>', $file or die $!;
    print $out "this is no database\n" x 1000;
}
is_away('it is none');
rename "$file.kept", $file or die $!;
comes_in('/mcp', 'bob', 'bob', 'it is back, and bob comes in');
works($c, $ada_token, '/group', 'and who is in a group is known');
$s->stop;
done();
