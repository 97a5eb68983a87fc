# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPLogins;

# What the tests of httpd's own authentication as sign-in have in common.
#
#   provider('file ldap', @inside)        <MCPIdentityProvider httpd file ldap>
#   location('/mcp', @lines)              protected, with tools; valid-user
#                                         unless there is a Require
#   my $at = MCPLogins->new($c);          of a MCPClient
#   $at->typed('/mcp', $user, $password)  what comes after the sign-in form
#   $at->stays_out('/mcp', $user, $password, $name)     a wrong password: a test
#   $at->comes_in('/mcp', $user, $password, $is, $name) by the name $is, in the
#                                         token and for tools: a test; the
#                                         journey
#   $at->token('/mcp', $user, $password)  remembered

use strict;
use warnings;
use Exporter 'import';
use Test::More;
use MCPExpect;
use MCPTest ();

our @EXPORT = qw(provider location cannot_answer);
our $WRONG = qr/user name and password do not match/;

sub provider {
    my ($name, @inside) = @_;
    return join "\n", "<MCPIdentityProvider httpd $name>", @inside,
        "</MCPIdentityProvider>\n";
}

sub location {
    my ($path, @lines) = @_;
    push @lines, 'Require valid-user' unless grep { /^<?Require/ } @lines;
    return join "\n", "<Location \"$path\">", 'AuthType mcp', @lines,
        'SetHandler mcp-server', 'MCPOffer demo:*', "</Location>\n";
}

sub new {
    my ($class, $client) = @_;
    return bless {client => $client, app => $client->register, from => 0},
        $class;
}

sub journey {
    my ($self, $path, %o) = @_;
    return $self->{client}->journey(client => $self->{app},
        resource => $path, %o);
}

# From an address of its own: failures slow an address down.
sub typed {
    my ($self, $path, $user, $password) = @_;
    my $browser = $self->{client}->fresh(from => '127.0.9.'
        . (1 + $self->{from}++ % 250));
    my $at = $self->journey($path, browser => $browser, until => 'sign-in');
    my ($form) = $browser->forms($at->{response});
    return $browser->submit($at->{response}, $form, username => $user,
        password => $password);
}

sub stays_out {
    my ($self, $path, $user, $password, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return shown($self->typed($path, $user, $password), 200, $WRONG, $name);
}

sub comes_in {
    my ($self, $path, $user, $password, $is, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $j = eval { $self->journey($path, user => $user,
        password => $password) };
    is_deeply([$self->called($path, $j)], [($is) x 3], $name) or diag $@;
    return $j;
}

# The names of a journey's user: REMOTE_USER, the subject for tools, and that
# of the token.
sub called {
    my ($self, $path, $j) = @_;
    return unless $j && $j->{access_token};
    my $call = $self->{client}->call_tool($path, whoami => {},
        token => $j->{access_token});
    if ($call->status != 200) {
        diag $call->brief;
        return;
    }
    my $who = $call->json->{result}{structuredContent};
    return map { utf8::encode($_); $_ } @$who{qw(user subject)},
        MCPTest::jwt_claims($j->{access_token})->{sub};
}

sub token {
    my ($self, $path, $user, $password, %o) = @_;
    return $self->{tokens}{"$path $user"} ||= $self->journey($path,
        user => $user, password => $password, %o)->{access_token};
}

# A provider that nobody can ask: three tests.
sub cannot_answer {
    my ($response, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    shown($response, 503, qr/cannot answer/, "$name is 503");
    unlike($response->body, $WRONG, 'and no wrong password');
    like($response->header('Retry-After'), qr/^\d+$/, 'RFC 9110 15.6.4');
}

1;
