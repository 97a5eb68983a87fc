// Licensed under the Apache License, Version 2.0; see LICENSE.
// Clients that run in somebody's cloud: their callbacks are https, and all
// their users come from few addresses.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { group } from '../lib/tap.mjs';
import { App, expectStatus, send } from './app.mjs';

const SECRET = 'not-a-secret-of-gemini-0123456789';    // site.conf.in

// -- Claude.ai, and its apps --------------------------------------------------

class Claude extends App {
  agent = 'python-httpx/0.28.1';
  redirect = 'https://claude.ai/api/mcp/auth_callback';

  get registration() {
    return {
      client_name: 'Claude',
      redirect_uris: [this.redirect],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'claudeai',
    };
  }

  rpc(...args) {
    const { agent } = this;
    this.agent = 'Claude-User';    // the other half of it
    return super.rpc(...args).finally(() => { this.agent = agent; });
  }
}

/** When something was written to the store the last time. */
function lastWrite(site) {
  const log = path.join(site.dir, 'state/state.db-wal');
  const { size, mtimeNs } = fs.statSync(log, { bigint: true });
  return `${size} bytes, ${mtimeNs}`;
}

async function claude(site) {
  await group('Claude.ai', 60, async (g) => {
    const app = new Claude(site);
    await g.step('discovers, registers, signs in and calls', async () => {
      await app.discover();
      assert.ok(app.server.token_endpoint_auth_methods_supported
        .includes('none'), 'it is a public client');
      await app.signIn();
      await app.call();
    });
    await g.step('leaves by its https callback, with no form-action in the way',
      async () => {
        assert.equal(app.asked.redirect_uri, app.redirect);
        for (const step of app.browser.trail) {
          assert.doesNotMatch(step, /form-action/i);
        }
        const page = await send('GET', app.authorizationUrl());
        assert.doesNotMatch(page.headers['content-security-policy'],
          /form-action/);
      });
    await g.step('registers anew on each connection, which leaves nothing',
      async () => {
        const before = lastWrite(site);
        for (let i = 0; i < 42; i++) {
          await app.register();
          const page = await send('GET', app.authorizationUrl());
          expectStatus(page, 200);
        }
        assert.equal(lastWrite(site), before);
      });
    await g.step('refreshes one token from two addresses, 76 s apart',
      async () => {
        const app = new Claude(site);
        await app.signIn();
        const first = await app.postRefresh();
        await site.wait(76);
        app.from = '127.0.0.2';
        const second = await app.postRefresh();
        assert.equal(app.keep(first).refresh_token,
          app.keep(second).refresh_token);
        await app.call(second.json.access_token);
      });
    await g.step('registers again after 401 invalid_client at the token '
      + 'endpoint', async () => {
      app.client = { client_id: 'an id of another server' };
      const answer = expectStatus(await app.postRefresh(), 401);
      assert.equal(answer.json.error, 'invalid_client');
      assert.match(answer.headers['content-type'], /^application\/json/);
      assert.match(answer.headers.link ?? '', /\/register>/);
      app.client = undefined;
      await app.signIn();
      await app.call();
    });
    await g.step('signs in at the origin when discovery has failed',
      async () => {
        const app = new Claude(site);
        app.guess();
        await app.signIn();
        await app.call();
      });
    await g.step('is not held up because many of its users are at one address',
      async () => {
        const app = new Claude(site);
        await app.signIn();
        for (let i = 0; i < 40; i++) await app.refresh();
        await app.call();
      });
  });
}

// -- ChatGPT ------------------------------------------------------------------

class ChatGPT extends App {
  agent = 'openai-mcp/1.0.0';
  redirect = 'https://chatgpt.com/connector/oauth/Qm4xT0vN9kLp';

  get registration() {
    return {
      client_name: 'ChatGPT',
      redirect_uris: [this.redirect],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      client_uri: 'https://chatgpt.com',
      logo_uri: 'https://chatgpt.com/logo.png',
      // a server that validates too much answers these with 422
      contacts: [], jwks: null, x_connector: { version: 2 },
    };
  }
}

class OldChatGPT extends ChatGPT {
  redirect = 'https://chatgpt.com/connector_platform_oauth_redirect';
}

async function chatgpt(site) {
  await group('ChatGPT', 60, async (g) => {
    for (const Kind of [ChatGPT, OldChatGPT]) {
      await g.step(`signs in and calls: ${new Kind(site).redirect}`,
        async () => {
          const app = new Kind(site);
          await app.signIn();
          await app.call();
        });
    }
    await g.step('gets its token when it adds a query to the resource',
      async () => {
        const app = new ChatGPT(site);
        await app.discover();
        await app.register();
        const resource = `${app.resource.resource}?source=chatgpt`;
        const code = await app.authorize({ resource });
        await app.redeem(code, { resource });
        await app.call();
        const [, claims] = app.tokens.access_token.split('.');
        assert.equal(JSON.parse(Buffer.from(claims, 'base64url')).aud, app.mcp);
        app.resource = { resource };
        await app.refresh();
        await app.call();
      });
    await g.step('another callback of the same host is another one',
      async () => {
        const app = new ChatGPT(site);
        await app.discover();
        await app.register();
        app.redirect = 'https://chatgpt.com/connector/oauth/somebodys';
        const page = await send('GET', app.authorizationUrl());
        expectStatus(page, 400);
        assert.equal(page.headers.location ?? page.headers.refresh, undefined);
      });
  });
}

// -- others -------------------------------------------------------------------

class CopilotStudio extends App {
  redirect = 'https://global.consent.azure-apim.net/redirect/'
    + 'cr-5fmcp-2d5f1a2b3c4d5e6f70-8190a1b2c3d4e5f6';

  get registration() {
    return { ...super.registration, client_name: 'Copilot Studio' };
  }
}

async function copilotStudio(site) {
  await group('Copilot Studio', 30, async (g) => {
    const app = new CopilotStudio(site);
    await g.step('signs in with a callback per connector, and calls',
      async () => {
        await app.signIn();
        await app.call();
      });
  });
}

/** Its user was asked for an id and a secret. */
class Gemini extends App {
  redirect = 'https://vertexaisearch.cloud.google.com/oauth-redirect';
  client = { client_id: 'gemini', client_secret: SECRET };
  method = 'basic';

  get credentials() {
    const { client_id, client_secret } = this.client;
    if (this.method === 'post') {
      return { fields: { client_id, client_secret }, headers: {} };
    }
    const pair = Buffer.from(`${client_id}:${client_secret}`)
      .toString('base64');
    return { fields: {}, headers: { Authorization: `Basic ${pair}` } };
  }
}

async function gemini(site) {
  await group('Gemini', 30, async (g) => {
    for (const method of ['basic', 'post']) {
      await g.step(`signs in with the id and secret it was given: ${method}`,
        async () => {
          const app = new Gemini(site);
          app.method = method;
          await app.signIn();
          await app.refresh();
          await app.call();
        });
    }
    await g.step('and not with another secret', async () => {
      const app = new Gemini(site);
      await app.discover();
      const code = await app.authorize();
      app.client.client_secret = SECRET.replace('0', '1');
      const answer = expectStatus(await app.token({
        grant_type: 'authorization_code', code, code_verifier: app.verifier,
        redirect_uri: app.redirect,
      }), 401);
      assert.equal(answer.json.error, 'invalid_client');
    });
  });
}

export async function hosted(site) {
  await claude(site);
  await chatgpt(site);
  await copilotStudio(site);
  await gemini(site);
}
