"""What the pages for students and instructors say of the grading is what it does."""

import json
import re

import download
import pytest
from nbgrader.utils import parse_utc

from grading import jail, verdict
from grading.book import CHAPTERS, PACKAGE, load
from grading.nbgrader_plugins import PenaltyPerDay
from grading.questions import Coded
from rpt_helpers.checks import check
from tests.grading.corpus import CHAPTER, QUESTIONS, stub

STUDENTS = (CHAPTERS / "for-students.md").read_text(encoding="utf-8")
INSTRUCTORS = (CHAPTERS / "homework.md").read_text(encoding="utf-8")
WEIGHTED = QUESTIONS["weighted-gradient"]
assert isinstance(WEIGHTED, Coded)


def defined(source: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(load(CHAPTER).set_up + "\n" + source, names)
    return names


def test_a_check_says_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(WEIGHTED, Coded)
    flipped = WEIGHTED.solution + f"\nright = {WEIGHTED.function}\n"
    flipped += f"{WEIGHTED.function} = lambda *given: -np.asarray(right(*given))"
    for source in (stub("weighted-gradient"), flipped, WEIGHTED.solution):
        check(WEIGHTED.name, defined(source)[WEIGHTED.function])
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 3
    assert f"```text\n{printed}```" in STUDENTS


def test_feedback_says_what_the_page_shows() -> None:
    assert isinstance(WEIGHTED, Coded)
    right = verdict.references(WEIGHTED, "secret", "ada", load(CHAPTER).set_up)
    lines = {number: json.dumps({"value": (-each).tolist()}) for number, each in enumerate(right)}
    score, hint = verdict.judge(WEIGHTED, lines, "secret", "ada", load(CHAPTER))
    assert score == 0 and f"```text\n{WEIGHTED.name}: {hint}\n```" in STUDENTS


def test_students_say_the_commands_of_the_download() -> None:
    commands = re.findall(r"^ {4}(python3 .*)$", download.README, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        assert command.format(start=f"{CHAPTER}.ipynb") in STUDENTS


@pytest.mark.parametrize("page", [STUDENTS, INSTRUCTORS])
def test_the_time_of_a_cell_is_the_limit(page: str) -> None:
    assert set(re.findall(r"(\d+) seconds", page)) == {f"{jail.Limits.cell_seconds:g}"}


def test_a_late_day_costs_a_tenth() -> None:
    assert "a tenth of" in STUDENTS and "a tenth of" in INSTRUCTORS
    days = (parse_utc("2030-01-11 13:00 UTC") - parse_utc("2030-01-10 12:00 UTC")).total_seconds()
    assert PenaltyPerDay().late_submission_penalty("ada", 10.0, days) == 2.0


def test_what_is_there_when_answers_are_graded() -> None:
    """No package that a chapter could not import, and all that the library needs."""
    project = (PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
    needs = re.search(r"^dependencies = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    assert needs
    for name in re.findall(r'"(\w+)>=', needs[1]):
        assert name in STUDENTS
