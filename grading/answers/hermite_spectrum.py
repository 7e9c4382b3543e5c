"""Reference solutions, hidden inputs, wrong answers of hermite-spectrum."""

from typing import Any

import numpy as np

from grading.questions import Claimed, Coded, Mutant, Written

POLYNOMIAL = """\
def polynomial_spectrum(a, mu, sigma):
    p, c, factorial = np.polynomial.Polynomial(a), [], 1.0
    for k in range(len(a)):
        factorial *= max(k, 1)
        tail, moment = p(mu), 1.0
        for even in range(2, len(a), 2):
            moment *= sigma**2 / even
            tail = tail + moment * p.deriv(even)(mu)
        c.append(sigma**k * tail / factorial**0.5)
        p = p.deriv()
    return np.array(c)
"""
OPPOSITE = """\
def opposite_draws(c, sigma):
    def noise(x):
        raised = np.append(0, np.sqrt(np.arange(1, x.size + 1)) * x)
        return raised + np.append(down(x), [0, 0])

    def down(x):
        return np.sqrt(np.arange(1, x.size)) * x[1:]

    slope, times = down(c), noise(c)
    samples = [[slope, noise(slope)], [times, noise(times) - np.append(c, [0, 0])]]
    return np.array([[np.sum(x[2::2] ** 2) for x in row] for row in samples]) / sigma**2
"""


def spectra(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Spectra of several lengths, of losses of either sign."""
    return [(rng.normal(size=size), rng.uniform(0.5, 2)) for size in (3, 4, 6, 9)]


QUESTIONS = [
    Written(
        "hermite-spectrum-derivatives",
        rubric="""\
- 1 point: one integration by parts, E[f H_k] = sigma E[f' H_(k-1)] / sqrt(k).
- 1 point: repeated k times, and the mean of the k-th derivative is that of u.
- 1 point: the spectrum of e^(ty) is (t sigma)^k / sqrt(k!) times u, the expected loss.
- 1 point: the variance is t^2 u^2 (e^(t^2 sigma^2) - 1).""",
        solution=r"""
From the recursion, sqrt(k) H_k = eps H_(k-1) - H_(k-1)'. By parts, E[f eps H_(k-1)] =
E[sigma f' H_(k-1)] + E[f H_(k-1)'], so sqrt(k) E[f H_k] = sigma E[f' H_(k-1)]. Repeat this k times:
c_k is sigma^k / sqrt(k!) times the mean of the k-th derivative of f. A derivative in mu goes inside
the expectation and hits f alone, so this mean is the k-th derivative of u.

For f = e^(ty) the expected loss is u = e^(t mu + t^2 sigma^2 / 2), and each derivative in mu
multiplies it by t. So c_k = (t sigma)^k / sqrt(k!) u. With q = t^2 sigma^2 the pathwise variance in
mu, times sigma^2, is the sum over k >= 2 of k q^k / k! u^2 = q u^2 times the sum over j >= 1 of
q^j / j!, which is q u^2 (e^q - 1). Divided by sigma^2 this is t^2 u^2 (e^q - 1), and the same
follows directly from f' = t e^(ty).""",
    ),
    Coded(
        "hermite-spectrum-polynomial",
        points=3,
        function="polynomial_spectrum",
        solution=POLYNOMIAL,
        inputs=lambda rng: [
            (rng.normal(size=size), rng.uniform(-2, 2), rng.uniform(0.5, 2))
            for size in (3, 4, 5, 7)
        ],
        mutants=[
            # the polynomials not normalized
            Mutant(
                POLYNOMIAL.replace(" / factorial**0.5", " / factorial"),
                hint="for a = [0.0, 0.0, 1.0] at mu = 0.0, sigma = 1.0 the third component is off",
            ),
            # the spread only in the means, not in the powers
            Mutant(
                POLYNOMIAL.replace("sigma**k * tail", "tail"),
                hint="for a = [1.0, -2.0, 0.5, 3.0] at mu = 0.0, sigma = 2.0 3 of 4 values are",
            ),
            # the derivatives at mu, not their means
            Mutant(
                POLYNOMIAL.replace("tail + moment * p.deriv(even)(mu)", "tail"),
                hint="for a = [0.0, 0.0, 1.0] at mu = 0.0, sigma = 1.0 the first component is off",
            ),
            # as if the node were at 0
            Mutant(
                POLYNOMIAL.replace("(mu)", "(0.0)"),
                hint="for a = [1.0, -2.0, 0.5, 3.0, -0.25] at mu = 1.5, sigma = 0.8",
            ),
        ],
    ),
    Coded(
        "hermite-spectrum-opposite-draws",
        points=3,
        function="opposite_draws",
        solution=OPPOSITE,
        inputs=spectra,
        mutants=[
            # as if the two samples were independent
            Mutant(
                OPPOSITE.replace("x[2::2] ** 2", "x[1:] ** 2 / 2"),
                hint="for the spectrum of (y - 3)^2 at mu = 1.0, sigma = 1.5",
            ),
            # the odd orders in place of the even ones
            Mutant(
                OPPOSITE.replace("x[2::2]", "x[1::2]"),
                hint="for the spectrum of (y - 3)^2 at mu = 1.0, sigma = 1.5",
            ),
            # the mean counted as variance
            Mutant(
                OPPOSITE.replace("x[2::2]", "x[::2]"),
                hint="for the spectrum of (y - 3)^2 at mu = 1.0, sigma = 1.5",
            ),
            # sigma forgotten
            Mutant(
                OPPOSITE.replace(" / sigma**2", ""),
                hint="off by the factor 2.25",
            ),
        ],
    ),
    Claimed(
        "hermite-spectrum-losing-polynomial",
        points=2,
        value="a_0_2_4",
        solution="a_0_2_4 = (1.35, -0.98, 0.085)\n",
        mutants=[
            # a parabola, which wins
            Mutant(
                "a_0_2_4 = (1.35, -0.98, 0.0)\n", hint="there the trick wins, with 3.84 against"
            ),
            # the spectrum in place of the polynomial
            Mutant("a_0_2_4 = (0.622, -0.663, 0.417)\n", hint="there the trick wins, with"),
            # the same wave, lifted above zero
            Mutant("a_0_2_4 = (3.35, -0.98, 0.085)\n", hint="there the trick wins, with"),
        ],
    ),
]
