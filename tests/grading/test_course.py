"""What a course needs: deadlines and extensions, weights, one student again, marks by hand."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook

from grading.nbgrader_plugins import Scores
from tests.grading.corpus import CHAPTER, QUESTIONS, ROOT, notebook, stub
from tests.grading.test_jobs import base, course_and_class, grading, runs

__all__ = ["base", "course_and_class", "runs"]  # fixtures


def row(monkeypatch: pytest.MonkeyPatch, base: Path, student: str) -> dict[str, str]:
    """Return what is exported of a student."""
    grading(monkeypatch, "export", base / "course", "--to", base / "scores.csv")
    with (base / "scores.csv").open(newline="") as file:
        mine = next(each for each in csv.DictReader(file) if each["student"] == student)
    return {name.removeprefix(f"{CHAPTER} "): value for name, value in mine.items()}


@pytest.mark.parametrize("stamp", ["13:00:00 UTC", "14:00:00.000000 CET", "14:00:00 Europe/Zurich"])
def test_late_work_costs_the_same_in_any_zone_until_there_is_an_extension(
    stamp: str, base: Path, runs: list[NotebookNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And an extension that is taken back counts no more."""
    (base / "submissions" / "ada" / "timestamp.txt").write_text(f"2030-01-11 {stamp}")
    with Gradebook(f"sqlite:///{base}/course/gradebook.db", "reparameterization") as gradebook:
        gradebook.update_or_create_assignment(CHAPTER, duedate="2030-01-10 12:00:00 UTC")
    extensions = base / "course" / "extensions.csv"
    for lines, penalty in ("", "1.6"), (f"ada,{CHAPTER},1\n", "0.8"), ("", "1.6"):
        extensions.write_text(f"student,chapter,days\n{lines}")
        command = ("grade", base / "submissions", "--out", base / "course", "--student", "ada")
        grading(monkeypatch, *command)
        assert row(monkeypatch, base, "ada")["late penalty"] == penalty
    assert len(runs) == 1


def test_one_student_is_graded_and_what_is_graded_is_run_again_when_it_is_forced(
    base: Path, runs: list[NotebookNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("grade", base / "submissions", "--out", base / "course")
    for more, count in (
        (("--student", "ada"), 1),
        (("--student", "ada"), 1),
        (("--student", "ada", "--force"), 2),
        (("--student", "ada", "--student", "bob"), 3),
    ):
        grading(monkeypatch, *command, *more)
        assert len(runs) == count


def test_a_derivation_in_a_new_cell_waits_for_a_person_and_a_blank_notebook_does_not(
    base: Path, runs: list[NotebookNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = notebook({name: stub(name) for name in QUESTIONS})
    for student, pending in ("ada", "0"), ("bob", "3"):
        (base / "submissions" / student / "mine.ipynb").write_text(json.dumps(blank))
        grading(
            monkeypatch,
            *("grade", base / "submissions", "--out", base / "course", "--student", student),
        )
        assert row(monkeypatch, base, student)["pending"] == pending
        blank.cells.append(new_markdown_cell("Here is my derivation."))


def test_whoever_kills_the_grader_stops_nobody_else_and_is_named(base: Path) -> None:
    """By the command, without the sandbox, where a submission can do so."""
    kill = "import os, psutil, signal\nos.kill(psutil.Process(os.getppid()).ppid(), signal.SIGKILL)"
    killer = json.dumps(notebook(first=kill))
    (base / "submissions" / "ada" / "mine.ipynb").write_text(killer)
    (base / "course" / "roster.csv").write_text("id\nada\nbob\n")
    command = [sys.executable, "-m", "grading", "grade", str(base / "submissions")]
    command += ["--out", str(base / "course"), "--no-sandbox"]
    first, second = (
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True) for _ in range(2)
    )
    assert first.returncode < 0
    assert second.returncode == 0, second.stderr
    assert f"{CHAPTER}: 1 GRADED, 1 UNGRADED" in second.stdout
    assert f"look at 'ada', {CHAPTER}: UNGRADED; the grader was killed" in second.stdout


class Assignment(NamedTuple):
    """What the total takes of nbgrader's."""

    name: str
    max_score: float


def test_the_total_weighs_chapters_and_is_blank_while_anything_is_open() -> None:
    scores = {
        Assignment("easy", 10): {"score": "5", "pending": "0"},
        Assignment("hard", 20): {"score": "20", "pending": "0"},
    }
    assert Scores()._total(scores) == "75"
    assert Scores(weights={"hard": 3})._total(scores) == "87.5"
    for pending in ("2", ""):  # of a derivation; of what was not handed in
        scores[Assignment("open", 5)] = {"score": "5", "pending": pending}
        assert Scores()._total(scores) == ""


def test_an_id_with_a_space_is_the_name_of_a_folder(
    base: Path, runs: list[NotebookNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    (base / "submissions" / "ada").rename(base / "submissions" / "Ada L")
    (base / "course" / "roster.csv").write_text("id\nAda L\n")
    grading(monkeypatch, "grade", base / "submissions", "--out", base / "course")
    assert row(monkeypatch, base, "Ada L")["score"] == "8"
    grading(monkeypatch, "feedback", base / "course")
    assert list((base / "course" / "feedback" / "Ada L").rglob("*.html"))


def test_no_cell_of_a_student_keeps_feedback_from_the_class(
    base: Path, runs: list[NotebookNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines that look like the begin of a hidden test stopped nbgrader for all that came after."""
    looks = notebook(first="### BEGIN HIDDEN TESTS\n### BEGIN HIDDEN TESTS\nprint(1)")
    (base / "submissions" / "ada" / "mine.ipynb").write_text(json.dumps(looks))
    (base / "course" / "roster.csv").write_text("id\nada\nbob\n")
    grading(monkeypatch, "grade", base / "submissions", "--out", base / "course")
    grading(monkeypatch, "feedback", base / "course")
    pages = {path.parts[-3]: path.read_text() for path in base.glob("course/feedback/*/*/*.html")}
    assert pages.keys() == {"ada", "bob"}
    assert not any("_report(" in re.sub(r"<[^>]*>", "", page) for page in pages.values())
    (base / "course" / "autograded" / "ada" / CHAPTER / f"{CHAPTER}.ipynb").chmod(0o600)
    (base / "course" / "autograded" / "ada" / CHAPTER / f"{CHAPTER}.ipynb").write_text("{")
    (base / "course" / "feedback" / "bob" / CHAPTER / f"{CHAPTER}.html").unlink()
    with pytest.raises(SystemExit, match=f"could not write the pages of: 'ada', {CHAPTER}$"):
        grading(monkeypatch, "feedback", base / "course")
    assert (base / "course" / "feedback" / "bob" / CHAPTER / f"{CHAPTER}.html").exists()
