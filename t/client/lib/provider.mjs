// Licensed under the Apache License, Version 2.0; see LICENSE.
// The OAuthClientProvider of both SDKs, in memory.

import { randomUUID } from 'node:crypto';
import { Browser } from './browser.mjs';
import { secrets } from './demo.mjs';
import { evidence } from './process.mjs';

// nothing listens there: the browser stops before it
const CALLBACK = 'http://127.0.0.1:33418/callback';
const STOP = /^http:\/\/127\.0\.0\.1:33418\/callback\?/;

export class Provider {
  visits = 0;
  redirectUrl = CALLBACK;
  saved = {};

  /** open makes the browser that the user signs in with; scope: what it asks
   * for where the server names nothing; client: it is registered already. */
  constructor(name, user, open = () => new Browser(), { scope, client } = {}) {
    Object.assign(this, { name, user, open, scope });
    this.saved.client = client;
  }

  get clientMetadata() {
    return {
      client_name: this.name,
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...this.scope ? { scope: this.scope } : {},
    };
  }

  state() {
    this.saved.state = randomUUID();
    return this.saved.state;
  }

  clientInformation() { return this.saved.client; }
  saveClientInformation(client) { this.saved.client = client; }
  tokens() { return this.saved.tokens; }
  saveTokens(tokens) {
    this.saved.tokens = tokens;
    secrets.add(tokens.access_token);
    if (tokens.refresh_token) secrets.add(tokens.refresh_token);
  }

  codeVerifier() { return this.saved.verifier; }
  saveCodeVerifier(verifier) {
    this.saved.verifier = verifier;
    secrets.add(verifier);
  }

  discoveryState() { return this.saved.discovery; }
  saveDiscoveryState(discovery) { this.saved.discovery = discovery; }

  redirectToAuthorization(url) {
    this.visits++;
    this.authorization = url;
  }

  /** Does as the user does; the parameters of the callback. */
  async visit() {
    const browser = this.open();
    const { url } = await browser.go(this.authorization,
      { stop: STOP, ...this.user });
    const { searchParams } = url;
    if (searchParams.get('state') !== this.saved.state) {
      throw browser.lost(`came back with another state: ${url}`);
    }
    this.trail = browser.trail;
    return searchParams;
  }

  /** Signs in and consents as the user; the parameters of the callback. */
  async answer() {
    const found = await this.visit();
    if (found.get('code') === null) {
      throw evidence(new Error(`no code came back: ${found}`),
        this.trail.join('\n'));
    }
    secrets.add(found.get('code'));
    return found;
  }

  /** As if the access token had expired. */
  spoil() {
    this.saved.tokens = { ...this.saved.tokens, access_token: 'expired' };
  }
}
