"""Checks of arguments: each returns the value in its working type or raises a ValueError that names it."""

from collections.abc import Iterable
from contextlib import suppress
from numbers import Integral, Real
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def reject(name: str, value: object, allowed: str) -> NoReturn:
    """Raise the one kind of error that this library has for bad input."""
    raise ValueError(f"{name} must be {allowed}, got {value!r}")


def _real(value: object) -> float:
    """Return a real number as a float and anything else, a bool or a number too large for a float, as NaN."""
    if isinstance(value, Real) and not isinstance(value, bool):
        with suppress(OverflowError):
            return float(value)
    return np.nan


def finite_number(name: str, value: object) -> float:
    """Return `value` as a float if it is a finite real number (a bool is not one)."""
    number = _real(value)
    if np.isfinite(number):
        return number
    reject(name, value, "a finite real number")


def positive_number(name: str, value: object) -> float:
    """Return `value` as a float if it is a finite number > 0."""
    number = _real(value)
    if 0 < number < np.inf:
        return number
    reject(name, value, "a finite number > 0")


def whole_number(name: str, value: object, minimum: int) -> int:
    """Return `value` as an int if it is a whole number >= `minimum`."""
    if isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= minimum:
        return int(value)
    reject(name, value, f"a whole number >= {minimum}")


def one_of(name: str, value: object, allowed: Iterable[str]) -> None:
    """Pass if `value` is one of the strings `allowed`."""
    choices = list(allowed)
    if not (isinstance(value, str) and value in choices):
        reject(name, value, "one of " + ", ".join(map(repr, choices)))


def real_array(name: str, value: ArrayLike) -> FloatArray:
    """Return `value` as a float array of any shape if it holds real numbers (NaN included)."""
    try:
        array = np.asarray(value)
    except ValueError:  # a ragged list
        reject(name, value, "an array of real numbers")
    # numpy would count a masked entry as valid, and a True beside numbers as 1.
    has_bool = isinstance(value, (list, tuple)) and any(
        isinstance(entry, (bool, np.bool_)) for entry in np.asarray(value, object).flat
    )
    if array.dtype.kind not in "iuf" or has_bool or np.ma.is_masked(value):
        reject(name, value, "an array of real numbers")
    return array.astype(np.float64, copy=False)


def sample_array(name: str, value: ArrayLike, minimum: int = 1) -> FloatArray:
    """Return `value` as a one-dimensional array of at least `minimum` finite floats."""
    array = real_array(name, value)
    if array.ndim != 1 or array.size < minimum:
        reject(name, f"shape {array.shape}", f"one-dimensional with at least {minimum} value(s)")
    if not np.isfinite(array).all():
        position = int(np.flatnonzero(~np.isfinite(array))[0])
        reject(f"{name}[{position}]", float(array[position]), "finite")
    return array


def generator(name: str, value: object) -> np.random.Generator:
    """Return `value` if it is a numpy Generator."""
    if isinstance(value, np.random.Generator):
        return value
    reject(name, value, "a numpy.random.Generator such as np.random.default_rng(1)")
