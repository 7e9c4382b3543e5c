"""A class from the command line to the CSV file, as the page for instructors has it."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from grading import secret
from grading.book import CHAPTERS
from grading.course import CONFIG
from grading.nbgrader_plugins import _inert, safe
from grading.verdict import Outcome
from tests.grading.corpus import CASES, CHAPTER, RIGHT, ROOT, need_sandbox, notebook, submit
from tests.grading.test_jobs import grading

# nbgrader runs in this process too; what sqlalchemy says of it is not ours.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

NAMES = {
    "reference": ("Ada", 'Smith, "Jr."'),
    "blank": ("=cmd|' /C calc'!A0", "@SUM(1+1)"),
    "sign": ("-1", "+1"),
}
SECRET = "the secret of the tests"
# The cases that go all the way: each status, and damage that nbgrader must not stumble over.
CLASS = [*NAMES, "three-of-four", "list", "nan", "exit", "bad-json", "absent", "forged", "script"]
CLASS += ["renamed", "stripped", "duplicated", "split", "deleted"]
AGAIN = ("reference", "three-of-four", "stripped", "exit", "forged")
PATIENCE = ("--cell-seconds", "300")


def page_commands(base: Path) -> list[list[str]]:
    """The commands as the page for instructors has them, with `base` for the folder above."""
    page = (CHAPTERS / "homework.md").read_text().replace("../", f"{base}/")
    lines = re.findall(r"^\.venv/bin/python -m grading (.*)$", page, re.MULTILINE)
    return [line.split() for line in lines]


def read_scores(path: Path) -> dict[str, dict[str, str]]:
    with path.open(newline="") as file:
        return {
            row["student"]: {key.removeprefix(f"{CHAPTER} "): value for key, value in row.items()}
            for row in csv.DictReader(file)
        }


@dataclass
class Course:
    """The course folder after all four commands, and what they left."""

    folder: Path
    submissions: Path
    scores: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Release, submit, grade, feedback, export: the commands of the instructors' page."""
    need_sandbox()
    base = tmp_path_factory.mktemp("class")
    folder, submissions = base / "course", base / "submissions"
    release, grade, feedback, export = page_commands(base)[:4]

    def run(*arguments: object) -> None:
        command = [sys.executable, "-m", "grading", *map(str, arguments)]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)

    folder.mkdir()
    secret.keep(folder)
    secret.place(folder).write_text(SECRET)
    run(*release)
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write("c.Grade.limits = {'wall_seconds': 900, 'cell_seconds': 300}\n")
    with (folder / "roster.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "first_name", "last_name", "email", "lms_user_id"])
        for number, student in enumerate([*CLASS, "../reference"]):
            writer.writerow(
                [student, *NAMES.get(student, ("", "")), f"{student}@example.org", number]
            )
    for student in CLASS:
        submit(student, submissions, folder)
    (submissions / "stranger").mkdir()
    run(*grade, *PATIENCE)
    run(*feedback)
    run(*export)
    return Course(folder, submissions, read_scores(base / "scores.csv"))


@pytest.mark.parametrize("student", CLASS)
def test_status_and_scores_are_as_pinned(course: Course, student: str) -> None:
    row, case = course.scores[student], CASES[student]
    assert row["status"] == case.status, row
    if isinstance(case.scores, str):
        assert row["score"] == row["fourth-power"] == ""
    else:
        assert {name: float(row[name]) for name in RIGHT if row[name]} == case.scores, row
        assert float(row["score"]) == sum(case.scores.values())
        pending = sum(RIGHT.values()) - sum(RIGHT[name] for name in case.scores)
        assert float(row["pending"]) == pending + (0 if student == "blank" else 3)
    assert case.notes in row["notes"]
    assert row["maximum"] == "11"
    assert (row["total"] == "") == (row["pending"] != "0")  # blank until all is marked


def test_each_student_of_the_roster_has_one_row(course: Course) -> None:
    assert sorted(course.scores) == sorted([*CLASS, "../reference"])
    assert course.scores["../reference"]["status"] == "UNREADABLE"
    assert course.scores["../reference"]["score"] == ""


def test_names_cannot_shift_columns_or_run_formulas(course: Course) -> None:
    assert course.scores["reference"]["name"] == 'Smith, "Jr.", Ada'
    assert course.scores["blank"]["name"] == "'@SUM(1+1), =cmd|' /C calc'!A0"
    assert course.scores["sign"]["name"] == "'+1, -1"


def test_canvas_layout(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    to = course.folder.parent / "canvas.csv"
    grading(monkeypatch, "export", course.folder, "--layout", "canvas", "--to", to)
    with to.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", CHAPTER]
    assert rows[0]["Student"] == "Points Possible" and rows[0][CHAPTER] == "11"
    scores = {row["SIS Login ID"]: (row["ID"], row[CHAPTER]) for row in rows[1:]}
    assert scores["blank"] == ("1", "0") and scores["absent"][1] == ""
    assert scores["reference"] == ("0", "")  # while a derivation waits for its mark
    assert len(rows) == len(CLASS) + 2


def test_feedback_says_what_is_wrong_and_shows_no_hidden_code(course: Course) -> None:
    pages = {
        path.parent.parent.name: path.read_text()
        for path in course.folder.glob("feedback/*/*/*.html")
    }
    assert len(pages) == sum(isinstance(CASES[student].scores, dict) for student in CLASS)
    for student, page in pages.items():
        text = re.sub(r"<[^>]*>", "", page)
        assert "HIDDEN TESTS" not in text and "_report(" not in text, student
        assert "alert(4711)</script>" not in page
    assert "0 of 4 hidden cases right; in hidden case 1 the sign is flipped" in pages["sign"]
    assert "3 of 4 hidden cases right" in pages["three-of-four"]
    assert "the answer holds NaN" in pages["nan"]
    assert "was not reached: CRASHED: ended its kernel" in pages["exit"]
    assert "no points yet, because a person is to look at it" in pages["exit"]


def digest_of(course: Course) -> dict[str, Any]:
    outcomes = {
        path.stem: json.loads(path.read_text()) for path in course.folder.glob("outcomes/*/*.json")
    }
    return {
        name: (each["status"], each["scores"], each["hints"], each["notes"])
        for name, each in outcomes.items()
    }


def test_an_interrupted_run_goes_on_and_a_second_one_gives_the_same(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest_of(course)
    kept = course.folder / "outcomes" / CHAPTER / "sign.json"
    written = kept.stat().st_mtime_ns
    for student in AGAIN:
        (course.folder / "outcomes" / CHAPTER / f"{student}.json").unlink()
    command = ("grade", course.submissions, "--out", course.folder, "-j", 2, "--sandbox")
    grading(monkeypatch, *command, *PATIENCE)
    assert digest_of(course) == before
    assert kept.stat().st_mtime_ns == written
    grading(monkeypatch, "export", course.folder, "--to", course.folder.parent / "again.csv")
    assert (course.folder.parent / "again.csv").read_bytes() == (
        course.folder.parent / "scores.csv"
    ).read_bytes()


def test_nbgraders_own_commands_and_manual_marks_and_late_penalties(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a copy of the course, nbgrader's commands do what ours do."""
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)

    def nbgrader(*arguments: str) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(
            ["nbgrader", *arguments],
            cwd=folder,
            env=os.environ | {"PATH": path},
            check=True,
            capture_output=True,
        )

    def scores() -> dict[str, dict[str, str]]:
        grading(monkeypatch, "export", folder, "--to", folder / "scores.csv")
        return read_scores(folder / "scores.csv")

    with Gradebook(f"sqlite:///{folder}/gradebook.db", "reparameterization") as gradebook:
        gradebook.find_grade(f"{CHAPTER}-weights", CHAPTER, CHAPTER, "sign").manual_score = 2.5
        gradebook.find_grade(
            f"{CHAPTER}-weights", CHAPTER, CHAPTER, "sign"
        ).needs_manual_grade = False
        gradebook.db.commit()
    marked = scores()["sign"]
    assert (marked["weights"], marked["score"], marked["pending"]) == ("2.5", "7.5", "0")

    nbgrader("db", "assignment", "add", CHAPTER, "--duedate", "2030-01-10 12:00:00 UTC")
    for student in ("sign", "reference", "list"):
        (folder / "submitted" / student / CHAPTER / "timestamp.txt").write_text(
            "2030-01-11 13:00:00 UTC"
        )
    (folder / "extensions.csv").write_text(
        f"student,chapter,days\nlist,{CHAPTER},1\nreference,{CHAPTER},7\n"
    )
    grading(monkeypatch, "grade", folder / "submitted", "--out", folder)
    late = scores()
    assert (late["sign"]["late penalty"], late["sign"]["score"], late["sign"]["weights"]) == (
        "1.5",
        "6",
        "2.5",
    )
    assert (late["list"]["late penalty"], late["list"]["score"]) == ("0.8", "7.2")
    assert (late["reference"]["late penalty"], late["reference"]["score"]) == ("0", "8")

    # A better notebook after the mark was given: what was marked by hand stays.
    nbformat.write(notebook(), folder / "submitted" / "sign" / CHAPTER / f"{CHAPTER}.ipynb")
    nbgrader("autograde", CHAPTER, "--student", "sign", "--force")
    better = scores()["sign"]
    assert (better["fourth-power"], better["weights"]) == ("3", "2.5")
    nbgrader("generate_feedback", CHAPTER, "--student", "sign", "--force")
    assert "HIDDEN" not in (folder / "feedback" / "sign" / CHAPTER / f"{CHAPTER}.html").read_text()
    nbgrader("export", "--to", str(folder / "nbgrader.csv"))
    assert read_scores(folder / "nbgrader.csv")["sign"]["fourth-power"] == "3"

    # What is released is the chapter, but for outputs and nbgrader's own metadata.
    nbgrader("generate_assignment", CHAPTER, "--force")
    released = nbformat.read(folder / "release" / CHAPTER / f"{CHAPTER}.ipynb", as_version=4)
    chapter = nbformat.read(CHAPTERS / f"{CHAPTER}.ipynb", as_version=4)
    assert [(c.id, c.cell_type, c.source) for c in released.cells] == [
        (c.id, c.cell_type, c.source) for c in chapter.cells
    ]
    assert "stub" not in {key for cell in released.cells for key in cell.metadata}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("grade", ".", "--out", "nowhere"), "nowhere is not a course folder"),
        (("feedback", "nowhere"), "nowhere is not a course folder"),
        (("release", "no-such-chapter", "--to", "nowhere"), "invalid choice: 'no-such-chapter'"),
    ],
)
def test_mistakes_of_an_instructor_are_named(
    arguments: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as caught:
        grading(monkeypatch, *arguments)
    assert message in f"{caught.value}{capsys.readouterr().err}"


@pytest.mark.parametrize(
    ("file", "text", "arguments", "message"),
    [
        ("roster.csv", "id;first_name\nada;Ada\n", (), "roster.csv has no column id"),
        ("roster.csv", "Student,ID,SIS Login ID\n", (), "its first line must name id"),
        ("extensions.csv", "student;chapter;days\n", (), "has no column student, chapter, days"),
        ("extensions.csv", f"student,chapter,days\nx,{CHAPTER},1\n", (), "has the id 'x'"),
        ("extensions.csv", "student,chapter,days\nada,lhs,1\n", (), "is called 'lhs'"),
        ("extensions.csv", f"student,chapter,days\nada,{CHAPTER},two\n", (), "got 'two'"),
        ("grades.txt", "", ("--student", "bob"), "no student has the id bob"),
        ("nbgrader_config.py", "c = (", (), "nbgrader_config.py does not run: SyntaxError"),
    ],
)
def test_mistakes_in_an_instructors_files_are_named_before_anything_is_graded(
    file: str,
    text: str,
    arguments: tuple[str, ...],
    message: str,
    bare_course: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (bare_course / file).write_text(text)
    (bare_course / "submissions" / "ada").mkdir(parents=True)
    with pytest.raises(SystemExit) as caught:
        grading(monkeypatch, "grade", bare_course / "submissions", "--out", bare_course, *arguments)
    assert message in str(caught.value)


def test_what_the_machine_failed_to_do_is_tried_again_alone_and_the_run_says_whom_to_look_at(
    bare_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[str] = []

    def graded(*arguments: Any) -> Outcome:
        student = arguments[3]
        calls.append(student)
        if student == "eve" or calls == ["ada", "bob"]:
            return Outcome("UNGRADED", ["no more processes"])
        return Outcome("GRADED")

    for student in ("ada", "bob", "eve"):
        (bare_course / "submissions" / student).mkdir(parents=True)
    (bare_course / "submissions" / ".DS_Store").touch()
    (bare_course / "submissions" / "grades.txt").touch()
    monkeypatch.setattr("grading.jobs.grade_submission", graded)
    monkeypatch.setattr("grading.jail.probe", lambda *_: None)
    grading(monkeypatch, "grade", bare_course / "submissions", "--out", bare_course)
    assert calls == ["ada", "bob", "eve", "bob", "eve"]
    out = capsys.readouterr().out.splitlines()
    assert out == [
        f"{CHAPTER}: 2 GRADED, 1 UNGRADED",
        f"look at 'eve', {CHAPTER}: UNGRADED; no more processes",
    ]


@pytest.fixture
def bare_course(tmp_path: Path) -> Path:
    """A course folder, made without nbgrader's help."""
    (tmp_path / "source" / CHAPTER).mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text(CONFIG.format(root=str(ROOT)))
    secret.keep(tmp_path)
    return tmp_path


# ---------------------------------------------------------------- names and cells of the CSV file


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "=HYPERLINK(...)"]
)
def test_formulas_become_text(text: str) -> None:
    assert _inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Smith, Jr.", 'Ann "x"', "", "O'Neill", "3.5"])
def test_text_stays(text: str) -> None:
    assert _inert(text) == text


def test_ids_that_are_no_folder_names() -> None:
    assert [safe(each) for each in ("ada", "a.b@c.org", "x-1_2", "Ada L", "李")] == [True] * 5
    assert not any(
        safe(each)
        for each in (
            "../ada",
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            ".hidden",
            "a\n",
            "*",
            "-x",
            " a",
            "a ",
        )
    )
