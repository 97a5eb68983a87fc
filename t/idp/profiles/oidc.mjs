// Licensed under the Apache License, Version 2.0; see LICENSE.
// Any OpenID provider, as the standard has it. Bob's subject holds what has a
// meaning elsewhere.

import { standardClaims } from './standard.mjs';

const issuer = 'https://op.example.com';

export default {
  issuer,
  argument: issuer,
  endpoints: {
    discovery: [`${issuer}/.well-known/openid-configuration`,
      `${issuer}/.well-known/oauth-authorization-server`],
    authorization: `${issuer}/authorize`,
    token: `${issuer}/token`,
    userinfo: `${issuer}/userinfo`,
    keys: `${issuer}/jwks`,
    introspection: `${issuer}/introspect`,
    revocation: `${issuer}/revoke`,
    end_session: `${issuer}/logout`,
  },
  issParameter: 'right',
  subject: (user) => (user.id === 'bob' ? 'ldap|people:bob@2' : user.uuid),
  claims: (user) => standardClaims(user,
    { roles: user.roles, groups: user.groups }),
  accessTokenForm: () => 'opaque',
};
