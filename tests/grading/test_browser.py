"""What a student writes does nothing in an instructor's browser: formgrader and feedback.

Each payload is a cell of its own in one submission that goes through the documented commands; then
Chromium opens both pages, and clicks whatever can be clicked.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin

import pytest
from chromium import CHROMIUM, needs_chromium
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.api import Gradebook

from grading import inert, secret
from tests.grading.corpus import CHAPTER, ROOT, cell_of, notebook

MARKDOWN = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a href='javascript:alert(1)'>x</a></svg>",
    "<details open ontoggle=alert(1)>x</details>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<math><mtext></mtext><a href='javascript:alert(1)'>x</a></math>",
    "<style>@import 'javascript:alert(1)'; body { display: none }</style>",
    "<form action='javascript:alert(1)'><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<!--><script>alert(1)</script>-->",
    "$<script>alert(1)</script>$ and $$x<img src=x onerror=alert(1)>$$",
    "```html\n<script>alert(1)</script>\n```\n\n`<script>alert(1)</script>`",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java&#x09;script:alert(1))",
    "[x](files/javascript:alert(1))",
    "[x](<files/javascript:alert(1)>)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[x](vbscript:alert(1)) [x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](x "y\\" onerror=\\"alert(1)")',
    r"$\href{javascript:alert(1)}{x}$ and $\require{html}\style{x:y}{z}$",
    "\\<script>alert(1)\\</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<https://x/onmouseover=alert(1)//>",
    "![x](attachment:no-such-picture.png)",
]
OUTPUTS = [
    "print('<script>alert(1)</script>')",
    "raise ValueError('<img src=x onerror=alert(1)>')",
    "from IPython.display import HTML\nHTML('<script>alert(1)</script>')",
    "from IPython.display import Latex\nLatex('$x$<img src=x onerror=alert(1)>')",
    r"from IPython.display import Math" + "\n" + r"Math('\\href{javascript:alert(1)}{x}')",
    "display({'image/png': 'x\"><script>alert(1)</script>'}, raw=True)",
    "display({'image/svg+xml': '<svg onload=alert(1)>', 'text/plain': '<b>'}, raw=True)",
    "display({'text/markdown': '<script>alert(1)</script>'}, raw=True)",
    "display({'application/javascript': 'alert(1)'}, raw=True)",
]


def payloads() -> NotebookNode:
    made = notebook()
    cell_of(made, "weights").source = "\n\n".join(MARKDOWN[:3]) + "\n\nmy derivation"
    made.cells += [new_markdown_cell(source) for source in MARKDOWN]
    made.cells += [new_raw_cell(source) for source in MARKDOWN[:10]]
    made.cells += [new_code_cell(source) for source in [*OUTPUTS, "'<script>alert(1)</script>'"]]
    kinds = {'image/png" onerror="alert(1)': "AAAA", "text/html": "PHNjcmlwdD4="}
    picture = {"a.png": kinds, 'b" onerror="alert(1)': {"image/png": '" onerror="alert(1)'}}
    made.cells.append(new_markdown_cell("![x](attachment:a.png)", attachments=picture))
    return made


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("browser")
    place = base / "submissions" / "eve" / CHAPTER
    place.mkdir(parents=True)
    (place / f"{CHAPTER}.ipynb").write_text(json.dumps(payloads()))
    (place / "my photo.jpg").write_bytes(b"\xff\xd8\xff")
    for command in (
        ["release", CHAPTER, "--to", base / "course"],
        ["grade", base / "submissions", "--out", base / "course", "--no-sandbox"],
        ["feedback", base / "course"],
    ):
        grading = [sys.executable, "-m", "grading", *map(str, command)]
        subprocess.run(grading, cwd=ROOT, check=True, capture_output=True)
    return base / "course"


@pytest.fixture(scope="module")
def server(course: Path) -> Iterator[str]:
    """Jupyter with formgrader in the course folder, as an instructor starts it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    extensions = {f"nbgrader.server_extensions.{name}": True for name in ("formgrader",)}
    command = [sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", "--IdentityProvider.token=", "--ServerApp.password="]
    command += ["--ServerApp.allow_unauthenticated_access=True"]
    command += [f"--ServerApp.jpserver_extensions={extensions}"]
    command += ["--ContentsManager.allow_hidden=True"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    address = f"http://127.0.0.1:{port}"
    log = course.parent / "jupyter.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=course, env=os.environ | {"PATH": path}, stdout=out, stderr=out
        )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/api").close()
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait()


def answer(address: str) -> tuple[int, bytes]:
    """Return what a page of the same server gets, which asks for the address."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, headers={"Referer": address})
        ) as answer:
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def submission_of_eve(course: Path) -> str:
    with Gradebook(f"sqlite:///{course}/gradebook.db", "reparameterization") as gradebook:
        return str(gradebook.find_submission_notebook(CHAPTER, CHAPTER, "eve").id)


def test_no_request_gets_the_secret(course: Path, server: str) -> None:
    """Formgrader hands out every file of the course folder, by a path that leaves its own."""
    hidden = secret.read(course)
    up = f"{server}/formgrader/submissions/{submission_of_eve(course)}/..%2F..%2F..%2F"
    places = (f"{server}/api/contents/", f"{server}/files/", up)
    inside = [str(path.relative_to(course)) for path in course.rglob("*") if path.is_file()]
    assert {"nbgrader_config.py", "secret-id", f"source/{CHAPTER}/{CHAPTER}.ipynb"} <= {*inside}
    for place in places:  # each of them does answer
        assert answer(f"{place}nbgrader_config.py")[0] == 200
        assert answer(f"{place}secret-id")[0] == 200  # a hidden file would be had as well
    outside = os.path.relpath(secret.place(course), course)
    tried = [quote(path) for path in inside]
    tried += [path.replace("/", "%2F") for path in (".secret", outside, *outside.split("../")[-1:])]
    for place in places:
        for path in tried:
            assert hidden.encode() not in answer(place + path)[1], place + path
    assert answer(up + outside.replace("/", "%2F"))[0] == 403


SUSPECT = """() => [...document.querySelectorAll('*')].flatMap(each => [
    ...(each.tagName === 'SCRIPT' && /alert\\(1\\)/.test(each.textContent) ? ['script'] : []),
    ...[...each.attributes]
        .filter(one => /^on/.test(one.name) && /alert\\(1\\)/.test(one.value)
            || ['href', 'src', 'action', 'srcdoc', 'content'].includes(one.name)
            && /^\\s*(javascript|vbscript|data:text)/i.test(one.value.replace(/[\\t\\n\\r]/g, '')))
        .map(one => `${each.tagName} ${one.name}=${one.value}`)])"""


def test_formgrader_shows_a_picture_that_lies_beside_the_notebook(
    course: Path, server: str
) -> None:
    page = f"{server}/formgrader/submissions/{submission_of_eve(course)}/"
    (link,) = re.findall(r'href="([^"]*photo[^"]*)"', answer(page)[1].decode())
    assert answer(urljoin(page, link))[0] == 200


@needs_chromium
def test_nothing_that_a_student_wrote_runs_in_an_instructors_browser(
    course: Path, server: str
) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    pages = {
        "formgrader": f"{server}/formgrader/submissions/{submission_of_eve(course)}/",
        "feedback": (course / "feedback" / "eve" / CHAPTER / f"{CHAPTER}.html").as_uri(),
    }
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            for name, address in pages.items():
                page = browser.new_page()
                ran: list[str] = []
                page.on(
                    "dialog", lambda dialog, ran=ran: (ran.append(dialog.message), dialog.dismiss())
                )
                page.goto(address, wait_until="domcontentloaded")
                assert "my derivation" in page.content(), name
                assert page.evaluate(SUSPECT) == [], name
                page.evaluate("document.querySelectorAll('.text_cell a').forEach(a => a.click())")
                page.wait_for_timeout(300)
                assert not ran, name
        finally:
            browser.close()


@pytest.mark.parametrize(
    "source",
    [
        "$E f = W[(\\mu - m)^2 + \\sigma^2]$, for $a < b$ and $\\sum_{i < j} x_i$",
        "# A title\n\n1. one\n2. **two**\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        "[a link](https://example.org/?a=1&b=2) and ![a photo](photo.jpg)",
        "a picture: ![p](data:image/png;base64,AAAA)",
        "`code` and\n\n```python\nif a < b: print(a)\n```",
        "> quoted, and x & y",
    ],
)
def test_what_an_honest_student_writes_stays(source: str) -> None:
    assert inert.markdown(source) == source


def test_what_is_inert_stays_as_it_is() -> None:
    for source in MARKDOWN:
        assert inert.markdown(inert.markdown(source)) == inert.markdown(source)
        assert inert.text(inert.text(source)) == inert.text(source)


def test_a_picture_that_is_attached_stays() -> None:
    cell = new_markdown_cell("", attachments={"p.png": {"image/png": "AAAA"}, "q": {"x": "A"}})
    assert inert.attachments(cell) == {"p.png": {"image/png": "AAAA"}, "q": {}}


@pytest.mark.parametrize(
    "after", ["x\n   ```\n[y](javascript:alert(1))\n   ```", "\n\n[y](javascript:alert(1))"]
)
def test_what_looks_like_plain_text_at_first_is_looked_at_whole(after: str) -> None:
    assert inert.markdown(f"```text\na\n```{after}").startswith("````")
