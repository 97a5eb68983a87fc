#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# The manual and the default configuration say what the module does.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use File::Temp qw(tempdir);
use Test::More;
use Conf;

my $source = "$FindBin::Bin/../..";

sub content {
    open my $in, '<', $_[0] or return "no $_[0]";
    local $/;
    return scalar <$in>;
}

# -- made from the tables --

my $made = tempdir(CLEANUP => 1);
is(system("$source/build/manual", $made), 0, 'build/manual works');
for ('conf/directives.md', 'conf/mcp_oauth.conf', 'conf/mcpctl.8') {
    ok(content("$source/$_") eq content("$made/$_"),
        "$_ is what the tables say") or diag 'make doc';
}

# -- every directive --

my ($good, $said) = check("ServerName h.example\n", '-L');
my %help = $said =~ /^<?(\w+) \(mod_mcp_oauth\.c\)\n\t(.*)\n/mg;
cmp_ok(keys %help, '>', 15, 'httpd -L knows our directives');
my $manual = content("$source/conf/directives.md");
my $conf = content("$source/conf/mcp_oauth.conf");
sub plain { return $_[0] =~ s/<//gr =~ s/&lt;//gr =~ s/\\//gr }
my $text = plain($manual);
my $tables = content("$source/mod_mcp_oauth/config/directives.def");
my %word = map { ($_ => 1) } $tables =~ /^MCP_WORD\(\w+, "(\w+)"/mg;
cmp_ok(keys %word, '>', 5, 'there are words of containers');
my %alone = map { ($_ => 1) } $tables =~ /^MCP_CONTAINER\(\w+, "(\w+)", 0,/mg;
for my $name (sort keys %help) {
    ok(index($text, plain($help{$name})) >= 0, "the manual says what $name means");
    if ($word{$name}) {
        like($manual, qr/^- `$name [^`]+`: ./m, "$name has its syntax");
        next;
    }
    my $usage = $alone{$name} ? qr/<$name [^`]+>/ : qr/$name [^`]+/;
    like($manual, qr/^### $name\n\n`$usage`\n\nDefault: .+\. Context: .+\.$/m,
        "$name has its syntax, default and context");
    like($conf, qr/^#<?$name \S/m, "$name stands in the default configuration");
}

# -- every message: a number of ours is nobody else's --

my $table = content("$source/mod_mcp_oauth/config/problem.def");
my @numbers = $table =~ /^MCP_PROBLEM\(\w+, \w+, (\d+),/mg;
my %seen;
is_deeply([grep { $seen{$_}++ } @numbers], [], 'no number of problem.def stands there twice');
my @others = `grep -rhoE 'mcp_ctx_log\\([^;]*' $source/mod_mcp_oauth --include=*.c | grep -oE ', [0-9]+,'`;
is_deeply([grep { /(\d+)/ && $seen{$1} } @others], [], 'and none anywhere else');
like($manual, qr/\| MCP00$_ \|/, "the manual explains MCP00$_") for @numbers;

# -- what the default configuration says is the default --

good('the default configuration passes', "ServerName h.example\n$conf");
{
    my $protected = "ServerName https://h.example\n<MCPIdentityProvider httpd file>\nAuthUserFile p\n</MCPIdentityProvider>\n"
        . "<Location /mcp>\nAuthType mcp\nRequire valid-user\nSetHandler mcp-server\nMCPOffer demo:*\n</Location>\n";
    # those whose arguments are not in capitals or brackets
    my @lines = grep { !/[\[|]|\s[A-Z]{3,}/ } $conf =~ /^#(MCP\w+ .*)$/mg;
    cmp_ok(@lines, '>', 6, 'it has lines that can be uncommented');
    is_deeply(dump_of($protected . join("\n", @lines, '')), dump_of($protected),
        'uncommented, they change nothing');
}
done_testing();
