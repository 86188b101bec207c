"""Codes on slips and bills: what each kind says, and that nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.fact import SlipCode, SlipKind
from mailroom.stages.facts import read_slip_code
from mailroom.stages.facts.slips import crc


def field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02}{value}"


def signed(payload: str, tag: str) -> str:
    return f"{payload}{tag}04{crc(f'{payload}{tag}04')}"


TRANSFER = signed(
    field("00", field("00", "000001") + field("01", "014") + field("02", "202601151AbC2345")) + field("51", "TH"), "91"
)
WALLET = signed(
    field(
        "00",
        field("00", "01")
        + field("01", "01")
        + field("02", "EVT")
        + field("03", "50001234567")
        + field("04", "15012569"),
    ),
    "91",
)
BILL = signed(
    field("00", "01")
    + field("01", "12")
    + field(
        "30",
        field("00", "A000000677010112") + field("01", "099400061772101") + field("02", "REF1") + field("03", "REF2"),
    )
    + field("53", "764")
    + field("54", "1500.5")
    + field("58", "TH"),
    "63",
)
PAY = signed(
    field("00", "01") + field("01", "11") + field("29", field("00", "A000000677010111") + field("01", "0066812345678")),
    "63",
)


def test_the_check_sum_is_that_of_the_standard() -> None:
    """CRC-16/CCITT-FALSE of the digits 1 to 9 is 29B1."""
    assert crc("123456789") == "29B1"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (TRANSFER, SlipCode(kind=SlipKind.TRANSFER, bank="014", reference="202601151AbC2345")),
        (f" {TRANSFER}\n", SlipCode(kind=SlipKind.TRANSFER, bank="014", reference="202601151AbC2345")),
        (WALLET[:-4] + WALLET[-4:].lower(), SlipCode(kind=SlipKind.WALLET, reference="50001234567")),
        (
            BILL,
            SlipCode(
                kind=SlipKind.REQUEST, reference="REF1", reference_2="REF2", amount="1500.50", biller="099400061772101"
            ),
        ),
        (PAY, SlipCode(kind=SlipKind.REQUEST, biller="0066812345678")),
        (
            "|099400061772101\rREF1\rREF2\r150050",
            SlipCode(
                kind=SlipKind.BAR_CODE, reference="REF1", reference_2="REF2", amount="1500.50", biller="099400061772101"
            ),
        ),
        ("|099400061772101\rREF1\r\r0", SlipCode(kind=SlipKind.BAR_CODE, reference="REF1", biller="099400061772101")),
    ],
)
def test_a_code_is_read(payload: str, code: SlipCode) -> None:
    """Bank and reference of a transfer; payee, references and sum of a bill."""
    assert read_slip_code(payload) == code


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "https://example.com",
        "สวัสดี",
        TRANSFER[:-1] + ("0" if TRANSFER[-1] != "0" else "1"),
        TRANSFER.replace("AbC", "AbD"),
        TRANSFER + "0",
        TRANSFER[:-8],
        signed(field("00", field("00", "000001") + field("01", "014")), "91"),
        signed(field("00", "01") + field("53", "764"), "63"),
        "|12345\rA\rB\r1",
        "|099400061772101\rREF1\rREF2\rabc",
        "0002010",
        "00" * 5000,
        "๐๐๐๒๐๑",
    ],
)
def test_anything_else_is_no_slip(payload: str) -> None:
    """A wrong check sum, a missing reference, a cut code, another code: nothing is read."""
    assert read_slip_code(payload) is None


@given(st.one_of(st.text(st.characters(), max_size=200), st.text("0123456789|\r", max_size=200)))
def test_no_payload_makes_it_fail(payload: str) -> None:
    """Codes come from pictures that anybody may send."""
    code = read_slip_code(payload)
    assert code is None or code.reference or code.biller


@given(st.integers(4, len(TRANSFER) - 1), st.sampled_from("0123456789ABCDEF"))
def test_one_wrong_character_is_noticed(at: int, character: str) -> None:
    """The check sum covers every character before it."""
    changed = TRANSFER[:at] + character + TRANSFER[at + 1 :]
    assert changed == TRANSFER or read_slip_code(changed) is None
