/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_reading.h"

#include "base/encode.h"

/* "An answer that breaks a rule of this header reaches the client as a failure
 * without its content; the log says why" (mod_mcp_oauth.h): each rule, in each
 * kind of call that can break it. */

/* kinds of calls */
#define T 0x1u
#define R 0x2u
#define P 0x4u
#define C 0x8u

#define KIB(n) ((n)*1024)

/* n letters, and "..." around them in between where they are JSON */
static const char *letters(mcp_call_t *call, apr_size_t n, const char *before,
                           const char *behind)
{
    char *text = apr_palloc(call->pool, n + 1);

    memset(text, 'a', n);
    text[n] = '\0';
    return apr_pstrcat(call->pool, before, text, behind, NULL);
}

#define OBJECT(n) letters(call, n, "{\"type\":\"text\",\"text\":\"", "\"}")

/* -- what they do -- */

#define GIVES(name, what)                                                     \
    PART(name, const mcp_call_api_t *api = call->api; what;                   \
         return MCP_CALL_DONE)
#define ENDS(name, what, outcome)                                             \
    PART(name, const mcp_call_api_t *api = call->api; what; return outcome)
#define CONTENT(name, json) GIVES(name, api->content(call, json))
#define META_IS(name, key, json) GIVES(name, api->meta(call, key, json))

GIVES(text_latin1, api->text(call, "caf\xe9"))
GIVES(text_null, api->text(call, NULL))
GIVES(media_kind_null, api->media(call, NULL, "image/png", "x", 1))
GIVES(media_type_null, api->media(call, "image", NULL, "x", 1))
GIVES(media_type_bare, api->media(call, "image", "png", "x", 1))
GIVES(media_type_half, api->media(call, "image", "image/", "x", 1))
GIVES(media_type_latin1, api->media(call, "image", "image/\xe9", "x", 1))
GIVES(media_data_null, api->media(call, "image", "image/png", NULL, 4))
GIVES(media_video, api->media(call, "video", "video/mp4", "x", 1))
GIVES(media_blob, api->media(call, "blob", "image/png", "x", 1))
GIVES(media_image, api->media(call, "image", "image/png", "x", 1))

CONTENT(content_null, NULL)
CONTENT(content_broken, "{\"type\":\"text\"")
CONTENT(content_array, "[]")
CONTENT(content_two, "{\"type\":\"text\",\"text\":\"\"}{}")
CONTENT(content_latin1, "{\"type\":\"text\",\"text\":\"\xe9\"}")
CONTENT(content_untyped, "{\"text\":\"x\"}")
CONTENT(content_video, "{\"type\":\"video\",\"data\":\"\"}")
CONTENT(content_text, "{\"type\":\"text\"}")
CONTENT(content_text_number, "{\"type\":\"text\",\"text\":7}")
CONTENT(content_image, "{\"type\":\"image\",\"mimeType\":\"image/png\"}")
CONTENT(content_base64, "{\"type\":\"audio\",\"mimeType\":\"audio/wav\","
                        "\"data\":\"a b\"}")
CONTENT(content_mime, "{\"type\":\"image\",\"data\":\"\"}")
CONTENT(content_mime_bare, "{\"type\":\"image\",\"data\":\"\",\"mimeType\":"
                           "\"png\"}")
CONTENT(content_link, "{\"type\":\"resource_link\",\"name\":\"n\"}")
CONTENT(content_link_name, "{\"type\":\"resource_link\",\"uri\":\"a:b\"}")
CONTENT(content_link_mime, "{\"type\":\"resource_link\",\"uri\":\"a:b\","
                           "\"name\":\"n\",\"mimeType\":\"text\"}")
CONTENT(content_embedded, "{\"type\":\"resource\"}")
CONTENT(content_embedded_empty,
        "{\"type\":\"resource\",\"resource\":{\"uri\":\"a:b\"}}")
CONTENT(content_audience, "{\"type\":\"text\",\"text\":\"x\",\"annotations\":"
                          "{\"audience\":\"user\"}}")
CONTENT(content_annotations,
        "{\"type\":\"text\",\"text\":\"x\",\"annotations\":[]}")
CONTENT(contents_nowhere, "{\"text\":\"x\"}")
CONTENT(contents_relative, "{\"uri\":\"x\",\"text\":\"x\"}")
CONTENT(contents_both, "{\"uri\":\"a:b\",\"text\":\"x\",\"blob\":\"\"}")
CONTENT(contents_neither, "{\"uri\":\"a:b\"}")
CONTENT(contents_base64, "{\"uri\":\"a:b\",\"blob\":\"?\"}")
CONTENT(contents_mime, "{\"uri\":\"a:b\",\"text\":\"x\",\"mimeType\":\"t\"}")

GIVES(structured_null, api->structured(call, NULL))
GIVES(structured_broken, api->structured(call, "{\"a\":}"))
GIVES(structured_array, api->structured(call, "[]"))
GIVES(structured_two, api->structured(call, "{}{}"))
GIVES(structured_any, api->structured(call, "{}"))
GIVES(structured_wrong, api->structured(call, "{\"result\":\"5\"}"))
GIVES(only_text, api->text(call, "5"))
GIVES(role_null, api->role(call, NULL))
GIVES(role_system, api->role(call, "system"))
GIVES(role_user, api->role(call, "user"))
GIVES(value_null, api->value(call, NULL))
GIVES(value_latin1, api->value(call, "\xe9"))
GIVES(value_any, api->value(call, "v"))

META_IS(meta_null, NULL, "1")
META_IS(meta_bare, "cost", "1")
META_IS(meta_empty_prefix, "/cost", "1")
META_IS(meta_digit, "1com.example/cost", "1")
META_IS(meta_dots, "com..example/cost", "1")
META_IS(meta_end, "com.example-/cost", "1")
META_IS(meta_name, "com.example/-cost", "1")
META_IS(meta_two, "com.example/a/b", "1")
META_IS(meta_latin1, "com.example/\xe9", "1")
META_IS(meta_reserved, "io.modelcontextprotocol/serverInfo", "1")
META_IS(meta_reserved_mcp, "com.mcp.tools/x", "1")
META_IS(meta_no_value, "com.example/cost", NULL)
META_IS(meta_broken, "com.example/cost", "{")

#define ERROR_IS(name, code, message)                                         \
    ENDS(name, api->error(call, code, message), MCP_CALL_ERROR)
ERROR_IS(error_first, -32768, "m")
ERROR_IS(error_last, -32000, "m")
ERROR_IS(error_parse, -32700, "m")
ERROR_IS(error_null, 1, NULL)
ERROR_IS(error_empty, 1, "")
ERROR_IS(error_latin1, 1, "\xe9")
PART(error_none, return MCP_CALL_ERROR)

#define ASKS(name, key, method, params)                                       \
    ENDS(name, api->ask(call, key, method, params), MCP_CALL_INPUT_REQUIRED)
ASKS(ask_key_null, NULL, "roots/list", NULL)
ASKS(ask_key_empty, "", "roots/list", NULL)
ASKS(ask_key_latin1, "\xe9", "roots/list", NULL)
ASKS(ask_method_null, "k", NULL, "{}")
ASKS(ask_method, "k", "tools/call", "{}")
ASKS(ask_params_null, "k", "elicitation/create", NULL)
ASKS(ask_params_empty, "k", "sampling/createMessage", "")
ASKS(ask_params_array, "k", "roots/list", "[]")
ENDS(ask_twice, api->ask(call, "k", "roots/list", NULL);
     api->ask(call, "k", "roots/list", NULL), MCP_CALL_INPUT_REQUIRED)
ENDS(ask_many, int i;
     for (i = 0; i < 101; i++)
         api->ask(call, apr_itoa(call->pool, i), "roots/list", NULL),
     MCP_CALL_INPUT_REQUIRED)
PART(ask_nothing, return MCP_CALL_INPUT_REQUIRED)
ENDS(remember_much, api->remember(call, letters(call, KIB(16) + 1, "", "")),
     MCP_CALL_INPUT_REQUIRED)
ENDS(remember_latin1, api->remember(call, "\xe9"), MCP_CALL_INPUT_REQUIRED)
ENDS(scope_null, api->require_scope(call, NULL), MCP_CALL_FORBIDDEN)
ENDS(scope_blank, api->require_scope(call, "a \"b\""), MCP_CALL_FORBIDDEN)
PART(scope_none, return MCP_CALL_FORBIDDEN)

GIVES(log_level_null, api->log(call, NULL, "1"))
GIVES(log_level, api->log(call, "warn", "1"))
GIVES(log_null, api->log(call, "info", NULL))
GIVES(log_broken, api->log(call, "info", "a line"))
GIVES(log_large, api->log(call, "info", letters(call, KIB(1024), "\"", "\"")))
GIVES(progress_latin1, api->progress(call, 1, 2, "\xe9"))
GIVES(changed_null, api->changed(call, NULL))
GIVES(changed_tool, api->changed(call, "tool"))
GIVES(updated_null, api->updated(call, NULL, 0))
GIVES(updated_relative, api->updated(call, "one", 0))
GIVES(updated_template, api->updated(call, "t://item/{id}", 1))

GIVES(large_text, api->text(call, letters(call, KIB(1024) + 1, "", "")))
GIVES(large_texts, int i;
      for (i = 0; i < 4; i++) api->text(call, letters(call, 300000, "", "")))
GIVES(large_media,
      api->media(call, "blob", "image/png",
                 letters(call, KIB(1024) + 1, "", ""), KIB(1024) + 1))
GIVES(large_content, api->content(call, OBJECT(KIB(1024))))
GIVES(large_structured, api->structured(call, OBJECT(KIB(1024))))
GIVES(large_meta, api->meta(call, "a/b", letters(call, KIB(1024), "\"", "\"")))
GIVES(large_error, api->error(call, 1, letters(call, KIB(1024) + 1, "", "")))
GIVES(large_question,
      api->ask(call, "k", "elicitation/create", OBJECT(KIB(1024))))
GIVES(large_values, int i;
      for (i = 0; i < 100; i++) api->value(call, letters(call, 20000, "", "")))
GIVES(many_blocks, int i; for (i = 0; i < 10001; i++) api->text(call, ""))
GIVES(many_contents, int i; for (i = 0; i < 10001; i++) api->content(
    call, "{\"uri\":\"a:b\",\"type\":\"text\",\"text\":\"\"}"))

PART(done_with_nothing, return MCP_CALL_DONE)
PART(fails_silently, return MCP_CALL_FAILED)
ENDS(fails_emptily, api->text(call, ""), MCP_CALL_FAILED)
ENDS(fails_in_pictures, api->media(call, "blob", "image/png", "x", 1),
     MCP_CALL_FAILED)
PART(finds_nothing, return MCP_CALL_NOT_FOUND)
PART(returns_99, call->api->text(call, "x"); return (mcp_outcome_t)99)
PART(returns_minus_1, return (mcp_outcome_t)-1)
GIVES(two_breaches, api->changed(call, "first"); api->text(call, "\xe9");
      api->updated(call, "third", 0))
ENDS(breaks_and_asks, api->text(call, "\xe9");
     api->ask(call, "k", "roots/list", NULL), MCP_CALL_INPUT_REQUIRED)
ENDS(breaks_and_forbids, api->text(call, "\xe9");
     api->require_scope(call, "s"), MCP_CALL_FORBIDDEN)
ENDS(breaks_and_errs, api->text(call, "\xe9");
     api->error(call, 1, "secret"), MCP_CALL_ERROR)
ENDS(breaks_and_goes_on, api->text(call, "\xe9"), MCP_CALL_LATER)

/* -- the table -- */

#define NOT_UTF8 "a text that it gave is not UTF-8"
#define NO_MEDIA_TYPE "a media type that it gave is none"
#define NO_IMAGE "the kind of a medium that it gave is neither image nor audio"
#define NO_OBJECT "a content block that it gave is not a JSON object"
#define NO_TYPE                                                               \
    "a content block that it gave has a type that is none of text, image, "   \
    "audio, resource_link and resource"
#define NO_MIME "a medium that it gave has no mimeType"
#define NO_URI "one of the contents that it gave has no uri"
#define ONE_OF                                                                \
    "one of the contents that it gave has neither text nor blob, or both"
#define NO_STRUCTURED                                                         \
    "the structured content that it gave is not a JSON object"
#define NO_META                                                               \
    "a name in _meta that it gave is none, or has no prefix of its own"
#define NO_CODE "its error has a code that is not its own to give"
#define NO_MESSAGE "its error has no message in UTF-8"
#define NO_KEY "it asks a question without a key in UTF-8"
#define NO_METHOD "it asks with a method that no client answers"
#define NO_PARAMS "the params of its question are not a JSON object"
#define NO_SCOPE "a scope that it requires is none"
#define NO_LEVEL "a log line that it gave has no level"
#define NO_LINE "a log line that it gave is not JSON"
#define TOO_LARGE "its result is larger than 1 MiB"
#define TOO_MANY "its result has more than 10000 blocks"
#define SILENT "it failed, and did not say why"
#define NO_OUTCOME "its outcome is none that it may have"

static const struct {
    const char *name;
    unsigned kinds;
    part_t part;
    const char *sentence;
} rows[] = {
    {"a text in Latin-1", T | R | P, text_latin1, NOT_UTF8},
    {"no text", T | R | P, text_null, NOT_UTF8},
    {"a text", C, only_text, "it completes, and gave a text"},
    {"a medium of no kind", T | R | P | C, media_kind_null, NO_MEDIA_TYPE},
    {"a medium of no type", T | R | P | C, media_type_null, NO_MEDIA_TYPE},
    {"the type png", T | R | P | C, media_type_bare, NO_MEDIA_TYPE},
    {"the type image/", T | R | P | C, media_type_half, NO_MEDIA_TYPE},
    {"a type in Latin-1", T | R | P | C, media_type_latin1, NO_MEDIA_TYPE},
    {"a medium without data", T | R | P | C, media_data_null,
     "a medium that it gave has no data"},
    {"a video", T | P, media_video, NO_IMAGE},
    {"a blob", T | P, media_blob, NO_IMAGE},
    {"an image", R, media_image,
     "the kind of a medium that it gave is not blob"},
    {"a medium", C, media_image, "it completes, and gave a medium"},

    {"no content", T | R | P | C, content_null, NO_OBJECT},
    {"content that is no JSON", T | R | P | C, content_broken, NO_OBJECT},
    {"content that is an array", T | R | P | C, content_array, NO_OBJECT},
    {"two in one", T | R | P | C, content_two, NO_OBJECT},
    {"content in Latin-1", T | R | P | C, content_latin1, NO_OBJECT},
    {"content", C, content_text, "it completes, and gave content"},
    {"no type", T | P, content_untyped,
     "a content block that it gave has no type"},
    {"a type that MCP has not", T | P, content_video, NO_TYPE},
    {"a text block without text", T | P, content_text,
     "a text that it gave has no text"},
    {"a text that is a number", T | P, content_text_number,
     "a text that it gave has no text"},
    {"an image without data", T | P, content_image,
     "a medium that it gave has no data in base64"},
    {"data that is not base64", T | P, content_base64,
     "a medium that it gave has no data in base64"},
    {"an image without mimeType", T | P, content_mime, NO_MIME},
    {"the mimeType png", T | P, content_mime_bare, NO_MIME},
    {"a link without uri", T | P, content_link,
     "a resource_link that it gave has no uri or no name"},
    {"a link without name", T | P, content_link_name,
     "a resource_link that it gave has no uri or no name"},
    {"a link with the mimeType text", T | P, content_link_mime,
     "a resource_link that it gave has a mimeType that is none"},
    {"an embedded resource that is not there", T | P, content_embedded,
     NO_URI},
    {"an embedded resource with neither", T | P, content_embedded_empty,
     ONE_OF},
    {"an audience that is no array", T | P, content_audience,
     "the audience of its annotations is no array of \"user\" and "
     "\"assistant\""},
    {"annotations that are an array", T | P, content_annotations,
     "its annotations are no JSON object"},
    {"contents without uri", R, contents_nowhere, NO_URI},
    {"contents with a relative one", R, contents_relative, NO_URI},
    {"contents with text and blob", R, contents_both, ONE_OF},
    {"contents with neither", R, contents_neither, ONE_OF},
    {"a blob that is not base64", R, contents_base64,
     "one of the contents that it gave has a blob that is not base64"},
    {"contents with a mimeType that is none", R, contents_mime,
     "one of the contents that it gave has a mimeType that is none"},

    {"no structured content", T, structured_null, NO_STRUCTURED},
    {"structured content that is no JSON", T, structured_broken,
     NO_STRUCTURED},
    {"structured content that is an array", T, structured_array,
     NO_STRUCTURED},
    {"two objects", T, structured_two, NO_STRUCTURED},
    {"structured content", R | P | C, structured_any,
     "it gives structured content, and is no tool"},
    {"no role", P, role_null,
     "a role that it gave is neither user nor assistant"},
    {"the role system", P, role_system,
     "a role that it gave is neither user nor assistant"},
    {"a role", T | R | C, role_user, "it gives a role, and is no prompt"},
    {"no value", C, value_null, "a value that it gave is not UTF-8"},
    {"a value in Latin-1", C, value_latin1,
     "a value that it gave is not UTF-8"},
    {"a value", T | R | P, value_any,
     "it gives values, and completes nothing"},

    {"no name in _meta", T | R | P | C, meta_null, NO_META},
    {"a name without prefix", T | R | P | C, meta_bare, NO_META},
    {"an empty prefix", T | R | P | C, meta_empty_prefix, NO_META},
    {"a prefix that begins with a digit", T | R | P | C, meta_digit, NO_META},
    {"an empty label", T | R | P | C, meta_dots, NO_META},
    {"a label that ends with a hyphen", T | R | P | C, meta_end, NO_META},
    {"a name that begins with one", T | R | P | C, meta_name, NO_META},
    {"two slashes", T | R | P | C, meta_two, NO_META},
    {"a name in Latin-1", T | R | P | C, meta_latin1, NO_META},
    {"\"Any prefix where the second label is modelcontextprotocol",
     T | R | P | C, meta_reserved, NO_META},
    {"or mcp is reserved for MCP use.\"", T | R | P | C, meta_reserved_mcp,
     NO_META},
    {"no value in _meta", T | R | P | C, meta_no_value,
     "a value in _meta that it gave is not JSON"},
    {"one that is no JSON", T | R | P | C, meta_broken,
     "a value in _meta that it gave is not JSON"},

    {"the code -32768", T | R | P | C, error_first, NO_CODE},
    {"the code -32000", T | R | P | C, error_last, NO_CODE},
    {"the code of a parse error", T | R | P | C, error_parse, NO_CODE},
    {"an error without message", T | R | P | C, error_null, NO_MESSAGE},
    {"an empty message", T | R | P | C, error_empty, NO_MESSAGE},
    {"a message in Latin-1", T | R | P | C, error_latin1, NO_MESSAGE},
    {"an error that was not given", T | R | P, error_none,
     "it has an error, and does not say which"},

    {"a question without key", T | R | P | C, ask_key_null, NO_KEY},
    {"with an empty one", T | R | P | C, ask_key_empty, NO_KEY},
    {"with one in Latin-1", T | R | P | C, ask_key_latin1, NO_KEY},
    {"without method", T | R | P | C, ask_method_null, NO_METHOD},
    {"that no client answers", T | R | P | C, ask_method, NO_METHOD},
    {"without params", T | R | P | C, ask_params_null, NO_PARAMS},
    {"with empty ones", T | R | P | C, ask_params_empty, NO_PARAMS},
    {"with an array", T | R | P | C, ask_params_array, NO_PARAMS},
    {"two questions with one key", T | R | P | C, ask_twice,
     "it asks two questions with one key"},
    {"101 questions", T | R | P | C, ask_many,
     "it asks more than 100 questions at once"},
    {"input required, but none asked", T | R | P, ask_nothing,
     "it requires input, and asked for none"},
    {"more than 16 KiB to remember", T | R | P | C, remember_much,
     "it remembers more than 16 KiB"},
    {"Latin-1 to remember", T | R | P | C, remember_latin1,
     "what it remembers is not UTF-8"},
    {"no scope", T | R | P | C, scope_null, NO_SCOPE},
    {"what is no scope", T | R | P | C, scope_blank, NO_SCOPE},
    {"forbidden, but no scope", T | R | P, scope_none,
     "it is forbidden, and names no scope that would allow it"},

    {"a log line without level", T | R | P | C, log_level_null, NO_LEVEL},
    {"the level warn", T | R | P | C, log_level, NO_LEVEL},
    {"a log line without data", T | R | P | C, log_null, NO_LINE},
    {"a log line that is no JSON", T | R | P | C, log_broken, NO_LINE},
    {"a log line of more than 1 MiB", T | R | P | C, log_large,
     "a log line that it gave is larger than 1 MiB"},
    {"progress in Latin-1", T | R | P | C, progress_latin1,
     "what it says of its progress is not UTF-8"},
    {"no list has changed", T | R | P | C, changed_null,
     "what it says has changed is no list"},
    {"another one has", T | R | P | C, changed_tool,
     "what it says has changed is no list"},
    {"no resource was updated", T | R | P | C, updated_null,
     "what it says has changed is no URI"},
    {"a relative one was", T | R | P | C, updated_relative,
     "what it says has changed is no URI"},
    {"a template was", T | R | P | C, updated_template,
     "what it says has changed is no URI"},

    {"a text of more than 1 MiB", T | R | P, large_text, TOO_LARGE},
    {"several", T | R | P, large_texts, TOO_LARGE},
    {"a medium", T | R | P | C, large_media, TOO_LARGE},
    {"content", T | R | P | C, large_content, TOO_LARGE},
    {"structured content", T, large_structured, TOO_LARGE},
    {"a value in _meta", T | R | P | C, large_meta, TOO_LARGE},
    {"the message of an error", T | R | P | C, large_error, TOO_LARGE},
    {"a question", T | R | P | C, large_question, TOO_LARGE},
    {"values", C, large_values, TOO_LARGE},
    {"10,001 texts", T | R | P, many_blocks, TOO_MANY},
    {"10,001 contents", T | R | P, many_contents, TOO_MANY},

    {"contents missing", R, done_with_nothing,
     "it is done, and gave no contents (that there is no such resource is "
     "MCP_CALL_NOT_FOUND, an empty one has an empty text)"},
    {"messages missing", P, done_with_nothing,
     "it is done, and gave no message"},
    {"a failure without words", T | R | P, fails_silently, SILENT},
    {"a failure with empty words", R | P, fails_emptily, SILENT},
    {"a failure in pictures", R, fails_in_pictures, SILENT},
    {"that it is not there", T | P, finds_nothing, NO_OUTCOME},
    {"an outcome that is none", T | R | P, returns_99, NO_OUTCOME},
    {"another one", T | R | P, returns_minus_1, NO_OUTCOME},
    {"the first breach counts", T | R | P | C, two_breaches,
     "what it says has changed is no list"},
    {"who breaks and asks does not ask", T | R | P, breaks_and_asks, NOT_UTF8},
    {"who breaks and forbids does not forbid", T | R | P, breaks_and_forbids,
     NOT_UTF8},
    {"who breaks and errs does not err", T | R | P, breaks_and_errs, NOT_UTF8},
    {"who breaks does not go on", T | R | P, breaks_and_goes_on, NOT_UTF8},
};

/* of the tool that has an output_schema */
static const struct {
    const char *name;
    part_t part;
    const char *sentence;
} typed_rows[] = {
    {"structured content against the schema", structured_wrong,
     "/result: must be an integer"},
    {"no structured content in spite of a schema", only_text,
     "it has an output_schema, and gave no structured content"},
    {"nothing at all in spite of one", done_with_nothing,
     "it has an output_schema, and gave no structured content"},
};

/* -- the server -- */

#define RESULT_SCHEMA                                                         \
    "{\"type\":\"object\",\"properties\":{\"result\":{\"type\":\"integer\"}}" \
    ",\"required\":[\"result\"]}"

static const mcp_tool_t tool = {.size = sizeof(mcp_tool_t),
                                .name = "tool",
                                .description = "d",
                                .input_schema = "{\"type\":\"object\"}",
                                .call = play,
                                .baton = baton},
                        typed = {.size = sizeof(mcp_tool_t),
                                 .name = "typed",
                                 .description = "d",
                                 .output_schema = RESULT_SCHEMA,
                                 .call = play,
                                 .baton = baton};
static const mcp_tool_t *const tools[] = {&tool, &typed, NULL};

static const struct {
    unsigned kind;
    const char *what, *name, *method, *named, *params;
} kinds[] = {
    {T, "tool", "tool", "tools/call", "tool", "\"name\":\"tool\""},
    {R, "resource", "t://bare", "resources/read", "t://bare",
     "\"uri\":\"t://bare\""},
    {P, "prompt", "simple", "prompts/get", "simple", "\"name\":\"simple\""},
    {C, "completion", "review", "completion/complete", NULL,
     "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"review\"},\"argument\":{"
     "\"name\":\"code\",\"value\":\"\"}"},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void breaking_make(world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {0};

    world_make(w, tools, cx);
    world_offer(w, resources, prompts, cx);
    x.principal = &w->alice;
    world_send(&x, w, "POST", "",
               BODY("initialize", "\"protocolVersion\":\"2025-11-25\","
                                  "\"capabilities\":{}"),
               cx);
    session = x.session_id;
}

static void play_it(mcp_exchange_t *x, const world_t *w, int modern,
                    apr_size_t kind, mcp_ctx_t *cx)
{
    *tap_log = *seen = '\0';
    ask(x, w, modern, kinds[kind].method, kinds[kind].named,
        kinds[kind].params, cx);
}

/* -- the answer to a breach -- */

/* The client learns that it is broken, and nothing of it. */
static int is_failure(const mcp_exchange_t *x, unsigned kind,
                      const char *failed, mcp_ctx_t *cx)
{
    const char *said = world_at(
        x, kind == T ? "/result/content/0/text" : "/error/message", cx);

    if (!said || strcmp(said, failed) != 0 || x->status != 200 ||
        x->required_scopes)
        return 0;
    if (kind != T)
        return world_code(x, cx) == BROKEN && !world_at(x, "/result", cx) &&
               !world_at(x, "/error/data", cx);
    return !world_at(x, "/error", cx) && world_at(x, "/result/isError", cx) &&
           !world_at(x, "/result/content/1", cx) &&
           !world_at(x, "/result/structuredContent", cx) &&
           !world_at(x, "/result/_meta/com.example~1cost", cx);
}

static void broken(const mcp_exchange_t *x, apr_size_t kind,
                   const char *called, const char *sentence, const char *name,
                   mcp_ctx_t *cx)
{
    const char *what = kinds[kind].what;
    const char *line = apr_psprintf(
        cx->pool,
        "1 MCP00250: the %s %s answered what cannot be passed on: %s; correct "
        "the module that offers it (mod_mcp_oauth.h says what a %s may "
        "answer), or take it out of MCPOffer\n",
        what, called, mcp_encode_log(sentence, 500, cx->pool), what);
    const char *failed = apr_psprintf(
        cx->pool, "\"The %s %s failed: its answer is broken.\"", what, called);

    if (!ok(is_failure(x, kinds[kind].kind, failed, cx),
            "%s: %s: %s and no more", what, name,
            kinds[kind].kind == T ? "isError" : "-32603"))
        printf("# %.500s\n", x->json ? x->json : "(nothing)");
    is(tap_log, line, "and the log says why, once");
}

static void test_breaches(const world_t *w, int modern, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    apr_size_t i, kind;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (kind = 0; kind < KINDS; kind++) {
            if (!(rows[i].kinds & kinds[kind].kind))
                continue;
            now_playing = rows[i].part;
            play_it(&x, w, modern, kind, cx);
            broken(&x, kind, kinds[kind].name, rows[i].sentence, rows[i].name,
                   cx);
        }
    for (i = 0; i < sizeof(typed_rows) / sizeof(typed_rows[0]); i++) {
        now_playing = typed_rows[i].part;
        *tap_log = '\0';
        ask(&x, w, modern, "tools/call", "typed", "\"name\":\"typed\"", cx);
        broken(&x, 0, "typed", typed_rows[i].sentence, typed_rows[i].name, cx);
    }
}

/* -- what is none -- */

PART(points_nowhere, const mcp_call_api_t *api = call->api; int found = 0;
     if (api->string(call, NULL) || api->json(call, NULL) ||
         api->claim(call, NULL) || api->request_meta(call, NULL) ||
         api->answer(call, NULL)) found = 1;
     found |= api->integer(call, NULL, NULL) | api->number(call, NULL, NULL) |
              api->boolean(call, NULL, NULL) | api->can(call, NULL);
     api->text(call, found ? "found" : "nothing"); return MCP_CALL_DONE)
PART(wants_no_value, const mcp_call_api_t *api = call->api;
     api->text(call, apr_psprintf(call->pool, "%d%d%d",
                                  api->integer(call, "/i", NULL),
                                  api->number(call, "/i", NULL),
                                  api->boolean(call, "/i", NULL)));
     return MCP_CALL_DONE)
PART(never_asked,
     call->api->text(call, call->api->answer(call, "never") ? "an answer"
                                                            : "nothing");
     return MCP_CALL_DONE)
PART(progress_odd, const mcp_call_api_t *api = call->api; double zero = 0;
     api->progress(call, zero / zero, 1, NULL);
     api->progress(call, 1 / zero, 1, NULL); api->progress(call, 1, -1, "");
     api->progress(call, 2, zero / zero, NULL);
     api->progress(call, 1, 2, NULL); api->text(call, "nothing");
     return MCP_CALL_DONE)
PART(gives_what_does_not_count, const mcp_call_api_t *api = call->api;
     api->ask(call, "k", "roots/list", NULL); api->remember(call, "x");
     api->require_scope(call, "s"); api->error(call, 7, "no");
     api->later(call, 1); api->text(call, "nothing"); return MCP_CALL_DONE)
PART(quotes_anything, const mcp_call_api_t *api = call->api;
     api->content(call, apr_pstrcat(call->pool, "{\"type\":\"text\",\"text\":",
                                    api->quote(call, "a\n\xe9"), "}", NULL));
     return MCP_CALL_DONE)

static const struct {
    const char *name;
    part_t part;
    const char *text;
} harmless[] = {
    {"pointers that are NULL lead nowhere", points_nowhere, "\"nothing\""},
    {"where the value may go nowhere", wants_no_value, "\"110\""},
    {"a question that was never asked has no answer", never_asked,
     "\"nothing\""},
    {"progress that is none is dropped", progress_odd, "\"nothing\""},
    {"what does not belong to the outcome does not count",
     gives_what_does_not_count, "\"nothing\""},
    {"quote() takes what is not UTF-8", quotes_anything,
     "\"a\\n\xef\xbf\xbd\""},
};

static void test_harmless(const world_t *w, int modern, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    apr_size_t i;

    for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        now_playing = harmless[i].part;
        *tap_log = '\0';
        ask(&x, w, modern, "tools/call", "tool",
            "\"name\":\"tool\",\"arguments\":{\"i\":7}", cx);
        is(world_at(&x, "/result/content/0/text", cx), harmless[i].text,
           harmless[i].name);
        ok(!world_at(&x, "/result/content/1", cx) &&
               !world_at(&x, "/result/isError", cx),
           "and no more");
        is(tap_log, "", "which is no breach");
    }
}

/* -- on a stream -- */

#define TOKEN                                                                 \
    "\"_meta\":{\"progressToken\":1,\"" CLAIM                                 \
    "\":\"2026-07-28\",\"" CAPABILITIES "\":{}}"

/* a second goes by whenever who waits looks around */
static int tick(void *unused)
{
    tap_now += apr_time_from_sec(1);
    return world_out_stopping(unused);
}

static const mcp_outlet_t ticking = {
    world_out_send, world_out_end, world_out_accept,
    world_out_gone, tick,          apr_time_from_sec(60)};

static void stream(mcp_exchange_t *x, const world_t *w, part_t part, int waits,
                   mcp_ctx_t *cx)
{
    now_playing = part;
    *tap_log = '\0';
    world_stream_begin(waits);
    x->outlet = &ticking;
    world_send(
        x, w, "POST",
        MODERN_CALL("tool") "Accept: application/json, text/event-stream",
        BODY("tools/call", "\"name\":\"tool\"," TOKEN), cx);
}

PART(ages, call->api->later(call, APR_INT64_MAX); return MCP_CALL_LATER)
PART(
    already, const char *so_far = call->api->remembered(call); if (so_far) {
        call->api->text(call, so_far);
        return MCP_CALL_DONE;
    } call->api->remember(call, "again");
    call->api->later(call, -1); return MCP_CALL_LATER)

PART(parts_before, call->api->part(call, -5000); call->api->text(call, "x");
     return MCP_CALL_DONE)
PART(parts_for_ever, call->api->part(call, APR_INT64_MAX);
     call->api->text(call, "x"); return MCP_CALL_DONE)

/* where the stream of a call can be resumed */
static void part(mcp_exchange_t *x, const world_t *w, part_t played,
                 mcp_ctx_t *cx)
{
    now_playing = played;
    world_stream_begin(99);
    x->outlet = &ticking;
    world_send(x, w, "POST",
               apr_pstrcat(cx->pool,
                           V25 "Accept: application/json, "
                               "text/event-stream|Mcp-Session-Id: ",
                           session, NULL),
               BODY("tools/call", "\"name\":\"tool\""), cx);
}

static void test_part(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};

    part(&x, w, parts_before, cx);
    ok(world_stream.ended && strstr(world_stream.bytes, "data: \n\n") &&
           !strstr(world_stream.bytes, "retry"),
       "a client that should have come back before comes when it likes");
    part(&x, w, parts_for_ever, cx);
    ok(strstr(world_stream.bytes, "\nretry: 86400000\n") != NULL,
       "one that should never come back comes back in a day");
}

static void test_stream(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    apr_time_t begun = apr_time_now();

    stream(&x, w, progress_odd, 99, cx);
    is(world_stream.bytes,
       apr_pstrcat(
           cx->pool,
           "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
           "\"params\":{\"progressToken\":1,\"progress\":1,\"message\":\"\""
           "}}\n\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
           "progress\",\"params\":{\"progressToken\":1,\"progress\":2}}"
           "\n\n",
           strstr(world_stream.bytes, "data: {\"jsonrpc\":\"2.0\",\"id\":7"),
           NULL),
       "progress that is no number, and a total that is none, do not go out");
    stream(&x, w, ages, 3, cx);
    is(world_at(&x, "/result/content/0/text", cx),
       "\"The server stops or restarts.\"",
       "who says \"in ages\" does not hold its thread so long");
    stream(&x, w, already, 99, cx);
    is(world_at(&x, "/result/content/0/text", cx), "\"again\"",
       "who says \"yesterday\" is called again at once");
    ok(apr_time_now() - begun < apr_time_from_sec(20), "all in no time");
}

/* -- rounds without end, of a client that is asked in the request -- */

static int times;

PART(asks_again, times++; call->api->remember(call, "x");
     return MCP_CALL_INPUT_REQUIRED)
PART(
    goes_on_for_long,
    if (++times == 41) {
        call->api->text(call, "done");
        return MCP_CALL_DONE;
    } call->api->remember(call, "x");
    return times == 40 ? MCP_CALL_INPUT_REQUIRED : MCP_CALL_LATER)

static void test_rounds(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};

    times = 0;
    now_playing = asks_again;
    play_it(&x, w, 0, 0, cx);
    broken(&x, 0, "tool", "it asks again and again", "no end", cx);
    ok(times == 33, "after 32 rounds: %d", times);
    times = 0;
    now_playing = goes_on_for_long;
    world_stream_begin(1000);
    x.outlet = &ticking;
    play_it(&x, w, 0, 0, cx);
    is(world_at(&x, "/result/content/0/text", cx), "\"done\"",
       "those that went on later do not count");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;
    int modern;

    breaking_make(&w, cx);
    for (modern = 0; modern < 2; modern++) {
        test_breaches(&w, modern, cx);
        test_harmless(&w, modern, cx);
    }
    test_stream(&w, cx);
    test_part(&w, cx);
    test_rounds(&w, cx);
    world_end(&w);
}

TAP_MAIN(body)
