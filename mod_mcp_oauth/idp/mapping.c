/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/mapping.h"

#include <apr_strings.h>
#include <string.h>

#include "base/writer.h"
#include "idp/claim.h"
#include "idp/metadata.h"
#include "mod_mcp_oauth.h"

typedef struct reading_t {
    const mcp_idp_t *idp;
    const mcp_json_t *const *claims;
    int count;
    mcp_ctx_t *cx;
} reading_t;

/* A word where it may be found: in one of the objects. */
typedef struct place_t {
    const char *word;
    int is_list;
    const mcp_json_t *claims;
    const reading_t *reading;
    int is_written; /* by a Claim line */
    const char *pointer;
} place_t;

/* What a hit gives: one of these. */
typedef struct found_t {
    const char *text;
    apr_array_header_t *list;
} found_t;

/* -- where a word is -- */

static const mcp_idp_claim_setting_t *written(const mcp_idp_t *idp,
                                              const char *word)
{
    int i;

    for (i = 0; idp->claims && i < idp->claims->nelts; i++) {
        const mcp_idp_claim_setting_t *one =
            &APR_ARRAY_IDX(idp->claims, i, mcp_idp_claim_setting_t);

        if (!strcmp(one->word, word))
            return one;
    }
    return NULL;
}

/* Whether it is an e-mail address that somebody is known by: a Claim line for
 * email alone is taken at its word, for that names nobody. */
static int is_address(const place_t *place)
{
    return place->is_written ? strcmp(place->word, "email") != 0 &&
                                   !strcmp(place->pointer, "/email")
                             : !strcmp(place->word, "email");
}

static int is_trusted(const place_t *place)
{
    if (!is_address(place))
        return 1;
    switch (place->reading->idp->preset->facts->email) {
    case MCP_IDP_EMAIL_ALWAYS:
        return 1;
    case MCP_IDP_EMAIL_EDOV:
        return mcp_idp_claim_is_yes(mcp_json_get(place->claims, "xms_edov"));
    default:
        return mcp_idp_claim_is_yes(
            mcp_json_get(place->claims, "email_verified"));
    }
}

static int take(found_t *found, const char *pointer, place_t *place)
{
    const mcp_json_t *json = mcp_json_pointer(place->claims, pointer);
    apr_pool_t *pool = place->reading->cx->pool;

    place->pointer = pointer;

    if (place->is_list)
        found->list =
            mcp_idp_claim_list(json, !strcmp(place->word, "scopes"), pool);
    else if (is_trusted(place))
        found->text = mcp_idp_claim_text(json, pool);
    return found->list || found->text;
}

/* What a mapping of another module makes of the same. */
static int module_take(found_t *found, const mcp_claim_mapping_t *mapping,
                       const place_t *place)
{
    apr_pool_t *pool = place->reading->cx->pool;
    const apr_array_header_t *values = mapping->values(
        mapping->baton, pool, mcp_json_text(place->claims, pool), place->word);
    int i;

    if (!values)
        return 0;
    if (place->is_list)
        found->list =
            apr_array_make(pool, values->nelts, sizeof(const char *));
    for (i = 0; i < values->nelts && !found->text; i++) {
        const char *text = APR_ARRAY_IDX(values, i, const char *);

        if (!mcp_idp_claim_is_good(text))
            continue;
        if (place->is_list)
            mcp_idp_claim_add(found->list, text);
        else
            found->text = text;
    }
    return found->list || found->text;
}

static int written_find(found_t *found, const mcp_idp_claim_setting_t *line,
                        place_t *place)
{
    int i;

    for (i = 0; i < line->pointers->nelts; i++) {
        const char *pointer = APR_ARRAY_IDX(line->pointers, i, const char *);
        const mcp_claim_mapping_t *mapping =
            line->mappings
                ? APR_ARRAY_IDX(line->mappings, i, const mcp_claim_mapping_t *)
                : NULL;

        if (mapping ? module_take(found, mapping, place)
                    : take(found, pointer, place))
            return 1;
    }
    return 0;
}

static int known_find(found_t *found, place_t *place)
{
    const mcp_idp_claim_fact_t *fact =
        place->reading->idp->preset->facts->claims;

    for (; fact->word; fact++)
        if (!strcmp(fact->word, place->word) &&
            take(found, fact->pointer, place))
            return 1;
    return 0;
}

/* In the first of at most so many objects that says it. */
static found_t find(const char *word, int is_list, int most,
                    const reading_t *reading)
{
    const mcp_idp_claim_setting_t *line = written(reading->idp, word);
    place_t place = {word, is_list, NULL, reading, line != NULL, NULL};
    found_t found = {NULL, NULL};
    int i;

    for (i = 0; i < reading->count && i < most; i++) {
        place.claims = reading->claims[i];
        if (mcp_json_type(place.claims) == MCP_JSON_OBJECT &&
            (line ? written_find(&found, line, &place)
                  : known_find(&found, &place)))
            break;
    }
    return found;
}

static const char *text_find(const char *word, const reading_t *reading)
{
    return find(word, 0, reading->count, reading).text;
}

static const apr_array_header_t *list_find(const char *word,
                                           const reading_t *reading)
{
    return find(word, 1, reading->count, reading).list;
}

/* -- what no pointer finds -- */

static const apr_array_header_t *permissions_find(const reading_t *reading)
{
    const mcp_idp_facts_t *facts = reading->idp->preset->facts;
    apr_array_header_t *all = NULL, *list;
    int i, k;

    if (!facts->permissions || written(reading->idp, "permissions"))
        return list_find("permissions", reading);
    for (i = 0; i < reading->count && !all; i++)
        all = facts->permissions(reading->claims[i], reading->cx->pool);
    if (!all)
        return NULL;
    list = apr_array_make(reading->cx->pool, all->nelts, sizeof(const char *));
    for (k = 0; k < all->nelts; k++) {
        const char *one = APR_ARRAY_IDX(all, k, const char *);

        if (mcp_idp_claim_is_good(one))
            mcp_idp_claim_add(list, one);
    }
    return list;
}

/* Of a provider with several issuers that which vouches, so that their users
 * never mix. */
static const char *issuer_find(const reading_t *reading)
{
    int i;

    for (i = 0; i < reading->count; i++) {
        const char *said =
            mcp_json_string(mcp_json_get(reading->claims[i], "iss"));

        if (mcp_idp_metadata_is_issuer(reading->idp, said))
            return said;
    }
    return reading->idp->issuer;
}

/* -- all that it said -- */

/* What a token is about, not its user. */
static const char *const protocol[] = {
    "aud",        "azp",     "exp",    "iat",    "nbf",    "jti",
    "nonce",      "at_hash", "c_hash", "s_hash", "sid",    "session_state",
    "auth_time",  "typ",     "rat",    "events", "active", "client_id",
    "token_type", "scope",   "scp",    "cid",    "appid",  "uti",
};

static int is_protocol(const char *name)
{
    apr_size_t i;

    for (i = 0; i < sizeof(protocol) / sizeof(*protocol); i++)
        if (!strcmp(protocol[i], name))
            return 1;
    return 0;
}

static int is_earlier(const reading_t *reading, int object, const char *name)
{
    int i;

    for (i = 0; i < object; i++)
        if (mcp_json_get(reading->claims[i], name))
            return 1;
    return 0;
}

static void object_write(mcp_writer_t *w, int object, const reading_t *reading)
{
    const mcp_json_t *claims = reading->claims[object];
    mcp_json_iter_t *i;

    if (mcp_json_type(claims) != MCP_JSON_OBJECT)
        return;
    for (i = mcp_json_first(claims); i; i = mcp_json_next(claims, i)) {
        const char *name = mcp_json_iter_name(i);

        if (is_protocol(name) || is_earlier(reading, object, name))
            continue;
        mcp_writer_name(w, name);
        mcp_writer_json(w, mcp_json_iter_value(i));
    }
}

static const char *claims_of(const reading_t *reading)
{
    mcp_writer_t *w = mcp_writer_make(reading->cx->pool);
    apr_size_t len;
    const char *text;
    int i;

    mcp_writer_open(w, '{');
    for (i = 0; i < reading->count; i++)
        object_write(w, i, reading);
    mcp_writer_close(w);
    text = mcp_writer_text(w, &len);
    if (len <= MCP_IDENTITY_CLAIMS_MAX)
        return text;
    mcp_ctx_log(reading->cx, MCP_LOG_DEBUG, 170,
                "%s: the claims of a user have %" APR_SIZE_T_FMT
                " bytes, more than the %d that are kept: there is no "
                "\"claims\" of this user, all other words are there",
                reading->idp->label, len, MCP_IDENTITY_CLAIMS_MAX);
    return NULL;
}

/* -- a user -- */

static int is_missing(const mcp_idp_mapped_t *mapped, const char *word)
{
    const mcp_identity_t *who = &mapped->identity;
    const struct {
        const char *word;
        const void *value;
    } values[] = {
        {"user", who->user},        {"email", who->email},
        {"name", who->name},        {"picture", who->picture},
        {"roles", who->roles},      {"permissions", who->permissions},
        {"scopes", mapped->scopes}, {"organization", who->organization},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(values) / sizeof(*values); i++)
        if (!strcmp(values[i].word, word))
            return !values[i].value;
    return 0;
}

static int lacks(const mcp_idp_mapped_t *mapped, const mcp_idp_t *idp)
{
    int i;

    for (i = 0; idp->claims && i < idp->claims->nelts; i++)
        if (is_missing(
                mapped,
                APR_ARRAY_IDX(idp->claims, i, mcp_idp_claim_setting_t).word))
            return 1;
    return !mapped->identity.email || !mapped->identity.name;
}

int mcp_idp_mapping_lacks(const mcp_idp_mapped_t *mapped)
{
    return mapped->lacks;
}

void mcp_idp_mapping_read(mcp_idp_mapped_t *mapped, const mcp_idp_t *idp,
                          const mcp_json_t *const *claims, int count,
                          mcp_ctx_t *cx)
{
    const reading_t reading = {idp, claims, count, cx};
    mcp_identity_t *who = &mapped->identity;

    memset(mapped, 0, sizeof(*mapped));
    if (!count)
        return;
    who->issuer = issuer_find(&reading);
    who->subject = find("subject", 0, 1, &reading).text;
    who->user = text_find("user", &reading);
    mapped->lacks = written(idp, "user") && !who->user;
    if (!who->user)
        who->user = who->subject;
    who->email = text_find("email", &reading);
    who->name = text_find("name", &reading);
    if (who->name)
        who->name =
            mcp_idp_claim_cut(who->name, MCP_IDP_MAPPING_NAME, cx->pool);
    who->picture = text_find("picture", &reading);
    who->organization = text_find("organization", &reading);
    who->roles = list_find("roles", &reading);
    who->permissions = permissions_find(&reading);
    who->session =
        mcp_idp_claim_text(mcp_json_get(claims[0], "sid"), cx->pool);
    who->claims = claims_of(&reading);
    mapped->client = text_find("client", &reading);
    mapped->scopes = list_find("scopes", &reading);
    mapped->lacks |= lacks(mapped, idp);
}
