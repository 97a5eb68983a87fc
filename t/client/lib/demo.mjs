// Licensed under the Apache License, Version 2.0; see LICENSE.
// `make demo` on a free port with a folder of its own.

import fs from 'node:fs';
import path from 'node:path';
import { evidence, freePort, start, stop, until } from './process.mjs';

const root = process.env.MCP_TEST_ROOT;
// build/deps and a whole build may be part of it
const START_SECONDS = 240;

/** Starts it; MCP_TEST_DEMO is another command with the same contract. */
export async function startDemo() {
  const dir = path.join(process.env.MCP_TEST_DIR, 'demo');
  const port = await freePort();
  const [command, ...args] =
    (process.env.MCP_TEST_DEMO ?? 'make --no-print-directory demo').split(' ');
  fs.mkdirSync(dir, { mode: 0o755 });
  const it = start(command, args, {
    cwd: root, env: { MCP_DEMO_PORT: String(port), MCP_DEMO_DIR: dir },
  });
  let running = true;
  it.ended.then(() => { running = false; });
  try {
    const demo = await until('demo.json', START_SECONDS, () =>
      JSON.parse(fs.readFileSync(path.join(dir, 'demo.json'), 'utf8')),
    () => running);
    return { ...demo, dir, port, process: it };
  }
  catch (error) {
    await stop(it);
    throw evidence(error, it.output);
  }
}

/** What must never be in a log; whoever gets a secret adds it. */
export const secrets = new Set();

function logFiles(dir) {
  return fs.readdirSync(dir, { recursive: true })
    .filter((name) => /(error|access)[._]?log$/.test(name))
    .map((name) => fs.readFileSync(path.join(dir, name), 'utf8')).join('\n');
}

/** The lines that a flawless run does not have. */
export function complaintsOf(server) {
  const log = logFiles(server.dir);
  const told = [...secrets, server.password];
  return [
    ...(server.process.output + '\n' + log).split('\n').filter((line) =>
      /\[mcp_(oauth|demo):(warn|error|crit|alert|emerg)\]/.test(line)
      || /exit signal|Sanitizer|runtime error:/.test(line)),
    ...log.split('\n').filter((line) =>
      told.some((each) => line.includes(each))),
  ];
}
