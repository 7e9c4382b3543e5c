"""Second routes to the numbers of the library, written without it, and cases the tests share."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
from hypothesis import strategies as st
from numpy.polynomial.hermite_e import hermegauss
from numpy.polynomial.legendre import leggauss
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from rpt_helpers import (
    PARAMETERIZATIONS,
    Cosine,
    ExponentialSquare,
    Normal,
    SquaredError,
    measure_valued,
    quadratic,
)
from rpt_helpers.losses import DifferentiableLoss

mp.mp.dps = 30
EXACT = 1e-12  # relative: a constant that is wrong by 1e-9 goes red
STANDARD_ERRORS = 6.0  # false alarms of 500 comparisons together: 1e-6

X = np.array([1.5, -0.25, 4.0, 2.75, 0.5])
NORMAL = Normal(0.7, 1.3)
SQUARED_ERROR = SquaredError(X)
# Each loss with what it computes, in mpmath.
LOSSES: list[tuple[DifferentiableLoss, Callable[[Any], Any]]] = [
    (SQUARED_ERROR, lambda y: sum((y - mp.mpf(float(x))) ** 2 for x in X)),
    (quadratic(-0.4), lambda y: (y + mp.mpf(0.4)) ** 2),
    (ExponentialSquare(0.6), lambda y: mp.exp(-mp.mpf(0.6) * y**2)),
    (Cosine(1.7), lambda y: mp.cos(mp.mpf(1.7) * y)),
]
# sigma as a function of the second parameter, and back.
SIGMA_OF: dict[Any, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "sigma": (lambda second: second, lambda sigma: sigma),
    "variance": (mp.sqrt, lambda sigma: sigma**2),
    "log_sigma": (mp.exp, mp.log),
}

numbers = st.floats(-10, 10)
data = st.lists(numbers, min_size=1, max_size=12)
spread_data = st.lists(st.integers(-40, 40), min_size=2, max_size=12, unique=True).map(
    lambda x: np.array(x) / 4
)
normals = st.builds(Normal, numbers, st.floats(0.1, 10))
parameterizations = st.sampled_from(PARAMETERIZATIONS)
nodes = st.builds(Normal, numbers, st.floats(0.1, 10), parameterizations)


def derivatives(function: Callable[..., Any], node: Normal, *at: Any) -> NDArray[np.float64]:
    """Differentiate function(mu, sigma, *at) in the node's parameters, with 30 digits."""
    sigma_of, second_of = SIGMA_OF[node.parameterization]
    mu, sigma = mp.mpf(node.mu), mp.mpf(node.sigma)
    in_mu = mp.diff(lambda m: function(m, sigma, *at), mu)
    return np.array(
        [float(in_mu), float(mp.diff(lambda p: function(mu, sigma_of(p), *at), second_of(sigma)))]
    )


def log_density(y: Any, mu: Any, sigma: Any) -> Any:
    return -mp.log(2 * mp.pi) / 2 - mp.log(sigma) - (y - mu) ** 2 / (2 * sigma**2)


def integral(function: Callable[[Any], Any]) -> Any:
    """Return E function(eps) by adaptive integration with 30 digits."""
    return mp.quad(lambda e: function(e) * mp.npdf(e), np.arange(-14, 15, 2).tolist())


def on_nodes(
    gradients: Callable[[NDArray[np.float64]], NDArray[np.float64]], degree: int = 80
) -> tuple[Any, Any]:
    """Return mean and variance over standard Normal noise by Gauss-Hermite nodes."""
    nodes, weights = hermegauss(degree)
    weights = weights / weights.sum()
    samples = gradients(nodes)
    mean = weights @ samples
    return mean, weights @ (samples - mean) ** 2


def moments(mean: Any, variance: Any, highest: int) -> list[Any]:
    """Moments of a Normal; the mean may be imaginary."""
    found = [mp.mpf(1), mean]
    for order in range(2, highest + 1):
        found.append(mean * found[-1] + (order - 1) * variance * found[-2])
    return found


def length(power: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gauss nodes and weights for the length of a standard Normal in power + 1 dimensions."""
    at, weights = leggauss(50)
    r = 6.5 * (at + 1)
    weights = weights * r**power * np.exp(-r * r / 2)
    return r, weights / weights.sum()


def grid(*axes: tuple[Any, Any]) -> tuple[list[Any], NDArray[np.float64]]:
    """Return the coordinates of a tensor grid, one array an axis, and the weights of its points."""
    points = np.meshgrid(*(nodes for nodes, _ in axes), indexing="ij")
    weights = np.meshgrid(*(weights for _, weights in axes), indexing="ij")
    return [each.ravel() for each in points], np.prod(weights, axis=0).ravel()


ANGLES = np.array([0.3, 4.4]), np.full(2, 1 / 2)


def moments_of_measure_valued(loss: Any, node: Normal, coupled: bool) -> tuple[Any, Any]:
    """Mean and variance by tensor Gauss quadrature over the four Normals.

    In polar coordinates, where the component in mu is smooth, and in spherical ones for sigma.
    """
    (r, a, q, b), in_mu = grid(length(1), ANGLES, length(1), ANGLES)
    polar = np.array([r * np.cos(a), r * np.sin(a), q * np.cos(b), q * np.sin(b)]).T
    half, weights = leggauss(20)
    cosines = np.concatenate([half - 1, half + 1]) / 2, np.tile(weights, 2) / 4
    (r, c, a, e), in_sigma = grid(length(2), cosines, ANGLES, hermegauss(100))
    across = r * np.sqrt(1 - c * c)
    spherical = np.array([r * c, across * np.cos(a), across * np.sin(a), e]).T
    in_sigma = in_sigma / in_sigma.sum()
    result = []
    for component, eps, weights in ((0, polar, in_mu), (1, spherical, in_sigma)):
        samples = measure_valued(loss, node, eps, coupled=coupled)[:, component]
        mean = weights @ samples
        result.append([mean, weights @ (samples - mean) ** 2])
    mean, variance = np.array(result).T
    return mean, variance


def assert_exact(actual: Any, expected: Any, size: float = 0.0) -> None:
    """Compare to a relative 1e-12; `size` is that of the terms that cancel."""
    assert_allclose(
        np.asarray(actual, float), np.asarray(expected, float), rtol=EXACT, atol=EXACT * size
    )


def assert_within_error(mean: Any, expected: Any, variance: Any, n_samples: int) -> None:
    """Compare a Monte Carlo mean with the truth, given the exact variance of one sample."""
    error = np.sqrt(np.asarray(variance) / n_samples)
    assert np.all(np.abs(np.asarray(mean) - expected) <= STANDARD_ERRORS * error), (
        mean,
        expected,
        error,
    )
