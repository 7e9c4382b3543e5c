r"""What the formulas of the chapter better-than-random are compared with: letters, claims, words.

The sample of the proofs is `wave`, a function of a uniform number u with a slope of at most 3.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import spectrum
from reader import ROOTS, WEIGHTS, Case, Value, same

from rpt_helpers import SquaredError, pathwise, score_function

PLACES, SHARES = np.polynomial.legendre.leggauss(40)
PLACES, SHARES = (PLACES + 1) / 2, SHARES / 2  # a rule for u between 0 and 1


def wave(u: Value) -> Value:
    return np.cos(3 * u)


def sample(c: Case, estimator: Any, dial: int) -> Value:
    """A gradient of squared error at each noise, which is sorted and symmetric."""
    return estimator(SquaredError(c.x), c.node, ROOTS)[:, dial]


def part(estimator: Any, dial: int, sign: int) -> Callable[[Case], Value]:
    """The even part of the sample, or the odd one."""

    def claim(c: Case) -> Value:
        g = sample(c, estimator, dial)
        return np.reshape((g + sign * g[::-1]) / 2, (-1, 1, 1, 1))

    return claim


def spread(g: Value) -> float:
    return float(WEIGHTS @ g**2 - (WEIGHTS @ g) ** 2)


def parts_of(c: Case) -> Case:
    even, odd = (part(score_function, 1, sign)(c) for sign in (1, -1))
    return replace(c, letters={**c.letters, "G_even": even, "G_odd": odd})


def spread_of_pair(c: Case) -> float:
    g = sample(c, score_function, 1)
    return spread((g + g[::-1]) / 2)


def where_pairs_break_even(c: Case) -> bool:
    at = replace(c, mu=c.x.mean() + 2**0.5 * c.sigma)
    g = sample(at, pathwise, 1)
    return same(2 * spread((g + g[::-1]) / 2), spread(g))


def in_parts(n: int, sample: Callable[[Value], Value] = wave) -> tuple[Value, Value]:
    """Mean and variance of a sample in each of n parts."""
    g = sample((np.arange(n)[:, np.newaxis] + PLACES) / n)
    return g @ SHARES, g**2 @ SHARES - (g @ SHARES) ** 2


def whole() -> tuple[float, float]:
    mean, variance = in_parts(1)
    return float(mean[0]), float(variance[0])


def between_and_within(c: Case) -> bool:
    means, variances = in_parts(7)
    mean, variance = whole()
    return same(variance, variances.mean() + np.mean((means - mean) ** 2))


def cannot_hurt(c: Case) -> bool:
    return all(in_parts(n)[1].sum() / n**2 <= whole()[1] / n * (1 + 1e-12) for n in range(1, 30))


def bounded(c: Case) -> bool:
    """By the slope; a straight line reaches the bound."""
    line = in_parts(7, lambda u: 3 * u)[1].sum() / 7**2
    return same(line, 9 / (12 * 7**3)) and all(
        in_parts(n)[1].sum() / n**2 <= 9 / (12 * n**3) for n in range(1, 30)
    )


def two_in_one_part(c: Case) -> bool:
    """Half of the mean square of the difference of two draws in a part, and its bound."""
    u = (np.arange(7)[:, np.newaxis] + PLACES) / 7
    pairs = np.outer(SHARES, SHARES)

    def half(g: Value) -> Value:
        steps = g[:, :, np.newaxis] - g[:, np.newaxis, :]
        return np.asarray(np.sum(pairs * steps**2, axis=(1, 2)) / 2)

    return (
        same(in_parts(7)[1], half(wave(u)))
        and bool(np.all(half(wave(u)) <= 9 * half(u)))
        and same(9 * half(u), 9 / (12 * 7**2))
    )


def mirrored(n: int) -> float:
    """The error with a pair in each of n parts, mirrored in the middle of the part."""
    first = np.arange(n)[:, np.newaxis]
    g = (wave((first + PLACES) / n) + wave((first + 1 - PLACES) / n)) / 2
    return float(np.sum(g**2 @ SHARES - (g @ SHARES) ** 2)) ** 0.5 / n


def is_exponent(claimed: float, error: Callable[[int], float]) -> Callable[[Case], Any]:
    return lambda c: abs(np.log2(error(512) / error(256)) - claimed) < 1e-3


def rule(c: Case) -> bool:
    """Of n points: exact up to the power 2n - 1, and not for the next one."""

    def off(points: int, power: int) -> float:
        eps, weights = np.polynomial.hermite_e.hermegauss(points)
        true = WEIGHTS @ ROOTS**power
        return abs(weights @ eps**power / weights.sum() - true) / max(true, 1)

    return all(
        max(off(n, power) for power in range(2 * n)) < 1e-9 < off(n, 2 * n) for n in range(1, 8)
    )


def series_of_slope(c: Case) -> bool:
    found = spectrum.sum_of(c, lambda k, bar: k**0.5 * bar(k) * spectrum.axis(k - 1), 1)
    return same(found / c.sigma, spectrum.at_noise(spectrum.SLOPE)(c))


def with_series(c: Case) -> Case:
    return replace(c, letters={**c.letters, **spectrum.letters(c)})


CLAIMS: dict[str, Callable[[Case], Any]] = {
    r"G_{\text{even}}(\epsilon) = \frac12[G(\epsilon) + G(-\epsilon)]": lambda c: same(
        parts_of(c).letters["G_even"] + parts_of(c).letters["G_odd"],
        np.reshape(sample(c, score_function, 1), (-1, 1, 1, 1)),
    ),
    r"\tfrac12(\operatorname{Var} G_{\text{even}} + \operatorname{Var} G_{\text{odd}})": lambda c: (
        parts_of(c),
        spread(sample(c, score_function, 1)) / 2,
    ),
    r"\operatorname{Var} G_{\text{even}} + \operatorname{Var} G_{\text{odd}}": lambda c: (
        parts_of(c),
        spread(sample(c, score_function, 1)),
    ),
    r"\operatorname{Var} G_{\text{even}}": lambda c: (parts_of(c), spread_of_pair(c)),
    r"2n\delta\epsilon": part(pathwise, 1, -1),
    r"2n\delta\epsilon^2": part(score_function, 0, 1),
    r"n(A + \sigma^2\epsilon^2)\,\epsilon/\sigma": part(score_function, 0, -1),
    r"n(A + \sigma^2\epsilon^2)(\epsilon^2-1)/\sigma": part(score_function, 1, 1),
    r"2n\delta\epsilon(\epsilon^2-1)": part(score_function, 1, -1),
    r"\delta^2 = 2\sigma^2": where_pairs_break_even,
    r"1/e": lambda c: (1 - 1e-7) ** 1e7,
    r"\frac1{N^2}\sum_i\operatorname{Var} G_i \le \frac1N\operatorname{Var} G": cannot_hurt,
    r"M^2/(12N^3)": bounded,
    r"E G = \frac1N\sum_i E G_i": lambda c: same(whole()[0], in_parts(7)[0].mean()),
    r"\operatorname{Var} G = \frac1N\sum_i\operatorname{Var} G_i + \frac1N\sum_i(E G_i - E G)^2": (
        between_and_within
    ),
    r"|G(u) - G(u')| \le M|u - u'|": lambda c: bool(
        np.all(
            abs(np.subtract.outer(wave(PLACES), wave(PLACES)))
            <= 3 * abs(np.subtract.outer(PLACES, PLACES))
        )
    ),
    r"\operatorname{Var} G_i = \tfrac12E[(G(u) - G(u'))^2] \le \tfrac12M^2E[(u-u')^2] "
    r"= \frac{M^2}{12N^2}": two_in_one_part,
    r"-\frac12": is_exponent(-0.5, lambda n: (whole()[1] / n) ** 0.5),
    r"-\frac32": is_exponent(-1.5, lambda n: in_parts(n)[1].sum() ** 0.5 / n),
    r"-\frac52": is_exponent(-2.5, mirrored),
    r"2m - 1": rule,
    r"H_k' = \sqrt k\,H_{k-1}": with_series,
    r"f'(y) = \frac1\sigma\sum_{k\ge1}\sqrt k\,c_k\,H_{k-1}(\epsilon)": series_of_slope,
    r"k\,c_k^2/\sigma^2": lambda c: spread(
        np.ravel(spectrum.coefficients(c)[2] * 2**0.5 * spectrum.axis(1) / c.sigma)
    ),
}

WORDS: tuple[str, ...] = (
    # the loss of the chapter, which its cells compute, and places
    r"f(y) = \log(1 + e^{2y})",
    r"y = 0.5 + (\epsilon_1 + \dots + \epsilon_D)/\sqrt D",
    r"3s",
    # notation
    r"G(\epsilon) = G_{\text{even}}(\epsilon) + G_{\text{odd}}(\epsilon)",
    r"\epsilon = \Phi^{-1}(u)",
    r"\Phi^{-1}",
    r"\Phi^{-1}(u_i)",
    r"1/\sqrt m",
    r"1/N^{3/2}",
    r"\pm1",
)
