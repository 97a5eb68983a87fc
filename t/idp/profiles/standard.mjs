// Licensed under the Apache License, Version 2.0; see LICENSE.
// What most profiles have in common; each says where it differs.

import { randomBytes } from 'node:crypto';

export const random = (bytes) => randomBytes(bytes).toString('base64url');

/** The claims of a user by the scope that gives them (OpenID Connect Core
 * 5.4); openid gives its own to everybody. */
export function standardClaims(user, openid = {}) {
  const { name, given_name, family_name, picture, email } = user;
  return {
    openid,
    profile: {
      name, given_name, family_name, picture, preferred_username: user.id,
    },
    email: { email, email_verified: user.email_verified },
  };
}

/** RFC 9068, but for typ. */
export function standardAccessToken(facts) {
  const { issuer, sub, client, scope, iat, exp, jti } = facts;
  return { iss: issuer, sub, client_id: client, scope, iat, exp, jti };
}

export const STANDARD = {
  // what stands behind the preset's name in a configuration
  argument: '',
  alg: 'RS256',
  openid: true,
  // also shows a key for encryption in its JWK Set
  withEncryption: false,
  scopes: ['openid', 'profile', 'email', 'offline_access', 'read:todos',
    'write:todos'],
  // of who asks for none
  defaultScope: undefined,
  // ignore, redirect or page: how a scope is refused that it does not have
  unknownScope: 'ignore',
  // whether name and e-mail stand in the id_token or only in userinfo
  claimsInIdToken: true,
  atHash: true,
  sid: true,
  issParameter: 'off',
  // of clients, by themselves
  registration: 'off',
  rotation: 'on',
  tokenType: 'at+jwt',
  discovery: {},
  subject: (user) => user.uuid,
  claims: (user) => standardClaims(user),
  // of what was asked for at the authorization endpoint
  refreshes: ({ scopes }) => scopes.includes('offline_access'),
  accessTokenForm: () => 'jwt',
  accessToken: standardAccessToken,
  opaque: () => random(32),
  refreshToken: () => random(48),
  tokenAnswer: (answer) => answer,
  tokenError: (status, answer) => ({ status, answer }),
  // why a request is refused: {error, error_description}
  refuse: () => undefined,
};
