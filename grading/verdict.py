"""Judge a submission by its values against the reference's, outside of the student's kernel."""

import contextlib
import copy
import hashlib
import io
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from inspect import getsource
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from . import jail
from .book import CHAPTERS, CHECKS, compare
from .merge import hidden_tests
from .questions import Claimed, Coded, Question, Written, answers, hidden_inputs, load

# The last of those that apply is the status.
STATUSES = ("GRADED", "CRASHED", "TIMEOUT", "TAMPERED")
_RESULT = re.compile(r"^(result[-\w]*:) (\d{1,3}) (\{.*\})$", re.MULTILINE)
# HTML and scripts of a student do not reach a grader's browser.
_SAFE_OUTPUT = ("text/plain", "text/latex", "image/png")


@dataclass
class Outcome:
    """What became of a submission; points and hints are by question."""

    status: str
    notes: list[str] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    notebook: NotebookNode | None = None
    digest: str = ""

    def save(self, path: Path) -> None:
        """Write the outcome, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(path)

    @classmethod
    def read(cls, path: Path) -> "Outcome | None":
        """Read a saved outcome, or None."""
        if not path.exists():
            return None
        saved = json.loads(path.read_text())
        return cls(
            **{**saved, "notebook": saved["notebook"] and nbformat.from_dict(saved["notebook"])}
        )


def grade(
    notebook: NotebookNode,
    chapter: str,
    student: str,
    secret: str,
    limits: jail.Limits,
    sandbox: bool,
) -> Outcome:
    """Run a repaired submission in the jail and compare what it reports with the reference."""
    questions = {
        question.name: question for question in load(chapter) if not isinstance(question, Written)
    }
    job = copy.deepcopy(notebook)
    label = f"result-{secrets.token_hex(16)}:"
    checks: dict[int, Question] = {}
    for index, cell in enumerate(job.cells):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "").removesuffix("-check")
        if name in questions and cell.metadata.nbgrader.locked:
            checks[index] = questions[name]
            visible = cell.source.split("\n### BEGIN HIDDEN TESTS")[0]
            cell.source = visible + hidden_tests(questions[name], secret, student, label)
    raw, reasons, _ = jail.run(job, limits, sandbox)
    outputs = [_harmless(each) for each in raw]
    graded = Outcome("GRADED", sorted(reasons), notebook=copy.deepcopy(notebook))
    assert graded.notebook is not None
    found = {reason.partition(":")[0] for reason in reasons}
    for index, cell in enumerate(graded.notebook.cells):
        if cell.cell_type != "code":
            continue
        cell.outputs = outputs[index]
        lines = _RESULT.findall(
            "".join(output.text for output in outputs[index] if output.output_type == "stream")
        )
        values = {int(number): line for name, number, line in lines if name == label}
        question = checks.get(index)
        if lines and (not question or len(values) < len(lines)):
            found.add("TAMPERED")
        if question:
            verdict = judge(
                question, values, secret, student, chapter, ended=_error(outputs[index])
            )
            graded.scores[question.name], graded.hints[question.name] = verdict
    graded.status = next((status for status in reversed(STATUSES) if status in found), "GRADED")
    if graded.status == "TAMPERED":
        graded.notes.append("TAMPERED: printed lines that look like results")
        graded.scores = dict.fromkeys(graded.scores, 0.0)
        graded.hints = dict.fromkeys(
            graded.scores, "no points, because the notebook prints lines that look like results"
        )
    for index, question in checks.items():
        hint, score = graded.hints[question.name], graded.scores[question.name]
        graded.notebook.cells[index].outputs = [
            nbformat.v4.new_output("stream", text=f"{question.name}: {hint}\n"),
            # nbgrader takes a cell's result for its points.
            nbformat.v4.new_output(
                "execute_result", {"text/plain": f"{score:g}"}, execution_count=1
            ),
        ]
    return graded


def judge(
    question: Question,
    lines: Mapping[int, str],
    secret: str,
    student: str,
    chapter: str,
    ended: str = "",
) -> tuple[float, str]:
    """Return the points that the reported lines earn, and what the student is told."""
    assert not isinstance(question, Written)
    expected = (
        [None] if isinstance(question, Claimed) else references(question, secret, student, chapter)
    )
    hints = [
        _hint(question, number, lines.get(number), value, ended)
        for number, value in enumerate(expected)
    ]
    wrong = [hint for hint in hints if hint]
    right = len(hints) - len(wrong)
    score = round(question.points * right / len(hints), 4)
    if not wrong:
        return score, "right"
    if wrong[0] == "not attempted":
        return score, wrong[0]
    cases = f"{right} of {len(hints)} hidden cases right; " if isinstance(question, Coded) else ""
    return score, cases + wrong[0]


def references(question: Coded, secret: str, student: str, chapter: str) -> list[Any]:
    """Return the reference solution's values for a student's hidden inputs."""
    namespace = dict(_set_up(chapter))
    exec(question.solution, namespace)
    return [
        namespace[question.function](*case) for case in hidden_inputs(question, secret, student)
    ]


@cache
def _set_up(chapter: str) -> Mapping[str, Any]:
    """Return what a chapter's first code cell defines."""
    notebook = nbformat.read(CHAPTERS / f"{chapter}.ipynb", as_version=4)
    namespace: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(next(cell.source for cell in notebook.cells if cell.cell_type == "code"), namespace)
    return namespace


def _hint(
    question: Coded | Claimed, number: int, line: str | None, expected: Any, ended: str
) -> str | None:
    """Return what is wrong with one reported value, or None."""
    where = f"in hidden case {number + 1}" if isinstance(question, Coded) else "the value"
    if line is None:
        return f"{where} was not reached{ended and ': ' + ended}"
    try:
        result = json.loads(line)
        if "error" in result:
            if result["error"] == "NotImplementedError":
                return "not attempted"
            return f"{where} your answer raised {result['error']}: {result['message']}"
        value = result["value"]
        if isinstance(question, Claimed):
            if value is None:
                return "not attempted"
            return CHECKS[question.name](value)
        if isinstance(expected, str):
            return None if value == expected else f"{where} the answer is wrong"
        return compare(value, expected, where, rtol=question.rtol)
    except Exception:  # whatever was reported in place of a value
        return f"{where} the answer is not of the kind that was asked for"


def _harmless(outputs: Sequence[Any]) -> list[NotebookNode]:
    """Return a cell's outputs, rebuilt from what is safe to store and to show."""
    safe = []
    for output in outputs:
        try:
            kind = output["output_type"]
            if kind == "stream":
                safe.append(nbformat.v4.new_output(kind, name="stdout", text=_text(output["text"])))
            elif kind == "error":
                traceback = [_text(line)[:2000] for line in output["traceback"][-20:]]
                ename, evalue = (_text(output[key])[:2000] for key in ("ename", "evalue"))
                safe.append(
                    nbformat.v4.new_output(kind, ename=ename, evalue=evalue, traceback=traceback)
                )
            else:
                data = {
                    name: _text(output["data"][name])
                    for name in _SAFE_OUTPUT
                    if name in output["data"]
                }
                safe.append(nbformat.v4.new_output("display_data", data))
        except (KeyError, TypeError, AttributeError):
            continue
    return safe


def _text(value: Any) -> str:
    return str(value).encode(errors="replace").decode()


def _error(outputs: Sequence[NotebookNode]) -> str:
    return next(
        (f"{output.ename}: {output.evalue}" for output in outputs if output.output_type == "error"),
        "",
    )


def digest(notebook: NotebookNode, chapter: str, student: str, secret: str) -> str:
    """Return what an outcome depends on, so that it is computed once."""
    sources = [[cell.cell_type, cell.source] for cell in notebook.cells]
    parts = [sources, chapter, getsource(answers(chapter)), student, secret]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
