"""The keyring and its recovery key: durable, private, never half, and opened by a standard tool."""

import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mailroom.domain.errors import BackupError, ConfigurationError, StorageError
from mailroom.domain.keys import NewSheet
from storage.archive import SegmentArchive
from storage.sealing.files import is_sealed, open_file, seal_file
from storage.sealing.keybox import SealedKeybox, keyring_from
from storage.sealing.keyring import Keyring, new_keyring
from storage.sealing.recovery import new_recovery_key, opened_with, sealed_for
from tests.support.keyrings import FixedKeks, key

AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def box(tmp_path: Path) -> SealedKeybox:
    return SealedKeybox(tmp_path / "safe" / "keyring", tmp_path / "archive")


def made(box: SealedKeybox) -> NewSheet:
    """A keyring, and what its sheet says."""
    sheets: list[NewSheet] = []
    box.make(AT, sheets.append)
    return sheets[0]


def archive(box: SealedKeybox, folder: Path) -> SegmentArchive:
    return SegmentArchive(folder / "archive", keks=Keyring.load(box.place))


def test_a_keyring_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    """Keys, times and recipient; the file is for its owner alone."""
    keyring = new_keyring(new_recovery_key()[1], AT).with_new_key().tested(AT)
    keyring.save(tmp_path / "keyring")
    assert Keyring.load(tmp_path / "keyring") == keyring
    assert keyring.newest == 2
    assert stat.S_IMODE((tmp_path / "keyring").stat().st_mode) == 0o600
    assert all(one.hex() not in repr(keyring) for one in keyring.keks.values())


def test_evidence_is_signed_and_messages_are_named_by_keys_that_no_rotation_changes(tmp_path: Path) -> None:
    """What others checked yesterday they check with the same key tomorrow."""
    keyring = new_keyring(new_recovery_key()[1], AT)
    Ed25519PublicKey.from_public_bytes(keyring.public).verify(keyring.sign(b"root"), b"root")
    later = keyring.with_new_key().with_newest_only()
    assert (later.public, later.seal("ab")) == (keyring.public, keyring.seal("ab"))
    assert keyring.seal("ab") != keyring.seal("ac")


@pytest.mark.parametrize("damage", ["missing", "open", "cut", "other", "short"])
def test_a_keyring_that_cannot_be_trusted_is_refused_with_the_remedy(tmp_path: Path, damage: str) -> None:
    """Missing, open to others, cut off, another form, or a key of another length."""
    path = tmp_path / "keyring"
    keyring = new_keyring(new_recovery_key()[1], AT)
    keyring.save(path)
    text = path.read_text()
    changed = {
        "cut": text[:100],
        "other": text.replace("keyring-1", "keyring-9"),
        "short": text.replace('"1": "', '"1": "AAAA'),
    }
    if damage == "missing":
        path.unlink()
    elif damage == "open":
        path.chmod(0o640)
    else:
        path.write_text(changed[damage])
    with pytest.raises(ConfigurationError, match=r"keys init|chmod 600|recovery sheet"):
        Keyring.load(path)


def test_the_sheet_opens_the_copy_also_when_typed_in_groups_and_small_letters(
    box: SealedKeybox, tmp_path: Path
) -> None:
    """Another sheet does not, and what is mistyped is told."""
    sheet = made(box)
    secret, recipient = sheet.recovery_key, sheet.recipient
    copy = tmp_path / "archive" / "keyring.age"
    typed = " ".join(secret[at : at + 5].lower() for at in range(0, len(secret), 5))
    assert keyring_from(copy, typed) == Keyring.load(box.place)
    assert Keyring.load(box.place).recipient == recipient
    with pytest.raises(ConfigurationError, match="another sheet"):
        keyring_from(copy, new_recovery_key()[0])
    with pytest.raises(ConfigurationError, match="letter by letter"):
        keyring_from(copy, secret[:-1] + ("Q" if secret[-1] != "Q" else "P"))


def test_the_age_of_debian_opens_the_copy(box: SealedKeybox, tmp_path: Path) -> None:
    """Without this program, with the paper alone."""
    secret = made(box).recovery_key
    (tmp_path / "key.txt").write_text(secret + "\n")
    command = ["age", "-d", "-i", str(tmp_path / "key.txt"), str(tmp_path / "archive" / "keyring.age")]
    opened = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    assert opened == box.place.read_bytes()


def test_a_second_keyring_is_never_made_over_a_first(box: SealedKeybox) -> None:
    """Nor where the copy says that there was one."""
    secret = made(box).recovery_key
    before = box.place.read_bytes()
    with pytest.raises(ConfigurationError, match="keys rotate"):
        made(box)
    assert box.place.read_bytes() == before
    box.place.unlink()
    with pytest.raises(ConfigurationError, match="keys recover"):
        made(box)
    box.recover(secret)
    assert box.place.read_bytes() == before
    with pytest.raises(ConfigurationError, match="move it away"):
        box.recover(secret)


def test_after_a_rotation_all_opens_and_the_sheet_is_still_the_sheet(box: SealedKeybox, tmp_path: Path) -> None:
    """Older keys stay for older copies until somebody drops them; what is wrapped anew needs them no more."""
    secret = made(box).recovery_key
    with_one = archive(box, tmp_path)
    (kept,) = with_one.keep([b"letter"])
    with_one.close()
    assert box.add_key() == 2
    with pytest.raises(StorageError, match="repeat"):
        box.drop_old()
    assert (box.rewrap(), box.rewrap()) == (1, 0)
    box.tried(secret, AT)
    box.drop_old()
    assert tuple(Keyring.load(box.place).keks) == (2,)
    assert keyring_from(tmp_path / "archive" / "keyring.age", secret).keks == Keyring.load(box.place).keks
    again = archive(box, tmp_path)
    assert again.open(kept.place, kept.digest).read() == b"letter"
    again.close()
    assert box.state().tested_at == AT


def test_a_copy_that_fell_behind_does_not_pass_the_test(box: SealedKeybox, tmp_path: Path) -> None:
    """A keyring was put in place of another without its copy: the sheet would not help."""
    secret = made(box).recovery_key
    Keyring.load(box.place).with_new_key().save(box.place)
    with pytest.raises(ConfigurationError, match="older than the keyring"):
        box.tried(secret, AT)
    assert box.state().tested_at is None
    assert (tmp_path / "archive").is_dir()


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_a_sealed_file_opens_to_the_same_bytes(tmp_path: Path, size: int) -> None:
    """Of any size; nothing of it can be read meanwhile."""
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    (tmp_path / "plain").write_bytes(content)
    seal_file(tmp_path / "plain", tmp_path / "sealed", FixedKeks())
    assert is_sealed(tmp_path / "sealed")
    assert not is_sealed(tmp_path / "plain")
    assert b"0123456789abcdef" not in (tmp_path / "sealed").read_bytes()
    open_file(tmp_path / "sealed", tmp_path / "again", FixedKeks())
    assert (tmp_path / "again").read_bytes() == content


def test_a_sealed_file_that_was_changed_cut_or_grown_is_refused(tmp_path: Path) -> None:
    """Every byte of the head, and a sample of the rest; pieces left out or in another order."""
    (tmp_path / "plain").write_bytes(bytes(range(256)) * 9000)
    seal_file(tmp_path / "plain", tmp_path / "sealed", FixedKeks())
    sealed = (tmp_path / "sealed").read_bytes()
    step = (1 << 20) + 20
    first, second = sealed[36 : 36 + step], sealed[36 + step : 36 + 2 * step]
    damaged = [
        sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        for at in (*range(16, 40), 5000, step + 50, len(sealed) - 1)
    ]
    damaged += [sealed[:-20], sealed[:-1], sealed + b"x", sealed[: 36 + step], sealed[:36]]
    damaged += [sealed.replace(first, b""), sealed[:36] + second + first + sealed[36 + 2 * step :]]
    for content in damaged:
        (tmp_path / "damaged").write_bytes(content)
        with pytest.raises((BackupError, ConfigurationError)):
            open_file(tmp_path / "damaged", tmp_path / "again", FixedKeks())
    with pytest.raises(BackupError, match="not a sealed file"):
        open_file(tmp_path / "plain", tmp_path / "again", FixedKeks())
    with pytest.raises(BackupError, match="another key"):
        open_file(tmp_path / "sealed", tmp_path / "again", FixedKeks({1: key(9)}))


def test_the_copy_is_sealed_to_nobody_where_the_recipient_is_damaged() -> None:
    """A keyring without a valid recovery key is told, not written for nobody."""
    secret, recipient = new_recovery_key()
    with pytest.raises(ConfigurationError, match="no valid recovery key"):
        sealed_for(recipient[:-1], b"keys")
    assert opened_with(secret, sealed_for(recipient, b"keys")) == b"keys"
