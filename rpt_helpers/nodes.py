"""Distributions of the stochastic node: a path from noise to sample, and a score.

Shapes: `eps` and `y` are arrays of any shape ``(...)``; gradients and scores add a last axis of
length 2, the components in the order (mu, second parameter).
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from ._arguments import FloatArray, finite_number, one_of, positive_number, real_array, reject

Parameterization = Literal["sigma", "variance", "log_sigma"]
"""What the second parameter of a Normal is."""

PARAMETERIZATIONS: tuple[Parameterization, ...] = get_args(Parameterization)


@dataclass(frozen=True)
class Normal:
    r"""The Normal distribution :math:`N(\mu, \sigma^2)`, reparameterized as :math:`y = \mu + \sigma\epsilon`.

    Parameters
    ----------
    mu : float
        Mean, in the unit of the data.
    sigma : float
        Standard deviation, > 0, in the unit of the data.

    Raises
    ------
    ValueError
        If `mu` is not a finite number or `sigma` is not a finite number > 0.
    """

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "mu", finite_number("mu", self.mu))
        object.__setattr__(self, "sigma", positive_number("sigma", self.sigma))

    @classmethod
    def from_parameters(cls, parameters: ArrayLike, wrt: Parameterization = "sigma") -> "Normal":
        r"""Build a Normal from (mu, second parameter).

        Parameters
        ----------
        parameters : array_like, shape (2,)
            :math:`(\mu, \sigma)`, :math:`(\mu, \sigma^2)` or :math:`(\mu, \log\sigma)`.
        wrt : {"sigma", "variance", "log_sigma"}
            Which of the three.

        Raises
        ------
        ValueError
            If the shape is not (2,), `wrt` is unknown, or sigma would not be a finite number > 0.
        """
        one_of("wrt", wrt, PARAMETERIZATIONS)
        values = real_array("parameters", parameters)
        if values.shape != (2,):
            reject("parameters", f"shape {values.shape}", "an array of shape (2,)")
        mu, second = map(float, values)
        if wrt == "sigma":
            return cls(mu, second)
        if wrt == "variance":
            return cls(mu, positive_number("variance", second) ** 0.5)
        return cls(mu, float(np.exp(second)))

    def parameters(self, wrt: Parameterization = "sigma") -> FloatArray:
        """Return (mu, second parameter), shape (2,); the inverse of `from_parameters`."""
        one_of("wrt", wrt, PARAMETERIZATIONS)
        second = {"sigma": self.sigma, "variance": self.sigma**2, "log_sigma": np.log(self.sigma)}
        return np.array([self.mu, second[wrt]])

    def scale_derivative(self, wrt: Parameterization = "sigma") -> float:
        r"""Return :math:`d\sigma / d(\text{second parameter})`: 1, :math:`1/(2\sigma)` or :math:`\sigma`.

        The chain rule turns every derivative in sigma into one in the variance or in log sigma with it.
        """
        one_of("wrt", wrt, PARAMETERIZATIONS)
        return {"sigma": 1.0, "variance": 0.5 / self.sigma, "log_sigma": self.sigma}[wrt]

    def path(self, eps: ArrayLike) -> FloatArray:
        r"""Map noise to samples, :math:`y = g(\epsilon, \theta) = \mu + \sigma\epsilon`.

        Parameters
        ----------
        eps : array_like, shape (...)
            Standard Normal noise.

        Returns
        -------
        ndarray, shape (...)
        """
        return self.mu + self.sigma * real_array("eps", eps)

    def along_path(self, slope: FloatArray, eps: FloatArray, wrt: Parameterization = "sigma") -> FloatArray:
        r"""Apply the chain rule along the path: a slope in y becomes a gradient in the parameters.

        The derivatives of the path are 1 in mu and :math:`\epsilon\,d\sigma/d(\text{second parameter})`.

        Parameters
        ----------
        slope : ndarray, shape (n,)
            Derivative in y at ``path(eps)``.
        eps : ndarray, shape (n,)
            The noise.
        wrt : {"sigma", "variance", "log_sigma"}
            The second parameter.

        Returns
        -------
        ndarray, shape (n, 2)

        Raises
        ------
        ValueError
            If `wrt` is unknown.
        """
        # Components are contiguous in memory, as in the score.
        return np.array([slope, slope * eps * self.scale_derivative(wrt)]).T

    def log_prob(self, y: ArrayLike) -> FloatArray:
        r"""Log density :math:`-\tfrac12\log 2\pi - \log\sigma - (y-\mu)^2/(2\sigma^2)` at `y`, shape (...)."""
        z = (real_array("y", y) - self.mu) / self.sigma
        return -0.5 * (np.log(2 * np.pi) + z * z) - np.log(self.sigma)

    def score(self, y: ArrayLike, wrt: Parameterization = "sigma") -> FloatArray:
        r"""Gradient of the log density in the parameters, at `y`.

        With :math:`z = (y-\mu)/\sigma` it is :math:`(z/\sigma,\; (z^2-1)/\sigma)` for
        :math:`(\mu, \sigma)`; the other parameterizations follow by the chain rule.

        Parameters
        ----------
        y : array_like, shape (...)
            Where to evaluate it.
        wrt : {"sigma", "variance", "log_sigma"}
            The second parameter.

        Returns
        -------
        ndarray, shape (..., 2)

        Raises
        ------
        ValueError
            If `wrt` is unknown or `y` does not hold real numbers.
        """
        return self.score_of_noise((real_array("y", y) - self.mu) / self.sigma, wrt)

    def score_of_noise(self, eps: ArrayLike, wrt: Parameterization = "sigma") -> FloatArray:
        """Return the score at ``path(eps)``; exact where `y` would lose digits of `eps` (large mu, small sigma)."""
        eps = real_array("eps", eps)
        scale = self.scale_derivative(wrt) / self.sigma
        # Components are contiguous in memory: means over the samples run at full speed.
        return np.moveaxis(np.array([eps / self.sigma, (eps * eps - 1) * scale]), 0, -1)
