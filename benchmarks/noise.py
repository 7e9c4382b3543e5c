"""What the mean of N gradients costs with each kind of noise: a fixed part, and a part for each.

    .venv/bin/python benchmarks/noise.py

The chapter better-than-random draws its errors against these times. The unit is a sample with noise
by chance in a large batch; each round times all kinds one after the other at two sizes, and the
straight line through the two medians is printed.
"""

from collections.abc import Callable
from time import process_time

import numpy as np
from scipy.special import ndtri

from rpt_helpers import Antithetic, Loss, Normal, Sobol, pathwise
from rpt_helpers._arguments import FloatArray

Work = Callable[[np.random.Generator, int], FloatArray]

SIZES = 2**3, 2**12
ROUNDS = 401
NODE = Normal(0.5, 1.0)
LOSS = Loss(lambda y: np.logaddexp(0, 2 * y), lambda y: 1 + np.tanh(y))
RULES = {n: (np.zeros(n), np.ones(n)) for n in SIZES}  # any points cost the same


def averaged(draw: Work) -> Work:
    """Return the mean gradient of N draws, as a function of the generator and N."""
    return lambda rng, n: pathwise(LOSS, NODE, draw(rng, n)).mean(axis=0)


def fitted(rng: np.random.Generator, n: int) -> FloatArray:
    """Fit the gradients by what is known of the moments of plain noise."""
    eps = rng.standard_normal(n)
    known = np.array([np.ones(n), eps, eps**2 - 1]).T
    return np.linalg.lstsq(known, pathwise(LOSS, NODE, eps), rcond=None)[0][0]


def by_rule(rng: np.random.Generator, n: int) -> FloatArray:
    """Weigh the gradients at points that were computed once."""
    eps, weights = RULES[n]
    return weights @ pathwise(LOSS, NODE, eps)


def one_in_each(rng: np.random.Generator, n: int) -> FloatArray:
    """Draw a number in each of n parts of equal probability."""
    return np.asarray(ndtri((np.arange(n) + rng.random(n)) / n))


KINDS: dict[str, Work] = {
    "chance": averaged(lambda rng, n: rng.standard_normal(n)),
    "pairs": averaged(Antithetic()),
    "known means": fitted,
    "one in each": averaged(one_in_each),
    "Sobol": averaged(lambda rng, n: Sobol(n)(rng, n)),
    "Gauss-Hermite": by_rule,
}


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(1)
    seconds: dict[tuple[str, int], list[float]] = {(kind, n): [] for kind in KINDS for n in SIZES}
    for _ in range(ROUNDS):
        for (kind, n), times in seconds.items():
            start = process_time()
            KINDS[kind](rng, n)
            times.append(process_time() - start)
    median = {key: float(np.median(times)) for key, times in seconds.items()}
    few, many = SIZES
    each = {kind: (median[kind, many] - median[kind, few]) / (many - few) for kind in KINDS}
    unit = each["chance"]
    print(f"{'':14} {'fixed':>6} {'each':>5}   (1 is {unit * 1e9:.0f} ns)")
    for kind in KINDS:
        fixed = (median[kind, few] - few * each[kind]) / unit
        print(f"{kind:14} {fixed:6.0f} {each[kind] / unit:5.2f}")


if __name__ == "__main__":
    main()
