// Licensed under the Apache License, Version 2.0; see LICENSE.
// The httpd that the personas sign in at, with a clock that can be set.

import fs from 'node:fs';
import path from 'node:path';
import { startSite } from '../lib/httpd.mjs';
import { until } from '../lib/process.mjs';

function faketime(dir) {
  const folder = ['x86_64', 'aarch64'].map((each) =>
    `/usr/lib/${each}-linux-gnu/faketime`).find((each) => fs.existsSync(each));
  return {
    LD_PRELOAD: path.join(folder, 'libfaketimeMT.so.1'),
    FAKETIME_TIMESTAMP_FILE: path.join(dir, 'clock'),
    FAKETIME_NO_CACHE: '1',
    DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

function writeClock(dir, seconds) {
  const file = path.join(dir, 'clock');
  fs.writeFileSync(file + '.new', `${seconds < 0 ? '' : '+'}${seconds}\n`);
  fs.renameSync(file + '.new', file);
}

/** more: of where our modules are, what else is configured. */
export async function startPersonas(more) {
  const site = await startSite({
    name: 'persona',
    template: path.join(import.meta.dirname, 'site.conf.in'),
    values: (port, ours) => ({ more: more(ours) }),
    env: (dir) => {
      writeClock(dir, 0);
      return faketime(dir);
    },
  });
  let ahead = 0;
  return Object.assign(site, {
    url: (location) => site.issuer + location,
    /** Lets this many seconds pass on the server. */
    async wait(seconds) {
      ahead += seconds;
      writeClock(site.dir, ahead);
      await until('the clock', 10, async () => {
        const { headers } = await fetch(`${site.issuer}/oauth/jwks`);
        const off = Date.parse(headers.get('date')) - Date.now();
        return Math.abs(off / 1000 - ahead) < 5;
      });
    },
  });
}
