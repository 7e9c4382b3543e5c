"""What is run again, and what is not. The cells run in this process."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

from grading import jail, secret
from grading.book import load
from grading.nbgrader_plugins import KILLED, outcome_path
from grading.submissions import grade_submission
from grading.verdict import Outcome
from tests.grading.corpus import CHAPTER, PATIENT, notebook
from tests.grading.test_odd import course, handed_in, in_this_process

__all__ = ["course"]  # the fixture


class Runs:
    """A jail that counts, and that can be told what to say."""

    def __init__(self) -> None:
        self.count = 0
        self.skipped: dict[int, str] = {}
        self.failed = ""
        self.on_disk = ""
        self.watched: Path | None = None

    def __call__(
        self, made: NotebookNode, limits: jail.Limits, sandbox: bool, package: Path
    ) -> jail.Run:
        self.count += 1
        self.on_disk = self.watched.read_text() if self.watched else ""
        done = in_this_process(made, limits, sandbox, package)
        return replace(done, skipped=self.skipped, failed=self.failed)


@pytest.fixture
def runs(course: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    handed_in(course).write_text(json.dumps(notebook()))
    counter = Runs()
    monkeypatch.setattr(jail, "run", counter)
    return counter


def grade(course: Path, **changed: Any) -> Outcome:
    options: dict[str, Any] = {"limits": PATIENT, "sandbox": False, "keep": ["GRADED"]}
    options |= {"chapter": load(CHAPTER), "student": "ada"} | changed
    return grade_submission(course, course.parent / "submissions", **options)


def test_what_is_graded_is_not_run_again_unless_it_is_forced(course: Path, runs: Runs) -> None:
    first, path = grade(course), outcome_path(course, CHAPTER, "ada")
    written = path.stat().st_mtime_ns
    assert grade(course) == first
    assert grade(course, limits=replace(PATIENT, cell_seconds=300.0)) == first  # as typed
    assert (runs.count, path.stat().st_mtime_ns) == (1, written)
    grade(course, keep=[])
    assert runs.count == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda course: {"limits": replace(PATIENT, cell_seconds=60)},
        lambda course: {"sandbox": True},
        lambda course: secret.place(course).write_text("x") and {},
        lambda course: handed_in(course).write_text(json.dumps(notebook(first="1"))) and {},
    ],
    ids=["limits", "sandbox", "secret", "notebook"],
)
def test_what_an_outcome_depends_on_makes_a_new_one(
    change: Callable[[Path], dict[str, Any]],
    course: Path,
    runs: Runs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("RPT_COURSE_SECRET")
    secret.keep(course)
    grade(course)
    grade(course, **change(course))
    assert runs.count == 2


def test_another_version_of_answers_or_package_makes_a_new_outcome(
    course: Path, runs: Runs
) -> None:
    grade(course)
    grade(course, chapter=replace(load(CHAPTER), version="another"))
    assert runs.count == 2


@pytest.mark.parametrize("reason", ["TIMEOUT: no end within 5 s", "CRASHED: ended its kernel"])
def test_a_timeout_or_a_crash_is_never_kept(reason: str, course: Path, runs: Runs) -> None:
    runs.skipped = {3: reason}
    assert grade(course).status == reason.partition(":")[0]
    runs.skipped = {}
    assert grade(course).status == "GRADED"


def test_what_the_machine_failed_to_do_is_never_kept(course: Path, runs: Runs) -> None:
    runs.failed = "the runner ended before its work was done"
    outcome = grade(course)
    assert (outcome.status, outcome.scores) == ("UNGRADED", {})
    runs.failed = ""
    assert grade(course).status == "GRADED"


def test_no_process_or_disk_for_the_grader_is_no_zero(
    course: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> jail.Run:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jail, "run", full)
    outcome = grade(course)
    assert (outcome.status, outcome.scores) == ("UNGRADED", {})
    assert Outcome.read(outcome_path(course, CHAPTER, "ada")) == outcome
    monkeypatch.setattr(jail, "run", runs)
    assert grade(course).status == "GRADED"


@pytest.mark.parametrize("place", ["grading.submissions._collect", "grading.verdict.Outcome.save"])
def test_a_full_disk_leaves_no_old_points_and_no_zero(
    place: str, course: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    assert grade(course).status == "GRADED"
    handed_in(course).write_text(json.dumps(notebook(first="1")))
    with monkeypatch.context() as patch:
        patch.setattr(place, full)
        outcome = grade(course)
    assert (outcome.status, outcome.scores) == ("UNGRADED", {})
    assert "No space left on device" in outcome.notes[0]
    kept = Outcome.read(outcome_path(course, CHAPTER, "ada"))
    assert kept is None or kept == outcome
    assert grade(course).status == "GRADED"


@pytest.mark.parametrize(
    "first",
    [
        'raise RuntimeError("can\'t start new thread")',
        "raise BlockingIOError(11, 'Resource temporarily unavailable')",
        "raise OSError(28, 'No space left on device')",
    ],
)
def test_points_that_are_lost_where_resources_ran_short_are_not_scored(
    first: str, course: Path, runs: Runs
) -> None:
    handed_in(course).write_text(json.dumps(notebook(first=first)))
    assert grade(course).status == "GRADED"  # for nothing was lost
    wrong = {"fourth-power": "fourth_power_gradient = lambda *_: 1"}
    handed_in(course).write_text(json.dumps(notebook(wrong, first=first)))
    outcome = grade(course)
    assert (outcome.status, outcome.scores) == ("UNGRADED", {})


def test_what_was_running_when_the_grader_was_killed_waits_until_it_is_asked_for(
    course: Path, runs: Runs
) -> None:
    runs.watched = outcome_path(course, CHAPTER, "ada")
    grade(course)
    runs.watched.write_text(runs.on_disk)  # as it stands when the grader is killed
    outcome = grade(course)
    assert (outcome.status, outcome.notes, runs.count) == ("UNGRADED", [KILLED], 1)
    assert grade(course, keep=[]).status == "GRADED"


def test_an_interrupted_run_leaves_no_mark(
    course: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> jail.Run:
        raise KeyboardInterrupt

    monkeypatch.setattr(jail, "run", interrupt)
    with pytest.raises(KeyboardInterrupt):
        grade(course)
    monkeypatch.setattr(jail, "run", runs)
    assert grade(course).status == "GRADED"
