# Licensed under the Apache License, Version 2.0; see LICENSE.
"""tour.py JSON: the tour of ../lib/tour.mjs by a client in Python. It prints a
line for each step that went well, and "end" behind the last."""

import asyncio
import contextlib
import json
import pathlib
import sys
import time
import uuid
import warnings

import httpx2
from clients import KINDS
from mcp.client.subscriptions import listen
from mcp.shared.exceptions import MCPError
from mcp_types import PromptReference, ResourceTemplateReference
from signin import User

SECONDS = 20
LEVEL = "io.modelcontextprotocol/logLevel"


def step(what):
    print(what, flush=True)


def same(got, wanted):
    assert got == wanted, f"{got!r} instead of {wanted!r}"


async def until(what, is_so):
    end = time.monotonic() + SECONDS
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {SECONDS} s")
        await asyncio.sleep(0.05)


def text(result):
    return "".join(each.text for each in result.content
                   if each.type == "text")


async def catalogue(it):
    names = [tool.name for tool in await it.tools()]
    assert {"echo", "sum", "stock_price"} <= set(names), names
    result = await it.call("sum", {"a": 2.5, "b": 4})
    same(result.structured_content, {"result": 6.5})
    step("lists the tools, and calls one")
    uris = [str(each.uri) for each in await it.resources()]
    assert "data://cities" in uris, uris
    [read] = await it.read("data://cities")
    same(json.loads(read.text), ["London", "Paris", "Tokyo"])
    step("lists the resources, and reads one")
    templates = [each.uri_template for each in await it.templates()]
    assert "greeting://{name}" in templates, templates
    [read] = await it.read("greeting://Ada")
    same(read.text, "Welcome to TinyMCP, Ada!")
    step("lists the templates, and reads one of many")
    try:
        await it.read("tasks://0")
        raise AssertionError("tasks://0 was read")
    except MCPError as error:
        assert error.error.code in (-32602, -32002), error
    step("is told of a resource that is not there")
    name = "test_prompt_with_arguments"
    assert name in [each.name for each in await it.prompts()]
    [message] = await it.prompt(name, {"arg1": "one", "arg2": "two"})
    same(message.content.text, "Prompt with arguments: arg1='one', arg2='two'")
    step("lists the prompts, and gets one")
    same(await it.complete(PromptReference(type="ref/prompt", name=name),
                           "arg1", "par"), ["paris", "park", "party"])
    same(await it.complete(ResourceTemplateReference(
        type="ref/resource", uri="test://template/{id}/data"), "id", "12"),
        ["123"])
    step("completes an argument and a variable")


async def while_it_runs(it, told):
    heard = []

    async def progress(done, total, message):
        heard.append((done, total))

    same(text(await it.call("wait", {"ms": 200, "said": 4}, progress)), "done")
    same(heard, [(1, 4), (2, 4), (3, 4), (4, 4)])
    step("hears how far a call is")
    it.ears.levels.clear()
    meta = {LEVEL: "error"} if it.modern else None
    if not it.modern:
        await it.level("error")
    await it.call("each_level", {}, meta=meta)
    wanted = ["error", "critical", "alert", "emergency"]
    await until("the last line", lambda: len(it.ears.levels) >= len(wanted))
    same(it.ears.levels, wanted)
    step("hears the lines of the log from its level on")
    said = text(await it.call("test_elicitation", {"message": "Who?"}))
    assert '"accept"' in said and "a@b.c" in said, said
    said = text(await it.call("test_elicitation", {"message": "Really?"}))
    assert '"decline"' in said, said
    same(it.ears.asked, ["Who?", "Really?"])
    step("answers what a tool asks its user")
    await cancels(it, told)
    returns = it.ears.returns
    same(text(await it.call("part", {"ms": 300})), "done")
    if it.modern or told["sse"]:
        same(it.ears.returns, 0)
        step("stays where others would be let go")
    else:
        same(it.ears.returns, returns + 1)
        step("comes back for the answer when the server lets it go")


async def cancels(it, told):
    label = str(uuid.uuid4())
    begun = asyncio.Event()

    async def progress(done, total, message):
        begun.set()

    call = asyncio.create_task(it.call("wait", {
        "ms": 30000, "said": 300, "label": label}, progress))
    await asyncio.wait_for(begun.wait(), SECONDS)
    call.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await call
    assert call.cancelled()
    log = pathlib.Path(told["log"])
    await until("the cancellation", lambda:
                f"probe: {label} is cancelled" in log.read_text())
    step("cancels a call that runs, and the tool hears of it")


@contextlib.asynccontextmanager
async def watching(it, uri=None):
    """What was heard, as long as it is watched."""
    if not it.modern:
        if uri:
            await it.session.subscribe_resource(uri)
        yield
        if uri:
            await it.session.unsubscribe_resource(uri)
        return
    async with listen(it.session, tools_list_changed=not uri,
                      resource_subscriptions=[uri] if uri else []):
        yield


async def changes(it, other):
    title, heard = str(uuid.uuid4()), it.ears.updated
    async with watching(it, "tasks://all"):
        await other.call("create_task", {"title": title})
        await until("the update", lambda: "tasks://all" in heard)
    [read] = await it.read("tasks://all")
    assert title in read.text, read.text
    step("hears of a resource that another client changed")
    heard.clear()
    async with watching(it, "probe://one"):
        await other.call("create_task", {"title": title})
        await other.call("updated", {"uri": "probe://one", "private": True})
        await until("the update", lambda: heard)
    same(heard, ["probe://one"])
    step("hears of it no more once it has unsubscribed")
    lists = it.ears.lists
    async with watching(it):
        await other.call("changed", {"list": "tools"})
        await until("the change", lambda: it.ears.lists > lists)
    step("hears that the list of tools has changed")


async def refreshes(it, user):
    before = it.auth.context.current_tokens
    assert before.refresh_token
    it.auth.context.token_expiry_time = time.time() - 1
    await it.call("echo", {"message": "again"})
    now = it.auth.context.current_tokens
    assert now.access_token != before.access_token
    assert now.refresh_token != before.refresh_token
    same(user.visits, 1)
    step("refreshes its token and goes on, without the browser")
    return now.access_token


async def is_gone(sessions, told, token):
    """Of a session that its client has ended."""
    [session] = sessions
    async with httpx2.AsyncClient() as http:
        response = await http.post(told["url"], headers={
            "Authorization": f"Bearer {token}", "Mcp-Session-Id": session,
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2025-11-25",
        }, json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
    same(response.status_code, 404)
    step("leaves, and its session is gone")


async def tour(told):
    user = User(told["browser"])
    kind = KINDS[told["kind"]](told, user)
    async with kind.connect() as it:
        # where it may not ask for the version, it has not called yet
        await it.tools()
        same(user.visits, 1)
        step("signs in from nothing")
        same(it.version, told["version"])
        step(f"speaks {it.version}")
        await catalogue(it)
        await while_it_runs(it, told)
        async with kind.connect() as other:
            await changes(it, other)
        token = await refreshes(it, user)
    if told["sse"] or it.modern:
        same(it.ears.sessions, set())
    else:
        await is_gone(it.ears.sessions, told, token)
    step("end")


# what 2026-07-28 deprecates is a part of the older revisions
warnings.simplefilter("ignore")
asyncio.run(tour(json.loads(sys.argv[1])))
