"""A template, its data and the bundle as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from causattn.base import ArtefactError, visible, write_text
from causattn.report.page.embedding import as_json, bundled, policy
from causattn.report.words import number


def render_page(
    template: str, title: str, data: Any, *, embedded: bool = False, **content: Any
) -> str:
    """Return a whole page.

    Parameters
    ----------
    template
        Its file name in ``templates``.
    title
        What it is called; made visible and escaped like everything else.
    data
        What its script draws, JSON-like.
    embedded
        Whether it stands inside another page, as in a notebook.
    content
        What the template shows by itself.
    """
    environment = Environment(
        loader=PackageLoader("causattn.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"visible": visible, "number": number}
    script, style = bundled("report.js"), bundled("report.css")
    return environment.get_template(template).render(
        title=visible(title),
        data=as_json(data),
        # Both come from the package's own build, and the policy allows no others.
        script=Markup(script),
        style=Markup(style),
        policy=policy(script=script, style=style),
        embedded=embedded,
        **content,
    )


def write_page(path: Path, page: str) -> Path:
    """Write a page and return its path; folders are made.

    Raises
    ------
    ArtefactError
        Where the place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, page)
    except OSError as error:
        raise ArtefactError(
            f"The page {path} cannot be written ({error.strerror}); choose another place "
            "(--output)."
        ) from None
    return path
