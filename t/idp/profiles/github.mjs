// Licensed under the Apache License, Version 2.0; see LICENSE.
// GitHub: OAuth 2.0 in its own way. The token endpoint answers with a form
// unless JSON is asked for, and with 200 whatever happens; the callback has an
// iss that no document of it announces to those who sign users in.

import { random } from './standard.mjs';

const site = 'https://github.com/login/oauth';
const ERRORS = {
  invalid_grant: 'bad_verification_code',
  invalid_client: 'incorrect_client_credentials',
};

function unlessWelcome(ctx) {
  if (ctx.get('User-Agent')) return undefined;
  ctx.status = 403;
  return 'Request forbidden by administrative rules. Please make sure your '
    + 'request has a User-Agent header';
}

export default {
  issuer: site,
  endpoints: {
    authorization: `${site}/authorize`,
    token: `${site}/access_token`,
    userinfo: 'https://api.github.com/user',
    emails: 'https://api.github.com/user/emails',
  },
  openid: false,
  issParameter: 'right',
  scopes: ['read:user', 'user:email', 'read:org'],
  sid: false,
  subject: (user) => String(user.number),
  refreshes: () => false,
  accessTokenForm: () => 'opaque',
  opaque: () => `gho_${random(27)}`,
  formUnlessJson: true,
  tokenAnswer: ({ access_token, token_type, scope }) => ({
    access_token, scope: scope.replaceAll(' ', ','),
    token_type: token_type.toLowerCase(),
  }),
  tokenError: (status, answer) => ({
    status: 200,
    answer: { ...answer, error: ERRORS[answer.error] ?? answer.error },
  }),
  userinfo: ({ user }, ctx) => unlessWelcome(ctx) ?? ({
    login: user.id, id: user.number, node_id: `MDQ6VXNlcg${user.number}`,
    avatar_url: user.picture, type: 'User', name: user.name,
    // bob shows his address to nobody
    email: user.email_verified ? user.email : null,
    two_factor_authentication: user.tfa,
  }),
  emails: ({ user }, ctx) => unlessWelcome(ctx) ?? [
    { email: `${user.number}+${user.id}@users.noreply.github.com`,
      primary: false, verified: true, visibility: null },
    { email: user.email, primary: true, verified: user.email_verified,
      visibility: 'private' },
  ],
};
