"""Facts: what a message says word for word, each with its place, so that a clerk sees what it was read from.

A fact is the sender's word. Nothing follows from it by itself.
"""

from dataclasses import dataclass
from enum import StrEnum


class FactKind(StrEnum):
    """What a fact is. In the order in which clerks read them."""

    THAI_ID = "thai-id"
    JURISTIC_ID = "juristic-id"
    PHONE = "phone"
    EMAIL = "email"
    REGISTER_NUMBER = "register-number"
    """เลขรับ, a number that our register gave."""
    LICENCE_NUMBER = "licence-number"
    LETTER_NUMBER = "letter-number"
    """ที่ of an official letter (R54)."""
    LETTER_DATE = "letter-date"
    """ลงวันที่."""
    SUBJECT = "subject"
    TO = "to"
    CITED = "cited"
    """อ้างถึง."""
    ENCLOSED = "enclosed"
    """สิ่งที่ส่งมาด้วย."""
    MONEY = "money"
    SLIP_REFERENCE = "slip-reference"
    DATE = "date"
    HOUSE = "house"
    MOO = "moo"
    SOI = "soi"
    ROAD = "road"
    SUBDISTRICT = "subdistrict"
    DISTRICT = "district"
    PROVINCE = "province"
    POSTCODE = "postcode"
    REPLY_WISH = "reply-wish"
    """How the sender wants to be answered (R26)."""


class Doubt(StrEnum):
    """Why a fact is shown as unconfirmed."""

    NONE = ""
    CHECK_DIGIT = "check-digit"
    NO_SUCH_DAY = "no-such-day"
    NO_YEAR = "no-year"
    SHORT_YEAR = "short-year"
    """Of two digits, and nothing says of which era."""


class ReplyWish(StrEnum):
    """Values of a fact of the kind REPLY_WISH."""

    POST = "post"
    PAPER = "paper"
    IN_PERSON = "in-person"
    ELECTRONIC = "electronic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact.

    `value` is the same for the same fact however it was written. Identity numbers, telephones and postal codes are
    digits only (telephones with the 0 of the country and without an extension); an e-mail address has its domain in
    small letters; money is baht with two decimals, `1500.00`; a day is `2026-01-05`, a span of days
    `2026-01-05/2026-01-07`, a day without a year `--01-05`, a month `2026-01`, an impossible day as it was written;
    register and licence numbers are `41/2569`; a wish is a `ReplyWish`. Of all else it is the text in one line, normalised.
    """

    kind: FactKind
    value: str
    as_written: str
    """Exactly the characters of the text from `start` to `end`."""
    start: int
    end: int
    """Offsets, in characters, into the text as it is shown: the subject if `in_subject`, else the body."""
    in_subject: bool = False
    quoted: bool = False
    """It stands in what the sender quotes or forwards: somebody else may have said it."""
    doubt: Doubt = Doubt.NONE

    @property
    def confirmed(self) -> bool:
        """Whether what can be checked about it was right. That it is true, nobody knows."""
        return self.doubt is Doubt.NONE


class SlipKind(StrEnum):
    """What the code on a slip or form is."""

    TRANSFER = "transfer"
    """Of a transfer that was made, by a bank: names bank and reference, neither amount nor payee."""
    WALLET = "wallet"
    """Of a transfer that was made, by TrueMoney."""
    REQUEST = "request"
    """PromptPay: asks for a payment; proves none."""
    BAR_CODE = "bar-code"
    """Of a bill: asks for a payment; proves none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipCode:
    """What the code on a slip, or on a bill, says. Anybody can make one: only the bank knows whether it is true."""

    kind: SlipKind
    bank: str = ""
    """Three digits, as the Bank of Thailand numbers them: of the bank that sent the money."""
    reference: str = ""
    """Of the transaction; of a bill its first reference."""
    reference_2: str = ""
    amount: str = ""
    """Baht with two decimals, `1500.00`; empty where the code names none."""
    biller: str = ""
    """Of a bill: identity number and suffix of who is paid. Of PromptPay: the number under which they are paid."""
