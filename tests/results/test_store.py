import errno
import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from causattn.base import ArtefactError, content_key
from causattn.results import Store


def write(value: list[int], folder: Path) -> None:
    (folder / "value.json").write_text(json.dumps(value))


def read(folder: Path) -> list[int]:
    return json.loads((folder / "value.json").read_text())


class Maker:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> list[int]:
        self.calls += 1
        return [1, 2, 3]


def test_makes_once_and_reads_afterwards(tmp_path: Path) -> None:
    store, make = Store(tmp_path), Maker()
    first = store.fetch("model", {"seed": 0}, 1, make, write, read)
    second = store.fetch("model", {"seed": 0}, 1, make, write, read)
    assert make.calls == 1
    assert first.value == second.value == [1, 2, 3]
    assert (first.reused, second.reused) == (False, True)
    assert first.key == second.key
    assert first.folder == tmp_path / "model" / first.key


@pytest.mark.parametrize(
    ("kind", "parts", "schema"),
    [("model", {"seed": 1}, 1), ("model", {"seed": 0}, 2), ("corpus", {"seed": 0}, 1)],
)
def test_other_inputs_have_another_key(
    tmp_path: Path, kind: str, parts: dict[str, int], schema: int
) -> None:
    store, make = Store(tmp_path), Maker()
    store.fetch("model", {"seed": 0}, 1, make, write, read)
    store.fetch(kind, parts, schema, make, write, read)
    assert make.calls == 2


def test_key_does_not_depend_on_the_order_of_settings(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.key("m", {"a": 1, "b": 2}, 1) == store.key("m", {"b": 2, "a": 1}, 1)
    assert content_key({"a": 1}) != content_key({"a": "1"})


def test_first_result_is_what_was_stored(tmp_path: Path) -> None:
    """A value that loses precision when written must not differ between first and second run."""
    store = Store(tmp_path)

    def coarse(value: list[float], folder: Path) -> None:
        (folder / "value.json").write_text(json.dumps([round(x, 1) for x in value]))

    first = store.fetch("a", {}, 1, lambda: [0.123], coarse, read)
    assert first.value == [0.1]


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove", "manifest"])
def test_damage_is_said_and_made_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], damage: str
) -> None:
    store, make = Store(tmp_path), Maker()
    folder = store.fetch("model", {}, 1, make, write, read).folder
    path = folder / "content" / "value.json"
    if damage == "flip":
        data = bytearray(path.read_bytes())
        data[1] ^= 1
        path.write_bytes(bytes(data))
    elif damage == "truncate":
        path.write_bytes(path.read_bytes()[:-2])
    elif damage == "remove":
        path.unlink()
    else:
        (folder / "manifest.json").write_text("{")
    assert store.fetch("model", {}, 1, make, write, read).value == [1, 2, 3]
    assert make.calls == 2
    assert "damaged and is made again" in capfd.readouterr().err
    assert store.fetch("model", {}, 1, make, write, read).reused


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def fail() -> list[int]:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        store.fetch("model", {}, 1, fail, write, read)
    assert not list(tmp_path.glob("model/*"))
    assert store.fetch("model", {}, 1, Maker(), write, read).value == [1, 2, 3]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EACCES, "cannot be written"),
        (errno.EIO, "does not answer as it should"),
    ],
)
@pytest.mark.parametrize("in_rust", [False, True])
def test_a_full_or_closed_disk_is_a_sentence(
    tmp_path: Path, number: int, words: str, in_rust: bool
) -> None:
    def fail(value: list[int], folder: Path) -> None:
        if in_rust:  # safetensors' error is no OSError
            raise RuntimeError(f"I/O error: {os.strerror(number)} (os error {number})")
        raise OSError(number, os.strerror(number))

    with pytest.raises(ArtefactError, match=words) as error:
        Store(tmp_path).fetch("model", {}, 1, Maker(), fail, read)
    assert "paths.cache" in str(error.value)
    assert not list(tmp_path.glob("model/*"))


def test_what_a_killed_maker_had_begun_is_taken_away(tmp_path: Path) -> None:
    store, kind = Store(tmp_path), tmp_path / "model"
    key = store.key("model", {}, 1)
    begun, shards, other = (kind / f".{name}" for name in (f"{key}.0fe3b6a1", f"{key}.shards", "b"))
    for folder in (begun, shards, other):
        (folder / "content").mkdir(parents=True)
    store.fetch("model", {}, 1, Maker(), write, read)
    assert not begun.exists()
    assert shards.is_dir()  # finished parts of the same artefact
    assert other.is_dir()


def _make_slowly(store: Path, log: Path, seconds: float) -> None:
    def make() -> list[int]:
        with log.open("a") as stream:
            stream.write("made\n")
        time.sleep(seconds)
        return [4]

    assert Store(store).fetch("model", {}, 1, make, write, read).value == [4]


def test_of_several_processes_one_makes_and_the_others_wait(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    arguments = (tmp_path / "store", tmp_path / "log", 1.0)
    workers = [context.Process(target=_make_slowly, args=arguments) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert (tmp_path / "log").read_text() == "made\n"


def test_a_killed_maker_does_not_block_the_next(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    log = tmp_path / "log"
    worker = context.Process(target=_make_slowly, args=(tmp_path / "store", log, 600.0))
    worker.start()
    while not log.is_file():
        time.sleep(0.02)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(60)
    start = time.perf_counter()
    made = Store(tmp_path / "store").fetch("model", {}, 1, Maker(), write, read)
    assert made.value == [1, 2, 3]
    assert time.perf_counter() - start < 10
