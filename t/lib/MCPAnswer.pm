# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPAnswer;

# What the tests of the MCP endpoint and of the gate expect again and again.
# Each is one test; an id is given as the JSON text that has to be echoed, undef
# where there may be none.
#
#   my $result = rpc_result($r, $id, 'MCP 2026-07-28: ...');
#   rpc_error($r, 400, -32020, $id, '...', data => {...});
#   empty($r, 202, '...');
#   challenged($r, 401, {error => undef, scope => undef}, '...');
#   plainly_denied($r, '...');                     403 without a challenge
#
#   my $s = MCPServer->new(config => $CHILDREN);
#   agree($s, '/mcp', sub { a response }, 401, '...');     so says every child

use strict;
use warnings;
use Exporter 'import';
use JSON::PP ();
use Test::More;

our @EXPORT = qw(rpc_result rpc_error rpc_faults empty challenged
    plainly_denied challenge_of json_text $CHILDREN agree);

my $json = JSON::PP->new->utf8->canonical->allow_nonref;

sub json_text { return $json->encode($_[0]) }

sub verdict {
    my ($name, $response, @faults) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 2;
    return ok(!@faults, $name)
        || diag(join "\n", @faults, 'it was ' . $response->brief);
}

# What is wrong with an answer as one JSON-RPC message.
sub rpc_faults {
    my ($response, $status, $id) = @_;
    my $message = eval { $response->json };
    return "no JSON (status $status was expected)"
        unless ref $message eq 'HASH';
    my @faults;
    push @faults, "status $status was expected"
        unless $response->status == $status;
    push @faults, 'it is not application/json'
        unless ($response->header('Content-Type') // '') eq 'application/json';
    push @faults, 'it is not on one line' if $response->body =~ /[\r\n]/;
    push @faults, 'jsonrpc is not "2.0"'
        unless ($message->{jsonrpc} // '') eq '2.0';
    push @faults, 'it is neither a result nor an error'
        if 1 != grep { exists $message->{$_} } qw(result error);
    push @faults, 'it has other members'
        if grep { !/^(?:jsonrpc|id|result|error)$/ } keys %$message;
    if (defined $id) {
        push @faults, "the id $id was expected"
            unless exists $message->{id} && json_text($message->{id}) eq $id;
    }
    else {
        push @faults, 'there is an id' if exists $message->{id};
    }
    return @faults;
}

sub rpc_result {
    my ($response, $id, $name) = @_;
    my @faults = rpc_faults($response, 200, $id);
    my $result = @faults ? undef : $response->json->{result};
    push @faults, 'the result is no object'
        unless @faults || ref $result eq 'HASH';
    verdict($name, $response, @faults);
    return @faults ? {} : $result;
}

# data => what has to be in it; message => a pattern; allow => the header Allow
sub rpc_error {
    my ($response, $status, $code, $id, $name, %o) = @_;
    my @faults = rpc_faults($response, $status, $id);
    my $error = @faults ? {} : $response->json->{error};
    $error = {} unless ref $error eq 'HASH';
    push @faults, "the code $code was expected"
        unless ($error->{code} // '') eq $code;
    push @faults, 'there is no message' unless length($error->{message} // '');
    push @faults, 'error has other members'
        if grep { !/^(?:code|message|data)$/ } keys %$error;
    push @faults, 'data was expected: ' . json_text($o{data})
        if $o{data} && json_text($error->{data}) ne json_text($o{data});
    push @faults, "$o{message} was expected"
        if $o{message} && ($error->{message} // '') !~ $o{message};
    push @faults, "Allow: $o{allow} was expected"
        if $o{allow} && ($response->header('Allow') // '') ne $o{allow};
    push @faults, 'there is a Mcp-Session-Id'
        if defined $response->header('Mcp-Session-Id');
    return verdict($name, $response, @faults);
}

sub empty {
    my ($response, $status, $name) = @_;
    my @faults;
    push @faults, "status $status was expected"
        unless $response->status == $status;
    push @faults, 'there is a body' if length $response->body;
    push @faults, 'there is a Content-Type'
        if defined $response->header('Content-Type');
    return verdict($name, $response, @faults);
}

# -- children ----------------------------------------------------------------

# Two children at least, also after a graceful restart.
our $CHILDREN = <<'END';
CustomLog "${ROOT}/logs/children" "%P %>s %{X-Round}i %U"
<IfModule !mpm_prefork_module>
    MinSpareThreads 16
</IfModule>
END

my $rounds = 0;

# What each child answers to requests for path: {pid => {status => n}}, and the
# responses. The answers of enough connections that all had their turn.
sub everywhere {
    my ($server, $path, $code) = @_;
    my $file = $server->root . '/logs/children';
    my (%said, @responses);
    local $MCPClient::round = ++$rounds;
    $server->await('children', sub { 1 < grep { $_ } $server->children });
    for (1 .. 20) {
        my $from = -s $file || 0;
        push @responses, MCPTest::at_once(16, sub { return {%{$code->()}} });
        open my $in, '<', $file or die "$file: $!";
        seek $in, $from, 0;
        while (<$in>) {
            $said{$1}{$2}++ if m{^(\d+) (\d+) $rounds \Q$path\E$};
        }
        # not each of httpd's processes serves: cgid's does not
        last unless grep { !$said{$_} } $server->children;
    }
    return (\%said, map { bless $_, 'MCPClient::Response' } @responses);
}

sub agree {
    my ($server, $path, $code, $status, $name) = @_;
    my ($said, @responses) = everywhere($server, $path, $code);
    my @other = grep { $_ != $status } map { keys %$_ } values %$said;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok(keys %$said >= 2 && !@other,
        "$name, in each of " . keys(%$said) . ' children')
        or diag json_text($said);
    return @responses;
}

# -- challenges --------------------------------------------------------------

# The parameters of the one Bearer challenge; what is wrong with it.
sub challenge_of {
    my $response = shift;
    my @all = $response->headers('WWW-Authenticate');
    return ({}, @all . ' WWW-Authenticate headers') unless @all == 1;
    my ($scheme, $rest) = $all[0] =~ /^(\S+) +(.*)$/ or return ({}, 'no words');
    return ({}, "the scheme is $scheme") unless $scheme eq 'Bearer';
    my (%p, @faults);
    while ($rest =~ s/^([a-z_]+)="((?:[^"\\]|\\.)*)"(?:, ?|$)//) {
        push @faults, "$1 appears twice" if exists $p{$1};
        $p{$1} = $2;
    }
    push @faults, "there is something else: $rest" if length $rest;
    push @faults, 'there is no resource_metadata'
        unless ($p{resource_metadata} // '') =~
            m{^https?://[^/]+/\.well-known/oauth-protected-resource};
    return (\%p, @faults);
}

# Scopes are compared as sets; a parameter that is undef may not be there.
sub challenged {
    my ($response, $status, $expected, $name) = @_;
    my ($p, @faults) = challenge_of($response);
    push @faults, "status $status was expected"
        unless $response->status == $status;
    for (keys %$expected) {
        my ($is, $wanted) = ($p->{$_}, $expected->{$_});
        ($is, $wanted) = map { defined ? join ' ', sort split / / : undef }
            $is, $wanted if $_ eq 'scope';
        push @faults, "$_ is " . ($is // 'missing')
            unless defined $wanted ? defined $is && $is eq $wanted
                : !defined $is;
    }
    push @faults, 'RFC 6750 3: error_description without error'
        if defined $p->{error_description} && !defined $p->{error};
    push @faults, 'it may be cached'
        unless ($response->header('Cache-Control') // '') =~ /\bno-store\b/;
    return verdict($name, $response, @faults);
}

sub plainly_denied {
    my ($response, $name) = @_;
    my @faults;
    push @faults, 'status 403 was expected' unless $response->status == 403;
    push @faults, 'there is a challenge'
        if defined $response->header('WWW-Authenticate');
    return verdict($name, $response, @faults);
}

1;
