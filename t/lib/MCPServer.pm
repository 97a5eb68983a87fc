# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPServer;

# An Apache of a test's own: restarts, kills, clocks, other configurations.
#
#   my $s = MCPServer->new(config => $text, mpm => 'worker', tls => 1,
#                          faketime => 1, site => 0, disk => '512k');
#   $s->start; $s->graceful; $s->restart; $s->kill_child; $s->kill_all; $s->stop
#   $s->set_clock('+86400')            with faketime: seconds from now
#   my ($ok, $output) = $s->check      httpd -t
#   my $c = $s->client                 a MCPClient
#   $s->sign('ada', '/CN=ada')         with tls: a certificate of a client
#
# The configuration may use ${PORT} ${ROOT} ${CONF} ${MODULES} ${ISSUER}. Unless
# site => 0, t/conf/site.conf comes before it; load => 0 leaves our modules out. Nothing sleeps: every step waits
# until it has happened. The log is watched like the main server's.
# disk: state/ is a disk of that size of the server's own, while it runs; what
# is in it is seen by inside('COMMAND').

use strict;
use warnings;
use Carp qw(croak);
use Cwd qw(abs_path);
use Digest::SHA ();
use File::Basename qw(dirname);
use File::Temp ();
use IO::Socket::INET;
use POSIX ();
use MCPClient;
use MCPLog;

our $PATIENCE = 30;
my $t = abs_path(dirname(__FILE__) . '/..');

# Found once, by build/behaviour or here.
sub httpd { return $ENV{MCP_HTTPD} ||= '/usr/sbin/apache2' }
sub libexec {
    chomp($ENV{MCP_LIBEXECDIR} ||= `apxs -q LIBEXECDIR`);
    return $ENV{MCP_LIBEXECDIR};
}
sub modules_dir { return $ENV{MCP_MODULES} ||= abs_path("$t/../build/modules") }

my @modules = qw(authn_core authn_file authz_core authz_user authz_host
    auth_basic alias rewrite proxy proxy_http headers env setenvif mime dir
    status include);

# The LoadModule lines of an MPM and of what tests use, where it is there.
sub load_modules {
    my ($mpm, @more) = @_;
    my %seen;
    return join '', map {
        my $file = libexec() . "/mod_$_.so";
        -e $file ? "LoadModule ${_}_module $file\n" : '';
    } grep { !$seen{$_}++ } "mpm_$mpm", @modules, @more;
}

# Below those that the system gives to whoever connects, so that nobody else
# takes it before it is used.
sub free_port {
    for (1 .. 200) {
        my $port = 10000 + int rand 20000;
        my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
            LocalPort => $port, Listen => 1, ReuseAddr => 1) or next;
        return $port;
    }
    croak 'no port is free';
}

sub new {
    my ($class, %o) = @_;
    my $dir = File::Temp->newdir('mcp-server-XXXXXX', TMPDIR => 1);
    chmod 0755, "$dir";
    my $self = bless {
        root => "$dir", dir => $dir, port => $o{port} || free_port(),
        mpm => $o{mpm} || $ENV{MCP_MPM} || 'event', tls => $o{tls},
        faketime => $o{faketime}, env => $o{env} || {}, owner => $$,
        disk => $o{disk},
    }, $class;
    mkdir "$self->{root}/$_" or croak "$_: $!"
        for qw(logs state htdocs conf run);
    $self->make_certificate if $o{tls};
    $self->{scheme} = $o{tls} ? 'https' : 'http';
    $self->{issuer} = "$self->{scheme}://localhost:$self->{port}";
    $self->{log} = MCPLog->new("$self->{root}/logs/error_log");
    $self->{log}{folder} = $dir;    # the log is read when the server is gone
    MCPTest::watch($self->{log}) if MCPTest->can('watch');
    $self->configure(%o);
    return $self;
}

sub root { return $_[0]{root} }
sub port { return $_[0]{port} }
sub issuer { return $_[0]{issuer} }
sub log { return $_[0]{log} }
sub ca_file { return "$_[0]{root}/conf/ca.crt" }

sub client {
    my ($self, %o) = @_;
    return MCPClient->new(url => $self->{issuer}, log => $self->{log},
        ca_file => $self->ca_file, %o);
}

# -- configuration -----------------------------------------------------------

# Writes the configuration anew; takes effect at the next (re)start.
sub configure {
    my ($self, %o) = @_;
    my $root = $self->{root};
    my $modules = modules_dir();
    my $load = load_modules($self->{mpm}, ($self->{tls}
        ? qw(ssl socache_shmcb) : ()), @{$o{modules} || []});
    my $ours = ($o{load} // 1) ? <<"END" : '';
LoadModule mcp_oauth_module $modules/mod_mcp_oauth.so
LoadModule mcp_demo_module  $modules/mod_mcp_demo.so
LogLevel mcp_oauth:trace8
END
    my $identity = $> == 0 ? "User www-data\nGroup www-data\n" : '';
    my $tls = $self->{tls} ? <<"END" : '';
SSLEngine on
SSLCertificateFile    $root/conf/server.crt
SSLCertificateKeyFile $root/conf/server.key
END
    my $listen = "127.0.0.1:$self->{port}" . ($self->{tls} ? ' https' : '');
    my $site = ($o{site} // 1) ? qq{Include "$t/conf/site.conf"\n} : '';
    my $server_name = exists $o{server_name} ? $o{server_name} : 'localhost';
    $server_name = defined $server_name ? "ServerName $server_name\n" : '';
    open my $out, '>', "$root/conf/httpd.conf" or croak $!;
    print $out <<"END";
Define PORT $self->{port}
Define ROOT $root
Define CONF $t/conf
Define MODULES $modules
Define ISSUER $self->{issuer}
${load}LogLevel info
$ours${server_name}ServerRoot $root
DefaultRuntimeDir $root/run
PidFile $root/run/httpd.pid
DocumentRoot $root/htdocs
ErrorLog $root/logs/error_log
CustomLog $root/logs/access_log "%h %u %t \\"%r\\" %>s %b"
TypesConfig /dev/null
Listen $listen
${identity}${tls}Timeout 30
GracefulShutdownTimeout 5
<IfModule !mpm_prefork_module>
    StartServers         2
    ServerLimit          4
    ThreadsPerChild      8
    MinSpareThreads     16
    MaxSpareThreads     32
    MaxRequestWorkers   32
</IfModule>
<IfModule mpm_prefork_module>
    StartServers         3
    MinSpareServers      3
    MaxSpareServers     16
    MaxRequestWorkers   32
</IfModule>
$site
END
    print $out $o{config} if defined $o{config};
    close $out or croak $!;
}

# A CA of our own and a certificate for localhost.
sub make_certificate {
    my $self = shift;
    $self->make_ca('ca');
    return $self->sign('server', '/CN=localhost', alternative =>
        'DNS:localhost,IP:127.0.0.1');
}

my $new_key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';

sub openssl {
    my ($self, $commands) = @_;
    my $conf = "$self->{root}/conf";
    system(<<"END") == 0 or croak 'openssl failed: ' . `cat $conf/openssl.log`;
exec >'$conf/openssl.log' 2>&1 </dev/null; set -e; cd '$conf'
$commands
END
}

# conf/NAME.crt and conf/NAME.key
sub make_ca {
    my ($self, $name) = @_;
    $self->openssl(<<"END");
openssl req -x509 $new_key -days 30 -subj '/CN=Test CA $name' \\
    -keyout '$name.key' -out '$name.crt' \\
    -addext basicConstraints=critical,CA:TRUE
END
}

# The same of a certificate, for a server or a client; where they are.
# by => another CA; alternative => subjectAltName; days => how long it is good
sub sign {
    my ($self, $name, $subject, %o) = @_;
    my $ca = $o{by} // 'ca';
    my $days = $o{days} // 30;
    my $san = $o{alternative} ? "subjectAltName=$o{alternative}" : '';
    $self->openssl(<<"END");
openssl req $new_key -utf8 -subj '$subject' -keyout '$name.key' -out '$name.csr'
printf '$san\\n' >'$name.ext'
openssl x509 -req -days $days -in '$name.csr' -CA '$ca.crt' -CAkey '$ca.key' \\
    -CAcreateserial -extfile '$name.ext' -out '$name.crt'
END
    return "$self->{root}/conf/$name";
}

sub command {
    my $self = shift;
    return (httpd(), '-d', $self->{root}, '-f',
        "$self->{root}/conf/httpd.conf", @_);
}

# httpd -t (with more arguments): whether it passed, and what it said.
sub check {
    my ($self, @arguments) = @_;
    my $pid = open my $from, '-|';
    defined $pid or croak $!;
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        $self->environment;
        exec $self->command('-t', @arguments) or POSIX::_exit(127);
    }
    my $output = do { local $/; <$from> };
    close $from;
    return ($? == 0, $output);
}

sub environment {
    my $self = shift;
    %ENV = (%ENV, %{$self->{env}});
    return unless $self->{faketime};
    my ($library) = glob '/usr/lib/*/faketime/libfaketimeMT.so.1';
    $ENV{LD_PRELOAD} = join ':', grep { defined && length }
        $ENV{LD_PRELOAD}, $library;
    $ENV{FAKETIME_TIMESTAMP_FILE} = "$self->{root}/clock";
    $ENV{FAKETIME_NO_CACHE} = 1;
    # timeouts and condition variables go on as they are
    $ENV{DONT_FAKE_MONOTONIC} = $ENV{FAKETIME_DONT_FAKE_MONOTONIC} = 1;
}

# -- a store that cannot be used ----------------------------------------------

# Something else lies where state.db was, and no child has it open any more.
sub break_store {
    my $self = shift;
    my $database = $self->{root} . '/state/mcp-oauth/state.db';
    -e $database or croak 'there is no state.db';
    rename $_, "$_.kept" or croak "$_: $!" for glob "$database*";
    open my $broken, '>', $database or croak $!;
    print $broken "this is no database\n" x 1000;
    close $broken;
    chmod 0600, $database;
    chown((stat "$database.kept")[4, 5], $database) if $> == 0;
    $self->{log}->expect(qr/\[mcp_oauth:(?:error|crit|warn|emerg)\]/);
    $self->kill_child($_) for $self->children;
}

sub mend_store {
    my $self = shift;
    my $database = $self->{root} . '/state/mcp-oauth/state.db';
    unlink grep { !/\.kept$/ } glob "$database*";
    rename $_, s/\.kept$//r or croak "$_: $!" for glob "$database*.kept";
    $self->restart;
}

# -- what an identity provider says -------------------------------------------

# As if the provider had said this of the user whose access token it is (words
# of base/identity.def), and whoever heard it before were told.
sub provider_says {
    my ($self, $token, %words) = @_;
    my $key = Digest::SHA::sha256_hex(MCPTest::jwt_claims($token)->{grant});
    $self->patch("kind = 3 and key = x'$key'", {identity => \%words});
    $self->announce;
}

# As if it had said this of all whose browsers are signed in.
sub provider_said {
    my ($self, %words) = @_;
    $self->patch('kind = 6', {login => {identity => \%words}});
}

# Records of the store (RFC 7396).
sub patch {
    my ($self, $which, $patch) = @_;
    my $text = MCPTest::json_encode($patch) =~ s/'/''/gr;
    open my $from, '-|', 'sqlite3', '-cmd', '.timeout 5000',
        "$self->{root}/state/mcp-oauth/state.db", 'update record set value = '
        . "cast(json_patch(cast(value as text), '$text') as blob) "
        . "where $which; select changes()" or croak $!;
    croak "there is no record with $which" unless (<$from> // 0) > 0;
}

# What has ended is looked up anew, and so is all that is remembered.
sub announce {
    my $self = shift;
    open my $file, '+<:raw', "$self->{root}/state/mcp-oauth/revocations"
        or croak $!;
    read $file, my $number, 8;
    seek $file, 0, 0;
    print $file pack 'Q', 1 + unpack 'Q', $number;
    close $file or croak $!;
}

# -- a disk of its own ---------------------------------------------------------

# In a mount namespace, which needs no root.
my @namespaces = $> == 0 ? qw(-m) : qw(--map-current-user --keep-caps -m);

sub has_disks {
    return system('unshare @ARGV sh -c "mount -t tmpfs tmpfs /mnt" 2>/dev/null'
        =~ s/\@ARGV/@namespaces/r) == 0;
}

sub on_its_disk {
    my ($self, @command) = @_;
    return @command unless $self->{disk};
    my $mount = "mount -t tmpfs -o size=$self->{disk},mode=777 tmpfs "
        . "$self->{root}/state";
    return ('unshare', @namespaces, 'sh', '-c', "$mount && exec \"\$@\"", 'sh',
        @command);
}

# What a shell command prints that sees the server's disk.
sub inside {
    my ($self, $command) = @_;
    my @enter = $> == 0 ? () : qw(-U --preserve-credentials);
    open my $from, '-|', 'nsenter', '-t', $self->{pid}, @enter, '-m', 'sh',
        '-c', $command or croak "nsenter: $!";
    my $output = do { local $/; <$from> };
    close $from;
    return $output;
}

# -- life --------------------------------------------------------------------

sub await {
    my ($self, $what, $condition, $patience) = @_;
    my $end = clock() + ($patience || $PATIENCE);
    until ($condition->()) {
        croak "waited in vain: $what\n" . $self->tail if clock() > $end;
        select undef, undef, undef, 0.02;
    }
}

# the monotonic clock: a test may fake the other one
sub clock { require Time::HiRes;
    return Time::HiRes::clock_gettime(Time::HiRes::CLOCK_MONOTONIC()) }

sub tail {
    my $self = shift;
    my @lines;
    for my $file (qw(logs/error_log logs/stderr)) {
        open my $in, '<', "$self->{root}/$file" or next;
        push @lines, <$in>;
    }
    splice @lines, 0, @lines - 40 if @lines > 40;
    return join '', @lines;
}

sub answers {
    my $self = shift;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Timeout => 2);
}

sub start {
    my $self = shift;
    croak 'it runs already' if $self->{pid};
    $self->write_clock('+0') if $self->{faketime} && !-e "$self->{root}/clock";
    my $generation = $self->generation;
    my $pid = fork // croak $!;
    if (!$pid) {
        POSIX::setpgid(0, 0);
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{root}/logs/stderr";
        open STDERR, '>&', \*STDOUT;
        # Else the children keep the test's pipes open after its end.
        POSIX::close($_) for 3 .. 63;
        $self->environment;
        exec $self->on_its_disk($self->command('-DFOREGROUND'))
            or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    $self->await('start', sub {
        if (waitpid($pid, POSIX::WNOHANG()) == $pid) {
            delete $self->{pid};
            croak "httpd did not start:\n" . $self->tail;
        }
        return $self->generation > $generation && $self->answers;
    });
    return $self;
}

# How many lines of the error log match.
sub logged {
    my ($self, $pattern) = @_;
    open my $in, '<', "$self->{root}/logs/error_log" or return 0;
    return scalar grep { $_ =~ $pattern } <$in>;
}

# How often the server began to serve: at its start and at each restart.
sub generation { return $_[0]->logged(qr/resuming normal operations/) }

# What is said of a process or a thread; '' when it has gone.
sub stat_of {
    my ($file) = @_;
    open my $in, '<', $file or return '';
    return scalar(<$in>) // '';
}

sub children {
    my $self = shift;
    my @children = sort { $a <=> $b } grep {
        stat_of("/proc/$_/stat") =~ /\) (\S) (\d+) / && $1 ne 'Z' && $2 == $self->{pid};
    } map { m{/proc/(\d+)$} ? $1 : () } glob '/proc/[0-9]*';
    return @children;
}

# The threads of a group of processes that live. Init may take its time with the
# dead; and the first thread of a killed process may be dead while another still
# holds the sockets.
sub group {
    my $group = shift;
    return grep {
        stat_of($_) =~ /\) (\S) \d+ (\d+) / && $1 !~ /[ZX]/ && $2 == $group;
    } glob '/proc/[0-9]*/task/*/stat';
}

# httpd's threads race with the order to end at once (close_worker_sockets() of
# the event MPM): a child can crash that is just done with a connection. So the
# connections that tests do not keep open get some time to be gone.
sub settle {
    my $self = shift;
    return unless $self->{pid};
    my $end = clock() + 0.5;
    select undef, undef, undef, 0.02
        while $self->connections && clock() < $end;
    $end = clock() + 5;
    select undef, undef, undef, 0.005
        while $self->threads_at_work && clock() < $end;
}

# How many threads of children run or wait for the disk.
sub threads_at_work {
    my $self = shift;
    return scalar grep {
        stat_of($_) =~ /\) [RD] /;
    } map { glob "/proc/$_/task/*/stat" } $self->children;
}

# How many there are to our port, as the server sees them.
sub connections {
    my $self = shift;
    my $port = sprintf '%04X', $self->{port};
    open my $in, '<', '/proc/net/tcp' or return 0;
    # ESTABLISHED, CLOSE_WAIT; the local address comes first
    return scalar grep { /^ *\d+: [0-9A-F]{8}:$port \S+ 0[18] / } <$in>;
}

sub signal_restart {
    my ($self, $signal) = @_;
    $self->settle if $signal eq 'HUP';
    my $generation = $self->generation;
    my %old = map { ($_ => 1) } $self->children;
    kill $signal, $self->{pid} or croak "kill: $!";
    $self->await("restart by $signal", sub {
        $self->generation > $generation && $self->answers
            && !grep { $old{$_} } $self->children;
    });
}

sub graceful { $_[0]->signal_restart('USR1') }
sub restart { $_[0]->signal_restart('HUP') }

# kill -9 of one child; back when the parent has taken note of it. Whether it
# starts another is its own affair: it may have enough.
sub kill_child {
    my ($self, $child) = @_;
    $child //= ($self->children)[0];
    kill KILL => $child or croak "kill: $!";
    $self->await('the end of a child', sub {
        !-e "/proc/$child" && $self->children && $self->answers;
    });
    return $child;
}

# kill -9 of the parent and all its children.
sub kill_all {
    my $self = shift;
    my $pid = delete $self->{pid} or croak 'it does not run';
    kill KILL => -$pid;
    waitpid $pid, 0;
    $self->await('the end of all processes', sub { !group($pid) });
    # "AH00098: pid file ... overwritten" is what the next start says
    return $self;
}

sub stop {
    my $self = shift;
    $self->settle;
    my $pid = delete $self->{pid} or return;
    kill TERM => $pid;
    eval {
        $self->await('stop', sub {
            waitpid($pid, POSIX::WNOHANG()) != 0 });
        1;
    } or do {
        kill KILL => -$pid;
        waitpid $pid, 0;
        croak $@;
    };
    $self->await('the end of all processes', sub { !group($pid) });
    return $self;
}

# -- the clock ---------------------------------------------------------------

sub write_clock {
    my ($self, $offset) = @_;
    open my $out, '>', "$self->{root}/clock.new" or croak $!;
    print $out "$offset\n";
    close $out;
    rename "$self->{root}/clock.new", "$self->{root}/clock" or croak $!;
}

# Sets the server's clock to the real one plus seconds ("+86400", "-3600").
sub set_clock {
    my ($self, $offset) = @_;
    croak 'no faketime' unless $self->{faketime};
    $self->write_clock(sprintf '%+d', $offset);
    return unless $self->{pid};
    require HTTP::Date;
    $self->await("the clock to show $offset", sub {
        my $date = $self->client->get('/')->header('Date') or return;
        abs(HTTP::Date::str2time($date) - time - $offset) < 30;
    });
}

sub DESTROY {
    my $self = shift;
    return if $$ != $self->{owner} || !$self->{pid};
    local ($?, $@);
    kill KILL => -$self->{pid};
    waitpid $self->{pid}, 0;
}

1;
