# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPCtl;

# The mcpctl command on the state of a server, which may be running.
#
#   my $ctl = MCPCtl->new($server);              or new(state => DIR)
#   my $r = $ctl->run(qw(list grants));          $r->{code} {out} {err}
#   my $data = $ctl->json(qw(list grants));      --json, read; $data->{code}
#   $ctl->run([qw(verify --resource), $url], in => $token, env => {...},
#       user => 'www-data');

use strict;
use warnings;
use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp ();
use JSON::PP ();
use POSIX ();

my $root = abs_path(dirname(__FILE__) . '/../..');
my $json = JSON::PP->new->utf8;

sub program { return $ENV{MCP_CTL} ||= "$root/build/mcpctl" }

sub new {
    my ($class, @o) = @_;
    my %o = @o == 1 ? (state => $o[0]->root . '/state/mcp-oauth') : @o;
    return bless {%o}, $class;
}

sub become {
    my (undef, undef, $uid, $gid) = getpwnam shift;
    $( = $gid;
    $) = "$gid $gid";
    POSIX::setuid($uid) or die "setuid: $!";
}

sub run {
    my ($self, @words) = @_;
    my ($words, %o) = ref $words[0] ? @words : (\@words);
    my ($in, $out, $err) = map { File::Temp->new } 1 .. 3;
    print $in $o{in} // '';
    seek $in, 0, 0;
    my $pid = fork // croak $!;
    if (!$pid) {
        open STDIN, '<&', $in;
        open STDOUT, '>&', $out;
        open STDERR, '>&', $err;
        %ENV = (%ENV, MCP_STATE => $self->{state}, %{$o{env} || {}});
        become($o{user}) if $o{user};
        exec {program()} 'mcpctl', @$words or POSIX::_exit(127);
    }
    waitpid $pid, 0;
    return {code => $? & 127 ? "signal $?" : $? >> 8,
        map { my ($name, $file) = @$_; seek $file, 0, 0;
            ($name => do { local $/; <$file> } // '') }
        ['out', $out], ['err', $err]};
}

# One JSON document and nothing else.
sub json {
    my ($self, @words) = @_;
    my ($words, %o) = ref $words[0] ? @words : (\@words);
    my $r = $self->run([@$words, '--json'], %o);
    my $data = eval { $json->decode($r->{out}) }
        // croak "no JSON: $r->{out}$r->{err}";
    croak "something beside it: $r->{err}" if length $r->{err};
    $data->{code} = $r->{code};
    return $data;
}

1;
