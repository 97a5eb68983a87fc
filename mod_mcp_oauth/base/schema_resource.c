/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_escape.h>
#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/schema_build.h"
#include "base/uri.h"

typedef mcp_schema_build_t build_t;
typedef mcp_schema_resource_t resource_t;

/* -- what a schema says of itself -- */

static const mcp_error_t *dialect_read(const mcp_json_t *value, build_t *b)
{
    static const struct {
        const char *uri;
        unsigned dialect;
    } known[] = {
        {"https://json-schema.org/draft/2020-12/schema", MCP_SCHEMA_2020_12},
        {"http://json-schema.org/draft-07/schema", MCP_SCHEMA_DRAFT_07},
    };
    const char *uri = mcp_json_string(value);
    apr_size_t i, len;

    if (!value)
        return NULL;
    for (i = 0; uri && i < sizeof(known) / sizeof(*known); i++) {
        len = strlen(known[i].uri);
        if (!strncmp(uri, known[i].uri, len) &&
            (!uri[len] || !strcmp(uri + len, "#"))) {
            b->dialect = known[i].dialect;
            return NULL;
        }
    }
    return mcp_schema_make_refuse(
        b, "$schema",
        "must name a dialect that is known here: "
        "https://json-schema.org/draft/2020-12/schema or "
        "http://json-schema.org/draft-07/schema#");
}

static const mcp_error_t *name_set(apr_hash_t **names, const char *name,
                                   mcp_schema_t *s, build_t *b)
{
    if (!*names)
        *names = apr_hash_make(b->cx->pool);
    if (apr_hash_get(*names, name, APR_HASH_KEY_STRING))
        return mcp_schema_make_refuse(b, name, "names another schema too");
    apr_hash_set(*names, name, APR_HASH_KEY_STRING, s);
    return NULL;
}

static const mcp_error_t *anchor_read(const char *keyword, mcp_schema_t *s,
                                      build_t *b)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789-.";
    const mcp_json_t *value = mcp_json_get(s->json, keyword);
    const char *name = mcp_json_string(value);

    if (!value)
        return NULL;
    if (!name || !*name || strspn(name, letters) != strlen(name) ||
        strchr("0123456789-.", *name))
        return mcp_schema_make_refuse(b, keyword, "must be a name");
    if (!strcmp(keyword, "$dynamicAnchor"))
        MCP_TRY(name_set(&b->resource->dynamic, name, s, b));
    return name_set(&b->resource->anchors, name, s, b);
}

/* From here on s is a resource of its own. */
static const mcp_error_t *resource_begin(const char *uri, mcp_schema_t *s,
                                         build_t *b)
{
    resource_t *resource = b->resource;

    if (s->json != resource->json) {
        resource = apr_pcalloc(b->cx->pool, sizeof(*resource));
        resource->json = s->json;
    }
    resource->uri = uri;
    if (apr_hash_get(b->resources, uri, APR_HASH_KEY_STRING))
        return mcp_schema_make_refuse(b, "$id", "names another schema too");
    apr_hash_set(b->resources, uri, APR_HASH_KEY_STRING, resource);
    b->resource = resource;
    return NULL;
}

static const mcp_error_t *id_read(mcp_schema_t *s, build_t *b)
{
    const mcp_json_t *value = mcp_json_get(s->json, "$id");
    const char *id = mcp_json_string(value), *uri, *fragment;

    if (!value)
        return NULL;
    if (!id)
        return mcp_schema_make_refuse(b, "$id", "must be a string");
    /* draft-07, Core 8.2.3: such an $id is an anchor */
    if (b->dialect == MCP_SCHEMA_DRAFT_07 && id[0] == '#' && id[1])
        return name_set(&b->resource->anchors, id + 1, s, b);
    uri = mcp_uri_resolve(id, b->resource->uri, b->cx->pool);
    fragment = strchr(uri, '#');
    if (fragment && fragment[1])
        return mcp_schema_make_refuse(b, "$id", "must not have a fragment");
    if (fragment)
        uri = apr_pstrmemdup(b->cx->pool, uri, fragment - uri);
    return resource_begin(uri, s, b);
}

const mcp_error_t *mcp_schema_resource_enter(mcp_schema_t *s, build_t *b)
{
    MCP_TRY(dialect_read(mcp_json_get(s->json, "$schema"), b));
    if (b->dialect == MCP_SCHEMA_2020_12 || !mcp_json_get(s->json, "$ref"))
        MCP_TRY(id_read(s, b));
    if (s->json == b->resource->json)
        b->resource->dialect = b->dialect;
    if (b->dialect == MCP_SCHEMA_DRAFT_07)
        return NULL;
    MCP_TRY(anchor_read("$anchor", s, b));
    return anchor_read("$dynamicAnchor", s, b);
}

/* -- references -- */

MCP_SCHEMA_MAKER(mcp_schema_resource_link)
{
    const char *reference = mcp_json_string(value);
    mcp_schema_link_t *link;

    if (!reference)
        return mcp_schema_make_refuse(b, k->name, "must be a string");
    link = apr_array_push(b->links);
    link->from = s;
    link->keyword = k;
    link->uri = mcp_uri_resolve(reference, b->resource->uri, b->cx->pool);
    link->where = b->where;
    return NULL;
}

static const mcp_schema_t *name_find(apr_hash_t *names, const char *name)
{
    return names ? apr_hash_get(names, name, APR_HASH_KEY_STRING) : NULL;
}

/* fragment: RFC 6901 6, or an anchor, or "" */
static const mcp_error_t *target_get(const mcp_schema_t **target,
                                     const char *fragment, const char *keyword,
                                     build_t *b)
{
    const mcp_json_t *json = NULL;

    *target = NULL;
    if (!*fragment || *fragment == '/')
        json = mcp_json_pointer(b->resource->json, fragment);
    else
        *target = name_find(b->resource->anchors, fragment);
    if (json)
        return mcp_schema_make_part(target, json, keyword, b);
    return *target ? NULL
                   : mcp_schema_make_refuse(b, keyword, "leads nowhere");
}

const mcp_error_t *mcp_schema_resource_follow(const mcp_schema_link_t *link,
                                              build_t *b)
{
    apr_pool_t *pool = b->cx->pool;
    const char *keyword = link->keyword->name, *fragment = "";
    const char *hash = strchr(link->uri, '#'), *uri = link->uri;
    const mcp_schema_t *target;

    b->where = link->where;
    if (hash) {
        uri = apr_pstrmemdup(pool, uri, hash - uri);
        fragment = apr_punescape_url(pool, hash + 1, NULL, NULL, 0);
    }
    if (!fragment)
        return mcp_schema_make_refuse(b, keyword, "is not a URI");
    b->resource = apr_hash_get(b->resources, uri, APR_HASH_KEY_STRING);
    if (!b->resource)
        return mcp_schema_make_refuse(
            b, keyword,
            apr_pstrcat(pool, "leads into another document, ",
                        mcp_encode_log(uri, 200, pool),
                        ", and none is fetched", NULL));
    b->dialect = b->resource->dialect;
    MCP_TRY(target_get(&target, fragment, keyword, b));
    *MCP_SCHEMA_MEMBER(link->from, link->keyword, const mcp_schema_t *) =
        target;
    if (link->keyword->offset == offsetof(mcp_schema_t, dynamic_ref) &&
        name_find(b->resource->dynamic, fragment))
        link->from->dynamic_name = fragment;
    return NULL;
}
