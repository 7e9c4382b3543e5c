r"""Gradient estimators: a loss, a node, a noise draw -> one gradient per sample.

Every estimator is a function ``(loss, node, eps, **options)`` of noise with one draw along its
first axis, shape (n, ...), and returns the gradient of each sample in the node's p parameters,
shape (n, p). Mean, variance and everything else are functions of that array.

What the samples cannot show raises no error: an expectation that is infinite or undefined, a jump
of the loss under `pathwise`, a loss whose variation is lost to rounding, so that all its values are
the same float.

The names are those of Mohamed, Rosca, Figurnov and Mnih, "Monte Carlo Gradient Estimation in
Machine Learning", JMLR 21(132), 2020.
"""

from __future__ import annotations  # numpy.random is imported by who uses it

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from ._arguments import FloatArray, draws, one_each, real_array, reject
from .losses import ArrayFunction, DifferentiableLoss, slopes, values
from .nodes import Node, Normal, Reparameterized, reparameterized, stochastic

Baseline = ArrayLike | Callable[[FloatArray], FloatArray]
"""A number, one number a parameter, or a function from the losses to one number for each."""


class Estimator(Protocol):
    """What an estimator is; ``estimator.noise``, if there is one, draws what it takes as `eps`."""

    def __call__(
        self, loss: DifferentiableLoss, node: Node, eps: FloatArray, **options: object
    ) -> FloatArray:
        """Return one gradient per sample, shape (n, p)."""


def pathwise(
    loss: DifferentiableLoss,
    node: Reparameterized,
    eps: ArrayLike,
) -> FloatArray:
    r"""Differentiate through the sample: the reparameterization trick.

    :math:`f'(y)\,\nabla_\theta g(\epsilon, \theta)` at the sample
    :math:`y = g(\epsilon, \theta)`, for a Normal in (mu, sigma)
    :math:`(f'(y),\ f'(y)\,\epsilon)`.
    Mohamed et al. (2020), section 5; Kingma and Welling (2014).
    """
    reparameterized(node)
    eps = draws("eps", eps)
    return node.pullback(slopes(loss, node.path(eps)), eps)


def score_function(
    loss: ArrayFunction,
    node: Node,
    eps: ArrayLike,
    baseline: Baseline = 0.0,
) -> FloatArray:
    r"""Differentiate the density instead of the sample (REINFORCE).

    :math:`(f(y) - b)\,\nabla_\theta\log p(y;\theta)`. The baseline b is a
    number, one number a parameter, or a function of the sampled losses.
    The loss needs no derivative. Mohamed et al. (2020), section 4;
    Glynn (1990); Williams (1992).
    """
    stochastic(node)
    eps = draws("eps", eps)
    score = node.score(eps).T
    value = values(loss, node.path(eps))
    return (centered(value, baseline, len(score)) * score).T


def leave_one_out(losses: FloatArray) -> FloatArray:
    """Return the mean loss of all other samples, shape (n,): a baseline for `score_function`.

    The mean gradient is then the unbiased sample covariance of loss and score.
    """
    losses = real_array("losses", losses)
    if losses.ndim != 1:
        reject("losses", f"shape {losses.shape}", "one-dimensional")
    n = losses.size
    if n < 2:
        reject("eps", f"{n} draw", "at least 2 draws: with one there are no others")
    return losses - (losses - losses.mean()) * (n / (n - 1))


def centered(value: FloatArray, baseline: Baseline, p: int) -> FloatArray:
    """Return the losses minus the baseline, shape (n,) or (p, n)."""
    if callable(baseline):
        b = one_each("baseline(losses)", baseline(value), value.shape)
    elif type(baseline) is float and baseline == 0:
        return value
    else:
        b = real_array("baseline", baseline)
        if b.shape not in ((), (p,)) or not np.isfinite(b).all():
            allowed = f"a finite number, {p} of them, or a function of the sampled losses"
            reject("baseline", baseline, allowed)
        b = b[:, np.newaxis] if b.ndim else b
    rest = value - b
    step = -(-len(value) // 64)  # some samples are enough to see it
    some = value[::step]
    kept, whole = np.abs(rest[..., ::step]).max(), np.abs(some).max()
    if kept < 2**10 * np.spacing(whole) and some.min() < some.max():
        smaller = "smaller: it takes away all digits of the loss, which hardly varies here"
        reject("baseline", baseline, smaller)
    return rest


def measure_valued(
    loss: ArrayFunction,
    node: Normal,
    eps: ArrayLike,
    coupled: bool = True,
) -> FloatArray:
    r"""Write the density's derivative as a difference, and sample from both.

    In mu :math:`[f(\mu+\sigma w) - f(\mu-\sigma w')]/(\sigma\sqrt{2\pi})` with
    Rayleigh distributed w, in sigma
    :math:`[f(\mu+\sigma m) - f(\mu+\sigma e)]/\sigma` with double-sided
    Maxwell m and Normal e. Coupled, :math:`w' = w` and :math:`e = m u` with
    uniform u; otherwise the two are independent. `eps` holds four standard
    Normals a sample, shape (n, 4). The loss needs no derivative.
    Mohamed et al. (2020), section 6.
    """
    if not isinstance(node, Normal):
        reject("node", node, "a Normal")
    e = draws("eps", eps)
    if e.ndim != 2 or e.shape[1] != 4:
        allowed = "standard Normal noise of shape (n, 4)"
        reject("eps", f"shape {e.shape}", allowed)
    rayleigh, other = np.hypot(e[:, 0], e[:, 1]), np.hypot(e[:, 2], e[:, 3])
    # Archimedes: the first entry of a Normal vector in space is its length
    # times uniform noise.
    maxwell = np.copysign(np.hypot(rayleigh, e[:, 2]), e[:, 0])

    def rise(to: FloatArray, start: FloatArray) -> FloatArray:
        high, low = values(loss, node.path(to)), values(loss, node.path(start))
        return (high - low) / node.sigma

    left, middle = (rayleigh, e[:, 0]) if coupled else (other, e[:, 3])
    in_mu = rise(rayleigh, -left) / (2 * np.pi) ** 0.5
    in_sigma = rise(maxwell, middle) * node.scale_derivative
    return np.array([in_mu, in_sigma]).T


def _four_normals(rng: np.random.Generator, n: int) -> FloatArray:
    return rng.standard_normal((n, 4))


measure_valued.noise = _four_normals  # type: ignore[attr-defined]
