// Licensed under the Apache License, Version 2.0; see LICENSE.
// Back-channel logout tokens (OpenID Connect Back-Channel Logout 1.0), good or
// broken in a way that has a name.

import https from 'node:https';
import fs from 'node:fs';
import { remade } from './idtoken.mjs';
import { merged } from './merge.mjs';
import { random } from './profiles/standard.mjs';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

export const BROKEN = {
  no_events: { claims: { events: null } },
  other_event: { claims: { events: { [EVENT]: null, 'urn:other': {} } } },
  nonce: { claims: { nonce: 'n' } },
  no_subject: { claims: { sub: null, sid: null } },
  wrong_issuer: { claims: { iss: 'https://attacker.example' } },
  wrong_audience: { claims: { aud: 'another-client' } },
  expired: { claims: { iat: { $now: -7200 }, exp: { $now: -3600 } } },
  no_exp: { claims: { exp: null } },
  no_iat: { claims: { iat: null } },
  no_jti: { claims: { jti: null } },
  other_type: { header: { typ: 'JWT' } },
  alg_none: { quirks: { id_token_alg: 'none' } },
  alg_hs256: { quirks: { id_token_alg: 'HS256' } },
  stranger: { quirks: { id_token_key: 'stranger' } },
};

/** user: whose sessions end; sub, sid: false leaves it out; broken: a name
 * from above; claims, header: patches; jti: to send one twice. */
export async function logoutToken(profile, wanted) {
  const { user, client = 'mcp-gateway', broken, sub, sid, jti } = wanted;
  const how = BROKEN[broken] ?? {};
  if (broken && !BROKEN[broken]) throw new Error(`not broken like ${broken}`);
  const subject = profile.traits.subject(profile.user(user));
  const claims = {
    iss: profile.traits.issuer, aud: client, jti: jti ?? random(16),
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(Date.now() / 1000) + 120, events: { [EVENT]: {} },
    ...(sub === false ? {} : { sub: subject }),
    ...(sid ? { sid: sid === true ? profile.sids.get(subject) : sid } : {}),
  };
  const good = await profile.sign(claims, { typ: 'logout+jwt' });
  if (!broken && !wanted.claims && !wanted.header) return good;
  const { quirks } = how;
  return remade({
    ring: profile.ring, idTokenAlg: profile.traits.alg,
    quirks: { ...quirks, id_token: merged(how.claims, wanted.claims),
      id_token_header: merged(how.header, wanted.header) },
  }, good, '');
}

/** Posts it as a provider does; what came back. ca: a file of certificates. */
export function postLogout(url, token, ca) {
  const body = new URLSearchParams({ logout_token: token }).toString();
  return new Promise((resolve, reject) => {
    const request = https.request(url, {
      method: 'POST', ca: ca && fs.readFileSync(ca), timeout: 10000,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (data) => { text += data; })
        .on('end', () => resolve({
          status: response.statusCode, headers: response.headers, body: text,
        }));
    });
    request.on('timeout', () => request.destroy(new Error('no answer')))
      .on('error', reject).end(body);
  });
}
