// Licensed under the Apache License, Version 2.0; see LICENSE.
// Each quirk of quirks.mjs does what it says, and none is left out.

import assert from 'node:assert/strict';
import { createHmac, createPublicKey } from 'node:crypto';
import { compactDecrypt, decodeJwt, decodeProtectedHeader, exportJWK,
  generateKeyPair } from 'jose';
import { group } from '../client/lib/tap.mjs';
import { CALLBACK, Client } from './journey.mjs';
import { QUIRKS } from './quirks.mjs';

const ms = async (fn) => {
  const start = performance.now();
  await fn();
  return performance.now() - start;
};

// -- answers that do not come ------------------------------------------------

const network = {
  async delay(client) {
    const { refresh_token: token } = await client.tokens();
    await client.set({ delay: { refresh: 0.3 } });
    assert.ok(await ms(() => client.refresh(token)) >= 290, 'refresh is slow');
    assert.ok(await ms(() => client.redeem('none')) < 290, 'token is not');
  },
  async down(client) {
    await client.set({ down: { keys: 'close', userinfo: 503 } });
    await assert.rejects(client.get('keys'), { code: 'ECONNRESET' });
    assert.equal((await client.userinfo('x')).status, 503);
    assert.equal((await client.get('discovery')).status, 200);
    await client.set({ down: { keys: 'hang' } });
    await assert.rejects(client.idp.request(client.endpoints.keys,
      { seconds: 0.2 }), { name: 'AbortError' });
    await client.set({ down: null });
    assert.equal((await client.get('keys')).status, 200);
  },
  async missing(client) {
    await client.set({ missing: ['/.well-known/oauth-auth'] });
    const statuses = await Promise.all(client.endpoints.discovery.map(
      async (url) => (await client.idp.request(url)).status));
    assert.deepEqual(statuses, [200, 404]);
  },
  async error(client) {
    await client.set({ error: {
      token: { error: 'server_error', status: 500 }, refresh: 'invalid_grant',
      authorization: 'temporarily_unavailable',
    } });
    const found = await client.signIn();
    assert.equal(found.error, 'temporarily_unavailable');
    assert.equal(found.state, client.sent.state);
    assert.equal((await client.redeem('none')).status, 500);
    const { status, body } = await client.refresh('none');
    assert.equal(`${status} ${JSON.parse(body).error}`, '400 invalid_grant');
  },
  async headers(client) {
    await client.set({ down: { discovery: 302 }, headers: {
      keys: { 'Cache-Control': 'max-age=7' },
      discovery: { Location: 'https://attacker.example/' },
    } });
    const { headers } = await client.get('keys');
    assert.equal(headers.get('cache-control'), 'max-age=7');
    const moved = await client.get('discovery');
    assert.equal(moved.status, 302);
    assert.equal(moved.headers.get('location'), 'https://attacker.example/');
  },
  async client_auth(client) {
    for (const [method, other] of [['basic', 'post'], ['post', 'basic']]) {
      await client.set({ client_auth: [`client_secret_${method}`] });
      const { code } = await client.signIn();
      const refused = await client.redeem(code, { method: other });
      assert.equal(refused.status, 401);
      assert.equal(JSON.parse(refused.body).error, 'invalid_client');
      const { status, body } = await client.redeem(code, { method });
      assert.equal(status, 200, body);
    }
  },
};

// -- documents and the way back ----------------------------------------------

const documents = {
  async discovery(client) {
    await client.set({ discovery: { issuer: 'https://attacker.example',
      userinfo_endpoint: null } });
    const { issuer, userinfo_endpoint: userinfo } =
      await client.json('discovery');
    assert.equal(issuer, 'https://attacker.example');
    assert.equal(userinfo, undefined);
  },
  async keys(client) {
    await client.set({ keys: { keys: [] } });
    assert.deepEqual(await client.json('keys'), { keys: [] });
  },
  async iss_parameter(client) {
    const supported = 'authorization_response_iss_parameter_supported';
    for (const [quirk, iss, announced] of [
      ['right', client.about.issuer, true],
      ['wrong', 'https://attacker.example', true],
      ['missing', undefined, true], ['off', undefined, undefined]]) {
      await client.set({ iss_parameter: quirk });
      assert.equal((await client.signIn()).iss, iss);
      assert.equal((await client.json('discovery'))[supported], announced);
    }
  },
  async callback(client) {
    await client.set({ callback: { state: 'another', iss: null } });
    const { code, state, iss } = await client.signIn();
    assert.ok(code);
    assert.equal(state, 'another');
    assert.equal(iss, undefined);
  },
};

// -- what a tenant of Auth0 can turn on ---------------------------------------

const API = 'https://localhost/mcp';

const tenant = {
  async registration({ idp }) {
    const client = new Client(idp, 'auth0', { scope: 'openid' });
    const { registration_endpoint: url } = await client.json('discovery');
    const register = () => idp.request(url, {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        client_name: 'An app', redirect_uris: [CALLBACK],
        token_endpoint_auth_method: 'none',
      }),
    });
    assert.equal((await register()).status, 403);
    await client.set({ registration: 'on' });
    const { status, body } = await register();
    assert.equal(status, 201, body);
    client.id = JSON.parse(body).client_id;
    assert.equal(JSON.parse(body).client_secret, undefined);
    const { code } = await client.signIn();
    const redeemed = await client.redeem(code, { method: 'none' });
    assert.equal(redeemed.status, 200, redeemed.body);
    const [request] = await client.requests('registration');
    assert.equal(request.form.client_name, 'An app');
  },
  async apis({ idp }) {
    const client = new Client(idp, 'auth0', { scope: 'openid' });
    const audience = async (more) => {
      const { access_token: token } = await client.tokens(more);
      assert.ok(token, 'no token');
      return decodeJwt(token).aud[0];
    };
    // an opaque token
    await assert.rejects(audience({ resource: API }),
      { code: 'ERR_JWT_INVALID' });
    await client.set({ apis: [API, 'urn:todos-api'] });
    assert.equal(await audience({ resource: API }), API);
    assert.equal(await audience({ resource: API, audience: 'urn:todos-api' }),
      'urn:todos-api');
    const { error, error_description: why } =
      await client.signIn({ resource: 'https://localhost/other' });
    assert.equal(error, 'access_denied');
    assert.match(why, /^Service not found: /);
  },
};

// -- id_tokens ---------------------------------------------------------------

async function idToken(client) {
  const { id_token: token } = await client.tokens();
  return token;
}

async function rejects(client, code, quirk) {
  await client.set(quirk);
  await assert.rejects(client.verify(await idToken(client),
    { audience: client.id }), { code });
}

function signedBy(token, secret) {
  const [header, payload, signature] = token.split('.');
  assert.equal(decodeProtectedHeader(token).alg, 'HS256');
  return signature === createHmac('sha256', secret)
    .update(`${header}.${payload}`).digest('base64url');
}

const idTokens = {
  async id_token(client) {
    const patch = (id_token) => ({ id_token });
    await rejects(client, 'ERR_JWT_CLAIM_VALIDATION_FAILED',
      patch({ iss: 'https://attacker.example' }));
    await rejects(client, 'ERR_JWT_CLAIM_VALIDATION_FAILED',
      patch({ aud: 'another' }));
    await rejects(client, 'ERR_JWT_EXPIRED', patch({ exp: { $now: -60 } }));
    await client.set(patch({ nonce: null, sub: null }));
    const { payload } = await client.verify(await idToken(client));
    assert.deepEqual([payload.nonce, payload.sub], [undefined, undefined]);
  },
  async id_token_header(client) {
    await rejects(client, 'ERR_JWKS_NO_MATCHING_KEY',
      { id_token_header: { kid: 'unknown' } });
  },
  async id_token_alg(client) {
    for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
      await client.set({ id_token_alg: alg });
      const { protectedHeader } = await client.verify(await idToken(client));
      assert.equal(protectedHeader.alg, alg);
      assert.deepEqual((await client.json('discovery'))
        .id_token_signing_alg_values_supported, [alg]);
    }
    await client.set({ id_token_alg: 'none' });
    const token = await idToken(client);
    assert.ok(token.endsWith('.'));
    assert.equal(decodeProtectedHeader(token).alg, 'none');
    await client.set({ id_token_alg: 'HS256-secret' });
    assert.ok(signedBy(await idToken(client), 'gateway-secret'));
    await client.set({ id_token_alg: 'HS256' });
    const { keys } = await client.json('keys');
    const key = createPublicKey({ key: keys.find(({ alg }) => alg === 'RS256'),
      format: 'jwk' });
    assert.ok(signedBy(await idToken(client),
      key.export({ type: 'spki', format: 'pem' })));
  },
  async id_token_key(client) {
    await rejects(client, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      { id_token_key: 'stranger' });
  },
  async id_token_encryption(client) {
    const { publicKey, privateKey } = await generateKeyPair('RSA-OAEP');
    const jwk = { ...await exportJWK(publicKey), kid: 'ours' };
    for (const enc of ['A256GCM', 'A128CBC-HS256']) {
      await client.set({ id_token_encryption: { jwk, enc } });
      const { plaintext, protectedHeader } = await compactDecrypt(
        await idToken(client), privateKey);
      assert.deepEqual(protectedHeader,
        { alg: 'RSA-OAEP', enc, cty: 'JWT', kid: 'ours' });
      await client.verify(plaintext, { audience: client.id });
    }
  },
};

// -- the other tokens --------------------------------------------------------

const tokens = {
  async access_token(client) {
    await client.set({ access_token_form: 'jwt',
      access_token: { aud: 'https://localhost/mcp', client_id: null } });
    const { access_token: token } = await client.tokens();
    const { payload } = await client.verify(token,
      { audience: 'https://localhost/mcp' });
    assert.equal(payload.client_id, undefined);
  },
  async access_token_form(client) {
    await client.set({ access_token_form: 'opaque' });
    const { access_token: token } = await client.tokens();
    assert.throws(() => decodeJwt(token));
    assert.equal((await client.userinfo(token)).status, 200);
  },
  async claims(client) {
    await client.set({ claims: { ada: { roles: ['clerk'], email: null } } });
    const { roles, email } = decodeJwt(await idToken(client));
    assert.deepEqual(roles, ['clerk']);
    assert.equal(email, undefined);
  },
  async userinfo(client) {
    const { access_token: token } = await client.tokens();
    await client.set({ userinfo: { sub: 'somebody else' } });
    const { sub } = JSON.parse((await client.userinfo(token)).body);
    assert.equal(sub, 'somebody else');
  },
  async userinfo_alg(client) {
    await client.set({ userinfo_alg: 'ES256', userinfo: { name: 'A' } });
    const { access_token: token } = await client.tokens();
    const { headers, body } = await client.userinfo(token);
    assert.match(headers.get('content-type'), /^application\/jwt/);
    const { payload } = await client.verify(body, { audience: client.id });
    assert.equal(payload.name, 'A');
    assert.equal(payload.sub, client.about.subjects.ada);
  },
  async token_answer(client) {
    await client.set({ token_answer: { token_type: 'mac', id_token: null } });
    const answer = await client.tokens();
    assert.equal(answer.token_type, 'mac');
    assert.equal(answer.id_token, undefined);
  },
  async token_form(client) {
    const wanted = {
      form: (text) => /^access_token=[^&]+&expires_in=3600&/.test(text),
      html: (text) => text.startsWith('<!doctype html>'),
      huge: (text) => JSON.parse(text).padding.length === 8 << 20,
      duplicate: (text) =>
        /^{"access_token":"another","access_token":"[^"]+",/.test(text),
      cut: (text) => /^{"access_token":.*[^}]$/.test(text),
    };
    for (const [form, fits] of Object.entries(wanted)) {
      await client.set({ token_form: form });
      const { code } = await client.signIn();
      const { status, body } = await client.redeem(code);
      assert.equal(status, 200);
      assert.ok(fits(body), form);
    }
  },
  async seconds(client) {
    await client.set({ seconds: { access_token: 7, id_token: 8 } });
    const { expires_in: seconds, id_token: token } = await client.tokens();
    assert.equal(seconds, 7);
    const { iat, exp } = decodeJwt(token);
    assert.equal(exp - iat, 8);
  },
  async rotation(client) {
    const first = await client.tokens();
    const again = async (token) => {
      const { status, body } = await client.refresh(token);
      return { status, token: JSON.parse(body).refresh_token };
    };
    await client.set({ rotation: 'off' });
    assert.equal((await again(first.refresh_token)).token, undefined);
    await client.set({ rotation: 'same' });
    assert.equal((await again(first.refresh_token)).token,
      first.refresh_token);
    await client.set({ rotation: 'lenient' });
    const second = await again(first.refresh_token);
    assert.notEqual(second.token, first.refresh_token);
    await client.set({ rotation: 'on' });
    const third = await again(first.refresh_token);
    assert.equal(third.status, 200, 'a lenient one has not spent it');
    const reused = await again(first.refresh_token);
    assert.equal(reused.status, 400, 'reuse is refused');
    assert.equal((await again(third.token)).status, 400, 'and ends all');
  },
};

export async function quirkTests(idp) {
  const all = { ...network, ...documents, ...tenant, ...idTokens, ...tokens };
  for (const [name, test] of Object.entries(all)) {
    await idp.tell('reset');
    await group('quirk', 20, (g) => g.also(name, () =>
      test(new Client(idp, 'oidc'))));
  }
  await idp.tell('reset', { profile: 'oidc' });
  await group('quirks', 20, async (g) => {
    await g.also('all of them were tried', () => assert.deepEqual(
      Object.keys(all).sort(), Object.keys(QUIRKS).sort()));
    await g.also('what is none is refused', () => assert.rejects(
      new Client(idp, 'oidc').set({ id_tokn: {} }), /no quirk id_tokn/));
  });
}
