/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_PRESET_H
#define MCP_IDP_PRESET_H

#include <apr_tables.h>

#include "base/error.h"

/* What an identity provider is (D2): each preset is one const struct in its
 * own file; idp/preset.c lists them. `httpd`, Apache's own authentication, is
 * one like the others. */

typedef struct mcp_idp_preset_t mcp_idp_preset_t;

/* A provider as the administrator configured it. Immutable at run time. */
typedef struct mcp_idp_t {
    const mcp_idp_preset_t *preset;
    const apr_array_header_t *arguments; /* of const char *; after the preset's
                                          * name */
    const char *label;                   /* on pages; never NULL */
    const char *issuer; /* vouches for subjects: principal->issuer */
    const char *key;    /* tells it from those that are configured otherwise:
                         * nobody who signed in at one has at another */
    void *section;      /* server's: the Auth... directives inside the
                         * container, or NULL */
} mcp_idp_t;

/* Who signed in, as the provider says. Strings are pool-owned. */
typedef struct mcp_identity_t {
    const char *issuer;
    const char *subject;
    const char *user; /* REMOTE_USER */
} mcp_identity_t;

/* Lent by server/: asks httpd's authn providers. *user is the name to go by
 * (as the provider spells it); NULL when name and password do not match. */
typedef struct mcp_idp_password_t {
    const mcp_error_t *(*check)(const char **user, void *baton,
                                const mcp_idp_t *idp, const char *name,
                                const char *password);
    void *baton;
} mcp_idp_password_t;

/* What the browser and httpd brought so far. */
typedef struct mcp_idp_login_t {
    const mcp_idp_t *idp;
    const char *httpd_user;  /* set by httpd's own authentication, or NULL */
    const apr_table_t *form; /* of the POST on our sign-in page, or NULL */
    const mcp_idp_password_t *password;
    int may_have_user; /* httpd has an authentication that may set one */
} mcp_idp_login_t;

/* What to do next. */
typedef enum {
    MCP_IDP_FORM,     /* show our sign-in page */
    MCP_IDP_REFUSED,  /* show it again and say that it was wrong */
    MCP_IDP_REDIRECT, /* send the browser to location */
    MCP_IDP_NOBODY,   /* say that httpd has signed nobody in */
    MCP_IDP_DONE      /* identity is who signed in */
} mcp_idp_next_t;

typedef struct mcp_idp_step_t {
    mcp_idp_next_t next;
    const char *location;
    mcp_identity_t identity;
} mcp_idp_step_t;

struct mcp_idp_preset_t {
    const char *name;
    const char *usage; /* for the manual and errors: its arguments */
    /* At configuration time: NULL, or what is wrong and what to write
     * instead. Sets issuer, label and key where they are NULL. */
    const char *(*check)(mcp_idp_t *idp, apr_pool_t *pool);
    /* One step of a sign-in. */
    const mcp_error_t *(*step)(mcp_idp_step_t *step,
                               const mcp_idp_login_t *login, mcp_ctx_t *cx);
};

/* The preset of this name, or NULL. */
const mcp_idp_preset_t *mcp_idp_preset_find(const char *name);
/* Their names, for an error that teaches. */
const char *mcp_idp_preset_names(apr_pool_t *pool);

#endif
