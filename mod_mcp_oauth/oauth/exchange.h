/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_EXCHANGE_H
#define MCP_OAUTH_EXCHANGE_H

#include "oauth/service.h"

/* One HTTP exchange on an OAuth endpoint, without httpd: server/endpoint fills
 * in what came, calls the endpoint's function from endpoint.def, and sends
 * what that left. A function that returns an error has written nothing; the
 * error is answered in the endpoint's style. */

typedef struct mcp_oauth_exchange_t {
    const mcp_oauth_service_t *service;

    /* -- what came -- */
    const char *method; /* HEAD is GET; OPTIONS never gets here */
    const char *suffix; /* of a well-known: what follows it, "" or "/mcp" */
    const char *query;  /* raw, or NULL */
    const char *body;   /* bounded by endpoint.def; NUL-terminated */
    apr_size_t body_len;
    const char *content_type; /* lower case, without parameters, or NULL */
    const char *authorization;
    const char *origin;
    const char *fetch_site; /* Sec-Fetch-Site */
    const char *cookie;
    const char *address; /* the client's, for throttling */
    const char *user;    /* r->user that httpd's authentication set, or NULL */
    const mcp_idp_password_t *password;

    /* -- what goes -- */
    int status;              /* 200 unless set */
    apr_table_t *headers;    /* extra ones; may hold several Set-Cookie */
    const char *json;        /* a rendered JSON body, or */
    const char *page;        /* the name of a page, and */
    const char *page_values; /* the JSON object its template reads */
} mcp_oauth_exchange_t;

typedef const mcp_error_t *mcp_oauth_endpoint_fn(mcp_oauth_exchange_t *x,
                                                 mcp_ctx_t *cx);

#endif
