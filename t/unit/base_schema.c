/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/schema.h"

/* want NULL: the value passes */
static const struct {
    const char *schema, *value, *want;
} checks[] = {
    /* 4.3.2 boolean schemas */
    {"true", "1", NULL},
    {"false", "1", "/: is not allowed"},
    {"{}", "[1]", NULL},
    /* 6.1 any value */
    {"{\"type\":\"string\"}", "\"x\"", NULL},
    {"{\"type\":\"string\"}", "1", "/: must be a string"},
    {"{\"type\":\"integer\"}", "1.0", NULL},
    {"{\"type\":\"integer\"}", "1e300", NULL},
    {"{\"type\":\"integer\"}", "1.5", "/: must be an integer"},
    {"{\"type\":\"number\"}", "1", NULL},
    {"{\"type\":\"number\"}", "1.5", NULL},
    {"{\"type\":\"boolean\"}", "0", "/: must be a boolean"},
    {"{\"type\":[\"string\",\"null\"]}", "null", NULL},
    {"{\"type\":[\"string\",\"null\"]}", "[]", "/: must be null or a string"},
    {"{\"type\":\"object\"}", "[]", "/: must be an object"},
    {"{\"type\":\"array\"}", "{}", "/: must be an array"},
    {"{\"enum\":[\"a\",1]}", "1.0", NULL},
    {"{\"enum\":[\"a\",1]}", "\"b\"", "/: must be one of [\"a\",1]"},
    {"{\"enum\":[]}", "1", "/: must be one of []"},
    {"{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":2,\"a\":1.0}", NULL},
    {"{\"const\":null}", "null", NULL},
    {"{\"const\":null}", "0", "/: must be null"},
    /* 6.2 numbers */
    {"{\"minimum\":1}", "1", NULL},
    {"{\"minimum\":1}", "0.9", "/: must be at least 1"},
    {"{\"minimum\":1}", "\"0\"", NULL},
    {"{\"maximum\":1.5}", "1.5", NULL},
    {"{\"maximum\":1.5}", "2", "/: must be at most 1.5"},
    {"{\"exclusiveMinimum\":0}", "0", "/: must be more than 0"},
    {"{\"exclusiveMaximum\":10}", "10.0", "/: must be less than 10"},
    {"{\"exclusiveMaximum\":9007199254740993}", "9007199254740992", NULL},
    {"{\"maximum\":9007199254740992}", "9007199254740993",
     "/: must be at most 9007199254740992"},
    {"{\"multipleOf\":5}", "15", NULL},
    {"{\"multipleOf\":5}", "-15", NULL},
    {"{\"multipleOf\":5}", "16", "/: must be a multiple of 5"},
    {"{\"multipleOf\":0.1}", "0.3", NULL},
    {"{\"multipleOf\":0.1}", "0.35", "/: must be a multiple of 0.1"},
    {"{\"multipleOf\":-0.5e-300}", "1", "refused"},
    /* 6.3 strings */
    {"{\"maxLength\":2}", "\"\xc3\xbc\xf0\x9f\x98\x80\"", NULL},
    {"{\"maxLength\":2}", "\"abc\"", "/: must have at most 2 characters"},
    {"{\"minLength\":2}", "\"\xc3\xbc\"",
     "/: must have at least 2 characters"},
    {"{\"maxLength\":0}", "\"\"", NULL},
    {"{\"pattern\":\"b+\"}", "\"abbc\"", NULL},
    {"{\"pattern\":\"^b+$\"}", "\"abbc\"", "/: must match the pattern ^b+$"},
    {"{\"pattern\":\"^a$\"}", "\"a\\n\"", "/: must match the pattern ^a$"},
    {"{\"pattern\":\"^.$\"}", "\"\xf0\x9f\x98\x80\"", NULL},
    {"{\"pattern\":\"^\\\\u00fc\\\\u{1f600}$\"}",
     "\"\xc3\xbc\xf0\x9f\x98\x80\"", NULL},
    {"{\"pattern\":\"^\\\\d$\"}", "\"\xd9\xa3\"",
     "/: must match the pattern ^\\d$"},
    {"{\"pattern\":\"^(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
     "/: takes too long to match against its pattern"},
    {"{\"not\":{\"pattern\":\"^(a+)+$\"}}",
     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
     "/: takes too long to match against its pattern"},
    {"{\"pattern\":\"x\"}", "1", NULL},
    {"{\"format\":\"email\"}", "\"no address\"", NULL},
    /* 6.4, 10.3.1 arrays */
    {"{\"minItems\":1}", "[]", "/: must have at least 1 items"},
    {"{\"maxItems\":1}", "[1,2]", "/: must have at most 1 items"},
    {"{\"items\":{\"type\":\"string\"}}", "[\"a\",1]", "/1: must be a string"},
    {"{\"items\":false}", "[]", NULL},
    {"{\"prefixItems\":[{\"type\":\"string\"},{\"type\":\"null\"}],"
     "\"items\":{\"type\":\"boolean\"}}",
     "[\"a\",null,true]", NULL},
    {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[\"a\",1]",
     "/1: is not allowed"},
    {"{\"prefixItems\":[{\"type\":\"string\"}]}", "[\"a\",1]", NULL},
    {"{\"uniqueItems\":true}", "[1,\"1\",true,null,[1],{\"a\":1}]", NULL},
    {"{\"uniqueItems\":true}", "[1,2,1.0]", "/: must not have equal items"},
    {"{\"uniqueItems\":true}", "[{\"a\":1,\"b\":[2]},{\"b\":[2.0],\"a\":1}]",
     "/: must not have equal items"},
    {"{\"uniqueItems\":true}", "[\"a,b\",\"a\",\"b\"]", NULL},
    {"{\"uniqueItems\":false}", "[1,1]", NULL},
    /* 6.5, 10.3.2 objects */
    {"{\"required\":[\"city\"]}", "{}", "/: member \"city\" is missing"},
    {"{\"required\":[\"city\"]}", "{\"city\":null}", NULL},
    {"{\"required\":[\"city\"]}", "[]", NULL},
    {"{\"properties\":{\"city\":{\"type\":\"string\"}}}", "{\"city\":1}",
     "/city: must be a string"},
    {"{\"properties\":{\"city\":{\"type\":\"string\"}}}", "{\"x\":1}", NULL},
    {"{\"properties\":{\"a\":{}},\"additionalProperties\":false}",
     "{\"a\":1,\"x\":1}", "/: member \"x\" is not allowed"},
    {"{\"additionalProperties\":{\"type\":\"integer\"}}",
     "{\"a/b\":1,\"c~d/\":\"\"}", "/c~0d~1: must be an integer"},
    {"{\"minProperties\":1}", "{}", "/: must have at least 1 members"},
    {"{\"maxProperties\":1}", "{\"a\":1,\"b\":1}",
     "/: must have at most 1 members"},
    {"{\"properties\":{\"a\":{\"items\":{\"required\":[\"b\"]}}}}",
     "{\"a\":[{\"b\":1},{}]}", "/a/1: member \"b\" is missing"},
    /* 10.2.1 combinations */
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "3",
     "/: must be at most 2"},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "null", NULL},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1",
     "/: fits none of its 2 alternatives; for the first, "
     "/: must be a string"},
    {"{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "1", NULL},
    {"{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "2",
     "/: fits more than one of its alternatives"},
    {"{\"oneOf\":[{\"minimum\":1}],\"anyOf\":[{\"minimum\":0}]}", "0.5",
     "/: fits none of its 1 alternatives; for the first, "
     "/: must be at least 1"},
    {"{\"not\":{\"type\":\"string\"}}", "1", NULL},
    {"{\"not\":{\"type\":\"string\"}}", "\"\"",
     "/: must not be what its schema excludes"},
    /* 8.2.3.1 references */
    {"{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"null\"}}}", "1",
     "/: must be null"},
    {"{\"$ref\":\"#/$defs/n\",\"minimum\":5,"
     "\"$defs\":{\"n\":{\"type\":\"number\"}}}",
     "1", "/: must be at least 5"},
    {"{\"properties\":{\"a\":{\"type\":\"null\"},"
     "\"b\":{\"$ref\":\"#/properties/a\"}}}",
     "{\"b\":1}", "/b: must be null"},
    {"{\"$ref\":\"#/$defs/a~1b%25\",\"$defs\":{\"a/b%\":false}}", "1",
     "/: is not allowed"},
    {"{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"required\":[\"v\"]}",
     "{\"v\":1,\"next\":{\"v\":2,\"next\":{}}}",
     "/next/next: member \"v\" is missing"},
    {"{\"$ref\":\"#\"}", "1", "/: takes too long to check"},
    {"{\"anyOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}", "1",
     "/: takes too long to check"},
    {"{\"not\":{\"$ref\":\"#\"}}", "1", "/: takes too long to check"},
    /* annotations and extensions */
    {"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
     "\"title\":\"t\",\"description\":\"d\",\"default\":1,\"examples\":[1],"
     "\"deprecated\":true,\"readOnly\":true,\"$comment\":\"c\","
     "\"x-mcp-header\":\"Region\"}",
     "1", NULL},
};

static const struct {
    const char *schema, *name;
} refused[] = {
    {"{", "what is not JSON"},
    {"1", "a number"},
    {"{\"minimun\":1}", "a keyword with a typing error"},
    {"{\"patternProperties\":{}}", "patternProperties"},
    {"{\"if\":true}", "if"},
    {"{\"contains\":true}", "contains"},
    {"{\"unevaluatedProperties\":false}", "unevaluatedProperties"},
    {"{\"dependentRequired\":{}}", "dependentRequired"},
    {"{\"$dynamicRef\":\"#a\"}", "$dynamicRef"},
    {"{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}",
     "another dialect"},
    {"{\"$schema\":\"h\"}", "a dialect cut short"},
    {"{\"type\":\"strnig\"}", "an unknown type"},
    {"{\"type\":[]}", "no type"},
    {"{\"type\":[\"string\",1]}", "a type that is a number"},
    {"{\"type\":null}", "a type that is null"},
    {"{\"required\":\"a\"}", "required as a string"},
    {"{\"required\":[1]}", "required with a number"},
    {"{\"properties\":[]}", "properties as a list"},
    {"{\"properties\":{\"a\":1}}", "a property that is a number"},
    {"{\"items\":[{}]}", "items as a list (drafts before 2020-12)"},
    {"{\"prefixItems\":{}}", "prefixItems as an object"},
    {"{\"anyOf\":[]}", "anyOf without alternatives"},
    {"{\"enum\":1}", "enum as a number"},
    {"{\"minimum\":\"1\"}", "a minimum that is a string"},
    {"{\"multipleOf\":0}", "a multiple of nothing"},
    {"{\"minLength\":-1}", "a negative length"},
    {"{\"minLength\":1.5}", "half a length"},
    {"{\"uniqueItems\":1}", "uniqueItems as a number"},
    {"{\"pattern\":\"(\"}", "a pattern that is none"},
    {"{\"pattern\":1}", "a pattern that is a number"},
    {"{\"$ref\":\"other.json\"}", "a reference to another document"},
    {"{\"$ref\":\"#anchor\"}", "an anchor"},
    {"{\"$ref\":\"#/$defs/x\"}", "a reference that leads nowhere"},
    {"{\"$ref\":\"#/%zz\"}", "a reference with a bad escape"},
    {"{\"$ref\":1}", "a reference that is a number"},
    {"{\"$defs\":{\"unused\":{\"type\":1}}}", "a mistake in what is unused"},
};

static const mcp_json_t *json(const char *text, mcp_ctx_t *cx)
{
    const mcp_json_t *value;

    return mcp_json_read(&value, text, strlen(text), cx) ? NULL : value;
}

static const char *verdict(const char *schema, const char *value,
                           mcp_ctx_t *cx)
{
    const mcp_schema_t *s;

    if (mcp_schema_make(&s, schema, cx))
        return "refused";
    return mcp_schema_check(s, json(value, cx), cx->pool);
}

static void check_refusals(mcp_ctx_t *cx)
{
    const mcp_schema_t *s;
    const mcp_error_t *e;
    size_t i;

    for (i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        e = mcp_schema_make(&s, refused[i].schema, cx);
        ok(e && e->code == MCP_E_SERVER_ERROR && e->remedy && !s,
           "refused: %s", refused[i].name);
    }
    e = mcp_schema_make(&s, "{\"properties\":{\"a\":{\"if\":true}}}", cx);
    is(e ? e->detail : NULL,
       "JSON Schema at \"/properties/a\": if is a keyword that is not "
       "supported",
       "a refusal names the place and the keyword");
}

static void check_bounds(mcp_ctx_t *cx)
{
    const char *chain = "", *numbers = "0", *name = "";
    apr_time_t begin;
    int i;

    for (i = 0; i < 200; i++)
        chain = apr_psprintf(cx->pool, "%s\"d%d\":{\"$ref\":\"#/$defs/d%d\"},",
                             chain, i, i + 1);
    chain = apr_psprintf(cx->pool, "{\"$defs\":{%s\"d200\":{}}}", chain);
    is(verdict(chain, "1", cx), "refused", "a chain of references has an end");

    for (i = 1; i < 3000; i++)
        numbers =
            apr_psprintf(cx->pool, i % 100 ? "%s,%d" : "%s,\n%d", numbers, i);
    numbers = apr_pstrcat(cx->pool, "[", numbers, "]", NULL);
    begin = apr_time_now();
    is(verdict("{\"uniqueItems\":true,\"items\":{\"type\":\"integer\"}}",
               numbers, cx),
       NULL, "a long array is checked");
    ok(apr_time_now() - begin < apr_time_from_sec(2), "soon");

    for (i = 0; i < 1000; i++)
        name = apr_pstrcat(cx->pool, name, "\xc3\xbc", NULL);
    name = verdict("{\"additionalProperties\":false}",
                   apr_pstrcat(cx->pool, "{\"", name, "\":1}", NULL), cx);
    ok(name && strlen(name) < 300 && strstr(name, "\xc3\xbc...\" is not"),
       "a long name is cut between runes");
}

static void check_absent(mcp_ctx_t *cx)
{
    const mcp_schema_t *s;

    fine(mcp_schema_make(&s, NULL, cx), "no schema is no error");
    is(mcp_schema_check(s, json("1", cx), cx->pool), NULL,
       "and lets any value pass");
    ok(!mcp_schema_json(s), "it has no text");
    fine(mcp_schema_make(&s, "{\"type\":\"object\"}", cx), "a schema is made");
    is(mcp_json_text(mcp_schema_json(s), cx->pool), "{\"type\":\"object\"}",
       "it keeps its text");
    is(mcp_schema_check(s, NULL, cx->pool), "/: must be an object",
       "a value that is absent has no type");
}

static void body(mcp_ctx_t *cx)
{
    size_t i;

    for (i = 0; i < sizeof(checks) / sizeof(*checks); i++)
        is(verdict(checks[i].schema, checks[i].value, cx), checks[i].want,
           apr_psprintf(cx->pool, "JSON Schema 2020-12: %s for %s",
                        checks[i].schema, checks[i].value));
    check_refusals(cx);
    check_bounds(cx);
    check_absent(cx);
}

TAP_MAIN(body)
