# Licensed under the Apache License, Version 2.0; see LICENSE.
"""The official SDK and FastMCP under the same few names."""

import contextlib

import fastmcp
import httpx2
import mcp
from fastmcp.client.auth import OAuth
from fastmcp.client.transports import SSETransport, StreamableHttpTransport
from key_value.aio.stores.memory import MemoryStore
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult


class Ears:
    """What is told to a client that is connected."""

    def __init__(self):
        self.levels, self.updated, self.asked, self.lists = [], [], [], 0
        self.sessions = set()  # the ids of those that it was given
        self.returns = 0       # how often it came back to a stream

    async def log(self, params):
        self.levels.append(params.level)

    async def message(self, message):
        method = getattr(message, "method", None)
        if method == "notifications/resources/updated":
            self.updated.append(str(message.params.uri))
        if method == "notifications/tools/list_changed":
            self.lists += 1

    def answer(self, message):
        self.asked.append(message)
        if message != "Who?":
            return ElicitResult(action="decline")
        return ElicitResult(action="accept", content={
            "username": "ada", "email": "a@b.c"})

    async def response(self, response):
        session = response.headers.get("mcp-session-id")
        if session:
            self.sessions.add(session)
        if "last-event-id" in response.request.headers:
            self.returns += 1

    def http(self, headers=None, timeout=None, auth=None, **more):
        timeout = timeout or httpx2.Timeout(30, read=300)
        return httpx2.AsyncClient(
            headers=headers, timeout=timeout, auth=auth,
            event_hooks={"response": [self.response]}, **more)


class Sdk:
    """mcp.Client"""

    def __init__(self, told, user):
        self.told, self.user = told, user

    @contextlib.asynccontextmanager
    async def connect(self, mode=None):
        ears = Ears()
        auth = self.user.provider(self.told["url"])

        async def elicit(context, params):
            return ears.answer(params.message)

        async with contextlib.AsyncExitStack() as stack:
            if self.told["sse"]:
                transport = sse_client(self.told["url"], auth=auth,
                                       httpx_client_factory=ears.http)
            else:
                http = await stack.enter_async_context(ears.http(auth=auth))
                transport = streamable_http_client(self.told["url"],
                                                   http_client=http)
            client = await stack.enter_async_context(mcp.Client(
                transport, mode=mode or self.told["mode"],
                logging_callback=ears.log, message_handler=ears.message,
                elicitation_callback=elicit))
            yield SdkGuest(client, ears, auth)


class Guest:
    """A client that is connected; auth: the OAuthClientProvider."""

    def __init__(self, client, ears, auth):
        self.client, self.ears, self.auth = client, ears, auth
        self.session = client.session
        self.version = client.protocol_version
        self.modern = self.version >= "2026-07-28"

    async def prompt(self, name, arguments):
        return (await self.client.get_prompt(name, arguments)).messages

    async def level(self, level):
        await self.client.set_logging_level(level)


class SdkGuest(Guest):
    async def tools(self):
        return (await self.client.list_tools()).tools

    async def resources(self):
        return (await self.client.list_resources()).resources

    async def templates(self):
        return (await self.client.list_resource_templates()).resource_templates

    async def prompts(self):
        return (await self.client.list_prompts()).prompts

    async def read(self, uri):
        return (await self.client.read_resource(uri)).contents

    async def complete(self, ref, name, value):
        result = await self.client.complete(
            ref, {"name": name, "value": value})
        return result.completion.values

    async def call(self, name, arguments, progress=None, meta=None):
        return await self.client.call_tool(
            name, arguments, progress_callback=progress, meta=meta)


class Fast:
    """fastmcp.Client"""

    def __init__(self, told, user):
        self.told, self.user, self.kept = told, user, MemoryStore()
        user.register()

    @contextlib.asynccontextmanager
    async def connect(self, mode=None):
        ears = Ears()
        auth = OAuth(token_storage=self.kept)
        kind = SSETransport if self.told["sse"] else StreamableHttpTransport

        async def elicit(message, response_type, params, context):
            return ears.answer(message)

        client = fastmcp.Client(
            kind(self.told["url"], auth=auth, httpx_client_factory=ears.http),
            mode=mode or self.told["mode"], log_handler=ears.log,
            message_handler=ears.message, elicitation_handler=elicit)
        async with client:
            yield FastGuest(client, ears, auth)


class FastGuest(Guest):
    async def tools(self):
        return await self.client.list_tools()

    async def resources(self):
        return await self.client.list_resources()

    async def templates(self):
        return await self.client.list_resource_templates()

    async def prompts(self):
        return await self.client.list_prompts()

    async def read(self, uri):
        return await self.client.read_resource(uri)

    async def complete(self, ref, name, value):
        result = await self.client.complete(
            ref, {"name": name, "value": value})
        return result.values

    async def call(self, name, arguments, progress=None, meta=None):
        return await self.client.call_tool(
            name, arguments, progress_handler=progress, meta=meta)


KINDS = {"mcp": Sdk, "fastmcp": Fast}
