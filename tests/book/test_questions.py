"""The page of questions: short answers with a link, and numbers that the library confirms."""

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rpt_helpers import (
    Cosine,
    Normal,
    SquaredError,
    closed_form,
    datasets,
    pathwise,
    quadrature,
    score_function,
)

BOOK = Path(__file__).parents[2] / "book"
ANSWERS = [
    part.split("\n", 1)
    for part in (BOOK / "questions.md").read_text(encoding="utf-8").split("\n## ")[1:]
]


@pytest.mark.parametrize(("question", "answer"), ANSWERS, ids=[question for question, _ in ANSWERS])
def test_answer_is_short_and_links_to_a_chapter(question: str, answer: str) -> None:
    prose = re.sub(r"\$[^$]+\$", "x", re.sub(r"\]\([^)]*\)", "]", answer))
    assert question.endswith("?") and 40 <= len(prose.split()) <= 120
    chapters = re.findall(r"Read\s+\[[^]]+\]\(([\w-]+)\.ipynb\)\.", answer)
    assert len(chapters) == 1 and f"book/{chapters[0]}\n" in (BOOK.parent / "_toc.yml").read_text(
        encoding="utf-8"
    )


def ratio(x: NDArray[np.float64], normal: Normal) -> NDArray[np.float64]:
    without, with_trick = (
        closed_form.variance(estimator, SquaredError(x), normal)
        for estimator in (score_function, pathwise)
    )
    return without / with_trick


@pytest.mark.parametrize("x", [datasets.michelson(), datasets.ten_draws(), np.array([0.0, 1.0])])
def test_ratios_of_the_variances(x: NDArray[np.float64]) -> None:
    mean, deviation = float(x.mean()), float(x.std())
    np.testing.assert_allclose(ratio(x, Normal(mean, deviation)), [5.5, 12])
    for shift in (0.0, 0.3, 5.0):
        for scale in (0.01, 1.0, 1e4):
            assert np.all(
                ratio(x, Normal(mean + shift * deviation, scale * deviation)) >= [15 / 4, 37 / 4]
            )
    assert np.all(ratio(x, Normal(mean, 1e-4 * deviation)) > 1e6)


def test_cosine_is_a_counterexample() -> None:
    node = Normal(1, 1)
    np.testing.assert_allclose(quadrature.variance(pathwise, Cosine(5), node), 12.5, rtol=1e-3)
    np.testing.assert_allclose(
        quadrature.variance(score_function, Cosine(5), node), [0.5, 1], rtol=1e-3
    )
    # far out: k^2/2 in both components against 1/(2 sigma^2) and 1/sigma^2
    node = Normal(0.3, 2)
    np.testing.assert_allclose(quadrature.variance(pathwise, Cosine(9), node), 81 / 2, rtol=1e-6)
    np.testing.assert_allclose(
        quadrature.variance(score_function, Cosine(9), node), [1 / 8, 1 / 4], rtol=1e-6
    )


def test_one_sample_is_rarely_close() -> None:
    loss, normal = SquaredError([0.0, 1.0, 5.0]), Normal(2, 1.7)
    deviation = closed_form.variance(pathwise, loss, normal)[1] ** 0.5
    np.testing.assert_allclose(deviation, 2**0.5 * closed_form.gradient(loss, normal)[1])
