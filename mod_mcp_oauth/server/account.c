/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/account.h"

#include <apr_optional.h>
#include <apr_strings.h>
#include <http_config.h>
#include <mod_log_config.h>

#include "base/digest.h"
#include "base/encode.h"
#include "base/identity.h"
#include "oauth/client.h"
#include "server/context.h"
#include "server/request.h"

#define TAG "^mc"
#define VALUE_MAX 1024 /* in a log */
#define REASON_MAX 300 /* in the environment */

static const char *const decisions[] = {
    NULL,     "granted", "no-token", "bad-token", "missing-scope",
    "denied", "limited",
};

/* -- taking note -- */

static void set_variable(request_rec *r, const char *name, const char *value)
{
    if (value)
        apr_table_setn(r->subprocess_env, name, value);
}

void mcp_server_account_decide(request_rec *r, mcp_server_decision_t decision,
                               const char *reason)
{
    mcp_server_account_t *account = &mcp_server_request_get(r)->account;

    account->decision = decision;
    account->reason = reason;
    set_variable(r, "MCP_DECISION", decisions[decision]);
    if (reason)
        set_variable(r, "MCP_REASON",
                     mcp_encode_log(reason, REASON_MAX, r->pool));
}

/* At an OAuth endpoint nobody decides about a location. */
static mcp_server_decision_t decision_for(const mcp_server_request_t *q,
                                          const mcp_error_t *e)
{
    if (e->code == MCP_E_TOO_MANY_REQUESTS)
        return MCP_DECISION_LIMITED;
    if (q->claim == MCP_REQUEST_ENDPOINT)
        return MCP_DECISION_NONE;
    switch (e->code) {
    case MCP_E_INVALID_TOKEN: /* or without any */
    case MCP_E_DPOP_PROOF_REFUSED:
        return q->account.decision ? q->account.decision
                                   : MCP_DECISION_BAD_TOKEN;
    case MCP_E_INSUFFICIENT_SCOPE:
        return MCP_DECISION_MISSING_SCOPE;
    case MCP_E_ACCESS_DENIED:
    case MCP_E_ORIGIN_REFUSED:
        return MCP_DECISION_DENIED;
    default: /* as it was: the fault is another one */
        return q->account.decision;
    }
}

void mcp_server_account_fail(request_rec *r, const mcp_error_t *e)
{
    const mcp_server_request_t *q = mcp_server_request_get(r);

    mcp_server_account_decide(r, decision_for(q, e), e->detail);
}

void mcp_server_account_message(request_rec *r, const mcp_exchange_t *x)
{
    mcp_server_account_t *account = &mcp_server_request_get(r)->account;

    account->method = x->rpc_method;
    account->target = x->rpc_target;
    account->era = x->era;
    account->session = x->session;
    set_variable(r, "MCP_METHOD", x->rpc_method);
    set_variable(r, "MCP_TARGET", x->rpc_target);
    set_variable(r, "MCP_ERA", x->era);
    set_variable(r, "MCP_SESSION", x->session);
}

/* -- the tags -- */

/* What one is asked about; who is NULL where nobody is known. */
typedef struct asked_t {
    request_rec *r;
    const mcp_server_request_t *q;
    const mcp_principal_t *who;
} asked_t;

static const char *method_of(const asked_t *a)
{
    return a->q->account.method;
}

static const char *target_of(const asked_t *a)
{
    return a->q->account.target;
}

static const char *era_of(const asked_t *a)
{
    return a->q->account.era;
}

static const char *session_of(const asked_t *a)
{
    return a->q->account.session;
}

static const char *grant_of(const asked_t *a)
{
    return a->who && a->who->grant ? mcp_digest_text(a->who->grant, a->r->pool)
                                   : NULL;
}

/* httpd itself refuses what no token could help. */
static const char *decision_of(const asked_t *a)
{
    const mcp_server_request_t *q = a->q;

    if (!q->account.decision && q->claim != MCP_REQUEST_ENDPOINT &&
        q->section && q->section->is_protected &&
        a->r->status == HTTP_FORBIDDEN)
        return decisions[MCP_DECISION_DENIED];
    return decisions[q->account.decision];
}

static const char *reason_of(const asked_t *a)
{
    return a->q->account.reason;
}

static const struct {
    const char *word;
    const char *(*value)(const asked_t *a);
} tags[] = {
#define MCP_TAG(word, variable, value, help) {word, value},
#include "server/account.def"
};

#define TAGS (sizeof(tags) / sizeof(tags[0]))

/* An ErrorDocument knows nothing: what it stands for does. */
static const mcp_server_request_t *request_of(const request_rec *r)
{
    const mcp_server_request_t *q, *last = mcp_server_request_find(r);

    for (; r; r = r->prev) {
        q = mcp_server_request_find(r);
        if (q && (q->account.decision || q->account.reason || q->principal))
            return q;
    }
    return last;
}

/* An identity word. A client_id of ours is long. */
static const char *said_of(const asked_t *a, const mcp_identity_word_t *word)
{
    const char *text = a->who ? mcp_identity_text(word, a->who, a->r->pool)
                              : NULL;

    return text && !strcmp(word->name, "client")
               ? mcp_oauth_client_brief(text, a->r->pool)
               : text;
}

static apr_size_t find(const char *word)
{
    apr_size_t i;

    for (i = 0; i < TAGS && strcmp(tags[i].word, word) != 0; i++)
        ;
    return i;
}

/* ap_log_handler_fn_t; mod_log_config does not escape what it is given */
static const char *tag(request_rec *r, char *word)
{
    asked_t asked = {r, request_of(r), NULL};
    const mcp_identity_word_t *identity = mcp_identity_find(word);
    apr_size_t i = find(word);
    const char *value = NULL;

    if (asked.q) {
        asked.who = asked.q->principal;
        if (identity)
            value = said_of(&asked, identity);
        else if (i < TAGS)
            value = tags[i].value(&asked);
    }
    return value && *value ? mcp_encode_log(value, VALUE_MAX, r->pool) : "-";
}

void mcp_server_account_register(apr_pool_t *pconf)
{
    static char name[] = TAG; /* httpd's parameter is not const */
    APR_OPTIONAL_FN_TYPE(ap_register_log_handler) *add =
        APR_RETRIEVE_OPTIONAL_FN(ap_register_log_handler);

    if (add)
        add(pconf, name, tag, 0);
}

/* -- httpd -t -- */

static const char *words(apr_pool_t *pool)
{
    const char *all = mcp_identity_names(pool);
    apr_size_t i;

    for (i = 0; i < TAGS; i++)
        all = apr_pstrcat(pool, all, " ", tags[i].word, NULL);
    return all;
}

/* The word of a tag of ours in a format that is none; NULL: all are. */
static const char *unknown_word(const char *format, apr_pool_t *pool)
{
    const char *end, *begin;
    char *word;

    for (; (end = strstr(format, "}" TAG)); format = end + 1) {
        for (begin = end; begin > format && begin[-1] != '{'; begin--)
            ;
        word = apr_pstrmemdup(pool, begin, (apr_size_t)(end - begin));
        if (!mcp_identity_find(word) && find(word) == TAGS)
            return word;
    }
    return strstr(format, "%" TAG) ? "" : NULL;
}

static int is_format(const char *directive)
{
    static const char *const names[] = {"LogFormat", "CustomLog", "GlobalLog",
                                        "TransferLog"};
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!ap_cstr_casecmp(directive, names[i]))
            return 1;
    return 0;
}

static apr_status_t check_level(const ap_directive_t *d, mcp_ctx_t *cx)
{
    apr_status_t rv = APR_SUCCESS;
    const char *word;

    for (; d; d = d->next) {
        if (check_level(d->first_child, cx))
            rv = APR_EGENERAL;
        if (!d->args || !is_format(d->directive))
            continue;
        word = unknown_word(d->args, cx->pool);
        if (!word)
            continue;
        mcp_ctx_log(cx, MCP_LOG_ERR, 842,
                    "%s, line %d of %s: %%{%s}" TAG " is not known. Write one "
                    "of these words: %s",
                    d->directive, d->line_num, d->filename, word,
                    words(cx->pool));
        rv = APR_EGENERAL;
    }
    return rv;
}

apr_status_t mcp_server_account_check(server_rec *s, apr_pool_t *ptemp)
{
    mcp_ctx_t cx;

    mcp_server_context_of_server(&cx, s, ptemp);
    return check_level(ap_conftree, &cx);
}
