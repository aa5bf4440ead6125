"""Reports about reading Bayesian networks (the table in README.md names each)."""

from pathlib import Path

import numpy as np
import pytest

from causattn.corpora import load_network

ALARM = """network unknown {
}
variable Alarm {
  type discrete [ 2 ] { True, False };
}
variable JohnCalls {
  type discrete [ 2 ] { True, False };
}
probability ( Alarm ) {
  table 0.1, 0.9;
}
probability ( JohnCalls | Alarm ) {
%s
}
"""


def read(text: str, folder: Path):
    path = folder / "net.bif"
    path.write_text(text, encoding="utf-8")
    return load_network(str(path))


def test_rows_are_read_by_their_states(tmp_path: Path) -> None:
    """pgmpy/pgmpy#1022 and #1053"""
    first = read(ALARM % "  (True) 0.9, 0.1;\n  (False) 0.05, 0.95;", tmp_path)
    other = read(ALARM % "  (False) 0.05, 0.95;\n  (True) 0.9, 0.1;", tmp_path)
    assert first.states[1] == ("True", "False")
    assert np.allclose(first.tables[1], [[0.9, 0.1], [0.05, 0.95]])
    assert (first.tables[1] == other.tables[1]).all()


def test_alarm_as_it_is_published() -> None:
    """pgmpy/pgmpy#1093: rows of three parents, the first turning fastest"""
    alarm = load_network("alarm")
    press = alarm.variables.index("PRESS")
    above = [alarm.variables[k] for k in alarm.parents[press]]
    codes = {
        name: {state: k for k, state in enumerate(alarm.states[alarm.variables.index(name)])}
        for name in above
    }
    assert above == ["INTUBATION", "KINKEDTUBE", "VENTTUBE"]
    at = 0
    for name, state in zip(above, ("ONESIDED", "FALSE", "ZERO"), strict=True):
        at = at * len(codes[name]) + codes[name][state]
    assert np.allclose(alarm.tables[press][at], [0.10, 0.84, 0.05, 0.01])


def test_water_has_rows_of_every_length() -> None:
    """pgmpy/pgmpy#1067"""
    water = load_network("water")
    assert all(np.allclose(table.sum(axis=1), 1) for table in water.tables)


@pytest.mark.slow
def test_states_that_are_numbers_with_properties(tmp_path: Path) -> None:
    """pgmpy/pgmpy#1552, #1493 and #885: what BIFWriter writes"""
    text = (
        "network unknown {\n}\nvariable 0 {\n    type discrete [ 2 ] { 0, 1 };\n"
        "    property weight = None ;\n}\nvariable b {\n    type discrete [ 2 ] { 0, 1 };\n}\n"
        "probability ( 0 ) {\n    table 0.25, 0.75 ;\n}\n"
        "probability ( b | 0 ) {\n    ( 0 ) 0.5, 0.5;\n    ( 1 ) 0.1, 0.9;\n}\n"
    )
    found = read(text, tmp_path)
    assert found.variables == ("0", "b")
    assert np.allclose(found.tables[1], [[0.5, 0.5], [0.1, 0.9]])


@pytest.mark.slow
def test_a_conditional_table_in_one_piece_has_the_parent_turning_fastest(tmp_path: Path) -> None:
    """pgmpy/pgmpy#1804: the dog problem's form"""
    found = read(ALARM % "  table 0.9, 0.05, 0.1, 0.95;", tmp_path)
    assert np.allclose(found.tables[1], [[0.9, 0.1], [0.05, 0.95]])
