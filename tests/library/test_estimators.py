"""Every sample of the estimators against its definition, their means and their relations."""

from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from routes import (
    LOSSES,
    NORMAL,
    SQUARED_ERROR,
    X,
    assert_exact,
    assert_within_error,
    data,
    derivatives,
    integral,
    log_density,
    moments_of_measure_valued,
    nodes,
    numbers,
    on_nodes,
)

from rpt_helpers import (
    PARAMETERIZATIONS,
    Loss,
    Normal,
    SquaredError,
    closed_form,
    estimate,
    estimators,
    leave_one_out,
    measure_valued,
    pathwise,
    quadratic,
    quadrature,
    score_function,
)
from rpt_helpers.losses import DifferentiableLoss

EPS = np.array([-2.5, -0.6, 0.1, 1.1, 3.0])
EACH = [NORMAL.by(parameterization) for parameterization in PARAMETERIZATIONS]


@pytest.mark.parametrize("node", EACH)
@pytest.mark.parametrize(("loss", "definition"), LOSSES)
def test_pathwise_differentiates_the_loss_at_fixed_noise(
    loss: DifferentiableLoss, definition: Callable[[Any], Any], node: Normal
) -> None:
    expected = [derivatives(lambda m, s, e: definition(m + s * e), node, mp.mpf(e)) for e in EPS]
    assert_exact(pathwise(loss, node, EPS), expected)


def scores(node: Normal) -> tuple[list[Any], list[Any]]:
    """Return the samples y, and the gradient of the log density at each."""
    y = [mp.mpf(node.mu) + mp.mpf(node.sigma) * mp.mpf(e) for e in EPS]
    return y, [derivatives(lambda m, s, y: log_density(y, m, s), node, each) for each in y]


@pytest.mark.parametrize("node", EACH)
@pytest.mark.parametrize(("loss", "definition"), LOSSES)
def test_score_function_differentiates_the_log_density_at_the_sample(
    loss: DifferentiableLoss, definition: Callable[[Any], Any], node: Normal
) -> None:
    pair = np.array([0.3, -2.0])
    expected = [
        (float(definition(y)) - pair) * score for y, score in zip(*scores(node), strict=True)
    ]
    assert_exact(score_function(loss, node, EPS, baseline=pair), expected)


@pytest.mark.parametrize(
    ("baseline", "meant"),
    [
        (3, [3, 3]),
        (np.float32(0.5), [0.5, 0.5]),
        (np.array(2.0), [2, 2]),
        ([1, 2.5], [1, 2.5]),
        ((1, 2), [1, 2]),
        (np.array([1, 2]), [1, 2]),
    ],
)
def test_a_baseline_is_a_number_or_one_number_a_parameter(baseline: Any, meant: Any) -> None:
    expected = (SQUARED_ERROR(NORMAL.path(EPS))[:, np.newaxis] - meant) * NORMAL.score(EPS)
    assert_exact(score_function(SQUARED_ERROR, NORMAL, EPS, baseline=baseline), expected)


def test_no_baseline_is_0() -> None:
    assert_array_equal(
        score_function(SQUARED_ERROR, NORMAL, EPS),
        score_function(SQUARED_ERROR, NORMAL, EPS, baseline=0.0),
    )


def test_a_baseline_is_a_function_of_the_sampled_losses() -> None:
    value = SQUARED_ERROR(NORMAL.path(EPS))
    seen = []

    def shifted(losses: NDArray[np.float64]) -> NDArray[np.float64]:
        seen.append(losses)
        return np.roll(losses, 1) + 3

    found = score_function(SQUARED_ERROR, NORMAL, EPS, baseline=shifted)
    assert_exact(found, (value - np.roll(value, 1) - 3)[:, np.newaxis] * NORMAL.score(EPS))
    assert_array_equal(seen, [value])


@pytest.mark.parametrize(("loss", "definition"), LOSSES)
def test_the_exact_baselines_are_integrals(
    loss: DifferentiableLoss, definition: Callable[[Any], Any]
) -> None:
    def value(e: Any) -> Any:
        return definition(mp.mpf(NORMAL.mu) + mp.mpf(NORMAL.sigma) * e)

    mean = integral(value)
    optimal = [
        integral(lambda e: value(e) * e**2),
        integral(lambda e: value(e) * (e**2 - 1) ** 2) / 2,
    ]
    for exact in (closed_form, quadrature) if isinstance(loss, SquaredError) else (quadrature,):
        assert_exact(exact.expected_loss(loss, NORMAL), mean)
        assert_exact(exact.optimal_baseline(loss, NORMAL), optimal)


@given(
    data,
    nodes,
    st.sampled_from([0.0, 3.0, closed_form.expected_loss, closed_form.optimal_baseline]),
)
def test_both_estimators_have_the_gradient_as_their_mean(
    x: Any, node: Normal, baseline: Any
) -> None:
    loss = SquaredError(x)
    exact = closed_form.gradient(loss, node)
    mean, _ = on_nodes(lambda eps: pathwise(loss, node, eps), 8)
    assert_allclose(mean, exact, rtol=1e-11, atol=1e-9)
    b = baseline(loss, node) if callable(baseline) else baseline
    mean, variance = on_nodes(lambda eps: score_function(loss, node, eps, baseline=b), 8)
    assert_allclose(mean, exact, rtol=1e-11, atol=1e-11 * np.sqrt(variance).max())


@given(nodes)
def test_chain_rule_connects_the_parameterizations(node: Normal) -> None:
    scale = np.array([1, node.scale_derivative])
    four = np.array([EPS, EPS + 1, EPS - 1, -EPS]).T
    for estimator, eps in ((pathwise, EPS), (score_function, EPS), (measure_valued, four)):
        in_sigma = estimator(SQUARED_ERROR, node.by("sigma"), eps)
        assert_exact(estimator(SQUARED_ERROR, node, eps), in_sigma * scale)


@given(data, nodes, numbers)
def test_moving_data_and_mu_together_changes_no_sample(x: Any, node: Normal, shift: float) -> None:
    there = Normal(node.mu + shift, node.sigma, node.parameterization)
    four = np.array([EPS, EPS + 1, EPS - 1, -EPS]).T
    for estimator, eps in ((pathwise, EPS), (score_function, EPS), (measure_valued, four)):
        here = estimator(SquaredError(x), node, eps)
        moved = estimator(SquaredError(np.array(x) + shift), there, eps)
        assert_allclose(moved, here, rtol=1e-9, atol=1e-10 * np.abs(here).max())


@pytest.mark.parametrize("estimator", [pathwise, score_function])
@pytest.mark.parametrize("offset", [1e9, -1e12])
def test_data_and_mu_far_from_0_cost_no_digit(estimator: Any, offset: float) -> None:
    """Shifted by a power of 2 apart, so that the shifted data are the same to the last digit."""
    power = 2.0 ** round(np.log2(abs(offset)))
    x, sigma = np.array([1.0, 2.0, 6.0]) * power * 2.0**-24, power * 2.0**-26
    here = estimator(SquaredError(x), Normal(x[1], sigma), np.array([-1.0, 0.5, 2.0]))
    moved = estimator(
        SquaredError(x + power), Normal(x[1] + power, sigma), np.array([-1.0, 0.5, 2.0])
    )
    assert_exact(moved, here)


@given(st.lists(numbers, min_size=2, max_size=20), nodes)
def test_leave_one_out_mean_is_the_sample_covariance_of_loss_and_score(
    eps: Any, node: Normal
) -> None:
    value, score = SQUARED_ERROR(node.path(eps)), node.score(eps)
    assume(np.ptp(value) == 0 or np.ptp(value) > 1e-9 * value.max())  # else it is refused
    expected = [np.cov(value, component)[0, 1] for component in score.T]
    mean = score_function(SQUARED_ERROR, node, eps, baseline=leave_one_out).mean(axis=0)
    size = np.abs(value).max() * np.abs(score).max()
    assert_allclose(mean, expected, rtol=1e-12, atol=1e-12 * size)


def test_leave_one_out_is_the_mean_loss_of_the_others() -> None:
    value = SQUARED_ERROR(NORMAL.path(EPS))
    others = [np.delete(value, i).mean() for i in range(EPS.size)]
    assert_exact(leave_one_out(value), others)
    assert_exact(leave_one_out(value.tolist()), others)
    expected = (value - others)[:, np.newaxis] * NORMAL.score(EPS)
    found = score_function(SQUARED_ERROR, NORMAL, EPS, baseline=leave_one_out)
    assert_exact(found, expected, size=100)


def test_leave_one_out_keeps_the_digits_of_losses_that_hardly_differ() -> None:
    value = 2.0**40 + np.array([1.0, 3.0, 8.0])
    assert_array_equal(leave_one_out(value) - 2.0**40, [5.5, 4.5, 2.0])


def test_a_fresh_y_for_each_term_has_the_variance_4_n_sigma_squared() -> None:
    repeats, n = 20_000, len(X)
    eps = np.random.default_rng(3).standard_normal((n, repeats))
    gradients = sum(
        pathwise(quadratic(x), NORMAL, noise)[:, 0] for x, noise in zip(X, eps, strict=True)
    )
    variance = 4 * n * NORMAL.sigma**2
    assert_within_error(np.mean(gradients), 2 * n * (NORMAL.mu - X.mean()), variance, repeats)
    # The variance of the square of a centered Normal is twice the square of its variance.
    assert_within_error(np.var(gradients), variance, 2 * variance**2, repeats)


def jump(y: Any) -> Any:
    return np.where(np.asarray(y) > 0, 1.0, 0.0)


def test_a_score_function_needs_no_derivative() -> None:
    expected = jump(NORMAL.path(EPS))[:, None] * NORMAL.score(EPS)
    assert_array_equal(score_function(jump, NORMAL, EPS), expected)


def test_one_sample_is_enough_without_the_others() -> None:
    assert pathwise(SQUARED_ERROR, NORMAL, [0.3]).shape == (1, 2)
    assert score_function(SQUARED_ERROR, NORMAL, [0.3]).shape == (1, 2)
    assert measure_valued(SQUARED_ERROR, NORMAL, [[0.3, 1, 2, 3]]).shape == (1, 2)
    assert score_function(SQUARED_ERROR, NORMAL, [0.3, 1], baseline=leave_one_out).shape == (2, 2)


def test_estimators_use_the_loss_as_given() -> None:
    loss = Loss(np.sin, np.cos)
    y = NORMAL.path(EPS)
    assert_array_equal(pathwise(loss, NORMAL, EPS)[:, 0], np.cos(y))
    assert_exact(score_function(loss, NORMAL, EPS)[:, 0], np.sin(y) * EPS / NORMAL.sigma)


# A baseline may take away digits of the loss, but not nearly all.

ULP = 2.0**-52


@pytest.mark.parametrize("baseline", [1.0, [1.0, 1.0], lambda losses: np.ones_like(losses)])
@pytest.mark.parametrize("n", [2, 64, 65, 10_000])
def test_a_baseline_leaves_three_digits_of_the_loss_or_is_refused(baseline: Any, n: int) -> None:
    def varying_by(digits: int) -> Any:
        return lambda y: 1 + digits * ULP * (np.arange(n) % 3 == 1)

    eps = np.linspace(-1, 1, n)
    score_function(varying_by(2**10), NORMAL, eps, baseline=baseline)
    with pytest.raises(ValueError, match="^baseline must be smaller: it takes away all digits of"):
        score_function(varying_by(2**10 - 1), NORMAL, eps, baseline=baseline)


def test_leave_one_out_is_refused_where_the_loss_hardly_varies() -> None:
    wide = SquaredError([-1e6, 1e6])
    eps = np.random.default_rng(1).standard_normal(1000)
    found = score_function(wide, Normal(0, 100), eps, baseline=leave_one_out)
    alone = score_function(quadratic(0), Normal(0, 100), eps, baseline=leave_one_out)
    assert_allclose(found, 2 * alone, atol=1e-6 * np.abs(found).max())
    for baseline in (leave_one_out, closed_form.expected_loss(wide, Normal(0, 0.1))):
        with pytest.raises(ValueError, match="^baseline must be smaller: it takes away all digits"):
            score_function(wide, Normal(0, 0.1), eps, baseline=baseline)


def test_a_loss_that_is_constant_in_floats_is_not_seen_and_the_docstring_says_so() -> None:
    wide = SquaredError([-1e6, 1e6])
    eps = np.random.default_rng(1).standard_normal(1000)
    assert_array_equal(score_function(wide, Normal(0, 1e-3), eps, baseline=leave_one_out), 0)
    assert "so that all its values are the same float" in " ".join(str(estimators.__doc__).split())


def test_a_constant_loss_may_have_itself_as_its_baseline() -> None:
    def constant(y: Any) -> Any:
        return np.full(len(y), 0.1)

    assert_array_equal(score_function(constant, NORMAL, EPS, baseline=0.1), np.zeros((5, 2)))


def test_samples_at_a_sigma_that_y_cannot_show_are_refused() -> None:
    """Data, mu and sigma of a run that once was 359 standard errors from the truth."""
    near = Normal(299_852.4 + 3e-7, 1e-7)
    for estimator, eps in ((pathwise, EPS), (score_function, EPS), (measure_valued, [[0.1] * 4])):
        with pytest.raises(ValueError, match=r"^sigma must be >= 1e-09 \|mu\|, else y has too few"):
            estimator(quadratic(299_852.4), near, eps)


# The measure-valued estimator takes four standard Normals a sample.

FOUR = np.array([[0.3, -1.2, 0.7, 2.0], [-0.9, 0.4, -1.5, -0.1], [2.0, 0.1, -0.3, 0.6]])


@pytest.mark.parametrize("coupled", [True, False])
@pytest.mark.parametrize("node", EACH)
@pytest.mark.parametrize(("loss", "definition"), LOSSES)
def test_measure_valued_is_a_difference_of_two_losses(
    loss: DifferentiableLoss, definition: Callable[[Any], Any], node: Normal, coupled: bool
) -> None:
    mu, sigma, scale = mp.mpf(node.mu), mp.mpf(node.sigma), mp.mpf(node.scale_derivative)
    expected = []
    for e in [list(map(mp.mpf, row)) for row in FOUR]:
        w, other = mp.hypot(e[0], e[1]), mp.hypot(e[2], e[3])
        m = mp.sign(e[0]) * mp.sqrt(e[0] ** 2 + e[1] ** 2 + e[2] ** 2)
        down, start = (w, e[0]) if coupled else (other, e[3])
        in_mu = (definition(mu + sigma * w) - definition(mu - sigma * down)) / mp.sqrt(2 * mp.pi)
        in_sigma = definition(mu + sigma * m) - definition(mu + sigma * start)
        expected.append([in_mu / sigma, in_sigma / sigma * scale])
    assert_exact(measure_valued(loss, node, FOUR, coupled=coupled), expected, size=1)


def test_measure_valued_is_coupled_unless_told_otherwise() -> None:
    coupled = measure_valued(SQUARED_ERROR, NORMAL, FOUR, coupled=True)
    assert_array_equal(measure_valued(SQUARED_ERROR, NORMAL, FOUR), coupled)


def test_measure_valued_needs_no_derivative() -> None:
    near, far = [0.1, 0.2, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0]
    assert_array_equal(measure_valued(jump, NORMAL, [near, far])[:, 0] > 0, [False, True])


@pytest.mark.parametrize("coupled", [True, False])
@pytest.mark.parametrize(("loss", "definition"), LOSSES)
def test_measure_valued_has_the_gradient_as_its_mean(
    loss: DifferentiableLoss, definition: Any, coupled: bool
) -> None:
    mean, _ = moments_of_measure_valued(loss, NORMAL, coupled)
    assert_allclose(mean, quadrature.gradient(loss, NORMAL), rtol=1e-11)


@pytest.mark.parametrize("coupled", [True, False])
@pytest.mark.parametrize("node", EACH)
def test_the_variance_of_measure_valued_is_that_of_the_closed_form(
    node: Normal, coupled: bool
) -> None:
    mean, variance = moments_of_measure_valued(SQUARED_ERROR, node, coupled)
    assert_exact(mean, closed_form.gradient(SQUARED_ERROR, node))
    exact = partial(closed_form.variance, measure_valued, SQUARED_ERROR, node)
    assert_exact(variance, exact(coupled=coupled))
    if coupled:
        assert_array_equal(exact(), exact(coupled=True))


@pytest.mark.parametrize("coupled", [True, False])
def test_simulated_measure_valued_gradients_have_the_exact_mean_and_variance(coupled: bool) -> None:
    n_samples = 200_000
    rng = np.random.default_rng(17)
    found = estimate(measure_valued, SQUARED_ERROR, NORMAL, n_samples, rng, coupled=coupled)
    gradient = closed_form.gradient(SQUARED_ERROR, NORMAL)
    variance = closed_form.variance(measure_valued, SQUARED_ERROR, NORMAL, coupled=coupled)
    assert_within_error(found.mean, gradient, variance, n_samples)
    samples = measure_valued(SQUARED_ERROR, NORMAL, measure_valued.noise(rng, n_samples), coupled)  # type: ignore[attr-defined]
    fourth = ((samples - gradient) ** 4).mean(axis=0)
    assert_within_error(found.variance, variance, fourth - variance**2, n_samples)


def test_measure_valued_says_which_noise_it_needs() -> None:
    noise = measure_valued.noise(np.random.default_rng(9), 5)  # type: ignore[attr-defined]
    assert_array_equal(noise, np.random.default_rng(9).standard_normal((5, 4)))
    assert not hasattr(pathwise, "noise") and not hasattr(score_function, "noise")
