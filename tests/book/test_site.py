"""The built site: complete, self-contained, readable; seen by a checker and by a browser."""

import fcntl
import functools
import gzip
import http.server
import io
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import cards
import download
import icons
import imagesize
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pages
import playwright.sync_api
import pypdf
import pytest
import yaml
from bs4 import BeautifulSoup
from chromium import CHROMIUM, needs_chromium
from fontTools.ttLib import TTFont
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from repository_links import theme_options
from self_contained import foreign_loads
from site_checks import html_files, site_faults

from authoring.notebooks import chapters, notebooks
from rpt_helpers import plots

ROOT = Path(__file__).parents[2]
CHAPTERS = [path.with_suffix(".html").name for path in chapters()]
SOURCES = [*(ROOT / "book").glob("*.md"), *(ROOT / "book").glob("*.ipynb")]
PAGES = sorted(f"book/{path.stem}.html" for path in SOURCES)
Screen = Callable[[str], list[str]]  # from the name of a page to its faults
ADDRESS = "https://github.com/owner/name"


def build(
    source: Path, out: Path, address: str = "", site: str = ""
) -> subprocess.CompletedProcess[str]:
    """Build the book in `source` as `make book` does, into `out`/_build/html."""
    command = [
        sys.executable,
        "-c",
        "from jupyter_book.cli.main import main; main()",
        "build",
        "-W",
        "-n",
    ]
    return subprocess.run(
        [*command, "--keep-going", "--path-output", str(out), str(source)],
        env={**os.environ, "RPT_BOOK_REPOSITORY": address, "RPT_BOOK_SITE": site, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The built book: one for all processes, so that no test may change it."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    html = shared / "site"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not html.exists():
            out = tmp_path_factory.mktemp("build")
            done = build(ROOT, out)
            assert done.returncode == 0, done.stdout + done.stderr
            (out / "_build" / "html").rename(html)
    return html


def test_site_has_no_fault(site: Path) -> None:
    assert site_faults(site) == []


def test_site_holds_no_solution(site: Path) -> None:
    from tests.grading.test_leaks import leaks

    assert list(site.rglob("*.ipynb"))
    assert leaks(site) == set()


def test_site_has_no_launcher_without_an_address(site: Path) -> None:
    for page in html_files(site):
        assert "mybinder.org" not in page.read_text(encoding="utf-8")


def test_chapters_can_be_downloaded(site: Path) -> None:
    for chapter in (ROOT / "book").glob("*.ipynb"):
        assert (site / "_sources" / "book" / chapter.name).read_bytes() == chapter.read_bytes()


def test_one_download_holds_the_chapters_the_library_and_the_versions_they_ran_with(
    site: Path, tmp_path: Path
) -> None:
    """Nothing has to be fetched to see the names, so what pip would fetch is read from the lock."""
    with zipfile.ZipFile(site / download.PLACE) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / download.NAME
    for chapter in notebooks():
        assert (folder / chapter.name).read_bytes() == chapter.read_bytes()
    library, *pins = (folder / "requirements.txt").read_text().split()
    lock = (ROOT / "requirements.txt").read_text()
    assert [pin.partition("==")[0] for pin in pins] == list(download.PINNED)
    assert all(f"\n{pin} " in lock for pin in pins)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", "installed", library], cwd=folder, check=True)
    source = {path.name for path in (ROOT / "rpt_helpers").glob("*.py")}
    assert {path.name for path in (folder / "installed/rpt_helpers").glob("*.py")} == source
    linked = re.findall(r"\]\(([\w-]+\.\w+)", "".join(map(Path.read_text, folder.glob("*.ipynb"))))
    assert all((folder / name).is_file() for name in linked), linked
    assert f"jupyter lab {chapters()[0].name}\n" in (folder / "README.txt").read_text()
    assert (folder / "references.md").read_text().count("\n- ") > 20


# The checker itself, on a page without a fault and on small faulty ones.

SOUND = """<!DOCTYPE html><html lang="en"><head><title>A page</title>
<meta name="description" content="About it"><link rel="stylesheet" href="style.css"></head>
<body><h1 id="top">A page</h1><p><a href="#top">Up</a>
<a href="https://example.org/">elsewhere</a> <code>$x$</code></p>
<img src="plot.png" alt="A falling curve"><img src="plot.png" alt="" role="presentation">
<div class="cell tag_raises-exception"><p class="output traceback">ValueError: as meant</p></div>
</body></html>"""

FAULTY = {
    "no language": ('lang="en"', ""),
    "no title": ("<title>A page</title>", ""),
    "0 descriptions": ('<meta name="description" content="About it">', ""),
    "an empty one": ('content="About it"', 'content=""'),
    "2 headings": ("<p>", "<h1>Again</h1><p>"),
    "0 headings": ("h1", "h2"),
    "id top twice": ("<p>", '<p id="top">'),
    "alternative text ''": (' alt="A falling curve"', ""),
    "has the alternative text ''": (' role="presentation"', ""),
    "alternative text 'plot.png'": ("A falling curve", "plot.png"),
    "alternative text '_images/ab12'": ("A falling curve", "_images/ab12"),
    "KaTeX could not read": ("<p>", '<p class="katex-error">'),
    "TeX shown raw: $x$": ("<code>$x$</code>", "$x$"),
    r"TeX shown raw: \(x\)": ("<p>", r"<p>\(x\)"),
    r"TeX shown raw: \begin": ("<p>", r"<p>\begin{align}"),
    "a MyST role shown raw": ("<p>", "<p>{ref}`top`"),
    "a footnote without its text": ("<p>", "<p>said before [^once]"),
    "an error or a warning": ("<p>", '<pre class="output stderr">boo</pre><p>'),
    "among the outputs": (' tag_raises-exception"', '"'),
    "gone.html does not exist": ("<p>", '<p><a href="gone.html">gone</a>'),
    "gone.png does not exist": ("plot.png", "gone.png"),
    "#gone has no such anchor": ("#top", "#gone"),
    "page.html#gone has no such anchor": ("#top", "page.html#gone"),
}


@pytest.fixture
def bare_site(tmp_path: Path) -> Path:
    (tmp_path / "style.css").touch()
    (tmp_path / "plot.png").touch()
    (tmp_path / "page.html").write_text(SOUND)
    return tmp_path


def test_checker_accepts_a_sound_page(bare_site: Path) -> None:
    assert site_faults(bare_site) == []


@pytest.mark.parametrize("fault", FAULTY)
def test_checker_sees(bare_site: Path, fault: str) -> None:
    sound, faulty = FAULTY[fault]
    assert sound in SOUND
    (bare_site / "page.html").write_text(SOUND.replace(sound, faulty))
    assert any(fault in line for line in site_faults(bare_site))


@pytest.mark.parametrize(
    "html",
    [
        '<script src="ADDRESS"></script>',
        '<img src="ADDRESS">',
        '<link rel="stylesheet" href="ADDRESS">',
        '<link rel="preconnect" href="ADDRESS">',
        "<style>@import 'ADDRESS';</style>",
        "<p style='background: url(ADDRESS)'>",
        "<script>import('ADDRESS')</script>",
    ],
)
@pytest.mark.parametrize("address", ["https://cdn.example/a", "//cdn.example/a"])
def test_what_a_page_would_load_from_another_host_is_seen(html: str, address: str) -> None:
    assert foreign_loads(f"<html>{html.replace('ADDRESS', address)}</html>") == [address]


def test_links_to_another_host_are_no_loads() -> None:
    assert foreign_loads(SOUND) == []


def head(page: Path) -> str:
    """Return the head of a page, to be parsed without the thousands of elements that follow."""
    return page.read_text(encoding="utf-8").partition("</head>")[0]


def test_every_page_is_described_by_its_own_whole_sentences(site: Path) -> None:
    said = {}
    for path in html_files(site / "book"):
        page = BeautifulSoup(head(path), "html5lib")
        one = page.select_one('meta[name="description"]')
        other = page.select_one('meta[property="og:description"]')
        title = page.select_one('meta[property="og:title"]')
        assert one and other and title and page.title
        assert other["content"] == one["content"] and title["content"]
        assert (
            page.title.get_text() != "The reparameterization trick — The reparameterization trick"
        )
        said[path.stem] = str(one["content"])
    assert len(set(said.values())) == len(said) >= 14
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
    assert config["book_description"] not in said.values()
    for name, sentence in said.items():
        assert 60 <= len(sentence) <= 165 and sentence.endswith("."), name
        assert not re.search(r"[$\\]", sentence), name


def test_landing_page_has_a_card_of_each_chapter_in_order_with_its_time_and_a_small_picture(
    site: Path,
) -> None:
    page = BeautifulSoup((site / "book/index.html").read_text(encoding="utf-8"), "html5lib")
    cards = page.select(".chapter-cards > li")
    assert [card.select_one("a")["href"] for card in cards] == CHAPTERS  # type: ignore[index]
    for number, (card, path) in enumerate(zip(cards, chapters(), strict=True), start=1):
        title, says, time = (part.get_text() for part in card.select("p"))
        heading = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]
        assert f"# {title}" == heading.replace("# ", f"# {number}. ", 1)
        assert says.endswith(".")
        assert re.fullmatch(r"\d\d minutes, and \d\d for the exercises", time)
        picture = site / "book" / str(card.select_one("img")["src"])  # type: ignore[index]
        assert len(gzip.compress(picture.read_bytes())) < 20_000
        assert 0.5 < np.divide(*imagesize.get(picture)) < 4


def test_picture_of_a_card_has_the_lines_of_a_figure_and_none_of_its_words() -> None:
    figure, ax = plt.subplots(figsize=(4, 3))
    ax.plot([0, 1], [1, 0], gid="curve", label="falls")
    ax.set_title("A title")
    ax.legend()
    whole = plots.svg(figure)
    plt.close(figure)
    small = cards.simplify(whole)
    assert all(part in whole for part in ("text_1", "legend_1", "matplotlib.axis_1"))
    assert "curve" in small and not re.search("(text|legend|axis)_", small)
    width, height = imagesize.get(io.BytesIO(small.encode()))
    assert 0.7 < width / (4 * 72) < 0.9 and 0.7 < height / (3 * 72) < 0.9


def test_files_of_ours_that_changed_are_copied_again(tmp_path: Path) -> None:
    style, script = tmp_path / "own/css/a.css", tmp_path / "b.js"
    package = tmp_path / "package/c.js"
    for path in (style, script, package):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("old")
    shown = tmp_path / "out/_static"
    shutil.copytree(tmp_path / "own", shown)
    shutil.copy(script, shown)
    paths = ["own", str(script), str(package.parent)]
    config = SimpleNamespace(html_static_path=paths, root_doc="index")
    app: Any = SimpleNamespace(confdir=tmp_path, outdir=tmp_path / "out", config=config, env=None)
    changed = functools.partial(pages.changed_assets, app, app.env, set(), set(), set())
    assert changed() == []
    for path in (style, script):
        path.write_text("new")
        assert changed() == ["index"]
        path.write_text("old")
    assert changed() == []


# A book of two small pages, built as the whole book is: its configuration, and what fails a build.


def small(folder: Path, text: str = "", cells: Sequence[Any] = ()) -> Path:
    """Write the book, with this text on its first page and these cells in its chapter."""
    book = folder / "book"
    book.mkdir()
    for shared in ("_ext", "_static", "references.bib"):
        (book / shared).symlink_to(ROOT / "book" / shared)
    (folder / "_config.yml").symlink_to(ROOT / "_config.yml")
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nchapters:\n- file: book/chapter\n"
    )
    (book / "index.md").write_text(f"# A book\n\nAn opening line.\n\n{text}\n")
    chapter = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# A chapter\n\nIts opening line."), *cells]
    )
    chapter.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    nbformat.write(chapter, book / "chapter.ipynb")
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book with a repository and a site."""
    book = small(tmp_path_factory.mktemp("published"))
    done = build(book, book, ADDRESS, "https://owner.example/name")
    assert done.returncode == 0, done.stdout + done.stderr
    return book / "_build/html"


def test_address_brings_launch_and_source_links(published: Path) -> None:
    page = (published / "book/chapter.html").read_text()
    assert (
        'href="https://mybinder.org/v2/gh/owner/name/main?urlpath=lab/tree/book/chapter.ipynb"'
        in page
    )
    assert 'href="../lite/notebooks/index.html?path=book/chapter.ipynb"' in page
    assert (published / "lite/files/book/chapter.ipynb").is_file()
    assert f'href="{ADDRESS}"' in page
    assert f'href="{ADDRESS}/issues/new">Report an error' in page


def test_every_page_states_version_and_licenses_and_where_to_go_with_an_error(site: Path) -> None:
    for page in html_files(site / "book"):
        text = page.read_text(encoding="utf-8")
        assert "Version 0.1.0. Text and figures: CC BY 4.0, code: BSD 3-Clause." in text
        assert "Report an error" not in text  # there is no address yet


def test_page_of_the_library_lists_its_functions_in_tables_and_in_its_contents(site: Path) -> None:
    page = BeautifulSoup((site / "book/api.html").read_text(encoding="utf-8"), "html5lib")
    shown = {tag["id"] for tag in page.select("dt[id]")}
    tabled = {link["href"][1:] for link in page.select("table.summary td:first-child a")}
    visible = {link["href"][1:] for link in page.select("ul.visible > .toc-h3 > a")}
    assert {name for name in shown if name.count(".") == 2} == tabled == visible
    assert {"rpt_helpers.tape.Var", "rpt_helpers.symbolic.pathwise"} <= shown
    assert not shown & {"rpt_helpers.losses.slopes", "rpt_helpers.monte_carlo.CHUNK"}


def test_each_function_of_the_library_leads_to_its_source(site: Path) -> None:
    page = BeautifulSoup((site / "book/api.html").read_text(encoding="utf-8"), "html5lib")
    links = {
        str(link["href"])
        for link in page.select("dt[id] > a.viewcode-link, dt a:has(.viewcode-link)")
    }
    for name in (str(tag["id"]) for tag in page.select("dt[id]") if tag["id"].count(".") == 2):
        module = name.rpartition(".")[0].replace(".", "/")
        assert any(link.startswith(f"../_modules/{module}.html#") for link in links), name


def test_each_reference_leads_back_to_the_pages_that_cite_it(site: Path) -> None:
    cited: dict[str, set[str]] = {}
    for path in html_files(site / "book"):
        for work in re.findall(r'href="references\.html#([^"]+)"', path.read_text("utf-8")):
            cited.setdefault(work, set()).add(path.name)
    page = BeautifulSoup((site / "book/references.html").read_text(encoding="utf-8"), "html5lib")
    named = {
        str(entry["id"]): {str(link["href"]) for link in entry.select(".cited-in a")}
        for entry in page.select("div.citation:has(.cited-in)")
    }
    assert named == cited and len(cited) > 10


def test_a_published_site_has_a_map_a_card_and_addresses_of_its_pages(published: Path) -> None:
    html, root = published, "https://owner.example/name/"
    pages = ["book/chapter.html", "book/index.html"]
    listed = re.findall("<loc>(.*)</loc>", (html / "sitemap.xml").read_text())
    assert listed == [root + page for page in pages]
    assert f"Sitemap: {root}sitemap.xml" in (html / "robots.txt").read_text()
    assert f'href="{root}book/index.html"' in (html / "404.html").read_text()
    for page in pages:
        text = (html / page).read_text()
        assert f'rel="canonical" href="{root}{page}"' in text
        assert f'property="og:image" content="{root}_static/card.png"' in text
    assert imread(html / "_static/card.png").shape[:2] == (630, 1200)


def test_icon_fonts_hold_the_icons_that_are_shown_and_few_more(site: Path) -> None:
    wanted = icons.shown(site)
    held: set[int] = set()
    for path in (site / icons.FONTS).glob("*.woff2"):
        assert path.stat().st_size < 6_000
        with TTFont(path) as font:
            held |= set(font.getBestCmap() or ())  # of one font no icon is shown
    # Bars, magnifying glass, sun, moon, download, and the angles that lead to the next page.
    assert {0xF0C9, 0xF002, 0xF185, 0xF186, 0xF019, 0xF105, 0xF104} <= held <= wanted


def test_a_page_waits_for_one_style_sheet_and_for_no_script(site: Path) -> None:
    bare = (site / "index.html", site / "404.html")
    versions = set()
    for path in (path for path in html_files(site) if path not in bare):
        page = BeautifulSoup(head(path), "html5lib")
        [style] = (str(link["href"]) for link in page.select("link[rel~=stylesheet]"))
        named = re.fullmatch(r"(?:\.\./)*_static/style\.css\?v=(\w+)", style)
        assert named, path
        versions.add(named[1])
        blocking = page.select("script[src]:not([defer], [async], [type=module])")
        assert not blocking or path.name == "search.html", (path, blocking)
    assert len(versions) == 1
    style_sheet = (site / "_static/style.css").read_text(encoding="utf-8")
    assert len(gzip.compress(style_sheet.encode())) < 45_000
    # What no tag and no script names as it stands.
    for selector in (":focus-visible{", "[data-popper-placement^=top] .tooltip-arrow"):
        assert selector in style_sheet, selector


def test_without_a_site_there_is_no_map_and_a_wrong_address_leads_back(site: Path) -> None:
    assert not (site / "sitemap.xml").exists() and (site / ".nojekyll").exists()
    for page in html_files(site):
        text = page.read_text(encoding="utf-8")
        assert "og:image" not in text and "canonical" not in text
    assert 'href="book/index.html"' in (site / "404.html").read_text()


def test_no_address_means_no_theme_option() -> None:
    assert theme_options("", "main") == {}


FORMULAS = r"""$a$

\begin{align}
b &= c \\ d &= e
\end{align}"""
PUNCTUATED = "Both ($a$), $b$: and $a = b$. And $c$ alone."


def output(**data: str) -> nbformat.NotebookNode:
    """Return a cell whose output is of this kind."""
    kind = {f"text/{name}": text for name, text in data.items()}
    return nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("display_data", kind)])


@pytest.fixture(scope="module")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book with formulas and with cells that are folded or left out."""
    solution = {"grade": False, "solution": True, "locked": False, "grade_id": "a", "task": False}
    check = {**solution, "solution": False, "grade_id": "a-check"}
    said = [nbformat.v4.new_output("stream", text="a: not attempted\n")]
    cells = [
        output(latex=r"$\displaystyle \sigma^{2}$"),
        output(markdown=r"so $\mu$"),
        output(html=r"<table><tr><td>at $\mu &lt; \sigma$</td></tr></table>"),
        nbformat.v4.new_code_cell("plot_it()", metadata={"tags": ["hide-input"]}),
        nbformat.v4.new_markdown_cell("*Write your derivation here.*"),
        nbformat.v4.new_code_cell("answer = None", metadata={"nbgrader": solution}),
        nbformat.v4.new_code_cell("check(answer)", metadata={"nbgrader": check}, outputs=said),
    ]
    text = f"{FORMULAS}\n\n{PUNCTUATED}"
    book = small(tmp_path_factory.mktemp("small"), text, cells)
    done = build(book, book)
    assert done.returncode == 0, done.stdout + done.stderr
    return book / "_build/html"


def test_formulas_are_drawn_in_text_and_outputs(small_site: Path) -> None:
    assert site_faults(small_site) == []
    page = (small_site / "book/index.html").read_text()
    assert page.count('class="katex"') == 2 + PUNCTUATED.count("$") / 2
    assert page.count('class="eqno"') == 1
    assert 'class="eqn-num"' not in page, "KaTeX numbered what Sphinx numbers"
    assert (small_site / "book/chapter.html").read_text().count('class="katex"') == 3


def test_punctuation_stays_with_its_formula(small_site: Path) -> None:
    page = BeautifulSoup((small_site / "book/index.html").read_text(), "html5lib")
    held = [tag.get_text() for tag in page.select(".unbroken")]
    assert [(text[0], text[-1]) for text in held] == [("(", ","), ("b", ":"), ("a", ".")]
    for annotation in page.select(".katex-mathml, .katex-html .strut"):
        annotation.extract()
    sentence = "Both (a), b: and a=b. And c alone."
    assert sentence in [tag.get_text() for tag in page.select("article p")]


def test_build_fails_on_what_it_cannot_show_and_names_each(tmp_path: Path) -> None:
    wrong = {
        r"$\frac{a$": r"formula not understood.*\\frac",
        r"$\undefined$": r"formula not understood.*\\undefined",
        '<img alt="A map" src="https://cdn.example/map.png">': "load https://cdn.example/map.png",
        "[away](nowhere.md)": "nowhere.md",
    }
    book = small(tmp_path, "\n\n".join(wrong), [output(html=r"<b>$\unheard$</b>")])
    done = build(book, book)
    warnings = re.findall("WARNING: .*", done.stdout + done.stderr)
    assert done.returncode != 0
    for complaint in (*wrong.values(), r"formula not understood.*\\unheard"):
        assert any(re.search(complaint, line) for line in warnings), (complaint, warnings)


# The site as a reader meets it: in a browser that reaches no other host.


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the site at / and, as hosts of project pages do, below /project/."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(site, folder, dirs_exist_ok=True)
    (folder / "project").symlink_to(site)
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.sync_api.Browser]:
    assert CHROMIUM, "CI needs Chromium"
    arguments = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with playwright.sync_api.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


class Visit:
    """A page opened in the browser: what went wrong, and all that was loaded."""

    def __init__(self, page: playwright.sync_api.Page, host: str) -> None:
        self.page = page
        self.host = host
        self.wrong: list[str] = []
        self.replies: list[playwright.sync_api.Response] = []
        page.on(
            "console",
            lambda message: self.wrong.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("requestfailed", lambda request: self.wrong.append(f"failed: {request.url}"))
        page.on("response", self.keep)

    def keep(self, reply: playwright.sync_api.Response) -> None:
        if reply.status >= 400:
            self.wrong.append(f"{reply.status}: {reply.url}")
        elif reply.url.startswith(self.host):
            self.replies.append(reply)
        elif not reply.url.startswith("data:"):
            self.wrong.append(f"foreign: {reply.url}")

    def open(self, address: str) -> None:
        self.page.goto(f"{self.host}/{address}")
        self.page.evaluate("document.fonts.ready.then(() => true)")

    def weight(self) -> int:
        """Return the bytes that a compressing server would send."""
        return sum(compressed(reply) for reply in self.replies)


SIZES: dict[str, int] = {}


def compressed(reply: playwright.sync_api.Response) -> int:
    """Return the size of a file; its address is served from what no test changes."""
    if reply.url not in SIZES:
        SIZES[reply.url] = len(gzip.compress(reply.body()))
    return SIZES[reply.url]


LAYOUT_SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => { sum += entry.value; }))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 50);
})"""
# What is out of view is laid out too, and boxes that scroll are within reach of the keyboard.
LAY_OUT_ALL = """() => new Promise(done => {
  document.documentElement.classList.remove("in-view-first");
  requestAnimationFrame(() => requestAnimationFrame(done));
})"""
# Axe weighs every element. The parts of a formula, which none of its rules concerns, make room for
# boxes of their size; of the words of a code cell that look alike the first stays one of its own.
LIGHTEN = """() => {
  const boxes = [...document.querySelectorAll(".katex-html > .base")];
  const widths = boxes.map(box => box.getBoundingClientRect().width);
  boxes.forEach((box, i) => {
    box.style.width = `${widths[i]}px`;
    box.replaceChildren(...box.querySelectorAll(":scope > .strut"));
  });
  for (const math of document.querySelectorAll(".katex-mathml"))
    math.textContent = math.querySelector("annotation").textContent;
  const alike = word => {
    const style = getComputedStyle(word);
    return [word.className, style.color, style.backgroundColor, style.fontSize].join();
  };
  for (const code of document.querySelectorAll(".highlight pre")) {
    const words = [...code.querySelectorAll("span:not([id], :has(*))")];
    const looks = words.map(alike);
    words.forEach((word, i) => {
      if (looks.indexOf(looks[i]) < i) word.replaceWith(word.textContent);
    });
    code.normalize();
  }
}"""
# WCAG 2.2 A and AA, with a rule of theirs that axe leaves off.
VIOLATIONS = """() => axe.run({
  preload: false,
  resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  rules: {"label-content-name-mismatch": {enabled: true}},
}).then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html}`))"""
# Of code and formulas, where axe cannot tell what is behind them: each pair of colors once.
INKS = """() => {
  const channels = color => color.match(/[\\d.]+/g).map(Number);
  const ground = part => {
    const color = part ? getComputedStyle(part).backgroundColor : "rgb(255, 255, 255)";
    return (channels(color)[3] ?? 1) > 0 ? color : ground(part.parentElement);
  };
  const found = new Map();
  for (const part of document.querySelectorAll(".highlight pre, .highlight span, code, .katex")) {
    const colors = [getComputedStyle(part).color, ground(part)];
    if (part.textContent.trim()) found.set(colors.join(), [...colors, part.outerHTML.slice(0, 80)]);
  }
  return [...found.values()];
}"""
TOO_WIDE = """selector => [...document.querySelectorAll(selector)]
  .filter(box => box.scrollWidth > box.clientWidth)
  .map(box => `too wide: ${box.textContent.slice(0, 60)}`)"""
CLOSED = """() => [...document.querySelectorAll("details")]
  .filter(fold => !fold.lastElementChild.getBoundingClientRect().height)
  .map(fold => `closed: ${fold.textContent.slice(0, 60)}`)"""
# The last part of a formula that ends above the mark that follows it.
LINE_BEFORE_PUNCTUATION = """() => [...document.querySelectorAll(".unbroken")].filter(held => {
  const mark = held.lastChild;
  if (mark.nodeType !== Node.TEXT_NODE) return false;
  const range = document.createRange();
  range.selectNodeContents(mark);
  const parts = held.querySelectorAll(".katex-html > .base");
  const last = parts[parts.length - 1].getBoundingClientRect();
  return range.getBoundingClientRect().top > last.bottom - 2;
}).map(held => `a line begins after ${held.querySelector("annotation").textContent}`)"""


def faults_of_load(visit: Visit) -> Iterator[str]:
    """Yield what a reader would notice while a page comes."""
    address = visit.page.url
    shift, weight = visit.page.evaluate(LAYOUT_SHIFT), visit.weight()
    for _ in range(2):  # a busy machine shows fonts late: the calmest of three visits counts
        if shift >= 0.05:
            visit.page.goto("about:blank")
            visit.page.goto(address)
            shift = min(shift, visit.page.evaluate(LAYOUT_SHIFT))
    if shift >= 0.05:
        yield f"layout shift {shift:.3f}"
    if weight > 600_000:
        yield f"{weight} bytes"


def faults_of_look(page: playwright.sync_api.Page, chapter: bool) -> Iterator[str]:
    """Yield what is cut off or torn, on a laptop or on a phone; both themes have the same lines."""
    page.evaluate(LAY_OUT_ALL)
    width = page.evaluate("innerWidth")
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        yield f"{wide} px wide on a screen of {width}"
    if width == 390:
        yield from page.evaluate(LINE_BEFORE_PUNCTUATION)
    elif chapter:
        yield from page.evaluate(TOO_WIDE, ".cell_input pre")


def faults_of_paper(page: playwright.sync_api.Page) -> Iterator[str]:
    """Yield what a printed chapter lacks: ends of lines, what is folded."""
    page.set_viewport_size({"width": 700, "height": 1000})
    page.emulate_media(media="print")
    yield from page.evaluate(TOO_WIDE, "pre")
    yield from page.evaluate(CLOSED)


def switch(page: playwright.sync_api.Page, scheme: Any) -> None:
    """Change the theme of the reader's machine, which a page follows at once."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=scheme)
    page.evaluate("document.getAnimations().forEach(change => change.finish())")


@functools.cache
def axe() -> str:
    return (ROOT / "book/_ext/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def channels(color: str) -> list[float]:
    """Return red, green and blue of a color that a browser tells, from 0 to 1."""
    parts = re.match(r"rgba?\((\d+), (\d+), (\d+)", color)
    assert parts, color
    return [int(part) / 255 for part in parts.groups()]


def contrast(one: Any, other: Any) -> float:
    """The contrast of two colors, as WCAG defines it."""
    luminances = []
    for color in (one, other):
        channels = np.array(color)
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        luminances.append(linear @ [0.2126, 0.7152, 0.0722] + 0.05)
    return float(max(luminances) / min(luminances))


def faint(page: playwright.sync_api.Page) -> Iterator[str]:
    """Yield the code and formulas that are below the contrast of 4.5."""
    for ink, ground, html in page.evaluate(INKS):
        if (ratio := contrast(channels(ink), channels(ground))) < 4.5:
            yield f"contrast {ratio:.2f}: {html}"


def faults_of_access(page: playwright.sync_api.Page) -> Iterator[str]:
    """Yield what axe finds in either theme; the page is lighter afterwards."""
    page.evaluate(LIGHTEN)
    page.evaluate(axe())
    for scheme in ("dark", "light"):
        switch(page, scheme)
        found = [*page.evaluate(VIOLATIONS), *faint(page)]
        yield from (f"{scheme}: {line}" for line in found)


def faults_of_page(
    context: playwright.sync_api.BrowserContext, address: str, name: str
) -> list[str]:
    """Return what is wrong on a screen, from one visit of a page."""
    visit = Visit(context.new_page(), address)
    visit.open(name)
    chapter = name.removeprefix("book/") in CHAPTERS
    found = [*faults_of_load(visit), *faults_of_look(visit.page, chapter)]
    if name.startswith("book/"):
        found += faults_of_access(visit.page)
    # Last, because a page without the parts of its formulas is laid out anew in a third of the
    # time, and with the same lines of code.
    if chapter and visit.page.evaluate("innerWidth") > 390:
        found += faults_of_paper(visit.page)
    visit.page.close()
    return [f"{name}: {line}" for line in (*found, *visit.wrong)]


@pytest.fixture(scope="module")
def laptop(server: str, browser: playwright.sync_api.Browser) -> Iterator[Screen]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    yield functools.partial(faults_of_page, context, server)
    context.close()


@pytest.fixture(scope="module")
def phone(server: str, browser: playwright.sync_api.Browser) -> Iterator[Screen]:
    context = browser.new_context(viewport={"width": 390, "height": 900}, color_scheme="dark")
    yield functools.partial(faults_of_page, context, f"{server}/project")
    context.close()


def others(site: Path) -> list[str]:
    """Return the pages that no file of the book's folder has; the first leads on at once."""
    names = {path.relative_to(site).as_posix() for path in html_files(site)}
    return sorted(names - {*PAGES, "index.html"})


# Both screens, both themes that a page may come in, and both addresses that a host may give it
# have their visit. Classes of many tests, so that two processes share the long way through all
# pages: pytest-xdist gives the small ones out last, and several to one process.


@needs_chromium
class TestLaptop:
    @pytest.mark.parametrize("name", PAGES)
    def test_page_has_no_fault(self, laptop: Screen, name: str) -> None:
        assert laptop(name) == []

    def test_no_other_page_has_a_fault(self, site: Path, laptop: Screen) -> None:
        assert [fault for name in others(site) for fault in laptop(name)] == []


@needs_chromium
class TestPhone:
    @pytest.mark.parametrize("name", PAGES)
    def test_page_has_no_fault(self, phone: Screen, name: str) -> None:
        assert phone(name) == []

    def test_no_other_page_has_a_fault(self, site: Path, phone: Screen) -> None:
        assert [fault for name in others(site) for fault in phone(name)] == []


@needs_chromium
@pytest.mark.parametrize(
    ("color", "seen"), [("#767676", False), ("#777777", True), ("#1a1a1a", False)]
)
def test_faint_words_of_code_are_seen(
    browser: playwright.sync_api.Browser, color: str, seen: bool
) -> None:
    page = browser.new_page()
    page.set_content(
        f'<div class="highlight"><pre><span style="color: {color}">print</span> x</pre></div>'
    )
    assert [line[:13] for line in faint(page)] == ["contrast 4.48"] * seen
    page.close()


SKIPPED = """() => [...document.querySelectorAll(".bd-article section section > p > *")]
  .filter(part => !part.checkVisibility({contentVisibilityAuto: true})).length"""
HEIGHT_OF = """name => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
  () => done(document.getElementById(name).getBoundingClientRect().top))))"""


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390])
def test_a_link_into_a_page_arrives_though_what_is_out_of_view_waits(
    server: str, browser: playwright.sync_api.Browser, width: int
) -> None:
    screen: Any = {"width": width, "height": 800}
    context = browser.new_context(viewport=screen, reduced_motion="reduce")
    address = f"{server}/book/proofs.html"
    name = "both-variances-for-squared-error"
    page = context.new_page()
    page.goto(address)
    assert page.evaluate(SKIPPED) > 50
    page.evaluate("name => document.querySelector(`a.headerlink[href='#${name}']`).click()", name)
    assert page.evaluate(SKIPPED) == 0
    assert 0 <= page.evaluate(HEIGHT_OF, name) <= 80
    page.goto("about:blank")
    page.goto(f"{address}#{name}")
    assert page.evaluate(SKIPPED) == 0
    assert 0 <= page.evaluate(HEIGHT_OF, name) <= 80
    context.close()


@needs_chromium
def test_what_scrolls_in_its_box_is_within_reach_of_the_keyboard_once_it_is_near(
    server: str, browser: playwright.sync_api.Browser
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{server}/book/proofs.html")
    wide = "box => box.scrollWidth > box.clientWidth"
    boxes = page.locator("section section > div.math > .katex-display")
    last = max(i for i in range(boxes.count()) if boxes.nth(i).evaluate(wide))
    boxes.nth(last).scroll_into_view_if_needed()
    page.wait_for_function("box => box.tabIndex === 0", arg=boxes.nth(last).element_handle())
    page.close()


SEARCHES = {
    "score function": "score-function.html#derive-it",
    "Michelson": "left-hand-side.html#derive-the-left-hand-side",
    "baseline": "score-function.html#a-constant-that-does-nothing-and-costs",
    "Hermite": "hermite-spectrum.html",
    "15/4": "variance-comparison.html#bound-it-everywhere",
    "sigma": "where-is-sigma.html",
    "σ²": "where-is-sigma.html",
    "expected_loss": "api.html#rpt_helpers.closed_form.expected_loss",
}


@needs_chromium
def test_search_finds_the_chapter_first_and_shows_what_can_be_read(
    server: str, browser: playwright.sync_api.Browser
) -> None:
    visit = Visit(browser.new_page(), server)
    found = {}
    for words in SEARCHES:
        visit.open(f"search.html?{urlencode({'q': words})}")
        visit.page.wait_for_function(
            "document.querySelector('.search-summary')?.textContent.includes('finished')"
        )
        first = visit.page.locator("#search-results ul.search > li").first
        found[words] = str(first.locator("a").get_attribute("href")).removeprefix("book/")
        if "api" not in found[words]:
            excerpt = first.locator(".context").inner_text()
            assert not re.search(r"\$|\\\w|Contents|import |Copy|Link to", excerpt), excerpt
    visit.page.close()
    assert found == SEARCHES
    assert visit.wrong == []


@needs_chromium
def test_site_reads_from_the_disk(site: Path, browser: playwright.sync_api.Browser) -> None:
    page = browser.new_page()
    page.goto(f"{site.as_uri()}/index.html")
    page.wait_for_url("**/book/index.html")
    page.close()
    visit = Visit(browser.new_page(), site.as_uri())
    visit.open("book/index.html")
    assert (
        visit.page.evaluate("document.fonts.load('1em KaTeX_Main').then(fonts => fonts.length)")
        == 1
    )
    assert visit.page.locator("article h1").is_visible()
    assert visit.wrong == []
    visit.page.close()


# How a page looks: figures, folds, the sheet on paper.


@needs_chromium
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_sheet_for_the_wall_prints_on_one_side(
    server: str, browser: playwright.sync_api.Browser, paper: str
) -> None:
    page = browser.new_page()
    page.goto(f"{server}/book/sheet.html", wait_until="networkidle")
    page.evaluate("Promise.all([...document.fonts].map(font => font.load())).then(() => true)")
    [side] = pypdf.PdfReader(io.BytesIO(page.pdf(format=paper))).pages
    page.close()
    text = side.extract_text()
    assert text.startswith("The trick on one sheet") and "CC BY 4.0." in text


@needs_chromium
def test_fold_opens_by_keyboard_without_a_script_and_exercises_are_quiet(
    small_site: Path, browser: playwright.sync_api.Browser
) -> None:
    html = small_site / "book/chapter.html"
    assert "not attempted" not in html.read_text() and "Write your" not in html.read_text()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(html.as_uri())
    for said_closed, said_open, code in (
        ("Show the code of this figure", "Hide the code of this figure", "plot_it()"),
        ("Show the cell for the answer", "Hide the cell for the answer", "answer = None"),
        ("Show the cell that checks", "Hide the cell that checks", "check(answer)"),
    ):
        fold = page.locator("details", has_text=said_closed)
        assert not fold.get_by_text(code).is_visible()
        fold.locator("summary").press("Enter")
        assert fold.get_by_text(code).is_visible()
        assert fold.locator("summary").inner_text().startswith(said_open)
    context.close()


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_stand_out_from_the_page_and_their_text_can_be_read(
    server: str, browser: playwright.sync_api.Browser, scheme: Any
) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(f"{server}/book/{CHAPTERS[0]}")
    ground, slab, brightness = page.evaluate(
        """() => {
          const image = getComputedStyle(document.querySelector(".cell_output img"));
          return [
            getComputedStyle(document.body).backgroundColor,
            image.backgroundColor,
            image.filter,
          ];
        }"""
    )
    page.close()
    assert slab == "rgba(0, 0, 0, 0)"
    behind = channels(ground)
    factor = float(re.fullmatch(r"brightness\((.+)\)", brightness)[1])  # type: ignore[index]
    shown = {
        kind: np.clip(np.array(to_rgb(color)) * factor, 0, 1)
        for kind, color in (plots.COLORS | {"text": plots.GRAY}).items()
    }
    assert contrast(shown.pop("text"), behind) >= 4.5
    assert min(contrast(color, behind) for color in shown.values()) >= 3


@needs_chromium
def test_code_can_be_read_in_the_dark_without_a_script(
    server: str, browser: playwright.sync_api.Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{server}/book/{CHAPTERS[0]}")
    box = page.locator(".cell_input pre").first
    color = box.evaluate("box => getComputedStyle(box).color")
    picture = imread(io.BytesIO(box.screenshot()))
    context.close()
    text = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    ground = np.median(picture[..., :3], axis=(0, 1)).tolist()  # what is seen between the letters
    assert contrast(text, ground) >= 7


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_button_that_leads_back_to_the_top_can_be_read(
    server: str, browser: playwright.sync_api.Browser, scheme: Any
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    page.goto(f"{server}/book/{CHAPTERS[0]}")
    colors = page.locator("#pst-back-to-top").evaluate(
        "button => [getComputedStyle(button).color, getComputedStyle(button).backgroundColor]"
    )
    page.close()
    text, ground = ([int(part) / 255 for part in re.findall(r"\d+", color)] for color in colors)
    assert contrast(text, ground) >= 4.5


@needs_chromium
def test_an_old_browser_is_told_that_it_cannot_run_python(
    server: str, browser: playwright.sync_api.Browser
) -> None:
    page = browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(f"{server}/404.html")
    bar = "<div class='run-bar'><button>Run</button><p role='status'></p></div>"
    page.evaluate("bar => { document.body.innerHTML = bar; }", bar)
    page.add_script_tag(path=ROOT / "book/run/run.js")
    page.get_by_role("button").click()
    assert "too old" in page.get_by_role("status").inner_text()
    page.close()


@needs_chromium
def test_focus_is_seen_on_every_button_of_the_header_and_outputs_have_no_copy_button(
    server: str, browser: playwright.sync_api.Browser
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server}/book/{CHAPTERS[0]}")
    page.wait_for_selector(".cell_input .copybtn", state="attached")
    assert page.locator(".cell_output .copybtn").count() == 0
    unseen = []
    for button in page.locator(".bd-header-article button:visible").all():
        button.focus()
        if button.evaluate("box => getComputedStyle(box).outlineStyle") == "none":
            unseen.append(button.get_attribute("aria-label"))
    page.close()
    assert unseen == []
