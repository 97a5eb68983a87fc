// Licensed under the Apache License, Version 2.0; see LICENSE.
// The official suite's authorization leg: as an authorization server, with a
// client that registered just before. Anything but SUCCESS is a failure, for
// the suite itself ends well when it has skipped what matters.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Browser } from './lib/browser.mjs';
import { complaintsOf, secrets } from './lib/demo.mjs';
import { startSite } from './lib/httpd.mjs';
import { evidence, freePort, isOpen, start, stop, until }
  from './lib/process.mjs';
import { group } from './lib/tap.mjs';

const PROGRAM = path.join(process.env.MCP_TEST_ROOT, 'build/node/node_modules',
  '@modelcontextprotocol/conformance/dist/index.js');
const EXPECTED = ['authorization-server-metadata',
  'authorization-server-metadata-cimd', 'authorization-code-grant'];

async function register(metadataUrl, port) {
  const metadata = await (await fetch(metadataUrl)).json();
  const answer = await fetch(metadata.registration_endpoint, {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      client_name: 'conformance',
      redirect_uris: [`http://127.0.0.1:${port}/callback`],
      token_endpoint_auth_method: 'none',
    }),
  });
  assert.equal(answer.status, 201);
  return (await answer.json()).client_id;
}

function checksIn(dir) {
  return fs.readdirSync(dir, { recursive: true })
    .filter((name) => path.basename(name) === 'checks.json')
    .flatMap((name) => JSON.parse(fs.readFileSync(path.join(dir, name))));
}

/** Both scenarios in one run: the second needs what the first found. */
async function run({ server, issuer, client, port, dir }) {
  const it = start(process.execPath, [PROGRAM, 'authorization',
    '--url', issuer, '--client-id', client, '--resource', server.mcp,
    '-p', String(port), '-o', dir]);
  let over = false;
  it.ended.then(() => { over = true; });
  try {
    const url = await until('the URL to sign in at', 30, () =>
      /^https?:\S+response_type=code\S*$/m.exec(it.stdout)?.[0], () => !over);
    // it prints the URL a moment before it listens
    await until('its callback', 30, () => isOpen(port), () => !over);
    const { body } = await new Browser().go(url,
      { username: server.username, password: server.password });
    assert.ok(body);
    const { code } = await it.ended;
    assert.equal(code, 0, `exit status ${code}`);
    return checksIn(dir);
  }
  catch (error) {
    throw evidence(error, it.output);
  }
  finally {
    await stop(it);
  }
}

async function leg(server, { title, issuer, metadataUrl }) {
  await group(`official suite, ${title}`, 90, async (g) => {
    const dir = path.join(process.env.MCP_TEST_DIR, `suite-${server.port}`);
    const port = await freePort();
    const client = await g.step('registers a client', () =>
      register(metadataUrl, port));
    const checks = await g.step('runs to its end', () =>
      run({ server, issuer, client, port, dir }));
    for (const id of EXPECTED) {
      await g.also(id, () => {
        const found = checks.filter((each) => each.id === id);
        assert.ok(found.length, 'the suite has not looked');
        for (const each of found) {
          secrets.add(each.details?.body?.access_token);
          assert.equal(each.status, 'SUCCESS', JSON.stringify(each, null, 1));
        }
      });
    }
    await g.also('has nothing else to say', () =>
      assert.deepEqual(checks.filter((each) =>
        !['SUCCESS', 'INFO'].includes(each.status)), []));
  });
  secrets.delete(undefined);
}

async function withPath() {
  let server;
  await group('official suite', 60, async (g) => {
    server = await g.step('a server with an issuer that has a path starts',
      () => startSite({
        name: 'suite',
        template: path.join(import.meta.dirname, 'persona/site.conf.in'),
        values: (port) =>
          ({ more: `MCPAuthIssuer https://localhost:${port}/tenant` }),
      }));
  });
  if (!server) return;
  await leg(server, {
    title: 'an issuer with a path', issuer: `${server.issuer}/tenant`,
    metadataUrl: `${server.issuer}/.well-known/oauth-authorization-server`
      + '/tenant',
  });
  await group('official suite', 30, async (g) => {
    await g.also('the server ends, and has logged nothing', async () => {
      assert.ok(await stop(server.process), 'it had to be killed');
      assert.deepEqual(complaintsOf(server), []);
    });
  });
}

export async function suite(demo) {
  await leg(demo, {
    title: 'the demo', issuer: demo.issuer,
    metadataUrl: `${demo.issuer}/.well-known/oauth-authorization-server`,
  });
  await withPath();
}
