"""The Normal: its path, its density, its score, and the three ways to parameterize it."""

from dataclasses import FrozenInstanceError

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_array_equal
from routes import NORMAL, SIGMA_OF, assert_exact, derivatives, log_density, nodes, numbers
from scipy import stats

from rpt_helpers import PARAMETERIZATIONS, Normal

Y = np.array([[-2.0, 0.7, 0.9], [3.1, 5.5, -40.0]])
EPS = (Y - NORMAL.mu) / NORMAL.sigma
EACH = [NORMAL.by(parameterization) for parameterization in PARAMETERIZATIONS]


def test_parameters_are_floats_and_frozen() -> None:
    normal = Normal(np.float64(0.5), 2)
    assert (normal.mu, normal.sigma) == (0.5, 2.0)
    assert type(normal.mu) is type(normal.sigma) is float
    with pytest.raises(FrozenInstanceError):
        normal.mu = 1.0  # type: ignore[misc]


def test_gradients_are_in_sigma_unless_another_parameter_is_named() -> None:
    assert NORMAL.parameterization == "sigma"
    assert_array_equal(NORMAL.parameters, [0.7, 1.3])
    assert NORMAL.scale_derivative == 1


def test_nodes_are_equal_if_their_gradients_are_in_the_same_parameters_too() -> None:
    assert Normal(1, 2) == Normal(1.0, 2.0, "sigma") != Normal(1, 2, "variance")
    assert len({*EACH, *EACH}) == 3


def test_by_changes_the_parameterization_and_nothing_else() -> None:
    for node in EACH:
        assert (node.mu, node.sigma) == (NORMAL.mu, NORMAL.sigma)
        assert node.by("sigma") == NORMAL
    assert [node.parameterization for node in EACH] == ["sigma", "variance", "log_sigma"]


def test_path_is_mu_plus_sigma_eps() -> None:
    assert_array_equal(Normal(3, 2).path([[0.0, 1.0], [-0.5, 4.0]]), [[3, 5], [2, 11]])
    assert Normal(3, 2).path(1.0) == 5


def test_a_path_keeps_seven_digits_of_the_noise_or_is_refused() -> None:
    for mu in (299_852.4, -299_852.4):
        eps = np.linspace(-3, 3, 7)
        node = Normal(mu, 1.01e-9 * abs(mu))
        assert np.abs((node.path(eps) - mu) / node.sigma - eps).max() < 1e-6
        assert Normal(mu, 1e-9 * abs(mu)).path(0.0) == mu
        with pytest.raises(ValueError, match=r"^sigma must be >= 1e-09 \|mu\|, else y has too few"):
            Normal(mu, 0.99e-9 * abs(mu)).path(eps)


def test_noise_is_standard_normal() -> None:
    drawn = NORMAL.noise(np.random.default_rng(3), 7)
    assert_array_equal(drawn, np.random.default_rng(3).standard_normal(7))


@pytest.mark.parametrize("node", EACH)
def test_pullback_is_the_slope_times_the_derivative_of_the_path(node: Normal) -> None:
    slope, eps = np.array([2.0, -0.3]), np.array([0.4, -1.7])
    rates = [derivatives(lambda m, s, e: m + s * e, node, e) for e in eps]
    assert_exact(node.pullback(slope, eps), slope[:, np.newaxis] * rates)


def test_log_prob_agrees_with_scipy() -> None:
    assert_exact(NORMAL.log_prob(Y), stats.norm(NORMAL.mu, NORMAL.sigma).logpdf(Y))


@pytest.mark.parametrize("node", EACH)
def test_score_is_the_derivative_of_the_log_density_at_the_path(node: Normal) -> None:
    expected = [
        derivatives(
            lambda m, s, y: log_density(y, m, s), node, mp.mpf(node.mu) + mp.mpf(node.sigma) * e
        )
        for e in map(mp.mpf, EPS.flat)
    ]
    assert_exact(node.score(EPS), np.reshape(expected, (2, 3, 2)))


@pytest.mark.parametrize("node", EACH)
def test_scale_derivative_is_the_derivative_of_sigma(node: Normal) -> None:
    sigma_of, second_of = SIGMA_OF[node.parameterization]
    assert_exact(node.scale_derivative, mp.diff(sigma_of, second_of(mp.mpf(node.sigma))))


@pytest.mark.parametrize("node", EACH)
def test_parameters_are_those_of_the_parameterization(node: Normal) -> None:
    _, second_of = SIGMA_OF[node.parameterization]
    assert_exact(node.parameters, [node.mu, second_of(mp.mpf(node.sigma))])


@given(nodes, nodes)
def test_at_inverts_parameters_and_keeps_the_parameterization(node: Normal, other: Normal) -> None:
    back = other.by(node.parameterization).at(node.parameters)
    assert (back.mu, back.parameterization) == (node.mu, node.parameterization)
    assert_exact(back.sigma, node.sigma)


def test_at_takes_the_whole_range_of_log_sigma() -> None:
    node = Normal(0, 1, "log_sigma")
    for second in (-744.9, -1.0, 709.6):
        assert node.at([0, second]).sigma == np.exp(second)


@given(nodes, numbers)
def test_chain_rule_connects_the_parameterizations(node: Normal, eps: float) -> None:
    in_sigma = node.by("sigma").score(eps)
    assert_exact(node.by("variance").score(eps), in_sigma * [1, 1 / (2 * node.sigma)])
    assert_exact(node.by("log_sigma").score(eps), in_sigma * [1, node.sigma])


def test_the_score_keeps_the_digits_that_y_would_lose() -> None:
    assert_array_equal(Normal(1e15, 1e-3).score(0.25), [250, (0.25**2 - 1) * 1000])


@pytest.mark.parametrize("sigma", [1e-200, 1e200])
def test_a_variance_that_is_no_float_is_named(sigma: float) -> None:
    node = Normal(0, sigma, "variance")
    with pytest.raises(ValueError, match="^variance must be a finite number > 0, got (0.0|inf)$"):
        _ = node.parameters


def test_a_node_says_what_it_is() -> None:
    described = repr(Normal(1, 2, "variance"))
    assert described == "Normal(mu=1.0, sigma=2.0, parameterization='variance')"
