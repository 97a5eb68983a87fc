// Licensed under the Apache License, Version 2.0; see LICENSE.
// An httpd whose users sign in at the identity providers of t/idp, with a clock
// that can be set. Its locations are given by what follows /mcp in them:
//
//   const site = await startBroker(idp, { name: 'broker', locations: {
//     '': [{ preset: 'auth0' }, { preset: 'okta', label: 'Staff' }],
//     '/keycloak': [{ preset: 'keycloak', lines: ['Scopes openid'] }] },
//     mode: 'relay' });                        MCPAuthMode, if not broker
//   site.at('/keycloak')      as the site itself, but for mcp

import fs from 'node:fs';
import path from 'node:path';
import { clockOf, withClock } from './clock.mjs';
import { apxs, startSite } from './httpd.mjs';
import { evidence, run } from './process.mjs';

const CLIENT = 'mcp-gateway';

// what a preset cannot do without
const NEEDED = { auth0: ['Audience https://api.example.com'] };

function section(idp, secret, { preset, argument, label, lines = [] }) {
  const about = idp.profiles[preset];
  const endpoints = preset === 'oauth2' ? Object.entries(about.endpoints) : [];
  const words = [
    ...about ? [`Client ${CLIENT} file:${secret}`] : [],
    ...NEEDED[preset] ?? [],
    ...endpoints.map(([kind, url]) => `Endpoint ${kind} ${url}`),
    ...label ? [`Label "${label}"`] : [],
    ...lines,
  ];
  return [
    `    <MCPIdentityProvider ${preset} ${argument ?? about?.argument ?? ''}>`,
    ...words.map((each) => `        ${each}`),
    '    </MCPIdentityProvider>',
  ];
}

function location(idp, secret, mode, [where, providers]) {
  return [
    `<Location "/mcp${where}">`,
    '    AuthType mcp',
    '    Require valid-user',
    '    SetHandler mcp-server',
    '    MCPTitle "Tasks"',
    '    MCPOffer demo:*',
    `    MCPAuthMode ${mode}`,
    ...providers.flatMap((each) => section(idp, secret, each)),
    '</Location>',
  ].join('\n');
}

/** The redirect URIs that the administrator has to enter elsewhere. */
async function callbacks(dir) {
  const httpd = path.join(apxs('SBINDIR'), apxs('PROGNAME'));
  const told = await run(httpd, ['-f', path.join(dir, 'httpd.conf'), '-t',
    '-D', 'DUMP_MCP'], { seconds: 20 });
  const found = told.stdout.match(/https:\S+(?= \(enter this at )/g);
  if (!found) throw evidence(new Error('no callback is told'), told.output);
  return found;
}

export async function startBroker(idp,
  { name, locations, mode = 'broker' }) {
  const secret = path.join(process.env.MCP_TEST_DIR, `${name}.secret`);
  fs.writeFileSync(secret, idp.clients[CLIENT].client_secret, { mode: 0o600 });
  const site = withClock(await startSite({
    name, env: clockOf,
    template: path.join(import.meta.dirname, 'broker.conf.in'),
    values: (port, ours) => ({
      world: idp.settings(ours),
      locations: Object.entries(locations).map((each) =>
        location(idp, secret, mode, each)).join('\n'),
    }),
  }));
  idp.callbacks.push(...await callbacks(site.dir));
  await idp.tell('configure', { redirect_uris: idp.callbacks });
  return Object.assign(site, {
    at: (where, more) => ({ ...site, mcp: site.mcp + where, ...more }),
  });
}
