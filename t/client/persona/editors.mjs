// Licensed under the Apache License, Version 2.0; see LICENSE.
// Editors: callbacks of several kinds in one registration, an id that is kept
// for long, another port than the one that was registered.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { group } from '../lib/tap.mjs';
import { App, expectStatus, send } from './app.mjs';

// -- Cursor -------------------------------------------------------------------

const CURSOR = [
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'https://www.cursor.com/agents/mcp/oauth/callback',
  'http://localhost:8787/callback',
];

class Cursor extends App {
  agent = 'Cursor/2.0.0';
  redirect = CURSOR[0];

  get registration() {
    return {
      client_name: 'Cursor',
      redirect_uris: CURSOR,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'web',
    };
  }
}

class OldCursor extends Cursor {
  redirect = 'cursor://anysphere.cursor-retrieval/oauth/user-A1b2/callback';

  get registration() {
    return { ...super.registration, redirect_uris: [this.redirect] };
  }
}

async function cursor(site) {
  await group('Cursor', 60, async (g) => {
    const app = new Cursor(site);
    await g.step('registers three redirect URIs as a "web" application',
      async () => {
        await app.discover();
        const client = await app.register();
        assert.deepEqual(client.redirect_uris, CURSOR);
      });
    for (const redirect of CURSOR) {
      await g.step(`signs in by ${redirect} and calls`, async () => {
        app.redirect = redirect;
        await app.redeem(await app.authorize());
        await app.call();
      });
    }
    await g.step('signs in by the callback of older versions', async () => {
      const app = new OldCursor(site);
      await app.signIn();
      await app.call();
    });
    await g.step('one URI that is refused does not lock out the others',
      async () => {
        const app = new Cursor(site);
        await app.discover();
        const client = await app.register({
          ...app.registration,
          redirect_uris: ['javascript:alert(1)', ...CURSOR],
        });
        assert.deepEqual(client.redirect_uris, CURSOR);
      });
  });
}

// -- VS Code, Copilot CLI -----------------------------------------------------

class VSCode extends App {
  agent = 'Visual Studio Code/1.110.0';
  redirect = 'http://127.0.0.1:33418/';

  get registration() {
    return {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: ['authorization_code', 'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: ['https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect', 'http://127.0.0.1/',
        'http://127.0.0.1:33418/'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    };
  }

  /** 24 characters of base64, such as are lost where + means a space. */
  get state() {
    for (;;) {
      const text = randomBytes(16).toString('base64');
      if (text.includes('+') && text.includes('/')) return text;
    }
  }
}

async function vscode(site) {
  await group('VS Code', 60, async (g) => {
    const app = new VSCode(site);
    await g.step('signs in by port 33418 and calls', async () => {
      await app.signIn();
      assert.match(app.asked.state, /^[A-Za-z0-9+/]{22}==$/);
      await app.call();
    });
    for (const redirect of ['http://127.0.0.1:51837/', 'http://127.0.0.1/',
      'https://vscode.dev/redirect', 'https://insiders.vscode.dev/redirect']) {
      await g.step(`signs in by ${redirect}`, async () => {
        app.redirect = redirect;
        await app.redeem(await app.authorize());
        await app.call();
      });
    }
    await g.step('uses the id that it kept, and does not register',
      async () => {
        const app2 = new VSCode(site);
        app2.client = { client_id: app.client.client_id };
        await app2.discover();
        await app2.redeem(await app2.authorize());
        await app2.call();
      });
    await g.step('the last slash of its callback is a part of it', async () => {
      app.redirect = 'http://127.0.0.1:33418';
      expectStatus(await send('GET', app.authorizationUrl()), 400);
    });
  });
}

class CopilotCLI extends VSCode {
  agent = 'GitHubCopilotCLI/1.0';
  redirect = 'http://127.0.0.1:40213/';

  get registration() {
    return {
      client_name: 'GitHub Copilot CLI',
      redirect_uris: ['http://127.0.0.1:33418/'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }
}

async function copilot(site) {
  await group('Copilot CLI', 30, async (g) => {
    const app = new CopilotCLI(site);
    await g.step('registers one port, listens on another, and calls',
      async () => {
        await app.signIn();
        await app.call();
      });
    await g.step('authenticates again with the id that it kept', async () => {
      app.redirect = 'http://127.0.0.1:40999/';
      await app.redeem(await app.authorize());
      await app.call();
    });
  });
}

export async function editors(site) {
  await cursor(site);
  await vscode(site);
  await copilot(site);
}
