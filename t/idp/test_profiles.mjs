// Licensed under the Apache License, Version 2.0; see LICENSE.
// The journey of each profile, and what is its own in it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { group } from '../client/lib/tap.mjs';
import { Client } from './journey.mjs';
import { TRAITS } from './traits.mjs';

/** OpenID Connect Core 3.1.3.6 */
function hashOf(token, alg) {
  const bits = { EdDSA: 512 }[alg] ?? 256;
  const hash = createHash(`sha${bits}`).update(token).digest();
  return hash.subarray(0, hash.length / 2).toString('base64url');
}

async function discovers(client) {
  const { about, endpoints } = client;
  for (const url of [endpoints.discovery].flat()) {
    const { body } = await client.idp.request(url);
    const found = JSON.parse(body);
    assert.equal(found.issuer, about.issuer);
    assert.equal(found.authorization_endpoint, endpoints.authorization);
    assert.equal(found.token_endpoint, endpoints.token);
    assert.equal(found.jwks_uri, endpoints.keys);
    assert.equal(found.userinfo_endpoint, endpoints.userinfo);
  }
}

async function identifies(client, tokens, user) {
  const { payload, protectedHeader } = await client.verify(tokens.id_token,
    { audience: client.id });
  assert.equal(payload.sub, client.about.subjects[user]);
  assert.equal(payload.nonce, client.sent.nonce);
  assert.equal(payload.at_hash,
    hashOf(tokens.access_token, protectedHeader.alg));
}

async function isKnown(client, tokens, user) {
  const answer = await client.userinfo(tokens.access_token);
  assert.equal(answer.status, 200, answer.body);
  const { status } = await client.userinfo('another');
  assert.equal(status, 401);
  const { sub, id } = JSON.parse(answer.body);
  assert.equal(sub ?? String(id), client.about.subjects[user]);
}

async function refreshes(client, tokens) {
  const { body, status } = await client.refresh(tokens.refresh_token);
  assert.equal(status, 200, body);
  const fresh = JSON.parse(body);
  assert.notEqual(fresh.access_token, tokens.access_token);
  const answer = await client.userinfo(fresh.access_token);
  assert.equal(answer.status, 200, answer.body);
}

async function revokes(client, tokens) {
  const { status, body } = await client.post('revocation',
    { token: tokens.access_token });
  assert.equal(status, 200, body);
  const { status: after } = await client.userinfo(tokens.access_token);
  assert.equal(after, 401);
}

async function introspects(client, tokens) {
  const { body } = await client.post('introspection',
    { token: tokens.access_token });
  const { active, sub } = JSON.parse(body);
  assert.ok(active, body);
  assert.equal(sub, client.about.subjects.ada);
}

/** What a claim is in decoded tokens; undefined where there is no JWT. */
export function decoded({ access_token: access, id_token: id }) {
  const isJwt = access.split('.').length === 3 && access.startsWith('eyJ');
  return {
    access: isJwt ? decodeJwt(access) : undefined,
    accessHeader: isJwt ? decodeProtectedHeader(access) : undefined,
    id: id && decodeJwt(id),
  };
}

async function journey(g, idp, name) {
  const traits = TRAITS[name];
  const client = new Client(idp, name, { scope: traits.scope });
  if (client.endpoints.discovery) {
    await g.also('is discovered', () => discovers(client));
  }
  const tokens = await g.step('signs in and gives tokens', async () => {
    const found = await client.signIn(traits.parameters);
    assert.equal(found.state, client.sent.state);
    const { body, status } = await client.redeem(found.code);
    assert.equal(status, 200, body);
    return JSON.parse(body);
  });
  if (traits.openid !== false) {
    await g.also('the id_token is good', () =>
      identifies(client, tokens, 'ada'));
  }
  await g.also('userinfo says who it is', () =>
    isKnown(client, tokens, 'ada'));
  if (tokens.refresh_token) {
    await g.also('refreshes', () => refreshes(client, tokens));
  }
  if (client.endpoints.introspection) {
    await g.also('introspects', () => introspects(client, tokens));
  }
  for (const [what, test] of Object.entries(traits.own)) {
    await g.also(what, () => test({ client, tokens, ...decoded(tokens) }));
  }
  if (client.endpoints.revocation) {
    await g.also('revokes', () => revokes(client, tokens));
  }
}

export async function profileTests(idp, names) {
  for (const name of names) {
    await group(name, 30, (g) => journey(g, idp, name));
    await idp.tell('reset', { profile: name });
  }
}
