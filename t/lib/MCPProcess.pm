# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPProcess;

# A server of a test's own that runs beside Apache: MCPRedis, MCPLdap.
#
#   $p->start; $p->stop; $p->restart        in order
#   $p->kill                                kill -9
#   $p->stall; $p->resume                   SIGSTOP, SIGCONT
#
# A class has, besides new():
#
#   sub name        what it is called where something fails
#   sub command     what is run, in the foreground; its configuration is written
#   sub answers     whether it does
#
# and its objects are made by MCPProcess->make(%members). They have a folder
# {dir} of their own, and {log} is what the program says. Nothing sleeps: every
# step waits until it has happened.

use strict;
use warnings;
use Carp qw(croak);
use File::Temp ();
use POSIX ();
use MCPServer;

our $PATIENCE = 30;

sub make {
    my ($class, %members) = @_;
    my $dir = File::Temp->newdir('mcp-' . lc($class->name) . '-XXXXXX',
        TMPDIR => 1);
    chmod 0755, "$dir";
    return bless {dir => $dir, log => "$dir/log", owner => $$,
        port => MCPServer::free_port(), %members}, $class;
}

sub port { return $_[0]{port} }

sub write_file {
    my ($self, $name, $text) = @_;
    open my $out, '>', "$self->{dir}/$name" or croak "$name: $!";
    print $out $text;
    close $out or croak "$name: $!";
    return "$self->{dir}/$name";
}

sub start {
    my $self = shift;
    croak 'it runs already' if $self->{pid};
    my @command = $self->command;
    my $pid = fork // croak $!;
    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', $self->{log};
        open STDERR, '>&', \*STDOUT;
        POSIX::close($_) for 3 .. 63;
        exec @command or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    $self->await('start', sub {
        if (waitpid($pid, POSIX::WNOHANG()) == $pid) {
            delete $self->{pid};
            croak $self->name . " did not start:\n" . $self->tail;
        }
        return eval { $self->answers };
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

sub await {
    my ($self, $what, $condition) = @_;
    my $end = MCPServer::clock() + $PATIENCE;
    until ($condition->()) {
        croak "waited in vain: $what of " . $self->name . "\n" . $self->tail
            if MCPServer::clock() > $end;
        select undef, undef, undef, 0.01;
    }
}

sub tail {
    my $self = shift;
    open my $in, '<', $self->{log} or return '';
    my @lines = <$in>;
    splice @lines, 0, @lines - 20 if @lines > 20;
    return join '', @lines;
}

sub DESTROY {
    my $self = shift;
    return if $$ != $self->{owner} || !$self->{pid};
    local ($?, $@);
    $self->kill;
}

1;
