r"""What the formulas of the chapter when-the-trick-loses are compared with.

Of a wave cos(ky), a bump exp(-ky^2), a parabola (y - k)^2, and of losses with a jump.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from reader import ROOTS, Case, Value, at_noise, derivative, integral, same
from scipy import stats

from rpt_helpers import (
    Cosine,
    ExponentialSquare,
    Loss,
    Normal,
    closed_form,
    measure_valued,
    pathwise,
    quadratic,
    quadrature,
    score_function,
)

Claim = Callable[[Case], Any]


def over_normal(c: Case, function: Callable[[float], float], *points: float) -> float:
    """The mean over the node, by a rule that may be told where to look."""
    low, high = c.mu - 12 * c.sigma, c.mu + 12 * c.sigma
    return integral(
        lambda y: function(y) * float(stats.norm.pdf(y, c.mu, c.sigma)), low, high, *points
    )


def letters(c: Case) -> dict[str, Any]:
    k = c.letters["k"]
    return {
        "kappa": k * c.sigma,
        "c": quadrature.expectation(lambda y: np.cos(2 * k * y), c.node),
        "theta": 1.1,
        "T": 3.0,
    }


def second_moment(estimator: Any, dial: int) -> Claim:
    """Of one sample for the wave."""

    def claim(c: Case) -> float:
        wave = Cosine(c.letters["k"])
        variance = quadrature.variance(estimator, wave, c.node)
        return float((variance + quadrature.gradient(wave, c.node) ** 2)[dial])

    return claim


def slope_of_wave(dial: int) -> Claim:
    return lambda c: float(quadrature.gradient(Cosine(c.letters["k"]), c.node)[dial])


def wave_wins(dial: int, condition: Callable[[float, float], float]) -> Claim:
    """A condition on kappa and c against both variances, at many k."""

    def claim(c: Case) -> bool:
        found = []
        for k in (0.2, 0.4, 0.6, 0.9, 1.3, 2.0):
            trick, score = (
                quadrature.variance(each, Cosine(k), c.node)[dial]
                for each in (pathwise, score_function)
            )
            doubled = float(quadrature.expectation(Cosine(2 * k), c.node))
            found.append((condition((k * c.sigma) ** 2, doubled) > 0) == (trick < score))
        return all(found)

    return claim


def best_of_wave(c: Case) -> tuple[Case, float]:
    wave = Cosine(c.letters["k"])
    return replace(c, loss=wave), float(quadrature.optimal_baseline(wave, c.node)[0])


def area(c: Case) -> tuple[Case, float]:
    """The mean square of a bump that is wide for the reader's rule."""
    k = 0.05
    found = over_normal(c, lambda y: float(np.exp(-2 * k * y * y)))
    return replace(c, letters={**c.letters, "k": k, "r": found}), found


def of_bump(estimator: Any, dial: int) -> Claim:
    """The squares of the samples for the bump, over the square of the bump."""

    def claim(c: Case) -> Value:
        bump = ExponentialSquare(c.letters["k"])
        y, eps = c.node.path(ROOTS), ROOTS
        seen = np.exp(-c.letters["k"] * y**2) > 1e-100
        found = np.divide(
            estimator(bump, c.node, eps)[:, dial] ** 2, bump(y) ** 2, where=seen, out=0 * y
        )
        return at_noise(np.where(seen, found, estimator_far(c, estimator, dial)))

    return claim


def estimator_far(c: Case, estimator: Any, dial: int) -> Value:
    """The same where the bump is too small for a float: by its slope over its height."""
    k, y = c.letters["k"], c.node.path(ROOTS)
    factor = ROOTS**dial if estimator is pathwise else c.node.score(ROOTS)[:, dial]
    slope = -2 * k * y if estimator is pathwise else 1
    return np.asarray((slope * factor) ** 2)


def meet(c: Case, distance: float) -> bool:
    """At this distance the trick and the coupled pair vary by the same in mu."""
    loss = quadratic(c.mu - distance)
    trick, pair = (
        closed_form.variance(each, loss, c.node)[0] for each in (pathwise, measure_valued)
    )
    return same(trick, pair, rtol=1e-3)


def doubled(c: Case) -> bool:
    y = [np.cos(c.letters["theta"])]
    for _ in range(3):
        y.append(2 * y[-1] ** 2 - 1)
    return same(y, np.cos(2.0 ** np.arange(4) * c.letters["theta"]))


def with_jump(dial: str) -> Claim:
    """The derivative of E f with a jump of height h at t, against the theorem."""

    def claim(c: Case) -> bool:
        h, t = c.letters["h"], c.letters["t"]

        def mean(node: Case) -> float:
            return over_normal(node, lambda y: float((y - 0.4) ** 2 + h * (y > t)), t)

        found = derivative(lambda step: np.asarray(mean(c.moved(dial, step))))
        eps, density = (t - c.mu) / c.sigma, float(stats.norm.pdf(t, c.mu, c.sigma))
        if dial == "mu":
            return same(found, 2 * (c.mu - 0.4) + h * density)
        return same(found, 2 * c.sigma + h * density * eps)

    return claim


def share_above(c: Case) -> bool:
    """The expected step, and its derivatives in mu and sigma, at t."""
    t, density = c.letters["t"], float(stats.norm.pdf(c.letters["t"], c.mu, c.sigma))

    def share(node: Case) -> float:
        return over_normal(node, lambda y: float(y > t), t)

    slopes = [
        derivative(lambda h: np.asarray(share(c.moved("mu", h)))),
        derivative(lambda h: np.asarray(share(c.moved("sigma", h)))),
    ]
    return same(share(c), stats.norm.cdf((c.mu - t) / c.sigma)) and same(
        slopes, [density, density * (t - c.mu) / c.sigma]
    )


def rise(k: float, y: Any) -> Any:
    return 1 / (1 + np.exp(-k * y))


def steep(c: Case) -> bool:
    """The integral of the squared slope of 4/(1 + exp(-ky)), with h = 4."""
    k = c.letters["k"]
    slope = derivative(lambda h: rise(k, np.linspace(-40, 40, 200_001) + h))
    return same(16 * slope @ slope * 80 / 200_000, 16 / 6 * k)


def steep_slope(c: Case) -> bool:
    k, y = c.letters["k"], np.linspace(-2, 2, 9)
    return same(
        derivative(lambda h: rise(k, y + h), 1e-3), k * rise(k, y) * (1 - rise(k, y)), rtol=1e-5
    )


NEAR = Normal(0.5, 1)  # where the fee is looked at
ONE = Normal(1, 1)


def across_a_kink(c: Case) -> bool:
    slope = integral(lambda y: float(np.sign(y - 0.3)), -1, 2, 0.3)
    return same(abs(2 - 0.3) - abs(-1 - 0.3), slope)


def moving_end(c: Case) -> bool:
    """Of y uniform on [0, theta]: what the score function sees, and what it misses."""
    theta = c.letters["theta"]

    def mean(end: float) -> float:
        return integral(lambda y: y / end, 0, end)

    inside = integral(lambda y: -y / theta**2, 0, theta)
    slope = derivative(lambda h: np.asarray(mean(theta + h)))
    return same(slope, inside + 1) and same(inside, -0.5) and same(mean(theta), theta / 2)


def logistic(c: Case) -> bool:
    """The map of the exercise doubles the angle of a squared sine."""
    theta = c.letters["theta"]
    y = np.sin(theta) ** 2
    return same(4 * y * (1 - y), np.sin(2 * theta) ** 2) and same(2 * y, 1 - np.cos(2 * theta))


def half_square(c: Case) -> bool:
    """E of eps^2 where y > 0, at mu = 0.5 and sigma = 1."""
    found = integral(lambda e: e**2 * float(stats.norm.pdf(e)), -0.5, 12)
    density, share = float(stats.norm.pdf(0.5)), float(stats.norm.cdf(0.5))
    return same(found, share - 0.5 * density)


def by_parts(c: Case) -> bool:
    """For |y - t| with a jump of height h: both parts of the integral, and their boundary terms."""
    h, t = c.letters["h"], c.letters["t"]
    low, high = c.mu - 12 * c.sigma, c.mu + 12 * c.sigma

    def p(y: float) -> float:
        return float(stats.norm.pdf(y, c.mu, c.sigma))

    def slope(y: float) -> float:
        return -(y - c.mu) / c.sigma**2 * p(y)

    left = integral(lambda y: (t - y) * slope(y), low, t)
    right = integral(lambda y: (y - t + h) * slope(y), t, high)
    inside = integral(p, t, high) - integral(p, low, t)
    moved = derivative(
        lambda step: np.asarray(
            over_normal(c.moved("mu", step), lambda y: abs(y - t) + h * (y > t), t)
        )
    )
    return same(-left - right, inside + h * p(t)) and same(moved, -left - right)


def wide_ratio(c: Case) -> bool:
    """In sigma, where the wave has averaged out."""
    pair = (
        quadrature.variance(each, Cosine(1), Normal(c.mu, 5))[1]
        for each in (pathwise, score_function)
    )
    return same(next(pair) / next(pair), 25 / 2)


def crossing_of_steps(c: Case) -> bool:
    """The k of the harder problem, within a percent of where the variances cross."""
    density, share = float(stats.norm.pdf(0.5)), float(stats.norm.cdf(0.5))
    k = 6 * share / density - 3

    def more(k: float) -> float:
        step = Loss(lambda y: rise(k, y), lambda y: k * rise(k, y) * (1 - rise(k, y)))
        trick, score = (
            quadrature.variance(each, step, NEAR)[0] for each in (pathwise, score_function)
        )
        return float(trick - score)

    return half_square(c) and more(0.99 * k) < 0 < more(1.01 * k)


def of_fee(c: Case) -> bool:
    """The slope of (y - 1)^2 + 4 [y > 0] in mu."""
    node = replace(c, sigma=1.0)
    found = derivative(
        lambda h: np.asarray(
            over_normal(node.moved("mu", h), lambda y: float((y - 1) ** 2 + 4 * (y > 0)), 0)
        )
    )
    return same(found, 2 * (c.mu - 1) + 4 * stats.norm.pdf(0, c.mu, 1))


def of_pairs(c: Case) -> bool:
    """Both values of a coupled pair of a wave, what they differ by, and how far at most."""
    k, w = c.letters["k"], np.linspace(0, 5, 7)
    wave = Cosine(k)
    apart = wave(c.node.path(w)) - wave(c.node.path(-w))
    frequencies = np.geomspace(0.1, 1000, 200)
    most = max(closed_form.variance(measure_valued, Cosine(k), c.node)[0] for k in frequencies)
    return same(apart, -2 * np.sin(k * c.mu) * np.sin(k * c.sigma * w)) and bool(
        np.all(np.abs(apart) / (c.sigma * (2 * np.pi) ** 0.5) <= 2 / (c.sigma * (2 * np.pi) ** 0.5))
        and most < 2 / (np.pi * c.sigma**2)
    )


def kink_of_pairs(c: Case) -> bool:
    """At mu = 1, for waves from k = 0.5 to 5."""
    zeros = [k for k in np.pi * np.arange(1, 5) if 0.5 <= k <= 5]
    variances = [closed_form.variance(measure_valued, Cosine(k), ONE)[0] for k in zeros]
    return zeros == [np.pi] and variances[0] < 1e-30


def exceptions(c: Case) -> bool:
    """The offsets at which the coupled pair varies more than the trick, in mu."""
    pairs = [
        [closed_form.variance(each, quadratic(k), ONE)[0] for each in (measure_valued, pathwise)]
        for k in (-0.9135, -0.9125, 2.9125, 2.9135)
    ]
    return [pair > trick for pair, trick in pairs] == [True, False, False, True]


CLAIMS: dict[str, Claim] = {
    r"-2\sin k\mu\,\sin k\sigma w": of_pairs,
    r"2/(\sigma\sqrt{2\pi})": of_pairs,
    r"2/(\pi\sigma^2)": of_pairs,
    r"\sin k\mu = 0": kink_of_pairs,
    r"k = \pi": kink_of_pairs,
    r"k < -0.913": exceptions,
    r"k > 2.913": exceptions,
    r"\kappa^2/2": wide_ratio,
    r"2(\mu-1) + 4p(0)": of_fee,
    r"E[\epsilon^2;\ y>0] = \Phi(0.5) - 0.5\,\varphi(0.5)": half_square,
    r"h^2E[\epsilon^2;\ y>0]": half_square,
    r"h^2k\,p(0)/6": steep,
    r"k = 6\,\Phi(0.5)/\varphi(0.5) - 3": crossing_of_steps,
    r"\frac{\partial}{\partial\mu}E f(y) = -\int_{-\infty}^t f(y)\,p'(y)\,dy "
    r"- \int_t^\infty f(y)\,p'(y)\,dy": by_parts,
    r"-f(t^-)\,p(t) + f(t^+)\,p(t) + \int f'(y)\,p(y)\,dy": by_parts,
    r"(f(t^+) - f(t^-))\,p(t) = h\,p(t)": by_parts,
    r"-k\,e^{-\kappa^2/2}\sin k\mu": slope_of_wave(0),
    r"-k\kappa\,e^{-\kappa^2/2}\cos k\mu": slope_of_wave(1),
    r"2\cos^2ky = 1 + \cos 2ky": lambda c: same(2 * np.cos(ROOTS) ** 2, 1 + np.cos(2 * ROOTS)),
    r"c = e^{-2\kappa^2}\cos 2k\mu": lambda c: c.letters["c"],
    r"\frac{k^2}{2}\big[1 - c\big]": second_moment(pathwise, 0),
    r"\frac{1}{2\sigma^2}\big[1 + (1-4\kappa^2)\,c\big]": second_moment(score_function, 0),
    r"\frac{k^2}{2}\big[1 - (1-4\kappa^2)\,c\big]": second_moment(pathwise, 1),
    r"\frac{1}{\sigma^2}\big[1 + (1-8\kappa^2+8\kappa^4)\,c\big]": second_moment(score_function, 1),
    r"1 - \kappa^2 + (1 - 3\kappa^2)\,c > 0": wave_wins(0, lambda q, c: 1 - q + (1 - 3 * q) * c),
    r"2 - \kappa^2 + (2 - 15\kappa^2 + 12\kappa^4)\,c > 0": wave_wins(
        1, lambda q, c: 2 - q + (2 - 15 * q + 12 * q**2) * c
    ),
    r"(1-\kappa^2)\,E f": best_of_wave,
    r"r = E\,e^{-2ky^2} = \frac{e^{-2k\mu^2/(1+4k\sigma^2)}}{\sqrt{1+4k\sigma^2}}": area,
    r"4k^2y^2": of_bump(pathwise, 0),
    r"\epsilon^2/\sigma^2": of_bump(score_function, 0),
    r"4k^2y^2\epsilon^2": of_bump(pathwise, 1),
    r"(\epsilon^2-1)^2/\sigma^2": of_bump(score_function, 1),
    r"|\delta| = \sigma/\sqrt{4/\pi-1}": lambda c: meet(c, c.sigma / (4 / np.pi - 1) ** 0.5),
    r"|\delta| = 1.913\,\sigma": lambda c: meet(c, 1.913 * c.sigma),
    r"\cos2\theta = 2\cos^2\theta - 1": doubled,
    r"y_T = \cos(2^T\theta)": doubled,
    r"\frac{\partial}{\partial\mu}E f = E f'(y) + h\,p(t)": with_jump("mu"),
    r"\frac{\partial}{\partial\sigma}E f = E[f'(y)\,\epsilon] + h\,p(t)\,\frac{t-\mu}{\sigma}": (
        with_jump("sigma")
    ),
    r"h\,P(y > t) = h\,\Phi\big((\mu-t)/\sigma\big)": share_above,
    r"h\,p(t)\,(t-\mu)/\sigma": share_above,
    r"16k\int_0^1R(1-R)\,dR = \frac{16}6k": steep,
    r"\frac{16}6k\,p(0)": steep,
    r"4kR(1-R)": steep_slope,
    r"dR = k\,R(1-R)\,dy": steep_slope,
    r"4\,p(0) = 1.408": lambda c: abs(4 * np.exp(NEAR.log_prob(0.0)) - 1.408) < 5e-4,
    r"f(b) - f(a) = \int_a^b f'(y)\,dy": across_a_kink,
    r"E f = \theta/2": moving_end,
    r"-\frac12": moving_end,
    r"\frac{d}{d\theta}\int_0^\theta \frac{y}{\theta}\,dy = -\int_0^\theta\frac{y}{\theta^2}\,dy "
    r"+ 1 = -\frac12 + 1": moving_end,
    r"4\sin^2\theta\cos^2\theta = \sin^2 2\theta": logistic,
    r"2\sin^2\theta = 1 - \cos 2\theta": logistic,
}

WORDS: tuple[str, ...] = (
    # losses and programs of the chapter on losing, which its cells compute
    r"\cos(5y)",
    r"-5\sin(5y)",
    r"\sin^2",
    r"\cos^2",
    r"y_0 = \cos\theta",
    r"4y",
    r"f(y) = (y-1)^2 + 4\cdot[y > 0]",
    r"h\cdot[y > t]",
    r"4/(1+e^{-ky})",
    r"R = 1/(1+e^{-ky})",
    r"1/(1+e^{-ky})",
    r"\delta = \mu - k",
    r"f_w(y) = \min(\max(y/w + \frac12, 0), 1)",
    r"y_0 = \sin^2\theta",
    r"h/(1+e^{-ky})",
    # names, conditions, parts of what is computed
    r"E\,e^{i(a+b\epsilon)}",
    r"a = k\mu",
    r"b = \kappa",
    r"10^{-10}",
    r"\kappa = \sqrt2",
    r"k = 2^T",
    r"\kappa = 2^T\sigma",
    r"[0, \theta]",
    r"[0, 1]",
    r"y = \theta u",
    r"1/\theta",
    r"1/w",
    r"1/k",
    r"-4p(0)",
    r"p(0)",
    r"p(0) = \varphi(0.5)",
    r"\kappa = 1",
    r"\partial p/\partial\mu = -\partial p/\partial y",
    r"\theta \sim N(\mu, \sigma^2)",
    r"f(t^-) = f(t^+)",
)
