// Licensed under the Apache License, Version 2.0; see LICENSE.
// Auth0: without an audience the access token is opaque, and looks like a JWE.
// A tenant can let resource name the audience (Resource Parameter Compatibility
// Profile: the quirk apis), and clients register (the quirk registration).

import { random, standardClaims } from './standard.mjs';

const issuer = 'https://example.us.auth0.com/';

export default {
  issuer,
  argument: 'example.us.auth0.com',
  endpoints: {
    discovery: `${issuer}.well-known/openid-configuration`,
    authorization: `${issuer}authorize`,
    token: `${issuer}oauth/token`,
    userinfo: `${issuer}userinfo`,
    keys: `${issuer}.well-known/jwks.json`,
    revocation: `${issuer}oauth/revoke`,
    end_session: `${issuer}oidc/logout`,
    registration: `${issuer}oidc/register`,
  },
  defaultScope: 'read:todos',
  rotation: 'off',
  tokenType: 'JWT',
  subject: (user) => `auth0|${user.uuid}`,
  claims(user) {
    const namespaced = { 'https://app.example.com/roles': user.roles };
    const claims = standardClaims(user,
      { ...namespaced, org_id: user.organization });
    const { preferred_username: nickname, ...profile } = claims.profile;
    return { ...claims, profile: { ...profile, nickname } };
  },
  accessTokenForm: ({ params }) => (params.audience ? 'jwt' : 'opaque'),
  accessToken: ({ sub, user, client, params, scopes, iat, exp, jti }) => ({
    'https://app.example.com/roles': user.roles,
    iss: issuer, sub, jti,
    aud: scopes.includes('openid')
      ? [params.audience, `${issuer}userinfo`].filter(Boolean)
      : params.audience,
    iat, exp, scope: scopes.join(' '), azp: client,
    permissions: user.permissions, org_id: user.organization,
  }),
  opaque() {
    const header = JSON.stringify({ alg: 'dir', enc: 'A256GCM', iss: issuer });
    return [Buffer.from(header).toString('base64url'), '', random(12),
      random(120), random(16)].join('.');
  },
};
