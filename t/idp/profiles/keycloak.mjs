// Licensed under the Apache License, Version 2.0; see LICENSE.
// Keycloak: a key for encryption in the JWK Set, refresh tokens that are JWTs,
// roles by realm and by client, an audience only by a mapper.

import { random, standardAccessToken, standardClaims } from './standard.mjs';

const issuer = 'https://sso.example.com/realms/staff';
const at = `${issuer}/protocol/openid-connect`;

export default {
  issuer,
  argument: issuer,
  endpoints: {
    discovery: `${issuer}/.well-known/openid-configuration`,
    authorization: `${at}/auth`,
    token: `${at}/token`,
    userinfo: `${at}/userinfo`,
    keys: `${at}/certs`,
    introspection: `${at}/token/introspect`,
    revocation: `${at}/revoke`,
    end_session: `${at}/logout`,
  },
  withEncryption: true,
  issParameter: 'right',
  rotation: 'lenient',
  tokenType: 'JWT',
  // a user of an LDAP behind it
  subject: (user) => (user.id === 'bob' ? `f:${user.uuid}:bob` : user.uuid),
  claims: (user) => standardClaims(user),
  refreshes: () => true,
  accessToken(facts) {
    const { client_id: client, ...claims } = standardAccessToken(facts);
    const { user, sid } = facts;
    return {
      ...claims, aud: ['mcp-api', 'account'], typ: 'Bearer', azp: client, sid,
      acr: '1', realm_access: { roles: user.roles },
      resource_access: { 'mcp-api': { roles: user.permissions },
        account: { roles: ['manage-account'] } },
      ...standardClaims(user).profile, ...standardClaims(user).email,
    };
  },
  // HS512 by a key that only Keycloak has
  refreshToken({ issuer: iss, sub, client, iat, jti }) {
    const part = (value) => Buffer.from(JSON.stringify(value))
      .toString('base64url');
    return [part({ alg: 'HS512', typ: 'JWT', kid: random(16) }),
      part({ iss, sub, aud: iss, azp: client, typ: 'Refresh', iat, jti,
        exp: iat + 1800 }), random(64)].join('.');
  },
  tokenAnswer: (answer) => ({
    ...answer, 'refresh_expires_in': 1800, 'not-before-policy': 0,
  }),
};
