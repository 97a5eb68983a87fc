// Licensed under the Apache License, Version 2.0; see LICENSE.
// Clerk: opaque access tokens, or JWTs that name no audience; a scope that the
// application was not given in the dashboard is refused.

import { random, standardAccessToken, standardClaims } from './standard.mjs';

const issuer = 'https://x.clerk.accounts.dev';

export default {
  issuer,
  argument: 'x.clerk.accounts.dev',
  endpoints: {
    discovery: [`${issuer}/.well-known/openid-configuration`,
      `${issuer}/.well-known/oauth-authorization-server`],
    authorization: `${issuer}/oauth/authorize`,
    token: `${issuer}/oauth/token`,
    userinfo: `${issuer}/oauth/userinfo`,
    keys: `${issuer}/.well-known/jwks.json`,
    introspection: `${issuer}/oauth/token_info`,
    revocation: `${issuer}/oauth/token/revoke`,
  },
  scopes: ['openid', 'profile', 'email', 'offline_access', 'public_metadata'],
  unknownScope: 'redirect',
  sid: false,
  subject: (user) => `user_${user.uuid.replaceAll('-', '')}`,
  claims: (user) => standardClaims(user, {
    org_id: user.organization, org_role: user.roles[0], org_slug: 'analytical',
  }),
  accessTokenForm: () => 'opaque',
  accessToken: (facts) => ({
    ...standardAccessToken(facts), nbf: facts.iat, jti: `oat_${random(20)}`,
  }),
  opaque: () => `oat_${random(24)}`,
};
