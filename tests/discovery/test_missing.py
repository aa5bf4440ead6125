"""Missing values: refused with a sentence, or left out of each test that would need them."""

import numpy as np
import pandas as pd
import pytest

from causattn.base import CapabilityError, ConfigError, DataError
from causattn.discovery import (
    TESTS,
    Problem,
    as_discovery_data,
    discover,
    edge_frequencies,
    ges,
    pc,
)
from causattn.discovery.contract import CONTINUOUS, Capability
from causattn.discovery.shared_settings import TestSettings as Settings
from causattn.discovery.shared_settings import chosen_test
from causattn.discovery.tests.corrected import causes_of_missing, corrected_covariance


def with_gaps(table, share, seed=0):
    rng = np.random.default_rng(seed)
    return np.where(rng.random(table.shape) < share, np.nan, table)


def chain(rows, seed=0):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=rows)
    b = 0.8 * a + rng.normal(size=rows)
    c = 0.8 * b + rng.normal(size=rows)
    return np.column_stack([a, b, c, rng.normal(size=rows)])


def test_a_test_sees_the_rows_that_have_its_values():
    table = with_gaps(chain(300), 0.2)
    asked = {}

    def fisher_z(x, y, given):
        columns = [x, y, *given]
        whole = table[~np.isnan(table[:, columns]).any(axis=1)][:, columns]
        p = TESTS["fisher_z"].on(as_discovery_data(whole))(0, 1, tuple(range(2, len(columns))))
        asked[x, y, given] = p
        return p

    found = pc(table, missing="test-wise")
    expected = pc(chain(300), test=fisher_z)
    assert np.array_equal(found.marks, expected.marks)
    assert found.tests == expected.tests == len(asked)
    assert "fisher_z test-wise" in found.algorithm
    assert found.skeleton()[:3, :3].sum() == 4


@pytest.mark.parametrize("kind", ["pc", "fci", "rfci", "icd"])
@pytest.mark.parametrize("engine", [None, "causal-learn"])
def test_algorithms_that_test(kind, engine):
    if engine and kind in ("icd", "rfci"):
        pytest.skip("one engine")
    settings = {"kind": kind, "missing": "test-wise", **({"engine": engine} if engine else {})}
    found = discover(settings, with_gaps(chain(2000), 0.1))
    assert found.skeleton()[:3, :3].sum() == 4
    assert not found.skeleton()[3].any()


def test_categories_and_mixed_tables():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(chain(1500)[:, :3], columns=list("abc"))
    frame["kind"] = np.where(frame["c"] > 0, "up", "down")
    frame = frame.mask(rng.random(frame.shape) < 0.1)
    read = as_discovery_data(frame, missing="test-wise")
    assert read.kind == "mixed"
    assert read.categories == (None, None, None, 2)  # a gap is no category
    assert np.array_equal(read.absent, frame.isna())
    found = pc(frame, missing="test-wise")
    assert found.skeleton()[2, 3]
    gaps = frame[list("abc")].isna()
    codes = (frame[list("abc")] > 0).astype("Int64").mask(gaps)
    assert as_discovery_data(codes, missing="test-wise").kind == "discrete"
    assert "g_square test-wise" in pc(codes, missing="test-wise").algorithm


def test_other_doors():
    table = with_gaps(chain(500), 0.1)
    settings = {"kind": "pc", "missing": "test-wise"}
    limited = discover({**settings, "timeout_s": 60}, table)
    assert np.array_equal(limited.marks, discover(settings, table).marks)
    assert edge_frequencies(settings, table, draws=3).draws == 3


def test_causal_learns_name():
    table = with_gaps(chain(500), 0.1)
    with pytest.warns(UserWarning, match="is called test=fisher_z missing=test-wise here"):
        found = pc(table, test="mv_fisherz")
    assert np.array_equal(found.marks, pc(table, missing="test-wise").marks)


def left_out_by_an_effect(rows=4000):
    """Return two causes without a path between them, their effect, and gaps because of it."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, rows))
    w = x + y + 0.5 * rng.normal(size=rows)
    whole = np.column_stack([x, y, w])
    table = whole.copy()
    table[(w > 0.3) & (rng.random(rows) < 0.95), 0] = np.nan
    return whole, table


def test_what_is_missing_because_of_an_effect_is_corrected():
    # X1 and X2 are independent, and dependent in the rows that are left.
    whole, table = left_out_by_an_effect()
    deleted = pc(table, missing="test-wise")
    corrected = pc(table, missing="corrected")
    assert deleted.skeleton()[0, 1]
    assert np.array_equal(corrected.marks, pc(whole).marks)
    assert not corrected.skeleton()[0, 1]
    assert "fisher_z test-wise, corrected" in corrected.algorithm
    assert not discover({"kind": "fci", "missing": "corrected"}, table).skeleton()[0, 1]


def test_causes_of_gaps_and_the_covariance_without_them():
    whole, table = left_out_by_an_effect()
    read = as_discovery_data(table, missing="corrected")
    assert causes_of_missing(read, 0.01) == {0: [2]}
    found, rows = corrected_covariance(read, [0, 1], [2])
    assert rows == (~np.isnan(table[:, 0])).sum()
    assert found == pytest.approx(np.cov(whole[:, :2].T, bias=True), abs=0.08)
    assert abs(np.cov(table[~np.isnan(table[:, 0]), :2].T)[0, 1]) > 0.15


def test_gaps_at_random_need_no_correction():
    read = as_discovery_data(with_gaps(chain(1000), 0.2), missing="corrected")
    assert causes_of_missing(read, 0.001) == {}
    table = with_gaps(chain(1000), 0.2)
    same = [pc(table, missing=missing, alpha=0.001) for missing in ("corrected", "test-wise")]
    assert np.array_equal(same[0].marks, same[1].marks)


def test_what_cannot_be_is_a_sentence():
    table = with_gaps(chain(500), 0.1)
    with pytest.raises(DataError, match=r"missing values; drop .* or set missing=test-wise where"):
        pc(table)
    with pytest.raises(DataError, match="missing value"):
        ges(table)
    with pytest.raises(ConfigError, match="missing"):
        pc(table, missing="drop")
    with pytest.raises(CapabilityError, match=r"for test=fisher_z, .* set missing=test-wise"):
        pc(table, missing="corrected", test="degenerate_gaussian")
    of_one_test = Capability(data_kinds=CONTINUOUS, tests=("fisher_z",))
    with pytest.raises(CapabilityError, match="set engine=causattn"):
        chosen_test(
            Problem(as_discovery_data(table, missing="test-wise")),
            Settings(kind="pc", missing="test-wise"),
            of_one_test,
        )
    empty = np.column_stack([np.full(500, np.nan), table])
    for each in (empty, pd.DataFrame(empty).add_prefix("X")):
        with pytest.raises(DataError, match=r"Variable X\d has no value in any row; leave it out"):
            pc(each, missing="test-wise")
    apart = chain(40)
    apart[:20, 0], apart[20:, 1] = np.nan, np.nan
    with pytest.raises(DataError, match="Only 0 rows have values of all of X1, X2"):
        pc(apart, missing="test-wise")
    with pytest.raises(DataError, match="leave discretise out"):
        pc(table, missing="test-wise", discretise=3)
