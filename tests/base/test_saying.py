import sys
from importlib import import_module

from causattn.base import held_apart, progress, quiet, track, visible_sentence

progress_module = import_module("causattn.base.saying")


def test_items_pass_through_and_a_log_gets_two_lines(capsys):
    with quiet(False):
        assert list(track([1, 2, 3], "counting", unit="numbers")) == [1, 2, 3]
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "counting ..."
    assert lines[1].startswith("counting: 3 numbers in ")


def test_quiet_is_silent(capsys):
    with quiet():
        assert list(track(iter([1, 2]), "counting")) == [1, 2]
    assert capsys.readouterr().err == ""


def test_a_long_log_tells_rate_and_time_left(capsys, monkeypatch):
    clock = iter(range(0, 10_000, 50))
    monkeypatch.setattr(progress_module.time, "perf_counter", lambda: float(next(clock)))
    with quiet(False), progress("reading", total=100, unit="documents", done=40) as advance:
        advance(10)  # 50 s after the start: too early for a line
        advance(10)
        advance(40)
    assert capsys.readouterr().err.splitlines() == [
        "reading ...",
        "reading: 60 of 100 documents, 0.2 documents/s, 0:03:20 left",
        "reading: 100 documents in 200.0 s",
    ]


def test_a_terminal_gets_a_bar_that_starts_where_the_work_was_left(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with quiet(False), progress("reading", total=100, unit="documents", done=40) as advance:
        advance(60)
    shown = capsys.readouterr().err
    assert "100/100" in shown
    assert "documents/s" in shown


def test_names_from_right_to_left_are_held_apart_and_stay_so():
    assert held_apart("price") == "price"
    assert held_apart("\u05d0\u05d1\x1b", 4) == "\u2068\u05d0\u05d1\\\u2026\u2069"
    assert visible_sentence(held_apart("\u0645") + " and b\x1b") == "\u2068\u0645\u2069 and b\\x1b"
    assert visible_sentence("a\u2069b") == "a\\u2069b"  # not opened: somebody else's
