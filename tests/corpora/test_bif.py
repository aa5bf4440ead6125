import gzip
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from causattn.corpora import load_network
from causattn.corpora.bif import read_plain
from causattn.corpora.network import _from_pgmpy

SMALL = """network small {
}
variable a {
  type discrete [ 2 ] { yes, no };
}
variable b {
  type discrete [ 3 ] { low, mid, high };
}
probability ( a ) {
  table 0.25, 0.75;
}
probability ( b | a ) {
  (no) 0.5, 0.5, 0.0;
  (yes) 0.1, 0.2, 0.7;
}
"""


@pytest.mark.parametrize("name", ["asia", "sachs", "child", "insurance", "alarm", "hailfinder"])
def test_it_reads_what_pgmpy_reads_to_the_last_bit(name: str) -> None:
    from pgmpy.readwrite import BIFReader

    packed = files("pgmpy").joinpath(f"utils/example_models/{name}.bif.gz").read_bytes()
    text = gzip.decompress(packed).decode()
    expected = _from_pgmpy(name, BIFReader(string=text).get_model())
    found = read_plain(text)
    assert found is not None
    variables, states, parents, tables = found
    assert (variables, states, parents) == (expected.variables, expected.states, expected.parents)
    for own, theirs in zip(tables, expected.tables, strict=True):
        np.testing.assert_array_equal(own, theirs)


def test_rows_may_stand_in_any_order() -> None:
    found = read_plain(SMALL)
    assert found is not None
    variables, states, parents, tables = found
    assert variables == ("a", "b")
    assert states == (("yes", "no"), ("low", "mid", "high"))
    assert parents == ((), (0,))
    np.testing.assert_allclose(tables[1], [[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("network small", "// of two\nnetwork small"),
        ("variable a", 'variable "a"'),
        ("  (no) 0.5, 0.5, 0.0;\n", ""),
        ("(no)", "(perhaps)"),
        ("(no)", "(no, low)"),
        ("0.5, 0.5, 0.0", "0.5, 0.5"),
        ("(yes) 0.1", "default 0.1"),
        ("| a )", "| c )"),
        ("[ 3 ]", "[ 2 ]"),
        ("table 0.25", "table 0..25"),
        ("type discrete [ 2 ] { yes, no };", "type discrete [ 2 ] { yes, no };\n  property x = 1;"),
    ],
)
def test_any_other_form_is_left_to_pgmpy(before: str, after: str) -> None:
    changed = SMALL.replace(before, after)
    assert changed != SMALL
    assert read_plain(changed) is None


def test_a_commented_file_is_read_all_the_same(tmp_path: Path) -> None:
    plain, commented = tmp_path / "plain.bif", tmp_path / "commented.bif"
    plain.write_text(SMALL)
    commented.write_text("// of two\n" + SMALL)
    for own, theirs in zip(
        load_network(str(plain)).tables, load_network(str(commented)).tables, strict=True
    ):
        np.testing.assert_array_equal(own, theirs)
