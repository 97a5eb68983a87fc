// Licensed under the Apache License, Version 2.0; see LICENSE.
// Programs in a process group of their own, so that each can be ended with
// all that it started. lib/launch ends what is left if this process dies.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

const groups = path.join(process.env.MCP_TEST_DIR, 'groups');
fs.mkdirSync(groups, { recursive: true });
const running = new Set();
const OUTPUT_MAX = 1 << 20;

/** Starts a program; its output is in .output, its end in .ended. */
export function start(command, args, { env = {}, cwd } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const it = { child, pid: child.pid, stdout: '', output: '' };
  const keep = (data) => {
    it.output = (it.output + data).slice(-OUTPUT_MAX);
  };
  child.stdout.on('data', (data) => {
    it.stdout = (it.stdout + data).slice(-OUTPUT_MAX);
    keep(data);
  });
  child.stderr.on('data', keep);
  it.ended = new Promise((resolve) => {
    child.on('error', (error) => {
      it.output += `\n${command}: ${error.message}`;
      resolve({ code: 127 });
    });
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  if (child.pid) {
    fs.writeFileSync(path.join(groups, String(child.pid)), command);
    running.add(it);
  }
  return it;
}

function signal(it, name) {
  try {
    process.kill(-it.pid, name);
    return true;
  }
  catch {
    return false;
  }
}

function within(promise, ms) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, null);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Ends a program and what it started; true if it went when it was asked. */
export async function stop(it, { patience = 10000 } = {}) {
  if (!running.has(it)) return true;
  const gone = (async () => {
    await it.ended;
    while (signal(it, 0)) await new Promise((r) => setTimeout(r, 20));
    return true;
  })();
  signal(it, 'SIGTERM');
  const willing = Boolean(await within(gone, patience));
  if (!willing) signal(it, 'SIGKILL');
  running.delete(it);
  fs.rmSync(path.join(groups, String(it.pid)), { force: true });
  return willing;
}

export async function stopAll() {
  await Promise.all([...running].map((it) => stop(it, { patience: 5000 })));
}

/** Runs a program to its end. */
export async function run(command, args, { seconds = 60, ...options } = {}) {
  const it = start(command, args, options);
  const end = await within(it.ended, seconds * 1000);
  await stop(it, { patience: 1000 });
  if (end) return { ...end, stdout: it.stdout, output: it.output };
  const name = path.basename(command);
  throw evidence(new Error(`${name} not done after ${seconds} s`), it.output);
}

export function evidence(error, text) {
  error.evidence = text;
  return error;
}

/** Looks until fn gives something; what it throws counts as nothing yet. */
export async function until(what, seconds, fn, alive = () => true) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      const value = await fn();
      if (value) return value;
    }
    catch (error) {
      last = error;
    }
    if (!alive()) {
      throw new Error(`${what}: the program ended`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: not within ${seconds} s`, { cause: last });
}

/** A port that nothing listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** True once a program answers on this port of the loopback. */
export function isOpen(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}
