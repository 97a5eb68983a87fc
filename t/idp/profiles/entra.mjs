// Licensed under the Apache License, Version 2.0; see LICENSE.
// Microsoft Entra ID, v2.0: refuses RFC 8707, says nothing of PKCE, has its
// userinfo at another host.

import { random, standardClaims } from './standard.mjs';

const tenant = '9188040d-6c67-4c5b-b112-36a304b66dad';
const site = `https://login.microsoftonline.com/${tenant}`;
const issuer = `${site}/v2.0`;

export default {
  issuer,
  argument: tenant,
  endpoints: {
    discovery: `${issuer}/.well-known/openid-configuration`,
    authorization: `${site}/oauth2/v2.0/authorize`,
    token: `${site}/oauth2/v2.0/token`,
    userinfo: 'https://graph.microsoft.com/oidc/userinfo',
    keys: `${site}/discovery/v2.0/keys`,
    end_session: `${site}/oauth2/v2.0/logout`,
  },
  rotation: 'lenient',
  tokenType: 'JWT',
  discovery: { code_challenge_methods_supported: null },
  subject: (user) => `AAAAAAAA${user.uuid}`,
  claims: (user, use) => ({
    ...standardClaims(user, use === 'userinfo' ? {} : {
      oid: user.uuid, tid: tenant, ver: '2.0', roles: user.roles,
    }),
    profile: {
      name: user.name,
      ...(use === 'userinfo' ? {} : { preferred_username: user.email }),
    },
    email: { email: user.email },
  }),
  accessToken: ({ user, sub, client, scopes, iat, exp }) => ({
    aud: '00000003-0000-0000-c000-000000000000', iss: issuer, iat, nbf: iat,
    exp, azp: client, azpacr: '1', name: user.name, oid: user.uuid,
    preferred_username: user.email, roles: user.roles,
    scp: scopes.filter((each) => each !== 'offline_access').join(' '),
    sub, tid: tenant, uti: random(12), ver: '2.0',
  }),
  refuse: (params) => params.resource !== undefined && ({
    error: 'invalid_request',
    error_description: "AADSTS901002: The 'resource' request parameter is not "
      + 'supported.',
  }),
};
