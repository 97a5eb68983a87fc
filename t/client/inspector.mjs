// Licensed under the Apache License, Version 2.0; see LICENSE.
// The MCP Inspector's command line. Its callback has a fixed port: one at a
// time.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { evidence, run } from './lib/process.mjs';
import { group } from './lib/tap.mjs';

const PROGRAM = path.join(process.env.MCP_TEST_ROOT, 'build/node/node_modules',
  '@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const BROWSER = path.join(import.meta.dirname, 'lib/browser.mjs');

class Inspector {
  /** told: where it goes, and how */
  constructor(demo, name, told) {
    this.demo = demo;
    this.told = told;
    this.dir = path.join(process.env.MCP_TEST_DIR, `inspector-${name}`);
    this.secrets = path.join(this.dir, 'secrets.json');
    this.trail = path.join(this.dir, 'browser.log');
    fs.mkdirSync(this.dir);
  }

  /** What the command prints, parsed. */
  async call(args) {
    const end = await run('node', [PROGRAM, '--cli', ...this.told, '-q',
      '--format', 'json', ...args],
    {
      seconds: 60,
      env: {
        HOME: this.dir,
        MCP_STORAGE_DIR: this.dir,
        MCP_CATALOG_PATH: path.join(this.dir, 'mcp.json'),
        MCP_INSPECTOR_SECRET_STORE: 'file',
        MCP_INSPECTOR_SECRET_FILE: this.secrets,
        MCP_AUTO_OPEN_ENABLED: 'true',
        BROWSER,
        MCP_BROWSER_USERNAME: this.demo.username,
        MCP_BROWSER_PASSWORD: this.demo.password,
        MCP_BROWSER_LOG: this.trail,
      },
    });
    if (end.code === 0) return JSON.parse(end.stdout);
    throw evidence(new Error(`exit status ${end.code}`),
      end.output + '\n' + this.visited());
  }

  callTool(name, ...args) {
    return this.call(['--method', 'tools/call', '--tool-name', name, ...args]);
  }

  visited() {
    return fs.existsSync(this.trail) ? fs.readFileSync(this.trail, 'utf8') : '';
  }

  /** As if the access token had expired. */
  spoil() {
    const text = fs.readFileSync(this.secrets, 'utf8');
    const spoilt = text.replace(/("access_token\\*":\s*\\*")[^"\\]+/g,
      '$1expired');
    assert.notEqual(spoilt, text, 'no access token is stored');
    fs.writeFileSync(this.secrets, spoilt);
  }
}

/** It makes a connection for each of these and ends it: so it neither listens
 * nor cancels, it shows no progress, and it has nobody whom a tool could ask.
 * Completion is not among what it can be told to do. */
async function catalogue(g, inspector, version) {
  const ask = async (method, ...args) =>
    inspector.call(['--method', method, '--stored-auth-only', ...args]);
  await g.step('lists the tools with the stored token', async () => {
    const said = await ask('tools/list');
    assert.match(JSON.stringify(said), /"name":"whoami"/);
  });
  await g.step('reads a resource, and one of a template', async () => {
    const cities = await ask('resources/read', '--uri', 'data://cities');
    assert.match(JSON.stringify(cities), /London/);
    const greeting = await ask('resources/read', '--uri', 'greeting://Ada');
    assert.match(JSON.stringify(greeting), /Welcome to TinyMCP, Ada!/);
    const templates = await ask('resources/templates/list');
    assert.match(JSON.stringify(templates), /greeting:\/\/\{name\}/);
  });
  await g.step('gets a prompt', async () => {
    const said = await ask('prompts/get', '--prompt-name', 'prioritize_tasks',
      '--prompt-args', 'focus=impact');
    assert.match(JSON.stringify(said), /No tasks to prioritize\./);
  });
  await g.step(`speaks ${version}`, async () => {
    const said = await ask('initialize');
    assert.ok(JSON.stringify(said).includes(version), JSON.stringify(said));
  });
}

async function journey(demo, { name, told, version }) {
  await group(`Inspector ${name}`, 180, async (g) => {
    const inspector = new Inspector(demo, name, told(demo));
    await g.step('signs in from nothing and calls hello', async () => {
      const said = await inspector.callTool('hello', '--tool-arg', 'name=Ada');
      assert.match(JSON.stringify(said), /Hello, Ada!/);
      assert.match(inspector.visited(), /authorize/);
    });
    const visited = inspector.visited();
    await catalogue(g, inspector, version);
    await g.step('refreshes its token; whoami knows the user', async () => {
      inspector.spoil();
      const said = await inspector.callTool('whoami');
      assert.ok(JSON.stringify(said).includes(demo.username),
        JSON.stringify(said));
      assert.equal(inspector.visited(), visited, 'the browser was opened');
      assert.doesNotMatch(fs.readFileSync(inspector.secrets, 'utf8'),
        /expired"/);
    });
  });
}

const overHttp = (era) => ({ mcp }) =>
  ['--server-url', mcp, '--transport', 'http', '--protocol-era', era];

const WAYS = [
  { name: 'auto', told: overHttp('auto'), version: '2026-07-28' },
  { name: 'legacy', told: overHttp('legacy'), version: '2025-11-25' },
  { name: 'modern', told: overHttp('modern'), version: '2026-07-28' },
  {
    name: 'HTTP+SSE', version: '2025-11-25',
    told: ({ sse }) => ['--server-url', sse, '--transport', 'sse'],
  },
];

export async function inspector(demo) {
  for (const way of WAYS) await journey(demo, way);
}
