# Licensed under the Apache License, Version 2.0; see LICENSE.
# Signing in at an identity provider elsewhere, under any MPM; t/provider has
# all that can be said of it.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPSignIn;

my $w = MCPSignIn->new(faketime => 1, at =>
    {at => [['oidc'], ['okta', 'Label Staff']]});
my ($idp, $c) = @$w{qw(idp c)};
my $later = 0;
for (['oidc', 'op.example.com'], ['okta', 'Staff']) {
    my ($preset, $label) = @$_;
    my $v = $w->ask('at');
    shown($v->{page}, 200, qr/value="\Q$label\E"/, "$label can be chosen");
    $w->approve($v, provider => $label);
    $w->sign_in($v);
    my $j = $w->tokens($v, $w->arrive($v));
    $w->works($j, "$label: the token calls a tool");
    is($w->told($j)->{subject}, $idp->subject($preset => 'ada'),
        'as the user who signed in there');
    $w->{s}->set_clock($later += 61);
    $idp->set($preset => delay => {refresh => 0.3});
    my @r = at_once(8, sub { my $r = $c->refresh($j);
        return {status => $r->status, %{$r->json}} });
    is(join(' ', map { $_->{status} } @r), join(' ', (200) x 8),
        'it is refreshed, by eight at once');
    is($idp->asked($preset => 'refresh'), 1, 'there once');
    is($c->revoke($j->{client}, $r[0]{refresh_token})->status, 200,
        'it is revoked');
    dead($c, $_->{access_token}, '/at', 'at once') for @r[0, -1];
}
my ($r, $v) = $w->outcome('at', provider => 'Staff', cancel => 1);
$w->refused($r, $v, access_denied => 'who cancels there tells the client');
$w->no_leaks;
$w->stop;
done();
