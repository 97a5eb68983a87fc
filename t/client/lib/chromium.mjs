// Licensed under the Apache License, Version 2.0; see LICENSE.
// Debian's Chromium, headless.

import { chromium } from 'playwright-core';

export function launchChromium() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    // root has no sandbox; a container's /dev/shm is small
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}
