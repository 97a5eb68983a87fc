# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPExpect;

# What the tests of the authorization server expect again and again. Each is
# one test.
#
#   refused($r, 400, invalid_grant => 'RFC 6749: ...');    a JSON error
#   shown($r, 400, qr/text/, '...');                       a page for people
#   sent_back($r, $uri, {error => 'x'}, '...');            a redirect
#   works($c, $token, '/mcp', '...');                      the token calls hello
#   dead($c, $token, '/mcp', '...');                       401 invalid_token

use strict;
use warnings;
use Exporter 'import';
use Test::More;
use MCPClient;

our @EXPORT = qw(refused shown sent_back works dead status_of location_of
    private_headers page_headers);

sub verdict {
    my ($name, $response, @faults) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 2;
    return ok(!@faults, $name)
        || diag(join "\n", @faults, 'it was ' . told($response));
}

# A response in few words: of a page what is read, no query.
sub told {
    my $response = shift;
    my $text = $response->body;
    $text =~ s{<(style|head)\b.*</\1>}{}s;
    $text =~ s/<[^>]*>//g;
    my %short = (%$response, body => $text,
        url => ($response->{url} // '') =~ s/\?.*//sr);
    return bless(\%short, ref $response)->brief;
}

# RFC 6749 5.1: no cache may keep it
sub private_headers {
    my $response = shift;
    return ($response->header('Cache-Control') // '') =~ /\bno-store\b/ ? ()
        : 'Cache-Control: no-store is missing';
}

# A JSON error of an OAuth endpoint (RFC 6749 5.2, RFC 7591 3.2.2).
sub refused {
    my ($response, $status, $error, $name) = @_;
    my @faults = private_headers($response);
    my $data = eval { $response->json };
    push @faults, "status $status was expected"
        unless $response->status == $status;
    push @faults, 'it is not application/json'
        unless ($response->header('Content-Type') // '') =~
            m{^application/json};
    push @faults, "error $error was expected"
        unless ref $data eq 'HASH' && ($data->{error} // '') eq $error;
    push @faults, 'there is something else in it'
        if ref $data eq 'HASH' && grep { !/^error(?:_description|_uri)?$/ }
            keys %$data;
    push @faults, 'error_description has characters of no description'
        if ref $data eq 'HASH'
        && ($data->{error_description} // '') !~
            /\A[\x20-\x21\x23-\x5b\x5d-\x7e]+\z/;
    push @faults, 'RFC 9110: a 401 has a challenge'
        if $status == 401 && !defined $response->header('WWW-Authenticate');
    return verdict($name, $response, @faults);
}

# The headers of every page (architecture D15): what is missing.
sub page_headers {
    my $response = shift;
    my %of = map { $_ => $response->header($_) // '' } qw(Content-Type
        Content-Security-Policy X-Frame-Options X-Content-Type-Options
        Referrer-Policy);
    my $policy = $of{'Content-Security-Policy'};
    my @faults = private_headers($response);
    push @faults, 'it is not HTML in UTF-8'
        unless $of{'Content-Type'} =~ m{^text/html;\s*charset=utf-8$}i;
    push @faults, "the CSP lacks $_"
        for grep { index($policy, $_) < 0 } q{default-src 'none'},
            q{frame-ancestors 'none'}, q{base-uri 'none'};
    push @faults, 'the CSP stops the redirect after the form'
        if $policy =~ /form-action/;
    push @faults, 'the CSP lets something be injected'
        if $policy =~ /unsafe-|script-src/;
    push @faults, 'it can be framed' unless $of{'X-Frame-Options'} eq 'DENY';
    push @faults, 'it can be sniffed'
        unless $of{'X-Content-Type-Options'} eq 'nosniff';
    push @faults, 'it tells where one came from'
        unless $of{'Referrer-Policy'} =~ /^(?:no-referrer|same-origin)$/;
    push @faults, 'there is a script' if $response->body =~ /<script/i;
    return @faults;
}

sub shown {
    my ($response, $status, $text, $name) = @_;
    my @faults = page_headers($response);
    push @faults, "status $status was expected"
        unless $response->status == $status;
    push @faults, "$text was expected" unless $response->body =~ $text;
    push @faults, 'it redirects' if defined location_of($response);
    return verdict($name, $response, @faults);
}

# Where a response sends the browser: Location or Refresh.
sub location_of {
    my $response = shift;
    my $location = $response->header('Location');
    return $location if defined $location;
    my ($url) = ($response->header('Refresh') // '') =~ /url=(.+)/i;
    return $url;
}

# Sent to the redirect URI with these parameters: a value, a pattern, or undef
# for one that may not be there.
sub sent_back {
    my ($response, $uri, $parameters, $name) = @_;
    my $location = location_of($response) // '';
    my @faults = private_headers($response);
    push @faults, "a redirect to $uri was expected, not to $location"
        unless index($location, $uri) == 0;
    push @faults, 'a redirect is 302 or 303'
        if defined $response->header('Location')
        && $response->status !~ /^30[23]$/;
    push @faults, 'its text is no URI' if $location =~ /[^\x21-\x7e]|["<>\\^`]/;
    my ($query) = $location =~ /\?([^#]*)/;
    my $got = MCPClient::form_decode($query);
    while (my ($parameter, $value) = each %$parameters) {
        my $is = $got->{$parameter};
        my $fits = !defined $value ? !defined $is : defined $is
            && (ref $value ? $is =~ $value : $is eq $value);
        push @faults, "$parameter is " . ($is // 'missing') unless $fits;
    }
    return verdict($name, $response, @faults);
}

# The status of a call with a token.
sub status_of {
    my ($client, $token, $path, %o) = @_;
    return $client->call_tool($path // '/mcp', hello => {}, token => $token,
        %o)->status;
}

sub works {
    my ($client, $token, $path, $name) = @_;
    my $response = $client->call_tool($path, hello => {}, token => $token);
    return verdict($name, $response,
        $response->status == 200 ? () : 'it does not work');
}

sub dead {
    my ($client, $token, $path, $name) = @_;
    my $response = $client->call_tool($path, hello => {}, token => $token);
    my $challenge = $response->header('WWW-Authenticate') // '';
    my @faults;
    push @faults, '401 was expected' unless $response->status == 401;
    push @faults, "the challenge is $challenge"
        unless $challenge =~ /^Bearer .*\berror="invalid_token"/;
    return verdict($name, $response, @faults);
}

1;
