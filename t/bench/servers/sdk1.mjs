// Licensed under the Apache License, Version 2.0; see LICENSE.
// The tool as the TypeScript SDK 1.x serves it: Express, sessions.

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { createMcpExpressApp }
  from '@modelcontextprotocol/sdk/server/express.js';
import { StreamableHTTPServerTransport }
  from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { requireBearerAuth }
  from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { InvalidTokenError }
  from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { listen, serverWithAdd, sessions, verifier } from './common.mjs';

const legacy = sessions(McpServer, StreamableHTTPServerTransport);
const app = createMcpExpressApp();
app.post('/mcp',
  requireBearerAuth({
    verifier: verifier((why) => new InvalidTokenError(why)),
  }),
  (req, res) => legacy(req, res, req.body));
listen(app);
