// Licensed under the Apache License, Version 2.0; see LICENSE.
// The consent page: whatever clients and administrators write there, and for
// browsers that stay signed in.

import assert from 'node:assert/strict';
import path from 'node:path';
import { startSite } from '../client/lib/httpd.mjs';
import { group } from '../client/lib/tap.mjs';
import { Client } from './lib/client.mjs';
import { Landing } from './lib/landing.mjs';
import { canBePressed, hasFocus, isAccessible, isIsolated, LOOKS, NAMES,
  policyOf, shoot } from './lib/looks.mjs';
import { APPROVE, DENY, withTabs } from './lib/tab.mjs';

const SWITCH = 'button[name=decision][value=switch]';
const SIGN_OUT = 'button[name=decision][value=sign-out]';
const CUSTOM = 'cursor://anysphere.cursor-mcp/oauth/callback';

export function startWords() {
  return startSite({
    name: 'words',
    template: path.join(import.meta.dirname, 'lib/words.conf.in'),
  });
}

async function worded(chromium, server, look, kind) {
  const name = NAMES[kind];
  await group(`${server.title}, ${look}, a ${kind} name`, 60, async (g) => {
    const client = await Client.register(server, CUSTOM, name);
    await withTabs(g, chromium, LOOKS[look], async (open) => {
      const tab = await open();
      await tab.goto(client.ask().url);
      await g.step('can be read by everybody on the sign-in page', async () => {
        await shoot(tab.page, `words-sign-in-${kind}-${look}`);
        await isAccessible(tab.page);
        await isIsolated(tab.page, name);
      });
      await tab.signIn(server);
      await tab.page.locator(APPROVE).waitFor();
      await g.step('and on the consent page', async () => {
        await shoot(tab.page, `words-consent-${kind}-${look}`);
        await isAccessible(tab.page);
        await isIsolated(tab.page, name);
        await canBePressed(tab.page, [APPROVE, DENY, SWITCH]);
        await policyOf(tab.last);
      });
      await g.step('is text and nothing else', async () => {
        assert.match(await tab.page.title(), /^Allow access to /);
        assert.equal(await tab.page.locator('script, img, b').count(), 0);
        assert.equal(await tab.page.locator('form').count(), 2);
      });
      await g.step('the scopes are there, word for word', async () => {
        const scopes = await tab.page.locator('li').allTextContents();
        assert.equal(scopes.length, 3);
        assert.equal(scopes[0].length, 200);
        assert.match(scopes[1], /^قراءة .*\(tasks\)$/);
        assert.equal(scopes[2], 'Write <b>bold</b> & "quoted" words {{flow}}');
      });
    });
  });
}

/** Signs in and approves: the browser stays signed in. */
async function stay({ g, tab, landing, client, server }) {
  await g.step('signs in and approves', async () => {
    const asked = client.ask();
    await tab.toConsent(asked.url, server);
    assert.equal(await tab.page.locator(SIGN_OUT).count(), 0);
    await client.redeems(asked, await tab.decide(APPROVE, landing));
  });
}

async function arrives(it) {
  const { tab, client, server } = it;
  const asked = client.ask();
  // as a client does it: from elsewhere
  await tab.page.goto('data:text/html,<a>Connect</a>');
  await tab.page.evaluate((url) => {
    document.querySelector('a').href = url;
  }, asked.url);
  await Promise.all([
    tab.page.waitForURL((url) => url.origin === new URL(server.issuer).origin),
    tab.page.locator('a').click(),
  ]);
  return asked;
}

const staying = {
  'approves again without a password': async (it) => {
    const { g, tab, landing, client } = it;
    await g.step('a link of another site leads to consent', async () => {
      it.asked = await arrives(it);
      await tab.page.locator(APPROVE).waitFor();
      await isAccessible(tab.page);
      await shoot(tab.page, `staying-${it.look}`);
    });
    await g.step('and on to the client', async () =>
      client.redeems(it.asked, await tab.decide(APPROVE, landing)));
    await g.step('going back asks anew and does no harm', async () => {
      const before = landing.came.length;
      await tab.page.goBack();
      await tab.page.locator(APPROVE).waitFor();
      assert.equal(landing.came.length, before);
      const answer = await tab.decide(APPROVE, landing);
      const params = client.check(it.asked, answer);
      assert.ok(params.get('code'));
    });
  },
  'signs out': async (it) => {
    const { g, tab, server } = it;
    await arrives(it);
    await g.step('gets the sign-in page, which says so', async () => {
      await tab.page.locator(SIGN_OUT).click();
      await tab.page.locator('[role=status]').waitFor();
      await isAccessible(tab.page);
      await shoot(tab.page, `signed-out-${it.look}`);
      assert.deepEqual(await it.context.cookies(server.issuer), []);
    });
    await g.step('and has to sign in next time', async () => {
      await arrives(it);
      await tab.page.locator('[name=password]').waitFor();
    });
  },
  'takes another account': async (it) => {
    const { g, tab, landing, client, server } = it;
    const asked = await arrives(it);
    await g.step('by keyboard', async () => {
      await tab.page.locator(DENY).focus();
      await tab.page.keyboard.press('Tab');
      await hasFocus(tab.page, SWITCH);
      await tab.page.keyboard.press('Enter');
      await tab.page.locator('[name=password]').waitFor();
    });
    await g.step('signs in there, approves', async () => {
      await tab.signIn(server);
      await tab.page.locator(APPROVE).waitFor();
      await client.redeems(asked, await tab.decide(APPROVE, landing));
    });
  },
};

async function stays(chromium, server, look, what) {
  await group(`${server.title}, ${look}, stays signed in, ${what}`, 60,
    async (g) => {
      const landing = await Landing.open();
      const client = await Client.register(server, landing.callback);
      await withTabs(g, chromium, LOOKS[look], async (open, context) => {
        const tab = await open();
        const it = { g, tab, context, landing, client, server, look };
        await stay(it);
        await staying[what](it);
      });
      landing.close();
    });
}

export async function asking(chromium, server) {
  const isWords = server.title === 'words';
  for (const look of isWords ? Object.keys(LOOKS) : []) {
    for (const kind of Object.keys(NAMES)) {
      await worded(chromium, server, look, kind);
    }
  }
  for (const look of isWords ? ['dark', 'phone'] : ['light']) {
    for (const what of Object.keys(staying)) {
      await stays(chromium, server, look, what);
    }
  }
}
