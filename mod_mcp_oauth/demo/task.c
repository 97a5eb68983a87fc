/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "demo/task.h"

#include <stdlib.h>
#include <string.h>

#include <apr_strings.h>

const char *const mcp_demo_task_statuses[] = {"todo", "in_progress", "done",
                                              NULL};
const char *const mcp_demo_task_priorities[] = {"low", "medium", "high", NULL};

static int find(apr_byte_t *which, const char *const *words, const char *word)
{
    apr_byte_t i;

    for (i = 0; words[i]; i++) {
        if (!strcmp(words[i], word)) {
            *which = i;
            return 1;
        }
    }
    return 0;
}

const char *mcp_demo_task_status_set(mcp_demo_task_t *task, const char *word)
{
    return find(&task->status, mcp_demo_task_statuses, word)
               ? NULL
               : "its status is none of todo, in_progress and done";
}

const char *mcp_demo_task_priority_set(mcp_demo_task_t *task, const char *word)
{
    return find(&task->priority, mcp_demo_task_priorities, word)
               ? NULL
               : "its priority is none of low, medium and high";
}

/* U+0000 to 1F, 7F to 9F, 2028, 2029: a title stands on a line of a list */
static int breaks_line(const unsigned char *c)
{
    return *c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0) ||
           (*c == 0xe2 && c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9));
}

const char *mcp_demo_task_title_set(mcp_demo_task_t *task, const char *title)
{
    const unsigned char *c;
    int characters = 0;

    for (c = (const unsigned char *)title; *c; c++) {
        characters += (*c & 0xc0) != 0x80;
        if (breaks_line(c))
            return "its title is more than one line, or has control "
                   "characters";
    }
    if (!characters)
        return "its title is empty";
    if (characters > MCP_DEMO_TASK_TITLE)
        return "its title is longer than 200 characters";
    apr_cpystrn(task->title, title, sizeof(task->title));
    return NULL;
}

const char *mcp_demo_task_owner_set(mcp_demo_task_t *task, const char *owner)
{
    if (strlen(owner) >= sizeof(task->owner))
        return "the name of its owner is longer than 599 bytes";
    apr_cpystrn(task->owner, owner, sizeof(task->owner));
    return NULL;
}

const char *mcp_demo_task_id_set(mcp_demo_task_t *task, const char *id)
{
    apr_size_t digits = strspn(id, "0123456789");

    if (*id < '1' || *id > '9' || id[digits] || digits > 9)
        return "its id is no number from 1 to 999999999";
    task->id = (apr_uint32_t)strtoul(id, NULL, 10);
    return NULL;
}

const char *mcp_demo_task_status(const mcp_demo_task_t *task)
{
    return mcp_demo_task_statuses[task->status];
}

const char *mcp_demo_task_priority(const mcp_demo_task_t *task)
{
    return mcp_demo_task_priorities[task->priority];
}
