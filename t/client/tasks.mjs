// Licensed under the Apache License, Version 2.0; see LICENSE.
// The resource server of conf/examples/environment-tasks.conf. Clients know its
// URL alone: they find Auth0 by it, register and sign in there.

import assert from 'node:assert/strict';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { clockOf, withClock } from './lib/clock.mjs';
import { complaintsOf, secrets } from './lib/demo.mjs';
import { startSite } from './lib/httpd.mjs';
import { IdpBrowser, startIdp } from './lib/idp.mjs';
import { callHello, callWhoami, journey, textOf } from './lib/journey.mjs';
import { stop } from './lib/process.mjs';
import { Provider } from './lib/provider.mjs';
import { group } from './lib/tap.mjs';
import { isTold } from './idps/signin.mjs';
import { way1 } from './sdk1.mjs';
import { way2 } from './sdk2.mjs';

const EXAMPLE = path.join(process.env.MCP_TEST_ROOT,
  'conf/examples/environment-tasks.conf');
// more tools, by which the journey sees who calls
const MORE = '<Location "/mcp">\n    MCPOffer demo:create_task demo:list_tasks'
  + ' demo:hello demo:whoami\n</Location>';
const SCOPE = 'openid profile offline_access';
// how long its tokens live, and what passes until they have expired: seconds
const LIFE = 600;
const LATER = 1200;

class Tour {
  // the clock of our server; Auth0 goes by the real one
  ahead = 0;

  constructor(idp, site) {
    const { issuer, argument, subjects } = idp.profiles.auth0;
    Object.assign(this, { idp, site, issuer, argument });
    // as the client sees it: who answers is Auth0
    this.demo = { ...site, issuer, username: subjects.ada };
  }

  /** Clients that also reach Auth0. */
  over(way) {
    return (demo, options) => way(demo, { fetch: this.idp.fetch, ...options });
  }

  open = () => new IdpBrowser(this.idp);

  set(quirks) {
    return this.idp.tell('set', { profile: 'auth0', quirks });
  }

  asked(endpoint) {
    return this.idp.tell('requests', { profile: 'auth0', endpoint });
  }

  /** What an administrator turns on for MCP: the API is the URL, clients can
   * register, the issuer is in the answer, refresh tokens turn. */
  async prepare() {
    await this.idp.tell('reset', { profile: 'auth0' });
    await this.set({ apis: [this.site.mcp], registration: 'on',
      iss_parameter: 'right', rotation: 'on',
      seconds: { access_token: this.ahead + LIFE } });
  }

  /** The tokens of before have expired then, those to come will not have. */
  async expire() {
    this.ahead += LATER;
    await this.site.wait(LATER);
    await this.set({ seconds: { access_token: this.ahead + LIFE } });
  }
}

/** What is created is listed, as text and as data. */
async function callTasks(client, title) {
  const call = (name, args) => client.callTool({ name, arguments: args });
  const said = textOf(await call('create_task', { title, status: 'done' }));
  const [, id] = said.match(/^Task '.*' created with id (\d+) \(status=done, /);
  const list = await call('list_tasks', { status: 'done' });
  assert.ok(textOf(list).includes(`\n- [${id}] ${title} (done, medium)`));
  assert.deepEqual(list.structuredContent.tasks.find((one) => one.id === id),
    { id, title, status: 'done', priority: 'medium' });
}

/** From the URL to a call; what Auth0 was asked for on the way. */
async function finds(tour, way, name, asks) {
  const { demo, site, open } = tour;
  const stay = { name, way: tour.over(way) };
  await group(`${name}, a resource server`, 60, async (g) => {
    await tour.prepare();
    await journey(g, {
      ...stay.way(demo), open, asks,
      after: async (group, { client, provider }) => {
        await g.step('whoami knows the issuer', () =>
          callWhoami(client, JSON.stringify(demo.issuer)));
        await g.step('creates a task, and finds it', () =>
          callTasks(client, `Task of ${name}`));
        stay.provider = provider;
      },
    });
    await g.step('the token is of Auth0, for the URL', () => {
      const claims = decodeJwt(stay.provider.saved.tokens.access_token);
      assert.equal(claims.iss, demo.issuer);
      assert.ok([claims.aud].flat().includes(site.mcp), claims.aud);
      assert.equal(claims.azp, stay.provider.saved.client.client_id);
    });
    await g.step('RFC 8707: Auth0 was asked for the resource, with PKCE',
      async () => {
        const [{ query }] = await tour.asked('authorization');
        assert.equal(query.resource, site.mcp);
        assert.equal(query.code_challenge_method, 'S256');
        const [{ form }] = await tour.asked('token');
        assert.equal(form.resource, site.mcp);
      });
    await g.step(asks.client ? 'it did not register there'
      : 'it registered there once', async () => assert.equal(
      (await tour.asked('registration')).length, asks.client ? 0 : 1));
  });
  return stay;
}

/** A client that asks for nothing in particular, as most do: the token expires,
 * and its user signs in again. */
async function asksForNothing(tour, way, name) {
  const { demo, open } = tour;
  const { make, finish, isUnauthorized } = tour.over(way)(demo);
  await group(`${name}, a resource server, no scope`, 60, async (g) => {
    await tour.prepare();
    const provider = new Provider(g.name, {}, open);
    const signsIn = async () => {
      const { client, transport } = make(provider);
      await assert.rejects(client.connect(transport), isUnauthorized);
      await finish(transport, await provider.answer());
      await client.close();
    };
    const calls = async () => {
      const { client, transport } = make(provider);
      await client.connect(transport);
      await callHello(client, 'Ada');
      await callWhoami(client, JSON.stringify(demo.username));
      await client.close();
    };
    await g.step('signs in, and calls', async () => {
      await signsIn();
      await calls();
      assert.equal(provider.saved.tokens.refresh_token, undefined);
    });
    await g.step('signs in again when its token has expired', async () => {
      await tour.expire();
      await signsIn();
      await calls();
      assert.equal(provider.visits, 2);
    });
  });
}

/** When the token has expired. */
async function goesOn({ demo, site }, { name, way, provider }) {
  await group(`${name}, a resource server`, 60, async (g) => {
    await g.step('refreshes its token at Auth0 later, and goes on',
      async () => {
        const { access_token: before } = provider.saved.tokens;
        const { client, transport } = way(demo).make(provider);
        await client.connect(transport);
        await callHello(client, 'Lovelace');
        await client.close();
        assert.equal(provider.visits, 1);
        const claims = decodeJwt(provider.saved.tokens.access_token);
        assert.notEqual(provider.saved.tokens.access_token, before);
        assert.ok([claims.aud].flat().includes(site.mcp), claims.aud);
      });
  });
}

/** What is missing is what the example says. */
async function goesNowhere(tour, way, name) {
  const { idp, demo } = tour;
  const it = { idp, demo, way: tour.over(way) };
  const { make, finish, isUnauthorized } = it.way(demo);
  await group(`${name}, a resource server`, 60, async (g) => {
    await tour.prepare();
    await g.step('is told that the user has cancelled at Auth0', () =>
      isTold(g, { ...it, decision: 'cancel', error: 'access_denied' }));
    await g.step('is told that the API has another identifier', async () => {
      await tour.set({ apis: ['https://mcp-tasks-api'] });
      await isTold(g, { ...it, error: 'access_denied' });
    });
    await g.step('gets a token for nothing where resource does not count',
      async () => {
        await tour.set({ apis: null });
        const provider = new Provider(g.name, {}, tour.open);
        let { client, transport } = make(provider);
        await assert.rejects(client.connect(transport), isUnauthorized);
        await finish(transport, await provider.answer());
        ({ client, transport } = make(provider));
        await assert.rejects(client.connect(transport));
      });
    await g.step('cannot register where registration is off', async () => {
      await tour.set({ registration: null });
      const provider = new Provider(g.name, {}, tour.open);
      const { client, transport } = make(provider);
      await assert.rejects(client.connect(transport), (error) =>
        !isUnauthorized(error));
      assert.equal(provider.visits, 0);
    });
  });
}

async function ends({ idp, site }) {
  await group('a resource server', 30, async (g) => {
    await g.also('it ends when it is asked to', async () =>
      assert.ok(await stop(site.process), 'it had to be killed'));
    await g.also('it logged nothing that it should not', () =>
      assert.deepEqual(complaintsOf(site), []));
  });
  await idp.stop();
}

async function begin() {
  const idp = await startIdp('tasks-idp');
  for (const { password } of Object.values(idp.users)) secrets.add(password);
  const redirect = new Provider('').redirectUrl;
  await idp.tell('configure', { redirect_uris: [redirect] });
  const site = withClock(await startSite({
    name: 'tasks',
    template: path.join(import.meta.dirname, 'lib/broker.conf.in'),
    values: (port, ours) => ({
      world: idp.settings(ours), locations: `Include "${EXAMPLE}"\n${MORE}`,
    }),
    env: (dir, port) => ({
      ...clockOf(dir), AUTH0_DOMAIN: idp.profiles.auth0.argument,
      AUTH0_AUDIENCE: `https://localhost:${port}/mcp`,
    }),
  }));
  return new Tour(idp, site);
}

export async function tasks() {
  let tour;
  await group('a resource server', 60, async (g) => {
    tour = await g.step('it starts, and Auth0', begin);
  });
  if (!tour) return;
  const known = { client_id: 'mcp-public', issuer: tour.issuer };
  const stays = [];
  for (const [way, name] of [[way2, 'SDK 2.x'], [way1, 'SDK 1.x']]) {
    stays.push(await finds(tour, way, name, { scope: SCOPE }));
    stays.push(await finds(tour, way, `${name}, known at Auth0`,
      { scope: SCOPE, client: known }));
  }
  await tour.expire();
  for (const stay of stays) await goesOn(tour, stay);
  for (const [way, name] of [[way2, 'SDK 2.x'], [way1, 'SDK 1.x']]) {
    await asksForNothing(tour, way, name);
    await goesNowhere(tour, way, name);
  }
  await ends(tour);
}
