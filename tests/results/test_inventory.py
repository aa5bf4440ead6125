import os
import time
from pathlib import Path

import pytest

from causattn.base import ArtefactError, exclusive
from causattn.results import (
    Store,
    differences,
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


@pytest.fixture
def trained(store: Store) -> Store:
    """A store in which two trainings of one model have left their checkpoints."""
    from causattn.corpora import Corpus
    from causattn.models import load_model

    texts = ["one word and another", "another word and one"] * 10
    settings = {"kind": "lstm_lm", "width": 4, "epochs": 2, "threads": 1}
    settings["checkpoints"] = str(store.folder / "checkpoints")
    for seed in (0, 1):
        load_model(settings, Corpus("words", texts), seed)
    return store


def test_checkpoints_are_listed_explained_and_pruned_like_everything_else(trained: Store) -> None:
    entries = [entry for entry in list_artefacts(trained.folder) if entry.kind == "checkpoint"]
    assert len(entries) == 2
    one = find_artefact(trained.folder, entries[0].key[:8])
    assert one.bytes > 1000
    assert one.parts["kind"] == "lstm_lm"
    assert one.parts["epochs_run"] == 2
    assert one.parts["corpus"] == "words"
    other = nearest(one, list_artefacts(trained.folder))
    assert other is not None
    assert set(differences(one, other)) == {"seed"}
    gone = prune(trained.folder, lambda entry: entry.kind == "checkpoint")
    assert {entry.key for entry in gone} == {entry.key for entry in entries}
    assert not list(trained.folder.glob("checkpoints/lstm_lm/*"))
    assert len(list_artefacts(trained.folder)) == 4


def test_a_training_that_goes_on_is_left_alone(trained: Store) -> None:
    first, second = (e for e in list_artefacts(trained.folder) if e.kind == "checkpoint")
    locks = trained.folder / "checkpoints" / ".locks"
    os.utime(locks, (0, 0))
    with exclusive(locks / f"lstm_lm-{first.key}.lock", "a training"):
        gone = prune(trained.folder, lambda entry: entry.kind == "checkpoint")
        assert locks.is_dir()
    assert [entry.key for entry in gone] == [second.key]
    assert first.folder.is_dir()


def test_sweeps_up_after_trainings_that_were_killed(trained: Store) -> None:
    kept = next(e for e in list_artefacts(trained.folder) if e.kind == "checkpoint")
    leftover = kept.folder / ".epoch-00003.1234"
    leftover.mkdir()
    os.utime(leftover, (0, 0))
    prune(trained.folder, lambda entry: False)
    assert not leftover.exists()
    assert list(kept.folder.iterdir())


@pytest.fixture
def shards(store: Store) -> Path:
    """Shards of a sum that was stopped, half a day ago."""
    folder = store.folder / "attention" / ".0123abcd.shards"
    for number in range(3):
        place = folder / "task" / f"shard-{number:06d}"
        place.mkdir(parents=True)
        (place / "sums.npz").write_text("123")
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (0, time.time() - 40_000))
    return folder


def test_shards_to_go_on_with_are_listed_and_stay(store: Store, shards: Path) -> None:
    entry = find_artefact(store.folder, "0123")
    assert (entry.kind, entry.bytes, entry.parts["shards"]) == ("shards", 9, 3)
    gone = prune(store.folder, lambda entry: entry.kind == "corpus")
    assert [entry.kind for entry in gone] == ["corpus"]
    assert len(list(shards.rglob("sums.npz"))) == 3


def test_shards_go_when_they_are_asked_for_and_nobody_adds_to_them(
    store: Store, shards: Path
) -> None:
    with exclusive(store.folder / ".locks" / "attention-0123abcd.lock", "a sum"):
        assert prune(store.folder, lambda entry: entry.kind == "shards") == []
    assert shards.is_dir()
    gone = prune(store.folder, lambda entry: entry.kind == "shards")
    assert [(entry.kind, entry.bytes) for entry in gone] == [("shards", 9)]
    assert not shards.exists()
