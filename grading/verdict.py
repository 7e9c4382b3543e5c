"""Judge a submission by its values against the reference's, outside of the student's kernel."""

import copy
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from . import inert, jail
from .merge import hidden_tests
from .questions import Chapter, Claimed, Coded, Question, Written, hidden_inputs

# The last of those that apply is the status.
STATUSES = ("GRADED", "CRASHED", "TIMEOUT")
_RESULT = re.compile(r"^(result[-\w]*:) (\d{1,3}) (\{.*\})$", re.MULTILINE)
# What the machine says when it has no more to give. Points that are lost beside it say nothing.
_SHORT = re.compile(
    "can't start new thread|Resource temporarily unavailable|No space left on device"
    "|Cannot allocate memory"
)
# What a submission hears that asks for more than its limits.
_LIMITS = re.compile("MemoryError|File too large")
# HTML and scripts of a student do not reach a grader's browser.
_SAFE_OUTPUT: dict[str, Callable[[str], str]] = {
    "text/plain": str,  # which the pages escape, as they do printed text and errors
    "text/latex": inert.text,
    "image/png": lambda data: re.sub(r"[^A-Za-z0-9+/=]", "", data),
}


@dataclass
class Outcome:
    """What became of a submission; points and hints are by question.

    A question without points is for a person: what went wrong says nothing about its answer.
    """

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
    chapter: Chapter,
    student: str,
    secret: str,
    limits: jail.Limits,
    sandbox: bool,
) -> Outcome:
    """Run a repaired submission in the jail and compare what it reports with the reference."""
    questions = {each.name: each for each in chapter.questions if not isinstance(each, Written)}
    label = f"result-{secrets.token_hex(16)}:"
    # The chapter's set-up comes first, whatever became of it in the student's notebook.
    set_up = nbformat.v4.new_code_cell(chapter.set_up)
    job = nbformat.v4.new_notebook(cells=[set_up, *copy.deepcopy(notebook.cells)])
    checks: dict[int, Coded | Claimed] = {}
    for index, cell in enumerate(notebook.cells):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "").removesuffix("-check")
        if name in questions and cell.metadata.nbgrader.locked:
            checks[index] = questions[name]
            job.cells[index + 1].source = hidden_tests(questions[name], secret, student, label)
    done = jail.run(job, limits, sandbox, chapter.package)
    outputs = [_harmless(each) for each in done.outputs]
    if done.failed:
        return Outcome("UNGRADED", [done.failed])
    if failed := done.skipped.get(0) or _error(outputs[0]):
        return Outcome("UNGRADED", [f"the chapter's own first cell did not run: {failed}"])
    del outputs[0]
    notes = set(done.skipped.values())
    graded = Outcome("GRADED", notebook=copy.deepcopy(notebook))
    assert graded.notebook is not None
    for index, cell in enumerate(graded.notebook.cells):
        if cell.cell_type != "code":
            continue
        cell.outputs = outputs[index]
        printed = "".join(each.text for each in outputs[index] if each.output_type == "stream")
        lines = [
            (int(number), line) for name, number, line in _RESULT.findall(printed) if name == label
        ]
        values = dict(lines)
        question = checks.get(index)
        if len(lines) > (len(values) if question else 0):
            notes.add("TAMPERED: printed lines with the grader's own label")
        if question:
            ended = done.skipped.get(index + 1) or _error(outputs[index])
            score, hint = judge(question, values, secret, student, chapter, ended)
            why = _undecided(index, done.skipped, outputs, bool(values or ended))
            if why and score < question.points:
                notes.add(why)
                hint += "; it has no points yet, because a person is to look at it"
            else:
                graded.scores[question.name] = score
            graded.hints[question.name] = hint
    found = {reason.partition(":")[0] for reason in notes}
    graded.status = next((each for each in reversed(STATUSES) if each in found), "GRADED")
    graded.notes = sorted(notes)[:9]
    lost = any(graded.scores.get(each.name, 0) < each.points for each in checks.values())
    if lost and (short := _SHORT.search(json.dumps(outputs))):
        return Outcome("UNGRADED", [f"points were lost beside {short.group()!r}", *graded.notes])
    for index, question in checks.items():
        told = f"{question.name}: {graded.hints[question.name]}\n"
        graded.notebook.cells[index].outputs = [nbformat.v4.new_output("stream", text=told)]
        if question.name in graded.scores:  # nbgrader takes a cell's result for its points
            points = {"text/plain": f"{graded.scores[question.name]:g}"}
            result = nbformat.v4.new_output("execute_result", points, execution_count=1)
            graded.notebook.cells[index].outputs.append(result)
    return graded


def _undecided(
    index: int, skipped: Mapping[int, str], outputs: Sequence[Any], reported: bool
) -> str:
    """Return why points that the check in a cell does not give say nothing about the answer.

    The cells that were left out are numbered as they ran, after the chapter's own set-up.
    """
    for place, why in sorted(skipped.items()):
        if place <= index + 1:
            return why
    if limit := _LIMITS.search(json.dumps(outputs[: index + 1])):
        return f"CRASHED: asked for more than its limits ({limit.group()})"
    return "" if reported else "CRASHED: nothing that it printed arrived"


def judge(
    question: Question,
    lines: Mapping[int, str],
    secret: str,
    student: str,
    chapter: Chapter,
    ended: str = "",
) -> tuple[float, str]:
    """Return the points that the reported lines earn, and what the student is told."""
    assert not isinstance(question, Written)
    expected = (
        [None]
        if isinstance(question, Claimed)
        else references(question, secret, student, chapter.set_up)
    )
    hints = [
        _hint(chapter, question, number, lines.get(number), value, ended)
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


def references(question: Coded, secret: str, student: str, set_up: str) -> list[Any]:
    """Return the reference solution's values for a student's hidden inputs."""
    namespace = dict(_defined(set_up))
    exec(question.solution, namespace)
    return [
        namespace[question.function](*case) for case in hidden_inputs(question, secret, student)
    ]


@cache
def _defined(set_up: str) -> Mapping[str, Any]:
    """Return what a chapter's first code cell defines; it prints nothing."""
    # Not by another sys.stdout, which other threads have as well.
    namespace: dict[str, Any] = {"print": lambda *_, **__: None}
    exec(set_up, namespace)
    return namespace


def _hint(
    chapter: Chapter,
    question: Coded | Claimed,
    number: int,
    line: str | None,
    expected: Any,
    ended: str,
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
            return chapter.checks[question.name](value)
        if isinstance(expected, str):
            return None if value == expected else f"{where} the answer is wrong"
        return chapter.compare(value, expected, where, rtol=question.rtol)
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
                    name: safe_text(_text(output["data"][name]))
                    for name, safe_text in _SAFE_OUTPUT.items()
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


def digest(
    notebook: NotebookNode,
    chapter: Chapter,
    student: str,
    secret: str,
    limits: jail.Limits,
    sandbox: bool,
) -> str:
    """Return what an outcome depends on, so that it is computed once."""
    sources = [[cell.cell_type, cell.source] for cell in notebook.cells]
    parts: list[Any] = [sources, chapter.set_up, chapter.version, student, secret]
    parts += [[float(limit) for limit in asdict(limits).values()], sandbox]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
