# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPLdap;

# A slapd of a test's own, on loopback, with some people in it.
#
#   plan skip_all => 'no slapd' unless MCPLdap::is_there();
#   my $l = MCPLdap->new(certificate => $s);     ldaps and StartTLS with the
#                                                certificate of a MCPServer
#   $l->start; $l->stop; $l->stall ...           MCPProcess
#   $l->url('?uid', 'STARTTLS')                  AuthLDAPURL; url(...) of ldaps
#   $l->directives('?uid')                       with AuthLDAPBind...
#   MCPLdap::password('ada'), @MCPLdap::SECRETS
#
# Nobody reads in it anonymously; cn=httpd does.

use strict;
use warnings;
use parent 'MCPProcess';
use Carp qw(croak);
use IO::Socket::INET;

our $BASE = 'dc=example,dc=com';
our $BIND_PASSWORD = 'what-httpd-binds-with';
my $schemas = '/etc/ldap/schema';
my $modules = '/usr/lib/ldap';

# Names as LDAP has them: in UTF-8. "anna*" is what a filter could be fooled
# by; two people are called eve.
my @people = (
    ['uid=ada,ou=Staff', 'ada', 'lovelace-1815', 'Ada Lovelace'],
    ["uid=j\xc3\xbcrgen,ou=Staff", "j\xc3\xbcrgen", 'w&uuml;rzig-42',
        "J\xc3\xbcrgen Wei\xc3\x9f"],
    ['uid=carol,ou=Partners', 'carol', 'carols-own-password', 'Carol Shaw'],
    ['uid=anna*,ou=Staff', 'anna*', 'with-an-asterisk', 'Anna Asterisk'],
    ['uid=eve,ou=Staff', 'eve', 'eve-of-the-staff', 'Eve One'],
    ['uid=eve,ou=Partners', 'eve', 'eve-of-the-partners', 'Eve Two'],
    ['uid=nopass,ou=Staff', 'nopass', undef, 'Has No Password'],
);
our @SECRETS = ($BIND_PASSWORD, map { $_->[2] // () } @people);

sub is_there { return -x program() && -e "$schemas/inetorgperson.schema" }
sub program { return $ENV{MCP_SLAPD} ||= '/usr/sbin/slapd' }
sub name { return 'slapd' }

sub password {
    my $uid = shift;
    return (map { $_->[1] eq $uid ? $_->[2] : () } @people)[0];
}

sub new {
    my ($class, %o) = @_;
    my $self = $class->make(tls_port => MCPServer::free_port(),
        certificate => $o{certificate});
    mkdir "$self->{dir}/db" or croak $!;
    $self->write_config;
    my $ldif = $self->write_file('people.ldif', ldif());
    my $said = `@{[program()]} -T add -f $self->{dir}/slapd.conf -l $ldif 2>&1`;
    $? == 0 or croak "slapadd: $said";
    return $self;
}

sub write_config {
    my $self = shift;
    my $dir = $self->{dir};
    my $tls = '';
    if (my $server = $self->{certificate}) {
        my $conf = $server->root . '/conf';
        $tls = <<"END";
TLSCACertificateFile  $conf/ca.crt
TLSCertificateFile    $conf/server.crt
TLSCertificateKeyFile $conf/server.key
END
    }
    $self->write_file('slapd.conf', <<"END");
include $schemas/core.schema
include $schemas/cosine.schema
include $schemas/inetorgperson.schema
modulepath $modules
moduleload back_mdb
pidfile $dir/pid
$tls
# an empty password is no bind at all for slapd, and then a success: the
# default, written down
disallow bind_anon
database mdb
suffix "$BASE"
directory $dir/db
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=httpd,$BASE" read by anonymous auth by * none
END
}

sub ldif {
    my @entries = ("dn: $BASE\nobjectClass: dcObject\n"
        . "objectClass: organization\ndc: example\no: Example");
    push @entries, map { "dn: ou=$_,$BASE\nobjectClass: organizationalUnit\n"
        . "ou: $_" } qw(Staff Partners Groups);
    push @entries, "dn: cn=httpd,$BASE\nobjectClass: organizationalRole\n"
        . "objectClass: simpleSecurityObject\ncn: httpd\n"
        . "userPassword: $BIND_PASSWORD";
    for (@people) {
        my ($rdn, $uid, $password, $cn) = @$_;
        my ($surname) = $cn =~ /(\S+)$/;
        push @entries, join "\n", base64(dn => "$rdn,$BASE"),
            'objectClass: inetOrgPerson', base64(uid => $uid),
            base64(cn => $cn), base64(sn => $surname),
            'mail: ' . lc($surname =~ s/[^\x00-\x7f]+/s/gr)
                . '@example.com',
            'departmentNumber: ' . ($uid eq 'ada' ? 42 : 7),
            defined $password ? "userPassword: $password" : ();
    }
    push @entries, join "\n", "dn: cn=tools,ou=Groups,$BASE",
        'objectClass: groupOfNames', 'cn: tools',
        map { base64(member => "$_->[0],$BASE") } @people[0, 1];
    return join "\n\n", @entries, '';
}

# RFC 2849: what is not ASCII is in base64
sub base64 {
    my ($name, $value) = @_;
    require MIME::Base64;
    return $value =~ /^[\x20-\x7e]*$/ ? "$name: $value"
        : "${name}:: " . MIME::Base64::encode_base64($value, '');
}

sub command {
    my $self = shift;
    my $tls = $self->{certificate} ? " ldaps://127.0.0.1:$self->{tls_port}"
        : '';
    return (program(), '-f', "$self->{dir}/slapd.conf", '-d', 0, '-h',
        "ldap://127.0.0.1:$self->{port}$tls");
}

sub answers {
    my $self = shift;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Timeout => 2);
}

# AuthLDAPURL with what stands behind the base, "?uid?sub?(objectClass=*)".
# An address, for which the certificate is good too: of a "localhost" libldap
# takes the machine's name.
sub url {
    my ($self, $rest, $mode) = @_;
    my ($scheme, $port) = ($mode // '') eq 'ldaps'
        ? ('ldaps', $self->{tls_port}) : ('ldap', $self->{port});
    return qq{AuthLDAPURL "$scheme://127.0.0.1:$port/$BASE$rest"}
        . ($mode && $scheme eq 'ldap' ? " $mode" : '');
}

sub directives {
    my ($self, @url) = @_;
    return $self->url(@url) . "\nAuthLDAPBindDN cn=httpd,$BASE\n"
        . "AuthLDAPBindPassword $BIND_PASSWORD\n";
}

1;
