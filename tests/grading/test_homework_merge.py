"""What is made of a chapter and its overlay, what an answer is worth, how damage is repaired; no kernel is started."""

import contextlib
import copy
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from grading import verdict
from grading.merge import hidden_tests, merge, repair, strip
from grading.questions import Claimed, Coded, Question, Written, chapters, load
from grading.plugins import _inert, safe

BOOK = Path(__file__).parents[1] / "book"
SECRET = "a secret of the tests"
CHAPTER = "left-hand-side"
GRADED = [(chapter, each) for chapter in chapters() for each in load(chapter) if not isinstance(each, Written)]
each_question = pytest.mark.parametrize(("chapter", "question"), GRADED, ids=[each.name for _, each in GRADED])


def read(chapter: str = CHAPTER) -> NotebookNode:
    return nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4)


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


# ---------------------------------------------------------------- merge


@pytest.mark.parametrize("chapter", chapters())
def test_stripping_the_source_gives_the_chapter(chapter: str) -> None:
    notebook, questions = read(chapter), load(chapter)
    source = merge(notebook, questions, SECRET)
    assert strip(source) == notebook
    assert source != notebook
    nbformat.validate(source)
    for question in questions:
        cell = cell_of(source, question.name if isinstance(question, Written) else f"{question.name}-check")
        assert cell.metadata.nbgrader.grade
        assert cell.metadata.nbgrader.points > 0


@pytest.mark.parametrize("chapter", [path.stem for path in BOOK.glob("*.ipynb")])
def test_a_chapter_with_exercises_has_an_overlay(chapter: str) -> None:
    assert chapter in chapters()


@pytest.mark.parametrize(
    ("change", "orphan"),
    [
        (lambda notebook, questions: questions.pop(), "left-hand-side-spread-can-pay"),
        (lambda notebook, questions: questions.append(Written("nowhere", "", "")), "nowhere"),
        (lambda notebook, questions: notebook.cells.remove(cell_of(notebook, "left-hand-side-weights")), "-weights"),
        (
            lambda notebook, questions: notebook.cells.remove(cell_of(notebook, "left-hand-side-fourth-power-check")),
            "left-hand-side-fourth-power-check",
        ),
        (lambda notebook, questions: questions.append(questions[0]), "twice"),
    ],
)
def test_orphans_are_errors(change: Callable[[NotebookNode, list[Question]], object], orphan: str) -> None:
    notebook, questions = read(), load(CHAPTER)
    change(notebook, questions)
    with pytest.raises(ValueError, match=orphan):
        merge(notebook, questions, SECRET)


def test_a_chapter_without_an_overlay_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="'no-such-chapter' has no overlay; there are .*left-hand-side"):
        load("no-such-chapter")


# ---------------------------------------------------------------- hidden inputs and verdicts


@each_question
def test_hidden_inputs_follow_from_secret_and_student(chapter: str, question: Question) -> None:
    if isinstance(question, Claimed):
        pytest.skip("a value has no inputs")
    one = hidden_tests(question, SECRET, "ada")
    assert one == hidden_tests(question, SECRET, "ada")
    assert len({one, hidden_tests(question, SECRET, "bob"), hidden_tests(question, "another", "ada")}) == 3
    for student in ("ada", "bob", "eve"):
        assert isinstance(question, Coded)
        for value in verdict.references(question, SECRET, student, chapter):
            assert isinstance(value, str) or np.isfinite(np.asarray(value, dtype=float)).all()


def points_of(chapter: str, question: Coded | Claimed, answer: str, student: str) -> tuple[float, str]:
    """Return the verdict on an answer, run where the notebook would run it but for the kernel."""
    namespace = dict(verdict._set_up(chapter))
    with contextlib.suppress(NotImplementedError):
        exec(answer, namespace)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(hidden_tests(question, SECRET, student, "result-1:"), namespace)
    lines = {int(number): line for _, number, line in verdict._RESULT.findall(out.getvalue())}
    return verdict.judge(question, lines, SECRET, student, chapter)


@each_question
@pytest.mark.parametrize("student", ["ada", "bob"])
def test_the_reference_solution_earns_all(chapter: str, question: Coded | Claimed, student: str) -> None:
    assert points_of(chapter, question, question.solution, student) == (question.points, "right")


@each_question
def test_the_stub_earns_nothing(chapter: str, question: Coded | Claimed) -> None:
    stub = cell_of(read(chapter), question.name).source
    assert points_of(chapter, question, stub, "ada") == (0, "not attempted")


@each_question
def test_mutants_keep_exactly_what_is_meant(chapter: str, question: Coded | Claimed) -> None:
    assert len(question.mutants) >= 3
    for mutant, points in question.mutants.items():
        for student in ("ada", "bob"):
            assert points_of(chapter, question, mutant, student)[0] == points, mutant


@each_question
@pytest.mark.parametrize(
    "value", ["float('nan')", "float('inf')", "None", "{'a': 1}", "[[]]", "'x'", "10**400", "object()"]
)
def test_a_constant_earns_nothing(chapter: str, question: Coded | Claimed, value: str) -> None:
    answer = (
        f"def {question.function}(*_): return {value}" if isinstance(question, Coded) else f"{question.value} = {value}"
    )
    score, hint = points_of(chapter, question, answer, "ada")
    assert score == 0
    assert hint != "right"


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("-good(*a)", "0 of 4 hidden cases right; in hidden case 1 the sign is flipped"),
        ("good(*a) / 2", "in hidden case 1 component 1, 2 is off by the factor 0.5"),
        ("good(*a)[:1]", "in hidden case 1 the shape is (1,), expected (2,)"),
        ("good(*a)[::-1]", "in hidden case 1 component 1, 2 is wrong"),
        ("good(*a) * np.nan", "in hidden case 1 the answer holds NaN"),
        ("1 / 0", "in hidden case 1 your answer raised ZeroDivisionError: division by zero"),
        ("good(*a) * (1 + 1e-5)", "in hidden case 1 component 1, 2 is off by the factor 1"),
        ("list(map(float, good(*a)))", "right"),
        ("tuple(good(*a) * (1 + 1e-9))", "right"),
    ],
)
def test_feedback_says_what_is_wrong(body: str, hint: str) -> None:
    question = next(each for each in load(CHAPTER) if isinstance(each, Coded))
    answer = question.solution.replace(question.function, "good") + f"\n{question.function} = lambda *a: {body}\n"
    assert hint in points_of(CHAPTER, question, answer, "ada")[1]


def test_what_was_never_reported_was_not_reached() -> None:
    question = next(each for each in load(CHAPTER) if isinstance(each, Coded))
    score, hint = verdict.judge(question, {}, SECRET, "ada", CHAPTER, ended="NameError: x")
    assert (score, hint) == (0, "0 of 4 hidden cases right; in hidden case 1 was not reached: NameError: x")


def test_outputs_are_rebuilt_from_what_is_safe() -> None:
    script = {"text/html": "<script>", "application/javascript": "x", "text/plain": "a"}
    outputs: list[Any] = [
        {"output_type": "display_data", "data": script, "metadata": {}},
        {"output_type": "stream"},
        None,
        3,
    ]
    outputs += [
        {"output_type": "error", "ename": 1, "evalue": "\ud800", "traceback": [2]},
        {"output_type": "stream", "text": []},
    ]
    safe_outputs = verdict._harmless(outputs)
    assert [each.output_type for each in safe_outputs] == ["display_data", "error", "stream"]
    assert list(safe_outputs[0].data) == ["text/plain"]
    assert safe_outputs[1].evalue == "?"


# ---------------------------------------------------------------- repair

SOURCE = merge(read(), load(CHAPTER), SECRET)


def answered() -> NotebookNode:
    """A student's notebook with everything answered."""
    notebook = read()
    for question in load(CHAPTER):
        cell_of(notebook, question.name).source = question.solution.strip()
    return notebook


def repaired(notebook: NotebookNode) -> NotebookNode:
    whole = repair(notebook, SOURCE, load(CHAPTER))
    nbformat.validate(whole)
    assert repair(whole, SOURCE, load(CHAPTER)) == whole
    return whole


def sources(notebook: NotebookNode) -> list[tuple[str, str | None]]:
    return [(cell.source, cell.metadata.get("nbgrader", {}).get("grade_id")) for cell in notebook.cells]


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
        lambda notebook: cell_of(notebook, CHECK).metadata.nbgrader.update(points=100, grade=True, locked=False),
    ],
    ids=["none", "metadata", "and-ids", "deleted", "edited", "copied-before", "copied-after", "type", "points"],
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
    for question in load(CHAPTER):
        if not isinstance(question, Written):
            assert names.index(question.name) < names.index(f"{question.name}-check")


def test_an_edited_test_stays_as_the_students_own_cell() -> None:
    notebook = answered()
    cell_of(notebook, CHECK).source = "fourth_power_gradient = better"
    places = [source for source, _ in sources(repaired(notebook))]
    assert places.index("fourth_power_gradient = better") < places.index(cell_of(SOURCE, CHECK).source)


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
    assert cell_of(repaired(notebook), "left-hand-side-weights").source == "*Write your derivation here.*"


def test_another_notebook_is_not_a_blank_one() -> None:
    other = nbformat.v4.new_notebook(cells=[new_markdown_cell("hello"), new_code_cell("print(1)")])
    for notebook in (other, read("right-hand-side")):
        with pytest.raises(ValueError, match="none of the chapter's exercises is in it"):
            repair(notebook, SOURCE, load(CHAPTER))


# ---------------------------------------------------------------- names and cells of the CSV file


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "=HYPERLINK(...)"])
def test_formulas_become_text(text: str) -> None:
    assert _inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Smith, Jr.", 'Ann "x"', "", "O'Neill", "3.5"])
def test_text_stays(text: str) -> None:
    assert _inert(text) == text


def test_ids_that_are_no_folder_names() -> None:
    assert [safe(each) for each in ("ada", "a.b@c.org", "x-1_2", "李")] == [True] * 4
    assert not any(safe(each) for each in ("../ada", "", ".", "..", "a/b", "a\\b", ".hidden", "a\n", "*", "-x"))
