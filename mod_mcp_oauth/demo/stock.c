/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_general.h>
#include <apr_lib.h>
#include <apr_strings.h>

#include "demo/answer.h"
#include "demo/offers.h"

/* Prices that are made up anew in each call. */

#define NOTE "\n\n⚠️ Note: This is demo data for testing purposes"
#define LONGEST_SYMBOL 16 /* repeated in what is said of an unknown one */

static const struct {
    const char *symbol;
    int price; /* in cents */
    int low;   /* by how many it may be off */
    int high;
} stocks[] = {
    {"AAPL", 18525, -500, 500},   {"GOOGL", 13550, -500, 500},
    {"MSFT", 37890, -500, 500},   {"AMZN", 14575, -500, 500},
    {"TSLA", 20530, -1000, 1000}, {"META", 32540, -700, 800},
    {"NVDA", 48560, -1000, 1000}, {"NFLX", 42580, -700, 800},
    {"AMD", 14235, -500, 500},    {"INTC", 2345, -200, 300},
};
#define STOCKS (sizeof(stocks) / sizeof(stocks[0]))

static const char *upper(mcp_call_t *call, const char *symbol)
{
    char *text = apr_pstrdup(call->pool, symbol), *c;

    for (c = text; *c; c++)
        *c = apr_toupper(*c);
    return text;
}

static const char *price_of(mcp_call_t *call, apr_size_t stock)
{
    unsigned span = stocks[stock].high - stocks[stock].low + 1;
    apr_uint32_t random = 0;
    int cents;

    apr_generate_random_bytes((unsigned char *)&random, sizeof(random));
    cents = stocks[stock].price + stocks[stock].low + (int)(random % span);
    return apr_psprintf(call->pool, "%d.%02d", cents / 100, cents % 100);
}

static const char *now(mcp_call_t *call)
{
    apr_time_exp_t t;

    /* house: a module that has no context asks APR for the time */
    apr_time_exp_gmt(&t, apr_time_now());
    return apr_psprintf(call->pool, "%04d-%02d-%02d %02d:%02d:%02d",
                        t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                        t.tm_min, t.tm_sec);
}

static mcp_outcome_t unknown(mcp_call_t *call, const char *symbol)
{
    const char *known = "";
    apr_size_t i;

    for (i = 0; i < STOCKS; i++)
        known = apr_pstrcat(call->pool, known, i ? ", " : "", stocks[i].symbol,
                            NULL);
    symbol = strlen(symbol) > LONGEST_SYMBOL
                 ? ""
                 : apr_pstrcat(call->pool, " '", symbol, "'", NULL);
    return mcp_demo_answer_fail(
        call, apr_pstrcat(call->pool, "Stock symbol", symbol,
                          " not found in demo data. Available symbols: ",
                          known, NULL));
}

static mcp_outcome_t call_price(mcp_call_t *call, void *baton)
{
    const char *symbol = upper(call, call->api->string(call, "/symbol"));
    const char *price, *time;
    apr_size_t i;

    for (i = 0; i < STOCKS && strcmp(stocks[i].symbol, symbol) != 0;)
        i++;
    if (i == STOCKS)
        return unknown(call, symbol);
    price = price_of(call, i);
    time = now(call);
    call->api->text(
        call, apr_pstrcat(call->pool, "📈 Stock: ", symbol, "\n💰 Price: $",
                          price, " USD\n⏰ Last Updated: ", time, NOTE, NULL));
    call->api->structured(
        call, apr_pstrcat(call->pool, "{\"symbol\":\"", symbol,
                          "\",\"price\":", price, ",\"currency\":\"USD\",",
                          "\"last_updated\":\"", time, "\"}", NULL));
    return MCP_CALL_DONE;
}

const mcp_tool_t mcp_demo_stock_price = {
    .size = sizeof(mcp_tool_t),
    .name = "stock_price",
    .title = "Stock price",
    .description = "Get current stock price (demo data)",
    .input_schema =
        "{\"type\":\"object\",\"additionalProperties\":false,"
        "\"properties\":{\"symbol\":{\"type\":\"string\",\"description\":"
        "\"The stock symbol, such as AAPL\"}},"
        "\"required\":[\"symbol\"]}",
    .output_schema =
        "{\"type\":\"object\",\"additionalProperties\":false,"
        "\"properties\":{\"symbol\":{\"type\":\"string\"},"
        "\"price\":{\"type\":\"number\"},\"currency\":{\"type\":\"string\"},"
        "\"last_updated\":{\"type\":\"string\",\"description\":"
        "\"YYYY-MM-DD HH:MM:SS, UTC\"}},"
        "\"required\":[\"symbol\",\"price\",\"currency\",\"last_updated\"]}",
    .hints = MCP_TOOL_READ_ONLY,
    .call = call_price,
};
