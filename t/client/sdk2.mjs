// Licensed under the Apache License, Version 2.0; see LICENSE.
// The TypeScript SDK 2.x client, in each of its ways to negotiate.

import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport, UnauthorizedError }
  from '@modelcontextprotocol/client';
import { group } from './lib/tap.mjs';
import { journey } from './lib/journey.mjs';

const MODES = [
  { name: 'auto', mode: 'auto', version: '2026-07-28' },
  {
    name: 'pinned 2026-07-28', mode: { pin: '2026-07-28' },
    version: '2026-07-28',
  },
  { name: 'legacy', mode: 'legacy', version: '2025-11-25' },
];

/** How journeys go with this client. */
export function way2(demo, { mode = 'auto', ...options } = {}) {
  return {
    demo,
    make: (authProvider) => ({
      client: new Client({ name: 'mod_mcp_oauth tests', version: '2' },
        { versionNegotiation: { mode } }),
      transport: new StreamableHTTPClientTransport(new URL(demo.mcp),
        { ...options, authProvider }),
    }),
    finish: (transport, params) => transport.finishAuth(params),
    isUnauthorized: (error) => error instanceof UnauthorizedError
      || error.cause instanceof UnauthorizedError,
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
}
