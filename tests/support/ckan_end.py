"""A CKAN site on loopback: the actions that a push needs, its refusals, and failures on demand."""

import json
import re
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

KEY = "key-of-the-agency"
_NAME = re.compile(r"[a-z0-9_-]{2,100}")
_TAG = re.compile(r"[\w \-.]{2,100}")


@dataclass
class CkanEnd:
    """A context manager. `packages` by name, `files` by resource id, `calls` in order."""

    organisation: str = "klong-new"
    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    failures: list[tuple[int, bytes]] = field(default_factory=list)
    """Status and body of the next answers, whatever is asked."""

    def __enter__(self) -> Self:
        end = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = end.answer(self.path, dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Tests read `calls`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        action = path.removeprefix("/api/3/action/")
        self.calls.append(action)
        if self.failures:
            return self.failures.pop(0)
        if headers.get("Authorization") != KEY:
            return 403, _failed("Authorization Error")
        facts, file = _read(headers.get("Content-Type", ""), body)
        return getattr(self, f"_{action}")(facts, file) if hasattr(self, f"_{action}") else (400, b'"Bad request"')

    def _package_show(self, facts: dict[str, Any], _file: bytes | None) -> tuple[int, bytes]:
        found = self._package(facts["id"])
        return (200, _done(found)) if found else (404, _failed("Not Found Error"))

    def _package_create(self, facts: dict[str, Any], _file: bytes | None) -> tuple[int, bytes]:
        if wrong := self._faults(facts):
            return 409, _failed("Validation Error", **wrong)
        package = {"id": f"id-{len(self.packages)}", "resources": [], **facts}
        self.packages[package["name"]] = package
        return 200, _done(package)

    def _package_patch(self, facts: dict[str, Any], _file: bytes | None) -> tuple[int, bytes]:
        found = self._package(facts.pop("id"))
        if found is None:
            return 404, _failed("Not Found Error")
        if wrong := self._faults({**found, **facts}):
            return 409, _failed("Validation Error", **wrong)
        found.update(facts)
        return 200, _done(found)

    def _resource_create(self, facts: dict[str, Any], file: bytes | None) -> tuple[int, bytes]:
        package = self._package(facts.pop("package_id"))
        if package is None or file is None:
            return 409, _failed("Validation Error", package_id=["Not found"])
        resource = {"id": f"resource-{len(self.files)}", "url_type": "upload", **facts}
        package["resources"].append(resource)
        self.files[resource["id"]] = file
        return 200, _done(resource)

    def _resource_patch(self, facts: dict[str, Any], file: bytes | None) -> tuple[int, bytes]:
        every = (one for package in self.packages.values() for one in package["resources"])
        resource = next((one for one in every if one["id"] == facts["id"]), None)
        if resource is None or file is None:
            return 404, _failed("Not Found Error")
        resource.update(facts)
        self.files[resource["id"]] = file
        return 200, _done(resource)

    def _package(self, name_or_id: str) -> dict[str, Any] | None:
        return next((one for one in self.packages.values() if name_or_id in (one["name"], one["id"])), None)

    def _faults(self, facts: dict[str, Any]) -> dict[str, list[str]]:
        wrong = {}
        if not _NAME.fullmatch(facts.get("name", "")):
            wrong["name"] = ["Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"]
        if facts.get("owner_org") != self.organisation:
            wrong["owner_org"] = ["Organization does not exist"]
        if not all(_TAG.fullmatch(tag["name"]) for tag in facts.get("tags", [])):
            wrong["tags"] = ["Tag can only contain alphanumeric characters, spaces, hyphens, underscores or dots"]
        return wrong


def _read(content_type: str, body: bytes) -> tuple[dict[str, Any], bytes | None]:
    if content_type == "application/json":
        return json.loads(body), None
    form = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=HTTP)
    facts: dict[str, Any] = {}
    file = None
    for part in form.iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        name = part.get_param("name", header="content-disposition")
        if name == "upload":
            file = content
        else:
            facts[str(name)] = content.decode()
    return facts, file


def _done(result: dict[str, Any]) -> bytes:
    return json.dumps({"help": "", "success": True, "result": result}).encode()


def _failed(kind: str, **fields: list[str]) -> bytes:
    return json.dumps({"help": "", "success": False, "error": {"__type": kind, **fields}}).encode()
