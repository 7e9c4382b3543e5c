"""What is made of a chapter and its answers, and how a damaged submission is repaired."""

import copy
import signal
from collections.abc import Callable

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from grading.book import CHAPTERS, chapters, load
from grading.merge import _visible, merge, repair
from grading.questions import Question, Written

CHAPTER = "left-hand-side"


def read(chapter: str = CHAPTER) -> NotebookNode:
    return nbformat.read(CHAPTERS / f"{chapter}.ipynb", as_version=4)


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


# ---------------------------------------------------------------- merge


def strip(source: NotebookNode) -> NotebookNode:
    """Return the chapter that a source was made of."""
    chapter: NotebookNode = copy.deepcopy(source)
    chapter.metadata["kernelspec"] = chapter.metadata.pop("chapter_kernel")
    for cell in chapter.cells:
        cell.source = cell.metadata.pop("stub", _visible(cell.source))
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.metadata.nbgrader.grade = False
            cell.metadata.nbgrader.pop("points", None)
    return chapter


@pytest.mark.parametrize("chapter", chapters())
def test_stripping_the_source_gives_the_chapter(chapter: str) -> None:
    notebook, questions = read(chapter), load(chapter).questions
    source = merge(notebook, questions)
    assert strip(source) == notebook
    assert source != notebook
    nbformat.validate(source)
    for question in questions:
        cell = cell_of(
            source, question.name if isinstance(question, Written) else f"{question.name}-check"
        )
        assert cell.metadata.nbgrader.grade
        assert cell.metadata.nbgrader.points > 0


@pytest.mark.parametrize(
    ("change", "orphan"),
    [
        (lambda notebook, questions: questions.pop(), "left-hand-side-spread-can-pay"),
        (lambda notebook, questions: questions.append(Written("nowhere", "", "")), "nowhere"),
        (
            lambda notebook, questions: notebook.cells.remove(
                cell_of(notebook, "left-hand-side-weights")
            ),
            "-weights",
        ),
        (
            lambda notebook, questions: notebook.cells.remove(
                cell_of(notebook, "left-hand-side-fourth-power-check")
            ),
            "left-hand-side-fourth-power-check",
        ),
        (lambda notebook, questions: questions.append(questions[0]), "twice"),
    ],
)
def test_orphans_are_errors(
    change: Callable[[NotebookNode, list[Question]], object], orphan: str
) -> None:
    notebook, questions = read(), list(load(CHAPTER).questions)
    change(notebook, questions)
    with pytest.raises(ValueError, match=orphan):
        merge(notebook, questions)


# ---------------------------------------------------------------- repair

SOURCE = merge(read(), load(CHAPTER).questions)


def answered() -> NotebookNode:
    """A student's notebook with everything answered."""
    notebook = read()
    for question in load(CHAPTER).questions:
        cell_of(notebook, question.name).source = question.solution.strip()
    return notebook


def repaired(notebook: NotebookNode) -> NotebookNode:
    whole = repair(notebook, SOURCE, load(CHAPTER).questions)
    nbformat.validate(whole)
    assert repair(whole, SOURCE, load(CHAPTER).questions) == whole
    return whole


def sources(notebook: NotebookNode) -> list[tuple[str, str | None]]:
    return [
        (cell.source, cell.metadata.get("nbgrader", {}).get("grade_id")) for cell in notebook.cells
    ]


def without_metadata(notebook: NotebookNode, ids: bool) -> None:
    for index, cell in enumerate(notebook.cells):
        cell.metadata = NotebookNode()
        if ids:
            cell.id = f"other-{index}"


CHECK = "left-hand-side-fourth-power-check"


def copy_cell(notebook: NotebookNode, name: str, index: int) -> None:
    notebook.cells.insert(index, copy.deepcopy(cell_of(notebook, name)))


@pytest.mark.parametrize(
    "damage",
    [
        lambda notebook: None,
        lambda notebook: without_metadata(notebook, ids=False),
        lambda notebook: without_metadata(notebook, ids=True),
        lambda notebook: notebook.cells.remove(cell_of(notebook, CHECK)),
        lambda notebook: cell_of(notebook, CHECK).update(
            source="check('left-hand-side-fourth-power', fourth_power_gradient)"
        ),
        lambda notebook: copy_cell(notebook, CHECK, 0),
        lambda notebook: copy_cell(notebook, CHECK, len(notebook.cells)),
        lambda notebook: cell_of(notebook, "left-hand-side-weights").update(cell_type="raw"),
        lambda notebook: cell_of(notebook, CHECK).metadata.nbgrader.update(
            points=100, grade=True, locked=False
        ),
    ],
    ids=[
        "none",
        "metadata",
        "and-ids",
        "deleted",
        "edited",
        "copied-before",
        "copied-after",
        "type",
        "points",
    ],
)
def test_damage_is_repaired(damage: Callable[[NotebookNode], None]) -> None:
    notebook, whole = answered(), repaired(answered())
    damage(notebook)
    result = repaired(notebook)
    names = [name for _, name in sources(result) if name]
    assert sorted(names) == sorted(
        cell.metadata.nbgrader.grade_id for cell in SOURCE.cells if "nbgrader" in cell.metadata
    )
    for name in names:
        assert cell_of(result, name).source == cell_of(whole, name).source
        assert cell_of(result, name).metadata.nbgrader == cell_of(SOURCE, name).metadata.nbgrader
    # Each test comes after what it tests.
    for question in load(CHAPTER).questions:
        if not isinstance(question, Written):
            assert names.index(question.name) < names.index(f"{question.name}-check")


@pytest.mark.parametrize(
    "cells",
    [
        [new_code_cell("\n" * 5_000_000)],
        [new_code_cell("\n### BEGIN HIDDEN TESTS\n" * 500_000)],
        [new_markdown_cell("[" * 5_000_000)],
        [new_markdown_cell("[" * 19_000 + str(each)) for each in range(100)],
    ],
    ids=["blank lines", "marks of tests", "a long text", "many texts"],
)
def test_no_notebook_keeps_the_grader_busy(cells: list[NotebookNode]) -> None:
    """What takes the square of a length would take days here."""

    def late(*_: object) -> None:
        raise TimeoutError

    made = answered()
    made.cells += cells
    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, 60)  # of this process's own time
    try:
        repair(made, SOURCE, load(CHAPTER).questions)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def test_an_edited_test_stays_as_the_students_own_cell() -> None:
    notebook = answered()
    cell_of(notebook, CHECK).source = "fourth_power_gradient = better"
    places = [source for source, _ in sources(repaired(notebook))]
    assert places.index("fourth_power_gradient = better") < places.index(
        cell_of(SOURCE, CHECK).source
    )


def test_a_test_follows_the_last_definition() -> None:
    notebook = answered()
    notebook.cells.append(new_code_cell("def fourth_power_gradient(k, mu, sigma):\n    return 0"))
    assert sources(repaired(notebook))[-1] == (cell_of(SOURCE, CHECK).source, CHECK)


def test_of_two_written_answers_the_one_that_was_written_counts() -> None:
    notebook = answered()
    notebook.cells.append(copy.deepcopy(cell_of(read(), "left-hand-side-weights")))
    assert "BEGIN" not in cell_of(repaired(notebook), "left-hand-side-weights").source
    assert "bar x_w" in cell_of(repaired(notebook), "left-hand-side-weights").source


def test_a_missing_answer_is_blank() -> None:
    notebook = answered()
    notebook.cells.remove(cell_of(notebook, "left-hand-side-weights"))
    assert (
        cell_of(repaired(notebook), "left-hand-side-weights").source
        == "*Write your derivation here.*"
    )


def test_another_notebook_is_not_a_blank_one() -> None:
    other = nbformat.v4.new_notebook(cells=[new_markdown_cell("hello"), new_code_cell("print(1)")])
    for notebook in (other, read("right-hand-side")):
        with pytest.raises(ValueError, match="none of the chapter's exercises is in it"):
            repair(notebook, SOURCE, load(CHAPTER).questions)
