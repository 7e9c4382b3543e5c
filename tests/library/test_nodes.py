"""The Normal: its path, its density, its score, and the three ways to parameterize it."""

from dataclasses import FrozenInstanceError
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_array_equal
from routes import NORMAL, SIGMA_OF, assert_exact, derivatives, log_density, normals, numbers, parameterizations
from scipy import stats

from rpt_helpers import PARAMETERIZATIONS, Normal

Y = np.array([[-2.0, 0.7, 0.9], [3.1, 5.5, -40.0]])


def test_parameters_are_floats_and_frozen() -> None:
    normal = Normal(np.float64(0.5), 2)
    assert (normal.mu, normal.sigma) == (0.5, 2.0)
    assert type(normal.mu) is type(normal.sigma) is float
    with pytest.raises(FrozenInstanceError):
        normal.mu = 1.0  # type: ignore[misc]


def test_path_is_mu_plus_sigma_eps() -> None:
    assert_array_equal(Normal(3, 2).path([[0.0, 1.0], [-0.5, 4.0]]), [[3, 5], [2, 11]])
    assert Normal(3, 2).path(1.0) == 5


def test_log_prob_agrees_with_scipy() -> None:
    assert_exact(NORMAL.log_prob(Y), stats.norm(NORMAL.mu, NORMAL.sigma).logpdf(Y))


@pytest.mark.parametrize("wrt", PARAMETERIZATIONS)
def test_score_is_the_derivative_of_the_log_density(wrt: Any) -> None:
    expected = [derivatives(lambda m, s, y: log_density(y, m, s), NORMAL, wrt, mp.mpf(y)) for y in Y.flat]
    assert_exact(NORMAL.score(Y, wrt), np.reshape(expected, (2, 3, 2)))


@pytest.mark.parametrize("wrt", PARAMETERIZATIONS)
def test_scale_derivative_is_the_derivative_of_sigma(wrt: Any) -> None:
    sigma_of, second_of = SIGMA_OF[wrt]
    assert_exact(NORMAL.scale_derivative(wrt), mp.diff(sigma_of, second_of(mp.mpf(NORMAL.sigma))))


@pytest.mark.parametrize("wrt", PARAMETERIZATIONS)
def test_parameters_are_those_of_the_parameterization(wrt: Any) -> None:
    _, second_of = SIGMA_OF[wrt]
    assert_exact(NORMAL.parameters(wrt), [NORMAL.mu, second_of(mp.mpf(NORMAL.sigma))])


@given(normals, parameterizations)
def test_from_parameters_inverts_parameters(normal: Normal, wrt: Any) -> None:
    back = Normal.from_parameters(normal.parameters(wrt), wrt)
    assert back.mu == normal.mu
    assert_exact(back.sigma, normal.sigma)


@given(normals, numbers)
def test_chain_rule_connects_the_parameterizations(normal: Normal, y: float) -> None:
    in_sigma = normal.score(y)
    assert_exact(normal.score(y, "variance"), in_sigma * [1, 1 / (2 * normal.sigma)])
    assert_exact(normal.score(y, "log_sigma"), in_sigma * [1, normal.sigma])


@given(normals, numbers, parameterizations)
def test_score_of_noise_is_the_score_at_the_path(normal: Normal, eps: float, wrt: Any) -> None:
    size = (1 + eps**2) * (1 + abs(normal.mu) / normal.sigma) * normal.scale_derivative(wrt) / normal.sigma
    assert_exact(normal.score_of_noise(eps, wrt), normal.score(normal.path(eps), wrt), 10 * size + 1 / normal.sigma)


def test_score_of_noise_keeps_the_digits_that_y_loses() -> None:
    assert_array_equal(Normal(1e15, 1e-3).score_of_noise(0.25), [250, (0.25**2 - 1) * 1000])


def test_defaults_differentiate_in_sigma() -> None:
    assert_array_equal(NORMAL.score(Y), NORMAL.score(Y, "sigma"))
    assert_array_equal(NORMAL.score_of_noise(Y), NORMAL.score_of_noise(Y, "sigma"))
    assert_array_equal(NORMAL.parameters(), [0.7, 1.3])
    assert Normal.from_parameters([0.7, 1.3]) == NORMAL
    assert NORMAL.scale_derivative() == 1
