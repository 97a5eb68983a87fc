# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPRedis;

# A redis-server of a test's own, on loopback and on a socket.
#
#   plan skip_all => 'no redis-server' unless MCPRedis::is_there();
#   my $r = MCPRedis->new(password => 'sesame', appendonly => 0,
#                         port => 7000, config => "maxclients 20\n");
#   $r->start; $r->stop; $r->restart         in order: all is on the disk
#   $r->kill                                 kill -9; start brings back what
#                                            the append-only file holds
#   $r->stall; $r->resume                    SIGSTOP, SIGCONT
#   $r->full; $r->roomy                      every write is refused, or none
#   $r->password('another')                  from now on; undef: none
#   $r->url; $r->directive                   for MCPStore
#   $r->say('TTL', 'mcp:3:...')              one command; its answer
#
# It starts with appendonly, without a password; and with appendfsync no: with
# everysec it answers before it has written where the disk is slow. Nothing
# sleeps: every step waits until it has happened.

use strict;
use warnings;
use parent 'MCPProcess';
use Carp qw(croak);
use IO::Socket::UNIX;

sub program { return $ENV{MCP_REDIS} ||= 'redis-server' }
sub is_there { return system('command -v ' . program() . ' >/dev/null') == 0 }

sub name { return 'Redis' }

sub new {
    my ($class, %o) = @_;
    return $class->make(password => $o{password},
        appendonly => $o{appendonly} // 1, config => $o{config} // '',
        $o{port} ? (port => $o{port}) : ());
}

sub socket { return "$_[0]{dir}/socket" }
sub url { return "redis://127.0.0.1:$_[0]{port}" }

# MCPStore with what else a test writes there, "timeout=100ms".
sub directive {
    my ($self, @more) = @_;
    push @more, "password=$self->{password}" if defined $self->{password};
    return join(' ', 'MCPStore redis', $self->url, @more) . "\n";
}

# -- life --------------------------------------------------------------------

sub command {
    my $self = shift;
    my $dir = $self->{dir};
    my $appendonly = $self->{appendonly} ? 'yes' : 'no';
    my $password = defined $self->{password}
        ? "requirepass $self->{password}\n" : '';
    return (program(), $self->write_file('redis.conf', <<"END"));
bind 127.0.0.1
port $self->{port}
unixsocket $dir/socket
unixsocketperm 777
dir $dir
logfile $self->{log}
save ""
appendonly $appendonly
appendfsync no
$password$self->{config}
END
}

sub answers { return $_[0]->say('PING') eq 'PONG' }

sub full { return $_[0]->set(maxmemory => 1) }
sub roomy { return $_[0]->set(maxmemory => 0) }

sub password {
    my ($self, $password) = @_;
    $self->set(requirepass => $password // '');
    $self->{password} = $password;
    return $self;
}

sub set {
    my ($self, $name, $value) = @_;
    my $answer = $self->say('CONFIG', 'SET', $name, $value);
    croak "CONFIG SET $name: $answer" if $answer ne 'OK';
    return $self;
}

# -- commands ----------------------------------------------------------------

# The answer: a text, a reference to an array, or undef for none. An error of
# Redis dies.
sub say {
    my ($self, @words) = @_;
    my $to = IO::Socket::UNIX->new(Peer => $self->socket)
        or croak "no connection to Redis: $!";
    if (defined $self->{password}) {
        print $to words('AUTH', $self->{password});
        answer($to);
    }
    print $to words(@words);
    return answer($to);
}

sub words {
    return join '', '*' . @_ . "\r\n",
        map { '$' . length($_) . "\r\n$_\r\n" } @_;
}

sub answer {
    my $from = shift;
    local $/ = "\r\n";
    chomp(my $line = readline($from) // croak 'Redis hung up');
    my ($type, $rest) = $line =~ /^([-+:\$*])(.*)$/s
        or croak "what is this, Redis? $line";
    croak "Redis: $rest" if $type eq '-';
    return $rest if $type =~ /[+:]/;
    return undef if $rest < 0;
    return [map { answer($from) } 1 .. $rest] if $type eq '*';
    read $from, my $text, $rest + 2;
    return substr $text, 0, $rest;
}

1;
