// Licensed under the Apache License, Version 2.0; see LICENSE.
// What every SDK client does: sign in from nothing, call, refresh, call.

import assert from 'node:assert/strict';
import { Provider } from './provider.mjs';

/** The text of a tool's answer. */
export function textOf(result) {
  assert.ok(!result.isError, JSON.stringify(result));
  return result.content.filter((each) => each.type === 'text')
    .map((each) => each.text).join('');
}

export async function callHello(client, name) {
  const result = await client.callTool({ name: 'hello', arguments: { name } });
  assert.equal(textOf(result), `Hello, ${name}!`);
}

export async function callWhoami(client, username) {
  const result = await client.callTool({ name: 'whoami', arguments: {} });
  const said = JSON.stringify(result.structuredContent ?? textOf(result));
  assert.ok(said.includes(username), said);
}

/** make(provider) gives { client, transport } that are not connected yet;
 * finish(transport, parameters) redeems the code; open makes the browser;
 * asks is what the Provider is given, too; waits lets the time pass until a
 * refresh gives another token. */
export async function journey(g, way) {
  const { demo, make, finish, isUnauthorized, after, open, asks, waits } = way;
  const user = { username: demo.username, password: demo.password,
    choose: demo.choose };
  const provider = new Provider(g.name, user, open, asks);
  const params = await g.step('is told to sign in, registers and gets a code',
    async () => {
      const { client, transport } = make(provider);
      await assert.rejects(client.connect(transport), isUnauthorized);
      assert.ok(provider.saved.client?.client_id, 'not registered');
      const found = await provider.answer();
      await finish(transport, found);
      await client.close();
      return found;
    });
  await g.step('finds the issuer in the answer (RFC 9207)', () =>
    assert.equal(params.get('iss'), demo.issuer));
  const { client, transport } = make(provider);
  await g.step('connects with the token', () => client.connect(transport));
  await calls(g, client, demo);

  const before = provider.saved.tokens;
  await g.step('refreshes its token and goes on, without the browser',
    async () => {
      assert.ok(before.refresh_token, 'no refresh token');
      await waits?.();
      provider.spoil();
      await callHello(client, 'Grace');
      assert.equal(provider.visits, 1);
      const now = provider.saved.tokens;
      assert.notEqual(now.access_token, before.access_token);
      assert.notEqual(now.refresh_token, before.refresh_token);
    });
  await after?.(g, { client, transport, provider, demo });
  await client.close();
}

async function calls(g, client, demo) {
  await g.step('lists the tools', async () => {
    const { tools } = await client.listTools();
    const names = tools.map((tool) => tool.name);
    for (const name of ['hello', 'whoami']) {
      assert.ok(names.includes(name), names.join(' '));
    }
  });
  await g.step('calls hello', () => callHello(client, 'Ada'));
  await g.step('whoami knows the user', () =>
    callWhoami(client, demo.username));
}
