/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* Writes the manual page of mcpctl: the template on standard input, with the
 * tables of mod_mcp_oauth/ctl in the place of @COMMANDS@ and @OPTIONS@. Run by
 * build/manual. */

#include <stdio.h>
#include <string.h>

static const struct {
    const char *verb;
    const char *noun;
    const char *object;
    const char *options;
    const char *help;
} commands[] = {
#define MCP_COMMAND(function, verb, noun, object, options, help)              \
    {verb, noun, object, options, help},
#include "ctl/command.def"
};

static const struct {
    const char *word;
    const char *argument;
    const char *help;
} options[] = {
#define MCP_OPTION(NAME, word, argument, help) {word, argument, help},
#include "ctl/command.def"
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* "[--user NAME]" as mdoc has it: Op Fl -user Ar NAME */
static void syntax_put(const char *text)
{
    char word[64];
    int used;

    while (sscanf(text, " %63[^] ]%n", word, &used) == 1) {
        const char *bare = word + (*word == '[');

        if (*word == '[')
            fputs(" Oo", stdout);
        printf(" %s %s", strncmp(bare, "--", 2) ? "Ar" : "Fl",
               strncmp(bare, "--", 2) ? bare : bare + 1);
        text += used;
        if (*text == ']') {
            fputs(" Oc", stdout);
            text++;
        }
    }
}

/* A sentence a line; a capital letter begins it. */
static void help_put(const char *text)
{
    const char *end;
    int first = *text;

    for (; (end = strstr(text, ". ")) != NULL; text = end + 2) {
        printf("%c%.*s\n", first, (int)(end - text), text + 1);
        first = end[2];
    }
    if (first >= 'a' && first <= 'z')
        first -= 'a' - 'A';
    printf("%c%s%s\n", first, text + 1,
           text[strlen(text) - 1] == '.' ? "" : ".");
}

static void commands_put(void)
{
    size_t i;

    for (i = 0; i < COUNT(commands); i++) {
        printf(".It Ic %s%s%s", commands[i].verb,
               *commands[i].noun ? " " : "", commands[i].noun);
        syntax_put(commands[i].object);
        syntax_put(commands[i].options);
        puts("");
        help_put(commands[i].help);
    }
}

static void options_put(void)
{
    size_t i;

    for (i = 0; i < COUNT(options); i++) {
        printf(".It Fl -%s%s%s\n", options[i].word,
               *options[i].argument ? " Ar " : "", options[i].argument);
        help_put(options[i].help);
    }
}

int main(void)
{
    char line[1024];

    while (fgets(line, sizeof(line), stdin)) {
        if (!strcmp(line, "@COMMANDS@\n"))
            commands_put();
        else if (!strcmp(line, "@OPTIONS@\n"))
            options_put();
        else
            fputs(line, stdout);
    }
    return ferror(stdin) || fflush(stdout) || ferror(stdout);
}
