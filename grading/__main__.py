"""The commands release, grade, feedback, export; `python -m grading COMMAND --help` explains."""

import argparse
import csv
import os
import secrets
import sys
from collections import Counter
from collections.abc import Container
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.exportapp import ExportApp
from tqdm import tqdm
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from . import jail
from .book import PACKAGE, chapters, load
from .merge import merge
from .nbgrader_plugins import SECRET, Scores, outcome_path
from .submissions import grade_submission
from .verdict import STATUSES, Outcome

CONFIG = """\
# nbgrader reads this file. `python -m grading release` wrote it once; it is yours now.
import sys

sys.path.insert(0, {root!r})
try:
    from grading.book import load
    from grading.nbgrader_plugins import configure
except ImportError as error:
    # Not an exception: nbgrader would log it and go on without our steps.
    sys.exit(f"nothing is done: in {{__file__}} the path of the clone is wrong, or the clone's "
             f".venv is not active ({{error}})")

c = get_config()
configure(c, load)
c.CourseDirectory.course_id = "reparameterization"
c.PenaltyPerDay.share = 0.1  # of the score, for each day begun after the deadline
# c.Grade.sandbox = False  # runs submissions with your rights: they can read and change your files
"""
FIELDS = ("first_name", "last_name", "email", "lms_user_id")


def release(course: Path, names: list[str]) -> None:
    """Merge chapters into nbgrader's source and let nbgrader make the students' notebooks."""
    course.mkdir(parents=True, exist_ok=True)
    config = course / "nbgrader_config.py"
    if not config.exists():
        config.write_text(CONFIG.format(root=str(Path(__file__).resolve().parents[1])))
    if not os.environ.get(SECRET) and not (course / ".secret").exists():
        (course / ".secret").touch(mode=0o600)
        (course / ".secret").write_text(secrets.token_hex(32) + "\n")
    for chapter in names:
        folder = course / "source" / chapter
        folder.mkdir(parents=True, exist_ok=True)
        source = merge(load(chapter).notebook, load(chapter).questions)
        nbformat.write(source, folder / f"{chapter}.ipynb")
        _must(_api(course).generate_assignment(chapter, force=True))
        print(course / "release" / chapter / f"{chapter}.ipynb")


def grade(
    course: Path,
    submissions: Path,
    jobs: int,
    sandbox: bool,
    roster: Path | None,
    only: list[str],
    force: bool,
    **limits: float,
) -> None:
    """Grade what is new in a folder of submissions and record it in nbgrader's gradebook."""
    config = _config(course)
    if not submissions.is_dir():
        raise SystemExit(f"{submissions} is not a folder of submissions")
    names = sorted(path.name for path in (course / "source").glob("*"))
    roster = roster or course / "roster.csv"
    folders = [
        path.name
        for path in sorted(submissions.iterdir())
        if path.is_symlink() or (path.is_dir() and not path.name.startswith("."))
    ]
    students = _roster(roster) if roster.exists() else {name: {} for name in folders}
    extensions = _extensions(course, students, names)
    if strangers := [ascii(name) for name in folders if name not in students]:
        print(f"not in the roster, not graded: {', '.join(strangers)}", file=sys.stderr)
    if unknown := [name for name in only if name not in students]:
        raise SystemExit(f"--student: no student has the id {', '.join(unknown)}")
    allowed = jail.Limits(**{**config.Grade.get("limits", {}), **limits})
    jail.probe(sandbox, PACKAGE)
    if not sandbox:
        print("with --no-sandbox a submission can read and change your files", file=sys.stderr)
    # Recording takes the repaired copies and the outcomes that are just made.
    config.CourseDirectory.submitted_directory = "repaired"
    config.Grade.update({"limits": asdict(allowed), "sandbox": sandbox, "keep": list(STATUSES)})
    api = NbGraderAPI(config=config)
    with api.gradebook as gradebook:
        for student, fields in students.items():
            gradebook.update_or_create_student(student, **fields)

    def one(chapter: str, student: str) -> tuple[str, str, Outcome]:
        keep = [] if force else STATUSES[:1]
        outcome = grade_submission(
            course, submissions, load(chapter), student, allowed, sandbox, keep
        )
        return chapter, student, outcome

    with ThreadPoolExecutor(jobs) as pool:
        pending = [
            pool.submit(one, chapter, student) for chapter in names for student in only or students
        ]
        finished = tqdm(as_completed(pending), "grading", len(pending), unit="submission")
        try:
            done = sorted((each.result() for each in finished), key=lambda each: each[:2])
        except BaseException:  # Ctrl+C ends what is running; the next call goes on from there
            pool.shutdown(cancel_futures=True)
            raise
    for index, (chapter, student, outcome) in enumerate(done):
        if outcome.status == "UNGRADED":  # again, with the machine to itself
            done[index] = one(chapter, student)
    for chapter, student, outcome in tqdm(done, "recording", unit="submission"):
        _record(api, course, chapter, student, outcome)
    with api.gradebook as gradebook:
        for chapter, student, days in extensions:
            gradebook.update_or_create_submission(chapter, student)
            gradebook.grant_extension(chapter, student, days=days)
    for chapter in names:
        found = Counter(outcome.status for name, _, outcome in done if name == chapter)
        print(f"{chapter}: " + ", ".join(f"{n} {status}" for status, n in sorted(found.items())))
    attention = [each for each in done if each[2].status != "GRADED" or each[2].notes]
    for chapter, student, outcome in attention:
        print(f"look at {ascii(student)}, {chapter}: {'; '.join([outcome.status, *outcome.notes])}")


def feedback(course: Path) -> None:
    """Let nbgrader write what each student is to read."""
    api = _api(course)
    for path in tqdm(sorted((course / "autograded").glob("*/*")), "feedback", unit="submission"):
        _must(api.generate_feedback(path.name, path.parent.name, force=True))


def export(course: Path, layout: str, to: Path) -> None:
    """Write the scores as CSV."""
    app = ExportApp(config=_config(course))
    app.coursedir = _api(course).coursedir
    plugin = Scores(parent=app, layout=layout, to=str(to.resolve()))
    with Gradebook(app.coursedir.db_url, app.coursedir.course_id) as gradebook:
        plugin.export(gradebook)
    print(to)


def _record(api: NbGraderAPI, course: Path, chapter: str, student: str, outcome: Outcome) -> None:
    """Let nbgrader's gradebook have an outcome that it does not have yet."""
    path = outcome_path(course, chapter, student)
    mark = path.with_suffix(".recorded")
    stamp = course / "submitted" / student / chapter / "timestamp.txt"
    state = f"{outcome.digest} {stamp.read_text() if stamp.exists() else ''}"
    if not outcome.notebook or (mark.exists() and mark.read_text() == state):
        return
    result = api.autograde(chapter, student, force=True, create=False)
    if result["success"]:
        mark.write_text(state)
    else:
        outcome.status, outcome.notebook = "CRASHED", None
        error = str(result.get("error")).strip()[-300:]
        outcome.notes.append(f"nbgrader could not record it: {error}")
        outcome.save(path)


def _rows(path: Path, *columns: str) -> list[dict[str, str]]:
    """Read a CSV file of the instructor's that has these columns."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in columns if name not in (reader.fieldnames or [])]:
            raise SystemExit(
                f"{path} has no column {', '.join(missing)}; its first line must name "
                f"{', '.join(columns)} with commas between them, and is {reader.fieldnames}"
            )
        return [row for row in reader if any(row.values())]


def _roster(path: Path) -> dict[str, dict[str, str]]:
    """Read the CSV file that `nbgrader db student import` reads."""
    return {
        row["id"]: {name: row[name] for name in FIELDS if row.get(name)}
        for row in _rows(path, "id")
    }


def _extensions(
    course: Path, students: Container[str], chapters: Container[str]
) -> list[tuple[str, str, float]]:
    """Read the extensions of `extensions.csv` before anything is graded."""
    path, extensions = course / "extensions.csv", []
    for row in _rows(path, "student", "chapter", "days") if path.exists() else []:
        student, chapter, days = row["student"], row["chapter"], row["days"]
        if student not in students:
            raise SystemExit(f"{path}: no student has the id {student!r}")
        if chapter not in chapters:
            raise SystemExit(f"{path}: no chapter of this course is called {chapter!r}")
        try:
            extensions.append((chapter, student, float(days)))
        except (TypeError, ValueError):
            raise SystemExit(
                f"{path}: the days of {student} must be a number, got {days!r}"
            ) from None
    return extensions


def _config(course: Path) -> Config:
    if not (course / "nbgrader_config.py").exists():
        raise SystemExit(f"{course} is not a course folder; `python -m grading release` makes one")
    config = PyFileConfigLoader("nbgrader_config.py", str(course.resolve())).load_config()
    config.CourseDirectory.root = str(course.resolve())
    return config


def _api(course: Path) -> NbGraderAPI:
    return NbGraderAPI(config=_config(course))


def _must(result: dict[str, Any]) -> None:
    if not result["success"]:
        raise SystemExit(result.get("error") or result.get("log"))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m grading", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    command = commands.add_parser(
        "release", help="make the students' notebooks and the course folder"
    )
    command.set_defaults(run=release)
    command.add_argument("names", nargs="+", metavar="CHAPTER", choices=chapters())
    command.add_argument(
        "--to", dest="course", type=Path, required=True, metavar="DIR", help="the course folder"
    )

    command = commands.add_parser(
        "grade", help="grade a folder of submissions, STUDENT/CHAPTER/*.ipynb"
    )
    command.set_defaults(run=grade)
    command.add_argument("submissions", type=Path)
    command.add_argument(
        "--out", dest="course", type=Path, required=True, metavar="DIR", help="the course folder"
    )
    command.add_argument(
        "-j", dest="jobs", type=int, default=1, metavar="N", help="how many at once"
    )
    command.add_argument(
        "--sandbox",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="no network, no files but their own (Linux); without it they have your rights",
    )
    command.add_argument(
        "--roster", type=Path, help="CSV: id, first_name, last_name, email, lms_user_id"
    )
    command.add_argument(
        "--student",
        dest="only",
        action="append",
        default=[],
        metavar="ID",
        help="grade this one only; can be given several times",
    )
    command.add_argument(
        "--force",
        action="store_true",
        help="run again what is already graded, or killed the grader",
    )
    seconds = jail.Limits.cell_seconds
    command.add_argument(
        "--cell-seconds", type=float, default=seconds, help="the time a cell may take"
    )

    command = commands.add_parser("feedback", help="write a page for each student")
    command.set_defaults(run=feedback)
    command.add_argument("course", type=Path)

    command = commands.add_parser("export", help="write the scores as CSV")
    command.set_defaults(run=export)
    command.add_argument("course", type=Path)
    command.add_argument("--layout", choices=("plain", "canvas"), default="plain")
    command.add_argument("--to", type=Path, default=Path("scores.csv"))

    options = vars(parser.parse_args())
    # nbgrader starts alembic by its name.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    try:
        options.pop("run")(**options)
    except jail.JailError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
