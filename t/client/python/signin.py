# Licensed under the Apache License, Version 2.0; see LICENSE.
"""The user of these clients: ../lib/browser.mjs, in a process of its own."""

import asyncio
import socket
import subprocess
import threading
import time
import urllib.parse
import webbrowser

from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

CALLBACK = "http://127.0.0.1:33419/callback"
SECONDS = 30


class Storage(TokenStorage):
    """What is kept between connections."""

    def __init__(self):
        self.tokens = self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


def browse(command, url):
    """Where the browser came to, in a line of its own."""
    return subprocess.run([*command, url], check=True, text=True,
                          capture_output=True, timeout=SECONDS).stdout.strip()


class User:
    """visits: how often somebody had to sign in."""

    def __init__(self, command):
        self.command = command
        self.visits = 0
        self.storage = Storage()

    # -- for the SDK: nothing listens at the callback

    def provider(self, url):
        return OAuthClientProvider(
            url, OAuthClientMetadata(
                client_name="Python SDK", redirect_uris=[CALLBACK],
                token_endpoint_auth_method="none"),
            self.storage, self.go, self.come_back)

    async def go(self, url):
        self.visits += 1
        self.page = await asyncio.to_thread(browse, self.command, url)

    async def come_back(self):
        query = urllib.parse.urlsplit(self.page).query
        found = dict(urllib.parse.parse_qsl(query))
        return AuthorizationCodeResult(
            code=found["code"], state=found["state"], iss=found["iss"])

    # -- for FastMCP, which opens a browser and listens

    def register(self):
        webbrowser.register("scripted", None, self, preferred=True)

    def open(self, url, new=0, autoraise=True):
        self.visits += 1
        threading.Thread(target=self.visit, args=[url], daemon=True).start()
        return True

    def visit(self, url):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
        callback = urllib.parse.urlsplit(query["redirect_uri"][0])
        listens(callback.hostname, callback.port)
        browse(self.command, url)


def listens(host, port):
    """It opens the browser a moment before it listens."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection((host, port)).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing listens at {host}:{port}")
