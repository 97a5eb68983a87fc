// Licensed under the Apache License, Version 2.0; see LICENSE.
// OAuth 2.0 and nothing more: no discovery, no id_token, opaque tokens.

const site = 'https://oauth.example.com';

export default {
  // never said to anybody
  issuer: site,
  endpoints: {
    authorization: `${site}/oauth/authorize`,
    token: `${site}/oauth/token`,
    userinfo: `${site}/api/me`,
    revocation: `${site}/oauth/revoke`,
  },
  openid: false,
  scopes: ['basic', 'write'],
  sid: false,
  subject: (user) => `u${user.number}`,
  refreshes: () => true,
  accessTokenForm: () => 'opaque',
  userinfo: ({ user }) => ({
    id: `u${user.number}`, login: user.id, display_name: user.name,
    mail: user.email, teams: user.groups,
  }),
};
