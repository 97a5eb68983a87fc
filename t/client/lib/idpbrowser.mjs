#!/usr/bin/env node
// Licensed under the Apache License, Version 2.0; see LICENSE.
// As a program ($BROWSER) the browser of a user of the identity providers, of
// those that MCP_BROWSER_IDP names where there are several.

import { main } from './browser.mjs';
import { findIdp, IdpBrowser } from './idp.mjs';

await main(new IdpBrowser(findIdp(process.env.MCP_BROWSER_IDP)));
