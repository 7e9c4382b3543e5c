"""From submissions to outcomes: find a student's notebook, make it whole, have it graded."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from . import jail
from .merge import repair
from .nbgrader_plugins import LARGEST, outcome_of, outcome_path, pictures, read_source, safe
from .questions import Chapter, Question
from .verdict import STATUSES, Outcome


def grade_submission(
    course: Path,
    submissions: Path,
    chapter: Chapter,
    student: str,
    limits: jail.Limits,
    sandbox: bool,
    keep: Sequence[str] = STATUSES[:1],
) -> Outcome:
    """Return, and keep in the course folder, what becomes of a student's submission."""
    kept = outcome_path(course, chapter.name, student)
    if not safe(student):
        return Outcome("UNREADABLE", ["the id cannot be the name of a folder"])
    source, questions = read_source(course, chapter.name), chapter.questions
    found = {
        path: _repaired(path, source, questions)
        for path in find(submissions / student, chapter.name)
    }
    if not found:
        kept.unlink(missing_ok=True)
        inner = submissions / student / chapter.name
        files = [each.name for each in _files(submissions / student) if inner in each.parents]
        if set(files) <= {"timestamp.txt"}:
            return Outcome("MISSING")
        outcome = Outcome("UNREADABLE", [f"no notebook among {', '.join(files)[:200]}"])
        outcome.save(kept)
        return outcome
    path = max(found, key=lambda each: _work(each, found[each], questions, source))
    whole, notes = found[path], []
    if len(found) > 1:
        others = ", ".join(sorted(each.name for each in found if each != path))
        notes.append(f"{len(found)} notebooks; graded: {path.name}; not graded: {others}")
    if isinstance(whole, Exception):
        outcome = Outcome("UNREADABLE", [f"{type(whole).__name__}: {str(whole)[:200]}"])
    else:
        try:
            notes += _collect(whole, path, course, student, chapter.name)
            outcome = outcome_of(course, chapter, student, whole, limits, sandbox, keep)
        except (OSError, MemoryError) as error:  # no process, no memory, no disk: of this machine
            outcome = Outcome("UNGRADED", [str(error) or "no memory"])
    outcome.notes += [note for note in notes if note not in outcome.notes]
    try:
        if Outcome.read(kept) != outcome:
            outcome.save(kept)
    except OSError:  # where nothing can be written, nothing old shall stay either
        kept.unlink(missing_ok=True)
    return outcome


def find(folder: Path, chapter: str) -> list[Path]:
    """Return a student's notebooks of a chapter, whatever their names; links are not followed."""
    inner, mark = folder / chapter, f'check(\\"{chapter}-'.encode()  # as it stands in JSON
    return [
        path
        for path in _files(folder)
        if ".ipynb" in path.name.lower()  # browsers add .txt or .json
        and (inner in path.parents or mark in path.read_bytes()[:LARGEST])
    ]


def read(path: Path) -> NotebookNode:
    """Return the cells of a notebook, however a program saved it.

    Raises
    ------
    ValueError
        If it is no notebook.
    """
    if path.stat().st_size > LARGEST:
        raise ValueError("larger than 20 MB")
    data = json.loads(path.read_bytes())  # UTF-8 with or without a mark, UTF-16, UTF-32
    if not isinstance(data, dict):
        raise ValueError("not a notebook")
    if data.get("nbformat", 4) < 4:
        data = nbformat.convert(nbformat.from_dict(data), 4)
    if not isinstance(data.get("cells"), list):
        raise ValueError("not a notebook")
    cells = [_cell(cell) for cell in data["cells"]]
    return NotebookNode(cells=cells, metadata=NotebookNode(), nbformat=4, nbformat_minor=5)


def _cell(cell: Any) -> NotebookNode:
    """Return a cell with what is needed of it."""
    kind, source = cell["cell_type"], cell.get("source", "")
    new: Any = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }[kind]
    made: NotebookNode = new(source if isinstance(source, str) else "".join(source))
    made.id = str(cell.get("id", made.id))
    name = (cell.get("metadata") or {}).get("nbgrader", {}).get("grade_id")
    if isinstance(name, str):
        made.metadata["nbgrader"] = NotebookNode(grade_id=name)
    if kind != "code" and cell.get("attachments"):
        made["attachments"] = nbformat.from_dict(cell["attachments"])
    return made


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and in its folders, without links and what systems hide."""
    for place, folders, names in os.walk(folder) if not folder.is_symlink() else ():
        folders[:] = sorted(each for each in folders if not each.startswith((".", "__MACOSX")))
        for path in (Path(place, name) for name in sorted(names) if not name.startswith("._")):
            if path.is_file() and not path.is_symlink():
                yield path


def _repaired(
    path: Path, source: NotebookNode, questions: Sequence[Question]
) -> NotebookNode | Exception:
    try:
        beside = [each.name for each in pictures(path.parent)]
        whole = repair(read(path), source, questions, beside)
        nbformat.writes(whole).encode()  # as it is stored
        return whole
    except Exception as error:  # a file from outside can be anything
        return error


def _work(
    path: Path,
    whole: NotebookNode | Exception,
    questions: Sequence[Question],
    source: NotebookNode,
) -> tuple[int, float]:
    """Return what makes one of several notebooks the one that is meant: work, then its date."""
    if isinstance(whole, Exception):
        return -1, path.stat().st_mtime
    stubs = {cell.metadata.stub.strip() for cell in source.cells if "stub" in cell.metadata}
    blank = sum(cell.source.strip() in stubs for cell in whole.cells)
    return len(questions) - blank, path.stat().st_mtime


def _collect(
    whole: NotebookNode,
    path: Path,
    course: Path,
    student: str,
    chapter: str,
) -> list[str]:
    """Put a submission where nbgrader looks for it, as it is and repaired; return notes.

    The repaired one has a folder of its own, so that what a student handed in stays as it is.
    """
    notes, name = [], f"{chapter}.ipynb"
    beside, stamp = pictures(path.parent), path.with_name("timestamp.txt")
    if stamp.is_file() and not stamp.is_symlink():
        try:
            parse_utc(stamp.read_text().strip())
            beside.append(stamp)
        except Exception:
            notes.append("timestamp.txt is not a time that nbgrader reads; no penalty is taken")
    original = course / "submitted" / student / chapter
    repaired = course / "repaired" / student / chapter
    for folder in (original, repaired):
        folder.mkdir(parents=True, exist_ok=True)
        for each in beside:
            if each.resolve() != (folder / each.name).resolve():
                shutil.copy(each, folder)
    if path.parent.resolve() != original.resolve():
        shutil.copy(path, original / name)
    nbformat.write(whole, repaired / name)
    return notes
