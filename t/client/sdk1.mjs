// Licensed under the Apache License, Version 2.0; see LICENSE.
// The TypeScript SDK 1.x client: sessions of the 2025-11-25 revision.

import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport }
  from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { group } from './lib/tap.mjs';
import { journey } from './lib/journey.mjs';

async function endSession(g, { transport, provider, demo }) {
  const id = transport.sessionId;
  await g.step('has a session', () => assert.match(id, /^[\x21-\x7e]+$/));
  await g.step('ends its session', () => transport.terminateSession());
  await g.step('finds the ended session gone', async () => {
    const { status } = await fetch(demo.mcp, {
      method: 'POST',
      headers: {
        'Authorization': `Bearer ${provider.saved.tokens.access_token}`,
        'Content-Type': 'application/json',
        'Accept': 'application/json, text/event-stream',
        'MCP-Protocol-Version': '2025-11-25',
        'Mcp-Session-Id': id,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
    assert.equal(status, 404);
  });
}

/** It leaves it to whoever uses it to look for an error. */
async function finish(transport, params) {
  const code = params.get('error');
  if (code) throw Object.assign(new Error('refused'), { code });
  await transport.finishAuth(params.get('code'));
}

/** How journeys go with this client. */
export function way1(demo, options = {}) {
  return {
    demo,
    make: (authProvider) => ({
      client: new Client({ name: 'mod_mcp_oauth tests', version: '1' }),
      transport: new StreamableHTTPClientTransport(new URL(demo.mcp),
        { ...options, authProvider }),
    }),
    finish,
    isUnauthorized: (error) => error instanceof UnauthorizedError,
  };
}

export async function sdk1(demo) {
  await group('SDK 1.x', 60, (g) =>
    journey(g, { ...way1(demo), after: endSession }));
}
