// Licensed under the Apache License, Version 2.0; see LICENSE.
// What a provider remembers: an adapter of oidc-provider, in memory, which
// outlives the provider when that is built anew with other keys.

import { createHash } from 'node:crypto';

const alias = (id) => '~' + createHash('sha256').update(id).digest('hex');

/** oidc-provider neither revokes nor introspects what looks like a JWT; under
 * this name it does. */
export function plainName(token) {
  return /^eyJ/.test(token) ? alias(token) : token;
}

export class Store {
  #records = new Map();
  #names = new Map();

  /** clients: gives the metadata of a client that did not register itself.
   * lenient: whether a refresh token that was used stays good. */
  constructor({ clients, lenient }) {
    this.clients = clients;
    this.lenient = lenient;
  }

  adapter = (model) => ({
    upsert: async (id, payload) => {
      this.#records.set(`${model} ${id}`, payload);
      this.#names.set(alias(id), id);
    },
    find: async (id) => (model === 'Client' && this.clients(id))
      || this.#records.get(`${model} ${this.#names.get(id) ?? id}`),
    findByUid: async (uid) => [...this.#records.entries()].find(
      ([key, value]) => key.startsWith(`${model} `) && value.uid === uid)?.[1],
    findByUserCode: async () => undefined,
    consume: async (id) => {
      if (model === 'RefreshToken' && this.lenient()) return;
      this.#records.get(`${model} ${id}`).consumed =
        Math.floor(Date.now() / 1000);
    },
    destroy: async (id) => {
      this.#records.delete(`${model} ${this.#names.get(id) ?? id}`);
    },
    revokeByGrantId: async (grantId) => {
      for (const [key, value] of this.#records) {
        if (value.grantId === grantId) this.#records.delete(key);
      }
    },
  });

  /** Nobody is signed in any more; what was granted stays. */
  endSessions() {
    for (const key of this.#records.keys()) {
      if (/^(Session|Interaction) /.test(key)) this.#records.delete(key);
    }
  }
}
