r"""Stochastic nodes: what the estimators need of a distribution, and Normals.

A node knows in which p parameters its gradients are. `eps` is noise of a fixed distribution, one
draw along the first axis, shape (n, ...); gradients have shape (n, p). A family of your own needs
the methods of `Node` and no base class; with `Reparameterized.pullback` it works with the pathwise
estimator too.
"""

from __future__ import annotations  # numpy.random is imported by who uses it

import math
from dataclasses import dataclass, field, replace
from typing import Literal, NoReturn, Protocol, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._arguments import (
    FloatArray,
    draws,
    finite_number,
    one_of,
    positive_number,
    real_array,
    reject,
    sample_array,
)

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
        mu, second = _shaped("parameters", parameters, 2).tolist()
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
            _reject_few_digits("sigma", self.sigma)
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


@dataclass(frozen=True, init=False, eq=False)
class VectorNormal:
    r"""Independent Normals, one a component: :math:`y_d = \mu_d + \sigma_d\epsilon_d`.

    Gradients are in all the means, then in all the second parameters, shape (n, 2 D).

    Parameters
    ----------
    mu : array_like, shape (D,)
        Means.
    sigma : array_like, shape (D,)
        Standard deviations, > 0.
    parameterization : {"sigma", "variance", "log_sigma"}
        What the second parameters of its gradients are.

    Attributes
    ----------
    components : tuple of Normal
        The Normals one by one.
    """

    mu: FloatArray
    sigma: FloatArray
    parameterization: Parameterization
    components: tuple[Normal, ...] = field(repr=False)

    def __init__(
        self, mu: ArrayLike, sigma: ArrayLike, parameterization: Parameterization = "sigma"
    ) -> None:
        mu, sigma = sample_array("mu", mu), sample_array("sigma", sigma)
        if sigma.shape != mu.shape:
            reject("sigma", f"shape {sigma.shape}", f"as many numbers as mu, shape {mu.shape}")
        pairs = zip(mu.tolist(), sigma.tolist(), strict=True)
        object.__setattr__(self, "components", tuple(Normal(*p, parameterization) for p in pairs))
        object.__setattr__(self, "mu", _frozen(mu))
        object.__setattr__(self, "sigma", _frozen(sigma))
        object.__setattr__(self, "parameterization", parameterization)

    @property
    def parameters(self) -> FloatArray:
        """The means, then the second parameters, shape (2 D,)."""
        return np.array([each.parameters for each in self.components]).T.ravel()

    def at(self, parameters: ArrayLike) -> VectorNormal:
        """Return the one with these `parameters`, shape (2 D,), in the same parameterization."""
        pairs = _shaped("parameters", parameters, 2 * self.mu.size).reshape(2, -1).T
        there = [each.at(pair) for each, pair in zip(self.components, pairs, strict=True)]
        mu, sigma = [each.mu for each in there], [each.sigma for each in there]
        return VectorNormal(mu, sigma, self.parameterization)

    def by(self, parameterization: Parameterization) -> VectorNormal:
        """Return the same distribution with its gradients in other second parameters."""
        return VectorNormal(self.mu, self.sigma, parameterization)

    @property
    def scale_derivative(self) -> FloatArray:
        r"""The derivatives of the sigmas in the second parameters, shape (D,)."""
        return np.array([each.scale_derivative for each in self.components])

    def noise(self, rng: np.random.Generator, n: int) -> FloatArray:
        """Draw standard Normal noise, shape (n, D)."""
        return rng.standard_normal((n, self.mu.size))

    def path(self, eps: ArrayLike) -> FloatArray:
        r"""Map noise to samples, :math:`y = \mu + \sigma\epsilon`, shape (n, D)."""
        if np.any(self.sigma < SMALLEST_SIGMA * np.abs(self.mu)):
            _reject_few_digits("sigma", self.sigma)
        return self.mu + self.sigma * _rows(eps, self.mu.size)

    def pullback(self, slope: FloatArray, eps: ArrayLike) -> FloatArray:
        r"""Apply the chain rule: :math:`\nabla f(y)\,(1,\ \epsilon)`, shape (n, 2 D)."""
        in_sigma = slope * _rows(eps, self.mu.size)
        return np.hstack([slope, in_sigma * self.scale_derivative])

    def score(self, eps: ArrayLike) -> FloatArray:
        r"""Return :math:`(\epsilon/\sigma,\ (\epsilon^2-1)/\sigma)`, shape (n, 2 D)."""
        eps = _rows(eps, self.mu.size)
        in_sigma = (eps * eps - 1) * (self.scale_derivative / self.sigma)
        return np.hstack([eps / self.sigma, in_sigma])


@dataclass(frozen=True, init=False, eq=False)
class CorrelatedNormal:
    r"""The Normal of a vector, :math:`y = \mu + L\epsilon`, with covariance :math:`LL^\top`.

    Gradients are in the means, then in the lower triangle of L row by row.

    Parameters
    ----------
    mu : array_like, shape (D,)
        Means.
    factor : array_like, shape (D, D)
        L: lower triangular with a positive diagonal, the Cholesky factor of the covariance.
    """

    mu: FloatArray
    factor: FloatArray

    def __init__(self, mu: ArrayLike, factor: ArrayLike) -> None:
        mu, factor = sample_array("mu", mu), real_array("factor", factor)
        if factor.shape != 2 * mu.shape:
            reject("factor", f"shape {factor.shape}", f"of shape {2 * mu.shape}")
        draws("factor", factor)
        if not (factor.diagonal() > 0).all() or np.triu(factor, 1).any():
            reject("factor", factor, "lower triangular with a positive diagonal")
        object.__setattr__(self, "mu", _frozen(mu))
        object.__setattr__(self, "factor", _frozen(factor))

    @property
    def _triangle(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        return np.tril_indices(self.mu.size)

    @property
    def parameters(self) -> FloatArray:
        """The means, then the lower triangle of the factor row by row."""
        return np.concatenate([self.mu, self.factor[self._triangle]])

    def at(self, parameters: ArrayLike) -> CorrelatedNormal:
        """Return the one with these `parameters`."""
        d, factor = self.mu.size, np.zeros_like(self.factor)
        values = _shaped("parameters", parameters, d + d * (d + 1) // 2)
        factor[self._triangle] = values[d:]
        return CorrelatedNormal(values[:d], factor)

    def noise(self, rng: np.random.Generator, n: int) -> FloatArray:
        """Draw standard Normal noise, shape (n, D)."""
        return rng.standard_normal((n, self.mu.size))

    def path(self, eps: ArrayLike) -> FloatArray:
        r"""Map noise to samples, :math:`y = \mu + L\epsilon`, shape (n, D)."""
        diagonal = self.factor.diagonal()
        # The noise of the other components is in the way as well.
        size = np.maximum(np.abs(self.mu), np.abs(self.factor).max(axis=1))
        if np.any(diagonal < SMALLEST_SIGMA * size):
            _reject_few_digits("diagonal of factor", diagonal)
        return self.mu + _rows(eps, self.mu.size) @ self.factor.T

    def pullback(self, slope: FloatArray, eps: ArrayLike) -> FloatArray:
        r"""Apply the chain rule: :math:`\partial y_i/\partial L_{ij} = \epsilon_j`."""
        row, column = self._triangle
        return np.hstack([slope, slope[:, row] * _rows(eps, self.mu.size)[:, column]])

    def score(self, eps: ArrayLike) -> FloatArray:
        r"""Return :math:`L^{-\top}\epsilon` and :math:`L^{-\top}(\epsilon\epsilon^\top - I)`."""
        eps = _rows(eps, self.mu.size)
        in_mu = np.linalg.solve(self.factor.T, eps.T).T
        row, column = self._triangle
        # Below its diagonal the inverse of an upper triangular matrix is 0.
        own = np.where(row == column, 1 / self.factor.diagonal()[row], 0)
        return np.hstack([in_mu, in_mu[:, row] * eps[:, column] - own])


def _frozen(values: FloatArray) -> FloatArray:
    values = values.copy()
    values.setflags(write=False)
    return values


def _shaped(name: str, value: ArrayLike, p: int) -> FloatArray:
    """Return p numbers."""
    values = real_array(name, value)
    if values.shape != (p,):
        reject(name, f"shape {values.shape}", f"an array of shape ({p},)")
    return values


def _rows(eps: ArrayLike, d: int) -> FloatArray:
    """Return noise with d numbers a draw."""
    eps = real_array("eps", eps)
    if eps.ndim != 2 or eps.shape[1] != d:
        reject("eps", f"shape {eps.shape}", f"{d} numbers a draw, shape (n, {d})")
    return eps


def _reject_few_digits(name: str, sigma: object) -> NoReturn:
    reject(name, sigma, f">= {SMALLEST_SIGMA} |mu|, else y has too few digits of the noise")
