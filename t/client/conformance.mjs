// Licensed under the Apache License, Version 2.0; see LICENSE.
// The official suite's server leg against `make serve-conformance`, all that
// its requirements name, scored or not. The suite itself ends well where it
// warns, skips what matters or runs nothing, so each check of it is read here.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { complaintsOf } from './lib/demo.mjs';
import { evidence, freePort, run, start, stop, until }
  from './lib/process.mjs';
import { diag, group } from './lib/tap.mjs';

const ROOT = process.env.MCP_TEST_ROOT;
const SUITE = path.join(ROOT, 'build/node/node_modules',
  '@modelcontextprotocol/conformance');
const { parse } = createRequire(path.join(SUITE, 'package.json'))('yaml');
const REVISIONS = ['2025-11-25', '2026-07-28'];
// a whole build may be part of it
const START_SECONDS = 300;

// Checks that need not be SUCCESS, and why. What is not here has to be.
const LESS = {
  SKIPPED: {
    'tasks-status-notifications':
      'the suite skips it always: the notifications are optional',
  },
  INFO: {
    'incoming-request': 'a record of what was sent',
    'outgoing-request': 'the same',
    'incoming-response': 'a record of what was answered',
    'outgoing-response': 'the same',
    'incoming-sse-event': 'a record of what came',
    'stream-closed': 'a record of when',
    'server-sse-streams-functional': 'tools/list has nothing to stream',
  },
};

async function serve() {
  const dir = path.join(process.env.MCP_TEST_DIR, 'conformance');
  const port = await freePort();
  fs.mkdirSync(dir, { mode: 0o755 });
  const it = start('make', ['--no-print-directory', 'serve-conformance'], {
    cwd: ROOT, env: {
      MCP_CONFORMANCE_PORT: String(port), MCP_CONFORMANCE_DIR: dir,
    },
  });
  let running = true;
  it.ended.then(() => { running = false; });
  try {
    const url = await until('the server', START_SECONDS, () =>
      /^serving (\S+)/m.exec(it.stdout)?.[1], () => running);
    return { url, dir, port, process: it };
  }
  catch (error) {
    await stop(it);
    throw evidence(error, it.output);
  }
}

/** {scenario: whether it is scored} */
function required(revision) {
  const file = path.join(SUITE, 'requirements', `${revision}.yaml`);
  const all = parse(fs.readFileSync(file, 'utf8'));
  return new Map([
    ...all.server.map((name) => [name, true]),
    ...all.not_scored.filter(({ leg }) => leg === 'server')
      .map(({ scenario }) => [scenario, false]),
  ]);
}

/** {scenario: its checks} */
function checksIn(dir) {
  const all = fs.readdirSync(dir).map((name) => [
    /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(name)?.[1] ?? name,
    JSON.parse(fs.readFileSync(path.join(dir, name, 'checks.json'))),
  ]);
  const checks = new Map(all);
  assert.equal(checks.size, all.length, 'a scenario ran twice');
  return checks;
}

const isGood = ({ status, id }) =>
  status === 'SUCCESS' || id in (LESS[status] ?? {});

function explainCheck({ id, status, errorMessage, details }) {
  const more = JSON.stringify(details)?.slice(0, 1000);
  return `${status} ${id}: ${errorMessage ?? more}`;
}

function judge(checks) {
  assert.deepEqual(checks.filter((each) => !isGood(each)).map(explainCheck),
    []);
  assert.ok(checks.some(({ status }) => /SUCCESS|SKIPPED/.test(status)),
    'the suite has not looked');
}

function count(names, found) {
  const by = {};
  for (const name of names) {
    for (const { status } of found.get(name) ?? []) {
      by[status] = (by[status] ?? 0) + 1;
    }
  }
  return Object.entries(by).map(([status, n]) => `${n} ${status}`).sort()
    .join(', ');
}

function tell(revision, scenarios, found) {
  for (const scored of [true, false]) {
    const names = [...scenarios.keys()].filter((name) =>
      scenarios.get(name) === scored && found.has(name));
    diag(`${revision}: ${names.length} scenarios ${scored ? '' : 'not '}`
      + `scored: ${count(names, found)}`);
  }
}

async function leg(server, revision) {
  await group(`official suite, ${revision}`, 180, async (g) => {
    const dir = path.join(server.dir, `results-${revision}`);
    const scenarios = required(revision);
    const end = await g.step('runs to its end', () =>
      run(process.execPath, [path.join(SUITE, 'dist/index.js'), 'server',
        '--url', server.url, '--requirements', revision, '-o', dir],
      { seconds: 150 }));
    const found = checksIn(dir);
    tell(revision, scenarios, found);
    await g.also('ran all that the revision requires', () =>
      assert.deepEqual([...found.keys()].sort(),
        [...scenarios.keys()].sort()));
    for (const [name, scored] of scenarios) {
      await g.also(scored ? name : `${name} (not scored)`, () =>
        judge(found.get(name) ?? []));
    }
    await g.also('is content', () =>
      assert.equal(end.code, 0, end.output.slice(-2000)));
  });
}

/** Whatever a server says that is asked for nothing wrong. */
function complaints(server) {
  const log = path.join(server.state, 'logs/error_log');
  return [...complaintsOf(server),
    ...fs.readFileSync(log, 'utf8').split('\n').filter((line) =>
      /\[\w*:(warn|error|crit|alert|emerg)\]/.test(line))];
}

export async function conformance() {
  let server;
  await group('make serve-conformance', START_SECONDS + 10, async (g) => {
    server = await g.step('starts', serve);
  });
  if (!server) return;
  for (const revision of REVISIONS) await leg(server, revision);
  await group('make serve-conformance', 60, async (g) => {
    await g.also('ends when it is asked to', async () =>
      assert.ok(await stop(server.process), 'it had to be killed'));
    await g.also('logged nothing that it should not', () =>
      assert.deepEqual(complaints({ state: server.dir, ...server }), []));
  });
}
