"""What several checks share."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .. import quadrature
from .._arguments import FloatArray
from ..nodes import Normal, Parameterization


def compare(answer: ArrayLike, expected: ArrayLike, where: str, rtol: float = 1e-5) -> str | None:
    """Return a hint on how `answer` differs from `expected`, or None if they agree.

    The expected numbers stay out of the hint.
    """
    got, wanted = np.asarray(answer, dtype=float), np.asarray(expected, dtype=float)
    if got.shape != wanted.shape:
        return f"{where} the shape is {got.shape}, expected {wanted.shape}"
    if np.isnan(got).any():
        return f"{where} the answer holds NaN"
    scale = np.abs(wanted).max()
    if np.allclose(got, wanted, rtol=rtol, atol=rtol * scale):
        return None
    if np.allclose(got, -wanted, rtol=rtol, atol=rtol * scale):
        return f"{where} the sign is flipped"
    wrong = np.flatnonzero(~np.isclose(got, wanted, rtol=rtol, atol=rtol * scale))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.ravel(got / wanted)[wrong]
    which = f"{where} " + ("the value" if wanted.ndim == 0 else f"component {', '.join(str(i + 1) for i in wrong)}")
    if np.isfinite(ratio).all() and np.allclose(ratio, ratio[0], rtol=rtol):
        return f"{which} is off by the factor {ratio[0]:.4g}"
    return f"{which} is wrong"


def gradient_by_differences(
    loss: Callable[[FloatArray], FloatArray], normal: Normal, wrt: Parameterization = "sigma", step: float = 1e-4
) -> FloatArray:
    """Gradient of the expected loss by central differences of an exact expectation, shape (2,)."""
    center = normal.parameters(wrt)

    def expected(parameters: FloatArray) -> float:
        return float(quadrature.expectation(loss, Normal.from_parameters(parameters, wrt)))

    moves = step * np.eye(2)
    return np.array([(expected(center + move) - expected(center - move)) / (2 * step) for move in moves])
