"""Each loss against its definition, each derivative against a numerical one."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from routes import LOSSES, X, assert_exact, data, numbers

from rpt_helpers import Cosine, ExponentialSquare, Loss, MeanAbsoluteError, SquaredError, quadratic
from rpt_helpers.losses import DifferentiableLoss, slopes, values

Y = np.array([[-3.0, -0.1, 0.3], [1.0, 2.2, 7.0]])
ALL = [loss for loss, _ in LOSSES] + [MeanAbsoluteError(X)]
# Data far from 0, where sums of the data themselves lose the digits of the spread.
far_data = st.builds(
    lambda x, spread, offset: offset + spread * np.array(x),
    data,
    st.sampled_from([1e-3, 1.0, 1e3]),
    st.sampled_from([-1e15, -1e12, -1e9, 0.0, 1e9, 1e12]),
)


@pytest.mark.parametrize(("loss", "definition"), LOSSES)
def test_value_and_derivative_follow_the_definition(
    loss: DifferentiableLoss, definition: Callable[[Any], Any]
) -> None:
    assert_exact(loss(Y), np.reshape([definition(mp.mpf(y)) for y in Y.flat], Y.shape))
    slope = [mp.diff(definition, mp.mpf(y)) for y in Y.flat]
    assert_exact(loss.derivative(Y), np.reshape(slope, Y.shape))


@pytest.mark.parametrize("loss", [*ALL, Loss(np.sin, np.cos)])
@pytest.mark.parametrize("y", [0.5, [1], [[1.0, 2.0]], np.ones((2, 1, 3)), np.ones(2, np.float32)])
def test_shapes_follow_y(loss: DifferentiableLoss, y: Any) -> None:
    assert np.shape(loss(y)) == np.shape(loss.derivative(y)) == np.shape(y)


@pytest.mark.parametrize("loss", ALL)
def test_nan_stays_nan(loss: DifferentiableLoss) -> None:
    nan: Any = [np.nan]
    assert np.isnan(loss(nan)).all()
    assert np.isnan(loss.derivative(nan)).all()


@given(data, numbers)
def test_squared_error_is_the_sum_over_the_data(x: list[float], y: float) -> None:
    assert_exact(SquaredError(x)(y), sum((y - xi) ** 2 for xi in x), size=100 * len(x))


@given(far_data, numbers)
def test_squared_error_is_exact_far_from_0(x: Any, at: float) -> None:
    """Values and derivatives to a relative 1e-12 of the terms, against exact fractions."""
    y = float(x[0] + at * 1e-3)
    loss, distances = SquaredError(x), [Fraction(y) - Fraction(float(xi)) for xi in x]
    assert_exact(loss(y), float(sum(d**2 for d in distances)))
    size = float(sum(abs(d) for d in distances))
    assert_exact(loss.derivative(y), float(2 * sum(distances)), size=2 * size)
    spread = sum(d**2 for d in distances) / len(x) - (sum(distances) / len(x)) ** 2
    assert_exact(loss.mean_square_deviation, float(spread), size=1e-3 * size**2)


def test_squared_error_keeps_statistics_and_not_the_data() -> None:
    loss = SquaredError(X)
    kept = {"n": 5, "mean": pytest.approx(1.7), "mean_square_deviation": pytest.approx(2.335)}
    assert vars(loss) == kept | {"_rest": pytest.approx(0, abs=1e-15)}
    assert repr(loss) == "SquaredError(n=5, mean=1.7, mean_square_deviation=2.335)"


def test_squared_error_keeps_the_spread_beside_a_huge_mean() -> None:
    assert SquaredError(X + 2.0**40).mean_square_deviation == pytest.approx(2.335, rel=1e-13)


@pytest.mark.parametrize("value", [0.1, 1 / 3, -1e9 / 7])
def test_data_that_coincide_have_no_spread_at_all(value: float) -> None:
    loss = SquaredError(np.full(1001, value))
    assert (loss.mean, loss.mean_square_deviation, float(loss(value))) == (value, 0.0, 0.0)


def test_a_quadratic_is_the_squared_error_of_one_observation() -> None:
    one = quadratic(2.5)
    assert one == SquaredError([2.5])
    assert (one.n, one.mean, one.mean_square_deviation) == (1, 2.5, 0)
    assert_array_equal(one(Y), (Y - 2.5) ** 2)


def test_the_order_of_the_data_and_their_type_do_not_matter() -> None:
    assert SquaredError([1, 3]) == SquaredError(np.array([3.0, 1.0])) != SquaredError([1, 4])
    assert len({SquaredError([1, 3]), SquaredError((1.0, 3.0)), SquaredError([1, 3, 3])}) == 2


@pytest.mark.parametrize("kind", [quadratic, ExponentialSquare, Cosine])
def test_losses_with_equal_k_are_equal_and_have_one_hash(kind: Callable[[float], Any]) -> None:
    assert kind(2) == kind(2.0) != kind(3)
    assert {kind(2), kind(2.0)} == {kind(2)}
    if kind is not quadratic:
        assert type(kind(2).k) is float


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        *[(SquaredError(X), name) for name in ("n", "mean", "mean_square_deviation")],
        (quadratic(1), "n"),
        (ExponentialSquare(1), "k"),
        (Cosine(1), "k"),
        (MeanAbsoluteError(X), "x"),
    ],
)
def test_a_loss_cannot_be_changed(loss: Any, name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(loss, name, 7)


def test_the_data_of_the_mean_absolute_error_cannot_be_changed() -> None:
    x = X.copy()
    loss = MeanAbsoluteError(x)
    before = loss(0.3)
    x[0] = 100
    assert loss(0.3) == before
    with pytest.raises(ValueError, match="read-only"):
        loss.x[0] = 100
    assert repr(loss) == f"MeanAbsoluteError(x={np.sort(X)!r})"


@given(data, numbers)
def test_mean_absolute_error_is_the_mean_over_the_data(x: list[float], y: float) -> None:
    loss = MeanAbsoluteError(x)
    assert_exact(loss(y), np.mean([abs(y - xi) for xi in x]), size=10)
    assert loss.derivative(y) == pytest.approx(np.mean(np.sign(y - np.array(x))), abs=1e-15)


@given(far_data, numbers)
def test_mean_absolute_error_is_exact_far_from_0(x: Any, at: float) -> None:
    y = float(x[0] + at * 1e-3)
    expected = sum(abs(Fraction(y) - Fraction(float(xi))) for xi in x) / len(x)
    assert_exact(MeanAbsoluteError(x)(y), float(expected))


@pytest.mark.parametrize(
    ("offset", "spread"),
    [(1e9, 1e-3), (1e9, 1e-6), (1e12, 1e-3), (-1e15, 1), (1.7e9, 1), (3e5, 79), (0, 1)],
)
def test_the_absolute_error_at_the_median_of_data_far_from_0(offset: float, spread: float) -> None:
    x = offset + spread * np.random.default_rng(3).standard_normal(51)
    y = float(np.median(x))
    expected = sum(abs(Fraction(y) - Fraction(float(xi))) for xi in x) / len(x)
    assert_exact(MeanAbsoluteError(x)(y), float(expected))


def test_the_absolute_error_of_a_million_times_of_day_within_one_second() -> None:
    x = 1.7e9 + np.random.default_rng(3).random(1_000_001)
    y = float(np.median(x))
    assert_exact(MeanAbsoluteError(x)(y), np.abs(y - x).mean())


def test_mean_absolute_error_at_a_kink_counts_both_sides() -> None:
    loss = MeanAbsoluteError([2.0, 1.0, 2.0, 5.0])
    assert_array_equal(loss([1, 2, 5]), [1.5, 1.0, 2.5])
    assert_array_equal(loss.derivative([0, 1, 2, 5, 6]), [-1, -0.75, 0, 0.75, 1])


def test_a_loss_of_two_functions_calls_them() -> None:
    loss = Loss(np.sin, np.cos)
    assert_array_equal(loss(Y), np.sin(Y))
    assert_array_equal(loss.derivative(Y), np.cos(Y))


def test_a_loss_of_a_vector_gives_one_number_a_draw_and_a_derivative_of_the_shape_of_y() -> None:
    loss = Loss(lambda y: (y**2).sum(axis=1), lambda y: 2 * y)
    assert_array_equal(loss(Y), (Y**2).sum(axis=1))
    assert_array_equal(values(loss, Y), (Y**2).sum(axis=1))
    assert_array_equal(slopes(loss, Y), 2 * Y)


def test_whole_numbers_beyond_2_to_the_53_become_the_nearest_float() -> None:
    assert SquaredError([2**53 + 1]).mean == quadratic(2**53 + 1).mean == 2.0**53
    exact: Any = [Fraction(1, 2), 10**20]
    assert SquaredError(exact).mean == 5e19
