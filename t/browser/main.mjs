// Licensed under the Apache License, Version 2.0; see LICENSE.
// The pages in Chromium, of a running `make demo` and under an https issuer.

import assert from 'node:assert/strict';
import { launchChromium } from '../client/lib/chromium.mjs';
import { complaintsOf, startDemo } from '../client/lib/demo.mjs';
import { startHttps } from '../client/lib/httpd.mjs';
import { stop, stopAll } from '../client/lib/process.mjs';
import { diag, done, explain, group } from '../client/lib/tap.mjs';
import { asking, startWords } from './asking.mjs';
import { away } from './away.mjs';
import { choosing } from './choosing.mjs';
import { habits } from './habits.mjs';
import { leaving } from './leaving.mjs';
import { startElsewhere } from './lib/broker.mjs';
import { pages } from './pages.mjs';

const OURS = { leaving, habits, pages, asking };
// where users sign in elsewhere
const THEIRS = { away, choosing };
const ALL = { ...OURS, ...THEIRS };

let chromium;
function fail(error) {
  diag(explain(error));
  console.log('Bail out!  ' + String(error?.message ?? error).split('\n')[0]);
  Promise.all([stopAll(), chromium?.close()]).finally(() => process.exit(1));
}
process.on('uncaughtException', fail);
process.on('SIGTERM', () => fail(new Error('ended from outside')));

async function ours() {
  for (const server of servers) {
    for (const name of wanted) await OURS[name]?.(chromium, server);
  }
  if (wanted.includes('asking')) await asking(chromium, words);
}

async function theirs() {
  for (const name of wanted) await THEIRS[name]?.(chromium, broker);
}

const names = process.argv.slice(2);
const wanted = names.length ? names : Object.keys(ALL);
const servers = [
  { title: 'http', screenshots: true, ...await startDemo() },
  { title: 'https', ...await startHttps() },
];
const words = { title: 'words', ...await startWords() };
const broker = { title: 'broker', ...await startElsewhere() };
chromium = await launchChromium(broker);
await Promise.all([ours(), theirs()]);
await chromium.close();
for (const server of [...servers, words, broker]) {
  await group(server.title, 30, (g) =>
    g.step('the server logged nothing that it should not', async () => {
      await stop(server.process);
      assert.deepEqual(complaintsOf(server), []);
    }));
}
process.exitCode = done();
await stopAll();
process.exit();
