// Licensed under the Apache License, Version 2.0; see LICENSE.
// How a profile can be made to misbehave while it runs. ENDPOINT is one of
// discovery keys authorization token refresh userinfo emails introspection
// revocation end_session registration; refresh is the token endpoint asked to
// refresh. A PATCH is a JSON merge patch (merge.mjs).

export const QUIRKS = {
  delay: '{ENDPOINT: seconds} before it answers',
  down: '{ENDPOINT: close | hang | an HTTP status}',
  missing: '[part of a URL, ...]: what is there is 404',
  error: '{ENDPOINT: code, or {error, error_description, status}}',
  headers: '{ENDPOINT: {name: value}} in its answers',
  registration: 'on | off: whether clients can register themselves',
  apis: '[identifier, ...]: there are no others, and resource names one as '
    + 'audience does',
  client_auth: '[method, ...]: others are 401 invalid_client',
  discovery: 'PATCH of the discovery document',
  keys: 'PATCH of the JWK Set',
  iss_parameter: 'right | wrong | missing | off (and not announced)',
  callback: 'PATCH of what is sent to the redirect URI',
  claims: '{user: PATCH of the user}, see users.mjs',
  id_token: 'PATCH of its claims',
  id_token_header: 'PATCH of its JWS header',
  id_token_alg: 'RS256 PS256 ES256 EdDSA; none; HS256 (the key is the public '
    + 'key), HS256-secret (the key is the client secret)',
  id_token_key: 'stranger: signed by a key that is not in the set',
  id_token_encryption: '{jwk, enc, alg}: for this public key',
  access_token: 'PATCH of the claims of a JWT',
  access_token_form: 'opaque | jwt',
  userinfo: 'PATCH of its claims',
  userinfo_alg: 'RS256 ...: the answer is a signed JWT',
  token_answer: 'PATCH of the answer of the token endpoint',
  token_form: 'form | html | huge | duplicate | cut',
  rotation: 'on | lenient (the old one stays good) | same | off',
  seconds: '{access_token, id_token, refresh_token, code: lifetime}',
};

export function checkQuirks(names) {
  for (const name of names) {
    if (!QUIRKS[name]) throw new Error(`no quirk ${name}`);
  }
}
