// Licensed under the Apache License, Version 2.0; see LICENSE.
// A tab of Chromium on our pages, and all that its console complained of.

import assert from 'node:assert/strict';

const SECONDS = 15;
// What Chromium says by itself of a 4xx page, and of a scheme that no program
// on this machine handles, or that it hands over only when the link is pressed,
// for the last click was too long ago.
const EXPECTED = [
  /^Failed to load resource: the server responded with a status of 4\d\d/,
  /^Failed to launch '(cursor|claude):/,
  /^Not allowed to launch '(cursor|claude):.* a user gesture is required/,
];

export const APPROVE = 'button[name=decision][value=approve]';
export const DENY = 'button[name=decision][value=deny]';

export class Tab {
  static async open(context, complaints) {
    const it = new Tab();
    it.context = context;
    it.complaints = complaints;
    it.page = await context.newPage();
    it.page.setDefaultTimeout(SECONDS * 1000);
    it.page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      const text = message.text();
      if (!EXPECTED.some((each) => each.test(text))) it.complaints.push(text);
    });
    it.page.on('pageerror', (error) => it.complaints.push(String(error)));
    it.page.on('response', (response) => {
      if (response.request().isNavigationRequest()) it.last = response;
    });
    return it;
  }

  async goto(url) {
    this.last = await this.page.goto(url);
    return this.last;
  }

  async fill({ username, password }) {
    await this.page.locator('[name=username]').fill(username);
    await this.page.locator('[name=password]').fill(password);
  }

  /** Fills the sign-in form in and submits it. */
  async signIn(user) {
    await this.fill(user);
    await this.page.locator('form:has([name=password]) [type=submit], '
      + 'form:has([name=password]) button:not([type])').first().click();
  }

  /** Signs in where the browser has not stayed signed in; the consent page is
   * there. */
  async toConsent(url, user) {
    await this.goto(url);
    const approve = this.page.locator(APPROVE);
    await approve.or(this.page.locator('[name=password]')).waitFor();
    if (!await approve.count()) await this.signIn(user);
    await approve.waitFor();
  }

  /** Presses a button of the consent page and waits for the landing. */
  async decide(button, landing) {
    await Promise.all([
      this.page.waitForURL((url) => url.origin === landing.origin),
      this.page.locator(button).click(),
    ]);
    return landing.came.at(-1);
  }

  /** Fills in the form of an identity provider of t/idp. */
  async signInElsewhere({ id, password }) {
    await this.page.locator('[name=login]').fill(id);
    await this.page.locator('[name=password]').fill(password);
    await this.page.locator('button[value=continue]').click();
  }

  text() {
    return this.page.locator('body').innerText();
  }

  /** The page is one that says what happened, with this status. */
  async isClear(status) {
    const is = this.last.status();
    assert.ok(status.includes(is), `status ${is}`);
    assert.ok((await this.page.locator('h1').innerText()).trim());
    assert.ok((await this.text()).trim().length > 40, await this.text());
  }
}

/** Runs fn in a browser profile of its own; afterwards nothing may stand in
 * the console. */
export async function withTabs(g, chromium, options, fn) {
  const context = await chromium.newContext({
    ignoreHTTPSErrors: true, ...options,
  });
  const complaints = [];
  try {
    await fn(() => Tab.open(context, complaints), context);
    await g.step('no error stands in the console', () =>
      assert.deepEqual(complaints, []));
  }
  finally {
    await context.close();
  }
}
