"""Where tables and bars are drawn by rich: what others wrote reaches no terminal as it is.

rich keeps names from being read as markup where they are given as its `Text`, but leaves control
characters in them.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook
from rich.segment import Segment

from causattn.base.saying import visible


class _Escaped:
    """What is to be drawn, whatever is no text of its own in it as escapes."""

    def __init__(self, drawn: RenderableType) -> None:
        self._drawn = drawn

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for part in console.render(self._drawn, options):
            if part.control:
                yield part
            else:
                text = "\n".join(map(visible, part.text.split("\n")))
                yield Segment(text, part.style)


class _Escaping(RenderHook):
    """A hook of a console's, which sees all that is drawn there."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Escaped(each) for each in renderables]


def terminal(width_of_a_file: int | None = None, *, error: bool = False) -> Console:
    """Return where tables are drawn: as wide as the terminal, or as a file can be read.

    Parameters
    ----------
    width_of_a_file
        Characters of a line where output is no terminal; rich's own choice where left out.
    error
        Whether it is standard error.
    """
    console = Console(highlight=False, stderr=error)
    if width_of_a_file is not None and not console.is_terminal:
        console = Console(highlight=False, stderr=error, width=width_of_a_file)
    console.push_render_hook(_Escaping())
    return console
