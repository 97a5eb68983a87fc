// Licensed under the Apache License, Version 2.0; see LICENSE.
// The control channel: JSON by POST to a port of the loopback. The path is the
// command, its arguments are the members of the body.
//
//   /set {profile, quirks: {...}}         see quirks.mjs; null: no more
//   /reset {profile?}                     no quirks, requests, sessions
//   /requests {profile, endpoint?}        what came, in order
//   /issued {profile}                     every code and token
//   /rotate {profile, keep?}              other keys; keep: the old are shown
//   /configure {redirect_uris?, client_keys?}
//   /disable {user} /enable {user}
//   /end_sessions {profile}               nobody is signed in any more
//   /logout_token {profile, user, sub?, sid?, broken?, claims?, header?, jti?,
//                  client?, url?, ca?}    made, and posted to url if there
//   /mint {profile, user, client?, scope?, params?, seconds?}
//                                         an access token without a sign-in
//   /sign {profile, claims, header?}      anything, by the key of a profile
//   /keys {profile}                       the JWK Set

import http from 'node:http';
import { logoutToken, postLogout } from './logout.mjs';
import { now } from './merge.mjs';
import { random } from './profiles/standard.mjs';
import { signedAccessToken } from './tokens.mjs';

async function mint(profile, { user, client = 'mcp-gateway', scope = 'openid',
  params = {}, seconds = 3600 }) {
  const who = profile.user(user);
  const facts = {
    issuer: profile.traits.issuer, sub: profile.traits.subject(who),
    user: who, client, scope, scopes: scope.split(' '), params, prompts: [],
    sid: random(8), iat: now(), exp: now() + seconds, jti: random(16),
  };
  return signedAccessToken(profile, facts);
}

function commands(profiles, world) {
  const each = (name) => (name ? [profiles[name]] : Object.values(profiles));
  return {
    set: ({ profile, quirks }) => profiles[profile].set(quirks),
    reset({ profile }) {
      for (const it of each(profile)) it.reset();
      if (!profile) world.disabled.clear();
    },
    requests: ({ profile, endpoint }) => profiles[profile].requests.filter(
      (request) => !endpoint || request.endpoint === endpoint),
    issued: ({ profile }) => profiles[profile].issued,
    rotate: ({ profile, keep }) => profiles[profile].ring.rotate({ keep }),
    configure({ redirect_uris: uris, client_keys: keys }) {
      world.redirectUris = uris ?? world.redirectUris;
      world.clientKeys = keys ?? world.clientKeys;
    },
    disable: ({ user }) => { world.disabled.add(user); },
    enable: ({ user }) => { world.disabled.delete(user); },
    end_sessions: ({ profile }) => profiles[profile].store.endSessions(),
    async logout_token({ profile, url, ca, ...wanted }) {
      const token = await logoutToken(profiles[profile], wanted);
      const answer = url ? await postLogout(url, token, ca) : {};
      return { token, ...answer };
    },
    mint: ({ profile, ...wanted }) => mint(profiles[profile], wanted),
    sign: ({ profile, claims, header }) =>
      profiles[profile].sign(claims, header),
    keys: async ({ profile }) => {
      await profiles[profile].provider();
      return profiles[profile].keySet();
    },
  };
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return JSON.parse(text || '{}');
}

export function controlServer(profiles, world) {
  const known = commands(profiles, world);
  return http.createServer(async (request, response) => {
    let status = 200;
    let answer;
    try {
      const command = known[request.url.slice(1)];
      if (!command) throw new Error(`no command ${request.url}`);
      const wanted = await bodyOf(request);
      if (wanted.profile && !profiles[wanted.profile]) {
        throw new Error(`no profile ${wanted.profile}`);
      }
      answer = { result: await command(wanted) ?? null };
    }
    catch (error) {
      status = 400;
      answer = { error: error.message };
    }
    response.writeHead(status, {
      'Content-Type': 'application/json', 'Connection': 'close',
    });
    response.end(JSON.stringify(answer));
  });
}
