/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "net/guard.h"
#include "tap.h"

/* what: part of what the address is called; NULL: it may be dialled */
typedef struct row_t {
    const char *address;
    const char *what;
} row_t;

static const row_t v4[] = {
    {"0.0.0.0", "this network"},
    {"0.1.2.3", "this network"},
    {"1.1.1.1", NULL},
    {"8.8.8.8", NULL},
    {"9.255.255.255", NULL},
    {"10.0.0.0", "private"},
    {"10.255.255.255", "private"},
    {"11.0.0.0", NULL},
    {"93.184.216.34", NULL},
    {"100.63.255.255", NULL},
    {"100.64.0.0", "carrier"},
    {"100.100.100.200", "carrier"},
    {"100.127.255.255", "carrier"},
    {"100.128.0.0", NULL},
    {"126.255.255.255", NULL},
    {"127.0.0.1", "loopback"},
    {"127.255.255.254", "loopback"},
    {"128.0.0.1", NULL},
    {"160.79.104.10", NULL},
    {"168.63.129.15", NULL},
    {"168.63.129.16", "cloud"},
    {"169.253.255.255", NULL},
    {"169.254.0.1", "link-local"},
    {"169.254.169.254", "link-local"},
    {"169.255.0.0", NULL},
    {"172.15.255.255", NULL},
    {"172.16.0.0", "private"},
    {"172.17.0.1", "private"},
    {"172.31.255.255", "private"},
    {"172.32.0.0", NULL},
    {"192.0.0.1", "protocols"},
    {"192.0.0.192", "protocols"},
    {"192.0.1.0", NULL},
    {"192.0.2.1", "documentation"},
    {"192.88.99.1", "6to4"},
    {"192.167.255.255", NULL},
    {"192.168.0.1", "private"},
    {"192.168.255.255", "private"},
    {"192.169.0.0", NULL},
    {"198.17.255.255", NULL},
    {"198.18.0.0", "benchmarks"},
    {"198.19.255.255", "benchmarks"},
    {"198.20.0.0", NULL},
    {"198.51.100.7", "documentation"},
    {"203.0.113.7", "documentation"},
    {"223.255.255.255", NULL},
    {"224.0.0.1", "multicast"},
    {"239.255.255.250", "multicast"},
    {"240.0.0.1", "reserved"},
    {"255.255.255.254", "reserved"},
    {"255.255.255.255", "broadcast"},
};

static const row_t v6[] = {
    {"::", "unspecified"},
    {"::1", "loopback"},
    {"::2", "IPv4-compatible"},
    {"::127.0.0.1", "IPv4-compatible"},
    {"::8.8.8.8", "IPv4-compatible"},
    {"::ffff:127.0.0.1", "IPv4-mapped"},
    {"::ffff:10.0.0.1", "IPv4-mapped"},
    {"::ffff:169.254.169.254", "IPv4-mapped"},
    {"::ffff:8.8.8.8", "IPv4-mapped"},
    {"::ffff:0:127.0.0.1", "IPv4-translated"},
    {"64:ff9b::7f00:1", "NAT64"},
    {"64:ff9b::8.8.8.8", "NAT64"},
    {"64:ff9b:1::1", "local NAT64"},
    {"64:ff9b:1:ffff::1", "local NAT64"},
    {"64:ff9b:2::1", "not a global"},
    {"100::1", "discard"},
    {"100:0:0:1::1", "not a global"},
    {"200::1", "not a global"},
    {"1fff:ffff::1", "not a global"},
    {"2001::1", "Teredo"},
    {"2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"},
    {"2001:1::1", "protocols"},
    {"2001:2::1", "benchmarks"},
    {"2001:10::1", "protocols"},
    {"2001:20::1", "protocols"},
    {"2001:1ff:ffff::1", "protocols"},
    {"2001:200::1", NULL},
    {"2001:db8::1", "documentation"},
    {"2001:db8:ffff::1", "documentation"},
    {"2001:db9::1", NULL},
    {"2001:4860:4860::8888", NULL},
    {"2002:7f00:1::1", "6to4"},
    {"2002:a00:1::1", "6to4"},
    {"2003::1", NULL},
    {"2606:4700:4700::1111", NULL},
    {"2607:6bc0::10", NULL},
    {"2a00:1450::5efe:1:2:3", NULL},
    {"2a00:1450::5efe:10.0.0.1", "ISATAP"},
    {"2a00:1450::200:5efe:10.0.0.1", "ISATAP"},
    {"3ffe::1", NULL},
    {"3fff::1", "documentation"},
    {"3fff:fff::1", "documentation"},
    {"3fff:1000::1", NULL},
    {"4000::1", "not a global"},
    {"5f00::1", "segment"},
    {"8000::1", "not a global"},
    {"fbff::1", "not a global"},
    {"fc00::1", "unique local"},
    {"fd00:ec2::254", "unique local"},
    {"fdff:ffff::1", "unique local"},
    {"fe00::1", "not a global"},
    {"fe80::1", "link-local"},
    {"febf::1", "link-local"},
    {"fec0::1", "site-local"},
    {"feff::1", "site-local"},
    {"ff02::1", "multicast"},
    {"ff0e::1", "multicast"},
};

static void judge(const row_t *row, const struct sockaddr *address)
{
    const char *fault = mcp_net_guard_fault(address);

    if (!row->what)
        ok(!fault, "%s may be dialled", row->address);
    else if (!ok(fault && strstr(fault, row->what), "%s is %s: refused",
                 row->address, row->what))
        printf("# got %s\n", fault ? fault : "no fault");
}

static void test_v4(void)
{
    struct sockaddr_in in;
    size_t i;

    memset(&in, 0, sizeof(in));
    in.sin_family = AF_INET;
    for (i = 0; i < sizeof(v4) / sizeof(*v4); i++)
        if (inet_pton(AF_INET, v4[i].address, &in.sin_addr) == 1)
            judge(&v4[i], (struct sockaddr *)&in);
        else
            ok(0, "%s is an address", v4[i].address);
}

static void test_v6(void)
{
    struct sockaddr_in6 in;
    size_t i;

    memset(&in, 0, sizeof(in));
    in.sin6_family = AF_INET6;
    for (i = 0; i < sizeof(v6) / sizeof(*v6); i++)
        if (inet_pton(AF_INET6, v6[i].address, &in.sin6_addr) == 1)
            judge(&v6[i], (struct sockaddr *)&in);
        else
            ok(0, "%s is an address", v6[i].address);
}

/* No IPv4 address that the table of this test has can hide in an IPv6 one. */
static void test_wrapped(void)
{
    static const char *const wraps[] = {
        "::ffff:", "::", "64:ff9b::", "::ffff:0:", "2a00:1450::5efe:"};
    struct sockaddr_in6 in;
    char text[80];
    size_t i, k, open = 0;

    memset(&in, 0, sizeof(in));
    in.sin6_family = AF_INET6;
    for (i = 0; i < sizeof(v4) / sizeof(*v4); i++)
        for (k = 0; k < sizeof(wraps) / sizeof(*wraps); k++) {
            snprintf(text, sizeof(text), "%s%s", wraps[k], v4[i].address);
            if (inet_pton(AF_INET6, text, &in.sin6_addr) != 1 ||
                !mcp_net_guard_fault((struct sockaddr *)&in))
                open++;
        }
    ok(!open, "no IPv4 address gets through inside an IPv6 one");
}

static void test_other(void)
{
    struct sockaddr_un un;

    memset(&un, 0, sizeof(un));
    un.sun_family = AF_UNIX;
    is(mcp_net_guard_fault((struct sockaddr *)&un), "not an Internet address",
       "a socket of the file system is refused");
}

static const row_t names[] = {
    {"example.com", NULL},
    {"example.com.", NULL},
    {"xn--bcher-kva.example", NULL},
    {"1.example.com", NULL},
    {"a.b-c.d1", NULL},
    {"127.0.0.1.example.com", NULL},
    {"0xabc.example", NULL},
    {"example.0xg", NULL},
    {"127.0.0.1", "address"},
    {"127.0.0.1.", "address"},
    {"8.8.8.8", "address"},
    {"127.1", "address"},
    {"2130706433", "address"},
    {"0x7f.1", "address"},
    {"0X7F000001", "address"},
    {"0x", "address"},
    {"0177.0.0.1", "address"},
    {"example.1", "address"},
    {"[::1]", "address"},
    {"[2606:4700:4700::1111]", "address"},
    {"localhost", "without a domain"},
    {"intranet", "without a domain"},
    {"localhost.", "without a domain"},
    {"", "without a domain"},
    {"a.localhost", "local network"},
    {"a.LOCALHOST.", "local network"},
    {"printer.local", "local network"},
    {"metadata.google.internal", "local network"},
    {"router.home.arpa", "local network"},
    {"localhost.localdomain", "local network"},
    {"notlocalhost.example", NULL},
    {"x.mylocal", NULL},
};

static void test_names(void)
{
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const char *fault = mcp_net_guard_name_fault(names[i].address);

        ok(names[i].what ? fault && strstr(fault, names[i].what) : !fault,
           "'%s' is %s", names[i].address,
           names[i].what ? names[i].what : "a name");
    }
}

static void test(mcp_ctx_t *cx)
{
    (void)cx;
    test_v4();
    test_v6();
    test_wrapped();
    test_other();
    test_names();
}

TAP_MAIN(test)
