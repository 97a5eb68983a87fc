/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_GUARD_H
#define MCP_NET_GUARD_H

#include <sys/socket.h>

/* Which addresses may be dialled for a URL that a stranger named: those of the
 * public Internet, and no other. Whatever leads back into our own network is
 * refused, also through addresses that hold another address. */

/* NULL when it may be dialled; else what it is, as "a loopback address". */
const char *mcp_net_guard_fault(const struct sockaddr *address);

/* Of a host in a URL, for when a proxy dials and the address is not seen here:
 * NULL when it is a name with a domain. In whatever notation system libraries
 * read (0x7f.1, 2130706433), an address is none. */
const char *mcp_net_guard_name_fault(const char *host);

#endif
