/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/identity.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_core.h>
#include <util_filter.h>

#include "base/digest.h"
#include "base/identity.h"
#include "oauth/identity_assertion.h"
#include "oauth/words.h"
#include "server/deny.h"
#include "server/forged.h"
#include "server/request.h"
#include "server/site.h"

#define ASSERTION "Assertion"
#define VARIABLES "MCP_" /* how the names of all begin */
/* bytes of all: a backend may take no more than 8 KiB, and the client sends
 * some too */
#define MAX_HEADERS 6144

/* -- the environment -- */

static void set_variable(request_rec *r, const char *name, const char *value)
{
    if (value)
        apr_table_setn(r->subprocess_env, name, value);
    else /* a subrequest has those of the request behind it */
        apr_table_unset(r->subprocess_env, name);
}

/* Those of the words; REMOTE_USER is httpd's own. */
static int is_variable(const mcp_identity_word_t *word)
{
    return strcmp(word->variable, "REMOTE_USER") != 0;
}

/* Whether there may be some already: of the request behind a subrequest, or by
 * SetEnv. */
static int has_variables(const request_rec *r)
{
    const apr_array_header_t *all = apr_table_elts(r->subprocess_env);
    int i;

    for (i = 0; i < all->nelts; i++)
        if (!strncmp(APR_ARRAY_IDX(all, i, apr_table_entry_t).key, VARIABLES,
                     sizeof(VARIABLES) - 1))
            return 1;
    return 0;
}

static void remove_variables(request_rec *r)
{
    const mcp_identity_word_t *word;

    for (word = mcp_identity_words; word->name; word++)
        if (is_variable(word))
            apr_table_unset(r->subprocess_env, word->variable);
}

void mcp_server_identity_tell(request_rec *r, const mcp_principal_t *who)
{
    const apr_array_header_t *pass =
        mcp_config_site_pass(r, mcp_server_request_section(r));
    const mcp_identity_word_t *word;
    const char *text;
    int i;

    if (has_variables(r))
        remove_variables(r);
    for (i = 0; who && pass && i < pass->nelts; i++) {
        word = mcp_identity_find(APR_ARRAY_IDX(pass, i, const char *));
        text = word && is_variable(word)
                   ? mcp_identity_text(word, who, r->pool)
                   : NULL;
        if (text)
            apr_table_addn(r->subprocess_env, word->variable, text);
    }
}

/* Its digest is for whoever answers: our own handler needs none. */
static void set_grant(request_rec *r, const mcp_principal_t *who)
{
    set_variable(r, "MCP_GRANT",
                 who && who->grant ? mcp_digest_text(who->grant, r->pool)
                                   : NULL);
}

/* -- the headers -- */

/* Headers that are being made. */
typedef struct headers_t {
    request_rec *r;
    mcp_server_request_t *q;
    const apr_array_header_t *pass; /* the words */
    apr_size_t left;                /* bytes */
} headers_t;

static void add(headers_t *h, const char *name, const char *value)
{
    apr_size_t len = strlen(MCP_SERVER_HEADERS) + strlen(name) +
                     strlen(value) + 4; /* ": ", CRLF */

    if (len > h->left) {
        mcp_ctx_log(&h->q->cx, MCP_LOG_DEBUG, 878,
                    "with " MCP_SERVER_HEADERS "%s the headers would be too "
                    "long for a backend: left out",
                    name);
        return;
    }
    h->left -= len;
    apr_table_setn(h->r->headers_in,
                   apr_pstrcat(h->r->pool, MCP_SERVER_HEADERS, name, NULL),
                   value);
}

static const mcp_error_t *add_assertion(headers_t *h)
{
    mcp_server_request_t *q = h->q;
    const mcp_oauth_identity_assertion_ask_t ask = {
        q->principal, mcp_server_site_section(q->section)->resource, h->pass};
    const char *text;

    MCP_TRY(mcp_oauth_identity_assertion_make(&text, &ask, &q->cx));
    if (text)
        add(h, ASSERTION, text);
    return NULL;
}

static void add_words(headers_t *h)
{
    const mcp_identity_word_t *word;
    const char *value;

    for (word = mcp_identity_words; word->name; word++) {
        if (!mcp_oauth_words_has(h->pass, word->name))
            continue;
        value = mcp_identity_header(word, h->q->principal, h->r->pool);
        if (value)
            add(h, word->header, value);
    }
}

/* The token is for us. */
static const mcp_error_t *set_headers(request_rec *r, mcp_server_request_t *q)
{
    headers_t h = {r, q, mcp_config_site_pass(r, q->section), MAX_HEADERS};

    apr_table_unset(r->headers_in, "Authorization");
    if (!q->principal)
        return NULL;
    if (mcp_oauth_words_has(h.pass, "assertion"))
        MCP_TRY(add_assertion(&h));
    add_words(&h);
    return NULL;
}

/* -- trailers -- */

static ap_filter_rec_t *merged;

/* Whether headers for others are ours to set. */
static int is_passed_on(const mcp_server_request_t *q)
{
    return q && q->section && q->section->is_protected &&
           q->claim == MCP_REQUEST_PASSES;
}

/* "MergeTrailers on": what stands behind a body joins the headers when all of
 * it is read, and they may still be on their way to a backend. */
static apr_status_t merged_filter(ap_filter_t *f, apr_bucket_brigade *bb,
                                  ap_input_mode_t mode, apr_read_type_e block,
                                  apr_off_t readbytes)
{
    request_rec *r = f->r;
    const apr_table_t *before = r->headers_in;
    apr_status_t rv = ap_get_brigade(f->next, bb, mode, block, readbytes);
    mcp_server_request_t *q = mcp_server_request_find(r);

    if (r->headers_in == before)
        return rv;
    mcp_server_forged_remove(r);
    if (is_passed_on(q) && set_headers(r, q))
        return APR_EGENERAL;
    return rv;
}

static void watch(request_rec *r)
{
    const core_server_config *core =
        ap_get_core_module_config(r->server->module_config);

    if (core->merge_trailers == AP_MERGE_TRAILERS_ENABLE)
        ap_add_input_filter_handle(merged, NULL, r, r->connection);
}

void mcp_server_identity_register(void)
{
    merged = ap_register_input_filter("MCP_MERGED", merged_filter, NULL,
                                      AP_FTYPE_CONTENT_SET);
}

/* -- the hook -- */

static void inherit(request_rec *r, mcp_server_request_t *q)
{
    q->principal = mcp_server_request_inherited(r);
    mcp_server_identity_tell(r, q->principal);
}

int mcp_server_identity_fixups(request_rec *r)
{
    mcp_server_request_t *q = mcp_server_request_find(r);
    const mcp_error_t *e;

    if (!mcp_server_site_of(r->server))
        return DECLINED;
    if (r->main || r->prev) /* it has what we set for the one behind it */
        mcp_server_forged_remove(r);
    watch(r);
    if (!q || !q->section || !q->section->is_protected ||
        q->claim == MCP_REQUEST_ENDPOINT)
        return DECLINED;
    if (!q->principal) /* httpd leaves out authn where nothing changed */
        inherit(r, q);
    if (!q->account.decision)
        mcp_server_account_decide(r, MCP_DECISION_GRANTED, NULL);
    if (q->claim == MCP_REQUEST_SERVER)
        return DECLINED; /* the tool's call says who calls */
    set_grant(r, q->principal);
    e = set_headers(r, q);
    return e ? mcp_server_deny_early(r, MCP_DENY_OAUTH, e, &q->cx) : DECLINED;
}
