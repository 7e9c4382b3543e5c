"""Launch, source and issue links: shown when the repository's address is set, absent otherwise."""

import os
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config


def theme_options(address: str, branch: str) -> dict[str, Any]:
    """Return what the theme needs to link pages to the repository; nothing without an address."""
    if not address:
        return {}
    return {
        "repository_url": address,
        "repository_branch": branch,
        "use_repository_button": True,
        "use_issues_button": True,
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
            "jupyterlite_url": "../lite/notebooks/index.html",  # seen from a chapter
            "notebook_interface": "jupyterlab",
        },
    }


def add_links(app: Sphinx, config: Config) -> None:
    address = os.environ.get("RPT_BOOK_REPOSITORY", config.repository_address)
    # Jupyter Book fills in its own repository where none is given.
    for key in ("repository_url", "repository_branch", "launch_buttons"):
        config.html_theme_options.pop(key, None)
    config.html_theme_options.update(theme_options(address, config.repository_branch))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("repository_address", "", "html")
    app.add_config_value("repository_branch", "main", "html")
    app.connect("config-inited", add_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
