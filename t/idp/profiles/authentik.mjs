// Licensed under the Apache License, Version 2.0; see LICENSE.
// authentik: an issuer with a path and a slash, an access token whose audience
// is the client, and no address that was verified.

import { standardAccessToken, standardClaims } from './standard.mjs';

const at = 'https://auth.example.com/application/o';
const issuer = `${at}/mcp/`;

export default {
  issuer,
  argument: issuer,
  endpoints: {
    discovery: `${issuer}.well-known/openid-configuration`,
    authorization: `${at}/authorize/`,
    token: `${at}/token/`,
    userinfo: `${at}/userinfo/`,
    keys: `${issuer}jwks/`,
    introspection: `${at}/introspect/`,
    revocation: `${at}/revoke/`,
    end_session: `${issuer}end-session/`,
  },
  scopes: ['openid', 'profile', 'email', 'offline_access', 'entitlements'],
  tokenType: 'JWT',
  subject: (user) => user.uuid.replaceAll('-', '').repeat(2),
  claims(user) {
    const claims = standardClaims(user);
    return {
      ...claims,
      profile: { ...claims.profile, nickname: user.id, groups: user.groups },
      email: { email: user.email, email_verified: false },
      entitlements: { entitlements: user.permissions,
        roles: user.permissions },
    };
  },
  accessToken: (facts) => ({
    ...standardAccessToken(facts), aud: facts.client, azp: facts.client,
    acr: 'goauthentik.io/providers/oauth2/default', uid: facts.jti,
    groups: facts.user.groups,
  }),
};
