"""A small table as Markdown and as LaTeX (booktabs)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from causattn.base import visible

_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "–": "--",
    "≥": r"$\geq$",
    "<": r"$<$",
    ">": r"$>$",
    "…": r"\dots{}",
    "−": "$-$",
}


@dataclass(frozen=True)
class Cell:
    """One cell's text, and whether it stands out."""

    text: str
    bold: bool = False


@dataclass(frozen=True)
class TableRows:
    """A table for people.

    Parameters
    ----------
    name
        Stem of its files.
    caption
        One sentence.
    headers
        The columns' titles.
    rows
        Cells by row.
    rules
        Rows before which a line is drawn.
    """

    name: str
    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    rules: Sequence[int] = field(default_factory=tuple)

    def markdown(self) -> str:
        """Return the table as GitHub's Markdown."""
        lines = [
            "| " + " | ".join(map(_markdown, self.headers)) + " |",
            "|" + "|".join(["---", *["---:"] * (len(self.headers) - 1)]) + "|",
        ]
        for row in self.rows:
            shown = [f"**{_markdown(c.text)}**" if c.bold else _markdown(c.text) for c in row]
            lines.append("| " + " | ".join(shown) + " |")
        return "\n".join(lines)

    def latex(self) -> str:
        """Return the table as LaTeX that needs the package booktabs."""
        columns = "l" + "r" * (len(self.headers) - 1)
        lines = [
            "% needs \\usepackage{booktabs}",
            "\\begin{table}",
            "  \\centering",
            f"  \\caption{{{latex(self.caption)}}}",
            f"  \\label{{tab:{re.sub(r'[^a-z0-9]+', '-', self.name.lower())}}}",
            f"  \\begin{{tabular}}{{{columns}}}",
            "    \\toprule",
            "    " + " & ".join(map(latex, self.headers)) + r" \\",
            "    \\midrule",
        ]
        for place, row in enumerate(self.rows):
            if place in self.rules and place:
                lines.append("    \\midrule")
            shown = [f"\\textbf{{{latex(c.text)}}}" if c.bold else latex(c.text) for c in row]
            lines.append("    " + " & ".join(shown) + r" \\")
        lines += ["    \\bottomrule", "  \\end{tabular}", "\\end{table}"]
        return "\n".join(lines) + "\n"


def latex(text: str) -> str:
    """Return text with everything escaped that LaTeX would read as a command."""
    return "".join(_LATEX.get(character, character) for character in visible(text))


def _markdown(text: str) -> str:
    """Return text with everything escaped that Markdown or HTML would read."""
    shown = visible(text).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_|\[\]])", r"\\\1", shown)
