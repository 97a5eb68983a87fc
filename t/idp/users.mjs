// Licensed under the Apache License, Version 2.0; see LICENSE.
// Who can sign in; each profile says it in its own words.

export const USERS = {
  ada: {
    id: 'ada', number: 1815, uuid: '0a1b2c3d-1815-4812-9a5e-c0ffee000001',
    password: 'ada-at-idp', name: 'Ada Lovelace', given_name: 'Ada',
    family_name: 'Lovelace', email: 'ada@example.com', email_verified: true,
    picture: 'https://img.example.com/ada.png', roles: ['admin', 'editor'],
    permissions: ['read:todos', 'write:todos'], groups: ['staff', 'engines'],
    organization: 'org_analytical', tfa: true,
  },
  // a name beyond ASCII, an address that nobody has confirmed
  bob: {
    id: 'bob', number: 1956, uuid: '0a1b2c3d-1956-4812-9a5e-c0ffee000002',
    password: 'bob-at-idp', name: 'Bób Ünïcöde 北京', given_name: 'Bób',
    family_name: 'Ünïcöde 北京', email: 'bob@example.com',
    email_verified: false, picture: 'https://img.example.com/bob.png',
    roles: ['reader'], permissions: ['read:todos'], groups: ['staff'],
    organization: 'org_analytical', tfa: false,
  },
};
