"""Passwords are hashed as they must be, and waiting grows with wrong tries."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from mailroom.domain.errors import RefusedActionError
from mailroom.services.sign_in import Passwords, SignIn, digest
from mailroom.testing import FakeClock, MemoryBooks
from tests.support.web_site import PASSWORDS


@pytest.fixture
def books() -> MemoryBooks:
    return MemoryBooks()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sign_in(books: MemoryBooks, clock: FakeClock) -> SignIn:
    return SignIn(
        books=books,
        clock=clock,
        idle=timedelta(minutes=30),
        absolute=timedelta(hours=10),
        passwords=PASSWORDS,
    )


def test_passwords_are_argon2id() -> None:
    """What is kept is an Argon2id hash that matches the password exactly as typed, and nothing else."""
    passwords = Passwords()
    kept = passwords.hash(" รหัสผ่าน ยาวมาก ")
    assert kept.startswith("$argon2id$")
    assert passwords.match(kept, " รหัสผ่าน ยาวมาก ")
    assert not passwords.match(kept, "รหัสผ่าน ยาวมาก")
    assert not passwords.match("", " รหัสผ่าน ยาวมาก ")
    assert not passwords.match("not a hash", "x")


def test_an_unknown_name_costs_the_same_work_as_a_known_one() -> None:
    """What is compared for nobody has the parameters of a real hash, and is a different one in each process."""
    passwords = Passwords()
    nobody = passwords._nobody
    assert extract_parameters(nobody) == extract_parameters(passwords.hash("correct horse battery"))
    assert nobody != Passwords()._nobody
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(nobody, "")


@pytest.mark.parametrize(("password", "code"), [("x" * 11, "password-too-short"), ("x" * 1025, "password-too-long")])
def test_passwords_have_a_least_and_a_greatest_length(sign_in: SignIn, password: str, code: str) -> None:
    """Twelve characters at least; a bound above only keeps out floods."""
    with pytest.raises(RefusedActionError) as refused:
        sign_in.add_clerk("a", "A", password)
    assert refused.value.code == code


def test_a_clerk_without_a_password_enters_by_link_only(sign_in: SignIn) -> None:
    """No password matches an empty hash; a one-time link does."""
    sign_in.add_clerk("a", "A")
    assert sign_in.with_password("a", "") is None
    assert sign_in.with_link(sign_in.new_link("a")) is not None


def test_nobody_unknown_gets_a_link(sign_in: SignIn) -> None:
    """A link is for a clerk who exists."""
    with pytest.raises(RefusedActionError):
        sign_in.new_link("nobody")


def test_waiting_doubles_and_ends_at_a_quarter_of_an_hour(
    sign_in: SignIn, books: MemoryBooks, clock: FakeClock
) -> None:
    """The wait after the fifth wrong try is 15 s, then 30 s, and never more than 15 minutes."""
    for failures, seconds in ((5, 15), (6, 30), (7, 60), (50, 900)):
        books.shelf.failures = [("a", clock.at)] * failures
        with pytest.raises(RefusedActionError) as refused:
            sign_in.with_password("a", "x")
        assert (refused.value.code, refused.value.detail) == ("wait", str(seconds))


def test_use_is_noted_coarsely(sign_in: SignIn, books: MemoryBooks, clock: FakeClock) -> None:
    """Looking twice within a minute writes nothing; later use moves the idle limit."""
    sign_in.add_clerk("a", "A")
    token = sign_in.with_link(sign_in.new_link("a")) or ""
    began = clock.at
    clock.at += timedelta(seconds=59)
    sign_in.current(token)
    assert books.shelf.sessions[digest(token)].seen_at == began
    clock.at += timedelta(seconds=1)
    sign_in.current(token)
    assert books.shelf.sessions[digest(token)].seen_at == clock.at
