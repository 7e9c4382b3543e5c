"""What sympy derives against the formulas of the book, as identities."""

from typing import Any

import pytest
import sympy as sp

from rpt_helpers import PARAMETERIZATIONS, symbolic
from rpt_helpers.symbolic import delta, eps, mu, n, s, sigma, xbar, y

A = delta**2 + s**2


def same(actual: Any, *expected: Any) -> bool:
    """Tell whether a column holds the expected expressions, delta written for mu - xbar."""
    difference = symbolic.in_delta(sp.Matrix([actual])) - sp.Matrix(expected)
    return difference.applyfunc(sp.simplify) == sp.zeros(len(expected), 1)


def test_noise_moments_are_double_factorials() -> None:
    assert [symbolic.noise_moment(k) for k in range(9)] == [1, 0, 1, 0, 3, 0, 15, 0, 105]


def test_a_noise_moment_that_was_asked_for_before_is_still_checked() -> None:
    assert symbolic.noise_moment(2) == 1
    for order in (2.0, True, -1, 1.5):
        with pytest.raises(ValueError, match="^order must be a whole number >= 0, got "):
            symbolic.noise_moment(order)  # type: ignore[arg-type]


def test_expectation_of_a_polynomial_in_the_noise() -> None:
    polynomial = mu + 2 * eps - sigma * eps**2 + eps**4
    assert symbolic.expectation(polynomial) == mu - sigma + 3
    assert symbolic.expectation(sp.Matrix([polynomial, eps])) == sp.Matrix([mu - sigma + 3, 0])


def test_expectation_refuses_what_is_not_a_polynomial() -> None:
    with pytest.raises(ValueError, match=r"expression must be a polynomial in epsilon, got exp\("):
        symbolic.expectation(sp.exp(eps))


def test_in_delta_writes_delta_for_mu_minus_xbar() -> None:
    assert symbolic.in_delta(mu**2 - xbar**2) == delta * (delta + 2 * xbar)
    assert symbolic.in_delta(sp.Matrix([mu - xbar])) == sp.Matrix([delta])


def test_path_and_density_are_those_of_the_normal() -> None:
    assert symbolic.path() == mu + sigma * eps
    density = sp.exp(-((y - mu) ** 2) / (2 * sigma**2)) / (sigma * sp.sqrt(2 * sp.pi))
    assert sp.simplify(sp.exp(symbolic.log_density()) - density) == 0


def test_loss_is_the_sum_over_any_two_observations() -> None:
    x1, x2 = sp.symbols("x1 x2", real=True)
    of_data = {n: 2, xbar: (x1 + x2) / 2, s: sp.Abs(x1 - x2) / 2}
    assert sp.simplify(symbolic.loss().subs(of_data) - (y - x1) ** 2 - (y - x2) ** 2) == 0


def test_expected_loss() -> None:
    assert same(symbolic.expected_loss(), n * (A + sigma**2))


IN_SECOND = {"sigma": 2 * n * sigma, "variance": n, "log_sigma": 2 * n * sigma**2}


@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
def test_left_and_right_hand_side_agree(parameterization: Any) -> None:
    expected = 2 * n * delta, IN_SECOND[parameterization]
    assert same(symbolic.gradient(parameterization), *expected)
    for sample in (symbolic.pathwise(parameterization), symbolic.score_function(parameterization)):
        assert same(symbolic.expectation(sample), *expected)


def test_stationary_points() -> None:
    assert sp.solve(symbolic.gradient("sigma")[0], mu) == [xbar]
    for parameterization in PARAMETERIZATIONS:
        in_second = symbolic.gradient(parameterization)[1]
        assert sp.solve(in_second, sigma) == []  # none with sigma > 0


SCALE = {"sigma": 1, "variance": 1 / (2 * sigma), "log_sigma": sigma}


@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
def test_samples(parameterization: Any) -> None:
    scale = SCALE[parameterization]
    slope, z = 2 * n * (delta + sigma * eps), (y - mu) / sigma
    assert same(symbolic.pathwise(parameterization), slope, slope * eps * scale)
    score = sp.Matrix([z / sigma, (z**2 - 1) / sigma * scale])
    difference = symbolic.score(parameterization) - score
    assert difference.applyfunc(sp.simplify) == sp.zeros(2, 1)
    value = n * ((delta + sigma * eps) ** 2 + s**2)
    b = sp.Symbol("b")
    expected = (value - b) * eps / sigma, (value - b) * (eps**2 - 1) / sigma * scale
    assert same(symbolic.score_function(parameterization, b), *expected)
    plain = value * eps / sigma, value * (eps**2 - 1) / sigma * scale
    assert same(symbolic.score_function(parameterization), *plain)


@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
def test_variances(parameterization: Any) -> None:
    scale = SCALE[parameterization] ** 2
    in_sigma = 4 * n**2 * (delta**2 + 2 * sigma**2)
    trick = symbolic.variance(symbolic.pathwise(parameterization))
    assert same(trick, 4 * n**2 * sigma**2, in_sigma * scale)
    in_mu = A**2 + 6 * A * sigma**2 + 8 * delta**2 * sigma**2 + 15 * sigma**4
    in_sigma = 2 * A**2 + 20 * A * sigma**2 + 40 * delta**2 * sigma**2 + 74 * sigma**4
    expected = n**2 * in_mu / sigma**2, n**2 * in_sigma / sigma**2 * scale
    assert same(symbolic.variance(symbolic.score_function(parameterization)), *expected)


def test_optimal_baselines() -> None:
    expected = n * (A + 3 * sigma**2), n * (A + 5 * sigma**2)
    assert same(symbolic.optimal_baseline(), *expected)


def test_derivatives_are_in_sigma_unless_another_parameter_is_named() -> None:
    for derive in (
        symbolic.gradient,
        symbolic.pathwise,
        symbolic.score,
        symbolic.score_function,
    ):
        assert derive() == derive("sigma") != derive("variance")
