// Licensed under the Apache License, Version 2.0; see LICENSE.
// The OAuthClientProvider of both SDKs, in memory.

import { randomUUID } from 'node:crypto';
import { Browser } from './browser.mjs';
import { secrets } from './demo.mjs';

// nothing listens there: the browser stops before it
const CALLBACK = 'http://127.0.0.1:33418/callback';
const STOP = /^http:\/\/127\.0\.0\.1:33418\/callback\?/;

export class Provider {
  visits = 0;
  redirectUrl = CALLBACK;
  saved = {};

  constructor(name, user) {
    this.name = name;
    this.user = user;
  }

  get clientMetadata() {
    return {
      client_name: this.name,
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
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
    secrets.add(tokens.access_token).add(tokens.refresh_token);
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

  /** Signs in and consents as the user; the parameters of the callback. */
  async answer() {
    const browser = new Browser();
    const { url } = await browser.go(this.authorization,
      { stop: STOP, ...this.user });
    const { searchParams } = url;
    if (searchParams.get('code') === null) {
      throw browser.lost(`came back without a code: ${url}`);
    }
    if (searchParams.get('state') !== this.saved.state) {
      throw browser.lost(`came back with another state: ${url}`);
    }
    secrets.add(searchParams.get('code'));
    return searchParams;
  }

  /** As if the access token had expired. */
  spoil() {
    this.saved.tokens = { ...this.saved.tokens, access_token: 'expired' };
  }
}
