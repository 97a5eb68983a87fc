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

function makeWith(mode, url) {
  return (authProvider) => ({
    client: new Client({ name: 'mod_mcp_oauth tests', version: '2' },
      { versionNegotiation: { mode } }),
    transport: new StreamableHTTPClientTransport(new URL(url),
      { authProvider }),
  });
}

export async function sdk2(demo, { over = '', modes = MODES } = {}) {
  for (const { name, mode, version } of modes) {
    await group(`SDK 2.x ${name}${over}`, 60, (g) => journey(g, {
      demo,
      make: makeWith(mode, demo.mcp),
      finish: (transport, params) => transport.finishAuth(params),
      isUnauthorized: (error) => error instanceof UnauthorizedError
        || error.cause instanceof UnauthorizedError,
      after: (group, { client }) => group.step(`speaks ${version}`, () =>
        assert.equal(client.getNegotiatedProtocolVersion(), version)),
    }));
  }
}
