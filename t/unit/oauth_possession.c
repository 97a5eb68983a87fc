/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "oauth/possession.h"

/* cnf, RFC 7800 3: what an access token is bound to. */

#define JKT "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
#define X5T "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"
#define NONE "neither by jkt nor by x5t#S256"
#define BROKEN "cnf has what is no thumbprint"

static const struct {
    const char *name;
    const char *claims;
    const char *jkt, *x5t; /* NULL: not bound so */
    const char *want;      /* part of why it is refused; NULL: it is not */
} rows[] = {
    {"no cnf", "{'sub':'ada'}", NULL, NULL, NULL},
    {"RFC 9449 6.1: jkt", "{'cnf':{'jkt':'" JKT "'}}", JKT, NULL, NULL},
    {"RFC 8705 3.1: x5t#S256", "{'cnf':{'x5t#S256':'" JKT "'}}", NULL, JKT,
     NULL},
    {"both", "{'cnf':{'jkt':'" JKT "','x5t#S256':'" JKT "'}}", JKT, JKT, NULL},
    {"jkt and what nobody knows", "{'cnf':{'jkt':'" JKT "','x':1}}", JKT, NULL,
     NULL},
    {"jwk, RFC 7800 3.2", "{'cnf':{'jwk':{'kty':'EC'}}}", NULL, NULL, NONE},
    {"jwe, 3.3", "{'cnf':{'jwe':'x'}}", NULL, NULL, NONE},
    {"kid, 3.4", "{'cnf':{'kid':'x'}}", NULL, NULL, NONE},
    {"jku, 3.5", "{'cnf':{'jku':'https://evil.example'}}", NULL, NULL, NONE},
    {"x5t, which is SHA-1", "{'cnf':{'x5t':'" JKT "'}}", NULL, NULL, NONE},
    {"jkt in other letters", "{'cnf':{'JKT':'" JKT "'}}", NULL, NULL, NONE},
    {"an empty cnf", "{'cnf':{}}", NULL, NULL, NONE},
    {"cnf null", "{'cnf':null}", NULL, NULL, NONE},
    {"cnf a string", "{'cnf':'" JKT "'}", NULL, NULL, NONE},
    {"cnf an array", "{'cnf':[{'jkt':'" JKT "'}]}", NULL, NULL, NONE},
    {"cnf false", "{'cnf':false}", NULL, NULL, NONE},
    {"jkt empty", "{'cnf':{'jkt':''}}", NULL, NULL, BROKEN},
    {"jkt null", "{'cnf':{'jkt':null}}", NULL, NULL, BROKEN},
    {"jkt a number", "{'cnf':{'jkt':7}}", NULL, NULL, BROKEN},
    {"jkt an array", "{'cnf':{'jkt':['" JKT "']}}", NULL, NULL, BROKEN},
    {"jkt a character short",
     "{'cnf':{'jkt':'0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4'}}", NULL,
     NULL, BROKEN},
    {"jkt a character long", "{'cnf':{'jkt':'" JKT "A'}}", NULL, NULL, BROKEN},
    {"jkt with padding", "{'cnf':{'jkt':'" JKT "='}}", NULL, NULL, BROKEN},
    {"jkt in base64",
     "{'cnf':{'jkt':'0ZcOCORZNYy+DWpqq30jZyJGHTN0d2HglBV3uiguA4I'}}", NULL,
     NULL, BROKEN},
    {"jkt in hexadecimal",
     "{'cnf':{'jkt':'d1970e08e459358cbe0d6a6aab7d2367'}}", NULL, NULL, BROKEN},
    {"jkt with a last digit that is none", "{'cnf':{'jkt':'" X5T "'}}", NULL,
     NULL, BROKEN},
    {"a good jkt and a bad x5t#S256",
     "{'cnf':{'jkt':'" JKT "','x5t#S256':'x'}}", NULL, NULL, BROKEN},
    {"a bad jkt and a good x5t#S256",
     "{'cnf':{'jkt':true,'x5t#S256':'" JKT "'}}", NULL, NULL, BROKEN},
};

static const mcp_json_t *json_of(const char *text, mcp_ctx_t *cx)
{
    char *copy = apr_pstrdup(cx->pool, text), *at;
    const mcp_json_t *json = NULL;

    for (at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    fine(mcp_json_read(&json, copy, strlen(copy), cx), copy);
    return json;
}

static void body(mcp_ctx_t *cx)
{
    mcp_oauth_possession_t binding;
    const mcp_error_t *e;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        e = mcp_oauth_possession_read(&binding, json_of(rows[i].claims, cx),
                                      cx);
        if (rows[i].want) {
            ok(e && e->code == MCP_E_INVALID_TOKEN &&
                   strstr(e->detail, rows[i].want),
               "%s: %s", rows[i].name, e ? e->detail : "taken");
            continue;
        }
        fine(e, rows[i].name);
        is(binding.jkt, rows[i].jkt ? rows[i].jkt : "", "its jkt");
        is(binding.x5t, rows[i].x5t ? rows[i].x5t : "", "its x5t#S256");
    }
}

TAP_MAIN(body)
