// Licensed under the Apache License, Version 2.0; see LICENSE.
// The tool as the TypeScript SDK 2.x serves it: Express, a server for each
// request, and sessions for the older era.

import { McpServer, OAuthError, OAuthErrorCode, createMcpHandler }
  from '@modelcontextprotocol/server';
import { createMcpExpressApp, requireBearerAuth }
  from '@modelcontextprotocol/express';
import { NodeStreamableHTTPServerTransport, toNodeHandler }
  from '@modelcontextprotocol/node';
import { listen, serverWithAdd, sessions, verifier } from './common.mjs';

const modern = toNodeHandler(createMcpHandler(() => serverWithAdd(McpServer),
  { legacy: 'reject', responseMode: 'json' }));
const legacy = sessions(McpServer, NodeStreamableHTTPServerTransport);
const app = createMcpExpressApp();
app.post('/mcp',
  requireBearerAuth({
    verifier: verifier((why) =>
      new OAuthError(OAuthErrorCode.InvalidToken, why)),
  }),
  (req, res) => {
    const isModern = req.headers['mcp-protocol-version'] === '2026-07-28';
    return (isModern ? modern : legacy)(req, res, req.body);
  });
listen(app);
