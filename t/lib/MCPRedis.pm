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
use Carp qw(croak);
use File::Temp ();
use IO::Socket::UNIX;
use POSIX ();
use MCPServer;

our $PATIENCE = 30;

sub program { return $ENV{MCP_REDIS} ||= 'redis-server' }
sub is_there { return system('command -v ' . program() . ' >/dev/null') == 0 }

sub new {
    my ($class, %o) = @_;
    my $dir = File::Temp->newdir('mcp-redis-XXXXXX', TMPDIR => 1);
    chmod 0755, "$dir";
    return bless {
        dir => $dir, owner => $$, port => $o{port} || MCPServer::free_port(),
        password => $o{password}, appendonly => $o{appendonly} // 1,
        config => $o{config} // '',
    }, $class;
}

sub port { return $_[0]{port} }
sub socket { return "$_[0]{dir}/socket" }
sub url { return "redis://127.0.0.1:$_[0]{port}" }

# MCPStore with what else a test writes there, "timeout=100ms".
sub directive {
    my ($self, @more) = @_;
    push @more, "password=$self->{password}" if defined $self->{password};
    return join(' ', 'MCPStore redis', $self->url, @more) . "\n";
}

# -- life --------------------------------------------------------------------

sub write_config {
    my $self = shift;
    my $dir = $self->{dir};
    my $appendonly = $self->{appendonly} ? 'yes' : 'no';
    open my $out, '>', "$dir/redis.conf" or croak $!;
    print $out <<"END";
bind 127.0.0.1
port $self->{port}
unixsocket $dir/socket
unixsocketperm 777
dir $dir
logfile $dir/log
save ""
appendonly $appendonly
appendfsync no
END
    print $out "requirepass $self->{password}\n" if defined $self->{password};
    print $out $self->{config};
    close $out or croak $!;
}

sub start {
    my $self = shift;
    croak 'it runs already' if $self->{pid};
    $self->write_config;
    my $pid = fork // croak $!;
    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/log";
        open STDERR, '>&', \*STDOUT;
        POSIX::close($_) for 3 .. 63;
        exec program(), "$self->{dir}/redis.conf" or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    $self->await('start', sub {
        if (waitpid($pid, POSIX::WNOHANG()) == $pid) {
            delete $self->{pid};
            croak "Redis did not start:\n" . $self->tail;
        }
        my $answer = eval { $self->say('PING') } // '';
        return $answer eq 'PONG';
    });
    return $self;
}

sub end {
    my ($self, $signal) = @_;
    my $pid = delete $self->{pid} or return $self;
    CORE::kill($signal => $pid);
    # one that is stalled ends when it goes on
    CORE::kill(CONT => $pid);
    waitpid $pid, 0;
    return $self;
}

sub stop { return $_[0]->end('TERM') }
sub kill { return $_[0]->end('KILL') }
sub restart { return $_[0]->stop->start }

sub stall {
    my $self = shift;
    CORE::kill(STOP => $self->{pid}) or croak "kill: $!";
    $self->await('the stall', sub {
        my $stat = '';
        if (open my $in, '<', "/proc/$self->{pid}/stat") { $stat = <$in> }
        return $stat =~ /\) T /;
    });
    return $self;
}

sub resume {
    my $self = shift;
    CORE::kill(CONT => $self->{pid}) or croak "kill: $!";
    return $self;
}

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

sub await {
    my ($self, $what, $condition) = @_;
    my $end = MCPServer::clock() + $PATIENCE;
    until ($condition->()) {
        croak "waited in vain: $what of Redis\n" . $self->tail
            if MCPServer::clock() > $end;
        select undef, undef, undef, 0.01;
    }
}

sub tail {
    my $self = shift;
    open my $in, '<', "$self->{dir}/log" or return '';
    my @lines = <$in>;
    splice @lines, 0, @lines - 20 if @lines > 20;
    return join '', @lines;
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

sub DESTROY {
    my $self = shift;
    return if $$ != $self->{owner} || !$self->{pid};
    local ($?, $@);
    $self->kill;
}

1;
