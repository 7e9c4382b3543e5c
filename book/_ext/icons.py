"""The theme's icon fonts without the thousand icons that no page shows: 3 KB in place of 156."""

import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

from self_contained import written

FONTS = "_static/vendor/fontawesome/webfonts"
RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
CONTENT = re.compile(r"content:\s*\"\\([0-9a-f]{4})\"", re.IGNORECASE)
VARIABLE = re.compile(r"--[\w-]*icon[\w-]*:\s*\"\\([0-9a-f]{4})\"", re.IGNORECASE)
NAME = re.compile(r"\bfa-([a-z0-9-]+)")


def shown(site: Path) -> set[int]:
    """Return the characters of all icons that a page, a style or a script of the site names."""
    scripts = [*site.glob("_static/scripts/*theme.js"), *site.glob("_static/*.js")]
    pages = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    named = {name for path in (*pages, *scripts) for name in NAME.findall(path.read_text("utf-8"))}
    characters = set()
    for path in site.glob("_static/**/*.css"):
        style = path.read_text("utf-8")
        characters |= {int(code, 16) for code in VARIABLE.findall(style)}
        for selector, body in RULE.findall(style):
            for code in CONTENT.findall(body):
                icons = set(NAME.findall(selector))
                if not icons or icons & named:
                    characters.add(int(code, 16))
    return characters


def keep_shown(app: Sphinx, exception: Exception | None) -> None:
    site = Path(app.outdir)
    if exception is not None or app.builder.name != "html" or not written:
        return
    characters = shown(site)
    for path in (site / FONTS).glob("*.woff2"):
        # What an earlier build left has nothing to drop, unless a new icon came.
        with TTFont(path, lazy=True) as font:
            if set(font.getBestCmap() or ()) <= characters:
                continue
        options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=True)
        whole = subset.load_font(str(path), options)
        cut = subset.Subsetter(options)
        cut.populate(unicodes=characters)
        cut.subset(whole)
        subset.save_font(whole, str(path), options)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("build-finished", keep_shown)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
