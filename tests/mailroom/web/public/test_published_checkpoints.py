"""Checkpoints for everybody: a list, and files that anybody may copy."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from mailroom.domain.evidence import Checkpoint, CheckpointProof, ProofKind
from mailroom.services.evidence.shelf import CheckpointShelf
from mailroom.stages.checkpoint import read_checkpoint
from mailroom.testing import MemoryBooks
from tests.mailroom.stages.test_checkpoint import CHECKPOINT
from tests.support.public_pages import PublicHall


@pytest.fixture
def hall(tmp_path: Path) -> PublicHall:
    made = PublicHall(MemoryBooks(), tmp_path)
    made.site = replace(made.site, checkpoints=CheckpointShelf(made.books))
    return made


@pytest.fixture
async def anyone(hall: PublicHall) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=hall.app, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://hall.test") as client:
        yield client


def publish(hall: PublicHall, *proofs: CheckpointProof) -> Checkpoint:
    with hall.books.begin() as uow:
        uow.chain.add_checkpoint(CHECKPOINT)
        for one in proofs:
            uow.chain.add_proof(one)
        uow.commit()
    return CHECKPOINT


async def test_anybody_may_copy_a_checkpoint(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """The list leads to the signed text and to its time-stamp; both come as they are, as files."""
    day = publish(hall, CheckpointProof(CHECKPOINT.day, ProofKind.TIMESTAMP, CHECKPOINT.at, b"\x30token")).day
    page = (await anyone.get("/checkpoints")).text
    assert CHECKPOINT.key.hex() in page
    assert "28 พฤศจิกายน 2569" in page
    for name in (f"{day}.checkpoint", f"{day}.tst"):
        assert f'href="/checkpoints/{name}"' in page
    file = await anyone.get(f"/checkpoints/{day}.checkpoint")
    assert read_checkpoint(file.text) == CHECKPOINT
    assert f'filename="{day}.checkpoint"' in file.headers["content-disposition"]
    assert (await anyone.get(f"/checkpoints/{day}.tst")).content == b"\x30token"
    assert "/checkpoints" in (await anyone.get("/verify")).text


@pytest.mark.parametrize(
    "name",
    ["2026-11-27.checkpoint", "2026-11-28.tst", "2026-99-99.checkpoint", "x", "2026-11-28.checkpoint%00", "..%2Fx"],
)
async def test_what_is_not_there_is_not_found(hall: PublicHall, anyone: httpx.AsyncClient, name: str) -> None:
    """Whatever is typed."""
    publish(hall)
    assert (await anyone.get(f"/checkpoints/{name}")).status_code == 404


async def test_nothing_is_published_unless_it_is_wanted(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """Without keys, or where the configuration says so, there is no such page, and nothing leads to it."""
    publish(hall)
    hall.site = replace(hall.site, checkpoints=None)
    transport = httpx.ASGITransport(app=hall.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hall.test") as client:
        assert (await client.get("/checkpoints")).status_code == 404
        assert (await client.get(f"/checkpoints/{CHECKPOINT.day}.checkpoint")).status_code == 404
        assert "/checkpoints" not in (await client.get("/verify")).text
