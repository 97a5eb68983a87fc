/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/contract.h"

#include <apr_date.h>
#include <apr_lib.h>
#include <string.h>

#include "base/encode.h"

#define NAME_MAX_LENGTH 128
#define SHOWN_MAX 200
#define REMEDY "correct the module that offers it, or take it out of MCPOffer"

int mcp_contract_is_name(const char *name)
{
    const char *s;

    for (s = name; *s; s++)
        if (!apr_isalnum(*s) && !strchr("_.-", *s))
            return 0;
    return s > name && s - name <= NAME_MAX_LENGTH;
}

int mcp_contract_is_text(const char *text)
{
    return !text || mcp_encode_is_utf8(text, strlen(text));
}

/* -- media types -- */

/* RFC 9110 5.6.2 */
static apr_size_t token(const char *s)
{
    apr_size_t len = 0;

    while (s[len] &&
           (apr_isalnum(s[len]) || strchr("!#$%&'*+-.^_`|~", s[len])))
        len++;
    return len;
}

static apr_size_t quoted(const char *s)
{
    apr_size_t len = 1;

    while (s[len] && s[len] != '"')
        len += s[len] == '\\' && s[len + 1] ? 2 : 1;
    return s[len] ? len + 1 : 0;
}

/* ";" name "=" value, with blanks around the ";" */
static apr_size_t parameter(const char *s)
{
    apr_size_t len = strspn(s, " \t"), value, name;

    if (s[len++] != ';')
        return 0;
    len += strspn(s + len, " \t");
    name = token(s + len);
    len += name;
    if (!name || s[len++] != '=')
        return 0;
    value = s[len] == '"' ? quoted(s + len) : token(s + len);
    return value ? len + value : 0;
}

int mcp_contract_is_media_type(const char *text)
{
    apr_size_t len = token(text);
    const char *s;

    if (!len || text[len] != '/' || !mcp_contract_is_text(text))
        return 0;
    text += len + 1;
    len = token(text);
    if (!len)
        return 0;
    for (s = text + len; *s; s += len) {
        len = parameter(s);
        if (!len)
            return 0;
    }
    return 1;
}

/* -- names in _meta -- */

/* Letters, digits and others, with a letter or digit at each end. */
static int is_word(const char *s, apr_size_t len, const char *others)
{
    apr_size_t i;

    for (i = 0; i < len; i++)
        if (!apr_isalnum(s[i]) && (!s[i] || !strchr(others, s[i])))
            return 0;
    return len && apr_isalnum(s[0]) && apr_isalnum(s[len - 1]);
}

static int is_reserved(const char *label, apr_size_t len)
{
    return (len == 3 && !strncmp(label, "mcp", len)) ||
           (len == 20 && !strncmp(label, "modelcontextprotocol", len));
}

int mcp_contract_is_meta_name(const char *name)
{
    const char *label = name, *slash = strchr(name, '/');
    apr_size_t len;
    int n;

    for (n = 0; slash && label <= slash; label += len + 1, n++) {
        len = strcspn(label, "./");
        if (!is_word(label, len, "-") || !apr_isalpha(*label) ||
            (n == 1 && is_reserved(label, len)))
            return 0;
    }
    return slash && (!*label || is_word(label, strlen(label), "-_."));
}

/* -- objects -- */

const char *mcp_contract_object_read(const mcp_json_t **json, const char *text,
                                     mcp_ctx_t *cx)
{
    *json = NULL;
    if (!text || mcp_json_read(json, text, strlen(text), cx))
        return NULL;
    if (mcp_json_type(*json) != MCP_JSON_OBJECT)
        *json = NULL;
    return *json ? mcp_json_text(*json, cx->pool) : NULL;
}

/* an array of "user" and "assistant" */
static int is_audience(const mcp_json_t *json)
{
    apr_size_t i;
    const char *role;

    if (mcp_json_type(json) != MCP_JSON_ARRAY)
        return 0;
    for (i = 0; i < mcp_json_size(json); i++) {
        role = mcp_json_string(mcp_json_at(json, i));
        if (!role ||
            (strcmp(role, "user") != 0 && strcmp(role, "assistant") != 0))
            return 0;
    }
    return 1;
}

static int is_within(const char *digits, int least, int most)
{
    int n = (digits[0] - '0') * 10 + digits[1] - '0';

    return n >= least && n <= most;
}

/* ISO 8601 as RFC 3339 narrows it: clients read no other */
static int is_moment(const mcp_json_t *json)
{
    const char *text = mcp_json_string(json), *zone;

    if (!text || !apr_date_checkmask(text, "####-##-##T##:##:##*") ||
        !is_within(text + 5, 1, 12) || !is_within(text + 8, 1, 31) ||
        !is_within(text + 11, 0, 23) || !is_within(text + 14, 0, 59) ||
        !is_within(text + 17, 0, 60))
        return 0;
    zone = text + 19;
    if (*zone == '.')
        zone += 1 + strspn(zone + 1, "0123456789");
    if (!strcmp(zone, "Z"))
        return zone[-1] != '.';
    return zone[-1] != '.' && (*zone == '+' || *zone == '-') &&
           apr_date_checkmask(zone + 1, "##:##");
}

const char *mcp_contract_annotations_check(const char *text, mcp_ctx_t *cx)
{
    const mcp_json_t *json, *audience, *priority, *modified;
    double number;

    if (!text)
        return NULL;
    if (!mcp_contract_object_read(&json, text, cx))
        return "its annotations are no JSON object";
    audience = mcp_json_get(json, "audience");
    priority = mcp_json_get(json, "priority");
    modified = mcp_json_get(json, "lastModified");
    if (audience && !is_audience(audience))
        return "the audience of its annotations is no array of \"user\" and "
               "\"assistant\"";
    if (priority &&
        (!mcp_json_number(&number, priority) || number < 0 || number > 1))
        return "the priority of its annotations is no number from 0 to 1";
    if (modified && !is_moment(modified))
        return "the lastModified of its annotations is not like "
               "\"2025-01-12T15:00:58Z\"";
    return NULL;
}

/* -- telling -- */

const mcp_error_t *mcp_contract_refuse(const char *kind,
                                       const mcp_offered_t *offered,
                                       const char *name, const char *why,
                                       mcp_ctx_t *cx)
{
    size_t len = strlen(why);

    /* it goes on behind: some of these are sentences for clients too */
    if (len && why[len - 1] == '.')
        len--;
    return mcp_error_fault(
        MCP_E_SERVER_ERROR, cx, REMEDY, "the %s %s of the module %s: %.*s",
        kind, mcp_encode_log(name ? name : "(no name)", SHOWN_MAX, cx->pool),
        offered->module, (int)len, why);
}
