"""Checks of arguments: each returns the value in its working type or names it in a ValueError."""

from __future__ import annotations  # numpy.random is imported by who uses it

import math
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
    """Return a real number as a float; NaN for all else: a bool, a number too large for a float."""
    if type(value) is float:  # nearly always, and the abstract class is slow
        return value
    if isinstance(value, Real) and not isinstance(value, bool):
        with suppress(OverflowError):
            return float(value)
    return math.nan


def finite_number(name: str, value: object) -> float:
    """Return `value` as a float if it is a finite real number (a bool is not one)."""
    number = _real(value)
    if math.isfinite(number):
        return number
    reject(name, value, "a finite real number")


def positive_number(name: str, value: object) -> float:
    """Return `value` as a float if it is a finite number > 0."""
    number = _real(value)
    if 0 < number < math.inf:
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
    if type(value) is np.ndarray and value.dtype == np.float64:  # nearly always
        return value
    if type(value) is float:
        return np.array(value)
    try:
        array = np.asarray(value)
    except ValueError:  # a ragged list
        reject(name, value, "an array of real numbers")
    # numpy would count a masked entry as valid, and a True beside numbers as 1.
    has_bool = isinstance(value, (list, tuple)) and any(
        isinstance(entry, (bool, np.bool_)) for entry in np.asarray(value, object).flat
    )
    if array.dtype == object and array.size and all(math.isfinite(_real(v)) for v in array.flat):
        array = array.astype(np.float64)  # fractions, whole numbers too large for int64
    if array.dtype.kind not in "iuf" or has_bool or np.ma.is_masked(value):
        reject(name, value, "an array of real numbers")
    return array.astype(np.float64, copy=False)


def draws(name: str, value: ArrayLike) -> FloatArray:
    """Return `value` as an array of finite floats with one draw, or more, along its first axis."""
    array = real_array(name, value)
    if array.ndim == 0 or array.size == 0:
        reject(name, f"shape {array.shape}", "an array of draws, shape (n, ...) with n >= 1")
    if not np.isfinite(array).all():
        position = tuple(map(int, np.argwhere(~np.isfinite(array))[0]))
        reject(f"{name}[{', '.join(map(str, position))}]", float(array[position]), "finite")
    return array


def sample_array(name: str, value: ArrayLike) -> FloatArray:
    """Return `value` as a one-dimensional array of at least one finite float."""
    array = real_array(name, value)
    if array.ndim != 1 or array.size == 0:
        reject(name, f"shape {array.shape}", "one-dimensional with at least 1 value")
    return draws(name, array)


def one_each(name: str, value: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """Return `value` as a float array if it has `shape`, that of the draws it was computed from."""
    array = real_array(name, value)
    if array.shape != shape:
        reject(name, f"shape {array.shape}", f"one number for each y, shape {shape}")
    return array


def generator(name: str, value: object) -> np.random.Generator:
    """Return `value` if it is a numpy Generator."""
    if isinstance(value, np.random.Generator):
        return value
    reject(name, value, "a numpy.random.Generator such as np.random.default_rng(1)")
