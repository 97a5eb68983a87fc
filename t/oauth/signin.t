# Licensed under the Apache License, Version 2.0; see LICENSE.
# Between the authorization request and the answer: sign-in, consent, what
# binds them to one browser, and how the pages are left.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $c = client();
my $issuer = $c->{url};
my $client = $c->register;
my $back = $client->{redirect_uris}[0];

# A browser at the sign-in page, or with what it takes at the consent page.
sub at {
    my ($step, %o) = @_;
    my $j = $c->journey(client => $client, until => $step, %o);
    my ($form) = $c->forms($j->{response});
    return {%$j, form => $form, fields => {@{$form->{hidden}}}};
}

# Sends a form as a browser would, but for what is given.
sub post_form {
    my ($browser, $form, %headers) = @_;
    return $browser->post('/oauth/authorize', form => $form, headers => {
        Origin => $issuer, 'Sec-Fetch-Site' => 'same-origin', %headers});
}

sub sign_in {
    my ($at, $user, $password, %headers) = @_;
    return post_form($at->{browser}, [%{$at->{fields}}, username => $user,
        password => $password], %headers);
}

# The same from an address of its own: failures slow an address down.
my $addresses = 0;
sub guess {
    my ($at, @typed) = @_;
    return sign_in({%$at, browser => $c->fresh(
        from => '127.0.8.' . ++$addresses)}, @typed);
}

sub decide {
    my ($at, $decision, %headers) = @_;
    return post_form($at->{browser}, [%{$at->{fields}},
        decision => $decision], %headers);
}

my @answer = (code => undef, iss => $issuer, state => qr/./);

# -- the pages ---------------------------------------------------------------

my $signin = at('sign-in');
shown($signin->{response}, 200, qr/Test client/,
    'the sign-in page says who asks');
is_deeply([sort keys %{$signin->{form}{inputs}}],
    ['password', 'transaction', 'username'], 'username and password');
is($signin->{form}{method}, 'POST', 'RFC 9700: credentials are posted');
is($signin->{response}->header('Set-Cookie'), undef, 'no cookie yet');

my $wrong = guess($signin, 'ada', 'wrong-password');
shown($wrong, 200, qr/do not match/, 'a wrong password is told');
my $nobody = guess($signin, 'nobody', 'wrong-password');
shown($nobody, 200, qr/do not match/, 'so is an unknown user');
sub comparable {
    my $body = shift->body;
    $body =~ s/value="[^"]*"/value=""/g;
    return $body;
}
is(comparable($nobody), comparable($wrong),
    'and nobody learns which of the two it was');
is($_->header('Set-Cookie'), undef, 'no cookie for a failed sign-in')
    for $wrong, $nobody;
unlike($wrong->body, qr/wrong-password/, 'the password is not repeated');
shown(guess($signin, @$_[0, 1]), 200, qr/do not match/, "no $_->[2]")
    for ['ada', '', 'password'], ['', 'password', 'user'],
        ['a' x 300, 'password', 'such long name'],
        ['ada', 'p' x 2000, 'such long password'],
        ['ADA', 'password', 'user in capitals'],
        ['ada:x', 'password', 'user with a colon'],
        ['ada ', 'password', 'user with a blank'];
my $hostile = guess($signin, q{"><b>'&x}, 'wrong-password');
like($hostile->body, qr/value="&quot;&gt;&lt;b&gt;&#0*39;&amp;x"/,
    'the name typed is escaped');
shown(sign_in($signin, "a\0da", 'x'), 400, qr/./, 'no NUL in a name');
shown(post_form($signin->{browser}, [%{$signin->{fields}}, username => 'ada',
    username => 'bob', password => 'password']), 400, qr/./,
    'RFC 6749 3.1: one user at a time');
shown(sign_in($signin, 'ada', 'password'), 200, qr/decision/,
    'the same page still takes the right password');

my $consent = at('consent', scope => 'notes:write');
my $page = $consent->{response};
shown($page, 200, qr/Test client/, 'the consent page names the client');
like($page->body, qr/$_->[1]/, "and $_->[0]") for
    ['where the answer goes', qr/127\.0\.0\.1:33418/],
    ['that this is an application on this computer', qr/this computer/i],
    ['the user', qr/\bada\b/], ['the resource', qr{\Q$issuer\E/mcp}],
    ['the scopes in the words of the administrator', qr/Change your notes/],
    ['those that they include', qr/Read your notes/];
like($page->body, qr/not verified/, 'a name is no proof');
is_deeply([sort map { $_->[1] } @{$consent->{form}{buttons}}],
    ['approve', 'deny'], 'two buttons');
my ($style) = $page->body =~ m{<style>(.*?)</style>}s;
my $hash = MIME::Base64::encode_base64(sha256($style), '');
like($page->header('Content-Security-Policy'), qr/style-src 'sha256-\Q$hash'/,
    'CSP: the style by its hash');

# -- the cookie --------------------------------------------------------------

my ($cookie) = $page->headers('Set-Cookie');
like($cookie, qr/;\s*HttpOnly/i, 'RFC 6265: no script reads the cookie');
like($cookie, qr/;\s*SameSite=(?:Strict|Lax)/i, 'no other site sends it');
like($cookie, qr/;\s*Path=\//i, 'of this site');
unlike($cookie, qr/;\s*Domain=/i, 'and of no other host');
unlike($cookie, qr/__Host-|Secure/i, 'over http: no __Host-, no Secure');
unlike($cookie, qr/\b(?:ada|c1-)/, 'it says nothing');

# -- other people's forms ----------------------------------------------------

for my $step ('sign-in', 'consent') {
    my $at = at($step);
    my $send = sub { $step eq 'consent' ? decide($at, 'approve', @_)
        : sign_in($at, 'ada', 'password', @_) };
    shown($send->('Sec-Fetch-Site' => $_), 403, qr/another website/,
        "the $step form of another site is refused: Sec-Fetch-Site $_")
        for 'cross-site', 'same-site';
    shown($send->(Origin => $_, 'Sec-Fetch-Site' => undef), 403,
        qr/another website/,
        "the $step form of another site is refused: Origin $_")
        for 'https://evil.example', "$issuer.evil.example", 'http://localhost',
            $issuer =~ s/^http:/https:/r;
    my $good = $send->(Origin => 'null', 'Sec-Fetch-Site' => 'same-origin');
    ok($good->status =~ /^(?:200|303)$/ && $good->body !~ /another website/,
        'and the form is not burnt by that') or diag $good->brief;
}
is(decide(at('consent'), 'approve', 'Sec-Fetch-Site' => undef,
    Origin => undef)->status, 303, 'browsers that send neither go on');

# -- one browser, one decision -----------------------------------------------

my $mine = at('consent');
my $browser = $mine->{browser};
for (['without the cookie', $c->fresh],
    ['with the cookie of another sign-in', at('consent')->{browser}]) {
    my ($name, $other) = @$_;
    my $r = decide({%$mine, browser => $other}, 'approve');
    shown($r, 400, qr/cookie/, "another browser, $name, decides nothing");
    is($r->header('Set-Cookie'), undef, 'and gets no cookie');
}
shown(post_form($browser, [%{$mine->{fields}}, decision => $_]), 400,
    qr/decision/, "what is neither yes nor no: '$_'") for 'maybe', '', 'Approve';
shown(post_form($browser, [%{$mine->{fields}}]), 400, qr/decision/,
    'no decision');
shown(post_form($browser, [%{$mine->{fields}}, decision => 'approve',
    decision => 'deny']), 400, qr/./, 'both');
my $yes = decide($mine, 'approve');
sent_back($yes, "$back?", {@answer, code => qr/^\S{32,}$/},
    'RFC 6749 4.1.2: the browser that signed in says yes');
is($yes->status, 303, 'RFC 9700 4.12: by 303, so that nothing is posted on');
is($yes->header('Referrer-Policy'), 'no-referrer',
    'RFC 9700 4.2.4: the code is in no Referer');
shown(decide($mine, 'approve'), 400, qr/used already/,
    'a double submit is one decision');
shown(decide($mine, 'deny'), 400, qr/used already/, 'also with another one');
sent_back(decide(at('consent'), 'deny'), "$back?",
    {@answer, error => 'access_denied'}, 'RFC 6749 4.1.2.1: no is no');
my $cancelled = at('sign-in');
my (undef, $cancel) = $c->forms($cancelled->{response});
sent_back($c->submit($cancelled->{response}, $cancel, cancel => 'yes'),
    "$back?", {@answer, error => 'access_denied'},
    'RFC 6749 4.1.2.1: who does not sign in says no too');

my $tab = $c->fresh;
my @tabs = map { at('consent', browser => $tab, state => "tab $_") } 1 .. 2;
sent_back(decide($tabs[$_ - 1], 'approve'), "$back?",
    {state => "tab $_", code => qr/./}, "two tabs: number $_ succeeds")
    for 2, 1;

# -- forms that are none of ours ---------------------------------------------

my $fields = at('sign-in')->{fields};
(my $changed = $fields->{transaction}) =~ s/(.)$/$1 eq 'A' ? 'B' : 'A'/e;
for (
    ['nothing', []], ['a field that is none of ours', [x => 1]],
    ['a transaction that was changed', [transaction => $changed,
        username => 'ada', password => 'password']],
    ['a transaction that is none', [transaction => '1.x', username => 'ada',
        password => 'password']],
    ['a transaction as flow', [flow => $fields->{transaction},
        decision => 'approve']],
    ['a flow that is none', [flow => 'x' x 43, decision => 'approve']],
    ['a long flow', [flow => 'x' x 5000, decision => 'approve']],
    ['an authorization request', [%{$c->authorization_request(client =>
        $client)->{parameters}}]],
) {
    shown(post_form($c->fresh, $_->[1]), 400, qr/again from your app/i,
        "a form with $_->[0]");
}
shown($c->fresh->post('/oauth/authorize', body => 'flow=x&decision=approve',
    headers => {Origin => $issuer, 'Content-Type' => $_}), 415, qr/./,
    "a form is no $_") for 'text/plain', 'application/json',
        'multipart/form-data; boundary=x';
shown(post_form($c->fresh, [map { ("f$_" => 1) } 1 .. 2000]), 400, qr/./,
    'a form of 2,000 fields');
shown(post_form($c->fresh, [transaction => 'x' x 70_000]), 413, qr/./,
    'a form of 70,000 bytes');
my $at = at('sign-in');
shown($at->{browser}->get('/oauth/authorize?' . MCPClient::form_encode([
    %{$at->{fields}}, username => 'ada', password => 'password'])), 400,
    qr/client_id/, 'nobody signs in by GET');
shown($c->request($_ => '/oauth/authorize'), 405, qr/./,
    "RFC 9110 15.5.6: no $_") for 'PUT', 'DELETE';

# -- hostile names -----------------------------------------------------------

my $name = q{</strong><script>alert(1)</script>"'&amp;{{flow}}{{account}}};
my $evil = $c->register(client_name => $name);
for my $step ('sign-in', 'consent') {
    my $r = at($step, client => $evil)->{response};
    shown($r, 200, qr/&lt;script&gt;alert\(1\)/, "$step: the name is escaped");
    like($r->body, qr/&quot;&#0*39;&amp;amp;\{\{flow\}\}\{\{account\}\}/,
        "$step: and no template");
}

# -- leaving for an app ------------------------------------------------------

my $cursor = 'cursor://anysphere.cursor-mcp/oauth/callback';
my $app = $c->register(redirect_uris => [$cursor]);
for my $decision ('approve', 'deny') {
    my $at = at('consent', client => $app, state => q{"'<&>});
    like($at->{response}->body, qr/cursor:/, 'the page says which app');
    my $r = decide($at, $decision);
    is($r->status, 200, "D15: $decision leaves for a custom scheme by a page");
    sent_back($r, "$cursor?", {state => q{"'<&>}, iss => $issuer,
        $decision eq 'approve' ? (code => qr/./)
            : (error => 'access_denied', code => undef)}, 'that refreshes');
    my @faults = page_headers($r);
    ok(!@faults, 'with the headers of a page') or diag "@faults";
    my ($link) = $r->body =~ /<a\b[^>]*href="(\Q$cursor\E[^"]*)"/;
    is(MCPClient::unescape_html($link // ''), location_of($r),
        'and has a link that can be seen');
}
my $web = $c->register(redirect_uris => ['https://app.example/cb']);
my $host = at('consent', client => $web)->{response}->body;
like($host, qr/app\.example/, 'the page names the host of a web app');
unlike($host, qr/this computer/i, 'and does not call it a local one');
log_is_clean();

# -- https -------------------------------------------------------------------

{
    my $s = MCPServer->new(tls => 1);
    $s->start;
    my $c = $s->client;
    my $j = $c->journey;
    my ($cookie) = map { $_->headers('Set-Cookie') } @{$j->{pages}};
    like($cookie, qr/^__Host-[^;]+;/, 'RFC 6265bis: __Host- over https');
    like($cookie, qr/;\s*Secure/i, 'RFC 6265bis: Secure over https');
    like($cookie, qr/;\s*Path=\/(?:;|$)/i, 'RFC 6265bis: Path=/');
    like($j->{returned}{iss}, qr/^https:/, 'RFC 8414: an https issuer');
    works($c, $j->{access_token}, '/mcp', 'and the token works');
    $s->stop;
}

# -- httpd alone -------------------------------------------------------------

sub alone {
    my $location = shift;
    return (site => 0, config => <<"END");
MCPStateDirectory "\${ROOT}/state/mcp-oauth"
MCPAuthIssuer     \${ISSUER}
MCPIdentityProvider httpd
<Location "/mcp">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   demo:*
</Location>
$location
END
}
{
    my $s = MCPServer->new(alone(<<'END'));
<Location "/oauth/authorize">
    AuthType          Basic
    AuthName          "Test"
    AuthBasicProvider file
    AuthUserFile      "${CONF}/htpasswd"
    Require           valid-user
</Location>
END
    $s->start;
    my $c = $s->client;
    my %basic = map { $_ => 'Basic ' . MIME::Base64::encode_base64(
        "$_:$MCPClient::PASSWORD{$_}", '') } qw(ada bob);
    my $client = $c->register;
    my $url = $c->authorization_request(client => $client,
        resource => $c->resource('/mcp'), state => 'x')->{url};
    my $get = sub { $c->get($url, headers => {Authorization => $_[0]}) };
    my $asked = $get->();
    is($asked->status, 401, 'httpd alone: Basic asks on the authorize endpoint');
    like($asked->header('WWW-Authenticate'), qr/^Basic realm="Test"/,
        'in its own words');
    is($get->('Basic ' . MIME::Base64::encode_base64('ada:wrong', ''))->status,
        401, 'a wrong password is refused');
    my $page = $get->($basic{bob});
    shown($page, 200, qr/decision.*approve/s,
        'who is signed in is asked for consent at once');
    like($page->body, qr/\bbob\b/, 'by name');
    my ($form) = $c->forms($page);
    my $decide = sub {
        my ($user, %headers) = @_;
        return $c->post('/oauth/authorize', form => [@{$form->{hidden}},
            decision => 'approve'], headers => {Origin => $s->issuer,
            'Sec-Fetch-Site' => 'same-origin', %headers,
            Authorization => $user && $basic{$user}});
    };
    is($decide->(undef)->status, 401, 'nobody decides without signing in');
    shown($decide->('ada'), 403, qr/somebody else/,
        'nobody else decides for bob');
    shown($decide->('bob', 'Sec-Fetch-Site' => 'cross-site'), 403,
        qr/another website/, 'and no other site: browsers send Basic along');
    my $answer = $decide->('bob');
    sent_back($answer, "$back?", {code => qr/./, state => 'x'}, 'bob does');
    shown($decide->('bob'), 400, qr/used already/, 'once');
    is($c->get($_)->status, 200, "httpd alone: $_ stays public") for
        '/oauth/jwks', '/.well-known/oauth-authorization-server';
    refused($c->post('/oauth/token', form => {grant_type => 'x'}), 400,
        'unsupported_grant_type', 'httpd alone: token stays public');

    # nothing signs anybody in there
    $s->configure(alone(''));
    my ($passed, $said) = $s->check;
    $s->restart;
    require_log(qr/MCP00450: .*httpd has authenticated nobody.*Protect the/);
    expect_log(qr/MCP\d{5}: .*authorize/);
    my $r = $get->($basic{bob});
    shown($r, 500, qr/./, 'httpd alone, and nobody signs in: 500');
    unlike($r->body, qr/AuthType|Location/, 'the remedy is for the log only');
    $s->stop;
}
done();
