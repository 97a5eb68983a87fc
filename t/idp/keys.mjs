// Licensed under the Apache License, Version 2.0; see LICENSE.
// The keys of one profile: made when they are needed first, and rotated.

import { randomBytes } from 'node:crypto';
import { CompactSign, exportJWK, generateKeyPair, importJWK } from 'jose';

async function makeKey(alg, use) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const kid = randomBytes(8).toString('base64url');
  return { ...await exportJWK(privateKey), kid, alg, use };
}

export function publicOf(jwk) {
  const { d, p, q, dp, dq, qi, ...rest } = jwk;
  return rest;
}

/** A compact JWS by a private JWK; its alg and kid unless header says so. */
export async function sign(claims, jwk, header = {}) {
  const { alg, kid } = { alg: jwk.alg, kid: jwk.kid };
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg, kid, ...header })
    .sign(await importJWK(jwk, alg));
}

/** A key that no set shows, under the name of one that is shown. */
export async function stranger(jwk) {
  return { ...await makeKey(jwk.alg, jwk.use), kid: jwk.kid };
}

export class KeyRing {
  #signing = new Map();
  #retired = [];
  #encryption = [];
  changes = 0;

  /** withEncryption: a key for encryption lies among the others. */
  constructor({ withEncryption }) {
    this.withEncryption = withEncryption;
  }

  async signer(alg) {
    if (this.withEncryption && !this.#encryption.length) {
      this.#encryption.push(await makeKey('RSA-OAEP', 'enc'));
    }
    if (!this.#signing.has(alg)) {
      this.#signing.set(alg, makeKey(alg, 'sig'));
      this.changes++;
    }
    return this.#signing.get(alg);
  }

  /** With private parts; the ones in use come first. */
  async signers() {
    return [...await Promise.all(this.#signing.values()), ...this.#retired];
  }

  /** What the world sees. */
  async shown() {
    return [...this.#encryption, ...await this.signers()].map(publicOf);
  }

  /** keep: what the old keys have signed can still be verified. */
  async rotate({ keep = false } = {}) {
    const algs = [...this.#signing.keys()];
    const old = await Promise.all(this.#signing.values());
    this.#retired = keep ? [...old, ...this.#retired] : [];
    this.#signing.clear();
    for (const alg of algs) await this.signer(alg);
  }
}
