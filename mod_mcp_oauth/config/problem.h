/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_PROBLEM_H
#define MCP_CONFIG_PROBLEM_H

#include <httpd.h>

#include <apr_hash.h>

/* What is wrong with a configuration: rows of problem.def, said in the error
 * log and, with httpd -t, on the terminal. */

typedef enum {
#define MCP_PROBLEM(name, level, number, text) MCP_PROBLEM_##name,
#include "config/problem.def"
    MCP_PROBLEM_END
} mcp_config_problem_t;

typedef struct mcp_config_report_t {
    server_rec *server; /* whose log it is */
    apr_pool_t *pool;
    int errors;       /* that stop the start */
    apr_hash_t *said; /* NULL at first: nothing is said twice */
} mcp_config_report_t;

/* where: "<Location "/mcp">, line 12 of FILE". The arguments are strings, as
 * many as the row has %s. */
void mcp_config_problem_report(mcp_config_report_t *report, const char *where,
                               mcp_config_problem_t problem, ...);

#endif
