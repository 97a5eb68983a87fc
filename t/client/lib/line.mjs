// Licensed under the Apache License, Version 2.0; see LICENSE.
// A network that can fail: a fetch for clients that breaks a stream once, and
// keeps what was asked.

import { setImmediate } from 'node:timers/promises';

/** requests: { method, url, headers, status } of each; breakAt(text) breaks the next
 * event stream after the first chunk with this text. */
export class Line {
  requests = [];
  #text = null;

  breakAt(text) {
    this.#text = text;
  }

  get isBroken() {
    return this.#text === null;
  }

  /** How often a client came back for the rest of a stream, and whether it
   * got any. */
  returns(status = 200) {
    return this.requests.filter((each) => each.method === 'GET'
      && each.headers.has('last-event-id') && each.status === status).length;
  }

  fetch = async (url, init = {}) => {
    const request = { method: init.method ?? 'GET', url: String(url),
      headers: new Headers(init.headers) };
    this.requests.push(request);
    const response = await fetch(url, init);
    request.status = response.status;
    const type = response.headers.get('content-type') ?? '';
    if (!response.body || !type.startsWith('text/event-stream')) {
      return response;
    }
    const { status, statusText, headers } = response;
    return new Response(this.#through(response.body),
      { status, statusText, headers });
  };

  #through(body) {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    return new ReadableStream({
      pull: async (out) => {
        const { done, value } = await reader.read();
        if (done) return out.close();
        out.enqueue(value);
            if (!this.#text || !decoder.decode(value).includes(this.#text)) return;
        this.#text = null;
        await reader.cancel();
        // what came so far is read
        while (out.desiredSize < 1) await setImmediate();
        out.error(new TypeError('the line is broken'));
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }
}
