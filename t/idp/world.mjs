// Licensed under the Apache License, Version 2.0; see LICENSE.
// What all profiles share: the clients that are registered everywhere, and who
// may not sign in any more.

export const CLIENTS = {
  'mcp-gateway': { client_secret: 'gateway-secret' },
  // what must be encoded in a header (RFC 6749 2.3.1)
  'mcp-basic': { client_secret: 'basic:secret/%2B+&=' },
  'mcp-post': {
    client_secret: 'post-secret',
    token_endpoint_auth_method: 'client_secret_post',
  },
  // long enough for HS256
  'mcp-long': {
    client_secret: 'a-client-secret-for-hs256-of-48-bytes-in-all-....',
  },
  'mcp-public': { token_endpoint_auth_method: 'none' },
  'mcp-jwt': { token_endpoint_auth_method: 'private_key_jwt' },
};

// Where users come back to who sign in at a client of their own.
const APP = 'https://app.example/callback';

export class World {
  redirectUris = ['https://localhost/oauth/callback'];
  // of mcp-jwt
  clientKeys = undefined;
  disabled = new Set();

  /** The metadata of a client as a profile has it. */
  client(id, profile) {
    const client = CLIENTS[id];
    if (!client || (id === 'mcp-jwt' && !this.clientKeys)) return undefined;
    return {
      client_id: id, redirect_uris: [...this.redirectUris, APP],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: profile.idTokenAlg,
      userinfo_signed_response_alg: profile.quirks.userinfo_alg,
      // gives the id_token a sid
      ...(profile.traits.sid ? {
        backchannel_logout_uri: 'https://localhost/unused',
        backchannel_logout_session_required: true,
      } : {}),
      ...(id === 'mcp-jwt' ? { jwks: this.clientKeys } : {}),
      ...client,
    };
  }
}
