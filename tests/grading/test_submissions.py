"""Each submission of the corpus gets its status and its points, and leaves nothing behind.

Innocent damage costs nothing, hostile submissions earn nothing. No case depends on another; they
stand in classes, because xdist gives each class to the next worker that is free.
"""

import os
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from grading import secret
from grading.merge import merge
from grading.nbgrader_plugins import outcome_path
from grading.questions import Chapter
from grading.submissions import grade_submission
from grading.verdict import Outcome
from tests.grading.corpus import (
    BROKEN,
    CASES,
    CHAPTER,
    DAMAGED,
    HONEST,
    HOSTILE,
    LHS,
    LIGHT,
    left_running,
    need_sandbox,
    submit,
)

SECRET = "the secret of the tests"


def contents(folder: Path) -> dict[Path, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if "outcomes" not in path.parts}


def graded(student: str, base: Path, chapter: Chapter = LIGHT) -> Outcome:
    """Return what becomes of a case that is handed in beside a right one."""
    need_sandbox()
    course = base / "course"
    source = course / "source" / CHAPTER / f"{CHAPTER}.ipynb"
    source.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(merge(LIGHT.notebook, chapter.questions), source)
    secret.keep(course)
    secret.place(course).write_text(SECRET)
    (course / "gradebook.db").touch()
    for name in dict.fromkeys(("reference", student)):  # links lead to the first
        if not (base / "submissions" / name).exists():
            submit(name, base / "submissions", course)
    before = contents(course)
    outcome = grade_submission(
        course, base / "submissions", chapter, student, CASES[student].limits, sandbox=True
    )
    assert before.items() <= contents(course).items()
    assert not left_running()
    return outcome


def becomes_what_is_pinned(student: str, base: Path) -> None:
    case, outcome = CASES[student], graded(student, base)
    assert outcome.status == case.status, outcome.notes
    scores = case.scores if isinstance(case.scores, dict) else {}
    assert outcome.scores == {f"{CHAPTER}-{name}": points for name, points in scores.items()}
    assert case.notes in "; ".join(outcome.notes)
    kept = Outcome.read(outcome_path(base / "course", CHAPTER, student))
    assert kept == (None if outcome.status == "MISSING" else outcome)


class TestHonest:
    @pytest.mark.parametrize("student", HONEST)
    def test_status_and_points_are_as_pinned(self, student: str, tmp_path: Path) -> None:
        becomes_what_is_pinned(student, tmp_path)


class TestDamaged:
    @pytest.mark.parametrize("student", DAMAGED)
    def test_status_and_points_are_as_pinned(self, student: str, tmp_path: Path) -> None:
        becomes_what_is_pinned(student, tmp_path)


class TestBroken:
    @pytest.mark.parametrize("student", BROKEN)
    def test_status_and_points_are_as_pinned(self, student: str, tmp_path: Path) -> None:
        becomes_what_is_pinned(student, tmp_path)


class TestHostile:
    @pytest.mark.parametrize("student", HOSTILE)
    def test_status_and_points_are_as_pinned(self, student: str, tmp_path: Path) -> None:
        becomes_what_is_pinned(student, tmp_path)


def test_a_submission_costs_seconds_of_one_core_and_is_not_run_twice(tmp_path: Path) -> None:
    def spent() -> float:
        return os.times().children_user + os.times().children_system

    need_sandbox()
    start = spent()
    outcome = graded("reference", tmp_path, LHS)
    once = spent()
    assert graded("reference", tmp_path, LHS) == outcome
    assert once - start < 20
    assert spent() - once < 0.1


@pytest.mark.parametrize(
    "fails", ['raise RuntimeError("can\'t start new thread")', "import os; os._exit(1)"]
)
def test_what_no_answer_is_to_blame_for_is_not_scored(fails: str, tmp_path: Path) -> None:
    """The chapter's own set-up runs before anything of the student's."""
    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(fails)])
    outcome = graded("reference", tmp_path, replace(LIGHT, notebook=broken))
    assert outcome.status == "UNGRADED" and not outcome.scores and not outcome.digest
    assert "the chapter's own first cell did not run" in outcome.notes[0]
    assert graded("reference", tmp_path).status == "GRADED"
