// Licensed under the Apache License, Version 2.0; see LICENSE.
// Every profile under the name of the preset that signs in there.

import auth0 from './auth0.mjs';
import authentik from './authentik.mjs';
import clerk from './clerk.mjs';
import cognito from './cognito.mjs';
import entra from './entra.mjs';
import github from './github.mjs';
import google from './google.mjs';
import keycloak from './keycloak.mjs';
import oauth2 from './oauth2.mjs';
import oidc from './oidc.mjs';
import okta from './okta.mjs';
import pingone from './pingone.mjs';
import scalekit from './scalekit.mjs';
import supabase from './supabase.mjs';
import workos from './workos.mjs';

export const PROFILES = {
  auth0, authentik, clerk, cognito, entra, github, google, keycloak, oauth2,
  oidc, okta, pingone, scalekit, supabase, workos,
};
