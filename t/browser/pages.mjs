// Licensed under the Apache License, Version 2.0; see LICENSE.
// What the pages are made of: policy, cookies, labels, looks.

import assert from 'node:assert/strict';
import path from 'node:path';
import { group } from '../client/lib/tap.mjs';
import { Client } from './lib/client.mjs';
import { Landing } from './lib/landing.mjs';
import { APPROVE, withTabs } from './lib/tab.mjs';

const SHOTS = path.join(process.env.MCP_TEST_ROOT, 'build/screenshots');
const CUSTOM = 'cursor://anysphere.cursor-mcp/oauth/callback';

const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1024, height: 768 } },
  dark: { colorScheme: 'dark', viewport: { width: 1024, height: 768 } },
  phone: {
    colorScheme: 'light', viewport: { width: 360, height: 740 },
    deviceScaleFactor: 2, isMobile: true, hasTouch: true,
  },
};

async function policyOf(response) {
  const headers = await response.allHeaders();
  const policy = headers['content-security-policy'] ?? '';
  assert.match(policy, /(^|; *)default-src 'none'(;|$)/);
  assert.match(policy, /(^|; *)frame-ancestors 'none'(;|$)/);
  assert.match(policy, /(^|; *)base-uri 'none'(;|$)/);
  assert.doesNotMatch(policy, /form-action|unsafe/);
  assert.match(headers['cache-control'], /no-store/);
  assert.match(headers['content-type'], /^text\/html; *charset=utf-8$/i);
  assert.equal(headers['x-content-type-options'], 'nosniff');
}

/** For everybody: a language, a title, a heading, a name for each field. */
async function isAccessible(page) {
  const found = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    title: document.title.trim(),
    headings: document.querySelectorAll('h1').length,
    viewport: Boolean(document.querySelector('meta[name=viewport]')),
    nameless: [...document.querySelectorAll('input:not([type=hidden])')]
      .filter((input) => !input.labels.length).map((input) => input.name),
    wide: document.documentElement.scrollWidth > innerWidth,
  }));
  const { title, ...rest } = found;
  assert.ok(title);
  assert.deepEqual(rest, {
    lang: 'en', headings: 1, viewport: true, nameless: [], wide: false,
  });
}

async function look(chromium, server, name) {
  await group(`${server.title}, pages, ${name}`, 60, async (g) => {
    const client = await Client.register(server, CUSTOM, 'Cursor <b>&amp;</b>');
    await withTabs(g, chromium, LOOKS[name], async (open) => {
      const tab = await open();
      const shown = (what) => g.also(`${what} can be read by everybody`,
        async () => {
          await tab.page.screenshot({
            path: path.join(SHOTS, `${what}-${name}.png`), fullPage: true,
          });
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
          await tab.page.screenshot({
            path: path.join(SHOTS, 'home-phone.png'), fullPage: true,
          });
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
