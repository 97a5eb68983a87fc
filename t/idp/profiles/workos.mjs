// Licensed under the Apache License, Version 2.0; see LICENSE.
// WorkOS AuthKit: RFC 8707 decides on the audience; what the user may do stands
// in the access token alone, which names no client.

import { standardAccessToken, standardClaims } from './standard.mjs';

const issuer = 'https://x.authkit.app';

export default {
  issuer,
  argument: 'x.authkit.app',
  endpoints: {
    discovery: [`${issuer}/.well-known/oauth-authorization-server`,
      `${issuer}/.well-known/openid-configuration`],
    authorization: `${issuer}/oauth2/authorize`,
    token: `${issuer}/oauth2/token`,
    userinfo: `${issuer}/oauth2/userinfo`,
    keys: `${issuer}/oauth2/jwks`,
    introspection: `${issuer}/oauth2/introspection`,
  },
  tokenType: 'JWT',
  subject: (user) => `user_${user.uuid.replaceAll('-', '').toUpperCase()}`,
  claims: (user) => standardClaims(user, { org_id: user.organization }),
  accessToken(facts) {
    const { client_id: client, ...claims } = standardAccessToken(facts);
    const { user, params, sid } = facts;
    return {
      ...claims, aud: params.resource ?? client, sid: `session_${sid}`,
      org_id: user.organization, role: user.roles[0], roles: user.roles,
      permissions: user.permissions,
    };
  },
};
