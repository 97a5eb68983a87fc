/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema_node.h"

/* ECMA-262's white space and line ends (\s), as members of a class, and what
 * is none of it */
#define SPACES "\\x{9}-\\x{d}\\x{20}\\x{feff}\\x{2028}\\x{2029}\\p{Zs}"
#define NO_SPACES                                                             \
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}"             \
    "\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}"               \
    "\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}"               \
    "\\x{ff00}-\\x{10ffff}"
#define NO_LINE_END "[^\\n\\r\\x{2028}\\x{2029}]"
#define PROPERTY_MAX 64

/* A pattern being translated. The functions below that read a part of it give
 * 0 where it is not ECMA-262's. */
typedef struct ecma_t {
    const char *at;
    apr_array_header_t *out; /* char */
    int in_class;
} ecma_t;

static void put_n(ecma_t *e, const char *text, apr_size_t len)
{
    for (; len; len--)
        APR_ARRAY_PUSH(e->out, char) = *text++;
}

static void put(ecma_t *e, const char *text)
{
    put_n(e, text, strlen(text));
}

static int put_rune(ecma_t *e, unsigned long rune)
{
    char text[16];

    apr_snprintf(text, sizeof(text), "\\x{%lx}", rune);
    put(e, text);
    /* one half of a pair is in no UTF-8 */
    return rune < 0xd800 || (rune > 0xdfff && rune <= 0x10ffff);
}

/* -- escapes -- */

static int hex_read(unsigned long *rune, ecma_t *e, int digits)
{
    int i;

    *rune = 0;
    for (i = 0; i < digits; i++, e->at++) {
        int c = (unsigned char)*e->at;

        if (!apr_isxdigit(c))
            return 0;
        *rune = *rune << 4 |
                (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return 1;
}

/* behind "\u" */
static int unicode_read(ecma_t *e)
{
    unsigned long rune, low;
    int digits;

    if (*e->at == '{') {
        digits = (int)strcspn(++e->at, "}");
        return digits > 0 && digits <= 8 && hex_read(&rune, e, digits) &&
               *e->at++ == '}' && put_rune(e, rune);
    }
    if (!hex_read(&rune, e, 4))
        return 0;
    if (rune >= 0xd800 && rune < 0xdc00 && !strncmp(e->at, "\\u", 2)) {
        e->at += 2;
        if (!hex_read(&low, e, 4) || low < 0xdc00 || low > 0xdfff)
            return 0;
        rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
    }
    return put_rune(e, rune);
}

/* PCRE2 knows general categories by their short names alone. */
static const struct {
    const char *name, *shown;
} categories[] = {
    {"Letter", "L"},
    {"Cased_Letter", "L&"},
    {"LC", "L&"},
    {"Uppercase_Letter", "Lu"},
    {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Other", "C"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Format", "Cf"},
    {"Surrogate", "Cs"},
    {"Private_Use", "Co"},
    {"Unassigned", "Cn"},
};

static const char *category(const char *name)
{
    apr_size_t i;

    for (i = 0; i < sizeof(categories) / sizeof(*categories); i++)
        if (!strcmp(name, categories[i].name))
            return categories[i].shown;
    return name;
}

/* behind "\p" or "\P" */
static int property_read(ecma_t *e, char which)
{
    char name[PROPERTY_MAX], *value;
    apr_size_t len;

    len = strcspn(e->at, "}");
    if (*e->at != '{' || e->at[len] != '}' || len >= sizeof(name))
        return 0;
    apr_cpystrn(name, e->at + 1, len);
    if (strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                     "0123456789_=") != len - 1)
        return 0;
    e->at += len + 1;
    value = strchr(name, '=');
    if (value)
        *value++ = '\0';
    put_n(e, which == 'p' ? "\\p{" : "\\P{", 3);
    if (value && (!strcmp(name, "Script") || !strcmp(name, "sc")))
        put(e, "sc:");
    else if (value &&
             (!strcmp(name, "Script_Extensions") || !strcmp(name, "scx")))
        put(e, "scx:");
    else if (value)
        value = !strcmp(name, "General_Category") || !strcmp(name, "gc")
                    ? apr_pstrdup(e->out->pool, category(value))
                    : NULL;
    else
        value = apr_pstrdup(e->out->pool, category(name));
    put(e, value ? value : "");
    put(e, "}");
    return value != NULL;
}

static int reference_read(ecma_t *e)
{
    apr_size_t len = strspn(e->at, "0123456789");

    put(e, "\\g{");
    put_n(e, e->at, len);
    put(e, "}");
    e->at += len;
    return !e->in_class;
}

/* What stands for a set of characters; -1: that is none. */
static int set_read(ecma_t *e, char c)
{
    switch (c) {
    case 'd':
    case 'D':
    case 'w':
    case 'W':
        put_n(e, e->at - 2, 2);
        return 1;
    case 's':
        put(e, e->in_class ? SPACES : "[" SPACES "]");
        return 1;
    case 'S':
        put(e, e->in_class ? NO_SPACES : "[^" SPACES "]");
        return 1;
    case 'p':
    case 'P':
        return property_read(e, c);
    default:
        return -1;
    }
}

static int letter_read(ecma_t *e, char c)
{
    unsigned long rune = (unsigned char)*e->at;

    switch (c) {
    case 'b':
    case 'B':
        put_n(e, e->at - 2, 2);
        return c == 'b' || !e->in_class;
    case 'f':
    case 'n':
    case 'r':
    case 't':
        put_n(e, e->at - 2, 2);
        return 1;
    case 'v':
        return put_rune(e, 0x0b);
    case 'c':
        return apr_isalpha(rune) && e->at++ && put_rune(e, rune % 32);
    case 'x':
        return hex_read(&rune, e, 2) && put_rune(e, rune);
    case 'u':
        return unicode_read(e);
    case 'k':
        put(e, "\\k");
        return !e->in_class && rune == '<';
    case '0':
        return !apr_isdigit(rune) && put_rune(e, 0);
    default:
        return 0;
    }
}

static int escape_read(ecma_t *e)
{
    char c = e->at[1];
    int read;

    e->at += 2;
    if (!c)
        return 0;
    if (c >= '1' && c <= '9') {
        e->at--;
        return reference_read(e);
    }
    read = set_read(e, c);
    if (read >= 0)
        return read;
    if (apr_isalnum(c))
        return letter_read(e, c);
    /* Any other may be escaped, as in what ECMA-262 B.1.2 allows: many
     * patterns escape what need not be. */
    if (!(c & 0x80))
        put(e, "\\");
    put_n(e, &c, 1);
    return 1;
}

/* -- all the rest -- */

static int class_read(ecma_t *e)
{
    int read = 1;

    put_n(e, e->at++, 1);
    if (*e->at == '^')
        put_n(e, e->at++, 1);
    e->in_class = 1;
    while (read && *e->at && *e->at != ']') {
        if (*e->at == '\\') {
            read = escape_read(e);
        }
        else {
            if (*e->at == '[')
                put(e, "\\");
            put_n(e, e->at++, 1);
        }
    }
    e->in_class = 0;
    if (!read || !*e->at)
        return 0;
    put_n(e, e->at++, 1);
    return 1;
}

static int group_read(ecma_t *e)
{
    static const char *const forms[] = {"?:", "?=", "?!", "?<"};
    apr_size_t i;

    put_n(e, e->at++, 1);
    if (*e->at == '*')
        return 0;
    for (i = 0; *e->at == '?' && i < sizeof(forms) / sizeof(*forms); i++)
        if (!strncmp(e->at, forms[i], 2)) {
            put_n(e, e->at, 2);
            e->at += 2;
            return 1;
        }
    return *e->at != '?';
}

/* 0 where none stands at text, else its length */
static apr_size_t quantifier_length(const char *text)
{
    const char *end = text + 1;

    if (*text == '*' || *text == '+' || *text == '?')
        return 1;
    if (*text != '{' || !apr_isdigit(*end))
        return 0;
    end += strspn(end, "0123456789");
    if (*end == ',')
        end += 1 + strspn(end + 1, "0123456789");
    return *end == '}' ? (apr_size_t)(end + 1 - text) : 0;
}

static int quantifier_read(ecma_t *e, apr_size_t len)
{
    put_n(e, e->at, len);
    e->at += len;
    if (*e->at == '?')
        put_n(e, e->at++, 1);
    return !quantifier_length(e->at);
}

static int term_read(ecma_t *e)
{
    apr_size_t len = quantifier_length(e->at);

    if (len)
        return quantifier_read(e, len);
    switch (*e->at) {
    case '\\':
        return escape_read(e);
    case '[':
        return class_read(e);
    case '(':
        return group_read(e);
    case '.':
        put(e, NO_LINE_END);
        e->at++;
        return 1;
    case '{':
    case '}':
    case ']':
        put(e, "\\");
        break;
    default:
        break;
    }
    put_n(e, e->at++, 1);
    return 1;
}

const char *mcp_schema_ecma_read(const char *text, apr_pool_t *pool)
{
    ecma_t e = {text, NULL, 0};

    e.out = apr_array_make(pool, (int)strlen(text) + 1, 1);
    while (*e.at)
        if (!term_read(&e))
            return NULL;
    put_n(&e, "", 1);
    return e.out->elts;
}
