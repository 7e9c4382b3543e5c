"""Checks of the chapter where-is-sigma."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .._arguments import FloatArray
from ..nodes import Normal
from ..losses import SquaredError
from ..objectives import EnergyScore, NegativeLogLikelihood, SquaredErrorWithEntropy
from ._registry import question
from ._compare import compare, gradient_by_differences

X = np.array([1.0, 2.0, 6.0])
VAGUE = 1e6


@question("where-is-sigma-weighted-fit")
def weighted_fit(answer: Callable[..., ArrayLike]) -> str | None:
    """Whole-number weights repeat the data; for other weights the point is stationary, whatever their sum."""
    for counts in ([1, 1, 1], [2, 1, 4]):
        repeated = NegativeLogLikelihood(np.repeat(X, counts)).optimum().parameters()
        if hint := compare(answer(X, np.array(counts, dtype=float)), repeated, f"with the weights {counts}"):
            return hint
    w = np.array([0.3, 0.1, 0.4])

    def value(parameters: FloatArray) -> float:
        return float(-w @ Normal.from_parameters(parameters).log_prob(X))

    point, moves = np.asarray(answer(X, w), dtype=float), 1e-5 * np.eye(2)
    slopes = [(value(point + move) - value(point - move)) / 2e-5 for move in moves]
    return _stationary(slopes, "with the weights 0.3, 0.1, 0.4")


@question("where-is-sigma-posterior-with-prior")
def posterior_with_prior(answer: Callable[..., ArrayLike]) -> str | None:
    """A vague prior changes nothing; with any other the gradient of the objective is zero."""
    without = SquaredErrorWithEntropy(X, 2.0).optimum().parameters()
    if hint := compare(answer(X, 2.0, 0.0, VAGUE), without, "with a very vague prior"):
        return hint
    loss = SquaredError(X)
    for tau, m, r in ((1.0, -2.0, 0.5), (3.0, 5.0, 2.0)):
        normal = Normal.from_parameters(answer(X, tau, m, r))
        pointwise = gradient_by_differences(
            lambda y, tau=tau, m=m, r=r: loss(y) / (2 * tau**2) + (y - m) ** 2 / (2 * r**2),  # type: ignore[misc]
            normal,
        )
        slopes = pointwise - [0, 1 / normal.sigma]
        if hint := _stationary(slopes, f"with tau = {tau}, m = {m}, r = {r}"):
            return hint
    return None


@question("where-is-sigma-energy-above")
def energy_above(answer: Sequence[float]) -> str | None:
    """The energy score's sigma exceeds s by one percent."""
    x = np.asarray(answer, dtype=float)
    if not 3 <= x.size <= 20:
        return f"3 to 20 numbers are asked for, got {x.size}"
    energy, s = EnergyScore(x).optimum().sigma, x.std()
    return None if energy >= 1.01 * s else f"there the energy score has sigma = {energy:.4f} and s = {s:.4f}"


def _stationary(slopes: ArrayLike, where: str) -> str | None:
    """Return a hint on the first parameter in which the objective still has a slope."""
    for name, slope in zip(("mu", "sigma"), np.asarray(slopes), strict=True):
        if abs(slope) > 1e-5:
            turn = "smaller" if slope > 0 else "larger"
            return f"{where} the objective is not stationary in {name}: a {turn} {name} lowers it"
    return None
