"""What nbgrader calls: the `nbgrader_config.py` of a course folder says `configure(c)`."""

import csv
import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.plugins import ExportPlugin, LateSubmissionPlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Dict, Enum, Float

from . import jail
from .merge import repair
from .overlay import load
from .verdict import Outcome, digest, grade

SECRET = "RPT_COURSE_SECRET"


def configure(c: Any) -> None:
    """Put the steps of this package between nbgrader's own."""
    c.GenerateAssignment.preprocessors = [
        preprocessors.LockCells,
        BlankSolutions,
        preprocessors.ClearOutput,
        preprocessors.CheckCellMetadata,
        preprocessors.ComputeChecksums,
        preprocessors.SaveCells,
        preprocessors.ClearHiddenTests,
        preprocessors.ComputeChecksums,
        preprocessors.CheckCellMetadata,
    ]
    c.Autograde.sanitize_preprocessors = [Repair, preprocessors.OverwriteCells, preprocessors.CheckCellMetadata]
    c.Autograde.autograde_preprocessors = [
        Grade,
        preprocessors.LimitOutput,
        preprocessors.SaveAutoGrades,
        preprocessors.AssignLatePenalties,
        preprocessors.CheckCellMetadata,
    ]
    c.GenerateFeedback.preprocessors = [
        preprocessors.AssignLatePenalties,  # again, because manual marks change it
        preprocessors.GetGrades,
        preprocessors.ClearHiddenTests,
        CSSHTMLHeaderPreprocessor,
    ]
    c.AssignLatePenalties.plugin_class = PenaltyPerDay
    c.ExportApp.plugin_class = Scores
    c.HTMLExporter.sanitize_html = True


def course_secret(course: Path) -> str:
    """Return the secret that the hidden inputs of a course are derived from.

    Raises
    ------
    SystemExit
        If there is none.
    """
    path = course / "secret.txt"
    secret = os.environ.get(SECRET) or (path.read_text().strip() if path.exists() else "")
    if not secret:
        raise SystemExit(f"no course secret: set {SECRET} or write one into {path}")
    return secret


def read_source(course: Path, chapter: str) -> NotebookNode:
    """Return nbgrader's source of a chapter."""
    return nbformat.read(course / "source" / chapter / f"{chapter}.ipynb", as_version=4)


def outcome_path(course: Path, chapter: str, student: str) -> Path:
    """Return where the outcome of a submission is kept."""
    return course / "outcomes" / chapter / f"{student}.json"


def outcome_of(
    course: Path, chapter: str, student: str, repaired: NotebookNode, limits: jail.Limits, sandbox: bool
) -> Outcome:
    """Grade a repaired submission, or return the kept outcome if nothing has changed."""
    path, secret = outcome_path(course, chapter, student), course_secret(course)
    key = digest(repaired, chapter, student, secret)
    kept = Outcome.read(path)
    if kept and kept.digest == key:
        return kept
    outcome = grade(repaired, chapter, student, secret, limits, sandbox)
    outcome.digest = key
    outcome.save(path)
    return outcome


class BlankSolutions(NbGraderPreprocessor):
    """Put the chapter's stubs back where the source has solutions."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, cell_index: int) -> tuple[NotebookNode, Any]:
        """Restore one cell."""
        cell.source = cell.metadata.pop("stub", cell.source)
        return cell, resources


class Repair(NbGraderPreprocessor):
    """Make a submission whole before nbgrader looks at it."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Repair a notebook."""
        chapter = resources["nbgrader"]["notebook"]
        source = read_source(_course(self), resources["nbgrader"]["assignment"])
        return repair(nb, source, load(chapter)), resources


class Grade(NbGraderPreprocessor):
    """Stands in the place of nbgrader's Execute: runs the notebook in the jail, puts verdicts where the tests were."""

    sandbox = Bool(False, help="whether to run submissions without network, home and course").tag(config=True)
    limits = Dict(help="limits other than the usual ones, by name").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Grade a notebook."""
        at = resources["nbgrader"]
        outcome = outcome_of(
            _course(self), at["assignment"], at["student"], nb, jail.Limits(**self.limits), self.sandbox
        )
        for cell, done in zip(nb.cells, outcome.notebook.cells, strict=True):  # type: ignore[union-attr]
            cell.update({"outputs": done.outputs, "execution_count": None} if cell.cell_type == "code" else {})
        return nb, resources


class PenaltyPerDay(LateSubmissionPlugin):
    """Take a share of the score for every day begun after the deadline."""

    share = Float(0.1, help="the share of the score that a day costs").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """Return the points that are taken."""
        return round(float(score * min(1.0, self.share * math.ceil(total_seconds_late / 86_400))), 4)


class Scores(ExportPlugin):
    """Write one row a student, whatever became of the submission."""

    layout = Enum(("plain", "canvas"), "plain", help="plain, or what Canvas imports").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the file."""
        course = Path(self.parent.coursedir.root)
        chapters = [each for each in gradebook.assignments if not self.assignment or each.name in self.assignment]
        students = [each for each in gradebook.students if not self.student or each.id in self.student]
        plain = self.layout == "plain"
        rows: list[dict[str, Any]] = [] if plain else [{"Student": "Points Possible"}]
        if not plain:
            rows[0] |= {chapter.name: f"{chapter.max_score:g}" for chapter in chapters}
        for student in students:
            name = ", ".join(part for part in (student.last_name, student.first_name) if part)
            if plain:
                row = {"student": student.id, "name": name, "email": student.email}
            else:
                row = {
                    "Student": name or student.id,
                    "ID": student.lms_user_id,
                    "SIS User ID": "",
                    "SIS Login ID": student.id,
                }
                row["Section"] = ""
            for chapter in chapters:
                columns = dict(_columns(self, gradebook, course, chapter, student.id))
                row |= (
                    {f"{chapter.name} {key}": value for key, value in columns.items()}
                    if plain
                    else {chapter.name: columns["score"]}
                )
            rows.append(row)
        header = list(dict.fromkeys(key for row in rows[::-1] for key in row))
        with open(self.to or "scores.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header, quoting=csv.QUOTE_ALL, restval="")
            writer.writeheader()
            writer.writerows({key: _inert(value) for key, value in row.items()} for row in rows)


def _columns(
    plugin: Scores, gradebook: Gradebook, course: Path, chapter: Any, student: str
) -> Iterator[tuple[str, Any]]:
    """Yield the columns of one submission; scores are blank where there is nothing to score."""
    outcome = Outcome.read(outcome_path(course, chapter.name, student)) if safe(student) else None
    submission: SubmittedAssignment | None = None
    if outcome and outcome.notebook:
        try:
            submission = gradebook.find_submission(chapter.name, student)
        except MissingEntry:
            submission = None
    yield "status", outcome.status if outcome else "MISSING"
    grades = {grade.name: grade for notebook in submission.notebooks for grade in notebook.grades} if submission else {}
    for cell in sorted(cell.name for notebook in chapter.notebooks for cell in notebook.grade_cells):
        done = grades.get(cell)
        yield cell.removesuffix("-check").removeprefix(f"{chapter.name}-"), f"{done.score:g}" if done else ""
    yield (
        "pending",
        f"{sum(grade.max_score for grade in grades.values() if grade.needs_manual_grade):g}" if grades else "",
    )
    penalty = None
    if submission:
        late = preprocessors.AssignLatePenalties(parent=plugin.parent)
        late.init_plugin()
        penalty = late.plugin_inst.late_submission_penalty(student, submission.score, submission.total_seconds_late)
    yield "late penalty", "" if penalty is None else f"{penalty:g}"
    yield "score", "" if submission is None else f"{max(0.0, submission.score - (penalty or 0)):g}"
    yield "maximum", f"{chapter.max_score:g}"
    yield "notes", "; ".join(outcome.notes) if outcome else ""


def safe(student: str) -> bool:
    """Whether a student's id can be the name of a folder."""
    return re.fullmatch(r"\w[\w.@+-]*", student) is not None


def _inert(value: Any) -> str:
    """Return text that a spreadsheet does not take for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r", "\n") else text


def _course(plugin: NbGraderPreprocessor) -> Path:
    return Path(plugin.parent.parent.coursedir.root)
