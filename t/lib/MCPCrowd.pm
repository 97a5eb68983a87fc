# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPCrowd;

# Thousands of event streams in one process.
#
#   MCPCrowd::raise(5000)        the limit of descriptors, as far as it goes;
#                                how many streams there can be
#   MCPCrowd::config(5000)       of a server whose one child may have so many
#   MCPCrowd::memory($child)     KiB
#   my $crowd = MCPCrowd->new($server);
#   $crowd->add($bytes, $era)    a connection that sends a request
#   $crowd->listen               one that asks for changes of the tools
#   $crowd->get                  the stream of a session
#   $crowd->read(0.1)            what comes within that time to any of them;
#                                whether something did
#   $crowd->open(5000)           so many that listen, acknowledged
#   $crowd->told($code)          seconds from $code->() on until each has
#                                something to read
#   $crowd->end                  until the server has ended all of them
#   $crowd->count                how many are open
#   $crowd->{clean} {cut}        how many ended as they should; what others had
#   $crowd->{heard}              how many of them heard of a change

use strict;
use warnings;
use Carp qw(croak);
use IO::Socket::INET;
use JSON::PP ();
use POSIX ();
use MCPServer;

my $TAIL = 1000;     # bytes of each that are remembered
my $AT_ONCE = 50;    # are opened
my $OTHERS = 500;    # descriptors that are not of streams, and to spare
my $last_chunk = qr/\n\n\r\n0\r\n\r\n\z/;
# What comes last in an era: nothing but the end tells it from a cut.
my %last = (modern => qr/"resultType":"complete"[^\n]*$last_chunk/,
    legacy => qr/\nretry: \d+\ndata: $last_chunk/);

# -- what is possible ---------------------------------------------------------

sub descriptors { return POSIX::sysconf(POSIX::_SC_OPEN_MAX()) }

sub ports {
    open my $in, '<', '/proc/sys/net/ipv4/ip_local_port_range' or return 20000;
    my ($from, $to) = split ' ', <$in>;
    return $to - $from;
}

# Of this process and of the servers that it starts. A connection takes one of
# each, and so long as it is remembered that it was, its port.
sub raise {
    my $wanted = shift;
    chomp(my $hard = `sh -c 'ulimit -Hn'`);
    my $all = $wanted + $OTHERS;
    for my $limit ("$all:", "$all:$all", "$hard:") {
        last if descriptors() >= $all;
        system "prlimit --pid $$ --nofile=$limit 2>/dev/null";
    }
    my ($least) = sort { $a <=> $b } $wanted, descriptors() - $OTHERS,
        ports() - 1000;
    return $least;
}

sub config {
    my ($most, $more) = @_;
    my $factor = int($most / 10) + 1;
    return <<"END" . ($more // '') . qq(Include "\${CONF}/probe.conf"\n);
LogLevel            warn
StartServers        1
ServerLimit         1
ThreadsPerChild     25
MaxRequestWorkers   25
MinSpareThreads     1
MaxSpareThreads     25
MaxKeepAliveRequests 0
AsyncRequestWorkerFactor $factor
MCPLimit            streams=@{[$most + 100]} calls=60000/s
<Location "/server-status">
    SetHandler server-status
</Location>
END
}

# KiB that a process has for itself; undef where the sanitizer keeps what is
# given back.
sub memory {
    my $pid = shift;
    my $text = join '', map {
        open my $in, '<', "/proc/$pid/$_" or croak "$_: $!";
        <$in>;
    } qw(maps smaps_rollup);
    my ($kib) = $text =~ /^Private_Dirty: +(\d+) kB/m or croak 'no memory';
    return $text =~ /libasan/ ? undef : $kib;
}

# -- one more -----------------------------------------------------------------

sub new {
    my ($class, $server) = @_;
    my $self = bless {server => $server, client => $server->client,
        open => {}, mask => '', clean => 0, cut => [],
        heard => 0}, $class;
    ($self->{listen}) = $self->{client}->request_bytes(POST =>
        $self->{client}->modern_request('/probe', 'subscriptions/listen',
            {notifications => {toolsListChanged => JSON::PP::true}}));
    return $self;
}

# A context of TLS takes longer than all else.
sub connect {
    my $self = shift;
    my @where = (PeerAddr => '127.0.0.1', PeerPort => $self->{server}->port);
    return IO::Socket::INET->new(@where) // croak "connect: $!"
        unless $self->{server}{tls};
    require IO::Socket::SSL;
    $self->{tls} //= IO::Socket::SSL::SSL_Context->new(
        SSL_ca_file => $self->{server}->ca_file, SSL_verify_mode => 1);
    return IO::Socket::SSL->new(@where, SSL_reuse_ctx => $self->{tls},
        SSL_verifycn_name => 'localhost', SSL_verifycn_scheme => 'http')
        // croak "connect: $! $IO::Socket::SSL::SSL_ERROR";
}

sub add {
    my ($self, $bytes, $era) = @_;
    my $socket = $self->connect;
    syswrite $socket, $bytes or croak "write: $!";
    $socket->blocking(0);
    my $fd = fileno $socket;
    $self->{open}{$fd} = {socket => $socket, era => $era, tail => ''};
    vec($self->{mask}, $fd, 1) = 1;
}

sub listen { return $_[0]->add($_[0]{listen}, 'modern') }

# The stream of a session of its own.
sub get {
    my $self = shift;
    my $session = $self->{client}->initialize('/probe');
    my ($bytes) = $self->{client}->request_bytes(GET => '/probe', headers => {
        Accept => 'text/event-stream', 'Mcp-Session-Id' => $session,
        'MCP-Protocol-Version' => '2025-11-25'});
    return $self->add($bytes, 'legacy');
}

sub count { return scalar keys %{$_[0]{open}} }

# -- what comes ---------------------------------------------------------------

# How many have something to read; the mask of them.
sub ready {
    my ($self, $seconds) = @_;
    my $count = select my $ready = $self->{mask}, undef, undef, $seconds;
    croak "select: $!" if $count < 0;
    return ($count, $ready);
}

sub read {
    my ($self, $seconds) = @_;
    my ($count, $ready) = $self->ready($seconds);
    return 0 unless $count;
    $self->take($_) for grep { vec $ready, $_, 1 } keys %{$self->{open}};
    return 1;
}

sub take {
    my ($self, $fd) = @_;
    my $stream = $self->{open}{$fd};
    my $got;
    while ($got = sysread $stream->{socket}, my $bytes, 65536) {
        $stream->{tail} .= $bytes;
        substr $stream->{tail}, 0, -$TAIL, '' if length $stream->{tail} > $TAIL;
    }
    return if !defined $got && ($!{EAGAIN} || $!{EWOULDBLOCK});
    $stream->{tail} .= "($!)" unless defined $got;
    $self->leave($fd);
}

sub leave {
    my ($self, $fd) = @_;
    my $stream = delete $self->{open}{$fd};
    vec($self->{mask}, $fd, 1) = 0;
    $self->{heard}++ if $stream->{tail} =~ /list_changed/;
    if ($stream->{tail} =~ $last{$stream->{era}}) { $self->{clean}++ }
    else { push @{$self->{cut}}, "$stream->{era}: $stream->{tail}" }
}

# -- all of them --------------------------------------------------------------

sub until_all {
    my ($self, $what, $has) = @_;
    my $end = MCPServer::clock() + $MCPServer::PATIENCE;
    while (grep { !$has->($_) } values %{$self->{open}}) {
        $self->read(0.2);
        croak "waited in vain until all $what" if MCPServer::clock() > $end;
    }
}

sub open {
    my ($self, $wanted) = @_;
    my $acknowledged = sub { $_[0]{tail} =~ /acknowledged/ };
    my $left = $wanted;
    while ($left > 0) {
        my $some = $left < $AT_ONCE ? $left : $AT_ONCE;
        $self->listen for 1 .. $some;
        $left -= $some;
        $self->read(0);
    }
    $self->until_all('are acknowledged', $acknowledged);
    $self->check;
}

# None has ended so far.
sub check {
    my $self = shift;
    croak 'streams ended: ' . ($self->{cut}[0] // 'as they should')
        if @{$self->{cut}} + $self->{clean};
}

# The kernel counts them: reading them all would take longer than to tell.
sub told {
    my ($self, $code) = @_;
    1 while $self->read(0.2);
    $_->{tail} = '' for values %{$self->{open}};
    my $start = MCPServer::clock();
    $code->();
    while (($self->ready(0))[0] < $self->count) {
        select undef, undef, undef, 0.002;
        croak 'not all are told' if MCPServer::clock() - $start > 30;
    }
    my $took = MCPServer::clock() - $start;
    $self->until_all('are told', sub { $_[0]{tail} =~ /list_changed/ });
    $self->check;
    return $took;
}

sub end {
    my $self = shift;
    $self->until_all('have ended', sub { 0 });
}

1;
