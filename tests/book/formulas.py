r"""What the formulas of the pages are compared with, where reading both sides is not enough.

A key is a formula as a page prints it, so that a page that changes it is asked for another
computation. Its value is computed in a random case: a case means "read it with these letters, or
with this loss", an array is what each side must be, a truth value answers for what is not read.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import dimensions
import losing
import noise
import numpy as np
import spectrum
from reader import ROOTS, WEIGHTS, Case, Of, Value, at_noise, derivative, integral, same
from scipy import integrate, special, stats

from rpt_helpers import (
    CorrelatedNormal,
    Cosine,
    EnergyScore,
    ExponentialSquare,
    Loss,
    MeanAbsoluteError,
    MomentMatching,
    NegativeLogLikelihood,
    Normal,
    ReverseKL,
    SquaredError,
    SquaredErrorWithEntropy,
    VectorNormal,
    closed_form,
    leave_one_out,
    measure_valued,
    pathwise,
    quadratic,
    quadrature,
    score_function,
)
from rpt_helpers.nodes import Parameterization

Claim = Callable[[Case], Any]
TINY = 1e-5
COIN = 0.3
SMALL = (0.3, 8.0)  # a node so wide that a fast cosine averages out


def pdf(t: Any, mean: float = 0.0, scale: float = 1.0) -> Any:
    """The density of a Normal; scipy's is slow for one number."""
    return np.exp(-0.5 * ((t - mean) / scale) ** 2) / (scale * (2 * np.pi) ** 0.5)


def along(samples: Value) -> Value:
    """One vector for each noise, with the axes of a value."""
    return np.reshape(samples, (len(samples), 1, 1, -1))


def vector(components: Any) -> Value:
    return np.reshape(np.asarray(components, dtype=np.float64), (1, 1, 1, -1))


def gradient(c: Case, wrt: Parameterization = "sigma") -> Value:
    return closed_form.gradient(SquaredError(c.x), c.node.by(wrt))


def samples(c: Case, wrt: Parameterization = "sigma") -> Value:
    return pathwise(SquaredError(c.x), c.node.by(wrt), ROOTS)


def weighed(c: Case, wrt: Parameterization = "sigma", **options: Any) -> Value:
    return score_function(SquaredError(c.x), c.node.by(wrt), ROOTS, **options)


def expectation(values: Value) -> float:
    return float(np.ravel(values) @ WEIGHTS)


def spread(values: Value) -> float:
    return expectation(values**2) - expectation(values) ** 2


def variance(c: Case, estimator: Any = pathwise, **options: Any) -> Value:
    return closed_form.variance(estimator, SquaredError(c.x), c.node, **options)


def best(c: Case) -> Value:
    return closed_form.optimal_baseline(SquaredError(c.x), c.node)


def thin(c: Case) -> Value:
    """The variances without the trick as sigma goes to 0, where they are as 1/sigma^2."""
    return variance(replace(c, sigma=TINY), score_function) * TINY**2 / c.sigma**2


def by(c: Case, /, **letters: Any) -> Case:
    return replace(c, letters={**c.letters, **letters})


def at_data(c: Case) -> Case:
    return replace(c, mu=float(c.x.mean()), sigma=float(c.x.std()))


def vector_node(c: Case) -> bool:
    """Normals of a vector: path and score against differences, in each mean and entry."""
    node, eps = CorrelatedNormal([0.3, c.mu], [[1.1, 0.0], [0.6, 0.8]]), np.array([[0.7, -1.1]])
    y = node.path(eps)[0]

    def log_density(there: CorrelatedNormal) -> Any:
        return stats.multivariate_normal.logpdf(y, there.mu, there.factor @ there.factor.T)

    def slopes(of: Callable[[CorrelatedNormal], Any]) -> Value:
        at, steps = node.parameters, TINY * np.eye(node.parameters.size)
        return np.array([of(node.at(at + h)) - of(node.at(at - h)) for h in steps]) / (2 * TINY)

    moved = slopes(lambda there: there.path(eps)[0])
    inverse = np.linalg.inv(node.factor).T
    in_mean, triangle = inverse @ eps[0], inverse @ (np.outer(eps[0], eps[0]) - np.eye(2))
    score = np.concatenate([in_mean, triangle[np.tril_indices(2)]])
    one_by_one = VectorNormal([0.3, c.mu], [1.1, 0.8])
    return (
        np.allclose(one_by_one.path(eps)[0], one_by_one.mu + one_by_one.sigma * eps[0])
        and np.allclose(moved[2:], [[0.7, 0.0], [0.0, 0.7], [0.0, -1.1]], atol=1e-7)
        and np.allclose(y, node.mu + node.factor @ eps[0])
        and np.allclose(slopes(log_density), score, rtol=1e-5)
        and np.allclose(node.score(eps)[0], score)
        and np.allclose(node.pullback(np.array([[2.0, -3.0]]), eps)[0], moved @ [2.0, -3.0])
    )


def fixed_point(step: Callable[[float], float]) -> float:
    """Where a straight line maps a number onto itself."""
    start, slope = step(0.0), step(1.0) - step(0.0)
    return start / (1 - slope)


def throw(c: Case) -> float:
    """The variance of mu about the mean, with the trick, after many steps at one sigma."""
    n, a, count = c.x.size, c.letters["a"], c.letters["N"]
    noise = a**2 * variance(c)[0] / count
    return fixed_point(lambda v: (1 - 2 * n * a) ** 2 * v + noise)


def slope_to_data(c: Case) -> float:
    node = at_data(c).node
    return float(ReverseKL(c.x).gradient(Normal(node.mu + 1, node.sigma))[0])


def slope_of_width(c: Case) -> float:
    """Of the gradient in log sigma, at sigma = s."""
    at = at_data(c)
    node = at.node.by("log_sigma")
    found = derivative(
        lambda h: ReverseKL(c.x).gradient(
            Normal(node.mu, node.sigma * float(np.exp(h)), "log_sigma")
        )
    )
    return float(found[1])


def throw_to_data(c: Case, a: float | None = None) -> float:
    """The same under the reverse Kullback-Leibler divergence at sigma = s."""
    a = c.letters["a"] if a is None else a
    noise = a**2 * spread(ReverseKL(c.x).pathwise(at_data(c).node, ROOTS)[:, 0])
    slope = slope_to_data(c)
    return fixed_point(lambda v: (1 - a * slope) ** 2 * v + noise / c.letters["N"])


def throw_without(c: Case) -> float:
    """The same by the score function, whose baseline is the mean loss, under squared error."""
    n, a, count = c.x.size, c.letters["a"], c.letters["N"]

    def step(v: float) -> float:
        node = Normal(c.x.mean() + v**0.5, c.sigma)
        noise = closed_form.variance(
            score_function,
            SquaredError(c.x),
            node,
            baseline=closed_form.expected_loss(SquaredError(c.x), node),
        )
        return float((1 - 2 * n * a) ** 2 * v + a**2 * noise[0] / count)

    return fixed_point(step)


def grows(c: Case) -> Value:
    """A bound of what V gains in a step without the trick, for sigma that is small."""
    n, a, s2, v = c.x.size, c.letters["a"], c.x.var(), c.letters["V"]
    lost = (1 - (1 - 2 * n * a) ** 2) / (4 * s2)
    at = replace(c, mu=c.x.mean() + v**0.5)
    return vector((a**2 * thin(at)[0] / c.letters["N"]) - lost * (v + s2) ** 2)


def descent(c: Case) -> float:
    """sigma after the exact descent in log sigma for the time t."""
    n_a = c.letters["a"]

    def rate(_: float, log_sigma: Value) -> list[float]:
        node = Normal(c.x.mean(), float(np.exp(log_sigma[0]))).by("log_sigma")
        return [-n_a * float(closed_form.gradient(SquaredError(c.x), node)[1])]

    end = integrate.solve_ivp(rate, (0, c.letters["t"]), [np.log(c.sigma)], rtol=1e-11, atol=1e-12)
    return float(np.exp(end.y[0, -1]))


def rate(c: Case) -> float:
    """d log sigma / dt of that descent."""
    return float(-c.letters["a"] * gradient(c, "log_sigma")[1])


def moved(c: Case, letter: str, function: Callable[[Case], Any]) -> Value:
    return derivative(lambda h: function(c.moved(letter, h)))


def expected(c: Case) -> float:
    return float(closed_form.expected_loss(SquaredError(c.x), c.node))


def in_every_unit(c: Case, letter: str) -> bool:
    """d/dsigma^2 and d/dlog sigma of E f, by the chain rule."""
    factor = 1 / (2 * c.sigma) if letter == "sigma^2" else c.sigma
    return same(moved(c, letter, expected), factor * moved(c, "sigma", expected))


def energy_sample(c: Case) -> Value:
    n = c.names
    return np.asarray(abs(n["y"] - n["x_i"]) - abs(n["y"] - n["y'"]) / 2)


def energy_slope(c: Case) -> Value:
    """Of one sample; a step that is tiny crosses no kink of the cases."""
    parts = [
        (energy_sample(c.moved(each, 1e-7)) - energy_sample(c.moved(each, -1e-7))) / 2e-7
        for each in ("mu", "sigma")
    ]
    return np.concatenate(np.broadcast_arrays(*parts), axis=3)


def best_step(c: Case) -> tuple[float, float]:
    """The step h with the least mean square error of a difference, and that error; B is 0.9."""
    spread_of_f = spread(SquaredError(c.x)(c.node.path(ROOTS)))
    h = (spread_of_f / (4 * 0.9**2 * c.letters["N"])) ** (1 / 6)
    return h, 0.9**2 * h**4 + spread_of_f / (2 * c.letters["N"] * h**2)


def is_least(c: Case) -> bool:
    h, least = best_step(c)
    spread_of_f = spread(SquaredError(c.x)(c.node.path(ROOTS)))
    return all(
        0.9**2 * other**4 + spread_of_f / (2 * c.letters["N"] * other**2) > least
        for other in (0.99 * h, 1.01 * h)
    )


def asinh_tail(c: Case) -> bool:
    """E[sign(y) eps] for y = mu + sigma eps is twice the density at the kink."""
    kink = -c.mu / c.sigma
    half = [
        integral(lambda t: t * pdf(t), kink, np.inf),
        integral(lambda t: t * pdf(t), -np.inf, kink),
    ]
    return same(half[0] - half[1], 2 * pdf(kink))


def exponential(c: Case, power: int) -> float:
    """E y^k for the exponential law with mean theta."""
    theta = c.letters["theta"]
    return integral(lambda y: y**power * np.exp(-y / theta) / theta, 0, 60 * theta)


def exponential_density(c: Case) -> bool:
    """Its derivative in the mean, at y = 0.7."""
    y, theta = 0.7, 1.1
    slope = derivative(lambda h: np.asarray(np.exp(-y / (theta + h)) / (theta + h)))
    return same(slope, (y / theta**3 - 1 / theta**2) * np.exp(-y / theta))


def dominated(c: Case) -> bool:
    """The bound of the difference quotients in mu, for steps up to 1, on the noise."""
    loss, y = SquaredError(c.x), c.node.path(ROOTS)
    bound = c.x.size * (2 * abs(c.names["delta"]) + 2 * c.sigma * abs(ROOTS) + 1)
    return all(
        bool(np.all(abs(loss(y + h) - loss(y)) <= bound * abs(h) * (1 + 1e-12)))
        for h in (-1, -0.5, -0.01, 0.01, 0.5, 1)
    )


def uniform_second_moment() -> float:
    return integral(lambda u: u**2 / 2, -1, 1)


def uniform(c: Case) -> Value:
    third = uniform_second_moment()
    return vector(
        [moved(c, each, lambda k: k.mu**2 + third * k.sigma**2) for each in ("mu", "sigma")]
    )


def hermite(c: Case) -> bool:
    """The coefficients of squared error in Hermite's polynomials give it back."""
    f, total = SquaredError(c.x)(c.node.path(ROOTS)), np.zeros_like(ROOTS)
    for k in range(3):
        he = np.polynomial.hermite_e.hermeval(ROOTS, [0.0] * k + [1.0])
        root = float(special.factorial(k)) ** 0.5
        total += expectation(f * he) / root * he / root
    return same(total, f)


def orders(c: Case) -> tuple[Value, Value, Value]:
    """The Hermite coefficients of a wave less a baseline, and sigma^2 times its variances in mu."""
    loss, b = Cosine(c.letters["k"]), c.letters["b"]
    with_trick = quadrature.variance(pathwise, loss, c.node)[0]
    without = quadrature.variance(score_function, loss, c.node, baseline=b)[0]
    coefficients = quadrature.hermite_spectrum(lambda y: loss(y) - b, c.node, 60)
    return coefficients, c.sigma**2 * with_trick, c.sigma**2 * without


def hermite_rules(c: Case) -> bool:
    """Slope, neighbors and products of the first polynomials."""
    he = [np.polynomial.HermiteE.basis(k) for k in range(8)]
    eps = ROOTS
    return all(
        same(he[k].deriv()(eps), k * he[k - 1](eps))
        and same(eps * he[k](eps), he[k + 1](eps) + k * he[k - 1](eps))
        and same(expectation(he[k](eps) ** 2), special.factorial(k))
        and same(expectation(he[k](eps) * he[k - 1](eps)), 0)
        for k in range(1, 7)
    )


def orders_give_the_wave(c: Case) -> bool:
    coefficients, eps = orders(c)[0], np.linspace(-2, 2, 9)
    normalized = coefficients / special.factorial(np.arange(61)) ** 0.5
    found = np.polynomial.hermite_e.hermeval(eps, normalized)
    return same(found, Cosine(c.letters["k"])(c.node.path(eps)) - c.letters["b"])


def variance_of_orders(c: Case) -> bool:
    coefficients, with_trick, _ = orders(c)
    return same(sum(k * coefficients[k] ** 2 for k in range(2, 61)), with_trick)


def variance_of_neighboring_orders(c: Case) -> bool:
    coefficients, _, without = orders(c)
    pairs = [
        k**0.5 * coefficients[k - 1] + (k + 1) ** 0.5 * coefficients[k + 1] for k in range(1, 60)
    ]
    return same(np.square(pairs).sum(), without)


def coupled(c: Case) -> bool:
    """In mu the measure-valued difference, averaged, is the gradient: E w is sqrt(pi/2)."""
    loss, nodes = SquaredError(c.x), np.linspace(0, 12, 200_001)
    density = nodes * np.exp(-(nodes**2) / 2)
    step = loss(c.mu + c.sigma * nodes) - loss(c.mu - c.sigma * nodes)
    found = np.trapezoid(step * density, nodes) / (c.sigma * (2 * np.pi) ** 0.5)
    return same(found, gradient(c)[0])


def normal_density(c: Case, y: float) -> float:
    return float(pdf(y, c.mu, c.sigma))


def heat(c: Case) -> bool:
    """The Normal density in the variance, and twice in mu, at one place."""
    in_v = moved(c, "v", lambda k: normal_density(k, 0.4))
    twice = moved(c, "mu", lambda k: moved(k, "mu", lambda m: normal_density(m, 0.4)))
    return same(in_v, twice / 2)


def parabola(c: Case) -> bool:
    """E of 0.9 y^2 + 0.3 y + 0.2, by quadrature, and its derivatives."""

    def u(k: Case) -> Value:
        y = k.node.path(ROOTS)
        return np.asarray(expectation(0.9 * y**2 + 0.3 * y + 0.2))

    return (
        same(u(c), 0.9 * (c.mu**2 + c.sigma**2) + 0.3 * c.mu + 0.2)
        and same(moved(c, "v", u), 0.9)
        and same(moved(c, "mu", lambda k: moved(k, "mu", u)), 1.8)
        and same(u(replace(c, sigma=1e-6)), 0.9 * c.mu**2 + 0.3 * c.mu + 0.2)
    )


def loss_at(c: Case, y: float) -> float:
    return float(SquaredError(c.x)(np.array([y]))[0])


def under_integral(c: Case) -> bool:
    """The derivative of the density in mu under the integral."""

    def slope(y: float) -> float:
        return loss_at(c, y) * float(moved(c, "mu", lambda k: normal_density(k, y)))

    return same(integral(slope, c.mu - 12 * c.sigma, c.mu + 12 * c.sigma), gradient(c)[0])


def weights(c: Case) -> bool:
    """The relative change of a density for a tiny step is the score."""
    y = c.mu + 0.7 * c.sigma
    moved_density = normal_density(replace(c, mu=c.mu + 1e-7), y)
    change = (moved_density / normal_density(c, y) - 1) / 1e-7
    return bool(np.isclose(change, c.node.score(np.array([0.7]))[0, 0], rtol=1e-5))


def moving_end(c: Case) -> bool:
    """Leibniz' rule for y = theta + u with an exponential u, at theta = 0.4, f = y^2."""

    def mean(theta: float) -> float:
        return integral(lambda y: y**2 * np.exp(-(y - theta)), theta, theta + 60)

    return same(derivative(lambda h: np.asarray(mean(0.4 + h))), mean(0.4) - 0.4**2)


def posterior(c: Case) -> bool:
    """The product of the densities of the data, as a function of y."""
    tau = c.letters["tau"]
    at = np.array([0.2, 0.9])
    product = np.prod(np.exp(-((c.x - at[:, None]) ** 2) / (2 * tau**2)), axis=1)
    exponential = np.exp(-SquaredError(c.x)(at) / (2 * tau**2))
    other = np.exp(-c.x.size * (at - c.x.mean()) ** 2 / (2 * tau**2))
    return same(product, exponential) and same(*(exponential / other))


def level_left(c: Case) -> Value:
    """a = A - b/n under the best baselines."""
    return c.names["delta"] ** 2 + c.x.var() - best(c) / c.x.size


def as_wide(c: Case) -> Case:
    """The same node, with data whose mean and spread are its own."""
    return replace(c, x=(c.x - c.x.mean()) / c.x.std() * c.sigma + c.mu)


def weighted(c: Case) -> Case:
    """Squared error with a weight for each value."""
    weights = np.linspace(0.5, 2, c.x.size)
    mean = np.average(c.x, weights=weights)
    loss = Loss(
        lambda y: np.asarray(((y[..., None] - c.x) ** 2) @ weights, dtype=np.float64),
        lambda y: np.asarray(2 * (y[..., None] - c.x) @ weights, dtype=np.float64),
    )
    by_weight = by(c, w_i=weights.reshape(1, 1, -1, 1), W=weights.sum(), xbar_w=mean)
    return replace(by_weight, loss=loss)


def straight(c: Case) -> Case:
    """The loss 0.3 + 0.7 y."""
    loss = Loss(lambda y: 0.3 + 0.7 * y, lambda y: np.full_like(y, 0.7))
    return replace(by(c, beta=0.7, c=0.3 + 0.7 * c.mu), loss=loss)


def squares(c: Case, baseline: float | None = None) -> Value:
    """The mean squares of its samples without the trick; a number asks for the baseline E f."""
    level = 0.0 if baseline is None else 0.3 + 0.7 * c.mu
    each = score_function(straight(c).loss, c.node, ROOTS, baseline=level)
    return np.array([expectation(one**2) for one in each.T])


def in_precision(c: Case, function: Callable[[Case], Value]) -> Value:
    """The derivative in rho = 1/sigma^2."""
    rho = c.sigma**-2
    return derivative(lambda h: function(replace(c, sigma=(rho + h) ** -0.5)))


def three_steps(c: Case, wrt: Parameterization) -> float:
    """sigma after three steps of exact descent."""
    node = c.node.by(wrt)
    for _ in range(3):
        step = c.letters["a"] * closed_form.gradient(SquaredError(c.x), node)[1]
        second = {"sigma": node.sigma, "variance": node.sigma**2}[wrt] - step
        node = Normal(c.mu, second if wrt == "sigma" else second**0.5, wrt)
    return node.sigma


def mean_of_exponential(c: Case) -> bool:
    """The moments that the exponential's two estimators need, and its score."""
    theta = 1.1

    def density(scale: float) -> float:
        return float(stats.expon.logpdf(0.7, scale=scale))

    at = by(c, theta=theta)
    second, third = exponential(at, 2), exponential(at, 3)
    return (
        same(second, 2 * theta**2)
        and same(third, 6 * theta**3)
        and same((third - theta * second) / theta**2, 4 * theta)
        and same(2 * second / theta, 4 * theta)
        and same(density(theta), -np.log(theta) - 0.7 / theta)
        and same(derivative(lambda h: vector(density(theta + h))), (0.7 - theta) / theta**2)
    )


def both_sides_of_a_kink(c: Case) -> bool:
    z = (c.mu - c.x[0]) / c.sigma
    sides = [
        (integral(h, -z, np.inf), integral(h, -np.inf, -z)) for h in (pdf, lambda t: t * pdf(t))
    ]
    found = closed_form.gradient(MeanAbsoluteError([c.x[0]]), c.node)
    return same([right - left for right, left in sides], found)


def powered(t: float, beta: float, scale: float) -> float:
    return float(t**beta * pdf(t, scale=scale))


def powers_of_distance(c: Case) -> bool:
    """E|y - x|^beta - E|y - y'|^beta / 2 for Normal draws and data, and its slope in sigma^2."""
    beta, sigma_0 = 1.3, 0.7
    moment = 2 * integral(lambda t: t**beta * pdf(t), 0, 20)

    def value(k: Case) -> Value:
        scales = [(k.sigma**2 + sigma_0**2) ** 0.5, 2**0.5 * k.sigma]
        first, second = (
            2 * integral(partial(powered, beta=beta, scale=scale), 0, 20 * scale)
            for scale in scales
        )
        return vector(first - second / 2)

    wide, own = c.sigma**2 + sigma_0**2, 2 * c.sigma**2
    slope = beta / 2 * moment * (wide ** (beta / 2 - 1) - own ** (beta / 2 - 1))
    level = moment * wide ** (beta / 2) - moment * own ** (beta / 2) / 2
    return same(value(c), level) and same(moved(c, "v", value), slope)


def excess(c: Case) -> float:
    """sigma^2 times what the score function with the baseline b varies more, in mu."""
    more = variance(c, score_function, baseline=c.letters["b"]) - variance(c)
    return float(c.sigma**2 * more[0])


def trick_wins(loss: Any, node: Normal) -> bool:
    each = [quadrature.variance(one, loss, node)[0] for one in (pathwise, score_function)]
    return bool(each[0] < each[1])


def wave_wins(c: Case) -> bool:
    """The condition on the wave against the variances, at many k."""
    found = []
    for k in (0.2, 0.4, 0.6, 0.9, 1.3, 2.0):
        q = float(np.exp(-2 * k**2 * c.sigma**2) * np.cos(2 * k * c.mu))
        claim = 1 + q > k**2 * c.sigma**2 * (1 + 3 * q)
        found.append(claim == trick_wins(Cosine(k), c.node))
    return all(found)


def under_bump(c: Case, k: float | None = None) -> tuple[float, float]:
    """Mean and variance of the draws, weighed with the square of the bump."""
    k = c.letters["k"] if k is None else k

    def weight(y: float, power: int) -> float:
        return float(y**power * np.exp(-2 * k * y * y) * normal_density(c, y))

    each = [
        integral(partial(weight, power=power), c.mu - 12 * c.sigma, c.mu + 12 * c.sigma)
        for power in range(3)
    ]
    middle = each[1] / each[0]
    return middle, each[2] / each[0] - middle**2


def bump_wins(c: Case) -> bool:
    """The condition on the bump against the variances, at many k; at mu = 0 the short one."""
    found = []
    for k in (0.1, 0.3, 0.7, 1.5):
        at, (middle, width) = 4 * k * c.sigma**2, under_bump(c, k)
        claim = 1 - at + 12 * k**2 * c.sigma**2 * (middle**2 + width) > 0
        found.append(claim == trick_wins(ExponentialSquare(k), c.node))
        short = 4 * k**2 * c.sigma**4 < 1
        found.append(short == trick_wins(ExponentialSquare(k), Normal(0, c.sigma)))
    return all(found)


def hinge(c: Case) -> bool:
    """J at t = 0.4 against the squares of the library's samples at the standard Normal."""
    node = Normal(0, 1)
    loss = Loss(lambda y: np.maximum(y - 0.4, 0.0), lambda y: np.heaviside(y - 0.4, 0.0))

    def more(y: float) -> float:
        squares = [one(loss, node, np.array([y]))[0, 1] ** 2 for one in (score_function, pathwise)]
        return float((squares[0] - squares[1]) * pdf(y))

    return same(
        integral(more, 0.4, 12),
        integral(lambda y: ((y - 0.4) ** 2 * (y * y - 1) ** 2 - y * y) * pdf(y), 0.4, 12),
    )


def neighbors(c: Case) -> Value:
    """The samples of moment matching: a draw, and a neighbor."""
    pairs = np.stack(np.meshgrid(ROOTS, ROOTS), axis=-1)  # of a neighbor and a draw
    found = MomentMatching(c.x).pathwise(c.node, pairs.ravel())[1::2]
    return found.reshape(ROOTS.size, ROOTS.size, 1, 2)


def used_twice(c: Case) -> Value:
    """E of the moment matching of a single draw, which is a pointwise loss."""
    found = MomentMatching(c.x).value
    return vector(expectation(np.array([found(Normal(y, 1e-7)) for y in c.node.path(ROOTS)])))


def scored(c: Case) -> bool:
    f, b = SquaredError(c.x)(c.node.path(ROOTS)), c.letters["b"]
    score = c.node.score(ROOTS)[:, 1]
    parts = [expectation(f**k * score**2) for k in (2, 1, 0)]
    return same(
        expectation((f - b) ** 2 * score**2), parts[0] - 2 * b * parts[1] + b * b * parts[2]
    )


def left_out(c: Case) -> bool:
    """The mean of all others, and of all, among seven losses with seven scores."""
    f, score = SquaredError(c.x)(c.node.path(ROOTS[:7])), ROOTS[:7]
    others = (f.sum() - f) / 6
    total = ((f - f.mean()) * score).sum()
    return same(f - others, 7 / 6 * (f - f.mean())) and same(
        total, ((f - f.mean()) * (score - score.mean())).sum()
    )


def two_draws(c: Case) -> bool:
    """The mean of two draws as baseline, by quadrature over both."""
    f, score = SquaredError(c.x)(c.node.path(ROOTS)), c.node.score(ROOTS)[:, 1]
    both = WEIGHTS[:, None] * WEIGHTS
    average, own = (f[:, None] + f) / 2, expectation(f * score)
    mean = float((both * average * score[:, None]).sum())
    return same(mean, own / 2) and same(own - mean, own / 2)


def weight_square(c: Case, sigma: float, shift: float = 0.0) -> float:
    """E w^2 for draws that are weighed for another sigma, and a mean that is moved."""
    return integral(
        lambda y: pdf(y, c.mu + shift, sigma) ** 2 / normal_density(c, y),
        c.mu - 12 * c.sigma,
        c.mu + 12 * c.sigma,
    )


def reweighed(c: Case) -> bool:
    new, shift = 0.8 * c.sigma, 0.6
    exponent = shift**2 / (2 * c.sigma**2 - new**2)
    level = c.sigma**2 / (new * (2 * c.sigma**2 - new**2) ** 0.5)
    return same(weight_square(c, new), level) and same(
        weight_square(c, new, shift), level * np.exp(exponent)
    )


def exponent(c: Case) -> bool:
    """What stands in the exponent of the squared density over the other, at two places."""
    new, shift = 0.8 * c.sigma, 0.6
    at = replace(c, mu=0.0)
    found = [
        np.log(pdf(y, shift, new) ** 2 / normal_density(at, y))
        + (y - shift) ** 2 / new**2
        - y**2 / (2 * c.sigma**2)
        for y in (0.2, 1.1)
    ]
    return same(*found)


def energy_score(c: Case) -> bool:
    """The value by its two integrals."""

    def distance(place: float, sigma: float) -> float:
        low, high = place - 14 * sigma, place + 14 * sigma
        parts = [(low, 0.0), (0.0, high)] if low < 0 < high else [(low, high)]
        return sum(integral(lambda t: abs(t) * pdf(t, place, sigma), *each) for each in parts)

    to_data = np.mean([distance(c.mu - each, c.sigma) for each in c.x])
    found = to_data - distance(0, 2**0.5 * c.sigma) / 2
    return same(EnergyScore(c.x).value(c.node), found)


def without_a(c: Case) -> Value:
    """The variances without the trick under the baseline that makes A zero, times sigma^2/n^2."""
    n, delta = c.x.size, float(c.names["delta"])
    baseline = n * (delta**2 + c.x.var())
    return variance(c, score_function, baseline=baseline) * c.sigma**2 / n**2


def losses(of: Callable[[Case], Any]) -> Claim:
    return lambda c: replace(c, loss=of(c))


QUARTIC = Loss(lambda y: (y - 1.7) ** 4, lambda y: 4 * (y - 1.7) ** 3)
FOURTH = Loss(lambda y: y**4, lambda y: 4 * y**3)
WELLS = Loss(lambda y: (y**2 - 1) ** 2, lambda y: 4 * y * (y**2 - 1))


def as_wave(c: Case, sigma: float | None = None) -> Case:
    """The wave cos(1.7 y), its fourth derivative, its parabola at this mu, and its baselines."""
    here = replace(c, loss=Cosine(1.7), sigma=sigma or c.sigma)
    best = quadrature.optimal_baseline(here.loss, here.node)
    value, slope = np.cos(1.7 * c.mu), -1.7 * np.sin(1.7 * c.mu)

    def parabola(n: dict[str, Any]) -> Value:
        off = n["y"] - c.mu
        return np.asarray(value + slope * off - 1.7**2 / 2 * value * off**2)

    return by(
        here,
        **{"f''''": lambda y: 1.7**4 * np.cos(1.7 * y)},
        bstar_mu=best[0],
        bstar_sigma=best[1],
        kappa=1.7 * here.sigma,
        T=Of(parabola),
    )


def with_baseline(b: Any, c: Case) -> Value:
    """The variances of the score function under squared error, for one baseline or two."""
    return vector(variance(c, score_function, baseline=np.squeeze(b)))


def control(c: Case) -> dict[str, Any]:
    """A sample G in mu, a number C from the same draw, its best coefficient, the correlation."""
    sample, score = weighed(c)[:, 0], c.node.score(ROOTS)[:, 0]
    other = c.node.path(ROOTS) * score
    shared = expectation(sample * other) - expectation(sample) * expectation(other)
    return {
        "G": at_noise(sample),
        "C": at_noise(other),
        "c": 0.4,
        "cstar": shared / spread(other),
        "rho": shared / (spread(sample) * spread(other)) ** 0.5,
    }


def of_controls(c: Case) -> dict[str, Any]:
    return {
        "S": along(c.node.score(ROOTS)),
        "V": lambda b: with_baseline(b, c),
        "bstar": vector(best(c)),
        "F": Of(lambda n: n["f"](n["y"]) - expected(c)),
        **control(c),
    }


def pairs(c: Case) -> tuple[Value, Value]:
    """Losses less their mean and scores of two draws: axes are the two draws and the component."""
    losses = SquaredError(c.x)(c.node.path(ROOTS)) - expected(c)
    scores = c.node.score(ROOTS)
    return losses[:, None, None] - losses[:, None], scores[:, None] - scores


def over_pairs(values: Value) -> Value:
    return vector(np.einsum("i,j,ijk->k", WEIGHTS, WEIGHTS, values))


def covariance_of_two(c: Case) -> Value:
    """Twice the variance of their sample covariance."""
    losses, scores = pairs(c)
    estimate = losses * scores / 2
    return 2 * (over_pairs(estimate**2) - over_pairs(estimate) ** 2)


def second_sum(c: Case) -> tuple[Case, Value]:
    """The variance of the mean of F_i S_j over the two pairs of two draws."""
    loss, score = SquaredError(c.x)(c.node.path(ROOTS)) - expected(c), c.node.score(ROOTS)
    mixed = loss[:, None, None] * score + loss[:, None] * score[:, None]
    return by(c, N=2.0), over_pairs((mixed / 2) ** 2)


def sums_of_pairs(c: Case) -> bool:
    """The sample covariance of a few draws, multiplied out."""
    loss, score = SquaredError(c.x)(c.node.path(c.x)), c.node.score(c.x)[:, 0]
    loss, n = loss - expected(c), c.x.size
    mixed = np.outer(loss, score)
    out = mixed.trace() / n - (mixed.sum() - mixed.trace()) / (n * (n - 1))
    return same(np.cov(loss, score)[0, 1], out)


def mean_helps(k: float, sigma: float, dial: int) -> bool:
    loss, node = Cosine(k), Normal(0.2, sigma)
    center = quadrature.expected_loss(loss, node)
    left, plain = (
        quadrature.variance(score_function, loss, node, baseline=b)[dial] for b in (center, 0.0)
    )
    return bool(left < plain)


def mean_helps_where(dial: int, claim: Callable[[float], bool]) -> Claim:
    """A condition on kappa^2, against the variances."""
    squares = (0.2, 0.26, 0.28, 0.45, 0.49, 0.51, 1.0, 3.6, 3.8)
    return lambda c: all(
        mean_helps(square**0.5 / c.sigma, c.sigma, dial) == claim(square) for square in squares
    )


def sphere(power: Callable[[Value, Value], Value]) -> float:
    """A mean over the circle, which is the sphere of two draws."""
    angle = np.linspace(0, 2 * np.pi, 1001)[:-1]
    return float(power(np.cos(angle), np.sin(angle)).mean())


def kept_of_two() -> float:
    """E of the sum of cubes times the mean noise over the sum of squares; E R^2 is 2."""
    return sphere(lambda a, b: (a**3 + b**3) * (a + b) / 2 * 2)


def price_of_other_draws(c: Case) -> bool:
    """Half of the time one baseline, half of the time another, whatever the draw."""
    two, squares = np.array([0.3, 2.0]), np.array([1, 2]) / c.sigma**2
    drawn = np.mean([with_baseline(b, c) for b in two], axis=0)
    paid = np.mean([(b - best(c)) ** 2 for b in two], axis=0) * squares
    return same(drawn - with_baseline(best(c), c), paid)


def one_unit(c: Case) -> Case:
    """n = 1 and sigma = 1, with the spread of the data."""
    data = SquaredError(c.x)
    return replace(
        c,
        sigma=1.0,
        loss=Loss(lambda y: data(y) / data.n, lambda y: data.derivative(y) / data.n),
    )


def unit_variance(c: Case, baseline: float = 0.0) -> float:
    """Of one sample in mu, there."""
    here = one_unit(c)
    found = quadrature.variance(score_function, here.f, here.node, baseline=baseline)
    return float(found[0])


def unit_price(c: Case) -> float:
    here = one_unit(c)
    return float(
        quadrature.variance(score_function, here.f, here.node, baseline=leave_one_out, n_samples=2)[
            0
        ]
    )


def on_bump(c: Case) -> Case:
    """A bump at mu = 0, wide for the reader's rule, and the variance of the shape that it makes."""
    k, sigma = c.letters["k"], 0.3 * c.sigma

    def shape(y: float) -> float:
        return float(np.exp(-k * y**2) * pdf(y, 0, sigma))

    second = integral(lambda y: y**2 * shape(y), -np.inf, np.inf)
    here = replace(c, mu=0.0, sigma=sigma, loss=ExponentialSquare(k))
    return by(here, w=second / integral(shape, -np.inf, np.inf))


def without_line(c: Case) -> Value:
    """Squared error less its line at mu, at the noise."""
    data, y, at = SquaredError(c.x), c.node.path(ROOTS), np.array([c.mu])
    return np.asarray(data(y) - data(at) - data.derivative(at) * (y - c.mu))


def cube(c: Case) -> Case:
    """A loss whose third derivative is 6."""
    return by(replace(c, loss=Loss(lambda y: y**3, lambda y: 3 * y**2)), **{"f'''": 6.0})


def without_parabola(c: Case) -> Value:
    """The cube less its parabola at mu, at the noise."""
    y, at = c.node.path(ROOTS), c.mu
    return np.asarray(y**3 - at**3 - 3 * at**2 * (y - at) - 3 * at * (y - at) ** 2)


def slope_without_line(c: Case) -> Value:
    y, at = c.node.path(ROOTS), c.mu
    return np.asarray(3 * y**2 - 3 * at**2 - 6 * at * (y - at))


def variance_of_mean_baseline(c: Case) -> Value:
    return vector(variance(c, score_function, baseline=expected(c)))


def variance_of_leave_one_out(c: Case) -> Value:
    """N times that of the mean of N samples."""
    n_samples = int(c.letters["N"])
    return vector(variance(c, score_function, baseline=leave_one_out, n_samples=n_samples))


def over_coin(c: Case, theta: Any, function: Callable[[float, float], Any]) -> Any:
    """The mean of a function of a coin and its score."""
    return theta * function(1.0, 1 / theta) + (1 - theta) * function(0.0, -1 / (1 - theta))


def variance_of_coin(c: Case, baseline: float = 0.0) -> Any:
    """The variance of one score-function sample."""

    def sample(y: float, score: float) -> Any:
        return (c.names["f"](y) - baseline) * score

    square = over_coin(c, COIN, lambda y, score: sample(y, score) ** 2)
    return square - over_coin(c, COIN, sample) ** 2


def plain_variance(c: Case) -> Value:
    return vector(variance(c, score_function))


def in_pathwise(of: Callable[[Case], Value], c: Case) -> Value:
    """At the best point."""
    return np.asarray(of(at_data(c)) / vector(variance(at_data(c))))


def first_and_second(c: Case) -> tuple[Value, Value]:
    """F_i S_j and its mirror image, with axes for the two draws and the component."""
    loss, score = SquaredError(c.x)(c.node.path(ROOTS)) - expected(c), c.node.score(ROOTS)
    return loss[:, None, None] * score, loss[:, None] * score[:, None]


def mean_of_control(c: Case) -> float:
    return expectation(np.ravel(c.letters["C"]))


def left_by(c: Case, coefficient: float) -> float:
    sample, other = (np.ravel(c.letters[each]) for each in "GC")
    return spread(sample - coefficient * other)


def left_by_a_control(c: Case) -> bool:
    sample, other = (np.ravel(c.letters[each]) for each in "GC")
    shared = expectation(sample * other) - expectation(sample) * expectation(other)
    rest = spread(sample) - 2 * 0.4 * shared + 0.4**2 * spread(other)
    return same(left_by(c, 0.4), rest)


def least_at_its_best(c: Case) -> bool:
    here = c.letters["cstar"]
    return all(left_by(c, here + off) > left_by(c, here) for off in (-0.01, 0.01))


def one_observation(c: Case) -> SquaredError:
    return quadratic(float(c.x.mean()))


def bump_quotient(c: Case) -> float:
    """The variance of the bump's Normal shape, in units of the node's."""
    return float(on_bump(c).letters["w"]) / on_bump(c).sigma ** 2


def log_of(c: Case) -> Value:
    return at_noise(c.node.log_prob(c.node.path(ROOTS)))


# Letters that have one meaning in a chapter; k, a, N, h, b, t are numbers drawn for a case.
LETTERS: dict[str, Callable[[Case], dict[str, Any]]] = {
    "right-hand-side": lambda c: {"m": 3.0, "c": -c.mu / c.sigma},
    "stochastic-node": lambda c: {"theta": 1.1, "w": 0.7},
    "stochastic-gradient-descent": lambda c: {
        "V": throw(c),
        "r": throw(c) ** 0.5 / c.sigma,
        "sigma_0": c.sigma,
        "sigma_t": descent(c),
        "epsilonbar": 0.4,
    },
    "teaching": lambda c: {"u": 0.3},
    "answer": lambda c: {
        "J": Of(lambda n: ReverseKL(c.x).value(n["case"].node) + 0.5 - np.log(c.x.std())),
        "J_tau": Of(lambda n: SquaredErrorWithEntropy(c.x, c.letters["tau"]).value(n["case"].node)),
        "V_with": vector(variance(c)),
        "V_without": vector(variance(c, score_function)),
    },
    "baselines-and-control-variates": of_controls,
    "closed_form": lambda c: {"A": Of(lambda n: n["delta"] ** 2 + n["s"] ** 2 - n["b"] / n["n"])},
    "sheet": lambda c: {"F": lambda y: c.names["f"](y) - c.letters["b"]},
    "questions": lambda c: {"F": lambda y: c.names["f"](y) - c.letters["b"], "theta": COIN},
    "variance-comparison": lambda c: {
        "u": Of(lambda n: n["y"] - n["xbar"]),
        "F": Of(lambda n: n["f"](n["y"]) - n["b"]),
    },
    "where-is-sigma": lambda c: {
        "z_i": Of(lambda n: (n["mu"] - n["x_i"]) / n["sigma"]),
        "u": Of(lambda n: n["y"] - n["xbar"]),
        "u'": Of(lambda n: n["y'"] - n["xbar"]),
    },
    "hermite-spectrum": spectrum.letters,
    "when-the-trick-loses": losing.letters,
    "better_than_random": spectrum.letters,
    "many-dimensions": dimensions.letters,
}

CLAIMS: dict[str, Claim] = {
    r"y_d = \mu_d + \sigma_d\epsilon_d": vector_node,
    r"y = \mu + L\epsilon": vector_node,
    r"\Sigma^{-1}(y-\mu) = L^{-\top}\epsilon": vector_node,
    r"\nabla f(y)\,(1,\ \epsilon)": vector_node,
    r"\partial y_i/\partial L_{ij} = \epsilon_j": vector_node,
    r"L^{-\top}\epsilon": vector_node,
    r"L^{-\top}(\epsilon\epsilon^\top - I)": vector_node,
    # losses other than the question's
    r"f(y) = \cos y": losses(lambda c: Cosine(1)),
    r"f(y) = \cos(ky)": losses(lambda c: Cosine(1.7)),
    r"f(y) = y^2": losses(lambda c: quadratic(0)),
    r"f(y) = (y-k)^2": losses(lambda c: quadratic(1.7)),
    r"f(y) = (y - \bar x)^2": losses(lambda c: quadratic(float(c.x.mean()))),
    r"f(y) = (y-k)^4": losses(lambda c: QUARTIC),
    r"f(y) = y^4": losses(lambda c: FOURTH),
    r"f(y) = y": losses(lambda c: Loss(lambda y: y, np.ones_like)),
    r"f(y) = |y|": losses(lambda c: MeanAbsoluteError([0.0])),
    r"f'(y) = \operatorname{sign}(y)": losses(lambda c: MeanAbsoluteError([0.0])),
    r"f'' = -4\cos(2y)": losses(lambda c: Cosine(2)),
    r"E f = e^{-\sigma^2/2}\cos\mu": losses(lambda c: Cosine(1)),
    r"f(y) = c\,y": lambda c: replace(
        by(c, c=0.6), loss=Loss(lambda y: 0.6 * y, lambda y: np.full_like(y, 0.6))
    ),
    # right-hand-side
    r"E\epsilon^2 = \int\epsilon\cdot\epsilon\varphi(\epsilon)\,d\epsilon = "
    r"\Big[-\epsilon\varphi(\epsilon)\Big]_{-\infty}^{\infty} + \int\varphi(\epsilon)\,d\epsilon "
    r"= 0 + 1": lambda c: vector(integral(lambda t: t * t * pdf(t), -np.inf, np.inf)),
    r"\int\epsilon\,\varphi(\epsilon)\,d\epsilon = 0": lambda c: vector(
        integral(lambda t: t * pdf(t), -np.inf, np.inf)
    ),
    r"\partial g/\partial\mu = 1": lambda c: vector(moved(c, "mu", lambda k: k.node.path(0.4))),
    r"d\sigma/d\sigma^2 = 1/(2\sigma)": lambda c: vector(c.node.by("variance").scale_derivative),
    r"2\sigma = 120": lambda c: replace(c, sigma=60),
    r"E[f'(y)\,\epsilon] = \int_c^\infty \epsilon\varphi\,d\epsilon - \int_{-\infty}^c "
    r"\epsilon\varphi\,d\epsilon = 2\varphi(c)": asinh_tail,
    # stochastic-node
    r"y = w^2": lambda c: by(c, y=Of(lambda n: n["w"] ** 2), w=0.7),
    r"\frac{d f}{d w} = f'(y)\cdot\frac{dy}{dw} = f'(y)\cdot 2w": lambda c: by(
        c, y=Of(lambda n: n["w"] ** 2)
    ),
    r"\partial g/\partial\theta = y/\theta": lambda c: same(
        derivative(lambda h: -(1.1 + h) * np.log(0.3)), -1.1 * np.log(0.3) / 1.1
    ),
    r"E y^2 = 2\theta^2": lambda c: same(exponential(by(c, theta=1.1), 2), 2 * 1.1**2),
    r"2\theta": lambda c: vector(c.letters["theta"] * exponential(by(c, theta=1.0), 2)),
    r"M = n\,(2|\delta| + 2\sigma|\epsilon| + 1)": dominated,
    r"B^2h^4 + \operatorname{Var} f/(2Nh^2)": lambda c: (
        by(c, B=0.9, h=best_step(c)[0]),
        vector(best_step(c)[1]),
    ),
    r"\frac{\partial p}{\partial\theta} = \frac{y}{\theta^3}e^{-y/\theta} - "
    r"\frac{1}{\theta^2}e^{-y/\theta}": exponential_density,
    r"e^{-y/\theta}/\theta": lambda c: (
        by(c, theta=1.1),
        at_noise(np.exp(-c.node.path(ROOTS) / 1.1) / 1.1),
    ),
    r"h^6 = \operatorname{Var} f/(4B^2N)": lambda c: (
        is_least(c) and by(c, B=0.9, h=best_step(c)[0])
    ),
    r"N^{-1/3}": lambda c: same(
        best_step(by(c, N=8.0))[1] / best_step(by(c, N=64.0))[1], (8 ** (1 / 3)) ** 2
    ),
    # stochastic-gradient-descent
    r"\frac{d\log\sigma}{dt} = -2na\,\sigma^2": lambda c: vector(rate(c)),
    r"\frac{d}{dt}\frac1{\sigma^2} = -\frac2{\sigma^2}\,\frac{d\log\sigma}{dt} = 4na": lambda c: (
        vector(-2 / c.sigma**2 * rate(c))
    ),
    r"\log\sigma \leftarrow \log\sigma - 2na\,\sigma^2": lambda c: vector(
        np.log(c.sigma) + rate(c)
    ),
    r"\delta \leftarrow (1-2na)\,\delta - 2na\,\sigma\bar\epsilon": lambda c: vector(
        c.names["delta"] - c.letters["a"] * pathwise(SquaredError(c.x), c.node, [0.4])[0, 0]
    ),
    r"\delta \leftarrow \Big(1 - \frac a{s^2}\Big)\,\delta - \frac as\,\bar\epsilon": lambda c: (
        vector(
            c.names["delta"]
            - c.letters["a"]
            * ReverseKL(c.x).pathwise(Normal(c.mu, float(c.x.std())), np.array([0.4]))[0, 0]
        )
    ),
    r"\Big(\frac{a^2n^2}{N\sigma^2} - \frac{na(1-na)}{s^2}\Big)(V+s^2)^2": grows,
    r"E A^2 \ge (V+s^2)^2": lambda c: by(
        c, A=Of(lambda n: n["V"] * n["epsilon"] ** 2 + n["s"] ** 2)
    ),
    r"V = \Big(1-\frac a{s^2}\Big)^2 V + \frac{a^2}{s^2N}": lambda c: by(c, V=throw_to_data(c)),
    r"V = \frac{a}{N\,(2 - a/s^2)}": lambda c: by(c, V=throw_to_data(c)),
    r"V = (1-2na)^2\,V + \frac{a^2n^2}{N}\,(8V + 10\sigma^2)": lambda c: by(c, V=throw_without(c)),
    r"V = \frac{5na\,\sigma^2}{2N(1-na) - 4na}": lambda c: by(c, V=throw_without(c)),
    r"\nabla_{(\mu,\sigma)} = \operatorname{sign}(y-x_i)\,(1,\ \epsilon) - \tfrac12\,"
    r"(0,\ |\epsilon-\epsilon'|)": energy_slope,
    r"b = E f": lambda c: by(c, b=expected(c)),
    # left-hand-side
    r"\frac{\partial}{\partial\sigma^2} = \frac{1}{2\sigma}\frac{\partial}{\partial\sigma}": (
        partial(in_every_unit, letter="sigma^2")
    ),
    r"\frac{\partial}{\partial\log\sigma} = \sigma\,\frac{\partial}{\partial\sigma}": (
        partial(in_every_unit, letter="log sigma")
    ),
    r"\sigma^2 = \frac1n\sum_i x_i^2 - \mu^2": at_data,
    r"\delta = \mu - k": lambda c: by(c, delta=c.mu - c.letters["k"]),
    r"f(y) = y^4 - ky^2": losses(
        lambda c: Loss(lambda y: y**4 - 1.7 * y**2, lambda y: 4 * y**3 - 3.4 * y)
    ),
    r"\partial p/\partial v = \frac12\,\partial^2 p/\partial\mu^2": heat,
    r"\partial u/\partial v = c": parabola,
    r"\partial^2u/\partial\mu^2 = 2c": parabola,
    r"u = c\,(\mu^2 + v) + b\mu + a": parabola,
    r"f(y) = cy^2 + by + a": parabola,
    r"E f = c\,(\mu^2 + v) + b\mu + a": parabola,
    # score-function
    r"\partial g/\partial\theta = (1, \epsilon)": lambda c: along(
        np.stack([moved(c, each, lambda k: k.node.path(ROOTS)) for each in ("mu", "sigma")], axis=1)
    ),
    r"\nabla_\theta E f = \nabla_\theta\int f\,p\,dy = \int f\,\nabla_\theta p\,dy": under_integral,
    r"\nabla_\theta E f = \int f\,(\nabla_\theta\log p)\,p\,dy = "
    r"E\big[f\,\nabla_\theta\log p\big]": lambda c: vector(gradient(c)),
    r"0 = \nabla_\theta\int p\,dy = \int p\,\nabla_\theta\log p\,dy = E[\nabla_\theta\log p]": (
        lambda c: vector([expectation(each) for each in c.node.score(ROOTS).T])
    ),
    r"\frac{1}{h}\left(\frac{p(y;\mu+h)}{p(y;\mu)} - 1\right) \;\longrightarrow\; "
    r"\frac{\partial\log p(y;\mu)}{\partial\mu}": weights,
    r"\frac{d}{d\theta}\int_\theta^\infty f\,p\,dy = \int_\theta^\infty f\,"
    r"\frac{\partial p}{\partial\theta}\,dy - f(\theta)\,p(\theta;\theta)": moving_end,
    r"\frac{\partial\log p}{\partial\mu} = \frac{y-\mu}{\sigma^2}": lambda c: at_noise(
        c.node.score(ROOTS)[:, 0]
    ),
    r"\frac{\partial\log p}{\partial\sigma} = -\frac1\sigma + \frac{(y-\mu)^2}{\sigma^3}": (
        lambda c: at_noise(c.node.score(ROOTS)[:, 1])
    ),
    r"E\big[f\,(\epsilon^2-1)/\sigma\big] = n\,\sigma^2\cdot 2/\sigma = 2n\sigma": lambda c: vector(
        gradient(c)[1]
    ),
    r"1000\,P(y > c)": lambda c: same(
        1000 * node_above(c, 0.6), 1000 * integral(lambda y: normal_density(c, y), 0.6, np.inf)
    ),
    r"\nabla E f = 1000\,p(c;\theta)\,\Big(1,\ \frac{c-\mu}{\sigma}\Big)": lambda c: same(
        [moved(c, each, lambda k: 1000 * node_above(k, 0.6)) for each in ("mu", "sigma")],
        1000 * normal_density(c, 0.6) * np.array([1, (0.6 - c.mu) / c.sigma]),
    ),
    r"E[S] = 0": lambda c: same([expectation(each) for each in c.node.score(ROOTS).T], 0),
    r"E[(f-b)^2S^2] = E[f^2S^2] - 2b\,E[fS^2] + b^2E[S^2]": scored,
    r"b^* = \frac{E[fS^2]}{E[S^2]}": lambda c: CLAIMS[r"b^* = E[f S^2]/E[S^2]"](c),
    r"f_i - \frac{1}{N-1}\sum_{j\ne i} f_j = \frac{N}{N-1}\,(f_i - \bar f)": left_out,
    r"\sum_i(f_i-\bar f)\,S_i = \sum_i(f_i-\bar f)(S_i - \bar S)": left_out,
    r"E[\bar f S_i] = \frac1N E[f_i S_i]": two_draws,
    r"E[(f_i - \bar f)\,S_i] = \frac{N-1}{N}\,E[f_iS_i]": two_draws,
    r"E[w^2] = \int\frac{p(y;\mu,\sigma')^2}{p(y;\mu,\sigma)}\,dy = "
    r"\frac{\sigma^2}{\sigma'\sqrt{2\sigma^2-\sigma'^2}}": reweighed,
    r"E[w^2] = \frac{\sigma^2}{\sigma'\sqrt{2\sigma^2-\sigma'^2}}\,"
    r"\exp\Big(\frac{d^2}{2\sigma^2-\sigma'^2}\Big)": reweighed,
    r"d^2/(2\sigma^2-\sigma'^2)": reweighed,
    r"e^{d^2/\sigma^2}": lambda c: same(weight_square(c, c.sigma, 0.6), np.exp(0.36 / c.sigma**2)),
    r"d = \sigma\sqrt{\log 2}": lambda c: same(
        weight_square(c, c.sigma, c.sigma * np.log(2) ** 0.5), 2
    ),
    r"-(y-d)^2/\sigma'^2 + y^2/(2\sigma^2)": exponent,
    r"E y^k = k!\,\theta^k": lambda c: all(
        same(exponential(by(c, theta=1.1), k), special.factorial(k) * 1.1**k) for k in range(5)
    ),
    r"4\theta": lambda c: same(
        derivative(lambda h: vector(exponential(by(c, theta=1.1 + h), 2))), 4 * 1.1
    ),
    r"\log p = y\log\lambda - \lambda - \log y!": lambda c: same(
        stats.poisson.logpmf(3, 1.1), 3 * np.log(1.1) - 1.1 - np.log(special.factorial(3))
    ),
    r"\frac12u^2e^{-u}": lambda c: (
        by(c, u=np.array(0.3)),
        vector(stats.gamma.pdf(0.3, 3)),
    ),
    r"e^{-u}": lambda c: (by(c, u=0.3), vector(stats.expon.pdf(0.3))),
    r"2\delta\sigma\epsilon\cdot\epsilon/\sigma": lambda c: at_noise(
        (SquaredError(c.x)(c.node.path(ROOTS)) - SquaredError(c.x)(c.node.path(-ROOTS)))
        / (2 * c.x.size)
        * c.node.score(ROOTS)[:, 0]
    ),
    # where-is-sigma
    r"2n\sigma = 1/\sigma": lambda c: replace(
        c, sigma=SquaredErrorWithEntropy(c.x, 0.5**0.5).optimum().sigma
    ),
    r"E f = 3\sigma^4 - 2\sigma^2 + 1": lambda c: replace(c, mu=0.0, loss=WELLS),
    r"\sigma^2 = 1/3": lambda c: same(
        moved(
            replace(c, mu=0.0, sigma=3**-0.5),
            "sigma",
            lambda k: vector(expectation(WELLS(k.node.path(ROOTS)))),
        ),
        0,
    ),
    r"\mathrm{NLL} = \tfrac12\log 2\pi + \log\sigma + \frac{\delta^2+s^2}{2\sigma^2}": lambda c: (
        vector(NegativeLogLikelihood(c.x).value(c.node))
    ),
    r"-\frac1n\sum_i\log p(x_i)": lambda c: same(
        NegativeLogLikelihood(c.x).value(c.node), -c.node.log_prob(c.x).mean()
    ),
    r"\sigma^2 = \delta^2 + s^2 = s^2": lambda c: replace(
        c, mu=float(c.x.mean()), sigma=NegativeLogLikelihood(c.x).optimum().sigma
    ),
    r"\frac1n\sum_i x_i^2 - \mu^2": lambda c: (at_data(c), vector(c.x.var())),
    r"\sigma^2 = \tau^2/n": lambda c: replace(
        c, sigma=SquaredErrorWithEntropy(c.x, c.letters["tau"]).optimum().sigma
    ),
    r"\tau^2 = ns^2": lambda c: by(c, tau=(ReverseKL(c.x).unit / 2) ** 0.5),
    r"\prod_i e^{-(x_i-y)^2/(2\tau^2)} = e^{-f(y)/(2\tau^2)} \propto "
    r"e^{-n(y-\bar x)^2/(2\tau^2)}": posterior,
    r"E\log\frac{p(y)}{p_{\bar x, s}(y)} = \log\frac s\sigma + \frac{\delta^2 + \sigma^2}{2s^2} "
    r"- \frac12": lambda c: vector(ReverseKL(c.x).value(c.node)),
    r"\frac{2\sigma}{\sqrt{2\pi(\sigma^2+\sigma_0^2)}} = \frac1{\sqrt\pi}": lambda c: by(
        c, sigma_0=c.sigma
    ),
    r"E\lvert y-y'\rvert": energy_score,
    r"2\sigma^2 = \sigma^2+\sigma_0^2": lambda c: by(c, sigma_0=c.sigma),
    r"E\,\tfrac1n\sum_i(y-x_i)^2 - c\,E(y-y')^2": lambda c: (
        by(c, c=0.6),
        vector(expected(c) / c.x.size - 0.6 * 2 * c.sigma**2),
    ),
    r"\frac{E f}{2\tau^2} + \frac{E(y-m)^2}{2r^2} - \log\sigma": lambda c: (
        by(c, m=0.2, r=1.4),
        vector(
            SquaredErrorWithEntropy(c.x, c.letters["tau"]).value(c.node)
            + closed_form.expected_loss(quadratic(0.2), c.node) / (2 * 1.4**2)
        ),
    ),
    r"\log\sigma + \delta^2/(2\sigma^2)": lambda c: vector(
        -c.node.log_prob(np.array([c.x.mean()])) - 0.5 * np.log(2 * np.pi)
    ),
    r"\partial p/\partial\sigma^2 = \frac12\,\partial^2 p/\partial\mu^2": heat,
    r"\int_{-z_i}^\infty\varphi\,d\epsilon - \int_{-\infty}^{-z_i}\varphi\,d\epsilon = "
    r"\Phi(z_i) - \Phi(-z_i) = 2\Phi(z_i) - 1": both_sides_of_a_kink,
    r"\int_{-z_i}^\infty\epsilon\varphi\,d\epsilon - \int_{-\infty}^{-z_i}"
    r"\epsilon\varphi\,d\epsilon = \varphi(z_i) + \varphi(z_i) = 2\varphi(z_i)": (
        both_sides_of_a_kink
    ),
    r"E|\epsilon-\epsilon'| = 2/\sqrt\pi": lambda c: same(
        integral(lambda t: abs(t) * pdf(t, scale=2**0.5), -20, 20), 2 / np.pi**0.5
    ),
    r"\sigma^2+\sigma_0^2": lambda c: (
        by(c, sigma_0=0.7),
        vector(WEIGHTS @ (c.sigma * ROOTS[:, None] - 0.7 * ROOTS) ** 2 @ WEIGHTS),
    ),
    r"m\,(\sigma^2+\sigma_0^2)^{\beta/2} - \frac12m\,(2\sigma^2)^{\beta/2}": powers_of_distance,
    r"\frac\beta2m\,\big[(\sigma^2+\sigma_0^2)^{\beta/2-1} - (2\sigma^2)^{\beta/2-1}\big]": (
        powers_of_distance
    ),
    # variance-comparison
    r"2A + 6v = 0": lambda c: by(c, A=level_left(c)[0]),
    r"4A + 20v = 0": lambda c: by(c, A=level_left(c)[1]),
    r"A = -3v": lambda c: by(c, A=level_left(c)[0]),
    r"A = -5v": lambda c: by(c, A=level_left(c)[1]),
    r"F = f - b": lambda c: c,
    r"\sigma^2\,\big(\operatorname{Var}_{\text{score function}} - "
    r"\operatorname{Var}_{\text{pathwise}}\big) = "
    r"E[F^2] + \sigma^2\,E[f'^2] + 2\sigma^2\,E[F f'']": (lambda c: vector(excess(c))),
    r"E[\epsilon\,h(\epsilon)] = E[h'(\epsilon)]": lambda c: same(
        expectation(ROOTS * np.sin(ROOTS)), expectation(np.cos(ROOTS))
    ),
    r"F\epsilon/\sigma": lambda c: (c, at_noise(weighed(c, baseline=c.letters["b"])[:, 0])),
    r"f'' = -k^2f": losses(lambda c: Cosine(c.letters["k"])),
    r"c = e^{-2k^2\sigma^2}\cos(2k\mu)": lambda c: by(
        c, c=quadrature.expectation(Cosine(2 * c.letters["k"]), c.node)
    ),
    r"1 + c > k^2\sigma^2\,(1 + 3c)": wave_wins,
    r"m = \frac{\mu}{1+4k\sigma^2}": lambda c: by(c, m=under_bump(c)[0]),
    r"w = \frac{\sigma^2}{1+4k\sigma^2}": lambda c: by(c, w=under_bump(c)[1]),
    r"1 - 4k\sigma^2 + 12k^2\sigma^2(m^2 + w) > 0": bump_wins,
    r"4k^2\sigma^4 < 1": bump_wins,
    r"J(t) = \int_t^\infty\big[(y-t)^2(y^2-1)^2 - y^2\big]\,\varphi(y)\,dy": hinge,
    r"E[f^2(\epsilon^2-1)^2] - E[f'^2\epsilon^2]": lambda c: (
        replace(c, sigma=1.0),
        vector(
            expectation(weighed(replace(c, sigma=1.0))[:, 1] ** 2)
            - expectation(samples(replace(c, sigma=1.0))[:, 1] ** 2)
        ),
    ),
    r"E\epsilon^{k} = (k-1)\,E\epsilon^{k-2}": lambda c: by(c, k=6.0),
    r"\operatorname{Var}_\mu = \frac{n^2}{\sigma^2}\big[A^2 + 6A\sigma^2 + 8\delta^2\sigma^2 + "
    r"15\sigma^4\big]": lambda c: vector(variance(c, score_function)[0]),
    r"\operatorname{Var}_\sigma = \frac{n^2}{\sigma^2}\big[2A^2 + 20A\sigma^2 + "
    r"40\delta^2\sigma^2 + 74\sigma^4\big]": lambda c: vector(variance(c, score_function)[1]),
    r"b_\mu = n(\delta^2 + 3\sigma^2 + s^2)": lambda c: vector(best(c)[0]),
    r"b_\sigma = n(\delta^2 + 5\sigma^2 + s^2)": lambda c: vector(best(c)[1]),
    r"\frac{6\sigma^2 + 10\delta^2}{2\sigma^2 + \delta^2} = "
    r"3 + \frac{7\delta^2}{2\sigma^2 + \delta^2}": (
        lambda c: vector((variance(c, score_function, baseline=best(c)) / variance(c))[1])
    ),
    r"f = c + \beta\sigma\epsilon": lambda c: replace(
        by(c, beta=0.7, c=0.3 + 0.7 * c.mu),
        loss=Loss(lambda y: 0.3 + 0.7 * y, lambda y: np.full_like(y, 0.7)),
    ),
    # baselines-and-control-variates
    r"(f - b)\,S": lambda c: along(weighed(c, baseline=c.letters["b"])),
    r"b^2E[S^2]": lambda c: (
        c.letters["b"] ** 2
        * (with_baseline(1.0, c) + with_baseline(-1.0, c) - 2 * with_baseline(0.0, c))
        / 2
    ),
    r"2b^*": lambda c: same(with_baseline(2 * best(c), c), with_baseline(0.0, c)),
    r"S^2/E[S^2]": lambda c: along(np.stack([ROOTS**2, (ROOTS**2 - 1) ** 2 / 2], axis=1)),
    r"E[f\,(\epsilon^2-1)] = \sigma^2E f''": as_wave,
    r"b^*_\mu = E f + \sigma^2E f''": as_wave,
    r"b^*_\sigma = E f + 2\sigma^2E f'' + \tfrac12\sigma^4E f''''": as_wave,
    r"\kappa = k\sigma": as_wave,
    r"b^*_\mu = (1 - \kappa^2)\,E f": as_wave,
    r"b^*_\sigma = (1 - 2\kappa^2 + \tfrac12\kappa^4)\,E f": as_wave,
    r"-\frac12E f": lambda c: (
        replace(c, loss=Cosine(1 / c.sigma)),
        vector(quadrature.optimal_baseline(Cosine(1 / c.sigma), c.node)[1]),
    ),
    r"\kappa^2 < 1/2": mean_helps_where(0, lambda square: square < 1 / 2),
    r"2 - \sqrt3": mean_helps_where(1, lambda square: abs(square - 2) > 3**0.5),
    r"2 + \sqrt3": mean_helps_where(1, lambda square: abs(square - 2) > 3**0.5),
    r"k\sigma = 0.7071": lambda c: mean_helps(0.707, 1, 0) and not mean_helps(0.7072, 1, 0),
    r"\operatorname{Var} S = 1": lambda c: (
        by(c, S=at_noise(replace(c, sigma=1.0).node.score(ROOTS)[:, 0])),
        vector(1),
    ),
    r"N\operatorname{Var}\hat\nabla = V(E f) + "
    r"\frac{\operatorname{Var} f\,\operatorname{Var} S + (E[fS])^2}{N-1}": lambda c: (
        by(c, N=2.0),
        covariance_of_two(c),
    ),
    r"\hat\nabla = \frac1N\sum_i F_iS_i - \frac1{N(N-1)}\sum_{i\ne j}F_iS_j": sums_of_pairs,
    r"V(E f)/N": lambda c: variance_of_mean_baseline(c) / c.letters["N"],
    r"E[F^2]\,E[S^2]": lambda c: over_pairs(first_and_second(c)[0] ** 2),
    r"(E[FS])^2": lambda c: over_pairs(np.prod(first_and_second(c), axis=0)),
    r"(\operatorname{Var} f\,\operatorname{Var} S + (E[FS])^2)/(N(N-1))": second_sum,
    r"[\operatorname{Var} f\,\operatorname{Var} S + (E[fS])^2]/(N-1)": lambda c: (
        by(c, N=2.0),
        2 * second_sum(c)[1],
    ),
    r"10n^2\sigma^2": lambda c: (at_data(c), variance_of_mean_baseline(at_data(c))[..., :1]),
    r"56n^2\sigma^2": lambda c: (at_data(c), variance_of_mean_baseline(at_data(c))[..., 1:]),
    r"\operatorname{Var} f = 2n^2\sigma^4": at_data,
    r"(0, 2n\sigma)": lambda c: (at_data(c), vector(gradient(at_data(c)))),
    r"\frac52 + \frac1{2(N-1)}": lambda c: (
        by(c, N=2.0),
        in_pathwise(covariance_of_two, c)[..., :1],
    ),
    r"7 + \frac1{N-1}": lambda c: (by(c, N=2.0), in_pathwise(covariance_of_two, c)[..., 1:]),
    r"1 + \epsilon^2": lambda c: at_noise(
        SquaredError(c.x)(at_data(c).node.path(ROOTS)) / (c.x.size * c.x.var())
    ),
    r"G - c\,(C - E C)": lambda c: at_noise(
        np.ravel(c.letters["G"]) - 0.4 * np.ravel(c.letters["C"]) + 0.4 * mean_of_control(c)
    ),
    r"\operatorname{Var}[G - c\,(C - E C)] = \operatorname{Var} G - "
    r"2c\,\operatorname{Cov}[G, C] + c^2\operatorname{Var} C": left_by_a_control,
    r"c^* = \operatorname{Cov}[G, C]/\operatorname{Var} C": least_at_its_best,
    r"\rho^2 = 9/11": lambda c: by(
        c, rho=(1 - 1 / float(in_pathwise(plain_variance, c)[0, 0, 0, 0])) ** 0.5
    ),
    r"T = f(\mu) + f'(\mu)\,(y-\mu) + \tfrac12f''(\mu)\,(y-\mu)^2": as_wave,
    r"\nabla E T = \big(f'(\mu),\ \sigma f''(\mu)\big)": as_wave,
    r"\nabla E f = E\big[(f - T)\,S\big] + \nabla E T": as_wave,
    r"\frac12f''\sigma^2\epsilon^2": lambda c: at_noise(without_line(c)),
    r"\frac12f''\sigma\epsilon^3": lambda c: at_noise(without_line(c) * ROOTS / c.sigma),
    r"\frac{15}4f''^2\sigma^2": lambda c: vector(spread(without_line(c) * ROOTS / c.sigma)),
    r"\frac16f'''\sigma^3\epsilon^3": lambda c: (cube(c), at_noise(without_parabola(c))),
    r"\sigma^4": lambda c: vector(spread(without_parabola(c) * ROOTS / c.sigma) / 96),
    r"\frac12f'''\sigma^2\epsilon^2": lambda c: (cube(c), at_noise(slope_without_line(c))),
    r"\frac16f'''\sigma^2\epsilon^4": lambda c: (
        cube(c),
        at_noise(without_parabola(c) * ROOTS / c.sigma),
    ),
    r"\frac12f'''\sigma^2\epsilon^3": lambda c: (cube(c), at_noise(slope_without_line(c) * ROOTS)),
    r"\frac16f'''\sigma^2(\epsilon^5-\epsilon^3)": lambda c: (
        cube(c),
        at_noise(without_parabola(c) * (ROOTS**2 - 1) / c.sigma),
    ),
    r"2n\delta\,E[\sum_i\epsilon_i^3\,\bar\epsilon/\sum_i\epsilon_i^2]": lambda c: same(
        kept_of_two(), 3 / (2 + 2)
    ),
    r"3/(N(N+2))": lambda c: (by(c, N=2.0), vector(sphere(lambda a, b: a**4))),
    r"2n\delta\cdot3/(N+2)": lambda c: (by(c, N=2.0), vector(gradient(c)[0] * kept_of_two())),
    r"E[(\hat b - b^*)^2]\,E[S^2]": price_of_other_draws,
    r"(b - b^*)^2E[S^2]": lambda c: with_baseline(c.letters["b"], c) - with_baseline(best(c), c),
    r"\epsilon^3 - 3\epsilon": lambda c: same(expectation(ROOTS**3 - 3 * ROOTS), 0),
    r"\epsilon + \epsilon^3": lambda c: at_noise(
        weighed(at_data(c))[:, 0] / (c.x.size * c.x.std())
    ),
    r"n\sigma(\epsilon + \epsilon^3)": lambda c: (
        at_data(c),
        at_noise(weighed(at_data(c))[:, 0]),
    ),
    r"n\sigma(\epsilon^4 - 1)": lambda c: (at_data(c), at_noise(weighed(at_data(c))[:, 1])),
    r"f(y) = e^{-ky^2}": on_bump,
    r"w = \sigma^2/(1 + 2k\sigma^2)": on_bump,
    r"A^2 + 6A + 8\delta^2 + 15": lambda c: (one_unit(c), vector(unit_variance(c))),
    r"8\delta^2 + 10": lambda c: (
        one_unit(c),
        vector(unit_variance(c, quadrature.expected_loss(one_unit(c).f, one_unit(c).node))),
    ),
    r"\operatorname{Var} f = 4\delta^2 + 2": one_unit,
    r"4\delta^2": lambda c: vector(closed_form.gradient(one_observation(c), c.node)[0] ** 2),
    r"16\delta^2 + 12": lambda c: (one_unit(c), vector(unit_price(c))),
    r"E f = (1+2k\sigma^2)^{-1/2}": on_bump,
    r"(1+2k\sigma^2)^{-3/2}": lambda c: (
        on_bump(c),
        vector(quadrature.optimal_baseline(on_bump(c).f, on_bump(c).node)[0]),
    ),
    r"\frac1{\sigma\sqrt{2\pi}}\exp\big(-\frac{y^2}{2\sigma^2}(1+2k\sigma^2)\big)": lambda c: (
        on_bump(c),
        at_noise(on_bump(c).f(on_bump(c).sigma * ROOTS) * pdf(ROOTS) / on_bump(c).sigma),
    ),
    r"w = \sigma^2/(1+2k\sigma^2)": on_bump,
    r"\epsilon^2 = y^2/\sigma^2": on_bump,
    r"w/\sigma^2": lambda c: (on_bump(c), vector(bump_quotient(c))),
    r"E[S^2] = 1/\sigma^2": lambda c: vector(expectation(c.node.score(ROOTS)[:, 0] ** 2)),
    r"E[f\epsilon^2] = (1+2k\sigma^2)^{-3/2}": on_bump,
    r"1+2k\sigma^2": lambda c: (on_bump(c), vector(1 / bump_quotient(c))),
    # solutions and rubrics
    r"W = \sum_i w_i": weighted,
    r"\bar x_w = \sum_i w_i x_i / W": weighted,
    r"2(y - \bar x_w)\sum_i w_i(\bar x_w - x_i)": lambda c: (weighted(c), vector(0)),
    r"f(y) = W(y - \bar x_w)^2 + \sum_i w_i (x_i - \bar x_w)^2": weighted,
    r"E f = W\big[(\mu - \bar x_w)^2 + \sigma^2\big] + \sum_i w_i (x_i - \bar x_w)^2": weighted,
    r"2W(\mu - \bar x_w)": lambda c: (
        weighted(c),
        vector(expectation(weighted(c).loss.derivative(c.node.path(ROOTS)))),
    ),
    r"\partial g/\partial\rho = -\tfrac12\rho^{-3/2}\epsilon": lambda c: at_noise(
        in_precision(c, lambda k: k.node.path(ROOTS))
    ),
    r"-n/\rho^2": lambda c: vector(in_precision(c, lambda k: vector(expected(k)))),
    r"(y-\theta)/\theta^2": mean_of_exponential,
    r"E[y^2(y-\theta)]/\theta^2 = (6\theta^3 - 2\theta^3)/\theta^2 = 4\theta": mean_of_exponential,
    r"\log p = -\log\theta - y/\theta": mean_of_exponential,
    r"-1/\theta + y/\theta^2 = (y-\theta)/\theta^2": mean_of_exponential,
    r"E y^3 = 6\theta^3": mean_of_exponential,
    r"(6\theta^3 - \theta\cdot2\theta^2)/\theta^2 = 4\theta": mean_of_exponential,
    r"E[2y\cdot y/\theta] = 2\cdot2\theta^2/\theta = 4\theta": mean_of_exponential,
    r"P(-\theta\log u > y) = P(u < e^{-y/\theta}) = e^{-y/\theta}": lambda c: same(
        stats.expon.sf(0.7, scale=1.1), np.exp(-0.7 / 1.1)
    ),
    r"\partial g/\partial\theta = -\log u = y/\theta": lambda c: same(
        derivative(lambda h: vector(-(1.1 + h) * np.log(0.3))), -np.log(0.3)
    ),
    r"6\theta": lambda c: same(  # E of the bound: E log^2 u = 2
        3 * 1.1 * integral(lambda u: np.log(u) ** 2, 0, 1), 6 * 1.1
    ),
    r"-1/\theta": lambda c: same(derivative(lambda h: -np.log(1.1 + h) + 0 * vector(1)), -1 / 1.1),
    r"-E y/\theta = -1/2": lambda c: same(-stats.uniform.mean(scale=1.1) / 1.1, -1 / 2),
    r"-1/2": lambda c: same(-stats.uniform.mean(scale=1.1) / 1.1, -1 / 2),
    r"d(\theta/2)/d\theta = 1/2": lambda c: same(
        derivative(lambda h: vector(stats.uniform.mean(scale=1.1 + h))), 1 / 2
    ),
    r"\sigma_t = \sigma_0(1-2na)^t": lambda c: by(
        c, t=3.0, sigma_0=c.sigma, sigma_t=three_steps(c, "sigma")
    ),
    r"\sigma_t^2 = \sigma_0^2 - nat": lambda c: by(
        replace(c, sigma=2.0),
        t=3.0,
        sigma_0=2.0,
        sigma_t=three_steps(replace(c, sigma=2.0), "variance"),
    ),
    r"\sigma_t = (1/\sigma_0^2 + 4nat)^{-1/2}": lambda c: by(
        c, sigma_0=c.sigma, sigma_t=descent(c)
    ),
    r"1/(2\sqrt{nat})": lambda c: vector(descent(replace(c, sigma=1e5))),
    r"\delta^2 + s^2 + (1-2c)\sigma^2": lambda c: (
        by(c, c=0.6),
        vector(expected(c) / c.x.size - 0.6 * 2 * c.sigma**2),
    ),
    r"f' = \beta": straight,
    r"\beta^2": lambda c: (straight(c), vector(0.7**2)),
    r"(c\epsilon + \beta\sigma\epsilon^2)/\sigma": lambda c: (
        straight(c),
        at_noise(score_function(straight(c).loss, c.node, ROOTS)[:, 0]),
    ),
    r"(c + \beta\sigma\epsilon)(\epsilon^2-1)/\sigma": lambda c: (
        straight(c),
        at_noise(score_function(straight(c).loss, c.node, ROOTS)[:, 1]),
    ),
    r"(c^2 + 3\beta^2\sigma^2)/\sigma^2": lambda c: (straight(c), vector(squares(c)[0])),
    r"(2c^2 + 10\beta^2\sigma^2)/\sigma^2": lambda c: (straight(c), vector(squares(c)[1])),
    r"c^2/\sigma^2 + 2\beta^2": lambda c: (straight(c), vector(squares(c)[0] - 0.7**2)),
    r"2c^2/\sigma^2 + 10\beta^2": lambda c: (straight(c), vector(squares(c)[1])),
    r"c = E f": straight,
    r"2\beta^2": lambda c: (straight(c), vector(squares(c, 0)[0] - 0.7**2)),
    r"10\beta^2": lambda c: (straight(c), vector(squares(c, 0)[1])),
    # answer
    r"\nabla J = \left(\frac{\delta}{s^2},\ "
    r"\frac{\sigma}{s^2} - \frac{1}{\sigma}\right)": lambda c: vector(
        ReverseKL(c.x).gradient(c.node)
    ),
    r"\nabla J_\epsilon = \left(\frac{\delta + \sigma\epsilon}{s^2},\ "
    r"\frac{(\delta + \sigma\epsilon)\epsilon}{s^2} - \frac{1}{\sigma}\right)": lambda c: along(
        ReverseKL(c.x).pathwise(c.node, ROOTS)
    ),
    r"\nabla J_\tau = \left(\frac{n\delta}{\tau^2},\ "
    r"\frac{n\sigma}{\tau^2} - \frac{1}{\sigma}\right)": lambda c: vector(
        SquaredErrorWithEntropy(c.x, c.letters["tau"]).gradient(c.node)
    ),
    r"\sigma^2 = \frac{\tau^2}{n}": lambda c: replace(
        c, sigma=SquaredErrorWithEntropy(c.x, c.letters["tau"]).optimum().sigma
    ),
    r"f(y)\nabla\log p(y) = \left(f(y)\frac{\epsilon}{\sigma},\ "
    r"f(y)\frac{\epsilon^2 - 1}{\sigma}\right)": lambda c: along(weighed(c)),
    r"\frac{1}{n}\sum_i E|y - x_i| - \frac{1}{2}E|y - y'|": energy_score,
    r"E\,\tfrac1n\sum_i|y-x_i| - \tfrac12 E|y-y'|": energy_score,
    r"15\sigma^4": lambda c: vector(without_a(replace(c, mu=float(c.x.mean())))[0]),
    r"40\delta^2\sigma^2 + 74\sigma^4": lambda c: vector(without_a(c)[1]),
    r"\frac{1}{n}\sum_i x_i^2 - \mu^2": lambda c: (at_data(c), vector(c.x.var())),
    r"f(y) = \cos(5y)": losses(lambda c: Cosine(5)),
    # questions
    r"E[F^2]/\sigma^2 + E[f'(y)^2] + 2E[F f''(y)]": lambda c: vector(excess(c) / c.sigma**2),
    r"f(y) = (y-1)^2": losses(lambda c: quadratic(1)),
    r"f(1) - f(0)": lambda c: vector(
        derivative(lambda h: vector(over_coin(c, COIN + h, lambda y, _: c.names["f"](y))))
    ),
    r"[(1-\theta)f(1) + \theta f(0)]^2/(\theta(1-\theta))": lambda c: vector(variance_of_coin(c)),
    r"(1-\theta)f(1) + \theta f(0)": lambda c: vector(
        over_coin(c, COIN, lambda y, score: c.names["f"](y) * score**2)
        / over_coin(c, COIN, lambda _, score: score**2)
    ),
    r"4n^2\sigma^2(\delta^2 + 2\sigma^2)": lambda c: vector(
        closed_form.variance(pathwise, SquaredError(c.x), c.node.by("log_sigma"))
    )[..., 1:],
    r"\frac{5}{2} + \frac{1}{2(N-1)}": lambda c: in_pathwise(variance_of_leave_one_out, c)[..., :1],
    r"7 + \frac{1}{N-1}": lambda c: in_pathwise(variance_of_leave_one_out, c)[..., 1:],
    r"y = \cos\theta": lambda c: losing.doubled(by(c, theta=0.3)),
    r"\cos(2^T\theta)": lambda c: losing.doubled(by(c, theta=0.3)),
    # docstrings
    r"A = \delta^2 + s^2 - b/n": lambda c: c,
    r"b^* = E[f S^2]/E[S^2]": lambda c: same(
        best(c),
        [
            expectation(SquaredError(c.x)(c.node.path(ROOTS)) * each**2) / expectation(each**2)
            for each in c.node.score(ROOTS).T
        ],
    ),
    r"f'(y) = -2ky\,e^{-ky^2}": losses(lambda c: ExponentialSquare(c.letters["k"])),
    r"f(y) = e^{-k y^2}": losses(lambda c: ExponentialSquare(c.letters["k"])),
    r"f'(y) = -k\sin(ky)": losses(lambda c: Cosine(c.letters["k"])),
    r"f(y) = \frac1n\sum_i |y-x_i|": losses(lambda c: MeanAbsoluteError(c.x)),
    r"\tau^2 = n s^2": lambda c: by(c, tau=ReverseKL(c.x).unit ** 0.5 / 2**0.5),
    r"f(\mu + \sigma\epsilon) = \sum_k c_k He_k(\epsilon)/\sqrt{k!}": hermite,
    r"c_k = E[f(y)\,He_k(\epsilon)]/\sqrt{k!}": hermite,
    r"[f(\mu+\sigma w) - f(\mu-\sigma w')]/(\sigma\sqrt{2\pi})": coupled,
    # pages
    r"\partial y/\partial\mu = 1": lambda c: vector(moved(c, "mu", lambda k: k.node.path(0.4))),
    r"\partial y/\partial\sigma = \epsilon": lambda c: at_noise(
        moved(c, "sigma", lambda k: k.node.path(ROOTS))
    ),
    r"\sigma^2\big(\operatorname{Var}_{\text{without}} - \operatorname{Var}_{\text{with}}\big) = "
    r"E[F^2] + \sigma^2 E[f'^2] + 2\sigma^2 E[F f'']": lambda c: vector(excess(c)),
    r"E\operatorname{He}_k^2 = k!": hermite_rules,
    r"\operatorname{He}_k' = k\operatorname{He}_{k-1}": hermite_rules,
    r"\epsilon\operatorname{He}_k = \operatorname{He}_{k+1} + k\operatorname{He}_{k-1}": (
        hermite_rules
    ),
    r"F(\mu + \sigma\epsilon) = \sum_k c_k\operatorname{He}_k(\epsilon)/\sqrt{k!}": (
        orders_give_the_wave
    ),
    r"\sigma^2\operatorname{Var}_{\text{with}} = \sum_{k\ge2} k\,c_k^2": variance_of_orders,
    r"\sigma^2\operatorname{Var}_{\text{without}} = \sum_{k\ge1}\left(\sqrt{k}\,c_{k-1} + "
    r"\sqrt{k+1}\,c_{k+1}\right)^2": variance_of_neighboring_orders,
    r"E u = 0": lambda c: same(integral(lambda u: u / 2, -1, 1), 0),
    r"E u^2 = \frac12\int_{-1}^1 u^2\,du = \frac13": lambda c: same(uniform_second_moment(), 1 / 3),
    r"E f = \mu^2 + \frac13\sigma^2": lambda c: same(
        integral(lambda u: (c.mu + c.sigma * u) ** 2 / 2, -1, 1), c.mu**2 + c.sigma**2 / 3
    ),
    r"(2\mu,\ 2\mu E u + 2\sigma E u^2) = (2\mu,\ \frac23\sigma)": lambda c: same(
        uniform(c), [2 * c.mu, 2 / 3 * c.sigma]
    ),
    r"(2y,\ 2yu)": lambda c: (
        by(c, y=c.mu + 0.3 * c.sigma),
        along(pathwise(quadratic(0), c.node, np.array([0.3]))),
    ),
    r"E[f S^2]/E[S^2]": lambda c: (
        by(c, S=Of(lambda n: n["epsilon"] / n["sigma"])),
        vector(best(c)[0]),
    ),
    **spectrum.CLAIMS,
    **losing.CLAIMS,
    **noise.CLAIMS,
    **dimensions.CLAIMS,
}


def known(c: Case) -> dict[str, Value]:
    """What an expression without an equation may be: results of the library at this case."""
    loss, node, n = SquaredError(c.x), c.node, c.names
    y, s, sigma = node.path(ROOTS), c.x.std(), c.sigma
    delta, square = float(n["delta"]), c.x.var()
    at_s = Normal(float(c.x.mean()), float(s))
    rows: dict[str, Value] = {}
    for wrt in ("sigma", "variance", "log_sigma"):
        rows[f"gradient in {wrt}"] = vector(gradient(c, wrt))
        rows[f"samples in {wrt}"] = along(samples(c, wrt))
        rows[f"weighed in {wrt}"] = along(weighed(c, wrt))
        rows[f"score in {wrt}"] = along(node.by(wrt).score(ROOTS))
        slope = node.by(wrt).scale_derivative
        rows[f"scale in {wrt}"] = vector(slope)
        rows[f"path in {wrt}"] = along(np.stack([np.ones_like(ROOTS), slope * ROOTS], axis=1))
    rows["weighed, the mean as baseline"] = along(weighed(c, baseline=expected(c)))
    rows["without y"] = along(samples(c) / c.x.size)
    rows["eps against -eps"] = along(pathwise(loss, node, -ROOTS) / c.x.size)
    rows["f"] = at_noise(loss(y))
    rows["f'"] = at_noise(loss.derivative(y))
    rows["f''"] = vector(moved(c, "mu", lambda k: loss.derivative(k.node.path(0.0))))
    rows["E f"] = vector(expected(c))
    rows["E f - f(mu)"] = vector(expected(c) - float(loss(np.array([c.mu]))[0]))
    rows["least f"] = vector(float(loss(np.array([c.x.mean()]))[0]))
    rows["E f over n at sigma = 0"] = vector(delta**2 + square)
    rows["variance with"] = vector(variance(c))
    rows["variance without"] = vector(variance(c, score_function))
    rows["variance without, mean"] = vector(variance(c, score_function, baseline=expected(c)))
    rows["variance without, best"] = vector(variance(c, score_function, baseline=best(c)))
    rows["best baselines"] = vector(best(c))
    rows["measure valued"] = vector(variance(c, measure_valued))
    rows["not coupled"] = vector(variance(c, measure_valued, coupled=False))
    rows["thin"] = vector(thin(c))
    rows["squares of the score"] = vector([expectation(each**2) for each in node.score(ROOTS).T])
    rows["E eps^4"] = vector(expectation(ROOTS**4))
    rows["held difference"] = at_noise((loss(y + c.letters["h"]) - loss(y)) / c.letters["h"])
    rows["error of fresh differences"] = vector(
        (2 * spread(loss(y)) / c.letters["N"]) ** 0.5 / (2 * c.letters["h"])
    )
    rows["2h"] = vector(2 * c.letters["h"])
    rows["half and double"] = vector([sigma / 2, 2 * sigma])
    rows["bound of y"] = at_noise(abs(c.mu) + 2 * sigma * abs(ROOTS))
    rows["above 3"] = vector(node_above(c, 3))
    rows["slope of a cube"] = vector(moved(c, "mu", lambda k: k.mu**3))
    rows["1/sigma^2"] = vector(1 / sigma**2)
    count, a, k = (c.letters[each] for each in ("N", "a", "k"))
    rows["mean of N"] = vector(count**-0.5)
    rows["noise of eps^2"] = vector(spread(ROOTS**2) / count)
    rows["and of t steps"] = vector((spread(ROOTS**2) / count / c.letters["t"]) ** 0.5)
    rows["rate of 1/sigma^2"] = vector(-2 / sigma**2 * rate(c))
    rows["step's noise, with"] = vector(a * (variance(c)[0] / count) ** 0.5)
    rows["step's noise, without"] = vector(
        a * (thin(replace(c, mu=float(c.x.mean())))[0] / count) ** 0.5
    )
    rows["thin, of N"] = vector(thin(c)[0] / count)
    rows["thin, of N, a step"] = vector(a**2 * thin(c)[0] / count)
    rows["throw"] = vector(throw(c))
    rows["4Vs^2"] = vector((throw(c) + square) ** 2 - (throw(c) - square) ** 2)
    rows["throw of small steps"] = vector(throw_to_data(c, 1e-9) / 1e-9 * a)
    small = by(c, a=1e-9)
    rows["throw of small steps, without"] = vector(throw_without(small) / throw(small) * throw(c))
    rows["contraction"] = vector(1 - a * slope_to_data(c))
    kl = ReverseKL(c.x)
    rows["contraction of log sigma"] = vector(1 - a * slope_of_width(c))
    rows["reverse KL"] = vector(kl.value(node))
    rows["reverse KL, slope"] = vector(kl.gradient(node))
    rows["reverse KL, sample"] = along(kl.pathwise(node, ROOTS))
    if "epsilonbar" in c.letters:
        rows["a mean sample"] = along(
            kl.pathwise(Normal(c.mu, float(s)), np.array([c.letters["epsilonbar"]]))
        )
    rows["E(y - xbar)^2/(2 s^2) - log sigma"] = vector(kl.value(node) + 0.5 - np.log(s))
    rows["sample of it"] = at_noise(quadratic(float(c.x.mean()))(y) / (2 * square) - np.log(sigma))
    rows["tempered"] = vector(SquaredErrorWithEntropy(c.x, c.letters["tau"]).value(node))
    rows["tempered at tau^2 = n s^2"] = vector(
        SquaredErrorWithEntropy(c.x, (c.x.size * square) ** 0.5).value(node)
    )
    rows["tempered, slope"] = vector(SquaredErrorWithEntropy(c.x, c.letters["tau"]).gradient(node))
    rows["tempered, best"] = vector(
        SquaredErrorWithEntropy(c.x, c.letters["tau"]).optimum().sigma ** 2
    )
    rows["likelihood"] = vector(NegativeLogLikelihood(c.x).value(node))
    rows["likelihood, slope"] = vector(NegativeLogLikelihood(c.x).gradient(node))
    rows["moments"] = vector(MomentMatching(c.x).value(node))
    rows["too wide"] = vector(delta**2 + sigma**2 - square)
    rows["s^2"] = vector(MomentMatching(c.x).optimum().sigma ** 2)
    rows["energy score, sample"] = energy_sample(c)
    rows["energy score, between draws"] = vector(
        closed_form.expected_loss(EnergyScore(c.x).loss, node) - EnergyScore(c.x).value(node)
    )
    rows["log density on the path"] = log_of(c)
    rows["the same, without its constant"] = log_of(c) + 0.5 * np.log(2 * np.pi)
    rows["its slope"] = vector(moved(c, "sigma", lambda m: log_of(m)[0, 0, 0, 0]))
    wide = Normal(*SMALL)
    rows["fast cosine, with"] = vector(quadrature.variance(pathwise, Cosine(k), wide)[0])
    rows["fast cosine, half"] = vector(quadrature.variance(pathwise, Cosine(1), wide)[0])
    rows["fast cosine, without"] = vector(
        quadrature.variance(score_function, Cosine(k), wide) * SMALL[1] ** 2 / sigma**2
    )
    rows["cosine"] = at_noise(Cosine(2)(y))
    rows["fourth power"] = at_noise(delta_power(c, 4))
    rows["others of N"] = vector((count - 1) / count)
    rows["Laplace of variance 1"] = at_noise(stats.laplace.pdf(ROOTS, scale=0.5**0.5))
    rows["uniform of variance 1"] = vector(1 / uniform_second_moment() ** 0.5)
    rows["to the left"] = -rows["uniform of variance 1"]
    rows["uniform"] = uniform(c)
    rows["uniform, moment"] = vector(uniform_second_moment())
    rows["sqrt 2"] = vector((variance(c)[1] - 4 * c.x.size**2 * delta**2) ** 0.5 / gradient(c)[1])
    rows["eps^2 taken for its mean"] = at_noise(samples(c)[:, 1] + gradient(c)[1] * (1 - ROOTS**2))
    if "w" in c.letters:
        rows["slope of w^2"] = vector(moved_letter(c, "w", lambda w: w**2))
    if "u" in c.letters:
        at_u = pathwise(quadratic(0), node, np.array([0.3]))
        rows["uniform, sample"] = along(at_u)
    rows["E y^2"] = vector(expectation(y**2))
    rows["E y^4"] = vector(expectation(y**4))
    rows["y"] = at_noise(y)
    rows["mean's reflection"] = at_noise(c.x.mean() - sigma * ROOTS)
    rows["a step"] = vector([c.mu + c.letters["h"], c.mu - c.letters["h"]])
    rows["noise of a mean"] = vector(spread(loss(y)) / count)
    rows["noise of a slope"] = vector((spread(loss.derivative(y)) / count) ** 0.5)
    rows["fourth part"] = np.asarray((c.mu - n["x_i"]) ** 2)
    rows["expected part"] = np.asarray((c.mu - n["x_i"]) ** 2 + sigma**2)
    rows["the term that is odd"] = at_noise((loss(y) - loss(node.path(-ROOTS))) / (2 * c.x.size))
    rows["held difference of the mean"] = vector(
        (expected(replace(c, mu=c.mu + c.letters["h"])) - expected(c)) / c.letters["h"]
    )
    rows["others"] = vector([count - 1, count / (count - 1)])
    rows["f at mu"] = vector(loss_at(c, c.mu))
    rows["what the best baseline leaves"] = vector(spread(ROOTS**2 * gradient(c)[0]) ** 0.5)
    rows["level of the slope"] = vector(gradient(c)[0] * expectation(np.ravel(log_of(c))))
    rows["1/sigma"] = vector(expectation(node.score(ROOTS)[:, 0] ** 2) ** 0.5)
    rows["mean fourth power"] = np.mean((n["y"] - n["x_i"]) ** 4, axis=2, keepdims=True)
    rows["wells"] = at_noise(WELLS(y))
    rows["y - y'"] = np.asarray(n["y"] - n["y'"])
    rows["unit of tempered"] = vector(1 / SquaredErrorWithEntropy(c.x, c.letters["tau"]).unit)
    rows["likelihood of the data"] = at_noise(np.exp(-loss(y) / (2 * c.letters["tau"] ** 2)))
    centered = MeanAbsoluteError([0.0])
    rows["mean distance from 0"] = vector(closed_form.expected_loss(centered, Normal(0, sigma)))
    each = [closed_form.gradient(MeanAbsoluteError([one]), node) for one in c.x]
    for index, name in enumerate(("mu", "sigma")):
        rows[f"mean distance, slope in {name}"] = np.reshape(
            [one[index] for one in each], (1, 1, -1, 1)
        )
    rows["energy score, slope"] = vector(EnergyScore(c.x).gradient(node))
    second = variance(c, score_function) + gradient(c) ** 2
    rows["second moments without"] = vector(second)
    rows["squares of the gradient"] = vector(gradient(c) ** 2)
    own = as_wide(c)
    rows["as wide as the data, bracket"] = vector(
        variance(own, score_function) * sigma**2 / c.x.size**2
    )
    rows["as wide, with"] = vector(variance(own))
    rows["as wide, ratio"] = vector(variance(own, score_function) / variance(own))
    rows["as many samples"] = rows["as wide, ratio"] * count
    rows["denominator"] = vector(variance(c) / c.x.size**2 * sigma**2)
    far = replace(own, sigma=1e6)
    bounds = variance(replace(far, mu=float(own.x.mean())), score_function) / variance(far)
    rows["what the bound claims"] = vector(variance(c) / c.x.size**2 * sigma**2 * bounds)
    rows["ratio, best baseline"] = vector(
        variance(c, score_function, baseline=best(c)) / variance(c)
    )
    rows["many draws in one"] = vector(variance(c) / c.x.size)
    rows["moments of the noise"] = vector(
        [expectation(ROOTS**2 * (ROOTS**2 - 1) ** 2), expectation((ROOTS**2 - 1) ** 2)]
    )
    rows["root of N"] = vector(count**0.5)
    rows["one part of the spread"] = np.asarray((n["x_i"] - c.x.mean()) ** 2)
    tempered = SquaredErrorWithEntropy(c.x, c.letters["tau"])
    rows["tempered, sample"] = along(tempered.pathwise(node, ROOTS))
    rows["tempered, at a draw"] = at_noise(loss(y) / tempered.unit - np.log(sigma))
    rows["reverse KL, without the entropy"] = vector(kl.gradient(node) + [0, 1 / sigma])
    rows["moments, slope"] = vector(MomentMatching(c.x).gradient(node))
    slopes = energy_slope(c).mean(axis=2, keepdims=True)
    rows["energy score, slope of a sample"] = slopes
    rows["posterior at tau = s"] = at_noise(np.exp(-loss(y) / (2 * square)))
    rows["where entropy stops it"] = vector(SquaredErrorWithEntropy(c.x, 0.5**0.5).optimum().sigma)
    rows["mean of 20"] = vector((square / 20) ** 0.5)
    rows["of y - y'"] = vector(spread(sigma * ROOTS) * 2)
    if "u" in c.letters and "z_i" in c.letters:
        rows["a draw and its neighbor"] = neighbors(c)
        rows["a draw used twice"] = at_noise(
            np.array([MomentMatching(c.x).value(Normal(one, 1e-7)) for one in y])
        )
        rows["its slope at s"] = vector(moved(at_data(c), "sigma", used_twice))
    rows["with, mean square"] = vector(sigma**2 * (variance(c) + gradient(c) ** 2))
    rows["sigma f'"] = at_noise(sigma * n["f'"](y))
    rows["excess"] = vector(excess(c))
    rows["quartic"] = at_noise(QUARTIC(y))
    fitted = SquaredError(own.x)
    rows["as wide, f"] = at_noise(fitted(y))
    rows["as wide, f'"] = at_noise(fitted.derivative(y))
    rows["as wide, samples"] = along(pathwise(fitted, node, ROOTS))
    rows["as wide, weighed"] = along(score_function(fitted, node, ROOTS))
    rows["the same over n sigma"] = rows["as wide, samples"] / (c.x.size * sigma)
    rows["weighed, over n sigma, and 1"] = rows["as wide, weighed"] / (c.x.size * sigma) + 1
    rows["spread of k y"] = vector(spread(k * y) ** 0.5)
    rows["y at -eps"] = at_noise(node.path(-ROOTS))
    rows["y - xbar"] = at_noise(loss.derivative(y) / (2 * c.x.size))
    rows["delta"] = vector(delta)
    rows["from the data"] = (c.mu - n["x_i"]) / sigma
    rows["distance"] = np.asarray(abs(n["y"] - n["x_i"]))
    rows["-eps"] = at_noise(-ROOTS)
    rows["-k sin(ky)"] = at_noise(Cosine(k).derivative(y))
    density = pdf(y, c.mu, sigma)
    rows["f and the slope of p"] = along((weighed(c).T * density).T)
    rows["with a baseline"] = at_noise(loss(y) - c.letters["b"])
    rows["a baseline, for each term"] = vector(c.letters["b"] / c.x.size)
    rows["A"] = vector(delta**2 + square - c.letters["b"] / c.x.size)
    rows["variance without, b, over n^2"] = vector(
        variance(c, score_function, baseline=c.letters["b"]) / c.x.size**2
    )
    for name in ("variance with", "measure valued", "not coupled"):
        rows[f"{name}, over n^2"] = rows[name] / c.x.size**2
    rows["at the data, with"] = vector(closed_form.variance(pathwise, loss, at_s))
    rows["at the data, without"] = vector(closed_form.variance(score_function, loss, at_s))
    rows["the posterior's width"] = rows["tempered, best"] ** 0.5
    rows["unit of the tempered"] = vector(2 * c.letters["tau"] ** 2)
    rows["width of a bump"] = vector((2 * k) ** -0.5)
    rows["slope of E|y|"] = vector(pdf(c.mu / sigma) / sigma)
    rows["the energy score's bound"] = vector(square**2)
    rows["y^2, slope"] = at_noise(quadratic(0).derivative(y))
    rows["(y - k)^2"] = at_noise(quadratic(k)(y))
    rows["y^3"] = at_noise(y**3)
    rows["exp(-k y^2)"] = at_noise(np.exp(-k * y**2))
    return rows


def node_above(c: Case, place: float) -> float:
    return float(stats.norm.sf(place, c.mu, c.sigma))


def delta_power(c: Case, power: int) -> Value:
    return np.asarray((c.node.path(ROOTS) - c.x.mean()) ** power)


def moved_letter(c: Case, letter: str, function: Callable[[float], float]) -> Value:
    return derivative(lambda h: vector(function(c.letters[letter] + h)))


# Names, conditions and definitions: nothing to compute, or computed by the page's own cells.
WORDS: tuple[str, ...] = (
    # conditions
    r"\mu = \bar x",
    r"\sigma = s",
    r"\sigma^2 = s^2",
    r"\sigma > 0",
    r"\epsilon > c",
    r"y > 0",
    r"y > 3",
    r"h \le 1",
    r"a < b",
    r"0 < na < 1",
    r"\sigma < rs",
    r"\sigma = rs",
    r"m > 0",
    r"a > 2s^2",
    r"0 < q < 1",
    r"0 < a_0 \le 0.1",
    r"\epsilon = -\delta/\sigma",
    r"2n\delta = 0",
    r"2n\sigma = 0",
    r"w_i > 0",
    r"\sum_t a_t = \infty",
    r"\sum_t a_t^2 < \infty",
    r"\mu = y^*",
    r"\sigma \to 0",
    r"\log\sigma \to -\infty",
    r"\sigma \approx s",
    r"e = m u",
    r"w' = w",
    r"\mu = \bar x,\ \sigma^2 = \tau^2/n",
    # notation without a value
    r"dy/d\mu",
    r"q_k \to f'(g)\,\partial g/\partial t",
    r"w \to y \to f(y)",
    r"\leftarrow",
    r"\pm",
    r"-\infty",
    r"\partial E f/\partial",
    r"d\sigma/d",
    r"\log\sigma^2",
    r"-\log\sigma",
    r"d\sigma/d(\text{second parameter})",
    r"/(2\tau^2)",
    r"\partial g/\partial\mu",
    r"\partial y/\partial\theta",
    r"\sqrt{\text{variance}/N}",
    r"\sqrt V",
    r"y = \mu + \sigma\sinh t",
    r"(f(y) - b)\,\nabla_\theta\log p(y;\theta)",
    r"E f(y)/u + c(\sigma)",
    r"[f(\mu+\sigma m) - f(\mu+\sigma e)]/\sigma",
    # laws and their names
    r"N(\bar x, \tau^2/n)",
    r"y \sim N(\mu, \sigma^2)",
    r"\epsilon \sim N(0, 1)",
    r"\bar\epsilon \sim N(0, 1/N)",
    r"N(\mu, \sigma^2)",
    r"N(\mu,\sigma^2)",
    r"N(\bar x, s^2)",
    r"N(0, 1)",
    r"N(0, 1/N)",
    r"(0, 1)",
    r"(0,1)",
    r"x_1, \dots, x_n",
    r"x_1, \dots, x_{10}",
    r"\theta = (\mu, \sigma)",
    r"\theta = (\mu, \log\sigma)",
    r"(\mu, \sigma^2)",
    r"(\bar x, s^2)",
    r"t_k \to t_0",
    # definitions of the reader's own losses, nodes, schedules; the cells beside them compute
    r"q(y) = \sum_{j=1}^3 u_j\tanh(w_j\,y + c_j)",
    r"f(y) = \big(q(y) - 1\big)^2",
    r"y_k = \mu_k + \sigma_k\epsilon_k",
    r"y = e^{\mu+\sigma\epsilon}",
    r"y = a + (b-a)u",
    r"g(u, \theta) = -\theta\log u",
    r"y = \mu + \sigma u",
    r"a_t = a_0/(1 + t/T)",
    r"a_t = a_0 q^t",
    r"\theta \leftarrow \theta - a\,\hat\nabla",
    r"v \leftarrow m\,v - a\,\hat\nabla",
    r"\theta \leftarrow \theta + v",
    r"\theta \leftarrow \theta - a_t\,\hat\nabla",
    r"a_t = a_0 / (1 + t/T)",
    r"f(y) = \sum_i w_i (y-x_i)^2",
    r"E\sum_i w_i(y-x_i)^2",
    r"u(\mu, v) = E f(y)",
    r"y = \theta + u",
    r"\mu - a\,\hat\nabla",
    r"\mu + d",
    r"|f(y)| \le C(1+|y|^m)",
    r"p(y;\text{new})/p(y;\text{old})",
    r"E[w^2]",
    r"N/E[w^2]",
    r"c_0 + c_1y + c_2y^2 + \dots",
    r"[c_0, c_1, \dots]",
    r"f_i - \bar f",
    r"(0, \theta)",
    r"p(y; d, \sigma')^2/p(y; 0, \sigma)",
    r"\sigma' = \sqrt2\,\sigma",
    r"\sigma' = \sigma",
    r"\sum_i w_i (y-x_i)^2",
    r"N(y^*, \sigma^2)",
    r"E f(y) \ge f(y^*)",
    r"E f(y) \to f(y^*)",
    r"f(y) - f(y^*) \ge 0",
    r"f(y) - f(y^*)",
    r"N(y^*, \sigma_0^2)",
    r"E f - f(y^*)",
    r"\tau = s",
    r"N(0, 2\sigma^2)",
    r"N(0, v)",
    r"z_i = (\mu-x_i)/\sigma",
    r"\epsilon > -z_i",
    r"N(0,1)",
    r"N(\mu_0, \sigma_0^2)",
    r"\mu = \mu_0",
    r"N(0, \sigma^2+\sigma_0^2)",
    r"\sigma = \sigma_0",
    r"N(3, 2^2)",
    r"-\sum_i w_i\log p(x_i)",
    r"A = v",
    r"\delta^2v",
    r"(y_i - x_i)^2",
    r"f(y) = \sum_i w_i(y - x_i)^2",
    r"1 - w",
    r"\sigma\to0",
    r"\log p = -\log\theta",
    r"(0,\theta)",
    r"\theta\cdot\theta^{-1} = 1",
    r"\frac{d}{d\theta}\int_0^\theta y\,\theta^{-1}dy",
    r"t \ge \sigma_0^2/(na)",
    r"L(u, t) = t^2(\log u)^2",
    r"0 < t < 2\theta",
    r"M(u) = 3\theta(\log u)^2",
    r"|L(u,t) - L(u,\theta)| = |t+\theta|\,|t-\theta|\,(\log u)^2 "
    r"\le 3\theta\,(\log u)^2\,|t-\theta|",
    r"c < \frac12",
    r"c = \frac12",
    r"c > \frac12",
    r"\beta = 0",
    # baselines-and-control-variates: notation, and definitions that the cells compute
    r"\cos y",
    r"\kappa^2",
    r"f^2S^2",
    r"N(N-1)",
    r"1/N",
    r"C = TS",
    r"bS",
    r"f - T",
    r"1 - \rho^2",
    r"\hat b = \sum_i f_iS_i^2/\sum_i S_i^2",
    r"(\epsilon_1, \dots, \epsilon_N)",
    r"a\epsilon + b\epsilon^3",
    # names
    r"\log\sigma",
    r"(\mu, \log\sigma)",
    r"\cos(ky)",
    r"p(y; \theta)",
    r"p(y;\theta)",
    r"E|y|",
    r"E|h|",
    r"\operatorname{Var} f",
    r"f(y)\log p(y;\theta)",
    r"f'(y)\log p",
    r"r\sigma",
    r"rs",
    r"\varphi(z_i)",
    r"\beta > 0",
    r"y-x",
    r"\beta \ne 2",
    r"\beta < 2",
    r"\beta > 2",
    r"\beta = 2",
    r"h = F^2\epsilon",
    r"h = F f'",
    r"\log(1+e^y)",
    r"\log(1+e^{2y})",
    r"k\sigma < 1",
    r"y - t",
    r"f(y) = c + \beta(y - \mu)",
    r"\log(e^{ky} + e^{-ky})",
    r"(y-r)(y-t)(y^2-1)^2 - y^2",
    r"y - r > y - t",
    r"e^{-t(y-t)}",
    r"(y-t)^2",
    r"|y-k|",
    # the proof of the proposition: its own names and bounds
    r"L(\epsilon, t) = f(g(\epsilon, t))",
    r"E|L(\epsilon,t)| < \infty",
    r"g(\epsilon, t_0)",
    r"E\,M(\epsilon) < \infty",
    r"|L(\epsilon,t) - L(\epsilon,t_0)| \le M(\epsilon)\,|t-t_0|",
    r"E[f'(g(\epsilon,t_0))\,\partial g/\partial t]",
    r"q_k(\epsilon) = [L(\epsilon,t_k) - L(\epsilon,t_0)]/(t_k - t_0)",
    r"\lim E q_k = E \lim q_k",
    r"E L(\epsilon,t_k) - E L(\epsilon,t_0)",
    r"|f'(y)| \le C(1+|y|^m)",
    r"C(1 + \lvert y\rvert^m)",
    r"M(\epsilon) = C\,\big(1 + (|\mu| + 2\sigma|\epsilon|)^m\big)\,|\epsilon|",
    r"C\,\big(1+(|\mu| + 1 + \sigma|\epsilon|)^m\big)",
    # the asker's line, which is wrong as it stands
    r"\sigma^2 = (\frac{x_i^2}{n} - \mu^2)",
    *spectrum.WORDS,
    *losing.WORDS,
    *noise.WORDS,
    *dimensions.WORDS,
)
