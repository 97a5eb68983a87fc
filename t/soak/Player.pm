# Licensed under the Apache License, Version 2.0; see LICENSE.
package Player;

# A client process: a MCPClient that holds the server to each of its answers.
# What it plays is in Calls, Streams, Sse, Tasks and Grants: functions that get
# it, and die where something is wrong.
#
#   my $p = Player->new(server => $s, diary => $d, name => 'calls', seed => 7);
#   $p->play($until, @functions);       each in turns, at random
#   $p->report                          {name, rounds, requests, faults, ...}
#
# An answer that is missing is excused if a child was killed while it was waited
# for, and 503 with Retry-After while Redis was away: the round is over then. A
# graceful restart excuses nothing but that streams end as they should.

use strict;
use warnings;
use parent 'MCPClient';
use MCPAnswer qw(json_text);
use MCPProbe ();
use MCPStream;
use Time::HiRes ();

my $FAULTS = 20;    # so many are told

sub now { return MCPStream::now() }

sub new {
    my ($class, %o) = @_;
    my $self = $class->SUPER::new(url => $o{server}->issuer,
        log => MCPLog->new('/dev/null'));
    # misses: with Redis, a child that has just come to it tells its streams
    # that anything may have changed
    @$self{qw(server diary misses)} = @o{qw(server diary misses)};
    # shared by all its browsers
    $self->{tally} = {name => $o{name}, rounds => 0, requests => 0,
        slowest => 0, faults => [], faulty => 0, counts => {}};
    srand $o{seed};
    return $self;
}

sub counts { return $_[0]{tally}{counts}{$_[1]}++ }

# -- rounds ------------------------------------------------------------------

sub play {
    my ($self, $until, @rounds) = @_;
    $MCPClient::TIMEOUT = 15;
    while (now() < $until) {
        my $round = $rounds[rand @rounds];
        my $good = eval { $round->($self); 1 };
        $self->wrong($@) unless $good || ref $@ eq 'Player::Excuse';
        $self->{tally}{rounds}++;
        pause(0.02);
    }
}

sub wrong {
    my ($self, $text) = @_;
    push @{$self->{tally}{faults}}, sprintf '%.3f %s: %s', now(),
        $self->{tally}{name}, $text if $self->{tally}{faulty}++ < $FAULTS;
}

sub report {
    my $self = shift;
    return {%{$self->{tally}}, secrets => [grep { length >= 16 }
        keys %{$self->{log}{secrets}}]};
}

sub excuse {
    my ($self, $why) = @_;
    $self->counts($why);
    die bless {}, 'Player::Excuse';
}

# How often so far: what was asked for then may have been done.
sub excused {
    my $counts = $_[0]{tally}{counts};
    return ($counts->{killed} // 0) + ($counts->{away} // 0);
}

sub pause { select undef, undef, undef, rand $_[-1]; return }

my $last_id = 0;

# Texts and numbers, none twice.
sub id {
    ++$last_id;
    return rand(2) < 1 ? $last_id : "$$-$last_id";
}

# -- answers -----------------------------------------------------------------

# Each request of a MCPClient comes through here.
sub raw {
    my ($self, $bytes) = @_;
    my $from = now();
    my $answer = eval { MCPStream->begin($self, 'a request', $bytes)->head };
    my $response = $answer && eval { $answer->response };
    $self->lost($from, $@ || 'it was cut', $bytes)
        if !$response || $answer->{cut};
    $self->note_secrets($response);
    return $self->judged($response, $from);
}

# An answer that did not come, or not whole.
sub lost {
    my ($self, $from, $why, $bytes) = @_;
    $self->excuse('killed') if $self->{diary}->was(killed => $from, now());
    my ($line) = ($bytes // '') =~ /^([^\r\n]*)/;
    die sprintf "lost after %.3f s: %s %s %s\n", now() - $from, $line, $why,
        ($bytes // '') =~ /(\{"id".*)/ ? $1 : '';
}

sub judged {
    my ($self, $response, $from) = @_;
    my $tally = $self->{tally};
    $tally->{requests}++;
    my $took = now() - $from;
    $tally->{slowest} = $took if $took > $tally->{slowest};
    return $response if $response->status != 503;
    die '503 without Retry-After: ' . $response->brief
        unless ($response->header('Retry-After') // '') =~ /^[1-9]\d*$/;
    $self->excuse('away') if $self->{diary}->was(away => $from, now());
    die 'not served: ' . $response->brief;
}

# As often as it is excused.
sub until_done {
    my ($self, $code) = @_;
    for (1 .. 100) {
        my @result = eval { $code->() };
        return wantarray ? @result : $result[0] unless $@;
        die $@ unless ref $@ eq 'Player::Excuse';
        pause(0.1);
    }
    die "it was excused again and again\n";
}

# The result that answers a request, and nothing else.
sub result {
    my ($self, $response, $id) = @_;
    my $message = $response->status == 200 && eval { $response->message };
    return $self->result_in($message, $id) // die "no result of "
        . json_text($id) . ': ' . $response->brief;
}

sub result_in {
    my ($self, $message, $id) = @_;
    return unless ref $message eq 'HASH' && ref $message->{result} eq 'HASH'
        && json_text($message->{id}) eq json_text($id);
    return $message->{result};
}

sub text_is {
    my ($self, $result, $text) = @_;
    my $said = $result->{content}[0]{text} // '';
    die "not \"$text\" but " . json_text($result) . "\n"
        if $said ne $text || $result->{isError};
}

# -- streams -----------------------------------------------------------------

# open => 'modern', 'legacy', 'get' or 'open', as MCPStream has them
sub opens {
    my ($self, $open, @request) = @_;
    my $from = now();
    my $stream = eval { MCPStream->$open($self, @request) }
        or $self->lost($from, $@, "$open @request[0, 1]");
    $stream->{from} = $from;
    $stream->{has_token} = grep { ($_ // '') eq 'token' } @request;
    if ($stream->status != 200) {
        my $response = eval { $stream->response } // $self->lost($from, $@);
        $self->judged($response, $from);
        die 'no stream: ' . $response->brief;
    }
    $self->{tally}{requests}++;
    return $stream;
}

# Who holds it, for those that are held for long.
sub holds {
    my ($self, $stream) = @_;
    $stream->{holder} = eval { MCPProbe::child_of($self->{server}, $stream) };
    return $stream;
}

# What comes, with the events' ids; undef when it is over, or with patience when
# nothing came.
sub next_event {
    my ($self, $stream, $patience) = @_;
    my $event = $stream->event_within($patience // $MCPClient::TIMEOUT);
    $stream->{last_id} = $event->{id} // $stream->{last_id} if $event;
    return $event if $event || $stream->is_over || defined $patience;
    $self->lost($stream->{since} // $stream->{from}, 'nothing was told');
}

# A stream that is short and was cut: whatever it was for is lost.
sub whole {
    my ($self, $stream, $name) = @_;
    $self->lost($stream->{from}, "$name was cut") if $stream->{cut};
}

# The end of a stream that is held for long. One that holds no thread ends with
# its connection, so it is the caller who knows whether its last words were
# told: a death excuses the streams that the child held, and only a restart
# that there is an end; or Redis, where a token is not trusted without it.
sub is_over {
    my ($self, $stream, $name) = @_;
    my ($diary, $from, $to) = ($self->{diary}, $stream->{from}, now());
    $self->excuse('killed')
        if $diary->was(killed => $from, $to, $stream->{holder});
    die "$name was cut\n" if $stream->{cut};
    return if $diary->was(restarted => $from, $to);
    return if $stream->{has_token} && $diary->was(away => $from, $to);
    die sprintf "%s ended after %.3f s, for no reason\n", $name, $to - $from;
}

1;
