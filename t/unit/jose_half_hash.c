/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "jose/half_hash.h"

#define ACCESS_TOKEN "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
#define CODE "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"

static const struct {
    const char *name;
    const char *alg;
    const char *text;
    const char *half;
} cases[] = {
    {"OpenID Connect Core A.3: at_hash", "RS256", ACCESS_TOKEN,
     "77QmUPtjPfzWtF2AnpK9RQ"},
    {"OpenID Connect Core A.4: c_hash", "RS256", CODE,
     "LDktKdoQak3Pk0cnXxCltA"},
    {"FIPS 180-4: half of SHA-256 of abc", "HS256", "abc",
     "ungWv48Bz-pBQUDeXa4iIw"},
    {"half of SHA-384", "ES384", "abc", "ywB1P0WjXou1oD1pmsZQBycsMqsO3tFj"},
    {"half of SHA-512", "PS512", "abc",
     "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o"},
    {"EdDSA: SHA-512", "EdDSA", "abc",
     "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o"},
    {"Ed25519: SHA-512", "Ed25519", "abc",
     "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o"},
    {"Ed448: nobody says", "Ed448", "abc", NULL},
    {"an alg that is not known", "XX256", "abc", NULL},
    {"none", "none", "abc", NULL},
    {"no alg", NULL, "abc", NULL},
};

static void body(mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is(mcp_jose_half_hash(cases[i].alg, cases[i].text, cx->pool),
           cases[i].half, cases[i].name);
}

TAP_MAIN(body)
