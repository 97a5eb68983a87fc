// Licensed under the Apache License, Version 2.0; see LICENSE.
// In front of oidc-provider: finds the endpoint, misbehaves, makes a request
// one that oidc-provider takes, and its answer one that the product gives.

import { setTimeout as sleep } from 'node:timers/promises';
import { finish } from './answer.mjs';
import { prepareAuthorization, refused, sendBack } from './authorization.mjs';
import { showPage } from './pages.mjs';
import { read } from './request.mjs';
import { plainName } from './store.mjs';
import { factsOf } from './tokens.mjs';

const METHODS = {
  'mcp-basic': ['client_secret_basic'],
  'mcp-post': ['client_secret_post'],
};

/** Whether it is down and has done to the client what it does then. */
async function isDown(how, ctx) {
  if (how === undefined) return false;
  if (!['close', 'hang'].includes(how)) {
    ctx.status = Number(how);
    ctx.body = 'out of order';
    return true;
  }
  ctx.respond = false;
  if (how === 'close') ctx.req.socket.destroy();
  else await new Promise((done) => ctx.req.socket.once('close', done));
  return true;
}

function failed(profile, ctx, endpoint) {
  const wanted = profile.quirks.error?.[endpoint];
  if (!wanted) return false;
  const { status = 400, ...answer } = typeof wanted === 'string'
    ? { error: wanted, error_description: 'as the test wants it' } : wanted;
  if (endpoint === 'authorization') return sendBack(profile, ctx, answer);
  ctx.status = status;
  ctx.body = answer;
  return true;
}

/** The token endpoint takes every method unless a quirk or the client's
 * registration says otherwise. */
function badClient(profile, ctx, { endpoint, authentication, client }) {
  if (!['token', 'refresh', 'revocation', 'introspection'].includes(endpoint)) {
    return false;
  }
  const allowed = METHODS[client] ?? profile.quirks.client_auth;
  if (!allowed || allowed.includes(authentication)) return false;
  ctx.status = 401;
  ctx.set('WWW-Authenticate', 'Basic realm="idp"');
  ctx.body = { error: 'invalid_client' };
  return true;
}

function registrationOff(profile, ctx) {
  if (profile.trait('registration') === 'on') return false;
  ctx.status = 403;
  ctx.body = { error: 'access_denied', error_description: 'it is off here' };
  return true;
}

function refusedToken(profile, ctx, { form }) {
  const why = profile.traits.refuse(form);
  if (!why) return false;
  ctx.status = 400;
  ctx.body = why;
  return true;
}

/** A token that looks like a JWT under a name that oidc-provider takes. */
function prepareToken(ctx, { form }) {
  const field = 'token' in form ? 'token' : 'refresh_token';
  if (typeof form[field] !== 'string') return;
  ctx.req.body = new URLSearchParams(Object.entries(
    { ...form, [field]: plainName(form[field]) }).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value]))).toString();
}

/** userinfo, and what else a profile answers itself. */
async function ownPage(profile, ctx, page) {
  const value = ctx.get('Authorization').replace(/^(Bearer|token) /i, '');
  const token = await profile.findAccessToken(value);
  const facts = token && factsOf(profile, token);
  if (!facts?.user) {
    ctx.status = 401;
    ctx.body = { message: 'Bad credentials' };
    return;
  }
  ctx.body = page(facts, ctx);
}

async function answered(profile, ctx, next, request) {
  const { endpoint } = request;
  const own = profile.traits[endpoint];
  if (endpoint === 'interaction') return showPage(profile, ctx);
  if (typeof own === 'function') return ownPage(profile, ctx, own);
  if (endpoint === 'authorization') {
    if (refused(profile, ctx)) return undefined;
    prepareAuthorization(profile, ctx);
  }
  if (endpoint === 'registration' && registrationOff(profile, ctx)) {
    return undefined;
  }
  if (endpoint === 'discovery') ctx.path = '/.well-known/openid-configuration';
  if (['token', 'refresh'].includes(endpoint)
    && refusedToken(profile, ctx, request)) return undefined;
  if (['refresh', 'revocation', 'introspection'].includes(endpoint)) {
    prepareToken(ctx, request);
  }
  return next();
}

async function behave(profile, ctx, next, request) {
  const { endpoint } = request;
  const { delay, down, missing } = profile.quirks;
  if (delay?.[endpoint]) await sleep(delay[endpoint] * 1000);
  if (await isDown(down?.[endpoint], ctx)) return;
  if (!endpoint || missing?.some((each) => ctx.href.includes(each))) {
    ctx.status = 404;
    ctx.body = 'nothing here';
    return;
  }
  if (!failed(profile, ctx, endpoint) && !badClient(profile, ctx, request)) {
    await answered(profile, ctx, next, request);
  }
  await finish(profile, ctx, request);
}

export async function front(profile, ctx, next) {
  const request = await read(profile, ctx);
  await behave(profile, ctx, next, request);
  ctx.set(profile.quirks.headers?.[request.endpoint] ?? {});
}
