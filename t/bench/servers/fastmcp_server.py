# Licensed under the Apache License, Version 2.0; see LICENSE.
"""The tool as FastMCP serves it: uvicorn with uvloop and httptools, sessions
in the older era, no streams where none is needed. PORT, ISSUER, AUDIENCE and
JWKS (a URL) are in the environment, and VERIFY."""

from os import environ
from time import time

from fastmcp import FastMCP
from fastmcp.server.auth.providers.jwt import JWTVerifier


class Remembering(JWTVerifier):
    """For VERIFY=once: it remembers a token, as we do."""

    def __init__(self, **options):
        super().__init__(**options)
        self.verified = {}

    async def load_access_token(self, token):
        found = self.verified.get(token)
        if found is None or found.expires_at < time():
            found = await super().load_access_token(token)
            if found is not None:
                self.verified[token] = found
        return found


Verifier = Remembering if environ["VERIFY"] == "once" else JWTVerifier
server = FastMCP("bench", auth=Verifier(
    jwks_uri=environ["JWKS"], issuer=environ["ISSUER"],
    audience=environ["AUDIENCE"], algorithm="ES256"))


@server.tool(title="Add", description="Add two numbers together.")
async def add(a: int, b: int) -> int:
    return a + b


server.run(transport="http", host="127.0.0.1", port=int(environ["PORT"]),
           show_banner=False, json_response=True, log_level="warning",
           uvicorn_config={"access_log": False})
