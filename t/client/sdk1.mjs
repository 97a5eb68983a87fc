// Licensed under the Apache License, Version 2.0; see LICENSE.
// The TypeScript SDK 1.x client: sessions of the 2025-11-25 revision, and the
// transport of 2024-11-05.

import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport }
  from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport }
  from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import { group } from './lib/tap.mjs';
import { journey } from './lib/journey.mjs';

export async function endSession(g, { transport, provider, demo }) {
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

/** How journeys go with this client; sse: over HTTP with SSE. */
export function way1(demo, { sse = false, ...options } = {}) {
  const Transport = sse ? SSEClientTransport : StreamableHTTPClientTransport;
  return {
    demo,
    make: (authProvider) => ({
      client: new Client({ name: 'mod_mcp_oauth tests', version: '1' },
        { capabilities: { elicitation: {} } }),
      transport: new Transport(new URL(sse ? demo.sse : demo.mcp),
        { ...options, authProvider }),
    }),
    finish,
    isUnauthorized: (error) => error instanceof UnauthorizedError,
  };
}

const SCHEMAS = {
  'elicitation/create': types.ElicitRequestSchema,
  'notifications/message': types.LoggingMessageNotificationSchema,
  'notifications/resources/updated': types.ResourceUpdatedNotificationSchema,
  'notifications/tools/list_changed': types.ToolListChangedNotificationSchema,
};

/** A tourist of lib/tour.mjs, of a client of this SDK. */
export function tourist1(client) {
  return {
    client,
    modern: false,
    call: (params, options) => client.callTool(params, undefined, options),
    hears: (method, fn) => client.setNotificationHandler(SCHEMAS[method],
      ({ params }) => fn(params)),
    answers: (method, fn) => client.setRequestHandler(SCHEMAS[method],
      ({ params }) => fn(params)),
    async watches({ uri }) {
      // of lists it hears anyway
      if (uri) await client.subscribeResource({ uri });
      return {
        end: async () => { if (uri) await client.unsubscribeResource({ uri }); },
      };
    },
  };
}

export async function sdk1(demo) {
  await group('SDK 1.x', 60, (g) =>
    journey(g, { ...way1(demo), after: endSession }));
  await group('SDK 1.x HTTP+SSE', 60, (g) =>
    journey(g, way1(demo, { sse: true })));
}
