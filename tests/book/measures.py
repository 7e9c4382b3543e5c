r"""What the formulas of the chapter measure-valued-gradients are compared with.

The parabola has its bottom at the mean of the data, so that delta is what it is everywhere.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import proofs
from formulas import by, expectation, moved, normal_density, pdf, vector
from formulas import under_integral as density_under_integral
from proofs import (
    moments,
    narrow,
    of_pairs,
    parts_make_the_variance,
    trades_places,
    variances_add_up,
)
from reader import ROOTS, Case, Of, Value, at_noise, derivative, integral, same
from scipy import special, stats

from rpt_helpers import (
    Cosine,
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


def letters(c: Case) -> dict[str, Any]:
    """Numbers in the places of the draws, and the two parts of a loss."""

    def part(sign: int) -> Of:
        return Of(
            lambda n: (
                (
                    n["f"](n["mu"] + n["sigma"] * n["w"])
                    + sign * n["f"](n["mu"] - n["sigma"] * n["w"])
                )
                / 2
            )
        )

    kappa = c.letters["k"] * c.sigma
    return {
        "w": abs(at_noise(ROOTS)),
        "w'": abs(ROOTS.reshape(1, -1, 1, 1)),
        "m": at_noise(ROOTS),
        "kappa": kappa,
        "q": (1 + 2 * (c.letters["k"] * c.sigma) ** 2)
        * np.exp(-2 * (c.letters["k"] * c.sigma) ** 2),
        "K": part(1),
        "Q": part(-1),
    }


def parabola(c: Case) -> Case:
    return replace(c, loss=quadratic(float(c.x.mean())))


def of_parabola(estimator: Any, dial: int, factor: float = 1, **options: Any) -> Claim:
    return lambda c: vector(
        factor * closed_form.variance(estimator, parabola(c).loss, c.node, **options)[dial]
    )


def rise(c: Case, sign: int) -> Value:
    """How far the parabola at the noise w is above its height in the middle."""
    loss = parabola(c).loss
    return np.asarray(loss(c.mu + sign * c.sigma * abs(ROOTS)) - loss(c.mu))


def fee(c: Case) -> bool:
    """The slope of the expected parabola with a jump of 4 at 0, at mu = 0.5 and sigma = 1."""

    def mean(mu: float) -> float:
        return (mu - 1) ** 2 + 1 + 4 * float(special.ndtr(mu))

    found = derivative(lambda h: np.asarray(mean(0.5 + h)))
    return same(found, -1 + 4 * np.exp(Normal(0.5, 1).log_prob(0.0)))


def hump(c: Case) -> float:
    return integral(lambda t: t * float(pdf(t)), 0, 14)


def rates(c: Case) -> bool:
    """The density in mu and in sigma, at a place that is held."""
    place = 0.4
    eps, p = (place - c.mu) / c.sigma, normal_density(c, place)
    in_mu, in_sigma = (
        moved(c, dial, lambda k: normal_density(k, place)) for dial in ("mu", "sigma")
    )
    return same(in_mu, p * eps / c.sigma) and same(in_sigma, p * (eps**2 - 1) / c.sigma)


def at_w(c: Case) -> tuple[Case, Value]:
    at = c.mu + 0.7 * c.sigma
    return by(c, w=0.7), vector(moved(c, "mu", lambda k: normal_density(k, at)))


def any_sign(c: Case) -> Value:
    """The variance in sigma for a partner whose sign is independent of that of m."""
    delta, m = float(c.names["delta"]), moments("m")

    def mean(power: int) -> float:
        return integral(lambda v: (1 - v) ** 2 * (1 + v) ** power / 2, -1, 1)

    return vector(4 * delta**2 * m[2] * mean(0) + c.sigma**2 * (m[4] * mean(2) - 4))


def ratio_of_means(c: Case) -> float:
    half = integral(lambda t: abs(t) * float(pdf(t)), -14, 14)
    return half / moments("w")[1]


def opposite_partner(c: Case) -> bool:
    """For the parabola: 2 delta (w + w') + w^2 - w'^2, where w' is small if w is large."""

    def mean(power: int) -> float:
        return integral(
            lambda u: float((4 * np.log(u) * np.log1p(-u)) ** (power / 2)), 0, 1
        )  # of (w w')^power

    line = 2 * (2 - np.pi / 2) + 2 * (mean(1) - np.pi / 2)
    bend = 2 * (8 - 4) - 2 * (mean(2) - 4)

    def variances(delta: float) -> tuple[float, float, float]:
        node = Normal(delta, 1)
        found = (4 * delta**2 * line + bend) / (2 * np.pi)
        mirror, independent = (
            closed_form.variance(measure_valued, quadratic(0), node, coupled=each)[0]
            for each in (True, False)
        )
        return found, float(mirror), float(independent)

    far, near, below, above = (variances(delta) for delta in (3, 0, 1.38, 1.42))
    return (
        0.2 < far[0] / far[1] < 0.25
        and far[0] < far[2] / 2
        and max(near) == near[0]
        and min(above) == above[0]
        and min(below) != below[0]
    )


def odd_loss(a: float) -> Loss:
    def slope(y: Value) -> Value:
        return np.asarray((2 - 10 * a * y**2 + 4 * a**2 * y**4) * np.exp(-a * y**2))

    return Loss(lambda y: 2 * y * (1 - a * y**2) * np.exp(-a * y**2), slope)


def covariance(c: Case) -> bool:
    """Of f(m) and f(m u) for the odd loss, from the variances and from the formulas."""
    found = []
    for a in (0.5, 1.5, 4.0):
        node, loss, v = Normal(0, 1), odd_loss(a), 1 / (1 + 4 * a)
        coupled, independent = (
            quadrature.variance(measure_valued, loss, node, coupled=each)[1]
            for each in (True, False)
        )

        def square(t: float, a: float = a) -> float:
            return float(t**4 * np.exp(-2 * a * t * t))

        def product(t: float, loss: Loss = loss, a: float = a) -> float:
            return float(loss(np.array([t]))[0] * t**2 * np.exp(-a * t * t) * t * pdf(t))

        whole = integral(lambda t: square(t) * (t * t - 1) * float(pdf(t)), -14, 14) / 2
        found += [
            same((independent - coupled) / 2, whole),
            same(integral(product, -14, 14), whole),
            same(2 * whole / v**0.5, 15 * v**3 - 3 * v**2),
            (whole < 0) == (a > 1),
            same(loss(ROOTS), slope_of(lambda y, a=a: y**2 * np.exp(-a * y**2))),  # type: ignore[misc]
        ]
    return all(found)


def slope_of(function: Callable[[Value], Value]) -> Value:
    return derivative(lambda h: function(ROOTS + h), 1e-3)


def tails(c: Case) -> bool:
    """The number of the split at the sign is twice the density at 1, in units of 1 / sigma."""
    found = 2 * integral(lambda t: (t * t - 1) * float(pdf(t)), 1, 14)
    return same(found, 2 * pdf(1.0)) and found < 0.5


CLAIMS: dict[str, Claim] = {
    r"4\sigma^2": of_parabola(pathwise, 0),
    r"15\sigma^2": lambda c: vector(
        closed_form.variance(score_function, quadratic(c.mu), c.node)[0]
    ),
    r"1/\sqrt{2\pi}": lambda c: vector(hump(c)),
    r"1/(\sigma\sqrt{2\pi})": lambda c: vector(hump(c) / c.sigma),
    r"\partial p/\partial\mu = p\,\epsilon/\sigma": rates,
    r"\frac{\partial p}{\partial\sigma} = \frac{1}{\sigma}\big[\epsilon^2p - p\big]": rates,
    r"\frac{w}{\sigma}\cdot\frac{e^{-w^2/2}}{\sigma\sqrt{2\pi}} = "
    r"\frac{1}{\sigma\sqrt{2\pi}}\cdot\frac{1}{\sigma}\,w\,e^{-w^2/2}": at_w,
    r"w\,e^{-w^2/2}": lambda c: (by(c, w=0.7), vector(stats.rayleigh.pdf(0.7))),
    r"\frac{\partial}{\partial\mu}E f = \frac{E f(\mu + \sigma w) - E f(\mu - \sigma w')}"
    r"{\sigma\sqrt{2\pi}}": of_pairs,
    r"\frac{\partial}{\partial\mu}E f = \int f\,\frac{\partial p}{\partial\mu}\,dy": (
        density_under_integral
    ),
    r"-1 + 4\,p(0)": fee,
    r"\epsilon^2p": lambda c: same(moments("m")[0], 1),
    r"m^2\varphi(m)": lambda c: (by(c, m=0.7), vector(stats.maxwell.pdf(0.7) / 2)),
    r"\frac{\partial}{\partial\sigma}E f = \frac{E f(\mu+\sigma m) - E f(\mu+\sigma\epsilon)}"
    r"{\sigma}": of_pairs,
    # the parabola
    r"f(\mu+\sigma\epsilon) = \delta^2 + 2\delta\sigma\epsilon + \sigma^2\epsilon^2": parabola,
    r"4\delta\sigma w": lambda c: at_noise(rise(c, 1) - rise(c, -1)),
    r"2\delta\sigma w + \sigma^2w^2": lambda c: at_noise(rise(c, 1)),
    r"-2\delta\sigma w' + \sigma^2w'^2": lambda c: rise(c, -1).reshape(1, -1, 1, 1),
    r"\sqrt{\pi/2}": lambda c: vector(moments("w")[1]),
    r"2 - \pi/2": lambda c: vector(moments("w")[2] - moments("w")[1] ** 2),
    r"E w^4 = 8": lambda c: same(moments("w")[4], 8),
    r"E m^2 = E\epsilon^4 = 3": lambda c: same([moments("m")[2], expectation(ROOTS**4)], 3),
    r"E m^4 = E\epsilon^6 = 15": lambda c: same([moments("m")[4], expectation(ROOTS**6)], 15),
    r"E u^j = 1/(j+1)": lambda c: all(
        same(integral(lambda u, j=j: u**j, 0, 1), 1 / (j + 1))  # type: ignore[misc]
        for j in range(5)
    ),
    **dict.fromkeys(
        (
            r"|\delta| < \sigma/\sqrt{4/\pi-1}",
            r"|\delta| = 1.913\,\sigma",
            r"|\delta| < 1.913\,\sigma",
        ),
        trades_places(
            1 / (4 / np.pi - 1) ** 0.5, proofs.of_node(measure_valued), proofs.of_node(pathwise)
        ),
    ),
    **dict.fromkeys(
        (r"|\delta| < \sigma\sqrt{2/(4-\pi)}", r"|\delta| = 1.526\,\sigma"),
        trades_places(
            (2 / (4 - np.pi)) ** 0.5,
            proofs.of_node(measure_valued),
            proofs.of_node(measure_valued, coupled=False),
        ),
    ),
    r"8\delta^2 + 8\sigma^2": of_parabola(measure_valued, 1, factor=2),
    r"16\delta^2 + 4\sigma^2": any_sign,
    r"2/\pi": lambda c: vector(ratio_of_means(c)),
    r"\sqrt{2/\pi}": lambda c: vector(ratio_of_means(c) * moments("w")[1]),
    # the two parts
    r"f(\mu + \sigma w) = K + Q": lambda c: c,
    r"f(\mu - \sigma w) = K - Q": lambda c: c,
    r"2Q": lambda c: (
        by(replace(c, loss=Cosine(2))),
        at_noise(np.subtract(*(Cosine(2)(c.mu + s * c.sigma * abs(ROOTS)) for s in (1, -1)))),
    ),
    r"4\operatorname{Var}Q/(2\pi\sigma^2)": parts_make_the_variance,
    r"2(\operatorname{Var}K + \operatorname{Var}Q)/(2\pi\sigma^2)": parts_make_the_variance,
    r"\operatorname{Var}Q > \operatorname{Var}K": parts_make_the_variance,
    r"2\operatorname{Var}K + 2\operatorname{Var}Q": variances_add_up,
    # the wave
    r"-2\sin k\mu\,\sin(\kappa w)": proofs.wave_sample,
    r"E\sin^2(\kappa w) = \sqrt2\,\kappa\,D(\sqrt2\,\kappa)": proofs.dawson,
    r"\frac{2\sqrt2}{\pi}\,\frac{k}{\sigma}\,D(\sqrt2\,\kappa)\,\sin^2k\mu": proofs.wave_by_pairs,
    r"q = (1+2\kappa^2)\,e^{-2\kappa^2}": lambda c: c,
    r"\sin(\kappa m)/(\kappa m)": proofs.mean_over_heights,
    r"(1-q)\cos^2k\mu + \big(1 + q - 2e^{-\kappa^2/2}\big)\sin^2k\mu": proofs.wave_in_sigma,
    r"D(t) = e^{-t^2}\int_0^t e^{h^2}dh": proofs.dawson,
    r"1/(2t)": lambda c: bool(
        np.allclose([special.dawsn(1e-3) / 1e-3, special.dawsn(1e3) * 2e3], 1, rtol=1e-5)
    ),
    **dict.fromkeys((r"\frac4\pi k^2\sin^2k\mu", r"4/\pi", r"4/\pi - 1"), narrow),
    r"k^2/2 = 2": lambda c: (
        by(c, k=2.0),
        vector(quadrature.variance(pathwise, Cosine(2), Normal(c.mu, 8))[0]),
    ),
    # exercises
    r"y\,e^{-y/\theta}/\theta^2": lambda c: (
        by(c, theta=1.1, y=0.7),
        vector(stats.gamma.pdf(0.7, 2, scale=1.1)),
    ),
    r"E[\epsilon^2-1;\ |\epsilon| > 1]/\sigma": tails,
    **dict.fromkeys((r"\delta = 3\sigma", r"1.4\,\sigma"), opposite_partner),
    **dict.fromkeys(
        (
            r"\frac12E[(\epsilon^2-1)\,G(\epsilon)^2]",
            r"E[f(m)\,G(m)/m] = \int f\,G\,m\,\varphi\,dm",
            r"\frac12\int G^2(m^2-1)\varphi\,dm",
            r"f(y) = 2y(1-ay^2)e^{-ay^2}",
            r"15v^3 - 3v^2",
            r"v < \frac15",
        ),
        covariance,
    ),
    r"(m\varphi)' = (1-m^2)\varphi": lambda c: same(
        slope_of(lambda t: t * pdf(t)), (1 - ROOTS**2) * pdf(ROOTS)
    ),
}

WORDS: tuple[str, ...] = (
    # definitions
    r"y = \mu + \sigma w",
    r"y = \mu - \sigma w",
    r"y = \mu + \sigma m",
    r"w = |\epsilon|",
    r"w = \sqrt{-2\log u}",
    r"w' = \sqrt{-2\log(1-u)}",
    r"p(y) = e^{-y/\theta}/\theta",
    r"p(y) = e^{-\lambda}\lambda^y/y!",
    r"G(\epsilon) = \int_0^\epsilon f(t)\,dt",
    r"G = \epsilon^2e^{-a\epsilon^2}",
    r"fG = \frac12(G^2)'",
    r"v = 1/(1+4a)",
    r"(y-1)^2",
    r"K + Q",
    r"K - Q",
    # names, conditions, parts of what is computed
    r"\partial p/\partial\mu",
    r"\partial p/\partial\theta",
    r"E\sin^2(\kappa w)",
    r"\cos(\kappa m u)",
    r"p(y-1)",
    r"|\epsilon| > 1",
    r"|\epsilon| < 1",
    r"\int_1^\infty\epsilon^2\varphi\,d\epsilon",
    r"\int_1^\infty\epsilon^4\varphi\,d\epsilon",
    r"E f(\epsilon) = 0",
    r"G(m)/m",
)
