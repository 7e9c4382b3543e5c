"""Checks of the chapter stochastic-gradient-descent."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .. import datasets
from ..descent import sgd
from ..losses import SquaredError
from ..nodes import Normal
from ..objectives import NegativeLogLikelihood, ReverseKL
from ._compare import compare
from ._registry import Hints, claim, question

NOTHING = 1e-4


@question("stochastic-gradient-descent-momentum")
def momentum(answer: Callable[..., ArrayLike]) -> Hints:
    """Without momentum it is plain descent; without noise the sum of the velocities is known."""
    x, start, size, names = np.array([1.0, 2.0, 6.0]), Normal(0.5, 1.5), 0.05, ("mu", "sigma")
    eps = np.random.default_rng(1).standard_normal(30)
    kl, noise = ReverseKL(x), iter(eps)
    plain = sgd(
        lambda normal: kl.pathwise(normal, [next(noise)])[0],
        start.by("log_sigma"),
        steps=eps.size,
        step_size=size,
    ).final
    got = answer(x, start.mu, start.sigma, eps, size, 0.0)
    yield compare(got, [plain.mu, plain.sigma], "with momentum 0", names)
    # With eps = 0 the gradient is (mu - mean)/s^2 and -1: both components are linear recursions.
    m, data = 0.8, SquaredError(x)
    curvature = 1 / data.mean_square_deviation
    recursion = np.array([[1 - size * curvature, m], [-size * curvature, m]])
    delta = (np.linalg.matrix_power(recursion, 30) @ [start.mu - data.mean, 0])[0]
    grown = size * np.sum(1 - m ** np.arange(1, 31)) / (1 - m)
    expected = [data.mean + delta, start.sigma * np.exp(grown)]
    got = answer(x, start.mu, start.sigma, np.zeros(30), size, m)
    yield compare(got, expected, "with momentum 0.8 and all the noise zero", names)


@question("stochastic-gradient-descent-throw")
def throw(answer: Callable[..., float]) -> Hints:
    """The number agrees with a simulation of many descents, for a small and for a large step."""
    rng = np.random.default_rng(1)
    for step_size, n_samples, n, tau in (
        (0.02, 4, 10, 2.0),
        (0.1, 1, 10, 1.0),
        (0.15, 9, 40, 2.0),
    ):
        curvature, noise = n / tau**2, n**0.5 / tau / n_samples**0.5
        delta = np.zeros(20_000)
        for _ in range(150):
            delta -= step_size * (curvature * delta + noise * rng.standard_normal(delta.size))
        where = f"with step_size = {step_size}, n_samples = {n_samples}, n = {n}, tau = {tau}"
        yield compare(answer(step_size, n_samples, n, tau), delta.std(), where, rtol=0.03)


@claim("stochastic-gradient-descent-too-fast")
def too_fast(initial: float, ratio: float) -> Hints:
    """The descent stops away from the optimum, although its step has become nothing."""
    if not 0 < initial <= 0.1:
        yield f"the first step must be > 0 and at most 0.1, got {initial}"
    if not 0 < ratio < 1:
        yield f"the ratio must lie between 0 and 1, got {ratio}"
    steps = int(np.ceil(np.log(NOTHING) / np.log(ratio)))
    if steps > 5000:
        yield (
            f"with the ratio {ratio} the step is not nothing after 5000 steps; take a smaller one"
        )
    objective = NegativeLogLikelihood(datasets.ten_draws())
    end = sgd(
        objective.gradient,
        Normal(0, 1, "log_sigma"),
        steps=steps,
        step_size=lambda t: initial * ratio**t,
    ).final
    distance = abs(end.mu - objective.optimum().mu)
    if distance < 0.1:
        yield f"it stops {distance:.4f} from the best mu, closer than 0.1"
