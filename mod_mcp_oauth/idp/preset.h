/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_PRESET_H
#define MCP_IDP_PRESET_H

#include "base/json.h"
#include "base/settings.h"
#include "idp/identity.h"

/* What an identity provider is (D2): each preset is one const struct in its
 * own file; idp/preset.def lists them. `httpd`, Apache's own authentication,
 * is one like the others; all others are remote: OAuth 2.0 authorization
 * servers or OpenID providers, of which a preset knows facts. */

typedef struct mcp_idp_preset_t mcp_idp_preset_t;
typedef struct mcp_idp_facts_t mcp_idp_facts_t;
struct mcp_jose_jwk_t;
struct mcp_token_verifier_t;

/* A provider as the administrator configured it, and once preset->check has
 * seen it, with what the preset knows filled in. Immutable at run time. */
typedef struct mcp_idp_t {
    const mcp_idp_preset_t *preset;
    const apr_array_header_t *arguments; /* of const char *, after the preset's
                                          * name; may be NULL */
    const char *label;                   /* on pages; never NULL */
    const char *issuer; /* vouches for subjects: principal->issuer */
    int is_guess;       /* issuer is: the origin where its users sign in, of
                         * one that nobody named */
    const char *key;    /* tells it from those that are configured otherwise:
                         * nobody who signed in at one has at another */
    void *section;      /* server's: the Auth... directives inside the
                         * container, or NULL */

    /* the words of its container */
    const mcp_idp_client_setting_t *client; /* ours there */
    apr_array_header_t *audiences;          /* of const char *; NULL: none */
    apr_array_header_t *scopes;             /* of const char *: asked for */
    apr_array_header_t *parameters; /* of mcp_idp_parameter_setting_t: those of
                                     * the preset first; a later one of the
                                     * same name replaces */
    apr_array_header_t *claims;     /* of mcp_idp_claim_setting_t: those of the
                                     * administrator alone */
    apr_array_header_t *issuers;    /* of const char *: Issuer, of which issuer
                                     * is the first; NULL: issuer alone */
    apr_array_header_t *endpoints;  /* of mcp_idp_endpoint_setting_t: those
                                     * that discovery is not asked for, and
                                     * where the document of discovery is */
    const mcp_idp_verify_setting_t *verify_setting; /* as it is written */
    int verify;                     /* mcp_idp_verify_t: of who signs in */
    int bearer;                     /* the same: of the access tokens that
                                     * clients bring; 0: nothing can */
    const char *signin_fault;       /* why nobody can sign in there, what to
                                     * write instead; or NULL */
    const char *bearer_fault;       /* the same: why its access tokens cannot
                                     * be judged */
    apr_array_header_t *algorithms; /* of const char *: of id_tokens */
    const mcp_secret_setting_t *shared_secret;  /* for HS256, or NULL */
    const mcp_secret_setting_t *decryption_key; /* of id_tokens, or NULL */

    /* -- set by config/ once all is read; as long as this -- */
    const char *callback; /* what follows the path of our callback endpoint in
                           * the URL that is its: "" or "/google" */
    const struct mcp_jose_jwk_t *client_jwk; /* of private-key-jwt, or NULL */
    const struct mcp_jose_jwk_t *shared_jwk; /* of shared_secret, or NULL */
    const struct mcp_jose_jwk_t *decryption_jwk; /* or NULL */
    const struct mcp_token_verifier_t *verifier; /* MCP_IDP_VERIFY_MODULE */
} mcp_idp_t;

/* Where the words of a sign-in come from (Verify). */
typedef enum {
    MCP_IDP_VERIFY_JWT = 1,       /* the access token, a JWT */
    MCP_IDP_VERIFY_INTROSPECTION, /* RFC 7662 */
    MCP_IDP_VERIFY_USERINFO,
    MCP_IDP_VERIFY_ID_TOKEN, /* and userinfo where a word is missing */
    MCP_IDP_VERIFY_MODULE    /* what another module registered: verifier */
} mcp_idp_verify_t;

/* Endpoint KIND, in the order of the alternatives of its kind. */
typedef enum {
    MCP_IDP_ENDPOINT_DISCOVERY = 1,
    MCP_IDP_ENDPOINT_AUTHORIZATION,
    MCP_IDP_ENDPOINT_TOKEN,
    MCP_IDP_ENDPOINT_USERINFO,
    MCP_IDP_ENDPOINT_INTROSPECTION,
    MCP_IDP_ENDPOINT_REVOCATION,
    MCP_IDP_ENDPOINT_KEYS,
    MCP_IDP_ENDPOINT_COUNT
} mcp_idp_endpoint_t;

/* -- the httpd preset: one step of a sign-in on our own page -- */

/* Lent by server/: asks httpd's authn providers. *user is the name to go by
 * (as the provider spells it); NULL when name and password do not match. */
typedef struct mcp_idp_password_t {
    const mcp_error_t *(*check)(const char **user, void *baton,
                                const mcp_idp_t *idp, const char *name,
                                const char *password);
    void *baton;
} mcp_idp_password_t;

/* What the browser and httpd brought so far. */
typedef struct mcp_idp_login_t {
    const mcp_idp_t *idp;
    const char *httpd_user;  /* set by httpd's own authentication, or NULL */
    const apr_table_t *form; /* of the POST on our sign-in page, or NULL */
    const mcp_idp_password_t *password;
    int may_have_user; /* httpd has an authentication that may set one */
} mcp_idp_login_t;

/* What to do next. */
typedef enum {
    MCP_IDP_FORM,    /* show our sign-in page */
    MCP_IDP_REFUSED, /* show it again and say that it was wrong */
    MCP_IDP_NOBODY,  /* say that httpd has signed nobody in */
    MCP_IDP_DONE     /* identity is who signed in */
} mcp_idp_next_t;

typedef struct mcp_idp_step_t {
    mcp_idp_next_t next;
    mcp_identity_t identity;
} mcp_idp_step_t;

/* -- what a preset of a remote provider knows -- */

/* What the argument of a preset is. */
typedef enum {
    MCP_IDP_ARGUMENT_DOMAIN, /* a host; facts->issuer has a %s for it */
    MCP_IDP_ARGUMENT_ISSUER, /* the issuer, byte for byte */
    MCP_IDP_ARGUMENT_NONE
} mcp_idp_argument_t;

/* Where its metadata is. */
typedef enum {
    MCP_IDP_DISCOVERY_OIDC,  /* issuer + /.well-known/openid-configuration
                              * (OpenID Connect Discovery 4) */
    MCP_IDP_DISCOVERY_OAUTH, /* /.well-known/oauth-authorization-server before
                              * the issuer's path (RFC 8414 3.1) */
    MCP_IDP_DISCOVERY_NONE   /* there is none: facts->endpoints */
} mcp_idp_discovery_t;

/* Whether an e-mail address that it says is the user's. */
typedef enum {
    MCP_IDP_EMAIL_VERIFIED, /* unless email_verified is missing or false */
    MCP_IDP_EMAIL_ALWAYS,   /* it never says one that it has not seen */
    MCP_IDP_EMAIL_EDOV      /* Entra: where xms_edov is true */
} mcp_idp_email_t;

/* A claim of its: word as in Claim, a JSON Pointer (RFC 6901) into the claims.
 * Of several rows with one word the first hit counts. */
typedef struct mcp_idp_claim_fact_t {
    const char *word; /* NULL ends the list */
    const char *pointer;
} mcp_idp_claim_fact_t;

typedef struct mcp_idp_endpoint_fact_t {
    mcp_idp_endpoint_t kind; /* 0 ends the list */
    const char *url;         /* with %s for the issuer, without a last slash */
} mcp_idp_endpoint_fact_t;

/* What the log says besides when this goes wrong; NULL: nothing special. */
typedef struct mcp_idp_hints_t {
    const char *no_discovery;  /* discovery answers 404 */
    const char *opaque;        /* a JWT was expected */
    const char *invalid_scope; /* the provider says that */
    const char *audience;      /* a token is for somebody else */
    const char *no_refresh;    /* it gave no refresh token */
} mcp_idp_hints_t;

struct mcp_idp_facts_t {
    mcp_idp_argument_t kind;
    const char *argument; /* "a domain": in errors */
    const char *example;  /* "example.us.auth0.com" */
    const char *issuer;   /* with %s for the argument, byte for byte */
    mcp_idp_discovery_t discovery;
    const mcp_idp_endpoint_fact_t *endpoints; /* or NULL */
    mcp_idp_method_t method; /* how our client proves who it is; 0: as its
                              * metadata says */
    int endpoint_audience;   /* aud of a client assertion is the endpoint that
                              * it goes to, not the issuer */
    const char *audience;    /* the authorization parameter for Audience; NULL:
                              * it has none */
    int needs_audience;      /* without one its access tokens are opaque */
    const char *accepts;     /* the aud of its access tokens, where Audience
                              * says nothing; NULL: none */
    int takes_resource;      /* RFC 8707: the parameter does no harm */
    const char *scopes;      /* asked for, blank-separated */
    const char *const *parameters; /* name, value, ..., NULL; or NULL */
    const char *prompt; /* the prompt that makes it ask who the user is even
                         * where somebody is signed in; NULL: "login" */
    mcp_idp_verify_t verify;
    mcp_idp_verify_t bearer; /* the same where clients bring us its access
                              * tokens (MCPAuthMode resource-server); 0: it has
                              * to be written */
    int is_tokeninfo; /* its introspection endpoint is no RFC 7662, but takes
                       * access_token, from anybody, and says the same */
    int has_no_aud;   /* its access tokens have no aud: Audience names the
                       * clients that they are given to */
    int tells_more;   /* its access tokens are JWTs, and have roles or
                       * permissions that its id_token has not */
    int revokes_all; /* to revoke one token can end all that the user has there
                      * through our client */
    const char *algorithms; /* of id_tokens and JWT access tokens; NULL: it has
                             * neither */
    const mcp_idp_claim_fact_t *claims;
    /* permissions that no pointer finds; NULL: there are none such. Gives
     * an array of const char *, or NULL */
    apr_array_header_t *(*permissions)(const mcp_json_t *claims,
                                       apr_pool_t *pool);
    const char *editable; /* pointers that begin so lead to what users can
                           * change themselves, or NULL */
    mcp_idp_email_t email;
    const char *accept; /* of userinfo, or NULL */
    const char *emails; /* behind the URL of userinfo: a list of the user's
                         * addresses, each {email, primary, verified}, for who
                         * has the scope that follows; NULL: there is none */
    const char *emails_scope;
    mcp_idp_hints_t hints;
};

struct mcp_idp_preset_t {
    const char *name;
    /* At configuration time: NULL, or what is wrong and what to write
     * instead. Sets issuer, label and key where they are NULL, and of a remote
     * one all that the words did not. */
    const char *(*check)(mcp_idp_t *idp, apr_pool_t *pool);
    /* One step of a sign-in on our own page; NULL: it is a remote one. */
    const mcp_error_t *(*step)(mcp_idp_step_t *step,
                               const mcp_idp_login_t *login, mcp_ctx_t *cx);
    const mcp_idp_facts_t *facts; /* of a remote one */
};

#define MCP_PRESET(name, usage, help)                                         \
    extern const mcp_idp_preset_t mcp_idp_##name;
#include "idp/preset.def"

/* The preset of this name, or NULL. */
const mcp_idp_preset_t *mcp_idp_preset_find(const char *name);
/* Their names, for an error that teaches. */
const char *mcp_idp_preset_names(apr_pool_t *pool);
/* "auth0 DOMAIN": its name and arguments, for an error that teaches. */
const char *mcp_idp_preset_usage(const mcp_idp_preset_t *preset,
                                 apr_pool_t *pool);
/* Whether users sign in there, not on a page of ours. */
int mcp_idp_preset_is_remote(const mcp_idp_t *idp);

#endif
