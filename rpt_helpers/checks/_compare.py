"""What several checks share."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._arguments import FloatArray
from ._registry import Hints

_ORDINALS = ("the first component", "the second component", "the third component")


def compare(
    answer: ArrayLike,
    expected: ArrayLike,
    where: str,
    names: Sequence[str] = (),
    rtol: float = 1e-5,
) -> str | None:
    """Return a hint on how `answer` differs from `expected`, or None if they agree.

    The expected numbers stay out of the hint. `names` are those of the components.
    """
    got, wanted = _real(answer), np.asarray(expected, dtype=float)
    if got.shape == (*wanted.shape, 1):  # a column, as of a matrix
        got = got[..., 0]
    if got.shape != wanted.shape:
        return f"{where} the shape is {got.shape}, expected {wanted.shape}"
    if np.isnan(got).any():
        return f"{where} the answer holds NaN"
    atol = rtol * np.abs(wanted).max()
    if np.allclose(got, wanted, rtol=rtol, atol=atol):
        return None
    if np.allclose(got, -wanted, rtol=rtol, atol=atol):
        return f"{where} the sign is flipped"
    wrong = ~np.isclose(got, wanted, rtol=rtol, atol=atol)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (got / wanted)[wrong]
    which = f"{where} {_which(wrong, names)}"
    if np.abs(ratio - 1).max() < 1e-3:
        return f"{which} nearly right, with a relative error of {np.abs(ratio - 1).max():.0e}"
    if np.isfinite(ratio).all() and np.allclose(ratio, ratio[0], rtol=rtol):
        return f"{which} off by the factor {ratio[0]:.4g}"
    return f"{which} wrong"


def _real(answer: ArrayLike) -> FloatArray:
    """Return numbers of any kind as an array: those of a map, of sympy, or with no imaginary part.

    Raises
    ------
    TypeError, ValueError
        If they are no real numbers.
    """
    values = np.asarray(list(answer) if isinstance(answer, Iterator) else answer)
    if np.iscomplexobj(values) and not values.imag.any():
        values = values.real
    return values.astype(float, casting="unsafe" if values.dtype == object else "same_kind")


def _which(wrong: NDArray[np.bool_], names: Sequence[str]) -> str:
    """Say which components are wrong, with the verb."""
    if wrong.ndim == 0:
        return "the value is"
    if wrong.all():
        return "every value is"
    labels = [f"component {number} ({name})" for number, name in enumerate(names, 1)] or _ORDINALS
    count, verb = wrong.sum(), "is" if wrong.sum() == 1 else "are"
    if wrong.ndim > 1 or wrong.size > len(labels):
        return f"{count} of {wrong.size} values {verb}"
    found = [label for label, bad in zip(labels, wrong, strict=False) if bad]
    return f"{' and '.join(found)} {verb}"


def compare_samples(
    answer: ArrayLike, expected: FloatArray, where: str, names: Sequence[str]
) -> Hints:
    """Yield a hint for each column of an answer with a row for each draw."""
    got, (draws, _) = np.asarray(answer), expected.shape
    if got.shape != expected.shape:
        yield f"{where} the shape for {draws} draws is {got.shape}, expected {expected.shape}"
    for name, column, wanted in zip(names, got.T, expected.T, strict=True):
        yield compare(column, wanted, f"{where} in {name},")


def differences(function: Callable[..., ArrayLike], *at: float, step: float = 1e-5) -> FloatArray:
    """Return the derivative of `function` in each of its arguments, along a last axis.

    They are central differences, so that a check holds no formula.
    """
    rises = [
        np.subtract(function(*np.add(at, move)), function(*np.subtract(at, move)))
        for move in step * np.eye(len(at))
    ]
    return np.stack(rises, axis=-1) / (2 * step)
