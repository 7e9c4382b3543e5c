"""Every sample of both estimators against its definition, their means and their relations."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
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
    normals,
    numbers,
    on_nodes,
    parameterizations,
)

from rpt_helpers import PARAMETERIZATIONS, Loss, Normal, Quadratic, SquaredError, closed_form, pathwise, score_function
from rpt_helpers.estimators import constant_baseline
from rpt_helpers.losses import DifferentiableLoss

EPS = np.array([-2.5, -0.6, 0.1, 1.1, 3.0])


@pytest.mark.parametrize("wrt", PARAMETERIZATIONS)
@pytest.mark.parametrize(("loss", "definition"), LOSSES)
def test_pathwise_differentiates_the_loss_at_fixed_noise(
    loss: DifferentiableLoss, definition: Callable[[Any], Any], wrt: Any
) -> None:
    expected = [derivatives(lambda m, s, e: definition(m + s * e), NORMAL, wrt, mp.mpf(e)) for e in EPS]
    assert_exact(pathwise(loss, NORMAL, EPS, wrt), expected)


@pytest.mark.parametrize("wrt", PARAMETERIZATIONS)
@pytest.mark.parametrize(("loss", "definition"), LOSSES)
def test_score_function_differentiates_the_log_density_at_the_sample(
    loss: DifferentiableLoss, definition: Callable[[Any], Any], wrt: Any
) -> None:
    expected = []
    for e in EPS:
        y = mp.mpf(NORMAL.mu) + mp.mpf(NORMAL.sigma) * mp.mpf(e)
        score = derivatives(lambda m, s, y: log_density(y, m, s), NORMAL, wrt, y)
        expected.append((float(definition(y)) - np.array([0.3, -2.0])) * score)
    assert_exact(score_function(loss, NORMAL, EPS, wrt, baseline=[0.3, -2.0]), expected)


@pytest.mark.parametrize(("loss", "definition"), LOSSES)
def test_named_baselines_are_the_exact_integrals(loss: DifferentiableLoss, definition: Callable[[Any], Any]) -> None:
    def value(e: Any) -> Any:
        return definition(mp.mpf(NORMAL.mu) + mp.mpf(NORMAL.sigma) * e)

    mean = integral(value)
    optimal = [integral(lambda e: value(e) * e**2), integral(lambda e: value(e) * (e**2 - 1) ** 2) / 2]
    assert_exact(constant_baseline(loss, NORMAL, "mean"), [mean, mean])
    assert_exact(constant_baseline(loss, NORMAL, "optimal"), optimal)
    for baseline, numbers_meant in [("mean", [mean, mean]), ("optimal", optimal)]:
        expected = score_function(loss, NORMAL, EPS, baseline=[float(b) for b in numbers_meant])
        assert_exact(score_function(loss, NORMAL, EPS, baseline=baseline), expected, size=1)


@given(data, normals, parameterizations, st.sampled_from([None, "mean", "optimal", 3.0]))
def test_both_estimators_have_the_gradient_as_their_mean(x: Any, normal: Normal, wrt: Any, baseline: Any) -> None:
    loss = SquaredError(x)
    exact = closed_form.gradient(loss, normal, wrt)
    mean, _ = on_nodes(lambda eps: pathwise(loss, normal, eps, wrt), 8)
    assert_allclose(mean, exact, rtol=1e-11, atol=1e-9)
    mean, variance = on_nodes(lambda eps: score_function(loss, normal, eps, wrt, baseline), 8)
    assert_allclose(mean, exact, rtol=1e-11, atol=1e-11 * np.sqrt(variance).max())


@given(normals, parameterizations)
def test_chain_rule_connects_the_parameterizations(normal: Normal, wrt: Any) -> None:
    scale = np.array([1, normal.scale_derivative(wrt)])
    for estimator in (pathwise, score_function):
        in_sigma = estimator(SQUARED_ERROR, normal, EPS)
        assert_exact(estimator(SQUARED_ERROR, normal, EPS, wrt), in_sigma * scale)


@given(data, normals, numbers)
def test_moving_data_and_mu_together_changes_no_sample(x: Any, normal: Normal, shift: float) -> None:
    there = Normal(normal.mu + shift, normal.sigma)
    for estimator in (pathwise, score_function):
        here = estimator(SquaredError(x), normal, EPS)
        moved = estimator(SquaredError(np.array(x) + shift), there, EPS)
        assert_allclose(moved, here, rtol=1e-9, atol=1e-10 * np.abs(here).max())


@given(st.lists(numbers, min_size=2, max_size=20), normals, parameterizations)
def test_leave_one_out_mean_is_the_sample_covariance_of_loss_and_score(eps: Any, normal: Normal, wrt: Any) -> None:
    value, score = SQUARED_ERROR(normal.path(eps)), normal.score_of_noise(eps, wrt)
    expected = [np.cov(value, component)[0, 1] for component in score.T]
    mean = score_function(SQUARED_ERROR, normal, eps, wrt, baseline="leave-one-out").mean(axis=0)
    assert_allclose(mean, expected, rtol=1e-12, atol=1e-12 * np.abs(value).max() * np.abs(score).max())


def test_leave_one_out_subtracts_the_mean_loss_of_the_others() -> None:
    value, score = SQUARED_ERROR(NORMAL.path(EPS)), NORMAL.score_of_noise(EPS)
    expected = [(value[i] - np.delete(value, i).mean()) * score[i] for i in range(EPS.size)]
    assert_exact(score_function(SQUARED_ERROR, NORMAL, EPS, baseline="leave-one-out"), expected, size=100)


def test_a_fresh_y_for_each_term_has_the_variance_4_n_sigma_squared() -> None:
    repeats, n = 20_000, len(X)
    eps = np.random.default_rng(3).standard_normal((n, repeats))
    gradients = sum(pathwise(Quadratic(x), NORMAL, noise)[:, 0] for x, noise in zip(X, eps, strict=True))
    variance = 4 * n * NORMAL.sigma**2
    assert_within_error(np.mean(gradients), 2 * n * (NORMAL.mu - X.mean()), variance, repeats)
    # The variance of the square of a centered Normal is twice the square of its variance.
    assert_within_error(np.var(gradients), variance, 2 * variance**2, repeats)


def test_a_score_function_needs_no_derivative() -> None:
    def jump(y: Any) -> Any:
        return np.where(np.asarray(y) > 0, 1.0, 0.0)

    loss: Any = jump
    expected = jump(NORMAL.path(EPS))[:, None] * NORMAL.score_of_noise(EPS)
    assert_array_equal(score_function(loss, NORMAL, EPS), expected)


def test_one_sample_is_enough_without_the_others() -> None:
    assert pathwise(SQUARED_ERROR, NORMAL, [0.3]).shape == (1, 2)
    assert score_function(SQUARED_ERROR, NORMAL, [0.3]).shape == (1, 2)
    assert score_function(SQUARED_ERROR, NORMAL, [0.3, 1], baseline="leave-one-out").shape == (2, 2)


def test_estimators_use_the_loss_as_given() -> None:
    loss = Loss(np.sin, np.cos)
    y = NORMAL.path(EPS)
    assert_array_equal(pathwise(loss, NORMAL, EPS)[:, 0], np.cos(y))
    assert_exact(score_function(loss, NORMAL, EPS)[:, 0], np.sin(y) * EPS / NORMAL.sigma)
