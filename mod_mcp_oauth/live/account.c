/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/account.h"

/* A table with linear probing (Knuth 6.4, algorithms L and R). There are not
 * more owners than boxes, and twice as many accounts as blocks: half of them
 * are unused. */
typedef mcp_live_account_t account_t;

static apr_uint32_t size_of(const mcp_live_mail_t *mail)
{
    return 2 * mail->blocks;
}

/* Owners are digests, or a test's small numbers. */
static apr_uint32_t home_of(const mcp_live_mail_t *mail, apr_uint64_t owner)
{
    apr_uint64_t mixed = owner * APR_UINT64_C(0x9e3779b97f4a7c15);

    return (apr_uint32_t)((mixed >> 32) * size_of(mail) >> 32);
}

/* Its account, else where it would be. */
static apr_uint32_t find(mcp_live_mail_t *mail, apr_uint64_t owner)
{
    const account_t *accounts = mcp_live_mail_accounts(mail);
    apr_uint32_t i = home_of(mail, owner);

    while (accounts[i].owner && accounts[i].owner != owner)
        i = (i + 1) % size_of(mail);
    return i;
}

/* How far it is from one place on to another, round the end. */
static apr_uint32_t way(const mcp_live_mail_t *mail, apr_uint32_t from,
                        apr_uint32_t to)
{
    return to >= from ? to - from : to + size_of(mail) - from;
}

/* Those behind it move up who could not be found over a gap. */
static void forget(mcp_live_mail_t *mail, apr_uint32_t gap)
{
    account_t *accounts = mcp_live_mail_accounts(mail);
    apr_uint32_t i = gap;

    for (;;) {
        i = (i + 1) % size_of(mail);
        if (!accounts[i].owner)
            break;
        if (way(mail, home_of(mail, accounts[i].owner), i) >=
            way(mail, gap, i)) {
            accounts[gap] = accounts[i];
            gap = i;
        }
    }
    accounts[gap].owner = 0;
    accounts[gap].blocks = 0;
}

int mcp_live_account_may(mcp_live_mail_t *mail, apr_uint64_t owner,
                         apr_uint32_t more)
{
    const account_t *account;

    if (!owner)
        return 1;
    account = mcp_live_mail_accounts(mail) + find(mail, owner);
    return more <= mail->blocks / MCP_LIVE_SHARE &&
           account->blocks <= mail->blocks / MCP_LIVE_SHARE - more;
}

void mcp_live_account_add(mcp_live_mail_t *mail, apr_uint64_t owner,
                          apr_uint32_t blocks)
{
    account_t *account;

    if (!owner)
        return;
    account = mcp_live_mail_accounts(mail) + find(mail, owner);
    account->owner = owner;
    account->blocks += blocks;
}

void mcp_live_account_take(mcp_live_mail_t *mail, apr_uint64_t owner,
                           apr_uint32_t blocks)
{
    apr_uint32_t i;

    if (!owner)
        return;
    i = find(mail, owner);
    mcp_live_mail_accounts(mail)[i].blocks -= blocks;
    if (!mcp_live_mail_accounts(mail)[i].blocks)
        forget(mail, i);
}
