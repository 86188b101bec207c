"""Bad input: one clear sentence that names the remedy, no stack trace, nothing lost, everything else goes on."""

import re
import resource
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.installation import ADDRESS, REQUEST, Installation, mail

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def _request(number: int = 0) -> bytes:
    return mail(f"{REQUEST[0]} {number}", REQUEST[1], sender=f"p{number}@citizen.test")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('key = "bantuayang"', 'key = "bantuayang"\ncolour = "red"', "agency.colour: unknown key"),
        ('name = "เทศบาลตำบลบ้านตัวอย่าง"', "", "agency.name: missing"),
        ("[agency]", "[agency", "not valid TOML"),
        ('tls = "none"', 'tls = "perhaps"', "channels.email.imap.tls"),
        ('host = "127.0.0.1"', 'host = "mail.agency.example"', "loopback"),
        (
            'password = { env = "TEST_IMAP_PASSWORD" }',
            'password = "hunter2hunter2"',
            "a secret must not stand in the file",
        ),
        (
            "since = 2020-01-01",
            "since = 2563-01-01",
            "year of the Buddhist era; write that of the common era, 2020-01-01",
        ),
        ("since = 2020-01-01", 'since = "1 ม.ค. 2563"', "write a day of the common era"),
        ("[storage]", "[announcement]\neffective_on = 2566-08-01\n[storage]", "2023-08-01"),
        ("[storage]", '[hours]\nopen = "17:00"\nclose = "08:30"\n[storage]', "open must be earlier than close"),
        ("[channels.email]", '[channels.fax]\nnumber = "1"\n[channels.email]', "channels.fax: unknown channel"),
    ],
)
def test_a_wrong_setting_is_named_with_file_key_and_remedy(
    installation: Installation, old: str, new: str, sentence: str
) -> None:
    """`mailroom check` says it offline, and nothing starts."""
    installation.config.write_text(installation.config.read_text().replace(old, new, 1))
    done = installation.run("check", fails=True)
    assert sentence in done.stderr
    assert str(installation.config) in done.stderr
    assert "hunter2" not in done.stderr
    installation.run("once", fails=True)


def test_a_service_that_nobody_knows_is_named(installation: Installation) -> None:
    """A broken catalogue stops the start with the key that is wrong."""
    services = installation.folder / "services.toml"
    services.write_text(services.read_text() + '\n[[service]]\nkey = "food-shop"\nname = "x"\n')
    assert "food-shop" in installation.run("check", fails=True).stderr


def test_a_wrong_password_is_ours_to_mend(installation: Installation) -> None:
    """The sentence names user, server and remedy; the mail is taken once the password is right."""
    installation.deliver(_request(), at=NOW)
    installation.environment["TEST_IMAP_PASSWORD"] = "wrong"
    done = installation.once(fails=True)
    assert installation.user in done.stderr
    assert "password" in done.stderr
    assert "wrong" not in done.stderr.replace("wrong password", "")
    installation.environment.clear()
    installation.once()
    assert installation.numbers() == ["1/2569"]


def test_a_missing_secret_is_named(installation: Installation) -> None:
    """The variable that is not set is named, not its value."""
    installation.environment["TEST_IMAP_PASSWORD"] = ""
    done = installation.once(fails=True)
    assert "TEST_IMAP_PASSWORD" in done.stdout + done.stderr


def test_an_unreachable_submission_server_defers_letters(installation: Installation) -> None:
    """The entry is registered; its letter waits, visible, and goes out when the server is back."""
    installation.deliver(_request(), at=NOW)
    installation.smtp.always("connect", "421 4.3.2 come back later")
    installation.once()
    (message,) = installation.messages()
    assert message["register_number"] == "1/2569"
    assert [reply["state"] for reply in message["replies"]] == ["deferred"]


def test_a_refused_recipient_fails_for_good_and_shows(installation: Installation) -> None:
    """A permanent refusal is told from a temporary one, and other letters go on."""
    installation.deliver(_request(1), at=NOW)
    installation.deliver(_request(2), at=NOW + timedelta(minutes=1))
    installation.smtp.misbehave("rcpt", "550 5.1.1 no such user")
    installation.once()
    states = [[reply["state"] for reply in message["replies"]] for message in installation.messages()]
    assert states == [["failed"], ["sent"]]


@pytest.mark.parametrize(
    "poison",
    [
        lambda: (
            b"From: a@citizen.test\r\nSubject: parts\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
            + b"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n" * 10_000
            + b"--x--\r\n"
        ),
        lambda: b"From: a@citizen.test\r\nSubject: " + b"x" * 1_000_000 + b"\r\n\r\nbody\r\n",
        lambda: (
            b"From: a@citizen.test\r\n"
            + b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3000))
        ),
        lambda: b"\x00\xff\xfe garbage without any header",
        lambda: b"From: " + b"(" * 3000 + b"a@citizen.test\r\nSubject: =?utf-8?B?///=?=\r\nDate: 99999999999\r\n\r\n",
    ],
    ids=["10,000 parts", "1 MB header", "3,000 deep", "garbage", "broken headers"],
)
def test_a_poison_mail_costs_its_own_limits_and_the_next_goes_on(
    installation: Installation, poison: Callable[[], bytes]
) -> None:
    """It is registered or listed with what is broken, its bytes are kept, and good mail around it is answered."""
    installation.deliver(_request(1), at=NOW)
    installation.deliver(poison(), at=NOW + timedelta(minutes=1))
    installation.deliver(_request(2), at=NOW + timedelta(minutes=2))
    installation.once()
    messages = installation.messages()
    assert [one["outcome"] for one in messages] == ["accept", "hold", "accept"]
    assert messages[1]["register_number"] == "2/2569"
    assert messages[1]["defects"]
    installation.verify()


def test_a_mail_of_50_megabytes_passes_in_flat_memory(installation: Installation) -> None:
    """It is taken, kept byte for byte, read and registered; the program stays below 256 MB."""
    attachment = b"A" * 75 + b"\r\n"
    raw = (
        b"From: a@citizen.test\r\nTo: "
        + ADDRESS.encode()
        + b"\r\nSubject: =?utf-8?B?4LiC4Lit4Lit4LiZ4Li44LiN4Liy4LiV4LiC4Liy4Lii4Lit4Liy4Lir4Liy4Lij?=\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + REQUEST[1].encode()
        + b"\r\n--x\r\nContent-Type: application/octet-stream; name=big.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + attachment * (50_000_000 // len(attachment))
        + b"\r\n--x--\r\n"
    )
    installation.deliver(raw, at=NOW)
    peak = _peak_of_once(installation)
    (message,) = installation.messages()
    assert message["register_number"] == "1/2569"
    assert [one["name"] for one in message["attachments"]] == ["big.bin"]
    assert peak < 256 * 1024, f"{peak} KiB at the most in the program itself"


def _peak_of_once(installation: Installation) -> int:
    """`mailroom once`, and the most memory that it had resident at any time, in KiB; its reader child has its own test."""
    process = subprocess.Popen(installation.command("once"), env=installation.variables, stdout=subprocess.PIPE)
    peak = 0
    while process.poll() is None:
        with suppress(OSError):
            status = Path(f"/proc/{process.pid}/status").read_text()
            if found := re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE):
                peak = max(peak, int(found[1]))
        time.sleep(0.01)
    process.communicate()
    assert process.returncode == 0
    return peak


def test_a_full_disk_stops_taking_and_loses_nothing(installation: Installation) -> None:
    """The archive cannot grow: a sentence names the remedy; with room again the mail is taken."""
    installation.once()
    for number in range(5):
        installation.deliver(
            mail(
                f"{REQUEST[0]} {number}", REQUEST[1] + "\n" + _noise(number, 400_000), sender=f"p{number}@citizen.test"
            ),
            at=NOW + timedelta(minutes=number),
        )
    limit = 1_000_000  # bytes that any one file may have: the disk as a process sees a full one
    done = subprocess.run(
        installation.command("once"),
        env=installation.variables,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode != 0
    assert "full" in done.stderr
    assert "Traceback" not in done.stderr
    installation.once()
    assert len(installation.numbers()) == 5
    assert len(installation.smtp.letters) == 5
    installation.verify()


def _noise(seed: int, size: int) -> str:
    """Text that does not compress."""
    import random

    return random.Random(seed).randbytes(size // 2).hex()


def test_a_second_process_on_one_data_folder_is_refused(installation: Installation) -> None:
    """The first goes on; the second says which process works there."""
    installation.once()
    holder = subprocess.Popen(
        ["flock", str(installation.folder / "data" / "lock"), "sleep", "60"], stdout=subprocess.DEVNULL
    )
    try:
        while (
            subprocess.run(["flock", "-n", str(installation.folder / "data" / "lock"), "true"], check=False).returncode
            == 0
        ):
            pass
        assert "already works on this data folder" in installation.once(fails=True).stderr
    finally:
        holder.terminate()
        holder.wait()
