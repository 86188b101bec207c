"""Whether a letter may be sent to a sender at all (RFC 3834): better one letter too few than a mail loop.

The message is registered all the same; a reason stays with the decision, and a clerk can answer by hand.
"""

import re
from collections.abc import Callable

from mailroom.domain.decision import Kind, Letter, Reason
from mailroom.stages import lazy
from mailroom.stages.automatic import is_no_reply, is_robot, own_address
from mailroom.stages.normalise import normalised
from mailroom.stages.rules import Facts, Reasons, impersonation, unclear_sender

LIST_HEADERS = ("list-id", "list-post", "list-help", "list-unsubscribe", "list-owner", "mailing-list")
OUR_SUBJECT = lazy.pattern(
    r"(?:ได้รับเรื่องของท่านแล้ว|แจ้งหน่วยงานที่รับผิดชอบเรื่องของท่าน)\s*เลขรับ\s*\d+/\d{4}|แจ้งช่องทางที่ถูกต้องสำหรับการยื่นเรื่อง"
)
"""The subjects of our own letters, as config/texts/th.toml has them."""
_BOUNCE_ADDRESS = lazy.pattern(
    r"^(?:bounces?|returns?|undeliver\w*|notifications?|listserv|majordomo|owner-.*)(?:[+.\-_=].*)?@", re.I
)
_ROBOT_PART = lazy.pattern(r"^[^@]+-(?:bounces?|request|owner)(?:\+[^@]*)?@", re.I)
_DECISIVE = frozenset({"all", "oof", "autoreply"})

Obstacle = Callable[[Facts], Reasons]


def obstacles(facts: Facts, letter: Letter) -> Reasons:
    """Why this letter must not be sent; empty when it may."""
    found = [reason for look in _OBSTACLES for reason in look(facts)]
    if letter is Letter.REDIRECT_CHANNEL and letter in facts.history.notices_today:
        found.append(Reason("notice-sent-today"))
    if facts.classification.kind is Kind.OFFICIAL_LETTER and not facts.official_letters:
        found.append(Reason("official-letters-unanswered"))
    return tuple(found)


def _unfit_address(facts: Facts) -> Reasons:
    address = facts.message.sender.address
    if not address or facts.message.is_chat:
        return ()  # unclear_sender says so; who speaks in a chat has an id of the platform
    if address.count("@") != 1:
        return (Reason("no-address", address),)
    if own_address(address, facts.agency) or address.lower() in facts.agency.addresses:
        return (Reason("own-address", address),)
    if is_robot(address) or _BOUNCE_ADDRESS.match(address) or _ROBOT_PART.match(address):
        return (Reason("robot-sender", address),)
    return (Reason("no-reply-address", address),) if is_no_reply(address) else ()


def _null_sender(facts: Facts) -> Reasons:
    return (Reason("null-sender"),) if facts.message.return_path == "" else ()


def _list_mail(facts: Facts) -> Reasons:
    """Marks of a list that did not suffice to call the message list mail, but do to keep silent."""
    if any(address.replace("@", ".") in facts.message.header("list-id").lower() for address in facts.agency.addresses):
        return ()
    found = next((name for name in LIST_HEADERS if facts.message.header(name)), "")
    if facts.message.header("precedence").strip().lower() in ("bulk", "list", "junk"):
        found = "precedence"
    return (Reason("list-header", found),) if found else ()


def _asks_for_silence(facts: Facts) -> Reasons:
    """X-Auto-Response-Suppress ([MS-OXCMAIL] 2.1.3.2.20): only what concerns automatic replies counts."""
    value = facts.message.header("x-auto-response-suppress")
    wishes = {word.strip().lower() for word in value.split(",")}
    return (Reason("suppress-header", value[:60]),) if wishes & _DECISIVE else ()


def _reply_without_news(facts: Facts) -> Reasons:
    """A reply to our own letter gets no letter unless papers come with it: two robots end after one answer.

    In a chat no robot answers.
    """
    if facts.message.is_chat:
        return ()
    ours = facts.history.replies_to_us or OUR_SUBJECT.search(" ".join(normalised(facts.message.subject).split()))
    brings = any(not one.inline for one in facts.message.attachments)
    return (Reason("reply-to-our-letter"),) if ours and not brings else ()


def _repeats_itself(facts: Facts) -> Reasons:
    repeats = facts.history.text_answered and not facts.message.is_chat
    return (Reason("text-answered"),) if repeats else ()


def _budget_spent(facts: Facts) -> Reasons:
    sent = facts.history.letters_today
    return (Reason("budget-spent", str(sent)),) if sent >= facts.per_sender_per_day else ()


_OBSTACLES: tuple[Obstacle, ...] = (
    unclear_sender,
    impersonation,
    _unfit_address,
    _null_sender,
    _list_mail,
    _asks_for_silence,
    _reply_without_news,
    _repeats_itself,
    _budget_spent,
)
