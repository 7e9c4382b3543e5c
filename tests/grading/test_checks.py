"""The check that students call: its verdicts, never an exception, hints that say where and what."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NoReturn

import numpy as np
import pytest

from rpt_helpers.checks import CHECKS, check, claim, compare, question
from rpt_helpers.checks._compare import compare_samples, differences

QUESTIONS = sorted(CHECKS)


def said(name: str, answer: object, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the check of a question prints, without the name."""
    check(name, answer)
    return capsys.readouterr().out.removeprefix(f"{name}: ").removesuffix("\n")


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("double", "point", "many"):
        monkeypatch.setitem(CHECKS, name, None)  # forgotten after the test

    @question("double")
    def double(answer: Any) -> Iterator[str | None]:
        yield None if answer(3) == 6 else "compare answer(3) with 3 + 3"
        yield None if answer(0) == 0 else "compare answer(0) with 0"

    @claim("point")
    def point(mu: float, sigma: float) -> Iterator[str | None]:
        yield "mu is too small" if mu < 1 else None
        if sigma > 1e6:
            raise ValueError("loss.derivative must be something that no student ever saw")
        if mu > 1e6:
            raise OverflowError("far inside of the library")

    @claim("many")
    def many(*numbers: float) -> Iterator[str | None]:
        yield None if len(numbers) == 2 else f"2 numbers are asked for, got {len(numbers)}"


def blank(x: Any) -> NoReturn:
    raise NotImplementedError


def helper(x: int) -> float:
    return x / 0


def by_a_helper(x: int) -> float:
    """Goes wrong in its fourth line."""
    twice = 2 * x
    return helper(twice)


def with_a_typo(x: int) -> int:
    number = 2 * x
    return undefined + number  # type: ignore[name-defined]  # noqa: F821


class Callable_:
    def __call__(self, x: int) -> float:
        return x / 0


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (lambda x: 2 * x, "ok"),
        (lambda x: x**2, "try again: compare answer(3) with 3 + 3"),
        (lambda x: x + 3, "try again: compare answer(0) with 0"),
        (lambda x: None, "your function returns nothing; is the return statement missing?"),
        (lambda x: np.array([1, 2]), "the answer is not of the kind that the exercise asks for"),
        (7, "try again: pass the function itself, and not what it returns"),
        (np.ones(2), "try again: pass the function itself, and not what it returns"),
        (with_a_typo, "raised NameError in line 3 of with_a_typo: name 'undefined' is not defined"),
        (by_a_helper, "raised ZeroDivisionError in line 4 of by_a_helper: division by zero"),
        (lambda x: exit(), "try again: your answer raised SystemExit in line 1 of <lambda>: None"),
        (lambda: 1, "raised TypeError: <lambda>() takes 0 positional arguments but 1 was given"),
        (partial(helper), "try again: your answer raised ZeroDivisionError: division by zero"),
        (Callable_(), "try again: your answer raised ZeroDivisionError: division by zero"),
        (len, "try again: your answer raised TypeError: object of type 'int' has no len()"),
        (None, "not attempted"),
        (..., "not attempted"),
        (blank, "not attempted"),
    ],
)
def test_what_a_function_is_told(
    answer: object, verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said("double", answer, capsys).endswith(verdict)


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize(
    ("name", "answer", "verdict"),
    [
        ("point", (1, 2), "ok"),
        ("point", np.array([1.0, 2.0]), "ok"),
        ("point", (0, 2), "try again: mu is too small"),
        ("point", (1,), "try again: expected 2 numbers (mu, sigma), got 1"),
        ("point", (1, 2, 3), "try again: expected 2 numbers (mu, sigma), got 3"),
        ("point", "1,2", "try again: expected 2 numbers (mu, sigma), got text"),
        ("point", 1.5, "try again: expected 2 numbers (mu, sigma), got one float"),
        ("point", blank, "try again: expected 2 numbers (mu, sigma), got one function"),
        ("point", (1, -2), "try again: sigma must be a finite number > 0, got -2"),
        ("point", ("1", 2), "try again: mu must be a finite real number, got '1'"),
        ("point", (1j, 2), "try again: mu must be a finite real number, got 1j"),
        ("point", (float("nan"), 2), "try again: mu must be a finite real number, got nan"),
        ("point", (1, 1e9), "try again: nothing can be computed with these numbers; try others"),
        ("point", (1e9, 1), "try again: nothing can be computed with these numbers; try others"),
        ("point", None, "not attempted"),
        ("many", [1, -2], "ok"),
        ("many", [], "try again: 2 numbers are asked for, got 0"),
        ("many", 1, "try again: expected a list of numbers, got one int"),
        ("many", [1, [2]], "try again: each number must be a finite real number, got [2]"),
    ],
)
def test_what_a_claim_is_told(
    name: str, answer: object, verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(name, answer, capsys) == verdict


@pytest.mark.usefixtures("toys")
def test_an_unknown_question_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    known = ", ".join(sorted(CHECKS))
    assert said("triple", 1, capsys) == f"no such question; there are {known}"


def test_the_first_hint_ends_a_check() -> None:
    reached = []

    @question("temporary")
    def two_hints(answer: Any) -> Iterator[str | None]:
        yield None
        yield "the first"
        reached.append(True)

    assert CHECKS.pop("temporary")(len) == "the first"
    assert not reached


@pytest.mark.parametrize("register", [question, claim])
def test_a_registered_check_stays_as_it_was(register: Callable[[str], Any]) -> None:
    def says_nothing(answer: Any) -> Iterator[str | None]:
        yield None

    assert register("temporary")(says_nothing) is says_nothing
    assert CHECKS.pop("temporary")([1] if register is claim else len) is None


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ([2, 4], None),
        ([2 + 1e-6, 4], None),
        ([2, 4, 6], "here the shape is (3,), expected (2,)"),
        ([2, float("nan")], "here the answer holds NaN"),
        ([-2, -4], "here the sign is flipped"),
        ([6, 12], "here every value is off by the factor 3"),
        ([2, 2], "here component 2 (sigma) is off by the factor 0.5"),
        ([3, 4], "here component 1 (mu) is off by the factor 1.5"),
        ([3, 1], "here every value is wrong"),
        ([2.0004, 4], "here component 1 (mu) is nearly right, with a relative error of 2e-04"),
        ([2.0002, 4.0002], "here every value is nearly right, with a relative error of 1e-04"),
        ([2.001, 4.002], "here every value is nearly right, with a relative error of 5e-04"),
        ([2, float("inf")], "here component 2 (sigma) is wrong"),
        ([2 + 0j, 4], None),
        (map(float, (2, 4)), None),
    ],
)
def test_a_comparison_says_how_an_answer_differs_and_not_from_what(
    answer: Any, hint: str | None
) -> None:
    assert compare(answer, [2, 4], "here", ("mu", "sigma")) == hint


@pytest.mark.parametrize(
    ("answer", "expected", "which"),
    [
        (1, 2, "the value is"),
        ([1, 1], [1, 2], "the second component is"),
        ([1, 1, 1], [1, 2, 2], "the second component and the third component are"),
        ([1, 1, 1, 1], [1, 2, 1, 2], "2 of 4 values are"),
        ([[1, 1], [1, 1]], [[1, 1], [1, 2]], "1 of 4 values is"),
    ],
)
def test_components_without_a_name_are_counted(answer: Any, expected: Any, which: str) -> None:
    assert compare(answer, expected, "here") == f"here {which} off by the factor 0.5"


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("better-than-random-mirror", lambda u: u, "with 1 part the shape must be (2,)"),
        ("measure-valued-gradients-split", lambda k, mu, sigma: 1.0, "the shape is (), expected"),
    ],
)
def test_an_answer_of_another_shape_is_told_its_shape(
    name: str, answer: Any, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hint in said(name, answer, capsys)


def test_samples_are_compared_column_by_column() -> None:
    expected = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    def hints(answer: Any) -> list[str]:
        return [hint for hint in compare_samples(answer, expected, "here", ("a", "b")) if hint]

    assert hints(expected) == []
    assert hints(expected * [1, 2]) == ["here in b, every value is off by the factor 2"]
    wrong_shape = compare_samples(expected.T, expected, "here", ("a", "b"))
    assert next(wrong_shape) == "here the shape for 3 draws is (2, 3), expected (3, 2)"


def test_differences_are_derivatives_in_each_argument() -> None:
    assert differences(lambda x, y: x * y**2, 3.0, 2.0) == pytest.approx([4, 12], rel=1e-9)
    rows = differences(lambda x, y: np.array([x, y, x + y]), 1.0, 1.0)
    assert rows == pytest.approx(np.array([[1, 0], [0, 1], [1, 1]]))


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_blank_answer_is_not_attempted(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(name, None, capsys) == "not attempted"


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_answer_makes_a_check_raise(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*arguments: Any, **options: Any) -> NoReturn:
        raise ZeroDivisionError("on purpose")

    for answer in (broken, 7, "text", [], {}, object(), lambda *arguments: "text", [[1]], [1e300]):
        assert said(name, answer, capsys).startswith("try again: ")


@pytest.mark.usefixtures("toys")
def test_an_answer_may_change_its_arguments() -> None:
    data = [1, 2, 3]

    @question("double")
    def last(answer: Any) -> Iterator[str | None]:
        yield None if answer(data) == data[-1] else "not the last"

    assert CHECKS["double"](lambda numbers: numbers.pop()) is None
    assert data == [1, 2, 3]
