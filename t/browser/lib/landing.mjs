// Licensed under the Apache License, Version 2.0; see LICENSE.
// Where redirects go: a listener that remembers what came.

import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';

const PAGE = '<!doctype html><html lang="en"><title>Landed</title>'
  + '<link rel="icon" href="data:,"><h1>Landed</h1></html>';

export class Landing {
  /** With onward, callbacks are answered by a redirect to there. */
  static async open({ secure = false, onward } = {}) {
    const it = new Landing();
    it.came = [];
    const answer = (request, response) => {
      const url = new URL(request.url, it.origin);
      if (url.pathname !== '/callback') {
        response.writeHead(url.pathname === '/done' ? 200 : 404,
          { 'Content-Type': 'text/html' });
        response.end(PAGE);
        return;
      }
      it.came.push(url.href);
      response.writeHead(onward ? 307 : 200, {
        'Content-Type': 'text/html', ...onward && { Location: onward },
      });
      response.end(PAGE);
    };
    const tls = path.join(process.env.MCP_TEST_DIR, 'tls');
    it.server = secure ? https.createServer({
      key: fs.readFileSync(path.join(tls, 'server.key')),
      cert: fs.readFileSync(path.join(tls, 'server.pem')),
    }, answer) : http.createServer(answer);
    await new Promise((resolve) => it.server.listen(0, '127.0.0.1', resolve));
    const { port } = it.server.address();
    it.origin = secure ? `https://localhost:${port}`
      : `http://127.0.0.1:${port}`;
    it.callback = `${it.origin}/callback`;
    return it;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
