/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/encode.h"

#define FFFD "\xef\xbf\xbd"

/* -- base64 -- */

static const struct {
    const char *plain, *url, *standard;
} vectors[] = {
    {"", "", ""},
    {"f", "Zg", "Zg=="},
    {"fo", "Zm8", "Zm8="},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg", "Zm9vYg=="},
    {"fooba", "Zm9vYmE", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xfe", "-__-", "+//+"},
};

static void check_vectors(apr_pool_t *pool)
{
    unsigned char *back;
    apr_size_t len;
    size_t i;

    for (i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
        const char *plain = vectors[i].plain;

        is(mcp_encode_base64url(plain, strlen(plain), pool), vectors[i].url,
           "RFC 4648 10: base64url");
        is(mcp_encode_base64(plain, strlen(plain), pool), vectors[i].standard,
           "RFC 4648 10: base64");
        back = mcp_encode_base64url_read(&len, vectors[i].url,
                                         strlen(vectors[i].url), pool);
        ok(back && len == strlen(plain) && !strcmp((char *)back, plain),
           "base64url %s is read back", vectors[i].url);
        back = mcp_encode_base64_read(&len, vectors[i].standard,
                                      strlen(vectors[i].standard), pool);
        ok(back && len == strlen(plain) && !strcmp((char *)back, plain),
           "base64 %s is read back", vectors[i].standard);
    }
}

static void check_refused_base64(apr_pool_t *pool)
{
    static const char *const url[] = {"Z",     "Zg==",  "Zh",   "Zm9",
                                      "Zm9v!", "Zm 9v", "+//+", "Zm9vY"};
    static const char *const standard[] = {
        "Zg",   "Zg=",  "Zh==",     "Zm9=", "====",
        "Z===", "-__-", "Zg==Zg==", "=",    "Zm9v\n"};
    apr_size_t len;
    size_t i;

    for (i = 0; i < sizeof(url) / sizeof(*url); i++)
        ok(!mcp_encode_base64url_read(&len, url[i], strlen(url[i]), pool),
           "RFC 7515 2: \"%s\" is not base64url", url[i]);
    for (i = 0; i < sizeof(standard) / sizeof(*standard); i++)
        ok(!mcp_encode_base64_read(&len, standard[i], strlen(standard[i]),
                                   pool),
           "RFC 4648 3: base64 case %d is refused", (int)i);
    ok(!mcp_encode_base64url_read(&len, "Zg\0A", 4, pool),
       "a NUL is not base64url");
}

static void check_every_length(apr_pool_t *pool)
{
    unsigned char data[67], *back;
    const char *text;
    apr_size_t len, i;
    int same = 1;

    for (i = 0; i < sizeof(data); i++)
        data[i] = (unsigned char)(i * 37 + 200);
    for (i = 0; i <= sizeof(data); i++) {
        text = mcp_encode_base64url(data, i, pool);
        back = mcp_encode_base64url_read(&len, text, strlen(text), pool);
        same &= back && len == i && !memcmp(back, data, i);
    }
    ok(same, "bytes of every length come back from base64url");
}

/* -- UTF-8 -- */

static const struct {
    const char *text;
    int valid;
    const char *name;
} utf8[] = {
    {"", 1, "nothing"},
    {"plain", 1, "ASCII"},
    {"J\xc3\xbcrgen", 1, "two bytes"},
    {"\xe2\x82\xac", 1, "three bytes"},
    {"\xf0\x9f\x98\x80", 1, "four bytes"},
    {"\xf4\x8f\xbf\xbf", 1, "U+10FFFF"},
    {"\xf4\x90\x80\x80", 0, "beyond U+10FFFF"},
    {"\xc0\xaf", 0, "an overlong slash of two bytes"},
    {"\xe0\x80\xaf", 0, "an overlong slash of three bytes"},
    {"\xf0\x80\x80\xaf", 0, "an overlong slash of four bytes"},
    {"\xed\xa0\x80", 0, "a surrogate"},
    {"\x80", 0, "a continuation alone"},
    {"\xc3", 0, "a sequence cut short"},
    {"\xe2\x82", 0, "a longer sequence cut short"},
    {"\xe2\x82 ", 0, "a sequence broken by a blank"},
    {"\xf8\x88\x80\x80\x80", 0, "five bytes"},
    {"\xff", 0, "0xFF"},
};

static void check_utf8(void)
{
    unsigned rune = 0;
    size_t i;

    for (i = 0; i < sizeof(utf8) / sizeof(*utf8); i++)
        ok(mcp_encode_is_utf8(utf8[i].text, strlen(utf8[i].text)) ==
               utf8[i].valid,
           "RFC 3629 3: %s is %s", utf8[i].name,
           utf8[i].valid ? "UTF-8" : "not UTF-8");
    ok(!mcp_encode_is_utf8("a\0b", 3), "text with NUL is refused");
    ok(mcp_encode_utf8("\xf0\x9f\x98\x80", 4, &rune) == 4 && rune == 0x1f600,
       "a rune is read");
    ok(mcp_encode_utf8("", 0, &rune) == 0, "nothing holds no rune");
}

/* -- the rest, one function from text to text -- */

static const char *form_value(const char *text, apr_pool_t *pool)
{
    return mcp_encode_form_value_read(text, strlen(text), pool);
}

static const char *log_10(const char *text, apr_pool_t *pool)
{
    return mcp_encode_log(text, 10, pool);
}

typedef const char *(*encode_t)(const char *text, apr_pool_t *pool);

static const struct {
    encode_t encode;
    const char *text, *want, *name;
} cases[] = {
    {mcp_encode_percent, "AZaz09-._~", "AZaz09-._~",
     "RFC 3986 2.3: unreserved characters stay"},
    {mcp_encode_percent, "a b/c?d=e&f+\xc3\xbc%",
     "a%20b%2Fc%3Fd%3De%26f%2B"
     "%C3%BC%25",
     "RFC 3986 2.1: all others are escaped"},
    {mcp_encode_percent, "", "", "nothing stays nothing"},
    {form_value, "a+b%20c%2Bd", "a b c+d", "plus and escapes are decoded"},
    {form_value, "%c3%BC", "\xc3\xbc", "in both cases"},
    {form_value, "", "", "an empty value is one"},
    {form_value, "%", NULL, "a lone percent sign is refused"},
    {form_value, "a%2", NULL, "half an escape is refused"},
    {form_value, "%2g", NULL, "an escape with another letter is refused"},
    {form_value, "a%00", NULL, "an escaped NUL is refused"},
    {mcp_encode_html, "<b a=\"1\" c='2'>&amp;",
     "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;",
     "no markup comes through"},
    {mcp_encode_html, "J\xc3\xbcrgen \xf0\x9f\x98\x80",
     "J\xc3\xbcrgen \xf0\x9f\x98\x80", "other text does"},
    {mcp_encode_html, "a\x01\x7f\xc2\x85z", "a" FFFD FFFD FFFD "z",
     "control characters are replaced"},
    {mcp_encode_html, "\xe2\x80\xaa\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa9",
     FFFD FFFD FFFD FFFD, "U+202A, 202E, 2066, 2069 are replaced"},
    {mcp_encode_html, "\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", FFFD FFFD FFFD,
     "U+200E, 200F, 061C are replaced"},
    {mcp_encode_html, "\xe2\x80\xa9\xe2\x80\xaf", "\xe2\x80\xa9\xe2\x80\xaf",
     "their neighbours are not"},
    {mcp_encode_html, "\xc0\xaf<\xff", FFFD FFFD "&lt;" FFFD,
     "bytes that are not UTF-8 are replaced one by one"},
    {log_10, "plain text and more", "plain text", "a log text ends at max"},
    {log_10, "a\nb", "a\\x0Ab", "a line feed cannot begin a line"},
    {log_10, "\"\\", "\\x22\\x5C", "quotes and backslashes are escaped"},
    {log_10, "12345678\n", "12345678", "an escape is not cut in two"},
    {log_10, "\xc3\xbc", "\\xC3\\xBC", "other bytes are escaped"},
    {mcp_encode_quoted, "a\"b\\c", "a\\\"b\\\\c",
     "RFC 9110 5.6.4: quoted-pair"},
    {mcp_encode_quoted, "a\r\nb\tc\x7f", "abc",
     "no line break gets into a header"},
    {mcp_encode_quoted, "\xc3\xbc", "\xc3\xbc", "obs-text stays"},
};

static void body(mcp_ctx_t *cx)
{
    size_t i;

    check_vectors(cx->pool);
    check_refused_base64(cx->pool);
    check_every_length(cx->pool);
    check_utf8();
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        is(cases[i].encode(cases[i].text, cx->pool), cases[i].want,
           cases[i].name);
}

TAP_MAIN(body)
