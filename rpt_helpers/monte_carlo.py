"""An estimator over many samples, in constant memory, on one core or many."""

from __future__ import annotations  # what only annotations name is not imported

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ._arguments import FloatArray, generator, real_array, reject, whole_number
from .losses import DifferentiableLoss
from .nodes import Node, stochastic

if TYPE_CHECKING:
    from concurrent.futures import Executor

CHUNK = 32_000
"""Samples held at once: few enough for the cache, enough to make a call's overhead small."""

STREAMS = 64
"""Independent streams of noise that an executor's workers share, whoever gets which."""

Noise = Callable[["np.random.Generator", int], FloatArray]
"""``noise(rng, n)`` draws n values; ``noise.block`` of them in a row depend on each other."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """A Monte Carlo estimate of a gradient in p parameters.

    Attributes
    ----------
    mean : ndarray, shape (p,)
        The estimated gradient.
    variance : ndarray, shape (p,)
        Sample variance of one sample's gradient. Where the draws come in groups (antithetic pairs,
        Sobol points) it is that of a group's mean times the size of the group.
    standard_error : ndarray, shape (p,)
        Of the mean: ``sqrt(variance / n_samples)``. From few samples of a skewed gradient it is
        usually too small.
    n_samples : int
        How many samples.
    """

    mean: FloatArray
    variance: FloatArray
    standard_error: FloatArray
    n_samples: int


@dataclass(frozen=True)
class Antithetic:
    """Standard Normal noise in pairs eps, -eps: shape (n,), or (n, dimensions)."""

    dimensions: int | None = None
    block = 2

    def __post_init__(self) -> None:
        if self.dimensions is not None:
            whole_number("dimensions", self.dimensions, minimum=1)

    def __call__(self, rng: np.random.Generator, n: int) -> FloatArray:
        """Draw n values, an even number."""
        shape = () if self.dimensions is None else (self.dimensions,)
        half = rng.standard_normal((n // 2, *shape))
        return np.stack([half, -half], axis=1).reshape(n, *shape)


@dataclass(frozen=True)
class Sobol:
    """Standard Normal noise from scrambled Sobol sets of `points` points, by the inverse CDF.

    Shape (n,), or (n, dimensions). `points` is a power of 2; every set is scrambled anew, which
    makes its mean unbiased. At least 2 sets are needed for a standard error, 30 for a good one.
    """

    points: int
    dimensions: int | None = None

    def __post_init__(self) -> None:
        points = whole_number("points", self.points, minimum=2)
        if points & (points - 1):
            reject("points", points, "a power of 2")
        if self.dimensions is not None:
            whole_number("dimensions", self.dimensions, minimum=1)

    @property
    def block(self) -> int:
        """How many draws depend on each other."""
        return self.points

    def __call__(self, rng: np.random.Generator, n: int) -> FloatArray:
        """Draw n values, a multiple of `points`."""
        from scipy.stats import qmc  # slow to import

        d = self.dimensions or 1
        sets = [
            qmc.MultivariateNormalQMC(np.zeros(d), engine=qmc.Sobol(d, rng=rng)).random(self.points)
            for _ in range(n // self.points)
        ]
        eps = np.concatenate(sets)
        return eps[:, 0] if self.dimensions is None else eps


def estimate(
    estimator: Callable[..., FloatArray],
    loss: DifferentiableLoss,
    node: Node,
    n_samples: int,
    rng: np.random.Generator,
    *,
    noise: Noise | None = None,
    executor: Executor | None = None,
    **options: Any,
) -> Estimate:
    """Average an estimator over `n_samples` fresh noise draws.

    Samples are drawn and reduced in chunks, so memory does not grow with `n_samples`. The same
    generator state gives the same result. ``baseline=leave_one_out`` averages over the others of
    the same chunk; its samples depend on each other, so that the standard error is right up to a
    relative error of order one over the size of a chunk: 1 / 32,000, or 1 / 100 for few samples
    with an executor.

    Parameters
    ----------
    estimator : callable
        One of `rpt_helpers.estimators`, or any function of their signature.
    loss, node
        What the estimator takes.
    n_samples : int
        At least 2, a multiple of the size of a group where the draws come in groups.
    rng : numpy.random.Generator
        The source of the noise.
    noise : callable, optional
        `Antithetic`, `Sobol` or your own; otherwise the estimator's, if it needs a special one, or
        the node's.
    executor : concurrent.futures.Executor, optional
        Where to work: threads, processes, or a cluster's. The noise then comes from up to 64
        generators that `rng` spawns, so that the result is the same whatever and however many the
        workers, but another than without an executor. The next call spawns others.
    **options
        Passed to the estimator, for example ``baseline``.

    Raises
    ------
    ValueError
        Also if a gradient is NaN or infinite. A RuntimeWarning says that one of at least 50,000
        samples (or groups) makes up more than a quarter of the sum of squares: the variance may be
        infinite, and no number of samples helps then.

    References
    ----------
    Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance", The American
    Statistician 37(3), 1983.
    """
    if not callable(estimator):
        reject("estimator", estimator, "a function such as rpt_helpers.pathwise")
    stochastic(node)
    generator("rng", rng)
    draw = noise or getattr(estimator, "noise", node.noise)
    if not callable(draw):
        reject("noise", noise, "a function of a generator and a number, for example Antithetic()")
    if executor is not None and not callable(getattr(executor, "map", None)):
        reject("executor", executor, "a concurrent.futures.Executor")
    block: int = getattr(draw, "block", 1)
    if whole_number("n_samples", n_samples, minimum=2) % block or n_samples < 2 * block:
        groups = f"a multiple of {block}, which is how the noise is drawn, and at least 2 of them"
        reject("n_samples", n_samples, groups)
    run = partial(_run, partial(estimator, **options), loss, node, draw, block)
    if executor is None:
        total = run(n_samples // block, rng)
    else:
        streams = max(1, min(STREAMS, n_samples // max(block, 100)))
        shares = list(_shares(n_samples // block, streams))
        total = reduce(_merge, executor.map(run, shares, rng.spawn(streams)))
    variance = total.squares / (total.n - 1) * block
    if not np.isfinite(variance).all():  # nor is it where the mean is not
        allowed = "a function that returns finite numbers, not too large to be squared"
        reject("estimator", total.mean, allowed)
    # Rounding is all that varies in a constant gradient.
    rounding = (64 * np.spacing(np.abs(total.mean))) ** 2
    heavy = total.largest > np.maximum(0.25 * total.squares, rounding)
    if total.n >= 50_000 and heavy.any():
        share = (total.largest[heavy] / total.squares[heavy]).max()
        message = f"one of {n_samples} samples makes up {share:.0%} of the sum of squares"
        warnings.warn(f"{message}: is the variance finite?", RuntimeWarning, stacklevel=2)
    return Estimate(total.mean, variance, np.sqrt(variance / n_samples), n_samples)


class _Sums(NamedTuple):
    """Number, mean, sum of squares about it and largest square of groups of gradients."""

    n: int
    mean: FloatArray
    squares: FloatArray
    largest: FloatArray


def _run(
    estimator: Callable[..., FloatArray],
    loss: DifferentiableLoss,
    node: Node,
    draw: Noise,
    block: int,
    n: int,
    rng: np.random.Generator,
) -> _Sums:
    """Draw n groups of noise and sum up their gradients, about the mean of the first chunk."""
    p = node.parameters.size
    total, squares, most, largest = np.zeros((4, p))
    # Its release tells glibc to keep freed memory, which it else gives back and fetches every time.
    np.empty(2**18)
    for index, size in enumerate(_shares(n, min(n, -(-n * block // CHUNK)))):
        samples = estimator(loss, node, draw(rng, size * block))
        gradients = real_array("estimator(loss, node, eps)", samples)
        if gradients.shape != (size * block, p):
            wanted = f"a function that returns shape {size * block, p} here"
            reject("estimator", f"shape {gradients.shape}", wanted)
        rows = gradients.T  # a parameter a row, as our estimators lay them out in memory
        with np.errstate(over="ignore", invalid="ignore"):  # refused at the end
            if block > 1:
                rows = rows.reshape(p, size, block).mean(axis=2)
            if index == 0:
                # The first chunk is the largest.
                first, work = rows.mean(axis=1, keepdims=True), np.empty(rows.shape)
            deviation = np.subtract(rows, first, out=work[:, :size])
            total += np.add.reduce(deviation, axis=1)
            square = np.square(deviation, out=deviation)
            of_chunk = np.add.reduce(square, axis=1)
            squares += of_chunk
            if (of_chunk > most).any():  # where the largest square nearly always is
                most = np.maximum(most, of_chunk)
                largest = np.maximum(largest, square.max(axis=1))
    with np.errstate(over="ignore", invalid="ignore"):
        mean = total / n
        return _Sums(n, first[:, 0] + mean, squares - total * mean, largest)


def _merge(a: _Sums, b: _Sums) -> _Sums:
    """Join the sums of two streams (Chan's formula)."""
    with np.errstate(over="ignore", invalid="ignore"):
        n, difference = a.n + b.n, b.mean - a.mean
        squares = a.squares + b.squares + difference**2 * (a.n * b.n / n)
        return _Sums(n, a.mean + difference * (b.n / n), squares, np.maximum(a.largest, b.largest))


def _shares(n: int, parts: int) -> Iterator[int]:
    """Split into nearly equal parts: a part of one sample would have no others to leave out."""
    size, larger = divmod(n, parts)
    return (size + (part < larger) for part in range(parts))
