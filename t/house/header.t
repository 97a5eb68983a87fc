#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# The public header as other modules include it: alone, beside httpd's, in C and
# in C++, with every warning on.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use House;
use Test::More;

my @compilers = grep { !system "command -v $_->[0] >/dev/null" }
    (map { ["gcc", c => $_] } qw(gnu99 c11)), ['clang', c => 'c11'],
    (map { ["g++", 'c++' => $_] } qw(c++11 c++20)),
    ['clang++', 'c++' => 'c++17'];
for my $language ('c', 'c++') {
    ok(grep({ $_->[1] eq $language } @compilers),
        "there is a compiler of $language");
}

sub apxs { chomp(my $said = `apxs -q $_[0]`); return $said }

my $apr = join ' ', apxs('EXTRA_CPPFLAGS'),
    map { '-isystem ' . apxs($_) } qw(APR_INCLUDEDIR APU_INCLUDEDIR);
my $httpd = '-isystem ' . apxs('INCLUDEDIR');
my $include = qq{#include "mod_mcp_oauth.h"\n};
# what a module does with it: the same text is C and C++
my $use = <<'END';
static mcp_outcome_t hello(mcp_call_t *call, void *baton)
{
    (void)baton;
    call->api->text(call, mcp_principal_may(call->principal, "a") ? "a" : "b");
    call->api->updated(call, "a:b", 1);
    return MCP_CALL_DONE;
}
mcp_tool_t tool;
void make(void);
void make(void)
{
    tool.size = sizeof(mcp_tool_t);
    tool.call = hello;
}
END
my %texts = (
    'alone' => [$apr, $include],
    'twice' => [$apr, $include x 2],
    'used' => [$apr, $include . $use],
    "behind httpd's" => ["$apr $httpd",
        "#include <httpd.h>\n#include <ap_provider.h>\n$include$use"],
    "before httpd's" => ["$apr $httpd",
        "$include#include <httpd.h>\n#include <ap_provider.h>\n$use"],
);
for my $compiler (@compilers) {
    my ($cc, $language, $standard) = @$compiler;
    for my $name (sort keys %texts) {
        my ($flags, $text) = @{$texts{$name}};
        open my $to, '|-', "$cc -x $language -std=$standard -Wall -Wextra "
            . '-Wpedantic -Wshadow -Werror -fsyntax-only '
            . "-I$House::root/mod_mcp_oauth $flags - 2>&1" or die $!;
        print $to $text;
        ok(close $to, "$cc -std=$standard takes the header $name");
    }
}
done_testing();
