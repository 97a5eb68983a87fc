// Licensed under the Apache License, Version 2.0; see LICENSE.
// What a client meets once it is signed in, in the words of either SDK: the
// catalogue, and what happens while calls run and streams are open.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { textOf } from './journey.mjs';
import { until } from './process.mjs';
import { Provider } from './provider.mjs';

const SECONDS = 20;
const LEVEL = 'io.modelcontextprotocol/logLevel';

/** A client that is signed in and connected, of a way like those of
 * journey(). */
export async function enter(way, name) {
  const { username, password } = way.demo;
  const provider = new Provider(name, { username, password });
  const first = way.make(provider);
  await assert.rejects(first.client.connect(first.transport),
    way.isUnauthorized);
  await way.finish(first.transport, await provider.answer());
  await first.client.close();
  return { provider, ...await again(way, provider) };
}

/** One more connection of who has signed in. */
export async function again(way, provider) {
  const { client, transport } = way.make(provider);
  await client.connect(transport);
  return { client, transport };
}

/** Whether the server has noted this of the call with this label. */
function noted(site, label, what) {
  const log = fs.readFileSync(path.join(site.dir, 'error.log'), 'utf8');
  return log.includes(`probe: ${label} ${what}`);
}

async function catalogue(g, { client }) {
  await g.step('lists the tools, and calls one', async () => {
    const { tools } = await client.listTools();
    const names = tools.map((tool) => tool.name);
    for (const name of ['echo', 'sum', 'stock_price']) {
      assert.ok(names.includes(name), names.join(' '));
    }
    const sum = await client.callTool({ name: 'sum',
      arguments: { a: 2.5, b: 4 } });
    assert.deepEqual(sum.structuredContent, { result: 6.5 });
  });
  await g.step('lists the resources, and reads one', async () => {
    const { resources } = await client.listResources();
    assert.ok(resources.some(({ uri }) => uri === 'data://cities'));
    const { contents: [read] } =
      await client.readResource({ uri: 'data://cities' });
    assert.deepEqual(JSON.parse(read.text), ['London', 'Paris', 'Tokyo']);
  });
  await g.step('lists the templates, and reads one of many', async () => {
    const { resourceTemplates } = await client.listResourceTemplates();
    assert.ok(resourceTemplates.some(({ uriTemplate }) =>
      uriTemplate === 'greeting://{name}'));
    const uri = 'greeting://Ada';
    const { contents: [read] } = await client.readResource({ uri });
    assert.deepEqual([read.uri, read.text], [uri, 'Welcome to TinyMCP, Ada!']);
  });
  await g.step('is told of a resource that is not there', () =>
    assert.rejects(client.readResource({ uri: 'tasks://0' }),
      (error) => [-32602, -32002].includes(error.code)));
  await g.step('lists the prompts, and gets one', async () => {
    const name = 'test_prompt_with_arguments';
    const { prompts } = await client.listPrompts();
    assert.ok(prompts.some((prompt) => prompt.name === name));
    const { messages: [message] } = await client.getPrompt({ name,
      arguments: { arg1: 'one', arg2: 'two' } });
    assert.equal(message.role, 'user');
    assert.equal(message.content.text,
      "Prompt with arguments: arg1='one', arg2='two'");
  });
  await g.step('completes an argument and a variable', async () => {
    const complete = async (ref, name, value) => (await client.complete({
      ref, argument: { name, value } })).completion.values;
    assert.deepEqual(await complete({ type: 'ref/prompt',
      name: 'test_prompt_with_arguments' }, 'arg1', 'par'),
    ['paris', 'park', 'party']);
    assert.deepEqual(await complete({ type: 'ref/resource',
      uri: 'test://template/{id}/data' }, 'id', '12'), ['123']);
  });
}

async function whileItRuns(g, it) {
  await g.step('hears how far a call is', async () => {
    const told = [];
    const result = await it.call({ name: 'wait',
      arguments: { ms: it.mayMiss ? 2000 : 200, said: 4 } },
    { onprogress: ({ progress, total }) => told.push([progress, total]) });
    assert.equal(textOf(result), 'done');
    const all = [[1, 4], [2, 4], [3, 4], [4, 4]];
    assert.deepEqual(told, it.mayMiss
      ? all.filter(([wanted]) => told.some(([had]) => had === wanted)) : all);
    assert.ok(told.length);
  });
  await g.step('hears the lines of the log from its level on', async () => {
    const told = [];
    it.hears('notifications/message', ({ level }) => told.push(level));
    if (!it.modern) await it.client.setLoggingLevel('error');
    const meta = it.modern ? { _meta: { [LEVEL]: 'error' } } : {};
    await it.call({ name: 'each_level', arguments: {}, ...meta });
    const wanted = ['error', 'critical', 'alert', 'emergency'];
    await until('the last line', SECONDS, () => told.length >= wanted.length);
    assert.deepEqual(told, wanted);
  });
  await g.step('answers what a tool asks its user', async () => {
    const asked = [];
    it.answers('elicitation/create', (params) => {
      asked.push(params.message);
      return params.message === 'Who?'
        ? { action: 'accept', content: { username: 'ada', email: 'a@b.c' } }
        : { action: 'decline' };
    });
    const ask = async (message) => textOf(await it.call({
      name: 'test_elicitation', arguments: { message } }));
    const said = await ask('Who?');
    assert.match(said, /"accept"/);
    assert.match(said, /a@b\.c/);
    assert.match(await ask('Really?'), /"decline"/);
    assert.deepEqual(asked, ['Who?', 'Really?']);
  });
  if (it.isBridged) return;
  await g.step('cancels a call that runs, and the tool hears of it',
    async () => {
      const label = randomUUID();
      const stop = new AbortController();
      await assert.rejects(it.call({ name: 'wait',
        arguments: { ms: 30000, said: 300, label } },
      { signal: stop.signal, onprogress: () => stop.abort('enough') }));
      await until('the cancellation', SECONDS, () =>
        noted(it.site, label, 'is cancelled'));
    });
}

/** What another client of the same user does. */
async function changes(g, it) {
  const heard = [];
  it.hears('notifications/resources/updated', ({ uri }) => heard.push(uri));
  const other = (name, args) =>
    it.other.callTool({ name, arguments: args }).then(textOf);
  const has = (uri, again) => until(uri, SECONDS, async () => {
    if (it.isBridged) await again();
    return heard.includes(uri);
  });
  const title = randomUUID();
  const create = () => other('create_task', { title });
  await g.step('hears of a resource that another client changed', async () => {
    const watch = await it.watches({ uri: 'tasks://all' });
    await create();
    await has('tasks://all', create);
    const { contents: [read] } =
      await it.client.readResource({ uri: 'tasks://all' });
    assert.ok(read.text.includes(title), read.text);
    await watch.end();
  });
  await g.step('hears that the list of tools has changed', async () => {
    let changed = 0;
    it.hears('notifications/tools/list_changed', () => changed++);
    const watch = await it.watches({ tools: true });
    await other('changed', { list: 'tools' });
    await until('the change', SECONDS, () => changed);
    await watch.end();
  });
  if (it.isBridged) return;
  await g.step('hears no more of what it has unsubscribed from', async () => {
    heard.length = 0;
    const watch = await it.watches({ uri: 'probe://one' });
    await create();
    await other('updated', { uri: 'probe://one', private: true });
    await has('probe://one');
    assert.deepEqual(heard, ['probe://one']);
    await watch.end();
  });
}

/** it: { client, site, call(params, options), hears(method, fn),
 * answers(method, fn), watches({ uri, tools }) that ends, other: a client of the
 * same user, modern, mayMiss, isBridged }.
 *
 * mayMiss: over stdio and HTTP+SSE an SDK forgets what it reads in one go with
 * the result. isBridged: its words of the older revision become those of
 * 2026-07-28 on the way, where posting notifications/cancelled ends neither a
 * call nor a subscription (closing the stream does), and subscribing has been
 * answered before it is done. */
export async function tour(g, it) {
  await catalogue(g, it);
  await whileItRuns(g, it);
  await changes(g, it);
}
