// Licensed under the Apache License, Version 2.0; see LICENSE.
// The httpd that the personas sign in at, with a clock that can be set.

import path from 'node:path';
import { clockOf, withClock } from '../lib/clock.mjs';
import { startSite } from '../lib/httpd.mjs';

/** more: of where our modules are, what else is configured. */
export async function startPersonas(more) {
  const site = withClock(await startSite({
    name: 'persona',
    template: path.join(import.meta.dirname, 'site.conf.in'),
    values: (port, ours) => ({ more: more(ours) }),
    env: clockOf,
  }));
  return Object.assign(site, { url: (location) => site.issuer + location });
}
