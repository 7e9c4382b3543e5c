"""Reference solutions, hidden inputs, wrong answers of variance-comparison."""

from grading.questions import Claimed, Coded, Mutant, Written

MIX = """\
def best_mix(x, mu, sigma):
    d, v, s_square = (mu - np.mean(x)) ** 2, sigma**2, np.var(x)
    a = d + s_square
    with_trick = np.array([4 * v, 4 * (d + 2 * v)])
    in_mu = a**2 + 6 * a * v + 8 * d * v + 15 * v**2
    without = np.array([in_mu, 2 * a**2 + 20 * a * v + 40 * d * v + 74 * v**2]) / v
    covariance = np.array([2 * (a + 3 * v), 4 * (a + 2 * d + 5 * v)])
"""
BEST = "    return (without - covariance) / (with_trick + without - 2 * covariance)\n"
RATIO = """\
def weighted_ratio(x, w, mu, sigma):
    mean = np.average(x, weights=w)
    d, v, a = (mu - mean) ** 2, sigma**2, (mu - mean) ** 2 + np.average((x - mean) ** 2, weights=w)
    in_mu = (a**2 + 6 * a * v + 8 * d * v + 15 * v**2) / (4 * v**2)
    in_sigma = (2 * a**2 + 20 * a * v + 40 * d * v + 74 * v**2) / (4 * v * (d + 2 * v))
    return np.array([in_mu, in_sigma])
"""

QUESTIONS = [
    Written(
        "variance-comparison-straight-line",
        rubric="""\
- 1 point: the pathwise variances, 0 in mu and beta^2 in sigma.
- 1 point: the score function's variances, c^2/sigma^2 + 2 beta^2 and 2 c^2/sigma^2 + 10 beta^2.
- 1 point: the best baseline is c = E f in both components.
- 1 point: 2 beta^2 and 10 beta^2 are left, so no constant reaches the pathwise variance 0 in mu
  (unless beta = 0).""",
        solution=r"""
With $f = c + \beta\sigma\epsilon$ and $f' = \beta$ the pathwise samples are $\beta$ and
$\beta\epsilon$, with the variances $0$ and $\beta^2$.

The score-function sample in $\mu$ is $(c\epsilon + \beta\sigma\epsilon^2)/\sigma$. Its second
moment is $(c^2 + 3\beta^2\sigma^2)/\sigma^2$, its mean is $\beta$, so the variance is
$c^2/\sigma^2 + 2\beta^2$.

In $\sigma$ it is $(c + \beta\sigma\epsilon)(\epsilon^2-1)/\sigma$. The second moment is
$(2c^2 + 10\beta^2\sigma^2)/\sigma^2$ and the mean is 0, so the variance is
$2c^2/\sigma^2 + 10\beta^2$.

A baseline replaces $c$ by $c$ minus the baseline. Both variances are smallest when that is 0: the
best baseline is $c = E f$ in both. The variances $2\beta^2$ and $10\beta^2$ are left. In $\mu$ the
pathwise variance is 0, and no constant reaches it unless $\beta = 0$.""",
    ),
    Coded(
        "variance-comparison-weighted-ratio",
        points=3,
        function="weighted_ratio",
        solution=RATIO,
        inputs=lambda rng: [
            (
                rng.normal(2, 3, size),
                rng.uniform(0.2, 4, size),
                rng.uniform(-2, 5),
                rng.uniform(0.5, 4),
            )
            for size in (3, 6, 10, 25)
        ],
        mutants=[
            # the weights forgotten
            Mutant(
                RATIO.replace(", weights=w", ""),
                hint="with the weights 3, 1, 0.5 every value is wrong",
            ),
            # the weights only in the mean
            Mutant(
                RATIO.replace("(x - mean) ** 2, weights=w", "(x - mean) ** 2"),
                hint="with the weights 3, 1, 0.5 every value is wrong",
            ),
            # upside down
            Mutant(
                RATIO.replace("np.array([in_mu, in_sigma])", "1 / np.array([in_mu, in_sigma])"),
                hint="with the weights 1, 1, 1 the ratio is upside down",
            ),
            # the square of the mean not subtracted in mu
            Mutant(
                RATIO.replace("8 * d * v", "12 * d * v"),
                hint="with the weights 1, 1, 1 component 1 (mu) is off by the factor 1.013",
            ),
        ],
    ),
    Coded(
        "variance-comparison-best-mix",
        points=4,
        function="best_mix",
        solution=MIX + BEST,
        inputs=lambda rng: [
            (rng.normal(2, 3, size), rng.uniform(-2, 5), rng.uniform(0.5, 4))
            for size in (1, 4, 10, 25)
        ],
        mutants=[
            # as if the samples were independent
            Mutant(
                MIX + "    return without / (with_trick + without)\n",
                hint="at mu = 3.0, sigma = 2.0 a larger weight for mu has a smaller variance",
            ),
            # the weight of the other estimator
            Mutant(
                MIX + BEST.replace("without - cov", "with_trick - cov"),
                hint="at mu = 3.0, sigma = 2.0 a larger weight for mu has a smaller variance",
            ),
            # kept between 0 and 1
            Mutant(
                MIX + BEST.replace("return ", "w = ") + "    return np.clip(w, 0, 1)\n",
                hint="at mu = 3.0, sigma = 2.0 a larger weight for mu has a smaller variance",
            ),
        ],
    ),
    Claimed(
        "variance-comparison-turned-by-baseline",
        points=2,
        value="k_b",
        solution="k_b = (5.0, 8.0)\n",
        mutants=[
            # no baseline
            Mutant("k_b = (5.0, 0.0)\n", hint="there the trick wins, with 21.1 against 75"),
            # the mean loss as the baseline
            Mutant("k_b = (5.0, 4.05)\n", hint="there the trick wins, with 21.1 against 26.8"),
            # so shallow that the loss is nearly a parabola
            Mutant("k_b = (0.5, 1.01)\n", hint="there the trick wins, with 0.0434 against 0.0523"),
            # nearly a kink, which no rule can resolve
            Mutant("k_b = (1e6, 1e6)\n", hint="k must be between 0.1 and 10, got 1e+06"),
        ],
    ),
]
