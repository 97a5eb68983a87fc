# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPHarness;

# TAP::Harness that says how long each file took, and writes "PASSED FAILED" to
# the file $MCP_TAP_COUNT.
# Used by prove (--harness) and by Apache::Test ($HARNESS_SUBCLASS).

use strict;
use warnings;
use parent 'TAP::Harness';

sub new {
    my ($class, $args) = @_;
    return $class->SUPER::new({ %{$args // {}}, timer => 1 });
}

sub aggregate_tests {
    my ($self, $aggregate, @tests) = @_;
    my @result = $self->SUPER::aggregate_tests($aggregate, @tests);

    if (my $path = $ENV{MCP_TAP_COUNT}) {
        my $failed = $aggregate->failed;
        # A file that died, or broke its plan, failed even if no test in it
        # said so.
        for my $parser ($aggregate->parsers($aggregate->descriptions)) {
            $failed++ if $parser->has_problems && !$parser->failed;
        }
        open my $out, '>>', $path or die "$path: $!";
        print $out scalar($aggregate->passed), " $failed\n";
        close $out;
    }
    return @result;
}

1;
