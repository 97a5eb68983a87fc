/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* The floor of `make bench`: what no MCP server in httpd can do without. It
 * reads the body, parses it with jansson where it is JSON, and answers bytes
 * that are given. */

#include <httpd.h>
#include <http_config.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include <apr_file_io.h>
#include <apr_strings.h>

#include <jansson.h>

#define BODY_MAX (1024 * 1024)

module AP_MODULE_DECLARE_DATA floor_module;

typedef struct floor_t {
    const char *answer;
    apr_size_t len;
} floor_t;

static void *create(apr_pool_t *pool, char *path)
{
    return apr_pcalloc(pool, sizeof(floor_t));
}

static const char *set_answer(cmd_parms *cmd, void *baton, const char *path)
{
    floor_t *floor = baton;
    apr_file_t *file;
    apr_finfo_t info;
    char *answer;

    if (apr_file_open(&file, path, APR_READ, 0, cmd->pool) != APR_SUCCESS ||
        apr_file_info_get(&info, APR_FINFO_SIZE, file) != APR_SUCCESS)
        return apr_pstrcat(cmd->pool, "cannot read ", path, NULL);
    floor->len = (apr_size_t)info.size;
    answer = apr_palloc(cmd->pool, floor->len + 1);
    if (apr_file_read_full(file, answer, floor->len, NULL) != APR_SUCCESS)
        return apr_pstrcat(cmd->pool, "cannot read ", path, NULL);
    floor->answer = answer;
    return NULL;
}

static char *body_read(apr_size_t *len, request_rec *r)
{
    apr_bucket_brigade *bb;
    char *body = NULL;
    apr_off_t size;

    *len = 0;
    bb = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    if (ap_get_brigade(r->input_filters, bb, AP_MODE_READBYTES, APR_BLOCK_READ,
                       BODY_MAX) != APR_SUCCESS ||
        apr_brigade_length(bb, 1, &size) != APR_SUCCESS ||
        apr_brigade_pflatten(bb, &body, len, r->pool) != APR_SUCCESS)
        return NULL;
    apr_brigade_cleanup(bb);
    return body;
}

static int is_json(const request_rec *r)
{
    const char *type = apr_table_get(r->headers_in, "Content-Type");

    return !type || !strncmp(type, "application/json", 16);
}

static int parse(const char *body, apr_size_t len)
{
    json_error_t why;
    json_t *message = json_loadb(body, len, JSON_REJECT_DUPLICATES, &why);

    json_decref(message);
    return message != NULL;
}

static int handle(request_rec *r)
{
    floor_t *floor;
    apr_size_t len;
    char *body;

    if (!r->handler || strcmp(r->handler, "floor") != 0)
        return DECLINED;
    floor = ap_get_module_config(r->per_dir_config, &floor_module);
    body = body_read(&len, r);
    if (!body || !floor->answer || (is_json(r) && !parse(body, len)))
        return HTTP_BAD_REQUEST;
    ap_set_content_type(r, "application/json");
    ap_set_content_length(r, (apr_off_t)floor->len);
    ap_rwrite(floor->answer, (int)floor->len, r);
    return OK;
}

/* There is no file to look for and no other module to ask, as in an MCP
 * location: else the floor would lie above us. */
static int claim(request_rec *r)
{
    const floor_t *floor =
        ap_get_module_config(r->per_dir_config, &floor_module);

    return floor && floor->answer ? OK : DECLINED;
}

static const command_rec commands[] = {
    AP_INIT_TAKE1("FloorAnswer", set_answer, NULL, ACCESS_CONF,
                  "the file with the bytes to answer"),
    {0}};

static void register_hooks(apr_pool_t *pool)
{
    ap_hook_translate_name(claim, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_map_to_storage(claim, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_handler(handle, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(floor) = {STANDARD20_MODULE_STUFF,
                            create,
                            NULL,
                            NULL,
                            NULL,
                            commands,
                            register_hooks,
                            AP_MODULE_FLAG_NONE};
