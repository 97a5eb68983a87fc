// Licensed under the Apache License, Version 2.0; see LICENSE.
// What a client program sends, byte for byte: each persona says how it differs
// from this one, which does everything as MCP 2025-11-25 tells.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { Browser } from '../lib/browser.mjs';
import { secrets } from '../lib/demo.mjs';
import { evidence } from '../lib/process.mjs';

const PRM = '/.well-known/oauth-protected-resource';
const ASM = '/.well-known/oauth-authorization-server';
const SECONDS = 15;

/** One request; headers go as they are given. from: the client's address. */
export function send(method, url, { headers = {}, body, from } = {}) {
  const target = new URL(url);
  const { request } = target.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(target, {
      method, headers, localAddress: from, agent: false,
      signal: AbortSignal.timeout(SECONDS * 1000),
    }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({
          status: response.statusCode, headers: response.headers, text,
          get json() { return JSON.parse(text); },
          what: `${method} ${url}`,
        });
      });
    });
    sent.on('error', reject);
    if (body !== undefined) sent.setHeader('Content-Length',
      Buffer.byteLength(body));
    sent.end(body);
  });
}

/** Fails with what was answered. */
export function expectStatus(answer, status) {
  if (answer.status === status) return answer;
  throw evidence(new Error(`${answer.what}: ${answer.status}, not ${status}`),
    JSON.stringify(answer.headers, null, 1) + '\n' + answer.text);
}

/** Null members are what several clients cannot read. */
export function assertNoNulls(value, where = 'the answer') {
  for (const [name, member] of Object.entries(value)) {
    assert.notEqual(member, null, `${where}: ${name} is null`);
    if (typeof member === 'object') assertNoNulls(member, name);
  }
}

export const base64url = (bytes) => randomBytes(bytes).toString('base64url');

export class App {
  // what a persona replaces
  agent = 'node';
  accept = '*/*';
  redirect = 'http://127.0.0.1:33418/callback';
  location = '/mcp';
  protocol = '2025-11-25';
  verifierLength = 43;
  from = undefined;

  constructor(site) {
    this.site = site;
  }

  get registration() {
    return {
      client_name: this.constructor.name,
      redirect_uris: [this.redirect],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  get state() { return base64url(32); }

  send(method, url, { headers = {}, body } = {}) {
    return send(method, url, {
      headers: { 'User-Agent': this.agent, 'Accept': this.accept, ...headers },
      body, from: this.from,
    });
  }

  form(url, fields, headers = {}) {
    return this.send('POST', url, {
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded', ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    });
  }

  // -- discovery --

  get mcp() { return this.site.url(this.location); }

  wellKnown(url) {
    return this.send('GET', url,
      { headers: { 'MCP-Protocol-Version': this.protocol } });
  }

  /** The 401 that everything begins with. */
  async challenge() {
    const answer = expectStatus(await this.rpc(undefined, 'initialize',
      this.hello), 401);
    const text = answer.headers['www-authenticate'];
    assert.match(text, /^Bearer /, 'the first challenge has to be Bearer');
    assert.doesNotMatch(text, /\b(Basic|DPoP)\b/, 'and the only one');
    const found = /resource_metadata="([^"]+)"/.exec(text);
    assert.ok(found, `no resource_metadata in ${text}`);
    return { url: found[1], scope: /\bscope="([^"]*)"/.exec(text)?.[1] };
  }

  async discover() {
    const { url, scope } = await this.challenge();
    const resource = expectStatus(await this.wellKnown(url), 200).json;
    assert.equal(resource.resource, this.mcp);
    const [issuer] = resource.authorization_servers;
    const server = expectStatus(await this.wellKnown(issuer + ASM), 200).json;
    assert.equal(server.issuer, issuer, 'the issuer is one string');
    this.learn({ resource, server, scope });
  }

  learn({ resource, server, scope }) {
    Object.assign(this, { resource, server, scope });
  }

  /** As if discovery had failed: everything is at the origin. */
  guess() {
    const { origin } = new URL(this.mcp);
    this.learn({
      resource: { resource: this.mcp },
      server: {
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        registration_endpoint: `${origin}/register`,
      },
    });
  }

  // -- registration --

  postRegistration(body = this.registration) {
    return this.send('POST', this.server.registration_endpoint, {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async register(body = this.registration) {
    const answer = expectStatus(await this.postRegistration(body), 201);
    const client = answer.json;
    assertNoNulls(client, 'the registration');
    assert.ok(Number.isInteger(client.client_id_issued_at));
    if (client.client_secret) secrets.add(client.client_secret);
    this.client = client;
    return client;
  }

  // -- authorization --

  get scopeAsked() { return this.scope; }

  authorizationUrl(more = {}) {
    this.verifier = base64url(this.verifierLength).slice(
      0, this.verifierLength);
    secrets.add(this.verifier);
    const fields = {
      response_type: 'code',
      client_id: this.client.client_id,
      redirect_uri: this.redirect,
      code_challenge: createHash('sha256').update(this.verifier)
        .digest('base64url'),
      code_challenge_method: 'S256',
      state: this.state,
      scope: this.scopeAsked,
      resource: this.resource.resource,
      ...more,
    };
    this.asked = fields;
    const url = new URL(this.server.authorization_endpoint);
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) url.searchParams.append(name, value);
    }
    return url;
  }

  /** The user signs in and consents; what comes back to the client. */
  async authorize(more) {
    const url = this.authorizationUrl(more);
    const browser = this.browser = new Browser();
    const page = await browser.go(url, {
      stop: new RegExp('^' + this.asked.redirect_uri
        .replace(/[.*+?^${}()|[\]\\/]/g, '\\$&') + '\\?'),
      username: this.site.username, password: this.site.password,
    });
    const back = page.url.searchParams;
    const code = back.get('code');
    if (!code) throw browser.lost(`came back without a code: ${page.url}`);
    secrets.add(code);
    if (this.asked.state !== undefined) {
      assert.equal(back.get('state'), this.asked.state);
    }
    assert.equal(back.get('iss'), this.server.issuer ?? this.site.issuer);
    return code;
  }

  // -- tokens --

  /** How it says who it is: form fields and headers. */
  get credentials() {
    return { fields: { client_id: this.client.client_id }, headers: {} };
  }

  token(fields) {
    const { fields: own, headers } = this.credentials;
    return this.form(this.server.token_endpoint, { ...fields, ...own },
      headers);
  }

  keep(answer) {
    const tokens = expectStatus(answer, 200).json;
    assertNoNulls(tokens, 'the tokens');
    assert.equal(tokens.token_type, 'Bearer');
    assert.ok(Number.isInteger(tokens.expires_in));
    assert.match(answer.headers['content-type'], /^application\/json/);
    assert.match(answer.headers['cache-control'], /no-store/);
    for (const name of ['access_token', 'refresh_token']) {
      if (tokens[name]) secrets.add(tokens[name]);
    }
    return tokens;
  }

  async redeem(code, more = {}) {
    this.tokens = this.keep(await this.token({
      grant_type: 'authorization_code', code,
      code_verifier: this.verifier, redirect_uri: this.asked.redirect_uri,
      resource: this.resource.resource, ...more,
    }));
    return this.tokens;
  }

  postRefresh(refresh_token = this.tokens.refresh_token) {
    return this.token({
      grant_type: 'refresh_token', refresh_token,
      resource: this.resource.resource,
    });
  }

  async refresh() {
    this.tokens = this.keep(await this.postRefresh());
    return this.tokens;
  }

  /** From nothing to tokens. */
  async signIn() {
    if (!this.server) await this.discover();
    if (!this.client) await this.register();
    return this.redeem(await this.authorize());
  }

  // -- MCP --

  get hello() {
    return {
      protocolVersion: this.protocol, capabilities: {},
      clientInfo: { name: this.constructor.name, version: '1' },
    };
  }

  rpc(token, method, params, { session } = {}) {
    const headers = {
      'Content-Type': 'application/json',
      'Accept': 'application/json, text/event-stream',
    };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (session) {
      headers['Mcp-Session-Id'] = session;
      headers['MCP-Protocol-Version'] = this.protocol;
    }
    return this.send('POST', this.mcp, {
      headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
  }

  /** Opens a session and calls a tool: what the user wanted all along. */
  async call(token = this.tokens.access_token) {
    const opened = expectStatus(await this.rpc(token, 'initialize',
      this.hello), 200);
    const session = opened.headers['mcp-session-id'];
    const answer = expectStatus(await this.rpc(token, 'tools/call',
      { name: 'hello', arguments: { name: 'Ada' } }, { session }), 200);
    assert.match(answer.text, /Hello, Ada!/);
  }
}

export { ASM, PRM };
