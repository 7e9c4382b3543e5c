"""Each wrong statement has a question, a reason, a counterexample that was run, and a right one."""

import re

import pytest
from nbformat import NotebookNode

from authoring.notebooks import ROOT, read

CELLS = read(ROOT / "book" / "spot-the-error.ipynb").cells
STARTS = [
    index
    for index, cell in enumerate(CELLS)
    if cell.cell_type == "markdown" and "\n### " in f"\n{cell.source}"
]


def title(cell: NotebookNode) -> str:
    return re.findall(r"^### (.+)", str(cell.source), re.MULTILINE)[0]


def test_there_are_ten_to_fourteen_statements_on_both_parts() -> None:
    assert 10 <= len(STARTS) <= 14
    sources = "\n".join(cell.source for cell in CELLS)
    parts = sources.split("## The question, answered")[1].split("## When does the trick win?")
    assert [part.count("\n### ") >= 5 for part in parts] == [True, True]


@pytest.mark.parametrize("start", STARTS, ids=[title(CELLS[start]) for start in STARTS])
def test_statement_is_answered_in_order(start: int) -> None:
    asked, shown, answer = CELLS[start : start + 3]
    _, item = asked.source.split("\n### " if not asked.source.startswith("###") else "### ", 1)
    assert re.fullmatch(
        r"[^\n]+\n\n> \"[^\n]+\"\n\n[^\n]+\?\n\n<details><summary>What is wrong</summary>\n\n"
        r".+\n\n</details>",
        item,
        re.DOTALL,
    )
    assert shown.cell_type == "code" and shown.metadata.tags == ["hide-cell"] and shown.outputs
    assert answer.source.startswith("<details><summary>The right statement</summary>\n\n")
    assert re.search(r"\]\([\w-]+\.(ipynb|md)", answer.source.split("</details>")[0])
