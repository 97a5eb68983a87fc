/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/answer.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/writer.h"

void mcp_ctl_answer_print(const mcp_ctl_answer_t *answer,
                          const mcp_ctl_arguments_t *arguments,
                          apr_pool_t *pool, const char *sentence, ...)
{
    mcp_writer_t *w;
    va_list args;

    if (!arguments->option[MCP_CTL_JSON]) {
        va_start(args, sentence);
        vprintf(sentence, args);
        va_end(args);
        printf("\n");
        return;
    }
    w = mcp_writer_make(pool);
    mcp_writer_open(w, '{');
    mcp_writer_member_integer(w, answer->name, answer->number);
    mcp_writer_close(w);
    printf("%s\n", mcp_writer_text(w, NULL));
}
