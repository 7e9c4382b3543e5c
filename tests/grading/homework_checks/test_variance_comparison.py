"""The checks of variance-comparison say what is wrong with typical mistakes."""

from typing import Any

import numpy as np
import pytest

from grading.questions import Coded, Written, load
from rpt_helpers.checks import check


def run(source: str) -> dict[str, Any]:
    """What the source of a cell defines, by name."""
    defined: dict[str, Any] = {"np": np}
    exec(source, defined)
    return defined


SOLVED = [question for question in load("variance-comparison") if not isinstance(question, Written)]


HINTS = {
    "variance-comparison-weighted-ratio": [
        "with the weights 3, 1, 0.5 component 1, 2 is wrong",
        "with the weights 3, 1, 0.5 component 1, 2 is wrong",
        "with the weights 1, 1, 1 the ratio is upside down",
        "with the weights 1, 1, 1 component 1 is off by the factor 1.013",
    ],
    "variance-comparison-best-mix": [
        "at mu = 3.0, sigma = 2.0 a larger weight for mu has a smaller variance",
        "at mu = 3.0, sigma = 2.0 a larger weight for mu has a smaller variance",
        "at mu = 3.0, sigma = 2.0 a larger weight for mu has a smaller variance",
    ],
    "variance-comparison-one-of-two": [
        "there the trick does not win in both components",
        "there the trick wins in both components",
        "there the trick wins in both components",
    ],
}


@pytest.mark.parametrize("question", SOLVED, ids=lambda question: question.name)
def test_mutants_get_their_hint(question: Any, capsys: pytest.CaptureFixture[str]) -> None:
    name = question.function if isinstance(question, Coded) else question.value
    for mutant, hint in zip(question.mutants, HINTS[question.name], strict=True):
        check(question.name, run(mutant)[name])
        assert capsys.readouterr().out.startswith(f"{question.name}: try again: {hint}")


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("variance-comparison-weighted-ratio", lambda x, w, mu, sigma: 5.5, "the shape is (), expected (2,)"),
        ("variance-comparison-best-mix", lambda x, mu, sigma: 0.5, "not an array of two finite numbers"),
        ("variance-comparison-best-mix", lambda x, mu, sigma: np.full(2, np.nan), "not an array of two finite numbers"),
        ("variance-comparison-best-mix", lambda x, mu, sigma: np.array([2.0, 2.0]), "a smaller weight for mu"),
    ],
)
def test_typical_mistakes_get_a_hint(name: str, answer: Any, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    check(name, answer)
    out = capsys.readouterr().out
    assert out.startswith(f"{name}: try again: ")
    assert hint in out
