// Licensed under the Apache License, Version 2.0; see LICENSE.
// SDK 2.x over https, with a CA that only NODE_EXTRA_CA_CERTS makes known.

import assert from 'node:assert/strict';
import { complaintsOf } from './lib/demo.mjs';
import { startHttps } from './lib/httpd.mjs';
import { stop } from './lib/process.mjs';
import { group } from './lib/tap.mjs';
import { sdk2 } from './sdk2.mjs';

export async function https() {
  let server;
  await group('https', 60, async (g) => {
    server = await g.step('an httpd with mod_ssl and our modules starts',
      startHttps);
  });
  if (!server) return;
  await sdk2(server, { over: ' over https' });
  await group('https', 30, async (g) => {
    await g.also('httpd ends when it is asked to', async () =>
      assert.ok(await stop(server.process), 'it had to be killed'));
    await g.also('httpd logged nothing that it should not', () =>
      assert.deepEqual(complaintsOf(server), []));
  });
}
