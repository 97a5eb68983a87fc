/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/guard.h"

#include <apr.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

/* RFC 6890 and the registries of IANA that it began. An IPv4 address that is
 * in no row is public. */
static const struct {
    unsigned char prefix[4];
    int bits;
    const char *what;
} rows4[] = {
    {{0, 0, 0, 0}, 8, "an address of this network"},
    {{10, 0, 0, 0}, 8, "a private address"},
    {{100, 64, 0, 0}, 10, "an address behind a carrier's NAT"},
    {{127, 0, 0, 0}, 8, "a loopback address"},
    /* Azure shows every virtual machine its host here */
    {{168, 63, 129, 16}, 32, "a cloud's own address"},
    {{169, 254, 0, 0}, 16, "a link-local address"},
    {{172, 16, 0, 0}, 12, "a private address"},
    {{192, 0, 0, 0}, 24, "an address for protocols"},
    {{192, 0, 2, 0}, 24, "an address for documentation"},
    {{192, 88, 99, 0}, 24, "a 6to4 relay"},
    {{192, 168, 0, 0}, 16, "a private address"},
    {{198, 18, 0, 0}, 15, "an address for benchmarks"},
    {{198, 51, 100, 0}, 24, "an address for documentation"},
    {{203, 0, 113, 0}, 24, "an address for documentation"},
    {{224, 0, 0, 0}, 4, "a multicast address"},
    {{255, 255, 255, 255}, 32, "the broadcast address"},
    {{240, 0, 0, 0}, 4, "a reserved address"},
};

/* The first row that fits. What is in none is public if it is global unicast,
 * 2000::/3, of which nothing else is assigned. */
static const struct {
    unsigned char prefix[16];
    int bits;
    const char *what;
} rows6[] = {
    {{0}, 128, "the unspecified address"},
    {{[15] = 1}, 128, "a loopback address"},
    {{[10] = 0xff, 0xff}, 96, "an IPv4-mapped address"},
    {{[8] = 0xff, 0xff}, 96, "an IPv4-translated address"},
    {{0}, 96, "an IPv4-compatible address"},
    {{0x00, 0x64, 0xff, 0x9b}, 96, "a NAT64 address"},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, "a local NAT64 address"},
    {{0x01, 0x00}, 64, "an address to discard"},
    {{0x20, 0x01, 0x00, 0x00}, 32, "a Teredo address"},
    {{0x20, 0x01, 0x00, 0x02, 0x00, 0x00}, 48, "an address for benchmarks"},
    {{0x20, 0x01, 0x00}, 23, "an address for protocols"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "an address for documentation"},
    {{0x20, 0x02}, 16, "a 6to4 address"},
    {{0x3f, 0xff, 0x00}, 20, "an address for documentation"},
    {{0x5f, 0x00}, 16, "a segment identifier"},
    {{0xfc}, 7, "a unique local address"},
    {{0xfe, 0x80}, 10, "a link-local address"},
    {{0xfe, 0xc0}, 10, "a site-local address"},
    {{0xff}, 8, "a multicast address"},
};

static int fits(const unsigned char *address, const unsigned char *prefix,
                int bits)
{
    int whole = bits / 8, rest = bits % 8;

    if (memcmp(address, prefix, (size_t)whole) != 0)
        return 0;
    return !rest || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

static const char *fault4(const unsigned char *address)
{
    size_t i;

    for (i = 0; i < sizeof(rows4) / sizeof(*rows4); i++)
        if (fits(address, rows4[i].prefix, rows4[i].bits))
            return rows4[i].what;
    return NULL;
}

/* RFC 5214 6.1: the interface identifier holds an IPv4 address, to which a
 * tunnel leads whatever the prefix. */
static int is_isatap(const unsigned char *address)
{
    return (address[8] & 0xfd) == 0 && address[9] == 0 &&
           address[10] == 0x5e && address[11] == 0xfe;
}

static const char *fault6(const unsigned char *address)
{
    size_t i;

    for (i = 0; i < sizeof(rows6) / sizeof(*rows6); i++)
        if (fits(address, rows6[i].prefix, rows6[i].bits))
            return rows6[i].what;
    if (address[0] >> 5 != 1)
        return "not a global address";
    return is_isatap(address) ? "an ISATAP address" : NULL;
}

const char *mcp_net_guard_fault(const struct sockaddr *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (address->sa_family == AF_INET) {
        memcpy(&in, address, sizeof(in));
        return fault4((const unsigned char *)&in.sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof(in6));
        return fault6((const unsigned char *)&in6.sin6_addr);
    }
    return "not an Internet address";
}

/* -- names -- */

/* What inet_aton takes for a part of an address. */
static int is_number(const char *label, size_t len)
{
    if (len > 1 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X'))
        return strspn(label + 2, "0123456789abcdefABCDEF") >= len - 2;
    return len && strspn(label, "0123456789") >= len;
}

static int ends_in(const char *host, size_t len, const char *end)
{
    size_t n = strlen(end);

    return len >= n && !strncasecmp(host + len - n, end, n);
}

const char *mcp_net_guard_name_fault(const char *host)
{
    static const char *const local[] = {".localhost", ".local", ".internal",
                                        ".home.arpa", ".localdomain"};
    size_t len = strlen(host), last, i;

    if (*host == '[')
        return "an address instead of a name";
    if (len && host[len - 1] == '.')
        len--;
    for (last = len; last && host[last - 1] != '.'; last--)
        ;
    if (is_number(host + last, len - last))
        return "an address instead of a name";
    if (!last)
        return "a name without a domain";
    for (i = 0; i < sizeof(local) / sizeof(*local); i++)
        if (ends_in(host, len, local[i]))
            return "the name of a local network";
    return NULL;
}
