/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "tap.h"

#include "mcp/question.h"

/* What a module may ask of a client: the rules for servers in
 * client/elicitation and client/sampling. */

#define E "elicitation/create"
#define S "sampling/createMessage"

#define NO_OBJECT "no object with properties"
#define NO_FIELD "a property that is no string, number, integer, boolean"

#define FORM(field)                                                           \
    "{\"message\":\"?\",\"requestedSchema\":{\"type\":\"object\","            \
    "\"properties\":{\"a\":" field "}}}"
#define SCHEMA(schema) "{\"message\":\"?\",\"requestedSchema\":" schema "}"
#define MESSAGES(messages) "{\"maxTokens\":1,\"messages\":[" messages "]}"
#define SAYS(role, content) "{\"role\":\"" role "\",\"content\":" content "}"
#define TEXT "{\"type\":\"text\",\"text\":\"x\"}"
#define USE(id)                                                               \
    "{\"type\":\"tool_use\",\"id\":\"" id "\",\"name\":\"n\",\"input\":{}}"
#define GIVES(id)                                                             \
    "{\"type\":\"tool_result\",\"toolUseId\":\"" id "\",\"content\":[]}"

static const struct {
    const char *name;
    const char *method;
    const char *params;
    const char *wrong; /* a part of the sentence; NULL: nothing is */
} rows[] = {
    /* all elicitation requests MUST include the message */
    {"a question without a message", E,
     "{\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}",
     "has no message"},
    {"a message that is no text", E,
     "{\"message\":1,\"requestedSchema\":{\"type\":\"object\","
     "\"properties\":{}}}",
     "has no message"},
    {"an unknown mode", E, "{\"mode\":\"voice\",\"message\":\"?\"}",
     "neither form nor url"},
    {"a mode that is no text", E, "{\"mode\":null,\"message\":\"?\"}",
     "neither form nor url"},

    /* URL mode: MUST contain a valid URL */
    {"a url", E,
     "{\"mode\":\"url\",\"message\":\"?\",\"url\":\"https://x.example/a?b\"}",
     NULL},
    {"no url", E, "{\"mode\":\"url\",\"message\":\"?\"}", "url"},
    {"a url that is relative", E,
     "{\"mode\":\"url\",\"message\":\"?\",\"url\":\"/connect\"}", "url"},
    {"a url without a host", E,
     "{\"mode\":\"url\",\"message\":\"?\",\"url\":\"javascript:x()\"}", "url"},
    {"a url that is none", E,
     "{\"mode\":\"url\",\"message\":\"?\",\"url\":\"https://a b/\"}", "url"},
    {"a url without a message", E,
     "{\"mode\":\"url\",\"url\":\"https://x.example\"}", "has no message"},

    /* form mode: flat objects with primitive properties only */
    {"an empty form", E,
     SCHEMA("{\"type\":\"object\",\"properties\":{},\"required\":[]}"), NULL},
    {"mode form", E,
     "{\"mode\":\"form\",\"message\":\"?\",\"requestedSchema\":{\"type\":"
     "\"object\",\"properties\":{}}}",
     NULL},
    {"no requestedSchema", E, "{\"message\":\"?\"}", NO_OBJECT},
    {"a schema that is none", E, SCHEMA("[]"), NO_OBJECT},
    {"a schema of no object", E,
     SCHEMA("{\"type\":\"string\",\"properties\":{}}"), NO_OBJECT},
    {"a schema without properties", E, SCHEMA("{\"type\":\"object\"}"),
     NO_OBJECT},
    {"required names", E,
     SCHEMA("{\"type\":\"object\",\"properties\":{},\"required\":[\"a\"]}"),
     NULL},
    {"required numbers", E,
     SCHEMA("{\"type\":\"object\",\"properties\":{},\"required\":[1]}"),
     "requires what is no name"},
    {"a string", E,
     FORM("{\"type\":\"string\",\"title\":\"T\",\"minLength\":3,\"format\":"
          "\"email\",\"default\":\"x\"}"),
     NULL},
    {"the format uri", E, FORM("{\"type\":\"string\",\"format\":\"uri\"}"),
     NULL},
    {"the format date-time", E,
     FORM("{\"type\":\"string\",\"format\":\"date-time\"}"), NULL},
    {"another format", E, FORM("{\"type\":\"string\",\"format\":\"ipv4\"}"),
     NO_FIELD},
    {"a default of another type", E,
     FORM("{\"type\":\"string\",\"default\":1}"), NO_FIELD},
    {"a number", E,
     FORM("{\"type\":\"number\",\"minimum\":0,\"default\":1.5}"), NULL},
    {"an integer", E, FORM("{\"type\":\"integer\",\"default\":1}"), NULL},
    {"a number with a text", E,
     FORM("{\"type\":\"number\",\"default\":\"1\"}"), NO_FIELD},
    {"a boolean", E, FORM("{\"type\":\"boolean\",\"default\":false}"), NULL},
    {"a boolean with a number", E,
     FORM("{\"type\":\"boolean\",\"default\":0}"), NO_FIELD},
    {"one of some", E,
     FORM("{\"type\":\"string\",\"enum\":[\"a\"],\"enumNames\":[\"A\"]}"),
     NULL},
    {"one of some numbers", E, FORM("{\"type\":\"string\",\"enum\":[1]}"),
     NO_FIELD},
    {"one of some, with titles", E,
     FORM("{\"type\":\"string\",\"oneOf\":[{\"const\":\"a\",\"title\":"
          "\"A\"}]}"),
     NULL},
    {"one of some, without titles", E,
     FORM("{\"type\":\"string\",\"oneOf\":[{\"const\":\"a\"}]}"), NO_FIELD},
    {"several of some", E,
     FORM("{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"string\","
          "\"enum\":[\"a\"]},\"default\":[\"a\"]}"),
     NULL},
    {"several of some, with titles", E,
     FORM("{\"type\":\"array\",\"items\":{\"anyOf\":[{\"const\":\"a\","
          "\"title\":\"A\"}]}}"),
     NULL},
    {"several, with one as default", E,
     FORM("{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":["
          "\"a\"]},\"default\":\"a\"}"),
     NO_FIELD},
    {"an array of texts", E,
     FORM("{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"), NO_FIELD},
    {"an array of objects", E,
     FORM("{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"), NO_FIELD},
    {"a nested object", E, FORM("{\"type\":\"object\",\"properties\":{}}"),
     NO_FIELD},
    {"two types", E, FORM("{\"type\":[\"string\",\"null\"]}"), NO_FIELD},
    {"no type", E, FORM("{}"), NO_FIELD},
    {"true", E, FORM("true"), NO_FIELD},

    /* sampling */
    {"nothing said yet", S, MESSAGES(""), NULL},
    {"a message", S, MESSAGES(SAYS("user", TEXT)), NULL},
    {"a message of several blocks", S,
     MESSAGES(SAYS("assistant", "[" TEXT "," TEXT "]")), NULL},
    {"no messages", S, "{\"maxTokens\":1}", "has no messages"},
    {"no maxTokens", S, "{\"messages\":[]}", "no maxTokens"},
    {"a maxTokens of a half", S, "{\"messages\":[],\"maxTokens\":0.5}",
     "no maxTokens"},
    {"another role", S, MESSAGES(SAYS("system", TEXT)), "no role"},
    {"no content", S, MESSAGES("{\"role\":\"user\"}"), "no content"},
    {"content without a type", S, MESSAGES(SAYS("user", "{}")), "no content"},
    {"a text as content", S, MESSAGES(SAYS("user", "\"x\"")), "no content"},
    {"includeContext none", S,
     "{\"messages\":[],\"maxTokens\":1,\"includeContext\":\"none\"}", NULL},
    {"includeContext thisServer", S,
     "{\"messages\":[],\"maxTokens\":1,\"includeContext\":\"thisServer\"}",
     NULL},
    {"another includeContext", S,
     "{\"messages\":[],\"maxTokens\":1,\"includeContext\":\"all\"}",
     "includeContext"},
    /* a message with tool results MUST contain ONLY tool results */
    {"tool results", S,
     MESSAGES(
         SAYS("assistant", "[" TEXT "," USE("1") "," USE("2") "]") "," SAYS(
             "user", "[" GIVES("2") "," GIVES("1") "]") "," SAYS("assistant",
                                                                 TEXT)),
     NULL},
    {"tool results among text", S,
     MESSAGES(SAYS("assistant",
                   USE("1")) "," SAYS("user", "[" GIVES("1") "," TEXT "]")),
     "mixes tool results"},
    /* each tool use matched by a tool result, before any other message */
    {"a tool use without a result", S,
     MESSAGES(SAYS("assistant", "[" USE("1") "," USE("2") "]") "," SAYS(
         "user", GIVES("1"))),
     "has no result"},
    {"a tool use at the end", S, MESSAGES(SAYS("assistant", USE("1"))),
     "has no result"},
    {"a result of the assistant", S,
     MESSAGES(SAYS("assistant", USE("1")) "," SAYS("assistant", GIVES("1"))),
     "has no result"},
    {"a message between use and result", S,
     MESSAGES(SAYS("assistant", USE("1")) "," SAYS("user", TEXT) "," SAYS(
         "user", GIVES("1"))),
     "has no result"},

    {"roots without params", "roots/list", NULL, NULL},
    {"roots with some", "roots/list", "{\"_meta\":{}}", NULL},
};

static void body(mcp_ctx_t *cx)
{
    mcp_question_t question;
    const char *wrong;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        wrong = mcp_question_read(&question, "k", rows[i].method,
                                  rows[i].params, cx);
        ok(rows[i].wrong ? wrong && strstr(wrong, rows[i].wrong) : !wrong,
           "%s: %s", rows[i].name, wrong ? wrong : "fine");
    }
}

TAP_MAIN(body)
