"""Copies, drills, restores and re-readings on fakes: what fails, what is found, what is healed, what alarms."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailroom.domain.backup import Difference, StoredPoint
from mailroom.domain.errors import BackupError, ConfigurationError
from mailroom.services.health import health
from mailroom.services.keeping.keep_plan import Keep
from mailroom.services.keeping.restore import Checked, Steps, newest, restore
from tests.support.keeping_fakes import FolderStore, KeepingPlace, unwatched


@pytest.fixture
def place(tmp_path: Path) -> KeepingPlace:
    return KeepingPlace(tmp_path)


def test_a_target_that_fails_does_not_keep_the_others_from_their_copy(place: KeepingPlace) -> None:
    """Its row says why; the other's says what was stored, and with which tables."""
    place.away.broken = "the server does not answer"
    failed, made = place.backups.run("", unwatched)
    assert (failed.target, failed.error, failed.point) == ("away", "the server does not answer", "")
    assert (made.target, made.error, made.point) == ("disk", "", "disk-001")
    with place.books.look() as uow:
        rows = uow.keeping.backups()
    assert {row.target: bool(row.error) for row in rows} == {"away": True, "disk": False}
    assert all(row.ended_at for row in rows)
    assert next(row for row in rows if row.point).tables == {"message": "aa", "outbox": "bb"}
    assert not (place.folder / "backup" / "mailroom.db").exists()


def test_a_place_is_made_ready_once_only(place: KeepingPlace) -> None:
    """For the first copy, and when somebody says that it is new: an empty mount point must not be filled."""
    for _ in range(3):
        place.backups.run("disk", unwatched)
    assert place.disk.prepared == 1
    place.backups.run("disk", unwatched, new=True)
    assert place.disk.prepared == 2


def test_a_process_that_dies_leaves_a_row_that_is_not_finished(place: KeepingPlace) -> None:
    """The row is there before the work, so that a dead attempt is seen."""

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    place.snapshot.copy_to = die  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        place.backups.run("disk", unwatched)
    with place.books.look() as uow:
        assert [row.ended_at for row in uow.keeping.backups()] == [None]


def test_an_unknown_target_and_none_at_all_are_told(place: KeepingPlace) -> None:
    """With the names that there are."""
    with pytest.raises(ConfigurationError, match="away, disk"):
        place.backups.run("nas", unwatched)


@pytest.mark.parametrize("forgets", [True, False])
def test_old_copies_are_let_go_by_id(place: KeepingPlace, forgets: bool) -> None:
    """After a good copy, those that the plan names; a target that lets none go keeps them in our books as well."""
    place.keep = Keep(2, 0, 0, 0)
    place.disk.forgets = forgets
    for _ in range(4):
        place.backups.run("disk", unwatched)
        place.pass_days(1)
    assert place.disk.forgotten == (["disk-001", "disk-002"] if forgets else [])
    with place.books.look() as uow:
        assert [bool(row.forgotten_at) for row in uow.keeping.backups("disk")][::-1] == [forgets] * 2 + [False] * 2


def test_a_check_asks_every_target(place: KeepingPlace) -> None:
    """One that does not answer is a difference."""
    place.away.broken = "no answer"
    found = place.backups.check("", 2, 7)
    assert found == {"away": [Difference("away", "no answer")], "disk": [Difference("pack", "2 of 7")]}
    assert "backup-damaged" in place.codes()
    with place.books.look() as uow:
        assert [(one.part, one.of, one.differences) for one in uow.keeping.checks("disk")] == [
            (2, 7, (Difference("pack", "2 of 7"),))
        ]


def test_a_drill_passes_on_an_equal_copy_and_proves_the_point(place: KeepingPlace) -> None:
    """Row, mark at the copy, and an empty scratch folder."""
    place.backups.run("", unwatched)
    drills = place.drills.run("", unwatched)
    assert [(one.target, one.passed, one.messages) for one in drills] == [("away", True, 3), ("disk", True, 3)]
    assert list((place.folder / "drill").iterdir()) == []
    with place.books.look() as uow:
        assert all(row.verified_at for row in uow.keeping.backups())
        assert len(uow.keeping.drills()) == 2


def test_what_a_killed_drill_left_is_in_nobodys_way(place: KeepingPlace) -> None:
    """The next drill begins with an empty folder."""
    left = place.folder / "drill" / "disk" / "ready" / "data"
    left.mkdir(parents=True)
    (left / "mailroom.db").write_text("half", encoding="utf-8")
    place.backups.run("disk", unwatched)
    assert place.drills.run("disk", unwatched)[0].passed


def test_a_drill_finds_planted_differences(place: KeepingPlace) -> None:
    """A changed, a missing and a new table, and what the independent check finds, each by name."""
    place.backups.run("disk", unwatched)
    (place.folder / "disk" / "disk-001" / "database").write_text("message=xx\nextra=cc", encoding="utf-8")
    place.checked = Checked({"messages": 2}, (Difference("message 7", "its bytes are damaged"),))
    (drill,) = place.drills.run("disk", unwatched)
    assert [one.subject for one in drill.differences] == ["extra", "message", "outbox", "message 7"]
    assert "drill-failed" in place.codes()
    with place.books.look() as uow:
        assert [row.verified_at for row in uow.keeping.backups()] == [None]


def test_a_copy_that_cannot_be_restored_fails_its_drill(place: KeepingPlace) -> None:
    """The target does not answer, or has lost the point: that is a difference, not an accident."""
    place.backups.run("", unwatched)
    place.away.broken = "no answer"
    place.disk.stored.clear()
    drills = place.drills.run("", unwatched)
    assert [one.passed for one in drills] == [False, False]
    assert list((place.folder / "drill").iterdir()) == []


def test_a_drill_is_refused_while_the_disk_is_too_small(place: KeepingPlace) -> None:
    """With the numbers and the remedy; nothing is written."""
    place.backups.run("", unwatched)
    place.free = 1000
    with pytest.raises(BackupError, match="are free; make room, or name another disk"):
        place.drills.run("", unwatched)
    with place.books.look() as uow:
        assert uow.keeping.drills() == []


def test_nothing_to_try_is_told(place: KeepingPlace) -> None:
    """Before the first copy there is no drill."""
    with pytest.raises(BackupError, match="make one first"):
        place.drills.run("", unwatched)


def test_a_drill_older_than_eight_days_and_a_copy_older_than_a_day_alarm(place: KeepingPlace) -> None:
    """By a clock that is moved on."""
    assert place.codes() == ["backup-late"]
    place.backups.run("", unwatched)
    place.drills.run("", unwatched)
    place.fixity.run(unwatched)
    assert place.codes() == []
    place.pass_days(8)
    place.backups.run("", unwatched)
    place.fixity.run(unwatched)
    assert place.codes() == []
    place.pass_days(0.01)
    assert place.codes() == ["drill-late"]
    place.pass_days(1.2)
    assert place.codes() == ["backup-late", "drill-late"]
    place.pass_days(1)
    assert "fixity-late" in place.codes()


def test_a_drill_that_never_was_is_late_as_well(place: KeepingPlace) -> None:
    """Eight days after the first copy."""
    for _ in range(9):
        place.backups.run("", unwatched)
        place.pass_days(1)
    assert {"drill-late", "fixity-late"} <= set(place.codes())


def test_a_failed_copy_alarms_until_the_next_good_one(place: KeepingPlace) -> None:
    """Although the good one of yesterday is not late yet."""
    place.backups.run("", unwatched)
    place.pass_days(0.5)
    place.away.broken = "no answer"
    place.backups.run("", unwatched)
    assert place.codes() == ["backup-failed"]
    place.away.broken = ""
    place.backups.run("", unwatched)
    assert place.codes() == []


def test_the_last_drill_is_in_the_health_report(place: KeepingPlace) -> None:
    """Date, duration and differences, for monitoring and for the desk."""
    assert health(place.books, place.clock)["last_drill"] is None
    place.backups.run("disk", unwatched)
    place.drills.run("disk", unwatched)
    told = health(place.books, place.clock)["last_drill"]
    assert told == {"at": place.clock.at.isoformat(), "target": "disk", "seconds": 0, "messages": 3, "differences": 0}


def test_a_restored_installation_alarms_until_its_numbers_are_stated(place: KeepingPlace) -> None:
    """Also where no target is configured."""
    from mailroom.services.keeping.alarms import keeping_codes

    with place.books.begin() as uow:
        uow.keeping.require_fence(place.clock.at, "disk-001")
        uow.commit()
    assert keeping_codes(place.books, place.clock, []) == ["fence-missing"]


def test_a_damaged_segment_is_healed_from_plain_files_first(place: KeepingPlace) -> None:
    """The restic target is not asked; the damaged file stays."""
    place.backups.run("", unwatched)
    place.away.broken = "must not be asked"
    segment = place.segments.folder / "000001.seg"
    segment.write_bytes(b"torn")
    run = place.fixity.run(unwatched)
    assert (run.healed, run.damaged) == (("000001.seg",), ())
    assert segment.read_bytes() == b"whole"
    assert (place.segments.folder / "000001.seg.damaged").read_bytes() == b"torn"


def test_an_older_copy_heals_when_the_newest_holds_the_damage(place: KeepingPlace) -> None:
    """Of the newest target that has one; each that is not whole is passed over."""
    segment = place.segments.folder / "000001.seg"
    place.backups.run("away", unwatched)
    segment.write_bytes(b"torn")
    place.pass_days(1)
    place.backups.run("", unwatched)
    assert place.fixity.run(unwatched).healed == ("000001.seg",)


@pytest.mark.parametrize("content", [b"whole", b"torn"])
def test_the_lost_key_of_a_segment_is_put_back(place: KeepingPlace, content: bytes) -> None:
    """A segment that was whole all along stays as it is; one that is damaged as well is healed after its key."""
    segment = place.segments.folder / "000001.seg"
    key = place.segments.folder.parent / "keys" / "000001.key"
    key.parent.mkdir()
    key.write_bytes(b"key")
    place.backups.run("", unwatched)
    key.write_bytes(b"")
    segment.write_bytes(content)
    run = place.fixity.run(unwatched)
    assert (run.healed, run.damaged) == (("000001.seg",), ())
    assert (key.read_bytes(), segment.read_bytes()) == (b"key", b"whole")
    assert (place.segments.folder / "000001.seg.damaged").exists() == (content == b"torn")


def test_damage_without_a_second_copy_alarms_every_night_and_removes_nothing(place: KeepingPlace) -> None:
    """Until the segment is whole again, whatever else is read meanwhile."""
    place.write(30)
    segment = place.segments.folder / "000001.seg"
    segment.write_bytes(b"torn")
    for _ in range(3):
        run = place.fixity.run(unwatched)
        assert [one.subject for one in run.damaged] == ["000001.seg"]
        assert "archive-damaged" in place.codes()
        assert segment.read_bytes() == b"torn"
        place.pass_days(1)
    segment.write_bytes(b"whole")
    place.fixity.run(unwatched)
    assert "archive-damaged" not in place.codes()


def _store(place: KeepingPlace) -> FolderStore:
    place.backups.run("disk", unwatched)
    return place.disk


def _steps(fenced: list[str], checked: Checked) -> Steps:
    return Steps(
        unlock=lambda _ready: None,
        require_fence=lambda _ready, point: fenced.append(point.id),
        verify=lambda _ready, _point: checked,
    )


def test_a_restore_arranges_fences_and_checks(place: KeepingPlace) -> None:
    """Database and archive lie where the program looks for them; the work folder is gone."""
    fenced: list[str] = []
    target = place.folder / "new"
    found = restore(_store(place), "", target, _steps(fenced, place.checked), lambda _done, _all: None)
    assert fenced == [found.point.id] == ["disk-001"]
    assert (target / "data" / "mailroom.db").is_file()
    assert (target / "data" / "archive" / "segments" / "000001.seg").is_file()
    assert sorted(one.name for one in target.iterdir()) == ["data"]


def test_a_restore_goes_into_an_empty_folder_only(place: KeepingPlace) -> None:
    """What lies there is somebody's."""
    target = place.folder / "new"
    target.mkdir()
    (target / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BackupError, match=r"is not empty \(letter.txt\)"):
        restore(_store(place), "", target, _steps([], place.checked), lambda _done, _all: None)
    assert [one.name for one in target.iterdir()] == ["letter.txt"]


def test_a_restore_that_was_cut_short_is_finished_by_the_next(place: KeepingPlace) -> None:
    """Before the copy was whole it begins anew; afterwards it only finishes, and stays at its point."""
    store, target = _store(place), place.folder / "new"

    def cut(*_: object) -> Checked:
        raise BackupError("cut short")

    for steps in (
        Steps(unlock=lambda _ready: None, require_fence=cut, verify=lambda _ready, _point: place.checked),  # type: ignore[arg-type]
        Steps(unlock=lambda _ready: None, require_fence=lambda _ready, _point: None, verify=cut),
    ):
        with pytest.raises(BackupError, match="cut short"):
            restore(store, "", target, steps, lambda _done, _all: None)
    place.pass_days(1)
    place.backups.run("disk", unwatched)
    with pytest.raises(BackupError, match="half a restore of disk-001"):
        restore(store, "disk-002", target, _steps([], place.checked), lambda _done, _all: None)
    found = restore(store, "", target, _steps([], place.checked), lambda _done, _all: None)
    assert found.point.id == "disk-001"
    assert sorted(one.name for one in target.iterdir()) == ["data"]


def test_a_copy_without_its_books_is_refused(place: KeepingPlace) -> None:
    """With the advice to take an earlier one."""
    store = _store(place)
    (place.folder / "disk" / "disk-001" / "database").unlink()
    with pytest.raises(BackupError, match="has no database"):
        restore(store, "", place.folder / "new", _steps([], place.checked), lambda _done, _all: None)


def test_which_copy_is_meant_is_never_guessed(place: KeepingPlace) -> None:
    """The newest of one installation, or the one whose id begins so."""
    one = StoredPoint("aa1", place.clock.at, "here")
    two = replace(one, id="aa2", at=place.clock.advance(hours=1))
    assert newest([two, one]) == two
    assert newest([one, two], "aa1") == one
    for points, wanted, words in (
        ([], "", "holds no copy"),
        ([one, two], "aa", "more than one"),
        ([one], "b", "no copy has the id"),
        ([one, replace(two, installation="there")], "", "several installations"),
    ):
        with pytest.raises(BackupError, match=words):
            newest(points, wanted)
