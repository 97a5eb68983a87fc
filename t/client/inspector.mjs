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
  constructor(demo, era) {
    this.demo = demo;
    this.era = era;
    this.dir = path.join(process.env.MCP_TEST_DIR, `inspector-${era}`);
    this.secrets = path.join(this.dir, 'secrets.json');
    this.trail = path.join(this.dir, 'browser.log');
    fs.mkdirSync(this.dir);
  }

  /** What the command prints, parsed. */
  async call(args) {
    const end = await run('node', [PROGRAM, '--cli',
      '--server-url', this.demo.mcp, '--transport', 'http',
      '--protocol-era', this.era, '-q', '--format', 'json', ...args],
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

async function era(demo, name) {
  await group(`Inspector ${name}`, 120, async (g) => {
    const inspector = new Inspector(demo, name);
    await g.step('signs in from nothing and calls hello', async () => {
      const said = await inspector.callTool('hello', '--tool-arg', 'name=Ada');
      assert.match(JSON.stringify(said), /Hello, Ada!/);
      assert.match(inspector.visited(), /authorize/);
    });
    const visited = inspector.visited();
    await g.step('lists the tools with the stored token', async () => {
      const said = await inspector.call(['--method', 'tools/list',
        '--stored-auth-only']);
      assert.match(JSON.stringify(said), /"name":"whoami"/);
    });
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

export async function inspector(demo) {
  for (const name of ['auto', 'legacy', 'modern']) await era(demo, name);
}
