// Licensed under the Apache License, Version 2.0; see LICENSE.
// What is its own in each profile. own: {what: test of a sign-in}, which gets
// the client, its tokens, and the claims of JWTs in them.

import assert from 'node:assert/strict';

async function userinfoOf({ client, tokens }) {
  const { body } = await client.userinfo(tokens.access_token);
  return JSON.parse(body);
}

async function refusesScope({ client }) {
  const scope = `${client.scope} no:such`;
  const { error } = await client.signIn({ scope });
  assert.equal(error, 'invalid_scope');
}

const has = (claims, wanted) => assert.deepEqual(Object.fromEntries(
  Object.keys(wanted).map((name) => [name, claims[name]])), wanted);

const hasNot = (claims, ...names) => assert.deepEqual(
  names.filter((name) => name in claims), []);

const auth0 = {
  parameters: { audience: 'https://api.example.com' },
  scope: 'openid profile email offline_access read:todos',
  own: {
    'the audience makes the access token a JWT': ({ access, accessHeader }) => {
      has(access, {
        'aud': ['https://api.example.com',
          'https://example.us.auth0.com/userinfo'],
        'permissions': ['read:todos', 'write:todos'], 'azp': 'mcp-gateway',
        'https://app.example.com/roles': ['admin', 'editor'],
        'scope': 'openid profile email offline_access read:todos',
      });
      assert.equal(accessHeader.typ, 'JWT');
    },
    'the e-mail stands in the id_token alone': ({ access, id }) => {
      assert.equal(id.email, 'ada@example.com');
      hasNot(access, 'email', 'name');
    },
    'without one it is opaque, in five parts': async ({ client }) => {
      const { access_token: token } = await client.tokens();
      assert.match(token, /^eyJhbGciOiJkaXIi/);
      assert.equal(token.split('.').length, 5);
      assert.equal((await client.userinfo(token)).status, 200);
    },
    'who asks for no scope gets that of the API': async ({ client }) => {
      const { access_token: token, id_token: id } = await client.tokens({
        audience: 'https://api.example.com', scope: undefined,
        nonce: undefined,
      });
      const { payload } = await client.verify(token);
      has(payload, { aud: 'https://api.example.com', scope: 'read:todos' });
      assert.equal(id, undefined);
    },
    'no offline_access, no refresh token': async ({ client }) => {
      const tokens = await client.tokens({ scope: 'openid' });
      assert.equal(tokens.refresh_token, undefined);
    },
    'a refresh gives no other refresh token': async ({ client, tokens }) => {
      const { body } = await client.refresh(tokens.refresh_token);
      hasNot(JSON.parse(body), 'refresh_token');
    },
  },
};

const authentik = {
  own: {
    'the audience is the client': ({ access }) =>
      has(access, { aud: 'mcp-gateway', groups: ['staff', 'engines'] }),
    'no address was verified': ({ id }) => has(id, {
      email: 'ada@example.com', email_verified: false,
    }),
    'entitlements by a scope of their own': async ({ client, id }) => {
      hasNot(id, 'entitlements');
      const { id_token: token } = await client.tokens({
        scope: 'openid entitlements no-such-scope' });
      const { payload } = await client.verify(token);
      has(payload, { entitlements: ['read:todos', 'write:todos'] });
    },
  },
};

const clerk = {
  own: {
    'access tokens are opaque': ({ tokens }) =>
      assert.match(tokens.access_token, /^oat_/),
    'a scope it does not know is refused': refusesScope,
    'JWTs of it have no audience': async ({ client }) => {
      await client.set({ access_token_form: 'jwt' });
      const { access_token: token } = await client.tokens();
      const { payload, protectedHeader } = await client.verify(token);
      hasNot(payload, 'aud', 'email');
      assert.match(payload.jti, /^oat_/);
      assert.equal(protectedHeader.typ, 'at+jwt');
    },
  },
};

const cognito = {
  scope: 'openid profile email',
  own: {
    'access tokens have no audience': async ({ client, tokens }) => {
      const { payload } = await client.verify(tokens.access_token);
      hasNot(payload, 'aud');
      has(payload, { token_use: 'access', client_id: 'mcp-gateway' });
    },
    'the id_token says what it is': ({ id }) => has(id, {
      'token_use': 'id', 'cognito:username': 'ada', 'email_verified': true,
    }),
    'in userinfo true is text': async (about) => has(await userinfoOf(about),
      { email_verified: 'true', username: 'ada' }),
    'offline_access is refused': async ({ client }) => {
      const found = await client.signIn({ scope: 'openid offline_access' });
      assert.equal(found.error, 'invalid_scope');
    },
    'a refresh gives no other refresh token': async ({ client, tokens }) => {
      const { body } = await client.refresh(tokens.refresh_token);
      hasNot(JSON.parse(body), 'refresh_token');
    },
  },
};

const entra = {
  own: {
    'discovery is silent about PKCE': async ({ client }) =>
      hasNot(await client.json('discovery'),
        'code_challenge_methods_supported'),
    'resource is refused': async ({ client }) => {
      const found = await client.signIn({ resource: 'https://localhost/mcp' });
      assert.equal(found.error, 'invalid_request');
      assert.match(found.error_description, /^AADSTS901002/);
    },
    'at the token endpoint, too': async ({ client, tokens }) => {
      const { status, body } = await client.post('token', {
        grant_type: 'refresh_token', refresh_token: tokens.refresh_token,
        resource: 'https://localhost/mcp',
      });
      assert.equal(status, 400);
      assert.match(body, /AADSTS901002/);
    },
    'the user has oid and tid, and a login name': ({ id }) => has(id, {
      oid: '0a1b2c3d-1815-4812-9a5e-c0ffee000001',
      tid: '9188040d-6c67-4c5b-b112-36a304b66dad',
      preferred_username: 'ada@example.com', roles: ['admin', 'editor'],
    }),
    'scp is text': ({ access }) =>
      has(access, { scp: 'openid profile email' }),
  },
};

const github = {
  openid: false,
  scope: 'read:user user:email',
  own: {
    'access tokens are opaque': ({ tokens }) => {
      assert.match(tokens.access_token, /^gho_/);
      assert.equal(tokens.scope, 'read:user,user:email');
      hasNot(tokens, 'refresh_token', 'id_token', 'expires_in');
    },
    'answers with a form unless JSON is asked for': async ({ client }) => {
      const { code } = await client.signIn();
      const { headers, body } = await client.redeem(code,
        { headers: { Accept: '*/*' } });
      assert.match(headers.get('content-type'), /^application\/x-www-form/);
      assert.match(body, /^access_token=gho_.*&token_type=bearer/);
    },
    'iss is in the answer': async ({ client }) => {
      const { iss } = await client.signIn();
      assert.equal(iss, 'https://github.com/login/oauth');
    },
    'errors come with 200': async ({ client }) => {
      const { status, body } = await client.redeem('none');
      assert.equal(status, 200);
      has(JSON.parse(body), { error: 'bad_verification_code' });
    },
    'the id is a number': async (about) => has(await userinfoOf(about),
      { id: 1815, login: 'ada', email: 'ada@example.com' }),
    'wants a User-Agent': async ({ client, tokens }) => {
      const { status } = await client.get('userinfo',
        { Authorization: `Bearer ${tokens.access_token}` });
      assert.equal(status, 403);
    },
    'knows more addresses': async ({ client, tokens }) => {
      const addresses = await client.json('emails', { 'User-Agent': 'test',
        'Authorization': `token ${tokens.access_token}` });
      assert.ok(addresses.find((each) => each.primary).verified);
    },
    'a hidden address is null': async ({ client }) => {
      await client.idp.tell('end_sessions', { profile: 'github' });
      client.browser.user = 'bob';
      const tokens = await client.tokens();
      has(await userinfoOf({ client, tokens }), { email: null, id: 1956 });
    },
  },
};

const google = {
  scope: 'openid profile email',
  parameters: { access_type: 'offline', prompt: 'consent' },
  own: {
    'access tokens are opaque': ({ tokens }) =>
      assert.match(tokens.access_token, /^ya29\./),
    'prompt=consent showed a page': ({ client }) => assert.ok(
      client.browser.trail.some((each) => each.includes('wants openid'))),
    'no refresh token without access_type': async ({ client }) => {
      hasNot(await client.tokens(), 'refresh_token');
      hasNot(await client.tokens({ access_type: 'offline' }),
        'refresh_token');
      hasNot(await client.tokens({ prompt: 'consent' }), 'refresh_token');
    },
    'iss is in the answer, and nobody says so': async ({ client }) => {
      const { iss } = await client.signIn();
      assert.equal(iss, 'https://accounts.google.com');
      hasNot(await client.json('discovery'),
        'authorization_response_iss_parameter_supported');
    },
    'each host has its own endpoint': async ({ client }) => {
      const { status } = await client.idp.request(
        'https://accounts.google.com/token');
      assert.equal(status, 404);
    },
    'offline_access is refused, on a page': async ({ client }) => {
      const { status, body } = await client.idp.request(
        client.authorizationUrl({ scope: 'openid offline_access' }));
      assert.equal(status, 400);
      assert.match(body, /invalid_scope/);
    },
  },
};

const keycloak = {
  own: {
    'a key for encryption is among the others': async ({ client }) => {
      const { keys } = await client.json('keys');
      assert.deepEqual(keys.map(({ use, alg }) => `${use} ${alg}`).sort(),
        ['enc RSA-OAEP', 'sig RS256']);
    },
    'roles by realm and by client': ({ access }) => has(access, {
      aud: ['mcp-api', 'account'], typ: 'Bearer', azp: 'mcp-gateway',
      realm_access: { roles: ['admin', 'editor'] },
      preferred_username: 'ada', email: 'ada@example.com',
    }),
    'the refresh token is a JWT': ({ tokens }) => {
      const [, payload] = tokens.refresh_token.split('.');
      has(JSON.parse(Buffer.from(payload, 'base64url')), { typ: 'Refresh' });
    },
    'an old refresh token stays good': async ({ client, tokens }) => {
      const { status } = await client.refresh(tokens.refresh_token);
      assert.equal(status, 200);
    },
    'iss is in the answer': async ({ client }) => {
      const { iss } = await client.signIn();
      assert.equal(iss, 'https://sso.example.com/realms/staff');
    },
  },
};

const oauth2 = {
  openid: false,
  scope: 'basic',
  own: {
    'no id_token': ({ tokens }) => hasNot(tokens, 'id_token'),
    'nonce does not matter, nor openid': async ({ client }) => {
      const tokens = await client.tokens({ scope: 'openid basic' });
      assert.ok(tokens.access_token);
      hasNot(tokens, 'id_token');
    },
    'no discovery': async ({ client }) => {
      const { status } = await client.idp.request(
        'https://oauth.example.com/.well-known/openid-configuration');
      assert.equal(status, 404);
    },
  },
};

const oidc = {
  own: {
    'iss is in the answer': async ({ client }) => {
      const { iss } = await client.signIn();
      assert.equal(iss, 'https://op.example.com');
    },
    'a subject, a name beyond ASCII': async ({ client }) => {
      await client.idp.tell('end_sessions', { profile: 'oidc' });
      client.browser.user = 'bob';
      const { id_token: token } = await client.tokens();
      const { payload } = await client.verify(token);
      has(payload, { sub: 'ldap|people:bob@2', name: 'Bób Ünïcöde 北京' });
    },
  },
};

const okta = {
  own: {
    'scp is an array, cid the client': ({ access, id }) => {
      has(access, {
        aud: 'api://default', cid: 'mcp-gateway', uid: id.sub,
        sub: 'ada@example.com',
        scp: ['openid', 'profile', 'email', 'offline_access'],
      });
      hasNot(access, 'scope');
    },
    'a scope it does not know is refused': refusesScope,
    'a refresh gives the same refresh token': async ({ client, tokens }) => {
      const { body } = await client.refresh(tokens.refresh_token);
      has(JSON.parse(body), { refresh_token: tokens.refresh_token });
    },
  },
};

const pingone = {
  own: {
    'name and e-mail are in userinfo alone': async (about) => {
      hasNot(about.id, 'name', 'email');
      has(about.id, { 'p1.roles': ['admin', 'editor'] });
      has(await userinfoOf(about), { email: 'ada@example.com' });
    },
    'the audience is its API': ({ access }) =>
      has(access, { aud: ['https://api.pingone.com'] }),
  },
};

const scalekit = {
  parameters: { resource: 'https://localhost/mcp' },
  own: {
    'the audience is the resource': ({ access }) => has(access, {
      aud: ['https://localhost/mcp'], org_id: 'org_analytical',
      permissions: ['read:todos', 'write:todos'],
    }),
  },
};

const supabase = {
  scope: 'openid profile email',
  own: {
    'the audience says that one is signed in': ({ access, accessHeader }) => {
      has(access, {
        aud: 'authenticated', role: 'authenticated', aal: 'aal1',
        app_metadata: { provider: 'email', roles: ['admin', 'editor'] },
      });
      assert.equal(access.user_metadata.full_name, 'Ada Lovelace');
      assert.equal(accessHeader.alg, 'ES256');
    },
    'offline_access is refused': async ({ client }) => {
      const found = await client.signIn({ scope: 'openid offline_access' });
      assert.equal(found.error, 'invalid_scope');
    },
    'a refresh is refused in its own words': async ({ client }) => {
      const { status, body } = await client.refresh('none');
      assert.equal(status, 400);
      has(JSON.parse(body), { code: 400, error: undefined,
        error_code: 'refresh_token_not_found' });
    },
  },
};

const workos = {
  parameters: { resource: 'https://localhost/mcp' },
  own: {
    'the audience is the resource': ({ access }) => {
      has(access, {
        aud: 'https://localhost/mcp', role: 'admin',
        roles: ['admin', 'editor'], org_id: 'org_analytical',
      });
      hasNot(access, 'client_id', 'email');
    },
    'without one it is the client': async ({ client }) => {
      const { access_token: token } = await client.tokens();
      const { payload } = await client.verify(token);
      assert.equal(payload.aud, 'mcp-gateway');
    },
    'name and e-mail are in the id_token': ({ id }) => {
      has(id, { name: 'Ada Lovelace', email: 'ada@example.com' });
      hasNot(id, 'roles', 'permissions');
    },
  },
};

export const TRAITS = {
  auth0, authentik, clerk, cognito, entra, github, google, keycloak, oauth2,
  oidc, okta, pingone, scalekit, supabase, workos,
};
