// Licensed under the Apache License, Version 2.0; see LICENSE.
// Clients of the SDKs tour a server that offers everything, each kind as a user
// of its own, so that none hears of what the others do.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { complaintsOf } from './lib/demo.mjs';
import { startSite } from './lib/httpd.mjs';
import { textOf } from './lib/journey.mjs';
import { Line } from './lib/line.mjs';
import { freePort, stop, until } from './lib/process.mjs';
import { group } from './lib/tap.mjs';
import { enter, tour } from './lib/tour.mjs';
import { python } from './python.mjs';
import { Remote } from './remote.mjs';
import { returns } from './returns.mjs';
import { endSession, tourist1, way1 } from './sdk1.mjs';
import { MODES, tourist2, way2 } from './sdk2.mjs';

const USERS = ['one', 'two', 'three', 'four', 'five'];

async function begin() {
  const site = await startSite({
    name: 'tour',
    template: path.join(import.meta.dirname, 'lib/tour.conf.in'),
  });
  const file = path.join(site.dir, 'users');
  const [, hash] = fs.readFileSync(file, 'utf8').split(/:(.*)/);
  fs.appendFileSync(file, USERS.map((user) => `${user}:${hash}\n`).join(''));
  return Object.assign(site, { sse: `${site.issuer}/sse` });
}

/** Streams that end before their answer, and where it goes on. */
async function resumes(g, { call }, line) {
  await g.step('comes back for the answer when the server lets it go',
    async () => {
      const before = line.returns();
      assert.equal(textOf(await call({ name: 'part',
        arguments: { ms: 300 } })), 'done');
      assert.equal(line.returns(), before + 1);
    });
  await g.step('loses nothing where its line breaks', async () => {
    const told = [];
    const before = line.returns();
    line.breakAt('"progress":2');
    const result = await call({ name: 'wait',
      arguments: { ms: 1000, said: 6 } },
    { onprogress: ({ progress }) => told.push(progress) });
    assert.ok(line.isBroken, 'it was not broken');
    assert.equal(textOf(result), 'done');
    assert.deepEqual(told, [1, 2, 3, 4, 5, 6]);
    assert.equal(line.returns(), before + 1);
  });
  // its call was cancelled, and it cannot know that no answer comes
  await g.step('comes back once for what it has cancelled', async () => {
    await until('its return', 20, () => line.returns(204));
    const listened = line.requests.filter(({ method, url, headers }) =>
      method === 'GET' && url.endsWith('/mcp')
      && headers.has('mcp-session-id') && !headers.has('last-event-id'));
    assert.equal(listened.length, 1, 'it listens twice');
  });
}

/** There is nothing to resume: whoever has a call waits. */
async function stays(g, { call }, line) {
  await g.step('stays where others would be let go', async () => {
    assert.equal(textOf(await call({ name: 'part',
      arguments: { ms: 300 } })), 'done');
    assert.equal(line.returns(), 0);
  });
}

/** With its connection its session ends. */
async function leaves(g, { client, provider }, line) {
  await g.step('leaves, and its session is gone', async () => {
    const { url } = line.requests.findLast(({ method, url }) =>
      method === 'POST' && url.includes('sessionId='));
    await client.close();
    await until('the end of the session', 20, async () => {
      const { status } = await fetch(url, {
        method: 'POST',
        headers: {
          'Authorization': `Bearer ${provider.saved.tokens.access_token}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      });
      return status === 404;
    });
  });
}

/** A tour of one client; sse, version: what it speaks. */
async function goes(g, { site, way, tourist, other, sse, version }) {
  const line = new Line();
  const here = await g.step('signs in from nothing', () =>
    enter(way({ fetch: line.fetch }), g.name));
  const it = { ...tourist(here.client), site, other, mayMiss: sse };
  await tour(g, it);
  if (sse || it.modern) await stays(g, it, line);
  else await resumes(g, it, line);
  if (sse) await leaves(g, here, line);
  else if (it.modern) {
    await g.step(`speaks ${version}, without a session`, () => {
      assert.equal(here.client.getNegotiatedProtocolVersion(), version);
      assert.ok(line.requests.every(({ headers }) =>
        !headers.has('mcp-session-id')));
    });
  }
  else await endSession(g, { ...here, demo: site });
  await here.client.close();
}

async function tours1(site) {
  const demo = { ...site, username: 'one' };
  let other;
  await group('SDK 1.x tour', 60, async (g) => {
    other = await g.step('another client signs in', () =>
      enter(way2(demo), 'another'));
  });
  if (!other) return;
  for (const sse of [false, true]) {
    await group(`SDK 1.x ${sse ? 'HTTP+SSE ' : ''}tour`, 90, (g) => goes(g, {
      site, sse, tourist: tourist1, other: other.client,
      way: (options) => way1(demo, { sse, ...options }),
    }));
  }
  await other.client.close();
}

async function tours2(site) {
  const demo = { ...site, username: 'two' };
  let other;
  await group('SDK 2.x tour', 60, async (g) => {
    other = await g.step('another client signs in', () =>
      enter(way1(demo), 'another'));
  });
  if (!other) return;
  for (const { name, mode, version, sse } of
    [...MODES, { name: 'HTTP+SSE', mode: 'legacy', sse: true }]) {
    await group(`SDK 2.x ${name} tour`, 90, (g) => goes(g, {
      site, sse, version, tourist: tourist2, other: other.client,
      way: (options) => way2(demo, { mode, sse, ...options }),
    }));
  }
  await other.client.close();
}

const BRIDGES = [
  { name: 'legacy', protocol: 'legacy' },
  { name: 'auto', protocol: 'auto', isBridged: true },
  { name: 'sse-only', transport: 'sse-only', sse: true },
  { name: 'http-first at /sse', transport: 'http-first', sse: true },
];

async function toursRemote(site) {
  const demo = { ...site, username: 'three' };
  let other;
  await group('mcp-remote tour', 60, async (g) => {
    other = await g.step('another client signs in', () =>
      enter(way2(demo), 'another'));
  });
  if (!other) return;
  for (const { name, sse, isBridged, ...told } of BRIDGES) {
    await group(`mcp-remote ${name} tour`, 120, async (g) => {
      const remote = new Remote(demo,
        { ...told, url: sse ? demo.sse : demo.mcp }, await freePort());
      await remote.use((client) => tour(g, { ...tourist1(client), site,
        other: other.client, isBridged, mayMiss: true }));
    });
  }
  await other.client.close();
}

export async function tours() {
  let site;
  await group('tours', 60, async (g) => {
    site = await g.step('an httpd that offers everything starts', begin);
  });
  if (!site) return;
  await Promise.all([
    tours1(site).then(() => tours2(site)),
    python(site, ['four', 'five']).then(() => toursRemote(site)),
  ]);
  await returns(site, 'one');
  await group('tours', 30, async (g) => {
    await g.also('it ends when it is asked to', async () =>
      assert.ok(await stop(site.process), 'it had to be killed'));
    await g.also('it logged nothing that it should not', () =>
      assert.deepEqual(complaintsOf(site), []));
  });
}
