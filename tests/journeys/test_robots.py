"""Loop protection, both ways (RFC 3834): what we never answer, and how two robots come to an end."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.installation import REQUEST, Installation, mail

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def _robot_text(round_: int) -> str:
    return f"Thank you for contacting us. We have received your message no. {round_} and will reply soon."


@pytest.mark.parametrize("manner", ["threads", "forgets the thread", "says something new each time"])
def test_two_robots_end_after_one_answer(installation: Installation, manner: str) -> None:
    """A robot that declares nothing answers each of our letters: it gets one letter in all."""
    subject, text = REQUEST
    installation.deliver(mail(subject, text, sender="robot@robot.test"), at=NOW)
    for round_ in range(1, 6):
        installation.once()
        letters = installation.letters()
        if len(letters) < round_:
            break
        ours = letters[-1]
        threaded = {"In_Reply_To": str(ours["Message-ID"])} if manner != "forgets the thread" else {}
        said = _robot_text(round_ if manner == "says something new each time" else 0)
        installation.deliver(
            mail(f"Re: {ours['Subject']}", said, sender="robot@robot.test", **threaded),
            at=NOW + timedelta(minutes=round_),
        )
    assert len(installation.smtp.letters) == 1
    assert len(installation.messages()) == 2


def test_our_letters_declare_themselves(installation: Installation) -> None:
    """Auto-Submitted, null return path, In-Reply-To and References: nothing that should not will answer them."""
    subject, text = REQUEST
    installation.deliver(
        mail(subject, text, message_id="<first@citizen.test>", References="<zero@citizen.test>"), at=NOW
    )
    installation.once()
    (letter,) = installation.letters()
    assert installation.smtp.letters[0].sender == ""
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["In-Reply-To"] == "<first@citizen.test>"
    assert letter["References"].split() == ["<zero@citizen.test>", "<first@citizen.test>"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Precedence": "bulk", "List_Id": "<news.list.test>"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>", "X_Failed_Recipients": "a@b.test"},
    ],
    ids=str,
)
def test_robots_and_lists_are_archived_and_never_answered_or_numbered(
    installation: Installation, headers: dict[str, str]
) -> None:
    """Ignored means: visible, provable, silent."""
    subject, text = REQUEST
    installation.deliver(mail(subject, text, **headers), at=NOW)
    installation.once()
    (message,) = installation.messages()
    assert (message["outcome"], message["register_number"]) == ("ignore", None)
    assert message["reasons"]
    assert installation.smtp.letters == []


def test_our_own_mail_is_ignored(installation: Installation) -> None:
    """A copy of our own letter in our own mailbox starts nothing."""
    subject, text = REQUEST
    installation.deliver(mail(subject, text, sender="Saraban <SARABAN@bantuayang.test>"), at=NOW)
    installation.once()
    (message,) = installation.messages()
    assert message["outcome"] == "ignore"
    assert installation.smtp.letters == []


def test_one_sender_gets_no_more_letters_than_the_budget(installation: Installation) -> None:
    """Thirty different requests of one sender in a day: all registered, twenty letters."""
    subject, text = REQUEST
    for number in range(30):
        installation.deliver(
            mail(f"{subject} {number}", f"{text}\n{number}", sender="busy@citizen.test"),
            at=NOW + timedelta(minutes=number),
        )
    installation.once()
    assert len(installation.numbers()) == 30
    assert len(installation.smtp.letters) == 20
