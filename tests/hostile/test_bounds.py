"""Small files that ask for much memory or time, and files that lead out of their folder."""

import csv
import gzip
import io
import json
import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from causattn.base import (
    ArtefactError,
    CausattnError,
    DataError,
    csv_cell,
    inside,
    own_folder,
    read_arrays,
    read_yaml,
    unzipped,
)
from causattn.cli import main
from causattn.corpora import load_corpus, load_network
from causattn.results import collect_runs

BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{k}: &a{k} [{','.join([f'*a{k - 1}'] * 10)}]\n" for k in range(1, 9)
)


@pytest.fixture
def small_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if 4 MB were free."""
    monkeypatch.setattr("causattn.base.bounded.memory_room", lambda: 4_000_000)


def load(path: Path):
    return load_corpus({"kind": "file", "path": str(path)}, 0)


@pytest.mark.usefixtures("small_room")
def test_gzip_bombs(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"text\n" + b"a" * 20_000_000))
    with pytest.raises(DataError, match="unpacks to more than 4 MB"):
        load(path)
    network = tmp_path / "a.bif.gz"
    network.write_bytes(gzip.compress(b" " * 20_000_000))
    with pytest.raises(DataError, match="unpacks to more than 4 MB"):
        load_network(str(network))


def test_sound_gzip_of_several_members() -> None:
    data = b"text\nabc\n" * 1000
    parts = gzip.compress(data[:100]) + gzip.compress(data[100:])
    assert unzipped(parts, "x") == data
    with pytest.raises(DataError, match="no whole gzip file"):
        unzipped(parts[:-5], "x")


@pytest.mark.usefixtures("small_room")
@pytest.mark.parametrize(
    "kind", ["nulls", "repeated text", "dictionary", "long text", "in lists", "many rows"]
)
def test_parquet_bombs(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    columns = {
        "nulls": {"text": pa.nulls(1_000_000, pa.string())},
        "repeated text": {"text": pa.array(["x" * 100_000] * 1000)},
        "dictionary": {"text": pa.array(["x" * 100_000] * 1000).dictionary_encode()},
        "long text": {"text": pa.array(["x" * 100_000] * 1000, pa.large_string())},
        "in lists": {"text": pa.array([[{"a": "x" * 100_000}]] * 1000)},
        "many rows": {"text": pa.array(["a"] * 100_000), "b": pa.array([1] * 100_000)},
    }[kind]
    pq.write_table(pa.table(columns), path)
    assert path.stat().st_size < 300_000
    with pytest.raises(DataError, match="rows that take about"):
        load(path)


def test_a_sound_parquet_file_is_read_as_before(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"text": ["a", "b"], "n": [1, 2]}).to_parquet(path)
    assert list(load(path).texts) == ["a", "b"]


@pytest.mark.usefixtures("small_room")
def test_arrays_that_are_larger_than_their_file(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, a=np.zeros((10, 1_000_000)))
    with pytest.raises(ArtefactError, match="take 80 MB"):
        read_arrays(path)
    header = io.BytesIO()
    about = {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**6)}
    np.lib.format.write_array_header_1_0(header, about)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", header.getvalue() + bytes(80))
    with pytest.raises(ArtefactError, match="header does not fit"):
        read_arrays(path)


def test_arrays_come_back(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, a=np.arange(6).reshape(2, 3).T, empty=np.zeros((3, 0)), word=np.array("x"))
    found = read_arrays(path)
    assert found["a"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert found["empty"].shape == (3, 0)
    assert found["word"] == "x"


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "a: &a [*a]",
        BOMB.replace("[*", "{<<: [*").replace("]\n", "]}\n").replace("x]}", "x]"),
        "[" * 200_000,
        "{a: " * 200_000,
        "- " * 200_000 + "x",
        "a" * 5_000_000,
    ],
)
def test_yaml_bombs(text: str) -> None:
    began = time.process_time()
    with pytest.raises(ArtefactError):
        read_yaml(text, "config.yaml")
    assert time.process_time() - began < 3


def test_references_within_bounds_are_followed() -> None:
    assert read_yaml("a: &one [1, 2]\nb: *one\nc: 'a * b'", "x")["b"] == [1, 2]


def test_a_bomb_in_a_run_is_a_damaged_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "sweep" / "run"
    run.mkdir(parents=True)
    (run / "config.yaml").write_text(BOMB)
    (run / "UNFINISHED").write_text("{}")
    began = time.process_time()
    assert main(["collect", "sweep"]) == 0
    assert "1 damaged" in capsys.readouterr().out
    assert main(["report", "sweep/run"]) == 2
    assert main(["run", "-cd", "sweep", "corpus=asia"]) == 2
    assert "references" in capsys.readouterr().err
    assert time.process_time() - began < 20


NET = "network x {\n}\nvariable a {\n  type discrete [ 2 ] { y, n };\n}\nprobability ( a ) {\n%s}\n"


@pytest.mark.parametrize(
    "text",
    [
        NET % ("table" + " " * 200_000 + "0.5, 0.5;\n"),
        NET % "  table 0.5, 0.5;\n" + " " * 200_000,
    ],
)
def test_spaces_in_a_network_take_no_time(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.bif"
    path.write_text(text)
    began = time.process_time()
    assert load_network(str(path)).variables == ("a",)
    assert time.process_time() - began < 2


@pytest.mark.slow
@pytest.mark.parametrize("fill", [" ", "\n", "\t"])
def test_spaces_in_a_broken_network_take_no_time(fill: str, tmp_path: Path) -> None:
    path = tmp_path / "a.bif"
    path.write_text(NET % ("table" + fill * 200_000))
    began = time.process_time()
    with pytest.raises(DataError, match="no readable BIF file"):
        load_network(str(path))
    assert time.process_time() - began < 60  # with pgmpy's import


def test_a_table_of_forty_parents_is_refused(tmp_path: Path) -> None:
    names = [f"v{k}" for k in range(41)]
    variables = "".join(f"variable {n} {{\n  type discrete [ 2 ] {{ y, n }};\n}}\n" for n in names)
    tables = "".join(f"probability ( {n} ) {{\n  table 0.5, 0.5;\n}}\n" for n in names[:-1])
    last = f"probability ( v40 | {', '.join(names[:-1])} ) {{\n  default 0.5, 0.5;\n}}\n"
    path = tmp_path / "a.bif"
    path.write_text(f"network x {{\n}}\n{variables}{tables}{last}")
    with pytest.raises(DataError, match="give it fewer parents"):
        load_network(str(path))


GRAPHML = (
    '<?xml version="1.0"?>\n<!DOCTYPE g [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 10))
    + ']>\n<graphml><graph edgedefault="directed"><node id="&a9;"/></graph></graphml>'
)
OUTSIDE = (
    '<?xml version="1.0"?>\n<!DOCTYPE g [<!ENTITY a SYSTEM "file:///etc/hostname">]>\n'
    '<graphml><graph edgedefault="directed"><node id="&a;"/></graph></graphml>'
)
TRUTHS = {
    "a.graphml": GRAPHML,
    "b.graphml": OUTSIDE,
    "c.gml": "graph [" * 50_000,
    "d.json": '{"a":' * 100_000,
    "e.json": '{"names": ["a"], "marks": []}',
    "f.csv": "source,target\n" + "".join(f"a{k},b{k}\n" for k in range(15_000)),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_graphs_that_hold_too_much(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(TRUTHS[name])
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3,4\n5,7\n")
    settings = {"kind": "table", "path": str(tmp_path / "a.csv"), "truth": str(tmp_path / name)}
    began = time.process_time()
    with pytest.raises(CausattnError) as caught:
        load_corpus(settings, 0)
    assert "\n" not in str(caught.value)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "header",
    [struct.pack("<Q", 2**62) + b"{}", struct.pack("<Q", 10**6) + b"[" * 10**6, b"", b"\0" * 7],
)
def test_headers_of_weights(header: bytes, tmp_path: Path) -> None:
    from safetensors import SafetensorError, safe_open

    path = tmp_path / "model.safetensors"
    path.write_bytes(header)
    with pytest.raises(SafetensorError):
        safe_open(path, framework="pt").__enter__()


def test_a_record_names_no_file_outside_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "attention"
    folder.mkdir()
    (tmp_path / "x.npz").write_bytes(b"")
    (folder / "link.npz").symlink_to(tmp_path / "x.npz")
    for name in ("../x.npz", str(tmp_path / "x.npz"), "link.npz", "a/../../x.npz", 3):
        with pytest.raises(ArtefactError, match="does not lie in it"):
            inside(folder, name)
    assert inside(folder, "doc_1.npz") == folder / "doc_1.npz"


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "figures").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArtefactError, match="is a link"):
        own_folder(tmp_path / "figures")
    assert own_folder(tmp_path / "new").is_dir()


def test_no_cell_of_a_table_is_a_formula(tmp_path: Path) -> None:
    run = tmp_path / "sweep" / "=cmd()"
    run.mkdir(parents=True)
    (run / "config.yaml").write_text("corpus:\n  name: '@SUM(1)'\n  path: -x\n  n: -3\n")
    (run / "UNFINISHED").write_text(json.dumps({"status": "failed", "reason": "+1 and\t-2"}))
    found = collect_runs(tmp_path / "sweep", tmp_path / "runs")
    with found.csv.open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["folder"] == "'=cmd()"
    assert row["reason"] == "'+1 and\t-2"
    assert row["config.corpus.name"] == "'@SUM(1)"
    assert row["config.corpus.path"] == "'-x"
    assert row["config.corpus.n"] == "-3"
    assert pd.read_parquet(found.parquet)["folder"][0] == "=cmd()"
    assert csv_cell("\tx") == "'\tx"
    assert csv_cell(-1.5) == -1.5
