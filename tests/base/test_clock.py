"""Seconds of a stage, without those of compiling."""

import pytest

from causattn.base import Clock


def test_compiling_is_apart_from_the_stage_that_came_upon_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, spent = [10.0], [1.0]
    monkeypatch.setattr("causattn.base.clock.time.perf_counter", lambda: now[0])
    monkeypatch.setattr("causattn.base.clock.compiling_seconds", lambda: spent[0])
    clock = Clock()
    with clock.stage("corpus"):
        now[0] += 2
    assert clock.seconds == {"corpus_s": 2}
    for name in ("discovery", "effects"):
        with clock.stage(name):
            now[0] += 5
            spent[0] += 4
    assert clock.seconds == {"corpus_s": 2, "discovery_s": 1, "effects_s": 1, "compiling_s": 8}
