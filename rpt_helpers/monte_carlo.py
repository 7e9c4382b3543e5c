"""An estimator over many samples, in constant memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm import tqdm

from ._arguments import FloatArray, generator, reject, whole_number
from .baselines import is_leave_one_out
from .nodes import Normal, Parameterization
from .estimators import constant_baseline
from .losses import DifferentiableLoss

CHUNK = 2**14
"""Samples held at once: few enough for the processor's cache, enough to make a call's overhead small."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """A Monte Carlo estimate of a gradient in (mu, second parameter).

    Attributes
    ----------
    mean : ndarray, shape (2,)
        The estimated gradient.
    variance : ndarray, shape (2,)
        Sample variance of one sample's gradient (divisor n_samples - 1).
    standard_error : ndarray, shape (2,)
        Of the mean: ``sqrt(variance / n_samples)``.
    n_samples : int
        How many samples.
    """

    mean: FloatArray
    variance: FloatArray
    standard_error: FloatArray
    n_samples: int


def estimate(
    estimator: Callable[..., FloatArray],
    loss: DifferentiableLoss,
    normal: Normal,
    n_samples: int,
    rng: np.random.Generator,
    wrt: Parameterization = "sigma",
    *,
    progress: bool = False,
    **options: Any,
) -> Estimate:
    """Average an estimator over `n_samples` fresh noise draws.

    Samples are drawn and reduced in chunks of at most `CHUNK`, so memory does not grow with
    `n_samples`; the means and sums of squares are merged by Chan's formula, which stays accurate when
    the variance is small beside the mean. The same generator state gives the same result.

    Parameters
    ----------
    estimator : callable
        `rpt_helpers.pathwise`, `rpt_helpers.score_function`, or any function of their signature.
    loss : loss
        See `rpt_helpers.losses`.
    normal : Normal
        The distribution of y.
    n_samples : int
        At least 2.
    rng : numpy.random.Generator
        The source of the noise.
    wrt : {"sigma", "variance", "log_sigma"}
        The second parameter.
    progress : bool
        Show a progress bar on stderr.
    **options
        Passed to the estimator. ``baseline="leave-one-out"`` averages over the others of the same
        chunk; its samples depend on each other, so that `standard_error` is then right only up to
        a relative error of order 1 / n_samples.

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If `n_samples` < 2, `rng` is not a Generator, or the estimator refuses an argument.

    References
    ----------
    Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance", The American Statistician 37(3), 1983.
    """
    n_samples = whole_number("n_samples", n_samples, minimum=2)
    generator("rng", rng)
    if "baseline" in options and not is_leave_one_out(options["baseline"]):
        options["baseline"] = constant_baseline(loss, normal, options["baseline"])

    done, mean, squares = 0, np.zeros(2), np.zeros(2)
    with tqdm(total=n_samples, unit="sample", unit_scale=True, disable=not progress) as bar:
        for size in _chunk_sizes(n_samples):
            gradients = estimator(loss, normal, rng.standard_normal(size), wrt=wrt, **options)
            if np.shape(gradients) != (size, 2):
                reject("estimator", f"shape {np.shape(gradients)}", f"a function that returns shape {size, 2} here")
            chunk_mean = gradients.mean(axis=0)
            difference = chunk_mean - mean
            done += size
            mean = mean + difference * (size / done)
            squares += ((gradients - chunk_mean) ** 2).sum(axis=0) + difference**2 * (size * (done - size) / done)
            bar.update(size)
    variance = squares / (n_samples - 1)
    return Estimate(mean, variance, np.sqrt(variance / n_samples), n_samples)


def _chunk_sizes(n_samples: int) -> list[int]:
    """Split into nearly equal parts: a last part of one sample would have no others to leave out."""
    parts = -(-n_samples // CHUNK)
    size, larger = divmod(n_samples, parts)
    return [size + 1] * larger + [size] * (parts - larger)
