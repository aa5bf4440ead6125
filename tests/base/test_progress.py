from causattn.base import quiet, track


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
