// Licensed under the Apache License, Version 2.0; see LICENSE.
// A plain OAuth client of one profile: from the authorization endpoint to
// tokens that are verified.

import { createHash, randomBytes } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { IdpBrowser } from '../client/lib/idp.mjs';

export const CALLBACK = 'https://localhost:9443/oauth/callback';
export const STOP = /^https:\/\/localhost:9443\/oauth\/callback\?/;

const random = () => randomBytes(32).toString('base64url');

export class Client {
  constructor(idp, profile, { id = 'mcp-gateway', scope } = {}) {
    Object.assign(this, { idp, profile, id });
    this.about = idp.profiles[profile];
    this.scope = scope ?? 'openid profile email offline_access';
    this.browser = new IdpBrowser(idp);
  }

  get endpoints() { return this.about.endpoints; }

  set(quirks) {
    return this.idp.tell('set', { profile: this.profile, quirks });
  }

  requests(endpoint) {
    return this.idp.tell('requests', { profile: this.profile, endpoint });
  }

  authorizationUrl(more = {}) {
    this.verifier = random();
    const parameters = {
      response_type: 'code', client_id: this.id, redirect_uri: CALLBACK,
      scope: this.scope, state: random(), nonce: random(),
      code_challenge_method: 'S256', code_challenge: createHash('sha256')
        .update(this.verifier).digest('base64url'), ...more,
    };
    this.sent = parameters;
    const url = new URL(this.endpoints.authorization);
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    return url;
  }

  /** What comes to the redirect URI. */
  async signIn(more) {
    const { url } = await this.browser.go(this.authorizationUrl(more),
      { stop: STOP });
    return Object.fromEntries(url.searchParams);
  }

  /** method: how the client says who it is. */
  async post(endpoint, form, { method = 'basic', headers = {} } = {}) {
    const secret = this.idp.clients[this.id]?.client_secret ?? '';
    const auth = [this.id, secret].map(encodeURIComponent).join(':');
    const proof = {
      basic: [{ Authorization: `Basic ${btoa(auth)}` }, {}],
      post: [{}, { client_id: this.id, client_secret: secret }],
      none: [{}, { client_id: this.id }],
    }[method];
    return this.idp.request(this.endpoints[endpoint], {
      method: 'POST', body: new URLSearchParams({ ...form, ...proof[1] }),
      headers: { ...proof[0], Accept: 'application/json', ...headers },
    });
  }

  redeem(code, options) {
    return this.post('token', {
      grant_type: 'authorization_code', code, redirect_uri: CALLBACK,
      code_verifier: this.verifier,
    }, options);
  }

  refresh(token, options) {
    return this.post('token', { grant_type: 'refresh_token',
      refresh_token: token }, options);
  }

  /** The whole way; the token answer. */
  async tokens(more) {
    const { code } = await this.signIn(more);
    return JSON.parse((await this.redeem(code)).body);
  }

  get(endpoint, headers = {}) {
    const url = this.endpoints[endpoint];
    return this.idp.request([url].flat()[0], { headers });
  }

  async json(endpoint, headers) {
    return JSON.parse((await this.get(endpoint, headers)).body);
  }

  userinfo(token) {
    return this.get('userinfo', { 'Authorization': `Bearer ${token}`,
      'User-Agent': 'test' });
  }

  /** The claims of a token of this profile; audience undefined: any. */
  async verify(token, { audience, typ } = {}) {
    const set = createLocalJWKSet(await this.json('keys'));
    return jwtVerify(token, set, { issuer: this.about.issuer, audience, typ });
  }
}
