from pathlib import Path

import pytest

from causattn.report import present_run
from causattn.report.page import presented


@pytest.mark.parametrize(
    "error", [MemoryError(), ValueError("no room\nfor this"), OSError(28, "full")]
)
def test_a_picture_that_fails_fails_nothing_else(
    recorded_run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error
) -> None:
    run = recorded_run(documents=1, sample=5)
    page = run.folder / "report.html"
    page.unlink(missing_ok=True)

    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(presented, "record_attention", fail)
    monkeypatch.setattr(presented, "draw_figures", fail)
    present_run(run, run.material, None)
    assert page.is_file()
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "The run's figures could not be drawn" in lines[1]
    assert type(error).__name__ in lines[1]
    assert str(Path(run.folder)) in lines[1]


def test_an_interruption_is_no_failed_picture(
    recorded_run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = recorded_run(documents=1, sample=5)

    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(presented, "draw_figures", stop)
    with pytest.raises(KeyboardInterrupt):
        present_run(run, run.material, None)
