/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MOD_MCP_OAUTH_H
#define MOD_MCP_OAUTH_H

#include <string.h>

#include <apr_optional.h>
#include <apr_pools.h>
#include <apr_tables.h>
#include <apr_time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What another httpd module needs to offer MCP tools, to learn who calls it,
 * and to teach us a provider of access tokens that we do not know.
 *
 * A module describes each tool in a static mcp_tool_t and registers it in its
 * register_hooks function:
 *
 *     ap_register_provider(pool, MCP_TOOL_GROUP, "demo:hello",
 *                          MCP_TOOL_VERSION, &hello);
 *
 * The name is MODULE:TOOL. A location offers it with "MCPOffer demo:hello" or
 * "MCPOffer demo:*". Nothing links against mod_mcp_oauth: everything a tool
 * may do comes with its call. */

#define MCP_TOOL_GROUP "mcp_oauth:tool"
#define MCP_TOOL_VERSION "1"

/* -- who calls -- */

/* Made from a verified access token and from what the identity provider said
 * of its user. Lives as long as the call, or the request. All text is UTF-8.
 * From claims on a member is NULL where nobody said it: then nothing is known,
 * while an empty list is known to be empty. */
typedef struct mcp_principal_t {
    const char *issuer;  /* who vouches for subject: the identity provider */
    const char *subject; /* the user at that issuer; stable, opaque */
    const char *user;    /* REMOTE_USER: the name that Require user compares */
    const char *client;  /* client_id of the OAuth client that acts; NULL where
                          * a provider's access token does not say it */
    const char *grant;   /* identifies what the user granted; for the log. NULL
                          * where a provider granted it */
    const apr_array_header_t *scopes; /* of const char *; what was granted */
    apr_time_t expires;               /* of the access token */
    const char *claims;  /* all that the identity provider said of the user, a
                          * JSON object; not the claims of our access token */
    const char *jti;     /* of the access token (RFC 7519 4.1.7) */
    const char *email;   /* one that the provider has verified */
    const char *name;    /* for people to read: users choose it */
    const char *picture; /* a URL */
    const char *organization;
    const apr_array_header_t *roles;       /* of const char * */
    const apr_array_header_t *permissions; /* of const char * */
} mcp_principal_t;

/* Checks. who may be NULL: nobody has nothing. They compare byte by byte; a
 * scope that another one includes (MCPScope includes=) has been granted only
 * where it is there itself.
 *
 * A scope is what the user let this client do, a permission or a role what the
 * provider says that the user may do anywhere. So a scope limits the client,
 * and no permission of the user makes up for it, unless a service takes one
 * for the other: that is what the two mcp_principal_may_... are for. */

static APR_INLINE int mcp_principal_list_has(const apr_array_header_t *list,
                                             const char *name)
{
    int i;

    for (i = 0; list && name && i < list->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(list, i, const char *), name))
            return 1;
    return 0;
}

static APR_INLINE int mcp_principal_has_scope(const mcp_principal_t *who,
                                              const char *name)
{
    return who && mcp_principal_list_has(who->scopes, name);
}

static APR_INLINE int mcp_principal_has_permission(const mcp_principal_t *who,
                                                   const char *name)
{
    return who && mcp_principal_list_has(who->permissions, name);
}

static APR_INLINE int mcp_principal_has_role(const mcp_principal_t *who,
                                             const char *name)
{
    return who && mcp_principal_list_has(who->roles, name);
}

/* scope or permission */
static APR_INLINE int mcp_principal_may(const mcp_principal_t *who,
                                        const char *name)
{
    return mcp_principal_has_scope(who, name) ||
           mcp_principal_has_permission(who, name);
}

/* names ends with NULL. All of none is true, but for nobody. */
static APR_INLINE int mcp_principal_has_all_scopes(const mcp_principal_t *who,
                                                   const char *const *names)
{
    while (*names && mcp_principal_has_scope(who, *names))
        names++;
    return who && !*names;
}

static APR_INLINE int mcp_principal_has_any_scope(const mcp_principal_t *who,
                                                  const char *const *names)
{
    while (*names && !mcp_principal_has_scope(who, *names))
        names++;
    return *names != NULL;
}

/* each name is a scope granted or a permission of the user */
static APR_INLINE int mcp_principal_may_all(const mcp_principal_t *who,
                                            const char *const *names)
{
    while (*names && mcp_principal_may(who, *names))
        names++;
    return who && !*names;
}

static APR_INLINE int mcp_principal_may_any(const mcp_principal_t *who,
                                            const char *const *names)
{
    while (*names && !mcp_principal_may(who, *names))
        names++;
    return *names != NULL;
}

/* For handlers that are no tools: whose access token a request to a location
 * with AuthType mcp brought. From the fixups phase on; subrequests and
 * internal redirects inside that location have it too. NULL: nobody's. It
 * lives as long as the request.
 *
 *     APR_OPTIONAL_FN_TYPE(mcp_oauth_principal) *principal =
 *         APR_RETRIEVE_OPTIONAL_FN(mcp_oauth_principal);
 *
 * in a hook of optional_fn_retrieve; NULL where mod_mcp_oauth is not loaded.
 */
struct request_rec;
APR_DECLARE_OPTIONAL_FN(const mcp_principal_t *, mcp_oauth_principal,
                        (struct request_rec * r));

/* -- calls -- */

/* What became of a call. */
typedef enum {
    MCP_TOOL_DONE,   /* the content written is the result */
    MCP_TOOL_FAILED, /* the content says what went wrong: isError is true, the
                      * model reads it and may try again */
    MCP_TOOL_INPUT_REQUIRED, /* the questions asked must be answered first:
                              * the tool is called again with the answers, so
                              * it asks before it acts. What it remembered
                              * comes back, sealed on the way */
    MCP_TOOL_FORBIDDEN /* the scopes required are missing: the client is asked
                        * to come back with them (a step-up) */
} mcp_outcome_t;

typedef struct mcp_call_t mcp_call_t;
typedef struct mcp_call_api_t mcp_call_api_t;

/* One call of one tool. Valid until the tool returns; used by one thread. */
struct mcp_call_t {
    apr_pool_t *pool;                 /* cleared some time after the call */
    const mcp_call_api_t *api;        /* what the tool may do */
    const char *name;                 /* the tool's */
    const mcp_principal_t *principal; /* NULL where no login is required */
};

/* The arguments are checked against input_schema before the tool is called,
 * so a member that the schema requires is there. pointer is a JSON Pointer
 * (RFC 6901) such as "/city". All text is UTF-8; results are pool-owned, and
 * what a tool gives is copied. An answer that breaks a rule of this header
 * reaches the client as a failure without its content; the log says why. */
struct mcp_call_api_t {
    apr_size_t size; /* of this struct: a later version only appends */

    /* -- arguments: NULL or 0 when absent or of another type -- */
    const char *(*string)(mcp_call_t *call, const char *pointer);
    int (*integer)(mcp_call_t *call, const char *pointer, apr_int64_t *value);
    int (*number)(mcp_call_t *call, const char *pointer, double *value);
    int (*boolean)(mcp_call_t *call, const char *pointer, int *value);
    /* the value as JSON text; "" is all arguments */
    const char *(*json)(mcp_call_t *call, const char *pointer);

    /* -- writing JSON -- */
    /* text as a JSON string, quotes included: for what is "rendered JSON"
     * below. Bytes that are no UTF-8 become U+FFFD */
    const char *(*quote)(mcp_call_t *call, const char *text);

    /* -- results: content blocks appear in the order written, 1 MiB in all --
     */
    void (*text)(mcp_call_t *call, const char *text);
    /* kind is "image" or "audio"; media_type such as "image/png" */
    void (*media)(mcp_call_t *call, const char *kind, const char *media_type,
                  const void *data, apr_size_t len);
    /* a whole content block that is rendered JSON already */
    void (*content)(mcp_call_t *call, const char *json);
    /* structuredContent: a rendered JSON object, conforming to output_schema.
     * Where no content was written, a text block with the same JSON is added.
     * A tool with an output_schema must give it when it is done */
    void (*structured)(mcp_call_t *call, const char *json);

    /* -- asking the client, then return MCP_TOOL_INPUT_REQUIRED -- */
    /* whether the client has a capability and can be asked: "/sampling",
     * "/sampling/tools", "/elicitation/form", "/elicitation/url", "/roots": a
     * pointer into its capabilities */
    int (*can)(mcp_call_t *call, const char *pointer);
    /* one question: key is the tool's own name for it, method is
     * "elicitation/create", "sampling/createMessage" or "roots/list", params
     * its parameters as rendered JSON */
    void (*ask)(mcp_call_t *call, const char *key, const char *method,
                const char *params);
    /* the answer to the question key in this round: its result as JSON text;
     * NULL when it was not answered */
    const char *(*answer)(mcp_call_t *call, const char *key);
    /* a text of at most 16 KiB to be given back in the next round, and the one
     * from the last round (NULL in the first). The client cannot read or
     * change it, but can send it again for 10 minutes */
    void (*remember)(mcp_call_t *call, const char *text);
    const char *(*remembered)(mcp_call_t *call);

    /* -- step-up, then return MCP_TOOL_FORBIDDEN -- */
    void (*require_scope)(mcp_call_t *call, const char *scope);

    /* -- while it runs: what cannot be sent is dropped -- */
    /* sent where the client asked for progress and the answer is a stream;
     * total 0 = unknown, message may be NULL */
    void (*progress)(mcp_call_t *call, double progress, double total,
                     const char *message);
    /* level as in RFC 5424: "debug" ... "emergency"; data is rendered JSON */
    void (*log)(mcp_call_t *call, const char *level, const char *data);
    /* whether nobody waits for the result any more */
    int (*cancelled)(mcp_call_t *call);

    /* -- what the identity provider said of the user -- */
    /* a claim, by its JSON Pointer into principal->claims: a string as it is,
     * all else as JSON text; NULL when it is not there */
    const char *(*claim)(mcp_call_t *call, const char *pointer);
};

/* hints about a tool's behaviour (MCP ToolAnnotations). Who gives one says of
 * the others that they are not so. */
#define MCP_TOOL_READ_ONLY 0x01
#define MCP_TOOL_DESTRUCTIVE 0x02
#define MCP_TOOL_IDEMPOTENT 0x04
#define MCP_TOOL_OPEN_WORLD 0x08

/* A tool. Static memory of the offering module: it must live as long as the
 * configuration. Texts that are NULL are left out. */
typedef struct mcp_tool_t {
    apr_size_t size;           /* sizeof(mcp_tool_t) */
    const char *name;          /* 1 to 128 of A-Z a-z 0-9 _ . - */
    const char *title;         /* for people */
    const char *description;   /* for the model; required */
    const char *input_schema;  /* JSON Schema 2020-12, or draft-07 where
                                * $schema says so; type "object"; NULL: no
                                * arguments */
    const char *output_schema; /* of structuredContent, or NULL */
    unsigned hints;            /* MCP_TOOL_..., 0 = none said */
    /* May be called by many threads at once. baton is the member below. */
    mcp_outcome_t (*call)(mcp_call_t *call, void *baton);
    void *baton;
} mcp_tool_t;

/* -- identity providers that we do not know -- */

/* Who judges the tokens of a provider that none of "jwt", "introspection",
 * "userinfo" and "id-token" fits: "Verify MODULE:NAME" in the container of
 * MCPIdentityProvider names it. Registered as a tool is:
 *
 *     ap_register_provider(pool, MCP_VERIFIER_GROUP, "acme:ticket",
 *                          MCP_VERIFIER_VERSION, &ticket);
 */
#define MCP_VERIFIER_GROUP "mcp_oauth:verifier"
#define MCP_VERIFIER_VERSION "1"

typedef enum {
    MCP_TOKEN_GOOD,
    MCP_TOKEN_BAD,    /* whoever brought it is refused */
    MCP_TOKEN_UNKNOWN /* nobody can tell now: come again later */
} mcp_token_verdict_t;

/* Static memory of the offering module. */
typedef struct mcp_token_verifier_t {
    apr_size_t size; /* sizeof(mcp_token_verifier_t) */
    /* May be called by many threads at once, and may block. token is a text
     * that anybody may have sent. Of a good one *claims is what it says of the
     * user, a JSON object, from pool: "sub" is needed; where it has "iss",
     * "aud", "exp" or "nbf", the verifier itself has checked what they say.
     * Else *why is for the log, and says nothing of the token's secret. Both
     * are NULL when it is called. */
    mcp_token_verdict_t (*verify)(void *baton, apr_pool_t *pool,
                                  const char *token, const char **claims,
                                  const char **why);
    void *baton;
} mcp_token_verifier_t;

/* Who finds an identity word where no JSON Pointer leads to it: in "Claim
 * roles acme:groups" the name stands where a pointer would. */
#define MCP_CLAIM_GROUP "mcp_oauth:claim"
#define MCP_CLAIM_VERSION "1"

/* Static memory of the offering module. */
typedef struct mcp_claim_mapping_t {
    apr_size_t size; /* sizeof(mcp_claim_mapping_t) */
    /* May be called by many threads at once. claims is what the provider said,
     * a JSON object; word is the identity word wanted ("roles"). The values
     * are const char *, UTF-8, from pool; of a word that is no list the first
     * one counts. NULL: it says nothing, and what stands behind its name in
     * the line is tried. */
    const apr_array_header_t *(*values)(void *baton, apr_pool_t *pool,
                                        const char *claims, const char *word);
    void *baton;
} mcp_claim_mapping_t;

#ifdef __cplusplus
}
#endif

#endif
