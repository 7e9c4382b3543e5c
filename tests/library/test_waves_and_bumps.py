"""The closed forms of the cosine and of the exponential of a square, where digits are hard to keep.

The second route takes the moments as they come, with as many digits as cancel.
"""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from routes import assert_exact, assert_within_error, moments

from rpt_helpers import (
    PARAMETERIZATIONS,
    Cosine,
    ExponentialSquare,
    Normal,
    SquaredError,
    closed_form,
    leave_one_out,
    measure_valued,
    pathwise,
    quadrature,
    score_function,
)

DIGITS = 120
SQUARES = [{2: 1}, {0: 1, 2: -2, 4: 1}]  # of the scores times sigma, as polynomials in the noise
Moment = Callable[[dict[int, Any]], Any]


class Route:
    """E[f^p eps^m] and the like of a loss, in (mu, sigma)."""

    mean: Moment
    mean_square: Moment
    slope: Moment
    slope_square: Moment

    def __init__(self, loss: Any, node: Normal) -> None:
        self.k, self.mu, self.sigma = mp.mpf(loss.k), mp.mpf(node.mu), mp.mpf(node.sigma)

    def rayleigh(self, sign: int) -> tuple[Any, Any]:
        """Return E f(mu + sign sigma w), and E f^2."""
        raise NotImplementedError

    def product_of_two_sides(self) -> Any:
        """Return E f(mu + sigma w) f(mu - sigma w)."""
        raise NotImplementedError

    def product_of_maxwell_and_its_part(self) -> Any:
        """Return E f(mu + sigma m) f(mu + sigma m u)."""
        raise NotImplementedError

    def gradient(self) -> list[Any]:
        return [self.slope({0: 1}), self.slope({1: 1})]

    def baseline(self) -> list[Any]:
        return [self.mean(SQUARES[0]), self.mean(SQUARES[1]) / 2]

    def pathwise(self) -> list[Any]:
        squares = [self.slope_square({0: 1}), self.slope_square({2: 1})]
        return [square - g**2 for square, g in zip(squares, self.gradient(), strict=True)]

    def score_function(self, baseline: Any) -> list[Any]:
        found = []
        for weight, norm, b, g in zip(SQUARES, (1, 2), baseline, self.gradient(), strict=True):
            square = self.mean_square(weight) - 2 * b * self.mean(weight) + norm * b**2
            found.append(square / self.sigma**2 - g**2)
        return found

    def leave_one_out(self, n: int) -> list[Any]:
        mean = self.mean({0: 1})
        variance = self.mean_square({0: 1}) - mean**2
        plain = self.score_function([mean, mean])
        return [
            v + (g**2 + variance * norm / self.sigma**2) / (n - 1)
            for v, g, norm in zip(plain, self.gradient(), (1, 2), strict=True)
        ]

    def measure_valued(self, coupled: bool) -> list[Any]:
        (up, up_square), (down, down_square) = self.rayleigh(1), self.rayleigh(-1)
        together = self.product_of_two_sides() if coupled else up * down
        in_mu = up_square + down_square - 2 * together - (up - down) ** 2
        to, start = self.mean({2: 1}), self.mean({0: 1})
        together = self.product_of_maxwell_and_its_part() if coupled else to * start
        squares = self.mean_square({2: 1}) + self.mean_square({0: 1})
        in_sigma = squares - 2 * together - (to - start) ** 2
        return [in_mu / (2 * mp.pi * self.sigma**2), in_sigma / self.sigma**2]


class Wave(Route):
    """cos(ky), from E exp(itky) eps^m."""

    def tilted(self, t: int, powers: dict[int, Any]) -> Any:
        a = t * self.k * self.sigma
        of_noise = moments(1j * a, 1, 4)
        total = sum(factor * of_noise[power] for power, factor in powers.items())
        return mp.exp(1j * t * self.k * self.mu - a**2 / 2) * total

    def mean(self, powers: dict[int, Any]) -> Any:
        return self.tilted(1, powers).real

    def mean_square(self, powers: dict[int, Any]) -> Any:
        return (self.tilted(0, powers).real + self.tilted(2, powers).real) / 2

    def slope(self, powers: dict[int, Any]) -> Any:
        return -self.k * self.tilted(1, powers).imag

    def slope_square(self, powers: dict[int, Any]) -> Any:
        return self.k**2 * (self.tilted(0, powers).real - self.tilted(2, powers).real) / 2

    def on_one_side(self, t: int) -> Any:
        """Return E exp(itk sigma w)."""
        a = t * self.k * self.sigma
        damped = a * mp.sqrt(mp.pi / 2) * mp.exp(-(a**2) / 2)
        return 1 - damped * mp.erfi(a / mp.sqrt(2)) + 1j * damped

    def rayleigh(self, sign: int) -> tuple[Any, Any]:
        mean = mp.exp(1j * self.k * self.mu) * self.on_one_side(sign)
        square = mp.exp(2j * self.k * self.mu) * self.on_one_side(2 * sign)
        return mean.real, (1 + square.real) / 2

    def product_of_two_sides(self) -> Any:
        return (mp.cos(2 * self.k * self.mu) + self.on_one_side(2).real) / 2

    def product_of_maxwell_and_its_part(self) -> Any:
        # The mean over u is (sin(k mu + k sigma m) - sin(k mu)) / (k sigma m).
        rest = mp.sin(self.k * self.mu) * self.tilted(1, {1: 1}).real
        return (self.tilted(2, {1: 1}).imag / 2 - rest) / (self.k * self.sigma)


class Bump(Route):
    """exp(-k y^2), from E exp(-t k y^2) eps^m."""

    def tilted(self, t: int, powers: dict[int, Any]) -> Any:
        spread = 1 + 2 * t * self.k * self.sigma**2
        of_noise = moments(-2 * t * self.k * self.mu * self.sigma / spread, 1 / spread, 4)
        total = sum(factor * of_noise[power] for power, factor in powers.items())
        return mp.exp(-t * self.k * self.mu**2 / spread) / mp.sqrt(spread) * total

    def mean(self, powers: dict[int, Any]) -> Any:
        return self.tilted(1, powers)

    def mean_square(self, powers: dict[int, Any]) -> Any:
        return self.tilted(2, powers)

    def slope(self, powers: dict[int, Any]) -> Any:
        return (
            -2
            * self.k
            * sum(
                factor * (self.mu * self.mean({power: 1}) + self.sigma * self.mean({power + 1: 1}))
                for power, factor in powers.items()
            )
        )

    def slope_square(self, powers: dict[int, Any]) -> Any:
        y_square = {0: self.mu**2, 1: 2 * self.mu * self.sigma, 2: self.sigma**2}
        [shift] = powers
        shifted = {power + shift: factor for power, factor in y_square.items()}
        return 4 * self.k**2 * self.mean_square(shifted)

    def rayleigh(self, sign: int) -> tuple[Any, Any]:
        found = []
        for t in (1, 2):
            spread = 1 + 2 * t * self.k * self.sigma**2
            tau = sign * 2 * t * self.k * self.mu * self.sigma / mp.sqrt(spread)
            far = tau * mp.sqrt(mp.pi / 2) * mp.exp(tau**2 / 2) * mp.erfc(tau / mp.sqrt(2))
            found.append(mp.exp(-t * self.k * self.mu**2) * (1 - far) / spread)
        return found[0], found[1]

    def product_of_two_sides(self) -> Any:
        return mp.exp(-2 * self.k * self.mu**2) / (1 + 4 * self.k * self.sigma**2)

    def product_of_maxwell_and_its_part(self) -> Any:
        # The mean over u is a difference of two erf, and so is its mean over m.
        v, w = 1 + 2 * self.k * self.sigma**2, 1 + 4 * self.k * self.sigma**2
        h = mp.sqrt(self.k) * self.mu
        between = mp.sqrt(mp.pi) * h * (mp.erf(h) - mp.erf(h / mp.sqrt(v * w)))
        return ((self.mean_square({0: 1}) + self.mean({0: 1}) * between) / v).real


ROUTES: dict[Any, type[Route]] = {Cosine: Wave, ExponentialSquare: Bump}
NEGATIVE = [
    (-1e-12, 3.0),
    (-1e-6, 0.5),
    (-0.01, 3.0),
    (-0.3, 0.5),
    (-0.0624, 2.0),
    (-0.249999, 1.0),
]
CORNERS = [
    *product(ROUTES, [1e-12, 1e-6, 0.01, 0.3, 1.0, 40.0, 1e6], [1e-7, 1e-3, 0.5, 3.0, 1e4]),
    *[(ExponentialSquare, k, sigma) for k, sigma in NEGATIVE],
]


def centers(kind: Any, k: float) -> list[float]:
    """Return 0, both sides of where a slope or a curvature is 0, and what is far away."""
    turn = np.pi / 2 / k if kind is Cosine else (2 * abs(k)) ** -0.5
    far = 1e8 if kind is Cosine else 15.0 if k > 0 else 3.0
    return [0.0, 1e-3, turn, turn * (1 + 1e-9), 2 * turn, -0.7 * turn, far * turn, 0.5, -3.0]


def values(exact: Any, route: Route, baselines: list[Any]) -> list[tuple[Any, Any]]:
    """Return all that has a closed form, as calls and as the second route finds it."""
    of = partial(exact.variance, score_function)
    return [
        (exact.expected_loss, [route.mean({0: 1})]),
        (exact.gradient, route.gradient()),
        (exact.optimal_baseline, route.baseline()),
        (partial(exact.variance, pathwise), route.pathwise()),
        *[(partial(of, baseline=b), route.score_function([*map(mp.mpf, b)])) for b in baselines],
        (partial(of, baseline=leave_one_out, n_samples=5), route.leave_one_out(5)),
        (partial(exact.variance, measure_valued), route.measure_valued(True)),
        (partial(exact.variance, measure_valued, coupled=False), route.measure_valued(False)),
    ]


def check(loss: Any, node: Normal) -> int:
    """Compare all digits that were promised; return how many values were given."""
    given = 0
    with mp.workdps(DIGITS):
        route = ROUTES[type(loss)](loss, node)
        mean = float(route.mean({0: 1}))
        for exact, expected in values(closed_form, route, [[0, 0], [mean, mean], [0.7, -2.0]]):
            size = max(map(abs, expected))
            try:
                found = exact(loss, node)
            except ValueError as refusal:
                few = str(refusal).startswith("baseline must be smaller: it takes away all digits")
                large = "too large for a float" in str(refusal) and size > 1e300
                assert few or large or "which is too small for a float" in str(refusal)
                assert not few or exact.keywords["baseline"] == [mean, mean]
                continue
            given += 1
            for one, other in zip(np.atleast_1d(found), expected, strict=True):
                if "variance" in str(exact) or abs(other) > 1e-290:
                    assert abs(one - other) <= 1e-9 * abs(other), (exact, loss, node, one, other)
    return given


@pytest.mark.parametrize(("kind", "k", "sigma"), CORNERS)
def test_nine_digits_are_right_in_every_corner(kind: Any, k: float, sigma: float) -> None:
    assert sum(check(kind(k), Normal(mu, sigma)) for mu in centers(kind, k)) >= 40


@settings(max_examples=40)
@given(st.sampled_from([*ROUTES]), *[st.floats(-4, 4)] * 3, st.booleans())
def test_nine_digits_are_right_in_between(
    kind: Any, k: float, mu: float, sigma: float, left: bool
) -> None:
    assert check(kind(10**k), Normal((-1) ** left * 10**mu, 10**sigma)) >= 5


@settings(max_examples=20)
@given(st.floats(0.001, 0.249), st.integers(-50, 50), st.floats(-3, 0.5))
def test_nine_digits_are_right_where_the_loss_grows(kappa: float, far: int, sigma: float) -> None:
    loss = ExponentialSquare(-kappa / 100**sigma)
    assert check(loss, Normal(far / 10 * 10**sigma, 10**sigma)) >= 5


def around(k: float) -> SquaredError:
    return SquaredError([k - 1, k, k + 2.5])


GRID: dict[Any, list[float]] = {
    Cosine: [0.3, 1.0, 4.0],
    ExponentialSquare: [-0.05, 0.3, 1.0, 8.0],
    around: [0.3],
}


@pytest.mark.parametrize(
    ("kind", "k", "mu", "sigma"),
    [(kind, *case) for kind in GRID for case in product(GRID[kind], [-0.4, 1.0], [0.2, 1.5])],
)
def test_closed_forms_agree_with_quadrature_in_all_parameters(
    kind: Any, k: float, mu: float, sigma: float
) -> None:
    loss = kind(k)
    for parameterization in PARAMETERIZATIONS:
        node = Normal(mu, sigma, parameterization)
        pairs: list[Any] = [
            (getattr(closed_form, name), getattr(quadrature, name))
            for name in ("expected_loss", "gradient", "optimal_baseline")
        ]
        for estimator, options in ALL:
            pairs.append(
                [partial(m.variance, estimator, **options) for m in (closed_form, quadrature)]
            )
        for exact, by_quadrature in pairs:
            expected = by_quadrature(loss, node)
            assert_allclose(exact(loss, node), expected, rtol=1e-9, atol=1e-14)


ALL: list[tuple[Any, dict[str, Any]]] = [
    (pathwise, {}),
    (score_function, {}),
    (score_function, {"baseline": [0.3, -1.5]}),
    (score_function, {"baseline": leave_one_out, "n_samples": 3}),
    (measure_valued, {"coupled": True}),
    (measure_valued, {"coupled": False}),
]


@pytest.mark.parametrize("loss", [Cosine(1.7), ExponentialSquare(0.6), around(0.3)])
@pytest.mark.parametrize(("estimator", "options"), ALL)
def test_simulated_gradients_have_the_exact_mean_and_variance(
    loss: Any, estimator: Any, options: dict[str, Any]
) -> None:
    n, node, rng = 20_000, Normal(0.7, 1.3, "log_sigma"), np.random.default_rng(23)
    variance = closed_form.variance(estimator, loss, node, **options)
    if "n_samples" in options:  # means of so many
        n, size = 4_000, options["n_samples"]
        samples = size**0.5 * np.array(
            [
                score_function(loss, node, eps, baseline=leave_one_out).mean(axis=0)
                for eps in rng.standard_normal((n, size))
            ]
        )
        mean = size**0.5 * closed_form.gradient(loss, node)
    else:
        noise = getattr(estimator, "noise", node.noise)
        samples = estimator(loss, node, noise(rng, n), **options)
        mean = closed_form.gradient(loss, node)
    assert_within_error(samples.mean(axis=0), mean, variance, n)
    fourth = ((samples - mean) ** 4).mean(axis=0)
    assert_within_error(((samples - mean) ** 2).mean(axis=0), variance, fourth - variance**2, n)


@pytest.mark.parametrize("estimator", [pathwise, score_function, measure_valued])
def test_a_variance_that_is_infinite_is_refused_and_so_is_a_mean(estimator: Any) -> None:
    loss, node = ExponentialSquare(-0.3), Normal(0.5, 1)
    assert_exact(closed_form.gradient(loss, node), quadrature.gradient(loss, node))
    message = r"node must be one with 1 \+ 4 k sigma\^2 > 0, else the variance is infinite"
    with pytest.raises(ValueError, match=message):
        closed_form.variance(estimator, loss, node)
    for exact in (closed_form.expected_loss, closed_form.gradient, closed_form.optimal_baseline):
        with pytest.raises(ValueError, match=r"1 \+ 2 k sigma\^2 > 0, else the expectation is inf"):
            exact(loss, Normal(0.5, 1.3))


def test_what_is_too_large_for_a_float_is_refused() -> None:
    for exact, loss, node in (
        (closed_form.expected_loss, Cosine(1e200), Normal(1e200, 1)),
        (closed_form.gradient, ExponentialSquare(1e200), Normal(1e200, 1)),
        (partial(closed_form.variance, pathwise), Cosine(1e200), Normal(1, 1)),
        (partial(closed_form.variance, pathwise), ExponentialSquare(1e200), Normal(1e200, 1)),
        (partial(closed_form.variance, score_function), Cosine(1), Normal(1, 1e-200)),
    ):
        with pytest.raises(
            ValueError, match="^node must be nearer to the scale of .* (too large|to 1:)"
        ):
            exact(loss, node)


def test_what_is_too_small_for_a_float_is_refused_and_never_zero() -> None:
    for exact, loss, node in (
        (partial(closed_form.variance, score_function), SquaredError([0.0]), Normal(5e-94, 4e-91)),
        (partial(closed_form.variance, pathwise), SquaredError([0.0]), Normal(5e-94, 4e-91)),
        (partial(closed_form.variance, measure_valued), Cosine(1e-60), Normal(1.0, 1.0)),
        (partial(closed_form.variance, score_function), ExponentialSquare(1e-70), Normal(1.0, 1.0)),
    ):
        with pytest.raises(ValueError, match="^node must be nearer to .*powers that are floats"):
            exact(loss, node)


def test_a_baseline_that_is_too_small_to_be_seen_changes_nothing() -> None:
    """The mean loss is below 1e-100 here."""
    bump, far = ExponentialSquare(1), Normal(16, 0.1)
    of = partial(closed_form.variance, score_function)
    for loss, node, b in ((Cosine(30), Normal(1, 1), 1e-120), (bump, far, -1e-160)):
        assert_exact(of(loss, node, baseline=b), of(loss, node))
    with mp.workdps(DIGITS):
        expected = Bump(bump, far).score_function([mp.mpf(1e-109)] * 2)
    assert_exact(of(bump, far, baseline=1e-109) / of(bump, far), expected / of(bump, far))


@pytest.mark.parametrize("estimator", [pathwise, score_function, measure_valued])
@pytest.mark.parametrize("node", [Normal(22, 0.1), Normal(60, 1)])
def test_far_from_a_bump_the_variance_is_no_float_and_is_refused(
    estimator: Any, node: Normal
) -> None:
    bump = ExponentialSquare(1)
    baseline: dict[str, Any] = {"baseline": 1e-170} if estimator is score_function else {}
    for options in ({}, baseline):
        with pytest.raises(ValueError, match="^node must be nearer .* too small for a float there"):
            closed_form.variance(estimator, bump, node, **options)
    with pytest.raises(ValueError, match="its square is no float|different from 0 where"):
        quadrature.variance(estimator, bump, node)


def test_far_from_a_bump_a_baseline_has_a_variance() -> None:
    found = closed_form.variance(
        score_function, ExponentialSquare(1), Normal(22, 0.1), baseline=0.7
    )
    assert_exact(found, 0.7**2 * np.array([1, 2]) / 0.1**2)


@pytest.mark.parametrize("left", [1e-3, 1e-6, 1e-9, 1e-12])
def test_nine_digits_are_right_where_the_mean_square_is_nearly_infinite(left: float) -> None:
    k = -(1 - left) / 4 / 1.3**2
    assert check(ExponentialSquare(k), Normal(0.3 * left**0.5, 1.3)) >= 8


@pytest.mark.parametrize("kind", [Cosine, ExponentialSquare])
def test_a_constant_has_no_variance(kind: Any) -> None:
    node = Normal(0.7, 1.3)
    for estimator, options in ALL[:1] + ALL[3:]:
        assert np.all(closed_form.variance(estimator, kind(0), node, **options) == 0)
    for estimator, options in ALL[1:3]:
        variance = closed_form.variance(estimator, kind(0), node, **options)
        level = (1 - np.array(options.get("baseline", 0))) ** 2
        assert_exact(variance, level * np.array([1, 2]) / 1.3**2)
