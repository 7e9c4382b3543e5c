"""Reference solutions, hidden inputs, wrong answers of stochastic-gradient-descent."""

from grading.questions import Claimed, Coded, Mutant, Written

MOMENTUM = """\
def momentum_descent(x, mu, sigma, eps, step_size, momentum):
    mean, square = np.mean(x), np.var(x)
    theta, velocity = np.array([mu, np.log(sigma)]), np.zeros(2)
    for e in eps:
        sigma = np.exp(theta[1])
        slope = (theta[0] + sigma * e - mean) / square
        velocity = momentum * velocity - step_size * np.array([slope, slope * sigma * e - 1])
        theta = theta + velocity
    return np.array([theta[0], np.exp(theta[1])])
"""

QUESTIONS = [
    Written(
        "stochastic-gradient-descent-rates",
        rubric="""\
- 1 point: in sigma the factor 1 - 2na each step, so sigma_t = sigma_0 (1 - 2na)^t, positive for a
  < 1/(2n).
- 1 point: in the variance sigma_t^2 = sigma_0^2 - n a t, which is no longer positive after
  sigma_0^2 / (n a) steps.
- 1 point: the comparison: a straight line to zero, a geometric approach, and 1/sqrt(t) in log
  sigma, the slowest.""",
        solution=r"""
In $\sigma$ the gradient is $2n\sigma$, so $\sigma \leftarrow (1-2na)\,\sigma$ and
$\sigma_t = \sigma_0(1-2na)^t$. It stays positive for $a < 1/(2n)$ and then tends to zero
geometrically.

In $\sigma^2$ the gradient is $n$, so $\sigma_t^2 = \sigma_0^2 - nat$, a straight line. The first
step that is not allowed is the one with $t \ge \sigma_0^2/(na)$.

In $\log\sigma$ the law is $\sigma_t = (1/\sigma_0^2 + 4nat)^{-1/2}$, for large $t$ about
$1/(2\sqrt{nat})$. It never leaves and is the slowest of the three: the same loss, and three speeds
of collapse.""",
    ),
    Coded(
        "stochastic-gradient-descent-momentum",
        points=3,
        function="momentum_descent",
        solution=MOMENTUM,
        inputs=lambda rng: [
            (
                rng.normal(2, 3, size),
                rng.uniform(0, 2),
                rng.uniform(1, 3),
                rng.standard_normal(20),
                rng.uniform(0.02, 0.1),
                rng.uniform(0.3, 0.9),
            )
            for size in (3, 5, 10, 30)
        ],
        mutants=[
            # no momentum
            Mutant(
                MOMENTUM.replace("momentum * velocity -", "-"),
                hint="with momentum 0.8 and all the noise zero every value is wrong",
            ),
            # the new gradient averaged in
            Mutant(
                MOMENTUM.replace("- step_size", "- (1 - momentum) * step_size"),
                hint="with momentum 0.8 and all the noise zero every value is wrong",
            ),
            # the entropy forgotten
            Mutant(
                MOMENTUM.replace(" * e - 1]", " * e]"), hint="with momentum 0 every value is wrong"
            ),
            # the gradient in sigma
            Mutant(
                MOMENTUM.replace("slope * sigma * e - 1", "slope * e - 1 / sigma"),
                hint="with momentum 0 every value is wrong",
            ),
        ],
    ),
    Coded(
        "stochastic-gradient-descent-throw",
        points=3,
        function="mu_throw",
        solution="""\
def mu_throw(step_size, n_samples, n, tau):
    return (step_size / (n_samples * (2 - step_size * n / tau**2))) ** 0.5
""",
        rtol=0.035,  # the student's own check compares with a simulation, to 0.03
        inputs=lambda rng: [
            (share * tau**2 / n, n_samples, n, tau)
            for share, n_samples, n, tau in zip(
                rng.uniform(0.3, 1.7, 4),
                [1, 3, 8, 64],
                [5, 20, 50, 100],
                rng.uniform(0.5, 4, 4),
                strict=True,
            )
        ],
        mutants=[
            # the law for small steps
            Mutant(
                """\
def mu_throw(step_size, n_samples, n, tau):
    return (step_size / (2 * n_samples)) ** 0.5
""",
                hint="n = 10, tau = 1.0 the value is off by the factor 0.71",
            ),
            # the variance
            Mutant(
                """\
def mu_throw(step_size, n_samples, n, tau):
    return step_size / (n_samples * (2 - step_size * n / tau**2))
""",
                hint="n = 10, tau = 2.0 the value is off by the factor 0.05",
            ),
            # the formula of the chapter with tau for s
            Mutant(
                """\
def mu_throw(step_size, n_samples, n, tau):
    return (step_size / (n_samples * (2 - step_size / tau**2))) ** 0.5
""",
                hint="n = 10, tau = 1.0 the value is off by the factor 0.72",
            ),
        ],
    ),
    Claimed(
        "stochastic-gradient-descent-too-fast",
        points=2,
        value="initial_and_ratio",
        solution="initial_and_ratio = (0.1, 0.9)\n",
        mutants=[
            Mutant(
                "initial_and_ratio = (0.1, 0.998)\n",
                hint="it stops 0.0000 from the best mu, closer than 0.1",
            ),
            Mutant(
                "initial_and_ratio = (0.001, 0.9999)\n",
                hint="not nothing after 5000 steps; take a smaller one",
            ),
            Mutant(
                "initial_and_ratio = (0.1, 1.0)\n",
                hint="the ratio must lie between 0 and 1, got 1.0",
            ),
            Mutant(
                "initial_and_ratio = (-0.1, 0.9)\n",
                hint="the first step must be > 0 and at most 0.1, got -0.1",
            ),
        ],
    ),
]
