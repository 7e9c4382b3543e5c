"""What a site has beside its pages: a map, a card for who shares it, a page for wrong addresses.

Most of it needs to know where the site is; without an address it is left out.
"""

import functools
import os
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

CARD = "_static/card.png"
CARD_SAYS = "Two histograms around one gradient: the one with the trick is far narrower"
# What a site has beside the pages of the book, which need the theme.
BARE_PAGE = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{description}">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
:root {{color-scheme: light dark}}
body {{font: 1.1rem/1.6 sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem}}
</style>{head}
</head>
<body><main><h1>{title}</h1><p>{text}</p></main></body>
</html>
"""


def set_address(app: Sphinx, config: Config) -> None:
    """Take the address of the site; Sphinx then names each page's own, the canonical one."""
    address = os.environ.get("RPT_BOOK_SITE", config.site_address)
    config.html_baseurl = f"{address.rstrip('/')}/" if address else ""


def share(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give a link to the page its picture, where people share it."""
    if app.config.html_baseurl and doctree:
        properties = {
            "og:site_name": app.config.html_title,
            "og:url": context["pageurl"],
            "og:image": app.config.html_baseurl + CARD,
            "og:image:alt": CARD_SAYS,
        }
        for name, value in properties.items():
            context["metatags"] += f'\n<meta property="{name}" content="{escape(value)}" />'
        context["metatags"] += '\n<meta name="twitter:card" content="summary_large_image" />'


def draw_card(target: Path) -> None:
    """Draw the book's main figure in the size of a card, 1200 by 630 pixels."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    import numpy as np
    from rpt_helpers import Normal, SquaredError, datasets, pathwise, plots, score_function

    loss = SquaredError(datasets.michelson())
    node = Normal(loss.mean, loss.mean_square_deviation**0.5)
    eps = np.random.default_rng(0).standard_normal(1_000_000)
    figure = plt.figure(figsize=(12, 6.3), dpi=100, facecolor="white")
    ax = figure.add_axes((0.42, 0.08, 0.54, 0.62))
    for kind, estimator in ("pathwise", pathwise), ("score_function", score_function):
        means = estimator(loss, node, eps)[:, 1].reshape(-1, 100).mean(axis=1)
        edges = np.linspace(-2e4, 6e4, 121).tolist()
        ax.hist(means, edges, histtype="step", color=plots.COLORS[kind], linewidth=4)
    ax.set_axis_off()
    figure.text(0.05, 0.9, "The reparameterization trick", size=52, va="top", color="black")
    words = "With it, the same gradient\nat a twelfth of the variance.\n\nWhy, and when not."
    figure.text(0.05, 0.62, words, size=28, va="top", linespacing=1.4, color="black")
    figure.savefig(target)
    plt.close(figure)


def write_files(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.name != "html":
        return
    out, address = Path(app.outdir), app.config.html_baseurl
    pages = {name: app.builder.get_target_uri(name) for name in sorted(app.env.found_docs)}
    start = pages[app.config.root_doc]
    bare = functools.partial(BARE_PAGE.format, language=app.config.language)
    # The root leads to the first page by a relative address: it works anywhere.
    front = bare(
        title=escape(app.config.html_title),
        description=escape(app.config.book_description),
        head=f'\n<meta http-equiv="refresh" content="0; url={start}">',
        text=f'<a href="{start}">Open the book</a>',
    )
    # A wrong address may lie at any depth, so that only the site's own address leads back.
    lost = bare(
        title="There is no such page",
        description="There is no page at this address of the book.",
        head='\n<meta name="robots" content="noindex">',
        text=f'It may have moved. <a href="{address}{start}">Open the book</a> or'
        f' <a href="{address}search.html">search all pages</a>.',
    )
    robots = "User-agent: *\nAllow: /\n"
    if address:
        lines = "".join(f"<url><loc>{address}{page}</loc></url>\n" for page in pages.values())
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        urls = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n'
        (out / "sitemap.xml").write_text(head + urls, encoding="utf-8")
        robots += f"Sitemap: {address}sitemap.xml\n"
        draw_card(out / CARD)
    for name, text in {"index.html": front, "404.html": lost, "robots.txt": robots}.items():
        (out / name).write_text(text, encoding="utf-8")
    (out / ".nojekyll").touch()  # or a branch on GitHub Pages hides what begins with _


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("site_address", "", "html")
    app.connect("config-inited", set_address)
    app.connect("html-page-context", share, priority=900)
    app.connect("build-finished", write_files, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
