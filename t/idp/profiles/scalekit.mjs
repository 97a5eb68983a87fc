// Licensed under the Apache License, Version 2.0; see LICENSE.
// Scalekit.

import { standardAccessToken, standardClaims } from './standard.mjs';

const issuer = 'https://env.scalekit.dev';

export default {
  issuer,
  argument: issuer,
  endpoints: {
    discovery: [`${issuer}/.well-known/openid-configuration`,
      `${issuer}/.well-known/oauth-authorization-server`],
    authorization: `${issuer}/oauth/authorize`,
    token: `${issuer}/oauth/token`,
    userinfo: `${issuer}/userinfo`,
    keys: `${issuer}/keys`,
    introspection: `${issuer}/oauth/introspect`,
    revocation: `${issuer}/oauth/revoke`,
    end_session: `${issuer}/oidc/logout`,
  },
  tokenType: 'JWT',
  subject: (user) => `usr_${user.number}00000000000`,
  claims: (user) => standardClaims(user, { oid: user.organization }),
  accessToken: (facts) => ({
    ...standardAccessToken(facts), aud: [facts.params.resource
      ?? facts.client], sid: `ses_${facts.sid}`, oid: facts.user.organization,
    org_id: facts.user.organization, roles: facts.user.roles,
    permissions: facts.user.permissions,
  }),
};
