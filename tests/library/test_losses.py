"""Each loss against its definition, each derivative against a numerical one."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_array_equal
from routes import LOSSES, X, assert_exact, data, numbers

from rpt_helpers import Cosine, ExponentialSquare, Loss, MeanAbsoluteError, Quadratic, SquaredError
from rpt_helpers.losses import DifferentiableLoss, differentiable

Y = np.array([[-3.0, -0.1, 0.3], [1.0, 2.2, 7.0]])


@pytest.mark.parametrize(("loss", "definition"), LOSSES)
def test_value_and_derivative_follow_the_definition(loss: DifferentiableLoss, definition: Callable[[Any], Any]) -> None:
    assert_exact(loss(Y), np.reshape([definition(mp.mpf(y)) for y in Y.flat], Y.shape))
    assert_exact(loss.derivative(Y), np.reshape([mp.diff(definition, mp.mpf(y)) for y in Y.flat], Y.shape))


@pytest.mark.parametrize("loss", [loss for loss, _ in LOSSES] + [MeanAbsoluteError(X), Loss(np.sin, np.cos)])
@pytest.mark.parametrize("y", [0.5, [1], [[1.0, 2.0]], np.ones((2, 1, 3)), np.ones(2, np.float32)])
def test_shapes_follow_y(loss: DifferentiableLoss, y: Any) -> None:
    assert np.shape(loss(y)) == np.shape(loss.derivative(y)) == np.shape(y)


@pytest.mark.parametrize("loss", [loss for loss, _ in LOSSES] + [MeanAbsoluteError(X)])
def test_nan_stays_nan(loss: DifferentiableLoss) -> None:
    assert np.isnan(loss([np.nan])).all()
    assert np.isnan(loss.derivative([np.nan])).all()


@given(data, numbers)
def test_squared_error_is_the_sum_over_the_data(x: list[float], y: float) -> None:
    assert_exact(SquaredError(x)(y), sum((y - xi) ** 2 for xi in x), size=100 * len(x))


def test_squared_error_keeps_statistics_and_not_the_data() -> None:
    loss = SquaredError(X)
    assert vars(loss) == {"n": 5, "mean": pytest.approx(1.7), "mean_square_deviation": pytest.approx(2.335)}
    assert repr(loss) == "SquaredError(n=5, mean=1.7, mean_square_deviation=2.335)"


def test_squared_error_keeps_the_spread_beside_a_huge_mean() -> None:
    assert SquaredError(X + 2.0**40).mean_square_deviation == pytest.approx(2.335, rel=1e-13)


@pytest.mark.parametrize("value", [0.1, 1 / 3, -1e9 / 7])
def test_data_that_coincide_have_no_spread_at_all(value: float) -> None:
    loss = SquaredError(np.full(1001, value))
    assert (loss.mean, loss.mean_square_deviation) == (value, 0)


def test_quadratic_is_squared_error_of_one_observation() -> None:
    one, same = Quadratic(2.5), SquaredError([2.5])
    assert (one.n, one.mean, one.mean_square_deviation) == (same.n, same.mean, same.mean_square_deviation)
    assert_array_equal(one(Y), same(Y))


@pytest.mark.parametrize("kind", [Quadratic, ExponentialSquare, Cosine])
def test_losses_with_equal_k_are_equal(kind: Callable[[float], Any]) -> None:
    assert kind(2) == kind(2.0) != kind(3)
    assert type(kind(2).k) is float


@given(data, numbers)
def test_mean_absolute_error_is_the_mean_over_the_data(x: list[float], y: float) -> None:
    loss = MeanAbsoluteError(x)
    assert_exact(loss(y), np.mean([abs(y - xi) for xi in x]), size=10)
    assert loss.derivative(y) == pytest.approx(np.mean(np.sign(y - np.array(x))), abs=1e-15)


def test_mean_absolute_error_at_a_kink_counts_both_sides() -> None:
    loss = MeanAbsoluteError([2.0, 1.0, 2.0, 5.0])
    assert_array_equal(loss([1, 2, 5]), [1.5, 1.0, 2.5])
    assert_array_equal(loss.derivative([0, 1, 2, 5, 6]), [-1, -0.75, 0, 0.75, 1])


def test_a_loss_of_two_functions_calls_them() -> None:
    loss = Loss(np.sin, np.cos)
    assert_array_equal(loss(Y), np.sin(Y))
    assert_array_equal(loss.derivative(Y), np.cos(Y))
    assert differentiable(loss) is loss
