// Licensed under the Apache License, Version 2.0; see LICENSE.
// PingOne.

import { standardAccessToken, standardClaims } from './standard.mjs';

const environment = 'abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6';
const issuer = `https://auth.pingone.com/${environment}/as`;

export default {
  issuer,
  argument: environment,
  endpoints: {
    discovery: [`${issuer}/.well-known/openid-configuration`,
      `${issuer}/.well-known/oauth-authorization-server`],
    authorization: `${issuer}/authorize`,
    token: `${issuer}/token`,
    userinfo: `${issuer}/userinfo`,
    keys: `${issuer}/jwks`,
    introspection: `${issuer}/introspect`,
    revocation: `${issuer}/revoke`,
    end_session: `${issuer}/signoff`,
  },
  unknownScope: 'redirect',
  claimsInIdToken: false,
  tokenType: 'JWT',
  claims: (user) => standardClaims(user,
    { env: environment, 'p1.roles': user.roles }),
  refreshes: () => true,
  accessToken: (facts) => ({
    ...standardAccessToken(facts), aud: ['https://api.pingone.com'],
    sid: facts.sid, env: environment, org: facts.user.organization,
  }),
};
