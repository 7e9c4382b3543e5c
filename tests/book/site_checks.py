"""What must hold for every page of the built book, and neither Sphinx nor our extensions check."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

FILE_NAME = re.compile(r"^\S*(\.(png|svg|jpe?g|gif|webp)|/\S*)$", re.IGNORECASE)
RAW_TEXT = {
    "TeX": re.compile(r"\$[^$]+\$|\\[(\[]|\\(begin|frac|sigma|mu|mathbb|operatorname)\b"),
    "a MyST role": re.compile(r"\{[a-z:-]+\}`"),
    "a footnote without its text": re.compile(r"\[\^\w+\]"),
}
NOT_PROSE = ("annotation", "code", "pre", "script", "style")


def site_faults(site: Path) -> list[str]:
    """Return one line for each fault of a built site, naming its page."""
    faults: dict[Path, list[str]] = {}
    ids: dict[Path, set[str]] = {}
    addresses: dict[Path, list[str]] = {}
    for path in html_files(site):  # whose trees together would occupy the garbage collector
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        faults[path] = list(page_faults(page))
        ids[path] = {str(tag["id"]) for tag in page.find_all(id=True)}
        linked = page.find_all(["a", "img", "link", "script", "source"])
        addresses[path] = [str(tag.get("href") or tag.get("src") or "") for tag in linked]
    return [
        f"{path.relative_to(site)}: {fault}"
        for path in faults
        for fault in (*faults[path], *link_faults(addresses[path], path, ids))
    ]


def html_files(site: Path) -> list[Path]:
    """Return the pages of a built site; below _static are the theme's templates."""
    return sorted(path for path in site.rglob("*.html") if "_static" not in path.parts)


def page_faults(page: BeautifulSoup) -> Iterator[str]:
    """Yield the faults that show in the page alone."""
    html = page.find("html")
    if not isinstance(html, Tag) or not html.get("lang"):
        yield "no language"
    if not page.title or not page.title.get_text(strip=True):
        yield "no title"
    descriptions = page.find_all("meta", attrs={"name": "description"})
    if len(descriptions) != 1 or not str(descriptions[0].get("content", "")).strip():
        yield f"{len(descriptions)} descriptions, or an empty one"
    headings = [tag for tag in page.find_all("h1") if not tag.find_parent(class_="onlyprint")]
    if len(headings) != 1:
        yield f"{len(headings)} headings of the first level"
    seen: set[str] = set()
    for name in (str(tag["id"]) for tag in page.find_all(id=True)):
        if name in seen:
            yield f"id {name} twice"
        seen.add(name)
    for image in page.find_all("img"):
        alternative = str(image.get("alt", "")).strip()
        decorates = image.get("alt") == "" and image.get("role") == "presentation"
        if not decorates and (not alternative or FILE_NAME.search(alternative)):
            yield f"image {image.get('src')} has the alternative text {alternative!r}"
    if page.find(class_="katex-error"):
        yield "a formula that KaTeX could not read"
    if page.select(".cell:not(.tag_raises-exception) .output.traceback, .output.stderr"):
        yield "an error or a warning among the outputs"
    for text in page.find_all(string=True):
        for what, pattern in RAW_TEXT.items():
            if pattern.search(text) and not text.find_parent(NOT_PROSE):
                yield f"{what} shown raw: {' '.join(text.split())[:80]}"


def link_faults(addresses: list[str], path: Path, ids: dict[Path, set[str]]) -> Iterator[str]:
    """Yield the links and the loaded files of a page that are not in the site."""
    for address in addresses:
        parts = urlsplit(address)
        if not address or parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_file():
            yield f"{address} does not exist"
        elif parts.fragment and target in ids and unquote(parts.fragment) not in ids[target]:
            yield f"{address} has no such anchor"
