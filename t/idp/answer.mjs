// Licensed under the Apache License, Version 2.0; see LICENSE.
// What oidc-provider answered, as the product and the quirks have it.

import { decodeJwt, decodeProtectedHeader } from 'jose';
import { remade } from './idtoken.mjs';
import { merged } from './merge.mjs';

const HUGE = 8 << 20;
const WRONG_ISSUER = 'https://attacker.example';

// -- the token endpoint ------------------------------------------------------

const FORMS = {
  form: (answer) => ['application/x-www-form-urlencoded',
    new URLSearchParams(answer).toString()],
  html: () => ['text/html', '<!doctype html><title>Welcome</title><p>Hello'],
  huge: (answer) => ['application/json',
    JSON.stringify({ ...answer, padding: 'x'.repeat(HUGE) })],
  duplicate: (answer) => ['application/json',
    `{"access_token":"another",${JSON.stringify(answer).slice(1)}`],
  cut: (answer) => ['application/json', JSON.stringify(answer).slice(0, -20)],
};

async function newTokens(profile, ctx, endpoint) {
  const { quirks, traits } = profile;
  let answer = ctx.body;
  if (endpoint === 'refresh' && profile.trait('rotation') === 'off') {
    answer = merged(answer, { refresh_token: null });
  }
  if (answer.id_token) {
    const { sub, sid } = decodeJwt(answer.id_token);
    if (sid) profile.sids.set(sub, sid);
    if (Object.keys(quirks).some((each) => each.startsWith('id_token'))) {
      answer = { ...answer, id_token: await remade(profile, answer.id_token,
        ctx.oidc.client.clientSecret) };
    }
  }
  return traits.tokenAnswer(answer, ctx);
}

async function finishToken(profile, ctx, { endpoint }) {
  const { traits, quirks } = profile;
  if (typeof ctx.body !== 'object') return;
  let { body: answer, status } = ctx;
  if (answer.access_token) answer = await newTokens(profile, ctx, endpoint);
  else if (answer.error) {
    ({ status, answer } = traits.tokenError(status, answer, endpoint));
  }
  answer = merged(answer, quirks.token_answer);
  const { access_token: access, refresh_token: refresh, id_token: id } =
    answer;
  profile.issued.push(...[access, refresh, id].filter(Boolean));
  ctx.status = status;
  ctx.body = answer;
  const asForm = traits.formUnlessJson
    && !ctx.get('Accept').includes('application/json');
  const form = FORMS[quirks.token_form ?? (asForm ? 'form' : undefined)];
  if (!form) return;
  const [type, text] = form(answer);
  ctx.set('Content-Type', type);
  ctx.body = text;
}

// -- the others --------------------------------------------------------------

const METADATA = {
  authorization: 'authorization_endpoint', token: 'token_endpoint',
  userinfo: 'userinfo_endpoint', keys: 'jwks_uri',
  introspection: 'introspection_endpoint', revocation: 'revocation_endpoint',
  end_session: 'end_session_endpoint', registration: 'registration_endpoint',
};

async function finishDiscovery(profile, ctx) {
  const { endpoints, discovery } = profile.traits;
  const document = { ...ctx.body };
  for (const [name, member] of Object.entries(METADATA)) {
    if (endpoints[name]) document[member] = endpoints[name];
    else delete document[member];
  }
  const iss = profile.quirks.iss_parameter ?? profile.traits.issParameter;
  document.id_token_signing_alg_values_supported = [profile.idTokenAlg];
  document.authorization_response_iss_parameter_supported =
    iss === 'off' ? undefined : true;
  ctx.body = merged(merged(document, discovery), profile.quirks.discovery);
}

async function finishKeys(profile, ctx) {
  ctx.body = merged(await profile.keySet(), profile.quirks.keys);
}

async function finishUserinfo(profile, ctx) {
  const patch = profile.quirks.userinfo;
  if (!patch || ctx.status !== 200) return;
  if (typeof ctx.body === 'object') {
    ctx.body = merged(ctx.body, patch);
    return;
  }
  const { alg } = decodeProtectedHeader(ctx.body);
  ctx.body = await profile.sign(merged(decodeJwt(ctx.body), patch), { alg });
}

/** The way back to the client, not one between pages of ours. */
function finishCallback(profile, ctx) {
  const to = URL.parse(ctx.response.get('Location') || '');
  if (!to || profile.hosts.includes(to.hostname)
    || !(to.searchParams.has('code') || to.searchParams.has('error'))) return;
  const iss = profile.quirks.iss_parameter ?? profile.traits.issParameter;
  if (iss === 'wrong') to.searchParams.set('iss', WRONG_ISSUER);
  if (iss === 'missing' || iss === 'off') to.searchParams.delete('iss');
  to.search = new URLSearchParams(
    merged(Object.fromEntries(to.searchParams), profile.quirks.callback));
  ctx.set('Location', to.href);
  if (to.searchParams.has('code')) {
    profile.issued.push(to.searchParams.get('code'));
  }
}

const FINISHERS = {
  authorization: finishCallback, resume: finishCallback,
  discovery: finishDiscovery, keys: finishKeys, userinfo: finishUserinfo,
  token: finishToken, refresh: finishToken,
};

export async function finish(profile, ctx, request) {
  await FINISHERS[request.endpoint]?.(profile, ctx, request);
}
