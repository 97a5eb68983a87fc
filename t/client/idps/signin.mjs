// Licensed under the Apache License, Version 2.0; see LICENSE.
// Signing in at one identity provider: all goes well, the user cancels there,
// it fails.

import assert from 'node:assert/strict';
import { secrets } from '../lib/demo.mjs';
import { IdpBrowser } from '../lib/idp.mjs';
import { callHello, callWhoami, journey } from '../lib/journey.mjs';
import { Provider } from '../lib/provider.mjs';
import { Witness } from './witness.mjs';

/** What a provider has given out until now; none of it may be in a log. */
async function issuedBy(idp, preset) {
  const issued = await idp.tell('issued', { profile: preset });
  for (const each of issued) secrets.add(each);
  return issued;
}

/** Who has signed in, and where, of a list of several providers too. */
async function isAt(client, { idp, preset }) {
  const { issuer, subjects } = idp.profiles[preset];
  await callWhoami(client, JSON.stringify(subjects.ada));
  await callWhoami(client, JSON.stringify(issuer));
}

/** The whole journey of a client, at a server of lib/broker.mjs; it keeps its
 * tokens, and all that it was told, in what this gives back. */
export async function signsIn(g, it) {
  const { idp, preset, demo, way, user } = it;
  const stay = { ...it, witness: new Witness() };
  await journey(g, {
    ...way(demo, { fetch: stay.witness.fetch }),
    open: () => new IdpBrowser(idp, { user }),
    after: async (group, { client, provider }) => {
      await g.step('whoami knows the provider', () => isAt(client, it));
      stay.provider = provider;
    },
  });
  await hearsNothing(g, stay);
  return stay;
}

async function hearsNothing(g, { idp, preset, provider, witness }) {
  await g.step('hears nothing of what the provider gave out', async () =>
    witness.check({
      ours: [provider.saved.tokens.access_token],
      theirs: await issuedBy(idp, preset),
    }));
}

/** When some time has passed: the provider is asked, if it can be. */
export async function goesOn(g, stay) {
  const { idp, preset, demo, way, provider, witness, refreshes } = stay;
  const asked = () => idp.tell('requests',
    { profile: preset, endpoint: 'refresh' });
  await g.step('refreshes its token later, and goes on', async () => {
    const before = (await asked()).length;
    provider.spoil();
    const { client, transport } =
      way(demo, { fetch: witness.fetch }).make(provider);
    await client.connect(transport);
    await callHello(client, 'Lovelace');
    await client.close();
    assert.equal(provider.visits, 1);
    assert.equal((await asked()).length - before, refreshes ? 1 : 0,
      'how often the provider was asked to refresh');
  });
  await hearsNothing(g, stay);
}

/** A sign-in that comes back with an error; answer: what the user says to our
 * own question. */
export async function isTold(g, { idp, demo, way, error, answer, ...user }) {
  const { make, finish, isUnauthorized } = way(demo);
  const provider = new Provider(g.name, { decision: answer },
    () => new IdpBrowser(idp, user));
  const { client, transport } = make(provider);
  await assert.rejects(client.connect(transport), isUnauthorized);
  const params = await provider.visit();
  assert.equal(params.get('iss'), demo.issuer);
  await assert.rejects(finish(transport, params), { code: error });
  await client.close();
}
