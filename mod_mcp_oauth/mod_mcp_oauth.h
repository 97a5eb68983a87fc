/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MOD_MCP_OAUTH_H
#define MOD_MCP_OAUTH_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <apr_time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What another httpd module needs to offer MCP tools.
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

/* Who calls: made from a verified access token. Lives as long as the call. */
typedef struct mcp_principal_t {
    const char *issuer;  /* who vouches for subject: the identity provider */
    const char *subject; /* the user at that issuer; stable, opaque */
    const char *user;    /* REMOTE_USER: the name that Require user compares */
    const char *client;  /* client_id of the OAuth client that acts */
    const char *grant;   /* identifies what the user granted; for the log */
    const apr_array_header_t *scopes; /* of const char *; what was granted */
    apr_time_t expires;               /* of the access token */
    const char *claims; /* the token's claims, a JSON object, or NULL */
} mcp_principal_t;

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
    const char *input_schema;  /* JSON Schema 2020-12, type "object"; NULL: no
                                * arguments */
    const char *output_schema; /* of structuredContent, or NULL */
    unsigned hints;            /* MCP_TOOL_..., 0 = none said */
    /* May be called by many threads at once. baton is the member below. */
    mcp_outcome_t (*call)(mcp_call_t *call, void *baton);
    void *baton;
} mcp_tool_t;

#ifdef __cplusplus
}
#endif

#endif
