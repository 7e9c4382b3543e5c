"""Reference solutions, hidden inputs, wrong answers of when-the-trick-loses."""

from grading.questions import Claimed, Coded, Mutant, Written

MISSING = """\
def missing_term(places, heights, mu, sigma):
    z = (places - mu) / sigma
    pay = heights * np.exp(-z**2 / 2) / (sigma * np.sqrt(2 * np.pi))
    return np.array([np.sum(pay), np.sum(pay * z)])
"""
LOGISTIC = """\
def logistic_variance(steps, mu, sigma):
    wave = Cosine(2.0 ** (steps + 1))
    return closed_form.variance(pathwise, wave, Normal(mu, sigma))[0] / 4
"""

QUESTIONS = [
    Written(
        "when-the-trick-loses-kink",
        rubric="""\
- 1 point: the derivative is moved from the density in mu to the density in y, with the minus sign.
- 1 point: both integrals by parts, with the two boundary terms at t, which cancel since f is
  continuous there.
- 1 point: with a jump they leave h p(t), the height times the density at t.""",
        solution=r"""
The density is a function of $y - \mu$, so that its derivative in $\mu$ is minus its derivative in
$y$. Split the integral at the kink:

$$\frac{\partial}{\partial\mu}E f(y) = -\int_{-\infty}^t f(y)\,p'(y)\,dy
- \int_t^\infty f(y)\,p'(y)\,dy.$$

Integrate each part by parts. The density is 0 at both ends, so that what remains is

$$-f(t^-)\,p(t) + f(t^+)\,p(t) + \int f'(y)\,p(y)\,dy.$$

With a kink $f(t^-) = f(t^+)$, the two terms cancel, and the last integral is $E f'(y)$, in which
the single point $t$ has no weight. With a jump they leave $(f(t^+) - f(t^-))\,p(t) = h\,p(t)$.""",
    ),
    Coded(
        "when-the-trick-loses-missing-term",
        points=3,
        function="missing_term",
        solution=MISSING,
        inputs=lambda rng: [
            (
                rng.normal(0, 1.5, size),
                rng.uniform(0.5, 3, size) * rng.choice([-1, 1], size),
                rng.uniform(-1, 1),
                rng.uniform(0.5, 2),
            )
            for size in (1, 2, 4, 7)
        ],
        mutants=[
            # the density without its sigma
            Mutant(
                MISSING.replace("(sigma * np.sqrt(2 * np.pi))", "np.sqrt(2 * np.pi)"),
                hint="with 1 jump every value is off by the factor 1.4",
            ),
            # z upside down
            Mutant(
                MISSING.replace("(places - mu)", "(mu - places)"),
                hint="with 1 jump component 2 (sigma) is off by the factor -1",
            ),
            # every jump counted with height 1
            Mutant(
                MISSING.replace("heights * np.exp", "np.exp"),
                hint="with 1 jump every value is off by the factor 0.4",
            ),
        ],
    ),
    Claimed(
        "when-the-trick-loses-ramp",
        points=2,
        value="wide_narrow",
        solution="wide_narrow = (1.0, 0.01)\n",
        mutants=[
            # the claim holds between very wide ramps, where the bias is all
            Mutant("wide_narrow = (5.0, 3.0)\n", hint="there the narrow ramp is better"),
            # narrower than was asked for
            Mutant(
                "wide_narrow = (1.0, 0.0001)\n",
                hint="0.001 <= narrow < wide <= 5 is asked for, got wide = 1, narrow = 0.0001",
            ),
            # in the wrong order
            Mutant(
                "wide_narrow = (0.01, 1.0)\n",
                hint="0.001 <= narrow < wide <= 5 is asked for, got wide = 0.01, narrow = 1",
            ),
        ],
    ),
    Coded(
        "when-the-trick-loses-logistic-map",
        points=3,
        function="logistic_variance",
        solution=LOGISTIC,
        inputs=lambda rng: [
            (steps, rng.uniform(-2, 2), rng.uniform(0.05, 0.5)) for steps in (0, 2, 5, 9)
        ],
        mutants=[
            # one doubling too few
            Mutant(
                LOGISTIC.replace("steps + 1", "steps"),
                hint="after 0 steps the value is off by the factor",
            ),
            # the half of the square forgotten
            Mutant(
                LOGISTIC.replace(" / 4", ""), hint="after 0 steps the value is off by the factor 4"
            ),
            # halved, not quartered
            Mutant(
                LOGISTIC.replace(" / 4", " / 2"),
                hint="after 0 steps the value is off by the factor 2",
            ),
        ],
    ),
]
