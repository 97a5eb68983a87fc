#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# `make install` puts the modules where httpd finds them, so that on Debian
# a2enmod and apache2ctl -t do the rest.
use strict;
use warnings;
use FindBin;
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use Test::More;

my $root = abs_path("$FindBin::Bin/../..");
my $dest = tempdir(CLEANUP => 1);
chmod 0755, $dest;
chomp(my $libexec = `apxs -q LIBEXECDIR`);
chomp(my $include = `apxs -q INCLUDEDIR`);

sub run {
    my $said = qx{exec 2>&1; $_[0]};
    return ($? == 0, $said);
}

sub read_file {
    open my $in, '<', $_[0] or return '';
    local $/;
    return scalar <$in>;
}

my ($good, $said) = run("cd $root && make --no-print-directory install DESTDIR=$dest");
ok($good, 'make install works') or diag $said;
ok(-s "$dest$_", "it installs $_") for "$libexec/mod_mcp_oauth.so",
    "$libexec/mod_mcp_demo.so", "$include/mod_mcp_oauth.h";
is((stat "$dest$libexec/mod_mcp_oauth.so")[2] & 07777, 0644,
    'the module is 0644, as httpd has them');

chomp(my $sbin = `apxs -q SBINDIR`);
chomp(my $man = `apxs -q MANDIR`);
(my $share = $man) =~ s{/[^/]+$}{};
is((stat "$dest$sbin/mcpctl")[2] & 07777, 0755, 'mcpctl is 0755');
($good, $said) = run("$dest$sbin/mcpctl --version");
like($said, qr/^mcpctl \d/, 'and runs');
for ("$man/man8/mcpctl.8", "$share/bash-completion/completions/mcpctl") {
    ok(-s "$dest$_", "it installs $_");
    is((stat _)[2] & 07777, 0644, 'which is 0644');
}
($good, $said) = run("bash -n $dest$share/bash-completion/completions/mcpctl");
ok($good, 'bash can read its completion') or diag $said;

SKIP: {
    skip 'this is no Debian', 9 unless -d '/etc/apache2/mods-available'
        && -x '/usr/sbin/a2enmod';
    my $available = "$dest/etc/apache2/mods-available";
    like(read_file("$available/mcp_oauth.load"),
        qr{^LoadModule mcp_oauth_module \Q$libexec\E/mod_mcp_oauth\.so$}m,
        'mcp_oauth.load loads it from there');
    ok(-s "$available/mcp_oauth.conf", 'mcp_oauth.conf is beside it');

    open my $out, '>>', "$available/mcp_oauth.conf";
    print $out "# the administrator's\n";
    close $out;
    run("cd $root && make --no-print-directory install DESTDIR=$dest");
    like(read_file("$available/mcp_oauth.conf"), qr/the administrator's/,
        'a second install keeps what the administrator wrote');

    # The whole of /etc/apache2 in a place of its own, as it is here, with the
    # module added.
    my $etc = "$dest/confdir";
    run("cp -a /etc/apache2 $etc");
    for (qw(mcp_oauth mcp_demo)) {
        my $load = read_file("$available/$_.load");
        $load =~ s{\Q$libexec\E}{$dest$libexec};
        open my $out, '>', "$etc/mods-available/$_.load" or die $!;
        print $out $load;
    }
    my $conf = read_file("$available/mcp_oauth.conf");
    $conf =~ s{/var/lib/apache2}{$dest/state};
    open $out, '>', "$etc/mods-available/mcp_oauth.conf" or die $!;
    print $out $conf;
    close $out;
    mkdir "$dest/$_" for qw(run state log);
    open $out, '>>', "$etc/envvars" or die $!;
    print $out "export APACHE_RUN_DIR=$dest/run APACHE_LOCK_DIR=$dest/run "
        . "APACHE_LOG_DIR=$dest/log APACHE_PID_FILE=$dest/run/apache2.pid\n";
    close $out;
    my $debian = "APACHE_CONFDIR=$etc PATH=/usr/sbin:\$PATH";

    SKIP: {
        ($good, $said) = run("$debian apache2ctl -t");
        skip 'the Apache of this machine is not in order', 6 unless $good;
        ($good, $said) = run("$debian a2enmod mcp_oauth");
        ok($good, 'a2enmod mcp_oauth') or diag $said;
        ok(-l "$etc/mods-enabled/mcp_oauth.load", 'it is enabled');
        ($good, $said) = run("$debian apache2ctl -t");
        ok($good && $said =~ /Syntax OK/, 'apache2ctl -t passes')
            or diag $said;
        ($good, $said) = run("$debian apache2ctl -M");
        like($said, qr/^ mcp_oauth_module \(shared\)/m, 'httpd has loaded it');
        run("$debian a2enmod mcp_demo");
        ($good, $said) = run("$debian apache2ctl -t");
        ok($good, 'and so it is with mcp_demo') or diag $said;
        run("$debian a2dismod mcp_demo mcp_oauth");
        ($good, $said) = run("$debian apache2ctl -t");
        ok($good, 'a2dismod takes it out again') or diag $said;
    }
}
done_testing();
