// Licensed under the Apache License, Version 2.0; see LICENSE.
// Sign in, consent, and leave for each kind of redirect URI (D15).

import assert from 'node:assert/strict';
import { group } from '../client/lib/tap.mjs';
import { Client } from './lib/client.mjs';
import { Landing } from './lib/landing.mjs';
import { APPROVE, DENY, withTabs } from './lib/tab.mjs';

const CUSTOM = 'cursor://anysphere.cursor-mcp/oauth/callback';

/** The page that leads to a custom scheme; the link's address. */
async function leavesForScheme(g, tab, button) {
  return g.step('a page with Refresh and a visible link leads there',
    async () => {
      const [response, led] = await Promise.all([
        tab.page.waitForResponse((each) =>
          each.request().method() === 'POST'),
        tab.page.waitForRequest((each) => each.url().startsWith(CUSTOM)),
        tab.page.locator(button).click(),
      ]);
      assert.equal(response.status(), 200);
      const refresh = response.headers().refresh;
      const link = tab.page.locator(`a[href^="${CUSTOM}"]`);
      await link.waitFor({ state: 'visible' });
      const href = await link.getAttribute('href');
      assert.match(refresh, /^\d+; *url=/i);
      assert.equal(refresh.replace(/^\d+; *url=/i, '').replace(/^"|"$/g, ''),
        href);
      assert.equal(led.url(), href);
      return href;
    });
}

async function toLanding(chromium, server, js, secure) {
  const kind = secure ? 'https' : 'loopback';
  await group(`${server.title}, ${js ? 'with' : 'without'} JavaScript, `
    + `${kind} redirect`, 60, async (g) => {
    const landing = await Landing.open({ secure });
    const client = await Client.register(server, landing.callback);
    await withTabs(g, chromium, { javaScriptEnabled: js }, async (open) => {
      const tab = await open();
      const asked = client.ask();
      await g.step('signs in', () => tab.toConsent(asked.url, server));
      const answer = await g.step('consents and leaves', () =>
        tab.decide(APPROVE, landing));
      await g.step('the code is good', () => client.redeems(asked, answer));
    });
    landing.close();
  });
}

async function toScheme(chromium, server, js) {
  await group(`${server.title}, ${js ? 'with' : 'without'} JavaScript, `
    + 'custom-scheme redirect', 60, async (g) => {
    const client = await Client.register(server, CUSTOM);
    await withTabs(g, chromium, { javaScriptEnabled: js }, async (open) => {
      const tab = await open();
      const asked = client.ask();
      await g.step('signs in', () => tab.toConsent(asked.url, server));
      const href = await leavesForScheme(g, tab, APPROVE);
      await g.step('the code is good', () => client.redeems(asked, href));
    });
  });
}

/** claude.ai's callback goes on to claude://: a form-action would block it. */
async function chain(chromium, server) {
  await group(`${server.title}, a redirect that goes on elsewhere`, 60,
    async (g) => {
      const end = await Landing.open();
      const landing = await Landing.open({
        secure: true, onward: `${end.origin}/done`,
      });
      const client = await Client.register(server, landing.callback);
      await withTabs(g, chromium, {}, async (open) => {
        const tab = await open();
        const asked = client.ask();
        await g.step('signs in', () => tab.toConsent(asked.url, server));
        await g.step('is not held back', async () => {
          await tab.decide(APPROVE, end);
          await client.redeems(asked, landing.came[0]);
        });
      });
      landing.close();
      end.close();
    });
}

async function deny(chromium, server) {
  await group(`${server.title}, deny`, 60, async (g) => {
    const landing = await Landing.open();
    const client = await Client.register(server, landing.callback);
    const native = await Client.register(server, CUSTOM);
    await withTabs(g, chromium, {}, async (open) => {
      const tab = await open();
      const denied = (asked, answer, of) => {
        const params = of.check(asked, answer);
        assert.equal(params.get('error'), 'access_denied');
        assert.equal(params.get('code'), null);
      };
      await g.step('the client reads access_denied', async () => {
        const asked = client.ask();
        await tab.toConsent(asked.url, server);
        denied(asked, await tab.decide(DENY, landing), client);
      });
      const asked = native.ask();
      await tab.toConsent(asked.url, server);
      denied(asked, await leavesForScheme(g, tab, DENY), native);
    });
    landing.close();
  });
}

export async function leaving(chromium, server) {
  for (const js of [true, false]) {
    await toLanding(chromium, server, js, false);
    await toLanding(chromium, server, js, true);
    await toScheme(chromium, server, js);
  }
  await chain(chromium, server);
  await deny(chromium, server);
}
