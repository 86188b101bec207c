#!/usr/bin/env python3
"""ตรวจชุดหลักฐาน · Checks an evidence bundle of mailroom. It stands alone: copy it anywhere, read it, run it.

    python3 verify.py [case.zip]      the ZIP, or else the folder it was unpacked into
      --checkpoint FILE               also compare with a checkpoint that a witness kept, or that is published
      --key HEX                       also demand that this key signed, as it is published

Needs Python 3.9 or later and, for signatures and time-stamps, openssl 3. Changes nothing, asks nobody, and goes on
whatever was done to a file. Exit status: 0 in order; 1 something is wrong, and named; 2 not all was checked.
"""

from __future__ import annotations

import argparse
import base64
import calendar
import email
import email.policy
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

MANIFEST, SIGNATURE, ROWS, PROOFS, TRUSTED = "manifest.json", "manifest.sig", "rows.json", "proofs.json", "trusted.pem"
TITLE = "mailroom checkpoint 1"
ED25519 = bytes.fromhex("302a300506032b6570032100")
BYTES_IN = {"message", "document", "sent_copy"}  # Tables whose rows name, by digest, bytes that are in the bundle.


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


class Openssl:
    def __init__(self, folder: Path) -> None:
        self.there = shutil.which("openssl") is not None
        self._folder = folder

    def run(self, *arguments: str) -> tuple[bool, str]:
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout + done.stderr

    def file(self, name: str, content: bytes) -> str:
        (self._folder / name).write_bytes(content)
        return str(self._folder / name)

    def signed(self, data: bytes, signature: bytes, key: bytes) -> bool:
        encoded = base64.b64encode(ED25519 + key).decode()
        pem = self.file("key.pem", f"-----BEGIN PUBLIC KEY-----\n{encoded}\n-----END PUBLIC KEY-----\n".encode())
        files = ("-in", self.file("data", data), "-sigfile", self.file("signature", signature))
        return self.run("pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin", *files)[0]

    def stamped(self, data: bytes, token: bytes, trusted: bytes) -> tuple[str, str]:
        """When, and what is wrong with it; empty when nothing is."""
        file = self.file("token", token)
        _, text = self.run("ts", "-reply", "-in", file, "-token_in", "-text")
        found = re.search(r"Time stamp: (\w+ +\d+ [\d:]+)(?:\.\d+)? (\d{4}) GMT", text)
        if not found:
            return "", "it is no time-stamp"
        at = calendar.timegm(time.strptime(f"{found[1]} {found[2]}", "%b %d %H:%M:%S %Y"))
        roots = ("-CAfile", self.file(TRUSTED, trusted), "-attime", str(at))
        good, text = self.run("ts", "-verify", "-data", self.file("data", data), "-in", file, "-token_in", *roots)
        return f"{found[1]} {found[2]} UTC", "" if good else " ".join(text.split())[:200]


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that a leaf and its path lead to (RFC 9162, 2.1.3.2). Raises ValueError."""
    place, last, top = index, size - 1, leaf
    for one in path:
        if not last:
            raise ValueError("the path is too long")
        if place & 1 or place == last:
            top = node(one, top)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            top = node(top, one)
        place, last = place >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return top


def consistent(first: int, second: int, before: bytes, path: list[bytes]) -> tuple[bytes, bytes]:
    """The roots of both trees that a path leads to (RFC 9162, 2.1.4.2). Raises ValueError, IndexError."""
    if first == second:
        return before, before
    steps = [before, *path] if first & (first - 1) == 0 else list(path)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for one in steps[1:]:
        if not last:
            raise ValueError("the path is too long")
        if place & 1 or place == last:
            old, new = node(one, old), node(one, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, one)
        place, last = place >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return old, new


def words_of(file: bytes) -> str:
    """Of a checkpoint's file, or of a mail that holds one, however it is encoded."""
    if TITLE.encode() in file:
        return file.decode(errors="replace")
    parts = email.message_from_bytes(file, policy=email.policy.default).walk()
    return "\n".join(str(one.get_content()) for one in parts if one.get_content_type() == "text/plain")


def checkpoint_of(file: str) -> dict[str, str]:
    """Its lines by name, also out of a mail that quotes them; the signed text under `text`. Raises ValueError."""
    start = file.find(TITLE)
    found: dict[str, str] = {}
    for name, value in re.findall(r"(?m)^[>\s]*([a-z]+): *(\S.*?)\s*$", file[start:] if start >= 0 else ""):
        found[name] = found.get(name, "") + value if name == "signature" else found.get(name, value)
    wanted = ("origin", "day", "made", "size", "root", "head")
    if not {*wanted, "key", "signature"} <= found.keys():
        raise ValueError("it is no whole checkpoint")
    return {**found, "text": f"{TITLE}\n" + "".join(f"{one}: {found[one]}\n" for one in wanted)}


class Check:
    def __init__(self, place: Path, openssl: Openssl, key: str, outside: str) -> None:
        self.place, self.openssl, self.key, self.outside = place, openssl, key, outside
        self.read: Callable[[str], bytes] = lambda _: b""
        self.manifest: dict[str, Any] = {}
        self.checkpoints: dict[str, dict[str, str]] = {}
        self.faults = self.unchecked = 0

    def good(self, text: str) -> None:
        say(f"OK           {text}")

    def fault(self, subject: str, text: str) -> None:
        self.faults += 1
        say(f"FAULT        {subject}: {text}")

    def open(self, subject: str, text: str) -> None:
        self.unchecked += 1
        say(f"NOT CHECKED  {subject}: {text}")

    def all(self) -> None:
        for part in (self.files, self.signature, self.signed_days, self.growth, self.rows, self.witness):
            try:
                part()
            except Exception as error:
                self.fault(part.__name__.replace("_", " "), f"cannot be understood ({type(error).__name__}: {error})")

    def files(self) -> None:
        """Every file is the one that the manifest lists, and there is no other."""
        if self.place.is_dir():
            names = [one.relative_to(self.place).as_posix() for one in self.place.rglob("*") if one.is_file()]
            self.read = lambda name: (self.place / name).read_bytes()
        else:
            bundle = zipfile.ZipFile(self.place)
            names, self.read = bundle.namelist(), bundle.read
        self.manifest = json.loads(self.read(MANIFEST))
        listed = self.manifest["files"]
        for name in sorted({*names, *listed} - {MANIFEST, SIGNATURE}):
            if name not in listed:
                self.fault(name, "the manifest does not list it")
                continue
            try:
                found = hashlib.sha256(self.read(name)).hexdigest()
            except Exception as error:
                found = type(error).__name__
            if found != listed[name]:
                self.fault(name, f"its bytes are not those that the manifest lists ({found})")
        if len(names) != len(set(names)):
            self.fault(MANIFEST, "a file is there twice")
        self.good(f"{len(listed)} files were read; case {self.manifest['case']} of {self.manifest['agency']}")

    def signature(self) -> None:
        written = self.read(SIGNATURE).decode()
        if written != f"{bytes.fromhex(written).hex()}\n":
            self.fault(SIGNATURE, "it is not written as it was made")
        self.signs(MANIFEST, self.read(MANIFEST), bytes.fromhex(written), self.manifest["key"])

    def signs(self, name: str, data: bytes, signature: bytes, key: str) -> None:
        if self.key and key != self.key:
            self.fault(name, f"another key signed it: {key}")
        if not self.openssl.there:
            self.open(name, "its signature; openssl is not installed")
        elif self.openssl.signed(data, signature, bytes.fromhex(key)):
            self.good(f"{name} is signed by the key {key}")
        else:
            self.fault(name, f"its signature is not that of the key {key}")

    def signed_days(self) -> None:
        for one in json.loads(self.read(PROOFS))["checkpoints"]:
            name = one["file"]
            file = self.read(name).decode()
            self.checkpoints[one["day"]] = found = checkpoint_of(file)
            if found["day"] != one["day"] or found["key"] != self.manifest.get("key"):
                self.fault(name, "it is of another day, or another key signed it")
            self.signs(name, found["text"].encode(), bytes.fromhex(found["signature"]), found["key"])
            if one.get("token"):
                self.stamp(name, found["text"].encode(), one["token"])
            else:
                self.open(name, "it has no time-stamp: its time is the agency's own word")

    def stamp(self, name: str, data: bytes, token: str) -> None:
        if not self.openssl.there or TRUSTED not in self.manifest["files"]:
            self.open(token, f"needs openssl, and the certificate of the authority in {TRUSTED}")
            return
        at, wrong = self.openssl.stamped(data, self.read(token), self.read(TRUSTED))
        if wrong:
            self.fault(token, f"this time-stamp is not good: {wrong}")
        else:
            self.good(f"{name} was there at {at}, says the time-stamp authority")

    def growth(self) -> None:
        """Each later checkpoint contains the earlier one whole: nothing before it was changed or removed."""
        for one in json.loads(self.read(PROOFS))["consistency"]:
            first, second = self.checkpoints[one["from"]], self.checkpoints[one["to"]]
            roots = bytes.fromhex(first["root"]), bytes.fromhex(second["root"])
            path = [bytes.fromhex(step) for step in one["path"]]
            if consistent(int(first["size"]), int(second["size"]), roots[0], path) != roots:
                self.fault(one["to"], f"its checkpoint does not contain that of {one['from']}")
            else:
                self.good(f"the checkpoint of {one['to']} contains all of that of {one['from']}")

    def rows(self) -> None:
        """Each row of the books is what its leaf says, and stands in the tree of a checkpoint."""
        links = {one["seq"]: one for one in json.loads(self.read(PROOFS))["links"]}
        there, proven = set(self.manifest["files"].values()), 0
        for row in json.loads(self.read(ROWS))["rows"]:
            name = f"{row['table']} {row['key']}"
            table, key, facts = json.loads(row["record"])
            leaf = hashlib.sha256(b"\x00" + row["record"].encode()).digest()
            if [table, key] != [row["table"], row["key"]]:
                self.fault(name, "its record is of another row")
            elif table in BYTES_IN and facts["digest"] not in there:
                self.fault(name, "the bytes that it names are not in the bundle")
            link = links.get(row["seq"])
            if link is None or link["checkpoint"] is None:
                self.open(name, "it is younger than the last checkpoint: ask for a bundle of a later day")
            elif self.stands(name, leaf, link):
                proven += 1
            else:
                self.fault(name, f"it does not stand so in the books of {link['checkpoint']}")
        self.good(f"{proven} rows stand in the books as they are here")

    def stands(self, name: str, leaf: bytes, link: dict[str, Any]) -> bool:
        numbers = link["seq"].to_bytes(8, "big") + link["at"].to_bytes(8, "big")
        value = hashlib.sha256(b"\x02" + bytes.fromhex(link["before"]) + numbers + leaf + name.encode()).hexdigest()
        tree = self.checkpoints[link["checkpoint"]]
        root = included(leaf, link["seq"] - 1, int(tree["size"]), [bytes.fromhex(step) for step in link["path"]])
        return value == link["value"] and root.hex() == tree["root"]

    def witness(self) -> None:
        if not self.outside:
            return
        found = checkpoint_of(words_of(Path(self.outside).read_bytes()))
        ours = self.checkpoints.get(found["day"])
        if ours is None:
            self.open(self.outside, f"it is of {found['day']}; this bundle has {', '.join(self.checkpoints) or 'none'}")
        elif ours["text"] != found["text"]:
            self.fault(self.outside, f"it is not the one of {found['day']} in this bundle")
        else:
            self.good(f"the checkpoint of {found['day']} from outside is the one in this bundle")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Checks an evidence bundle of mailroom.")
    parser.add_argument("bundle", nargs="?", default=".", help="the ZIP, or the folder it was unpacked into")
    parser.add_argument("--checkpoint", default="", help="file or mail with a checkpoint that somebody else kept")
    parser.add_argument("--key", default="", help="the key that must have signed, in hexadecimal")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        check = Check(Path(given.bundle), Openssl(Path(folder)), given.key.lower(), given.checkpoint)
        check.all()
    if check.faults:
        say(f"\nพบข้อผิดพลาด {check.faults} แห่ง · {check.faults} faults: do not rely on this bundle as it is")
    elif check.unchecked:
        say(f"\nไม่พบข้อผิดพลาด ยังไม่ได้ตรวจ {check.unchecked} แห่ง · nothing wrong, {check.unchecked} points not checked")
    else:
        say("\nถูกต้องครบถ้วน · all in order")
    return 1 if check.faults else 2 if check.unchecked else 0


if __name__ == "__main__":
    sys.exit(main())
