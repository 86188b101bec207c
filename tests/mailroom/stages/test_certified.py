"""Bounds on errors, thresholds, and when an audit has a clerk asked."""

import random

import pytest

from mailroom.stages.audit_rule import WINDOW, asks, sample
from mailroom.stages.certified import certified_threshold, chance_of, least_needed, lower_bound, upper_bound


@pytest.mark.parametrize(
    ("wrong", "of", "bound"),
    [(0, 59, 0.0495), (0, 299, 0.00997), (3, 600, 0.01287), (21, 600, 0.05001), (500, 20_000, 0.02689), (0, 1, 0.95)],
)
def test_the_upper_bound_is_that_of_clopper_and_pearson(wrong: int, of: int, bound: float) -> None:
    """Known values, from few answers to many."""
    assert upper_bound(wrong, of) == pytest.approx(bound, abs=6e-5)


def test_bounds_at_the_edges() -> None:
    """Nothing counted proves nothing; the two sides mirror each other."""
    assert (upper_bound(0, 0), lower_bound(0, 0), upper_bound(7, 7), lower_bound(0, 9)) == (1.0, 0.0, 1.0, 0.0)
    assert lower_bound(21, 600) == pytest.approx(1 - upper_bound(579, 600), abs=1e-9)


def test_how_many_answers_show_how_few_errors() -> None:
    """The least for one, two and five in a hundred, with none, one, three and five wrong."""
    found = [least_needed(target, wrong) for target in (0.05, 0.02, 0.01) for wrong in (0, 1, 3, 5)]
    assert found == [59, 93, 153, 208, 149, 236, 386, 523, 299, 473, 773, 1049]


def test_the_chance_of_differences() -> None:
    """Eight of ten differences to the better come about by chance once in eighteen times."""
    assert chance_of(8, 2) == pytest.approx(56 / 1024)
    assert chance_of(1, 0) == pytest.approx(0.5)
    assert chance_of(0, 3) == 1.0
    assert chance_of(60, 20) < 1e-5


def test_the_threshold_takes_all_that_keeps_the_bound() -> None:
    """Sure answers are right and unsure ones are not: it stands where the error would pass the target."""
    confidences = [1 - n / 1000 for n in range(1000)]
    right = [n < 500 or n % 2 == 0 for n in range(1000)]
    found = certified_threshold(confidences, right, 0.05)
    assert found is not None
    assert found.bound <= 0.05
    assert 500 <= found.answered <= 560
    assert found.wrong == sum(not good for good in right[: found.answered])


def test_no_threshold_where_nothing_can_be_shown() -> None:
    """Too few answers show nothing, though all are right; and what is wrong at its surest is never sure."""
    assert certified_threshold([0.9] * 58, [True] * 58, 0.05) is None
    assert certified_threshold([0.9] * 400, [n % 10 > 0 for n in range(400)], 0.05) is None
    sure = certified_threshold([0.9] * 59, [True] * 59, 0.05)
    assert sure is not None
    assert (sure.threshold, sure.answered) == (0.9, 59)


def test_the_promise_is_kept_nineteen_times_of_twenty() -> None:
    """Of many draws no more than one in twenty has a threshold beyond which more than the target is wrong."""
    chance = random.Random(7)
    broken = 0
    for _ in range(200):
        confidences = [chance.random() for _ in range(400)]
        found = certified_threshold(confidences, [chance.random() < 0.8 + 0.2 * one for one in confidences], 0.05)
        # Of answers from t on the share that is wrong is 0.2 (1 - mean) = 0.1 (1 - t).
        broken += found is not None and 0.1 * (1 - found.threshold) > 0.05
    assert broken <= 14


@pytest.mark.parametrize(
    ("now", "wrong", "of", "target", "then"),
    [
        (False, 0, 0, 0.01, False),  # nothing audited yet
        (False, 5, 19, 0.01, False),  # hardly anything
        (False, 1, 20, 0.01, False),  # one error proves nothing
        (False, 2, 20, 0.01, True),  # two do
        (False, 0, 299, 0.01, False),
        (False, 1, 299, 0.01, True),  # from here on the bound has to hold
        (False, 1, 600, 0.01, False),
        (False, 2, 600, 0.01, True),
        (True, 0, 200, 0.01, True),  # not shown yet
        (True, 0, 299, 0.01, False),
        (False, 20, 600, 0.05, False),
        (False, 21, 600, 0.05, True),
    ],
)
def test_when_a_clerk_is_asked(now: bool, wrong: int, of: int, target: float, then: bool) -> None:
    """Answers are given until errors are proven, and again once their bound holds."""
    assert asks(now, wrong, of, target) is then


def test_a_drifted_stream_is_switched_off_and_comes_back() -> None:
    """One in a thousand wrong passes; three in a hundred after a drift are found; what is mended returns."""
    chance, window, now, seen = random.Random(3), list[bool](), False, list[bool]()
    for share, count in ((0.0, 800), (0.03, 400), (0.0, 900)):
        for _ in range(count):
            window = [*window, chance.random() < share][-WINDOW:]
            now = asks(now, sum(window), len(window), 0.01)
            seen.append(now)
    assert not any(seen[:800])
    assert seen.index(True) < 900
    assert not seen[-1]


def test_the_sample_is_half_redirects_and_the_same_for_everybody() -> None:
    """At least so many, or a share of all; drawn by digest and seed alone."""
    redirects = [(f"r{n}", f"r{n}") for n in range(30)]
    services = [(f"s{n}", f"s{n}") for n in range(500)]
    drawn = sample(redirects, services, 0.05, 20, "agency 2026-01-05")
    assert tuple(map(len, drawn)) == (14, 13)
    assert drawn == sample(redirects[::-1], services[::-1], 0.05, 20, "agency 2026-01-05")
    assert drawn != sample(redirects, services, 0.05, 20, "agency 2026-01-06")
    assert tuple(map(len, sample(redirects[:3], services[:6], 0.05, 20, ""))) == (3, 6)
    assert tuple(map(len, sample([], services, 0.05, 20, ""))) == (0, 25)
    assert tuple(map(len, sample(redirects[:2], services, 0.01, 20, ""))) == (2, 18)
    assert sample([], [], 0.05, 20, "") == ([], [])
