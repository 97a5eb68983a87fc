# Licensed under the Apache License, Version 2.0; see LICENSE.
# Each identity provider that there is a preset for: what it is asked, from a
# client's registration to a call, and what is then known of its users.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPSignIn;

my $api = 'https://api.example.com';
my $oidc = 'openid profile email offline_access';

# words: what a backend is told of ada; a word that is missing is not told.
# bob: what differs for him, whose address nobody has confirmed. asked: what
# else is in the authorization request. userinfo: how often it is asked.
my %preset = (
    auth0 => {lines => ["Audience $api",
            'Claim roles https://app.example.com/roles'],
        scope => $oidc, asked => {audience => $api},
        words => {email => 1, roles => 'admin,editor',
            permissions => 'read%3Atodos,write%3Atodos',
            organization => 'org_analytical'},
        bob => {roles => 'reader', permissions => 'read%3Atodos'}},
    clerk => {scope => $oidc,
        words => {email => 1, roles => 'admin',
            organization => 'org_analytical'}, bob => {roles => 'reader'}},
    workos => {scope => $oidc, method => 'client_secret_post',
        asked => {resource => 'the resource'},
        words => {email => 1, roles => 'admin,editor',
            permissions => 'read%3Atodos,write%3Atodos',
            organization => 'org_analytical'},
        bob => {roles => 'reader', permissions => 'read%3Atodos'}},
    # what its users write themselves makes nobody an owner
    supabase => {scope => 'openid profile email',
        words => {email => 1, roles => 'admin,editor',
            permissions => 'aal%3Aaal1'}, bob => {roles => 'reader'}},
    keycloak => {scope => $oidc,
        words => {email => 1, roles => 'admin,editor',
            permissions => join ',', 'mcp-api%3Aread%3Atodos',
                'mcp-api%3Awrite%3Atodos', 'account%3Amanage-account'},
        bob => {roles => 'reader', permissions =>
            'mcp-api%3Aread%3Atodos,account%3Amanage-account'}},
    oidc => {scope => $oidc, words => {email => 1, roles => 'admin,editor'},
        bob => {roles => 'reader'}},
    oauth2 => {lines => ['Scopes basic', 'Claim name /display_name',
            'Claim roles /teams'], scope => 'basic', userinfo => 1,
        words => {issuer => 'https%3A%2F%2Foauth.example.com',
            picture => undef, roles => 'staff,engines'}, bob => {roles => 'staff'}},
    google => {scope => 'openid profile email',
        asked => {access_type => 'offline', prompt => 'consent'},
        words => {email => 1, organization => 'example.com'}},
    # no address: nothing says that the domain is the tenant's
    entra => {scope => $oidc, userinfo => 1,
        words => {roles => 'admin,editor', picture => undef,
            organization => '9188040d-6c67-4c5b-b112-36a304b66dad'},
        bob => {roles => 'reader'}},
    okta => {scope => $oidc, words => {email => 1, roles => 'staff,engines'},
        bob => {roles => 'staff'}},
    github => {scope => 'read:user user:email',
        method => 'client_secret_post', userinfo => 1,
        accept => 'application/vnd.github+json',
        words => {email => 1, issuer =>
            'https%3A%2F%2Fgithub.com%2Flogin%2Foauth'}},
    pingone => {scope => 'openid profile email', userinfo => 1,
        lines => ['Claim roles /p1.roles'],
        words => {email => 1, roles => 'admin,editor'},
        bob => {roles => 'reader'}},
    cognito => {scope => 'openid profile email',
        words => {email => 1, roles => 'staff,engines'},
        bob => {roles => 'staff'}},
    # no address: its own mapping confirms none
    authentik => {scope => "$oidc entitlements", userinfo => 1,
        words => {roles => 'staff,engines',
            permissions => 'read%3Atodos,write%3Atodos'},
        bob => {roles => 'staff', permissions => 'read%3Atodos'}},
    scalekit => {scope => $oidc,
        words => {email => 1, roles => 'admin,editor',
            permissions => 'read%3Atodos,write%3Atodos',
            organization => 'org_analytical'},
        bob => {roles => 'reader', permissions => 'read%3Atodos'}},
);
# beyond ASCII: UTF-8, percent-encoded
my $picture = 'https%3A%2F%2Fimg.example.com%2Fada.png';
my $bob = 'B%C3%B3b%20%C3%9Cn%C3%AFc%C3%B6de%20%E5%8C%97%E4%BA%AC';

my $w = MCPSignIn->new(faketime => 1, at => {map {
    ($_ => [$_, @{$preset{$_}{lines} || []}]) } keys %preset});
my ($idp, $c) = @$w{qw(idp c)};
is_deeply([sort keys %preset], [$idp->profiles], 'every preset is tried');
my %callback;
@callback{sort keys %preset} = $w->callbacks;
my %seen;
$seen{$_}++ for values %callback;
is(scalar(keys %seen), scalar(keys %preset),
    'RFC 9700 4.4.2: each provider has a redirect URI of its own');

sub with { my ($known, %more) = @_; return {%$known, %more} }

# The parameters of the authorization request.
sub asked_well {
    my ($name, $j, $about) = @_;
    my @asked = $idp->asked($name => 'authorization');
    is(@asked, 1, "$name: asked once");
    my $q = $asked[0]{query};
    my $ours = $j->{request}{parameters};
    my %more = %{$about->{asked} || {}};
    $more{resource} = $w->resource($name) if $more{resource};
    my $is_openid = $about->{scope} =~ /\bopenid\b/;
    my %secret = map { ($_ => delete $q->{$_}) } qw(state code_challenge),
        $is_openid ? 'nonce' : ();
    is_deeply($q, {%more, response_type => 'code', client_id => 'mcp-gateway',
        redirect_uri => $callback{$name}, scope => $about->{scope},
        code_challenge_method => 'S256'},
        "$name: asked for what the preset knows, and nothing else");
    like($secret{$_}, qr/^[\w-]{43}$/, "$name: a $_ of 256 bits")
        for keys %secret;
    my %known = map { ($_ => 1) } values %$ours, $j->{request}{verifier};
    is_deeply([grep { $known{$_} } values %secret], [],
        "$name: state and code_challenge are not the client's");
    return ($q->{redirect_uri}, $secret{code_challenge});
}

sub redeemed_well {
    my ($name, $about, $back, $challenge) = @_;
    my @asked = $idp->asked($name => 'token');
    is(@asked, 1, "$name: the code is redeemed once");
    my ($form, $headers) = @{$asked[0]}{qw(form headers)};
    is($asked[0]{authentication}, $about->{method} // 'client_secret_basic',
        "$name: with the secret where the provider wants it");
    is(MCPClient::s256($form->{code_verifier}), $challenge,
        "$name: RFC 7636 4.5: with the verifier of our own pair");
    is(join(' ', sort grep !/^client_/, keys %$form), 'code code_verifier '
        . 'grant_type redirect_uri', "$name: and nothing else");
    is($form->{redirect_uri}, $back, "$name: RFC 6749 4.1.3: redirect_uri");
    is($headers->{accept}, 'application/json', "$name: JSON is asked for");
}

sub learned_well {
    my ($name, $about) = @_;
    my @asked = map { $idp->asked($name => $_) } qw(userinfo emails);
    my $is = grep { $_->{endpoint} eq 'userinfo' } @asked;
    is($is, $about->{userinfo} // 0, "$name: userinfo is asked "
        . ($about->{userinfo} ? 'once' : 'only where a word is missing'));
    like($_->{headers}{accept}, $about->{accept}
        ? qr{^\Q$about->{accept}\E$} : qr{^application/json, },
        "$name: in a form that it has") for @asked;
    is($idp->asked($name => 'introspection'), 0, "$name: introspection not");
    my @nameless = grep { $_->{headers}{'user-agent'} !~ m{^mod_mcp_oauth/} }
        grep { $_->{endpoint} ne 'authorization' } $idp->asked($name);
    is_deeply(\@nameless, [], "$name: we say who asks");
}

for my $name (sort keys %preset) {
    my $about = $preset{$name};
    $idp->reset($name);
    my ($consents, $before) = (0, 0);
    my $j = $w->journey($name, between => sub {
        return unless $_[0] eq 'consent';
        $consents++;
        $before += $idp->asked($name => 'authorization');
    });
    is("$consents $before", '1 0',
        "$name: the user agrees once, before the provider is asked");
    $w->works($j, "$name: the token calls a tool");
    my ($back, $challenge) = asked_well($name, $j, $about);
    redeemed_well($name, $about, $back, $challenge);
    learned_well($name, $about);

    my $subject = $idp->subject($name => 'ada');
    my $told = $w->told($j);
    my $issuer = MCPClient::escape($idp->issuer($name));
    my %words = (issuer => $issuer, name => 'Ada%20Lovelace',
        subject => MCPClient::escape($subject), scopes => '',
        client => $j->{client}{client_id}, picture => $picture,
        %{$about->{words}});
    $words{user} = $words{subject};
    delete $words{picture} unless $words{picture};
    $words{email} = 'ada%40example.com' if $words{email};
    is_deeply($told, \%words, "$name: what is known of ada");
    is(jwt_claims($j->{access_token})->{sub}, $subject,
        "$name: RFC 9068 2.2: sub of the access token is that of the provider");

    $idp->reset($name);
    my $second = $w->journey($name, user => 'bob');
    my $sub = $idp->subject($name => 'bob');
    delete $words{email};
    $words{picture} =~ s/ada/bob/ if $words{picture};
    @words{qw(subject user name)} = ((MCPClient::escape($sub)) x 2, $bob);
    is_deeply($w->told($second), with(\%words, %{$about->{bob} || {}}),
        "$name: of bob, but for the address that nobody has confirmed");
    is(jwt_claims($second->{access_token})->{sub}, $sub,
        "$name: a subject may be $sub");
    $w->works($second, "$name: his token calls a tool");
    my $r = $c->refresh($second);
    is($r->status, 200, "$name: his grant is refreshed") or diag $r->brief;
    $second->{access_token} = $r->json->{access_token};
    $w->works($second, "$name: and again");
    is_deeply($w->told($second), with(\%words, %{$about->{bob} || {}}),
        "$name: with all that was known");
    is($c->revoke($second->{client}, $second->{access_token})->status, 200,
        "$name: and revoked");
    dead($c, $second->{access_token}, "/$name", "$name: dead");
    $w->works($j, "$name: which is no affair of ada's");
    $preset{$name}{ada} = $j;
    $preset{$name}{told} = $told;
}

# at most once in a minute the provider is asked again
$w->{s}->set_clock(61);
for my $name (sort keys %preset) {
    my ($about, $j) = ($preset{$name}, $preset{$name}{ada});
    my $asked = $idp->asked($name => 'userinfo');
    my $r = $c->refresh($j);
    is($r->status, 200, "$name: a minute later the grant is refreshed")
        or diag $r->brief;
    $j->{access_token} = $r->json->{access_token};
    is($idp->asked($name => 'refresh'), $name eq 'github' ? 0 : 1,
        "$name: by its own refresh token, where it gives one");
    cmp_ok(scalar $idp->asked($name => 'userinfo'), '>', $asked,
        "$name: or by the access token") if $name eq 'github';
    is_deeply($w->told($j), $about->{told}, "$name: ada is still known");
}
$w->no_leaks;
$w->stop;
done();
