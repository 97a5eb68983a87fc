# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPHosts;

# https sites of other people, for a server (MCPServer) that makes requests of
# its own: names, addresses (t/c-modules/hosts) and one process that answers
# for all of them, with a certificate of a CA of the test.
#
#   my $net = MCPHosts->new(names => ['app.example', '*.apps.example']);
#   MCPServer->new(config => $net->config . ...)
#   $net->name('app.example', '93.184.216.34');     DNS says this from now on
#   $net->dial('93.184.216.34');                    our sites answer there
#   $net->dial('93.184.216.34', undef);             as in the world outside
#   $net->put('app.example', '/client.json', status => 200, body => $text,
#       headers => {...}, delay => 3, raw => $bytes, drip => 0.1);
#   $net->asked('app.example', '/client.json')      how often; reset by put
#   $net->requests                                  all, as they came
#   my $port = $net->proxy;                         a forward proxy to them
#   $net->tunnels                                   what it was asked for
#
# put without a status or body is 200 and empty; what was not put is 404.

use strict;
use warnings;
use Carp qw(croak);
use File::Temp ();
use IO::Select;
use IO::Socket::INET;
use IO::Socket::SSL;
use JSON::PP ();
use POSIX ();

my $json = JSON::PP->new->utf8->canonical;

sub new {
    my ($class, %o) = @_;
    my $dir = File::Temp->newdir('mcp-hosts-XXXXXX', TMPDIR => 1);
    chmod 0755, "$dir";
    my $self = bless {dir => $dir, owner => $$, names => {}, dials => {},
        pages => {}}, $class;
    $self->make_certificates(@{$o{names}});
    $self->{listener} = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => 0, Listen => 64) or croak "listen: $@";
    $self->{port} = $self->{listener}->sockport;
    $self->write_hosts;
    $self->write_pages;
    $self->{pid} = fork // croak $!;
    if (!$self->{pid}) {
        eval { $self->serve };
        POSIX::_exit(1);
    }
    close $self->{listener};
    return $self;
}

sub port { return $_[0]{port} }
sub ca_file { return "$_[0]{dir}/ca.crt" }

# What a server needs to see these sites.
sub config {
    my ($self, $fetch) = @_;
    $fetch //= 'timeout=3s connect-timeout=2s';
    return <<"END";
LoadModule hosts_module \${MODULES}/mod_hosts.so
HostsFile "$self->{dir}/hosts"
MCPFetch ca-file=$self->{dir}/ca.crt $fetch
END
}

sub make_certificates {
    my ($self, @names) = @_;
    my $dir = $self->{dir};
    my $ec = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30';
    my $san = join ',', map { "DNS:$_" } @names;
    system(<<"END") == 0 or croak 'openssl failed';
exec >'$dir/openssl.log' 2>&1 </dev/null; set -e
openssl req -x509 $ec -subj '/CN=CA of other people' -keyout '$dir/ca.key' \\
    -out '$dir/ca.crt' -addext basicConstraints=critical,CA:TRUE
openssl req $ec -subj /CN=sites -keyout '$dir/site.key' -out '$dir/site.csr'
printf 'subjectAltName=$san\\n' >'$dir/san'
openssl x509 -req -days 30 -in '$dir/site.csr' -CA '$dir/ca.crt' \\
    -CAkey '$dir/ca.key' -CAcreateserial -extfile '$dir/san' \\
    -out '$dir/site.crt'
END
    chmod 0644, "$dir/ca.crt";
}

# -- what is where -----------------------------------------------------------

sub write_file {
    my ($self, $name, $text) = @_;
    open my $out, '>:raw', "$self->{dir}/$name.new" or croak $!;
    print $out $text;
    close $out or croak $!;
    chmod 0644, "$self->{dir}/$name.new";
    rename "$self->{dir}/$name.new", "$self->{dir}/$name" or croak $!;
}

# A secret that only we can read; where it is.
sub secret_file {
    my ($self, $name, $text) = @_;
    $self->write_file("$name.secret", $text);
    chmod 0600, "$self->{dir}/$name.secret";
    return "$self->{dir}/$name.secret";
}

sub write_hosts {
    my $self = shift;
    $self->write_file('hosts', join '',
        map("name $_ $self->{names}{$_}\n", sort keys %{$self->{names}}),
        map("dial $_ $self->{dials}{$_}\n", sort keys %{$self->{dials}}));
}

sub name {
    my ($self, $name, $addresses) = @_;
    $self->{names}{$name} = $addresses;
    $self->write_hosts;
}

sub dial {
    my ($self, $address, @port) = @_;
    $self->{dials}{$address} = @port ? $port[0] : $self->{port};
    delete $self->{dials}{$address} unless $self->{dials}{$address};
    $self->write_hosts;
}

sub write_pages { $_[0]->write_file('pages', $json->encode($_[0]{pages})) }

sub put {
    my ($self, $host, $path, %o) = @_;
    $self->{pages}{"$host$path"} = \%o;
    $self->write_pages;
    $self->{before}{"$host$path"} = grep { $_ eq "$host$path" }
        map { $_->{at} } $self->requests;
}

# -- what was asked for ------------------------------------------------------

sub requests {
    my $self = shift;
    open my $in, '<:raw', "$self->{dir}/requests" or return;
    return map { $json->decode($_) } <$in>;
}

sub asked {
    my ($self, $host, $path) = @_;
    my $at = "$host$path";
    return (grep { $_->{at} eq $at } $self->requests)
        - ($self->{before}{$at} // 0);
}

# Connections, whether or not TLS was spoken on them.
sub connections {
    my $self = shift;
    return -s "$self->{dir}/connections" || 0;
}

# -- a forward proxy ---------------------------------------------------------

# CONNECT to any host leads to our sites.
sub proxy {
    my $self = shift;
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => 0, Listen => 8) or croak "listen: $@";
    my $pid = fork // croak $!;
    if (!$pid) {
        eval { $self->loop($listener, sub { $self->tunnel(shift) }) };
        POSIX::_exit(1);
    }
    push @{$self->{more}}, $pid;
    return $listener->sockport;
}

sub tunnels {
    my $self = shift;
    open my $in, '<:raw', "$self->{dir}/tunnels" or return;
    chomp(my @lines = <$in>);
    return @lines;
}

sub tunnel {
    my ($self, $client) = @_;
    my $head = '';
    while ($head !~ /\r\n\r\n/) {
        sysread $client, $head, 4096, length $head or return;
    }
    my ($target) = $head =~ m{^CONNECT (\S+) HTTP/1\.1\r\n} or return;
    $self->note('tunnels', "$target\n");
    my $site = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}) or return;
    syswrite $client, "HTTP/1.1 200 OK\r\nX-Proxy: x\r\n\r\n";
    my $both = IO::Select->new($client, $site);
    while (my @ready = $both->can_read(10)) {
        for my $from (@ready) {
            sysread $from, my $bytes, 65536 or return;
            syswrite $from == $client ? $site : $client, $bytes;
        }
    }
}

# -- the process -------------------------------------------------------------

sub note {
    my ($self, $name, $text) = @_;
    open my $out, '>>:raw', "$self->{dir}/$name" or die $!;
    syswrite $out, $text;
    close $out;
}

sub serve {
    my $self = shift;
    $self->loop($self->{listener}, sub {
        $self->note('connections', '.');
        $self->answer(shift);
    });
}

# A process for each connection, until the test is gone.
sub loop {
    my ($self, $listener, $code) = @_;
    local $SIG{CHLD} = 'IGNORE';
    local $SIG{PIPE} = 'IGNORE';
    open STDIN, '<', '/dev/null';
    open STDOUT, '>', '/dev/null';
    open STDERR, '>', '/dev/null';
    $listener->timeout(2);
    while (getppid == $self->{owner}) {
        my $socket = $listener->accept or next;
        my $pid = fork;
        if (defined $pid && !$pid) {
            alarm 60;
            eval { $code->($socket) };
            POSIX::_exit(0);
        }
        close $socket;
    }
}

sub answer {
    my ($self, $socket) = @_;
    my $tls = IO::Socket::SSL->start_SSL($socket, SSL_server => 1,
        SSL_cert_file => "$self->{dir}/site.crt",
        SSL_key_file => "$self->{dir}/site.key") or return;
    my $head = '';
    while ($head !~ /\r\n\r\n/) {
        sysread $tls, $head, 4096, length $head or return;
    }
    my ($method, $path) = $head =~ m{^(\S+) (\S+) HTTP/1\.1\r\n} or return;
    my ($host) = $head =~ /^Host: *([^:\r]+)/mi;
    $self->note('requests', $json->encode({at => "$host$path",
        method => $method, head => $head}) . "\n");
    open my $in, '<:raw', "$self->{dir}/pages" or return;
    my $page = $json->decode(do { local $/; <$in> })->{"$host$path"}
        // {status => 404, body => 'no'};
    select undef, undef, undef, $page->{delay} if $page->{delay};
    my $body = $page->{body} // '';
    utf8::encode($body) if utf8::is_utf8($body);
    my %headers = ('Content-Type' => 'application/json',
        'Content-Length' => length $body, %{$page->{headers} || {}});
    my $bytes = $page->{raw} // join '',
        sprintf("HTTP/1.1 %d X\r\n", $page->{status} // 200),
        map({ defined $headers{$_} ? "$_: $headers{$_}\r\n" : () }
            sort keys %headers), "Connection: close\r\n\r\n", $body;
    if ($page->{drip}) {
        for (split //, $bytes) {
            syswrite $tls, $_ or return;
            select undef, undef, undef, $page->{drip};
        }
    }
    else {
        my $sent = 0;
        while ($sent < length $bytes) {
            $sent += syswrite($tls, $bytes, 16384, $sent) || return;
        }
        # the endless kind
        1 while $page->{endless} && syswrite $tls, 'x' x 8192;
    }
    close $tls;
}

sub stop {
    my $self = shift;
    for (grep { defined } delete $self->{pid}, @{delete $self->{more} || []}) {
        kill TERM => $_;
        waitpid $_, 0;
    }
}

sub DESTROY {
    my $self = shift;
    return if $$ != $self->{owner};
    local ($?, $@);
    $self->stop;
}

1;
