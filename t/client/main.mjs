// Licensed under the Apache License, Version 2.0; see LICENSE.
// Every client against one running `make demo`, or by name what has a server of
// its own and no time to share.

import assert from 'node:assert/strict';
import { complaintsOf, startDemo } from './lib/demo.mjs';
import { stop, stopAll } from './lib/process.mjs';
import { diag, done, explain, group } from './lib/tap.mjs';
import { sdk1 } from './sdk1.mjs';
import { sdk2 } from './sdk2.mjs';
import { inspector } from './inspector.mjs';
import { remote } from './remote.mjs';
import { conformance } from './conformance.mjs';
import { https } from './https.mjs';
import { idps } from './idps.mjs';
import { persona } from './persona.mjs';
import { relay } from './relay.mjs';
import { suite } from './suite.mjs';
import { tasks } from './tasks.mjs';
import { tours } from './tours.mjs';

const ALL = {
  sdk2, sdk1, inspector, remote, https, idps, relay, tasks, persona, suite,
  tours,
};

const ALONE = { conformance };

function fail(error) {
  diag(explain(error));
  console.log('Bail out!  ' + String(error?.message ?? error).split('\n')[0]);
  stopAll().finally(() => process.exit(1));
}
process.on('uncaughtException', fail);
process.on('SIGTERM', () => fail(new Error('ended from outside')));

async function demoEnds(demo) {
  await group('make demo', 30, async (g) => {
    await g.also('ends when it is asked to', async () => {
      assert.ok(await stop(demo.process), 'it had to be killed');
      await assert.rejects(fetch(demo.issuer), 'something still answers');
    });
    await g.also('logged nothing that it should not', () =>
      assert.deepEqual(complaintsOf(demo), []));
  });
}

const names = process.argv.slice(2);
const wanted = names.length ? names : Object.keys(ALL);
const demo = wanted.some((name) => name in ALL) ? await startDemo() : null;
await Promise.all(wanted.map((name) => (ALL[name] ?? ALONE[name])(demo)));
if (demo) await demoEnds(demo);
process.exitCode = done();
await stopAll();
process.exit();
