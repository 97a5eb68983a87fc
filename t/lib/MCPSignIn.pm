# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPSignIn;

# A server of ours where users sign in at identity providers (MCPIdP), and the
# steps of it, one by one.
#
#   my $w = MCPSignIn->new(at => {auth0 => ['auth0', 'Audience urn:x'],
#       two => [['oidc'], ['okta', 'Label Staff']]}, config => $more);
#   $w->{idp}  $w->{s}  $w->{c}          MCPIdP, MCPServer, MCPClient
#   my $j = $w->journey('auth0', user => 'bob');      all of it
#   my $v = $w->ask('auth0', prompt => 'login');      {browser, request, page}
#   $w->approve($v, provider => 'Staff');             {to}: at the provider
#   $w->sign_in($v, user => 'bob');                   {callback}: back from it
#   my $r = $w->arrive($v);                           what we make of that
#   my $r = $w->outcome('auth0', user => 'bob');      all four
#   my $words = $w->told($j);                         what a backend learns
#   $w->works($j, 'the token calls a tool');
#   $w->refused($r, $v, access_denied => '...');      back at the client
#   $w->no_leaks;                                     see there
#
# Each location of at is an MCP server at /NAME, with a backend at /NAME/behind.
# The providers are in the location, with our client mcp-gateway unless there is
# a Client line.

use strict;
use warnings;
use Carp qw(croak);
use Test::More;
use MCPBackend;
use MCPClient;
use MCPExpect ();
use MCPIdP;
use MCPServer;

my $words = 'subject user client scopes issuer email name picture roles '
    . 'permissions organization';

# -- what clients and browsers have heard of servers of ours -----------------

my @heard;
my %foreign;    # the hosts that are not ours
{
    no warnings 'redefine';
    my $request = \&MCPClient::request;
    *MCPClient::request = sub {
        my $response = $request->(@_);
        my ($host) = $response->{url} =~ m{^\w+://([^/]+)};
        push @heard, join "\n", $response->{line},
            (map { join ': ', map { $_ // '' } @$_ } @{$response->{headers}}),
            $response->body unless $foreign{$host};
        return $response;
    };
}

sub is_nowhere {
    my ($secrets, $text, $name) = @_;
    my @leaked = grep { index($text, $_) >= 0 } @$secrets;
    local $Test::Builder::Level = $Test::Builder::Level + 2;
    ok(@$secrets > 2 && length $text > 1000 && !@leaked, $name)
        or diag scalar(@$secrets) . ' secrets, there are: '
            . join ' ', map { substr($_, 0, 8) . '...' } @leaked;
}

# What the providers gave stands in no log, reached no client, and cannot be
# read in the state file.
sub no_leaks {
    my ($self) = @_;
    my @secrets = grep { length >= 8 } $self->{idp}->secrets;
    MCPTest::secret(@secrets);
    is_nowhere(\@secrets, join("\n", @heard),
        'nothing that a provider gave us reaches a client');
    my @files = glob $self->{s}->root . '/state/mcp-oauth/state.db*';
    is_nowhere(\@secrets, join('', map { MCPIdP::slurp($_) } @files),
        'D6: nor can it be read in the state file') if @files;
}

# -- a server ----------------------------------------------------------------

sub section {
    my ($self, $preset, @lines) = @_;
    my $text = $self->{idp}->section($preset, @lines);
    $text =~ s/^    Client mcp-gateway .*\n//m
        if grep /^Client /, @lines;
    return $text;
}

sub location {
    my ($self, $name, @idps) = @_;
    my $sections = join '', map { ref $_ ? $self->section(@$_) : "$_\n" } @idps;
    return <<"END";
<Location "/$name">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   demo:*
    MCPPass    $words
$sections</Location>
<Location "/$name/behind">
    SetHandler proxy-server
    ProxyPass  "http://127.0.0.1:@{[$self->{backend}->port]}/behind"
</Location>
END
}

sub new {
    my ($class, %o) = @_;
    my $self = bless {idp => delete $o{idp} || MCPIdP->new(%{delete $o{idps}
        || {}}), backend => MCPBackend->new}, $class;
    my $at = delete $o{at};
    my $fetch = delete $o{fetch};
    my $config = delete $o{config} // '';
    my $idp = $self->{idp};
    $foreign{$_} = 1 for map({ $idp->hosts($_) } $idp->profiles),
        $idp->{control}{authority};
    $self->{s} = MCPServer->new(site => 0, tls => 1, %o, config => join '',
        $idp->config(defined $fetch ? $fetch : ()),
        qq{MCPStateDirectory "\${ROOT}/state/mcp-oauth"\n},
        qq{MCPAuthIssuer \${ISSUER}\n}, $config,
        map { my @idps = @{$at->{$_}};
            $self->location($_, (grep { ref } @idps) ? @idps : [@idps]) }
        sort keys %$at);
    $self->{s}->start unless $o{stopped};
    $self->{c} = $self->{s}->client;
    $self->register_callbacks;
    return $self;
}

# Every callback that we have, as DUMP_MCP prints it, by the name of the
# location's provider.
sub callbacks {
    my $self = shift;
    my ($good, $said) = $self->{s}->check('-D', 'DUMP_MCP');
    $good or croak $said;
    return $said =~ m{(\Q@{[$self->{s}->issuer]}\E/\S*callback\S*)}g;
}

sub register_callbacks {
    my $self = shift;
    my %seen;
    $self->{idp}->callback(grep { !$seen{$_}++ } $self->callbacks);
}

# -- the steps ---------------------------------------------------------------

sub resource {
    my ($self, $name) = @_;
    return $self->{c}->resource("/$name");
}

sub browser {
    my ($self, %o) = @_;
    return $self->{idp}->browser($self->{c}, %o);
}

sub client { return $_[0]{client} ||= $_[0]{c}->register }

sub journey {
    my ($self, $name, %o) = @_;
    my $browser = delete $o{browser} // $self->browser(user => $o{user});
    return {%{$self->{c}->journey(client => $self->client,
        resource => $self->resource($name), browser => $browser, %o)},
        at => $name};
}

# A client's request: the page that answers it, or where that leads to at once.
# client, browser, headers; all else are parameters.
sub ask {
    my ($self, $name, %p) = @_;
    my ($client, $browser, $headers, $user) =
        delete @p{qw(client browser headers user)};
    $browser //= $self->browser(user => $user);
    my $scope = delete $p{scope};
    my $request = $self->{c}->authorization_request(scope => $scope,
        client => $client // $self->client, parameters => \%p,
        resource => $self->resource($name));
    my $page = $browser->get($request->{url}, headers => {
        'Sec-Fetch-Site' => 'cross-site', 'Sec-Fetch-Dest' => 'document',
        %{$headers || {}}});
    return {browser => $browser, request => $request, page => $page,
        at => $name, to => $page->header('Location')};
}

# Presses a button of the page; more are fields.
sub press {
    my ($self, $v, $decision, @more) = @_;
    my ($form) = grep { grep { $_->[1] eq $decision } @{$_->{buttons}} }
        $v->{browser}->forms($v->{page});
    $form or croak "no button $decision on " . $v->{page}->brief;
    $v->{page} = $v->{browser}->submit($v->{page}, $form, @more,
        decision => $decision);
    $v->{to} = $v->{page}->header('Location');
    return $v->{page};
}

sub approve {
    my ($self, $v, @more) = @_;
    my $page = $self->press($v, 'approve', @more);
    return $v->{to} // croak 'not sent to a provider: ' . $page->brief;
}

# The parameters in the URL that the browser was sent to.
sub sent {
    my ($self, $v) = @_;
    return MCPClient::form_decode(($v->{to} // '') =~ /\?([^#]*)/);
}

sub sign_in {
    my ($self, $v, %o) = @_;
    return $v->{callback} = $self->{idp}->sign_in($v->{to},
        browser => $v->{browser}, %o);
}

# The callback with other parameters; undef takes one away.
sub changed {
    my ($self, $v, %p) = @_;
    my ($url, $query) = split /\?/, $v->{callback}, 2;
    my $had = MCPClient::form_decode($query);
    return $v->{callback} = "$url?" . MCPClient::form_encode({%$had, %p});
}

sub arrive {
    my ($self, $v, %o) = @_;
    my $browser = $o{browser} // $v->{browser};
    return $v->{page} = $browser->get($v->{callback});
}

# Up to the provider, which provider names by its label.
sub leave {
    my ($self, $name, %o) = @_;
    my $label = delete $o{provider};
    my $v = $self->ask($name, %o);
    $self->approve($v, defined $label ? (provider => $label) : ())
        unless $v->{to};
    return $v;
}

# Up to the door, back from the provider.
sub back {
    my ($self, $name, %o) = @_;
    my %sign_in = map { exists $o{$_} ? ($_ => delete $o{$_}) : () }
        qw(user cancel);
    my $v = $self->leave($name, %o);
    $self->sign_in($v, %sign_in);
    return $v;
}

sub outcome {
    my ($self, @o) = @_;
    my $v = $self->back(@o);
    my $response = $self->arrive($v);
    return wantarray ? ($response, $v) : $response;
}

# The code that a response leads the client to, redeemed.
sub tokens {
    my ($self, $v, $response) = @_;
    my $location = MCPExpect::location_of($response // $v->{page}) // '';
    my ($query) = $location =~ /\?([^#]*)/;
    my $code = MCPClient::form_decode($query)->{code}
        // croak 'no code: ' . ($response // $v->{page})->brief;
    my $client = $v->{request}{client};
    my $answer = $self->{c}->redeem({client => $client, code => $code,
        request => $v->{request}});
    $answer->status == 200 or croak $answer->brief;
    my $tokens = $answer->json;
    return {%$tokens, tokens => $tokens, client => $client, at => $v->{at}};
}

# -- what came of it ---------------------------------------------------------

# What a backend is told: {subject => ..., ...}, as it came.
sub told {
    my ($self, $j) = @_;
    my $r = $self->{c}->get("/$j->{at}/behind", token => $j->{access_token});
    $r->status == 200 or croak $r->brief;
    my (undef, $headers) = asked($r);
    return {map { $_->[0] =~ /^x-mcp-auth-(.*)/i ? (lc $1 => $_->[1]) : () }
        @$headers};
}

sub works {
    my ($self, $j, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return MCPExpect::works($self->{c}, $j->{access_token}, "/$j->{at}",
        $name);
}

# RFC 6749 4.1.2.1, RFC 9207: an error, at the client's redirect URI.
sub refused {
    my ($self, $response, $v, $error, $name) = @_;
    my $p = $v->{request}{parameters};
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return MCPExpect::sent_back($response, "$p->{redirect_uri}?", {
        error => $error, code => undef, state => $p->{state},
        iss => $self->{s}->issuer}, $name);
}

# RFC 6749 4.1.2: a code, there.
sub succeeded {
    my ($self, $response, $v, $name) = @_;
    my $p = $v->{request}{parameters};
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return MCPExpect::sent_back($response, "$p->{redirect_uri}?", {
        error => undef, code => qr/^\S{32,}$/, state => $p->{state},
        iss => $self->{s}->issuer}, $name);
}

# What code does ends at the client with an error, and the log says why: one
# line more that matches. code gives what outcome does.
sub fails {
    my ($self, $name, $error, $pattern, $code) = @_;
    my $line = qr/MCP0070[23]: sign-in at .*$pattern/;
    my $log = $self->{s}->root . '/logs/error_log';
    my $from = -s $log;
    $self->{s}->log->expect($line);
    my ($response, $v) = $code->();
    open my $in, '<:raw', $log or croak "$log: $!";
    seek $in, $from, 0;
    my @said = grep { /MCP0(?!0150)/ } <$in>;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $self->refused($response, $v, $error, $name);
    is(scalar(grep { /$line/ } @said), 1, "$name: the log says why")
        or diag "$pattern was not in\n", @said;
}

# The same where nothing but the provider has changed, which is as before
# afterwards.
sub fails_with {
    my ($self, $at, $quirks, $name, $error, $pattern, %o) = @_;
    my $preset = delete $o{preset} // $at;
    $self->{idp}->set($preset => %$quirks);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $self->fails($name, $error, $pattern, sub { $self->outcome($at, %o) });
    $self->{idp}->set($preset => map { ($_ => undef) } keys %$quirks);
}

# One child, so that what is fetched is fetched once.
our $ONE_CHILD = <<'END';
<IfModule !mpm_prefork_module>
    StartServers         1
    ServerLimit          1
    ThreadsPerChild     16
    MinSpareThreads      1
    MaxSpareThreads     16
    MaxRequestWorkers   16
</IfModule>
END

sub stop { $_[0]{s}->stop }

1;
