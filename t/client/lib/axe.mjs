// Licensed under the Apache License, Version 2.0; see LICENSE.
// axe-core on a page of Chromium, in spite of the page's policy.

import assert from 'node:assert/strict';
import axe from 'axe-core';

/** No rule of axe is broken, best practices included. */
export async function passesAxe(page) {
  // what is evaluated from outside is no script of the page
  await page.evaluate(axe.source);
  const broken = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document);
    return violations.map(({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
  });
  assert.deepEqual(broken, []);
}
