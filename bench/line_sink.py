"""The part of LINE's API that a desk calls: takes every reply and push, keeps none; prints its port."""

import asyncio
import json
from http import HTTPStatus

_ANSWERS = {
    "/v2/bot/info": {"userId": "U" + "b" * 32, "basicId": "@bench", "displayName": "bench", "chatMode": "bot"},
    "/v2/bot/message/quota": {"type": "none"},
    "/v2/bot/message/quota/consumption": {"totalUsage": 0},
    "/v2/bot/channel/webhook/endpoint": {"endpoint": "https://bench.example/line/webhook", "active": True},
}
_TAKEN = {"sentMessages": [{"id": "1", "quoteToken": "q"}]}


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ", 2)
            length = next((line.split(":")[1] for line in head if line.lower().startswith("content-length:")), "0")
            await reader.readexactly(int(length))
            known = _TAKEN if method == "POST" else _ANSWERS.get(path)
            status = HTTPStatus.OK if known else HTTPStatus.NOT_FOUND
            body = json.dumps(known or {"message": "Not found"}).encode()
            lines = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
            writer.write(f"{lines}X-Line-Request-Id: r\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
