// Licensed under the Apache License, Version 2.0; see LICENSE.
// The clock of an httpd, which runs ahead of ours as far as a test wants.

import fs from 'node:fs';
import path from 'node:path';
import { until } from './process.mjs';

function write(dir, seconds) {
  const file = path.join(dir, 'clock');
  fs.writeFileSync(file + '.new', `+${seconds}\n`);
  fs.renameSync(file + '.new', file);
}

/** The environment that startSite gives to it. */
export function clockOf(dir) {
  const folder = ['x86_64', 'aarch64'].map((each) =>
    `/usr/lib/${each}-linux-gnu/faketime`).find((each) => fs.existsSync(each));
  write(dir, 0);
  return {
    LD_PRELOAD: path.join(folder, 'libfaketimeMT.so.1'),
    FAKETIME_TIMESTAMP_FILE: path.join(dir, 'clock'),
    FAKETIME_NO_CACHE: '1',
    DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

/** Its function wait lets this many seconds pass on the server. */
export function withClock(site) {
  let ahead = 0;
  return Object.assign(site, {
    async wait(seconds) {
      ahead += seconds;
      write(site.dir, ahead);
      await until('the clock', 10, async () => {
        const { headers } = await fetch(`${site.issuer}/oauth/jwks`);
        const off = Date.parse(headers.get('date')) - Date.now();
        return Math.abs(off / 1000 - ahead) < 5;
      });
    },
  });
}
