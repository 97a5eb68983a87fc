// Licensed under the Apache License, Version 2.0; see LICENSE.
// What the servers of both SDKs share: who may call, the tool, how they start.
// PORT, ISSUER, AUDIENCE and JWKS (a URL) are in the environment, and VERIFY.

import { randomUUID } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as z from 'zod';

const { PORT, ISSUER, AUDIENCE, JWKS, VERIFY } = process.env;
const keys = createRemoteJWKSet(new URL(JWKS));
const verified = new Map();

async function verify(token, refusal) {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', algorithms: ['ES256'],
    });
    return {
      token, clientId: payload.client_id, expiresAt: payload.exp,
      scopes: (payload.scope ?? '').split(' '),
    };
  }
  catch (error) {
    throw refusal(error.message);
  }
}

/**
 * The verifier that requireBearerAuth wants. The SDKs' documents verify a token
 * whenever it comes; VERIFY=once remembers it, as we do. requireBearerAuth
 * compares expiresAt.
 */
export function verifier(refusal) {
  return {
    async verifyAccessToken(token) {
      const known = verified.get(token);
      if (known) {
        return known;
      }
      const info = await verify(token, refusal);
      if (VERIFY === 'once') {
        verified.set(token, info);
      }
      return info;
    },
  };
}

/** A server of the SDK's class with the tool; what demo:add says. */
export function serverWithAdd(McpServer) {
  const server = new McpServer({ name: 'bench', version: '1' });
  server.registerTool('add', {
    title: 'Add', description: 'Add two numbers together.',
    inputSchema: z.object({ a: z.int(), b: z.int() }),
    outputSchema: z.object({ result: z.int() }),
  }, async ({ a, b }) => ({
    content: [{ type: 'text', text: String(a + b) }],
    structuredContent: { result: a + b },
  }));
  return server;
}

/**
 * Handles a request by the transport of its session, which an initialize
 * begins. An answer is JSON: no stream where none is needed.
 */
export function sessions(McpServer, Transport) {
  const transports = new Map();
  const begin = async () => {
    const transport = new Transport({
      sessionIdGenerator: randomUUID, enableJsonResponse: true,
      onsessioninitialized: (id) => transports.set(id, transport),
    });
    await serverWithAdd(McpServer).connect(transport);
    return transport;
  };
  return async (req, res, body) => {
    const id = req.headers['mcp-session-id'];
    const transport = id ? transports.get(id) : await begin();
    if (!transport) {
      return res.writeHead(404).end();
    }
    return transport.handleRequest(req, res, body);
  };
}

/** Where an application of Express listens. */
export function listen(app) {
  app.listen(Number(PORT), '127.0.0.1');
}
