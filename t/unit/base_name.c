/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/name.h"

static const struct {
    const char *name, *want, *why;
} cases[] = {
    {"ada", "ada", "what is plain stays"},
    {"ADA", "ada", "capitals are no other user"},
    {" ada\t", "ada", "nor is white space around"},
    {"Ada  de \n Staal", "ada de staal", "inside it is one blank"},
    {"", "", "nothing"},
    {"  ", "", "nothing but blanks"},
    {"J\xc3\x9cRGEN", "j\xc3\x9crgen", "letters beyond ASCII stay"},
    {"\xff\xa0x", "\xff\xa0x", "so does what is no UTF-8"},
};

static void test(mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        is(mcp_name_fold(cases[i].name, cx->pool), cases[i].want,
           cases[i].why);
}

TAP_MAIN(test)
