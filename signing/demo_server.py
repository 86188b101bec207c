"""Answers HTTP on a loopback port from a table of paths, for the demonstration authority."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[bytes], bytes | None]
"""From the body of a request to that of the answer; None is an error 503."""
_TYPES = {"/ocsp/": "ocsp-response", "/crl/": "pkix-crl", "/ca/": "pkix-cert"}
_MOST_BYTES = 1 << 20


class DemoServer:
    """Answers in threads of its own until it is closed."""

    def __init__(self, port: int = 0) -> None:
        self.answers: dict[str, Answer] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self.answers))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(answers: dict[str, Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            size = min(int(self.headers.get("Content-Length", "0")), _MOST_BYTES)
            self._answer(self.rfile.read(size))

        def _answer(self, body: bytes) -> None:
            answer = answers.get(self.path)
            content = answer(body) if answer else None
            self.send_response(404 if answer is None else 503 if content is None else 200)
            kind = next((kind for start, kind in _TYPES.items() if self.path.startswith(start)), "timestamp-reply")
            self.send_header("Content-Type", f"application/{kind}")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            """The demonstration has its own words."""

    return Handler
