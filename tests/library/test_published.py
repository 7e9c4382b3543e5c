"""Numbers and figures that others published, recomputed. Each test names its source."""

from typing import Any

import numpy as np
import pytest
import sympy as sp
from routes import assert_exact

from rpt_helpers import (
    Cosine,
    ExponentialSquare,
    Loss,
    Normal,
    SquaredError,
    VectorNormal,
    closed_form,
    estimate,
    measure_valued,
    pathwise,
    quadratic,
    quadrature,
    score_function,
    symbolic,
)

ONE = Normal(1, 1)


def test_erdogan_reparameterization_trick() -> None:
    """G. Erdogan, notebook "Reparameterization Trick": N(2, 1), f = x^2, means of 10 samples."""
    trick, score = [
        closed_form.variance(estimator, quadratic(0), Normal(2, 1))[0] for estimator in ESTIMATORS
    ]
    assert_exact([trick, score], [4, 87])
    assert trick / 10 == pytest.approx(0.3703, rel=0.1)  # simulated there
    assert score / 10 == pytest.approx(8.634, rel=0.1)


ESTIMATORS: list[Any] = [pathwise, score_function]


def test_storchastic_documentation() -> None:
    """Storchastic's documentation: variance of the gradient in the mean, e ~ N(-2.77, 1), 2 e^2."""
    loss = SquaredError([0, 0])  # 2 e^2
    trick, score = [
        closed_form.variance(estimator, loss, Normal(-2.77, 1))[0] for estimator in ESTIMATORS
    ]
    assert trick == pytest.approx(16)
    assert score == pytest.approx(725.176, abs=5e-4)
    assert trick == pytest.approx(16.7321, rel=0.1)  # simulated there
    assert score == pytest.approx(748.19, rel=0.1)


def test_pyprobml_bonnet_and_price() -> None:
    """K. Murphy, pyprobml, "gradient of expected value of Gaussian": z^2, mean 1, variance 2."""
    for exact in (closed_form, quadrature):
        assert_exact(exact.gradient(quadratic(0), Normal(1, 2**0.5, "variance")), [2, 1])


def test_closed_forms_of_the_quadratic() -> None:
    """The variances for f = (x - k)^2 behind figure 2 of Mohamed et al. (2020), with d = mu - k."""
    d, s = symbolic.delta, symbolic.sigma

    def of_quadratic(variances: Any) -> Any:
        return symbolic.in_delta(variances.subs({symbolic.n: 1, symbolic.s: 0}))

    def agree(variances: Any, in_mu: Any, in_sigma: Any) -> bool:
        return sp.simplify(of_quadratic(variances) - sp.Matrix([in_mu, in_sigma])) == sp.zeros(2, 1)

    assert agree(symbolic.variance(symbolic.pathwise()), 4 * s**2, 4 * d**2 + 8 * s**2)
    plain = d**4 / s**2 + 14 * d**2 + 15 * s**2, 2 * d**4 / s**2 + 60 * d**2 + 74 * s**2
    assert agree(symbolic.variance(symbolic.score_function()), *plain)
    best = [
        symbolic.variance(symbolic.score_function(baseline=b))[i]
        for i, b in enumerate(symbolic.optimal_baseline())
    ]
    assert agree(sp.Matrix(best), 8 * d**2 + 6 * s**2, 40 * d**2 + 24 * s**2)


def test_figure_2_of_mohamed_et_al() -> None:
    """JMLR 21(132), 2020, figure 2: f = (x - k)^2 at mu = sigma = 1, U-shaped about k = mu."""
    k = np.linspace(-3, 3, 100)

    def curve(estimator: Any) -> Any:
        return np.array([closed_form.variance(estimator, quadratic(c), ONE) for c in k])

    def with_best_baseline(c: float) -> Any:
        best = closed_form.optimal_baseline(quadratic(c), ONE)
        return closed_form.variance(score_function, quadratic(c), ONE, baseline=best)

    trick, score = curve(pathwise), curve(score_function)
    best = np.array([with_best_baseline(c) for c in k])
    assert_exact(trick[:, 0], np.full(100, 4.0))
    for component in (trick[:, 1], *score.T, *best.T):
        lowest = int(component.argmin())
        assert k[lowest] == pytest.approx(1, abs=0.04)
        assert np.all(np.diff(component[: lowest + 1]) < 0)
        assert np.all(np.diff(component[lowest:]) > 0)
    assert np.all(trick < best)
    assert np.all(best < score)


@pytest.mark.parametrize(("kind", "crossover"), [(ExponentialSquare, 0.869954), (Cosine, 1.063782)])
def test_where_the_trick_stops_winning_in_figure_3(kind: Any, crossover: float) -> None:
    """JMLR 21(132), 2020, figure 3, mu = sigma = 1: beyond this k the score function wins in mu."""

    def excess(k: float) -> Any:
        trick = quadrature.variance(pathwise, kind(k), ONE)[0]
        return trick - quadrature.variance(score_function, kind(k), ONE)[0]

    assert excess(crossover - 1e-6) < 0 < excess(crossover + 1e-6)


def test_a_mean_baseline_can_hurt() -> None:
    """For cos(x) at mu = sigma = 1, in mu."""
    plain = quadrature.variance(score_function, Cosine(1), ONE)[0]
    mean = quadrature.expected_loss(Cosine(1), ONE)
    with_mean = quadrature.variance(score_function, Cosine(1), ONE, baseline=mean)[0]
    assert (round(plain, 4), round(with_mean, 4)) == (0.3240, 0.4314)


def of_components(estimator: Any, loss: Loss, node: VectorNormal, seed: int) -> tuple[Any, float]:
    """Variances in each sigma_d by Monte Carlo, and the standard error of their average."""
    n = 60_000 // node.mu.size
    groups = np.array(
        [
            estimate(estimator, loss, node, n, np.random.default_rng([seed, group])).variance
            for group in range(20)
        ]
    )[:, node.mu.size :]
    return groups.mean(axis=0), float(groups.mean(axis=1).std(ddof=1) / 20**0.5)


@pytest.mark.parametrize("dimensions", [1, 5, 30])
@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_figure_4_of_mohamed_et_al(dimensions: int, sigma: float) -> None:
    """JMLR 21(132), 2020, figure 4: score function, N(1/2, sigma^2 I), f = 100 and the sum."""
    node = VectorNormal(np.full(dimensions, 0.5), np.full(dimensions, sigma))
    constant = Loss(lambda y: np.full(len(y), 100.0), np.zeros_like)
    total = Loss(lambda y: y.sum(axis=1), np.ones_like)
    for loss, exact in (
        (constant, 2 * 100**2 / sigma**2),
        (total, dimensions**2 / (2 * sigma**2) + 2 * dimensions + 8),
    ):
        found, error = of_components(score_function, loss, node, dimensions)
        assert abs(found.mean() - exact) < 5 * error < 0.2 * exact


def sum_of(power: int) -> Loss:
    """Of the powers of all draws, one number a row."""
    return Loss(lambda y: (y**power).sum(axis=1), lambda y: power * y ** (power - 1))


def power_of(power: int) -> Loss:
    return Loss(lambda y: y**power, lambda y: power * y ** (power - 1))


@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_figure_5_of_mohamed_et_al(sigma: float) -> None:
    """JMLR 21(132), 2020, figure 5: coupled measure-valued, N(10, sigma^2 I), sum and x^4."""
    rng = np.random.default_rng(5)
    node = VectorNormal(np.full(8, 10.0), np.full(8, sigma))
    fourth = 16e6 + 360e4 * sigma**2 + 1560e2 * sigma**4 + 528 * sigma**6
    for power, exact in ((1, 1.0), (4, fourth)):
        alone = quadrature.variance(measure_valued, power_of(power), Normal(10, sigma))[1]
        assert_exact(alone, exact)
        others, loss = node.path(node.noise(rng, 100_000))[:, 1:], sum_of(power)

        def first(y: Any, loss: Loss = loss, others: Any = others) -> Any:
            return loss(np.column_stack([y, others]))  # both of a pair share the other draws

        eps = rng.standard_normal((100_000, 4))
        samples = measure_valued(first, node.components[0], eps)[:, 1]
        squares = (samples - samples.mean()) ** 2
        assert abs(squares.mean() - exact) < 5 * squares.std() / 100_000**0.5 < 0.05 * exact


def test_measure_valued_gradient_of_fourth_powers_varies_less_than_the_trick() -> None:
    """Figure 5's fourth powers, with the trick, in sigma at random dials."""
    fourth = power_of(4)
    for mu, sigma in np.random.default_rng(6).uniform(0.2, 3, (10, 2)):
        trick = quadrature.variance(pathwise, fourth, Normal(mu, sigma))[1]
        a, b = mu**2, sigma**2
        assert_exact(trick, 16 * a**3 + 576 * a**2 * b + 3312 * a * b**2 + 1536 * b**3)
        assert quadrature.variance(measure_valued, fourth, Normal(mu, sigma))[1] < trick
