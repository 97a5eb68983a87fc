/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* mod_acme: what a house adds to mod_mcp_oauth. The worked example of what
 * mod_mcp_oauth.h says of who calls, of resources and of prompts:
 *
 *   acme:payroll   a tool that answers nobody but who has a role
 *   acme:acme://handbook               a resource
 *   acme:acme://payslips/{who}/{month} a template of resources, which
 * completes acme:ask-for-raise                 a prompt with arguments, one
 * required acme:month-end                     a prompt without any acme-me a
 * handler that is no tool, and learns the same acme:ticket    judges access
 * tokens of a provider of one's own acme:groups    finds roles where no JSON
 * Pointer leads to them
 *
 *     <MCPIdentityProvider oauth2 https://tickets.acme.example>
 *         Verify acme:ticket
 *         Claim  roles acme:groups
 *     </MCPIdentityProvider>
 *     <Location "/mcp">
 *         AuthType   mcp
 *         Require    valid-user
 *         SetHandler mcp-server
 *         MCPOffer   acme:*
 *     </Location>
 *     <Location "/me">
 *         AuthType   mcp
 *         Require    valid-user
 *         SetHandler acme-me
 *     </Location>
 *
 * Built as any module of httpd is, with mod_mcp_oauth.h in reach. */

#include <string.h>

#include <httpd.h>
#include <http_config.h>
#include <http_protocol.h>
#include <ap_provider.h>
#include <apr_strings.h>

#include <jansson.h>

#include "mod_mcp_oauth.h"

/* -- acme:payroll -- */

static mcp_outcome_t call_payroll(mcp_call_t *call, void *baton)
{
    static const char *const approvals[] = {"payroll:approve", "payroll:read",
                                            NULL};
    const mcp_principal_t *who = call->principal;
    const char *department = call->api->claim(call, "/department");

    if (!mcp_principal_has_role(who, "payroll") &&
        !mcp_principal_may_any(who, approvals)) {
        call->api->text(call, "Only the payroll office may ask that.");
        return MCP_CALL_FAILED;
    }
    call->api->text(call, apr_psprintf(call->pool, "Paid to %s by %s of %s.",
                                       call->api->string(call, "/employee"),
                                       who->name ? who->name : who->user,
                                       department ? department
                                                  : "no "
                                                    "department"));
    return MCP_CALL_DONE;
}

static const mcp_tool_t payroll = {
    .size = sizeof(mcp_tool_t),
    .name = "payroll",
    .description = "Tell what an employee was paid.",
    .input_schema = "{\"type\":\"object\",\"properties\":{\"employee\":"
                    "{\"type\":\"string\"}},\"required\":[\"employee\"]}",
    .hints = MCP_TOOL_READ_ONLY,
    .call = call_payroll,
};

/* -- acme://handbook -- */

static mcp_outcome_t read_handbook(mcp_call_t *call, void *baton)
{
    call->api->text(call, "Whoever comes last makes coffee.");
    return MCP_CALL_DONE;
}

static const mcp_icon_t book[] = {
    {"https://acme.example/book.svg", "image/svg+xml", "any", NULL},
    {NULL},
};

static const mcp_resource_t handbook = {
    .size = sizeof(mcp_resource_t),
    .uri = "acme://handbook",
    .name = "handbook",
    .title = "Handbook of the house",
    .description = "How we work here.",
    .media_type = "text/plain",
    .annotations = "{\"audience\":[\"user\",\"assistant\"],\"priority\":0.5,"
                   "\"lastModified\":\"2026-05-04T10:00:00Z\"}",
    .icons = book,
    .meta = "{\"example.acme/edition\":7}",
    .fresh = apr_time_from_sec(3600),
    .read = read_handbook,
};

/* -- acme://payslips/{who}/{month} -- */

static const struct {
    const char *who;
    const char *month;
    const char *text;
} payslips[] = {
    {"ada", "2026-05", "Ada: 5000 for May"},
    {"ada", "2026-06", "Ada: 5100 for June"},
    {"bob", "2026-06", "Bob: 4000 for June"},
    {"zo\xc3\xab", "2026-06", "Zo\xc3\xab: 4500 for June"},
};

#define PAYSLIPS (sizeof(payslips) / sizeof(payslips[0]))

/* The variables are decoded, and there: they are compared as they are. */
static mcp_outcome_t read_payslip(mcp_call_t *call, void *baton)
{
    const char *who = call->api->string(call, "/who");
    const char *month = call->api->string(call, "/month");
    apr_size_t i;

    for (i = 0; i < PAYSLIPS; i++)
        if (!strcmp(payslips[i].who, who) &&
            !strcmp(payslips[i].month, month)) {
            call->api->text(call, payslips[i].text);
            return MCP_CALL_DONE;
        }
    return MCP_CALL_NOT_FOUND;
}

/* The months of one person where that is settled, else of all. */
static void complete_payslip(mcp_call_t *call, const char *argument,
                             const char *value, void *baton)
{
    int is_who = !strcmp(argument, "who");
    const char *who = call->api->string(call, "/who"), *said = "";
    apr_size_t i;

    for (i = 0; i < PAYSLIPS; i++) {
        const char *one = is_who ? payslips[i].who : payslips[i].month;

        if (strncmp(one, value, strlen(value)) != 0 || !strcmp(one, said) ||
            (!is_who && who && strcmp(payslips[i].who, who) != 0))
            continue;
        call->api->value(call, one);
        said = one;
    }
}

static const mcp_resource_t payslip = {
    .size = sizeof(mcp_resource_t),
    .uri = "acme://payslips/{who}/{month}",
    .name = "payslip",
    .description = "What somebody was paid in a month, as 2026-05.",
    .media_type = "text/plain",
    .read = read_payslip,
    .complete = complete_payslip,
};

/* -- acme:ask-for-raise -- */

static const mcp_prompt_argument_t raise_arguments[] = {
    {"who", "Employee", "Who asks for it", 1},
    {"tone", NULL, "In which tone: firm, kind or short", 0},
    {NULL},
};

static mcp_outcome_t get_raise(mcp_call_t *call, void *baton)
{
    const char *tone = call->api->string(call, "/tone");

    call->api->text(call, apr_psprintf(call->pool,
                                       "Write a %s letter in which %s asks "
                                       "for a raise.",
                                       tone ? tone : "polite",
                                       call->api->string(call, "/who")));
    call->api->role(call, "assistant");
    call->api->text(call, "Dear Ms Acme,");
    return MCP_CALL_DONE;
}

static void complete_raise(mcp_call_t *call, const char *argument,
                           const char *value, void *baton)
{
    static const char *const tones[] = {"firm", "kind", "short"};
    apr_size_t i;

    for (i = 0; !strcmp(argument, "tone") && i < 3; i++)
        if (!strncmp(tones[i], value, strlen(value)))
            call->api->value(call, tones[i]);
}

static const mcp_prompt_t ask_for_raise = {
    .size = sizeof(mcp_prompt_t),
    .name = "ask-for-raise",
    .title = "Ask for a raise",
    .description = "A letter that asks for a raise.",
    .arguments = raise_arguments,
    .get = get_raise,
    .complete = complete_raise,
};

/* -- acme:month-end -- */

static mcp_outcome_t get_month_end(mcp_call_t *call, void *baton)
{
    call->api->text(call, "Check the payslips of this month.");
    return MCP_CALL_DONE;
}

static const mcp_prompt_t month_end = {
    .size = sizeof(mcp_prompt_t),
    .name = "month-end",
    .description = "What is to do when a month ends.",
    .get = get_month_end,
};

/* -- acme-me -- */

static APR_OPTIONAL_FN_TYPE(mcp_oauth_principal) * principal_of;

static void retrieve(void)
{
    principal_of = APR_RETRIEVE_OPTIONAL_FN(mcp_oauth_principal);
}

static void put(request_rec *r, const char *name, const char *value)
{
    if (value)
        ap_rprintf(r, "%s=%s\n", name, value);
}

static void put_list(request_rec *r, const char *name,
                     const apr_array_header_t *list)
{
    int i;

    for (i = 0; list && i < list->nelts; i++)
        put(r, name, APR_ARRAY_IDX(list, i, const char *));
}

static int handle_me(request_rec *r)
{
    const mcp_principal_t *who;

    if (!r->handler || strcmp(r->handler, "acme-me") != 0)
        return DECLINED;
    ap_set_content_type(r, "text/plain; charset=utf-8");
    who = principal_of ? principal_of(r) : NULL;
    if (!who) {
        ap_rputs("nobody\n", r);
        return OK;
    }
    put(r, "subject", who->subject);
    put(r, "issuer", who->issuer);
    put(r, "email", who->email);
    put(r, "organization", who->organization);
    put_list(r, "scope", who->scopes);
    put_list(r, "role", who->roles);
    put(r, "claims", who->claims);
    return OK;
}

/* -- acme:ticket -- */

/* What the ticket office would answer; a real one is asked over the network.
 */
static const struct {
    const char *ticket;
    const char *claims;
} tickets[] = {
    {"ticket-of-ada-5f1c", "{\"sub\":\"7\",\"name\":\"Ada\","
                           "\"groups\":\"staff; payroll\"}"},
    {"ticket-of-bob-99d0", "{\"sub\":\"8\",\"name\":\"Bob\"}"},
};

static mcp_token_verdict_t verify_ticket(void *baton, apr_pool_t *pool,
                                         const char *token,
                                         const char **claims, const char **why)
{
    apr_size_t i;

    if (!strcmp(token, "ticket-of-nobody-yet")) {
        *why = "the ticket office is closed";
        return MCP_TOKEN_UNKNOWN;
    }
    for (i = 0; i < sizeof(tickets) / sizeof(tickets[0]); i++) {
        if (strcmp(tickets[i].ticket, token) != 0)
            continue;
        *claims = tickets[i].claims;
        return MCP_TOKEN_GOOD;
    }
    *why = "the ticket office does not know this ticket";
    return MCP_TOKEN_BAD;
}

static const mcp_token_verifier_t ticket = {
    .size = sizeof(mcp_token_verifier_t),
    .verify = verify_ticket,
};

/* -- acme:groups -- */

/* "groups": "staff; payroll" */
static const apr_array_header_t *groups_values(void *baton, apr_pool_t *pool,
                                               const char *claims,
                                               const char *word)
{
    json_t *json = json_loads(claims, 0, NULL);
    const char *groups = json_string_value(json_object_get(json, "groups"));
    apr_array_header_t *values = NULL;
    char *value, *last;

    if (groups) {
        values = apr_array_make(pool, 4, sizeof(const char *));
        for (value = apr_strtok(apr_pstrdup(pool, groups), "; ", &last); value;
             value = apr_strtok(NULL, "; ", &last))
            APR_ARRAY_PUSH(values, const char *) = value;
    }
    json_decref(json);
    return values;
}

static const mcp_claim_mapping_t groups = {
    .size = sizeof(mcp_claim_mapping_t),
    .values = groups_values,
};

/* -- the module -- */

static void register_hooks(apr_pool_t *pool)
{
    ap_register_provider(pool, MCP_TOOL_GROUP, "acme:payroll",
                         MCP_OFFER_VERSION, &payroll);
    ap_register_provider(pool, MCP_RESOURCE_GROUP, "acme:acme://handbook",
                         MCP_OFFER_VERSION, &handbook);
    ap_register_provider(pool, MCP_RESOURCE_GROUP,
                         "acme:acme://payslips/{who}/{month}",
                         MCP_OFFER_VERSION, &payslip);
    ap_register_provider(pool, MCP_PROMPT_GROUP, "acme:ask-for-raise",
                         MCP_OFFER_VERSION, &ask_for_raise);
    ap_register_provider(pool, MCP_PROMPT_GROUP, "acme:month-end",
                         MCP_OFFER_VERSION, &month_end);
    ap_register_provider(pool, MCP_VERIFIER_GROUP, "acme:ticket",
                         MCP_VERIFIER_VERSION, &ticket);
    ap_register_provider(pool, MCP_CLAIM_GROUP, "acme:groups",
                         MCP_CLAIM_VERSION, &groups);
    ap_hook_optional_fn_retrieve(retrieve, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(handle_me, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(acme) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE,
};
