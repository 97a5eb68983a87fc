# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPTest;

# What a behaviour test begins with:
#
#   use MCPTest;
#   my $c = client();                      the server of this run
#   is($c->get('/mcp')->status, 401, 'RFC 9728: no token is 401');
#   expect_log(qr/MCP00123/);              a line that this test causes
#   done();                                the log is clean; the plan
#
# Test::More comes with it, and what MCPClient can do is a method of client().
# For a server of its own (restarts, clocks, other configurations) a test uses
# MCPServer.

use strict;
use warnings;
use Exporter 'import';
use Fcntl qw(:flock);
use File::Basename qw(dirname);
use File::Spec;
use JSON::PP ();
use MIME::Base64 qw(encode_base64url decode_base64url);
use Digest::SHA qw(sha256 sha256_hex);
use Test::More;
use MCPClient;
use MCPLog;

our @EXPORT = (@Test::More::EXPORT, qw(client site_root site_port error_log
    last_write expect_log require_log log_is_clean watch done at_once secret
    json_encode json_decode jwt_claims jwt_header encode_base64url
    decode_base64url sha256 sha256_hex mpm));

my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my ($config, $log, $client, @watched, @required);
my ($checked, $pid) = (0, $$);
# Outside `make behaviour` there is no server but the test's own.
my $in_run = -e File::Spec->catfile(dirname(__FILE__), '..', 'conf',
    'apache_test_config.pm');

sub json_encode { return $json->encode($_[0]) }
sub json_decode { return $json->decode($_[0]) }

sub jwt_part {
    my ($token, $n) = @_;
    return json_decode(decode_base64url((split /\./, $token)[$n]));
}

sub jwt_header { return jwt_part($_[0], 0) }
sub jwt_claims { return jwt_part($_[0], 1) }

# -- the server of this run --------------------------------------------------

sub config {
    return $config ||= do {
        require Apache::TestConfig;
        Apache::TestConfig->thaw->{vars};
    };
}

sub site_root { return config()->{serverroot} }
sub site_port { return config()->{port} }
sub mpm { return $ENV{MCP_MPM} // 'event' }

# When something was written to the store the last time.
sub last_write {
    require Time::HiRes;
    my $log = site_root() . '/state/mcp-oauth/state.db-wal';
    return [(Time::HiRes::stat($log))[7, 9]];
}

sub error_log {
    return $log ||= MCPLog->new(config()->{t_logs} . '/error_log',
        offset_file => config()->{t_logs} . '/error_log.offset');
}

sub client {
    return $client ||= MCPClient->new(url => 'http://localhost:' . site_port(),
        log => error_log());
}

# -- the log -----------------------------------------------------------------

# Lines that may appear; require_log: and must.
sub expect_log { $_->expect(@_) for logs() }
sub require_log { expect_log(@_); push @required, @_ }
sub secret { $_->secret(@_) for logs() }

# A further log that this test watches (MCPServer calls it).
sub watch { push @watched, @_ }

sub logs {
    return ($in_run ? error_log() : (), @watched);
}

sub log_is_clean {
    my $name = shift // 'the error log holds nothing unexpected';
    my (@problems, @seen);
    for my $log (logs()) {
        push @seen, $log->lines if @required;
        push @problems, $log->problems;
    }
    for my $pattern (@required) {
        push @problems, "never logged: $pattern"
            unless grep { $_ =~ $pattern } @seen;
    }
    @required = ();
    $checked = 1;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok(!@problems, $name) or diag(join "\n", @problems);
    return !@problems;
}

sub done {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    log_is_clean();
    done_testing();
}

# A file that never looked at the log has not passed.
END {
    if ($$ == $pid && !$checked && logs()) {
        my @problems = map { $_->problems } logs();
        diag(join "\n", 'unexpected in the error log:', @problems)
            if @problems;
        $? ||= 1 if @problems;
    }
}

# -- many at once ------------------------------------------------------------

# Runs code in n processes that begin together; what each returned (JSON),
# in order. The code gets its number.
sub at_once {
    my ($n, $code) = @_;
    pipe my $gate, my $open or die $!;
    my @children = map {
        pipe my $from, my $to or die $!;
        my $pid = fork // die $!;
        if (!$pid) {
            close $open;
            close $from;
            my $result = eval {
                sysread $gate, my $go, 1;    # until the parent closes
                my %known = map { %{$_->{secrets}} } logs();
                my $r = $code->($_);
                my @secrets = grep { !$known{$_} }
                    map { keys %{$_->{secrets}} } logs();
                json_encode({result => $r, secrets => \@secrets});
            } // json_encode({error => "$@"});
            syswrite $to, $result;
            close $to;
            require POSIX;
            POSIX::_exit(0);
        }
        close $to;
        [$pid, $from];
    } 1 .. $n;
    close $gate;
    close $open;
    return map {
        my ($pid, $from) = @$_;
        my $answer = json_decode(do { local $/; <$from> });
        waitpid $pid, 0;
        die $answer->{error} if defined $answer->{error};
        secret(@{$answer->{secrets}});
        $answer->{result};
    } @children;
}

1;
