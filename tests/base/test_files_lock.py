import threading
import time
from pathlib import Path

import pytest

from causattn.base import ArtefactError, exclusive


def test_a_held_lock_can_be_refused(tmp_path: Path) -> None:
    with (
        exclusive(tmp_path / "a.lock", "a run"),
        pytest.raises(ArtefactError, match="is busy with the same"),
        exclusive(tmp_path / "a.lock", "the same", wait=False),
    ):
        pass


def test_waiting_says_for_whom(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    order = []

    def second() -> None:
        with exclusive(tmp_path / "a.lock", "the model"):
            order.append("second")

    with exclusive(tmp_path / "a.lock", "the model"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    said = capfd.readouterr().err
    assert said.startswith("Process ")
    assert "is busy with the model; waiting for it." in said


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ArtefactError, match="cannot be locked"),
        exclusive(tmp_path / "file" / "a.lock", "x"),
    ):
        pass


def test_a_note_that_cannot_be_removed_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with exclusive(tmp_path / "a.lock", "a run"):
        monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.undo()
    with exclusive(tmp_path / "a.lock", "a run", wait=False):  # the lock itself was given back
        pass
