"""A token endpoint on loopback (RFC 6749): gives tokens, or refuses as told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs


class TokenEnd:
    """A context manager. Each token is the next number; `answers` are given first, as status, headers and body."""

    def __init__(self, *, life: Any = 3600) -> None:
        self.life = life
        self.forms: list[dict[str, str]] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        end = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                status, headers, body = end._answer({name: values[0] for name, values in form.items()})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing is logged."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/token"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="token-end", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, form: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        self.forms.append(form)
        if self.answers:
            return self.answers.pop(0)
        token = {"access_token": f"token-{len(self.forms)}", "expires_in": self.life, "token_type": "Bearer"}
        return 200, {"Content-Type": "application/json"}, json.dumps(token).encode()
