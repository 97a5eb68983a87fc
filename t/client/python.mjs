// Licensed under the Apache License, Version 2.0; see LICENSE.
// The official SDK of Python and FastMCP's client: each a program (python/) that
// tells what it has done.

import assert from 'node:assert/strict';
import path from 'node:path';
import { evidence, run } from './lib/process.mjs';
import { group } from './lib/tap.mjs';

const ROOT = process.env.MCP_TEST_ROOT;
const PYTHON = path.join(ROOT, 'build/python/bin/python');
const TOUR = path.join(import.meta.dirname, 'python/tour.py');
const BROWSER = path.join(import.meta.dirname, 'lib/browser.mjs');
const CALLBACK = 'http://127.0.0.1:33419/callback?';

const KINDS = [
  // nothing listens at the callback of the one, the other listens itself
  { kind: 'mcp', name: 'Python SDK', end: CALLBACK },
  { kind: 'fastmcp', name: 'FastMCP', end: '' },
];

const WAYS = [
  { name: 'auto', mode: 'auto', version: '2026-07-28' },
  { name: 'pinned 2026-07-28', mode: '2026-07-28', version: '2026-07-28' },
  { name: 'legacy', mode: 'legacy', version: '2025-11-25' },
  { name: 'HTTP+SSE', mode: 'legacy', version: '2025-11-25', sse: true },
];

async function tour(g, site, { kind, end }, { sse = false, mode, version }) {
  const log = path.join(process.env.MCP_TEST_DIR, `python-${site.username}.log`);
  const told = {
    kind, sse, mode, version, url: sse ? site.sse : site.mcp,
    log: path.join(site.dir, 'error.log'), browser: [process.execPath, BROWSER],
  };
  const it = await run(PYTHON, ['-B', TOUR, JSON.stringify(told)], {
    seconds: 110,
    env: {
      HOME: process.env.MCP_TEST_DIR,
      SSL_CERT_FILE: process.env.NODE_EXTRA_CA_CERTS,
      MCP_BROWSER_USERNAME: site.username,
      MCP_BROWSER_PASSWORD: site.password,
      MCP_BROWSER_STOP: end,
      MCP_BROWSER_LOG: log,
    },
  });
  const steps = it.stdout.match(/^[a-z].*$/gm) ?? [];
  const last = steps.at(-1) === 'end' ? steps.pop() : 'too early';
  for (const step of steps) await g.step(step, () => {});
  await g.step('comes to the end of its tour', () => {
    try {
      assert.deepEqual([it.code, last], [0, 'end']);
    }
    catch (error) {
      throw evidence(error, it.output);
    }
  });
}

/** On site, each as a user of its own: users has as many as there are kinds. */
export async function python(site, users) {
  await Promise.all(KINDS.map(async (kind, i) => {
    for (const way of WAYS) {
      await group(`${kind.name} ${way.name} tour`, 120, (g) =>
        tour(g, { ...site, username: users[i] }, kind, way));
    }
  }));
}
