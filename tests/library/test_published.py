"""Numbers and figures that others published, recomputed. Each test names its source."""

from itertools import product
from typing import Any

import numpy as np
import pytest
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


@pytest.mark.parametrize(("d", "s"), [(0.0, 1.0), (0.75, 1.25), (-3.0, 0.5), (8.0, 2.0)])
def test_closed_forms_of_the_quadratic(d: float, s: float) -> None:
    """The variances for f = (x - k)^2 behind figure 2 of Mohamed et al. (2020), with d = mu - k."""
    loss, node = quadratic(0.25), Normal(0.25 + d, s)
    plain = d**4 / s**2 + 14 * d**2 + 15 * s**2, 2 * d**4 / s**2 + 60 * d**2 + 74 * s**2
    expected = {
        "score": plain,
        "best": (8 * d**2 + 6 * s**2, 40 * d**2 + 24 * s**2),
        "trick": (4 * s**2, 4 * d**2 + 8 * s**2),
        "pair": (4 * d**2 * (4 / np.pi - 1), 4 * d**2 + 4 * s**2),
    }
    for curve, variances in expected.items():
        assert_exact(CURVES[curve](closed_form, loss, node), variances)


# Figures 2 and 3 of Mohamed et al., JMLR 21(132), 2020: their losses and grids, at mu = sigma = 1.
GRIDS: dict[Any, Any] = {
    quadratic: np.linspace(-3, 3, 100),
    ExponentialSquare: np.logspace(-1, 1, 100),
    Cosine: np.logspace(np.log10(0.5), np.log10(5), 100),
}
# closed_form or quadrature, a loss, a node -> the variances in mu and sigma.
CURVES: dict[str, Any] = {
    "score": lambda exact, loss, node=ONE: exact.variance(score_function, loss, node),
    "best": lambda exact, loss, node=ONE: exact.variance(
        score_function, loss, node, baseline=exact.optimal_baseline(loss, node)
    ),
    "trick": lambda exact, loss, node=ONE: exact.variance(pathwise, loss, node),
    "pair": lambda exact, loss, node=ONE: exact.variance(measure_valued, loss, node),
}


def drawn(exact: Any, kind: Any, curve: str) -> Any:
    """Return a curve in mu and in sigma, shape (100, 2)."""
    return np.array([CURVES[curve](exact, kind(k)) for k in GRIDS[kind]])


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("kind", GRIDS)
def test_every_point_of_figures_2_and_3_is_right(kind: Any, curve: str) -> None:
    assert_exact(drawn(closed_form, kind, curve), drawn(quadrature, kind, curve))


def test_the_curves_of_figure_2_are_u_shaped_and_ranked_for_nearly_every_offset() -> None:
    """About k = mu, except for pathwise in mu; the pair is the lowest but for far offsets in mu."""
    k, (score, best, trick, pair) = (
        GRIDS[quadratic],
        [drawn(closed_form, quadratic, curve) for curve in CURVES],
    )
    assert_exact(trick[:, 0], np.full(100, 4.0))
    for component in (trick[:, 1], *score.T, *best.T, *pair.T):
        lowest = int(component.argmin())
        assert k[lowest] == pytest.approx(1, abs=1e-12)
        assert np.all(np.diff(component[: lowest + 1]) < 0)
        assert np.all(np.diff(component[lowest:]) > 0)
    assert np.all(trick < best)
    assert np.all(best < score)
    near = np.abs(k - 1) < REACH
    assert np.array_equal(pair[:, 0] < trick[:, 0], near)
    assert_exact(trick[:, 1] - pair[:, 1], np.full(100, 4.0), size=trick.max())


REACH = (4 / np.pi - 1) ** -0.5
"""In units of sigma: where measure-valued and pathwise vary alike in mu, for a quadratic."""


def test_measure_valued_equals_pathwise_at_two_offsets_and_nowhere_else() -> None:
    for k in (1 - REACH, 1 + REACH):
        trick, pair = (CURVES[curve](closed_form, quadratic(k)) for curve in ("trick", "pair"))
        assert_exact(pair, trick - [0, 4])
    for kind in (ExponentialSquare, Cosine):
        trick, pair = (drawn(closed_form, kind, curve) for curve in ("trick", "pair"))
        assert np.all(pair < 0.85 * trick)


def test_coupling_drives_the_variance_to_zero_at_one_point_of_each_symmetric_loss() -> None:
    assert CURVES["pair"](closed_form, quadratic(1))[0] == 0
    assert CURVES["pair"](closed_form, Cosine(np.pi))[0] < 1e-30
    assert (
        drawn(closed_form, Cosine, "pair")[:, 0].argmin() == np.abs(GRIDS[Cosine] - np.pi).argmin()
    )


def test_measure_valued_varies_most_for_a_bump_of_the_grid() -> None:
    """The pathwise variance grows with k, and that of the pair turns around within figure 3."""
    assert np.all(np.diff(drawn(closed_form, ExponentialSquare, "trick"), axis=0) > 0)
    pair = drawn(closed_form, ExponentialSquare, "pair")
    peaks = GRIDS[ExponentialSquare][pair.argmax(axis=0)]
    assert peaks == pytest.approx([6.118, 5.207], rel=0.03)
    assert np.all(drawn(closed_form, Cosine, "pair")[:, 1] < 1)


CROSSINGS = [
    (quadratic, 0, ("trick", "pair"), [1 - REACH, 1 + REACH]),
    (ExponentialSquare, 0, ("trick", "score"), [0.869954]),
    (ExponentialSquare, 0, ("trick", "best"), [0.358043]),
    (ExponentialSquare, 1, ("trick", "score"), [1.002816]),
    (ExponentialSquare, 1, ("trick", "best"), [0.751935]),
    (ExponentialSquare, 1, ("pair", "score"), [1.729914]),
    (ExponentialSquare, 1, ("pair", "best"), [1.418114]),
    (Cosine, 0, ("trick", "score"), [1.063782]),
    (Cosine, 0, ("trick", "best"), [1.062452]),
    (Cosine, 1, ("trick", "score"), [1.297346]),
    (Cosine, 1, ("trick", "best"), [1.280622]),
    (Cosine, 1, ("pair", "best"), [2.287613, 4.142619]),
]


@pytest.mark.parametrize(("kind", "component", "pair", "at"), CROSSINGS)
def test_where_two_curves_cross(kind: Any, component: int, pair: Any, at: list[float]) -> None:
    for k in at:
        for exact in (closed_form, quadrature):
            one, other = (
                [CURVES[curve](exact, kind(k + step))[component] for step in (-1e-6, 1e-6)]
                for curve in pair
            )
            assert (one[0] - other[0]) * (one[1] - other[1]) < 0


def test_no_other_curves_cross() -> None:
    """Plain and best score function touch, where the best baseline is 0."""
    for kind in GRIDS:
        curves = {curve: drawn(closed_form, kind, curve) for curve in CURVES}
        for pair in product(("trick", "pair"), CURVES):
            above = curves[pair[0]] > curves[pair[1]]
            found = np.sum(above[1:] != above[:-1], axis=0).tolist()
            listed = [
                sum(
                    len(at)
                    for each, i, both, at in CROSSINGS
                    if (each, i, {*both}) == (kind, component, {*pair})
                )
                for component in (0, 1)
            ]
            assert found == listed, (kind, pair)


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
