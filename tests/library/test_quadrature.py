"""The rule against exact moments with 30 digits at all scales of the book, and what it refuses."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import product
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from numpy.testing import assert_allclose, assert_array_equal
from routes import (
    LOSSES,
    NORMAL,
    SQUARED_ERROR,
    assert_exact,
    integral,
    moments,
    moments_of_measure_valued,
    on_nodes,
)

from rpt_helpers import (
    PARAMETERIZATIONS,
    Cosine,
    ExponentialSquare,
    Loss,
    MeanAbsoluteError,
    Normal,
    SquaredError,
    closed_form,
    datasets,
    leave_one_out,
    measure_valued,
    pathwise,
    quadratic,
    quadrature,
    score_function,
)
from rpt_helpers.losses import DifferentiableLoss

SIGMAS = [0.1, 1.0, 10.0]
MUS = [-3.0, 0.0, 0.7, 50.0]
K_SIGMAS = [0.1, 1.0, 7.3, 20.0]
SCORE_SQUARES = [
    {2: 1},
    {0: 1, 2: -2, 4: 1},
]  # sigma^2 times the squared scores, as polynomials in the noise


def exact_cosine(k: Any, mu: Any, sigma: Any) -> tuple[Any, Any, Any]:
    """Gradient and both variances of cos(ky), from E[exp(iky) eps^m]."""

    def wave(frequency: Any, powers: dict[int, int]) -> Any:
        tilted = moments(1j * frequency * sigma, 1, 4)
        total = sum(factor * tilted[power] for power, factor in powers.items())
        return mp.exp(1j * frequency * mu - (frequency * sigma) ** 2 / 2) * total

    def square(sign: int, powers: dict[int, int]) -> Any:  # cos^2 or sin^2
        return (wave(0, powers).real + sign * wave(2 * k, powers).real) / 2

    gradient = [-k * wave(k, {power: 1}).imag for power in (0, 1)]
    pathwise = [k**2 * square(-1, {power: 1}) for power in (0, 2)]
    return gradient, pathwise, [square(1, powers) / sigma**2 for powers in SCORE_SQUARES]


def exact_exponential_square(k: Any, mu: Any, sigma: Any) -> tuple[Any, Any, Any]:
    """Gradient and both variances of exp(-k y^2), from E[exp(-k y^2) eps^m]."""

    def bump(rate: Any, powers: dict[int, Any]) -> Any:
        spread = 1 + 2 * rate * sigma**2
        tilted = moments(-2 * rate * mu * sigma / spread, 1 / spread, 4)
        total = sum(factor * tilted[power] for power, factor in powers.items())
        return mp.exp(-rate * mu**2 / spread) / mp.sqrt(spread) * total

    y_square = {0: mu**2, 1: 2 * mu * sigma, 2: sigma**2}
    gradient = [-2 * k * bump(k, {power: mu, power + 1: sigma}) for power in (0, 1)]
    pathwise = [
        4 * k**2 * bump(2 * k, {power + shift: factor for power, factor in y_square.items()})
        for shift in (0, 2)
    ]
    return gradient, pathwise, [bump(2 * k, powers) / sigma**2 for powers in SCORE_SQUARES]


def refused(about: str, call: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    with pytest.raises(ValueError, match=about):
        call(*arguments, **options)


# At mu = 50 sigma the bump is 0 to the last digit of a float, at -30 sigma it is out of reach.
CASES = [(Cosine, exact_cosine, *case) for case in product(K_SIGMAS, SIGMAS, MUS)] + [
    (ExponentialSquare, exact_exponential_square, k_sigma, sigma, mu)
    for k_sigma, sigma, mu in product(K_SIGMAS, SIGMAS, MUS)
    if abs(mu) <= 7 * sigma
]


@pytest.mark.parametrize(("kind", "exact", "k_sigma", "sigma", "mu"), CASES)
def test_gradients_and_variances_keep_their_promise(
    kind: Callable[[float], DifferentiableLoss],
    exact: Callable[[Any, Any, Any], tuple[Any, Any, Any]],
    k_sigma: float,
    sigma: float,
    mu: float,
) -> None:
    loss, node = kind(k_sigma / sigma), Normal(mu, sigma)
    gradient, *mean_squares = exact(mp.mpf(k_sigma / sigma), mp.mpf(mu), mp.mpf(sigma))
    assert_allclose(quadrature.gradient(loss, node), np.array(gradient, float), rtol=0, atol=1e-12)
    for estimator, mean_square in zip((pathwise, score_function), mean_squares, strict=True):
        variance = [float(a - b**2) for a, b in zip(mean_square, gradient, strict=True)]
        assert_allclose(quadrature.variance(estimator, loss, node), variance, rtol=1e-10)


SUMS_OF_SQUARES = [SQUARED_ERROR, quadratic(-0.4), SquaredError(datasets.michelson())]


@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
@pytest.mark.parametrize("loss", SUMS_OF_SQUARES)
@pytest.mark.parametrize("sigma", SIGMAS)
def test_sums_of_squares_agree_with_the_closed_form(
    loss: Any, sigma: float, parameterization: Any
) -> None:
    node = Normal(loss.mean + 0.7, sigma, parameterization)
    by_quadrature, exact = (
        quadrature.expected_loss(loss, node),
        closed_form.expected_loss(loss, node),
    )
    assert_allclose(by_quadrature, exact, rtol=1e-11)
    assert_allclose(quadrature.gradient(loss, node), closed_form.gradient(loss, node), rtol=1e-10)
    optimal = closed_form.optimal_baseline(loss, node)
    assert_allclose(quadrature.optimal_baseline(loss, node), optimal, rtol=1e-11)
    options: list[dict[str, Any]] = [{"baseline": b} for b in (0.0, exact, optimal, 3.0)]
    for estimator, choices in ((pathwise, [{}]), (score_function, options)):
        for choice in choices:
            variance = quadrature.variance(estimator, loss, node, **choice)
            assert_allclose(
                variance, closed_form.variance(estimator, loss, node, **choice), rtol=1e-10
            )


@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
def test_any_smooth_loss_agrees_with_gauss_hermite_nodes(parameterization: Any) -> None:
    loss = Loss(lambda y: np.exp(np.sin(y)), lambda y: np.cos(y) * np.exp(np.sin(y)))
    node = Normal(-0.3, 0.8, parameterization)
    mean, variance = on_nodes(lambda eps: pathwise(loss, node, eps))
    assert_exact(quadrature.gradient(loss, node), mean)
    assert_exact(quadrature.variance(pathwise, loss, node), variance)
    mean, variance = on_nodes(lambda eps: score_function(loss, node, eps, baseline=1.0))
    assert_exact(quadrature.gradient(loss, node), mean)
    assert_exact(quadrature.variance(score_function, loss, node, baseline=1.0), variance)


@pytest.mark.parametrize("loss", [ExponentialSquare(0.6), Cosine(1.7)])
def test_expectations_agree_with_adaptive_integration(loss: DifferentiableLoss) -> None:
    def definition(e: Any) -> Any:
        y = mp.mpf(NORMAL.mu) + mp.mpf(NORMAL.sigma) * e
        return mp.cos(mp.mpf(1.7) * y) if isinstance(loss, Cosine) else mp.exp(-mp.mpf(0.6) * y**2)

    mean = integral(definition)
    optimal = [
        integral(lambda e: definition(e) * e**2),
        integral(lambda e: definition(e) * (e**2 - 1) ** 2) / 2,
    ]
    assert_exact(quadrature.expected_loss(loss, NORMAL), mean)
    assert_exact(quadrature.optimal_baseline(loss, NORMAL), optimal)
    best = quadrature.optimal_baseline(loss, NORMAL)
    least = quadrature.variance(score_function, loss, NORMAL, baseline=best)
    for neighbor in (best - 1e-3, best + 1e-3):
        assert np.all(least < quadrature.variance(score_function, loss, NORMAL, baseline=neighbor))


def test_expectation_of_one_or_of_several_functions() -> None:
    one = quadrature.expectation(lambda y: y**2, NORMAL)
    assert type(one) is float
    assert_exact(one, NORMAL.mu**2 + NORMAL.sigma**2)
    several = quadrature.expectation(lambda y: np.array([y, y**2, np.exp(y)]).T, NORMAL)
    assert_exact(several, [NORMAL.mu, one, np.exp(NORMAL.mu + NORMAL.sigma**2 / 2)])


def test_a_constant_gradient_has_no_variance() -> None:
    linear = Loss(lambda y: 3 * y, lambda y: np.full_like(y, 3))
    assert_allclose(quadrature.variance(pathwise, linear, NORMAL), [0, 9], atol=1e-25)


def test_where_rounding_is_all_that_varies_the_variance_is_zero() -> None:
    def pair(loss: DifferentiableLoss, node: Normal, eps: Any) -> Any:
        return (pathwise(loss, node, eps) + pathwise(loss, node, -eps)) / 2

    assert quadrature.variance(pair, SquaredError([0.1, 0.3]), NORMAL)[0] == 0


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("slope", [1e3, 1e6])
def test_a_large_mean_leaves_the_variance_nine_digits(slope: float, unit: float) -> None:
    in_mu = quadrature.variance(pathwise, Loss(np.sin, np.cos), NORMAL)[0]
    found = quadrature.variance(pathwise, _steep(slope, unit), NORMAL)[0]
    assert_allclose(found, unit**2 * in_mu, rtol=1e-9)


def _steep(slope: float, unit: float) -> Loss:
    return Loss(lambda y: unit * (slope * y + np.sin(y)), lambda y: unit * (slope + np.cos(y)))


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("slope", [1e10, 1e13])
def test_a_mean_that_takes_more_digits_than_that_is_refused(slope: float, unit: float) -> None:
    about = "and keep its digits"
    refused(about, quadrature.variance, pathwise, _steep(slope, unit), NORMAL)


@pytest.mark.parametrize("sigma", [1e-7, 1e-9])
@pytest.mark.parametrize("mu", [0.0, 0.7])
@pytest.mark.parametrize(
    "options",
    [{"coupled": True}, {"coupled": False}, {"baseline": leave_one_out, "n_samples": 5}],
    ids=["coupled", "apart", "leave-one-out"],
)
def test_a_loss_that_hardly_varies_has_its_digits_or_is_refused(
    options: Any, mu: float, sigma: float
) -> None:
    """At mu = 0 all values of the cosine are 1, and its variance would be 0 without a word."""
    loss, node = Cosine(1.0), Normal(mu, sigma)
    estimator = measure_valued if "coupled" in options else score_function
    try:
        found = quadrature.variance(estimator, loss, node, **options)
    except ValueError as refusal:
        assert "keep" in str(refusal)
        return
    assert mu
    assert_allclose(found, closed_form.variance(estimator, loss, node, **options), rtol=1e-9)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_a_large_mean_does_not_let_a_low_jump_pass(unit: float) -> None:
    """The mean is right to its 13 digits, the variance would have five."""
    loss = Loss(
        lambda y: unit * (1000 * y + 3e-6 * np.maximum(y - 0.2, 0)),
        lambda y: unit * (1000 + np.where(y > 0.2, 3e-6, 0.0)),
    )
    about = r"^estimator\(loss, node, eps\) \*\* 2 must be smooth"
    refused(about, quadrature.variance, pathwise, loss, NORMAL)


ONE = Normal(0, 1)
UNRESOLVED = "must be smooth on the scale of sigma / 21845"
# As at mu = 0.7, sigma = 1.3 these lie between equally spaced points that are sigma / 111 apart.
DETAILS: dict[str, Callable[[Any], Any]] = {
    "jump": lambda y: np.where(y > 0.2, 1.0, 0.0),
    "kink": MeanAbsoluteError([0.3]),
    "another kink": lambda y: np.abs(y - 0.1),
    "needle at 0": ExponentialSquare(1e12),
    "needle": lambda y: np.exp(-1e10 * (y - 0.123) ** 2),
    "block": lambda y: np.where((y > 0.5) & (y < 0.5015), 1.0, 0.0),
    "block on a constant": lambda y: np.where((y > 0.5) & (y < 0.5015), 2.0, 1.0),
    "low jump": lambda y: np.where(y > 0.2, 1.0, 1 + 1e-7),
}


@pytest.mark.parametrize("function", DETAILS.values(), ids=DETAILS)
def test_what_the_rule_cannot_resolve_is_refused(function: Any) -> None:
    refused(rf"function\(y\) {UNRESOLVED}", quadrature.expectation, function, NORMAL)
    refused(f"loss {UNRESOLVED}", quadrature.expected_loss, function, NORMAL)


@pytest.mark.parametrize("center", np.linspace(-0.9, 0.9, 31).tolist())
def test_a_narrow_bump_on_a_constant_does_not_hide_between_the_points(center: float) -> None:
    width = 1e-4  # its size: 0.005 percent of the expectation
    found = quadrature.expectation(lambda y: 1 + np.exp(-(((y - center) / width) ** 2)), ONE)
    density = np.exp(-(center**2) / (2 + width**2)) / (2 + width**2) ** 0.5
    assert_exact(found, 1 + width * density)


# The first passes two rules with equal steps of sigma / 111, one of them shifted.
KINKS = [0.9050455007832342, *(0.4 + 2.0**-quadrature.FIRST_LEVEL * np.arange(0, 3, 0.5))]


@pytest.mark.parametrize("kink", KINKS)
def test_no_kink_passes_wherever_it_lies(kink: float) -> None:
    for node in (ONE, Normal(kink, 1)):
        refused(UNRESOLVED, quadrature.expectation, lambda y: np.abs(y - kink), node)


@pytest.mark.parametrize("jump", [-0.3, 0.2, 0.6])
def test_what_passes_is_right_to_the_promised_thirteen_digits(jump: float) -> None:
    """Lower and lower jumps: refused while they matter, and passed when they are too low to."""

    def found(height: Any) -> Any:
        return quadrature.expectation(lambda y: 1 + height * (y > jump), ONE)

    refused(UNRESOLVED, found, 1e-8)
    passed = 0
    for height in 10.0 ** np.arange(-11, -8, 0.25):
        with suppress(ValueError):
            assert abs(found(height) - 1 - height * mp.ncdf(-jump)) < 4e-14
            passed += 1
    assert passed > 3


@pytest.mark.parametrize("node", [ONE, NORMAL])
@pytest.mark.parametrize("waves", [1, 1 / 3, 2 / 3])
def test_a_loss_in_time_with_the_points_is_not_taken_for_a_constant(
    waves: float, node: Normal
) -> None:
    """Near mu it has one wave for each point, or for each point of one of the three rules."""
    k = 2 * np.pi * waves * 2**quadrature.FIRST_LEVEL / node.sigma
    assert abs(quadrature.expected_loss(Cosine(k), node)) < 1e-12


def test_a_variance_is_refined_even_where_the_mean_needs_nothing() -> None:
    k = 2000.0
    loss = Loss(lambda y: np.sin(k * y) / k, lambda y: np.cos(k * y))
    assert_exact(quadrature.variance(pathwise, loss, NORMAL), [0.5, 0.5])


@pytest.mark.parametrize(
    ("small", "about"),
    [
        (DETAILS["jump"], UNRESOLVED),
        (ExponentialSquare(-0.49), "concentrated within 37 sigma"),
        (lambda y: np.exp(0.49 * y**2) / (1 + np.exp(-y)), "concentrated within 37 sigma"),
    ],
)
def test_each_of_several_functions_is_judged_by_its_own_size(small: Any, about: str) -> None:
    def several(y: Any) -> Any:
        return np.array([small(y), 1e20 * y**2]).T

    refused(about, quadrature.expectation, several, ONE)
    refused(about, quadrature.expectation, lambda y: several(y)[:, ::-1], ONE)


ZERO = Loss(np.zeros_like, np.zeros_like)
HIDDEN = Loss(
    lambda y: np.exp(-1e10 * (y - 0.1234) ** 2),
    lambda y: -2e10 * (y - 0.1234) * np.exp(-1e10 * (y - 0.1234) ** 2),
)


@pytest.mark.parametrize(
    "call",
    [
        quadrature.expectation,
        quadrature.expected_loss,
        quadrature.gradient,
        quadrature.optimal_baseline,
        partial(quadrature.hermite_spectrum, order=3),
        partial(quadrature.variance, pathwise),
        partial(quadrature.variance, score_function),
        partial(quadrature.variance, measure_valued),
    ],
)
def test_a_loss_that_is_zero_wherever_one_looks_is_refused(call: Callable[..., Any]) -> None:
    far = Loss(lambda y: HIDDEN(y - 300), lambda y: HIDDEN.derivative(y - 300))
    for loss in (ZERO, far):
        refused("must be different from 0 .*, got '0 on all points'", call, loss, NORMAL)
    refused(f"must be different from 0|{UNRESOLVED}", call, HIDDEN, NORMAL)


def test_a_zero_among_several_functions_is_refused() -> None:
    refused("different from 0", quadrature.expectation, lambda y: np.array([y, 0 * y]).T, NORMAL)


@pytest.mark.parametrize("value", [1.0, -0.1, 1e9])
def test_a_constant_loss_has_no_gradient_and_no_variance(value: float) -> None:
    constant = Loss(lambda y: np.full_like(y, value), np.zeros_like)
    assert_array_equal(quadrature.gradient(constant, NORMAL), [0, 0])
    assert_array_equal(quadrature.variance(pathwise, constant, NORMAL), [0, 0])
    assert_array_equal(
        quadrature.variance(score_function, constant, NORMAL, baseline=value), [0, 0]
    )


@pytest.mark.parametrize(
    ("function", "got"),
    [
        (np.sqrt, "nan at y = -47.*"),
        (lambda y: np.where(y > 0, 1.0, np.nan), "nan at y = -47.*"),
        (lambda y: np.where(y < 3, 1.0, np.nan), "nan at y = 3.00.*"),
        (lambda y: 1 / np.zeros_like(y), "inf at y = .*"),
        (lambda y: np.where(y > 2, np.inf, 1.0), "inf at y = 2.00.*"),
        (lambda y: np.array([y, np.where(y > 0, y, np.nan)]).T, r"\[.* nan\] at y = -47.*"),
    ],
    ids=[
        "a root",
        "undefined on the left",
        "undefined on the right",
        "infinite",
        "infinite on the right",
        "second undefined",
    ],
)
def test_a_function_that_is_not_finite_is_refused_where_it_is_not(function: Any, got: str) -> None:
    about = rf"function\(y\) must be finite within 37 sigma of mu, got '{got}'"
    refused(about, quadrature.expectation, function, NORMAL)


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize(
    "function",
    [
        lambda y: np.exp(0.49 * y**2),
        lambda y: np.exp(0.49 * y**2) / (1 + np.exp(-y)),
        lambda y: np.exp(0.49 * y**2) / (1 + np.exp(y)),
        lambda y: np.array([y, np.exp(0.49 * y**2)]).T,
    ],
    ids=["explodes", "explodes to the right", "explodes to the left", "second explodes"],
)
def test_what_is_not_concentrated_within_reach_is_refused(function: Any, unit: float) -> None:
    about = r"function\(y\) must be concentrated within 37 sigma .*, got '[1-9]e-09 of E\|h\|"
    refused(about, quadrature.expectation, lambda y: unit * function(y), ONE)


@pytest.mark.parametrize("k", [0.3, 0.45, 0.47, 0.475, 0.478, 0.48, 0.481, 0.482, 0.485])
def test_what_grows_nearly_too_fast_is_right_or_refused(k: float) -> None:
    try:
        found = quadrature.expected_loss(ExponentialSquare(-k), ONE)
    except ValueError:
        assert k > 0.475
    else:
        assert_allclose(found, (1 - 2 * k) ** -0.5, rtol=1e-13)


@pytest.mark.parametrize("mu", [-2.5, 2.0, 3.0])
def test_a_bump_far_from_mu_is_found(mu: float) -> None:
    """20 to 30 sigma away: the value is below 1e-69, and still has its digits."""
    k, sigma = 200.0, 0.1
    width = 1 + 2 * k * sigma**2
    expected = np.exp(-k * mu**2 / width) / width**0.5
    found = quadrature.expectation(ExponentialSquare(k), Normal(mu, sigma))
    assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.parametrize("node", [Normal(1e9, 0.9), Normal(-1e17, 1), Normal(1e300, 1e-300)])
def test_a_normal_whose_samples_have_no_digits_left_is_refused(node: Normal) -> None:
    about = r"sigma must be >= 1e-09 \|mu\|"
    refused(about, quadrature.expectation, np.cos, node)
    refused(about, quadrature.gradient, Loss(np.sin, np.cos), node)


def test_a_normal_whose_samples_have_just_enough_digits_is_accepted() -> None:
    node = Normal(1e9, 1.0)
    assert_allclose(quadrature.expectation(lambda y: (y - 1e9) ** 2, node), 1, rtol=1e-6)
    wave, damped = 0.5 * np.array([-np.sin(5e8), -np.cos(5e8) / 2]), np.exp(-1 / 8)
    assert_allclose(quadrature.gradient(Cosine(0.5), node), wave * damped, rtol=1e-6)


@pytest.mark.parametrize("sigma", [2.0**-20, 1.0, 2.0**20])
def test_a_normal_far_from_zero_still_has_enough_digits(sigma: float) -> None:
    k, node = 0.5 / sigma, Normal(1e8 * sigma, sigma)
    expected = np.cos(k * node.mu) * np.exp(-1 / 8)
    assert_allclose(quadrature.expectation(Cosine(k), node), expected, rtol=1e-7)


@pytest.mark.parametrize("sigma", [1e160, 1e200, 1e308])
@pytest.mark.parametrize(
    "call",
    [
        quadrature.expectation,
        quadrature.expected_loss,
        quadrature.gradient,
        quadrature.optimal_baseline,
        partial(quadrature.hermite_spectrum, order=3),
        partial(quadrature.variance, pathwise),
        partial(quadrature.variance, score_function),
        partial(quadrature.variance, measure_valued),
    ],
)
def test_what_is_too_large_for_a_float_is_refused(call: Callable[..., Any], sigma: float) -> None:
    refused("must be finite within 37 sigma of mu", call, SQUARED_ERROR, Normal(0, sigma))


def test_only_a_normal_is_integrated() -> None:
    wrong: Any = (0.7, 1.3)
    refused("node must be a Normal", quadrature.expectation, np.cos, wrong)


@pytest.mark.parametrize(
    "result",
    [
        lambda y: y * 1j,
        lambda y: y > 0,
        lambda y: y.astype(str),
        lambda y: 1.0,
        lambda y: y[:-1],
        lambda y: np.array([y, y]),
        lambda y: np.ones((y.size, 2, 2)),
    ],
)
def test_a_function_must_return_one_number_or_row_for_each_point(result: Any) -> None:
    refused(r"function\(y\) must be", quadrature.expectation, result, NORMAL)


class Plain:
    """A loss of one's own, without the checks of Loss."""

    def __init__(self, value: Any, derivative: Any) -> None:
        self.value, self.derivative = value, derivative

    def __call__(self, y: Any) -> Any:
        return self.value(y)


@pytest.mark.parametrize("shape", [lambda y: 2.0, lambda y: y[:, np.newaxis], lambda y: y[1:]])
def test_a_loss_of_another_shape_is_named(shape: Any) -> None:
    for call in (
        quadrature.expected_loss,
        quadrature.gradient,
        quadrature.optimal_baseline,
        partial(quadrature.variance, score_function),
    ):
        refused(r"^loss\(y\) must be one number", call, Plain(shape, np.cos), NORMAL)
    for call in (quadrature.gradient, partial(quadrature.variance, pathwise)):
        about = r"^loss.derivative\(y\) must be one number"
        refused(about, call, Plain(np.sin, shape), NORMAL)


def test_an_undefined_loss_is_named() -> None:
    def half(y: Any) -> Any:
        return np.where(y > 0, y, np.nan)

    refused("^loss must be finite", quadrature.gradient, Loss(half, np.cos), NORMAL)
    about = "^loss.derivative must be finite"
    refused(about, quadrature.gradient, Loss(np.sin, half), NORMAL)
    about = r"^estimator\(loss, node, eps\) must be finite"
    refused(about, quadrature.variance, pathwise, Loss(np.sin, half), NORMAL)


# What the digits of a loss allow: few where it hardly varies beside its size.
@pytest.mark.parametrize("sigma", [1e-3, 1e-5, 1e-8, 1e-12, 1e-120])
def test_the_gradient_of_a_squared_error_is_right_at_every_small_sigma(sigma: float) -> None:
    loss = SquaredError([1, 2, 6])
    for parameterization in PARAMETERIZATIONS:
        node = Normal(0, sigma, parameterization)
        found, exact = quadrature.gradient(loss, node), closed_form.gradient(loss, node)
        assert_allclose(found, exact, rtol=1e-9, atol=1e-13 * 18 * node.scale_derivative)


@pytest.mark.parametrize("offset", [0.0, 1e3, -1e6, 1e12])
@pytest.mark.parametrize("sigma", [1.0, 1e-3, 1e-6])
def test_an_offset_of_the_loss_is_no_obstacle_to_its_gradient(offset: float, sigma: float) -> None:
    loss = Loss(lambda y: offset + np.cos(y + 1), lambda y: -np.sin(y + 1))
    exact = -np.exp(-(sigma**2) / 2) * np.array([np.sin(1.3), sigma * np.cos(1.3)])
    assert_exact(quadrature.gradient(loss, Normal(0.3, sigma)), exact, size=0.1)


def test_a_gradient_whose_samples_have_no_variance_exists() -> None:
    loss, k = ExponentialSquare(-0.3), mp.mpf(-0.3)
    assert_exact(quadrature.expected_loss(loss, Normal(0.5, 1)), 0.4**-0.5 * np.exp(0.075 / 0.4))
    exact, *_ = exact_exponential_square(k, mp.mpf(0.5), mp.mpf(1))
    assert_exact(quadrature.gradient(loss, Normal(0.5, 1)), exact)
    for estimator in (pathwise, score_function):
        about = r"^estimator\(loss, node, eps\) \*\* 2 must be finite within"
        refused(about, quadrature.variance, estimator, loss, Normal(0.5, 1))


@pytest.mark.parametrize("node", [NORMAL, Normal(-0.4, 0.2), Normal(2, 3, "variance")])
@pytest.mark.parametrize("right", [Loss(np.sin, np.cos), SQUARED_ERROR, ExponentialSquare(0.6)])
@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_a_derivative_that_is_wrong_in_the_eighth_digit_is_refused(
    offset: float, right: DifferentiableLoss, node: Normal
) -> None:
    higher = Loss(lambda y: offset + right(y), right.derivative)
    assert_exact(quadrature.gradient(higher, node), quadrature.gradient(right, node))
    for slope in (
        lambda y: (1 + 3e-8) * right.derivative(y),
        lambda y: (1 - 3e-8) * right.derivative(y),
    ):
        about = "^loss.derivative must be the derivative of the loss"
        refused(about, quadrature.gradient, Loss(higher, slope), node)


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("factor", [1 + 1e-6, -1.0, 2.0])
def test_a_derivative_that_is_not_one_is_refused_in_any_unit(factor: float, unit: float) -> None:
    right = Loss(lambda y: unit * np.sin(y), lambda y: unit * np.cos(y))
    expected = unit * quadrature.gradient(Loss(np.sin, np.cos), NORMAL)
    assert_exact(quadrature.gradient(right, NORMAL), expected)
    wrong = Loss(right, lambda y: factor * right.derivative(y))
    refused("loss.derivative must be the derivative", quadrature.gradient, wrong, NORMAL)


@pytest.mark.parametrize("sigma", [1e-3, 1e-5])
def test_a_wrong_derivative_is_refused_as_far_as_the_digits_of_the_loss_can_tell(
    sigma: float,
) -> None:
    right = Loss(lambda y: 1e3 + np.cos(y + 1), lambda y: -np.sin(y + 1))
    wrong = Loss(right, lambda y: (1 + 1e-11 / sigma) * right.derivative(y))
    refused("loss.derivative must be", quadrature.gradient, wrong, Normal(0.3, sigma))


def test_a_derivative_that_is_wrong_in_one_component_only_is_refused() -> None:
    slope = 2 * NORMAL.mu  # the mean slope, everywhere
    loss = Loss(lambda y: y**2, lambda y: np.full_like(y, slope))
    refused("loss.derivative must be", quadrature.gradient, loss, NORMAL)


WAVE = Cosine(1.7)
INDEPENDENT = "must be one whose samples do not depend on each other"


@pytest.mark.parametrize(
    ("loss", "node"),
    [
        (SQUARED_ERROR, NORMAL),
        (WAVE, NORMAL),
        (Cosine(4 * np.pi), ONE),  # the same at all multiples of sigma / 2
        (ExponentialSquare(200), Normal(3, 0.1)),  # 0 but for a bump at the end
        (SquaredError([1, 2, 6]), Normal(3, 1e-5)),
        (Loss(lambda y: 1e6 + np.cos(y), np.sin), Normal(0.3, 1e-3)),
    ],
)
def test_an_estimator_whose_samples_depend_on_each_other_has_no_variance_here(
    loss: Any, node: Normal
) -> None:
    def standardized(loss: Any, node: Normal, eps: Any) -> Any:
        return score_function(loss, node, eps) / np.std(loss(node.path(eps)))

    def mean(losses: Any) -> Any:
        return np.full_like(losses, losses.mean())

    for baseline in (leave_one_out, mean):
        refused(INDEPENDENT, quadrature.variance, score_function, loss, node, baseline=baseline)
    refused(INDEPENDENT, quadrature.variance, standardized, loss, node)


@pytest.mark.parametrize("spread", [1.0, 1e-1, 1e-2])
@pytest.mark.parametrize("offset", [0.0, 1e-9, 0.5])
def test_an_estimator_whose_samples_are_independent_is_not_taken_for_another(
    offset: float, spread: float
) -> None:
    """Also where a loss hardly varies beside its baseline, or is its baseline at some points."""
    loss = SquaredError([1, 2, 6])
    node = Normal(3 + offset * spread, spread)
    for baseline in (loss([node.mu])[0], closed_form.expected_loss(loss, node)):
        found = quadrature.variance(score_function, loss, node, baseline=baseline)
        exact = closed_form.variance(score_function, loss, node, baseline=baseline)
        assert_allclose(found, exact, rtol=1e-15 / spread**2 + 1e-11)


def test_a_variance_that_has_lost_its_digits_is_refused_for_that() -> None:
    loss, node = SquaredError([1, 2, 6]), Normal(3, 1e-4)
    baseline = closed_form.expected_loss(loss, node)
    about = "and keep its digits"
    refused(about, quadrature.variance, score_function, loss, node, baseline=baseline)


def test_a_baseline_that_looks_at_one_loss_only_is_accepted() -> None:
    found = quadrature.variance(score_function, WAVE, NORMAL, baseline=lambda losses: losses / 2)
    half = Loss(lambda y: WAVE(y) / 2, np.sin)
    assert_exact(found, quadrature.variance(score_function, half, NORMAL))


class WithNoise:
    """An estimator of one's own that takes two numbers of noise a sample."""

    def noise(self, rng: np.random.Generator, n: int) -> Any:
        return rng.standard_normal((n, 2))

    def __call__(self, loss: Any, node: Any, eps: Any) -> Any:
        return eps


@pytest.mark.parametrize(
    ("estimator", "about"),
    [
        ("pathwise", "estimator must be a function such as"),
        (WithNoise(), "estimator must be one that takes one number of noise a sample"),
        (
            lambda loss, node, eps: eps,
            r"estimator\(loss, node, eps\) must be of shape \(\d+, 2\) here",
        ),
        (lambda loss, node, eps: np.ones((2, len(eps))), r"must be of shape \(\d+, 2\) here"),
        (
            lambda loss, node, eps: [[1j, 0]] * len(eps),
            r"node, eps\) must be an array of real numbers",
        ),
    ],
)
def test_what_is_no_estimator_is_refused(estimator: Any, about: str) -> None:
    refused(about, quadrature.variance, estimator, WAVE, NORMAL)


def test_an_estimator_cannot_spoil_the_points_of_the_next() -> None:
    def careless(loss: Any, node: Normal, eps: Any) -> Any:
        eps *= 2
        return pathwise(loss, node, eps)

    before = quadrature.expected_loss(WAVE, NORMAL)
    refused("read-only", quadrature.variance, careless, WAVE, NORMAL)
    assert quadrature.expected_loss(WAVE, NORMAL) == before


# The measure-valued gradient, and samples that depend on each other.


@pytest.mark.parametrize("coupled", [True, False])
@pytest.mark.parametrize("node", [NORMAL, Normal(0.2, 0.5, "log_sigma")])
@pytest.mark.parametrize("loss", [SQUARED_ERROR, ExponentialSquare(0.6), Cosine(1.7)])
def test_the_variance_of_measure_valued_is_that_over_its_four_normals(
    loss: DifferentiableLoss, node: Normal, coupled: bool
) -> None:
    _, expected = moments_of_measure_valued(loss, node, coupled)
    found = quadrature.variance(measure_valued, loss, node, coupled=coupled)
    assert_exact(found, expected)
    if coupled:
        assert_array_equal(quadrature.variance(measure_valued, loss, node), found)


def test_a_large_offset_and_a_constant_are_no_variance_of_measure_valued() -> None:
    for coupled in (True, False):
        variance: Any = partial(quadrature.variance, measure_valued, node=NORMAL, coupled=coupled)
        expected = variance(loss=WAVE)
        assert_allclose(variance(loss=lambda y: 1e3 + WAVE(y)), expected, rtol=1e-11)
        refused("and keep its digits", variance, loss=lambda y: 1e8 + WAVE(y))
        assert_array_equal(variance(loss=lambda y: np.full_like(y, 0.1)), [0, 0])
    # The same on both sides of mu, up to rounding.
    assert_array_equal(quadrature.variance(measure_valued, quadratic(0.7), NORMAL)[0], 0)


@pytest.mark.parametrize("coupled", [True, False])
def test_measure_valued_is_resolved_or_refused(coupled: bool) -> None:
    variance: Any = partial(quadrature.variance, measure_valued, node=NORMAL, coupled=coupled)
    for name in ("jump", "kink", "low jump", "needle", "needle at 0", "block"):
        refused(UNRESOLVED, variance, loss=DETAILS[name])
    for loss, about in (
        (ExponentialSquare(-0.3), "must be finite within 37 sigma"),
        (ZERO, "different from 0"),
        (np.sqrt, "loss must be finite within 37 sigma of mu, got 'nan"),
        (lambda y: y[1:], r"^loss\(y\) must be one number for each y"),
    ):
        refused(about, variance, loss=loss)
    wave = 2000.0  # of fine detail: all that is left is the variance of a sine
    fine = np.array([4 * np.sin(wave * 0.7) ** 2 * 0.5 / (2 * np.pi), 1])
    if coupled:
        assert_allclose(variance(loss=Cosine(wave)), fine / 1.3**2, rtol=1e-6)


def step(width: float) -> Any:
    return lambda y: np.tanh((y - NORMAL.mu) / width)


def test_a_steep_step_at_mu_costs_the_coupled_gradient_its_digits() -> None:
    """Both samples are on one side of it, nearly always: all but a thousandth cancels."""
    steep = quadrature.variance(measure_valued, step(2e-2), NORMAL)
    steeper = quadrature.variance(measure_valued, step(1e-2), NORMAL)
    assert_allclose(steep / steeper, [4, 2], rtol=0.05)
    for width, about in ((5e-3, "differences keep their digits"), (1e-4, "and keep its digits")):
        refused(about, quadrature.variance, measure_valued, step(width), NORMAL)


def on_a_grid(n: int, degree: int, loss: Any, node: Normal) -> Any:
    """Return n times the variance of the mean of n leave-one-out samples, by a tensor grid."""
    points, weights = hermegauss(degree)
    eps = np.array(list(product(points, repeat=n)))
    weight = np.prod(list(product(weights / weights.sum(), repeat=n)), axis=1)
    means = [score_function(loss, node, row, baseline=leave_one_out).mean(axis=0) for row in eps]
    mean = weight @ means
    return n * weight @ (means - mean) ** 2


@pytest.mark.parametrize("node", [NORMAL, Normal(-0.4, 0.5, "log_sigma")])
@pytest.mark.parametrize(
    ("n", "degree", "loss"), [(2, 40, WAVE), (2, 6, SQUARED_ERROR), (4, 6, SQUARED_ERROR)]
)
def test_the_variance_of_leave_one_out_is_that_of_the_mean_of_n(
    n: int, degree: int, loss: Any, node: Normal
) -> None:
    variance = partial(quadrature.variance, score_function, loss, node)
    found = variance(baseline=leave_one_out, n_samples=n)
    assert_allclose(found, on_a_grid(n, degree, loss, node), rtol=1e-10)
    # With many samples it is that of the mean as a baseline.
    mean = variance(baseline=quadrature.expected_loss(loss, node))
    most = variance(baseline=leave_one_out, n_samples=10**15)
    assert_allclose(most, mean, rtol=1e-11)
    assert_allclose(
        (found - mean) * (n - 1), (variance(baseline=leave_one_out, n_samples=2) - mean)
    )


def test_the_number_of_samples_matters_to_no_other_estimator() -> None:
    for estimator, options in (
        (pathwise, {}),
        (score_function, {"baseline": 2.0}),
        (measure_valued, {"coupled": False}),
    ):
        alone = quadrature.variance(estimator, WAVE, NORMAL, **options)
        assert_array_equal(
            quadrature.variance(estimator, WAVE, NORMAL, n_samples=7, **options), alone
        )
    wrong: Any
    for wrong in (1, 2.5, True, "many"):
        about = "n_samples must be a whole number >= 2"
        refused(about, quadrature.variance, pathwise, WAVE, NORMAL, n_samples=wrong)


@pytest.mark.parametrize("node", [NORMAL, Normal(-2, 0.5), ONE])
def test_hermite_spectra_agree_with_their_closed_forms(node: Normal) -> None:
    mu, sigma = node.mu, node.sigma
    loss = SQUARED_ERROR
    delta = mu - loss.mean
    exact = [closed_form.expected_loss(loss, node), 2 * loss.n * delta * sigma]
    exact += [2**0.5 * loss.n * sigma**2, 0, 0, 0]
    assert_exact(quadrature.hermite_spectrum(loss, node, 5), exact, size=10)
    k, order = 1.7, np.arange(31)
    root_factorial = np.array([float(mp.sqrt(mp.factorial(j))) for j in order])
    damped = np.exp(-((k * sigma) ** 2) / 2) * (k * sigma) ** order / root_factorial
    found = quadrature.hermite_spectrum(WAVE, node, 30)
    assert_exact(found, damped * np.cos(k * mu + order * np.pi / 2), size=1)


def test_the_hermite_spectrum_of_an_exponential_square_is_even() -> None:
    node = Normal(0, 1.3)
    a = mp.mpf(0.6) * mp.mpf(1.3) ** 2
    even = [
        mp.sqrt(mp.factorial(2 * m) / (1 + 2 * a)) / mp.factorial(m) * (-a / (1 + 2 * a)) ** m
        for m in range(41)
    ]
    found = quadrature.hermite_spectrum(ExponentialSquare(0.6), node, 81)
    assert_exact(found[::2], even, size=1)
    assert_exact(found[1::2], np.zeros(41), size=1)


@pytest.mark.parametrize(("loss", "_"), LOSSES)
def test_the_hermite_spectrum_gives_the_variances(loss: DifferentiableLoss, _: Any) -> None:
    """Of the loss, and of both estimators in mu."""
    c = quadrature.hermite_spectrum(loss, NORMAL, 200)
    mean = quadrature.expected_loss(loss, NORMAL)
    assert_exact(c[0], mean)
    assert_exact(
        np.sum(c[1:] ** 2), quadrature.expectation(lambda y: (loss(y) - mean) ** 2, NORMAL)
    )
    assert_exact(c[1] / NORMAL.sigma, quadrature.gradient(loss, NORMAL)[0], size=1)
    k, variance = np.arange(201), NORMAL.sigma**2
    with_trick = np.sum(k[2:] * c[2:] ** 2) / variance
    assert_exact(quadrature.variance(pathwise, loss, NORMAL)[0], with_trick)
    without = np.sum((k[1:-1] ** 0.5 * c[:-2] + k[2:] ** 0.5 * c[2:]) ** 2) / variance
    assert_exact(quadrature.variance(score_function, loss, NORMAL)[0], without)


def test_a_hermite_spectrum_has_the_length_that_is_asked_for() -> None:
    longest = quadrature.hermite_spectrum(WAVE, NORMAL, 4)
    for order in range(4):
        found = quadrature.hermite_spectrum(WAVE, NORMAL, order)
        assert_exact(found, longest[: order + 1], size=1)
        assert found.shape == (order + 1,)
    wrong: Any
    for wrong in (-1, 1.5, True):
        refused("order must be a whole", quadrature.hermite_spectrum, WAVE, NORMAL, wrong)
