r"""What the formulas of the chapter many-dimensions are compared with: letters, claims, words.

They are read in two dimensions, whose noises are the two of the reader: that of the component d and
that of the other. Polynomials are differentiated through their Hermite series, which is exact.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from reader import ROOTS, WEIGHTS, Case, Value
from spectrum import axis

from rpt_helpers import CorrelatedNormal, Loss, VectorNormal, pathwise, score_function

OWN, OTHER = ROOTS.reshape(-1, 1, 1, 1), ROOTS.reshape(1, -1, 1, 1)
EPS = np.stack(np.meshgrid(ROOTS, ROOTS, indexing="ij"), axis=-1).reshape(-1, 2)
WEIGHT = np.outer(WEIGHTS, WEIGHTS).ravel()
ORDERS = 20
RHO = 0.6

DISTANCE = Loss(lambda y: (y**2).sum(axis=1), lambda y: 2 * y)
VALLEY = Loss(lambda y: y.sum(axis=1) ** 2, lambda y: 2 * y.sum(axis=1)[:, None] * [1, 1])
TOTAL = Loss(lambda y: y.sum(axis=1), np.ones_like)
CONSTANT = Loss(lambda y: np.full(len(y), 100.0), np.zeros_like)
TWISTED = Loss(
    lambda y: y[:, 0] * y[:, 1] ** 2 + 0.3 * y[:, 0] ** 3 - y[:, 1],
    lambda y: np.stack([y[:, 1] ** 2 + 0.9 * y[:, 0] ** 2, 2 * y[:, 0] * y[:, 1] - 1], axis=1),
)


def along(scale: float) -> Callable[[Value], Value]:
    """The derivative in a draw whose own noise has the factor `scale`."""
    h = np.array([axis(k).ravel() for k in range(ORDERS)])

    def derivative(values: Value) -> Value:
        values = np.broadcast_to(values, np.broadcast_shapes(values.shape, OWN.shape))
        bars = np.tensordot(h * WEIGHTS, values, axes=1)
        roots = np.sqrt(np.arange(1, ORDERS)).reshape(-1, 1, 1, 1)
        return np.tensordot(h[:-1].T, roots * bars[1:], axes=1) / scale

    return derivative


def world(c: Case, f: Value, *, sigma: float, scale: float | None = None, **letters: Any) -> Case:
    """Two dimensions, with a loss at each pair of noises."""
    move = along(sigma if scale is None else scale)
    own = {"D": 2.0, "epsilon_d": OWN, "epsilon_i": OTHER, "sigma_d": sigma, "f": f}
    own |= {"F": f - c.letters["b"], "partial_d": move, "partial_1": move, **letters}
    return replace(c, sigma=sigma, letters={**c.letters, **own})


def letters(c: Case) -> dict[str, Any]:
    """A loss that is no sum."""
    a, b = 0.4 + c.sigma * OWN, -0.2 + 1.2 * OTHER
    return {**world(c, a * b**2 + 0.3 * a**3 - b, sigma=c.sigma).letters}


def best(c: Case) -> Case:
    """The squared distance at the best point."""
    s = c.sigma
    rest, own = s**2 * OTHER**2, s * OWN
    return world(c, own**2 + rest, sigma=s, R=rest, y_d=own)


def valley(c: Case) -> Case:
    return world(c, (OWN + OTHER) ** 2, sigma=1.0)


def survey(c: Case) -> Case:
    total = 1 + c.sigma * (OWN + OTHER)
    return replace(world(c, total, sigma=c.sigma), letters={**c.letters, "D": 2.0, "F": total})


def ridge(c: Case) -> Case:
    """Two correlated draws of variance 1: the first has a noise of its own beside the second's."""
    left = (1 - RHO**2) ** 0.5
    first = RHO * OTHER + left * OWN
    return world(c, first**2 + OTHER**2, sigma=1.0, scale=left, rho=RHO)


def away(c: Case) -> Case:
    """The squared distance at mu_d = delta and sigma_d = 1."""
    here = c.names["delta"]
    return world(c, (here + OWN) ** 2 + (here + OTHER) ** 2, sigma=1.0, delta=here)


def from_afar(b_is_mean: bool) -> Callable[[Case], float]:
    """The variance of the score function there."""

    def variance(c: Case) -> float:
        node = pair(1.0, float(c.names["delta"]))
        mean = float(WEIGHT @ DISTANCE(node.path(EPS)))
        return spread(score_function, DISTANCE, node, 0, baseline=mean * b_is_mean)

    return variance


def spread(estimator: Any, loss: Loss, node: Any, dial: int, **options: Any) -> float:
    """The variance of the samples over the grid."""
    samples = estimator(loss, node, EPS, **options)[:, dial]
    return float(WEIGHT @ samples**2 - (WEIGHT @ samples) ** 2)


def pair(sigma: float = 1.0, mu: float = 0.0) -> VectorNormal:
    return VectorNormal([mu, mu], [sigma, sigma])


def ratio(loss: Loss, dial: int = 0, b: float = 0.0) -> float:
    score = spread(score_function, loss, pair(), dial, baseline=b)
    return score / spread(pathwise, loss, pair(), dial)


def is_number(where: Callable[[Case], Case], compute: Callable[[Case], Any]) -> Any:
    """What a formula is, read there."""
    return lambda c: (where(c), np.reshape(compute(where(c)), (1, 1, 1, 1)))


def lead(node: Any, dial: int = 0) -> Callable[[Case], float]:
    return lambda c: (
        spread(score_function, TWISTED, node(c), dial, baseline=c.letters["b"])
        - spread(pathwise, TWISTED, node(c), dial)
    )


def crooked(c: Case) -> VectorNormal:
    """The node of `letters`."""
    return VectorNormal([0.4, -0.2], [c.sigma, 1.2])


def plain(c: Case) -> Case:
    return c


def identity_of_correlated_draws(c: Case) -> bool:
    """In both means, for a loss that is no sum."""
    node, b = CorrelatedNormal([0.4, -0.2], [[1.1, 0.0], [-0.7, 0.5]]), c.letters["b"]
    y = node.path(EPS)
    bend = np.stack([1.8 * y[:, 0], 2 * y[:, 0]], axis=1)
    inverse = np.linalg.inv(node.factor @ node.factor.T)
    whole, slope = TWISTED(y) - b, TWISTED.derivative(y)
    right = np.diag(inverse) * (WEIGHT @ whole**2)
    right = right + WEIGHT @ slope**2 + 2 * WEIGHT @ (whole[:, None] * bend)
    left = [lead(lambda _: node, dial)(c) for dial in (0, 1)]
    return bool(np.allclose(left, right, rtol=1e-9))


def itemized(c: Case) -> bool:
    """What another term adds: its variance over sigma_d^2, with the mean as the baseline."""
    cube = Loss(lambda y: y**3 - y, lambda y: 3 * y**2 - 1)
    node = VectorNormal([0.4, -0.2], [c.sigma, 1.2])

    def samples(other: float) -> float:
        loss = Loss(lambda y: y[:, 0] ** 2 + other * cube(y[:, 1]), lambda y: y)
        return spread(score_function, loss, node, 0, baseline=WEIGHT @ loss(node.path(EPS)))

    term = cube(node.path(EPS)[:, 1])
    scatter = WEIGHT @ term**2 - (WEIGHT @ term) ** 2
    return bool(np.isclose(samples(1.0) - samples(0.0), scatter / c.sigma**2, rtol=1e-9))


def price_of_no_baseline(c: Case) -> bool:
    """What the mean takes away: its square, and its product with a curvature, which is 2 here."""
    node = VectorNormal([0.4, -0.2], [c.sigma, 1.2])
    mean = WEIGHT @ DISTANCE(node.path(EPS))
    none, with_mean = (
        spread(score_function, DISTANCE, node, 0, baseline=b) for b in (0.0, float(mean))
    )
    return bool(np.isclose(none - with_mean, mean**2 / c.sigma**2 + 2 * mean * 2, rtol=1e-9))


def squares_of_a_pair(c: Case) -> bool:
    y = CorrelatedNormal([0, 0], [[1.1, 0.0], [-0.7, 0.5]]).path(EPS)
    together = WEIGHT @ (y[:, 0] * y[:, 1]) ** 2 - WEIGHT @ y[:, 0] ** 2 * (WEIGHT @ y[:, 1] ** 2)
    return bool(np.isclose(together, 2 * (WEIGHT @ (y[:, 0] * y[:, 1])) ** 2))


def entries(c: Case) -> bool:
    """The path of a correlated Normal in a mean."""
    low, high = (CorrelatedNormal([mu, 0.2], [[1.1, 0.0], [0.6, 0.8]]) for mu in (0.3, 1.3))
    return bool(np.allclose(high.path(EPS) - low.path(EPS), [1, 0]))


WITHOUT_MINUS_WITH = (
    r"\operatorname{Var}_{\text{score function}} - \operatorname{Var}_{\text{pathwise}}"
)
CORRELATED = (
    rf"{WITHOUT_MINUS_WITH} = (\Sigma^{{-1}})_{{dd}}\,E[F^2] + E[(\partial_d f)^2] "
    r"+ 2E[F\,\partial_d^2 f]"
)

CLAIMS: dict[str, Callable[[Case], Any]] = {
    **dict.fromkeys(
        (
            r"f = \sigma^2\epsilon_d^2 + R",
            r"E R = (D-1)\,\sigma^2",
            r"E[R^2] = (D-1)(D+1)\,\sigma^4",
            r"\frac{1}{\sigma^2}E\big[(\sigma^2\epsilon_d^2 + R)^2\epsilon_d^2\big] = "
            r"\sigma^2\big[15 + 6(D-1) + (D-1)(D+1)\big] = (D+2)(D+4)\,\sigma^2",
        ),
        best,
    ),
    r"2\sigma^4": is_number(best, lambda c: c.sigma**4 * (WEIGHTS @ ROOTS**4 - 1)),
    r"2(D-1)\sigma^4": is_number(best, lambda c: c.sigma**4 * (WEIGHTS @ ROOTS**4 - 1)),
    r"2y_d": lambda c: (best(c), pathwise_samples(c)),
    r"f\epsilon_d/\sigma": lambda c: (best(c), score_samples(c)),
    r"\frac{D+2}{2}": is_number(best, lambda c: ratio(DISTANCE, 0, 4.0)),
    r"\frac{D+5}{2}": is_number(best, lambda c: ratio(DISTANCE, 2, 6.0)),
    r"(D+2)/2": is_number(best, lambda c: ratio(DISTANCE, 0, 4.0)),
    r"\frac{(D+2)(D+4)}{4}": is_number(best, lambda c: ratio(DISTANCE)),
    r"(D+2)(D+4)/4": is_number(best, lambda c: ratio(DISTANCE)),
    r"(D+2)(D+4)/15": is_number(
        best, lambda c: spread(score_function, DISTANCE, pair(), 0) / (WEIGHTS @ ROOTS**6)
    ),
    r"(D+4)/2": is_number(best, lambda c: ratio(DISTANCE, 0, 2.0)),
    r"D/(2(N-1))": is_number(
        best, lambda c: float(WEIGHT @ (DISTANCE(EPS) - 2) ** 2) / (c.letters["N"] - 1) / 4
    ),
    rf"{WITHOUT_MINUS_WITH} = \frac{{E[F^2]}}{{\sigma_d^2}} + E[(\partial_d f)^2] "
    r"+ 2E[F\,\partial_d^2 f]": is_number(plain, lead(crooked)),
    r"E[F^2\epsilon_d^2]/\sigma_d^2 - E[(\partial_d f)^2]": is_number(plain, lead(crooked)),
    r"\frac{1}{\sigma_d^2}\sum_{i \ne d}\operatorname{Var} f_i": itemized,
    r"(E f)^2/\sigma_d^2 + 2E f\,E[\partial_d^2 f]": price_of_no_baseline,
    r"E[f^2] = 3D^2": valley,
    r"E[(\partial_d f)^2] = 4D": valley,
    r"E[f\,\partial_d^2 f] = 2D": valley,
    r"3D^2 + 12D": is_number(valley, lambda c: spread(score_function, VALLEY, pair(), 0)),
    r"4D": is_number(valley, lambda c: spread(pathwise, VALLEY, pair(), 0)),
    r"\frac{3D+12}{4}": is_number(valley, lambda c: ratio(VALLEY)),
    r"\frac{2\cdot100^2}{\sigma^2}": is_number(
        best, lambda c: spread(score_function, CONSTANT, pair(c.sigma), 2)
    ),
    r"\frac{D^2}{2\sigma^2} + 2D + 8": is_number(
        best, lambda c: spread(score_function, TOTAL, pair(c.sigma, 0.5), 2)
    ),
    r"2E[F^2] = \frac12D^2 + 2D\sigma^2": survey,
    r"7\sigma^2": is_number(best, lambda c: c.sigma**2 * (6 + WEIGHTS @ ROOTS**2)),
    r"\partial y_i/\partial\mu_i = 1": entries,
    r"E[f^2] = 8 + 4\rho^2": ridge,
    r"E[(\partial_1 f)^2] = 4": ridge,
    r"E[f\,\partial_1^2 f] = 4": ridge,
    r"\frac{8 + 4\rho^2}{1 - \rho^2} + 16 = 12 + \frac{12}{1 - \rho^2}": is_number(
        ridge,
        lambda c: spread(
            score_function, DISTANCE, CorrelatedNormal([0, 0], [[1.0, 0.0], [RHO, 0.8]]), 0
        ),
    ),
    CORRELATED: identity_of_correlated_draws,
    r"\operatorname{Cov}[y_i^2, y_j^2] = 2c^2": squares_of_a_pair,
    r"E[f^2] = D^2(\delta^2+1)^2 + D(4\delta^2+2)": away,
    r"4(\delta^2+1)": is_number(away, lambda c: float(WEIGHTS @ (4 * terms_of(c)))),
    r"2D(\delta^2+1)": is_number(away, lambda c: float(WEIGHTS @ (4 * terms_of(c)))),
    r"D^2(\delta^2+1)^2 + D(8\delta^2+6) + 4\delta^2 + 8": is_number(away, from_afar(False)),
    r"D(4\delta^2+2) + 4\delta^2 + 8": is_number(away, from_afar(True)),
    r"\delta^4 + 14\delta^2 + 15": is_number(
        plain,
        lambda c: float(
            WEIGHTS @ (terms_of(c) * ROOTS) ** 2 - (WEIGHTS @ (terms_of(c) * ROOTS)) ** 2
        ),
    ),
    r"\delta^2+1": is_number(plain, lambda c: float(WEIGHTS @ terms_of(c))),
    r"4\delta^2+2": is_number(
        plain, lambda c: float(WEIGHTS @ terms_of(c) ** 2 - (WEIGHTS @ terms_of(c)) ** 2)
    ),
}


def terms_of(c: Case) -> Value:
    """One term of the squared distance, away from the best point."""
    return np.square(c.names["delta"] + ROOTS)


def pathwise_samples(c: Case) -> Value:
    return pathwise(DISTANCE, pair(c.sigma), np.stack([ROOTS, ROOTS], 1))[:, 0].reshape(-1, 1, 1, 1)


def score_samples(c: Case) -> Value:
    samples = score_function(DISTANCE, pair(c.sigma), EPS)[:, 0]
    return samples.reshape(ROOTS.size, ROOTS.size, 1, 1)


WORDS: tuple[str, ...] = (
    # the losses and nodes of the chapter, which its cells compute
    r"f(y) = \sum_d y_d^2",
    r"f = \sum_d y_d^2",
    r"\sum_d y_d^2",
    r"f = \sum_d f_d(y_d)",
    r"-\cos(y_1 + 2y_2)",
    r"(y_1 + \dots + y_D)^2",
    r"\cos(2y_1 + \dots + 2y_D)",
    r"2\sum_i y_i",
    r"f = \sum_d y_d",
    r"\sum_d y_d^4",
    r"y_1^2 + y_2^2",
    r"(a_1y_1 + a_2y_2)^2",
    r"y = L\epsilon",
    # definitions, conditions and lists
    r"y_1, \dots, y_{100}",
    r"d = 1, \dots, D",
    r"\sigma_d = \sigma",
    r"\mu_d = \frac12",
    r"\mu_d = \delta",
    r"F = f - b",
    r"F_d = f_d - E f_d",
    r"\Sigma = LL^\top",
    r"\rho \ne 0",
    # parts of what is computed
    r"D - 1",
    r"D + 2",
    r"D/2",
    r"2D",
    r"E[F^2]",
    r"E[F^2]/\sigma_d^2",
    r"1/\sigma_d^2",
    r"(\Sigma^{-1})_{dd}",
    r"\epsilon_d/\sigma_d",
    r"\epsilon_d^2 - 1",
    r"E f",
    r"\partial_d f",
    r"\partial_d^2 f",
    r"\partial_1^2 f",
    r"E[(\partial_d f)^2]",
    r"E[f\,\partial_d^2f]",
    r"f_d\,\epsilon_d^2",
    r"(F_d + R)\,\epsilon_d",
    r"\sigma^2(\epsilon_i^2-1)",
    r"\sigma^2\epsilon_i^2",
    r"(D-1)\sigma^2",
    # how it grows
    r"D^2\delta^4/4",
    r"(D+1)\,\delta^2",
)
