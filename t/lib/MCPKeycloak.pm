# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPKeycloak;

# A real Keycloak of a test's own, on loopback, with the realms of
# t/keycloak/realms; and a browser that goes to it.
#
#   plan skip_all => 'no Keycloak' unless MCPKeycloak::is_there();
#   my $k = MCPKeycloak->new(mcp => 'http://localhost:8529');
#   $k->start; $k->stop                      what it knows stays
#   $k->issuer('staff')                      as the browser sees it
#   $k->secret                               of every client in the realms
#   $k->admin(GET => '/staff/users')         its admin API: a response
#   $k->set('/staff', accessTokenLifespan => 5)   GET, changed, PUT
#   $k->user('ada'); $k->component('mcp-gateway')   its id; a client
#   $k->events('strict')                     how often each type happened
#   my $c = $k->browser($server)             a MCPClient of that MCPServer
#
# build/fetch-keycloak has put it into build/keycloak; each one runs from a copy
# in a temporary directory, as www-data where the test runs as root. Nothing
# sleeps: every step waits until it has happened.

use strict;
use warnings;
use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp ();
use POSIX ();
use MCPClient;
use MCPServer;

our $PATIENCE = 400;    # on a busy machine it takes its time
my $t = abs_path(dirname(__FILE__) . '/..');
my $home = "$t/../build/keycloak";

sub is_there { return -e "$home/complete" }

sub new {
    my ($class, %o) = @_;
    my $dir = File::Temp->newdir('mcp-keycloak-XXXXXX', TMPDIR => 1);
    chmod 0755, "$dir";
    my $port = MCPServer::free_port();
    my $self = bless {
        dir => $dir, owner => $$, port => $port,
        management => MCPServer::free_port(), mcp => $o{mcp},
        url => "http://localhost:$port", secret => MCPClient::random_text(),
        password => MCPClient::random_text(),
    }, $class;
    system('cp', '-r', "$home/home", "$dir/home") == 0 or croak 'cp failed';
    system(<<"END") == 0 or croak 'the realms cannot be copied';
set -e; umask 022
mkdir -p '$dir/home/data/import'
cp '$t'/keycloak/realms/*.json '$dir/home/data/import'
[ "\$(id -u)" != 0 ] || chown -R www-data: '$dir'
END
    return $self;
}

sub url { return $_[0]{url} }
sub port { return $_[0]{port} }
sub secret { return $_[0]{secret} }
sub issuer { return "$_[0]{url}/realms/$_[1]" }

# Where an endpoint of a realm is, without a look at its metadata.
sub endpoint {
    my ($self, $realm, $name) = @_;
    return $self->issuer($realm) . "/protocol/openid-connect/$name";
}

# -- life --------------------------------------------------------------------

# The realms name these.
sub environment {
    my $self = shift;
    my $mcp = $self->{mcp};
    return (HOME => "$self->{dir}/home", MCP_SECRET => $self->{secret},
        MCP_CALLBACK => "$mcp/oauth/callback",
        MCP_LOGOUT => "$mcp/oauth/backchannel-logout", MCP_RESOURCE => "$mcp/mcp",
        KC_BOOTSTRAP_ADMIN_USERNAME => 'root',
        KC_BOOTSTRAP_ADMIN_PASSWORD => $self->{password},
        # the second stage of the compiler costs more than it saves here
        JAVA_OPTS_KC_HEAP => '-Xms64m -Xmx512m',
        JAVA_OPTS_APPEND => '-XX:TieredStopAtLevel=1');
}

# start, not start-dev: that builds anew what build/fetch-keycloak has built.
# cache=local: it listens for no other node, on whatever address.
sub command {
    my $self = shift;
    my @as = $> == 0 ? qw(--reuid www-data --regid www-data --init-groups) : ();
    return ('setpriv', @as, qw(--pdeathsig TERM),
        "$self->{dir}/home/bin/kc.sh", qw(start --optimized --import-realm
        --cache=local --http-enabled=true --http-host=127.0.0.1
        --http-management-host=127.0.0.1), "--http-port=$self->{port}",
        "--http-management-port=$self->{management}",
        '--log-level=INFO,io.smallrye.health:ERROR',
        "--hostname=$self->{url}");
}

sub start {
    my $self = shift;
    croak 'it runs already' if $self->{pid};
    my $pid = fork // croak $!;
    if (!$pid) {
        POSIX::setpgid(0, 0);
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/log";
        open STDERR, '>&', \*STDOUT;
        POSIX::close($_) for 3 .. 63;
        chdir $self->{dir};
        %ENV = (PATH => $ENV{PATH}, LANG => 'C.UTF-8', $self->environment,
            $ENV{JAVA_HOME} ? (JAVA_HOME => $ENV{JAVA_HOME}) : ());
        exec $self->command or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    my $health = MCPClient->new(
        url => "http://127.0.0.1:$self->{management}");
    $self->await('start', sub {
        if (waitpid($pid, POSIX::WNOHANG()) == $pid) {
            delete $self->{pid};
            croak "Keycloak did not start:\n" . $self->tail;
        }
        my $r = eval { $health->get('/health/ready') };
        return $r && $r->status == 200;
    });
    return $self;
}

sub end {
    my ($self, $signal) = @_;
    my $pid = delete $self->{pid} or return $self;
    kill $signal => -$pid;
    waitpid $pid, 0;
    $self->await('the end of all processes', sub {
        !MCPServer::group($pid) });
    delete $self->{token};
    return $self;
}

sub stop { return $_[0]->end('TERM') }

sub await {
    my ($self, $what, $condition) = @_;
    my $end = MCPServer::clock() + $PATIENCE;
    until ($condition->()) {
        croak "waited in vain: $what of Keycloak\n" . $self->tail
            if MCPServer::clock() > $end;
        select undef, undef, undef, 0.1;
    }
}

sub tail {
    my $self = shift;
    open my $in, '<', "$self->{dir}/log" or return '';
    my @lines = <$in>;
    splice @lines, 0, @lines - 20 if @lines > 20;
    return join '', @lines;
}

# -- its admin API -----------------------------------------------------------

# Its access token lives for a minute.
sub token {
    my $self = shift;
    my $now = MCPServer::clock();
    return $self->{token}[0]
        if $self->{token} && $self->{token}[1] > $now;
    my $r = $self->http->post($self->endpoint('master', 'token'), form => {
        grant_type => 'password', client_id => 'admin-cli',
        username => 'root', password => $self->{password}});
    croak 'no admin: ' . $r->brief if $r->status != 200;
    $self->{token} = [$r->json->{access_token}, $now + 30];
    return $self->{token}[0];
}

sub http { return MCPClient->new(url => $_[0]{url}) }

sub admin {
    my ($self, $method, $path, $data) = @_;
    my $r = $self->http->request($method, "/admin/realms$path",
        token => $self->token, defined $data ? (json => $data) : ());
    croak "$method $path: " . $r->brief if $r->status >= 400;
    return $r;
}

sub set {
    my ($self, $path, %change) = @_;
    my $data = $self->admin(GET => $path)->json;
    $self->admin(PUT => $path, {%$data, %change});
    return $self;
}

# Paths in the admin API.
sub user {
    my ($self, $name, $realm) = @_;
    $realm //= 'staff';
    my $found = $self->admin(GET =>
        "/$realm/users?exact=true&username=$name")->json;
    return "/$realm/users/$found->[0]{id}";
}

sub component {
    my ($self, $client, $realm) = @_;
    $realm //= 'staff';
    my $found = $self->admin(GET =>
        "/$realm/clients?clientId=$client")->json;
    return "/$realm/clients/$found->[0]{id}";
}

# A signing key that counts from now on; those before stay in the JWKS.
sub new_key {
    my ($self, $realm) = @_;
    my $id = $self->admin(GET => "/$realm")->json->{id};
    $self->admin(POST => "/$realm/components", {name => 'another key',
        providerId => 'rsa-generated', parentId => $id,
        providerType => 'org.keycloak.keys.KeyProvider',
        config => {priority => ['200'], enabled => ['true'],
            active => ['true'], algorithm => ['RS256']}});
    return $self;
}

# What a realm with eventsEnabled has noted: {REFRESH_TOKEN => 3, ...}
sub events {
    my ($self, $realm) = @_;
    my %count;
    $count{$_->{type}}++
        for @{$self->admin(GET => "/$realm/events?max=1000")->json};
    return \%count;
}

# -- who goes there ----------------------------------------------------------

sub browser {
    my ($self, $server) = @_;
    return MCPKeycloak::Browser->new(url => $server->issuer,
        log => $server->log, also => $self->{url});
}

sub DESTROY {
    my $self = shift;
    return if $$ != $self->{owner} || !$self->{pid};
    local ($?, $@);
    $self->end('KILL');
}

package MCPKeycloak::Browser;

# A MCPClient that goes to Keycloak as well. The jar is the same: cookies do not
# know ports.
use parent -norequire, 'MCPClient';

sub new {
    my ($class, %o) = @_;
    my $self = MCPClient::new($class, %o);
    $self->{also} = $o{also};
    return $self;
}

sub there {
    my $self = shift;
    my $there = MCPClient->new(url => $self->{also}, log => $self->{log});
    $there->{jar} = $self->{jar};
    return $there;
}

sub is_there {
    my ($self, $url) = @_;
    return index($url, "$self->{also}/") == 0;
}

sub request {
    my ($self, $method, $target, @more) = @_;
    return $self->is_there($target)
        ? $self->there->request($method, $target, @more)
        : $self->SUPER::request($method, $target, @more);
}

sub submit {
    my ($self, $response, @more) = @_;
    return $self->is_there($response->{url})
        ? $self->there->submit($response, @more)
        : $self->SUPER::submit($response, @more);
}

1;
