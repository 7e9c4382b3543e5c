r"""What the formulas of the chapter hermite-spectrum are compared with: letters, claims, words.

The letters belong to a polynomial of degree five at the order k = 2, so that no coefficient is 0.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from math import factorial
from typing import Any

import numpy as np
from reader import ROOTS, Case, Of, Value, same

from rpt_helpers import Loss, Normal, SquaredError, pathwise, quadrature, score_function
from rpt_helpers.losses import DifferentiableLoss

ORDER = 2
QUINTIC = np.polynomial.Polynomial([0.3, -0.7, 0.4, 0.5, -0.2, 0.1])
SLOPE, CURVATURE = QUINTIC.deriv(), QUINTIC.deriv(2)
LOSS = Loss(QUINTIC, SLOPE)
NOISE = np.polynomial.Polynomial([0.2, 0.5, -0.3, 0.4])  # h, a function of the noise


def axis(k: int, eps: Any = ROOTS) -> Value:
    """H_k at each noise, with the axes of a value."""
    he = np.polynomial.hermite_e.hermeval(eps, [0.0] * k + [1.0])
    return np.reshape(he / factorial(k) ** 0.5, (-1, 1, 1, 1))


@cache
def spectrum(mu: float, sigma: float) -> Value:
    return quadrature.hermite_spectrum(LOSS, Normal(mu, sigma), 9)


def coefficients(c: Case) -> Value:
    return spectrum(c.mu, c.sigma)


def letters(c: Case) -> dict[str, Any]:
    bars, eps, y = coefficients(c), ROOTS.reshape(-1, 1, 1, 1), c.node.path(ROOTS)
    value, slope, bend = (
        each(y).reshape(-1, 1, 1, 1) * c.sigma**power
        for power, each in enumerate((QUINTIC - 2.2, SLOPE, CURVATURE))
    )
    best = quadrature.optimal_baseline(LOSS, c.node)
    found: dict[str, Any] = {f"c_{k}": bars[k] for k in range(6)}
    for step in range(-2, 3):
        index = f"k{step:+}" if step else "k"
        found |= {f"c_{index}": bars[ORDER + step], f"H_{index}": axis(ORDER + step)}
    return found | {
        "k": float(ORDER),
        "H_k'": ORDER**0.5 * axis(ORDER - 1),
        "f": QUINTIC,
        "f'": SLOPE,
        "f''": CURVATURE,
        "F": Of(lambda n: n["f"](n["y"]) - n["b"]),
        "G": value,
        "G'": slope,
        "G''": bend,
        "U": eps * value,
        "U'": value + eps * slope,
        "U''": 2 * slope + eps * bend,
        "D": (eps**2 - 1) * value - eps * slope,
        "b_mu": best[0],
        "b_sigma": best[1],
    }


def variance(c: Case, dial: int, *, score: bool, b: float = 0.0) -> float:
    """sigma^2 times the variance of one sample of the quintic, by quadrature."""
    options: dict[str, Any] = {"baseline": b} if score else {}
    estimator = score_function if score else pathwise
    return float(c.sigma**2 * quadrature.variance(estimator, LOSS, c.node, **options)[dial])


def lead(c: Case, dial: int, b: float = 0.0) -> float:
    return variance(c, dial, score=True, b=b) - variance(c, dial, score=False)


def sum_of(c: Case, term: Callable[[int, Callable[[int], float]], float], start: int) -> float:
    """The sum over the orders of a term, which takes k and what gives a coefficient."""
    bars = coefficients(c)
    return sum(term(k, lambda i: float(bars[i]) if 0 <= i < 8 else 0.0) for k in range(start, 9))


def sample(c: Case, dial: int, *, score: bool) -> Value:
    """sigma times one sample of the quintic."""
    estimator = score_function if score else pathwise
    return np.asarray(c.sigma * estimator(LOSS, c.node, ROOTS)[:, dial]).reshape(-1, 1, 1, 1)


def entry(dial: int, *, score: bool) -> Callable[[Case], Any]:
    """The coordinate of order k of such a sample."""
    from reader import mean

    return lambda c: mean(sample(c, dial, score=score) * axis(ORDER))


def of(loss: DifferentiableLoss) -> Callable[[Case], Case]:
    """The letters of another loss, at mu = 0 and sigma = 1."""

    def case(c: Case) -> Case:
        bars = quadrature.hermite_spectrum(loss, Normal(0, 1), 4)
        own = {f"c_{k}": bars[k] for k in range(5)} | {"f": loss, "f'": loss.derivative}
        return replace(c, mu=0.0, sigma=1.0, letters={**c.letters, **own})

    return case


def at_noise(function: Callable[[Value], Value], *, of_y: bool = True) -> Callable[[Case], Value]:
    return lambda c: function(c.node.path(ROOTS) if of_y else ROOTS).reshape(-1, 1, 1, 1)


def with_h(c: Case) -> Case:
    """A function h of the noise, and its slope."""
    eps = ROOTS.reshape(-1, 1, 1, 1)
    return replace(c, letters={**c.letters, "h": NOISE(eps), "h'": NOISE.deriv()(eps)})


def parabola(dial: int) -> Callable[[Case], tuple[Case, float]]:
    """Squared error less a baseline, and the lead of the trick."""

    def claim(c: Case) -> tuple[Case, float]:
        loss, b = SquaredError(c.x), c.letters["b"]
        bars = quadrature.hermite_spectrum(lambda y: loss(y) - b, c.node, 2)
        own = {f"c_{k}": bars[k] for k in range(3)}
        score = quadrature.variance(score_function, loss, c.node, baseline=b)
        more = score - quadrature.variance(pathwise, loss, c.node)
        return replace(c, letters={**c.letters, **own}), float(c.sigma**2 * more[dial])

    return claim


def by_grid(place: int, k: int, *, jump: bool) -> bool:
    """The bars of |y|, or of the jump at 0, from integrals over half of the line."""
    eps = np.linspace(0, 40, 400_001)
    half = (
        np.trapezoid(
            (eps if not jump else 1) * axis(k, eps)[:, 0, 0, 0] * np.exp(-(eps**2) / 2), eps
        )
        / (2 * np.pi) ** 0.5
    )
    at_zero = axis(place, np.zeros(1))[0, 0, 0, 0]
    if jump:
        return same(k * half**2, at_zero**2 / (2 * np.pi))
    return same(k * (2 * half) ** 2, 2 / np.pi * at_zero**2 / (k - 1))


def polynomials(c: Case) -> bool:
    """The recursion, the derivative and the scale of Hermite's polynomials."""
    eps, he = ROOTS, [axis(k)[:, 0, 0, 0] * factorial(k) ** 0.5 for k in range(8)]
    slopes = (he_of(k, eps + 1e-5) - he_of(k, eps - 1e-5) for k in range(8))
    return all(same(he[k + 1], eps * he[k] - k * he[k - 1]) for k in range(1, 7)) and all(
        np.allclose(slope / 2e-5, k * he[k - 1], rtol=1e-5, atol=1e-3 * abs(he[k]).max())
        for k, slope in enumerate(slopes)
        if k
    )


def he_of(k: int, eps: Value) -> Value:
    return axis(k, eps)[:, 0, 0, 0] * factorial(k) ** 0.5


BOWL = Loss(lambda y: y**2 / 2 - 1, lambda y: y)
WELL = Loss(lambda y: -np.exp(-(y**2) / 2), lambda y: y * np.exp(-(y**2) / 2))
WITH, WITHOUT = (
    r"\operatorname{Var}_{\text{pathwise}}",
    r"\operatorname{Var}_{\text{score function}}",
)
LEAD = rf"\sigma^2\big({WITHOUT} - {WITH}\big)"
DOWN, TWO = r"\sqrt{k+1}\,c_{k+1}", r"\sqrt{(k+1)(k+2)}\,c_{k+2}"
IN_MU = rf"{DOWN} + \sqrt k\,c_{{k-1}}"
WITH_SIGMA, WITHOUT_SIGMA = rf"{TWO} + k\,c_k", rf"{TWO} + 2k\,c_k + \sqrt{{k(k-1)}}\,c_{{k-2}}"

CLAIMS: dict[str, Callable[[Case], Any]] = {
    r"E[\epsilon h] = E[h']": with_h,
    r"E[D\,h] = E[U\,h']": with_h,
    r"1/\sqrt{27}": lambda c: float(quadrature.variance(pathwise, WELL, Normal(0, 1))[0]),
    r"f' = -y f": of(WELL),
    r"\operatorname{He}_{k+1}(\epsilon) = \epsilon\operatorname{He}_k(\epsilon) "
    r"- k\operatorname{He}_{k-1}(\epsilon)": polynomials,
    r"\operatorname{He}_k' = k\operatorname{He}_{k-1}": polynomials,
    r"\epsilon^3 - 3\epsilon": at_noise(lambda eps: he_of(3, eps), of_y=False),
    r"\epsilon^4 - 6\epsilon^2 + 3": at_noise(lambda eps: he_of(4, eps), of_y=False),
    r"f(\mu + \sigma\epsilon) = \sum_{k\ge0} c_k\,H_k(\epsilon)": lambda c: same(
        sum(bar * axis(k) for k, bar in enumerate(coefficients(c))),
        at_noise(QUINTIC)(c),
    ),
    r"E[f^2] = \sum_{k\ge0} c_k^2": lambda c: same(
        quadrature.expectation(lambda y: LOSS(y) ** 2, c.node),
        sum_of(c, lambda k, bar: bar(k) ** 2, 0),
    ),
    r"\operatorname{Var} f = \sum_{k\ge1} c_k^2": lambda c: same(
        quadrature.expectation(lambda y: LOSS(y) ** 2, c.node)
        - quadrature.expected_loss(LOSS, c.node) ** 2,
        sum_of(c, lambda k, bar: bar(k) ** 2, 1),
    ),
    DOWN: entry(0, score=False),
    IN_MU: entry(0, score=True),
    WITH_SIGMA: entry(1, score=False),
    WITHOUT_SIGMA: entry(1, score=True),
    rf"\sigma^2{WITH} = \sum_{{k\ge2}} k\,c_k^2": lambda c: same(
        variance(c, 0, score=False), sum_of(c, lambda k, bar: k * bar(k) ** 2, 2)
    ),
    rf"\sigma^2{WITHOUT} = \sum_{{k\ge1}}\big({IN_MU}\big)^2": lambda c: same(
        variance(c, 0, score=True),
        sum_of(c, lambda k, bar: ((k + 1) ** 0.5 * bar(k + 1) + k**0.5 * bar(k - 1)) ** 2, 1),
    ),
    rf"\sigma^2{WITH} = \sum_{{k\ge1}}\big({WITH_SIGMA}\big)^2": lambda c: same(
        variance(c, 1, score=False),
        sum_of(c, lambda k, bar: (((k + 1) * (k + 2)) ** 0.5 * bar(k + 2) + k * bar(k)) ** 2, 1),
    ),
    rf"\sigma^2{WITHOUT} = \sum_{{k\ge1}}\big({WITHOUT_SIGMA}\big)^2": lambda c: same(
        variance(c, 1, score=True),
        sum_of(
            c,
            lambda k, bar: (
                (
                    ((k + 1) * (k + 2)) ** 0.5 * bar(k + 2)
                    + 2 * k * bar(k)
                    + (k * (k - 1)) ** 0.5 * bar(k - 2)
                )
                ** 2
            ),
            1,
        ),
    ),
    r"(\epsilon^2-1)/2 - 1/2": lambda c: (
        replace(c, mu=0.0, sigma=1.0),
        at_noise(BOWL)(of(BOWL)(c)),
    ),
    r"c_0 = -1/2": of(BOWL),
    r"c_2 = 1/\sqrt2": of(BOWL),
    r"2c_2^2 = 1": of(BOWL),
    r"(c_0+\sqrt2\,c_2)^2 + 3c_2^2 = 1/4 + 3/2 = 7/4": of(BOWL),
    rf"{LEAD} = \sum_{{k\ge0}}(k+1)\,c_k^2 + 2\sum_{{k\ge0}}\sqrt{{(k+1)(k+2)}}\,c_k\,c_{{k+2}}": (
        lambda c: same(
            lead(c, 0),
            sum_of(
                c,
                lambda k, bar: (
                    (k + 1) * bar(k) ** 2 + 2 * ((k + 1) * (k + 2)) ** 0.5 * bar(k) * bar(k + 2)
                ),
                0,
            ),
        )
    ),
    r"E[f^2] + \sigma^2E[f'^2]": lambda c: sum_of(c, lambda k, bar: (k + 1) * bar(k) ** 2, 0),
    r"2\sigma^2E[f f'']": lambda c: sum_of(
        c, lambda k, bar: 2 * ((k + 1) * (k + 2)) ** 0.5 * bar(k) * bar(k + 2), 0
    ),
    TWO: lambda c: (
        float(
            quadrature.expectation(
                lambda y: CURVATURE(y) * axis(ORDER, (y - c.mu) / c.sigma)[:, 0, 0, 0], c.node
            )
        )
        * c.sigma**2
    ),
    r"(c_0+\sqrt2\,c_2)^2 + 2c_1^2 + c_2^2": parabola(0),
    r"(\sqrt2\,c_0+4c_2)^2 + 9c_1^2 + 8c_2^2": parabola(1),
    rf"{LEAD} = 2E[F^2] + \sigma^2E[(6+\epsilon^2)f'^2] + 2\sigma^2E[(3+\epsilon^2)F f'']": (
        lambda c: lead(c, 1, b=c.letters["b"])
    ),
    r"\epsilon G' + D": lambda c: (
        sample(c, 1, score=True) - c.letters["b"] * (ROOTS.reshape(-1, 1, 1, 1) ** 2 - 1)
    ),
    r"E[D^2] + 2E[D\,\epsilon G']": lambda c: lead(c, 1, b=c.letters["b"]),
    r"E[(1+\epsilon^2)G^2] + 4E[\epsilon GG'] + E[\epsilon^2G'^2] + 2E[\epsilon^2GG'']": (
        lambda c: lead(c, 1, b=c.letters["b"])
    ),
    r"2E[G^2] + E[(6+\epsilon^2)G'^2] + 2E[(3+\epsilon^2)GG'']": (
        lambda c: lead(c, 1, b=c.letters["b"])
    ),
    r"k\,c_k^2 = \frac{2}{\pi}\,\frac{H_{k-2}(0)^2}{k-1}": lambda c: all(
        by_grid(k - 2, k, jump=False) for k in (2, 4, 8)
    ),
    r"k\,c_k^2 = \frac{H_{k-1}(0)^2}{2\pi}": lambda c: all(
        by_grid(k - 1, k, jump=True) for k in (1, 3, 7)
    ),
    r"H_{2j}(0)^2 = \frac{2j-1}{2j}H_{2j-2}(0)^2": lambda c: all(
        same(
            axis(2 * j, np.zeros(1)) ** 2,
            (2 * j - 1) / (2 * j) * axis(2 * j - 2, np.zeros(1)) ** 2,
        )
        for j in range(1, 6)
    ),
    r"2(\operatorname{Var} f - c_1^2)": lambda c: sum_of(c, lambda k, bar: 2 * bar(k) ** 2, 2),
    r"c_1/\sigma": lambda c: float(quadrature.gradient(LOSS, c.node)[0]),
    r"\sqrt2\,c_2/\sigma": lambda c: float(quadrature.gradient(LOSS, c.node)[1]),
}

WORDS: tuple[str, ...] = (
    # the losses of the chapter, which its cells compute
    r"y^2/2 - 1",
    r"-\cos y",
    r"-e^{-y^2/2}",
    r"y^4",
    r"\cos 5y",
    r"e^{ty^2}",
    r"e^{ty}",
    r"f(y) = a_0 + a_1y + \dots + a_my^m",
    r"a_0 + a_2y^2 + a_4y^4",
    # definitions and lists
    r"H_k = \operatorname{He}_k/\sqrt{k!}",
    r"c_k = E[f(y)\,H_k(\epsilon)]",
    r"c_0, c_1, c_2, \dots",
    r"c_0, \dots, c_m",
    r"a_0, \dots, a_m",
    r"E[f^2]",
    r"\sqrt{k!}\,c_k",
    r"\sqrt{k!}",
    r"u(\mu) = E f(\mu + \sigma\epsilon)",
    r"G(\epsilon) = F(\mu+\sigma\epsilon)",
    r"h = f H_k",
    r"h = D",
    r"c_0 - b",
    # parts of what is computed
    r"\sigma f'\epsilon",
    r"\sigma^2f''",
    r"\epsilon G'",
    r"\sigma^k",
    r"E[f H_k]",
    r"k\,c_k^2",
    r"\sum_k c_k H_k(\epsilon)",
    r"\sqrt{k+1}\,H_{k+1}",
    r"\epsilon f",
    r"\sqrt2\,c_2",
    r"\sqrt k\,c_{k-1}",
    r"\sigma E[f'H_{k-1}]",
    r"\sum_{k\ge1} c_k^2",
    r"\sum_{k\ge1} k\,c_k^2",
    # conditions
    r"10^{-12}",
    r"t < 1/(2\sigma^2)",
    r"t < 1/(4\sigma^2)",
    r"t = 1/4",
    r"e^{y^2/(4\sigma^2)}",
)
