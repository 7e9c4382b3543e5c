"""Chapters that run on their pages: what the pages carry, and Python in the browser itself."""

import contextlib
import functools
import hashlib
import http.server
import io
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import in_browser
import jupyterlite
import nbformat
import pytest
import repository_links
import wasm_wheels
from chromium import CHROMIUM, needs_chromium
from playwright.sync_api import Locator, Page, sync_playwright
from sphinx.errors import ExtensionError

from authoring.notebooks import notebooks

ROOT = Path(__file__).parents[2]
LONG = 180_000  # milliseconds: no test here depends on how fast the machine is
WHEELS = bool(wasm_wheels.found())

# Cells of a small chapter: their sources, in the order in which they are run.
SET_UP = "import numpy as np\nimport sympy as sp\nfrom rpt_helpers import symbolic\nnp.zeros(3)"
SYMPY = "mu, sigma = symbolic.mu, symbolic.sigma\nsp.integrate(sp.exp(-(mu**2)), (mu, 0, sp.oo))"
TABLE = "from rpt_helpers.tables import table\nprint('first')\ntable(['$x^2$'], [[4]])"
WRONG = "def half(x):\n    return x / 0\n\n\nhalf(1)"
ENDLESS = "print('begun')\nwhile True:\n    pass"
CELLS = [SET_UP, SYMPY, TABLE, WRONG, ENDLESS]
IN_JUPYTERLITE = [
    "import sympy as sp\nt = sp.Symbol('t')\nprint(sp.integrate(sp.exp(-(t**2)), (t, 0, sp.oo)))",
    "import numpy as np\nfrom rpt_helpers import Normal\nnp.ones(3).sum() + Normal(1, 2).sigma",
]


def kinds(outputs: list[Any]) -> list[tuple[str, str]]:
    """What a notebook stores of a cell, as the runner would tell it."""
    mimes = {"html": "text/html", "latex": "text/latex", "svg": "image/svg+xml"}
    told = []
    for output in outputs:
        if output.output_type == "stream":
            told.append((output.name, output.text))
        else:
            data = output.data
            kind = next((kind for kind, mime in mimes.items() if mime in data), "text")
            told.append((kind, data[mimes.get(kind, "text/plain")]))
    return told


# Runs the cells of the notebook that it is given, and prints what the runner tells of each.
NATIVE = """
import json, os, sys
os.environ["MPLBACKEND"] = "agg"
sys.path.insert(0, sys.argv[1])
import cell_runner
absent, cells = json.loads(sys.stdin.read())
told = []
runner = cell_runner.Runner(lambda kind, text: told[-1].append((kind, text)), absent)
sys.meta_path.insert(0, sys.meta_path.pop())  # what is absent is so, though it is installed
screen = sys.stdout
for number, source in enumerate(cells, 1):
    told.append([])
    if failed := runner.run(source, f"cell {number}"):
        told[-1].append(("failed", failed))
print(json.dumps(told), file=screen)
"""


def run_natively(cells: list[str], absent: tuple[str, ...] = ()) -> list[list[tuple[str, str]]]:
    done = subprocess.run(
        [sys.executable, "-c", NATIVE, str(ROOT / "book/_ext")],
        input=json.dumps([absent, cells]),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    joined = []
    for told in json.loads(done.stdout):
        outputs: list[tuple[str, str]] = []
        for kind, text in told:
            if outputs and outputs[-1][0] == kind and kind.startswith("std"):
                text = outputs.pop()[1] + text
            outputs.append((kind, text))
        joined.append(outputs)
    return joined


def code_cells(path: Path) -> list[Any]:
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


# The program that runs cells, outside of a browser.


@functools.cache
def run_chapter(path: Path) -> tuple[list[Any], list[bool]]:
    """Run a chapter once for all tests: what each cell shows, and whether scipy is there then."""
    probe = "'scipy' in __import__('sys').modules"
    sources = [each for cell in code_cells(path) for each in (cell.source, probe)]
    shown = run_natively(sources)
    return shown[::2], [outputs[-1][1] == "True" for outputs in shown[1::2]]


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_every_cell_of_a_chapter_shows_what_it_stores(path: Path) -> None:
    shown, _ = run_chapter(path)
    for number, (cell, outputs) in enumerate(zip(code_cells(path), shown, strict=True), 1):
        assert outputs == kinds(cell.outputs), f"cell {number}"


def test_without_numpy_what_sympy_does_alone_is_as_stored_and_the_rest_says_why_not() -> None:
    whole, told = 0, []
    for path in notebooks():
        cells = code_cells(path)
        shown = run_natively([cell.source for cell in cells], ("numpy", "matplotlib", "scipy"))
        told += [text for outputs in shown for kind, text in outputs if kind == "error"]
        for cell, outputs in zip(cells, shown, strict=True):
            whole += "sp." in cell.source and outputs == kinds(cell.outputs)
    assert whole >= 10
    assert any("built without numpy for the browser" in text for text in told)


def test_a_traceback_names_the_lines_of_the_cell_alone() -> None:
    [outputs] = run_natively(["print('so far')\n\ndef f():\n    return int('x')\n\nf()"])
    [(out, printed), (kind, text), (failed, name)] = outputs
    assert (out, printed) == ("stdout", "so far\n") and (failed, name) == ("failed", "ValueError")
    assert kind == "error" and 'File "<cell 1>", line 4, in f' in text
    assert "return int('x')" in text and "cell_runner" not in text


def test_the_last_expression_is_shown_unless_a_semicolon_ends_it() -> None:
    assert run_natively(["1 + 1", "1 + 1;", "x = 2", "display(x, 'y')", "None"]) == [
        [("text", "2")],
        [],
        [],
        [("text", "2"), ("text", "'y'")],
        [],
    ]


# Compiled packages: each byte is that of Pyodide's list.


@pytest.fixture
def small_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list of one wheel, and a folder in which it may be found."""
    monkeypatch.setattr(wasm_wheels, "NAMES", ("one",))
    monkeypatch.setattr(wasm_wheels, "FOLDER", tmp_path / "wheels")
    monkeypatch.setattr(wasm_wheels, "LIST", tmp_path / "pyodide-lock.json")
    entry = {
        "file_name": "one.whl",
        "depends": ["other"],
        "sha256": hashlib.sha256(b"wheel").hexdigest(),
    }
    wasm_wheels.LIST.write_text(json.dumps({"info": {}, "packages": {"one": entry}}))
    (tmp_path / "package.json").write_text('{"version": "1"}')
    served = tmp_path / "v1"
    served.mkdir()
    (served / "one.whl").write_bytes(b"wheel")
    return tmp_path


def test_wheels_are_fetched_once_and_found(small_list: Path) -> None:
    assert wasm_wheels.found() == {}
    for _ in range(2):
        wasm_wheels.fetch(small_list.as_uri() + "/v{version}/{file}")
        (small_list / "v1/one.whl").unlink(missing_ok=True)
    assert wasm_wheels.found() == {"one.whl": b"wheel"}


def test_a_wheel_with_another_byte_is_refused(small_list: Path) -> None:
    (small_list / "v1/one.whl").write_bytes(b"wheeL")
    with pytest.raises(ExtensionError, match="one.whl is not the file that Pyodide's list names"):
        wasm_wheels.fetch(small_list.as_uri() + "/v{version}/{file}")
    assert not (wasm_wheels.FOLDER / "one.whl").exists()
    wasm_wheels.FOLDER.joinpath("one.whl").write_bytes(b"wheeL")
    with pytest.raises(ExtensionError, match="one.whl is not the file"):
        wasm_wheels.found()


def test_a_wheel_that_cannot_be_fetched_is_named(small_list: Path) -> None:
    with pytest.raises(ExtensionError, match="one.whl could not be fetched"):
        wasm_wheels.fetch((small_list / "nowhere").as_uri() + "/{file}")


# What the pages carry.


def test_packages_carry_their_licenses_and_no_tests() -> None:
    parts = in_browser.parts()
    [sympy] = [name for name in parts if name.startswith("sympy-")]
    with zipfile.ZipFile(io.BytesIO(parts[sympy])) as archive:
        names = archive.namelist()
    assert "sympy/__init__.py" in names and any(name.endswith("/LICENSE") for name in names)
    assert not [name for name in names if "/tests/" in name or name.startswith("..")]
    assert not any(name.endswith((".so", ".pyc")) for name in names)


@pytest.fixture
def with_wheels(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a site with compiled packages says of itself; here they are a million zeros each."""
    names = [package["file_name"] for package in wasm_wheels.listed()["packages"].values()]
    monkeypatch.setattr(wasm_wheels, "found", lambda: dict.fromkeys(names, bytes(1_000_000)))
    parts = in_browser.parts.__wrapped__()
    assert set(names) <= parts.keys()
    manifest: dict[str, Any] = json.loads(parts["manifest.json"])
    return manifest


def test_with_wheels_the_button_states_what_comes_first_and_what_may_follow(
    with_wheels: dict[str, Any],
) -> None:
    assert with_wheels["absent"] == []
    compiled = [name for group in with_wheels["groups"] for name in group["compiled"]]
    assert sorted(compiled) == sorted(wasm_wheels.NAMES)
    html = in_browser.bar(
        with_wheels, ["from rpt_helpers import plots", "import scipy"], "", "", ""
    )
    assert "<button" in html and "without numpy" not in html
    first, whole = map(int, re.findall(r"(\d+) MB", html))
    assert whole == first + 1 and 10 < first < 20


def test_without_wheels_a_page_offers_what_is_left() -> None:
    manifest = json.loads(in_browser.parts()["manifest.json"]) | {"absent": ["numpy"]}
    html = in_browser.bar(manifest, ["import numpy", "symbolic.mu"], "", "a.zip", "")
    assert "<button" in html and 'href="a.zip"' in html and "sympy alone" in html
    html = in_browser.bar(manifest, ["import numpy"], "", "a.zip", "")
    assert "<button" not in html and 'href="a.zip"' in html and "needs to run" in html


def test_with_an_address_a_page_says_where_else_it_runs_and_the_line_that_colab_needs(
    with_wheels: dict[str, Any],
) -> None:
    address = "https://github.com/owner/name"
    buttons = repository_links.theme_options(address, "main")["launch_buttons"]
    assert {"binderhub_url", "colab_url", "jupyterlite_url"} <= buttons.keys()
    html = in_browser.bar(with_wheels, ["1"], "", None, address)
    assert f"%pip install git+{address}<" in html and "server" not in html
    lacking = with_wheels | {"absent": ["numpy"]}
    assert "takes numpy from Pyodide's server" in in_browser.bar(lacking, ["1"], "", None, address)


def test_what_imports_scipy_is_loaded_with_it() -> None:
    """By pattern, before a cell runs; so each cell that makes Python import it must have one."""
    [scipy] = [group for group in in_browser.GROUPS if "scipy" in group.compiled]
    for path in notebooks():
        _, loaded = run_chapter(path)
        sources = [cell.source for cell in code_cells(path)]
        if any(loaded):
            # sympy's lambdify takes scipy where it is, and does without.
            first = loaded.index(True)
            assert re.search(scipy.pattern, sources[first]) or "lambdify" in sources[first], path


# In the browser.


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    from test_site import QuietHandler

    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small book with a chapter and a notebook for JupyterLite, built and served."""
    from test_site import ADDRESS, build

    folder = tmp_path_factory.mktemp("running")
    (folder / "book").mkdir()
    for shared in ("_ext", "_static", "run", "references.bib"):
        (folder / "book" / shared).symlink_to(ROOT / "book" / shared)
    (folder / "_config.yml").symlink_to(ROOT / "_config.yml")
    toc = "format: jb-book\nroot: book/chapter\nchapters:\n- file: book/lab\n"
    (folder / "_toc.yml").write_text(toc)
    for name, cells in {"chapter": CELLS, "lab": IN_JUPYTERLITE}.items():
        notebook = nbformat.v4.new_notebook()
        notebook.cells = [nbformat.v4.new_markdown_cell(f"# A {name}\n\nIts opening line.")]
        notebook.cells += [nbformat.v4.new_code_cell(source) for source in cells]
        notebook.metadata = nbformat.read(notebooks()[0], as_version=4).metadata
        nbformat.write(notebook, folder / "book" / f"{name}.ipynb")
    done = build(folder, folder, ADDRESS)
    assert done.returncode == 0, done.stdout + done.stderr
    with serve(folder / "_build/html") as host:
        yield f"{host}/book/chapter.html"


class Visit:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.wrong: list[str] = []
        page.set_default_timeout(LONG)
        page.context.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on(
            "console",
            lambda message: self.wrong.append(message.text) if message.type == "error" else None,
        )

    def python(self) -> list[str]:
        return [url for url in self.asked if "/_static/python/" in url]

    def cell(self, number: int) -> Locator:
        return self.page.locator("article div.cell").nth(number - 1)

    def status(self, pattern: str) -> None:
        self.page.locator(".run-status").filter(has_text=re.compile(pattern)).wait_for()

    def said(self, number: int, pattern: str) -> None:
        self.cell(number).locator(".run-said").filter(has_text=re.compile(pattern)).wait_for()


@pytest.fixture
def visit() -> Iterator[Visit]:
    assert CHROMIUM, "CI needs Chromium"
    arguments = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield Visit(browser.new_page())
        browser.close()


@needs_chromium
def test_cells_are_edited_and_run_on_their_page(site: str, visit: Visit) -> None:
    page = visit.page
    page.goto(site)
    page.wait_for_load_state("networkidle")
    assert visit.python() == []
    assert "MB of Python" in page.locator(".run-note").inner_text()
    assert WHEELS or "built without numpy" in page.locator(".run-note").inner_text()

    page.get_by_role("button", name="Edit and run this page").press("Enter")
    page.get_by_role("button", name="Run all cells").wait_for()
    assert page.get_by_role("status").count() == 1
    editor = page.get_by_role("textbox", name="Code of cell 2")
    assert editor.input_value() == SYMPY

    # All above and this: the set-up, which lacks numpy or has it, and sympy's integral.
    page.get_by_role("button", name="Run all above and this, cell 2").click()
    visit.said(2, r"ran in [\d.]+ s")
    visit.said(1, "ran in" if WHEELS else "ended with a ModuleNotFoundError")
    assert visit.cell(2).locator(".katex annotation").text_content() == (
        r"\displaystyle \frac{\sqrt{\pi}}{2}"
    )

    # Edited by keys: the letters are indented, and Shift+Enter goes to the next cell.
    editor.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("for k in range(2):\nprint(k)")
    assert editor.input_value() == "for k in range(2):\n    print(k)"
    page.keyboard.press("Shift+Enter")
    visit.said(2, "ran in")
    assert visit.cell(2).locator(".cell_output pre").inner_text() == "0\n1\n"
    focused = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused) == "Code of cell 3"
    page.get_by_role("button", name="Original code of cell 2").click()
    assert editor.input_value() == SYMPY

    # Tab indents, and Escape lets it leave.
    page.keyboard.press("Tab")
    assert editor.input_value() != SYMPY and page.evaluate(focused) == "Code of cell 2"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Run cell 2"

    # A table with its formula, after what was printed.
    page.get_by_role("button", name="Run cell 3").click()
    visit.said(3, "ran in")
    outputs = visit.cell(3).locator(".cell_output")
    assert outputs.locator("pre").inner_text() == "first\n"
    assert outputs.locator("table.table th annotation").text_content() == "x^2"

    # An error, with the lines of the cell.
    page.get_by_role("button", name="Run cell 4").click()
    visit.said(4, "ended with a ZeroDivisionError")
    error = visit.cell(4).locator(".output.traceback").inner_text()
    assert '"<cell 4>", line 2, in half' in error and "cell_runner" not in error
    visit.status("Cell 4 ended with a ZeroDivisionError")

    # What never ends is stopped, at the price of the state.
    page.get_by_role("button", name="Run cell 5").click()
    visit.cell(5).locator(".cell_output pre", has_text="begun").wait_for()
    page.get_by_role("button", name="Stop").click()
    visit.status("Stopped. What the cells had computed is lost")
    visit.cell(3).locator("textarea").fill("symbolic.mu")
    page.get_by_role("button", name="Run cell 3").click()
    visit.said(3, "ended with a NameError")
    assert "Run all above" in visit.cell(3).locator(".cell_output").inner_text()

    assert visit.wrong == []
    hosts = {url.split("/")[2] for url in visit.asked if url.startswith("http")}
    assert hosts == {site.split("/")[2]}


@needs_chromium
def test_python_that_is_not_there_is_said(site: str, visit: Visit) -> None:
    visit.page.route("**/pyodide.asm.wasm.gzip", lambda route: route.fulfill(status=404))
    visit.page.goto(site)
    visit.page.get_by_role("button", name="Edit and run this page").click()
    visit.status("Python could not go on")


@needs_chromium
def test_a_changed_package_is_refused_by_the_page(site: str, visit: Visit) -> None:
    visit.page.route("**/sympy-*.zip", lambda route: route.fulfill(body=b"another"))
    visit.page.goto(site)
    visit.page.get_by_role("button", name="Edit and run this page").click()
    visit.status("Python could not go on")


@needs_chromium
def test_a_page_from_the_disk_says_that_it_cannot_run(visit: Visit, tmp_path: Path) -> None:
    script = (in_browser.START).read_text(encoding="utf-8")
    html = in_browser.BAR.format(place="python", button=in_browser.BUTTON, note="")
    (tmp_path / "page.html").write_text(f"{html}<script>{script}</script>", encoding="utf-8")
    visit.page.goto((tmp_path / "page.html").as_uri())
    visit.page.get_by_role("button").click()
    visit.status("opened from the disk")


@needs_chromium
def test_chapters_run_in_jupyterlite_in_the_browser(site: str, visit: Visit) -> None:
    page = visit.page
    page.goto(site.replace("chapter", "lab"))
    launch = page.locator(".dropdown-launch-buttons")
    launch.get_by_role("button").click()
    missing: list[str] = []
    page.context.on("requestfailed", lambda request: missing.append(request.url))
    page.context.on(
        "response", lambda reply: missing.append(reply.url) if reply.status >= 400 else None
    )
    with page.expect_popup() as opened:
        launch.get_by_role("link", name="JupyterLite").click()
    lab = opened.value
    lab.set_default_timeout(LONG)
    cells = lab.locator(".jp-Notebook .jp-CodeCell")
    cells.nth(1).wait_for()
    for number, said in enumerate(["sqrt(pi)/2", "5.0" if WHEELS else "No module named 'numpy'"]):
        cells.nth(number).click()
        lab.keyboard.press("Control+Enter")
        cells.nth(number).locator(".jp-OutputArea-output", has_text=said).wait_for()
        if number == 0:
            assert missing + [url for url in visit.asked if "//127.0.0.1" not in url] == []


def test_jupyterlite_finds_each_package_where_it_lies_and_what_it_needs() -> None:
    files, listed, start = jupyterlite.packages()
    packages = listed["packages"]
    for name, package in packages.items():
        assert package["name"].lower() == name and set(package["depends"]) <= packages.keys()
        address = package["file_name"]
        if address.startswith("https:"):
            assert name in wasm_wheels.NAMES and not WHEELS
            continue
        folder, file = address.rpartition("/")[::2]
        content = (in_browser.parts() if folder.endswith(in_browser.PLACE) else files)[file]
        assert package["sha256"] == hashlib.sha256(content).hexdigest()
    assert {"ipython", "micropip", "piplite", "pyodide-kernel"} <= set(start)
    needs = {"matplotlib": "python-dateutil", "sympy": "mpmath", "rpt-helpers": "scipy"}
    assert all(need in packages[name]["depends"] for name, need in needs.items())


def test_a_build_without_an_address_has_no_jupyterlite(tmp_path: Path) -> None:
    left = tmp_path / jupyterlite.PLACE / "lab"
    left.mkdir(parents=True)
    html, config = SimpleNamespace(name="html"), SimpleNamespace(html_theme_options={})
    app: Any = SimpleNamespace(builder=html, outdir=tmp_path, config=config)
    jupyterlite.deliver(app, None)
    assert not left.parent.exists()


PARTS = """cells => cells.map(cell =>
  [...cell.querySelectorAll(".cell_output pre, .cell_output table, .cell_output annotation")]
  .map(part => part.textContent.split(/\\s+/).join(" ").trim())
  .filter(text => !text.endsWith("not attempted")))"""  # which pages leave out


@needs_chromium
@pytest.mark.skipif(
    not WHEELS and not os.environ.get("RPT_BOOK_WHEELS"),
    reason="no compiled packages of Python in the browser: make wheels fetches them",
)
def test_chapters_in_the_browser_show_what_they_store(
    visit: Visit, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """All numbers that are printed, all tables and formulas; figures are drawn."""
    from test_site import build

    assert WHEELS, "make wheels has not fetched them"
    folder = tmp_path_factory.mktemp("whole")
    done = build(ROOT, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    wrong = []
    with serve(folder / "_build/html") as host:
        for path in notebooks():
            page, cells = visit.page, code_cells(path)
            page.set_default_timeout(5 * LONG)
            page.goto(f"{host}/book/{path.stem}.html")
            boxes = page.locator("article div.cell")
            stored = boxes.evaluate_all(PARTS)
            page.get_by_role("button", name="Edit and run this page").click()
            page.get_by_role("button", name="Run all cells").click()
            visit.status(rf"Cell {len(cells)} ran in|ended with|could not")
            for number, (old, new) in enumerate(
                zip(stored, boxes.evaluate_all(PARTS), strict=True), 1
            ):
                if old != new:
                    wrong.append(f"{path.stem}, cell {number}: {new} and not {old}")
            drawn = page.locator(".cell_output img[src^='data:image/svg']").count()
            figures = sum(kind == "svg" for cell in cells for kind, _ in kinds(cell.outputs))
            wrong += [f"{path.stem}: {drawn} figures of {figures}"] * (drawn != figures)
    assert wrong == []
