"""The formulas for sums of squares against sympy, Gauss-Hermite nodes and the theorems of the book."""

from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from routes import (
    NORMAL,
    SQUARED_ERROR,
    X,
    assert_exact,
    data,
    normals,
    numbers,
    on_nodes,
    parameterizations,
    spread_data,
)

from rpt_helpers import PARAMETERIZATIONS, Normal, Quadratic, SquaredError, closed_form, symbolic
from rpt_helpers.losses import SumOfSquares

LOSSES = [SQUARED_ERROR, Quadratic(-0.4)]
ESTIMATORS: list[Any] = ["pathwise", "score_function"]


def at(expression: Any, loss: SumOfSquares, normal: Normal) -> Any:
    """Evaluate a sympy expression with 30 digits."""
    exact = {
        symbolic.mu: normal.mu,
        symbolic.sigma: normal.sigma,
        symbolic.n: loss.n,
        symbolic.xbar: loss.mean,
        symbolic.s: sp.sqrt(sp.Rational(loss.mean_square_deviation)),
    }
    return np.array(expression.subs(exact).evalf(30), dtype=float).squeeze()


@pytest.mark.parametrize("loss", LOSSES)
def test_expected_loss_is_what_sympy_derives(loss: SumOfSquares) -> None:
    assert_exact(closed_form.expected_loss(loss, NORMAL), at(symbolic.expected_loss(), loss, NORMAL))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("wrt", PARAMETERIZATIONS)
def test_gradient_is_what_sympy_derives(loss: SumOfSquares, wrt: Any) -> None:
    assert_exact(closed_form.gradient(loss, NORMAL, wrt), at(symbolic.gradient(wrt), loss, NORMAL))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("wrt", PARAMETERIZATIONS)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_variance_is_what_sympy_derives(estimator: Any, loss: SumOfSquares, wrt: Any) -> None:
    expected = at(symbolic.variance(estimator, wrt), loss, NORMAL)
    assert_exact(closed_form.variance(estimator, loss, NORMAL, wrt), expected)


@pytest.mark.parametrize("loss", LOSSES)
def test_optimal_baseline_is_what_sympy_derives(loss: SumOfSquares) -> None:
    assert_exact(closed_form.optimal_baseline(loss, NORMAL), at(symbolic.optimal_baseline(), loss, NORMAL))


def test_defaults_differentiate_in_sigma_without_a_baseline() -> None:
    assert_exact(closed_form.gradient(SQUARED_ERROR, NORMAL), closed_form.gradient(SQUARED_ERROR, NORMAL, "sigma"))
    default = closed_form.variance("score_function", SQUARED_ERROR, NORMAL)
    assert_exact(default, closed_form.variance("score_function", SQUARED_ERROR, NORMAL, "sigma", baseline=0))


@given(data, normals, parameterizations, st.one_of(st.none(), numbers, st.tuples(numbers, numbers)))
def test_values_agree_with_gauss_hermite_nodes(x: Any, normal: Normal, wrt: Any, baseline: Any) -> None:
    loss, xs = SquaredError(x), np.array(x)
    b = np.zeros(2) + (0 if baseline is None else baseline)
    sigma, scale = normal.sigma, np.array([1, normal.scale_derivative(wrt)])

    def value(eps: Any) -> Any:
        return ((normal.mu + sigma * eps[:, None] - xs) ** 2).sum(axis=1)[:, None]

    def pathwise(eps: Any) -> Any:
        slope = 2 * (normal.mu + sigma * eps[:, None] - xs).sum(axis=1)
        return np.array([slope, slope * eps]).T * scale

    def score_function(eps: Any) -> Any:
        return (value(eps) - b) * np.array([eps, eps**2 - 1]).T / sigma * scale

    mean, variance = on_nodes(pathwise, 8)
    size = np.sqrt(mean**2 + variance)
    assert_allclose(closed_form.gradient(loss, normal, wrt), mean, rtol=1e-11, atol=1e-11 * size.max())
    assert_allclose(closed_form.variance("pathwise", loss, normal, wrt), variance, rtol=1e-10)
    _, variance = on_nodes(score_function, 8)
    found = closed_form.variance("score_function", loss, normal, wrt, baseline)
    assert_allclose(found, variance, rtol=1e-10, atol=1e-12 * (b**2 / sigma**2 * scale**2).max())
    assert_allclose(closed_form.expected_loss(loss, normal), on_nodes(value, 8)[0][0], rtol=1e-11)


@given(spread_data)
def test_ratio_at_the_optimum_is_11_halves_and_12_for_every_data_set(x: Any) -> None:
    loss = SquaredError(x)
    optimum = Normal(loss.mean, loss.mean_square_deviation**0.5)
    assert_exact(ratio(loss, optimum, None), [11 / 2, 12])


@given(data, normals)
def test_ratio_is_never_below_15_quarters_and_37_quarters(x: Any, normal: Normal) -> None:
    assert np.all(ratio(SquaredError(x), normal, None) >= np.array([15 / 4, 37 / 4]) * (1 - EPS))


@given(numbers, st.floats(0.1, 10))
def test_the_bounds_are_reached_without_spread_and_offset(k: float, sigma: float) -> None:
    assert_exact(ratio(Quadratic(k), Normal(k, sigma), None), [15 / 4, 37 / 4])


@given(data, normals)
def test_ratio_with_the_best_constant_baseline(x: Any, normal: Normal) -> None:
    loss = SquaredError(x)
    delta, var = (normal.mu - loss.mean) ** 2, normal.sigma**2
    expected = [3 / 2 + 2 * delta / var, (6 * var + 10 * delta) / (2 * var + delta)]
    assert_allclose(ratio(loss, normal, "optimal"), expected, rtol=1e-10)
    assert np.all(ratio(loss, normal, "optimal") >= np.array([3 / 2, 3]) * (1 - EPS))


EPS = 1e-12


def ratio(loss: SumOfSquares, normal: Normal, baseline: Any) -> Any:
    """Score-function variance over pathwise variance, which no parameterization changes."""
    ratios = [
        closed_form.variance("score_function", loss, normal, wrt, baseline)
        / closed_form.variance("pathwise", loss, normal, wrt)
        for wrt in PARAMETERIZATIONS
    ]
    assert_allclose(ratios[1:], [ratios[0]] * 2, rtol=1e-12)
    return ratios[0]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("step", [-1e-3, 1e-3])
def test_no_neighbor_of_the_optimal_baseline_varies_less(loss: SumOfSquares, step: float) -> None:
    best = closed_form.optimal_baseline(loss, NORMAL)
    least = closed_form.variance("score_function", loss, NORMAL, baseline="optimal")
    assert_exact(least, closed_form.variance("score_function", loss, NORMAL, baseline=best))
    assert np.all(least < closed_form.variance("score_function", loss, NORMAL, baseline=best + step))


def test_the_mean_baseline_is_the_expected_loss() -> None:
    expected = closed_form.expected_loss(SQUARED_ERROR, NORMAL)
    found = closed_form.variance("score_function", SQUARED_ERROR, NORMAL, baseline="mean")
    assert_exact(found, closed_form.variance("score_function", SQUARED_ERROR, NORMAL, baseline=expected))


@given(data, normals, numbers)
def test_moving_data_and_mu_together_changes_nothing(x: Any, normal: Normal, shift: float) -> None:
    loss, moved = SquaredError(x), SquaredError(np.array(x) + shift)
    there = Normal(normal.mu + shift, normal.sigma)
    for estimator in ESTIMATORS:
        here = closed_form.variance(estimator, loss, normal)
        assert_allclose(closed_form.variance(estimator, moved, there), here, rtol=1e-10)


@given(data, normals, st.floats(0.1, 10))
def test_gradients_scale_with_the_unit_of_the_data(x: Any, normal: Normal, unit: float) -> None:
    loss, scaled = SquaredError(x), SquaredError(np.array(x) * unit)
    there = Normal(normal.mu * unit, normal.sigma * unit)
    for estimator in ESTIMATORS:
        here = closed_form.variance(estimator, loss, normal)
        assert_allclose(closed_form.variance(estimator, scaled, there), here * unit**2, rtol=1e-10)


def test_a_fresh_y_for_each_term_divides_the_pathwise_variance_by_n() -> None:
    shared = closed_form.variance("pathwise", SQUARED_ERROR, NORMAL)[0]
    fresh = sum(closed_form.variance("pathwise", Quadratic(x), NORMAL)[0] for x in X)
    assert_exact(fresh, 4 * len(X) * NORMAL.sigma**2)
    assert_exact(fresh, shared / len(X))
