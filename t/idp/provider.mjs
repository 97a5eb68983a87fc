// Licensed under the Apache License, Version 2.0; see LICENSE.
// The identity providers of the tests: one https server on the loopback that
// is, by the name it is called by, every product that there is a preset for.
//
//   node provider.mjs CERTIFICATE KEY [PORT]   tells in one line of JSON where
//                                              it is; ends with its parent
//   node provider.mjs --hosts                  the names, one a line
//
// What is where: profiles/ are the products, quirks.mjs says how they can
// misbehave, control.mjs how to tell them.

import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import { controlServer } from './control.mjs';
import { Profile } from './profile.mjs';
import { PROFILES } from './profiles/index.mjs';
import { USERS } from './users.mjs';
import { CLIENTS, World } from './world.mjs';

const world = new World();
const profiles = Object.fromEntries(Object.entries(PROFILES).map(
  ([name, traits]) => [name, new Profile(name, traits, world)]));
const byHost = new Map(Object.values(profiles).flatMap((profile) =>
  profile.hosts.map((host) => [host, profile])));

async function listen(server, port = 0) {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function serve(request, response) {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const profile = byHost.get(host);
  try {
    if (profile) await profile.handle(request, response);
    else response.writeHead(421).end();
  }
  catch (error) {
    console.error(error.stack);
    response.writeHead(500).end();
  }
}

function description(port, control) {
  const about = ({ hosts, traits }) => ({
    hosts, issuer: traits.issuer, argument: traits.argument,
    endpoints: traits.endpoints,
    subjects: Object.fromEntries(Object.values(USERS).map((user) =>
      [user.id, traits.subject(user)])),
  });
  return {
    port, control, clients: CLIENTS, users: USERS,
    profiles: Object.fromEntries(Object.entries(profiles).map(
      ([name, profile]) => [name, about(profile)])),
  };
}

async function main([certificate, key, port]) {
  if (certificate === '--hosts') {
    console.log([...byHost.keys()].join('\n'));
    return;
  }
  const server = https.createServer({
    cert: fs.readFileSync(certificate), key: fs.readFileSync(key),
  }, serve);
  const control = controlServer(profiles, world);
  console.log(JSON.stringify(description(await listen(server, port),
    await listen(control))));
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.exit(); }, 1000);
}

await main(process.argv.slice(2));
