// Licensed under the Apache License, Version 2.0; see LICENSE.
// The TypeScript SDK 2.x client, in each of its ways to negotiate.

import assert from 'node:assert/strict';
import {
  Client, SSEClientTransport, StreamableHTTPClientTransport, UnauthorizedError,
} from '@modelcontextprotocol/client';
import { group } from './lib/tap.mjs';
import { journey } from './lib/journey.mjs';

export const MODES = [
  { name: 'auto', mode: 'auto', version: '2026-07-28' },
  {
    name: 'pinned 2026-07-28', mode: { pin: '2026-07-28' },
    version: '2026-07-28',
  },
  { name: 'legacy', mode: 'legacy', version: '2025-11-25' },
];

/** How journeys go with this client; sse: over HTTP with SSE. */
export function way2(demo, { mode = 'auto', sse = false, ...options } = {}) {
  const Transport = sse ? SSEClientTransport : StreamableHTTPClientTransport;
  return {
    demo,
    make: (authProvider) => ({
      client: new Client({ name: 'mod_mcp_oauth tests', version: '2' },
        {
          versionNegotiation: { mode },
          capabilities: { elicitation: { form: {} } },
        }),
      transport: new Transport(new URL(sse ? demo.sse : demo.mcp),
        { ...options, authProvider }),
    }),
    finish: (transport, params) => transport.finishAuth(params),
    isUnauthorized: (error) => error instanceof UnauthorizedError
      || error.cause instanceof UnauthorizedError,
  };
}

/** A tourist of lib/tour.mjs, of a client of this SDK. */
export function tourist2(client) {
  const modern = client.getNegotiatedProtocolVersion() >= '2026-07-28';
  return {
    client,
    modern,
    call: (params, options) => client.callTool(params, options),
    hears: (method, fn) => client.setNotificationHandler(method,
      ({ params }) => fn(params)),
    answers: (method, fn) => client.setRequestHandler(method,
      ({ params }) => fn(params)),
    async watches({ uri, tools }) {
      if (modern) {
        const heard = await client.listen({ toolsListChanged: tools,
          resourceSubscriptions: uri && [uri] });
        return { end: () => heard.close(), closed: heard.closed };
      }
      if (uri) await client.subscribeResource({ uri });
      return {
        end: async () => { if (uri) await client.unsubscribeResource({ uri }); },
      };
    },
  };
}

export async function sdk2(demo, { over = '', modes = MODES } = {}) {
  for (const { name, mode, version } of modes) {
    await group(`SDK 2.x ${name}${over}`, 60, (g) => journey(g, {
      ...way2(demo, { mode }),
      after: (group, { client }) => group.step(`speaks ${version}`, () =>
        assert.equal(client.getNegotiatedProtocolVersion(), version)),
    }));
  }
  if (!demo.sse) return;
  await group(`SDK 2.x HTTP+SSE${over}`, 60, (g) =>
    journey(g, way2(demo, { mode: 'legacy', sse: true })));
}
