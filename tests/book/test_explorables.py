"""The figures that move, driven in a browser by keys and by dragging, against the library."""

import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import explorables
import numpy as np
import pytest
from chromium import CHROMIUM, needs_chromium
from playwright.sync_api import Locator, Page, sync_playwright

from authoring import formulas
from rpt_helpers import (
    Cosine,
    ExponentialSquare,
    Loss,
    NegativeLogLikelihood,
    Normal,
    ReverseKL,
    SquaredError,
    closed_form,
    datasets,
    pathwise,
    quadratic,
    quadrature,
    score_function,
    sgd,
)
from rpt_helpers.explorables import TITLES, explore
from rpt_helpers.losses import DifferentiableLoss

LOSS = SquaredError(datasets.ten_draws())
MEANS, WITHIN = 2000, 4  # standard errors
pytestmark = needs_chromium


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with all of them, opened from the disk as a reader may."""
    folder = tmp_path_factory.mktemp("figures")
    explorables.bundle()
    for script in (explorables.SCRIPT, explorables.ON_DEMAND):
        shutil.copy(script, folder)
    figures = "".join(explore(name)._repr_html_() for name in TITLES)
    html = f'<!DOCTYPE html><html lang="en"><title>Figures</title><body>{figures}'
    html += f'<script defer src="{explorables.SCRIPT.name}"></script><meta charset="utf-8">'
    (folder / "page.html").write_text(html, encoding="utf-8")
    return (folder / "page.html").as_uri()


@pytest.fixture(scope="module")
def browser_page(address: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 720, "height": 900})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text))
        yield page
        browser.close()
        assert faults == []


@pytest.fixture
def page(browser_page: Page, address: str) -> Page:
    browser_page.goto("about:blank")
    browser_page.goto(address)
    return browser_page


def figure(page: Page, name: str) -> Locator:
    return page.locator(f"rpt-{name}")


def numbers(page: Page, name: str) -> Any:
    return figure(page, name).evaluate("figure => figure.numbers")


def state(page: Page, name: str) -> Any:
    return figure(page, name).evaluate("figure => figure.state")


def test_formulas_are_those_of_the_library() -> None:
    assert formulas.MODULE.read_text(encoding="utf-8") == formulas.module()


def test_keys_move_the_dials_and_the_slopes_are_those_of_the_library(page: Page) -> None:
    held = figure(page, "hold-the-noise")
    held.get_by_role("radio", name="held noise").check()
    for dial, key, times in (("mu", "ArrowRight", 7), ("sigma", "ArrowLeft", 5)):
        slider = held.get_by_role("slider", name=dial)
        slider.focus()
        for _ in range(times):
            page.keyboard.press(key)
    assert held.get_by_role("slider", name="mu").get_attribute("aria-valuetext") == "mu 1.35"
    now, shown = state(page, "hold-the-noise"), numbers(page, "hold-the-noise")
    assert (now["mu"], now["sigma"]) == (1.35, 1.75)
    node, eps = Normal(now["mu"], now["sigma"]), shown["epsilon"]
    np.testing.assert_allclose(shown["loss"], LOSS(node.path(eps)), rtol=1e-9)
    [sample] = pathwise(LOSS, node, [eps])
    np.testing.assert_allclose(shown["slopes"], sample, rtol=1e-9)
    np.testing.assert_allclose(shown["exact"], closed_form.gradient(LOSS, node), rtol=1e-9)


def test_held_noise_makes_one_curve_and_fresh_noise_none(page: Page) -> None:
    held = figure(page, "hold-the-noise")
    dots = held.locator(".dust").get_attribute("d")
    assert dots and dots.count("M") > 200 and held.locator(".curve").count() == 0
    assert "= ?" in held.locator(".node").text_content()  # type: ignore[operator]
    held.get_by_role("radio", name="held noise").check()
    assert held.locator(".dust").count() == 0 and held.locator(".curve").count() == 1
    assert "= ?" not in held.locator(".node").text_content()  # type: ignore[operator]


def test_dragging_the_point_moves_the_dial(page: Page) -> None:
    held = figure(page, "hold-the-noise")
    box = held.locator(".handle").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y, steps=5)
    page.mouse.up()
    moved = state(page, "hold-the-noise")["mu"]
    box = held.locator(".handle").bounding_box()
    assert moved > 2 and box and abs(box["x"] + box["width"] / 2 - (x + 150)) < 4


def test_both_estimates_scatter_around_the_closed_form_as_theory_says(page: Page) -> None:
    two = figure(page, "two-ways")
    two.get_by_role("slider", name="sigma").press("ArrowRight")
    two.get_by_role("button").click()
    now, shown = state(page, "two-ways"), numbers(page, "two-ways")
    node = Normal(now["mu"], now["sigma"])
    exact = closed_form.gradient(LOSS, node)
    np.testing.assert_allclose(shown["exact"], exact, rtol=1e-9)
    roots, weights = np.polynomial.hermite_e.hermegauss(20)  # exact for these polynomials
    for kind, estimator in enumerate((pathwise, score_function)):
        variance = closed_form.variance(estimator, LOSS, node)
        fourth = weights @ (estimator(LOSS, node, roots) - exact) ** 4 / weights.sum()
        kurtosis = 3 + (fourth / variance**2 - 3) / now["size"]  # of the means
        for part in (0, 1):
            found, spread = shown["found"][part][kind], (variance[part] / now["size"]) ** 0.5
            np.testing.assert_allclose(found["theory"], spread, rtol=1e-9)
            assert abs(found["mean"] - exact[part]) < WITHIN * spread / MEANS**0.5
            error = ((kurtosis[part] - 1) / 4 / MEANS) ** 0.5  # of a standard deviation
            assert abs(found["sd"] / spread - 1) < WITHIN * error


ENDS = "bar => [0, bar.getTotalLength()].map(at => bar.getPointAtLength(at).x)"


def test_a_bar_is_as_long_as_a_spread(page: Page) -> None:
    two = figure(page, "two-ways")
    for part, name in enumerate(("mu", "sigma")):
        bars = [two.locator(f".{name} .spread-{kind}") for kind in ("pathwise", "score_function")]
        (a, b), (c, d) = (bar.evaluate(ENDS) for bar in bars)
        trick, score = numbers(page, "two-ways")["found"][part]
        pixels = (b - a) / 2 / trick["sd"]
        assert abs(d - c - 2 * pixels * score["sd"]) < 0.1
        assert abs(c + d - a - b - 2 * pixels * (score["mean"] - trick["mean"])) < 0.1


def test_the_farthest_means_make_the_share_that_a_simulation_gives_them(page: Page) -> None:
    draw = "(figure, draw) => (figure.change({draw}), figure.numbers.outliers)"
    shown = [figure(page, "two-ways").evaluate(draw, each) for each in range(20)]
    now = state(page, "two-ways")
    eps = np.random.default_rng(1).standard_normal(50 * MEANS * now["size"])
    in_sigma = score_function(LOSS, Normal(now["mu"], now["sigma"]), eps)[:, 1]
    means = in_sigma.reshape(50, MEANS, now["size"]).mean(axis=2)
    squares = np.sort((means - means.mean(axis=1, keepdims=True)) ** 2)
    shares = squares[:, -MEANS // 20 :].sum(axis=1) / squares.sum(axis=1)
    assert abs(np.mean(shown) - shares.mean()) < WITHIN * shares.std() * (1 / 20 + 1 / 50) ** 0.5


def test_pushed_and_weighed_draws_have_the_same_mean_loss(page: Page) -> None:
    figure(page, "push-or-weigh").get_by_role("slider", name="mu").press("ArrowLeft")
    now, old = state(page, "push-or-weigh"), Normal(1, 2)
    node = Normal(now["mu"], now["sigma"])
    shown: dict[str, list[float]] = {name: [] for name in ("pushed", "weighed", "exact")}
    for draw in range(100):
        seen = figure(page, "push-or-weigh").evaluate(
            "(figure, draw) => (figure.change({draw}), figure.numbers)", draw
        )
        assert 1 <= seen["worth"] <= 60
        for name, values in shown.items():
            values.append(seen[name])
    np.testing.assert_allclose(shown["exact"], closed_form.expected_loss(LOSS, node), rtol=1e-9)
    y = old.path(np.polynomial.hermite_e.hermegauss(60)[0])
    weights = np.polynomial.hermite_e.hermegauss(60)[1] / (2 * np.pi) ** 0.5
    ratio = np.exp(node.log_prob(y) - old.log_prob(y))
    exact = closed_form.expected_loss(LOSS, node)
    spreads = {
        "pushed": weights @ (LOSS(node.path((y - 1) / 2)) - exact) ** 2,
        "weighed": weights @ (ratio * LOSS(y) - exact) ** 2,
    }
    for name, square in spreads.items():
        assert abs(np.mean(shown[name]) - exact) < WITHIN * (square / 60 / 100) ** 0.5
    eps = np.random.default_rng(2).standard_normal((50, 200, 60))
    y = old.path(eps)
    weighed = np.exp(node.log_prob(y) - old.log_prob(y)) * LOSS(y)
    for losses, scatter in zip((LOSS(node.path(eps)), weighed), seen["scatter"], strict=True):
        spread = losses.mean(axis=2).std(axis=1, ddof=1)
        assert abs(scatter - spread.mean()) < WITHIN * spread.std()


@pytest.mark.parametrize("objective", ["squared error", "reverse KL", "likelihood"])
def test_an_exact_descent_goes_where_the_library_goes(page: Page, objective: str) -> None:
    where = figure(page, "where-is-sigma")
    where.get_by_role("radio", name=objective).check()
    where.get_by_role("slider", name="mu at the start").press("ArrowRight")
    for _ in range(3):
        where.get_by_role("button", name="Jump").click()
    now, shown = state(page, "where-is-sigma"), numbers(page, "where-is-sigma")
    x = (datasets.michelson() - 299_800) / 100
    gradient, step = {
        "squared error": (lambda node: closed_form.gradient(SquaredError(x), node), 0.0002),
        "reverse KL": (ReverseKL(x).gradient, 0.02),
        "likelihood": (NegativeLogLikelihood(x).gradient, 0.02),
    }[objective]
    start = Normal(now["mu"], now["sigma"], "log_sigma")
    final = sgd(gradient, start, steps=1000, step_size=step).final
    assert now["steps"] == shown["steps"] == 1000 and now["mu"] == 0.05
    found = [shown["exact"][name] for name in ("mu", "sigma")]
    np.testing.assert_allclose(found, [final.mu, final.sigma], rtol=1e-9)


def test_with_the_trick_the_balls_follow_the_law_and_without_it_they_are_lost(page: Page) -> None:
    where = figure(page, "where-is-sigma")
    for _ in range(5):
        where.get_by_role("button", name="Jump").click()
    shown = numbers(page, "where-is-sigma")
    law = (1 + 4 * 100 * 0.0002 * 50_000) ** -0.5
    assert shown["steps"] == 50_000
    # A sigma scatters by 6 % around the law (1.25 times that, over the root of 20, for a median).
    assert abs(shown["pathwise"]["sigma"] / law - 1) < WITHIN * 0.06 * 1.25 / 20**0.5
    assert shown["pathwise"]["there"] == 20 and shown["score_function"]["there"] < 10


def test_running_and_jumping_take_the_same_steps(page: Page) -> None:
    where = figure(page, "where-is-sigma")
    where.get_by_role("button", name="Run").click()
    page.wait_for_function("() => document.querySelector('rpt-where-is-sigma').state.steps > 100")
    where.get_by_role("button", name="Pause").click()
    ran, steps = numbers(page, "where-is-sigma"), state(page, "where-is-sigma")["steps"]
    where.get_by_role("button", name="Back to the start").click()
    assert state(page, "where-is-sigma")["steps"] == 0
    where.evaluate("(figure, steps) => figure.change({steps})", steps)
    assert numbers(page, "where-is-sigma") == ran


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_button_that_starts_is_the_one_that_is_named(page: Page, motion: Any) -> None:
    page.emulate_media(reduced_motion=motion)
    page.reload()
    where = figure(page, "where-is-sigma")
    named = re.search(r"press ([A-Z][a-z0-9 ]+)[:.]", where.locator(".summary").inner_text())
    assert named
    where.get_by_role("button", name=named[1]).click(timeout=5_000)
    page.wait_for_function("() => document.querySelector('rpt-where-is-sigma').state.steps > 0")
    page.emulate_media(reduced_motion=None)


def test_dragging_the_ball_starts_elsewhere(page: Page) -> None:
    where = figure(page, "where-is-sigma")
    where.scroll_into_view_if_needed()
    box = where.locator(".handle").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 30, steps=5)
    page.mouse.up()
    now = state(page, "where-is-sigma")
    assert now["mu"] > 0.2 and now["sigma"] < 0.9


@pytest.mark.parametrize(
    ("name", "exact"),
    [("two-ways", closed_form.gradient), ("push-or-weigh", closed_form.expected_loss)],
)
def test_a_dragged_dial_takes_the_numbers_along(
    page: Page, name: str, exact: Callable[[SquaredError, Normal], Any]
) -> None:
    for dial in ("mu", "sigma"):
        slider = figure(page, name).get_by_role("slider", name=dial, exact=True)
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        assert box
        left, y = box["x"], box["y"] + box["height"] / 2
        page.mouse.move(left + 0.2 * box["width"], y)
        page.mouse.down()
        pressed = state(page, name)[dial]
        page.mouse.move(left + 0.7 * box["width"], y, steps=5)
        page.mouse.up()
        low, high = (float(slider.get_attribute(end) or "nan") for end in ("min", "max"))
        dragged = state(page, name)[dial]
        assert pressed < dragged and abs((dragged - low) / (high - low) - 0.7) < 0.06
    now = state(page, name)
    node = Normal(now["mu"], now["sigma"])
    np.testing.assert_allclose(numbers(page, name)["exact"], exact(LOSS, node), rtol=1e-9)


@pytest.mark.parametrize(
    ("name", "moved"), [("hold-the-noise", "mu"), ("where-is-sigma", "mu"), ("who-wins", "k")]
)
def test_a_finger_moves_the_handle_and_beside_it_the_page(
    browser_page: Page, address: str, name: str, moved: str
) -> None:
    browser = browser_page.context.browser
    assert browser
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(address)
    page.add_style_tag(content="body {margin: 100vh 8px}")  # room to scroll, whatever the figure
    finger = context.new_cdp_session(page)

    def drag(x: float, y: float, across: int, down: int) -> None:
        for part in range(11):
            kind = "touchMove" if part else "touchStart"
            point = {"x": x + across * part / 10, "y": y + down * part / 10}
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    knob = figure(page, name).locator(".knob")
    knob.evaluate("knob => knob.scrollIntoView({block: 'center'})")
    box, top = knob.bounding_box(), page.evaluate("scrollY")
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = state(page, name)[moved]
    drag(x, y, 50, 5)
    there = state(page, name)[moved]
    assert there != before and page.evaluate("scrollY") == top
    drag(x + 110, y - 40, 0, -150)
    page.wait_for_function("top => scrollY > top + 50", arg=top)
    assert state(page, name)[moved] == there
    context.close()


LOSSES: dict[str, Callable[[float], DifferentiableLoss]] = {
    "cosine": Cosine,
    "bump": ExponentialSquare,
    "square": quadratic,
}


def chosen(page: Page, **state: Any) -> Any:
    """What the figure says of a loss, as if its link had been followed."""
    who = figure(page, "who-wins")
    who.evaluate("(figure, state) => figure.change(state)", state)
    return numbers(page, "who-wins")


@pytest.mark.parametrize("name", LOSSES)
def test_the_variances_of_a_loss_are_those_of_the_library(page: Page, name: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(8):
        k, mu, sigma = rng.uniform(0.1, 2.5), rng.uniform(-2, 2), 10 ** rng.uniform(-0.6, 0.45)
        shown = chosen(page, loss=name, k=k, mu=mu, sigma=sigma)
        loss, node = LOSSES[name](k), Normal(mu, sigma)
        for found, estimator in (("pathwise", pathwise), ("score", score_function)):
            exact = quadrature.variance(estimator, loss, node)
            np.testing.assert_allclose(shown[found], exact, rtol=1e-7)
        np.testing.assert_allclose(shown["gradient"], quadrature.gradient(loss, node), rtol=1e-7)
        spectrum = quadrature.hermite_spectrum(loss, node, 9)[1:]
        near = 1e-9 * float(max(abs(spectrum)))
        np.testing.assert_allclose(shown["coefficients"], spectrum, rtol=1e-7, atol=near)


@pytest.mark.parametrize(
    ("name", "in_mu", "in_sigma"),
    [("cosine", 1.063782196, 1.297346325), ("bump", 0.869953937, 1.002815779)],
)
def test_the_lead_changes_where_it_does(
    page: Page, name: str, in_mu: float, in_sigma: float
) -> None:
    [[found_mu], [found_sigma]] = chosen(page, loss=name, mu=1, sigma=1)["crossovers"]
    np.testing.assert_allclose([found_mu, found_sigma], [in_mu, in_sigma], rtol=1e-7)
    for k, part in ((found_mu, 0), (found_sigma, 1)):
        loss, node = LOSSES[name](k), Normal(1, 1)
        both = [quadrature.variance(kind, loss, node)[part] for kind in (pathwise, score_function)]
        np.testing.assert_allclose(both[0], both[1], rtol=1e-7)


def typed(page: Page, formula: str) -> Any:
    who = figure(page, "who-wins")
    field = who.get_by_role("textbox")
    field.fill(formula)
    field.press("Enter")
    page.wait_for_function(
        """() => !document.querySelector("rpt-who-wins").find(".summary").textContent
            .includes("on its way")"""
    )
    return numbers(page, "who-wins")


def test_a_typed_loss_has_the_variances_of_its_formula(page: Page) -> None:
    assert state(page, "who-wins")["loss"] == "cosine"
    shown = typed(page, "log(1 + exp(k*y)) - y^2/3")
    now = state(page, "who-wins")
    assert now["loss"] == "typed"
    k, node = now["k"], Normal(now["mu"], now["sigma"])
    loss = Loss(
        lambda y: np.logaddexp(0, k * y) - y**2 / 3,
        lambda y: k / (1 + np.exp(-k * y)) - 2 * y / 3,
    )
    for found, estimator in (("pathwise", pathwise), ("score", score_function)):
        exact = quadrature.variance(estimator, loss, node)
        np.testing.assert_allclose(shown[found], exact, rtol=1e-7)


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("y +", "cannot be read"),
        ("x^2", "names x"),
        ("gamma(y)", "has gamma in it"),
        ("abs(y - 1)", "not smooth enough"),
        ("abs(y)/y", "jump"),
        ("sqrt(y)", "no finite value"),
        ("exp(0.3*y^2)", "grows too fast"),
        ('"y"', "has y in it"),
        ("constructor", "names constructor"),
        ("constructor(y)", "has constructor in it"),
    ],
)
def test_a_formula_that_has_no_variances_is_refused_with_a_reason(
    page: Page, formula: str, says: str
) -> None:
    assert typed(page, formula) is None
    assert says in str(figure(page, "who-wins").locator(".summary").text_content())


@pytest.mark.parametrize("formula", ["<img src=x>", 'y + "<img src=x>"', 'y "<img src=x>"'])
def test_a_formula_in_a_link_is_no_markup(page: Page, formula: str) -> None:
    typed(page, formula)
    assert figure(page, "who-wins").locator("img").count() == 0


def test_a_link_brings_back_what_its_reader_saw(page: Page, address: str) -> None:
    figure(page, "two-ways").get_by_role("slider", name="mu").press("ArrowLeft")
    page.wait_for_url("**#two-ways?*")
    before, link = numbers(page, "two-ways"), page.url
    page.goto("about:blank")
    page.goto(link)
    assert numbers(page, "two-ways") == before and state(page, "two-ways")["mu"] == 2.5


@pytest.mark.parametrize("said", ["mu=99", "mu=x", "size=3", "other=1", "draw=-1"])
def test_a_link_that_no_control_could_make_changes_nothing(
    page: Page, address: str, said: str
) -> None:
    before = state(page, "two-ways")
    page.goto("about:blank")
    page.goto(f"{address}#two-ways?{said}")
    assert state(page, "two-ways") == before


def test_figures_fit_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 720, "height": 900})


def test_what_changed_is_said_once_the_reader_rests(page: Page) -> None:
    two = figure(page, "two-ways")
    two.get_by_role("slider", name="mu").press("ArrowLeft")
    said = two.get_by_role("status")
    page.wait_for_function(
        "() => document.querySelector('rpt-two-ways').find('.announced').textContent"
    )
    assert "2.5" in str(said.text_content())


def test_the_first_page_shows_the_figure_as_a_cell_does() -> None:
    index = (explorables.ROOT / "book" / "index.md").read_text(encoding="utf-8")
    assert explore("hold-the-noise")._repr_html_() in index


def test_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="name must be one of"):
        explore("no-such-figure")


class Shell:
    """What IPython knows of the request that it answers."""

    def __init__(self, metadata: dict[str, str]) -> None:
        self.kernel = self
        self.metadata = metadata

    def get_parent(self) -> dict[str, dict[str, str]]:
        return {"metadata": self.metadata}


@pytest.mark.parametrize(("metadata", "scripts"), [({"cellId": "a"}, 1), ({}, 0), (None, 0)])
def test_jupyterlab_is_sent_the_script_and_a_stored_output_is_not(
    monkeypatch: pytest.MonkeyPatch, address: str, metadata: dict[str, str] | None, scripts: int
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("IPython.display.display", sent.append)
    if metadata is not None:
        monkeypatch.setattr("builtins.get_ipython", lambda: Shell(metadata), raising=False)
    figure = explore("two-ways")  # the script was written for the page at `address`
    assert len(sent) == scripts
    assert "script" not in figure._repr_html_() and "moves on the page" in repr(figure)


def test_each_figure_says_what_the_trick_is(page: Page) -> None:
    for name in TITLES:
        said = figure(page, name).locator(".about").inner_text()
        assert "y = μ + σε" in said and said.endswith(".")


@pytest.mark.parametrize(
    ("objective", "lowest"),
    [("squared error", (0.5, 0.05)), ("reverse KL", (0.5, 0.8)), ("likelihood", (0.5, 0.8))],
)
def test_a_cross_marks_where_an_objective_is_lowest(
    page: Page, objective: str, lowest: tuple[float, float]
) -> None:
    where = figure(page, "where-is-sigma")
    where.get_by_role("radio", name=objective).check()
    mu, sigma = lowest  # the dials' nearest to (0.524, 0.786), or to (0.524, 0)
    where.evaluate("(figure, [mu, sigma]) => figure.change({mu, sigma})", [mu, sigma])
    boxes = [where.locator(f".map {mark}").bounding_box() for mark in (".lowest", ".knob")]
    centers = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes if box]
    assert np.ptp(centers, axis=0).max() < 9


def test_the_places_where_the_lead_changes_are_named(page: Page) -> None:
    wins = figure(page, "who-wins")
    assert wins.locator(".variances text.variable").all_text_contents() == ["μ", "σ"]
    assert wins.locator(".changes").is_visible()
    wins.get_by_role("radio", name="(y − k)²").check()
    assert wins.locator(".crossover, .variances text.variable").count() == 0
    assert not wins.locator(".changes").is_visible()
