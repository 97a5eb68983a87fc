// Licensed under the Apache License, Version 2.0; see LICENSE.
// An httpd of our own under an https issuer, with the test CA's certificate.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { evidence, freePort, run, start, stop, until } from './process.mjs';

const root = process.env.MCP_TEST_ROOT;
const tls = path.join(process.env.MCP_TEST_DIR, 'tls');
export const USER = {
  username: 'ada', password: 'correct horse & <battery>',
};

export function apxs(name) {
  const program = process.env.APXS ?? 'apxs';
  return execFileSync(program, ['-q', name], { encoding: 'utf8' }).trim();
}

function configure({ dir, port, template, values }) {
  const ours = path.resolve(root, process.env.OUT ?? 'build', 'modules');
  const all = {
    dir, port, tls, ours,
    modules: apxs('LIBEXECDIR'),
    user: process.getuid() === 0 ? 'User www-data\nGroup www-data' : '',
    ...values?.(port, ours),
  };
  fs.mkdirSync(dir, { mode: 0o755 });
  fs.writeFileSync(path.join(dir, 'httpd.conf'),
    fs.readFileSync(template, 'utf8')
      .replace(/@([a-z]+)@/g, (name, key) => all[key] ?? name));
  const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'],
    { input: USER.password, encoding: 'utf8' }).trim();
  fs.writeFileSync(path.join(dir, 'users'), `${USER.username}:${hash}\n`,
    { mode: 0o644 });
}

/** Starts an httpd of this name on a configuration with @words@ in it; the
 * answer is like startDemo's. */
export async function startSite({ name, template, values, env }) {
  const port = await freePort();
  const dir = path.join(process.env.MCP_TEST_DIR, name);
  configure({ dir, port, template, values });
  const httpd = path.join(apxs('SBINDIR'), apxs('PROGNAME'));
  const args = ['-f', path.join(dir, 'httpd.conf')];
  const more = { env: env?.(dir, port) };
  const syntax = await run(httpd, [...args, '-t'], { seconds: 20, ...more });
  if (syntax.code !== 0) {
    throw evidence(new Error('httpd -t refuses the configuration'),
      syntax.output);
  }
  return answering(dir, port, start(httpd, [...args, '-DFOREGROUND'], more));
}

/** MCP_TEST_HTTPS is another program that answers likewise. */
export async function startHttps() {
  if (process.env.MCP_TEST_HTTPS) return startOther();
  return startSite({
    name: 'https', template: path.join(import.meta.dirname, 'https.conf.in'),
  });
}

async function startOther() {
  const port = await freePort();
  const dir = path.join(process.env.MCP_TEST_DIR, 'https');
  fs.mkdirSync(dir, { mode: 0o755 });
  const [command, ...args] = process.env.MCP_TEST_HTTPS.split(' ');
  const it = await answering(dir, port, start(command, args, {
    env: {
      MCP_DEMO_PORT: String(port), FIXTURE_CERT: path.join(tls, 'server.pem'),
      FIXTURE_KEY: path.join(tls, 'server.key'),
    },
  }));
  return { ...it, username: 'demo', password: 'secret' };
}

async function answering(dir, port, it) {
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
