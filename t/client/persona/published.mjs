// Licensed under the Apache License, Version 2.0; see LICENSE.
// Clients that do not register: their client_id is the URL of a document
// (CIMD), which says less than they do.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { group } from '../lib/tap.mjs';
import { App, expectStatus, send } from './app.mjs';

const common = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};

const CLAUDE_CODE = {
  client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
  client_name: 'Claude Code', client_uri: 'https://claude.ai',
  redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
  ...common,
};
const CLAUDE = {
  client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
  client_name: 'Claude', client_uri: 'https://claude.ai',
  redirect_uris: ['https://claude.ai/api/mcp/auth_callback',
    'https://claude.com/api/mcp/auth_callback'],
  ...common,
};
const VSCODE = {
  client_id: 'https://vscode.dev/oauth/client-metadata.json',
  client_name: 'Visual Studio Code',
  client_uri: 'https://code.visualstudio.com',
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1:33418/', 'http://127.0.0.1/',
    'https://vscode.dev/redirect', 'https://insiders.vscode.dev/redirect'],
  ...common,
};
const COPILOT_CLI = {
  client_id: 'https://github.com/copilot-cli/client-metadata.json',
  client_name: 'GitHub Copilot CLI',
  redirect_uris: ['http://127.0.0.1:33418/'],
  ...common,
};

// ChatGPT proves who it is, with keys that it publishes beside.
const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const JWKS = 'https://chatgpt.com/oauth/keys.json';
const CHATGPT = {
  client_id: 'https://chatgpt.com/oauth/client-metadata.json',
  client_name: 'ChatGPT', client_uri: 'https://chatgpt.com',
  redirect_uris: ['https://chatgpt.com/connector/oauth/Qm4xT0vN9kLp'],
  ...common,
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES256', jwks_uri: JWKS,
};

/** What there is on their websites. */
export const pages = {
  ...Object.fromEntries([CLAUDE_CODE, CLAUDE, VSCODE, COPILOT_CLI, CHATGPT]
    .map((each) => [each.client_id, each])),
  [JWKS]: {
    keys: [{
      ...KEY.publicKey.export({ format: 'jwk' }), kid: 'chatgpt-1', use: 'sig',
      alg: 'ES256',
    }],
  },
};

class Published extends App {
  constructor(site, document, redirect = document.redirect_uris[0]) {
    super(site);
    this.client = { client_id: document.client_id };
    this.redirect = redirect;
  }

  async discover() {
    await super.discover();
    assert.equal(this.server.client_id_metadata_document_supported, true);
    assert.ok(this.server.token_endpoint_auth_methods_supported
      .includes('none'), 'Claude takes no CIMD without it');
  }
}

class WithKey extends Published {
  assertion(key = KEY.privateKey) {
    const now = Math.floor(Date.now() / 1000);
    const { client_id: id } = this.client;
    const text = [
      { alg: 'ES256', kid: 'chatgpt-1', typ: 'JWT' },
      {
        iss: id, sub: id, aud: this.server.token_endpoint, iat: now,
        exp: now + 60, jti: randomUUID(),
      },
    ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${sign('sha256', text,
      { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  get credentials() {
    return {
      fields: {
        client_id: this.client.client_id,
        client_assertion: this.assertion(),
        client_assertion_type:
          'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      },
      headers: {},
    };
  }
}

async function chatgpt(g, site) {
  const app = new WithKey(site, CHATGPT);
  await g.step('signs in with private_key_jwt, refreshes and calls',
    async () => {
      await app.signIn();
      await app.refresh();
      await app.call();
    });
  await g.step('nobody else can refresh for it', async () => {
    const thief = new Published(site, CHATGPT);
    await thief.discover();
    thief.resource = app.resource;
    const { refresh_token } = app.tokens;
    const answer = expectStatus(await thief.postRefresh(refresh_token), 401);
    assert.equal(answer.json.error, 'invalid_client');
    await app.refresh();
  });
}

async function signsIn(g, site, { who, redirect }) {
  await g.step(`signs in by ${redirect} and calls`, async () => {
    const app = new Published(site, who, redirect);
    await app.signIn();
    await app.call();
    await app.refresh();
    await app.call();
  });
}

async function refusesOthers(g, site, who, redirects) {
  await g.step('no address that its document does not have', async () => {
    for (const redirect of redirects) {
      const app = new Published(site, who, redirect);
      await app.discover();
      const page = await send('GET', app.authorizationUrl());
      expectStatus(page, 400);
      assert.equal(page.headers.location ?? page.headers.refresh, undefined);
    }
  });
}

export async function published(site) {
  await group('Claude Code by CIMD', 60, async (g) => {
    for (const redirect of ['http://localhost:3118/callback',
      'http://localhost:49321/callback', 'http://127.0.0.1:3118/callback']) {
      await signsIn(g, site, { who: CLAUDE_CODE, redirect });
    }
    await refusesOthers(g, site, CLAUDE_CODE, [
      'http://localhost:3118/other', 'https://localhost:3118/callback',
      'http://claude.ai/callback', 'http://localhost.evil.example/callback']);
  });
  await group('Claude.ai by CIMD', 60, async (g) => {
    for (const redirect of CLAUDE.redirect_uris) {
      await signsIn(g, site, { who: CLAUDE, redirect });
    }
    await refusesOthers(g, site, CLAUDE,
      ['https://claude.ai/api/mcp/auth_callback/x']);
  });
  await group('VS Code by CIMD', 60, async (g) => {
    for (const redirect of [...VSCODE.redirect_uris,
      'http://127.0.0.1:51837/']) {
      await signsIn(g, site, { who: VSCODE, redirect });
    }
  });
  await group('Copilot CLI by CIMD', 60, async (g) => {
    await signsIn(g, site,
      { who: COPILOT_CLI, redirect: 'http://127.0.0.1:40213/' });
  });
  await group('ChatGPT by CIMD', 30, (g) => chatgpt(g, site));
}
