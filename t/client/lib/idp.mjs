// Licensed under the Apache License, Version 2.0; see LICENSE.
// The identity providers of t/idp, as a program of their own; what an httpd
// needs to find them, and a browser that signs in there.
//
//   const idp = await startIdp();        startIdp('another'): there are several
//   idp.settings(ours)                   lines of configuration
//   idp.fetch                            as fetch, and reaches them, too
//   idp.callbacks                        of our servers, see lib/broker.mjs
//   await idp.tell('set', { profile: 'auth0', quirks: { rotation: 'off' } })
//   const browser = new IdpBrowser(idp, { user: 'bob' })
//   await browser.go(url, { stop, ...user })        as the Browser it is

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { Browser } from './browser.mjs';
import { start, stop, until } from './process.mjs';

const PROGRAM = path.join(process.env.MCP_TEST_ROOT, 't/idp/provider.mjs');
const SECONDS = 15;

/** The issuer of a provider that nobody has ever reached. */
export const NOWHERE = 'https://op.nowhere.example';
const CLOSED_PORT = 1;

function certificate(dir, hosts) {
  const tls = path.join(process.env.MCP_TEST_DIR, 'tls');
  const [key, csr, ext, crt] = ['key', 'csr', 'ext', 'crt'].map((name) =>
    path.join(dir, name));
  const openssl = (...args) => execFileSync('openssl', args,
    { stdio: ['ignore', 'ignore', 'pipe'] });
  fs.writeFileSync(ext, 'subjectAltName='
    + hosts.map((host) => `DNS:${host}`).join(',') + '\n');
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
    '-nodes', '-subj', '/CN=idp', '-keyout', key, '-out', csr);
  openssl('x509', '-req', '-in', csr, '-days', '2', '-CA',
    path.join(tls, 'ca.pem'), '-CAkey', path.join(tls, 'ca.key'),
    '-CAcreateserial', '-extfile', ext, '-out', crt);
  fs.copyFileSync(path.join(tls, 'ca.pem'), path.join(dir, 'ca.pem'));
  fs.chmodSync(path.join(dir, 'ca.pem'), 0o644);
  return [crt, key];
}

/** A request to a host of the providers; redirects are not followed. */
function request(idp, url, options = {}) {
  const { method = 'GET', headers = {}, body, seconds = SECONDS } = options;
  const target = new URL(url);
  const text = body === undefined ? undefined : String(body);
  return new Promise((resolve, reject) => {
    const asked = https.request({
      host: '127.0.0.1', port: idp.port, servername: target.hostname, method,
      path: target.pathname + target.search, agent: false,
      headers: {
        Host: target.host, ...(text === undefined ? {} : {
          'Content-Type': 'application/x-www-form-urlencoded',
          'Content-Length': Buffer.byteLength(text),
        }), ...headers,
      },
      signal: AbortSignal.timeout(seconds * 1000),
    }, (response) => {
      let all = '';
      response.setEncoding('utf8').on('data', (data) => { all += data; })
        .on('error', reject)
        .on('end', () => resolve({
          url: target, status: response.statusCode, body: all,
          headers: new Headers(Object.entries(response.headersDistinct)
            .flatMap(([name, values]) => values.map((each) => [name, each]))),
        }));
    });
    asked.on('error', reject).end(text);
  });
}

/** A command of t/idp/control.mjs. */
async function tell(idp, command, wanted = {}) {
  const response = await fetch(`http://127.0.0.1:${idp.control}/${command}`,
    { method: 'POST', body: JSON.stringify(wanted) });
  const { result, error } = await response.json();
  if (error) throw new Error(`${command}: ${error}`);
  return result;
}

const hostsOf = (idp) =>
  Object.values(idp.profiles).flatMap((each) => each.hosts);

/** As fetch, to the providers and to all others. */
async function fetchThere(idp, url, init = {}) {
  if (!hostsOf(idp).includes(new URL(url).hostname)) return fetch(url, init);
  const headers = Object.fromEntries(new Headers(init.headers));
  const answer = await request(idp, url, { ...init, headers });
  return new Response(answer.body || null, answer);
}

// Every host has an address of its own, as it is in the world outside.
function settings(idp, dir, ours) {
  const lines = hostsOf(idp).flatMap((host, n) => [
    `name ${host} 93.184.217.${n + 1}`,
    `dial 93.184.217.${n + 1} ${idp.port}`,
  ]);
  lines.push(`name ${new URL(NOWHERE).hostname} 93.184.218.1`,
    `dial 93.184.218.1 ${CLOSED_PORT}`);
  fs.writeFileSync(path.join(dir, 'hosts'), lines.join('\n') + '\n',
    { mode: 0o644 });
  return [
    `LoadModule hosts_module "${ours}/mod_hosts.so"`,
    `HostsFile "${path.join(dir, 'hosts')}"`,
    `MCPFetch ca-file=${path.join(dir, 'ca.pem')} timeout=5s`,
  ].join('\n');
}

// for programs that are started later
const about = (name) =>
  path.join(process.env.MCP_TEST_DIR, name, 'about.json');

function reachable(idp) {
  return {
    ...idp, request: (url, options) => request(idp, url, options),
    fetch: (url, init) => fetchThere(idp, url, init),
  };
}

/** What an IdpBrowser needs, once they run. */
export function findIdp(name = 'idp') {
  return reachable(JSON.parse(fs.readFileSync(about(name), 'utf8')));
}

export async function startIdp(name = 'idp') {
  const dir = path.dirname(about(name));
  fs.mkdirSync(dir, { mode: 0o755 });
  const hosts = execFileSync('node', [PROGRAM, '--hosts'],
    { encoding: 'utf8' }).trim().split('\n');
  const it = start('node', [PROGRAM, ...certificate(dir, hosts)]);
  let running = true;
  it.ended.then(() => { running = false; });
  const idp = await until('the identity providers', 20, () =>
    it.stdout.includes('\n') && JSON.parse(it.stdout), () => running);
  fs.writeFileSync(about(name), JSON.stringify(idp));
  return Object.assign(reachable(idp), {
    process: it, callbacks: [],
    settings: (ours) => settings(idp, dir, ours),
    tell: (command, wanted) => tell(idp, command, wanted),
    stop: () => stop(it),
  });
}

/** A Browser that also reaches the providers, and signs in there as user, or
 * cancels. */
export class IdpBrowser extends Browser {
  constructor(idp, { user = 'ada', decision = 'continue', ...more } = {}) {
    super(more);
    this.idp = idp;
    this.user = user;
    this.decision = decision;
    this.hosts = hostsOf(idp);
  }

  fetch(target, options) {
    return this.hosts.includes(target.hostname)
      ? this.idp.request(target, options) : super.fetch(target, options);
  }

  submit(page, form, wanted) {
    if (!this.hosts.includes(page.url.hostname)) {
      return super.submit(page, form, wanted);
    }
    const fields = { login: this.user, decision: this.decision,
      password: this.idp.users[this.user].password };
    const names = [...form.fields, ...form.buttons].map(({ name }) => name);
    return this.request(form.action || page.url, {
      method: 'POST', body: new URLSearchParams(Object.entries(fields)
        .filter(([name]) => names.includes(name))),
    });
  }
}
