"""How Sphinx makes the site (``make docs``): the pages where they stand, the names of each room.

The source folder is the checkout's top, so that a link from one page to another is the same on
the site as in the repository.
"""

import os
import re
from pathlib import Path
from typing import Any

import causattn

os.environ |= {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
ROOT = Path(__file__).resolve().parents[1]

project = "causattn"
release = causattn.__version__
copyright = "the authors of causattn, Apache-2.0"
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md", "experiments/**.md", "results/**.md"]
exclude_patterns = ["results/runs", "results/sweeps", "results/cache", "results/short"]

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
myst_heading_anchors = 4
myst_enable_extensions = ["dollarmath"]
autodoc_default_options = {"members": True}
autodoc_member_order = "groupwise"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
toc_object_entries_show_parents = "hide"
napoleon_google_docstring = False
napoleon_use_ivar = True
# An attribute's name is looked up among all classes; where several have it there is no link.
suppress_warnings = ["ref.python"]

nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "build" / "notebooks")
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_output_stderr = "remove"  # progress

html_theme = "pydata_sphinx_theme"
html_title = "causattn"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = ["index.html"]
html_theme_options = {"navigation_depth": 2, "show_toc_level": 2}


def _write_reference() -> None:
    """Write a page for the front door and one for each room, from its ``__init__``."""
    package = Path(causattn.__file__).parent
    rooms = sorted(path.parent.name for path in package.glob("*/__init__.py"))
    folder = ROOT / "docs" / "reference"
    folder.mkdir(exist_ok=True)
    for name in ["causattn", *(f"causattn.{room}" for room in rooms)]:
        text = f"# {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n```\n"
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _bars(app: Any, what: str, name: str, of: Any, options: Any, lines: list[str]) -> None:
    """Keep ``|z|`` in a docstring, which reStructuredText takes for a name to replace."""
    lines[:] = [re.sub(r"(``.*?``)|\|", lambda found: found[1] or r"\|", line) for line in lines]


def _skipped(app: Any, what: str, name: str, of: Any, skip: bool, options: Any) -> bool | None:
    """Leave out the fields of a named tuple, of which Python says their numbers only."""
    return True if str(getattr(of, "__doc__", "")).startswith("Alias for field number") else None


def setup(app: Any) -> None:
    """Sphinx's own hook."""
    _write_reference()
    app.connect("autodoc-process-docstring", _bars)
    app.connect("autodoc-skip-member", _skipped)
