// Licensed under the Apache License, Version 2.0; see LICENSE.
// Amazon Cognito: the hosted pages are at another host than the issuer; access
// tokens have no audience; in userinfo every value is text.

import { standardAccessToken } from './standard.mjs';

const pool = 'eu-west-1_AbCdEfGhI';
const issuer = `https://cognito-idp.eu-west-1.amazonaws.com/${pool}`;
const hosted = 'https://mcp.auth.eu-west-1.amazoncognito.com';

export default {
  issuer,
  argument: pool,
  endpoints: {
    discovery: `${issuer}/.well-known/openid-configuration`,
    authorization: `${hosted}/oauth2/authorize`,
    token: `${hosted}/oauth2/token`,
    userinfo: `${hosted}/oauth2/userInfo`,
    keys: `${issuer}/.well-known/jwks.json`,
    revocation: `${hosted}/oauth2/revoke`,
    end_session: `${hosted}/logout`,
  },
  scopes: ['openid', 'profile', 'email', 'phone'],
  unknownScope: 'redirect',
  sid: false,
  rotation: 'off',
  tokenType: undefined,
  claims: (user, use) => ({
    openid: use === 'userinfo' ? { username: user.id } : {
      token_use: 'id', 'cognito:username': user.id,
      'cognito:groups': user.groups,
    },
    profile: {
      name: user.name, given_name: user.given_name, picture: user.picture,
      family_name: user.family_name,
    },
    email: {
      email: user.email, email_verified: use === 'userinfo'
        ? String(user.email_verified) : user.email_verified,
    },
  }),
  refreshes: () => true,
  accessToken: (facts) => ({
    ...standardAccessToken(facts), token_use: 'access', version: 2,
    username: facts.user.id, 'cognito:groups': facts.user.groups,
    auth_time: facts.iat,
  }),
};
