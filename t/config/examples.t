#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# conf/examples: each is what goes into a virtual host, is taken by httpd -t as
# it stands, and warns of nothing. What it needs besides stands in its head:
#
#   # Modules:     modules of httpd, without mod_
#   # Files:       files that have to be there
#   # Outside:     a line outside all virtual hosts; there can be several
#   # Environment: NAME=VALUE ... of ${NAME} and env:NAME; "VALUE" with blanks
#   # Or:          NAME=VALUE that is tried besides
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use File::Basename qw(basename dirname);
use File::Path qw(make_path);
use Test::More;
use Conf;

my $source = "$FindBin::Bin/../..";
my @examples = sort glob "$source/conf/examples/*.conf";
cmp_ok(scalar @examples, '>', 4, 'there are examples');

# Paths are those of Debian; here they are below the ServerRoot.
my ($prefix, $root) = ('/etc/apache2', root());

sub read_head {
    my $text = shift;
    my %head = map { $_ => [] } qw(Modules Files Outside Environment Or);
    while ($text =~ /^# (Modules|Files|Outside|Environment|Or): +(.+)$/mg) {
        my ($name, $value) = ($1, $2);
        push @{$head{$name}}, $name eq 'Outside' ? $value
            : $name eq 'Environment' ? $value =~ /(\w+=(?:"[^"]*"|\S+))/g : split ' ', $value;
    }
    return \%head;
}

# What stands for the file of a reader: a certificate, a keytab without keys, or
# a secret.
my $openssl = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';
system("openssl req -x509 $openssl -subj /CN=mcp.example.com"
    . " -keyout $root/tls.key -out $root/tls.pem >$root/openssl.log 2>&1") == 0
    or die 'openssl failed';
sub make_file {
    my $name = shift =~ s{^\Q$prefix\E/}{}r;
    make_path(dirname("$root/$name"));
    my $text = $name =~ /\.pem$/ ? do {
            open my $in, '<', "$root/tls.pem" or die $!;
            local $/;
            <$in>;
        } : $name =~ /keytab$/ ? "\x05\x02" : "a-secret-of-32-characters-length\n";
    chmod 0600, write_file($name, $text);
}

# What Debian enables, besides what an example names.
my @enabled = qw(alias auth_basic authn_core authn_file authz_core authz_host
    authz_user dir env mime setenvif socache_shmcb ssl);
sub has_module { return -e MCPServer::libexec() . "/mod_$_[0].so" }
sub base_with {
    my %seen;
    return Conf::write_base('example.conf', join '', map {
        "LoadModule ${_}_module " . MCPServer::libexec() . "/mod_$_.so\n"
    } grep { !$seen{$_}++ } 'mpm_event', @enabled, @_);
}

for my $path (@examples) {
    my $name = basename($path);
    my $text = do { open my $in, '<', $path or die $!; local $/; <$in> };
    my $head = read_head($text);
    like($text, qr/\A# [A-Z].*\n/, "$name says what it is");
    cmp_ok((sort { $b <=> $a } map length, split /\n/, $text)[0], '<=', 90,
        "$name has no long lines");
    if (my @missing = grep { !has_module($_) } @{$head->{Modules}}) {
        diag "$name is not tried: no mod_@missing here";
        next;
    }
    local $Conf::base = base_with(@{$head->{Modules}});
    my %set = map { /^(\w+)="?([^"]*)/ } @{$head->{Environment}};
    my @unsaid = grep { !exists $set{$_} } map { /\$\{(\w+)\}|\benv:(\w+)/g ? $1 // $2 : () }
        grep { !/^\s*#/ } split /(?<=[}\n])/, $text;
    is("@unsaid", '', "$name says what it reads from the environment");
    local %ENV = (%ENV, %set);
    my @used = $text =~ m{\Q$prefix\E/[^\s"<>]+}g;
    my %said = map { $_ => 1 } @{$head->{Files}};
    my %live = map { $_ => 1 } map { m{(\Q$prefix\E/[^\s"<>]+)}g }
        grep { !/^\s*#/ } split /\n/, $text;
    is_deeply([sort keys %live], [sort keys %said], "$name says which files");
    make_file($_) for @{$head->{Files}};
    my $whole = join "\n", @{$head->{Outside}}, '<VirtualHost *:443>',
        'ServerName mcp.example.com', 'SSLEngine on',
        "SSLCertificateFile $root/tls.pem", "SSLCertificateKeyFile $root/tls.key",
        $text, "</VirtualHost>\n";
    $whole =~ s{\Q$prefix\E/}{$root/}g;
    good("$name is taken as it stands", $whole);
    for (@{$head->{Or}}) {
        my ($variable, $value) = split /=/, $_, 2;
        local $ENV{$variable} = $value;
        good("$name is taken with $_", $whole);
    }
    my $site = dump_of($whole)->{'mcp.example.com'};
    my @paths = $text =~ m{^<Location "(/[^"]*)">\n +AuthType +mcp\n}mg;
    is_deeply([sort map { $_->{resource} } values %{$site->{sections}}],
        [sort map { "https://mcp.example.com$_" } @paths],
        "$name protects @paths") or diag explain $site;
    is($paths[0], '/mcp', 'and /mcp first');
}
done_testing();
