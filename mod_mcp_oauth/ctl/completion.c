/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <stdio.h>
#include <string.h>

#include "ctl/command.h"

/* the words of a command and the options that it has */
static const struct {
    const char *verb;
    const char *noun;
    const char *options;
} commands[] = {
#define MCP_COMMAND(function, verb, noun, object, options, help)              \
    {verb, noun, options},
#include "ctl/command.def"
};

static const struct {
    const char *word;
    const char *argument;
} options[] = {
#define MCP_OPTION(NAME, word, argument, help) {word, argument},
#include "ctl/command.def"
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int is_first(size_t command)
{
    return !command ||
           strcmp(commands[command - 1].verb, commands[command].verb) != 0;
}

static void verbs_print(void)
{
    size_t i;

    for (i = 0; i < COUNT(commands); i++)
        if (is_first(i))
            printf("%s%s", i ? " " : "", commands[i].verb);
}

/* A line for each verb that has nouns. */
static void nouns_print(void)
{
    size_t i, k;

    for (i = 0; i < COUNT(commands); i++) {
        if (!*commands[i].noun || !is_first(i))
            continue;
        printf("        %s) words=\"", commands[i].verb);
        for (k = i; k < COUNT(commands) && (k == i || !is_first(k)); k++)
            printf("%s%s", k > i ? " " : "", commands[k].noun);
        printf("\" ;;\n");
    }
}

static void options_print(void)
{
    size_t i;

    for (i = 0; i < COUNT(options); i++)
        printf("%s--%s", i ? " " : "", options[i].word);
}

const mcp_error_t *
mcp_ctl_completion_bash(int *answer, const mcp_ctl_arguments_t *arguments,
                        mcp_ctx_t *cx)
{
    printf("# bash completion for mcpctl\n"
           "_mcpctl()\n{\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} words=\n"
           "    COMPREPLY=()\n"
           "    case ${COMP_WORDS[COMP_CWORD - 1]} in\n"
           "        --state)\n"
           "            COMPREPLY=($(compgen -d -- \"$word\"))\n"
           "            return ;;\n");
    nouns_print();
    printf("        mcpctl|*/mcpctl) words=\"");
    verbs_print();
    printf("\" ;;\n    esac\n"
           "    [[ $word != -* ]] || words=\"");
    options_print();
    printf("\"\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "}\n"
           "complete -F _mcpctl mcpctl\n");
    return NULL;
}
