// Licensed under the Apache License, Version 2.0; see LICENSE.
// MCPAuthMode relay: clients register and consent here, sign in at an identity
// provider, and get its access tokens.

import assert from 'node:assert/strict';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { startBroker } from './lib/broker.mjs';
import { complaintsOf, secrets } from './lib/demo.mjs';
import { IdpBrowser, startIdp } from './lib/idp.mjs';
import { callHello, callWhoami, journey } from './lib/journey.mjs';
import { stop } from './lib/process.mjs';
import { group } from './lib/tap.mjs';
import { isTold } from './idps/signin.mjs';
import { bridge } from './remote.mjs';
import { way1 } from './sdk1.mjs';
import { way2 } from './sdk2.mjs';

const IDP = 'relay-idp';
const BROWSER = path.join(import.meta.dirname, 'lib/idpbrowser.mjs');
const WAYS = { 'SDK 2.x': way2, 'SDK 1.x': way1 };
const WHERE = { workos: '', keycloak: '/keycloak', auth0: '/auth0' };
const PRESETS = Object.keys(WHERE);
const LOCATIONS = {
  [WHERE.workos]: [{ preset: 'workos' }],
  [WHERE.keycloak]: [{ preset: 'keycloak', lines: ['Audience mcp-api'] }],
  [WHERE.auth0]: [{ preset: 'auth0' }],
};
// In seconds: from when on a refresh asks the provider; how long the tokens
// live that clients sign in for, and those that they get afterwards.
const FRESH = 61;
const LIFE = 3600;
const LONG = 86400;

class Tour {
  constructor(idp, site) {
    Object.assign(this, { idp, site });
  }

  at(preset, way) {
    const { issuer, subjects } = this.idp.profiles[preset];
    return {
      idp: this.idp, preset, way, issuer,
      demo: this.site.at(WHERE[preset], { username: subjects.ada }),
    };
  }

  asked(preset, endpoint) {
    return this.idp.tell('requests', { profile: preset, endpoint });
  }

  /** How long tokens live from now on. */
  async last(seconds) {
    for (const profile of PRESETS) {
      await this.idp.tell('set', { profile, quirks: {
        seconds: { access_token: seconds, id_token: seconds },
      } });
    }
  }
}

const accessToken = (provider) => provider.saved.tokens.access_token;

/** The whole journey; it keeps its tokens. */
async function signsIn(g, tour, it) {
  const { idp, preset, demo, way, issuer } = it;
  const stay = { ...it, name: g.name };
  const before = (await tour.asked(preset, 'refresh')).length;
  await journey(g, {
    ...way(demo), open: () => new IdpBrowser(idp),
    waits: () => tour.site.wait(FRESH),
    after: async (group, { client, provider }) => {
      await g.step('whoami knows the client, which is none of the provider',
        () => callWhoami(client, provider.saved.client.client_id));
      stay.provider = provider;
    },
  });
  const { provider } = stay;
  await g.step('was asked for consent here', () => assert.ok(
    provider.trail.some((each) => each.startsWith(`POST ${demo.issuer}/`))));
  await g.step('has an access token of the provider, a refresh token of ours',
    async () => {
      assert.equal(decodeJwt(accessToken(provider)).iss, issuer);
      const issued = await idp.tell('issued', { profile: preset });
      for (const each of issued) secrets.add(each);
      assert.ok(issued.includes(accessToken(provider)));
      assert.ok(!issued.includes(provider.saved.tokens.refresh_token));
      assert.equal(provider.saved.tokens.id_token, undefined);
      assert.equal((await tour.asked(preset, 'refresh')).length - before, 1);
    });
  await g.step('the provider knows one client alone', async () =>
    assert.deepEqual([...new Set((await tour.asked(preset))
      .map(({ client }) => client).filter(Boolean))], ['mcp-gateway']));
  return stay;
}

/** When the access token has expired. */
async function goesOn(g, tour, { preset, demo, way, issuer, provider }) {
  await g.step('refreshes its token when that has expired, and goes on',
    async () => {
      const before = accessToken(provider);
      const asked = (await tour.asked(preset, 'refresh')).length;
      const { client, transport } = way(demo).make(provider);
      await client.connect(transport);
      await callHello(client, 'Lovelace');
      await callWhoami(client, provider.saved.client.client_id);
      await client.close();
      assert.equal(provider.visits, 1);
      assert.notEqual(accessToken(provider), before);
      assert.equal(decodeJwt(accessToken(provider)).iss, issuer);
      assert.equal((await tour.asked(preset, 'refresh')).length - asked, 1);
    });
}

async function isDenied(g, tour, it) {
  await g.step('is told that the user has cancelled there', () =>
    isTold(g, { ...it, decision: 'cancel', error: 'access_denied' }));
  await g.step('is told that the user said no here, and nobody went there',
    async () => {
      const before = await tour.asked(it.preset, 'authorization');
      await isTold(g, { ...it, answer: 'deny', error: 'access_denied' });
      assert.deepEqual(await tour.asked(it.preset, 'authorization'), before);
    });
}

async function ends({ idp, site }) {
  await group('relay', 30, async (g) => {
    await g.also('it ends when it is asked to', async () =>
      assert.ok(await stop(site.process), 'it had to be killed'));
    await g.also('it logged nothing that it should not', () =>
      assert.deepEqual(complaintsOf(site), []));
  });
  await idp.stop();
}

export async function relay() {
  let tour;
  await group('relay', 60, async (g) => {
    const idp = await g.step('providers start', () => startIdp(IDP));
    const site = await g.step('a server that relays to them starts', () =>
      startBroker(idp, { name: 'relay', locations: LOCATIONS, mode: 'relay' }));
    for (const { password } of Object.values(idp.users)) secrets.add(password);
    tour = new Tour(idp, site);
  });
  if (!tour) return;
  await tour.last(LIFE);
  const stays = [];
  for (const [name, way] of Object.entries(WAYS)) {
    for (const preset of PRESETS) {
      const it = tour.at(preset, way);
      await group(`${name}, relay to ${preset}`, 60, async (g) => {
        stays.push(await signsIn(g, tour, it));
        await isDenied(g, tour, it);
      });
    }
  }
  const { demo } = tour.at('workos');
  await bridge({ ...demo, browser: BROWSER,
    environment: { MCP_BROWSER_IDP: IDP } }, 'auto', ', relay to workos');
  await tour.last(LONG);
  await tour.site.wait(LIFE);
  for (const stay of stays) {
    await group(stay.name, 60, (g) => goesOn(g, tour, stay));
  }
  await ends(tour);
}
