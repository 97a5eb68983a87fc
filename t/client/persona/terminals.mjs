// Licensed under the Apache License, Version 2.0; see LICENSE.
// Clients in a terminal: loopback callbacks on whatever port is free, several
// windows that share one store of tokens.

import assert from 'node:assert/strict';
import { group } from '../lib/tap.mjs';
import { App, expectStatus, PRM, send } from './app.mjs';

const MINUTE = 60;
const DAY = 86400;

// -- Claude Code --------------------------------------------------------------

class ClaudeCode extends App {
  agent = 'claude-code/2.1.0 (cli)';
  redirect = 'http://localhost:3118/callback';

  get registration() {
    return { ...super.registration, client_name: 'Claude Code (demo)' };
  }
}

/** As if the user had two windows: both hold the same tokens. */
function another(app) {
  return Object.assign(new app.constructor(app.site), app);
}

async function refreshRaces(g, Kind, site) {
  await g.step('five windows refresh one token at once: all go on',
    async () => {
      const app = new Kind(site);
      await app.signIn();
      const windows = Array.from({ length: 5 }, () => another(app));
      const tokens = await Promise.all(windows.map((each) => each.refresh()));
      assert.equal(new Set(tokens.map((each) => each.refresh_token)).size, 1,
        'the windows have different refresh tokens');
      for (const each of windows) await each.call();
      await windows[4].refresh();
      await windows[4].call();
    });
}

async function claudeCode(site) {
  await group('Claude Code', 60, async (g) => {
    const app = new ClaudeCode(site);
    await g.step('signs in and calls', async () => {
      await app.signIn();
      await app.call();
    });
    await g.step('listens on another port than it registered', async () => {
      app.redirect = 'http://localhost:54545/callback';
      await app.redeem(await app.authorize());
      await app.call();
    });
    await refreshRaces(g, ClaudeCode, site);
    await g.step('registers with null members, as one version does',
      async () => {
        await app.register({
          ...app.registration, client_uri: null, logo_uri: null, scope: null,
          contacts: null, tos_uri: null, jwks_uri: null, software_id: null,
        });
        await app.redeem(await app.authorize());
        await app.call();
      });
    await g.step('ignores the metadata and registers at the origin',
      async () => {
        const app = new ClaudeCode(site);
        app.guess();
        await app.signIn();
        await app.call();
      });
    await g.step('uses the client id and callback port it was configured with',
      async () => {
        const app = new ClaudeCode(site);
        app.client = { client_id: 'claude-code' };
        app.redirect = 'http://localhost:8080/callback';
        await app.signIn();
        await app.refresh();
        await app.call();
      });
    await g.step('is told what to do about an id that it kept too long',
      async () => {
        const app = new ClaudeCode(site);
        await app.discover();
        app.client = { client_id: 'c1-0.bm90IG9uZSBvZiBvdXJz' };
        const page = await send('GET', app.authorizationUrl());
        expectStatus(page, 400);
        assert.match(page.text, /Claude Code<\/strong>: enter/);
        assert.equal(page.headers.location ?? page.headers.refresh, undefined);
        assert.match(page.headers.link ?? '', /\/register>/);
      });
    await g.step('steps up to a scope that a call asks for', async () => {
      const app = new ClaudeCode(site);
      app.location = '/notes';
      await app.discover();
      await app.register();
      await app.redeem(await app.authorize({ scope: 'notes:read' }));
      const refused = expectStatus(await app.rpc(app.tokens.access_token,
        'initialize', app.hello), 403);
      const text = refused.headers['www-authenticate'];
      assert.match(text, /error="insufficient_scope"/);
      const wanted = /\bscope="([^"]*)"/.exec(text)[1];
      assert.ok(wanted.split(' ').includes('notes:write'), wanted);
      await app.redeem(await app.authorize({ scope: wanted }));
      await app.call();
    });
    await g.step('reuses a refresh token four days later: a new sign-in works',
      async () => {
        const app = new ClaudeCode(site);
        await app.signIn();
        const { refresh_token: old } = app.tokens;
        await app.refresh();
        await site.wait(4 * DAY);
        const answer = expectStatus(await app.postRefresh(old), 400);
        assert.equal(answer.json.error, 'invalid_grant');
        await app.redeem(await app.authorize());
        await app.call();
      });
  });
}

// -- OpenCode, Zed ------------------------------------------------------------

class OpenCode extends App {
  agent = 'opencode/1.2.0';
  redirect = 'http://127.0.0.1:19876/mcp/oauth/callback';

  /** It looks at the root alone. */
  async discover() {
    const { origin } = new URL(this.mcp);
    const resource = expectStatus(await this.wellKnown(origin + PRM), 200).json;
    assert.equal(resource.resource, this.mcp);
    const server = expectStatus(await this.wellKnown(
      `${origin}/.well-known/oauth-authorization-server`), 200).json;
    this.learn({ resource, server });
  }
}

class Zed extends App {
  agent = 'Zed/0.230.0';
  redirect = 'http://127.0.0.1:49152/callback';
}

async function others(site) {
  await group('OpenCode', 30, async (g) => {
    const app = new OpenCode(site);
    await g.step('finds all at the root, signs in and calls', async () => {
      await app.signIn();
      await app.call();
    });
  });
  await group('Zed', 30, async (g) => {
    const app = new Zed(site);
    await g.step('names the resource in all three requests', async () => {
      await app.signIn();
      await app.refresh();
      await app.call();
    });
    await g.step('is refused a resource that it did not sign in for',
      async () => {
        const resource = site.url('/notes');
        const answer = expectStatus(await app.token({
          grant_type: 'refresh_token', resource,
          refresh_token: app.tokens.refresh_token,
        }), 400);
        assert.equal(answer.json.error, 'invalid_target');
        await app.refresh();
      });
  });
}

// -- Codex --------------------------------------------------------------------

class Codex extends App {
  agent = 'codex_cli_rs/0.140.0';
  redirect = 'http://127.0.0.1:61234/callback/3vK9a';

  get scopeAsked() { return undefined; }    // whatever the challenge says

  get registration() {
    return { ...super.registration, client_name: 'Codex' };
  }
}

/** Five refreshes of one token within a second, and a sixth later. */
async function sixth(site, location) {
  const app = new Codex(site);
  app.location = location;
  await app.signIn();
  const old = app.tokens.refresh_token;
  const five = await Promise.all(Array.from({ length: 5 }, () =>
    app.postRefresh(old)));
  for (const each of five) app.tokens = app.keep(each);
  await site.wait(7 * MINUTE + 45);
  return { app, answer: await app.postRefresh(old) };
}

async function codex(site) {
  await group('Codex', 60, async (g) => {
    await refreshRaces(g, Codex, site);
    await g.step('a sixth refresh after 7 min 45 s is reuse by default; '
      + 'a new sign-in works', async () => {
      const { app, answer } = await sixth(site, '/mcp');
      expectStatus(answer, 400);
      assert.equal(answer.json.error, 'invalid_grant');
      await app.redeem(await app.authorize());
      await app.call();
    });
    await g.step('and is served with MCPLifetime refresh-grace=60min',
      async () => {
        const { app, answer } = await sixth(site, '/patient');
        const tokens = app.keep(answer);
        assert.equal(tokens.refresh_token, app.tokens.refresh_token,
          'the successor is the one that the other windows hold');
        await app.call(tokens.access_token);
        await app.refresh();
        await app.call();
      });
  });
}

export async function terminals(site) {
  await others(site);
  await codex(site);
  await claudeCode(site);
}
