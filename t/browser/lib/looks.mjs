// Licensed under the Apache License, Version 2.0; see LICENSE.
// How people see a page, and what holds for every page in every look.

import assert from 'node:assert/strict';
import path from 'node:path';
import { passesAxe } from '../../client/lib/axe.mjs';

const SHOTS = path.join(process.env.MCP_TEST_ROOT, 'build/screenshots');

export const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1024, height: 768 } },
  dark: { colorScheme: 'dark', viewport: { width: 1024, height: 768 } },
  phone: {
    colorScheme: 'light', viewport: { width: 360, height: 740 },
    deviceScaleFactor: 2, isMobile: true, hasTouch: true,
  },
};

const RTL_OVERRIDE = String.fromCodePoint(0x202e);
const REPLACED = String.fromCodePoint(0xfffd);

/** What clients call themselves. */
export const NAMES = {
  'hostile': '</bdi></strong><script>document.title="x"</script>'
    + '<img src=x onerror=alert(1)> "\'&amp;{{flow}}',
  'right-to-left': `مساعد المهام ${RTL_OVERRIDE}(verified)`,
  'long': 'W'.repeat(200),
};

export function shoot(page, name) {
  return page.screenshot({
    path: path.join(SHOTS, `${name}.png`), fullPage: true,
  });
}

/** For everybody: a language, a title, a heading, a name for each field, no
 * sideways scrolling, nothing that sticks out but what has a scroll bar. */
export async function isAccessible(page) {
  const found = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    title: document.title.trim(),
    headings: document.querySelectorAll('h1').length,
    viewport: Boolean(document.querySelector('meta[name=viewport]')),
    nameless: [...document.querySelectorAll('input:not([type=hidden])')]
      .filter((input) => !input.labels.length).map((input) => input.name),
    wide: document.documentElement.scrollWidth > innerWidth,
    escaping: [...document.querySelectorAll('main :not([type=hidden], pre *)')]
      .filter((each) => {
        const outer = document.querySelector('main').getBoundingClientRect();
        const inner = each.getBoundingClientRect();
        return inner.left < outer.left - 1 || inner.right > outer.right + 1;
      }).map((each) => each.outerHTML),
  }));
  const { title, ...rest } = found;
  assert.ok(title);
  assert.deepEqual(rest, {
    lang: 'en', headings: 1, viewport: true, nameless: [], wide: false,
    escaping: [],
  });
  await passesAxe(page);
}

/** The name is there, and what comes behind it is not pulled along by its
 * direction. Characters that would turn text around are shown as such. */
export async function isIsolated(page, name) {
  const found = await page.evaluate((text) => {
    const bdi = [...document.querySelectorAll('bdi')]
      .find((each) => each.textContent === text);
    return bdi && getComputedStyle(bdi).unicodeBidi;
  }, name.replace(RTL_OVERRIDE, REPLACED));
  assert.equal(found, 'isolate');
}

/** All of these can be seen and are large enough for a finger. */
export async function canBePressed(page, selectors) {
  for (const selector of selectors) {
    for (const each of await page.locator(selector).all()) {
      const box = await each.boundingBox();
      assert.ok(box.width >= 44 && box.height >= 44,
        `${selector} ${JSON.stringify(box)}`);
    }
    assert.ok(await page.locator(selector).count(), selector);
  }
}

/** Who has the focus, which can be seen. */
export async function hasFocus(page, selector) {
  const found = await page.evaluate((each) => {
    const active = document.activeElement;
    return active.matches(each) ? getComputedStyle(active).outlineStyle
      : active.outerHTML;
  }, selector);
  assert.equal(found, 'solid');
}

export async function policyOf(response) {
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
