/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* A DNS and an Internet for behaviour tests: names have the addresses, and
 * addresses the loopback ports, that a file says, which is read each time.
 *
 *   HostsFile PATH
 *
 *   name app.example 93.184.216.34      several addresses with commas
 *   dial 93.184.216.34 45443            what answers there is on this port
 *
 * An address without a line is dialled as it is; a name without one is asked
 * of the system. */

#include <httpd.h>
#include <http_config.h>

#include <apr_lib.h>
#include <apr_strings.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "net/dial.h"

module AP_MODULE_DECLARE_DATA hosts_module;

static const char *file;

/* The third word of the line that begins with these two. */
static int look_up(char *found, apr_size_t size, const char *kind,
                   const char *key)
{
    char line[512], first[8], second[256], third[256];
    FILE *in = file ? fopen(file, "r") : NULL;
    int is_found = 0;

    while (in && !is_found && fgets(line, sizeof(line), in)) {
        if (sscanf(line, "%7s %255s %255s", first, second, third) != 3)
            continue;
        is_found = !strcmp(first, kind) && !strcasecmp(second, key);
        if (is_found)
            apr_cpystrn(found, third, size);
    }
    if (in)
        fclose(in);
    return is_found;
}

static const char *resolve(const char *host, apr_pool_t *pool)
{
    char addresses[256];

    return look_up(addresses, sizeof(addresses), "name", host)
               ? apr_pstrdup(pool, addresses)
               : NULL;
}

static void divert(struct sockaddr *address)
{
    struct sockaddr_in *in = (struct sockaddr_in *)(void *)address;
    char text[INET_ADDRSTRLEN], port[16];

    if (address->sa_family != AF_INET ||
        !inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)) ||
        !look_up(port, sizeof(port), "dial", text))
        return;
    in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    in->sin_port = htons((unsigned short)atoi(port));
}

static const mcp_net_dial_t *mcp_net_dial(void)
{
    static const mcp_net_dial_t dial = {resolve, divert};

    return file ? &dial : NULL;
}

static const char *set_file(cmd_parms *cmd, void *dummy, const char *path)
{
    file = ap_server_root_relative(cmd->pool, path);
    return file ? NULL : "HostsFile: not a path";
}

static const command_rec directives[] = {
    AP_INIT_TAKE1("HostsFile", set_file, NULL, RSRC_CONF,
                  "names and addresses for tests"),
    {NULL, {NULL}, NULL, 0, RAW_ARGS, NULL}};

static void register_hooks(apr_pool_t *pool)
{
    file = NULL;
    APR_REGISTER_OPTIONAL_FN(mcp_net_dial);
}

AP_DECLARE_MODULE(hosts) = {
    STANDARD20_MODULE_STUFF,
    NULL,
    NULL,
    NULL,
    NULL,
    directives,
    register_hooks,
    AP_MODULE_FLAG_NONE,
};
