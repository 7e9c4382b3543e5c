"""Who wins, for random smooth losses: quadrature of both estimators against two other roads.

One takes the criterion of the book, which has derivatives of the loss in it, and one the sums over
the Hermite spectrum, whose coefficients are typed in for each piece of a loss.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import Polynomial
from numpy.polynomial.hermite_e import poly2herme
from numpy.testing import assert_allclose

from rpt_helpers import Loss, Normal, pathwise, quadrature, score_function

ORDER = 400
ROOTS = np.sqrt(np.arange(ORDER + 1))


def products(factor: float) -> Any:
    """Return factor^n / sqrt(n!) for all orders."""
    return np.cumprod(np.append(1, factor / ROOTS[1:]))


@dataclass
class Wave:
    """a cos(ky + t)."""

    a: float
    k: float
    t: float

    def derivative(self, y: Any, order: int) -> Any:
        return self.a * self.k**order * np.cos(self.k * y + self.t + order * np.pi / 2)

    def spectrum(self, node: Normal) -> Any:
        kappa, turns = self.k * node.sigma, np.arange(ORDER + 1) * np.pi / 2
        angle = self.k * node.mu + self.t
        return self.a * np.exp(-(kappa**2) / 2) * products(kappa) * np.cos(angle + turns)


@dataclass
class Bump:
    """a exp(-k (y - m)^2)."""

    a: float
    k: float
    m: float

    def derivative(self, y: Any, order: int) -> Any:
        u = y - self.m
        factor = [1.0, -2 * self.k * u, 4 * self.k**2 * u**2 - 2 * self.k][order]
        return self.a * factor * np.exp(-self.k * u**2)

    def spectrum(self, node: Normal) -> Any:
        # Its mean is a bump in mu, with derivatives that have Hermite polynomials in them.
        v = 1 + 2 * self.k * node.sigma**2
        rate = (2 * self.k / v) ** 0.5
        t = rate * (node.mu - self.m)
        normalized = [1.0, t]
        for n in range(1, ORDER):
            rest = ROOTS[n] * normalized[n - 1]
            normalized.append((t * normalized[n] - rest) / ROOTS[n + 1])
        powers = (-rate * node.sigma) ** np.arange(ORDER + 1)
        return self.a * np.exp(-(t**2) / 2) / v**0.5 * powers * normalized


@dataclass
class Power:
    """A polynomial."""

    coefficients: list[float]

    def derivative(self, y: Any, order: int) -> Any:
        return Polynomial(self.coefficients).deriv(order)(y)

    def spectrum(self, node: Normal) -> Any:
        of_noise = Polynomial(self.coefficients)(Polynomial([node.mu, node.sigma]))
        c = poly2herme(of_noise.coef)
        return np.append(c / products(1.0)[: c.size], np.zeros(ORDER + 1 - c.size))


places = st.floats(-2, 2)
heights = st.one_of(st.floats(-2, -0.1), st.floats(0.1, 2))
pieces = st.one_of(
    st.builds(Wave, heights, st.floats(0.5, 4), st.floats(0, 6)),
    st.builds(Bump, heights, st.floats(0.05, 1.5), places),
    st.builds(Power, st.lists(heights.map(lambda a: a / 10), min_size=2, max_size=6)),
)
nodes = st.builds(Normal, places, st.floats(0.3, 1.5))


def noise_times(c: Any) -> Any:
    """Multiply a sum of Hermite polynomials by the noise."""
    return np.append(ROOTS[1:] * c[1:], 0) + np.append(0, ROOTS[1:] * c[:-1])


def test_who_wins_is_what_the_criterion_and_the_spectrum_say() -> None:
    outcomes = set()

    @given(st.lists(pieces, min_size=1, max_size=3), nodes, places)
    def check(parts: list[Any], node: Normal, baseline: float) -> None:
        def of_order(order: int) -> Any:
            return lambda y: sum(part.derivative(y, order) for part in parts)

        f, slope, bend = (of_order(order) for order in range(3))

        def terms(y: Any) -> Any:
            square, F = ((y - node.mu) / node.sigma) ** 2, f(y) - baseline
            steep, curved = (node.sigma * slope(y)) ** 2, node.sigma**2 * bend(y)
            return np.array(
                [
                    F**2 + steep + 2 * F * curved,
                    2 * F**2 + (6 + square) * steep + 2 * (3 + square) * F * curved,
                    2 * F**2 + (6 + square) * steep + (3 + square) * curved**2,
                ]
            ).T

        *criterion, size = np.array(quadrature.expectation(terms, node))

        c = np.sum([part.spectrum(node) for part in parts], axis=0)
        c[0] -= baseline
        down, times = np.append(ROOTS[1:] * c[1:], 0), noise_times(c)
        samples = (down, times), (noise_times(down), noise_times(times) - c)
        trick, score = np.sum(np.square(samples)[..., 1:], axis=2).T

        loss = Loss(f, slope)
        lead = node.sigma**2 * (
            quadrature.variance(score_function, loss, node, baseline=baseline)
            - quadrature.variance(pathwise, loss, node)
        )
        found = lead / size
        for expected in (np.array(criterion) / size, (score - trick) / size):
            assert_allclose(found, expected, rtol=0, atol=1e-11)
            clear = np.abs(found) > 1e-9
            assert np.array_equal(np.sign(found)[clear], np.sign(expected)[clear])
        if np.all(clear):
            outcomes.add(tuple(found > 0))

    check()
    assert {(True, True), (False, False)} < outcomes  # and one wins in mu, the other in sigma
