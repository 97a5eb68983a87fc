// Licensed under the Apache License, Version 2.0; see LICENSE.
// Clients whose users sign in elsewhere: at each identity provider that there
// is a preset for.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { startBroker } from './lib/broker.mjs';
import { complaintsOf, secrets } from './lib/demo.mjs';
import { NOWHERE, startIdp } from './lib/idp.mjs';
import { stop } from './lib/process.mjs';
import { group } from './lib/tap.mjs';
import { goesOn, isTold, signsIn } from './idps/signin.mjs';
import { bridge } from './remote.mjs';
import { way1 } from './sdk1.mjs';
import { way2 } from './sdk2.mjs';

const PRESETS = ['auth0', 'clerk', 'workos', 'supabase', 'keycloak', 'oidc',
  'oauth2', 'google', 'entra', 'okta', 'github', 'pingone', 'cognito',
  'authentik', 'scalekit'];
const WITHOUT_REFRESH = ['github'];
// those that differ most
const ALSO_SDK1 = ['auth0', 'entra', 'github'];

const BROWSER = path.join(import.meta.dirname, 'lib/idpbrowser.mjs');
const STAFF = 'Staff & guests';
const LOCATIONS = {
  '': [{ preset: 'authentik' }, { preset: 'okta', label: STAFF }],
  '/nowhere': [{ preset: 'oidc', argument: NOWHERE }],
  ...Object.fromEntries(PRESETS.map((preset) => [`/${preset}`, [{ preset }]])),
};
// what the server says of those that do not answer
const OUTAGES = [
  { what: /MCP00702: sign-in at .* it answered 503/, times: PRESETS.length },
  { what: /MCP00702: sign-in at op\.nowhere\.example: /, times: 1 },
  { what: /MCP00702: sign-in at sso\.example\.com: .* timed out after/, times: 1 },
];

class Tour {
  constructor(idp, site) {
    Object.assign(this, { idp, site });
  }

  at(preset, way, where = `/${preset}`, more = {}) {
    const username = this.idp.profiles[preset].subjects.ada;
    return {
      idp: this.idp, preset, way, where,
      refreshes: !WITHOUT_REFRESH.includes(preset),
      demo: this.site.at(where, { username, ...more }),
    };
  }

  set(preset, quirks) {
    return this.idp.tell('set', { profile: preset, quirks });
  }

  async each(presets, way, name) {
    const stays = [];
    for (const preset of presets) {
      await group(`${name}, ${preset}`, 60, async (g) => {
        stays.push(await signsIn(g, this.at(preset, way)));
      });
    }
    return stays;
  }

  /** At each: the user cancels, it is down. */
  async failing() {
    for (const preset of PRESETS) {
      const it = this.at(preset, way2);
      await group(`SDK 2.x, ${preset}`, 60, async (g) => {
        await g.step('is told that the user has cancelled there', () =>
          isTold(g, { ...it, decision: 'cancel', error: 'access_denied' }));
        await g.step('is told that the provider is down', async () => {
          await this.set(preset, { down: { token: 503 } });
          await isTold(g, { ...it, error: 'temporarily_unavailable' });
          await this.set(preset, { down: null });
        });
      });
    }
  }
}

/** Two providers at one location: the user chooses by the label. */
async function chooses(tour) {
  const choices = { authentik: undefined, okta: STAFF };
  for (const [preset, choose] of Object.entries(choices)) {
    await group(`two providers, ${choose ?? 'the one that is chosen'}`, 60,
      async (g) => {
        await signsIn(g, tour.at(preset, way2, '', { choose }));
      });
  }
}

/** Providers that do not answer, or not in time. */
async function waits(tour) {
  await group('no answer', 60, async (g) => {
    await g.step('of a provider that was never reached', () =>
      isTold(g, { ...tour.at('oidc', way2, '/nowhere'),
        error: 'temporarily_unavailable' }));
    await g.step('in time', async () => {
      await tour.set('keycloak', { down: { token: 'hang' } });
      await isTold(g, { ...tour.at('keycloak', way2),
        error: 'temporarily_unavailable' });
      await tour.set('keycloak', { down: null });
    });
  });
}

async function bridged(tour) {
  const { demo } = tour.at('oidc', way2);
  await bridge({ ...demo, browser: BROWSER }, 'auto', ', oidc');
}

/** All that the server has stored, as text. */
function stored({ dir }) {
  const state = path.join(dir, 'state');
  return fs.readdirSync(state).map((name) =>
    fs.readFileSync(path.join(state, name), 'latin1')).join('\n');
}

async function ends({ site }) {
  await group('identity providers', 30, async (g) => {
    await g.also('what the server stores of them is sealed', async () => {
      const text = stored(site);
      assert.ok(text.includes('SQLite format'), 'nothing is stored');
      assert.deepEqual([...secrets].filter((each) => text.includes(each)), []);
    });
    await g.also('it ends when it is asked to', async () =>
      assert.ok(await stop(site.process), 'it had to be killed'));
    await g.also('it logged each outage, and nothing that it should not',
      () => {
        const said = complaintsOf(site);
        assert.deepEqual(said.filter((line) =>
          !OUTAGES.some(({ what }) => what.test(line))), []);
        for (const { what, times } of OUTAGES) {
          const lines = said.filter((line) => what.test(line));
          assert.equal(lines.length, times, `${what} in ${said.join('\n')}`);
        }
      });
  });
}

export async function idps() {
  let tour;
  await group('identity providers', 60, async (g) => {
    const idp = await g.step('they start', startIdp);
    const site = await g.step('a server in front of them starts, and says '
      + 'what to enter there', () =>
      startBroker(idp, { name: 'broker', locations: LOCATIONS }));
    for (const { password } of Object.values(idp.users)) secrets.add(password);
    tour = new Tour(idp, site);
  });
  if (!tour) return;
  const stays = await tour.each(PRESETS, way2, 'SDK 2.x');
  stays.push(...await tour.each(ALSO_SDK1, way1, 'SDK 1.x'));
  await tour.failing();
  await Promise.all([chooses(tour), waits(tour), bridged(tour)]);
  await tour.site.wait(120);
  for (const stay of stays) {
    await group(stay.provider.name, 60, (g) => goesOn(g, stay));
  }
  await ends(tour);
  await tour.idp.stop();
}
