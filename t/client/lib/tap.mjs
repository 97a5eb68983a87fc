// Licensed under the Apache License, Version 2.0; see LICENSE.
// TAP on stdout: groups of steps, each with its own deadline.

let count = 0;
let failed = 0;

const line = (text) => process.stdout.write(text + '\n');

/** TAP comments that explain a failure; on stderr, where prove shows them. */
export function diag(text) {
  const lines = String(text).split('\n').map((each) => '# ' + each.trimEnd());
  process.stderr.write(lines.join('\n') + '\n');
}

function report(ok, name) {
  count++;
  if (!ok) failed++;
  line(`${ok ? 'ok' : 'not ok'} ${count} - ${name.replaceAll('#', '\\#')}`);
  if (!ok) diag(`Failed: ${name}`);
}

/** An error with everything its causes say. */
export function explain(error) {
  const parts = [];
  for (let e = error; e; e = e.cause) {
    const lines = String(e.stack ?? e).split('\n');
    // our own place in the code is enough of the stack
    const ours = lines.find((each) =>
      /^\s+at /.test(each) && !/node:|node_modules|lib\/tap/.test(each));
    parts.push([...lines.filter((each) => !/^\s+at /.test(each)), ours ?? '']
      .join('\n').trimEnd());
    if (e.evidence) parts.push(e.evidence);
  }
  return parts.join('\ncaused by: ');
}

class Reported extends Error {}

class Group {
  constructor(name) {
    this.name = name;
    this.at = 'start';
  }

  /** One test: passes unless fn throws; a failure ends the group. */
  async step(what, fn) {
    this.at = what;
    try {
      const value = await fn();
      if (this.over) throw new Reported(what);
      report(true, `${this.name}: ${what}`);
      return value;
    }
    catch (error) {
      if (this.over) throw new Reported(what);
      report(false, `${this.name}: ${what}`);
      diag(explain(error));
      throw new Reported(what, { cause: error });
    }
  }

  /** One test that does not end the group. */
  async also(what, fn) {
    try {
      return await this.step(what, fn);
    }
    catch (error) {
      if (this.over || !(error instanceof Reported)) throw error;
      return undefined;
    }
  }
}

/** Runs fn(group); what it throws outside a step is a failed test too. */
export async function group(name, seconds, fn) {
  const g = new Group(name);
  let timer;
  const deadline = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(
      `not done after ${seconds} s, at: ${g.at}`)), seconds * 1000);
  });
  try {
    await Promise.race([fn(g), deadline]);
  }
  catch (error) {
    if (error instanceof Reported) return false;
    g.over = true;
    report(false, name);
    diag(explain(error));
    return false;
  }
  finally {
    clearTimeout(timer);
  }
  return true;
}

/** The plan; the exit status that fits. */
export function done() {
  line(`1..${count}`);
  if (failed) diag(`${failed} of ${count} failed`);
  return failed || !count ? 1 : 0;
}
