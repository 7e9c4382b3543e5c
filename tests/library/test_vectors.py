"""Normals of a vector: independent components, and correlated ones."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from routes import EXACT, STANDARD_ERRORS, assert_exact, assert_within_error
from scipy import stats

from rpt_helpers import (
    PARAMETERIZATIONS,
    Antithetic,
    CorrelatedNormal,
    Loss,
    Normal,
    Reparameterized,
    Sobol,
    VectorNormal,
    estimate,
    leave_one_out,
    pathwise,
    score_function,
    sgd,
)

Array = NDArray[np.float64]
N = 100_000
VECTOR = VectorNormal([0.5, -1.0, 2.0], [0.5, 1.0, 2.0], "log_sigma")
FACTOR = np.array([[0.8, 0, 0], [-0.5, 1.2, 0], [0.3, 0.9, 0.4]])
CORRELATED = CorrelatedNormal([0.5, -1.0, 2.0], FACTOR)
CENTER, WEIGHTS = np.array([1.0, 0.0, 0.5]), np.array([0.5, -1.0, 2.0])
DISTANCE = Loss(lambda y: ((y - CENTER) ** 2).sum(axis=1), lambda y: 2 * (y - CENTER))
PLANE = Loss(lambda y: (y @ WEIGHTS - 1) ** 2, lambda y: 2 * np.outer(y @ WEIGHTS - 1, WEIGHTS))


def over_normal_noise(function: Callable[[Array], Array]) -> Array:
    """Integrate over three Normals by Gauss-Hermite points: exact for polynomials of degree 19."""
    points, weights = hermegauss(10)
    eps = np.array(list(product(points, repeat=3)))
    return np.prod(list(product(weights, repeat=3)), axis=1) / (2 * np.pi) ** 1.5 @ function(eps)


def pathwise_variance(node: VectorNormal) -> Array:
    """Return that of 2 (y - c) and 2 (y - c) sigma eps, where each component is by itself."""
    delta_square, var = (node.mu - CENTER) ** 2, node.sigma**2
    return 4 * np.concatenate([var, var * (delta_square + 2 * var)])


DISTANCE_GRADIENT = np.concatenate([2 * (VECTOR.mu - CENTER), 2 * VECTOR.sigma**2])
PLANE_GRADIENT = np.concatenate(
    [2 * (VECTOR.mu @ WEIGHTS - 1) * WEIGHTS, 2 * (WEIGHTS * VECTOR.sigma) ** 2]
)


def in_triangle(gradient: Array) -> Array:
    """Return the entries of a matrix that a gradient in the factor has."""
    return gradient[np.tril_indices(3)]


# E f is a function of the covariance L L^T, whose trace has the gradient 2 L.
CASES = [
    (VECTOR, DISTANCE, DISTANCE_GRADIENT),
    (VECTOR, PLANE, PLANE_GRADIENT),
    (CORRELATED, DISTANCE, np.append(DISTANCE_GRADIENT[:3], in_triangle(2 * FACTOR))),
    (
        CORRELATED,
        PLANE,
        np.append(PLANE_GRADIENT[:3], in_triangle(2 * np.outer(WEIGHTS, WEIGHTS @ FACTOR))),
    ),
]


@pytest.mark.parametrize(
    ("estimator", "options"),
    [(pathwise, {}), (score_function, {}), (score_function, {"baseline": 9})],
)
@pytest.mark.parametrize(("node", "loss", "mean"), CASES)
def test_a_vector_has_a_gradient_in_all_its_parameters(
    estimator: Any, options: dict[str, Any], node: Reparameterized, loss: Loss, mean: Array
) -> None:
    def deviation(eps: Array) -> Array:
        return estimator(loss, node, eps, **options) - mean

    variance = over_normal_noise(lambda eps: deviation(eps) ** 2)
    fourth = over_normal_noise(lambda eps: deviation(eps) ** 4)
    found = estimate(estimator, loss, node, N, np.random.default_rng(10), **options)
    assert_within_error(found.mean, mean, variance, N)
    assert_within_error(found.variance, variance, fourth - variance**2, N)
    assert_allclose(over_normal_noise(deviation), np.zeros(mean.size), atol=1e-11)
    if estimator is pathwise and loss is DISTANCE and node is VECTOR:
        assert_allclose(variance, pathwise_variance(VECTOR), rtol=EXACT)


def test_each_parameter_may_have_its_own_baseline() -> None:
    eps = VECTOR.noise(np.random.default_rng(11), 5)
    found = score_function(PLANE, VECTOR, eps, baseline=np.arange(6))
    for i in range(6):
        assert_exact(found[:, i], score_function(PLANE, VECTOR, eps, baseline=i)[:, i])


def test_leave_one_out_is_nearly_the_mean_baseline_of_a_vector() -> None:
    delta = VECTOR.mu - CENTER
    mean = delta @ delta + VECTOR.sigma @ VECTOR.sigma
    rng = np.random.default_rng(12)
    found = estimate(score_function, DISTANCE, VECTOR, N, rng, baseline=leave_one_out)
    assert np.all(np.abs(found.mean - DISTANCE_GRADIENT) <= STANDARD_ERRORS * found.standard_error)
    other = estimate(score_function, DISTANCE, VECTOR, N, np.random.default_rng(12), baseline=mean)
    assert_allclose(found.variance, other.variance, rtol=1e-2)


def test_antithetic_noise_of_a_vector_leaves_no_variance_in_the_means() -> None:
    found = estimate(
        pathwise, DISTANCE, VECTOR, N, np.random.default_rng(14), noise=Antithetic(dimensions=3)
    )
    assert_allclose(found.mean[:3], DISTANCE_GRADIENT[:3], rtol=1e-13)
    assert np.all(found.variance[:3] < 1e-25)
    # A pair shares sigma^2 eps^2, and the part with delta cancels.
    variance = 16 * VECTOR.sigma**4
    assert_within_error(found.mean[3:], DISTANCE_GRADIENT[3:], variance, N)
    assert_allclose(found.variance[3:], variance, rtol=STANDARD_ERRORS * (14 / (N / 2)) ** 0.5)


def test_sobol_noise_of_a_vector_has_far_less_variance() -> None:
    n = 64 * 1024
    found = estimate(
        pathwise, DISTANCE, VECTOR, n, np.random.default_rng(15), noise=Sobol(1024, dimensions=3)
    )
    assert np.all(np.abs(found.mean - DISTANCE_GRADIENT) <= STANDARD_ERRORS * found.standard_error)
    assert np.all(found.variance < pathwise_variance(VECTOR) / 30)


def test_a_loss_of_another_shape_than_the_vector_needs_is_refused() -> None:
    narrow = Loss(lambda y: y[:, 0], lambda y: y[:, :1])
    with pytest.raises(ValueError, match=r"derivative\(y\) must be .* shape \(5, 3\), got"):
        pathwise(narrow, VECTOR, np.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"loss\(y\) must be one number for each y, shape \(5,\)"):
        score_function(lambda y: y, VECTOR, np.zeros((5, 3)))


def test_descent_takes_a_vector_to_the_center_and_its_scales_to_the_entropys() -> None:
    step, m, weight, rng = 0.02, 20, 0.5, np.random.default_rng(16)

    def gradient(here: VectorNormal) -> Array:
        entropy = np.repeat([0, weight], 3)  # weight times the sum of log sigma
        return pathwise(DISTANCE, here, here.noise(rng, m)).mean(axis=0) - entropy

    path = sgd(gradient, VECTOR, steps=1500, step_size=step)
    # Both parts are first-order autoregressions near the optimum, sigma^2 = weight / 2.
    of_mu = step * weight / 2 / m / (1 - step)
    of_log_sigma = step * weight / 2 / m / (1 - step * weight)
    assert np.all(np.abs(path.final.mu - CENTER) <= STANDARD_ERRORS * of_mu**0.5)
    distance = np.log(path.final.sigma) - np.log(weight / 2) / 2
    assert np.all(np.abs(distance) <= STANDARD_ERRORS * of_log_sigma**0.5)
    assert path["sigma"].shape == (1501, 3)
    assert_allclose(path["sigma"][0], [0.5, 1, 2], rtol=EXACT)


# The nodes.


@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
def test_a_vector_of_independent_components_is_a_row_of_normals(parameterization: Any) -> None:
    node = VECTOR.by(parameterization)
    eps = node.noise(np.random.default_rng(13), 4)
    slope = np.array([[1.0, -2.0, 3.0], [0.5, 0.0, 1.0], [-1.0, 4.0, 2.0], [3.0, 3.0, -3.0]])
    for d, one in enumerate(node.components):
        assert one == Normal(VECTOR.mu[d], VECTOR.sigma[d], parameterization)
        pair = [d, 3 + d]
        assert_array_equal(node.path(eps)[:, d], one.path(eps[:, d]))
        assert_exact(node.score(eps)[:, pair], one.score(eps[:, d]))
        assert_exact(node.pullback(slope, eps)[:, pair], one.pullback(slope[:, d], eps[:, d]))
        assert_array_equal(node.parameters[pair], one.parameters)
    there = node.at(node.parameters + 0.1)
    assert there.parameterization == parameterization
    assert_exact(there.parameters, node.parameters + 0.1)


def log_density(node: CorrelatedNormal, parameters: Array, y: Array) -> Any:
    there = node.at(parameters)
    return stats.multivariate_normal(there.mu, there.factor @ there.factor.T).logpdf(y)


def test_the_score_of_a_correlated_normal_is_the_derivative_of_its_log_density() -> None:
    node, h = CORRELATED, 1e-5
    eps = node.noise(np.random.default_rng(14), 6)
    y, at = node.path(eps), node.parameters
    rates = [
        (log_density(node, at + h * e, y) - log_density(node, at - h * e, y)) / (2 * h)
        for e in np.eye(at.size)
    ]
    assert_allclose(node.score(eps), np.transpose(rates), rtol=1e-6, atol=1e-6)


def test_the_pullback_of_a_correlated_normal_is_the_derivative_of_its_path() -> None:
    node, slope = CORRELATED, np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])
    eps, at = node.noise(np.random.default_rng(15), 2), node.parameters
    rates = [node.at(at + e).path(eps) - node.path(eps) for e in np.eye(at.size)]  # it is linear
    expected = np.array([(slope * rate).sum(axis=1) for rate in rates]).T
    assert_allclose(node.pullback(slope, eps), expected, rtol=1e-12, atol=1e-13)


def test_a_diagonal_factor_makes_independent_components() -> None:
    node = CorrelatedNormal(VECTOR.mu, np.diag(VECTOR.sigma))
    other, eps = VECTOR.by("sigma"), VECTOR.noise(np.random.default_rng(16), 5)
    diagonal = [0, 1, 2, 3, 5, 8]  # row by row
    assert_exact(node.path(eps), other.path(eps))
    assert_exact(node.score(eps)[:, diagonal], other.score(eps))
    samples = pathwise(DISTANCE, node, eps)[:, diagonal]
    assert_exact(samples, pathwise(DISTANCE, other, eps))


def test_parameters_of_a_correlated_normal_are_the_means_and_the_triangle_row_by_row() -> None:
    assert_array_equal(CORRELATED.parameters, [0.5, -1, 2, 0.8, -0.5, 1.2, 0.3, 0.9, 0.4])
    assert_array_equal(CORRELATED.at(np.arange(1.0, 10)).factor, [[4, 0, 0], [5, 6, 0], [7, 8, 9]])


def test_vectors_keep_their_numbers() -> None:
    mu, sigma = np.zeros(2), np.ones(2)
    nodes = VectorNormal(mu, sigma), CorrelatedNormal(mu, np.eye(2))
    mu[0] = sigma[0] = 5
    for node in nodes:
        assert_array_equal(node.mu, 0)
        with pytest.raises(ValueError, match="read-only"):
            node.mu[0] = 1
    assert repr(nodes[0]) == (
        "VectorNormal(mu=array([0., 0.]), sigma=array([1., 1.]), parameterization='sigma')"
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: VectorNormal([], []), "mu must be one-dimensional with at least 1 value"),
        (lambda: VectorNormal(0, 1), "mu must be one-dimensional"),
        (lambda: VectorNormal([0, 1], [1]), r"sigma must be as many numbers as mu, shape \(2,\)"),
        (lambda: VectorNormal([0, np.nan], [1, 1]), r"mu\[1\] must be finite"),
        (lambda: VectorNormal([0, 1], [1, 0]), "sigma must be a finite number > 0, got 0.0"),
        (lambda: VectorNormal([0], [1], "std"), "parameterization must be one of"),  # type: ignore[arg-type]
        (lambda: VECTOR.at([1, 2]), r"parameters must be an array of shape \(6,\), got 'shape"),
        (lambda: VECTOR.by("sigma").at([1, 2, 3, 1, -1, 1]), "sigma must be a finite number > 0"),
        (lambda: VECTOR.path([1, 2, 3]), r"eps must be 3 numbers a draw, shape \(n, 3\)"),
        (lambda: VECTOR.score([[1, 2]]), r"eps must be 3 numbers a draw, shape \(n, 3\)"),
        (lambda: VectorNormal([0, 1e12], [1, 1]).path([[0, 0]]), "sigma must be >= 1e-09"),
        (lambda: CorrelatedNormal([0, 0], [1, 1]), r"factor must be of shape \(2, 2\)"),
        (lambda: CorrelatedNormal([0, 0], [[1, 1], [0, 1]]), "factor must be lower triangular"),
        (lambda: CorrelatedNormal([0, 0], [[1, 0], [1, 0]]), "factor .* with a positive diagonal"),
        (
            lambda: CorrelatedNormal([0, 0], [[1.0, 0.0], [np.inf, 1.0]]),
            r"factor\[1, 0\] must be finite",
        ),
        (lambda: CORRELATED.at([1, 2, 3]), r"parameters must be an array of shape \(9,\)"),
        (lambda: CORRELATED.path([[1, 2]]), r"eps must be 3 numbers a draw, shape \(n, 3\)"),
        (
            lambda: CorrelatedNormal([0, 0], [[1.0, 0.0], [1.0, 1e-12]]).path([[0, 0]]),
            "diagonal of factor must be >= 1e-09",
        ),
    ],
)
def test_what_no_vector_has_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        make()
