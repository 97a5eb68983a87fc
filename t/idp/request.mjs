// Licensed under the Apache License, Version 2.0; see LICENSE.
// What a request to a provider is: which endpoint, with what in it.

const BODY_MAX = 1 << 20;

function fieldsOf(search) {
  const fields = {};
  for (const [name, value] of search) {
    if (name in fields) fields[name] = [fields[name], value].flat();
    else fields[name] = value;
  }
  return fields;
}

/** How the client says who it is: [method, its id]. */
function authenticationOf(header, form) {
  if (header) {
    const [id] = Buffer.from(header.replace(/^Basic /i, ''), 'base64')
      .toString().split(':');
    return ['client_secret_basic', decodeURIComponent(id)];
  }
  if (form.client_assertion) return ['private_key_jwt', form.client_id];
  if (form.client_secret) return ['client_secret_post', form.client_id];
  return ['none', form.client_id];
}

async function readBody(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > BODY_MAX) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const UNAUTHENTICATED = ['authorization', 'interaction', 'userinfo', 'emails',
  'registration'];

function endpointOf(profile, { hostname, path }) {
  const name = profile.table.get(hostname + path);
  if (name) return name;
  // pages of oidc-provider's own
  const { authorization, end_session: end } = profile.traits.endpoints;
  if (path.startsWith('/interaction/')) return 'interaction';
  if (path.startsWith(new URL(authorization).pathname)) return 'resume';
  return end && path.startsWith(new URL(end).pathname) ? 'end_session'
    : undefined;
}

/** What came, in a form that goes through JSON; noted in the profile. The body
 * is then where oidc-provider finds it. */
export async function read(profile, ctx) {
  let endpoint = endpointOf(profile, ctx);
  const text = ctx.method === 'POST' ? await readBody(ctx.req) : '';
  ctx.req.body = text;
  const form = ctx.is('json') ? JSON.parse(text)
    : fieldsOf(new URLSearchParams(text));
  if (endpoint === 'token' && form.grant_type === 'refresh_token') {
    endpoint = 'refresh';
  }
  const [authentication, client] = UNAUTHENTICATED.includes(endpoint)
    ? [undefined, ctx.query.client_id]
    : authenticationOf(ctx.get('Authorization'), form);
  const request = {
    endpoint, method: ctx.method, host: ctx.hostname, path: ctx.path,
    query: fieldsOf(ctx.URL.searchParams), form, headers: ctx.headers,
    authentication, client, at: Date.now() / 1000,
  };
  if (endpoint !== 'interaction' && endpoint !== 'resume') {
    profile.note(request);
  }
  return request;
}
