// Licensed under the Apache License, Version 2.0; see LICENSE.
// Supabase Auth: an issuer with a path, the well-known of RFC 8414 in front of
// it; user_metadata is what the users write themselves; a refresh is refused in
// the words of its other endpoints.

import { standardAccessToken } from './standard.mjs';

const site = 'https://abcdefghijklmnop.supabase.co';
const issuer = `${site}/auth/v1`;

export default {
  issuer,
  argument: 'abcdefghijklmnop',
  endpoints: {
    discovery: [`${site}/.well-known/oauth-authorization-server/auth/v1`,
      `${issuer}/.well-known/openid-configuration`],
    authorization: `${issuer}/oauth/authorize`,
    token: `${issuer}/oauth/token`,
    userinfo: `${issuer}/oauth/userinfo`,
    keys: `${issuer}/.well-known/jwks.json`,
  },
  alg: 'ES256',
  scopes: ['openid', 'profile', 'email', 'phone'],
  unknownScope: 'redirect',
  sid: false,
  tokenType: 'JWT',
  claims: ({ id, name, email, email_verified, picture }) => ({
    openid: {},
    profile: { name, picture, preferred_username: id },
    email: { email, email_verified },
  }),
  refreshes: () => true,
  tokenError(status, answer, endpoint) {
    if (endpoint !== 'refresh' || answer.error !== 'invalid_grant') {
      return { status, answer };
    }
    return {
      status, answer: { code: status, error_code: 'refresh_token_not_found',
        msg: 'Invalid Refresh Token: Refresh Token Not Found' },
    };
  },
  accessToken(facts) {
    const { user, iat, sid } = facts;
    return {
      ...standardAccessToken(facts), aud: 'authenticated',
      role: 'authenticated', aal: 'aal1', email: user.email, phone: '',
      amr: [{ method: 'password', timestamp: iat }], session_id: sid,
      is_anonymous: false,
      app_metadata: { provider: 'email', roles: user.roles },
      // a user may write anything here, this too
      user_metadata: {
        full_name: user.name, avatar_url: user.picture, roles: ['owner'],
      },
    };
  },
};
