r"""Stochastic nodes: what the estimators need of a distribution, and the Normal.

A node knows in which p parameters its gradients are. `eps` is noise of a fixed distribution, one
draw along the first axis, shape (n, ...); gradients have shape (n, p). A family of your own needs
the methods of `Node` and no base class; with `Reparameterized.pullback` it works with the pathwise
estimator too.
"""

from __future__ import annotations  # numpy.random is imported by who uses it

import math
from dataclasses import dataclass, replace
from typing import Literal, Protocol, Self, get_args

import numpy as np
from numpy.typing import ArrayLike

from ._arguments import FloatArray, finite_number, one_of, positive_number, real_array, reject

Parameterization = Literal["sigma", "variance", "log_sigma"]
"""What the second parameter of a Normal is."""

PARAMETERIZATIONS: tuple[Parameterization, ...] = get_args(Parameterization)

SMALLEST_SIGMA = 1e-9
"""Relative to the size of mu: below it, mu + sigma eps keeps too few digits of the noise."""


class Node(Protocol):
    """What the score function needs of a distribution."""

    @property
    def parameters(self) -> FloatArray:
        """What gradients are taken in, shape (p,)."""

    def at(self, parameters: ArrayLike) -> Self:
        """Return the same kind of node elsewhere; ValueError outside of its range."""

    def noise(self, rng: np.random.Generator, n: int) -> FloatArray:
        """Draw the noise, shape (n, ...)."""

    def path(self, eps: FloatArray) -> FloatArray:
        """Map noise to samples y, shape (n, ...)."""

    def score(self, eps: FloatArray) -> FloatArray:
        """Return the gradient of the log density at ``path(eps)``, shape (n, p)."""


class Reparameterized(Node, Protocol):
    """What the pathwise estimator needs: a path that has a derivative."""

    def pullback(self, slope: FloatArray, eps: FloatArray) -> FloatArray:
        r"""Return ``slope`` times :math:`\partial y/\partial\theta` at the path, shape (n, p)."""


def reparameterized(node: Reparameterized) -> None:
    """Pass if `node` has a path with a derivative."""
    if not callable(getattr(node, "pullback", None)) or isinstance(node, type):
        reject("node", node, "a node with a pullback such as Normal(0, 1)")


def stochastic(node: Node) -> None:
    """Pass if `node` has a score."""
    if not callable(getattr(node, "score", None)) or isinstance(node, type):
        reject("node", node, "a node such as Normal(0, 1)")


@dataclass(frozen=True)
class Normal:
    r"""The Normal distribution :math:`N(\mu, \sigma^2)`, as :math:`y = \mu + \sigma\epsilon`.

    Parameters
    ----------
    mu : float
        Mean, in the unit of the data.
    sigma : float
        Standard deviation, > 0, in the unit of the data.
    parameterization : {"sigma", "variance", "log_sigma"}
        What the second parameter of its gradients is.
    """

    mu: float
    sigma: float
    parameterization: Parameterization = "sigma"

    def __post_init__(self) -> None:
        object.__setattr__(self, "mu", finite_number("mu", self.mu))
        object.__setattr__(self, "sigma", positive_number("sigma", self.sigma))
        if self.parameterization not in PARAMETERIZATIONS:
            one_of("parameterization", self.parameterization, PARAMETERIZATIONS)

    @property
    def parameters(self) -> FloatArray:
        r"""The mean, and :math:`\sigma`, :math:`\sigma^2` or :math:`\log\sigma`, shape (2,)."""
        if self.parameterization == "sigma":
            return np.array([self.mu, self.sigma])
        if self.parameterization == "variance":
            return np.array([self.mu, positive_number("variance", self.sigma * self.sigma)])
        return np.array([self.mu, math.log(self.sigma)])

    def at(self, parameters: ArrayLike) -> Normal:
        """Return the Normal with these `parameters`, shape (2,), in the same parameterization."""
        values = real_array("parameters", parameters)
        if values.shape != (2,):
            reject("parameters", f"shape {values.shape}", "an array of shape (2,)")
        mu, second = values.tolist()
        if self.parameterization == "log_sigma":
            if not -745 < second < 709.7:  # where sigma would be 0, infinite or NaN
                reject("log_sigma", second, "between -745 and 709")
            return Normal(mu, math.exp(second), "log_sigma")
        if not 0 < second < math.inf:
            way_out = "with parameterization='log_sigma' every number is allowed"
            reject(self.parameterization, second, f"a finite number > 0 ({way_out})")
        sigma = second if self.parameterization == "sigma" else second**0.5
        return Normal(mu, sigma, self.parameterization)

    def by(self, parameterization: Parameterization) -> Normal:
        """Return the same distribution with its gradients in another second parameter."""
        return replace(self, parameterization=parameterization)

    @property
    def scale_derivative(self) -> float:
        r"""The derivative of sigma in the second parameter: 1, :math:`1/(2\sigma)` or sigma."""
        if self.parameterization == "sigma":
            return 1.0
        return 0.5 / self.sigma if self.parameterization == "variance" else self.sigma

    def noise(self, rng: np.random.Generator, n: int) -> FloatArray:
        """Draw standard Normal noise, shape (n,)."""
        return rng.standard_normal(n)

    def path(self, eps: ArrayLike) -> FloatArray:
        r"""Map noise of any shape to samples, :math:`y = \mu + \sigma\epsilon`."""
        if self.sigma < SMALLEST_SIGMA * abs(self.mu):
            enough = f">= {SMALLEST_SIGMA} |mu|, else y has too few digits of the noise"
            reject("sigma", self.sigma, enough)
        y = self.sigma * real_array("eps", eps)
        y += self.mu
        return y

    def pullback(self, slope: FloatArray, eps: FloatArray) -> FloatArray:
        r"""Apply the chain rule: :math:`f'(y)\,(1,\ \epsilon)` for (mu, sigma), shape (n, 2)."""
        if np.ndim(eps) != 1:
            reject("eps", f"shape {np.shape(eps)}", "one number a draw, shape (n,)")
        gradient = np.empty((2, len(eps)))  # a component after the other: sums run at full speed
        gradient[0] = slope
        np.multiply(slope, eps, out=gradient[1])
        if self.parameterization != "sigma":
            gradient[1] *= self.scale_derivative
        return gradient.T

    def log_prob(self, y: ArrayLike) -> FloatArray:
        r"""Return :math:`-\tfrac12\log 2\pi - \log\sigma - (y-\mu)^2/(2\sigma^2)` at each `y`."""
        z = (real_array("y", y) - self.mu) / self.sigma
        return -0.5 * (np.log(2 * np.pi) + z * z) - np.log(self.sigma)

    def score(self, eps: ArrayLike) -> FloatArray:
        r"""Return :math:`(\epsilon/\sigma,\ (\epsilon^2-1)/\sigma)` in (mu, sigma), shape (..., 2).

        At :math:`y = \mu + \sigma\epsilon` this is the gradient of the log density.
        """
        eps = real_array("eps", eps)
        score = np.empty((2, *eps.shape))
        np.multiply(eps, 1 / self.sigma, out=score[0, ...])
        square = np.multiply(eps, eps, out=score[1, ...])
        square -= 1
        square *= self.scale_derivative / self.sigma
        return score.T if eps.ndim < 2 else np.moveaxis(score, 0, -1)
