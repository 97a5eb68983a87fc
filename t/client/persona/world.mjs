// Licensed under the Apache License, Version 2.0; see LICENSE.
// The websites where clients publish their metadata, as far as the server
// under test looks: t/c-modules/hosts tells it that they are here.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';

const PUBLIC = '93.184.216.34';    // what DNS says; a private one is refused

function certificate(dir, tls, names) {
  const openssl = (...args) => execFileSync('openssl', args,
    { stdio: ['ignore', 'ignore', 'pipe'] });
  fs.writeFileSync(path.join(dir, 'ext'), 'subjectAltName='
    + names.map((name) => `DNS:${name}`).join(',') + '\n');
  openssl('req', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=world',
    '-keyout', path.join(dir, 'key'), '-out', path.join(dir, 'csr'));
  openssl('x509', '-req', '-in', path.join(dir, 'csr'), '-days', '2',
    '-CA', path.join(tls, 'ca.pem'), '-CAkey', path.join(tls, 'ca.key'),
    '-CAcreateserial', '-extfile', path.join(dir, 'ext'),
    '-out', path.join(dir, 'crt'));
  return {
    key: fs.readFileSync(path.join(dir, 'key')),
    cert: fs.readFileSync(path.join(dir, 'crt')),
  };
}

/** Serves pages, {url: JSON}. settings: what httpd needs to find them. */
export async function startWorld(pages) {
  const dir = path.join(process.env.MCP_TEST_DIR, 'world');
  const tls = path.join(process.env.MCP_TEST_DIR, 'tls');
  fs.mkdirSync(dir, { mode: 0o755 });
  const names = [...new Set(Object.keys(pages).map((url) =>
    new URL(url).hostname))];
  const server = https.createServer(certificate(dir, tls, names),
    (request, response) => {
      const page = pages[`https://${request.headers.host}${request.url}`];
      response.writeHead(page ? 200 : 404,
        { 'Content-Type': 'application/json', 'Connection': 'close' });
      response.end(JSON.stringify(page ?? {}));
    });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  fs.writeFileSync(path.join(dir, 'hosts'), [
    ...names.map((name) => `name ${name} ${PUBLIC}`),
    `dial ${PUBLIC} ${server.address().port}`, '',
  ].join('\n'), { mode: 0o644 });
  fs.copyFileSync(path.join(tls, 'ca.pem'), path.join(dir, 'ca.pem'));
  fs.chmodSync(path.join(dir, 'ca.pem'), 0o644);
  return {
    settings: (ours) => [
      `LoadModule hosts_module "${ours}/mod_hosts.so"`,
      `HostsFile "${path.join(dir, 'hosts')}"`,
      `MCPFetch ca-file=${path.join(dir, 'ca.pem')} timeout=5s`,
    ].join('\n'),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
