"""From submissions to outcomes: find a student's notebook, make it whole, have it graded."""

import shutil
import warnings
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from . import jail
from .merge import repair
from .nbgrader_plugins import outcome_of, outcome_path, read_source, safe
from .questions import load
from .verdict import Outcome

LARGEST = 20 * 2**20


def grade_submission(
    course: Path,
    submissions: Path,
    chapter: str,
    student: str,
    limits: jail.Limits,
    sandbox: bool,
) -> Outcome:
    """Return, and keep in the course folder, what becomes of a student's submission."""
    if not safe(student):
        return Outcome("UNREADABLE", ["the id cannot be the name of a folder"])
    path = find(submissions / student, chapter)
    if path is None:
        outcome_path(course, chapter, student).unlink(missing_ok=True)
        return Outcome("MISSING")
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("larger than 20 MB")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbformat's, on cells without ids
            notebook = nbformat.read(path, as_version=4)
            nbformat.validate(notebook)
        whole = repair(notebook, read_source(course, chapter), load(chapter))
        _collect(whole, path, course / "submitted" / student / chapter)
    except Exception as error:  # a file from outside can be anything
        outcome = Outcome("UNREADABLE", [f"{type(error).__name__}: {str(error)[:200]}"])
        outcome.save(outcome_path(course, chapter, student))
        return outcome
    try:
        return outcome_of(course, chapter, student, whole, limits, sandbox)
    except OSError as error:  # no process, no memory, no disk: of this machine
        outcome = Outcome("UNGRADED", [str(error)])
        outcome.save(outcome_path(course, chapter, student))
        return outcome


def find(folder: Path, chapter: str) -> Path | None:
    """Return a student's notebook of a chapter, whatever its name; links are not followed."""
    if folder.is_symlink():
        return None
    inner = folder / chapter
    found = [
        path
        for place in ([folder] if inner.is_symlink() else [inner, folder])
        for path in sorted(place.glob("*.ipynb"))
        if path.is_file() and not path.is_symlink()
    ]
    check = f'check(\\"{chapter}-'.encode()  # as it stands in a notebook's JSON
    mine = [path for path in found if path.parent == inner or check in path.read_bytes()[:LARGEST]]
    return min(
        mine,
        key=lambda path: (path.parent != inner, path.stem != chapter, path.name),
        default=None,
    )


def _collect(notebook: NotebookNode, path: Path, folder: Path) -> None:
    """Put a repaired submission where nbgrader looks for it."""
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{folder.name}.ipynb")
    stamp = path.with_name("timestamp.txt")
    if stamp.is_file() and not stamp.is_symlink():
        try:
            datetime.fromisoformat(stamp.read_text().strip().removesuffix(" UTC"))
        except ValueError:
            return
        if stamp.parent.resolve() != folder.resolve():
            shutil.copy(stamp, folder / "timestamp.txt")
