// Licensed under the Apache License, Version 2.0; see LICENSE.
// What clients in use really send (the programs themselves cannot be run
// here): registrations, probes, redirect URIs, races, header habits; each with
// what its user needs in the end.

import assert from 'node:assert/strict';
import { complaintsOf } from './lib/demo.mjs';
import { stop } from './lib/process.mjs';
import { group } from './lib/tap.mjs';
import { browser } from './persona/browser.mjs';
import { editors } from './persona/editors.mjs';
import { hosted } from './persona/hosted.mjs';
import { pages, published } from './persona/published.mjs';
import { python } from './persona/python.mjs';
import { startPersonas } from './persona/site.mjs';
import { terminals } from './persona/terminals.mjs';
import { startWorld } from './persona/world.mjs';

export async function persona() {
  let site, world;
  await group('personas', 60, async (g) => {
    world = await g.step('their websites are there', () =>
      startWorld(pages));
    site = await g.step('a server for them starts', () =>
      startPersonas(world.settings));
  });
  if (site) await all(site);
  world?.stop();
}

async function all(site) {
  // one after the other, for some let time pass, in the end days
  const personas = [published, python, hosted, browser, editors, terminals];
  for (const each of personas) await each(site);
  await group('personas', 30, async (g) => {
    await g.also('the server ends when it is asked to', async () =>
      assert.ok(await stop(site.process), 'it had to be killed'));
    await g.also('it logged nothing that it should not', () =>
      assert.deepEqual(complaintsOf(site), []));
  });
}
