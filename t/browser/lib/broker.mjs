// Licensed under the Apache License, Version 2.0; see LICENSE.
// A server whose users choose where they sign in, and the providers.

import path from 'node:path';
import { startBroker } from '../../client/lib/broker.mjs';
import { startIdp } from '../../client/lib/idp.mjs';

export const LABELS = {
  long: 'The identity provider of the department of external affairs, Wwwwwwwwwwwwwwwwwww',
  rtl: 'دخول الموظفين (staff)',
  markup: '<b>Guests</b> & {{others}}',
};

const password = {
  preset: 'httpd', argument: 'file',
  lines: [`AuthUserFile "${
    path.join(process.env.MCP_TEST_DIR, 'broker/users')}"`],
};

const LOCATIONS = {
  '': [{ preset: 'keycloak', label: 'Staff' }, { preset: 'okta' }],
  '/one': [{ preset: 'keycloak' }],
  '/long': [{ preset: 'auth0', label: LABELS.rtl },
    { preset: 'google', label: LABELS.markup },
    { preset: 'pingone', label: LABELS.long }],
  '/mixed': [{ preset: 'okta' }, password],
};

/** The answer is that of startBroker, with idp, and with the ports of the
 * providers' hosts for launchChromium. */
export async function startElsewhere() {
  const idp = await startIdp();
  const site = await startBroker(idp,
    { name: 'broker', locations: LOCATIONS });
  const names = Object.values(idp.profiles).flatMap(({ hosts }) => hosts);
  return Object.assign(site, {
    idp, hosts: Object.fromEntries(names.map((name) => [name, idp.port])),
  });
}
