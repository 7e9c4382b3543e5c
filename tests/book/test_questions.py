"""The page of questions: short answers with a link, and numbers that the library confirms."""

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tex import number

from rpt_helpers import (
    Cosine,
    Normal,
    SquaredError,
    SquaredErrorWithEntropy,
    closed_form,
    datasets,
    pathwise,
    quadrature,
    score_function,
)
from rpt_helpers.nodes import Parameterization

BOOK = Path(__file__).parents[2] / "book"
PAGE = (BOOK / "questions.md").read_text(encoding="utf-8")
ANSWERS = [part.split("\n", 1) for part in PAGE.split("\n## ")[1:]]


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


X = np.array([0.3, -1.0, 2.5, 1.1])
AT_THE_DATA, FAR = Normal(X.mean(), X.std()), Normal(X.mean(), 1e6)
NODE = Normal(0.4, 1.3)
LETTERS = {
    "n": 4,
    "sigma": NODE.sigma,
    "delta": NODE.mu - X.mean(),
    "s": X.std(),
    "tau": 0.8,
    "N": 3,
    "k": 9,
}
COSINE = [quadrature.variance(each, Cosine(5), Normal(1, 1)) for each in (pathwise, score_function)]


BEST = closed_form.variance(
    score_function,
    SquaredError(X),
    AT_THE_DATA,
    baseline=closed_form.optimal_baseline(SquaredError(X), AT_THE_DATA),
) / closed_form.variance(pathwise, SquaredError(X), AT_THE_DATA)
TOP = Normal(0, 1)
MEAN = quadrature.expected_loss(Cosine(1), TOP)


def gradient(parameterization: Parameterization) -> float:
    return float(closed_form.gradient(SquaredError(X), NODE.by(parameterization))[1])


def with_all_draws() -> float:
    """The mean of three score-function samples in sigma, with the mean of all three as baseline."""
    roots, weights = np.polynomial.hermite_e.hermegauss(8)  # exact for these polynomials
    eps = np.stack(np.meshgrid(roots, roots, roots)).reshape(3, -1)
    weight = np.prod(np.stack(np.meshgrid(weights, weights, weights)).reshape(3, -1), axis=0)
    losses = SquaredError(X)(NODE.path(eps))
    samples = (losses - losses.mean(axis=0)) * NODE.score(eps)[..., 1]
    return float(np.average(samples.mean(axis=0), weights=weight))


# What stands in the page's answers, as a pattern, and what the library has there.
SAID: dict[str, tuple[str, list[float]]] = {
    "expected loss": (
        r"The expected loss is \$(.+?)\$: a",
        [closed_form.expected_loss(SquaredError(X), NODE)],
    ),
    "posterior": (
        r"minus entropy gives \$(.+?)\$",
        [SquaredErrorWithEntropy(X, 0.8).optimum().sigma ** 2],
    ),
    "derivatives": (
        r"in\s+\$\\sigma\^2\$ is \$(.+?)\$, a constant.+?\$\\sigma\$ it is \$(.+?)\$"
        r".+?\$\\log\\sigma\$ it is \$(.+?)\$",
        [gradient("variance"), gradient("sigma"), gradient("log_sigma")],
    ),
    "both expectations": (
        r"Their expectations are \$(.+?)\$ and \$(.+?)\$",
        [*closed_form.gradient(SquaredError(X), NODE)],
    ),
    "pathwise variances": (
        r"has variance \$(.+?)\$ in \$\\mu\$ and \$(.+?)\$ in",
        [*closed_form.variance(pathwise, SquaredError(X), NODE)],
    ),
    "ratios": (
        r"has (\S+) times the first and (\S+) times the second",
        [*ratio(X, AT_THE_DATA)],
    ),
    "samples": (r"So (\S+) of its samples .+? \$\\mu\$, and (\S+) for", [*ratio(X, AT_THE_DATA)]),
    "bounds": (r"at least (\S+) and\s+(\S+) for all", [*ratio(X, FAR)]),
    "bounds again": (r"factors (\S+) in \$\\mu\$ and (\S+) in", [*ratio(X, FAR)]),
    "cosine": (
        r"that is (\S+) against (\S+), and (\S+) against (\S+)\. Read",
        [COSINE[0][0], COSINE[1][0], COSINE[0][1], COSINE[1][1]],
    ),
    "a fast cosine, pathwise": (
        r"its square averages \$(k\^2/2)\$",
        [quadrature.variance(pathwise, Cosine(9), NODE)[0]],
    ),
    "a fast cosine, score function": (
        r"its variance tends to \$(.+?)\$ and \$(.+?)\$\. At",
        [*quadrature.variance(score_function, Cosine(9), NODE)],
    ),
    "best baseline": (
        r"from (\S+) to (\S+) in \$\\mu\$ and from (\S+) to (\S+) in \$\\sigma\$",
        [*np.stack([ratio(X, AT_THE_DATA), BEST], axis=1).ravel()],
    ),
    "a baseline that hurts": (
        r"raises the variance in \$\\mu\$ from (\S+) to (\S+)\. If",
        [quadrature.variance(score_function, Cosine(1), TOP, baseline=b)[0] for b in (0.0, MEAN)],
    ),
    "the whole baseline": (
        r"gradient shrinks by \$(.+?)\$",
        [with_all_draws() / gradient("sigma")],
    ),
    "log sigma": (
        r"error it is \$(.+?)\$ in \$\\sigma\$, \$(.+?)\$ in \$\\log\\sigma\$ and \$(.+?)\$ in",
        [gradient("sigma"), gradient("log_sigma"), gradient("log_sigma") / 2],
    ),
}


@pytest.mark.parametrize(("pattern", "values"), SAID.values(), ids=SAID)
def test_page_says_what_the_library_says(pattern: str, values: list[float]) -> None:
    [match] = re.finditer(pattern, PAGE, re.DOTALL)
    found = [number(words, LETTERS) for words in match.groups()]
    np.testing.assert_allclose(found, values, rtol=1e-3)
