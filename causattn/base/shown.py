"""Results that show themselves (`Shown`), and nested mappings under dotted keys (`flat`)."""

from __future__ import annotations

import html
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from causattn.base.saying import say

if TYPE_CHECKING:
    import pandas as pd

_ROWS = 12
_WIDEST = 120


class Shown(ABC):
    """A result with a `summary` and, where it has rows, a `to_frame`.

    It shows itself in a notebook as a table and elsewhere as text; printed, it is one line.
    """

    def __repr__(self) -> str:
        said = ", ".join(f"{key}={_short(value)}" for key, value in _entries(self.summary()))
        return f"{type(self).__name__}({said})"

    @abstractmethod
    def summary(self) -> dict[str, Any]:
        """Return what is to be known of it at a glance, JSON-like."""

    def to_frame(self) -> pd.DataFrame | None:
        """Return its rows, None where it has none."""
        return None

    def show(self) -> Any:
        """Show the summary and the first rows, as a table where a notebook is listening."""
        listening = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        if listening is not None:
            from IPython.display import HTML, display

            display(HTML(self._repr_html_()))
            return
        say(type(self).__name__)
        for key, value in _entries(self.summary()):
            say(f"  {key}: {_short(value)}")
        if (frame := self.to_frame()) is not None:
            say(frame.head(_ROWS).to_string(index=False, max_colwidth=_WIDEST))
            if len(frame) > _ROWS:
                say(f"... {len(frame)} rows in all")

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(key)}</th><td>{html.escape(_short(value))}</td></tr>"
            for key, value in _entries(self.summary())
        )
        said = f"<b>{html.escape(type(self).__name__)}</b><table>{rows}</table>"
        if (frame := self.to_frame()) is None:
            return said
        more = f"<p>{len(frame)} rows in all</p>" if len(frame) > _ROWS else ""
        return said + frame.head(_ROWS).to_html(index=False, border=0, escape=True) + more


def flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield a nested mapping's values with dotted keys, empty mappings as they are."""
    for key, item in value.items():
        if isinstance(item, Mapping) and item:
            yield from flat(item, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", item


def _entries(summary: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the entries of a summary; what is empty is left out."""
    for key, value in flat(summary):
        if value not in (None, "", [], (), {}):
            yield key, value


def _short(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 4]} ..."
