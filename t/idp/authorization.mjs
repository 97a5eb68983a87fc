// Licensed under the Apache License, Version 2.0; see LICENSE.
// Requests to the authorization endpoint.

// what oidc-provider has a prompt for
const PROMPTS = ['login', 'consent', 'none'];
// what it refuses without the scope openid
const OPENID_ONLY = ['nonce', 'max_age', 'claims', 'acr_values',
  'id_token_hint'];

const words = (text) => (text ?? '').split(' ').filter(Boolean);

/** Goes back to the client with these parameters; true. */
export function sendBack(profile, ctx, parameters) {
  const to = new URL(ctx.query.redirect_uri);
  const { state } = ctx.query;
  const { issuer } = profile.traits;
  for (const [name, value] of Object.entries(
    { ...parameters, state, iss: issuer })) {
    if (value !== undefined) to.searchParams.set(name, value);
  }
  ctx.status = 303;
  ctx.redirect(to.href);
  return true;
}

function unknownScope(profile, ctx) {
  const { scopes, unknownScope: how } = profile.traits;
  if (how === 'ignore') return undefined;
  const unknown = words(ctx.query.scope).filter((each) =>
    !scopes.includes(each));
  return unknown.length ? {
    error: 'invalid_scope',
    error_description: `no such scope: ${unknown.join(' ')}`,
  } : undefined;
}

function unknownApi({ quirks: { apis } }, { query }) {
  const audience = query.audience ?? query.resource;
  return apis && audience && !apis.includes(audience) ? {
    error: 'access_denied', error_description: `Service not found: ${audience}`,
  } : undefined;
}

/** Whether the product refuses what oidc-provider would take. */
export function refused(profile, ctx) {
  const why = profile.traits.refuse(ctx.query) || unknownScope(profile, ctx)
    || unknownApi(profile, ctx);
  if (!why) return false;
  if (profile.traits.unknownScope === 'page') {
    ctx.status = 400;
    ctx.body = why;
    return true;
  }
  return sendBack(profile, ctx, why);
}

/** What was asked for stays in asked_scope and asked_prompt: oidc-provider
 * gives offline_access only with prompt=consent, products have other ideas. */
export function prepareAuthorization(profile, ctx) {
  const { traits } = profile;
  const query = { ...ctx.query };
  const prompts = words(query.prompt).filter((each) => PROMPTS.includes(each));
  const scopes = words(query.scope).filter((each) =>
    traits.scopes.includes(each));
  query.asked_scope = scopes.join(' ');
  query.asked_prompt = words(query.prompt).join(' ');
  query.prompt = prompts.includes('none') ? 'none'
    : [...new Set([...prompts, 'consent'])].join(' ');
  if (!traits.openid) {
    for (const name of OPENID_ONLY) delete query[name];
  }
  if (!scopes.length && traits.defaultScope) scopes.push(traits.defaultScope);
  query.scope = scopes.join(' ');
  if (profile.quirks.apis) query.audience ??= query.resource;
  ctx.query = query;
}
