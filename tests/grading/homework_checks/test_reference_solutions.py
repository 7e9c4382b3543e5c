"""Every check accepts its question's reference solution, and meets wrong answers with a hint."""

import ast
from typing import Any

import nbformat
import pytest

from grading.questions import Claimed, Coded, chapters, load
from grading.verdict import CHAPTERS
from rpt_helpers.checks import check

SOLVED = [
    (chapter, question) for chapter in chapters() for question in load(chapter) if isinstance(question, Coded | Claimed)
]
WRONG = [
    (chapter, question, mutant) for chapter, question in SOLVED for mutant, kept in question.mutants.items() if not kept
]


def answer(chapter: str, question: Coded | Claimed, source: str) -> Any:
    """What a cell defines that stands below the imports of its chapter."""
    cells = nbformat.read(CHAPTERS / f"{chapter}.ipynb", as_version=4).cells
    set_up = ast.parse(next(cell.source for cell in cells if cell.cell_type == "code"))
    imports: list[ast.stmt] = [node for node in set_up.body if isinstance(node, ast.Import | ast.ImportFrom)]
    defined: dict[str, Any] = {}
    exec(compile(ast.Module(imports, []), chapter, "exec"), defined)
    exec(source, defined)
    return defined[question.function if isinstance(question, Coded) else question.value]


@pytest.mark.parametrize(("chapter", "question"), SOLVED, ids=[question.name for _, question in SOLVED])
def test_reference_solution_passes(chapter: str, question: Coded | Claimed, capsys: pytest.CaptureFixture[str]) -> None:
    check(question.name, answer(chapter, question, question.solution))
    assert capsys.readouterr().out == f"{question.name}: ok\n"


@pytest.mark.parametrize(("chapter", "question", "mutant"), WRONG, ids=[question.name for _, question, _ in WRONG])
def test_mutant_gets_a_hint(
    chapter: str, question: Coded | Claimed, mutant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check(question.name, answer(chapter, question, mutant))
    assert capsys.readouterr().out.startswith(f"{question.name}: try again: ")
