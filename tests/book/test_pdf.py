"""The printed book: one file that holds every chapter, with links that stay inside it."""

from typing import Any

import pypdf
import pytest
from chromium import needs_chromium

from authoring import pdf
from authoring.notebooks import chapters, read

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> pypdf.PdfReader:
    target = tmp_path_factory.mktemp("pdf") / "book.pdf"
    pdf.write(target)
    return pypdf.PdfReader(target)


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
