// Licensed under the Apache License, Version 2.0; see LICENSE.
// id_tokens that oidc-provider would not issue.

import { createHmac, createPublicKey } from 'node:crypto';
import { CompactEncrypt, decodeJwt, decodeProtectedHeader, importJWK }
  from 'jose';
import { publicOf, sign, stranger } from './keys.mjs';
import { merged } from './merge.mjs';

const part = (value) => Buffer.from(value).toString('base64url');
const json = (value) => part(JSON.stringify(value));

function unsigned(claims, header) {
  return `${json({ ...header, alg: 'none' })}.${json(claims)}.`;
}

function hmac(claims, header, secret) {
  const text = `${json({ ...header, alg: 'HS256' })}.${json(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text)
    .digest('base64url')}`;
}

/** As who takes the public key for a secret verifies it. */
function byPublicKey(claims, header, jwk) {
  const key = createPublicKey({ key: publicOf(jwk), format: 'jwk' });
  return hmac(claims, header, key.export({ type: 'spki', format: 'pem' }));
}

async function signed(profile, claims, header, secret) {
  const { id_token_alg: alg, id_token_key: key } = profile.quirks;
  const jwk = await profile.ring.signer(profile.idTokenAlg);
  if (alg === 'none') return unsigned(claims, header);
  if (alg === 'HS256') return byPublicKey(claims, header, jwk);
  if (alg === 'HS256-secret') return hmac(claims, header, secret);
  return sign(claims, key === 'stranger' ? await stranger(jwk) : jwk, header);
}

async function encrypted(jws, { jwk, enc, alg = 'RSA-OAEP' }) {
  return new CompactEncrypt(Buffer.from(jws))
    .setProtectedHeader({ alg, enc, cty: 'JWT', kid: jwk.kid })
    .encrypt(await importJWK(jwk, alg));
}

/** The id_token as the profile's quirks want it; secret: the client's. */
export async function remade(profile, idToken, secret) {
  const { quirks } = profile;
  const claims = merged(decodeJwt(idToken), quirks.id_token);
  const header = merged(decodeProtectedHeader(idToken),
    quirks.id_token_header);
  const jws = await signed(profile, claims, header, secret);
  return quirks.id_token_encryption
    ? encrypted(jws, quirks.id_token_encryption) : jws;
}
