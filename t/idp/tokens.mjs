// Licensed under the Apache License, Version 2.0; see LICENSE.
// What is known of a sign-in when tokens are made of it, and access tokens.

import { merged, now } from './merge.mjs';
import { random } from './profiles/standard.mjs';

const words = (text) => (text ?? '').split(' ').filter(Boolean);

/** source: a code, a refresh token or an access token of oidc-provider. */
export function factsOf(profile, source) {
  const params = profile.asked.get(source.grantId) ?? {};
  const scope = source.scope ?? params.asked_scope;
  const iat = now();
  return {
    issuer: profile.traits.issuer, sub: source.accountId,
    user: profile.userOf(source.accountId), client: source.clientId, scope,
    scopes: words(scope), params, prompts: words(params.asked_prompt),
    sid: source.sid ?? source.sessionUid, iat,
    exp: iat + (source.expiration ?? 3600), jti: random(16),
  };
}

/** The claims and the header of a JWT access token as the profile has it. */
export async function signedAccessToken(profile, facts) {
  const claims = merged(profile.traits.accessToken(facts),
    profile.quirks.access_token);
  const { tokenType } = profile.traits;
  return profile.sign(claims, tokenType ? { typ: tokenType } : {});
}

export async function accessTokenOf(profile, source) {
  const facts = factsOf(profile, source);
  const form = profile.quirks.access_token_form
    ?? profile.traits.accessTokenForm(facts);
  return form === 'opaque' ? profile.traits.opaque(facts)
    : signedAccessToken(profile, facts);
}
