"""Checks of the chapter where-is-sigma."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from .. import quadrature
from .._arguments import FloatArray
from ..losses import SquaredError
from ..nodes import Normal
from ..objectives import EnergyScore, NegativeLogLikelihood, SquaredErrorWithEntropy
from ._compare import compare, differences
from ._registry import Hints, claim, question

X = np.array([1.0, 2.0, 6.0])
VAGUE = 1e6
NAMES = ("mu", "sigma")


@question("where-is-sigma-weighted-fit")
def weighted_fit(answer: Callable[..., ArrayLike]) -> Hints:
    """Whole-number weights repeat the data; for others the point is stationary."""
    for counts in ([1, 1, 1], [2, 1, 4]):
        repeated = NegativeLogLikelihood(np.repeat(X, counts)).optimum().parameters
        got = answer(X, np.array(counts, dtype=float))
        yield compare(got, repeated, f"with the weights {counts}", NAMES)
    w = np.array([0.3, 0.1, 0.4])

    def value(mu: float, sigma: float) -> float:
        return float(-w @ Normal(mu, sigma).log_prob(X))

    yield from _stationary(value, answer(X, w), "with the weights 0.3, 0.1, 0.4")


@question("where-is-sigma-posterior-with-prior")
def posterior_with_prior(answer: Callable[..., ArrayLike]) -> Hints:
    """A vague prior changes nothing; with any other the gradient of the objective is zero."""
    without = SquaredErrorWithEntropy(X, 2.0).optimum().parameters
    yield compare(answer(X, 2.0, 0.0, VAGUE), without, "with a very vague prior", NAMES)
    for tau, m, r in ((1.0, -2.0, 0.5), (3.0, 5.0, 2.0)):
        where = f"with tau = {tau}, m = {m}, r = {r}"
        yield from _stationary(partial(_objective, tau, m, r), answer(X, tau, m, r), where)


def _objective(tau: float, m: float, r: float, mu: float, sigma: float) -> float:
    """Squared error minus entropy, with a Normal prior on the mean."""
    loss = SquaredError(X)

    def pointwise(y: FloatArray) -> FloatArray:
        return loss(y) / (2 * tau**2) + (y - m) ** 2 / (2 * r**2)

    return quadrature.expected_loss(pointwise, Normal(mu, sigma)) - float(np.log(sigma))


@claim("where-is-sigma-energy-above")
def energy_above(*numbers: float) -> Hints:
    """The energy score's sigma exceeds s by a fifth, as only two groups far apart let it."""
    x = np.array(numbers)
    if not 3 <= x.size <= 20:
        yield f"3 to 20 numbers are asked for, got {x.size}"
    if np.ptp(x) == 0:
        yield "the numbers must not all be equal"
    energy, s = EnergyScore(x).optimum().sigma, x.std()
    if energy < 1.2 * s:
        yield f"there the energy score has sigma = {energy:.4f} and s = {s:.4f}"


def _stationary(objective: Callable[[float, float], float], answer: ArrayLike, where: str) -> Hints:
    """Yield a hint on a parameter in which the objective still has a slope."""
    point = np.asarray(answer, dtype=float)
    if point.shape != (2,):
        yield f"{where} the shape is {point.shape}, expected (2,)"
    if not point[1] > 0:
        yield f"{where} sigma is not positive"
    for name, slope in zip(NAMES, differences(objective, *point), strict=True):
        if abs(slope) > 1e-5:
            turn = "smaller" if slope > 0 else "larger"
            yield f"{where} the objective is not stationary in {name}: a {turn} {name} lowers it"
