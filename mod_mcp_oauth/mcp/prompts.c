/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/prompts.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

#include "mcp/contract.h"
#include "mcp/icon.h"
#include "mcp/method.h"

/* A module that was compiled when the struct was shorter may stay. */
#define FIRST_SIZE (offsetof(mcp_prompt_t, baton) + sizeof(void *))

struct mcp_prompts_t {
    apr_hash_t *by_name; /* of mcp_listed_prompt_t * */
    mcp_page_list_t *pages;
    int complete;
};

/* -- the contract -- */

static const char *arguments_check(const mcp_prompt_t *prompt)
{
    const mcp_prompt_argument_t *a;

    for (a = prompt->arguments; a && a->name; a++) {
        if (!*a->name || !mcp_contract_is_text(a->name))
            return "the name of an argument is empty, or not UTF-8";
        if (!mcp_contract_is_text(a->title) ||
            !mcp_contract_is_text(a->description))
            return "the title or description of an argument is not UTF-8";
        if (mcp_prompts_argument(prompt, a->name) != a)
            return "two of its arguments have one name";
    }
    return NULL;
}

/* The sentence that says what is wrong with a prompt; NULL: nothing. */
static const char *breach_of(const mcp_prompt_t *prompt, mcp_ctx_t *cx)
{
    const mcp_json_t *meta;
    const char *why;

    if (!prompt->name || !mcp_contract_is_name(prompt->name))
        return "its name is not 1 to 128 of A-Z a-z 0-9 _ . -";
    if (!prompt->description || !*prompt->description)
        return "it has no description";
    if (!mcp_contract_is_text(prompt->title) ||
        !mcp_contract_is_text(prompt->description))
        return "its title or description is not UTF-8";
    if (!prompt->get)
        return "it has no function that gets it";
    if (prompt->meta && !mcp_contract_object_read(&meta, prompt->meta, cx))
        return "its meta is no JSON object";
    why = arguments_check(prompt);
    return why ? why : mcp_icon_check(prompt->icons, cx);
}

/* -- the list -- */

static void write_arguments(mcp_writer_t *w, const mcp_prompt_argument_t *a)
{
    if (!a || !a->name)
        return;
    mcp_writer_name(w, "arguments");
    mcp_writer_open(w, '[');
    for (; a->name; a++) {
        mcp_writer_open(w, '{');
        mcp_writer_member(w, "name", a->name);
        mcp_writer_member(w, "title", a->title);
        mcp_writer_member(w, "description", a->description);
        mcp_writer_member_boolean(w, "required", a->required != 0);
        mcp_writer_close(w);
    }
    mcp_writer_close(w);
}

static void write_prompt(mcp_writer_t *w, const mcp_prompt_t *prompt,
                         mcp_ctx_t *cx)
{
    const mcp_json_t *meta;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "name", prompt->name);
    mcp_writer_member(w, "title", prompt->title);
    mcp_writer_member(w, "description", prompt->description);
    write_arguments(w, prompt->arguments);
    mcp_icon_write(w, prompt->icons, cx->pool);
    if (mcp_contract_object_read(&meta, prompt->meta, cx)) {
        mcp_writer_name(w, "_meta");
        mcp_writer_json(w, meta);
    }
    mcp_writer_close(w);
}

static const mcp_error_t *add(mcp_prompts_t *p, const mcp_offered_t *offered,
                              mcp_ctx_t *cx)
{
    const mcp_prompt_t *prompt = offered->what;
    mcp_listed_prompt_t *listed;
    const char *why, *name = NULL;

    if (prompt->size < FIRST_SIZE)
        why = "its size is not sizeof(mcp_prompt_t)";
    else {
        name = prompt->name;
        why = breach_of(prompt, cx);
    }
    if (!why && mcp_prompts_find(p, name))
        why = "two prompts have this name";
    if (why)
        return mcp_contract_refuse("prompt", offered, name, why, cx);
    listed = apr_palloc(cx->pool, sizeof(*listed));
    listed->prompt = prompt;
    listed->module = offered->module;
    apr_hash_set(p->by_name, name, APR_HASH_KEY_STRING, listed);
    p->complete |= prompt->complete != NULL;
    write_prompt(mcp_page_next(p->pages), prompt, cx);
    return NULL;
}

const mcp_error_t *mcp_prompts_make(mcp_prompts_t **made,
                                    const apr_array_header_t *offered,
                                    mcp_ctx_t *cx)
{
    mcp_prompts_t *p = apr_pcalloc(cx->pool, sizeof(*p));
    int i;

    p->by_name = apr_hash_make(cx->pool);
    p->pages = mcp_page_begin("prompts", cx->pool);
    for (i = 0; i < offered->nelts; i++)
        MCP_TRY(add(p, &APR_ARRAY_IDX(offered, i, mcp_offered_t), cx));
    mcp_page_end(p->pages);
    *made = p;
    return NULL;
}

const mcp_listed_prompt_t *mcp_prompts_find(const mcp_prompts_t *prompts,
                                            const char *name)
{
    return apr_hash_get(prompts->by_name, name, APR_HASH_KEY_STRING);
}

const mcp_prompt_argument_t *mcp_prompts_argument(const mcp_prompt_t *prompt,
                                                  const char *name)
{
    const mcp_prompt_argument_t *a;

    for (a = prompt->arguments; a && a->name; a++)
        if (!strcmp(a->name, name))
            return a;
    return NULL;
}

const mcp_page_list_t *mcp_prompts_pages(const mcp_prompts_t *prompts)
{
    return prompts->pages;
}

int mcp_prompts_complete(const mcp_prompts_t *prompts)
{
    return prompts->complete;
}

const mcp_error_t *mcp_prompts_list(mcp_turn_t *t)
{
    return mcp_page_answer(t, t->x->server->prompts->pages);
}
