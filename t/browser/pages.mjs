// Licensed under the Apache License, Version 2.0; see LICENSE.
// What the pages are made of: policy, cookies, labels, looks.

import assert from 'node:assert/strict';
import { group } from '../client/lib/tap.mjs';
import { Client } from './lib/client.mjs';
import { Landing } from './lib/landing.mjs';
import { isAccessible, LOOKS, policyOf, shoot } from './lib/looks.mjs';
import { APPROVE, withTabs } from './lib/tab.mjs';

const CUSTOM = 'cursor://anysphere.cursor-mcp/oauth/callback';

async function look(chromium, server, name) {
  await group(`${server.title}, pages, ${name}`, 60, async (g) => {
    const client = await Client.register(server, CUSTOM, 'Cursor <b>&amp;</b>');
    await withTabs(g, chromium, LOOKS[name], async (open) => {
      const tab = await open();
      const shown = (what) => g.also(`${what} can be read by everybody`,
        async () => {
          await shoot(tab.page, `${what}-${name}`);
          await isAccessible(tab.page);
          await policyOf(tab.last);
        });
      await tab.goto(client.ask().url);
      await shown('sign-in');
      await tab.signIn({ username: server.username, password: 'wrong' });
      await tab.page.locator('[role=alert]').waitFor();
      await shown('sign-in-again');
      await tab.signIn(server);
      await tab.page.locator(APPROVE).waitFor();
      await shown('consent');
      await g.also('consent names the client as it called itself', async () =>
        assert.ok((await tab.text()).includes('Cursor <b>&amp;</b>')));
      await tab.page.locator(APPROVE).click();
      await tab.page.locator(`a[href^="${CUSTOM}"]`).waitFor();
      await shown('leaving');
      await tab.goto(client.ask({ client_id: 'unknown' }).url);
      await g.also('an unknown client gets a page, not a redirect', () =>
        tab.isClear([400, 401]));
      await shown('unregistered');
      await tab.goto(client.ask({ redirect_uri: 'https://else.example/' }).url);
      await g.also('a redirect URI that is not its own gets a page', () =>
        tab.isClear([400]));
      await shown('error');
    });
  });
}

async function cookies(chromium, server) {
  await group(`${server.title}, cookies`, 60, async (g) => {
    const landing = await Landing.open();
    const client = await Client.register(server, landing.callback);
    await withTabs(g, chromium, {}, async (open, context) => {
      const tab = await open();
      await g.step('GET authorize sets none', async () => {
        const response = await tab.goto(client.ask().url);
        assert.equal((await response.allHeaders())['set-cookie'], undefined);
        assert.deepEqual(await context.cookies(), []);
      });
      await g.step('those of an approval are as strict as the scheme allows',
        async () => {
          await tab.toConsent(client.ask().url, server);
          await tab.decide(APPROVE, landing);
          const secure = server.issuer.startsWith('https:');
          for (const cookie of await context.cookies()) {
            assert.equal(cookie.name.startsWith('__Host-'), secure,
              cookie.name);
            assert.equal(cookie.secure, secure);
            assert.equal(cookie.httpOnly, true);
            assert.match(cookie.sameSite, /Lax|Strict/);
          }
        });
    });
    landing.close();
  });
}

/** The page at / says what this is, to people of all kinds too. */
async function home(chromium, server) {
  await group(`${server.title}, home page`, 60, async (g) => {
    await withTabs(g, chromium, LOOKS.phone, async (open) => {
      const tab = await open();
      await g.step('names the MCP endpoint and can be read by everybody',
        async () => {
          await tab.goto(`${server.issuer}/`);
          await shoot(tab.page, 'home-phone');
          assert.equal(tab.last.status(), 200);
          assert.ok((await tab.text()).includes(server.mcp));
          await isAccessible(tab.page);
        });
    });
  });
}

export async function pages(chromium, server) {
  await cookies(chromium, server);
  if (server.screenshots) {
    await home(chromium, server);
    for (const name of Object.keys(LOOKS)) await look(chromium, server, name);
  }
}
