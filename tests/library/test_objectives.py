"""The objectives that identify sigma: value, gradient, one gradient per sample, optimum."""

from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose
from routes import (
    NORMAL,
    X,
    assert_exact,
    assert_within_error,
    derivatives,
    log_density,
    nodes,
    spread_data,
)
from scipy.optimize import minimize

from rpt_helpers import (
    PARAMETERIZATIONS,
    EnergyScore,
    MomentMatching,
    NegativeLogLikelihood,
    Normal,
    ReverseKL,
    SquaredErrorWithEntropy,
    datasets,
)

MEAN, S2 = mp.mpf(float(X.mean())), mp.mpf(float(X.var()))
TAU = 1.9
XS = [mp.mpf(float(x)) for x in X]
EACH = [NORMAL.by(parameterization) for parameterization in PARAMETERIZATIONS]


def negative_log_likelihood(mu: Any, sigma: Any) -> Any:
    return -sum(log_density(x, mu, sigma) for x in XS) / len(XS)


def moment_matching(mu: Any, sigma: Any) -> Any:
    return (mu - MEAN) ** 2 + ((mu - MEAN) ** 2 + sigma**2 - S2) ** 2 / (4 * S2)


def with_entropy(mu: Any, sigma: Any) -> Any:
    squares = sum((mu - x) ** 2 + sigma**2 for x in XS)
    return squares / (2 * mp.mpf(TAU) ** 2) - mp.log(sigma)


def reverse_kl(mu: Any, sigma: Any) -> Any:
    def integrand(e: Any) -> Any:
        y = mu + sigma * e
        return mp.npdf(e) * (log_density(y, mu, sigma) - log_density(y, MEAN, mp.sqrt(S2)))

    return mp.quad(integrand, np.arange(-14, 15, 2).tolist())


def energy_score(mu: Any, sigma: Any) -> Any:
    """The integral form of the CRPS: of the squared difference of the distribution functions."""
    cuts = sorted({-40, *map(float, X), 40})
    total = mp.mpf(0)
    for x in XS:
        below = mp.quad(lambda t: mp.ncdf(t, mu, sigma) ** 2, [c for c in cuts if c <= x])
        above = mp.quad(lambda t: (1 - mp.ncdf(t, mu, sigma)) ** 2, [c for c in cuts if c >= x])
        total += below + above
    return total / len(XS)


OBJECTIVES: list[tuple[Any, Any]] = [
    (NegativeLogLikelihood(X), negative_log_likelihood),
    (MomentMatching(X), moment_matching),
    (SquaredErrorWithEntropy(X, TAU), with_entropy),
    (ReverseKL(X), reverse_kl),
    (EnergyScore(X), energy_score),
]
STOCHASTIC = [pair for pair in OBJECTIVES if hasattr(pair[0], "pathwise")]
NAMES = [type(objective).__name__ for objective, _ in OBJECTIVES]


@pytest.mark.parametrize(("objective", "definition"), OBJECTIVES, ids=NAMES)
def test_value_follows_the_definition(objective: Any, definition: Any) -> None:
    expected = definition(mp.mpf(NORMAL.mu), mp.mpf(NORMAL.sigma))
    assert_exact(objective.value(NORMAL), expected)
    assert type(objective.value(NORMAL)) is float


@pytest.mark.parametrize("node", EACH)
@pytest.mark.parametrize(("objective", "definition"), OBJECTIVES[:3], ids=NAMES[:3])
def test_gradient_is_the_derivative_of_the_definition(
    objective: Any, definition: Any, node: Normal
) -> None:
    assert_exact(objective.gradient(node), derivatives(definition, node))


@pytest.mark.parametrize("node", EACH)
def test_gradient_of_the_reverse_kl_is_that_of_its_formula(node: Normal) -> None:
    def formula(mu: Any, sigma: Any) -> Any:
        return mp.log(mp.sqrt(S2) / sigma) + ((mu - MEAN) ** 2 + sigma**2) / (2 * S2) - 0.5

    assert_exact(ReverseKL(X).gradient(node), derivatives(formula, node))


@pytest.mark.parametrize("node", EACH)
def test_gradient_of_the_energy_score_is_that_of_its_formula(node: Normal) -> None:
    def formula(mu: Any, sigma: Any) -> Any:
        z = [(mu - x) / sigma for x in XS]
        distance = sum(sigma * (w * (2 * mp.ncdf(w) - 1) + 2 * mp.npdf(w)) for w in z) / len(XS)
        return distance - sigma / mp.sqrt(mp.pi)

    value = formula(mp.mpf(node.mu), mp.mpf(node.sigma))
    assert_exact(EnergyScore(X).value(node), value)  # which is tested against the integral above
    assert_exact(EnergyScore(X).gradient(node), derivatives(formula, node), size=1)


@given(spread_data, nodes)
def test_gradients_match_finite_differences_of_the_values(x: Any, node: Normal) -> None:
    node = node.by("sigma")
    for objective in (
        NegativeLogLikelihood(x),
        MomentMatching(x),
        SquaredErrorWithEntropy(x, 2),
        ReverseKL(x),
        EnergyScore(x),
    ):
        h = 1e-4 * node.sigma

        def value(mu: float, sigma: float, objective: Any = objective) -> Any:
            return objective.value(Normal(node.mu + mu, node.sigma + sigma))

        slopes = [value(h, 0) - value(-h, 0), value(0, h) - value(0, -h)]
        gradient = objective.gradient(node)
        size = 1 + abs(value(0, 0)) / node.sigma
        assert_allclose(np.array(slopes) / (2 * h), gradient, rtol=1e-6, atol=1e-6 * size)


@pytest.mark.parametrize("node", EACH)
@pytest.mark.parametrize("objective", [objective for objective, _ in STOCHASTIC])
def test_pathwise_samples_average_to_the_gradient(objective: Any, node: Normal) -> None:
    n_samples = 100_000
    samples = objective.pathwise(node, np.random.default_rng(8).standard_normal(n_samples))
    # Neighbors share noise in MomentMatching: averages of pairs of batches bound its variance.
    variance = samples.var(axis=0) * (2 if isinstance(objective, MomentMatching) else 1)
    assert samples.shape == (n_samples, 2)
    assert_within_error(samples.mean(axis=0), objective.gradient(node), variance, n_samples)


EPS = np.array([-1.2, 0.4, 2.0])


@pytest.mark.parametrize("node", EACH)
@pytest.mark.parametrize(
    "objective", [SquaredErrorWithEntropy(X, TAU), ReverseKL(X), EnergyScore(X)]
)
def test_each_pathwise_sample_differentiates_loss_plus_the_term_in_sigma(
    objective: Any, node: Normal
) -> None:
    def sample(mu: Any, sigma: Any, e: float) -> Any:
        y = mu + sigma * mp.mpf(e)
        if isinstance(objective, EnergyScore):
            return sum(abs(y - x) for x in XS) / len(XS) - sigma / mp.sqrt(mp.pi)
        tau_square = len(XS) * S2 if isinstance(objective, ReverseKL) else mp.mpf(TAU) ** 2
        return sum((y - x) ** 2 for x in XS) / (2 * tau_square) - mp.log(sigma)

    expected = [derivatives(sample, node, e) for e in EPS]
    assert_exact(objective.pathwise(node, EPS), expected)


@pytest.mark.parametrize("node", EACH)
def test_each_moment_matching_sample_multiplies_with_its_neighbor(node: Normal) -> None:
    centered = node.path(EPS) - X.mean()
    expected = []
    for i in range(3):
        other = centered[i - 1]
        slope = 2 * other + (other**2 - X.var()) * centered[i] / X.var()
        expected.append([slope, slope * EPS[i] * node.scale_derivative])
    assert_exact(MomentMatching(X).pathwise(node, EPS), expected)


def test_two_samples_are_enough_for_moment_matching() -> None:
    assert MomentMatching(X).pathwise(NORMAL, [0.1, 0.2]).shape == (2, 2)


def test_the_likelihood_has_no_pathwise_gradient() -> None:
    assert not hasattr(NegativeLogLikelihood(X), "pathwise")


@given(spread_data)
def test_which_optima_are_mean_and_s_and_which_is_not(x: Any) -> None:
    s = np.std(x)
    for kind in (NegativeLogLikelihood, MomentMatching, ReverseKL):
        optimum = kind(x).optimum()
        assert_exact([optimum.mu, optimum.sigma], [np.mean(x), s], size=10)
    posterior = SquaredErrorWithEntropy(x, 1.5).optimum()
    assert_exact([posterior.mu, posterior.sigma], [np.mean(x), 1.5 / len(x) ** 0.5], size=10)


def test_the_optimum_of_the_energy_score_for_two_values_is_not_their_spread() -> None:
    """Where both distances are z sigma, 2 phi(z) = 1/sqrt(pi): z = sqrt(log 2)."""
    best = EnergyScore([-1, 1]).optimum()
    assert best.mu == pytest.approx(0, abs=1e-9)
    assert best.sigma == pytest.approx(np.log(2) ** -0.5, rel=1e-9)


@given(spread_data)
def test_no_neighbor_of_an_optimum_is_better(x: Any) -> None:
    for objective in (
        NegativeLogLikelihood(x),
        MomentMatching(x),
        SquaredErrorWithEntropy(x, 1.5),
        ReverseKL(x),
        EnergyScore(x),
    ):
        best: Normal = objective.optimum()
        least = objective.value(best)
        assert np.abs(objective.gradient(best.by("log_sigma"))).max() < 1e-8
        for direction in (
            [0.01, 0],
            [-0.01, 0],
            [0, 0.01],
            [0, -0.01],
            [0.01, 0.01],
            [0.01, -0.01],
        ):
            shift, growth = np.array(direction) * best.sigma
            assert objective.value(Normal(best.mu + shift, best.sigma + growth)) > least


def test_the_reverse_kl_is_0_where_both_are_the_same() -> None:
    assert ReverseKL(X).value(Normal(X.mean(), X.std())) == pytest.approx(0, abs=1e-15)


SPREAD = np.random.default_rng(3).standard_normal(50)
HARD = [
    X,
    datasets.ten_draws(),
    datasets.michelson(),
    X + 1e9,
    X * 1e-150,
    np.append(np.arange(11), 1e6),  # one value far away
    np.append(np.arange(11), 1e6) + 1e3,  # and none at 0
    np.array([0, 0, 0, 1]),  # the quartiles nearly coincide
    np.array([0, 0, 0, 0, 0, 0, 0, 2, 2, 9]),
    1e9 + 1e-3 * SPREAD,
    1e9 + 1e-6 * SPREAD,
    1e12 + 1e-3 * SPREAD,
    -1e15 + SPREAD,
    1.7e9 + np.random.default_rng(4).random(10_001),  # times within one second
]


@pytest.mark.parametrize("x", HARD)
def test_the_energy_score_has_the_optimum_that_a_search_finds(x: Any) -> None:
    objective = EnergyScore(x)
    best = objective.optimum()
    center = np.median(x)
    unit = np.std(x - center)
    standard = EnergyScore((x - center) / unit)

    def value(p: Any) -> float:
        return standard.value(Normal(p[0], np.exp(p[1])))

    options = {"xatol": 1e-9, "fatol": 1e-15, "maxiter": 5000}
    starts = [[shift, scale] for shift in (0, 0.5) for scale in (0, -1, -8)]
    found = min(
        (minimize(value, p, method="Nelder-Mead", options=options) for p in starts),
        key=lambda r: r.fun,
    )
    resolution = 2 * np.spacing(abs(best.mu)) / unit  # all that the float mu can say
    assert (best.mu - center) / unit == pytest.approx(found.x[0], abs=2e-7 + resolution)
    assert best.sigma / unit == pytest.approx(np.exp(found.x[1]), rel=2e-6)


def test_the_energy_score_of_mostly_equal_data_has_no_optimum() -> None:
    for far in (1.0, 1e3):
        with pytest.raises(
            ValueError, match="x must be data with an optimum at sigma > 0, not mostly equal"
        ):
            EnergyScore([0, 0, 0, 0, far]).optimum()


def test_what_the_book_prints_of_the_energy_score() -> None:
    for x, mu, sigma in [
        (datasets.michelson(), 299851.726, 76.8161),
        (datasets.ten_draws(), 2.59005, 1.90147),
    ]:
        best = EnergyScore(x).optimum()
        assert best.mu == pytest.approx(mu, rel=1e-6)
        assert best.sigma == pytest.approx(sigma, rel=1e-5)


# Far from 0, and far from the data.


@pytest.mark.parametrize("offset", [1e9, 1e12, -1e12])
@pytest.mark.parametrize("spread", [2.0, 2.0**-10])
def test_data_far_from_0_cost_no_digits(offset: float, spread: float) -> None:
    """Against the same data near 0, which are moved by a float that costs no digit."""
    x = offset + spread * SPREAD
    center = float(np.median(x[:-1]))  # between two data, whose mean it is
    near = x - center
    assert all(Fraction(a) - Fraction(center) == Fraction(b) for a, b in zip(x, near, strict=True))
    kinds: list[Any] = [NegativeLogLikelihood, MomentMatching, ReverseKL, EnergyScore]
    for kind in kinds:
        here, there = kind(near), kind(x)
        for node in EACH:
            at_0 = Normal(0, spread, node.parameterization)
            moved = Normal(center, spread, node.parameterization)
            assert_exact(there.value(moved), here.value(at_0))
            gradient = here.gradient(at_0)
            assert_exact(there.gradient(moved), gradient, size=np.abs(gradient).max())
        if hasattr(kind, "pathwise") and 1e-9 * abs(center) <= spread:
            eps = np.array([-1.0, 0.5, 2.0])  # where the float y is exact
            found = kind(x).pathwise(Normal(center, spread), eps)
            expected = kind(near).pathwise(Normal(0, spread), eps)
            assert_exact(found, expected, size=np.abs(expected).max())


HUGE = [Normal(1e200, 1), Normal(0, 1e200), Normal(-1e308, 1e308), Normal(0, 1e200, "log_sigma")]


@pytest.mark.parametrize("node", HUGE)
@pytest.mark.parametrize(
    "method",
    [
        MomentMatching(X).value,
        MomentMatching(X).gradient,
        SquaredErrorWithEntropy(X, TAU).value,
        ReverseKL(X).value,
    ],
)
def test_a_value_too_large_for_a_float_is_refused(method: Any, node: Normal) -> None:
    with pytest.raises(ValueError, match="^node must be nearer to the scale of .*: the result is"):
        method(node)


def test_the_likelihood_at_a_tiny_or_a_huge_sigma_is_right_or_refused() -> None:
    likelihood = NegativeLogLikelihood(X)
    for sigma in (1e-100, 1e-120, 1e-150, 1e150, 1e200, 1e300):
        node = Normal(0.7, sigma)
        assert_exact(likelihood.value(node), negative_log_likelihood(mp.mpf(0.7), mp.mpf(sigma)))
    for mu, sigma in ((0.7, 1e100), (0.7, 1e-100), (1e60, 1e-60), (0.7, 1e300)):
        delta, exact = mu - MEAN, mp.mpf(sigma)
        expected = [delta / exact**2, 1 / exact - (delta**2 + S2) / exact**3]
        assert_exact(likelihood.gradient(Normal(mu, sigma)), expected)
    for node in (Normal(0.7, 1e-120), Normal(0.7, 1e-200), Normal(1e200, 1), Normal(0.7, 5e-324)):
        with pytest.raises(ValueError, match="^node must be nearer to the scale of the data: the"):
            likelihood.gradient(node)
    for node in (Normal(0.7, 1e-200), Normal(1e200, 1e-10)):
        with pytest.raises(ValueError, match="^node must be nearer to the scale of the data: the"):
            likelihood.value(node)


@pytest.mark.parametrize("objective", [objective for objective, _ in STOCHASTIC])
def test_samples_too_large_for_a_float_are_refused(objective: Any) -> None:
    with pytest.raises(ValueError, match="^node must be nearer to the scale of the data: the"):
        objective.pathwise(Normal(0, 1e300, "log_sigma"), np.array([1e9, 2e9]))


@pytest.mark.parametrize("tau", [1e200, 1e-200])
def test_a_tau_whose_square_is_no_float_is_refused(tau: float) -> None:
    with pytest.raises(ValueError, match=r"^tau\^2 must be a finite number > 0, got (inf|0.0)$"):
        SquaredErrorWithEntropy(X, tau)
