"""``causattn explain WORD`` and ``causattn run --help``: what groups, options and keys mean."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import yaml

from causattn.base import MISSING, ConfigError, nearest_name, say
from causattn.cli import compose
from causattn.cli.compose import ROOMS, first_sentence, groups
from causattn.cli.key_meanings import (
    ExplainedKey,
    common_keys,
    option_keys,
    option_meaning,
    options_in,
)
from causattn.cli.main import Parser, parse
from causattn.cli.troubles import PREFIX, trouble_lines

GROUP_WORDS = {
    "corpus": "the documents, or a table without any",
    "model": "whose attention is read: trained here, from a folder or from the hub; or none",
    "features": "what in the documents becomes a variable",
    "attention": "how attention is read, and summed over the corpus",
    "attribution": "another explainer that proposes pairs in place of attention",
    "candidates": "which pairs of variables discovery may join",
    "discovery": "which algorithm finds the graph",
    "effects": "what every edge is put to: effects, refuters, interventions",
    "graph": "what the nodes are: features of documents, or parts of the model",
    "experiment": "several choices at once, each a ready study",
    "launcher": "where the jobs of a sweep run",
}
_WIDTH = 96
_HEADER = (
    "causattn turns the attention of a transformer over a corpus into a causal graph, every edge "
    "checked. One study: causattn run; every combination of choices: causattn sweep."
)


def explain(arguments: list[str]) -> int:
    """Say what each word means."""
    parser = Parser(
        prog="causattn explain",
        description="What a group, an option, a key, a contribution, a metric or a column of the "
        "evidence table means.",
        epilog="Such as: causattn explain discovery; discovery=pc; discovery.alpha; alpha; seed; "
        "shd; data_estimate; errors (common messages: cause and mend).",
    )
    parser.add_argument("words", nargs="+", metavar="WORD", help="what is to be explained")
    given = parse(parser, arguments)
    if given is None:
        return 0
    for word in given.words:
        for line in explained(word):
            say(line)
    return 0


def explained(word: str) -> list[str]:
    """Return lines that say what a word means.

    Raises
    ------
    ConfigError
        Where it is none that is known.
    """
    if word == PREFIX or word.startswith(f"{PREFIX}."):
        return trouble_lines(word)
    lines = [line for found in _places(word) for line in found]
    if lines:
        return lines
    known = [*groups(), *(key.name for key in common_keys()), *ROOMS, *_short_keys(), *_columns()]
    known += [name for room in ROOMS.values() for name in room.load()]
    near = nearest_name(word, dict.fromkeys(known))
    raise ConfigError(
        f"causattn knows no {word}; "
        + (f"did you mean {near}?" if near else "causattn run --help lists groups and keys.")
    )


def _places(word: str) -> Iterator[list[str]]:
    """Yield what a word means as each of the things that it may be."""
    group, equals, option = word.partition("=")
    if equals and group in groups():
        if option in options_in(group):
            yield _option_lines(group, option)
        return
    if word in groups():
        yield _group_lines(word)
        return
    room, dot, key = word.partition(".")
    if dot and room in groups():
        yield _key_lines(key, [room])
        return
    named = f"{word}."
    yield _entries(key for key in common_keys() if f"{key.name}.".startswith(named))
    yield _key_lines(word, groups())
    for name, listing in ROOMS.items():
        registry = listing.load()
        if word in registry and listing.group is None:
            yield [f"{word} ({name})", *_wrapped(first_sentence(registry[word].__doc__), 2)]
    for group in groups():
        if word in options_in(group):
            yield _option_lines(group, word)
    if word in (columns := _columns()):
        yield [f"{word} (column of the evidence table)", *_wrapped(columns[word], 2)]


def say_help(arguments: Sequence[str]) -> bool:
    """Say what ``--help`` does; False with flags of Hydra's, whose help is its own."""
    flags = {text for text in arguments if text.startswith("-")}
    if not flags <= {"--help", "-h"}:
        return False
    say("\n".join(run_help([text for text in arguments if text not in flags])))
    return True


def run_help(overrides: Sequence[str]) -> list[str]:
    """Return what ``causattn run --help`` says: groups with their options, keys with their meaning.

    Parameters
    ----------
    overrides
        The choices whose keys are explained: ``discovery=ges`` explains those of GES.
    """
    from omegaconf import OmegaConf

    config = OmegaConf.to_container(compose.compose_config(overrides), resolve=False)
    assert isinstance(config, dict)
    lines = [
        *_wrapped(_HEADER, 0),
        "",
        "== Groups: choose with group=option (causattn explain GROUP says what each is) ==",
        "",
    ]
    for group in groups():
        lines += _wrapped(f"{group}: {', '.join(options_in(group))}", 0, more=4)
        lines += _wrapped(GROUP_WORDS.get(group, ""), 4)
    lines += ["", "== Configuration: change anything with key=value ==", ""]
    lines += _entries(common_keys())
    for group in groups():
        chosen = config.get(group)
        kind = chosen.get("kind") if isinstance(chosen, dict) else None
        if not isinstance(chosen, dict) or kind not in options_in(group):
            continue
        meanings = {key.name: key.meaning for key in option_keys(group, str(kind))}
        lines += ["", f"-- {group}={kind}: {_cut(option_meaning(group, str(kind)))}"]
        lines += _entries(
            ExplainedKey(f"{group}.{key}", value, meanings[f"{group}.{key}"])
            for key, value in chosen.items()
            if f"{group}.{key}" in meanings
        )
    return [
        *lines,
        "",
        "causattn run --help discovery=ges explains the keys of GES, causattn explain a word.",
        "causattn run --hydra-help shows Hydra's own flags.",
        'eval "$(causattn run -sc install=bash)" completes groups and keys with the tab key.',
    ]


def _group_lines(group: str) -> list[str]:
    lines = _wrapped(f"{group}: {GROUP_WORDS.get(group, '')}", 0)
    for option in options_in(group):
        lines += _wrapped(f"{group}={option}: {_cut(option_meaning(group, option))}", 2, more=4)
    return lines


def _option_lines(group: str, option: str) -> list[str]:
    lines = _wrapped(f"{group}={option}: {option_meaning(group, option)}", 0)
    return lines + [f"  {line}" for line in _entries(option_keys(group, option))]


def _key_lines(key: str, places: Iterable[str]) -> list[str]:
    """Return what a key means in each option that has it, options that mean the same together."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for group in places:
        for option in options_in(group):
            for entry in option_keys(group, option):
                if entry.name == f"{group}.{key}":
                    same = (entry.name, entry.meaning, _written(entry.value))
                    found.setdefault(same, []).append(option)
    lines = []
    for (name, meaning, value), options in found.items():
        lines += [f"{name}={value}", *_wrapped(meaning, 4)]
        lines += _wrapped(f"in {name.partition('.')[0]}={', '.join(options)}", 4)
    return lines


def _short_keys() -> Iterator[str]:
    for group in groups():
        for option in options_in(group):
            for entry in option_keys(group, option):
                yield entry.name
                yield entry.name.partition(".")[2]


def _columns() -> dict[str, str]:
    from causattn.effects import evidence_columns

    return {column.name: column.meaning for column in evidence_columns()}


def _entries(keys: Iterable[ExplainedKey]) -> list[str]:
    """Return keys with their values, and below those that are explained together what they mean."""
    lines = []
    for meaning, together in groupby(keys, lambda key: key.meaning):
        lines += [f"{key.name}={_written(key.value)}" for key in together]
        lines += _wrapped(meaning, 4)
    return lines


def _written(value: Any) -> str:
    """Return a value as it stands in a configuration."""
    if value == MISSING:
        return "(needed)"
    if isinstance(value, str):
        return value
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True)
    return str(text).split("\n...")[0].strip()


def _wrapped(text: str, indent: int, more: int | None = None) -> list[str]:
    before, behind = " " * indent, " " * (indent if more is None else more)
    return textwrap.wrap(text, _WIDTH, initial_indent=before, subsequent_indent=behind)


def _cut(text: str) -> str:
    """Return the first sentence."""
    return text.split(". ")[0].rstrip(".") + "."
