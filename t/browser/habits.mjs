// Licensed under the Apache License, Version 2.0; see LICENSE.
// What people do: mistype, open two tabs, go back, click twice.

import assert from 'node:assert/strict';
import { group } from '../client/lib/tap.mjs';
import { Client } from './lib/client.mjs';
import { Landing } from './lib/landing.mjs';
import { APPROVE, withTabs } from './lib/tab.mjs';

function habit(name, fn) {
  return (chromium, server) => group(`${server.title}, ${name}`, 60,
    async (g) => {
      const landing = await Landing.open();
      const client = await Client.register(server, landing.callback);
      await withTabs(g, chromium, {}, (open, context) =>
        fn({ g, open, context, landing, client, server }));
      landing.close();
    });
}

const mistype = habit('wrong password', async (it) => {
  const { g, open, landing, client, server } = it;
  const tab = await open();
  const asked = client.ask();
  await tab.goto(asked.url);
  await g.step('the form comes back and says so', async () => {
    await tab.signIn({ username: server.username, password: 'not <this> one' });
    await tab.page.locator('[role=alert]').waitFor({ state: 'visible' });
    assert.match(await tab.page.locator('[role=alert]').innerText(),
      /password/i);
    assert.equal(await tab.page.locator('[name=password]').inputValue(), '');
    assert.ok(!(await tab.page.content()).includes('not <this> one')
      && !(await tab.page.content()).includes('not &lt;this&gt; one'));
  });
  await g.step('the right one goes on', async () => {
    await tab.signIn(server);
    await tab.page.locator(APPROVE).waitFor();
    await client.redeems(asked, await tab.decide(APPROVE, landing));
  });
});

const twoTabs = habit('two tabs at once', async (it) => {
  const { g, open, landing, client, server } = it;
  const tabs = [await open(), await open()];
  const asked = [client.ask(), client.ask()];
  await g.step('both sign in', async () => {
    for (const i of [0, 1]) await tabs[i].goto(asked[i].url);
    for (const i of [1, 0]) await tabs[i].signIn(server);
    for (const i of [0, 1]) await tabs[i].page.locator(APPROVE).waitFor();
  });
  for (const i of [1, 0]) {
    await g.step(`tab ${i + 1} leaves with its own code`, async () =>
      client.redeems(asked[i], await tabs[i].decide(APPROVE, landing)));
  }
});

/** Sends a decision once more, as a reload of its answer would. */
async function replay({ context, landing, server }, form) {
  const response = await context.request.post(form.url, {
    data: form.body, maxRedirects: 0,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Origin': new URL(server.issuer).origin,
    },
  });
  const html = await response.text();
  assert.ok([400, 403, 409, 410].includes(response.status()),
    `${response.status()} ${html}`);
  assert.equal(response.headers().location, undefined);
  assert.match(response.headers()['content-type'], /^text\/html/);
  assert.match(html, /<h1\b/);
  assert.equal(landing.came.length, 1);
}

const back = habit('back button', async (it) => {
  const { g, open, landing, client, server } = it;
  const tab = await open();
  const asked = client.ask();
  const form = {};
  tab.page.on('request', (request) => {
    if (request.method() !== 'POST') return;
    Object.assign(form, { url: request.url(), body: request.postData() });
  });
  await tab.toConsent(asked.url, server);
  const answer = await tab.decide(APPROVE, landing);
  await g.step('a decision sent again gets a page and no second code', () =>
    replay(it, form));
  await g.step('going back, sending again: a page of ours', async () => {
    // What is not stored cannot be shown: Chromium has a page of its own that
    // offers to send the form again.
    await tab.page.goBack().catch(() => {});
    const offer = tab.page.locator('body.neterror');
    await offer.or(tab.page.locator(APPROVE)).waitFor();
    if (await offer.count()) await tab.page.reload();
    assert.ok(tab.page.url().startsWith(server.issuer), tab.page.url());
    await tab.isClear([200, 400, 403, 409, 410]);
    assert.equal(landing.came.length, 1);
  });
  await g.step('the code is still good', () => client.redeems(asked, answer));
});

const twice = habit('double click', async (it) => {
  const { g, open, landing, client, server } = it;
  const tab = await open();
  const asked = client.ask();
  await tab.goto(asked.url);
  await g.step('on the sign-in button does no harm', async () => {
    await tab.fill(server);
    await tab.page.locator('form:has([name=password]) button').dblclick();
    await tab.page.locator(APPROVE).waitFor();
  });
  await g.step('on the approve button leaves, or says that it was answered',
    async () => {
      await tab.page.locator(APPROVE).dblclick();
      await tab.page.locator(APPROVE).waitFor({ state: 'detached' });
      await tab.page.waitForLoadState();
      const answers = new Set(landing.came);
      assert.ok(answers.size <= 1, [...answers].join(' '));
      if (answers.size) await client.redeems(asked, [...answers][0]);
      else await tab.isClear([400, 403, 409, 410]);
    });
  await g.step('the client can simply ask again', async () => {
    const again = client.ask();
    await tab.toConsent(again.url, server);
    await client.redeems(again, await tab.decide(APPROVE, landing));
  });
});

async function tabTo(page, selector) {
  for (let i = 0; i < 20; i++) {
    if (await page.evaluate((each) =>
      document.activeElement.matches(each), selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${selector}`);
}

const keyboard = habit('keyboard only', async (it) => {
  const { g, open, landing, client, server } = it;
  const { page } = await open();
  const asked = client.ask();
  await page.goto(asked.url);
  await g.step('signs in with Tab and Enter', async () => {
    await tabTo(page, '[name=username]');
    await page.keyboard.type(server.username);
    await page.keyboard.press('Tab');
    await tabTo(page, '[name=password]');
    await page.keyboard.type(server.password);
    await page.keyboard.press('Enter');
    await page.locator(APPROVE).waitFor();
  });
  await g.step('approves with Tab and Enter', async () => {
    await tabTo(page, APPROVE);
    await Promise.all([
      page.waitForURL((url) => url.origin === landing.origin),
      page.keyboard.press('Enter'),
    ]);
    await client.redeems(asked, landing.came[0]);
  });
});

export async function habits(chromium, server) {
  for (const each of [mistype, twoTabs, back, twice, keyboard]) {
    await each(chromium, server);
  }
}
