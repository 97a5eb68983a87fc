/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include <sys/stat.h>
#include <unistd.h>

#include "oauth/known.h"

/* The text is service.json, which the user that httpd runs as can change:
 * whatever is known has all that its readers look at. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[] = "/tmp/mcp_fuzz_known_XXXXXX";

static void directory_end(void)
{
    rmdir(directory);
}

static void directory_make(void)
{
    static int ready;

    if (ready)
        return;
    ready = 1;
    if (!mkdtemp(directory))
        abort();
    atexit(directory_end);
}

static void file_put(const char *path, const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
        abort();
}

static void service_check(const mcp_oauth_service_t *service)
{
    int i;

    PROMISE(service->issuer && service->works && service->settings);
    for (i = 0; i < service->settings->clients->nelts; i++)
        PROMISE(APR_ARRAY_IDX(service->settings->clients, i,
                              const mcp_client_setting_t *)
                    ->id);
    for (i = 0; i < service->resources->nelts; i++) {
        const mcp_oauth_resource_t *resource =
            APR_ARRAY_IDX(service->resources, i, const mcp_oauth_resource_t *);

        PROMISE(resource->url && resource->required &&
                resource->settings->lifetime);
        PROMISE(mcp_oauth_service_resource(service, resource->url));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const char *path;
    const mcp_oauth_works_t works = {0};
    const mcp_oauth_known_t *known;
    int i;

    directory_make();
    path = apr_pstrcat(cx.pool, directory, "/" MCP_KNOWN_FILE, NULL);
    file_put(path, data, size);
    if (!mcp_oauth_known_read(&known, directory, &works, &cx)) {
        PROMISE(known && known->store);
        for (i = 0; i < known->services->nelts; i++)
            service_check(APR_ARRAY_IDX(known->services, i,
                                        const mcp_oauth_service_t *));
    }
    unlink(path);
    target_end(&cx);
    return 0;
}
