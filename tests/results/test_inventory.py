import os
from pathlib import Path

import pytest

from causattn.base import ArtefactError
from causattn.results import (
    Store,
    differences,
    exclusive,
    find_artefact,
    list_artefacts,
    nearest,
    prune,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    for seed, width in ((0, 64), (1, 64), (5, 32)):
        add(store, "model", {"seed": seed, "settings": {"width": width, "heads": 4}})
    add(store, "corpus", {"seed": 0})
    return store


def add(store: Store, kind: str, parts: dict[str, object]) -> None:
    store.fetch(
        kind,
        parts,
        1,
        lambda: "x",
        lambda value, folder: (folder / "a.txt").write_text(value),
        lambda folder: (folder / "a.txt").read_text(),
    )


def test_lists_all(store: Store) -> None:
    entries = list_artefacts(store.folder)
    assert sorted(entry.kind for entry in entries) == ["corpus", "model", "model", "model"]
    assert all(entry.bytes > 0 for entry in entries)


def test_explains_a_key_by_its_nearest(store: Store) -> None:
    entries = list_artefacts(store.folder)
    key = store.key("model", {"seed": 0, "settings": {"width": 64, "heads": 4}}, 1)
    entry = find_artefact(store.folder, key[:8])
    other = nearest(entry, entries)
    assert other is not None
    assert differences(entry, other) == {"seed": (0, 1)}


def test_an_unknown_or_short_key_is_a_sentence(store: Store) -> None:
    with pytest.raises(ArtefactError, match="has no artefact xyz"):
        find_artefact(store.folder, "xyz")
    with pytest.raises(ArtefactError, match="give more digits"):
        find_artefact(store.folder, "")


def test_prunes_what_is_unwanted_and_nothing_else(store: Store) -> None:
    gone = prune(store.folder, lambda entry: entry.kind == "model")
    assert len(gone) == 3
    assert [entry.kind for entry in list_artefacts(store.folder)] == ["corpus"]


def test_leaves_alone_what_is_being_made(store: Store) -> None:
    key = store.key("corpus", {"seed": 0}, 1)
    with exclusive(store.folder / ".locks" / f"corpus-{key}.lock", "the corpus"):
        gone = prune(store.folder, lambda entry: True)
    assert sorted(entry.kind for entry in gone) == ["model", "model", "model"]


def test_sweeps_up_after_killed_processes(store: Store) -> None:
    old, new = store.folder / "model" / ".old.1234", store.folder / "model" / ".new.1234"
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (0, 0))
    prune(store.folder, lambda entry: False)
    assert not old.exists()
    assert new.exists()
