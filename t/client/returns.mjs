// Licensed under the Apache License, Version 2.0; see LICENSE.
// Clients of the SDKs whose streams end with a graceful restart: they come
// back, and hear what happens then.

import assert from 'node:assert/strict';
import { group } from './lib/tap.mjs';
import { until } from './lib/process.mjs';
import { enter } from './lib/tour.mjs';
import { tourist1, way1 } from './sdk1.mjs';
import { tourist2, way2 } from './sdk2.mjs';

const SECONDS = 20;
const EACH = [
  { name: 'SDK 1.x', way: way1, tourist: tourist1 },
  { name: 'SDK 2.x legacy', way: way2, tourist: tourist2, mode: 'legacy' },
  { name: 'SDK 2.x auto', way: way2, tourist: tourist2, mode: 'auto' },
];

/** How often it hears that the list of tools has changed. */
function count(it) {
  const heard = { times: 0 };
  it.hears('notifications/tools/list_changed', () => heard.times++);
  return heard;
}

/** Until it hears that, said again and again: where a stream has just ended,
 * its client is not back at once. */
async function hears(heard, say) {
  const before = heard.times;
  await until('the change', SECONDS, async () => {
    await say();
    return heard.times > before;
  });
}

async function listen(g, { name, way, tourist, mode }, demo, say) {
  return g.step(`${name} listens`, async () => {
    const { client } = await enter(way(demo, { mode }), `${name} returns`);
    const it = tourist(client);
    const heard = count(it);
    const watch = await it.watches({ tools: true });
    await hears(heard, say);
    return { ...it, name, heard, watch };
  });
}

/** That of 2026-07-28 is told that its subscription is over, and is to begin
 * another one; those of sessions come back by themselves. */
async function comesBack(g, it, say) {
  if (it.modern) {
    await g.step(`${it.name} is told that its subscription is over`,
      async () => assert.equal(await it.watch.closed, 'graceful'));
    it.watch = await it.watches({ tools: true });
  }
  await g.step(`${it.name} is back, and hears what changes`,
    () => hears(it.heard, say));
}

/** The site restarts while they listen. */
export async function returns(site, username) {
  const demo = { ...site, username };
  await group('a graceful restart', 120, async (g) => {
    const { client } = await g.step('another client signs in', () =>
      enter(way2(demo), 'another returns'));
    const say = () =>
      client.callTool({ name: 'changed', arguments: { list: 'tools' } });
    const all = [];
    for (const each of EACH) all.push(await listen(g, each, demo, say));
    process.kill(site.process.pid, 'SIGUSR1');
    for (const it of all) await comesBack(g, it, say);
    for (const it of all) await it.client.close();
    await client.close();
  });
}
