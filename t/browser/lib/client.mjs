// Licensed under the Apache License, Version 2.0; see LICENSE.
// An OAuth client of the tests: registers, asks, and redeems.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { secrets } from '../../client/lib/demo.mjs';

const secret = () => randomBytes(32).toString('base64url');

async function json(url, init) {
  const response = await fetch(url, init);
  const text = await response.text();
  assert.ok(response.ok, `${url}: ${response.status} ${text}`);
  return JSON.parse(text);
}

export class Client {
  static async register(server, redirectUri, name = 'Browser test') {
    const it = new Client();
    const metadata = await json(
      `${server.issuer}/.well-known/oauth-authorization-server`);
    const registered = await json(metadata.registration_endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        client_name: name, redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
      }),
    });
    return Object.assign(it, {
      server, metadata, redirectUri, name, id: registered.client_id,
    });
  }

  /** A new authorization request: its URL, and what to check it by. */
  ask(extra = {}) {
    const verifier = secret();
    secrets.add(verifier);
    const state = secret();
    const url = new URL(this.metadata.authorization_endpoint);
    url.search = new URLSearchParams({
      response_type: 'code', client_id: this.id, state,
      redirect_uri: this.redirectUri, resource: this.server.mcp,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256', ...extra,
    });
    return { url: url.href, state, verifier };
  }

  /** The answer at the redirect URI is for this request. */
  check(asked, answer) {
    const url = new URL(answer);
    assert.equal(url.href.split('?')[0], this.redirectUri);
    assert.deepEqual(url.searchParams.getAll('state'), [asked.state]);
    assert.deepEqual(url.searchParams.getAll('iss'), [this.server.issuer]);
    return url.searchParams;
  }

  redeem(asked, code) {
    return fetch(this.metadata.token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code', code, client_id: this.id,
        redirect_uri: this.redirectUri, code_verifier: asked.verifier,
        resource: this.server.mcp,
      }),
    });
  }

  async redeems(asked, answer) {
    const code = this.check(asked, answer).get('code');
    assert.ok(code, `no code in ${answer}`);
    secrets.add(code);
    const response = await this.redeem(asked, code);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.ok(JSON.parse(text).access_token, text);
  }
}
