"""Make nbgrader's source from a chapter and its answers, and make a submission whole again."""

import copy
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import numpy as np
from nbformat import NotebookNode

from . import inert
from .questions import Claimed, Coded, Question, Written, hidden_inputs

# Runs in the student's kernel, prints the answer's values and judges nothing. It has names of its
# own: the student's may be called list or print.
_PROGRAM = """
import itertools, json, numpy

def plain(value):
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple, range)) or hasattr(value, "__next__"):
        return [plain(each) for each in itertools.islice(value, 100_000)]
    if value is None or isinstance(value, (bool, int, float, str, dict)):
        return value
    array = numpy.asarray(value)
    if array.ndim:
        return plain(array.tolist())
    number = complex(value)
    return number if number.imag else number.real

# Printed at once: an answer can clear what was printed before, and a thread print in between.
lines = []
for number, case in enumerate(json.loads(cases)):
    try:
        arguments = [
            numpy.array(each["array"]) if isinstance(each, dict) else each for each in case
        ]
        line = json.dumps({"value": plain(answer(*arguments))}, default=float)
    except (Exception, SystemExit) as error:
        line = json.dumps({"error": type(error).__name__, "message": str(error)[:200]})
    lines.append(f"\\n{label} {number} {line}\\n")
print("".join(lines), end="")
"""
_HIDDEN = """\
import builtins as _builtins

_builtins.exec(
    {program!r},
    {{"label": {label!r}, "answer": lambda *arguments: {call}, "cases": {cases!r}}},
)"""
# What nbgrader itself does with this cell and this kernel gives no points.
_CLOSED = """
### BEGIN HIDDEN TESTS
raise RuntimeError("not graded: nbgrader ran without the steps of its nbgrader_config.py")
### END HIDDEN TESTS"""
NO_KERNEL = {"name": "only-the-steps-of-nbgrader_config.py", "display_name": "none"}
# nbgrader asks a person about a written answer that is not the stub.
_ELSEWHERE = "\n\n*Nothing is written here, but other text of the notebook was changed or added.*"
_SYMBOL = re.compile(r"[^\w.]")
_BEGIN, _END = _CLOSED[: _CLOSED.index("raise")], _CLOSED[_CLOSED.rindex("\n") :]


def merge(chapter: NotebookNode, questions: Sequence[Question]) -> NotebookNode:
    """Return nbgrader's source: the chapter with solutions and points, closed by default.

    Points are given by steps that replace nbgrader's. Where these are not loaded, there is no
    kernel that could run the notebook, and each test ends in an error.

    Raises
    ------
    ValueError
        If the chapter and the answers do not have the same questions.
    """
    source: NotebookNode = copy.deepcopy(chapter)
    cells = _graded(source)
    stubs = {name for name, cell in cells.items() if cell.metadata.nbgrader.solution}
    names = {question.name for question in questions}
    checked = {
        f"{question.name}-check" for question in questions if not isinstance(question, Written)
    }
    if len(names) < len(questions):
        raise ValueError("the answers have a question twice")
    if orphans := (names ^ stubs) | (checked ^ (set(cells) - stubs)):
        raise ValueError(
            f"only in the chapter or only in the answers: {', '.join(sorted(orphans))}"
        )
    for question in questions:
        cell = cells[question.name]
        cell.metadata["stub"] = cell.source
        cell.source = question.solution.strip("\n")
        if isinstance(question, Written):
            cell.source += f"\n\n**Rubric**\n\n{question.rubric.strip()}"
        else:
            check = cells[f"{question.name}-check"]
            check.metadata.nbgrader.update(grade=True, points=question.points)
            check.source += _CLOSED
    source.metadata["chapter_kernel"] = source.metadata.get("kernelspec", {})
    source.metadata["kernelspec"] = NotebookNode(NO_KERNEL)
    return source


def hidden_tests(question: Coded | Claimed, secret: str, student: str, label: str) -> str:
    """Return the code that reports a question's values for a student's hidden inputs."""
    cases: Sequence[tuple[Any, ...]] = [()]
    call = getattr(question, "value", "")
    if isinstance(question, Coded):
        cases, call = hidden_inputs(question, secret, student), f"{question.function}(*arguments)"
    plain = [
        [{"array": each.tolist()} if isinstance(each, np.ndarray) else each for each in case]
        for case in cases
    ]
    cases_as_text = json.dumps(plain, default=lambda number: number.item())
    return _HIDDEN.format(program=_PROGRAM, label=label, call=call, cases=cases_as_text)


def repair(
    submission: NotebookNode,
    source: NotebookNode,
    questions: Sequence[Question],
    beside: Sequence[str] = (),
) -> NotebookNode:
    """Return what a student wrote, each graded cell recognized and present once, tests as before.

    Cells are known by nbgrader's metadata, else by their id, else by the chapter's cell that they
    follow. A test stands after everything that defines its answer; a student's own version of it
    stays as an ordinary cell. Written answers name the pictures that lie beside the notebook.
    Repairing twice changes nothing.

    Raises
    ------
    ValueError
        If the notebook has none of the questions: it is another notebook, not a blank one.
    """
    graded = _graded(source)
    identities = _identities(submission, source)
    known = {cell.metadata.get("stub", cell.source).strip() for cell in source.cells}
    cells = _inert([_bare(cell) for cell in submission.cells], known)
    elsewhere = any(
        cell.cell_type != "code" and (cell.source.strip() not in known or "attachments" in cell)
        for cell in cells
    )
    if not any(identities) and not any(
        each.name in cell.source for cell in cells for each in questions
    ):
        raise ValueError("none of the chapter's exercises is in it")
    after: dict[int, list[NotebookNode]] = {}
    for question in questions:
        check = graded.get(f"{question.name}-check")
        mine = [index for index, name in enumerate(identities) if name == question.name]
        stub = graded[question.name].metadata.stub
        if isinstance(question, Written) and elsewhere:
            stub += _ELSEWHERE
        mine = [index for index in mine if cells[index].source.strip() not in known] or mine
        if mine:
            answer = _restore(cells[mine[-1]], graded[question.name])
            if answer.source.strip() in known:
                answer.source = stub
        elif isinstance(question, Written):
            blank = _bare(graded[question.name])
            blank.source = stub
            after.setdefault(len(cells) - 1, []).append(_restore(blank, graded[question.name]))
        if check:
            name = re.escape(getattr(question, "function", "") or getattr(question, "value", ""))
            defines = re.compile(
                rf"^[ \t]*(def|class|from|import)\b.*\b{name}\b|\b{name}\s*[=:,](?!=)", re.MULTILINE
            )
            near = [
                index
                for index, cell in enumerate(cells)
                if identities[index] in (question.name, f"{question.name}-check")
                or (cell.cell_type == "code" and defines.search(cell.source))
            ]
            after.setdefault(max(near, default=len(cells) - 1), []).append(copy.deepcopy(check))
    whole = copy.copy(source)
    visible = {
        _visible(cell.source).strip() for cell in graded.values() if cell.metadata.nbgrader.locked
    }
    whole.cells = []
    for index, cell in enumerate(cells):
        whole.cells += [cell] if cell.source.strip() not in visible else []
        whole.cells += after.get(index, [])
    for question in questions:
        if isinstance(question, Written):
            answer = _graded(whole)[question.name]
            for name in beside:
                link = f"[{_SYMBOL.sub('-', name)}]({quote(name)})"
                answer.source += f"\n\n{link}" if link not in answer.source else ""
    for index, cell in enumerate(whole.cells):
        cell.id = f"cell-{index}"
    return whole


def _graded(notebook: NotebookNode) -> dict[str, NotebookNode]:
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


def _identities(submission: NotebookNode, source: NotebookNode) -> list[str | None]:
    """Return which graded cell of the source each cell of a submission is."""
    known = _graded(source)
    by_id = {cell.id: name for name, cell in known.items()}
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in submission.cells]
    found = [
        name if name in known else None if name else by_id.get(cell.get("id"))
        for name, cell in zip(names, submission.cells, strict=True)
    ]
    # Where neither is left, a cell is known by the prompt before it.
    previous = {
        before.source.strip(): after.metadata.nbgrader.grade_id
        for before, after in zip(source.cells, source.cells[1:], strict=False)
        if "nbgrader" in after.metadata
    }
    prose = {cell.source.strip() for cell in source.cells if "nbgrader" not in cell.metadata}
    for index, (before, cell) in enumerate(
        zip(submission.cells, submission.cells[1:], strict=False), start=1
    ):
        name = previous.get(before.source.strip())
        if name and name not in found and not names[index] and cell.source.strip() not in prose:
            found[index] = found[index] or name
    return found


def _visible(source: str) -> str:
    """Return a test as students see it; one pass, whatever a student made of it."""
    before, _, hidden = source.partition(_BEGIN)
    _, end, after = hidden.rpartition(_END)
    return before + after if end else source


def _bare(cell: NotebookNode) -> NotebookNode:
    bare: NotebookNode = copy.deepcopy(cell)
    bare.metadata = NotebookNode()
    bare.source = _visible(cell.source)
    if cell.cell_type == "code":
        bare.update(outputs=[], execution_count=None)
    return bare


def _inert(cells: list[NotebookNode], known: set[str]) -> list[NotebookNode]:
    """Take what a browser would run out of cells, unless they are the chapter's own."""
    own = [each for each in cells if each.cell_type != "code" and each.source.strip() not in known]
    long = sum(len(cell.source) for cell in own) > inert.LONGEST_OF_ALL
    for cell in own:
        if pictures := inert.attachments(cell):
            cell.attachments = NotebookNode(pictures)
        else:
            cell.pop("attachments", None)
        if cell.cell_type == "markdown":
            cell.source = inert.markdown(cell.source, pictures, long)
        else:
            cell.source = inert.text(cell.source)
    return cells


def _restore(cell: NotebookNode, original: NotebookNode) -> NotebookNode:
    if cell.cell_type != original.cell_type:
        source = cell.source
        cell.clear()
        cell.update(_bare(original), source=source)
    cell.metadata["nbgrader"] = copy.deepcopy(original.metadata.nbgrader)
    return cell
