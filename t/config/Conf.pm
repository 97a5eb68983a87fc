# Licensed under the Apache License, Version 2.0; see LICENSE.
package Conf;

# `httpd -t` on a configuration in a ServerRoot of its own. Lines count from
# the first one of the text that a test gives.
#
#   my ($good, $said) = check($text);
#   good($name, $text);                 passes and says nothing
#   bad($name, $line, qr/.../, $text);  is refused at this line
#   warns($name, $line, qr/.../, $text);
#   my $sites = dump_of($text);         -D DUMP_MCP, see below
#   my $dir = root();                   its ServerRoot; write($file, $text)

use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;

my $t;
BEGIN { $t = abs_path(dirname(__FILE__) . '/..') }
use lib "$t/lib";
use MCPServer;

our @EXPORT = qw(check good bad warns dump_of root write_file protected);

my $root = tempdir(CLEANUP => 1);
mkdir "$root/logs";
my $conf = "$root/httpd.conf";
our $base = "$root/base.conf";    # which modules, and what httpd itself needs
our $files;                       # how many it may open, where it matters
my @more = qw(macro ssl ldap authnz_ldap authn_dbd dbd
    authn_anon version);

sub root { return $root }

sub write_file {
    my ($name, $text) = @_;
    open my $out, '>', "$root/$name" or die "$name: $!";
    print $out $text;
    close $out or die "$name: $!";
    return "$root/$name";
}

# Copies, so that a build beside the tests does not take them away.
for (qw(mcp_oauth mcp_demo)) {
    copy(MCPServer::modules_dir() . "/mod_$_.so", $root)
        or die "mod_$_.so: $!; make all comes first\n";
}
sub write_base {
    my ($name, $modules) = @_;
    return write_file($name, join "\n", $modules,
        map({ "LoadModule ${_}_module $root/mod_$_.so" }
            qw(mcp_oauth mcp_demo)), 'PidFile logs/pid',
        'ErrorLog logs/error_log', 'Listen 127.0.0.1:8080', '');
}
write_base('base.conf', MCPServer::load_modules('event', @more));

sub check {
    my ($text, @options) = @_;
    write_file('httpd.conf', $text);
    my @command = (MCPServer::httpd(), '-t', @options, '-d', $root, '-f',
        $conf, '-C', "Include $base");
    open my $from, '-|', ($files ? "ulimit -n $files && " : '')
        . join(' ', map { s/'/'\\''/gr =~ s/^(.*)$/'$1'/sr } @command) . ' 2>&1' or die "$command[0]: $!";
    my $said = do { local $/; <$from> };
    close $from;
    my $good = $? == 0;
    # httpd's own remark where a test has no ServerName
    $said =~ s/^.*AH00558:.*\n//mg;
    return ($good, $said);
}

sub good {
    my ($name, $text) = @_;
    my ($good, $said) = check($text);
    return ok($good && $said eq "Syntax OK\n", $name)
        || diag "$text\n", $said;
}

# The message stands behind the line's number, either as httpd puts it there
# or as ours do.
sub says {
    my ($name, $line, $want, $text, $wanted) = @_;
    my ($good, $said) = check($text);
    my $where = qr/line $line of \Q$conf\E/;
    return ok(!$good == !$wanted
            && ($said =~ /Syntax error on $where:\n[^\n]*$want/
                || $said =~ /MCP\d{5}: [^\n]*$where: [^\n]*$want/), $name)
        || diag "$text\n", $said;
}

sub bad { return says(@_, 0) }
sub warns { return says(@_, 1) }

# What -D DUMP_MCP prints, as { host => { name => value, sections => { "<...>" =>
# { name => value } } } }.
sub dump_of {
    my ($text) = @_;
    my ($good, $said) = check($text, '-D', 'DUMP_MCP');
    my (%sites, $site, $into);
    diag "$text\n", $said unless $good;
    for (split /\n/, $said) {
        if (/^(?:server|<VirtualHost>) ([^\s,]+)/) {
            $into = $site = $sites{$1} = {sections => {}};
        }
        elsif (/^  (<.*>), line/) {
            $into = $site->{sections}{$1} = {};
        }
        elsif (/^ {2,4}(\S.*?)\s{2,}(.*)$/ || /^ {2,4}(MCP\S+|issuer) (.*)$/) {
            $into->{$1} = $2;
        }
    }
    return \%sites;
}

# A configuration that passes, with lines in the vhost and in the location.
sub protected {
    my ($inside, $outside) = @_;
    return join "\n", 'ServerName https://mcp.example.com',
        '<MCPIdentityProvider httpd file>', 'AuthUserFile htpasswd',
        '</MCPIdentityProvider>', $outside // (), '<Location "/mcp">',
        'AuthType mcp', 'Require valid-user', $inside // (), '</Location>', '';
}

1;
