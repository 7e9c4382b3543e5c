"""Reference solutions, hidden inputs, wrong answers of better-than-random."""

from grading.questions import Claimed, Coded, Mutant, Written

GAIN = """\
def gain(x, mu, sigma):
    odd, even = (mu - np.mean(x)) ** 2, 2 * sigma**2
    return 2 * even / (even + odd)
"""

MIRRORED = """\
def mirrored(u):
    u, part = np.asarray(u), np.arange(len(u))
    return ndtri(np.concatenate([part + u, part + 1 - u]) / len(u))
"""

QUESTIONS = [
    Written(
        "better-than-random-pairs",
        rubric="""\
- 1 point: the mean of a pair keeps the polynomials of even degree, that is odd k.
- 1 point: the variance is the sum over odd k >= 3 of k c_k^2 / sigma^2.
- 1 point: pairs hurt where the even k carry less of sum k c_k^2 than the odd k from 3 on.""",
        solution=r"""
The sample is $f'(y) = \frac1\sigma\sum_{k\ge1}\sqrt k\,c_k\,H_{k-1}(\epsilon)$. The mean of a pair
drops the odd polynomials, so the odd $k$ are left, and the term of $k = 1$ is the constant
$c_1/\sigma$, the gradient. Since the $H_k$ are uncorrelated with the mean square 1, the variance of
the pair's mean is $k\,c_k^2/\sigma^2$, summed over $k = 3, 5, 7$ and so on. Two independent samples
have half of the same sum over all $k$ from 2 on. So pairs hurt where the sum of $k\,c_k^2$ over the
odd $k$ from 3 on is larger than that over the even $k$ from 2 on.""",
    ),
    Coded(
        "better-than-random-gain",
        points=3,
        function="gain",
        solution=GAIN,
        inputs=lambda rng: [
            (rng.normal(2, 3, size), rng.uniform(-2, 6), rng.uniform(0.3, 3))
            for size in (1, 3, 8, 20)
        ],
        mutants=[
            # against one sample, not two
            Mutant(
                GAIN.replace("2 * even /", "even /"),
                hint="at mu = 3.0, sigma = 1.5 the value is off by the factor 0.5",
            ),
            # even and odd exchanged
            Mutant(
                GAIN.replace("2 * even /", "2 * odd /"),
                hint="at mu = 3.0, sigma = 1.5 the value is off by the factor 0",
            ),
            # the variance of eps^2 taken for 1
            Mutant(
                GAIN.replace("2 * sigma**2", "sigma**2"),
                hint="at mu = 2.0, sigma = 0.7 the value is off by the factor",
            ),
        ],
    ),
    Coded(
        "better-than-random-mirror",
        points=3,
        function="mirrored",
        solution=MIRRORED,
        inputs=lambda rng: [(rng.uniform(0.02, 0.98, n),) for n in (2, 3, 5, 16)],
        mutants=[
            # the mirror image of the noise
            Mutant(
                MIRRORED.replace(
                    "return ndtri(np.concatenate([part + u, part + 1 - u]) / len(u))",
                    "noise = ndtri((part + u) / len(u))\n    return np.append(noise, -noise)",
                ),
                hint="with 4 parts, the ways of the mirror images:",
            ),
            # no mirror, the same place again
            Mutant(
                MIRRORED.replace("part + 1 - u", "part + u"),
                hint="with 1 part, the ways of the mirror images:",
            ),
            # no part: all draws over the whole interval
            Mutant(
                MIRRORED.replace("part + u, part + 1 - u]) / len(u)", "u, 1 - u])"),
                hint="with 4 parts, the ways of the draws through their parts:",
            ),
        ],
    ),
    Claimed(
        "better-than-random-more-points",
        points=2,
        value="few_many",
        solution="few_many = (9, 10)\n",
        mutants=[
            Mutant(
                "few_many = (5, 7)\n", hint="there the error does not rise, from 0.15 to 0.0742"
            ),
            Mutant(
                "few_many = (64, 32)\n",
                hint="whole numbers with 1 <= few < many < 100 are asked for, got 64 and 32",
            ),
            Mutant("few_many = (32, 64)\n", hint="both stand in the table of the chapter"),
        ],
    ),
]
