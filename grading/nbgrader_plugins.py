"""What nbgrader calls: the `nbgrader_config.py` of a course folder says `configure(c)`."""

import csv
import math
import re
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.api import Assignment, Gradebook, Student
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.plugins import ExportPlugin, LateSubmissionPlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_locked
from sqlalchemy.exc import SAWarning
from traitlets import Bool, Dict, Enum, Float, List
from traitlets import Callable as CallableTrait

from . import jail, secret
from .merge import repair
from .questions import Chapter
from .verdict import Outcome, digest, grade

TRIED_WITH = "0.9.6"
KILLED = "the grader was killed while this was running; `grade --student ID --force` runs it again"
LARGEST = 20 * 2**20  # bytes of a file
PICTURES = (".gif", ".heic", ".jpeg", ".jpg", ".pdf", ".png", ".webp")
# What Canvas's `lib/gradebook_importer.rb` looks for, in this order; the scores follow.
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Username", "ID number", "Email address")  # to be mapped, each to what Moodle calls so


def configure(c: Any, load: Callable[[str], Chapter]) -> None:
    """Exchange single steps of nbgrader's own for those of this module; `load` has the chapters."""
    if nbgrader.__version__ != TRIED_WITH:
        sys.exit(
            f"nbgrader {nbgrader.__version__} is installed, and this grading was tried with "
            f"{TRIED_WITH} only; nothing is done"
        )
    # nbgrader asks for what it has not stored yet, on purpose, and sqlalchemy tells the user.
    warnings.filterwarnings("ignore", category=SAWarning)
    c.GenerateAssignment.preprocessors = [
        *_exchange(GenerateAssignment.preprocessors, ClearSolutions=BlankSolutions),
        ChapterKernel,
    ]
    c.Autograde.sanitize_preprocessors = _exchange(
        Autograde.sanitize_preprocessors, ClearOutput=Repair
    )
    c.Autograde.autograde_preprocessors = _exchange(
        Autograde.autograde_preprocessors, Execute=Grade, SaveAutoGrades=SaveGrades
    )
    # Penalties again, because manual marks change them.
    feedback = [preprocessors.AssignLatePenalties, ClearTests]
    c.GenerateFeedback.preprocessors = feedback + GenerateFeedback.preprocessors.default()
    c.AssignLatePenalties.plugin_class = PenaltyPerDay
    c.ExportApp.plugin_class = Scores
    c.HTMLExporter.sanitize_html = True
    c.Repair.load = c.Grade.load = load


def _exchange(steps: Any, **new: type) -> list[type]:
    """Return nbgrader's own steps with some replaced, by the names of their classes."""
    names = [step.__name__ for step in steps.default()]
    if missing := ", ".join(name for name in new if name not in names):
        # Not an exception, which nbgrader would log before it goes on with its own steps.
        sys.exit(f"nbgrader has no step {missing} any more; nothing is done")
    return [new.get(step.__name__, step) for step in steps.default()]


def read_source(course: Path, chapter: str) -> NotebookNode:
    """Return nbgrader's source of a chapter."""
    return nbformat.read(course / "source" / chapter / f"{chapter}.ipynb", as_version=4)


def pictures(folder: Path) -> list[Path]:
    """Return the files in a folder that can be a photographed derivation."""
    return [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in PICTURES
        and path.is_file()
        and not path.is_symlink()
        and path.stat().st_size <= LARGEST
    ]


def outcome_path(course: Path, chapter: str, student: str) -> Path:
    """Return where the outcome of a submission is kept."""
    return course / "outcomes" / chapter / f"{student}.json"


def outcome_of(
    course: Path,
    chapter: Chapter,
    student: str,
    repaired: NotebookNode,
    limits: jail.Limits,
    sandbox: bool,
    keep: Sequence[str],
) -> Outcome:
    """Grade a repaired submission, or return the kept outcome if nothing has changed.

    `keep` has the statuses of what need not be run again. If it has any, what was running when the
    grader itself was killed is not run again either, because it can kill it a second time.
    """
    path, hidden = outcome_path(course, chapter.name, student), secret.read(course)
    key = digest(repaired, chapter, student, hidden, limits, sandbox)
    kept = Outcome.read(path)
    if (
        kept
        and kept.digest == key
        and (kept.status in keep or (keep and kept.status == "UNGRADED"))
    ):
        return kept
    Outcome("UNGRADED", [KILLED], digest=key).save(path)
    try:
        outcome = grade(repaired, chapter, student, hidden, limits, sandbox)
    except BaseException:
        path.unlink()
        raise
    if outcome.status != "UNGRADED":  # which is never kept
        outcome.digest = key
    outcome.save(path)
    return outcome


class BlankSolutions(NbGraderPreprocessor):  # type: ignore[misc]
    """Put the chapter's stubs back where the source has solutions."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, cell_index: int
    ) -> tuple[NotebookNode, Any]:
        """Restore one cell."""
        cell.source = cell.metadata.pop("stub", cell.source)
        return cell, resources


class ChapterKernel(NbGraderPreprocessor):  # type: ignore[misc]
    """Release the chapter's kernel; the source has none, so that nothing grades it but `Grade`."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Restore a notebook."""
        nb.metadata["kernelspec"] = nb.metadata.pop("chapter_kernel")
        return nb, resources


class Repair(NbGraderPreprocessor):  # type: ignore[misc]
    """Make a submission whole before nbgrader looks at it."""

    load = CallableTrait(help="returns the chapter of a name").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Repair a notebook."""
        chapter = self.load(resources["nbgrader"]["assignment"])
        source = read_source(_course(self), chapter.name)
        beside = [each.name for each in pictures(Path(resources["metadata"]["path"]))]
        return repair(nb, source, chapter.questions, beside), resources


class Grade(NbGraderPreprocessor):  # type: ignore[misc]
    """In the place of nbgrader's Execute: run a notebook in the jail, put verdicts over tests."""

    load = CallableTrait(help="returns the chapter of a name").tag(config=True)
    sandbox = Bool(True, help="whether to run submissions without network, home and course").tag(
        config=True
    )
    limits = Dict(help="limits other than the usual ones, by name").tag(config=True)
    keep: List[str] = List(help="the statuses of outcomes that are not run again").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Grade a notebook."""
        at = resources["nbgrader"]
        chapter = self.load(at["assignment"])
        _probe(self.sandbox, chapter.package)
        outcome = outcome_of(
            _course(self),
            chapter,
            at["student"],
            nb,
            jail.Limits(**self.limits),
            self.sandbox,
            self.keep,
        )
        if outcome.notebook is None:
            raise RuntimeError("; ".join(outcome.notes))
        for cell, done in zip(nb.cells, outcome.notebook.cells, strict=True):
            cell.update(
                {"outputs": done.outputs, "execution_count": None}
                if cell.cell_type == "code"
                else {}
            )
        return nb, resources


class SaveGrades(preprocessors.SaveAutoGrades):  # type: ignore[misc]
    """Ask a person about a test without a verdict, for which nbgrader itself gives all points."""

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        super()._add_score(cell, resources)
        results = [each for each in cell.get("outputs", []) if each.output_type == "execute_result"]
        if is_locked(cell) and not results:
            at = (cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id)
            grade = self.gradebook.find_grade(*at, self.student_id)
            grade.auto_score, grade.needs_manual_grade = None, True
            self.gradebook.db.commit()


class ClearTests(preprocessors.ClearHiddenTests):  # type: ignore[misc]
    """Take the hidden code out of our tests; what looks like it in a student's cell stays."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, cell_index: int
    ) -> tuple[NotebookNode, Any]:
        """Clear one cell."""
        if is_locked(cell):
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
        return cell, resources


class PenaltyPerDay(LateSubmissionPlugin):  # type: ignore[misc]
    """Take a share of the score for every day begun after the deadline."""

    share = Float(0.1, help="the share of the score that a day costs").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        """Return the points that are taken."""
        return round(
            float(score * min(1.0, self.share * math.ceil(total_seconds_late / 86_400))), 4
        )


class Scores(ExportPlugin):  # type: ignore[misc]
    """Write one row a student, whatever became of the submission."""

    layout = Enum(("plain", "canvas", "moodle"), "plain", help="who reads the file").tag(
        config=True
    )

    weights = Dict(help="of chapters in the total, other than 1").tag(config=True)

    titles = Dict(help="of chapters in Canvas or Moodle, other than their names").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the file."""
        chapters = [
            each
            for each in gradebook.assignments
            if not self.assignment or each.name in self.assignment
        ]
        rows = [
            self._who(student) | self._scores(gradebook, chapters, student.id)
            for student in gradebook.students
            if not self.student or student.id in self.student
        ]
        if self.layout == "canvas":
            maxima = {self._title(chapter): f"{chapter.max_score:g}" for chapter in chapters}
            rows.insert(0, dict.fromkeys(CANVAS, "") | {"Student": "Points Possible"} | maxima)
        elif self.layout == "moodle":  # a row that does not say whose it is spoils the import
            blank = {name for name in MOODLE for row in rows if not row[name]}
            rows = [{key: row[key] for key in row if key not in blank} for row in rows]
        with open(self.to or "scores.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]) if rows else CANVAS, quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows({key: _inert(value) for key, value in row.items()} for row in rows)

    def _who(self, student: Student) -> dict[str, Any]:
        """Return the columns that tell whose a row is."""
        name = ", ".join(part for part in (student.last_name, student.first_name) if part)
        if self.layout == "canvas":
            who = (name or student.id, student.lms_user_id, "", student.id, "")
            return dict(zip(CANVAS, who, strict=True))
        if self.layout == "moodle":
            return dict(zip(MOODLE, (student.id, student.lms_user_id, student.email), strict=True))
        return {"student": student.id, "name": name, "email": student.email}

    def _scores(
        self, gradebook: Gradebook, chapters: Sequence[Assignment], student: str
    ) -> dict[str, Any]:
        """Return the columns that tell what a student has."""
        scores = {each: self._columns(gradebook, each, student) for each in chapters}
        if self.layout == "plain":
            row = {
                f"{chapter.name} {key}": text
                for chapter, columns in scores.items()
                for key, text in columns.items()
            }
            return row | {"total": self._total(scores)}
        return {  # an LMS would show to the student what is not marked yet
            self._title(chapter): columns["score"] if columns["pending"] == "0" else ""
            for chapter, columns in scores.items()
        }

    def _title(self, chapter: Assignment) -> str:
        return str(self.titles.get(chapter.name, chapter.name))

    def _total(self, scores: Mapping[Assignment, Mapping[str, Any]]) -> str:
        """Return the weighted mean of the chapters in percent, blank while anything is open."""
        if any(columns["pending"] != "0" for columns in scores.values()):
            return ""
        weights = {each: self.weights.get(each.name, 1.0) for each in scores}
        parts = [weights[each] * float(scores[each]["score"]) / each.max_score for each in scores]
        return f"{100 * sum(parts) / sum(weights.values()):.4g}"

    def _columns(self, gradebook: Gradebook, chapter: Assignment, student: str) -> dict[str, Any]:
        """Return the columns of one submission; they are blank where there is nothing to score."""
        outcome = None
        if safe(student):
            outcome = Outcome.read(
                outcome_path(Path(self.parent.coursedir.root), chapter.name, student)
            )
        columns = {
            "status": outcome.status if outcome else "MISSING" if safe(student) else "UNREADABLE"
        }
        cells = sorted(cell.name for notebook in chapter.notebooks for cell in notebook.grade_cells)
        titles = [cell.removesuffix("-check").removeprefix(f"{chapter.name}-") for cell in cells]
        columns |= dict.fromkeys([*titles, "pending", "late penalty", "score"], "")
        if outcome and outcome.notebook:
            submission = gradebook.find_submission(chapter.name, student)
            grades = {
                grade.name: grade for notebook in submission.notebooks for grade in notebook.grades
            }
            late = preprocessors.AssignLatePenalties(parent=self.parent)
            late.init_plugin()
            penalty = late.plugin_inst.late_submission_penalty(
                student, submission.score, submission.total_seconds_late
            )
            columns |= {
                title: "" if _open(grades[cell]) else f"{grades[cell].score:g}"
                for title, cell in zip(titles, cells, strict=True)
            }
            columns["pending"] = (
                f"{sum(grade.max_score for grade in grades.values() if grade.needs_manual_grade):g}"
            )
            columns["late penalty"] = f"{penalty or 0:g}"
            columns["score"] = f"{max(0.0, submission.score - (penalty or 0)):g}"
        return columns | {
            "maximum": f"{chapter.max_score:g}",
            "notes": "; ".join(outcome.notes) if outcome else "",
        }


def _open(grade: Any) -> bool:
    """Whether neither the machine nor a person has said anything about an answer."""
    return grade.auto_score is None and grade.manual_score is None


def safe(student: str) -> bool:
    """Whether a student's id can be the name of a folder."""
    return re.fullmatch(r"\w([\w.@+ -]*[\w.@+-])?", student) is not None


def _inert(value: Any) -> str:
    """Return text that a spreadsheet does not take for a formula."""
    text = "" if value is None else str(value)
    return (
        f"'{text}"
        if text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r", "\n")
        else text
    )


def _course(plugin: NbGraderPreprocessor) -> Path:
    return Path(plugin.parent.parent.coursedir.root)


_probe = cache(jail.probe)
