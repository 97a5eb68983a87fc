/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_EXCHANGE_H
#define MCP_OAUTH_EXCHANGE_H

#include "mod_mcp_oauth.h"
#include "oauth/service.h"

/* One HTTP exchange on an OAuth endpoint, without httpd: server/endpoint fills
 * in what came, calls the endpoint's function from endpoint.def, and sends
 * what that left. A function that returns an error has written no body; the
 * error is answered in the endpoint's style, with the headers left. */

/* Lent by server/: asks an expression of httpd that was parsed at start. */
typedef struct mcp_oauth_expr_t {
    const mcp_error_t *(*is_true)(int *truth, void *baton, const void *expr,
                                  const mcp_principal_t *who);
    void *baton;
} mcp_oauth_expr_t;

typedef struct mcp_oauth_exchange_t {
    const mcp_oauth_service_t *service;

    /* -- what came -- */
    const char *method; /* HEAD is GET; OPTIONS never gets here */
    const char *suffix; /* of a well-known: what follows it, "" or "/mcp" */
    const char *query;  /* raw, or NULL */
    const char *body;   /* bounded by endpoint.def; NUL-terminated */
    apr_size_t body_len;
    const char *content_type; /* lower case, without parameters, or NULL */
    const char *url; /* that was asked for, without a query; NULL where
                      * nobody needs it */
    const char *authorization;
    const char *dpop; /* the DPoP header, or NULL */
    const char *origin;
    const char *fetch_site; /* Sec-Fetch-Site */
    const char *fetch_dest; /* Sec-Fetch-Dest */
    const char *cookie;
    const char *address; /* the client's, for throttling */
    const char *user;    /* r->user that httpd's authentication set, or NULL */
    int may_have_user;   /* httpd's authentication may set one here */
    const mcp_idp_password_t *password;
    const mcp_oauth_expr_t *expr;
    int is_return; /* from a page of somebody else's, which may end in a form
                    * as ours do */

    /* -- what goes -- */
    int status;              /* 200 unless set */
    apr_table_t *headers;    /* extra ones, with an error too; may hold
                              * several Set-Cookie */
    const char *json;        /* a rendered JSON body, or */
    const char *page;        /* the name of a page (page/page.h), and */
    const char *page_values; /* the JSON object its template reads */
} mcp_oauth_exchange_t;

typedef const mcp_error_t *mcp_oauth_endpoint_fn(mcp_oauth_exchange_t *x,
                                                 mcp_ctx_t *cx);

/* A parameter. RFC 6749 3.1: one without a value counts as left out. */
const char *mcp_oauth_exchange_field(const apr_table_t *form,
                                     const char *name);

/* The parameters of a POST. MEDIA_TYPE or INVALID_REQUEST. */
const mcp_error_t *mcp_oauth_exchange_form(apr_table_t **form,
                                           const mcp_oauth_exchange_t *x,
                                           mcp_ctx_t *cx);

/* -- answers -- */

/* what anyone may read and keep for some minutes */
void mcp_oauth_exchange_public(mcp_oauth_exchange_t *x, const char *json);
/* no cache may keep what is answered, an error either (RFC 6749 5.1) */
void mcp_oauth_exchange_private(mcp_oauth_exchange_t *x);
void mcp_oauth_exchange_page(mcp_oauth_exchange_t *x, int status,
                             const char *page, const char *values);
/* Sends the browser on to uri. After a form, here or at an identity provider,
 * a custom scheme is left through a page: browsers do not follow such a
 * redirect, or stay where the form was (D15). */
void mcp_oauth_exchange_leave(mcp_oauth_exchange_t *x, const char *uri,
                              mcp_ctx_t *cx);
/* where to register, if anywhere: for clients whose client_id is not known */
void mcp_oauth_exchange_link(mcp_oauth_exchange_t *x, mcp_ctx_t *cx);

#endif
