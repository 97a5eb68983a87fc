// Licensed under the Apache License, Version 2.0; see LICENSE.
// Keeps all that a client is told, headers and bodies, to look for what it
// must not be told.

import assert from 'node:assert/strict';

export class Witness {
  heard = '';

  /** In the place of a client's fetch. */
  fetch = async (url, init) => {
    const response = await fetch(url, init);
    this.heard += `\n${[...response.headers].join('\n')}\n`;
    this.listen(response.clone());
    return response;
  };

  async listen({ body }) {
    const decoder = new TextDecoder();
    try {
      for await (const part of body ?? []) {
        this.heard += decoder.decode(part, { stream: true });
      }
    }
    catch { /* a stream that its client has ended */ }
  }

  hasHeard(text) {
    return this.heard.includes(text);
  }

  /** It has heard all of ours, and none of theirs. */
  check({ ours, theirs }) {
    assert.ok(ours.every((each) => this.hasHeard(each)), 'it was not there');
    assert.ok(theirs.length, 'nothing was issued');
    assert.deepEqual(theirs.filter((each) => this.hasHeard(each)), []);
  }
}
