"""A course folder, which is nbgrader's with our configuration, and what instructors do in it."""

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.exportapp import ExportApp
from tqdm import tqdm
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from . import jail, secret
from .book import PACKAGE, load
from .jobs import Job, Outcomes, executor, grade_all
from .merge import merge
from .nbgrader_plugins import Scores, outcome_path
from .rosters import Student, read_extensions, read_roster
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


def release(course: Path, names: Sequence[str]) -> None:
    """Merge chapters into nbgrader's source and let nbgrader make the students' notebooks."""
    course.mkdir(parents=True, exist_ok=True)
    config = course / "nbgrader_config.py"
    if not config.exists():
        config.write_text(CONFIG.format(root=str(Path(__file__).resolve().parents[1])))
    secret.keep(course)
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
    roster: Path | None = None,
    only: Sequence[str] = (),
    jobs: int = 1,
    scheduler: str | None = None,
    part: tuple[int, int] | None = None,
    keep: Sequence[str] = STATUSES[:1],
    sandbox: bool = True,
    cell_seconds: float | None = None,
) -> None:
    """Grade what is new in a folder of submissions and record it in nbgrader's gradebook."""
    config = _config(course)
    if (course / ".secret").exists():
        secret.keep(course)
    secret.read(course)
    if scheduler and os.environ.get(secret.VARIABLE):
        raise SystemExit(
            f"Dask's workers read the secret from its file and not {secret.VARIABLE} from here"
        )
    chapters = sorted(path.name for path in (course / "source").glob("*"))
    students = _class(course, submissions, roster)
    extensions = read_extensions(course / "extensions.csv", students, chapters)
    if unknown := [name for name in only if name not in students]:
        raise SystemExit(f"--student: no student has the id {', '.join(unknown)}")
    limits = jail.Limits(**config.Grade.get("limits", {}))
    if cell_seconds:
        limits = replace(limits, cell_seconds=cell_seconds)
    todo = [(chapter, student) for chapter in chapters for student in only or students]
    number, parts = part or (1, 1)
    job = Job(course.resolve(), submissions.resolve(), load, limits, sandbox, keep)
    with executor(jobs, scheduler) as pool:
        try:
            pool.submit(jail.probe, sandbox, PACKAGE).result()
        except (ImportError, RuntimeError) as error:
            if not scheduler or isinstance(error, jail.JailError):
                raise
            raise SystemExit(
                "nothing was graded: Dask cannot import the grader; start its scheduler and each "
                f"worker in the clone, with PYTHONPATH=. ({str(error).splitlines()[0]})"
            ) from None
        outcomes = grade_all(pool, job, todo[number - 1 :: parts])
    if part:
        print(f"part {number} of {parts} is graded and not recorded; --merge records all parts")
    else:
        # Recording takes the repaired copies and the outcomes that are just made.
        config.CourseDirectory.submitted_directory = "repaired"
        config.Grade.update({"limits": asdict(limits), "sandbox": sandbox, "keep": list(STATUSES)})
        _record(NbGraderAPI(config=config), course, students, extensions, outcomes)
    _summarize(outcomes)


def feedback(course: Path) -> None:
    """Let nbgrader write what each student is to read."""
    api, failed = _api(course), []
    for path in tqdm(sorted((course / "autograded").glob("*/*")), "feedback", unit="submission"):
        if not api.generate_feedback(path.name, path.parent.name, force=True)["success"]:
            failed.append(f"{ascii(path.parent.name)}, {path.name}")
    if failed:
        raise SystemExit(f"nbgrader could not write the pages of: {'; '.join(failed)}")


def export(course: Path, layout: str, to: Path) -> None:
    """Write the scores as CSV."""
    api = _api(course)
    app = ExportApp(config=api.config, coursedir=api.coursedir)
    plugin = Scores(parent=app, layout=layout, to=str(to.resolve()))
    with Gradebook(app.coursedir.db_url, app.coursedir.course_id) as gradebook:
        plugin.export(gradebook)
    print(to)


def _class(course: Path, submissions: Path, roster: Path | None) -> dict[str, Student]:
    """Return the students of the roster; where there is none, each folder is one."""
    if not submissions.is_dir():
        raise SystemExit(f"{submissions} is not a folder of submissions")
    folders = [
        path.name
        for path in sorted(submissions.iterdir())
        if path.is_symlink() or (path.is_dir() and not path.name.startswith("."))
    ]
    if not roster and not (course / "roster.csv").exists():
        return {name: {} for name in folders}
    students = read_roster(roster or course / "roster.csv")
    if strangers := [ascii(name) for name in folders if name not in students]:
        print(f"not in the roster, not graded: {', '.join(strangers)}")
    return students


def _record(
    api: NbGraderAPI,
    course: Path,
    students: dict[str, Student],
    extensions: Mapping[tuple[str, str], float],
    outcomes: Outcomes,
) -> None:
    """Let nbgrader's gradebook have what it does not have yet."""
    with api.gradebook as gradebook:
        for student, fields in students.items():
            gradebook.update_or_create_student(student, **fields)
    for (chapter, student), outcome in tqdm(outcomes.items(), "recording", unit="submission"):
        _record_one(api, course, chapter, student, outcome)
    with api.gradebook as gradebook:
        for chapter in {chapter for chapter, _ in outcomes}:
            for submission in gradebook.assignment_submissions(chapter):
                days = extensions.get((chapter, submission.student_id), 0)
                submission.extension = timedelta(days=days)
        gradebook.db.commit()


def _record_one(
    api: NbGraderAPI, course: Path, chapter: str, student: str, outcome: Outcome
) -> None:
    path = outcome_path(course, chapter, student)
    mark = path.with_suffix(".recorded")
    stamp = course / "submitted" / student / chapter / "timestamp.txt"
    if not outcome.notebook:
        return
    state = hashlib.sha256(path.read_bytes()).hexdigest()
    state += stamp.read_text() if stamp.exists() else ""
    if mark.exists() and mark.read_text() == state:
        return
    result = api.autograde(chapter, student, force=True, create=False)
    if result["success"]:
        mark.write_text(state)
    else:
        outcome.status, outcome.notebook = "CRASHED", None
        error = str(result.get("error")).strip()[-300:]
        outcome.notes.append(f"nbgrader could not record it: {error}")
        outcome.save(path)


def _summarize(outcomes: Outcomes) -> None:
    """Print counts, and whom a person should look at."""
    counts: dict[str, Counter[str]] = {}
    for (chapter, _), outcome in outcomes.items():
        counts.setdefault(chapter, Counter())[outcome.status] += 1
    for chapter, found in counts.items():
        print(f"{chapter}: " + ", ".join(f"{n} {status}" for status, n in sorted(found.items())))
    for (chapter, student), outcome in outcomes.items():
        if outcome.status != "GRADED" or outcome.notes:
            why = "; ".join([outcome.status, *outcome.notes])
            # A note has names of files, which can hold what a terminal obeys.
            why = "".join(each if each.isprintable() else "?" for each in why)
            print(f"look at {ascii(student)}, {chapter}: {why}")


def _config(course: Path) -> Config:
    if not (course / "nbgrader_config.py").exists():
        raise SystemExit(f"{course} is not a course folder; `python -m grading release` makes one")
    try:
        config = PyFileConfigLoader("nbgrader_config.py", str(course.resolve())).load_config()
    except Exception as error:  # it is the instructor's to edit
        raise SystemExit(f"nothing is done: nbgrader_config.py does not run: {error!r}") from None
    config.CourseDirectory.root = str(course.resolve())
    return config


def _api(course: Path) -> NbGraderAPI:
    return NbGraderAPI(config=_config(course))


def _must(result: dict[str, Any]) -> None:
    if not result["success"]:
        raise SystemExit(result.get("error") or result.get("log"))
