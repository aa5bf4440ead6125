"""What cannot be computed: a sentence from every algorithm, never a number made of rounding."""

import numpy as np
import pytest

from causattn.base import CausattnError, DataError
from causattn.discovery import ALGORITHMS, Knowledge, discover, edge_frequencies, ges, pc

RNG = np.random.default_rng(0)
PLAIN = RNG.normal(size=(100, 4))
BY_TEST = ["pc", "fci"]
BY_SCORE = ["ges", "boss", "grasp", "exact", "hill_climbing"]
BY_REGRESSION = ["direct_lingam", "ica_lingam", "sort_regress"]
SECOND_MOMENTS = [
    {"kind": name, **({"engine": engine} if engine else {})}
    for name in (*BY_TEST, *BY_SCORE, *BY_REGRESSION)
    for engine in ALGORITHMS[name].engines or [""]
]


@pytest.mark.parametrize("settings", SECOND_MOMENTS, ids=lambda s: "-".join(s.values()))
@pytest.mark.parametrize(
    "extra",
    [
        PLAIN[:, :1],
        -3 * PLAIN[:, :1] + 7,
        PLAIN[:, :1] + PLAIN[:, 1:2],
        PLAIN[:, :1] + 1e-9 * RNG.normal(size=(100, 1)),
    ],
    ids=["copy", "multiple", "sum", "copy but for rounding"],
)
def test_a_singular_covariance_is_a_sentence(settings, extra):
    with pytest.raises(DataError, match=r"X5|X1") as caught:
        discover(settings, np.column_stack([PLAIN, extra]))
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("kind", ["ges", "boss", "hill_climbing"])
def test_a_ridge_goes_on_with_a_singular_covariance(kind):
    graph = discover({"kind": kind, "ridge": 1e-3}, np.column_stack([PLAIN, PLAIN[:, 0]]))
    assert graph.skeleton()[0, 4]


@pytest.mark.parametrize("engine", ["causattn", "causal-learn"])
def test_fewer_rows_than_variables(engine):
    few = RNG.normal(size=(8, 12))
    # Fisher's z stops at n - 4 conditioning variables.
    assert len(pc(few, engine=engine, alpha=0.5).tests_by_order) <= 5
    # A family of n - 1 parents would leave no variance; none has so many.
    graph = ges(few, engine=engine)
    assert graph.edge_count <= 12 * 6
    assert ges(few, engine=engine, max_parents=1).edge_count < graph.edge_count


@pytest.mark.parametrize("kind", ["direct_lingam", "ica_lingam", "sort_regress"])
def test_fewer_rows_than_variables_where_that_cannot_be(kind):
    with pytest.raises(DataError, match="more rows than variables"):
        discover({"kind": kind}, RNG.normal(size=(8, 12)))


def test_too_few_rows_for_any_test_is_a_sentence():
    with pytest.raises(DataError, match="at least 4"):
        pc(RNG.normal(size=(3, 3)))


@pytest.mark.parametrize("kind", ["pc", "ges", "boss", "hill_climbing", "mutual_information"])
def test_one_category_only_is_a_sentence(kind):
    table = RNG.integers(0, 2, (30, 3))
    table[:, 1] = 1
    with pytest.raises(DataError, match="X2 has the same value in every row"):
        discover({"kind": kind}, table)


@pytest.mark.parametrize("kind", ["pc", "ges", "boss"])
def test_many_categories_that_repeat_are_answered(kind):
    # 1,400 categories in 3,000 rows: no dense table of 1,400 x 1,200 x 3 cells a test is needed.
    table = np.column_stack(
        [np.arange(3000) % 1400, RNG.integers(0, 3, 3000), np.arange(3000) % 1200]
    )
    assert discover({"kind": kind}, table).size == 3


@pytest.mark.parametrize("kind", ["pc", "ges"])
def test_contradictory_knowledge_is_a_sentence(kind):
    knowledge = Knowledge(required=(("X1", "X2"), ("X2", "X3"), ("X3", "X1")))
    with pytest.raises(CausattnError, match="cycle X1 -> X2 -> X3 -> X1"):
        discover({"kind": kind}, PLAIN, knowledge=knowledge)


def test_missing_values_are_a_sentence_everywhere():
    table = PLAIN.copy()
    table[3, 2] = np.nan
    for call in (
        lambda: pc(table),
        lambda: ges(table),
        lambda: discover({"kind": "boss"}, table),
        lambda: edge_frequencies({"kind": "pc"}, table, draws=2),
    ):
        with pytest.raises(DataError, match="X3 has 1 missing value"):
            call()
