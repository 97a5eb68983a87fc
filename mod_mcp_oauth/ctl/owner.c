/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/owner.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_strings.h>

static const char *name_of(uid_t user, apr_pool_t *pool)
{
    const struct passwd *entry = getpwuid(user);

    return entry ? apr_pstrdup(pool, entry->pw_name)
                 : apr_psprintf(pool, "%ld", (long)user);
}

static const mcp_error_t *unreachable(const char *directory, int error,
                                      mcp_ctx_t *cx)
{
    const char *remedy = "Name the state directory with --state or in "
                         "MCP_STATE: it is MCPStateDirectory of the server, "
                         "which makes it when it starts.";

    if (error == EACCES)
        remedy = "Run mcpctl as root, or as the user whom the state directory "
                 "belongs to.";
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx, remedy,
                           "state directory %s: %s", directory,
                           strerror(error));
}

static int become(uid_t user, gid_t group)
{
    return setgroups(1, &group) == 0 && setgid(group) == 0 &&
           setuid(user) == 0;
}

const mcp_error_t *mcp_ctl_owner_become(const char **name,
                                        const char *directory, mcp_ctx_t *cx)
{
    struct stat status;

    if (stat(directory, &status) != 0)
        return unreachable(directory, errno, cx);
    if (!S_ISDIR(status.st_mode))
        return unreachable(directory, ENOTDIR, cx);
    *name = name_of(status.st_uid, cx->pool);
    if (geteuid() == status.st_uid)
        return NULL;
    if (geteuid() != 0)
        return mcp_error_fault(
            MCP_E_UNAVAILABLE, cx,
            apr_psprintf(cx->pool, "Run mcpctl as root or as %s.", *name),
            "state directory %s belongs to %s", directory, *name);
    if (!become(status.st_uid, status.st_gid))
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "Run mcpctl with the rights of root, to become "
                               "another user.",
                               "cannot become %s: %s", *name, strerror(errno));
    return NULL;
}
