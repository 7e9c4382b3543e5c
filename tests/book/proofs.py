r"""What the formulas of the page of proofs are compared with: letters, claims, words.

The page gathers what the chapters print, and a letter has another meaning in each of its sections.
So a formula is read in the world of its section; where a chapter's computation serves, it is
handed that world.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from math import factorial
from typing import Any

import dimensions
import numpy as np
import spectrum
from formulas import CLAIMS as OF_CHAPTERS
from formulas import (
    FOURTH,
    TINY,
    Claim,
    as_wave,
    best,
    by,
    expectation,
    expected,
    gradient,
    least_at_its_best,
    left_by,
    left_by_a_control,
    left_out,
    moved,
    normal_density,
    of_controls,
    pdf,
    spread,
    throw,
    two_draws,
    variance,
    vector,
    wave_wins,
)
from reader import ROOTS, Case, Of, Value, at_noise, integral, same
from scipy import special, stats

from rpt_helpers import (
    Cosine,
    EnergyScore,
    ExponentialSquare,
    Loss,
    MomentMatching,
    NegativeLogLikelihood,
    Normal,
    ReverseKL,
    SquaredError,
    SquaredErrorWithEntropy,
    closed_form,
    measure_valued,
    pathwise,
    quadratic,
    quadrature,
    score_function,
)

World = Callable[[Case], Case]
NOISE, ORDER = spectrum.NOISE, spectrum.ORDER
WAVE = 1.7
FAR = 1e5  # a spread beside which the data are a point


def letters(c: Case) -> dict[str, Any]:
    """Those that have one meaning on the page."""
    return {
        "A": Of(lambda n: n["delta"] ** 2 + n["s"] ** 2 - n["b"] / n["n"]),
        "F": Of(lambda n: n["f"](n["y"]) - n["b"]),
        "V_with": vector(variance(c)),
        "V_without": vector(variance(c, score_function, baseline=c.letters["b"])),
    }


# Worlds


def plain(c: Case) -> Case:
    return c


def no_baseline(c: Case) -> Case:
    return by(c, b=0.0)


def quintic(c: Case) -> Case:
    """A loss of degree five, its spectrum less the baseline, and products with the noise."""
    bars = spectrum.coefficients(c)
    down = {
        f"d_{name}": (ORDER + step) ** 0.5 * bars[ORDER + step]
        for name, step in (("k-1", 0), ("k", 1), ("k+1", 2))
    }
    return by(c, **spectrum.letters(c), **down)


def controls(c: Case) -> Case:
    return by(c, **of_controls(c))


def descent(c: Case) -> Case:
    return by(c, V=throw(c), r=throw(c) ** 0.5 / c.sigma, epsilonbar=0.4)


def wave(c: Case) -> Case:
    here = as_wave(c)
    double = quadrature.expectation(Cosine(2 * WAVE), here.node)
    return by(here, k=WAVE, c=double, a=WAVE * c.mu, b=here.letters["kappa"])


def bump(c: Case) -> Case:
    """A node so narrow that the reader's rule is exact on the bump."""
    here = replace(c, sigma=0.3 * c.sigma, loss=ExponentialSquare(WAVE))
    size = 1 + 4 * WAVE * here.sigma**2
    height = quadrature.expectation(ExponentialSquare(2 * WAVE), here.node)
    return by(here, k=WAVE, r=height, m=here.mu / size, w=here.sigma**2 / size)


def humps(c: Case) -> Case:
    """A parabola, and numbers in the places of the pairs of draws."""
    pairs = {"w": abs(at_noise(ROOTS)), "w'": abs(ROOTS.reshape(1, -1, 1, 1)), "m": at_noise(ROOTS)}
    here = replace(c, loss=quadratic(WAVE))
    return by(here, k=WAVE, kappa=WAVE * c.sigma, delta=c.mu - WAVE, u=0.3, epsilon=0.4, **pairs)


def three(c: Case) -> Case:
    """Three dimensions."""
    return by(c, D=3.0)


# What is computed there


def under(world: World, *formulas: str) -> dict[str, Claim]:
    """Read both sides in a world, or hand it to the chapter's computation."""

    def settled(claim: Claim) -> Claim:
        def compute(c: Case) -> Any:
            found = claim(world(c))
            alone = isinstance(found, bool | np.bool_ | tuple | Case)
            return found if alone else (world(c), found)

        return compute

    return {each: settled(OF_CHAPTERS.get(each, plain)) for each in formulas}


def value(world: World, compute: Callable[[Case], Any]) -> Claim:
    """A number, or one for each component, for a formula that is read in a world."""
    return lambda c: (world(c), vector(compute(world(c))))


def by_noise(world: World, compute: Callable[[Case], Any]) -> Claim:
    return lambda c: (world(c), at_noise(np.ravel(compute(world(c)))))


def he(k: int) -> Value:
    return spectrum.he_of(k, ROOTS)


def by_parts(c: Case) -> bool:
    slope = NOISE.deriv()
    return same(integral(lambda t: NOISE(t) * t * pdf(t), -14, 14), expectation(slope(ROOTS)))


def by_parts_with_hermite(c: Case) -> bool:
    noise, slope = NOISE(ROOTS), NOISE.deriv()(ROOTS)
    return all(
        same(expectation(noise * he(k + 1)), expectation(slope * he(k)))
        and same(expectation(slope * he(k)), expectation(noise * (ROOTS * he(k) - k * he(k - 1))))
        for k in range(1, 4)
    )


def orthogonal(c: Case) -> bool:
    return all(
        same(expectation(he(j) * he(k)), factorial(j) * expectation(he(k - j)))
        for k in range(6)
        for j in range(k + 1)
    )


def slope_of_recursion(c: Case) -> bool:
    """He_{k+1}' = (k+1) He_k, and what the recursion gives."""
    return all(
        same(he(k) + k * (ROOTS * he(k - 1) - (k - 1) * he(k - 2)), (k + 1) * he(k))
        for k in range(2, 6)
    )


def slope(c: Case, letter: str, function: Callable[[Case], Any]) -> float:
    return float(np.ravel(moved(c, letter, lambda k: vector(function(k))))[0])


def slopes(c: Case, function: Callable[[Case], Any]) -> list[float]:
    return [slope(c, letter, function) for letter in ("mu", "sigma")]


def past(c: Case) -> float:
    """P(y > t)."""
    return float(stats.norm.sf(c.letters["t"], c.mu, c.sigma))


def step_counts(dial: int) -> Claim:
    """The derivative of E f for squared error with a step of height h at t."""
    letter = ("mu", "sigma")[dial]

    def compute(c: Case) -> bool:
        h, t, at = c.letters["h"], c.letters["t"], (c.letters["t"] - c.mu) / c.sigma
        density = pdf(t, c.mu, c.sigma)
        whole = slope(c, letter, lambda k: expected(k) + h * past(k))
        return same(whole, gradient(c)[dial] + h * density * (1, at)[dial])

    return compute


def neighbor(c: Case, k: int, a: float, z: float) -> float:
    shifted = a * z + (1 - a * a) ** 0.5 * ROOTS
    return expectation(spectrum.axis(k, shifted)[:, 0, 0, 0])


def axis_at(k: int, z: float) -> float:
    return float(spectrum.axis(k, np.array([z])).item())


def damped(c: Case) -> bool:
    return all(
        same(neighbor(c, k, 0.4, z), 0.4**k * axis_at(k, z)) for k in range(7) for z in (-1.2, 0.7)
    )


def neighbor_pays(c: Case) -> bool:
    """The expected quintic at a neighbor, against its series."""
    a, z, bars = 0.4, 0.7, spectrum.coefficients(c)
    there = Normal(c.mu + c.sigma * a * z, c.sigma * (1 - a * a) ** 0.5)
    series = sum(a**k * bars[k] * axis_at(k, z) for k in range(6))
    return same(quadrature.expected_loss(spectrum.LOSS, there), series)


def generating(c: Case) -> bool:
    """The series of Hermite's polynomials, and its mean at a neighbor."""
    a, z, t = 0.4, 0.7, 0.3
    draws = a * z + (1 - a * a) ** 0.5 * ROOTS
    terms = [spectrum.he_of(k, draws) * t**k / factorial(k) for k in range(25)]
    closed = np.exp(t * draws - t * t / 2)
    return same(sum(terms), closed) and same(
        expectation(closed), np.exp(t * a * z - t * t * a * a / 2)
    )


def axes_are_bounded(c: Case) -> bool:
    z = np.linspace(-6, 6, 49)
    return all(np.all(abs(spectrum.axis(k, z).ravel()) <= (1 + abs(z)) ** k) for k in range(30))


def is_shifted(objective: Any, formula: Callable[[Case], float]) -> Claim:
    """An objective up to a constant: the same difference between two nodes."""

    def compute(c: Case) -> bool:
        other = replace(c, mu=c.mu + 0.3, sigma=1.2 * c.sigma)
        made = objective(c)
        return same(made.value(c.node) - made.value(other.node), formula(c) - formula(other))

    return compute


def entropy(c: Case) -> SquaredErrorWithEntropy:
    return SquaredErrorWithEntropy(c.x, c.letters["tau"])


def at_mean(objective: Callable[[Case], Any]) -> Claim:
    """The derivative of an objective in sigma at the mean of the data."""
    return value(plain, lambda c: objective(c).gradient(Normal(float(c.x.mean()), c.sigma))[1])


def distance(c: Case) -> Case:
    """The letters of the limit of the energy score."""
    return by(c, sigma_0=0.7, w=(c.sigma**2 + 0.7**2) ** 0.5)


def mean_distance(scale: float, center: float = 0.0) -> float:
    ends = center - 14 * scale, 0.0, center + 14 * scale
    return sum(
        integral(lambda t: abs(t) * pdf(t, center, scale), low, high)
        for low, high in zip(ends, ends[1:], strict=False)
    )


def limit_slope(c: Case) -> float:
    return slope(
        c,
        "sigma",
        lambda k: mean_distance((k.sigma**2 + 0.49) ** 0.5) - mean_distance(2**0.5 * k.sigma) / 2,
    )


def of_energy(c: Case) -> Case:
    return by(c, z_i=Of(lambda n: (n["mu"] - n["x_i"]) / n["sigma"]))


def signs(power: int) -> Claim:
    """E[sign(y - x_i) eps^power], for each x_i."""

    def compute(c: Case) -> tuple[Case, Value]:
        found = [
            integral(lambda t: t**power * pdf(t), -z, 14)
            - integral(lambda t: t**power * pdf(t), -14, -z)
            for z in (c.mu - c.x) / c.sigma
        ]
        return of_energy(c), np.reshape(found, (1, 1, -1, 1))

    return compute


def even_square(c: Case, weight: Value) -> float:
    """The mean of weight times the square of the loss less its baseline."""
    loss = closed_form_loss(c)
    return expectation(weight * loss**2)


def closed_form_loss(c: Case) -> Value:
    return np.ravel(c.names["f"](at_noise(c.node.path(ROOTS)))) - c.letters["b"]


def even_part(c: Case) -> bool:
    """The even powers of the square do as well under an even weight."""
    n, delta, v = c.x.size, float(c.names["delta"]), c.sigma**2
    A = float(np.ravel(c.names["A"])[0])
    short = n**2 * (A**2 + (2 * A + 4 * delta**2) * v * ROOTS**2 + v**2 * ROOTS**4)
    weights = ROOTS**2, (ROOTS**2 - 1) ** 2
    return all(same(even_square(c, each), expectation(each * short)) for each in weights)


def mean_squares(c: Case) -> Value:
    loss = closed_form_loss(c)
    weights = ROOTS / c.sigma, (ROOTS**2 - 1) / c.sigma
    return np.array([expectation((each * loss) ** 2) for each in weights])


def bracket(c: Case, dial: int) -> float:
    """The variance with the best baseline, times sigma^2/n^2."""
    found = variance(c, score_function, baseline=best(c))[dial]
    return float(found * c.sigma**2 / c.x.size**2)


def jensen(c: Case) -> Case:
    """delta^2 has the mean V."""
    return by(descent(c), A=Of(lambda n: n["V"] * n["epsilon"] ** 2 + n["s"] ** 2))


def leave_one_out_is_covariance(c: Case) -> bool:
    rng = np.random.default_rng(5)
    f, score = rng.normal(size=(2, 7))
    others = (f.sum() - f) / 6
    return same(np.mean((f - others) * score), np.cov(f, score)[0, 1])


def aimed(c: Case) -> bool:
    """The mean of the leave-one-out estimate of two draws, and that of f S."""
    f = closed_form_loss(no_baseline(c))
    both = np.multiply.outer(spectrum_weights(), spectrum_weights())
    for score in c.node.score(ROOTS).T:
        estimate = (f[:, None] - f) * (score[:, None] - score) / 2
        if not same((both * estimate).sum(), expectation(f * score)):
            return False
    return True


def spectrum_weights() -> Value:
    return np.array([expectation(each) for each in np.eye(ROOTS.size)])


def share(c: Case) -> tuple[float, float, float]:
    sample, other = (np.ravel(controls(c).letters[each]) for each in "GC")
    shared = expectation(sample * other) - expectation(sample) * expectation(other)
    return spread(sample), shared, spread(other)


def least(c: Case) -> float:
    here = controls(c)
    return left_by(here, here.letters["cstar"])


def least_in_words(c: Case) -> bool:
    own, shared, other = share(c)
    return same(least(c), own - shared**2 / other)


def weighted_by_score(c: Case) -> bool:
    """E[f He_k] against the mean of the derivative of order k."""
    loss, y = spectrum.QUINTIC, c.node.path(ROOTS)
    return all(
        same(expectation(loss(y) * he(k)), c.sigma**k * expectation(loss.deriv(k)(y)))
        for k in (1, 2, 4)
    )


def taylor(c: Case) -> bool:
    """The mean of the parabola of a wave with its center held, after a turn of the dials."""
    mu, value_, slope_ = c.mu, np.cos(WAVE * c.mu), -WAVE * np.sin(WAVE * c.mu)
    bend, h = -(WAVE**2) * value_, c.letters["h"]
    away = mu + h + c.sigma * ROOTS - mu
    mean = expectation(value_ + slope_ * away + bend * away**2 / 2)
    return same(mean, value_ + slope_ * h + bend * (h**2 + c.sigma**2) / 2)


def sample_of(dial: int, *, score: bool) -> Claim:
    """sigma times a sample of the quintic less the baseline."""

    def compute(c: Case) -> tuple[Case, Value]:
        found = spectrum.sample(c, dial, score=score)
        if score:
            weight = ROOTS if dial == 0 else ROOTS**2 - 1
            found = found - c.letters["b"] * at_noise(weight)
        return quintic(c), found

    return compute


def leads(dial: int, orders: tuple[int, ...]) -> Claim:
    """The lead of a loss that has these orders only."""

    def compute(c: Case) -> tuple[Case, Value]:
        rng = np.random.default_rng(int(1e6 * c.sigma))
        bars = np.zeros(7)
        bars[list(orders)] = rng.normal(size=len(orders))
        loss = np.polynomial.hermite_e.HermiteE(bars / special.factorial(range(7)) ** 0.5)
        samples = [
            (loss.deriv()(ROOTS), ROOTS * loss(ROOTS)),
            (ROOTS * loss.deriv()(ROOTS), (ROOTS**2 - 1) * loss(ROOTS)),
        ][dial]
        more = spread(samples[1]) - spread(samples[0])
        return by(c, **{f"c_{k}": bars[k] for k in range(7)}), vector(more)

    return compute


def losing_in_mu(c: Case) -> bool:
    loss = np.polynomial.hermite_e.HermiteE(
        np.array([2 * 6**0.5, 0, -2 * 3**0.5, 0, 1]) / special.factorial(range(5)) ** 0.5
    )
    return same(spread(ROOTS * loss(ROOTS)) - spread(loss.deriv()(ROOTS)), -7)


def losing_in_sigma(c: Case) -> bool:
    """Make the three brackets of the even part zero."""
    c_4 = -7 * 30**0.5 / 12
    c_2 = -(6 * 3**0.5 * c_4 + 3 * 10**0.5) / 4
    c_0 = -(4 * c_2 + 2 * 3**0.5 * c_4) / 2**0.5
    bars = np.array([c_0, 0, c_2, 0, c_4, 0, 1])
    loss = np.polynomial.hermite_e.HermiteE(bars / special.factorial(range(7)) ** 0.5)
    more = spread((ROOTS**2 - 1) * loss(ROOTS)) - spread(ROOTS * loss.deriv()(ROOTS))
    return same(more, -7 / 2)


def squares_of_wave(estimator: Any) -> Claim:
    """Mean squares of samples of the wave, by quadrature."""
    return value(
        wave,
        lambda c: (
            quadrature.variance(estimator, Cosine(WAVE), c.node)
            + quadrature.gradient(Cosine(WAVE), c.node) ** 2
        ),
    )


def doubled(c: Case) -> bool:
    at = WAVE * c.node.path(ROOTS)
    return same(2 * np.cos(at) ** 2, 1 + np.cos(2 * at)) and same(
        2 * np.sin(at) ** 2, 1 - np.cos(2 * at)
    )


def square_of_bump(c: Case) -> bool:
    """E[f^2 h] for a cubic h of y."""
    here = bump(c)
    height, m, w = (float(here.letters[each]) for each in "rmw")
    left = quadrature.expectation(lambda y: np.exp(-2 * WAVE * y**2) * NOISE(y), here.node)
    return same(left, height * expectation(NOISE(m + w**0.5 * ROOTS)))


def who_wins_on_bump(c: Case) -> Value:
    """F^2 + sigma^2 f'^2 + 2 sigma^2 F f'' without a baseline, with differences for f''."""
    y, f = c.node.path(ROOTS), ExponentialSquare(WAVE)
    bend = (f.derivative(y + 1e-5) - f.derivative(y - 1e-5)) / 2e-5
    return np.asarray(f(y) ** 2 + c.sigma**2 * (f.derivative(y) ** 2 + 2 * f(y) * bend))


@cache
def moments(law: str) -> tuple[float, ...]:
    """E of the powers 0 to 4 of a Rayleigh or a double-sided Maxwell number."""
    density: Callable[[float], float] = {
        "w": lambda t: t * np.exp(-t * t / 2) * (t > 0),
        "m": lambda t: t * t * float(pdf(t)),
    }[law]
    low = 0 if law == "w" else -14
    return tuple(
        integral(lambda t, power=power: t**power * density(t), low, 14)  # type: ignore[misc]
        for power in range(5)
    )


def of_pairs(c: Case) -> bool:
    """Both differences of means against the gradient of squared error."""
    n, d, s = c.x.size, float(c.names["delta"]), c.sigma

    def mean(first: float, second: float) -> float:
        return n * (d * d + 2 * d * s * first + s * s * second + c.x.var())

    w, m = moments("w"), moments("m")
    in_mu = (mean(w[1], w[2]) - mean(-w[1], w[2])) / (s * (2 * np.pi) ** 0.5)
    in_sigma = (mean(m[1], m[2]) - mean(0, 1)) / s
    return same([in_mu, in_sigma], gradient(c))


def archimedes(c: Case) -> bool:
    return all(same(integral(lambda t: t * float(pdf(t)), x, 14), pdf(x)) for x in (0.2, 1.0, 2.5))


def third(coupled: bool) -> Callable[[Case], Any]:
    return lambda c: closed_form.variance(measure_valued, quadratic(WAVE), c.node, coupled=coupled)


def parts_of(c: Case, *, coupled: bool, mean: bool = False) -> Value:
    found = quadrature.variance(measure_valued, quadratic(WAVE), c.node, coupled=coupled)
    return found + (quadrature.gradient(quadratic(WAVE), c.node) ** 2 if mean else 0)


def trades_places(place: float, first: Any, second: Any) -> Claim:
    """At this distance in units of sigma the first one, smaller before, becomes the larger one."""

    def compute(c: Case) -> bool:
        at = [Normal(WAVE + side * place * c.sigma, c.sigma) for side in (0.999, 1.001)]
        return [bool(first(each)[0] < second(each)[0]) for each in at] == [True, False]

    return compute


def of_node(estimator: Any, **options: Any) -> Callable[[Any], Any]:
    return lambda node: closed_form.variance(estimator, quadratic(WAVE), node, **options)


def dawson(c: Case) -> bool:
    """I by its integral, its derivative, and what it solves."""
    whole = partial(integral, low=0, high=14)

    def sine(t: float) -> float:
        return whole(lambda w: np.sin(t * w) * np.exp(-w * w / 2))

    t, x = 2 * WAVE * c.sigma, 0.8
    cosine = whole(lambda w: np.cos(t * w) * w * np.exp(-w * w / 2))
    change = (sine(t + 1e-5) - sine(t - 1e-5)) / 2e-5
    by_definition = np.exp(-x * x) * integral(lambda s: np.exp(s * s), 0, x)
    rate = (special.dawsn(x + 1e-5) - special.dawsn(x - 1e-5)) / 2e-5
    square = whole(lambda w: np.sin(WAVE * c.sigma * w) ** 2 * w * np.exp(-w * w / 2))
    kappa = WAVE * c.sigma
    return (
        same(cosine, 1 - t * sine(t))
        and bool(np.isclose(change, cosine, atol=1e-7))
        and same(sine(0.0), 0)
        and same(sine(t), 2**0.5 * special.dawsn(t / 2**0.5))
        and same(by_definition, special.dawsn(x))
        and bool(np.isclose(rate, 1 - 2 * x * special.dawsn(x), atol=1e-7))
        and same(square, 2**0.5 * kappa * special.dawsn(2**0.5 * kappa))
    )


def wave_by_pairs(c: Case) -> bool:
    kappa, loss = WAVE * c.sigma, Cosine(WAVE)
    found = 2 * 2**0.5 / np.pi * WAVE / c.sigma * special.dawsn(2**0.5 * kappa)
    square = (
        quadrature.variance(measure_valued, loss, c.node) + quadrature.gradient(loss, c.node) ** 2
    )
    return same(found * np.sin(WAVE * c.mu) ** 2, square[0])


def over_pairs(function: Callable[[Value, Value], Value]) -> float:
    """The mean over a double-sided Maxwell number m and m u."""
    u, weights = np.polynomial.legendre.leggauss(100)
    m, of_m = np.polynomial.hermite_e.hermegauss(150)
    values = function(m[:, np.newaxis], m[:, np.newaxis] * (u + 1) / 2)
    return float((of_m * m**2) @ values @ weights / 2 / of_m.sum())


def wave_in_sigma(c: Case) -> bool:
    """The mean square of a coupled sample, and the means of products that it is made of."""
    kappa, loss = WAVE * c.sigma, Cosine(WAVE)
    q, narrow = (1 + 2 * kappa**2) * np.exp(-2 * kappa**2), np.exp(-(kappa**2) / 2)
    wide, angle = np.exp(-2 * kappa**2), WAVE * c.mu
    square = (1 - q) * np.cos(angle) ** 2 + (1 + q - 2 * narrow) * np.sin(angle) ** 2
    variance = quadrature.variance(measure_valued, loss, c.node)[1]
    found = variance + quadrature.gradient(loss, c.node)[1] ** 2
    return (
        same(found * c.sigma**2, square)
        and same(over_pairs(lambda m, e: np.cos(2 * kappa * m) + 0 * e), (1 - 4 * kappa**2) * wide)
        and same(over_pairs(lambda m, e: np.cos(2 * kappa * e)), wide)
        and same(over_pairs(lambda m, e: np.cos(kappa * m) * np.cos(kappa * e)), wide)
        and same(over_pairs(lambda m, e: np.sin(kappa * m) * np.sin(kappa * e)), narrow - wide)
    )


def mean_over_heights(c: Case) -> bool:
    """Of cos(t u) and sin(t u) for a uniform u."""
    return all(
        same(integral(lambda u, t=t: np.cos(t * u), 0, 1), np.sin(t) / t)  # type: ignore[misc]
        and same(integral(lambda u, t=t: np.sin(t * u), 0, 1), (1 - np.cos(t)) / t)  # type: ignore[misc]
        for t in (0.3, 1.7, 5.0)
    )


def wave_sample(c: Case) -> bool:
    w = abs(ROOTS)
    loss, kappa, unit = Cosine(WAVE), WAVE * c.sigma, c.sigma * (2 * np.pi) ** 0.5
    difference = (loss(c.mu + c.sigma * w) - loss(c.mu - c.sigma * w)) / unit
    return same(difference, -2 * np.sin(WAVE * c.mu) * np.sin(kappa * w) / unit)


RAYLEIGH = [0, 14]  # where such a number is


def spreads(c: Case, loss: Callable[[Value], Value]) -> tuple[float, float]:
    """The variances of K and Q for Rayleigh numbers."""

    def part(w: float, sign: int) -> float:
        high, low = loss(c.mu + c.sigma * np.array([w, -w]))
        return float(high + sign * low) / 2

    def mean(sign: int, power: int) -> float:
        return integral(lambda w: part(w, sign) ** power * w * float(np.exp(-w * w / 2)), *RAYLEIGH)

    even, odd = (mean(sign, 2) - mean(sign, 1) ** 2 for sign in (1, -1))
    return even, odd


def pair_of(c: Case, loss: Any, *, coupled: bool) -> float:
    return float(quadrature.variance(measure_valued, loss, c.node, coupled=coupled)[0])


def parts_make_the_variance(c: Case) -> bool:
    """Coupled and independent, and that coupling hurts where the odd part varies more."""
    found = []
    for loss in (Cosine(0.5), Cosine(2), quadratic(0.3), quadratic(c.mu + 3 * c.sigma)):
        even, odd = spreads(c, loss)
        unit = 2 * np.pi * c.sigma**2
        coupled, independent = (pair_of(c, loss, coupled=each) for each in (True, False))
        found += [
            same(coupled, 4 * odd / unit),
            same(independent, 2 * (even + odd) / unit),
            (coupled > independent) == (odd > even),
            coupled <= 2 * independent,
        ]
    return all(found)


def variances_add_up(c: Case) -> bool:
    """Of the two values, in terms of the parts."""
    loss = Cosine(1.7)

    def spread(sign: int) -> float:
        first, second = (
            integral(
                lambda w, power=power: (  # type: ignore[misc]
                    float(loss(np.array([c.mu + sign * c.sigma * w]))[0]) ** power
                    * w
                    * float(np.exp(-w * w / 2))
                ),
                *RAYLEIGH,
            )
            for power in (1, 2)
        )
        return second - first**2

    even, odd = spreads(c, loss)
    return same(spread(1) + spread(-1), 2 * even + 2 * odd)


def narrow(c: Case) -> bool:
    """A narrow node, where only the slope counts, for the wave and in both dials."""
    node, wave = Normal(c.mu, 1e-4), Cosine(1.7)
    slope = float(wave.derivative(np.array([c.mu]))[0]) ** 2
    found = closed_form.variance(measure_valued, wave, node)
    return bool(
        np.allclose(found, [slope * (4 / np.pi - 1), slope], rtol=1e-3)
        and np.isclose(slope, 1.7**2 * np.sin(1.7 * c.mu) ** 2)
    )


def near_a_point(c: Case) -> bool:
    """The wave in a narrow node: a pair in mu, one in sigma, and the line that both see."""
    wave, narrow_sigma = Cosine(WAVE), 1e-6
    slope, t = float(wave.derivative(np.array([c.mu]))[0]), abs(ROOTS[ROOTS != 0])
    start, right, left, closer = (wave(c.mu + narrow_sigma * at) for at in (0 * t, t, -t, 0.3 * t))
    return bool(
        np.allclose((right - left) / narrow_sigma, 2 * slope * t, rtol=1e-3, atol=1e-4)
        and np.allclose((right - closer) / narrow_sigma, slope * t * 0.7, rtol=1e-3, atol=1e-4)
        and np.allclose((right - start) / narrow_sigma, slope * t, rtol=1e-3, atol=1e-4)
        and same(moments("m")[2] * integral(lambda u: (1 - u) ** 2, 0, 1), 1)
    )


def even_and_odd(c: Case) -> tuple[Value, Value]:
    """The parts of a pathwise sample of the quintic in mu."""
    sample = spectrum.SLOPE
    plus, minus = (sample(c.mu + sign * c.sigma * ROOTS) for sign in (1, -1))
    return (plus + minus) / 2, (plus - minus) / 2


def of_parts(c: Case) -> Case:
    even, odd = even_and_odd(c)
    return by(c, V_e=spread(even), V_o=spread(odd))


def two_samples(c: Case) -> float:
    """Of two independent ones."""
    both = spectrum.SLOPE(c.node.path(ROOTS))
    return spread(both) / 2


def even_orders(c: Case) -> bool:
    bars = spectrum.coefficients(c)
    sum_ = sum(k * bars[k] ** 2 for k in (3, 5))
    return same(c.sigma**2 * spread(even_and_odd(c)[0]), sum_)


@cache
def cube() -> tuple[Value, Value]:
    """Noise in three dimensions, and the weights of a rule that is exact to degree 15."""
    points, weights = np.polynomial.hermite_e.hermegauss(8)
    grid = np.stack(np.meshgrid(points, points, points)).reshape(3, -1)
    weight = np.prod(np.stack(np.meshgrid(weights, weights, weights)).reshape(3, -1), axis=0)
    return grid, weight / weight.sum()


def over_cube(values: Value) -> float:
    return float(values @ cube()[1])


def spread_over_cube(values: Value) -> float:
    return over_cube(values**2) - over_cube(values) ** 2


def in_three(loss: Value, dial: int, b: float = 0.0, sigma: float = 1.0) -> float:
    """The variance of a score-function sample of the first component."""
    eps = cube()[0][0]
    return spread_over_cube((loss - b) * (eps if dial == 0 else eps**2 - 1) / sigma)


def far_square() -> Value:
    """The squared distance at the best point."""
    return np.asarray((cube()[0] ** 2).sum(axis=0))


def ratio_in_three(dial: int, b: float = 0.0) -> Claim:
    eps = cube()[0][0]
    trick = spread_over_cube(2 * eps if dial == 0 else 2 * eps**2)
    return value(three, lambda c: in_three(far_square(), dial, b) / trick)


def best_in_three(dial: int) -> float:
    eps = cube()[0][0]
    score = eps if dial == 0 else eps**2 - 1
    return over_cube(far_square() * score**2) / over_cube(score**2)


def of_cube(compute: Callable[[], float]) -> Claim:
    return value(three, lambda c: compute())


def valley() -> tuple[Value, Value]:
    total = cube()[0].sum(axis=0)
    return total**2, 2 * total


def sum_at_half(c: Case) -> float:
    loss = 3 / 2 + c.sigma * cube()[0].sum(axis=0)
    return in_three(loss, 1, sigma=c.sigma)


def wave_of_a_sum(c: Case) -> bool:
    """Both variances for cos(2 y_1 + ... + 2 y_D), on a grid of the own noise and the rest."""
    D, t = 3, np.linspace(-9, 9, 361)
    own, rest = t[:, None], (D - 1) ** 0.5 * t
    weights = np.outer(pdf(t), pdf(t)) * (t[1] - t[0]) ** 2
    h, q = 2 * (own + rest), np.exp(-8 * D)
    trick, score = -2 * np.sin(h), np.cos(h) * own
    return all(
        same(float(np.sum(weights * values)), exact)
        for values, exact in (
            (np.cos(2 * h), q),
            (trick**2, 2 * (1 - q)),
            (score**2, 1 / 2 - 15 / 2 * q),
            ((1 + np.cos(2 * h)) * own**2 / 2, 1 / 2 - 15 / 2 * q),
            (own**2 * np.cos(2 * h), -15 * q),
        )
    )


def stein_for_correlated_draws(c: Case) -> bool:
    """Means of polynomials of two correlated draws, on a grid; the step of a difference is tiny."""
    factor = np.array([[1.1, 0.0], [-0.7, 0.5]])
    eps, weight = dimensions.EPS, dimensions.WEIGHT
    y, inverse = eps @ factor.T + [0.4, -0.2], np.linalg.inv(factor @ factor.T)

    def at(values: Value) -> tuple[Value, Value]:
        return dimensions.TWISTED(values) - 2.2, (values - [0.4, -0.2]) @ inverse[0]

    def mean(values: Value) -> float:
        return float(weight @ values)

    def by_first(of: Callable[[Value, Value], Value]) -> Value:
        step = np.array([TINY, 0])
        return np.asarray((of(*at(y + step)) - of(*at(y - step))) / (2 * TINY))

    (F, S), slope = at(y), dimensions.TWISTED.derivative(y)
    bend = 1.8 * y[:, 0]
    stein = mean(S * F), mean(slope[:, 0])
    matrix = weight @ (eps * F[:, None]), factor.T @ (weight @ slope)
    twice = mean(F**2 * S**2), mean(by_first(lambda F, S: F**2 * S))
    parts = inverse[0, 0] * mean(F**2) + 2 * mean(F * S * slope[:, 0])
    rest = mean(F * S * slope[:, 0]), mean(slope[:, 0] ** 2) + mean(F * bend)
    of_score = by_first(lambda F, S: S), inverse[0, 0]
    pairs = stein, matrix, twice, (twice[0], parts), rest, of_score
    return all(np.allclose(left, right, rtol=1e-6, atol=1e-6) for left, right in pairs)


def known_others(c: Case) -> bool:
    """What is left of a draw when the other is known: its regression's residual."""
    covariance = np.array([[1.3, -0.6], [-0.6, 0.9]])
    left = covariance[0, 0] - covariance[0, 1] ** 2 / covariance[1, 1]
    return same(1 / np.linalg.inv(covariance)[0, 0], left)


def with_pairs(c: Case) -> Case:
    return by(c, m=at_noise(ROOTS), u=0.3)


def correlated(c: Case) -> bool:
    """The score of a correlated Normal, by differences of its log density."""
    factor = np.array([[1.0, 0.0], [0.6, 0.8]])
    mu, eps, h = np.array([0.3, -0.2]), np.array([0.7, 1.1]), 1e-5
    y, covariance = mu + factor @ eps, factor @ factor.T

    def log_density(mean: Value) -> float:
        return float(stats.multivariate_normal.logpdf(y, mean, covariance))

    found = [
        (log_density(mu + h * each) - log_density(mu - h * each)) / (2 * h) for each in np.eye(2)
    ]
    by_inverse = np.linalg.solve(covariance, y - mu)
    exponent = -0.5 * (y - mu) @ by_inverse
    constant = stats.multivariate_normal.logpdf(mu, mu, covariance)
    return (
        bool(np.allclose(found, by_inverse, rtol=1e-6))
        and same(by_inverse, np.linalg.solve(factor.T, eps))
        and same(log_density(mu), exponent + constant)
    )


def step_at(c: Case, k: float) -> Loss:
    h, t = c.letters["h"], c.letters["t"]

    def rise(y: Value) -> Value:
        return (1 + np.tanh(k * (y - t) / 2)) / 2

    return Loss(lambda y: h * rise(y), lambda y: h * k * rise(y) * (1 - rise(y)))


def moment_density(power: int, noise: float) -> float:
    return noise**power * float(pdf(noise))


def smoothed(c: Case) -> bool:
    """Of a steep step: its integrals over R by quadrature, and how near the limits are."""
    h, t, k = c.letters["h"], c.letters["t"], 50.0
    z, dz = np.linspace(-40, 40, 8_001, retstep=True)
    density = np.exp(-abs(z)) / (1 + np.exp(-abs(z))) ** 2  # R(1 - R)

    def over(rate: float, power: int, times: int = 0) -> float:
        y = t + z / rate
        return float(
            (density**power * pdf(y, c.mu, c.sigma)) @ ((y - c.mu) / c.sigma) ** times * dz
        )

    slope = quadrature.gradient(step_at(c, k), c.node)[0]
    square = quadrature.variance(pathwise, step_at(c, k), c.node)[0] + slope**2
    there, far = float(pdf(t, c.mu, c.sigma)), (t - c.mu) / c.sigma
    limits = [over(1e6, 1), 6 * over(1e6, 2), over(1e6, 1, 1) / far, 6 * over(1e6, 2, 2) / far**2]
    steep = quadrature.variance(score_function, step_at(c, 300.0), c.node)
    # Of the noise above the jump, E[e^2] and E[(e^2 - 1)^2].
    tail = [integral(partial(moment_density, n), far, 12) for n in (0, 2, 4)]
    square_of_jump = h**2 * np.array([tail[1], tail[2] - 2 * tail[1] + tail[0]]) / c.sigma**2
    jump = square_of_jump - (h * there * np.array([1, far])) ** 2
    return (
        same([h * over(k, 1), h**2 * k * over(k, 2)], [slope, square])
        and np.allclose(limits, there, rtol=1e-4)
        and np.allclose(steep, jump, rtol=0.02)
    )


def own_draws(c: Case) -> bool:
    """What the best baseline of the same two draws leaves, in polar coordinates."""
    r, dr = np.linspace(0, 14, 2_001, retstep=True)
    weights = np.outer(r * np.exp(-(r**2) / 2) * dr, np.full(64, 1 / 64))
    angle = np.linspace(0, 2 * np.pi, 65)[:-1]
    e = np.array([np.outer(r, np.cos(angle)), np.outer(r, np.sin(angle))])
    losses = SquaredError(c.x)(c.node.path(e))
    squares = (e**2).sum(axis=0)
    own = np.divide((losses * e**2).sum(axis=0), squares, where=squares > 0, out=0 * squares)
    left = float((weights * ((losses - own) * e).mean(axis=0)).sum()) / c.sigma
    slope, fourth = gradient(c)[0], float((weights * squares**2).sum())
    quotient = np.divide(e[0] ** 4, squares, where=squares > 0, out=0 * squares)
    return same(
        [left, fourth, (weights * squares).sum(), (weights * quotient).sum()],
        [slope / 4, 2 * (2 + 2), 2, 3 / (2 + 2)],
    )


def kink_and_jump(c: Case) -> bool:
    """Integrals over the positive noise, the coefficients they make, and the squares at 0."""
    e, step = np.linspace(0, 12, 120_001, retstep=True)
    weights = pdf(e) * step
    weights[0] /= 2

    def normalized(k: int, at: Any) -> Any:
        return special.eval_hermitenorm(k, at) / factorial(k) ** 0.5

    found, expected = [], []
    for k in range(2, 9):
        jump, before = weights @ normalized(k, e), normalized(k - 1, 0.0)
        found += [jump, k * jump**2]
        expected += [before / (2 * np.pi * k) ** 0.5, before**2 / (2 * np.pi)]
        if k % 2 == 0:  # the kink is even, and so are its polynomials
            kink, before = 2 * weights @ (e * normalized(k, e)), normalized(k - 2, 0.0)
            found += [k * kink**2, k**0.5 * kink]
            expected += [2 / np.pi * before**2 / (k - 1), 2 * before / (2 * np.pi * (k - 1)) ** 0.5]
    return same(found, expected) and all(
        normalized(2 * j, 0.0) ** 2 > 0.999 / (2 * j) for j in range(1, 9)
    )


def from_close(c: Case) -> bool:
    """The variances of powers of the noise, and their quotients."""
    e = ROOTS
    found = [spread(each) for each in (e**3, e**4, e**5 - e**3, e, e**2, e**3 - 3 * e)]
    cube, fourth, fifth, one, square, best = found
    return same(found, [15, 96, 750, 1, 2, 6]) and same(
        [cube / 4 / one, best / 4 / one, fourth / 36 / (square / 4), fifth / 36 / (cube / 4)],
        [15 / 4, 3 / 2, 16 / 3, 50 / 9],
    )


MOMENTS = {
    r"E w = \sqrt{\pi/2}": ("w", 1, (np.pi / 2) ** 0.5),
    r"E w^2 = 2": ("w", 2, 2),
    r"E w^4 = 8": ("w", 4, 8),
    r"E m^2 = 3": ("m", 2, 3),
    r"E m^4 = 15": ("m", 4, 15),
}


def moment_of_spread(c: Case) -> bool:
    w = moments("w")
    return same(w[2] - w[1] ** 2, 2 - np.pi / 2)


def pair(c: Case, other: float | None) -> Value:
    """A sample in sigma, coupled by the uniform number `other`, or with the Normal number 0.4."""
    loss, second = quadratic(WAVE), ROOTS * other if other is not None else np.full_like(ROOTS, 0.4)
    return (loss(c.mu + c.sigma * ROOTS) - loss(c.mu + c.sigma * second)) / c.sigma


def moment(law: str, power: int, number: float) -> Claim:
    return lambda c: same(moments(law)[power], number)


CLAIMS: dict[str, Claim] = {
    # tools
    r"-\int h\varphi'\,d\epsilon = \int\epsilon h\varphi\,d\epsilon": by_parts,
    r"E[h\operatorname{He}_{k+1}] = E[h'\operatorname{He}_k]": by_parts_with_hermite,
    r"E[h\,(\epsilon\operatorname{He}_k - \operatorname{He}_k')]": by_parts_with_hermite,
    r"\operatorname{He}_{k+1}' = \operatorname{He}_k + k\,(\epsilon\operatorname{He}_{k-1} - "
    r"(k-1)\operatorname{He}_{k-2})": slope_of_recursion,
    r"j!\,E[\operatorname{He}_{k-j}]": orthogonal,
    # gradients
    r"\partial p/\partial t = p\,\partial\log p/\partial t": lambda c: same(
        slopes(c, lambda k: normal_density(k, 0.4)),
        normal_density(c, 0.4) * np.array(slopes(c, lambda k: k.node.log_prob(0.4))),
    ),
    r"\frac{\partial}{\partial\mu}E f = E[f'(y)]": quintic,
    r"\frac{\partial}{\partial\sigma}E f = E[f'(y)\,\epsilon]": quintic,
    r"\frac{\partial}{\partial\sigma^2}E f = \tfrac12\,E[f''(y)]": quintic,
    r"E[f'(y)\,\epsilon] = \sigma\,E[f''(y)]": quintic,
    r"\frac{\partial}{\partial\mu}E f = E[f'(y)] + h\,p(t)": step_counts(0),
    r"\frac{\partial}{\partial\sigma}E f = E[f'(y)\,\epsilon] + h\,p(t)\,\frac{t-\mu}{\sigma}": (
        step_counts(1)
    ),
    r"h\,P(y > t) = h\,\Phi\big((\mu-t)/\sigma\big)": lambda c: same(
        past(c), special.ndtr((c.mu - c.letters["t"]) / c.sigma)
    ),
    r"p(t) = \varphi\big((t-\mu)/\sigma\big)/\sigma": lambda c: same(
        normal_density(c, c.letters["t"]), pdf((c.letters["t"] - c.mu) / c.sigma) / c.sigma
    ),
    # the missing sigma
    r"E\big[H_k\big(az + \sqrt{1-a^2}\,\epsilon\big)\big] = a^k\,H_k(z)": damped,
    r"\sum_k\operatorname{He}_k(\epsilon)\,t^k/k! = e^{t\epsilon-t^2/2}": generating,
    r"e^{taz-t^2a^2/2}": generating,
    r"c_0 + \sum_{k\ge1}a^kc_kH_k(z)": neighbor_pays,
    r"|H_k(z)| \le (1+|z|)^k": axes_are_bounded,
    r"c_0 = E f": quintic,
    r"\log\sigma + \frac{\delta^2+s^2}{2\sigma^2}": value(
        plain, lambda c: NegativeLogLikelihood(c.x).value(c.node) - np.log(2 * np.pi) / 2
    ),
    r"\delta^2 + \frac{(\delta^2+\sigma^2-s^2)^2}{4s^2}": value(
        plain, lambda c: MomentMatching(c.x).value(c.node)
    ),
    r"\frac{\delta^2+\sigma^2}{2s^2} - \log\sigma": value(
        plain, lambda c: ReverseKL(c.x).value(c.node) + 0.5 - np.log(c.x.std())
    ),
    r"\frac{n(\delta^2+\sigma^2)}{2\tau^2} - \log\sigma": value(
        plain,
        lambda c: entropy(c).value(c.node) - c.x.size * c.x.var() / (2 * c.letters["tau"] ** 2),
    ),
    r"(\sigma^2-s^2)/\sigma^3": at_mean(lambda c: NegativeLogLikelihood(c.x)),
    r"(\sigma^2-s^2)/(s^2\sigma)": at_mean(lambda c: ReverseKL(c.x)),
    r"(n\sigma^2-\tau^2)/(\tau^2\sigma)": at_mean(entropy),
    r"\frac1n\sum_iE|y-x_i| - \frac12E|y-y'|": lambda c: same(
        np.mean([mean_distance(c.sigma, c.mu - each) for each in c.x])
        - mean_distance(2**0.5 * c.sigma) / 2,
        EnergyScore(c.x).value(c.node),
    ),
    r"\Big(\frac1n\sum_i\big(2\Phi(z_i)-1\big),\ \frac1n\sum_i2\varphi(z_i) - "
    r"\frac1{\sqrt\pi}\Big)": value(of_energy, lambda c: EnergyScore(c.x).gradient(c.node)),
    r"2\Phi(z_i) - 1": signs(0),
    r"2\varphi(z_i)": signs(1),
    r"E|y-y'| = 2\sigma/\sqrt\pi": lambda c: same(
        mean_distance(2**0.5 * c.sigma), 2 * c.sigma / np.pi**0.5
    ),
    r"w^2 = \sigma^2+\sigma_0^2": distance,
    r"\sqrt{2/\pi}\,w": value(distance, lambda c: mean_distance((c.sigma**2 + 0.7**2) ** 0.5)),
    r"\sqrt{2/\pi}\,\sigma/w - 1/\sqrt\pi": value(distance, limit_slope),
    # squared error
    r"\operatorname{Cov}[\epsilon, \epsilon^2] = E\epsilon^3 = 0": lambda c: same(
        expectation(ROOTS**3), 0
    ),
    r"f - b = n(A + 2\delta\sigma\epsilon + v\epsilon^2)": by_noise(plain, closed_form_loss),
    r"n^2\big(A^2 + (2A+4\delta^2)v\epsilon^2 + v^2\epsilon^4\big)": even_part,
    r"\frac{n^2}{v}\big[A^2 + 3(2A+4\delta^2)v + 15v^2\big]": value(
        plain, lambda c: mean_squares(c)[0]
    ),
    r"\frac{n^2}{v}\big[2A^2 + 10(2A+4\delta^2)v + 78v^2\big]": value(
        plain, lambda c: mean_squares(c)[1]
    ),
    r"8\delta^2v + 6v^2": value(plain, lambda c: bracket(c, 0)),
    r"40\delta^2v + 24v^2": value(plain, lambda c: bracket(c, 1)),
    **under(
        no_baseline,
        r"\frac{A^2 + 6Av + 8\delta^2v + 15v^2}{4v^2} = \frac{15}{4} + "
        r"\frac{A^2 + 6Av + 8\delta^2v}{4v^2} \ge \frac{15}{4}",
        r"\frac{2A^2 + 20Av + 40\delta^2v + 74v^2}{4v(\delta^2+2v)} = \frac{37}{4} + "
        r"\frac{2A^2 + 20Av + 3\delta^2v}{4v(\delta^2+2v)} \ge \frac{37}{4}",
    ),
    # descents
    **under(
        descent,
        r"r = \sqrt{na/(N(1-na))}",
        r"V = (1-2na)^2\,V + \frac{4n^2a^2\sigma^2}{N}",
        r"\delta \leftarrow (1-2na)\,\delta - 2na\,\sigma\bar\epsilon",
        r"\Big(\frac{a^2n^2}{N\sigma^2} - \frac{na(1-na)}{s^2}\Big)(V+s^2)^2",
        r"(V+s^2)^2 \ge s^4",
    ),
    r"r^2\sigma^2": value(descent, throw),
    r"4n^2a^2\sigma^2/N": value(
        plain, lambda c: c.letters["a"] ** 2 * variance(c)[0] / c.letters["N"]
    ),
    r"(1-2na)\,\delta": value(plain, lambda c: c.names["delta"] - c.letters["a"] * gradient(c)[0]),
    r"E A^2 \ge (V+s^2)^2 \ge 4Vs^2": jensen,
    r"n^2A^2/(N\sigma^2)": lambda c: same(
        variance(replace(c, sigma=1e-4), score_function)[0] * 1e-8,
        c.x.size**2 * (float(c.names["delta"]) ** 2 + c.x.var()) ** 2,
    ),
    # baselines and control variates
    **under(
        controls,
        r"V(b) = V(b^*) + (b - b^*)^2\,E[S^2]",
        r"E S = 0",
        r"(f - b)\,S",
        r"b^2E[S^2]",
        r"S^2/E[S^2]",
        r"b^* = E[fS^2]/E[S^2]",
        r"N\operatorname{Var}\hat\nabla = V(E f) + "
        r"\frac{\operatorname{Var} f\,\operatorname{Var} S + (E[fS])^2}{N-1}",
        r"V(E f)/N",
        r"E[F^2]\,E[S^2]",
        r"(E[FS])^2",
        r"(\operatorname{Var} f\,\operatorname{Var} S + (E[FS])^2)/(N(N-1))",
        r"F = f - E f",
    ),
    r"\epsilon^2 = 1 + \operatorname{He}_2": lambda c: same(ROOTS**2, 1 + he(2)),
    r"\tfrac12(\epsilon^2-1)^2 = 1 + 2\operatorname{He}_2 + \tfrac12\operatorname{He}_4": (
        lambda c: same((ROOTS**2 - 1) ** 2 / 2, 1 + 2 * he(2) + he(4) / 2)
    ),
    r"E[f\operatorname{He}_k]": weighted_by_score,
    r"\hat\nabla = \frac1N\sum_i\Big(f_i - \frac{1}{N-1}\sum_{j\ne i} f_j\Big)S_i = "
    r"\frac1{N-1}\sum_i(f_i-\bar f)(S_i - \bar S)": leave_one_out_is_covariance,
    r"\frac{N}{N-1}(f_i - \bar f)": left_out,
    r"E\hat\nabla = E[fS]": aimed,
    r"(N-1)/N": two_draws,
    r"G - c\,(C - E C)": by_noise(
        controls,
        lambda c: (
            np.ravel(c.letters["G"])
            - 0.4 * (np.ravel(c.letters["C"]) - expectation(c.letters["C"]))
        ),
    ),
    r"c^* = \operatorname{Cov}[G, C]/\operatorname{Var} C": lambda c: least_at_its_best(
        controls(c)
    ),
    r"(1 - \rho^2)\operatorname{Var} G": value(controls, least),
    r"\operatorname{Var}[G - c\,(C - E C)] = \operatorname{Var} G - "
    r"2c\,\operatorname{Cov}[G, C] + c^2\operatorname{Var} C": lambda c: left_by_a_control(
        controls(c)
    ),
    r"\operatorname{Var}G - \operatorname{Cov}[G, C]^2/\operatorname{Var}C": least_in_words,
    **under(
        lambda c: by(as_wave(c), S=controls(c).letters["S"]),
        r"\nabla E f = E\big[(f - T)\,S\big] + \nabla E T",
        r"E[TS] = \nabla E T",
    ),
    r"f(\mu) + f'(\mu)\,h + \tfrac12f''(\mu)\,(h^2+\sigma^2)": taylor,
    **dict.fromkeys(
        (
            r"h^2p(t)/6",
            r"f_k'(y) = hk\,R(1-R)",
            r"dR = R(1-R)\,dz",
            r"E f_k' = h\int_0^1p\,dR",
            r"E[f_k'^2] = h^2k\int_0^1R(1-R)\,p\,dR",
            r"p(t)\int_0^1R(1-R)\,dR = p(t)/6",
        ),
        smoothed,
    ),
    **dict.fromkeys(
        (
            r"2n\delta - E[\hat b\,\bar\epsilon]/\sigma",
            r"E[\epsilon_i^4] = E[R^4]\,E[\epsilon_i^4/R^4]",
            r"E[R^4] = 3N + N(N-1) = N(N+2)",
            r"E[R^2] = N",
        ),
        own_draws,
    ),
    r"f_i = n(\delta^2 + s^2 + 2\delta\sigma\epsilon_i + \sigma^2\epsilon_i^2)": lambda c: same(
        SquaredError(c.x)(c.node.path(ROOTS)),
        c.x.size * ((c.mu + c.sigma * ROOTS - c.x.mean()) ** 2 + c.x.var()),
    ),
    r"1/(12N^2)": lambda c: same(integral(lambda u: (u - 1 / 14) ** 2, 0, 1 / 7) * 7, 1 / 12 / 49),
    **dict.fromkeys(
        (
            r"\epsilon^5-\epsilon^3",
            r"\frac{15}4",
            r"\frac64",
            r"\frac{96}{36}/\frac24",
            r"\frac{750}{36}/\frac{15}4",
        ),
        from_close,
    ),
    **dict.fromkeys(
        (
            r"-\sqrt k\,H_k\varphi",
            r"\varphi(0)\,H_{k-1}(0)/\sqrt k",
            r"\sqrt k\,c_k = E[f'H_{k-1}]",
            r"2\varphi(0)\,H_{k-2}(0)/\sqrt{k-1}",
            r"\frac1{2j}",
        ),
        kink_and_jump,
    ),
    # any loss
    **under(
        quintic,
        r"H_k' = \sqrt k\,H_{k-1}",
        r"\epsilon H_k = \sqrt{k+1}\,H_{k+1} + \sqrt k\,H_{k-1}",
        r"\sqrt{k+1}\,c_{k+1}",
        r"E[F\,\epsilon H_k] = \sqrt{k+1}\,c_{k+1} + \sqrt k\,c_{k-1}",
        r"d_k = \sqrt{k+1}\,c_{k+1}",
        r"\sigma^2\big(\operatorname{Var}_{\text{score function}} - "
        r"\operatorname{Var}_{\text{pathwise}}\big) = "
        r"2E[F^2] + \sigma^2E[(6+\epsilon^2)f'^2] + 2\sigma^2E[(3+\epsilon^2)F f'']",
        r"G' = \sigma f'",
        r"G'' = \sigma^2f''",
        r"E[\epsilon^2G^2] = E[G^2] + 2E[\epsilon GG'] = E[G^2] + 2E[G'^2] + 2E[GG'']",
        r"\epsilon G' + D",
        r"D = (\epsilon^2-1)G - \epsilon G'",
        r"U = \epsilon G",
        r"D = \epsilon U - U'",
        r"E[D^2] + 2E[D\,\epsilon G']",
        r"E[D^2] = E[U^2] + E[U'^2]",
        r"E[\epsilon UU'] = E[U'^2] + E[UU'']",
        r"E[(1+\epsilon^2)G^2] + 4E[\epsilon GG'] + E[\epsilon^2G'^2] + 2E[\epsilon^2GG'']",
        r"2E[G^2] + E[(6+\epsilon^2)G'^2] + 2E[(3+\epsilon^2)GG'']",
    ),
    r"E[D\,h] = E[U\,h']": lambda c: spectrum.with_h(quintic(c)),
    r"\sigma^2\,\big(\operatorname{Var}_{\text{score function}} - "
    r"\operatorname{Var}_{\text{pathwise}}\big) = "
    r"E[F^2] + \sigma^2\,E[f'^2] + 2\sigma^2\,E[F f'']": value(
        quintic, lambda c: spectrum.lead(c, 0, b=c.letters["b"])
    ),
    r"E[\epsilon^2G^2] - E[G'^2]": value(quintic, lambda c: spectrum.lead(c, 0, b=c.letters["b"])),
    r"\epsilon F": sample_of(0, score=True),
    r"\sigma f'": sample_of(0, score=False),
    r"\epsilon\cdot\sigma f'": sample_of(1, score=False),
    r"\epsilon\cdot\epsilon F - F": sample_of(1, score=True),
    r"\sqrt{k+1}\,d_{k+1} + \sqrt k\,d_{k-1}": lambda c: (
        quintic(c),
        spectrum.entry(1, score=False)(c),
    ),
    r"(c_0+\sqrt2\,c_2)^2 + (c_2+2\sqrt3\,c_4)^2 - 7c_4^2": leads(0, (0, 2, 4)),
    r"2\big(c_1+\sqrt{\tfrac32}\,c_3\big)^2 + c_3^2": leads(0, (1, 3)),
    r"c_4 = 1": losing_in_mu,
    r"c_2 = -2\sqrt3": losing_in_mu,
    r"c_0 = 2\sqrt6": losing_in_mu,
    r"9\Big(c_1 + \frac{7\sqrt6\,c_3+2\sqrt{30}\,c_5}{9}\Big)^2 + "
    r"\frac{43c_3^2 + 100\sqrt5\,c_3c_5 + 311c_5^2}{3}": leads(1, (1, 3, 5)),
    r"\big(\sqrt2\,c_0+4c_2+2\sqrt3\,c_4\big)^2 + "
    r"8\Big(c_2+\frac{6\sqrt3\,c_4+3\sqrt{10}\,c_6}{4}\Big)^2 + "
    r"12\Big(c_4+\frac{7\sqrt{30}}{12}c_6\Big)^2 - \frac72c_6^2": leads(1, (0, 2, 4, 6)),
    r"-\frac72c_6^2": losing_in_sigma,
    # a wave and a bump
    **under(
        wave,
        r"f(y) = \cos(ky)",
        r"\kappa = k\sigma",
        r"c = e^{-2\kappa^2}\cos 2k\mu",
        r"\nabla E f = \big({-k}\,e^{-\kappa^2/2}\sin k\mu,\ "
        r"-k\kappa\,e^{-\kappa^2/2}\cos k\mu\big)",
        r"a = k\mu",
        r"b = \kappa",
    ),
    r"\frac{k^2}{2}\big(1 - c,\ 1 - (1-4\kappa^2)\,c\big)": squares_of_wave(pathwise),
    r"\frac{1}{2\sigma^2}\big(1 + (1-4\kappa^2)\,c,\ 2 + (2-16\kappa^2+16\kappa^4)\,c\big)": (
        squares_of_wave(score_function)
    ),
    r"1 + c > \kappa^2\,(1 + 3c)": wave_wins,
    r"2\cos^2ky = 1 + \cos 2ky": doubled,
    r"2\sin^2ky = 1 - \cos 2ky": doubled,
    **under(
        bump,
        r"r = \frac{e^{-2k\mu^2/(1+4k\sigma^2)}}{\sqrt{1+4k\sigma^2}}",
        r"f'' = (4k^2y^2 - 2k)f",
    ),
    r"E[f^2h] = r\,E\,h(m + \sqrt w\,\epsilon)": square_of_bump,
    r"f^2\,(1 - 4k\sigma^2 + 12k^2\sigma^2y^2)": by_noise(bump, who_wins_on_bump),
    r"1+4k\sigma^2": value(bump, lambda c: c.sigma**2 / float(c.letters["w"])),
    # two draws
    r"\frac{\partial}{\partial\mu}E f = \frac{E f(\mu + \sigma w) - E f(\mu - \sigma w')}"
    r"{\sigma\sqrt{2\pi}}": of_pairs,
    r"\frac{\partial}{\partial\sigma}E f = \frac{E f(\mu+\sigma m) - E f(\mu+\sigma\epsilon)}"
    r"{\sigma}": of_pairs,
    r"we^{-w^2/2}/(\sigma\sqrt{2\pi})": lambda c: (
        by(c, w=0.7),
        vector(0.7 * pdf(0.7) / c.sigma),
    ),
    r"2\pi\sigma^2": lambda c: vector((c.sigma * (2 * np.pi) ** 0.5) ** 2),
    r"\int_r^\infty\frac1m\,m^2\varphi(m)\,dm = \varphi(r)": archimedes,
    **under(humps, r"f(y) = (y-k)^2", r"\delta = \mu - k"),
    r"\Big(4\delta^2\Big(\frac4\pi - 1\Big),\ 4(\delta^2+\sigma^2)\Big)": value(
        humps, partial(parts_of, coupled=True)
    ),
    r"\Big(2\delta^2\Big(\frac4\pi - 1\Big) + \frac{4\sigma^2}{\pi},\ "
    r"8(2\delta^2+\sigma^2)\Big)": value(humps, partial(parts_of, coupled=False)),
    r"|\delta| < \sigma/\sqrt{4/\pi-1}": trades_places(
        1 / (4 / np.pi - 1) ** 0.5, of_node(measure_valued), of_node(pathwise)
    ),
    r"|\delta| > \sigma\sqrt{2/(4-\pi)}": trades_places(
        (2 / (4 - np.pi)) ** 0.5,
        of_node(measure_valued),
        of_node(measure_valued, coupled=False),
    ),
    **{formula: moment(*found) for formula, found in MOMENTS.items()},
    r"\operatorname{Var}w = 2 - \pi/2": moment_of_spread,
    r"4\delta\sigma w": by_noise(
        humps,
        lambda c: (
            quadratic(WAVE)(c.mu + c.sigma * abs(ROOTS))
            - quadratic(WAVE)(c.mu - c.sigma * abs(ROOTS))
        ),
    ),
    r"2\delta\sigma w + \sigma^2w^2": by_noise(
        humps, lambda c: quadratic(WAVE)(c.mu + c.sigma * abs(ROOTS)) - quadratic(WAVE)(c.mu)
    ),
    r"-2\delta\sigma w' + \sigma^2w'^2": lambda c: (
        humps(c),
        np.reshape(
            quadratic(WAVE)(c.mu - c.sigma * abs(ROOTS)) - quadratic(WAVE)(c.mu), (1, -1, 1, 1)
        ),
    ),
    r"8\delta^2\sigma^2(2-\pi/2) + 8\sigma^4": value(
        humps, lambda c: parts_of(c, coupled=False)[0] * 2 * np.pi * c.sigma**2
    ),
    r"2\delta m(1-u) + \sigma m^2(1-u^2)": by_noise(humps, partial(pair, other=0.3)),
    r"2\delta(m-\epsilon) + \sigma(m^2-\epsilon^2)": by_noise(humps, partial(pair, other=None)),
    r"E(1-u)^2 = 1/3": lambda c: same(integral(lambda u: (1 - u) ** 2, 0, 1), 1 / 3),
    r"E(1-u^2)^2 = 8/15": lambda c: same(integral(lambda u: (1 - u * u) ** 2, 0, 1), 8 / 15),
    r"4\delta^2 + 8\sigma^2": value(humps, lambda c: parts_of(c, coupled=True, mean=True)[1]),
    r"4\delta^2+8\sigma^2": value(
        humps, lambda c: closed_form.variance(pathwise, quadratic(WAVE), c.node)[1]
    ),
    r"4\delta^2(3+1) + \sigma^2(6+2)": value(humps, lambda c: parts_of(c, coupled=False)[1]),
    r"\frac{2\sqrt2}{\pi}\,\frac{k}{\sigma}\,D(\sqrt2\,\kappa)\,\sin^2k\mu": wave_by_pairs,
    **dict.fromkeys(
        (
            r"\frac{4\operatorname{Var}Q}{2\pi\sigma^2}",
            r"\frac{2(\operatorname{Var}K + \operatorname{Var}Q)}{2\pi\sigma^2}",
            r"\operatorname{Var}Q > \operatorname{Var}K",
        ),
        parts_make_the_variance,
    ),
    r"2Q": variances_add_up,
    **dict.fromkeys(
        (r"(4/\pi - 1)\,f'(\mu)^2", r"f'(\mu)^2", r"4(2-\pi/2)/(2\pi) = 4/\pi - 1"), narrow
    ),
    **dict.fromkeys(
        (
            r"f(\mu+\sigma t) = f(\mu) + f'(\mu)\,\sigma t",
            r"2f'(\mu)\,w/\sqrt{2\pi}",
            r"f'(\mu)\,m(1-u)",
            r"E m^2\,E(1-u)^2 = 1",
        ),
        near_a_point,
    ),
    **dict.fromkeys(
        (
            r"q = (1+2\kappa^2)\,e^{-2\kappa^2}",
            r"(1-q)\cos^2k\mu + \big(1 + q - 2e^{-\kappa^2/2}\big)\sin^2k\mu",
            r"E\cos2\kappa m = E[\epsilon^2\cos2\kappa\epsilon] = (1-4\kappa^2)\,e^{-2\kappa^2}",
            r"E\cos2\kappa mu = e^{-2\kappa^2}",
            r"E[\cos\kappa m\cos\kappa mu] = E[\sin2\kappa m/(2\kappa m)] = E\cos2\kappa mu = "
            r"e^{-2\kappa^2}",
            r"E[\sin\kappa m\sin\kappa mu] = E[\sin\kappa m/(\kappa m)] - "
            r"E[\sin2\kappa m/(2\kappa m)] = e^{-\kappa^2/2} - e^{-2\kappa^2}",
        ),
        wave_in_sigma,
    ),
    r"\sin\kappa m/(\kappa m)": mean_over_heights,
    r"(1-\cos\kappa m)/(\kappa m)": mean_over_heights,
    r"-2\sin k\mu\,\sin(\kappa w)/(\sigma\sqrt{2\pi})": wave_sample,
    r"2\sin^2(\kappa w) = 1 - \cos(2\kappa w)": doubled,
    **dict.fromkeys(
        (
            r"D(t) = e^{-t^2}\int_0^t e^{h^2}dh",
            r"E\cos(tw) = 1 - t\,I(t)",
            r"I' = 1 - tI",
            r"I(0) = 0",
            r"\sqrt2\,D(t/\sqrt2)",
            r"D' = 1 - 2tD",
            r"E\sin^2(\kappa w) = \sqrt2\,\kappa\,D(\sqrt2\,\kappa)",
        ),
        dawson,
    ),
    # better noise
    r"\frac12(V_e + V_o)": value(of_parts, two_samples),
    r"V_e + V_o": value(of_parts, lambda c: 2 * two_samples(c)),
    r"\sigma^2V_e": even_orders,
    # many dimensions
    r"\frac{(D+2)(D+4)}{4}": ratio_in_three(0),
    r"\frac{D^2+10D+26}{4}": ratio_in_three(1),
    r"\frac{D+2}{2}": ratio_in_three(0, 5.0),
    r"\frac{D+5}{2}": ratio_in_three(1, 7.0),
    r"E R = D-1": of_cube(lambda: over_cube(far_square()) - 1),
    r"E R^2 = (D-1)^2 + 2(D-1) = (D-1)(D+1)": of_cube(
        lambda: over_cube((far_square() - cube()[0][0] ** 2) ** 2)
    ),
    r"E[(\epsilon_d^2+R)^2\epsilon_d^2] = 15 + 6(D-1) + (D-1)(D+1) = (D+2)(D+4)": of_cube(
        lambda: in_three(far_square(), 0)
    ),
    r"78 + 20(D-1) + 2(D-1)(D+1)": of_cube(lambda: in_three(far_square(), 1) + 4),
    r"2D^2+20D+52": of_cube(lambda: in_three(far_square(), 1)),
    r"E[f\epsilon_d^2] = D+2": lambda c: same(best_in_three(0), 3 + 2),
    r"\frac12E[f(\epsilon_d^2-1)^2] = D+4": lambda c: same(best_in_three(1), 3 + 4),
    r"(D+2)\sigma^2": value(three, lambda c: best_in_three(0) * c.sigma**2),
    r"(D+4)\sigma^2": value(three, lambda c: best_in_three(1) * c.sigma**2),
    r"2(D+2)": of_cube(lambda: in_three(far_square(), 0, 5.0)),
    r"4(D+5)": of_cube(lambda: in_three(far_square(), 1, 7.0)),
    r"(3D+12)/4": of_cube(lambda: in_three(valley()[0], 0) / spread_over_cube(valley()[1])),
    r"E[z^4\epsilon_d^2] = 15/D + 3(1 - 1/D)": lambda c: same(
        in_three(valley()[0], 0) / 9, 15 / 3 + 3 * (1 - 1 / 3)
    ),
    r"3D^2+12D": of_cube(lambda: in_three(valley()[0], 0)),
    r"4D": of_cube(lambda: spread_over_cube(valley()[1])),
    r"1/\sqrt D": of_cube(lambda: over_cube(cube()[0][0] * cube()[0].sum(axis=0)) / 3**0.5),
    r"\frac{D^2}{2\sigma^2} + 2D + 8": value(three, sum_at_half),
    r"\frac{1}{\sigma^2}\big[2\cdot\frac{D^2}{4} + \sigma^2(10 + 2(D-1))\big]": value(
        three, sum_at_half
    ),
    **dict.fromkeys(
        (
            r"q = e^{-8D}",
            r"2(1 - q)",
            r"\tfrac12 - \tfrac{15}2\,q",
            r"E\cos2h = q",
            r"E[4\sin^2h] = 2(1 - E\cos2h)",
            r"\frac12E[(1+\cos2h)\,\epsilon_d^2]",
            r"E[\epsilon_d^2\cos2h] = (1 - 16)\,q",
        ),
        wave_of_a_sum,
    ),
    **dict.fromkeys(
        (
            r"E[S\,h] = E[\partial_d h]",
            r"E[\epsilon_jh] = \sum_i L_{ij}\,E[\partial_i h]",
            r"\partial_d S = (\Sigma^{-1})_{dd}",
            r"E[F^2S^2] = E[\partial_d(F^2S)] = (\Sigma^{-1})_{dd}\,E[F^2] + 2E[FS\,\partial_d f]",
            r"E[FS\,\partial_d f] = E[(\partial_d f)^2] + E[F\,\partial_d^2 f]",
        ),
        stein_for_correlated_draws,
    ),
    r"E[F^2S^2] - E[(\partial_d f)^2]": dimensions.identity_of_correlated_draws,
    r"-\frac12(\Sigma^{-1})_{dd}\,y_d^2": known_others,
    r"E[R^2\epsilon_d^2] = E[R^2] = \sum_{i \ne d}\operatorname{Var} f_i": dimensions.itemized,
    r"2\rho^2": dimensions.squares_of_a_pair,
    r"E[f^2] = 2^2 + 2\cdot2 + 2\cdot2\rho^2": dimensions.ridge,
    r"16\mu^6 + 360\mu^4\sigma^2 + 1560\mu^2\sigma^4 + 528\sigma^6": value(
        plain, lambda c: quadrature.variance(measure_valued, FOURTH, c.node)[1]
    ),
    r"16\mu^6 + 576\mu^4\sigma^2 + 3312\mu^2\sigma^4 + 1536\sigma^6": value(
        plain, lambda c: quadrature.variance(pathwise, FOURTH, c.node)[1]
    ),
    r"4(\mu+\sigma\epsilon)^3\epsilon": by_noise(
        plain, lambda c: pathwise(FOURTH, c.node, ROOTS)[:, 1]
    ),
    r"12\mu^2\sigma + 12\sigma^3": value(plain, lambda c: quadrature.gradient(FOURTH, c.node)[1]),
    r"[(\mu+\sigma m)^4 - (\mu+\sigma mu)^4]/\sigma": by_noise(
        with_pairs,
        lambda c: (FOURTH(c.node.path(ROOTS)) - FOURTH(c.node.path(0.3 * ROOTS))) / c.sigma,
    ),
    r"m(1-u)": by_noise(with_pairs, lambda c: 0.7 * ROOTS),
    r"E m^6 = 105": lambda c: same(expectation(ROOTS**8), 105),
    r"E m^8 = 945": lambda c: same(expectation(ROOTS**10), 945),
    r"E u^k = 1/(k+1)": lambda c: same(integral(lambda u: u**3, 0, 1), 1 / 4),
    r"\Sigma^{-1}(y-\mu) = L^{-\top}\epsilon": correlated,
    r"-\frac12(y-\mu)^\top\Sigma^{-1}(y-\mu)": correlated,
}

# Names, conditions and definitions that stand on this page only.
WORDS: tuple[str, ...] = (
    # a jump, and a baseline from the same draws
    r"f_k(y) = h/(1+e^{-k(y-t)})",
    r"(t-\mu)/\sigma",
    r"R = 1/(1+e^{-z})",
    r"z = k(y-t)",
    r"dz = k\,dy",
    r"t + z/k",
    r"p\,\epsilon^2",
    r"\hat b = \sum_i f_i\epsilon_i^2/\sum_i\epsilon_i^2",
    r"\epsilon_i^3\epsilon_j",
    r"R^2 = \sum_i\epsilon_i^2",
    r"\epsilon_i^4/R^2",
    r"\epsilon_i^4/R^4",
    r"\epsilon^3",
    r"H_{k-1}\varphi",
    r"H_{k-1}",
    r"h\varphi",
    r"F\varphi",
    r"E[F e^{t\epsilon}]",
    r"h = \epsilon^{k-1}",
    r"C - E C",
    r"\operatorname{He}_0 = 1",
    r"\operatorname{He}_1 = \epsilon",
    r"\operatorname{He}_{k+1}",
    r"h = \operatorname{He}_j",
    r"j = k",
    r"E[F\epsilon^k] = 0",
    r"p(y;t)",
    r"|f(y)\,\partial p(y;t)/\partial t|",
    r"E[f(y)\,\partial\log p(y;t_0)/\partial t]",
    r"\int f\,\partial p/\partial t\,dy",
    r"e^{-(|y|-|\mu|-1)^2/(8\sigma^2)}",
    r"h(\epsilon) = f'(\mu+\sigma\epsilon)",
    r"f(y) = f(y^*)",
    r"\mu + \sigma az",
    r"\sigma\sqrt{1-a^2}",
    r"az + \sqrt{1-a^2}\,\epsilon",
    r"ta",
    r"c_j \ne 0",
    r"a^j\,\big(c_jH_j(z) + r\big)",
    r"(\mu_0, \sigma_0)",
    r"y - x_i",
    r"(f-b)^2",
    r"\epsilon^6",
    r"(\epsilon^2-1)^2",
    r"\frac1n\operatorname{Var}\sum_ig_i",
    r"h = \epsilon G^2",
    r"h = GG'",
    r"a = 2k\mu",
    r"b = 2\kappa",
    r"f^2p",
    r"we^{-w^2/2}",
    r"m^2\varphi(m)",
    r"p\,\epsilon/\sigma",
    r"p\,(\epsilon^2-1)/\sigma",
    r"\epsilon = w",
    r"\epsilon^2\varphi",
    r"\epsilon = mu",
    r"\cos\kappa mu",
    r"\sin\kappa mu",
    r"\cos k\mu\,[\cos\kappa m - \cos\kappa mu] - \sin k\mu\,[\sin\kappa m - \sin\kappa mu]",
    r"f(\mu+\sigma w)",
    r"f(\mu-\sigma w)",
    r"K+Q",
    r"K-Q",
    r"\sigma^2t^2",
    r"I(t) = \int_0^\infty\sin(tw)\,e^{-w^2/2}dw",
    r"t = 2\kappa",
    r"k = 3, 5, \dots",
    r"2n-1",
    r"y_d = \mu_d + \sigma\epsilon_d",
    r"f = \sum_d(y_d - x_d)^2",
    r"\mu_d = x_d",
    r"\epsilon_d^2 + R",
    r"f = (y_1 + \dots + y_D)^2",
    r"f = \cos(2y_1 + \dots + 2y_D)",
    r"h = 2(y_1 + \dots + y_D)",
    r"f = \sum_dy_d^2",
    r"f = \sum_dy_d^4",
    r"f_d - E f_d",
    r"1/(\Sigma^{-1})_{dd}",
    r"L^{-\top}",
    r"f = \sum_dy_d",
    r"\sqrt D\,z",
    r"2\sqrt D\,z",
    r"f = D/2 + \sigma\sum_i\epsilon_i",
    r"(\epsilon_d^2-1)/\sigma",
    r"y = \mu + L\epsilon",
)
