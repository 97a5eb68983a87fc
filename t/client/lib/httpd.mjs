// Licensed under the Apache License, Version 2.0; see LICENSE.
// An httpd of our own under an https issuer, with the test CA's certificate.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { evidence, freePort, run, start, stop, until } from './process.mjs';

const root = process.env.MCP_TEST_ROOT;
const dir = path.join(process.env.MCP_TEST_DIR, 'https');
const USER = { username: 'ada', password: 'correct horse & <battery>' };

function apxs(name) {
  const program = process.env.APXS ?? 'apxs';
  return execFileSync(program, ['-q', name], { encoding: 'utf8' }).trim();
}

function configure(port) {
  const values = {
    dir, port,
    modules: apxs('LIBEXECDIR'),
    ours: path.resolve(root, process.env.OUT ?? 'build', 'modules'),
    tls: path.join(process.env.MCP_TEST_DIR, 'tls'),
    user: process.getuid() === 0 ? 'User www-data\nGroup www-data' : '',
  };
  const template = fs.readFileSync(
    path.join(import.meta.dirname, 'https.conf.in'), 'utf8');
  fs.writeFileSync(path.join(dir, 'httpd.conf'),
    template.replace(/@([a-z]+)@/g, (all, name) => values[name]));
  const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'],
    { input: USER.password, encoding: 'utf8' }).trim();
  fs.writeFileSync(path.join(dir, 'users'), `${USER.username}:${hash}\n`,
    { mode: 0o644 });
}

/** Starts it; the answer is like startDemo's. MCP_TEST_HTTPS is another
 * program that answers likewise. */
export async function startHttps() {
  fs.mkdirSync(dir, { mode: 0o755 });
  if (process.env.MCP_TEST_HTTPS) return startOther();
  const port = await freePort();
  configure(port);
  const httpd = path.join(apxs('SBINDIR'), apxs('PROGNAME'));
  const args = ['-f', path.join(dir, 'httpd.conf')];
  const syntax = await run(httpd, [...args, '-t'], { seconds: 20 });
  if (syntax.code !== 0) {
    throw evidence(new Error('httpd -t refuses the configuration'),
      syntax.output);
  }
  return answering(port, start(httpd, [...args, '-DFOREGROUND']));
}

async function startOther() {
  const port = await freePort();
  const tls = path.join(process.env.MCP_TEST_DIR, 'tls');
  const [command, ...args] = process.env.MCP_TEST_HTTPS.split(' ');
  const it = await answering(port, start(command, args, {
    env: {
      MCP_DEMO_PORT: String(port), FIXTURE_CERT: path.join(tls, 'server.pem'),
      FIXTURE_KEY: path.join(tls, 'server.key'),
    },
  }));
  return { ...it, username: 'demo', password: 'secret' };
}

async function answering(port, it) {
  const issuer = `https://localhost:${port}`;
  let running = true;
  it.ended.then(() => { running = false; });
  try {
    await until('https', 20, async () =>
      (await fetch(`${issuer}/mcp`)).status === 401, () => running);
  }
  catch (error) {
    await stop(it);
    const log = path.join(dir, 'error.log');
    throw evidence(error, it.output
      + (fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : ''));
  }
  return { ...USER, mcp: `${issuer}/mcp`, issuer, port, dir, process: it };
}
