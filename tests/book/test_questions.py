"""The page of questions: short answers with a link, and numbers that the library confirms."""

import re
from pathlib import Path

import numpy as np
import pytest
from formulas import COIN, by, in_pathwise, variance_of_coin, variance_of_leave_one_out
from numpy.typing import NDArray
from reader import Case, value
from scipy.special import ndtr, ndtri

from rpt_helpers import (
    Cosine,
    Loss,
    Normal,
    SquaredError,
    SquaredErrorWithEntropy,
    VectorNormal,
    closed_form,
    compare,
    datasets,
    measure_valued,
    pathwise,
    quadratic,
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
CASE = Case(X, 0.4, 1.3, {"tau": 0.8, "N": 3, "k": 9, "D": 3, "theta": COIN})
NODE = CASE.node
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


def terms_of_the_lead() -> list[float]:
    """The three terms of the criterion for cos y, their sum, and both variances."""
    terms = [
        quadrature.expectation(lambda y: np.cos(y) ** 2, TOP),
        quadrature.expectation(lambda y: np.sin(y) ** 2, TOP),
        -2 * quadrature.expectation(lambda y: np.cos(y) ** 2, TOP),
    ]
    both = [quadrature.variance(each, Cosine(1), TOP)[0] for each in (pathwise, score_function)]
    return [*terms, sum(terms), *both]


def softplus(k: float) -> Loss:
    return Loss(lambda y: np.logaddexp(0, k * y), lambda y: k / (1 + np.exp(-k * y)))


def worth_one_pathwise_sample() -> list[float]:
    return [
        number
        for loss, node in ((softplus(1), TOP), (Cosine(5), Normal(1, 1)))
        for number in compare(loss, node).candidates[1].samples
    ]


STEP = Loss(
    lambda y: 2 * (1 + np.tanh(500 * y)),
    lambda y: 1000 * (1 - np.tanh(500 * y) ** 2),
)


def at_the_jump() -> list[float]:
    """The slope of the expected loss with the fee, and the mean of the pathwise samples."""
    fees = 4 * ndtr(np.array([0.5 + 1e-5, 0.5 - 1e-5]))
    parabola = float(closed_form.gradient(quadratic(1), Normal(0.5, 1))[0])
    return [parabola + (fees[0] - fees[1]) / 2e-5, parabola]


def without_oneself(case: Case) -> NDArray[np.float64]:
    """The variances with leave-one-out, over those with the trick."""
    return np.ravel(in_pathwise(variance_of_leave_one_out, case))


def in_dimensions(dimensions: int, loss: Loss, baseline: float = 0.0, points: int = 8) -> float:
    """The ratio of the variances in one mean, at 0 with the spreads 1; by Gauss-Hermite."""
    roots, weights = np.polynomial.hermite_e.hermegauss(points)
    axes = [roots] * dimensions, [weights] * dimensions
    eps, weight = (np.stack(np.meshgrid(*each), -1).reshape(-1, dimensions) for each in axes)
    node = VectorNormal(np.zeros(dimensions), np.ones(dimensions))
    variances = []
    for samples in (
        score_function(loss, node, eps, baseline=baseline)[:, 0],
        pathwise(loss, node, eps)[:, 0],
    ):
        mean, square = (np.average(g, weights=weight.prod(1)) for g in (samples, samples**2))
        variances.append(square - mean**2)
    return float(variances[0] / variances[1])


DISTANCE = Loss(lambda y: (y**2).sum(axis=1), lambda y: 2 * y)
WAVE = Loss(
    lambda y: np.cos(2 * y.sum(axis=1)),
    lambda y: -2 * np.sin(2 * y.sum(axis=1, keepdims=True)) * np.ones_like(y),
)


def pairs() -> list[float]:
    """The variance of a pathwise pair, divided by that of two independent samples."""
    eps, weights = np.polynomial.hermite_e.hermegauss(8)
    one, other = (pathwise(SquaredError(X), AT_THE_DATA, each) for each in (eps, -eps))
    single, pair = (
        np.average((g - np.average(g, 0, weights)) ** 2, 0, weights)
        for g in (one, (one + other) / 2)
    )
    return [*(2 * pair / single)]


MEASURE_VALUED = [
    closed_form.variance(each, quadratic(1), Normal(1, 1)) for each in (measure_valued, pathwise)
]
EVALUATIONS = compare(quadratic(1), Normal(1, 1)).candidates[3].evaluations


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
    "the criterion": (
        r"terms are (\S+), (\S+) and \$(.+?)\$\. Their sum is \$(.+?)\$, so"
        r".+?(\S+) against (\S+)\. A",
        terms_of_the_lead(),
    ),
    "worth one pathwise sample": (
        r"is worth (\S+) score-function samples in \$\\mu\$ and (\S+) in.+?only (\S+) and (\S+)\.",
        worth_one_pathwise_sample(),
    ),
    "a jump": (r"the gradient is (\S+), and the trick says \$(.+?)\$", at_the_jump()),
    "a steep step": (
        r"has the variance (\S+), where\s+the score function has (\S+)\. Read",
        [quadrature.variance(each, STEP, Normal(0.5, 1))[0] for each in (pathwise, score_function)],
    ),
    "a coin": (r"has the variance \$(.+?)\$, and the baseline", [variance_of_coin(CASE)]),
    "log sigma again": (
        r"variance in \$\\log\\sigma\$ is\s+\$(.+?)\$, and the score function has (\S+) times",
        [
            closed_form.variance(pathwise, SquaredError(X), NODE.by("log_sigma"))[1],
            ratio(X, AT_THE_DATA.by("log_sigma"))[1],
        ],
    ),
    "leave-one-out": (
        r"each draw has \$(.+?)\$ pathwise variances in \$\\mu\$ and \$(.+?)\$ in",
        [*without_oneself(CASE)],
    ),
    "two draws": (
        r"have only (\S+) and (\S+), where\s+no baseline has (\S+) and (\S+)\. But",
        [*without_oneself(by(CASE, N=2)), *ratio(X, AT_THE_DATA)],
    ),
    "measure-valued": (
        r"the variance (\S+) in\s+\$\\mu\$ and (\S+) in \$\\sigma\$, where a pathwise one"
        r" has (\S+) and (\S+)\.",
        np.ravel(MEASURE_VALUED).tolist(),
    ),
    "measure-valued, priced": (
        r"with (\S+) against (\S+)\. A network",
        [EVALUATIONS * MEASURE_VALUED[0][1], MEASURE_VALUED[1][1]],
    ),
    "dimensions": (
        r"is, has\s+\$(.+?)\$ times the variance.+?mean, and \$(.+?)\$ times",
        [in_dimensions(3, DISTANCE, baseline) for baseline in (0, 5)],
    ),
    "one's own term": (r"the ratio is (\S+) in any", [in_dimensions(1, DISTANCE)]),
    "a wave in all dimensions": (r"close to (\S+) and the", [in_dimensions(2, WAVE, points=60)]),
    "pairs": (r"draws is (\S+) in\s+\$\\mu\$ and (\S+) in", pairs()),
}


def number(tex: str, case: Case = CASE) -> float:
    return float(value(tex, case).item())


def test_a_hundred_dimensions_are_those_of_the_formulas() -> None:
    formulas = re.findall(r"\$(\\frac\{[^$]*D[^$]*)\$", PAGE)
    assert [number(tex, by(CASE, D=100)) for tex in formulas] == [2652, 51]
    assert "these are 2,652 and 51." in PAGE


def test_baseline_of_the_coin_takes_all_of_the_variance_away() -> None:
    [tex] = re.findall(r"the baseline\s+\$(.+?)\$ takes all", PAGE)
    assert variance_of_coin(CASE, number(tex)) == pytest.approx(0, abs=1e-12)


def test_one_draw_in_each_part_makes_an_eighth_of_the_error_from_four_times_the_draws() -> None:
    rng, errors = np.random.default_rng(3), []
    for n in (64, 256):
        u = (np.arange(n)[:, None] + rng.random((n, 4000))) / n
        slopes = softplus(2).derivative(Normal(0.5, 1).path(ndtri(u)))
        errors.append(slopes.var(axis=1).mean() ** 0.5 / n**0.5)
    assert errors[0] / errors[1] == pytest.approx(8, rel=0.05)


def test_simulation_is_a_wave_and_loses_from_step_seven_on() -> None:
    y = np.cos(theta := np.linspace(0, 3, 50))
    for _ in range(8):
        y = 2 * y**2 - 1
    np.testing.assert_allclose(y, np.cos(2**8 * theta), atol=1e-9)
    trick, score = (
        [closed_form.variance(each, Cosine(2**T), Normal(1, 0.01))[0] for T in range(12)]
        for each in (pathwise, score_function)
    )
    assert [a > b for a, b in zip(trick, score, strict=True)] == [False] * 7 + [True] * 5
    assert trick[11] / trick[10] == pytest.approx(4)
    assert score[11] == pytest.approx(1 / (2 * 0.01**2))


@pytest.mark.parametrize(("pattern", "values"), SAID.values(), ids=SAID)
def test_page_says_what_the_library_says(pattern: str, values: list[float]) -> None:
    [match] = re.finditer(pattern, PAGE, re.DOTALL)
    found = [number(words) for words in match.groups()]
    np.testing.assert_allclose(found, values, rtol=1e-3, atol=1e-12)
