// Licensed under the Apache License, Version 2.0; see LICENSE.
// The Python SDK, in each of its ways to say who it is, and what it probes.

import assert from 'node:assert/strict';
import { group } from '../lib/tap.mjs';
import { App, ASM, expectStatus, PRM } from './app.mjs';

const OIDC = '/.well-known/openid-configuration';

class Python extends App {
  agent = 'python-httpx/0.28.1';
  redirect = 'http://localhost:3030/callback';
  verifierLength = 128;
  method = 'client_secret_post';

  get registration() {
    return {
      redirect_uris: [this.redirect],
      token_endpoint_auth_method: this.method,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: this.scopeAsked,
      client_name: 'Python SDK',
      // pydantic writes what is not set
      client_uri: null, logo_uri: null, contacts: null, tos_uri: null,
      policy_uri: null, jwks_uri: null, jwks: null, software_id: null,
      software_version: null,
    };
  }

  /** The challenge's, else all that the server knows; then offline_access. */
  get scopeAsked() {
    const scopes = (this.scope ?? this.server.scopes_supported.join(' '))
      .split(' ');
    if (this.server.scopes_supported.includes('offline_access')
      && !scopes.includes('offline_access')) scopes.push('offline_access');
    return scopes.join(' ');
  }

  get credentials() {
    const { client_id, client_secret } = this.client;
    const fields = { client_id };
    const headers = {};
    if (this.method === 'client_secret_post') {
      fields.client_secret = client_secret;
    }
    if (this.method === 'client_secret_basic') {
      const pair = [client_id, client_secret].map(encodeURIComponent).join(':');
      headers.Authorization = 'Basic ' + Buffer.from(pair).toString('base64');
    }
    return { fields, headers };
  }
}

async function methods(g, site) {
  for (const method of ['client_secret_post', 'client_secret_basic', 'none']) {
    await g.step(`signs in, calls and refreshes with ${method}`, async () => {
      const app = new Python(site);
      app.method = method;
      await app.signIn();
      assert.equal(app.client.token_endpoint_auth_method, method);
      assert.equal(typeof app.client.client_secret,
        method === 'none' ? 'undefined' : 'string');
      assert.equal(app.verifier.length, 128);
      assert.equal(app.asked.state.length, 43);
      await app.call();
      await app.refresh();
      await app.call();
    });
  }
}

/** In this order, with the version header, until one is there. */
async function probes(g, site) {
  const app = new Python(site);
  const at = (path) => app.wellKnown(site.issuer + path);
  await g.step('finds what it looks for, and 404 where it may go on',
    async () => {
      const path = '/mcp';
      for (const [where, status] of [
        [PRM + path, 200], [PRM, 200], [PRM + '/nope', 404],
        [ASM, 200], [ASM + path, 404], [OIDC, 200], [OIDC + path, 404],
      ]) expectStatus(await at(where), status);
      expectStatus(await at(path + OIDC), 401);
    });
  await g.step('may ask with HEAD, and with a body', async () => {
    for (const where of [PRM + '/mcp', ASM]) {
      const answer = expectStatus(await app.send('HEAD',
        site.issuer + where), 200);
      assert.equal(answer.text, '');
      expectStatus(await app.send('GET', site.issuer + where, {
        headers: { 'Content-Type': 'application/json' }, body: '{}',
      }), 200);
    }
  });
  await g.step('is challenged whatever it begins with', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'PUT']) {
      const answer = expectStatus(await app.send(method, app.mcp), 401);
      assert.match(answer.headers['www-authenticate'],
        /^Bearer .*resource_metadata="/, method);
    }
  });
}

export async function python(site) {
  await group('Python SDK', 60, async (g) => {
    await methods(g, site);
    await g.step('compares issuers byte by byte', async () => {
      const app = new Python(site);
      await app.discover();
      const [named] = app.resource.authorization_servers;
      assert.equal(named, app.server.issuer);
      assert.doesNotMatch(named, /\/$/);
      assert.equal(app.server.authorization_response_iss_parameter_supported,
        true);
      assert.ok(!(app.resource.scopes_supported ?? [])
        .includes('offline_access'));
    });
    await g.step('loses its login to nothing but invalid_grant', async () => {
      const app = new Python(site);
      await app.signIn();
      // each of these would make it forget its tokens
      for (let i = 0; i < 30; i++) {
        const answer = await app.postRefresh();
        assert.notEqual(answer.status, 429);
        assert.ok(answer.status < 500, `${answer.status}: ${answer.text}`);
        app.tokens = app.keep(answer);
      }
      await app.call();
    });
    await probes(g, site);
  });
}
