/* Licensed under the Apache License, Version 2.0; see LICENSE.
 * house: the public header is one file, most of it comments */
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

/* What another httpd module needs to offer MCP tools, resources and prompts,
 * to learn who calls it, and to teach us a provider of access tokens that we
 * do not know. C, or C++; conf/examples/mod_hello.c is a whole module.
 *
 * A module describes each tool in a static mcp_tool_t and registers it in its
 * register_hooks function (ap_provider.h):
 *
 *     ap_register_provider(pool, MCP_TOOL_GROUP, "demo:hello",
 *                          MCP_OFFER_VERSION, &hello);
 *
 * The name is MODULE:TOOL; a resource (mcp_resource_t) goes by MODULE:URI, a
 * prompt (mcp_prompt_t) by MODULE:PROMPT. A location offers them with
 * "MCPOffer demo:hello" or "MCPOffer demo:*". Nothing links against
 * mod_mcp_oauth: everything that a function may do comes with its call.
 *
 * A struct that breaks a rule of this header stops the start of the server,
 * where a location offers it: httpd -t says which rule. What a function breaks
 * fails the call alone (see mcp_call_api_t). All text is UTF-8 and ends with
 * NUL. Times are APR's: microseconds. */

#define MCP_TOOL_GROUP "mcp_oauth:tool"
#define MCP_RESOURCE_GROUP "mcp_oauth:resource"
#define MCP_PROMPT_GROUP "mcp_oauth:prompt"
/* Of this header, for all three groups. It changes when modules have to be
 * compiled again: one that was not is named in the log when the server starts
 * (MCP00470), and offers nothing. What a later header only appends to a struct
 * does not change it: each says its size, and both sides take a shorter and a
 * longer one. */
#define MCP_OFFER_VERSION "1"

/* -- who calls -- */

/* Made from a verified access token and from what the identity provider said
 * of its user. Read it only. It lives until the function returns that it was
 * given to, or as long as the request: copy what is to be kept. issuer and
 * subject together are the user; no other member is. From claims on a member
 * is NULL where nobody said it: then nothing is known, while an empty list is
 * known to be empty. */
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

/* What became of a call. What the function gave that does not belong to it is
 * dropped: content of a round that asks, questions of one that is done. */
typedef enum {
    MCP_CALL_DONE,   /* the content written is the result. A resource needs one
                      * of it at least, a prompt one message */
    MCP_CALL_FAILED, /* the content says what went wrong: isError is true, the
                      * model reads it and may try again. Of a resource or a
                      * prompt: the request fails with the first text (of it
                      * 1000 bytes). There must be some */
    MCP_CALL_INPUT_REQUIRED, /* the questions asked must be answered first: the
                              * function is called again with the answers, so
                              * it asks before it acts. What it remembered
                              * comes back, sealed on the way. With nothing
                              * asked, but something remembered, it is just
                              * called again */
    MCP_CALL_FORBIDDEN, /* the scopes required are missing: the client is asked
                         * to come back with them (a step-up) */
    MCP_CALL_NOT_FOUND, /* of a resource alone: there is none with this URI,
                         * though it is listed or fits a template */
    MCP_CALL_ERROR,     /* the request fails with the JSON-RPC error given */
    MCP_CALL_LATER      /* not yet: the function is called again after the time
                         * given, with what it remembered. What takes minutes
                         * is written like this, so that it can be cancelled,
                         * or declared a task */
} mcp_outcome_t;

typedef struct mcp_call_t mcp_call_t;
typedef struct mcp_call_api_t mcp_call_api_t;

/* One call of one tool, one reading of one resource, one getting of one
 * prompt, one completion. Valid until the function returns, in the thread that
 * called it: a thread of its own may use none of this. It may block; then it
 * holds a thread of the server. */
struct mcp_call_t {
    apr_pool_t *pool;                 /* cleared some time after the call */
    const mcp_call_api_t *api;        /* what the function may do */
    const char *name;                 /* of the tool or prompt; the URI that is
                                       * read; of a completion the name of the
                                       * prompt, or the template */
    const mcp_principal_t *principal; /* NULL where no login is required */
};

/* What a function may do: call->api->text(call, "done").
 *
 * The arguments of a tool are checked against its input_schema before it is
 * called, so a member that the schema requires is there. Those of a prompt are
 * strings, its required ones are there, and others may be; those of a template
 * are the variables of its URI, decoded, as strings. pointer is a JSON Pointer
 * (RFC 6901) such as "/city". What is returned lives until the function
 * returns; what is given is copied. "Rendered JSON" is JSON text (quote() and
 * jansson's json_dumps() make some).
 *
 * Nothing here fails into the function's face: who breaks a rule of this
 * header runs to the end, and then nothing of what was given goes out. The
 * client reads that the answer is broken (a tool: isError; all else: error
 * -32603), and the log says which rule it was (MCP00250). */
struct mcp_call_api_t {
    apr_size_t size; /* of this struct: a later version only appends. Who asks
                      * for what this header does not have yet compares it with
                      * offsetof(mcp_call_api_t, that) */

    /* -- arguments: NULL or 0 when absent or of another type -- */
    const char *(*string)(mcp_call_t *call, const char *pointer);
    /* 1 and *value; 0 and *value is 0. 42.0 is an integer, 42.5 and what does
     * not fit 64 bits are none. value may be NULL */
    int (*integer)(mcp_call_t *call, const char *pointer, apr_int64_t *value);
    int (*number)(mcp_call_t *call, const char *pointer, double *value);
    int (*boolean)(mcp_call_t *call, const char *pointer, int *value);
    /* the value as JSON text; "" is all arguments, which are an object */
    const char *(*json)(mcp_call_t *call, const char *pointer);

    /* -- writing JSON -- */
    /* text as a JSON string, quotes included: for what is "rendered JSON"
     * below. Bytes that are no UTF-8 become U+FFFD */
    const char *(*quote)(mcp_call_t *call, const char *text);

    /* -- results, in the order written, 1 MiB and 10000 blocks in all: content
     * blocks of a tool, contents of a resource (under the URI that is read),
     * messages of a prompt. A completion has none of these -- */
    /* of a resource it has the media_type of its mcp_resource_t */
    void (*text)(mcp_call_t *call, const char *text);
    /* Bytes that are no text. kind is "image" or "audio" of a tool or prompt,
     * "blob" of a resource; media_type such as "image/png" */
    void (*media)(mcp_call_t *call, const char *kind, const char *media_type,
                  const void *data, apr_size_t len);
    /* a whole block that is rendered JSON already, checked as the schema of
     * MCP has it: a ContentBlock, which has a "type" ("text", "image",
     * "audio", "resource_link" or "resource"); of a resource one of its
     * contents, which has a "uri" and "text" or "blob" */
    void (*content)(mcp_call_t *call, const char *json);
    /* of a tool alone: structuredContent, a rendered JSON object that conforms
     * to output_schema; the last one counts. Where no content was written, a
     * text block with the same JSON is added. A tool with an output_schema
     * must give it when it is done */
    void (*structured)(mcp_call_t *call, const char *json);
    /* of a prompt alone: whose messages follow, "user" (from the start) or
     * "assistant" */
    void (*role)(mcp_call_t *call, const char *role);
    /* of a completion alone: a value that completes the argument, the best
     * first; those beyond the 100th are counted, not sent */
    void (*value)(mcp_call_t *call, const char *value);
    /* _meta of the result, of any kind of call: a member's name with a prefix
     * of your own, as in "com.example/cost", and its value as rendered JSON;
     * of one name the last counts */
    void (*meta)(mcp_call_t *call, const char *name, const char *json);
    /* then return MCP_CALL_ERROR: code is a JSON-RPC error code of your own,
     * outside -32768 to -32000, or -32602 (params) or -32603 (internal).
     * message is one sentence for people, and reaches the client as it is */
    void (*error)(mcp_call_t *call, int code, const char *message);

    /* -- asking the client, then return MCP_CALL_INPUT_REQUIRED -- */
    /* whether the client has a capability and can be asked: "/sampling",
     * "/sampling/tools", "/sampling/context", "/elicitation/form",
     * "/elicitation/url", "/roots": a pointer into its capabilities. A client
     * that is asked what it has not gets an error in place of the answer */
    int (*can)(mcp_call_t *call, const char *pointer);
    /* one question of this round, 100 at most: key is the function's own name
     * for it, each once; method is "elicitation/create",
     * "sampling/createMessage" or "roots/list", params its parameters as a
     * rendered JSON object (MCP's schema of that method says what must be in
     * it; NULL for roots/list) */
    void (*ask)(mcp_call_t *call, const char *key, const char *method,
                const char *params);
    /* the answer to the question key of the round before: the method's result
     * as JSON text, an object such as {"action":"accept","content":{}}; NULL
     * when there is none. The content of a form that was accepted fits its
     * requestedSchema: where it does not the request fails before the function
     * is called. But a client of 2026-07-28 can answer what it was never
     * asked, with anything: do not rely on more than you look at */
    const char *(*answer)(mcp_call_t *call, const char *key);
    /* a text of at most 16 KiB to be given back in the next round, and the one
     * from the round before (NULL in the first, and where it remembered
     * nothing). The client cannot read or change it, but can send it again for
     * 10 minutes, for the same user and arguments */
    void (*remember)(mcp_call_t *call, const char *text);
    const char *(*remembered)(mcp_call_t *call);

    /* -- step-up, then return MCP_CALL_FORBIDDEN -- */
    /* a scope that is missing, for each one a call; only where the location
     * requires a login */
    void (*require_scope)(mcp_call_t *call, const char *scope);

    /* -- going on later, then return MCP_CALL_LATER -- */
    /* in how many microseconds: from 10 ms (without this call) to a day. A
     * client that waits for the answer gets an error where that is longer than
     * Timeout of the server */
    void (*later)(mcp_call_t *call, apr_interval_time_t delay);

    /* -- while it runs: what cannot be sent is dropped, as in a task and where
     * the client takes no event stream, and so is what is more than 200
     * notifications at once and 100 a second -- */
    /* sent where the client asked for progress; progress must grow, what does
     * not is dropped; total 0 = unknown, message may be NULL */
    void (*progress)(mcp_call_t *call, double progress, double total,
                     const char *message);
    /* a line for the client, not for the error log; sent where it asked for
     * this level. level as in RFC 5424: "debug", "info", "notice", "warning",
     * "error", "critical", "alert", "emergency"; data is rendered JSON of at
     * most 1 MiB, an object or just a string */
    void (*log)(mcp_call_t *call, const char *level, const char *data);
    /* whether nobody waits for the result any more: the client has cancelled
     * the request or the task, or has gone, or the server stops. Then return
     * soon. Cheap enough for a loop */
    int (*cancelled)(mcp_call_t *call);
    /* lets the connection go while the function goes on. A client of
     * 2025-11-25 comes back after retry, or when it likes if that is 0, and
     * finds there what was written meanwhile; of any other the connection
     * stays (2025-11-25 transports, Sending Messages to the Server 6) */
    void (*part)(mcp_call_t *call, apr_interval_time_t retry);

    /* -- what changed: tells who listens, in all children, at every location
     * that offers something of this module; at once, whatever becomes of the
     * call. Outside of calls: mcp_oauth_announce -- */
    /* a list: "tools", "prompts" or "resources" (templates, too) */
    void (*changed)(mcp_call_t *call, const char *list);
    /* a resource, by the URI with which clients read it; is_private: only as
     * this principal sees it */
    void (*updated)(mcp_call_t *call, const char *uri, int is_private);

    /* -- who asks -- */
    /* a claim of what the identity provider said of the user, by its JSON
     * Pointer into principal->claims: a string as it is, all else as JSON
     * text; NULL when it is not there */
    const char *(*claim)(mcp_call_t *call, const char *pointer);
    /* the same of the request's _meta: "/traceparent", "/tracestate" and
     * "/baggage" are W3C Trace Context, as OpenTelemetry sends it. A client
     * may write into it what it likes */
    const char *(*request_meta)(mcp_call_t *call, const char *pointer);
};

/* -- what is offered -- */

/* A picture for people. Several are an array that ends with one without src.
 */
typedef struct mcp_icon_t {
    const char *src;        /* an https or data URI */
    const char *media_type; /* or NULL */
    const char *sizes;      /* "48x48 96x96", "any", or NULL */
    const char *theme;      /* "light", "dark" or NULL */
} mcp_icon_t;

/* hints about a tool's behaviour (MCP ToolAnnotations). Who gives one says of
 * the others that they are not so. */
#define MCP_TOOL_READ_ONLY 0x01
#define MCP_TOOL_DESTRUCTIVE 0x02
#define MCP_TOOL_IDEMPOTENT 0x04
#define MCP_TOOL_OPEN_WORLD 0x08
/* given alone: it changes something, and is none of these */
#define MCP_TOOL_ADDS 0x10

/* Whether a call may become a task (the extension io.modelcontextprotocol/
 * tasks, of 2026-07-28): the client gets a task id at once and asks for the
 * result later. The tool is called in the request as ever, and what it asks
 * there is asked there; when it says MCP_CALL_LATER, a client that knows tasks
 * gets one, and the tool is called again with what it remembered, in a thread
 * that it may hold as long as it likes (MCPLimit tasks= has the number of
 * them). What it asks there makes the task wait for input. It ends with the
 * child that works on it, or when MCPLifetime task= is over: cancelled() says
 * so. */
typedef enum {
    MCP_TASK_NEVER,
    MCP_TASK_OPTIONAL, /* other clients wait for the answer */
    MCP_TASK_REQUIRED  /* other clients are refused */
} mcp_task_support_t;

/* A tool. Static memory of the offering module: it must live as long as the
 * configuration, and not change. Texts that are NULL are left out. */
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
    /* May be called by many threads at once, in many children. baton is the
     * member below. */
    mcp_outcome_t (*call)(mcp_call_t *call, void *baton);
    void *baton;
    const mcp_icon_t *icons; /* or NULL */
    const char *meta;        /* _meta: a rendered JSON object, or NULL */
    mcp_task_support_t task;
} mcp_tool_t;

/* Completes an argument of a prompt or a variable of a template, while a user
 * types: gives values that fit what value begins, which may be "". argument is
 * its name. The arguments of the call are those of the prompt or template that
 * are settled already, as the client says: strings, all may be missing. It
 * cannot fail, ask or go on later; who may not see the values gives none. May
 * be called by many threads at once. */
typedef void (*mcp_complete_t)(mcp_call_t *call, const char *argument,
                               const char *value, void *baton);

/* A resource, or where uri has a "{" a template of many (RFC 6570, the
 * expressions {name} and {+name}; a resource goes before templates, and of
 * those the first that fits is read). A URI in whose variables a segment "."
 * or ".." stands, escaped or not, fits none; but a value may begin with a "/",
 * of {name} too where it is escaped. Static memory, as of a tool. */
typedef struct mcp_resource_t {
    apr_size_t size;         /* sizeof(mcp_resource_t) */
    const char *uri;         /* absolute, its scheme in lower case */
    const char *name;        /* short, required */
    const char *title;       /* for people */
    const char *description; /* for the model */
    const char *media_type;  /* of its texts; or NULL */
    const char *annotations; /* rendered JSON object: audience, priority,
                              * lastModified; or NULL */
    const mcp_icon_t *icons;
    const char *meta;
    /* how long clients may keep what they read, in microseconds; 0: they ask
     * again. Nobody else may have it, unless the location needs no login */
    apr_interval_time_t fresh;
    /* May be called by many threads at once. */
    mcp_outcome_t (*read)(mcp_call_t *call, void *baton);
    mcp_complete_t complete; /* of a template, or NULL */
    void *baton;
} mcp_resource_t;

/* An argument of a prompt, always a string. Several are an array that ends
 * with one without name. */
typedef struct mcp_prompt_argument_t {
    const char *name;
    const char *title;       /* for people, or NULL */
    const char *description; /* or NULL */
    int required;
} mcp_prompt_argument_t;

/* A prompt. Static memory, as of a tool. */
typedef struct mcp_prompt_t {
    apr_size_t size;  /* sizeof(mcp_prompt_t) */
    const char *name; /* 1 to 128 of A-Z a-z 0-9 _ . - */
    const char *title;
    const char *description; /* required; goes out with the messages, too */
    const mcp_prompt_argument_t *arguments; /* or NULL */
    const mcp_icon_t *icons;
    const char *meta;
    /* May be called by many threads at once. */
    mcp_outcome_t (*get)(mcp_call_t *call, void *baton);
    mcp_complete_t complete; /* or NULL */
    void *baton;
} mcp_prompt_t;

/* For what changes outside a call, from any thread of a child: module is what
 * stands before the colon in the names that it registers. what is a list as in
 * mcp_call_api_t.changed, or else the URI of a resource; whose is the
 * principal who sees the change, NULL: all. Who listens is told at once, in
 * all children. Before a child serves, and where nobody can listen, nothing
 * happens; what is neither a list nor a URI is told to the log (MCP00100).
 *
 *     APR_OPTIONAL_FN_TYPE(mcp_oauth_announce) *announce =
 *         APR_RETRIEVE_OPTIONAL_FN(mcp_oauth_announce);
 */
APR_DECLARE_OPTIONAL_FN(void, mcp_oauth_announce,
                        (const char *module, const char *what,
                         const mcp_principal_t *whose));

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
