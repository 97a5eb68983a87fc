/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_reading.h"

/* prompts/get: which arguments it takes, and what becomes of what the
 * function gives. */

/* want: messages as JSON; NULL: the code */
static const struct {
    const char *name, *prompt, *more;
    part_t part;
    const char *want;
    int code;
} gets[] = {
    {"a text", "simple", "", text,
     "[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"a "
     "\\\"b\\\"\"}}]",
     0},
    {"two roles", "simple", "", two,
     "[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"a\"}},{"
     "\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"b\"}}]",
     0},
    {"an image", "simple", "", image,
     "[{\"role\":\"user\",\"content\":{\"type\":\"image\",\"data\":"
     "\"iVBORw==\",\"mimeType\":\"image/png\"}}]",
     0},
    {"a content block", "simple", "", linked,
     "[{\"role\":\"user\",\"content\":{\"type\":\"resource_link\",\"uri\":"
     "\"t://plain\",\"name\":\"n\"}}]",
     0},
    {"no message", "simple", "", nothing, NULL, BROKEN},
    {"a blob", "simple", "", blob, NULL, BROKEN},
    {"a block without type", "simple", "", contents, NULL, BROKEN},
    {"another role", "simple", "", narrator, NULL, BROKEN},
    {"a failure without words", "simple", "", breaks_silently, NULL, BROKEN},
    {"that it is not there", "simple", "", missing, NULL, BROKEN},
    {"an error of its own", "simple", "", errs, NULL, 42},
    {"an unknown prompt", "none", "", text, NULL, -32602},
    {"a prompt in capitals", "Simple", "", text, NULL, -32602},
    {"no arguments", "review", "", text, NULL, -32602},
    {"empty arguments", "review", ",\"arguments\":{}", text, NULL, -32602},
    {"the other argument", "review", ",\"arguments\":{\"style\":\"x\"}", text,
     NULL, -32602},
    {"an argument that is a number", "review", ",\"arguments\":{\"code\":7}",
     text, NULL, -32602},
    {"one that is null", "review", ",\"arguments\":{\"code\":null}", text,
     NULL, -32602},
    {"another one that is", "review",
     ",\"arguments\":{\"code\":\"x\",\"style\":null}", text, NULL, -32602},
    {"arguments that are a list", "simple", ",\"arguments\":[]", text, NULL,
     -32602},
};

static void test_gets(const world_t *w, int modern, mcp_ctx_t *cx)
{
    const char *era = modern ? "modern" : "legacy";
    mcp_exchange_t x = {.principal = &w->alice};
    apr_size_t i;

    for (i = 0; i < sizeof(gets) / sizeof(gets[0]); i++) {
        now_playing = gets[i].part;
        *tap_log = '\0';
        get_prompt(&x, w, modern, gets[i].prompt, gets[i].more, cx);
        if (gets[i].want)
            is(world_at(&x, "/result/messages", cx), gets[i].want,
               gets[i].name);
        else
            ok(x.status == 200 && world_code(&x, cx) == gets[i].code,
               "%s: %s is the error %d", era, gets[i].name, gets[i].code);
        ok(gets[i].code == BROKEN
               ? strstr(tap_log, "MCP00250: the prompt simple") != NULL
               : !*tap_log,
           "%s: %s: and the log says what it says", era, gets[i].name);
    }
    now_playing = text;
    *seen = '\0';
    get_prompt(&x, w, modern, "review",
               ",\"arguments\":{\"code\":\"x\",\"more\":\"y\"}", cx);
    is(world_at(&x, "/result/description", cx), "\"A prompt\"",
       "the description comes with it");
    is(seen, "review {\"code\":\"x\",\"more\":\"y\"} b\n",
       "the function has the arguments, and its baton");
    *seen = '\0';
    get_prompt(&x, w, modern, "simple", "", cx);
    is(seen, "simple {} b\n", "and {} where there are none");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;
    int modern;

    reading_make(&w, cx);
    for (modern = 0; modern < 2; modern++) {
        test_gets(&w, modern, cx);
    }
    world_end(&w);
}

TAP_MAIN(body)
