// Licensed under the Apache License, Version 2.0; see LICENSE.
// What the provider shows people: a form to sign in, one to consent. Each has
// the buttons "continue" and "cancel", named decision.

import { USERS } from './users.mjs';

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => String(text).replace(/[&<>"]/g, (c) => escapes[c]);

function page(ctx, title, fields) {
  ctx.set('Content-Type', 'text/html; charset=utf-8');
  ctx.set('Cache-Control', 'no-store');
  ctx.body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1>
<form method="post">
${fields}
<button name="decision" value="continue">Continue</button>
<button name="decision" value="cancel">Cancel</button>
</form></body></html>
`;
}

function showForm(profile, ctx, { prompt, params }, failed = '') {
  if (prompt.name === 'consent') {
    page(ctx, `${params.client_id} wants ${escape(params.scope)}`, '');
    return;
  }
  page(ctx, `Sign in to ${profile.name}`, `${failed}
<label>Name <input name="login" value="${escape(params.login_hint ?? '')}">
</label>
<label>Password <input name="password" type="password"></label>`);
}

/** The page of an interaction, and what comes of its form. */
export async function showPage(profile, ctx) {
  const provider = await profile.provider();
  const details = await provider.interactionDetails(ctx.req, ctx.res);
  if (ctx.method !== 'POST') {
    showForm(profile, ctx, details);
    return;
  }
  const form = new URLSearchParams(ctx.req.body);
  const user = USERS[form.get('login')];
  let result = { consent: {} };
  if (form.get('decision') === 'cancel') {
    result = { error: 'access_denied',
      error_description: 'the user said no' };
  }
  else if (details.prompt.name === 'login') {
    if (!user || user.password !== form.get('password')) {
      showForm(profile, ctx, details, '<p>Wrong.</p>');
      return;
    }
    result = { login: { accountId: profile.traits.subject(user) } };
  }
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, result);
}
