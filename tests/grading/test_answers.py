"""For every chapter: what check and verdict say of right and wrong answers.

Nothing here is written for one exercise but the table of further mistakes: a new one is tested by
being there, with the wrong answers that its answer lists.
"""

import contextlib
import io
import re
import sys
import warnings
from inspect import signature
from typing import Any

import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode

from grading import verdict
from grading.book import CHAPTERS, chapters, load
from grading.merge import hidden_tests
from grading.questions import Claimed, Coded, Mutant, Written
from rpt_helpers.checks import CHECKS, check, compare

SECRET = "a secret of the tests"
QUESTIONS = {
    question.name: (chapter, question)
    for chapter in chapters()
    for question in load(chapter).questions
}
CODED = [(chapter, each) for chapter, each in QUESTIONS.values() if isinstance(each, Coded)]
GRADED = [(chapter, each) for chapter, each in QUESTIONS.values() if not isinstance(each, Written)]
MUTANTS = [(chapter, each, mutant) for chapter, each in GRADED for mutant in each.mutants]
each_chapter = pytest.mark.parametrize("chapter", chapters())
each_question = pytest.mark.parametrize(
    ("chapter", "question"), GRADED, ids=[question.name for _, question in GRADED]
)
each_mutant = pytest.mark.parametrize(
    ("chapter", "question", "mutant"), MUTANTS, ids=[question.name for _, question, _ in MUTANTS]
)
each_student = pytest.mark.parametrize("student", ["ada", "bob"])


def graded_cells(chapter: str) -> dict[str, NotebookNode]:
    """Return the cells of a chapter that nbgrader knows, by their `grade_id`."""
    cells = nbformat.read(CHAPTERS / f"{chapter}.ipynb", as_version=4).cells
    return {c.metadata.nbgrader.grade_id: c for c in cells if "nbgrader" in c.metadata}


def namespace(chapter: str, source: str) -> dict[str, Any]:
    """Return what is defined after a chapter's set-up and a student's cell."""
    defined = dict(verdict._defined(load(chapter).set_up))
    exec(source, defined)
    return defined


def said(
    chapter: str, question: Coded | Claimed, source: str, capsys: pytest.CaptureFixture[str]
) -> str:
    """Return what the student's check prints of an answer, without the name."""
    name = question.function if isinstance(question, Coded) else question.value
    check(question.name, namespace(chapter, source)[name])
    return capsys.readouterr().out.removeprefix(f"{question.name}: ")


def points_of(
    chapter: str, question: Coded | Claimed, source: str, student: str = "ada"
) -> tuple[float, str]:
    """Return the verdict on an answer, run where the notebook would run it but for the kernel."""
    defined = namespace(chapter, source)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(hidden_tests(question, SECRET, student, "result-1:"), defined)
    lines = {int(number): line for _, number, line in verdict._RESULT.findall(out.getvalue())}
    return verdict.judge(question, lines, SECRET, student, load(chapter))


def changed(question: Coded, body: str) -> str:
    """Return an answer made of the reference solution, `good`, and its arguments, `a`."""
    good = question.solution.replace(question.function, "good")
    return f"{good}\n{question.function} = lambda *a: {body}\n"


# ---------------------------------------------------------------- the three files of an exercise


@each_chapter
def test_one_name_ties_chapter_check_and_answer(chapter: str) -> None:
    cells = graded_cells(chapter)
    for question in load(chapter).questions:
        assert question.name.startswith(f"{chapter}-")
        assert cells.pop(question.name).metadata.nbgrader.solution
        if isinstance(question, Written):
            assert question.name not in CHECKS
        else:
            source = cells.pop(f"{question.name}-check").source
            name = question.function if isinstance(question, Coded) else question.value
            assert source == f'check("{question.name}", {name})'
            assert question.name in CHECKS
    assert not cells


def test_every_check_has_its_answer() -> None:
    assert set(CHECKS) == {question.name for _, question in GRADED}


@pytest.mark.parametrize("chapter", [path.stem for path in CHAPTERS.glob("*.ipynb")])
def test_a_chapter_with_exercises_has_answers(chapter: str) -> None:
    assert chapter in chapters() or not graded_cells(chapter)


def test_a_chapter_without_answers_is_named() -> None:
    known = "chapter must be one of .*left-hand-side.*, got 'no-such-chapter'"
    with pytest.raises(ValueError, match=known):
        load("no-such-chapter")


# ---------------------------------------------------------------- right and wrong answers


@each_question
def test_the_check_accepts_the_reference_solution(
    chapter: str, question: Coded | Claimed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(chapter, question, question.solution, capsys) == "ok\n"


@each_student
@each_question
def test_the_reference_solution_earns_all(
    chapter: str, question: Coded | Claimed, student: str
) -> None:
    assert points_of(chapter, question, question.solution, student) == (question.points, "right")


@each_question
def test_the_stub_is_not_attempted_and_earns_nothing(
    chapter: str, question: Coded | Claimed, capsys: pytest.CaptureFixture[str]
) -> None:
    stub = graded_cells(chapter)[question.name].source
    assert said(chapter, question, stub, capsys) == "not attempted\n"
    assert points_of(chapter, question, stub) == (0, "not attempted")


@each_question
def test_a_question_has_wrong_answers(chapter: str, question: Coded | Claimed) -> None:
    assert len(question.mutants) >= 3


@each_mutant
def test_the_check_gives_a_wrong_answer_its_hint(
    chapter: str,
    question: Coded | Claimed,
    mutant: Mutant,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = said(chapter, question, mutant.source, capsys)
    assert out.startswith("try again: ") if mutant.hint else mutant.keeps and out == "ok\n"
    assert mutant.hint in out


@each_student
@each_mutant
def test_a_wrong_answer_keeps_the_points_that_are_meant(
    chapter: str, question: Coded | Claimed, mutant: Mutant, student: str
) -> None:
    assert points_of(chapter, question, mutant.source, student)[0] == mutant.keeps


@each_question
@pytest.mark.parametrize(
    "value",
    ["float('nan')", "float('inf')", "None", "{'a': 1}", "[[]]", "'x'", "10**400", "object()"],
)
def test_a_constant_earns_nothing(chapter: str, question: Coded | Claimed, value: str) -> None:
    if isinstance(question, Coded):
        answer = f"def {question.function}(*_): return {value}"
    else:
        answer = f"{question.value} = {value}"
    score, hint = points_of(chapter, question, answer)
    assert score == 0
    assert hint != "right"


@pytest.mark.parametrize(
    ("name", "body", "hint"),
    [
        ("left-hand-side-weighted-gradient", "-good(*a)", "all weights 1 the sign is flipped"),
        (
            "left-hand-side-weighted-gradient",
            "good(*a) / 2",
            "every value is off by the factor 0.5",
        ),
        ("left-hand-side-weighted-gradient", "2.0", "the shape is (), expected (2,)"),
        (
            "right-hand-side-precision-samples",
            "good(*a) * [1, 2]",
            "precision, every value is off by the factor 2",
        ),
        (
            "right-hand-side-precision-samples",
            "good(*a) / np.c_[1 + 0 * a[3], a[3]]",
            "in the precision,",
        ),
        (
            "right-hand-side-precision-samples",
            "good(*a) * [1, a[2] ** 0.5]",
            "precision = 0.25, in the precision,",
        ),
        (
            "right-hand-side-precision-samples",
            "good(*a).T",
            "for 5 draws is (2, 5), expected (5, 2)",
        ),
        ("right-hand-side-log-normal", "-good(*a)", "the sign is flipped"),
        ("right-hand-side-log-normal", "2 * good(*a)", "off by the factor 2"),
        (
            "where-is-sigma-weighted-fit",
            "good(*a) * (1.1 if a[1].sum() < 1 else 1)",
            "with the weights 0.3, 0.1, 0.4 the objective is not stationary in mu: a smaller mu",
        ),
        (
            "where-is-sigma-weighted-fit",
            "good(*a) * [1, 1 if a[1].sum() > 1 else -1]",
            "0.4 sigma is not positive",
        ),
        (
            "where-is-sigma-weighted-fit",
            "good(*a) if a[1].sum() > 1 else 1",
            "the shape is (), expected (2,)",
        ),
        (
            "where-is-sigma-posterior-with-prior",
            "[np.mean(a[0]), a[1]]",
            "component 2 (sigma) is off by the factor 1.732",
        ),
        (
            "where-is-sigma-posterior-with-prior",
            "good(*a) * [1, -1]",
            "component 2 (sigma) is off by the factor -1",
        ),
        ("stochastic-gradient-descent-momentum", "a[1:3]", "with momentum 0 every value is wrong"),
        (
            "stochastic-gradient-descent-throw",
            "good(*a) * a[1] ** 0.5",
            "n_samples = 4, n = 10, tau = 2.0 the value is off by the factor 2.0",
        ),
        (
            "score-function-counts",
            "2 * good(*a)",
            "samples of size 2, the value is off by the factor 2",
        ),
        (
            "score-function-counts",
            "good(*a) * (2 - 2 / len(a[0]))",
            "of size 3, the value is off by the factor 1.333",
        ),
        (
            "score-function-counts",
            "np.mean((a[1] - np.roll(a[1], 1)) * a[0])",
            "depends on the order",
        ),
        ("score-function-counts", "(a[1] - a[1].mean()) * a[0]", "four counts, the shape is (4,)"),
        ("score-function-reweighted", "np.mean(a[0])", "mu = 2.0, sigma = 1.5, the value is off"),
        (
            "score-function-reweighted",
            "np.sum(a[0])",
            "dials unchanged, the value is off by the factor 3",
        ),
        (
            "score-function-reweighted",
            "good(*a) * (1 if a[2:4] == a[4:] else 2)",
            "off by the factor 2",
        ),
        (
            "score-function-reweighted",
            "good(*a) * (1 if a[2:4] == a[4:] else -1)",
            "the sign is flipped",
        ),
        ("stochastic-node-uniform", "good(*a) * [-1, 1]", "in a, the sign is flipped"),
        (
            "stochastic-node-uniform",
            "good(*a) * [1, 2]",
            "in b, every value is off by the factor 2",
        ),
        ("stochastic-node-uniform", "good(*a).T", "for 4 draws is (2, 4), expected (4, 2)"),
        ("stochastic-node-fresh-noise", "-good(*a)", "the sign is flipped"),
        ("stochastic-node-fresh-noise", "2 * a[0] * a[2] / a[4] ** 0.5", "the value is off"),
        ("variance-comparison-weighted-ratio", "5.5", "the shape is (), expected (2,)"),
        ("variance-comparison-best-mix", "0.5", "not an array of two finite numbers"),
        (
            "variance-comparison-best-mix",
            "np.full(2, np.nan)",
            "not an array of two finite numbers",
        ),
        ("variance-comparison-best-mix", "[2.0, 2.0]", "a smaller weight for mu"),
    ],
)
def test_more_mistakes_get_a_hint(
    name: str, body: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chapter, question = QUESTIONS[name]
    assert isinstance(question, Coded)
    out = said(chapter, question, changed(question, body), capsys)
    assert out.startswith("try again: ")
    assert hint in out


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("left-hand-side-spread-can-pay", (1e-9, 0, 1e-6), "sigma^2 is -9.94e-10 there"),
        ("left-hand-side-spread-can-pay", (6, 1e-1, 1), "in mu is"),
        ("left-hand-side-spread-can-pay", (6, 1e200, 1), "nothing can be computed with these"),
        ("stochastic-gradient-descent-too-fast", (0.5, 0.9), "> 0 and at most 0.1, got 0.5"),
    ],
)
def test_more_claims_get_a_hint(
    name: str, value: tuple[float, ...], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check(name, value)
    assert hint in capsys.readouterr().out


# ---------------------------------------------------------------- hidden inputs


@pytest.mark.parametrize(
    ("chapter", "question"), CODED, ids=[question.name for _, question in CODED]
)
def test_hidden_inputs_follow_from_secret_and_student(chapter: str, question: Coded) -> None:
    one, again, *others = (
        hidden_tests(question, secret, student, "result:")
        for secret, student in ((SECRET, "ada"), (SECRET, "ada"), (SECRET, "bob"), ("x", "ada"))
    )
    assert one == again and len({one, *others}) == 3
    for student in ("ada", "bob", "eve"):
        for value in verdict.references(question, SECRET, student, load(chapter).set_up):
            assert isinstance(value, str) or np.isfinite(np.asarray(value, dtype=float)).all()


def test_a_set_up_that_prints_says_nothing_and_leaves_other_threads_their_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    defined = verdict._defined("import sys\nthere = sys.stdout\nprint('loud')")
    assert defined["there"] is sys.stdout
    for chapter in {chapter for chapter, _ in CODED}:
        verdict._defined(load(chapter).set_up)
    assert capsys.readouterr().out == ""


# ---------------------------------------------------------------- what the verdict says


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("good(*a) * [1, 2]", "in hidden case 1 the second component is off by the factor 2"),
        ("-good(*a)", "0 of 4 hidden cases right; in hidden case 1 the sign is flipped"),
        ("good(*a) / 2", "in hidden case 1 every value is off by the factor 0.5"),
        ("good(*a)[:1]", "in hidden case 1 the shape is (1,), expected (2,)"),
        ("good(*a)[::-1]", "in hidden case 1 every value is wrong"),
        ("good(*a) * np.nan", "in hidden case 1 the answer holds NaN"),
        ("1 / 0", "in hidden case 1 your answer raised ZeroDivisionError: division by zero"),
        ("good(*a) * (1 + 2e-4)", "every value is nearly right, with a relative error of 2e-04"),
        ("list(map(float, good(*a)))", "right"),
        ("tuple(good(*a) * (1 + 2e-5))", "right"),
    ],
)
def test_feedback_says_what_is_wrong(body: str, hint: str) -> None:
    assert hint in points_of(*CODED[0], changed(CODED[0][1], body))[1]


def test_what_was_never_reported_was_not_reached() -> None:
    chapter, question = CODED[0]
    score, hint = verdict.judge(question, {}, SECRET, "ada", load(chapter), ended="NameError: x")
    assert score == 0
    assert hint == "0 of 4 hidden cases right; in hidden case 1 was not reached: NameError: x"


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


def test_a_wrong_claim_is_told_what_the_check_says() -> None:
    chapter, question = QUESTIONS["left-hand-side-spread-can-pay"]
    assert isinstance(question, Claimed)
    mutant = question.mutants[0]
    assert points_of(chapter, question, mutant.source) == (0, mutant.hint)


def test_hidden_tolerances_are_no_tighter_than_visible_ones() -> None:
    """Who reads ok in the notebook loses no point to the last digits of an optimizer."""
    visible = signature(compare).parameters["rtol"].default
    assert all(question.rtol > visible for _, question in CODED)


@pytest.mark.parametrize(
    ("chapter", "question"), CODED, ids=[question.name for _, question in CODED]
)
def test_a_number_that_the_check_calls_ok_earns_all_however_rough_it_is(
    chapter: str, question: Coded, capsys: pytest.CaptureFixture[str]
) -> None:
    for relative in (9e-6, 2e-5, 9e-5, 9e-4, 9e-3, 0.025):
        source = changed(question, f"np.multiply(good(*a), {1 + relative})")
        if said(chapter, question, source, capsys) == "ok\n":
            assert points_of(chapter, question, source)[0] == question.points, relative


@pytest.mark.parametrize("student", ["ada", "bob", "cyd"])
@pytest.mark.parametrize(
    ("start", "options"),
    [
        ("mu, sigma = dials", ""),
        ("mu, sigma = dials", ", bounds=[(None, None), (1e-6, None)]"),
        ("mu, sigma = dials[0], np.exp(dials[1] - 1)", ", tol=1e-10"),
    ],
)
def test_an_optimizers_answer_that_the_check_calls_ok_earns_all(
    start: str,
    options: str,
    student: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chapter, question = QUESTIONS["where-is-sigma-posterior-with-prior"]
    assert isinstance(question, Coded)
    source = f"""
from scipy.optimize import minimize
def posterior_with_prior(x, tau, m, r):
    def objective(dials):
        {start}
        if sigma <= 0:
            return np.inf
        data, prior = np.sum((x - mu)**2 + sigma**2), (mu - m)**2 + sigma**2
        return data / (2 * tau**2) + prior / (2 * r**2) - np.log(sigma)
    dials = minimize(objective, [0.0, 1.0]{options}).x
    {start}
    return np.array([mu, sigma])
"""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert said(chapter, question, source, capsys) == "ok\n"
        for secret in "abc":
            monkeypatch.setitem(globals(), "SECRET", secret)
            assert points_of(chapter, question, source, student) == (3, "right")


@pytest.mark.parametrize("relative", [1e-2, 1.1e-3, 9e-4, 1e-4, 4e-5])
def test_no_hint_says_that_an_answer_is_off_by_the_factor_1(relative: float) -> None:
    for sign in (-1, 1):
        hint = compare(np.array([3.0, 4.0]) * (1 + sign * relative), [3.0, 4.0], "here")
        assert hint and not re.search(r"factor 1(\.0*)?$", hint)
