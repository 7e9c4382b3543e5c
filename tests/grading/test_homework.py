"""The check that students call: four verdicts, and never an exception."""

from typing import Any, NoReturn

import pytest

from rpt_helpers.checks import NotAttempted, check, question
from rpt_helpers.checks._registry import CHECKS
from rpt_helpers.checks._compare import compare

QUESTIONS = sorted(CHECKS)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHECKS, "double", None)  # forgotten after the test

    @question("double")
    def doubles(answer: Any) -> str | None:
        return None if answer(3) == 6 else "compare answer(3) with 3 + 3"


def blank(x: Any) -> NoReturn:
    raise NotImplementedError


def stub(x: Any) -> NoReturn:
    raise NotAttempted


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (lambda x: 2 * x, "ok"),
        (lambda x: x**2, "try again: compare answer(3) with 3 + 3"),
        (lambda x: 1 / 0, "try again: your answer raised ZeroDivisionError: division by zero"),
        (lambda x: exit(), "try again: your answer raised SystemExit: None"),
        (lambda x: None, "try again: your function returns nothing; is the return statement missing?"),
        (7, "try again: your answer raised TypeError: 'int' object is not callable"),
        (None, "not attempted"),
        (..., "not attempted"),
        (blank, "not attempted"),
        (stub, "not attempted"),
    ],
)
def test_verdicts(answer: Any, verdict: str, capsys: pytest.CaptureFixture[str]) -> None:
    check("double", answer)
    assert capsys.readouterr().out == f"double: {verdict}\n"


@pytest.mark.usefixtures("toy")
def test_an_unknown_question_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    check("triple", 1)
    known = ", ".join(sorted([*QUESTIONS, "double"]))
    assert capsys.readouterr().out == f"triple: no such question; there are {known}\n"


def test_a_question_leaves_its_check_as_it_was() -> None:
    def says_nothing(answer: Any) -> None:
        return None

    assert question("temporary")(says_nothing) is says_nothing
    assert CHECKS.pop("temporary") is says_nothing


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ([2, 4], None),
        ([2 + 1e-6, 4], None),
        ([2, 4, 6], "here the shape is (3,), expected (2,)"),
        ([2, float("nan")], "here the answer holds NaN"),
        ([-2, -4], "here the sign is flipped"),
        ([6, 12], "here component 1, 2 is off by the factor 3"),
        ([2, 2], "here component 2 is off by the factor 0.5"),
        ([3, 1], "here component 1, 2 is wrong"),
    ],
)
def test_a_comparison_says_how_an_answer_differs_and_not_from_what(answer: list[float], hint: str | None) -> None:
    assert compare(answer, [2, 4], "here") == hint


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_blank_answer_is_not_attempted(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    check(name, None)
    assert capsys.readouterr().out == f"{name}: not attempted\n"


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_that_raises_is_met_with_its_error(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*arguments: Any, **options: Any) -> NoReturn:
        raise ZeroDivisionError("on purpose")

    check(name, broken)
    assert capsys.readouterr().out.startswith(f"{name}: try again: ")


def test_an_answer_may_change_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    data = [1, 2, 3]
    monkeypatch.setitem(CHECKS, "last", lambda answer: None if answer(data) == data[-1] else "not the last")
    check("last", lambda numbers: numbers.pop())
    assert data == [1, 2, 3]
