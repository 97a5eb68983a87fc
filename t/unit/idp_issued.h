/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_IDP_ISSUED_H
#define MCP_T_UNIT_IDP_ISSUED_H

#include "idp_world.h"
#include "jose_signed.h"

#include "base/scope.h"
#include "idp/bearer.h"
#include "idp/remote.h"

/* Access tokens of the providers that there are presets for, as they make
 * them (t/idp/profiles), and whatever somebody else makes of these. */

#define RESOURCE "https://mcp.example/mcp"
#define OTHERS "11111111-2222-3333-4444-555555555555"
#define OURS "66666666-7777-8888-9999-000000000000"

/* -- the providers -- */

typedef struct issued_t {
    const char *preset;   /* and its arguments */
    const char *audience; /* Audience; NULL: the preset says it */
    const char *aud;      /* what its access tokens are for */
    const char *alg;      /* that they are signed with */
    const char *typ;      /* NULL: there is none */
    const char *client;   /* the claim that says whom one was given to */
    const char *far;      /* the issuer of another customer of it */
    const change_t *claims;
} issued_t;

#define ISSUED(name) static const change_t issued_##name[]
#define TIMES                                                                 \
    {"exp", "@300"},                                                          \
    {                                                                         \
        "iat", "@0"                                                           \
    }
#define END                                                                   \
    {                                                                         \
        NULL, NULL                                                            \
    }

/* clang-format off */
ISSUED(auth0) = {
    {"iss", "'$iss'"}, {"sub", "'auth0|5f7c8ec7'"}, TIMES,
    {"aud", "['https://api.example','$issuserinfo']"}, {"azp", "'app'"},
    {"scope", "'openid tasks:read'"}, {"permissions", "['tasks:read']"}, END};
ISSUED(authentik) = {
    {"iss", "'$iss'"}, {"sub", "'5f7c8ec7'"}, {"aud", "'app'"}, TIMES,
    {"azp", "'app'"}, {"scope", "'openid'"}, {"uid", "'7'"}, {"nonce", "'n'"},
    {"acr", "'goauthentik.io/providers/oauth2/default'"},
    {"groups", "['staff']"}, END};
ISSUED(clerk) = {
    {"iss", "'$iss'"}, {"sub", "'user_5f7c'"}, {"client_id", "'app'"}, TIMES,
    {"nbf", "@0"}, {"scope", "'profile email'"}, {"jti", "'oat_1'"}, END};
ISSUED(cognito) = {
    {"iss", "'$iss'"}, {"sub", "'5f7c-8ec7'"}, {"client_id", "'app'"}, TIMES,
    {"token_use", "'access'"}, {"version", "2"}, {"username", "'ada'"},
    {"cognito:groups", "['staff']"}, {"scope", "'openid'"}, END};
ISSUED(entra) = {
    {"iss", "'$iss'"}, {"sub", "'AAAAAAAA5f7c'"}, {"aud", "'api-guid'"}, TIMES,
    {"nbf", "@0"}, {"azp", "'app'"}, {"azpacr", "'1'"}, {"scp", "'tasks.read'"},
    {"oid", "'5f7c'"}, {"tid", "'" OURS "'"}, {"ver", "'2.0'"},
    {"roles", "['admin']"}, END};
ISSUED(keycloak) = {
    {"iss", "'$iss'"}, {"sub", "'f:5f7c:ada'"}, TIMES, {"typ", "'Bearer'"},
    {"aud", "['mcp-api','account']"}, {"azp", "'app'"}, {"acr", "'1'"},
    {"scope", "'openid'"}, {"realm_access", "{'roles':['admin']}"},
    {"resource_access", "{'mcp-api':{'roles':['read']}}"}, END};
ISSUED(oidc) = {
    {"iss", "'$iss'"}, {"sub", "'ldap|people:bob@2'"}, {"aud", "'api'"}, TIMES,
    {"client_id", "'app'"}, {"scope", "'openid'"}, {"jti", "'7'"}, END};
ISSUED(okta) = {
    {"iss", "'$iss'"}, {"sub", "'ada@example.com'"}, {"uid", "'00u5f7c'"}, TIMES,
    {"aud", "'api://default'"}, {"cid", "'app'"}, {"scp", "['openid']"},
    {"ver", "1"}, {"jti", "'AT.7'"}, {"groups", "['staff']"}, END};
ISSUED(pingone) = {
    {"iss", "'$iss'"}, {"sub", "'5f7c-8ec7'"}, TIMES, {"client_id", "'app'"},
    {"aud", "['https://api.pingone.com']"}, {"scope", "'openid'"},
    {"env", "'" OURS "'"}, {"org", "'o'"}, {"sid", "'s'"}, END};
ISSUED(scalekit) = {
    {"iss", "'$iss'"}, {"sub", "'usr_5'"}, {"aud", "['res_1']"}, TIMES,
    {"client_id", "'app'"}, {"scope", "'openid'"}, {"oid", "'org_1'"},
    {"org_id", "'org_1'"}, {"permissions", "['read:todos']"}, END};
ISSUED(supabase) = {
    {"iss", "'$iss'"}, {"sub", "'5f7c-8ec7'"}, {"aud", "'authenticated'"}, TIMES,
    {"client_id", "'app'"}, {"role", "'authenticated'"}, {"aal", "'aal1'"},
    {"amr", "[{'method':'password','timestamp':1}]"}, {"scope", "'openid'"},
    {"user_metadata", "{'roles':['owner']}"}, END};
ISSUED(workos) = {
    {"iss", "'$iss'"}, {"sub", "'user_5'"}, {"aud", "'app'"}, TIMES,
    {"sid", "'session_1'"}, {"jti", "'7'"}, {"org_id", "'org_1'"},
    {"role", "'admin'"}, {"permissions", "['read']"}, END};

#define ENTRA "https://login.microsoftonline.com/"
#define COGNITO "https://cognito-idp.eu-west-1.amazonaws.com/"

static const issued_t issued[] = {
    {"auth0 t.us.auth0.com", "https://api.example", "https://api.example",
     "RS256", "JWT", "azp", "https://other.us.auth0.com/", issued_auth0},
    {"authentik https://auth.example/application/o/mcp/", "app", "app",
     "RS256", "JWT", "azp", "https://auth.example/application/o/other/", issued_authentik},
    {"clerk x.clerk.accounts.dev", "app", NULL,
     "RS256", "at+jwt", "client_id", "https://y.clerk.accounts.dev", issued_clerk},
    {"cognito eu-west-1_AbC", "app", NULL,
     "RS256", NULL, "client_id", COGNITO "eu-west-1_Other", issued_cognito},
    {"entra " OURS, "api-guid", "api-guid",
     "RS256", "JWT", "azp", ENTRA OTHERS "/v2.0", issued_entra},
    {"keycloak https://sso.example/realms/staff", "mcp-api", "mcp-api",
     "RS256", "JWT", "azp", "https://sso.example/realms/guests", issued_keycloak},
    {"oidc https://op.example", "api", "api",
     "ES256", "at+jwt", "client_id", "https://op.example/2", issued_oidc},
    {"okta o.okta.com", "api://default", "api://default",
     "RS256", "JWT", "cid", "https://o.okta.com/oauth2/other", issued_okta},
    {"pingone " OURS " eu", "https://api.pingone.com", "https://api.pingone.com",
     "RS256", "JWT", "client_id", "https://auth.pingone.eu/" OTHERS "/as", issued_pingone},
    {"scalekit https://env.scalekit.dev", "res_1", "res_1",
     "RS256", "JWT", "client_id", "https://env.scalekit.dev/resources/res_2", issued_scalekit},
    {"supabase abc", NULL, "authenticated",
     "ES256", "JWT", "client_id", "https://abd.supabase.co/auth/v1", issued_supabase},
    {"workos x.authkit.app", "app", "app",
     "RS256", "JWT", "client_id", "https://api.workos.com", issued_workos},
};
/* clang-format on */

#define ISSUERS (sizeof(issued) / sizeof(*issued))

/* -- their keys -- */

enum {
    KEY_OWN, /* that of alg */
    KEY_RSA,
    KEY_P256,
    KEY_P384,
    KEY_P521,
    KEY_ED,
    KEY_ENC,
    KEY_OPS,
    KEY_1024,
    KEY_512,
    KEY_K1,
    KEY_STRANGE_RSA,
    KEY_STRANGE_EC,
    KEYS_END
};

static struct {
    const char *kid; /* NULL: nobody shows it */
    const char *type, *curve;
    int bits;
    const char *more;
    EVP_PKEY *key;
} issued_keys[KEYS_END] = {
    [KEY_RSA] = {"rsa", "RSA", NULL, 2048, ",'use':'sig'", NULL},
    [KEY_P256] = {"ec", "EC", "P-256", 0, "", NULL},
    [KEY_P384] = {"ec384", "EC", "P-384", 0, ",'alg':'ES384'", NULL},
    [KEY_P521] = {"ec521", "EC", "P-521", 0, "", NULL},
    [KEY_ED] = {"ed", "ED25519", NULL, 0, "", NULL},
    [KEY_ENC] = {"enc", "RSA", NULL, 2048, ",'use':'enc','alg':'RSA-OAEP'",
                 NULL},
    [KEY_OPS] = {"ops", "RSA", NULL, 2048, ",'key_ops':['wrapKey']", NULL},
    [KEY_1024] = {"1024", "RSA", NULL, 1024, "", NULL},
    [KEY_512] = {"512", "RSA", NULL, 512, "", NULL},
    [KEY_K1] = {"k1", "EC", "secp256k1", 0, "", NULL},
    [KEY_STRANGE_RSA] = {NULL, "RSA", NULL, 2048, "", NULL},
    [KEY_STRANGE_EC] = {NULL, "EC", "P-256", 0, "", NULL},
};

static inline int issued_key_of(const char *alg)
{
    if (*alg != 'E')
        return KEY_RSA;
    if (!strcmp(alg, "ES384"))
        return KEY_P384;
    if (!strcmp(alg, "ES512"))
        return KEY_P521;
    return alg[1] == 'S' ? KEY_P256 : KEY_ED;
}

static inline const char *issued_jwk(int key, mcp_ctx_t *cx)
{
    const char *kid = issued_keys[key].kid ? issued_keys[key].kid : "strange";

    return signed_jwk(issued_keys[key].key, issued_keys[key].curve,
                      apr_pstrcat(cx->pool, ",\"kid\":\"", kid, "\"",
                                  json(issued_keys[key].more, cx), NULL),
                      cx);
}

static inline const char *issued_keys_make(mcp_ctx_t *cx)
{
    const char *text = "";
    int i;

    for (i = KEY_RSA; i < KEYS_END; i++) {
        issued_keys[i].key = made_key(
            issued_keys[i].type, issued_keys[i].curve, issued_keys[i].bits);
        if (issued_keys[i].kid)
            text = apr_pstrcat(cx->pool, text, *text ? "," : "",
                               issued_jwk(i, cx), NULL);
    }
    return apr_pstrcat(cx->pool, "{\"keys\":[", text, "]}", NULL);
}

/* -- one of them, as somebody configured it -- */

static inline void issuer_show(world_t *w, const char *keys, mcp_ctx_t *cx)
{
    network_make(w, cx);
    put(mcp_idp_remote_endpoint(&w->idp, MCP_IDP_ENDPOINT_DISCOVERY), 200,
        apr_pstrcat(cx->pool, "{'issuer':'", w->idp.issuer,
                    "','jwks_uri':'" KEYS "'}", NULL));
    put(KEYS, 200, keys);
}

/* words: the preset and its arguments */
static inline void issuer_name(world_t *w, const char *words, mcp_ctx_t *cx)
{
    apr_array_header_t *list = list_of(cx->pool, words);

    memset(&w->idp, 0, sizeof(w->idp));
    w->idp.preset = mcp_idp_preset_find(APR_ARRAY_IDX(list, 0, const char *));
    list->elts += list->elt_size;
    list->nelts--;
    w->idp.arguments = list;
    w->remote.idp = &w->idp;
}

static inline void issuer_make(world_t *w, const issued_t *by,
                               const char *keys, mcp_ctx_t *cx)
{
    issuer_name(w, by->preset, cx);
    if (by->audience)
        w->idp.audiences = list_of(cx->pool, by->audience);
    is(w->idp.preset->check(&w->idp, cx->pool), NULL, by->preset);
    is(w->idp.bearer_fault, NULL, "as a resource server");
    issuer_show(w, keys, cx);
}

/* -- its tokens -- */

static inline const char *replaced(const char *text, const char *word,
                                   const char *by, mcp_ctx_t *cx)
{
    const char *at = strstr(text, word);

    if (!at)
        return text;
    return apr_pstrcat(cx->pool,
                       apr_pstrmemdup(cx->pool, text, (apr_size_t)(at - text)),
                       by, replaced(at + strlen(word), word, by, cx), NULL);
}

/* With the last slash, or without it; with a letter of the host large. */
static inline const char *issuer_like(const char *issuer, int is_large,
                                      mcp_ctx_t *cx)
{
    apr_size_t len = strlen(issuer);
    char *copy = apr_pstrdup(cx->pool, issuer);

    if (is_large) {
        copy[8] = (char)(copy[8] - 'a' + 'A');
        return copy;
    }
    if (copy[len - 1] != '/')
        return apr_pstrcat(cx->pool, copy, "/", NULL);
    copy[len - 1] = '\0';
    return copy;
}

/* $iss, $slash, $large: its issuer; $far: that of another; $aud: what is in
 * Audience, $cut: less its last letter. */
static inline const char *issued_words(const char *text, const issued_t *by,
                                       const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *aud = APR_ARRAY_IDX(idp->audiences, 0, const char *);

    text = replaced(text, "$iss", idp->issuer, cx);
    text = replaced(text, "$slash", issuer_like(idp->issuer, 0, cx), cx);
    text = replaced(text, "$large", issuer_like(idp->issuer, 1, cx), cx);
    text = replaced(text, "$far", by->far, cx);
    text = replaced(text, "$cut",
                    apr_pstrmemdup(cx->pool, aud, strlen(aud) - 1), cx);
    return replaced(text, "$aud", aud, cx);
}

/* A change of $client is one of what this one calls it; of sub also one of
 * Okta's uid. */
static inline const char *issued_claims(const issued_t *by,
                                        const change_t *changes,
                                        const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    change_t all[CHANGES];
    int i, k = 0;

    memset(all, 0, sizeof(all));
    for (i = 0; changes && i < CHANGES && changes[i].name; i++) {
        all[k] = changes[i];
        if (!strcmp(all[k].name, "$client"))
            all[k].name = by->client;
        k++;
        if (!strcmp(changes[i].name, "sub") && by->claims == issued_okta) {
            all[k] = changes[i];
            all[k++].name = "uid";
        }
    }
    return issued_words(claims_make(by->claims, all, cx), by, idp, cx);
}

static inline const char *issued_header(const issued_t *by, const char *typ,
                                        mcp_ctx_t *cx)
{
    return apr_pstrcat(cx->pool, "{\"alg\":\"", by->alg, "\",\"kid\":\"",
                       issued_keys[issued_key_of(by->alg)].kid, "\"",
                       typ ? ",\"typ\":\"" : "", typ ? typ : "",
                       typ ? "\"" : "", "}", NULL);
}

static inline signer_t issued_signer(const char *alg, int key)
{
    const signer_t signer = {
        alg, issued_keys[key ? key : issued_key_of(alg)].key, NULL, 0};

    return signer;
}

/* As it makes them. */
static inline const char *issued_token(const issued_t *by, const char *claims,
                                       mcp_ctx_t *cx)
{
    const signer_t signer = issued_signer(by->alg, KEY_OWN);

    return signed_text(issued_header(by, by->typ, cx), claims, &signer, cx);
}

/* -- the verdict -- */

/* Nobody learns from the log what would be good. */
static inline int tells_secret(const mcp_error_t *e, const char *text,
                               apr_pool_t *pool)
{
    const char *dot = strrchr(text, '.');
    const char *start = dot ? apr_pstrndup(pool, dot + 1, 12) : "";

    return strlen(start) == 12 && tells(e, start);
}

/* want: part of why it is refused; NULL: it is good. */
static inline void judged(world_t *w, const char *text, const char *want,
                          const char *name, mcp_ctx_t *cx)
{
    mcp_idp_bearer_t bearer;
    const mcp_error_t *e =
        mcp_idp_bearer_read(&bearer, text, RESOURCE, &w->remote, cx);
    int is_right = want
                       ? e && e->code == MCP_E_INVALID_TOKEN &&
                             tells(e, want) && !tells_secret(e, text, cx->pool)
                       : !e;

    ok(is_right, "%s: %s: %s", w->idp.preset->name, name,
       want ? "refused" : "taken");
    if (!is_right)
        printf("#  got: %s\n# want: %s\n", e ? e->detail : "(taken)",
               want ? want : "(taken)");
}

#endif
