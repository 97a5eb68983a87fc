// Licensed under the Apache License, Version 2.0; see LICENSE.
// What happens at a provider in the course of time: sessions, keys, users,
// clients, logouts; and what the control channel tells of it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT }
  from 'jose';
import { IdpBrowser } from '../client/lib/idp.mjs';
import { group } from '../client/lib/tap.mjs';
import { Client, STOP } from './journey.mjs';
import { BROKEN } from './logout.mjs';

const pagesOf = ({ browser }) => browser.trail.filter((each) =>
  each.startsWith('POST')).length;

const sessions = {
  async 'who is signed in is not asked again'(client) {
    await client.signIn();
    await client.signIn();
    assert.equal(pagesOf(client), 1);
  },
  async 'prompt=login asks again'(client) {
    await client.signIn();
    await client.signIn({ prompt: 'login' });
    assert.equal(pagesOf(client), 2);
  },
  async 'prompt=none asks nobody'(client) {
    assert.equal((await client.signIn({ prompt: 'none' })).error,
      'login_required');
    await client.signIn();
    assert.ok((await client.signIn({ prompt: 'none' })).code);
  },
  async 'another browser is nobody yet'(client) {
    await client.signIn();
    client.browser = new IdpBrowser(client.idp, { user: 'bob' });
    const { id_token: token } = await client.tokens();
    assert.equal(decodeJwt(token).sub, client.about.subjects.bob);
  },
  async 'login_hint is written down already'(client) {
    const url = client.authorizationUrl({ login_hint: 'ada"><b>' });
    const { browser } = client;
    const page = await browser.request(url);
    const { body } = await browser.request(
      new URL(page.headers.get('location'), url));
    assert.match(body, /name="login" value="ada&quot;&gt;&lt;b&gt;"/);
  },
  async 'cancel is access_denied'(client) {
    client.browser.decision = 'cancel';
    const { error, state } = await client.signIn();
    assert.equal(error, 'access_denied');
    assert.equal(state, client.sent.state);
  },
  async 'consent can be refused'(client) {
    await client.signIn();
    client.browser.decision = 'cancel';
    assert.equal((await client.signIn({ prompt: 'consent' })).error,
      'access_denied');
  },
  async 'a browser comes from another site'(client) {
    const to = client.authorizationUrl().href;
    const server = http.createServer((request, response) =>
      response.writeHead(302, { Location: to, Connection: 'close' }).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { url } = await client.browser.go(
      `http://127.0.0.1:${server.address().port}/`, { stop: STOP });
    server.close();
    assert.equal(url.searchParams.get('state'), client.sent.state);
  },
  async 'end_sessions ends them'(client) {
    await client.signIn();
    await client.idp.tell('end_sessions', { profile: 'oidc' });
    await client.signIn();
    assert.equal(pagesOf(client), 2);
  },
};

const clients = {
  async 'a redirect URI that is not registered is no way back'(client) {
    const { status, headers } = await client.idp.request(
      client.authorizationUrl({ redirect_uri: 'https://attacker.example/' }));
    assert.equal(status, 400);
    assert.equal(headers.get('location'), null);
  },
  async 'a wrong verifier, a wrong secret'(client) {
    const { code } = await client.signIn();
    client.verifier = 'x'.repeat(43);
    const { status, body } = await client.redeem(code);
    assert.equal(`${status} ${JSON.parse(body).error}`, '400 invalid_grant');
    const refused = await client.post('token', { client_secret: 'x',
      client_id: client.id, grant_type: 'authorization_code', code },
    { method: 'none' });
    assert.equal(refused.status, 401);
  },
  async 'a code twice ends what it gave'(client) {
    const { code } = await client.signIn();
    const answer = JSON.parse((await client.redeem(code)).body);
    assert.equal((await client.redeem(code)).status, 400);
    assert.equal((await client.userinfo(answer.access_token)).status, 401);
  },
  async 'a secret that must be encoded'({ idp }) {
    const client = new Client(idp, 'oidc', { id: 'mcp-basic' });
    assert.ok((await client.tokens()).access_token);
    const { code } = await client.signIn();
    assert.equal((await client.redeem(code, { method: 'post' })).status, 401);
  },
  async 'a client that posts its secret'({ idp }) {
    const client = new Client(idp, 'oidc', { id: 'mcp-post' });
    const { code } = await client.signIn();
    assert.equal((await client.redeem(code, { method: 'basic' })).status, 401);
    const { status, body } = await client.redeem(code, { method: 'post' });
    assert.equal(status, 200, body);
  },
  async 'private_key_jwt'({ idp }) {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...await exportJWK(publicKey), kid: 'k', alg: 'ES256' };
    await idp.tell('configure', { client_keys: { keys: [jwk] } });
    const client = new Client(idp, 'oidc', { id: 'mcp-jwt' });
    const { code } = await client.signIn();
    const assertion = await new SignJWT({ jti: code })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' }).setIssuer(client.id)
      .setSubject(client.id).setAudience(client.endpoints.token)
      .setIssuedAt().setExpirationTime('1m').sign(privateKey);
    const { status, body } = await client.post('token', {
      grant_type: 'authorization_code', code, code_verifier: client.verifier,
      redirect_uri: client.sent.redirect_uri, client_assertion: assertion,
      client_assertion_type:
        'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }, { method: 'none' });
    assert.equal(status, 200, body);
    const [request] = await client.requests('token');
    assert.equal(request.authentication, 'private_key_jwt');
  },
};

const control = {
  async 'requests tells what came'(client) {
    const { refresh_token: token } = await client.tokens();
    await client.refresh(token);
    await client.post('revocation', { token });
    const [asked] = await client.requests('authorization');
    assert.equal(asked.query.nonce, client.sent.nonce);
    assert.equal(asked.query.code_challenge_method, 'S256');
    const [redeemed] = await client.requests('token');
    assert.equal(redeemed.form.code_verifier, client.verifier);
    assert.equal(redeemed.authentication, 'client_secret_basic');
    assert.equal(redeemed.client, 'mcp-gateway');
    assert.equal(redeemed.headers.host, 'op.example.com');
    const [refreshed] = await client.requests('refresh');
    assert.equal(refreshed.form.refresh_token, token);
    const [revoked] = await client.requests('revocation');
    assert.equal(revoked.form.token, token);
    assert.equal((await client.refresh(token)).status, 400);
    const issued = await client.idp.tell('issued', { profile: 'oidc' });
    assert.ok(issued.includes(redeemed.form.code) && issued.includes(token));
  },
  async 'rotate changes the keys'(client) {
    const { id_token: old } = await client.tokens();
    await client.idp.tell('rotate', { profile: 'oidc', keep: true });
    await client.verify(old);
    const { id_token: token } = await client.tokens();
    assert.notEqual(decodeProtectedHeader(token).kid,
      decodeProtectedHeader(old).kid);
    await client.verify(token);
    await client.idp.tell('rotate', { profile: 'oidc' });
    for (const each of [old, token]) {
      await assert.rejects(client.verify(each));
    }
    await client.verify((await client.tokens()).id_token);
  },
  async 'a user who is disabled'(client) {
    const tokens = await client.tokens();
    await client.idp.tell('disable', { user: 'ada' });
    const { status, body } = await client.refresh(tokens.refresh_token);
    assert.equal(`${status} ${JSON.parse(body).error}`, '400 invalid_grant');
    assert.equal((await client.userinfo(tokens.access_token)).status, 401);
    await client.idp.tell('enable', { user: 'ada' });
    assert.equal((await client.userinfo(tokens.access_token)).status, 200);
  },
  async 'mint and sign make tokens without a sign-in'({ idp }) {
    const client = new Client(idp, 'keycloak');
    const token = await idp.tell('mint', { profile: 'keycloak', user: 'bob',
      scope: 'openid read:todos' });
    const { payload } = await client.verify(token, { audience: 'mcp-api' });
    assert.equal(payload.sub, client.about.subjects.bob);
    assert.equal(payload.scope, 'openid read:todos');
    const other = await idp.tell('sign', { profile: 'keycloak',
      claims: { iss: client.about.issuer, x: 1 }, header: { typ: 'x+jwt' } });
    const verified = await client.verify(other, { typ: 'x+jwt' });
    assert.equal(verified.payload.x, 1);
  },
};

// -- back-channel logout -----------------------------------------------------

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** A site that takes one request; gives its body. */
async function site() {
  const tls = path.join(process.env.MCP_TEST_DIR, 'tls');
  const server = https.createServer({
    cert: fs.readFileSync(path.join(tls, 'server.pem')),
    key: fs.readFileSync(path.join(tls, 'server.key')),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const body = once(server, 'request').then(async ([request, response]) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    response.writeHead(204, { Connection: 'close' }).end();
    server.close();
    return text;
  });
  return { url: `https://localhost:${server.address().port}/out`, body,
    ca: path.join(tls, 'ca.pem') };
}

const logout = {
  async 'a logout token names user and session'(client) {
    const { id_token: id } = await client.tokens();
    const { token } = await client.idp.tell('logout_token',
      { profile: 'oidc', user: 'ada', sid: true });
    const { payload } = await client.verify(token,
      { audience: client.id, typ: 'logout+jwt' });
    assert.equal(payload.sub, client.about.subjects.ada);
    assert.equal(payload.sid, decodeJwt(id).sid);
    assert.deepEqual(payload.events, { [EVENT]: {} });
    assert.ok(payload.jti && payload.exp);
  },
  async 'it is posted where it shall be'(client) {
    const { url, ca, body } = await site();
    const { status, token } = await client.idp.tell('logout_token',
      { profile: 'oidc', user: 'bob', sub: false, sid: 's', url, ca });
    assert.equal(status, 204);
    assert.equal(await body, `logout_token=${token}`);
    assert.equal(decodeJwt(token).sub, undefined);
    assert.equal(decodeJwt(token).sid, 's');
  },
  async 'it can be broken in each way'(client) {
    for (const broken of Object.keys(BROKEN)) {
      const { token } = await client.idp.tell('logout_token',
        { profile: 'oidc', user: 'ada', broken });
      const good = await client.verify(token, { audience: client.id,
        typ: 'logout+jwt' }).catch(() => undefined);
      const claims = good?.payload;
      assert.ok(!claims?.iat || !claims.exp || !claims.jti || claims.nonce
        || !(claims.sub || claims.sid) || !claims.events?.[EVENT], broken);
    }
    await assert.rejects(client.idp.tell('logout_token', { profile: 'oidc',
      user: 'ada', broken: 'nicely' }), /not broken like nicely/);
  },
};

export async function lifeTests(idp) {
  const parts = { sessions, clients, control, logout };
  for (const [name, tests] of Object.entries(parts)) {
    for (const [what, test] of Object.entries(tests)) {
      await idp.tell('reset');
      await group(name, 20, (g) => g.also(what, () =>
        test(new Client(idp, 'oidc'))));
    }
  }
}
