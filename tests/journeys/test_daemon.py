"""The daemon: it listens, survives its servers, answers for its health, and stops cleanly."""

import json
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tests.support.dovecot import free_port
from tests.support.installation import REQUEST, Installation, mail
from tests.support.waiting import until


@contextmanager
def running(installation: Installation) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`mailroom run`, and the port of its queue."""
    port = free_port()
    installation.extra = f"[web]\nport = {port}\n[daemon]\npoll_seconds = 5\n"
    installation.write()
    process = subprocess.Popen(
        installation.command("run"),
        env=installation.variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: health(port) is not None)
        yield process, port
    finally:
        process.kill()
        process.communicate()


def health(port: int) -> dict[str, Any] | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        with error:
            return dict(json.load(error))
    except OSError:
        return None


def _deliver(installation: Installation, number: int) -> None:
    installation.deliver(
        mail(f"{REQUEST[0]} {number}", REQUEST[1], sender=f"p{number}@citizen.test"), at=datetime.now(UTC)
    )


def test_new_mail_is_answered_while_the_daemon_runs_and_it_stops_cleanly(installation: Installation) -> None:
    """A mail that arrives is registered and answered by itself; SIGTERM ends the process with exit code 0."""
    with running(installation) as (process, port):
        _deliver(installation, 1)
        installation.smtp.wait_for(1)
        until(lambda: (health(port) or {}).get("status") == "ok")
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)
        assert process.returncode == 0, log
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"daemon.started", "messages.taken", "messages.decided", "daemon.stopped"} <= {one["event"] for one in lines}
    installation.verify()


def test_log_lines_carry_no_personal_data(installation: Installation) -> None:
    """No address, name or word of a citizen stands in any line."""
    with running(installation) as (process, _):
        installation.deliver(
            mail("กระดาษลับสุดยอด", f"{REQUEST[1]} canary-words", sender="นกขมิ้น เหลืองอ่อน <canary@citizen.test>"),
            at=datetime.now(UTC),
        )
        installation.smtp.wait_for(1)
        process.send_signal(signal.SIGTERM)
        out, log = process.communicate(timeout=30)
    for canary in ("canary", "citizen.test", "นกขมิ้น", "กระดาษ"):
        assert canary not in log
        assert canary not in out


def test_the_daemon_survives_a_restart_of_the_mail_server(installation: Installation) -> None:
    """The connection breaks, comes back, and mail of both sides of the break is answered."""
    with running(installation) as (process, _):
        _deliver(installation, 1)
        installation.smtp.wait_for(1)
        installation.dovecot.restart()
        _deliver(installation, 2)
        installation.smtp.wait_for(2, 60)
        assert process.poll() is None
    assert len(installation.numbers()) == 2
