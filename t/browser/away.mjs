// Licensed under the Apache License, Version 2.0; see LICENSE.
// Signing in at an identity provider, there and back.

import assert from 'node:assert/strict';
import { IdpBrowser } from '../client/lib/idp.mjs';
import { group } from '../client/lib/tap.mjs';
import { Client } from './lib/client.mjs';
import { Landing } from './lib/landing.mjs';
import { isAccessible, policyOf, shoot } from './lib/looks.mjs';
import { APPROVE, DENY, withTabs } from './lib/tab.mjs';

const CUSTOM = 'cursor://anysphere.cursor-mcp/oauth/callback';
const KEYCLOAK = 'sso.example.com';
const OKTA = 'example.okta.com';

const isAt = (tab, host) => tab.page.waitForURL((url) => url.host === host);

/** fn gets a landing, a client whose answers come there, and tabs. */
function trip(name, { where = '/one', options = {} }, fn) {
  return (chromium, server) => group(name, 60, async (g) => {
    const landing = await Landing.open();
    const client = await Client.register(server.at(where), landing.callback);
    await withTabs(g, chromium, options, (open, context) =>
      fn({ g, open, context, landing, client, server }));
    landing.close();
  });
}

/** Allows, and is then on the page of the provider. */
async function leaves(tab, asked, { host = KEYCLOAK, provider } = {}) {
  await tab.goto(asked.url);
  if (provider) await tab.page.locator(`[value="${provider}"]`).check();
  await tab.page.locator(APPROVE).click();
  await isAt(tab, host);
  await tab.page.locator('[name=login]').waitFor();
}

/** Signs in there, and is then where the client wants its answer. */
async function arrives(tab, { server, landing }, id = 'ada') {
  await Promise.all([
    tab.page.waitForURL((url) => url.origin === landing.origin),
    tab.signInElsewhere(server.idp.users[id]),
  ]);
  return landing.came.at(-1);
}

const simple = (js) => trip(`there and back, ${js ? 'with' : 'without'} `
  + 'JavaScript', { options: { javaScriptEnabled: js } }, async (it) => {
  const { g, open, client } = it;
  const tab = await open();
  const asked = client.ask();
  await g.step('no policy of ours holds back who goes there', () =>
    leaves(tab, asked));
  const answer = await g.step('comes back to the client', () =>
    arrives(tab, it));
  await g.step('the code is good', () => client.redeems(asked, answer));
});

/** The page that leads on; the link's address. */
async function isLed(tab, user) {
  const [led] = await Promise.all([
    tab.page.waitForRequest((each) => each.url().startsWith(CUSTOM)),
    tab.signInElsewhere(user),
  ]);
  const link = tab.page.locator(`a[href^="${CUSTOM}"]`);
  await link.waitFor({ state: 'visible' });
  const to = await link.getAttribute('href');
  assert.equal(tab.last.status(), 200);
  assert.equal(tab.last.headers().refresh, `0; url=${to}`);
  assert.equal(led.url(), to);
  await policyOf(tab.last);
  return to;
}

const scheme = (js) => trip(`to an app of the device, ${js ? 'with' : 'without'}`
  + ' JavaScript', { options: { javaScriptEnabled: js } }, async (it) => {
  const { g, open, server } = it;
  const client = await Client.register(server.at('/one'), CUSTOM);
  const tab = await open();
  const asked = client.ask();
  await leaves(tab, asked);
  const href = await g.step('a page with Refresh and a visible link leads '
    + 'there', () => isLed(tab, server.idp.users.ada));
  if (js) {
    await g.step('which can be read by everybody', () =>
      isAccessible(tab.page));
  }
  await g.step('once: going back says that it was used', async () => {
    await tab.page.goto('data:text/html,<h1>Elsewhere</h1>');
    await tab.page.goBack();
    await tab.page.locator('[role=alert]').waitFor();
    await tab.isClear([400]);
    assert.match(await tab.text(), /used already/);
    await shoot(tab.page, 'away-used');
    if (js) await isAccessible(tab.page);
  });
  await g.step('the code is good', () => client.redeems(asked, href));
});

/** Chromium asks the policy of the form's page at every hop. */
const strict = trip('a provider that lets its form go to us alone', {},
  async ({ g, open, server: { idp, ...server } }) => {
    const client = await Client.register(server.at('/one'), CUSTOM);
    const tab = await open();
    const asked = client.ask();
    const policy = `default-src 'none'; form-action 'self' ${server.issuer}`;
    const set = (value) => idp.tell('set', { profile: 'keycloak',
      quirks: { headers: value } });
    await set({ interaction: { 'Content-Security-Policy': policy } });
    try {
      await leaves(tab, asked);
      await g.step('does not hold back who goes on to an app', async () =>
        client.redeems(asked, await isLed(tab, idp.users.ada)));
    }
    finally {
      await set(null);
    }
  });

const cookies = trip('cookies', {}, async (it) => {
  const { g, open, context, client, server } = it;
  const tab = await open();
  const asked = client.ask();
  const ours = () => context.cookies(server.issuer);
  await leaves(tab, asked);
  const before = await g.step('name the browser before it leaves', async () => {
    const found = await ours();
    assert.equal(found.length, 1);
    return found[0];
  });
  await g.step('are there when it comes back', async () => {
    await client.redeems(asked, await arrives(tab, it));
    const now = (await ours()).find(({ name }) => name === before.name);
    assert.equal(now?.value, before.value);
  });
  await g.step('are as strict as a way back from elsewhere allows',
    async () => {
      const all = await ours();
      assert.ok(all.length);
      for (const { name, secure, httpOnly, sameSite, path } of all) {
        assert.deepEqual({ name: name.slice(0, 7), secure, httpOnly, sameSite,
          path }, { name: '__Host-', secure: true, httpOnly: true,
          sameSite: 'Lax', path: '/' });
      }
    });
});

/** System 4 had one cookie for all sign-ins of a browser. */
const tabs = trip('two tabs at once', { where: '' }, async (it) => {
  const { g, open, client } = it;
  const at = [{}, { host: OKTA, provider: OKTA }, {}];
  const all = await Promise.all(at.map(() => open()));
  const asked = at.map(() => client.ask());
  await g.step('all leave before one comes back', async () => {
    for (const i of [0, 1, 2]) await leaves(all[i], asked[i], at[i]);
  });
  for (const i of [1, 0, 2]) {
    await g.step(`tab ${i + 1} comes back with its own code`, async () =>
      client.redeems(asked[i], await arrives(all[i], it)));
  }
});

const another = trip('another browser', {}, async (it) => {
  const { g, open, context, landing, client, server } = it;
  const tab = await open();
  const asked = client.ask();
  const [there] = await Promise.all([
    tab.page.waitForRequest((each) => new URL(each.url()).host === KEYCLOAK),
    leaves(tab, asked),
  ]);
  const { url } = await new IdpBrowser(server.idp).go(there.url(),
    { stop: /\/oauth\/callback\?/ });
  await g.step('is not signed in by the callback of this one', async () => {
    const other = await context.browser().newContext(
      { ignoreHTTPSErrors: true });
    const page = await other.newPage();
    const response = await page.goto(url.href);
    assert.equal(response.status(), 400);
    assert.match(await page.locator('main').innerText(), /another browser/);
    assert.deepEqual(await other.cookies(), []);
    await other.close();
  });
  await g.step('and does not use it up', async () => {
    await tab.page.goto(url.href);
    await client.redeems(asked, landing.came.at(-1));
  });
});

const returning = trip('going back and forth', {}, async (it) => {
  const { g, open, landing, client } = it;
  const tab = await open();
  const first = client.ask();
  await leaves(tab, first);
  await g.step('back from the provider is our page, which still works',
    async () => {
      await tab.page.goBack();
      await tab.page.locator(APPROVE).click();
      await isAt(tab, KEYCLOAK);
      await client.redeems(first, await arrives(tab, it));
    });
  await g.step('the next sign-in needs no password there', async () => {
    const asked = client.ask();
    await tab.goto(asked.url);
    await Promise.all([
      tab.page.waitForURL((url) => url.origin === landing.origin),
      tab.page.locator(APPROVE).click(),
    ]);
    await client.redeems(asked, landing.came.at(-1));
  });
});

const no = trip('who says no', {}, async (it) => {
  const { g, open, landing, client } = it;
  const tab = await open();
  const isDenied = (asked) => {
    const params = client.check(asked, landing.came.at(-1));
    assert.equal(params.get('error'), 'access_denied');
    assert.equal(params.get('code'), null);
  };
  await g.step('on our page, never sees the provider', async () => {
    const asked = client.ask();
    await tab.goto(asked.url);
    await tab.decide(DENY, landing);
    isDenied(asked);
  });
  await g.step('at the provider, comes back with it', async () => {
    const asked = client.ask();
    await leaves(tab, asked);
    await tab.decide('button[value=cancel]', landing);
    isDenied(asked);
  });
});

export async function away(chromium, server) {
  const all = [simple(true), simple(false), scheme(true), scheme(false),
    strict, cookies, tabs, another, returning, no];
  for (const each of all) await each(chromium, server);
}
