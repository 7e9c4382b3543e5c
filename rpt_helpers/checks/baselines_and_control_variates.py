"""Checks of the chapter baselines-and-control-variates."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ._compare import compare
from ._registry import Hints, claim, question


@question("baselines-and-control-variates-best-from-others")
def best_from_others(answer: Callable[..., ArrayLike]) -> Hints:
    """No baseline knows its own loss; the others count by the squares of their scores."""
    losses, scores = np.array([3.0, -1.0, 4.0, 2.5]), np.array([0.5, -1.5, 2.0, -0.2])
    shape = np.shape(answer(losses, scores))
    if shape != losses.shape:
        yield f"for four draws the shape is {shape}, expected {losses.shape}"
    yield compare(answer(np.full(4, 5.0), scores), np.full(4, 5.0), "if each loss is 5,")
    yield compare(answer(losses[:2], scores[:2]), losses[1::-1], "for two draws,")
    # Column i: the baselines where only draw i has a loss, and that is 1.
    alone = np.array([answer(one, scores) for one in np.eye(4)]).T
    if np.diag(alone).any():
        yield "the baseline of a draw changes with its own loss"
    counts = alone[0, 1:] / alone[0, 1]
    yield compare(counts, (scores[1:] / scores[1]) ** 2, "how much the others count:")


@question("baselines-and-control-variates-two-halves")
def two_halves(answer: Callable[..., float]) -> Hints:
    """Each half is corrected with the slope of the other one."""
    balanced, steps = np.array([-1.0, 0.5, 2.0, -1.5]), np.array([2.0, -1.0])
    level = np.array([3.0, 5.0])[:, np.newaxis]
    for mean in (0.0, 4.0):
        controls = np.array([balanced, balanced]) + mean
        samples = level + steps[:, np.newaxis] * (controls - mean)
        where = f"with controls that average to their mean, {mean:g},"
        yield compare(answer(samples.ravel(), controls.ravel(), mean), samples.mean(), where)
    controls[1] += 1.0
    samples = level + steps[:, np.newaxis] * (controls - mean)
    taken = 2 * (samples.mean() - float(answer(samples.ravel(), controls.ravel(), mean)))
    if np.isclose(taken, steps[1]):
        yield "a half is corrected with its own slope"
    yield compare(taken, steps[0], "the slope that corrects the second half:")


@claim("baselines-and-control-variates-useless-alone")
def useless_alone(a: float, b: float) -> Hints:
    """It is uncorrelated with the sample, so no multiple of eps, and the two leave nothing."""
    sample, variate = np.array([1.0, 1.0]), np.array([a, b])
    moments = np.array([[1.0, 3.0], [3.0, 15.0]])  # E eps^2, E eps^4, E eps^6
    size = variate @ moments @ variate
    if size == 0:
        yield "a number that is 0 for each draw is no control variate"
    rho = sample @ moments @ variate / (sample @ moments @ sample * size) ** 0.5
    if abs(rho) > 1e-6:
        yield f"its correlation with the sample is {rho:.3g}"
