# Licensed under the Apache License, Version 2.0; see LICENSE.
package MCPKey;

# A private key of a client's, made and used through the openssl command.
#
#   my $key = MCPKey->new('ES256', kid => 'one');   EdDSA: Ed25519
#   my $set = MCPKey::set($key, ...);          a JWK Set, as Perl has it
#   my $jwt = $key->jwt({iss => ...}, typ => 'JWT');
#   my %fields = $key->assertion($client_id, $audience, jti => ...);
#   my $proof = $key->proof(POST => $url, ath => ...);    for a DPoP header
#   my $jkt = $key->thumbprint;
#   ok(MCPKey::verifies($jwt, $jwks))          ES256, by the key of its kid

use strict;
use warnings;
use Carp qw(croak);
use Digest::SHA qw(sha256);
use File::Temp ();
use JSON::PP ();
use MIME::Base64 qw(encode_base64url decode_base64url);
use MCPClient;

our $TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

my $json = JSON::PP->new->utf8->canonical;
my %curves = (ES256 => ['P-256', 32], ES384 => ['P-384', 48],
    ES512 => ['P-521', 66]);

sub openssl {
    my ($in, @arguments) = @_;
    my $file = File::Temp->new;
    binmode $file;
    print $file $in;
    close $file;
    my $command = join ' ', 'openssl', @arguments, "<'$file'", '2>/dev/null';
    my $out = `$command`;
    $? == 0 or croak "$command: $?";
    return $out;
}

sub new {
    my ($class, $alg, %o) = @_;
    my $curve = $curves{$alg};
    my $self = bless {alg => $alg, kid => $o{kid},
        file => File::Temp->new(SUFFIX => '.pem')}, $class;
    my $made = openssl('', 'genpkey', $alg eq 'EdDSA'
        ? '-algorithm ED25519' : $curve
        ? ('-algorithm EC -pkeyopt', "ec_paramgen_curve:$curve->[0]")
        : ('-algorithm RSA -pkeyopt', 'rsa_keygen_bits:'
            . ($o{bits} || 2048)));
    print {$self->{file}} $made;
    close $self->{file};
    $self->{jwk} = {$alg eq 'EdDSA' ? $self->octets
        : $curve ? $self->point(@$curve) : $self->modulus,
        defined $o{kid} ? (kid => $o{kid}) : (), %{$o{jwk} || {}}};
    return $self;
}

sub public_der {
    my $self = shift;
    return openssl('', 'pkey -pubout -outform DER -in', "'$self->{file}'");
}

sub octets {
    my $self = shift;
    return (kty => 'OKP', crv => 'Ed25519',
        x => encode_base64url(substr $self->public_der, -32));
}

sub point {
    my ($self, $curve, $size) = @_;
    my $der = $self->public_der;
    return (kty => 'EC', crv => $curve,
        x => encode_base64url(substr $der, -2 * $size, $size),
        y => encode_base64url(substr $der, -$size));
}

sub modulus {
    my $self = shift;
    my ($hex) = openssl('', 'rsa -noout -modulus -in', "'$self->{file}'") =~
        /Modulus=([0-9A-F]+)/;
    return (kty => 'RSA', n => encode_base64url(pack 'H*', $hex),
        e => 'AQAB');
}

sub jwk { return $_[0]{jwk} }
sub set { return {keys => [map { $_->{jwk} } @_]} }

# ECDSA: two numbers of the curve's size in place of a DER sequence
sub concatenated {
    my ($der, $size) = @_;
    my @numbers;
    my $rest = substr $der, ord(substr $der, 1, 1) == 0x81 ? 3 : 2;
    for (1, 2) {
        my $length = ord substr $rest, 1, 1;
        my $number = substr $rest, 2, $length;
        $number =~ s/^\0+//;
        push @numbers, "\0" x ($size - length $number) . $number;
        $rest = substr $rest, 2 + $length;
    }
    return join '', @numbers;
}

# It reads its input twice: not from a pipe.
sub sign_at_once {
    my ($self, $text) = @_;
    my $file = File::Temp->new;
    print $file $text;
    close $file;
    return openssl('', 'pkeyutl -sign -rawin -inkey', "'$self->{file}'",
        "-in '$file'");
}

sub sign {
    my ($self, $text) = @_;
    return $self->sign_at_once($text) if $self->{alg} eq 'EdDSA';
    my ($kind, $bits) = $self->{alg} =~ /^(..)(\d+)$/;
    my $signature = openssl($text, "dgst -sha$bits -binary -sign",
        "'$self->{file}'", $kind eq 'PS' ? ('-sigopt',
            'rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest') : ());
    return $kind eq 'ES' ? concatenated($signature,
        $curves{$self->{alg}}[1]) : $signature;
}

# %header overrides; undef leaves out
sub jwt {
    my ($self, $claims, %header) = @_;
    my %h = (alg => $self->{alg}, typ => 'JWT', kid => $self->{kid},
        %header);
    delete @h{grep { !defined $h{$_} } keys %h};
    my $text = join '.', map encode_base64url($_), $json->encode(\%h),
        ref $claims ? $json->encode($claims) : $claims;
    return "$text." . encode_base64url($self->sign($text));
}

# -- somebody else's ----------------------------------------------------------

sub integer {
    my $bytes = shift =~ s/^\0+//r;
    $bytes = "\0$bytes" if ord $bytes > 127;
    return pack('CC', 2, length $bytes) . $bytes;
}

sub verifies {
    my ($jwt, $jwks) = @_;
    my ($head, $claims, $signature) = split /\./, $jwt;
    my $header = $json->decode(decode_base64url($head));
    my ($jwk) = grep { $_->{kid} eq $header->{kid} } @{$jwks->{keys}};
    return 0 unless $jwk && $header->{alg} eq 'ES256';
    my ($r, $s) = unpack 'a32 a32', decode_base64url($signature);
    my $numbers = integer($r) . integer($s);
    # SubjectPublicKeyInfo of a point of P-256 (RFC 5480)
    my %file = (signature => pack('CC', 0x30, length $numbers) . $numbers,
        key => pack('H*', '3059301306072a8648ce3d020106082a8648ce3d030107'
            . '03420004') . decode_base64url($jwk->{x})
            . decode_base64url($jwk->{y}));
    for (keys %file) {
        my $out = File::Temp->new;
        binmode $out;
        print $out $file{$_};
        close $out;
        $file{$_} = $out;
    }
    return eval { openssl("$head.$claims", 'dgst -sha256 -keyform DER -verify',
        "'$file{key}'", '-signature', "'$file{signature}'") } ? 1 : 0;
}

# -- of a client --------------------------------------------------------------

# The form's fields (RFC 7523 2.2). %claims overrides, undef leaves out; header
# => {} and now => SECONDS are not claims.
sub assertion {
    my ($self, $id, $audience, %claims) = @_;
    my %header = %{delete $claims{header} || {}};
    my $now = delete $claims{now} // time;
    my %c = (iss => $id, sub => $id, aud => $audience, iat => $now,
        exp => $now + 120, jti => MCPClient::random_text(12), %claims);
    delete @c{grep { !defined $c{$_} } keys %c};
    return (client_assertion_type => $TYPE,
        client_assertion => $self->jwt(\%c, %header));
}

# RFC 7638
sub thumbprint {
    my $jwk = $_[0]{jwk};
    return encode_base64url(sha256($json->encode({map { ($_ => $jwk->{$_}) }
        grep { defined $jwk->{$_} } qw(crv e kty n x y)})));
}

# RFC 9449 4.2; as above
sub proof {
    my ($self, $method, $url, %claims) = @_;
    my %header = %{delete $claims{header} || {}};
    my $now = delete $claims{now} // time;
    my %c = (htm => $method, htu => $url, iat => $now,
        jti => MCPClient::random_text(12), %claims);
    delete @c{grep { !defined $c{$_} } keys %c};
    return $self->jwt(\%c, typ => 'dpop+jwt', jwk => $self->{jwk},
        kid => undef, %header);
}

1;
