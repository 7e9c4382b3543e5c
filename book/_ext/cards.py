"""The chapters as cards, on the landing page: what each says, how long it takes, what it shows.

Nothing is written for a card. Order and parts are those of _toc.yml, the sentences those that
describe the pages, the minutes those of the page for teachers, the picture is the chapter's first.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import nbformat
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

BOOK = Path(__file__).parents[1]
TIMES = "book/teaching"
PICTURES = "_images/cards"
SVG = "{http://www.w3.org/2000/svg}"
# At the size of a card words and ticks are specks, and lines keep their width.
SPECK = re.compile(r"(text|legend|matplotlib\.axis)_\d+")
LINES = "* {vector-effect: non-scaling-stroke}"
NUMBER = re.compile(r"\d+(?:\.\d+)?")

ElementTree.register_namespace("", SVG[1:-1])
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")

CARD = """\
<li>
<div class="picture">{image}</div>
<div>
<p class="title"><a href="{address}">{number}. {title}</a></p>
<p>{says}</p>
{time}
</div>
</li>
"""
TIME = '<p class="time">{} minutes, and {} for the exercises</p>'
IMAGE = '<img src="{address}" alt="" role="presentation" loading="lazy">'  # it only decorates


class Cards(nodes.General, nodes.Element):  # type: ignore[misc]
    """Where the cards stand, until all pages are read."""


class ChapterCards(SphinxDirective):
    """`{chapter-cards}`: the cards of all numbered parts."""

    def run(self) -> list[nodes.Node]:
        # They follow what other pages say; which pages there are is said by _toc.yml, which
        # has the root read again when it changes.
        for page in (*BOOK.glob("*.ipynb"), self.env.doc2path(TIMES)):
            self.env.note_dependency(str(page))
        return [Cards()]


def parts(app: Sphinx) -> Iterator[tuple[str, list[str]]]:
    """Yield the caption and the pages of each part that has numbered chapters."""
    for tree in app.env.get_doctree(app.config.root_doc).findall(addnodes.toctree):
        if tree["numbered"]:
            yield tree["caption"], tree["includefiles"]


def minutes(app: Sphinx) -> dict[str, tuple[str, str]]:
    """Return the minutes for reading each chapter and for its exercises: the table of times."""
    times = {}
    for row in app.env.get_doctree(TIMES).findall(nodes.row):
        link = next(row.findall(addnodes.pending_xref), None)
        stated = re.fullmatch(r"(\d+) \+ (\d+)", row[-1].astext())
        if link and stated:
            times[link["reftarget"]] = (stated[1], stated[2])
    return times


def first_figure(notebook: Path) -> str | None:
    """Return the first figure that a cell of a notebook drew."""
    for cell in nbformat.read(notebook, as_version=4).cells:
        for output in cell.get("outputs", ()):
            if svg := output.get("data", {}).get("image/svg+xml"):
                return str(svg)
    return None


def simplify(figure: str) -> str:
    """Return a figure without its words, cut to the frames of its axes."""
    root = ElementTree.fromstring(figure)
    for parent in list(root.iter()):
        for child in list(parent):
            if SPECK.fullmatch(child.get("id", "")):
                parent.remove(child)
    # The ground of its axes is the first path in each.
    grounds = [
        next(group.iter(f"{SVG}path")).get("d", "")
        for group in root.iter(f"{SVG}g")
        if group.get("id", "").startswith("axes_")
    ]
    corners = [float(number) for number in NUMBER.findall(" ".join(grounds))]
    left, top = min(corners[::2]) - 2, min(corners[1::2]) - 2
    width, height = max(corners[::2]) + 2 - left, max(corners[1::2]) + 2 - top
    root.set("viewBox", f"{left:.1f} {top:.1f} {width:.1f} {height:.1f}")
    root.set("width", f"{width:.0f}")
    root.set("height", f"{height:.0f}")
    root.insert(0, style := ElementTree.Element(f"{SVG}style"))
    style.text = LINES
    for path in root.iter(f"{SVG}path"):
        path.set("d", NUMBER.sub(lambda number: f"{float(number[0]):.4g}", path.get("d", "")))
    return ElementTree.tostring(root, encoding="unicode")


def card(app: Sphinx, docname: str, page: str, times: tuple[str, str] | None) -> str:
    address = app.builder.get_relative_uri(docname, page)
    image = ""
    if figure := first_figure(Path(app.env.doc2path(page))):
        picture = Path(app.outdir) / PICTURES / f"{page.rpartition('/')[2]}.svg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(simplify(figure), encoding="utf-8")
        root = relative_uri(app.builder.get_target_uri(docname), "")
        image = IMAGE.format(address=f"{root}{PICTURES}/{picture.name}")
    [number] = app.env.toc_secnumbers[page][""]
    return CARD.format(
        image=image,
        address=address,
        number=number,
        title=escape(app.env.titles[page].astext()),
        says=escape(app.config.page_descriptions.get(page, "")),
        time=TIME.format(*times) if times else "",
    )


def lay_out(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(Cards)):
        times = minutes(app)
        html = ""
        for caption, pages in parts(app):
            cards = "".join(card(app, docname, page, times.get(page)) for page in pages)
            html += f'<h3>{escape(caption)}</h3>\n<ul class="chapter-cards">\n{cards}</ul>\n'
        place.replace_self(nodes.raw("", html, format="html"))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_node(Cards)
    app.add_directive("chapter-cards", ChapterCards)
    app.connect("doctree-resolved", lay_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
