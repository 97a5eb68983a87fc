// Licensed under the Apache License, Version 2.0; see LICENSE.
// MCP Inspector, as it runs in a browser: every request comes from a page of
// another origin, and Chromium says what that page may send and read.

import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { launchChromium } from '../lib/chromium.mjs';
import { group } from '../lib/tap.mjs';
import { App } from './app.mjs';

/** A page of another origin, with what runs in it. */
async function open() {
  const server = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>Inspector</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const chromium = await launchChromium();
  const context = await chromium.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  return {
    page,
    async close() {
      await chromium.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** App in the page: what CORS hides from it, it does not see. */
class Inspector extends App {
  redirect = 'http://localhost:6274/oauth/callback';

  constructor(site, page) {
    super(site);
    this.page = page;
  }

  async send(method, url, { headers = {}, body } = {}) {
    const answer = await this.page.evaluate(async (asked) => {
      const response = await fetch(asked.url, asked);
      return {
        status: response.status, text: await response.text(),
        headers: Object.fromEntries(response.headers),
      };
    }, { method, url: String(url), headers, body });
    return {
      ...answer, what: `${method} ${url} in a page`,
      get json() { return JSON.parse(answer.text); },
    };
  }
}

class Modern extends Inspector {
  /** A request of 2026-07-28, whose headers all need the preflight's leave. */
  modern(token, name) {
    const meta = 'io.modelcontextprotocol/';
    return this.send('POST', this.mcp, {
      headers: {
        'Content-Type': 'application/json',
        'Accept': 'application/json, text/event-stream',
        'Authorization': `Bearer ${token}`,
        'MCP-Protocol-Version': '2026-07-28',
        'Mcp-Method': 'tools/call', 'Mcp-Name': name,
      },
      body: JSON.stringify({
        jsonrpc: '2.0', id: 1, method: 'tools/call',
        params: {
          name, arguments: { name: 'Ada' },
          _meta: {
            [meta + 'protocolVersion']: '2026-07-28',
            [meta + 'clientInfo']: { name: 'inspector', version: '1' },
            [meta + 'clientCapabilities']: {},
          },
        },
      }),
    });
  }
}

export async function browser(site) {
  let there;
  await group('Inspector in Chromium', 90, async (g) => {
    there = await g.step('a page of another origin opens', open);
    const app = new Modern(site, there.page);
    await g.step('reads the challenge of the 401 and the metadata', () =>
      app.discover());
    await g.step('registers, signs in, gets tokens and calls', async () => {
      await app.signIn();
      await app.call();
    });
    await g.step('refreshes', async () => {
      await app.refresh();
      await app.call();
    });
    await g.step('calls in the modern way too', async () => {
      const answer = await app.modern(app.tokens.access_token, 'hello');
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.text, /Hello, Ada!/);
    });
    await g.step('may read errors of the token endpoint', async () => {
      const answer = await app.postRefresh('nothing');
      assert.equal(answer.json.error, 'invalid_grant');
      app.client = { ...app.client, client_id: 'nobody' };
      const unknown = await app.postRefresh();
      assert.equal(unknown.status, 401);
      assert.equal(unknown.json.error, 'invalid_client');
    });
    await g.step('ends its session', async () => {
      const opened = await app.rpc(app.tokens.access_token, 'initialize',
        app.hello);
      const session = opened.headers['mcp-session-id'];
      assert.ok(session, 'Mcp-Session-Id is not exposed');
      const ended = await app.send('DELETE', app.mcp, {
        headers: {
          'Authorization': `Bearer ${app.tokens.access_token}`,
          'Mcp-Session-Id': session,
          'MCP-Protocol-Version': app.protocol,
        },
      });
      assert.ok(ended.status < 300, `${ended.status}`);
    });
    await g.step('sees a 404 of a well-known as such', async () => {
      const answer = await app.wellKnown(
        `${site.issuer}/.well-known/oauth-protected-resource/nope`);
      assert.equal(answer.status, 404);
    });
    await g.step('cannot have a page of another website sign in for it',
      async () => {
        const seen = await there.page.evaluate(async (url) => {
          try { return (await fetch(url)).status; }
          catch { return 'hidden'; }
        }, String(app.authorizationUrl()));
        assert.equal(seen, 'hidden');
      });
  });
  await there?.close();
}
