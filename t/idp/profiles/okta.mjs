// Licensed under the Apache License, Version 2.0; see LICENSE.
// Okta with a custom authorization server: scp is an array, cid the client,
// and the subject of an access token the login name.

import { random, standardClaims } from './standard.mjs';

const site = 'https://example.okta.com';
const issuer = `${site}/oauth2/default`;

export default {
  issuer,
  argument: 'example.okta.com',
  endpoints: {
    discovery: [`${issuer}/.well-known/openid-configuration`,
      `${issuer}/.well-known/oauth-authorization-server`,
      `${site}/.well-known/oauth-authorization-server/oauth2/default`],
    authorization: `${issuer}/v1/authorize`,
    token: `${issuer}/v1/token`,
    userinfo: `${issuer}/v1/userinfo`,
    keys: `${issuer}/v1/keys`,
    introspection: `${issuer}/v1/introspect`,
    revocation: `${issuer}/v1/revoke`,
    end_session: `${issuer}/v1/logout`,
  },
  unknownScope: 'redirect',
  sid: false,
  issParameter: 'right',
  rotation: 'same',
  tokenType: 'JWT',
  subject: (user) => `00u${user.uuid.replaceAll('-', '').slice(0, 17)}`,
  claims: (user) => standardClaims(user,
    { ver: 1, groups: user.groups, idp: '00o1example' }),
  accessToken: ({ user, sub, client, scopes, iat, exp }) => ({
    ver: 1, jti: `AT.${random(32)}`, iss: issuer, aud: 'api://default', iat,
    exp, cid: client, uid: sub, scp: scopes, auth_time: iat, sub: user.email,
    groups: user.groups,
  }),
};
