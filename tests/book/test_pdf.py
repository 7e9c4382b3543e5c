"""The printed book: one file that holds every chapter, with links that stay inside it."""

from pathlib import Path
from typing import Any

import pypdf
import pytest
from chromium import needs_chromium

from authoring import pdf
from authoring.notebooks import chapters, read

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pdf")
    pdf.write(folder / "book.pdf", folder / "sheet.pdf")
    return folder


@pytest.fixture(scope="module")
def book(printed: Path) -> pypdf.PdfReader:
    return pypdf.PdfReader(printed / "book.pdf")


def titles(outline: list[Any]) -> list[str]:
    """Return the titles of an outline of any depth."""
    return [
        title
        for entry in outline
        for title in (titles(entry) if isinstance(entry, list) else [str(entry.title)])
    ]


def test_outline_names_each_chapter_in_order(book: pypdf.PdfReader) -> None:
    headings = [read(path).cells[0].source.splitlines()[0].lstrip("# ") for path in chapters()]
    found = titles(book.outline)
    places = [
        next(i for i, title in enumerate(found) if title.strip(" #\uf0c1").endswith(heading))
        for heading in headings
    ]
    assert places == sorted(places)


def test_links_lead_into_the_book_or_to_other_works(book: pypdf.PdfReader) -> None:
    inside, outside = 0, set()
    for page in book.pages:
        for note in page.get("/Annots", []):
            entry = note.get_object()
            if "/Dest" in entry:
                inside += 1
            elif "/A" in entry:
                outside.add(str(entry["/A"].get("/URI")))
    assert inside > 200
    assert outside and all(address.startswith("https://") for address in outside), outside


def test_pages_hold_text_and_pictures(book: pypdf.PdfReader) -> None:
    assert len(book.pages) > 100
    text = "".join(page.extract_text() for page in book.pages[:12])
    assert "Meet the stochastic node" in text and "KaTeX" not in text


def test_sheet_for_the_wall_is_one_page(printed: Path) -> None:
    [page] = pypdf.PdfReader(printed / "sheet.pdf").pages
    text = page.extract_text()
    assert text.startswith("The trick on one sheet") and "CC BY 4.0." in text
