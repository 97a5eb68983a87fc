// Licensed under the Apache License, Version 2.0; see LICENSE.
// mcp-remote: a client that speaks stdio, bridged to the server.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport }
  from '@modelcontextprotocol/sdk/client/stdio.js';
import { callHello, callWhoami } from './lib/journey.mjs';
import { evidence, freePort } from './lib/process.mjs';
import { group } from './lib/tap.mjs';

const PROGRAM = path.join(process.env.MCP_TEST_ROOT,
  'build/node/node_modules/mcp-remote/dist/proxy.js');
const BROWSER = path.join(import.meta.dirname, 'lib/browser.mjs');

export class Remote {
  /** url, protocol and transport: what it is told */
  constructor(demo, { url = demo.mcp, transport = 'http-only', protocol },
    port) {
    this.args = [url, String(port), '--host', '127.0.0.1',
      '--transport', transport, ...protocol ? ['--protocol', protocol] : []];
    this.demo = demo;
    this.dir = path.join(process.env.MCP_TEST_DIR, `remote-${port}`);
    this.trail = path.join(this.dir, 'browser.log');
    fs.mkdirSync(this.dir);
  }

  /** Starts it, and hands fn a client that is connected through it. */
  async use(fn) {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [PROGRAM, ...this.args],
      env: {
        ...process.env,
        HOME: this.dir,
        BROWSER: this.demo.browser ?? BROWSER,
        MCP_REMOTE_CONFIG_DIR: this.dir,
        MCP_BROWSER_USERNAME: this.demo.username,
        MCP_BROWSER_PASSWORD: this.demo.password,
        MCP_BROWSER_LOG: this.trail,
        ...this.demo.environment,
      },
      stderr: 'pipe',
    });
    let said = '';
    transport.stderr.on('data', (data) => { said += data; });
    const client = new Client({ name: 'mod_mcp_oauth tests', version: '1' },
      { capabilities: { elicitation: {} } });
    try {
      await client.connect(transport, { timeout: 45000 });
      await fn(client);
    }
    catch (error) {
      throw evidence(error, said + '\n' + this.visited());
    }
    finally {
      await client.close();
    }
  }

  visited() {
    return fs.existsSync(this.trail) ? fs.readFileSync(this.trail, 'utf8') : '';
  }

  tokensFile() {
    const name = fs.readdirSync(this.dir, { recursive: true })
      .find((each) => each.endsWith('_tokens.json'));
    assert.ok(name, 'no tokens are stored');
    return path.join(this.dir, name);
  }

  /** As if the access token had expired. */
  spoil() {
    const tokens = JSON.parse(fs.readFileSync(this.tokensFile(), 'utf8'));
    fs.writeFileSync(this.tokensFile(),
      JSON.stringify({ ...tokens, access_token: 'expired' }));
  }
}

/** The journey of it. demo.browser: the program that signs in; and what that
 * finds in its environment. */
export async function bridge(demo, protocol, over = '') {
  await crosses(demo, { protocol }, `${protocol}${over}`);
}

async function crosses(demo, options, name) {
  await group(`mcp-remote ${name}`, 120, async (g) => {
    const remote = new Remote(demo, options, await freePort());
    await g.step('signs in from nothing and calls', () =>
      remote.use(async (client) => {
        const { tools } = await client.listTools();
        assert.ok(tools.some((tool) => tool.name === 'hello'));
        await callHello(client, 'Ada');
        await callWhoami(client, demo.username);
      }));
    const visited = remote.visited();
    await g.step('was signed in by the browser', () =>
      assert.match(visited, /authorize/));
    await g.step('refreshes its token and goes on, without the browser',
      async () => {
        remote.spoil();
        await remote.use((client) => callHello(client, 'Grace'));
        assert.equal(remote.visited(), visited);
        const tokens = JSON.parse(fs.readFileSync(remote.tokensFile(), 'utf8'));
        assert.notEqual(tokens.access_token, 'expired');
      });
  });
}

export async function remote(demo) {
  for (const protocol of ['legacy', 'auto']) await bridge(demo, protocol);
  // the URL that it is given is all that some users know
  for (const transport of ['sse-only', 'http-first']) {
    await crosses(demo, { transport, url: demo.sse }, `${transport} at /sse`);
  }
}
