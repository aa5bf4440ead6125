import pytest

from causattn.base import (
    ArtefactError,
    check_artefact,
    content_key,
    new_artefact,
    read_json,
    write_json,
    write_text,
)


def test_an_artefact_appears_whole(tmp_path):
    place = tmp_path / "thing"
    with new_artefact(place, "thing", 1, {"seed": 3}) as folder:
        (folder / "a.txt").write_text("a")
        assert not place.exists()
    manifest = check_artefact(place, "thing", 1)
    assert manifest["about"] == {"seed": 3}
    assert set(manifest["files"]) == {"a.txt"}
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]


def test_an_artefact_that_fails_leaves_nothing(tmp_path):
    with (
        pytest.raises(RuntimeError, match="half"),
        new_artefact(tmp_path / "thing", "thing", 1) as folder,
    ):
        (folder / "a.txt").write_text("a")
        raise RuntimeError("half")
    assert list(tmp_path.iterdir()) == []


def test_the_first_writer_wins(tmp_path):
    for text in ("first", "second"):
        with new_artefact(tmp_path / "thing", "thing", 1) as folder:
            (folder / "a.txt").write_text(text)
    assert (tmp_path / "thing" / "a.txt").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]


@pytest.mark.parametrize("harm", ["flip", "cut", "remove", "kind", "schema", "manifest"])
def test_damage_is_noticed(tmp_path, harm):
    place = tmp_path / "thing"
    with new_artefact(place, "thing", 1) as folder:
        (folder / "a.bin").write_bytes(bytes(range(100)))
    file = place / "a.bin"
    if harm == "flip":
        content = bytearray(file.read_bytes())
        content[50] ^= 1
        file.write_bytes(content)
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:-1])
    elif harm == "remove":
        file.unlink()
    elif harm == "manifest":
        (place / "manifest.json").write_text("{")
    kind, schema = ("other" if harm == "kind" else "thing"), (2 if harm == "schema" else 1)
    with pytest.raises(ArtefactError):
        check_artefact(place, kind, schema)


def test_json_is_written_by_rename_and_kept_on_failure(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"名": 1})
    assert "名" in path.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="JSON"):
        write_json(path, {"x": float("nan")})
    assert read_json(path) == {"名": 1}
    write_text(path, "no json")
    with pytest.raises(ArtefactError, match="not valid JSON"):
        read_json(path)
    with pytest.raises(ArtefactError, match="no file"):
        read_json(tmp_path / "absent.json")
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_content_key_sees_values_not_order():
    assert content_key({"a": 1, "b": 2}) == content_key({"b": 2, "a": 1})
    assert content_key({"a": 1}) != content_key({"a": 2})
    assert content_key({"a": 1}) != content_key({"a": "1"})


def test_each_bit_of_a_manifest_is_guarded(tmp_path):
    place = tmp_path / "thing"
    with new_artefact(place, "thing", 1, {"seed": 3, "parts": {"a": 1.5}}) as folder:
        (folder / "a.txt").write_text("a")
    manifest = place / "manifest.json"
    content = manifest.read_bytes()
    before = check_artefact(place, "thing", 1)
    for bit in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        manifest.write_bytes(damaged)
        with pytest.raises(ArtefactError):
            check_artefact(place, "thing", 1)
    manifest.write_bytes(content)
    assert check_artefact(place, "thing", 1) == before


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        '{"giles": {}}',
        '{"kind": "thing", "schema": 1, "about": {}, "files": {}}',
        '{"kind": "thing", "schema": 1, "about": {}, "files": ["a.txt"]}',
        '{"kind": "thing", "schema": 1, "about": [], "files": {"a.txt": "0"}}',
        '{"kind": "thing", "schema": 1, "about": {}, "files": {"a.txt": 0}}',
        '{"kind": "thing", "schema": 1, "about": {}, "files": {"../a.txt": "0"}}',
        '{"kind": "thing", "schema": 1, "about": {}, "files": {"/etc/hosts": "0"}}',
        "[" * 100_000,
        "1" * 10_000,
    ],
)
def test_what_is_no_manifest_is_a_sentence(tmp_path, text):
    place = tmp_path / "thing"
    with new_artefact(place, "thing", 1) as folder:
        (folder / "a.txt").write_text("a")
    (place / "manifest.json").write_text(text)
    with pytest.raises(ArtefactError, match=r"manifest\.json"):
        check_artefact(place, "thing", 1)


def test_a_manifest_of_an_older_version_has_no_checksum_of_its_own(tmp_path):
    place = tmp_path / "thing"
    with new_artefact(place, "thing", 1) as folder:
        (folder / "a.txt").write_text("a")
    manifest = read_json(place / "manifest.json")
    del manifest["checksum"]
    write_json(place / "manifest.json", manifest)
    assert check_artefact(place, "thing", 1)["files"].keys() == {"a.txt"}
