/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/resources.h"

#include <apr_hash.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

#include "mcp/contract.h"
#include "mcp/era.h"
#include "mcp/icon.h"
#include "mcp/method.h"

#define LEGACY_NOT_FOUND -32002 /* 2025-11-25 resources, Error Handling */

/* A module that was compiled when the struct was shorter may stay. */
#define FIRST_SIZE (offsetof(mcp_resource_t, baton) + sizeof(void *))

struct mcp_resources_t {
    apr_hash_t *by_uri; /* of mcp_listed_resource_t *, templates too */
    apr_array_header_t *templates; /* of mcp_listed_resource_t * */
    mcp_page_list_t *pages, *template_pages;
    const mcp_json_t *no_variables;
    int complete;
};

/* -- the contract -- */

/* Clients that read a URI write its scheme in lower case (RFC 3986 6.2.2.1),
 * and then ask for another one. */
static int is_lower(const char *uri)
{
    for (; *uri != ':'; uri++)
        if (apr_isupper(*uri))
            return 0;
    return 1;
}

static const char *uri_check(mcp_listed_resource_t *listed, mcp_ctx_t *cx)
{
    const char *text = listed->resource->uri;
    const mcp_error_t *e;
    const mcp_uri_t *uri;

    if (!text || !mcp_contract_is_text(text))
        return "it has no uri";
    e = strpbrk(text, "{}")
            ? mcp_uri_template_make(&listed->template, text, cx)
            : mcp_uri_read(&uri, text, cx);
    if (e)
        return mcp_error_text(e);
    return is_lower(text) ? NULL
                          : "the scheme of its uri is not in lower case";
}

/* The sentence that says what is wrong with a resource; NULL: nothing. */
static const char *breach_of(mcp_listed_resource_t *listed, mcp_ctx_t *cx)
{
    const mcp_resource_t *r = listed->resource;
    const char *why = uri_check(listed, cx);
    const mcp_json_t *meta;

    if (why)
        return why;
    if (!r->name || !*r->name)
        return "it has no name";
    if (!mcp_contract_is_text(r->name) || !mcp_contract_is_text(r->title) ||
        !mcp_contract_is_text(r->description))
        return "its name, title or description is not UTF-8";
    if (!r->read)
        return "it has no function that reads it";
    if (r->complete && !listed->template)
        return "it completes the variables of a template, and is none";
    if (r->media_type && !mcp_contract_is_media_type(r->media_type))
        return "its media_type is none";
    if (r->meta && !mcp_contract_object_read(&meta, r->meta, cx))
        return "its meta is no JSON object";
    if (r->fresh < 0)
        return "its fresh is a time before now";
    why = mcp_contract_annotations_check(r->annotations, cx);
    return why ? why : mcp_icon_check(r->icons, cx);
}

/* -- the lists -- */

static void write_object(mcp_writer_t *w, const char *name, const char *text,
                         mcp_ctx_t *cx)
{
    const mcp_json_t *json;

    if (!mcp_contract_object_read(&json, text, cx))
        return;
    mcp_writer_name(w, name);
    mcp_writer_json(w, json);
}

static void write_resource(mcp_writer_t *w,
                           const mcp_listed_resource_t *listed, mcp_ctx_t *cx)
{
    const mcp_resource_t *r = listed->resource;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, listed->template ? "uriTemplate" : "uri", r->uri);
    mcp_writer_member(w, "name", r->name);
    mcp_writer_member(w, "title", r->title);
    mcp_writer_member(w, "description", r->description);
    mcp_writer_member(w, "mimeType", r->media_type);
    write_object(w, "annotations", r->annotations, cx);
    mcp_icon_write(w, r->icons, cx->pool);
    write_object(w, "_meta", r->meta, cx);
    mcp_writer_close(w);
}

static const mcp_error_t *add(mcp_resources_t *all,
                              const mcp_offered_t *offered, mcp_ctx_t *cx)
{
    mcp_listed_resource_t *listed = apr_pcalloc(cx->pool, sizeof(*listed));
    const mcp_resource_t *r = offered->what;
    const char *why, *uri = NULL;

    listed->resource = r;
    listed->module = offered->module;
    if (r->size < FIRST_SIZE)
        why = "its size is not sizeof(mcp_resource_t)";
    else {
        uri = r->uri;
        why = breach_of(listed, cx);
    }
    if (!why && mcp_resources_named(all, uri))
        why = "two resources have this uri";
    if (why)
        return mcp_contract_refuse("resource", offered, uri, why, cx);
    apr_hash_set(all->by_uri, uri, APR_HASH_KEY_STRING, listed);
    if (listed->template)
        APR_ARRAY_PUSH(all->templates, const mcp_listed_resource_t *) = listed;
    all->complete |= r->complete != NULL;
    write_resource(
        mcp_page_next(listed->template ? all->template_pages : all->pages),
        listed, cx);
    return NULL;
}

const mcp_error_t *mcp_resources_make(mcp_resources_t **made,
                                      const apr_array_header_t *offered,
                                      mcp_ctx_t *cx)
{
    mcp_resources_t *all = apr_pcalloc(cx->pool, sizeof(*all));
    int i;

    all->by_uri = apr_hash_make(cx->pool);
    all->templates =
        apr_array_make(cx->pool, 4, sizeof(const mcp_listed_resource_t *));
    all->pages = mcp_page_begin("resources", cx->pool);
    all->template_pages = mcp_page_begin("resourceTemplates", cx->pool);
    MCP_TRY(mcp_json_read(&all->no_variables, "{}", 2, cx));
    for (i = 0; i < offered->nelts; i++)
        MCP_TRY(add(all, &APR_ARRAY_IDX(offered, i, mcp_offered_t), cx));
    mcp_page_end(all->pages);
    mcp_page_end(all->template_pages);
    *made = all;
    return NULL;
}

/* -- looking -- */

static const mcp_error_t *variables_make(const mcp_json_t **variables,
                                         const mcp_uri_template_t *t,
                                         const apr_array_header_t *values,
                                         mcp_ctx_t *cx)
{
    const apr_array_header_t *names = mcp_uri_template_variables(t);
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    apr_size_t len;
    const char *text;
    int i;

    mcp_writer_open(w, '{');
    for (i = 0; i < names->nelts; i++)
        mcp_writer_member(w, APR_ARRAY_IDX(names, i, const char *),
                          APR_ARRAY_IDX(values, i, const char *));
    mcp_writer_close(w);
    text = mcp_writer_text(w, &len);
    return mcp_json_read(variables, text, len, cx);
}

const mcp_error_t *mcp_resources_find(const mcp_listed_resource_t **found,
                                      const mcp_json_t **variables,
                                      const mcp_resources_t *resources,
                                      const char *uri, mcp_ctx_t *cx)
{
    const mcp_listed_resource_t *listed;
    const apr_array_header_t *values;
    const mcp_uri_t *read;
    int i;

    *found = NULL;
    *variables = resources->no_variables;
    if (mcp_uri_read(&read, uri, cx))
        return mcp_error_tell(MCP_E_INVALID_PARAMS, cx,
                              "Invalid params: uri is no URI (RFC 3986)");
    listed = mcp_resources_named(resources, uri);
    if (listed) {
        *found = listed;
        return NULL;
    }
    for (i = 0; i < resources->templates->nelts; i++) {
        listed = APR_ARRAY_IDX(resources->templates, i,
                               const mcp_listed_resource_t *);
        values = mcp_uri_template_match(listed->template, uri, cx->pool);
        if (values) {
            *found = listed;
            return variables_make(variables, listed->template, values, cx);
        }
    }
    return NULL;
}

const mcp_listed_resource_t *
mcp_resources_named(const mcp_resources_t *resources, const char *uri)
{
    return apr_hash_get(resources->by_uri, uri, APR_HASH_KEY_STRING);
}

const mcp_page_list_t *mcp_resources_pages(const mcp_resources_t *resources)
{
    return resources->pages;
}

const mcp_page_list_t *
mcp_resources_template_pages(const mcp_resources_t *resources)
{
    return resources->template_pages;
}

int mcp_resources_is_empty(const mcp_resources_t *resources)
{
    return mcp_page_is_empty(resources->pages) &&
           mcp_page_is_empty(resources->template_pages);
}

int mcp_resources_complete(const mcp_resources_t *resources)
{
    return resources->complete;
}

const mcp_error_t *mcp_resources_not_found(const mcp_turn_t *t,
                                           const char *uri)
{
    mcp_error_t *e =
        mcp_error_tell(MCP_E_INVALID_PARAMS, t->cx, "Resource not found");
    mcp_writer_t *w = mcp_writer_make(t->pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "uri", uri);
    mcp_writer_close(w);
    e->data = mcp_writer_text(w, NULL);
    if (t->era->bit == MCP_ERA_LEGACY)
        e->jsonrpc = LEGACY_NOT_FOUND;
    return e;
}

/* -- the list methods -- */

const mcp_error_t *mcp_resources_list(mcp_turn_t *t)
{
    return mcp_page_answer(t, t->x->server->resources->pages);
}

const mcp_error_t *mcp_resources_list_templates(mcp_turn_t *t)
{
    return mcp_page_answer(t, t->x->server->resources->template_pages);
}
