"""A webhook as examples of line-bot-sdk have it: parse, commit each delivery to SQLite (WAL, FULL), answer.

python -m bench.webhook_peer PORT DATABASE, with LINE_CHANNEL_SECRET set.
"""

import os
import sys
import threading
from typing import Any

import uvicorn
from linebot.v3 import WebhookParser
from linebot.v3.exceptions import InvalidSignatureError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from storage.driver import sqlite_module

sqlite = sqlite_module()
parser = WebhookParser(os.environ["LINE_CHANNEL_SECRET"])
local = threading.local()


def _connection(path: str) -> Any:
    """One for each thread, with the waiting time that the driver has by default: five seconds."""
    if not hasattr(local, "connection"):
        local.connection = sqlite.connect(path)
        local.connection.execute("PRAGMA journal_mode = WAL")
        local.connection.execute("PRAGMA synchronous = FULL")
        local.connection.execute("CREATE TABLE IF NOT EXISTS event (id TEXT PRIMARY KEY, content TEXT NOT NULL)")
    return local.connection


def _keep(path: str, events: list[Any]) -> None:
    with _connection(path) as connection:
        rows = [(one.webhook_event_id, one.to_json()) for one in events]
        connection.executemany("INSERT OR IGNORE INTO event VALUES (?, ?)", rows)


async def callback(request: Request) -> Response:
    body = (await request.body()).decode()
    try:
        events = parser.parse(body, request.headers.get("x-line-signature", ""))
    except InvalidSignatureError:
        return Response(status_code=400)
    await run_in_threadpool(_keep, request.app.state.path, events)
    return Response("OK")


def main(port: int, path: str) -> None:
    app = Starlette(routes=[Route("/line/webhook", callback, methods=["POST"])])
    app.state.path = path
    _connection(path).commit()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical", access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
