// Licensed under the Apache License, Version 2.0; see LICENSE.
// The oidc-provider of a profile.

import { Provider, interactionPolicy } from 'oidc-provider';
import { front } from './front.mjs';
import { accessTokenOf, factsOf } from './tokens.mjs';

// What a client may ask for and oidc-provider does not know; and what the
// front keeps for later of what it changed.
const EXTRA = ['audience', 'resource', 'access_type', 'organization',
  'connection', 'asked_scope', 'asked_prompt'];

// Consent is asked for only where the client wishes it: everything is granted.
function policy() {
  const prompts = interactionPolicy.base();
  const { checks } = prompts.get('consent');
  checks.clear();
  checks.add(new interactionPolicy.Check('consent_prompt', 'consent is wanted',
    'consent_required', ({ oidc }) => !oidc.result?.consent
      && (oidc.params.asked_prompt ?? '').split(' ').includes('consent')));
  return prompts;
}

/** A grant for each sign-in, so that what was asked for is known by it. */
async function newGrant(profile, { oidc }) {
  const { accountId } = oidc.account;
  const { clientId } = oidc.client;
  const grant = new oidc.provider.Grant({ accountId, clientId });
  grant.addOIDCScope(oidc.params.scope);
  await grant.save();
  profile.asked.set(grant.jti, oidc.params.toPlainObject());
  return grant;
}

function account(profile, sub) {
  const user = profile.userOf(sub);
  if (!user) return undefined;
  return {
    accountId: sub,
    claims(use) {
      const byScope = profile.traits.claims(user, use);
      const all = Object.assign({ sub }, ...Object.values(byScope));
      const { AccessToken } = Provider.ctx.oidc.entities;
      // oidc-provider makes the hash of it
      if (use === 'id_token' && profile.traits.atHash) {
        all.at_hash = AccessToken.jti;
      }
      return all;
    },
  };
}

/** The names of all claims, by scope, as oidc-provider wants them. */
function claimNames(profile) {
  const user = profile.user('ada');
  const names = { openid: new Set(['sub', 'at_hash']) };
  for (const use of ['id_token', 'userinfo']) {
    const byScope = profile.traits.claims(user, use);
    for (const [scope, claims] of Object.entries(byScope)) {
      names[scope] ??= new Set();
      for (const name of Object.keys(claims)) names[scope].add(name);
    }
  }
  return Object.fromEntries(Object.entries(names).map(([scope, set]) =>
    [scope, [...set]]));
}

function routes({ endpoints }) {
  const path = (name, otherwise) => (endpoints[name]
    ? new URL([endpoints[name]].flat()[0]).pathname : otherwise);
  return {
    authorization: path('authorization'),
    token: path('token'),
    // profiles without OpenID answer there themselves
    userinfo: path('userinfo'),
    jwks: path('keys', '/unused/keys'),
    introspection: path('introspection', '/unused/introspection'),
    revocation: path('revocation', '/unused/revocation'),
    end_session: path('end_session', '/unused/end_session'),
    registration: path('registration', '/unused/registration'),
  };
}

function configuration(profile) {
  const { traits } = profile;
  const on = { enabled: true };
  const off = { enabled: false };
  const seconds = (name, otherwise) => () =>
    profile.quirks.seconds?.[name] ?? otherwise;
  return {
    adapter: profile.store.adapter,
    claims: claimNames(profile),
    conformIdTokenClaims: !traits.claimsInIdToken,
    clientDefaults: { grant_types: ['authorization_code', 'refresh_token'] },
    cookies: { keys: ['the cookies of a test'] },
    expiresWithSession: () => false,
    extraParams: EXTRA,
    features: {
      devInteractions: off, dPoP: off, pushedAuthorizationRequests: off,
      resourceIndicators: off, backchannelLogout: on, jwtUserinfo: on,
      rpInitiatedLogout: on,
      registration: { enabled: Boolean(traits.endpoints.registration),
        issueRegistrationAccessToken: false },
      introspection: { ...on, allowedPolicy: () => true },
      revocation: { ...on, allowedPolicy: (ctx, client, token) =>
        client.clientId === token.clientId },
    },
    findAccount: (ctx, sub) => account(profile, sub),
    interactions: { policy: policy() },
    issueRefreshToken: (ctx, client, source) =>
      traits.refreshes(factsOf(profile, source)),
    loadExistingGrant: (ctx) => newGrant(profile, ctx),
    pkce: { required: () => false },
    renderError: (ctx, out) => { ctx.body = out; },
    responseTypes: ['code'],
    rotateRefreshToken: () =>
      ['on', 'lenient'].includes(profile.trait('rotation')),
    routes: routes(traits),
    scopes: traits.scopes,
    ttl: {
      AccessToken: seconds('access_token', 3600),
      AuthorizationCode: seconds('code', 60),
      IdToken: seconds('id_token', 3600),
      RefreshToken: seconds('refresh_token', 86400),
      // no token outlives it
      Grant: seconds('refresh_token', 86400), Interaction: () => 3600, Session: () => 86400,
    },
  };
}

/** Tokens that look as the product's do: oidc-provider takes any text that it
 * has issued. */
function dress(provider, profile) {
  const { AccessToken, RefreshToken } = provider;
  const { save } = AccessToken.prototype;
  Object.assign(AccessToken.prototype, {
    async save() {
      this.format = 'opaque';
      this.jti ??= await accessTokenOf(profile, this);
      return save.call(this);
    },
  });
  Object.assign(RefreshToken.prototype, {
    generateTokenId() {
      return profile.traits.refreshToken(factsOf(profile, this));
    },
  });
}

export async function makeProvider(profile) {
  const provider = new Provider(profile.traits.issuer, {
    ...configuration(profile), jwks: { keys: await profile.ring.signers() },
  });
  dress(provider, profile);
  provider.use((ctx, next) => front(profile, ctx, next));
  return provider;
}
