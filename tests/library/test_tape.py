"""The tape against finite differences, and the two ways to draw on it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from rpt_helpers import Normal, SquaredError, pathwise
from rpt_helpers.tape import Var, draw, draw_along

X = np.array([1.0, 2.0, 6.0])
EPS = np.array([-1.3, 0.2, 0.9, 2.1])
STEP = 1e-5


def assert_gradients(function: Callable[..., Var], *at: Any) -> None:
    """Compare each entry of each gradient with a central difference, and print both if they differ.

    A backward pass from an array is one from its sum.
    """
    inputs = [Var(value) for value in at]
    function(*inputs).backward()
    for number, var in enumerate(inputs):
        assert var.grad.shape == var.value.shape
        for index in np.ndindex(var.value.shape):

            def total(move: float, number: int = number, index: tuple[int, ...] = index) -> float:
                moved = [np.array(value, float) for value in at]
                moved[number][index] += move
                return float(function(*map(Var, moved)).value.sum())

            numeric, analytic = (total(STEP) - total(-STEP)) / (2 * STEP), var.grad[index]
            assert abs(numeric - analytic) <= 1e-7 * (1 + abs(numeric)), (
                f"argument {number}, entry {index}: numeric {numeric}, analytic {analytic}"
            )


def loss(y: Var) -> Var:
    total: Var = sum(((y - x_i) * (y - x_i) for x_i in X), Var(0))
    return total


# What Python and numpy may have on either side of a sign.
OPERATIONS: dict[str, Callable[[Var, Var], Var]] = {
    "sum": lambda a, b: a + b,
    "difference": lambda a, b: a - b,
    "product": lambda a, b: a * b,
    "numbers at the right": lambda a, b: (a + 2) * (b - 3) * 0.5,
    "numbers at the left": lambda a, b: 2 + a * (3 - b) * (0.5 * b),
    "exp": lambda a, b: (a * b).exp(),
    "tanh": lambda a, b: (a - b).tanh(),
    "a twice in one product": lambda a, b: a * a + b,
    "a twice in a sum": lambda a, b: a + a + b,
    "a on two roads of different length": lambda a, b: (a.exp() + b) * (a * a.tanh()),
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize(
    ("a", "b"),
    [(0.7, -0.4), (EPS, -0.4), (0.7, EPS), (EPS, EPS[::-1])],
    ids=["numbers", "array and number", "number and array", "arrays"],
)
def test_gradient_of_an_operation_is_its_finite_difference(name: str, a: Any, b: Any) -> None:
    assert_gradients(OPERATIONS[name], a, b)


def test_values_are_those_of_numpy() -> None:
    a, b = Var(0.7), Var(EPS)
    assert_array_equal((a - b).value, 0.7 - EPS)
    assert_array_equal((2 - b * a).value, 2 - EPS * 0.7)
    assert_array_equal(b.exp().value, np.exp(EPS))
    assert_array_equal(b.tanh().value, np.tanh(EPS))


def test_an_array_at_the_left_becomes_part_of_the_tape() -> None:
    assert_gradients(lambda a: X + X * a - (X - a), 0.7)
    assert isinstance(X * Var(2), Var)


def test_a_number_that_meets_an_array_gets_the_sum_of_the_gradients() -> None:
    number, array = Var(2), Var(EPS)
    (number * array).backward()
    assert number.grad == EPS.sum()
    assert_array_equal(array.grad, np.full(4, 2.0))


def test_gradients_of_a_node_that_is_used_twice_add_up() -> None:
    a = Var(3)
    (a * a + 5 * a).backward()
    assert a.grad == 2 * 3 + 5


def test_a_second_pass_starts_from_zero() -> None:
    a = Var(3)
    square = a * a
    cube = square * a
    for _ in range(2):
        cube.backward()
        assert (a.grad, square.grad, cube.grad) == (27, 3, 1)


def test_a_var_that_no_pass_reaches_has_no_gradient() -> None:
    a, other = Var(3), Var(4)
    (a * 2).backward()
    assert other.grad is None


@pytest.mark.parametrize("value", [np.ones((2, 3)), np.ones((3, 1)), np.ones(1)])
def test_arrays_of_different_shapes_are_refused_on_the_way_back(value: Any) -> None:
    product = Var(X) * Var(value)
    with pytest.raises(ValueError, match="output operand"):
        product.backward()


@pytest.mark.parametrize("kind", [draw, draw_along])
@pytest.mark.parametrize(
    ("mu", "sigma", "shape"),
    [
        (1, 2, ()),
        (np.ones(4), 2, (4,)),
        (1, np.full(4, 2), (4,)),
        (np.ones(4), np.full(4, 2), (4,)),
    ],
    ids=["numbers", "array mu", "array sigma", "arrays"],
)
def test_both_ways_to_draw_are_numpys_draws(kind: Any, mu: Any, sigma: Any, shape: Any) -> None:
    y = kind(Var(mu), Var(sigma), np.random.default_rng(5)).value
    assert y.shape == shape
    assert_array_equal(y, np.random.default_rng(5).normal(1, 2, shape))


def test_a_draw_blocks_the_way_back() -> None:
    mu, sigma = Var(1), Var(2)
    y = draw(mu, sigma, np.random.default_rng(5))
    loss(y).backward()
    assert y.grad == pytest.approx(SquaredError(X).derivative(y.value))
    assert mu.grad is None
    assert sigma.grad is None


def test_a_blocked_way_leaves_the_other_ways_open() -> None:
    mu = Var(1)
    y = draw(mu, Var(2), np.random.default_rng(5))
    (mu * y).backward()
    assert mu.grad == y.value


def test_a_draw_along_noise_gives_the_pathwise_gradient_of_each_draw() -> None:
    mu, sigma = Var(np.full(1000, 1.0)), Var(np.full(1000, 2.0))
    loss(draw_along(mu, sigma, np.random.default_rng(5))).backward()
    eps = np.random.default_rng(5).standard_normal(1000)
    expected = pathwise(SquaredError(X), Normal(1, 2), eps)
    np.testing.assert_allclose(np.stack([mu.grad, sigma.grad], axis=1), expected, rtol=1e-12)


def test_a_draw_along_noise_is_differentiated_with_the_noise_held() -> None:
    def held(mu: Var, sigma: Var) -> Var:
        return loss(draw_along(mu, sigma, np.random.default_rng(5)).tanh())

    assert_gradients(held, 1.0, 2.0)
    assert_gradients(held, np.ones(4), 2.0)
