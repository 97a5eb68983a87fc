// Licensed under the Apache License, Version 2.0; see LICENSE.
// One identity provider: an oidc-provider with the traits of a product, what
// it remembers, its keys, and how it misbehaves at the moment.

import { makeProvider } from './engine.mjs';
import { KeyRing, sign } from './keys.mjs';
import { merged } from './merge.mjs';
import { STANDARD } from './profiles/standard.mjs';
import { checkQuirks } from './quirks.mjs';
import { plainName, Store } from './store.mjs';
import { USERS } from './users.mjs';

const NATIVE_ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const REQUESTS_MAX = 1000;

function endpointTable(endpoints) {
  const table = new Map();
  for (const [name, urls] of Object.entries(endpoints)) {
    for (const url of [urls].flat()) {
      const { hostname, pathname } = new URL(url);
      table.set(hostname + pathname, name);
    }
  }
  return table;
}

export class Profile {
  quirks = {};
  requests = [];
  // codes and tokens
  issued = [];
  // what each grant was asked for, and the last session of each user
  asked = new Map();
  sids = new Map();

  constructor(name, traits, world) {
    this.name = name;
    this.traits = { ...STANDARD, ...traits };
    if (!this.traits.openid) this.traits.defaultScope ??= traits.scopes[0];
    this.world = world;
    this.table = endpointTable(this.traits.endpoints);
    this.hosts = [...new Set([...this.table.keys()].map((key) =>
      key.split('/')[0]))];
    this.ring = new KeyRing(this.traits);
    this.store = new Store({
      clients: (id) => world.client(id, this),
      lenient: () => this.trait('rotation') === 'lenient',
    });
  }

  /** What a quirk says in the place of a trait. */
  trait(name) {
    return this.quirks[name] ?? this.traits[name];
  }

  /** null takes a quirk away. */
  set(quirks) {
    checkQuirks(Object.keys(quirks));
    this.quirks = Object.fromEntries(Object.entries(
      { ...this.quirks, ...quirks }).filter(([, value]) => value !== null));
  }

  /** Also forgets who was here; what was granted stays. */
  reset() {
    this.quirks = {};
    this.requests = [];
    this.issued = [];
    this.store.endSessions();
  }

  note(request) {
    this.requests.push(request);
    if (this.requests.length > REQUESTS_MAX) this.requests.shift();
  }

  // -- users ----------------------------------------------------------------

  user(id) {
    const user = USERS[id];
    return user && merged(user, this.quirks.claims?.[id]);
  }

  /** The user of a subject, unless the account is disabled. */
  userOf(sub) {
    const id = Object.keys(USERS).find((each) =>
      this.traits.subject(USERS[each]) === sub);
    return this.world.disabled.has(id) ? undefined : this.user(id);
  }

  // -- keys -----------------------------------------------------------------

  /** The algorithm that oidc-provider signs id_tokens with. */
  get idTokenAlg() {
    const alg = this.quirks.id_token_alg;
    return NATIVE_ALGS.includes(alg) ? alg : this.traits.alg;
  }

  async keySet() {
    return { keys: await this.ring.shown() };
  }

  async sign(claims, header = {}) {
    const jwk = await this.ring.signer(header.alg ?? this.traits.alg);
    return sign(claims, jwk, header);
  }

  /** Built anew when there are other keys. */
  async provider() {
    await this.ring.signer(this.traits.alg);
    await this.ring.signer(this.idTokenAlg);
    if (this.quirks.userinfo_alg) {
      await this.ring.signer(this.quirks.userinfo_alg);
    }
    if (this.built?.changes !== this.ring.changes) {
      const { changes } = this.ring;
      this.built = { changes, provider: makeProvider(this) };
    }
    return this.built.provider;
  }

  async handle(request, response) {
    const provider = await this.provider();
    return provider.callback()(request, response);
  }

  /** An access token, by its value. */
  async findAccessToken(value) {
    const { AccessToken } = await this.provider();
    return AccessToken.find(plainName(value));
  }
}
