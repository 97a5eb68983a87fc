// Licensed under the Apache License, Version 2.0; see LICENSE.
// Tests of the identity providers themselves: that each profile is like its
// product, and that each quirk does what it says.

import { startIdp } from '../client/lib/idp.mjs';
import { stopAll } from '../client/lib/process.mjs';
import { diag, done, explain } from '../client/lib/tap.mjs';
import { CALLBACK } from './journey.mjs';
import { lifeTests } from './test_life.mjs';
import { profileTests } from './test_profiles.mjs';
import { quirkTests } from './test_quirks.mjs';

function fail(error) {
  diag(explain(error));
  console.log('Bail out!  ' + String(error?.message ?? error).split('\n')[0]);
  stopAll().finally(() => process.exit(1));
}
process.on('uncaughtException', fail);
process.on('SIGTERM', () => fail(new Error('ended from outside')));

const names = process.argv.slice(2);
const idp = await startIdp();
await idp.tell('configure', { redirect_uris: [CALLBACK] });
await profileTests(idp, names.length ? names : Object.keys(idp.profiles));
if (!names.length) {
  await quirkTests(idp);
  await lifeTests(idp);
}
process.exitCode = done();
if (process.exitCode) {
  diag(idp.process.output.split('\n').slice(1).join('\n').slice(-4000));
}
await stopAll();
process.exit();
