"""The book on paper: one PDF with outline, links and page numbers, printed by Chromium.

And the sheet for the wall, one page of its own.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .notebooks import ROOT

OUT = ROOT / "_build" / "print"
TARGET = ROOT / "_build" / "reparameterization-trick.pdf"
SHEET = ROOT / "_build" / "sheet.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Leaves of the book what a page of the site would show: its style lays that out on one side.
ONLY_THE_SHEET = """() => {
  const sheet = document.querySelector("#the-trick-on-one-sheet");
  document.querySelector(".bd-article").replaceChildren(sheet);
  return Promise.all([...document.fonts].map(font => font.load())).then(() => true);
}"""
FOOT = '<div style="width: 100%; font-size: 8px; text-align: center" class="pageNumber"></div>'


def chromium() -> str | None:
    """Return the browser of this machine, if it has one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def one_page() -> Path:
    """Build the book as one page, and return its file."""
    program = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", program, "build", "-W", "-n", "--keep-going"]
    options = ["--builder", "custom", "--custom-builder", "singlehtml", "--path-output", str(OUT)]
    environment = os.environ | {"RPT_BOOK_REPOSITORY": ""}
    done = subprocess.run(
        [*command, "-q", *options, str(ROOT)], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"The book was not built:\n{done.stdout}{done.stderr}")
    html = OUT / "_build" / "singlehtml"
    written = html / "book" / "index.html"
    # Sphinx writes addresses for a page that lies at the top.
    text = written.read_text(encoding="utf-8").replace('href="book/index.html#', 'href="#')
    chapter = re.compile(r'href="([a-z-]+)\.html"')
    text = chapter.sub(r'href="#document-book/\1"', text)
    page = html / "print.html"
    page.write_text(text, encoding="utf-8")
    return page


def write(target: Path = TARGET, sheet: Path = SHEET) -> int:
    """Print the book and the sheet."""
    browser = chromium()
    if browser is None:
        raise SystemExit(f"The book is printed by Chromium, and none is here ({BROWSERS})")
    from playwright.sync_api import sync_playwright

    page_file = one_page()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = running.new_page(color_scheme="light")
        page.set_default_timeout(300_000)  # of the whole book in one page, on a busy machine
        page.goto(page_file.as_uri())
        page.evaluate("document.documentElement.dataset.theme = 'light'")
        page.wait_for_load_state("networkidle")
        page.pdf(
            path=target,
            format="A4",
            scale=0.75,  # lines of code fit, and letters have the size of a book's
            margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"},
            outline=True,
            tagged=True,
            display_header_footer=True,
            header_template="<div></div>",
            footer_template=FOOT,
        )
        page.evaluate(ONLY_THE_SHEET)
        page.pdf(path=sheet, format="A4", tagged=True)
        running.close()
    print(f"The book is at {target}, the sheet for the wall at {sheet}")
    return 0
