# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPClient;

# A browser, an OAuth client and an MCP client in one, bound to one server.
#
#   my $c = MCPClient->new(url => 'http://localhost:8529', log => $mcplog);
#   my $r = $c->get('/mcp');           $r->status  $r->header('X')  $r->json
#   my $r = $c->request(POST => '/oauth/token', form => {a => 'b'});
#   my @r = $c->raw("GET / HTTP/1.1\r\n...");
#   my $j = $c->journey(resource => '/mcp');   $j->{access_token} ...
#   my $r = $c->call_tool('/mcp', hello => {}, token => $j->{access_token});
#
# It connects to 127.0.0.1 whatever host a URL names. Every token, code,
# password and secret that passes through is told to the log.

use strict;
use warnings;
use Carp qw(croak);
use Digest::SHA qw(sha256);
use IO::Socket::INET;
use IO::Select;
use JSON::PP ();
use MIME::Base64 qw(encode_base64 encode_base64url decode_base64url);

our $TIMEOUT = 30;
our $REDIRECT_URI = 'http://127.0.0.1:33418/callback';
our %PASSWORD = (ada => 'password', bob => 'correct-horse-battery-staple');

my $json = JSON::PP->new->utf8->canonical->allow_nonref;

sub new {
    my ($class, %o) = @_;
    my ($scheme, $authority) = $o{url} =~ m{^(https?)://([^/]+)}
        or croak "url $o{url}";
    my ($port) = $authority =~ /:(\d+)$/;
    return bless {
        url => "$scheme://$authority", authority => $authority,
        tls => $scheme eq 'https',
        port => $o{port} || $port || ($scheme eq 'https' ? 443 : 80),
        address => $o{address} || '127.0.0.1', from => $o{from},
        log => $o{log}, certificate => $o{certificate},
        ca_file => $o{ca_file}, jar => {},
    }, $class;
}

# The same server seen from another browser: an empty cookie jar; with
# from => '127.0.0.2' of another address, with certificate => PATH with the
# client certificate PATH.crt and its PATH.key.
sub fresh {
    my ($self, %o) = @_;
    return bless {%$self, %o, jar => {}}, ref $self;
}

sub secret {
    my ($self, @values) = @_;
    $self->{log}->secret(@values) if $self->{log};
}

# -- HTTP --------------------------------------------------------------------

sub escape {
    my $text = shift;
    utf8::encode($text) if utf8::is_utf8($text);
    $text =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ge;
    return $text;
}

sub unescape {
    my $text = shift;
    $text =~ tr/+/ /;
    $text =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    return $text;
}

# A hash, or a list of pairs where order and duplicates matter.
sub pairs {
    my $in = shift;
    return () unless $in;
    return ref $in eq 'HASH'
        ? map([$_, $in->{$_}], grep { defined $in->{$_} } sort keys %$in)
        : map([$in->[2 * $_], $in->[2 * $_ + 1]], 0 .. @$in / 2 - 1);
}

sub form_encode {
    return join '&', map { escape($_->[0]) . '=' . escape($_->[1]) } pairs(@_);
}

sub form_decode {
    my %fields;
    for (split /&/, shift // '') {
        my ($name, $value) = map unescape($_), split /=/, $_, 2;
        $fields{$name} = $value // '';
    }
    return \%fields;
}

sub open_socket {
    my $self = shift;
    my $socket = IO::Socket::INET->new(PeerAddr => $self->{address},
        PeerPort => $self->{port}, Timeout => $TIMEOUT,
        $self->{from} ? (LocalAddr => $self->{from}) : ())
        or croak "connect $self->{address}:$self->{port}: $@";
    $socket->autoflush(1);
    return $socket unless $self->{tls};
    require IO::Socket::SSL;
    IO::Socket::SSL->start_SSL($socket, SSL_hostname => 'localhost',
        SSL_verifycn_name => 'localhost', SSL_verifycn_scheme => 'http',
        SSL_ca_file => $self->{ca_file},
        $self->{certificate} ? (SSL_cert_file => "$self->{certificate}.crt",
            SSL_key_file => "$self->{certificate}.key") : ())
        or croak "TLS: $IO::Socket::SSL::SSL_ERROR";
    return $socket;
}

# Sends bytes as they are and reads `count` responses (default 1), or as many
# as come before the server closes. head => 1: the answers have no bodies.
sub raw {
    my ($self, $bytes, %o) = @_;
    my $socket = $self->open_socket;
    local $SIG{PIPE} = 'IGNORE';
    print $socket $bytes;    # a refused request may be cut short: no matter
    my ($buffer, @responses) = ('');
    while (@responses < ($o{count} // 1)) {
        my $response = read_response($socket, \$buffer, $o{head}) or last;
        push @responses, $response;
        $self->note_secrets($response);
    }
    close $socket;
    return wantarray ? @responses : $responses[0];
}

sub fill {
    my ($socket, $buffer) = @_;
    unless ($socket->can('pending') && $socket->pending) {
        IO::Select->new($socket)->can_read($TIMEOUT)
            or croak "no answer within ${TIMEOUT}s";
    }
    return sysread $socket, $$buffer, 65536, length $$buffer;
}

sub read_head {
    my ($socket, $buffer) = @_;
    while ($$buffer !~ /\r?\n\r?\n/) {
        fill($socket, $buffer) or return;
    }
    $$buffer =~ s/^(.*?)\r?\n\r?\n//s;
    return $1;
}

sub read_response {
    my ($socket, $buffer, $head_only) = @_;
    my ($response, $status);
    do {    # interim responses are passed over
        my $head = read_head($socket, $buffer) // return;
        my ($line, @lines) = split /\r?\n/, $head;
        ($status) = $line =~ m{^HTTP/1\.[01] (\d{3})} or return
            bless {status => 0, line => $line, headers => [],
                body => $$buffer}, 'MCPClient::Response';
        my @headers = map { [split /:[ \t]*/, $_, 2] } @lines;
        $response = bless {status => $status, line => $line,
            headers => \@headers, body => ''}, 'MCPClient::Response';
    } while ($status >= 100 && $status < 200);

    return $response if $head_only || $status == 204 || $status == 304;
    if (($response->header('Transfer-Encoding') // '') =~ /chunked/i) {
        while (1) {
            until ($$buffer =~ /^[0-9a-fA-F]+[^\n]*\n/) {
                fill($socket, $buffer) or return $response;
            }
            $$buffer =~ s/^([0-9a-fA-F]+)[^\n]*\n//;
            my $size = hex $1;
            while (length $$buffer < $size + 2) {
                fill($socket, $buffer) or last;
            }
            $response->{body} .= substr $$buffer, 0, $size, '';
            $$buffer =~ s/^\r?\n//;
            last if $size == 0;
        }
    }
    elsif (defined(my $length = $response->header('Content-Length'))) {
        while (length $$buffer < $length) {
            fill($socket, $buffer) or last;
        }
        $response->{body} = substr $$buffer, 0, $length, '';
    }
    else {
        1 while fill($socket, $buffer);
        $response->{body} = $$buffer;
        $$buffer = '';
    }
    return $response;
}

# A word for the access log, by which requests can be told from earlier ones
# that are logged late: what is sent while it is set carries it as X-Round.
our $round;

# The bytes of a request to PATH-or-URL, and its URL: headers => {} or [], one
# of body, form, json; keep => 1: the connection is not to be closed.
sub request_bytes {
    my ($self, $method, $target, %o) = @_;
    my $authority = $self->{authority};
    my $url = $target;
    if ($target =~ s{^(https?)://([^/?#]+)}{}) {
        $authority = $2;
        $target = "/$target" unless $target =~ m{^/};
    }
    else {
        $url = "$self->{url}$target";
    }
    $target =~ s/#.*//s;

    my @headers = pairs($o{headers});
    my $body = $o{body};
    if (exists $o{form}) {
        $body = form_encode($o{form});
        unshift @headers, ['Content-Type' =>
            'application/x-www-form-urlencoded'];
    }
    elsif (exists $o{json}) {
        $body = $json->encode($o{json});
        unshift @headers, ['Content-Type' => 'application/json'];
    }
    unshift @headers, [Host => $authority]
        unless grep { lc $_->[0] eq 'host' } @headers;
    push @headers, ['Content-Length' => length $body]
        if defined $body
        && !grep { lc($_->[0]) =~ /^(?:content-length|transfer-enc)/ } @headers;
    push @headers, [Authorization => "Bearer $o{token}"] if defined $o{token};
    push @headers, ['X-Round' => $round] if defined $round;
    my $cookies = $self->cookies_for($target);
    push @headers, [Cookie => $cookies] if length $cookies;
    push @headers, [Connection => 'close'] unless $o{keep};
    return (join('', "$method $target HTTP/1.1\r\n",
        map("$_->[0]: $_->[1]\r\n", @headers), "\r\n", $body // ''), $url);
}

# request(METHOD => PATH-or-URL, as above)
sub request {
    my ($self, $method, $target, %o) = @_;
    my ($bytes, $url) = $self->request_bytes($method, $target, %o);
    my $response = $self->raw($bytes, head => $method eq 'HEAD')
        or croak "$method $target: no answer";
    $response->{url} = $url;
    $self->keep_cookies($response);
    return $response;
}

sub get { my $self = shift; return $self->request(GET => @_) }
sub post { my $self = shift; return $self->request(POST => @_) }

sub cookies_for {
    my ($self, $target) = @_;
    my $jar = $self->{jar};
    return join '; ', map "$_=$jar->{$_}{value}",
        grep { index($target, $jar->{$_}{path}) == 0 } sort keys %$jar;
}

sub keep_cookies {
    my ($self, $response) = @_;
    for ($response->headers('Set-Cookie')) {
        my ($pair, @attributes) = split /;\s*/;
        my ($name, $value) = split /=/, $pair, 2;
        my %a = map { my ($n, $v) = split /=/, $_, 2; (lc $n, $v) } @attributes;
        if (defined $a{'max-age'} && $a{'max-age'} <= 0 || $value eq '') {
            delete $self->{jar}{$name};
            next;
        }
        $self->{jar}{$name} = {value => $value, path => $a{path} // '/'};
    }
}

sub note_secrets {
    my ($self, $response) = @_;
    return unless $self->{log};
    my $location = $response->header('Location') // '';
    $self->secret(unescape($1)) while $location =~ /[?&#]code=([^&#]+)/g;
    $self->secret(map { /^[^=]+=([^;]+)/ ? $1 : () }
        $response->headers('Set-Cookie'));
    return unless ($response->header('Content-Type') // '') =~ /json/;
    my $data = eval { $response->json };
    $self->secret(map { ref $_ ? () : $_ } @$data{qw(access_token
        refresh_token client_secret id_token registration_access_token)})
        if ref $data eq 'HASH';
}

# -- pages -------------------------------------------------------------------

sub unescape_html {
    my $text = shift;
    my %named = (amp => '&', lt => '<', gt => '>', quot => '"', apos => "'");
    $text =~ s/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/
        defined $1 ? chr hex $1 : defined $2 ? chr $2
        : $named{$3} \/\/ "&$3;"/gei;
    return $text;
}

sub attributes {
    my $tag = shift;
    my %a;
    while ($tag =~ /([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g) {
        $a{lc $1} = unescape_html($2 // $3 // $4 // '');
    }
    return \%a;
}

# The forms of a page: {action, method, hidden => [n, v, ...],
# inputs => {name => type}, buttons => [[n, v], ...]}
sub forms {
    my ($self, $response) = @_;
    my @forms;
    my $html = $response->body;
    while ($html =~ m{<form\b([^>]*)>(.*?)</form>}gis) {
        my ($a, $inner) = (attributes($1), $2);
        my %form = (action => $a->{action}, method => uc($a->{method} // 'GET'),
            hidden => [], inputs => {}, buttons => []);
        while ($inner =~ m{<(input|button)\b([^>]*)>}gis) {
            my ($tag, $i) = (lc $1, attributes($2));
            my $type = lc($i->{type} // ($tag eq 'button' ? 'submit' : 'text'));
            next unless defined $i->{name};
            if ($type eq 'submit') {
                push @{$form{buttons}}, [$i->{name}, $i->{value} // ''];
            }
            else {
                $form{inputs}{$i->{name}} = $type;
                push @{$form{hidden}}, $i->{name}, $i->{value} // ''
                    if $type eq 'hidden';
            }
        }
        push @forms, \%form;
    }
    return @forms;
}

sub resolve {
    my ($base, $reference) = @_;
    return $base unless defined $reference && length $reference;
    return $reference if $reference =~ m{^[A-Za-z][A-Za-z0-9+.-]*:};
    my ($origin, $path) = $base =~ m{^(\w+://[^/?#]+)([^?#]*)};
    return "$origin$reference" if $reference =~ m{^/};
    return "$origin$path$reference" if $reference =~ m{^\?};
    $path =~ s{[^/]*$}{};
    return "$origin$path$reference";
}

# Submits a form of a page with what a person types or the button they press.
sub submit {
    my ($self, $response, $form, @typed) = @_;
    my $url = resolve($response->{url}, $form->{action});
    my @fields = (@{$form->{hidden}}, @typed);
    my %typed = @typed;
    $self->secret($typed{password});
    return $self->request($form->{method}, $url, form => \@fields,
        headers => [Origin => $self->{url}, 'Sec-Fetch-Site' => 'same-origin'])
        if $form->{method} eq 'POST';
    return $self->get("$url?" . form_encode(\@fields));
}

# -- OAuth -------------------------------------------------------------------

sub server_metadata {
    my $self = shift;
    return $self->{metadata} ||=
        $self->get('/.well-known/oauth-authorization-server')->json;
}

# The resource string of a protected location, from its metadata.
sub resource {
    my ($self, $path) = @_;
    return $self->{resources}{$path} ||=
        $self->get("/.well-known/oauth-protected-resource$path")
            ->json->{resource};
}

sub random_text { return encode_base64url(random_bytes($_[0] // 24)) }

sub random_bytes {
    open my $in, '<:raw', '/dev/urandom' or die $!;
    read $in, my $bytes, shift;
    return $bytes;
}

sub s256 { return encode_base64url(sha256(shift)) }

# Registers a client; the answer. %metadata overrides, undef leaves out.
sub register_response {
    my ($self, %metadata) = @_;
    my %m = (client_name => 'Test client', redirect_uris => [$REDIRECT_URI],
        grant_types => ['authorization_code', 'refresh_token'],
        response_types => ['code'], token_endpoint_auth_method => 'none',
        %metadata);
    delete @m{grep { !defined $m{$_} } keys %m};
    return $self->post($self->server_metadata->{registration_endpoint},
        json => \%m);
}

sub register {
    my $self = shift;
    my $response = $self->register_response(@_);
    $response->status == 201 or croak 'registration: ' . $response->brief;
    return $response->json;
}

# What a client puts into an authorization request. undef leaves out.
sub authorization_request {
    my ($self, %o) = @_;
    my $client = $o{client};
    my $verifier = $o{verifier} // random_text(32);
    my %p = (response_type => 'code', client_id => $client->{client_id},
        redirect_uri => $o{redirect_uri} // $client->{redirect_uris}[0],
        state => $o{state} // random_text(12), code_challenge => s256($verifier),
        code_challenge_method => 'S256', scope => $o{scope},
        resource => $o{resource}, %{$o{parameters} || {}});
    delete @p{grep { !defined $p{$_} } keys %p};
    $self->secret($verifier);
    return {parameters => \%p, verifier => $verifier, client => $client,
        url => $self->server_metadata->{authorization_endpoint} . '?'
            . form_encode(\%p)};
}

# The whole way from registration to tokens, as a browser and a client go it:
#   resource      path of a protected location (default /mcp), or a URL
#   client, scope, redirect_uri, state, parameters: as in the functions above
#   user, password, decision (approve or deny)
#   until         stop before this step: sign-in consent code token
#   between       called with the name of each step that comes next
# Gives {client, request, response, pages, location, returned, code, tokens,
# access_token, refresh_token}; dies where it gets stuck.
sub journey {
    my ($self, %o) = @_;
    my $browser = $o{browser} || $self->fresh;
    my $between = $o{between} || sub { };
    my $user = $o{user} // 'ada';

    $between->('register');
    my $client = $o{client} || $self->register;
    my $resource = $o{resource} // '/mcp';
    $resource = $self->resource($resource) if $resource =~ m{^/};
    my $request = $self->authorization_request(%o, client => $client,
        resource => $resource);
    my %j = (client => $client, request => $request, browser => $browser,
        pages => []);

    $between->('authorize');
    my $response = $browser->get($request->{url});
    my $back = $request->{parameters}{redirect_uri};
    for (1 .. 10) {
        $j{response} = $response;
        my $location = $response->header('Location');
        # a custom scheme is left by Refresh (architecture D15)
        $location = unescape_html($1) if !defined $location
            && ($response->header('Refresh') // '') =~ /url=(.+)/i;
        if (defined $location) {
            last if index($location, $back) == 0 and $j{location} = $location;
            $response = $browser->get(resolve($response->{url}, $location));
            next;
        }
        push @{$j{pages}}, $response;
        my @forms = $browser->forms($response);
        my ($sign_in) = grep { exists $_->{inputs}{password} } @forms;
        my ($consent) = grep { grep { $_->[0] eq 'decision' } @{$_->{buttons}} }
            @forms;
        my $step = $sign_in ? 'sign-in' : $consent ? 'consent' : undef;
        if (!$step || $j{seen}{$step}++ || $response->status != 200) {
            croak 'the journey got stuck at ' . $response->brief;
        }
        return \%j if ($o{until} // '') eq $step;
        $between->($step);
        $response = $sign_in
            ? $browser->submit($response, $sign_in, username => $user,
                password => $o{password} // $PASSWORD{$user})
            : $browser->submit($response, $consent,
                decision => $o{decision} // 'approve');
    }
    defined $j{location} or croak 'the journey never came back';
    ($j{returned}) = map form_decode($_), $j{location} =~ /\?([^#]*)/;
    $j{code} = $j{returned}{code};
    $self->secret($j{code});
    return \%j if ($o{until} // '') =~ /^(?:code|token)$/ || !defined $j{code};

    $between->('token');
    my $answer = $self->redeem(\%j);
    $answer->status == 200 or croak 'the token endpoint said '
        . $answer->brief;
    $j{tokens} = $answer->json;
    @j{qw(access_token refresh_token)} =
        @{$j{tokens}}{qw(access_token refresh_token)};
    return \%j;
}

# A request to the token endpoint, authenticated as the client registered.
sub token_request {
    my $self = shift;
    return $self->client_request(token_endpoint => @_);
}

# The same to another endpoint of the metadata.
sub client_request {
    my ($self, $endpoint, $client, %fields) = @_;
    my @headers;
    my $method = $client->{token_endpoint_auth_method} // 'none';
    if ($method eq 'client_secret_basic') {
        @headers = (Authorization => 'Basic ' . encode_base64(
            escape($client->{client_id}) . ':'
                . escape($client->{client_secret}), ''));
    }
    else {
        $fields{client_id} //= $client->{client_id};
        $fields{client_secret} //= $client->{client_secret}
            if $method eq 'client_secret_post';
    }
    return $self->post($self->server_metadata->{$endpoint},
        form => \%fields, headers => \@headers);
}

# RFC 7009, RFC 7662; %fields overrides
sub revoke {
    my ($self, $client, $token, %fields) = @_;
    return $self->client_request(revocation_endpoint => $client,
        token => $token, %fields);
}

sub introspect {
    my ($self, $client, $token, %fields) = @_;
    return $self->client_request(introspection_endpoint => $client,
        token => $token, %fields);
}

# Redeems the code of a journey; %fields overrides, undef leaves out.
sub redeem {
    my ($self, $j, %fields) = @_;
    my $p = $j->{request}{parameters};
    return $self->token_request($j->{client},
        grant_type => 'authorization_code', code => $j->{code},
        code_verifier => $j->{request}{verifier},
        redirect_uri => $p->{redirect_uri}, resource => $p->{resource},
        %fields);
}

sub refresh {
    my ($self, $j, %fields) = @_;
    return $self->token_request($j->{client}, grant_type => 'refresh_token',
        refresh_token => $j->{refresh_token}, %fields);
}

# -- MCP ---------------------------------------------------------------------

my $meta = 'io.modelcontextprotocol';
my $id = 0;

sub encode_name {
    my $name = shift;
    return $name if $name =~ /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
    utf8::encode($name) if utf8::is_utf8($name);
    return '=?base64?' . encode_base64($name, '') . '?=';
}

# What request() takes for a request of the 2026-07-28 revision: headers, params
# and meta override; an undef header is left out.
sub modern_request {
    my ($self, $path, $method, $params, %o) = @_;
    my %params = %{$params || {}};
    $params{_meta} //= {"$meta/protocolVersion" => '2026-07-28',
        "$meta/clientInfo" => {name => 'test', version => '1'},
        "$meta/clientCapabilities" => $o{capabilities} || {},
        %{$o{meta} || {}}};
    my $name = $params{$method eq 'resources/read' ? 'uri'
        : $method =~ m{^tasks/} ? 'taskId' : 'name'};
    my %headers = (Accept => 'application/json, text/event-stream',
        'MCP-Protocol-Version' => '2026-07-28', 'Mcp-Method' => $method,
        (defined $name && !ref $name ? ('Mcp-Name' => encode_name($name)) : ()),
        %{$o{headers} || {}});
    return ($path, token => $o{token}, headers => \%headers,
        json => {jsonrpc => '2.0', id => $o{id} // ++$id, method => $method,
            params => \%params});
}

sub modern { my $self = shift; return $self->post($self->modern_request(@_)) }

# The same (or with id => undef for a notification) of the revisions before.
sub legacy_request {
    my ($self, $path, $method, $params, %o) = @_;
    my %headers = (Accept => 'application/json, text/event-stream',
        ($method eq 'initialize' ? ()
            : ('MCP-Protocol-Version' => $o{version} // '2025-11-25')),
        'Mcp-Session-Id' => $o{session}, %{$o{headers} || {}});
    my %message = (jsonrpc => '2.0', method => $method,
        id => exists $o{id} ? $o{id} : ++$id);
    delete $message{id} unless defined $message{id};
    $message{params} = $params if $params;
    return ($path, token => $o{token}, headers => \%headers,
        json => \%message);
}

sub legacy { my $self = shift; return $self->post($self->legacy_request(@_)) }

# Opens a session; gives its id and the answer.
sub initialize {
    my ($self, $path, %o) = @_;
    my $response = $self->legacy($path, 'initialize', {
        protocolVersion => $o{version} // '2025-11-25',
        capabilities => $o{capabilities} || {},
        clientInfo => {name => 'test', version => '1'}}, token => $o{token});
    my $session = $response->header('Mcp-Session-Id');
    $self->legacy($path, 'notifications/initialized', undef, id => undef,
        token => $o{token}, session => $session) if defined $session;
    return wantarray ? ($session, $response) : $session;
}

# era => 'modern' (default) or 'legacy', with session => ID or a new one
sub call_tool {
    my ($self, $path, $name, $arguments, %o) = @_;
    my $params = {name => $name, arguments => $arguments || {}};
    return $self->modern($path, 'tools/call', $params, %o)
        if ($o{era} // 'modern') eq 'modern';
    my $session = $o{session} // $self->initialize($path, token => $o{token});
    return $self->legacy($path, 'tools/call', $params, %o,
        session => $session);
}

package MCPClient::Response;

sub status { return $_[0]{status} }
sub body { return $_[0]{body} }

sub headers {
    my ($self, $name) = @_;
    return map { $_->[1] // '' } grep { lc $_->[0] eq lc $name }
        @{$self->{headers}};
}

sub header {
    my ($self, $name) = @_;
    my @values = $self->headers($name);
    return @values ? join(', ', @values) : undef;
}

sub json { return $json->decode($_[0]{body}) }

# The JSON-RPC message answered: the body, or the last event of a stream.
sub message {
    my $self = shift;
    return $self->json
        unless ($self->header('Content-Type') // '') =~ /event-stream/;
    my @data = $self->{body} =~ /^data: ?(.+)$/mg;
    return $json->decode($data[-1]);
}

sub brief {
    my $self = shift;
    my $text = substr $self->{body}, 0, 400;
    $text =~ s/\s+/ /g;
    return "$self->{status}" . ($self->{url} ? " of $self->{url}" : '')
        . ": $text";
}

1;
