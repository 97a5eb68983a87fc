# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPKerberos;

# A Kerberos realm of a test's own: a KDC on loopback, with ada and the HTTP
# service of localhost.
#
#   plan skip_all => 'no KDC' unless MCPKerberos::is_there();
#   my $k = MCPKerberos->new->start;          $k->stop: MCPProcess
#   MCPServer->new(env => $k->environment)    $k->keytab is the server's
#   $k->login('ada')                          gets her a ticket
#   $k->curl('ada', @arguments)               what curl prints, with her ticket

use strict;
use warnings;
use parent 'MCPProcess';
use Carp qw(croak);
use IO::Socket::INET;

our $REALM = 'EXAMPLE.COM';
our %PASSWORD = (ada => 'analytical-engine');

# The programs of a server are where Debian's users do not look.
sub path { return "$ENV{PATH}:/usr/sbin:/sbin" }

sub is_there {
    for my $program (qw(kdb5_util krb5kdc kadmin.local kinit curl)) {
        return 0 unless grep { -x "$_/$program" } split /:/, path();
    }
    return `curl --version` =~ /\bGSS-API\b/;
}

sub name { return 'krb5kdc' }

sub new {
    my $class = shift;
    my $self = $class->make;
    my $dir = $self->{dir};
    $self->write_file('krb5.conf', <<"END");
[libdefaults]
    default_realm = $REALM
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
[realms]
    $REALM = {
        kdc = 127.0.0.1:$self->{port}
    }
END
    $self->write_file('kdc.conf', <<"END");
[kdcdefaults]
    kdc_listen = 127.0.0.1:$self->{port}
    kdc_tcp_listen = 127.0.0.1:$self->{port}
[realms]
    $REALM = {
        database_name = $dir/principal
        key_stash_file = $dir/stash
        acl_file = $dir/acl
    }
[logging]
    kdc = FILE:$dir/kdc.log
END
    $self->run('kdb5_util', 'create', '-s', '-P', 'master-password');
    $self->run('kadmin.local', 'addprinc', '-pw', $PASSWORD{$_}, $_)
        for sort keys %PASSWORD;
    $self->run('kadmin.local', 'addprinc', '-randkey', 'HTTP/localhost');
    $self->run('kadmin.local', 'ktadd', '-k', $self->keytab, 'HTTP/localhost');
    chmod 0644, $self->keytab;
    return $self;
}

sub keytab { return "$_[0]{dir}/http.keytab" }

sub environment {
    my $self = shift;
    return {KRB5_CONFIG => "$self->{dir}/krb5.conf",
        KRB5_KDC_PROFILE => "$self->{dir}/kdc.conf"};
}

# Runs a program; what it prints.
sub run {
    my ($self, @command) = @_;
    local %ENV = (%ENV, %{$self->environment}, PATH => path());
    my $pid = open my $from, '-|';
    defined $pid or croak $!;
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        open STDIN, '<', $self->{input} // '/dev/null';
        exec @command or POSIX::_exit(127);
    }
    my $said = do { local $/; <$from> };
    close $from;
    $? == 0 or croak "@command: $said";
    return $said;
}

sub command {
    my $self = shift;
    return ('env', (map { "$_=" . $self->environment->{$_} }
        sort keys %{$self->environment}), 'PATH=' . path(), 'krb5kdc', '-n');
}

sub answers {
    my $self = shift;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Timeout => 2);
}

sub login {
    my ($self, $user) = @_;
    local $self->{input} = $self->write_file('password', "$PASSWORD{$user}\n");
    return $self->run('kinit', '-c', "$self->{dir}/$user.tickets", $user);
}

sub curl {
    my ($self, $user, @arguments) = @_;
    local $ENV{KRB5CCNAME} = "FILE:$self->{dir}/$user.tickets";
    return $self->run('curl', '-sS', '-i', '--negotiate', '-u', ':',
        @arguments);
}

1;
