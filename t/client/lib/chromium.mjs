// Licensed under the Apache License, Version 2.0; see LICENSE.
// Debian's Chromium, headless.

import { chromium } from 'playwright-core';

/** hosts: which port of the loopback is the https of which names. */
export function launchChromium({ hosts = {} } = {}) {
  const rules = Object.entries(hosts).map(([host, port]) =>
    `MAP ${host} 127.0.0.1:${port}`);
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    // root has no sandbox; a container's /dev/shm is small
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
      ...rules.length ? [`--host-resolver-rules=${rules.join(',')}`] : []],
  });
}
