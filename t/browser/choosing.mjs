// Licensed under the Apache License, Version 2.0; see LICENSE.
// The page that asks before it sends the user to an identity provider, and to
// which one.

import assert from 'node:assert/strict';
import { group } from '../client/lib/tap.mjs';
import { Client } from './lib/client.mjs';
import { Landing } from './lib/landing.mjs';
import { canBePressed, hasFocus, isAccessible, isIsolated, LOOKS, NAMES,
  policyOf, shoot } from './lib/looks.mjs';
import { LABELS } from './lib/broker.mjs';
import { APPROVE, DENY, withTabs } from './lib/tab.mjs';

const CUSTOM = 'cursor://anysphere.cursor-mcp/oauth/callback';
const CHOICE = 'label:has([type=radio])';
const RADIO = '[type=radio][name=provider]';
const SIGN_OUT = 'button[name=decision][value=sign-out]';

const isAt = (tab, host) => tab.page.waitForURL((url) => url.host === host);

async function shown(tab, { name, pressed, says }) {
  await shoot(tab.page, name);
  await isAccessible(tab.page);
  await canBePressed(tab.page, pressed);
  await policyOf(tab.last);
  const text = await tab.text();
  for (const each of says) assert.ok(text.includes(each), text);
}

/** Pages of a client whose name does no harm. */
const PAGES = {
  'one provider': {
    where: '/one', pressed: [APPROVE, DENY],
    says: ['You sign in at', 'sso.example.com'],
  },
  'two providers': {
    where: '', pressed: [APPROVE, DENY, CHOICE],
    says: ['Sign in with', 'Staff', 'example.okta.com'],
  },
};

async function plain(chromium, server, look) {
  for (const [what, { where, ...page }] of Object.entries(PAGES)) {
    await group(`${what}, ${look}`, 60, async (g) => {
      const client = await Client.register(server.at(where), CUSTOM, 'Cursor');
      await withTabs(g, chromium, LOOKS[look], async (open) => {
        const tab = await open();
        await g.step('can be read by everybody', async () => {
          await tab.goto(client.ask().url);
          await shown(tab, { ...page,
            name: `choosing-${what.replace(' ', '-')}-${look}` });
          assert.equal(await tab.page.locator(APPROVE).innerText(),
            'Allow and sign in');
        });
      });
    });
  }
}

/** Whatever clients and administrators write. */
async function worded(chromium, server, look, kind) {
  await group(`three providers, ${look}, a ${kind} name`, 60, async (g) => {
    const name = NAMES[kind];
    const client = await Client.register(server.at('/long'), CUSTOM, name);
    await withTabs(g, chromium, LOOKS[look], async (open) => {
      const tab = await open();
      await g.step('can be read by everybody', async () => {
        await tab.goto(client.ask().url);
        await shown(tab, {
          name: `choosing-${kind}-${look}`, pressed: [APPROVE, DENY, CHOICE],
          says: Object.values(LABELS),
        });
        for (const each of [name, ...Object.values(LABELS)]) {
          await isIsolated(tab.page, each);
        }
        assert.equal(await tab.page.locator('script, img, b').count(), 0);
        assert.equal(await tab.page.locator('form').count(), 1);
      });
    });
  });
}

async function byKeyboard(chromium, server) {
  await group('two providers, by keyboard', 60, async (g) => {
    const client = await Client.register(server.at(''), CUSTOM);
    await withTabs(g, chromium, {}, async (open) => {
      const tab = await open();
      const { page } = tab;
      const second = `${RADIO}[value="example.okta.com"]`;
      await tab.goto(client.ask().url);
      await g.step('Tab leads to the one that is chosen', async () => {
        await page.keyboard.press('Tab');
        await hasFocus(page, `${RADIO}[value=Staff]:checked`);
      });
      await g.step('an arrow chooses the other', async () => {
        await page.keyboard.press('ArrowDown');
        await hasFocus(page, `${second}:checked`);
        await shoot(page, 'choosing-focus');
      });
      await g.step('Tab leads to the buttons', async () => {
        await page.keyboard.press('Tab');
        await hasFocus(page, APPROVE);
        await page.keyboard.press('Tab');
        await hasFocus(page, DENY);
        await page.keyboard.press('Shift+Tab');
      });
      await g.step('Enter leads to the provider', async () => {
        await page.keyboard.press('Enter');
        await isAt(tab, 'example.okta.com');
      });
    });
  });
}

async function byPointer(chromium, server, js) {
  await group(`two providers, ${js ? 'with' : 'without'} JavaScript`, 60,
    async (g) => {
      const client = await Client.register(server.at(''), CUSTOM);
      await withTabs(g, chromium, { javaScriptEnabled: js }, async (open) => {
        const tab = await open();
        for (const [label, host] of [['Staff', 'sso.example.com'],
          ['example.okta.com', 'example.okta.com']]) {
          await g.step(`${label} can be chosen by its label`, async () => {
            await tab.goto(client.ask().url);
            await tab.page.locator(CHOICE, { hasText: label }).click();
            await tab.page.locator(APPROVE).click();
            await isAt(tab, host);
          });
        }
      });
    });
}

/** httpd's own sign-in is one of those that there are to choose. */
async function mixed(chromium, server, look) {
  await group(`a password or a provider, ${look}`, 60, async (g) => {
    const landing = await Landing.open();
    const client = await Client.register(server.at('/mixed'),
      landing.callback, 'Cursor');
    await withTabs(g, chromium, LOOKS[look], async (open) => {
      const tab = await open();
      const asked = client.ask();
      await g.step('the password is asked for when it is chosen', async () => {
        await tab.goto(asked.url);
        await tab.page.locator(CHOICE, { hasText: 'User name and password' }).click();
        await tab.page.locator(APPROVE).click();
        await tab.page.locator('[name=password]').waitFor();
        await shoot(tab.page, `choosing-password-${look}`);
        await isAccessible(tab.page);
        await Promise.all([
          tab.page.waitForURL((url) => url.origin === landing.origin),
          tab.signIn(server),
        ]);
        await client.redeems(asked, landing.came.at(-1));
      });
      await g.step('who signs out is told so, and may choose again',
        async () => {
          await tab.goto(client.ask().url);
          await tab.page.locator(SIGN_OUT).click();
          await tab.page.locator('[role=status]').waitFor();
          await shown(tab, {
            name: `choosing-signed-out-${look}`,
            pressed: [APPROVE, DENY, CHOICE],
            says: ['You are signed out', 'Sign in with'],
          });
        });
    });
    landing.close();
  });
}

export async function choosing(chromium, server) {
  for (const look of Object.keys(LOOKS)) {
    await plain(chromium, server, look);
    await mixed(chromium, server, look);
  }
  await worded(chromium, server, 'dark', 'right-to-left');
  await worded(chromium, server, 'light', 'hostile');
  for (const look of ['light', 'phone']) {
    await worded(chromium, server, look, 'long');
  }
  await byKeyboard(chromium, server);
  for (const js of [true, false]) await byPointer(chromium, server, js);
}
