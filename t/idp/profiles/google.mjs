// Licensed under the Apache License, Version 2.0; see LICENSE.
// Google: endpoints on four hosts, opaque access tokens, no offline_access but
// access_type=offline, and again only with prompt=consent; iss in the callback,
// of which its discovery document says nothing.

import { random, standardClaims } from './standard.mjs';

const issuer = 'https://accounts.google.com';

export default {
  issuer,
  endpoints: {
    discovery: `${issuer}/.well-known/openid-configuration`,
    authorization: `${issuer}/o/oauth2/v2/auth`,
    token: 'https://oauth2.googleapis.com/token',
    userinfo: 'https://openidconnect.googleapis.com/v1/userinfo',
    keys: 'https://www.googleapis.com/oauth2/v3/certs',
    revocation: 'https://oauth2.googleapis.com/revoke',
  },
  scopes: ['openid', 'profile', 'email'],
  unknownScope: 'page',
  sid: false,
  issParameter: 'right',
  discovery: { authorization_response_iss_parameter_supported: null },
  rotation: 'off',
  subject: (user) => `11${user.number}`.padEnd(21, '0'),
  claims(user) {
    const { preferred_username: none, ...profile } =
      standardClaims(user).profile;
    return {
      openid: {}, profile, email: { ...standardClaims(user).email,
        hd: 'example.com' },
    };
  },
  refreshes: ({ params, prompts }) => params.access_type === 'offline'
    && prompts.includes('consent'),
  accessTokenForm: () => 'opaque',
  opaque: () => `ya29.${random(120)}`,
  refreshToken: () => `1//0${random(70)}`,
};
