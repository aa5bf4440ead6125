"""What cannot be computed: a sentence from every algorithm, never a number made of rounding."""

import numpy as np
import pytest

from causattn.base import CapabilityError, CausattnError, ConfigError, DataError
from causattn.discovery import (
    ALGORITHMS,
    Knowledge,
    compare_algorithms,
    discover,
    edge_frequencies,
    ges,
    pc,
)
from causattn.graphs import Mark

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
    with pytest.raises(DataError, match=r"X5|X1|X2") as caught:
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


@pytest.mark.parametrize("discrete", [True, False])
@pytest.mark.parametrize("kind", ["pc", "ges", "boss", "hill_climbing", "mutual_information"])
def test_a_constant_column_is_isolated_and_named(kind, discrete):
    table = RNG.integers(0, 2, (60, 5))
    table[:, 4] = table[:, 0] ^ table[:, 2]
    table = table if discrete else table + RNG.normal(size=(60, 5))
    table[:, [1, 3]] = 1
    found = discover({"kind": kind}, table)
    assert found.names == ("X1", "X2", "X3", "X4", "X5")
    assert found.details["constant"] == ["X2", "X4"]
    rest = discover({"kind": kind}, table[:, [0, 2, 4]])
    assert np.array_equal(found.marks[np.ix_([0, 2, 4], [0, 2, 4])], rest.marks)
    assert not found.skeleton()[[1, 3]].any()
    if kind == "pc":
        assert found.separating_sets == {
            ((0, 2, 4)[i], (0, 2, 4)[j]): tuple(tuple((0, 2, 4)[v] for v in one) for one in sets)
            for (i, j), sets in rest.separating_sets.items()
        }
    limited = discover({"kind": kind, "timeout_s": 60}, table) if kind == "ges" else found
    assert np.array_equal(limited.marks, found.marks)


def test_a_constant_column_beside_knowledge_and_in_other_doors():
    table = PLAIN.copy()
    table[:, 1] = 1
    known = Knowledge(forbidden=(("X1", "X2"),), required=(("X3", "X1"),), order=("X3", "X2"))
    for found in (pc(table, knowledge=known), ges(table, knowledge=known)):
        assert ("X3", "X1", "-->") in [tuple(edge)[:3] for edge in found.edges()]
    with pytest.raises(ConfigError, match="X2 has the same value in every row"):
        pc(table, knowledge=Knowledge(required=(("X1", "X2"),)))
    assert edge_frequencies({"kind": "pc"}, table, draws=3, workers=2).draws == 3
    assert compare_algorithms(table, ["pc", "ges"]).status.tolist() == ["done", "done"]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: pc(PLAIN, max_order=-1), "max_order=-1 should be at least 0"),
        (lambda: pc(PLAIN, threads=0), "threads=0 should be at least 1"),
        (lambda: pc(PLAIN, engine="foo"), "engine='foo' is not possible; choose one of causattn"),
        (lambda: pc(PLAIN, use_candidates="foo"), "candidates='foo' is not possible; choose one"),
        (lambda: ges(PLAIN, use_candidates="foo"), "candidates='foo' is not possible"),
        (lambda: pc(PLAIN, alpha="0.05"), "alpha='0.05' should be a number"),
        (lambda: pc(PLAIN, test="fisher"), "test=fisher is not known; did you mean fisher_z"),
        (lambda: ges(PLAIN, score="bicc"), "score=bicc is not known; did you mean bic"),
        (lambda: pc(PLAIN, knowledge=3), "knowledge=3 cannot be read"),
        (lambda: Knowledge(forbidden=("X1", "X2")), "forbidden has 'X1' in the place of an edge"),
        (lambda: Knowledge(tiers=("X1", "X2")), "is no list of lists of names"),
        (lambda: Knowledge(order="X1"), "is no list of names"),
    ],
)
def test_arguments_that_cannot_be(call, sentence):
    with pytest.raises(ConfigError, match=sentence):
        call()


def test_a_test_for_other_data_says_how_to_convert_them():
    codes = RNG.integers(0, 3, (50, 3))
    with pytest.raises(CapabilityError, match=r"convert numbers with astype\(float\)"):
        pc(codes, test="fisher_z")
    with pytest.raises(CapabilityError, match=r"convert codes of categories with astype\(int\)"):
        pc(codes.astype(float), test="chi_square")


def test_causal_learns_names_are_understood():
    for given, own in (("fisherz", "fisher_z"), ("chisq", "chi_square"), ("gsq", "g_square")):
        table = PLAIN if own == "fisher_z" else RNG.integers(0, 3, (50, 3))
        with pytest.warns(UserWarning, match=f"test={given} is called {own} here") as caught:
            found = pc(table, test=given)
        assert caught[0].filename == __file__  # the user's line, not one of causattn's
        assert np.array_equal(found.marks, pc(table, test=own).marks)


def test_knowledge_may_be_a_mapping_as_a_configuration_has_it():
    written = {"required": [["X1", "X2"]]}
    same = Knowledge(required=(("X1", "X2"),))
    for search in (pc, ges):
        found = search(PLAIN, knowledge=written)
        assert np.array_equal(found.marks, search(PLAIN, knowledge=same).marks)
        assert found.marks[0, 1] == Mark.ARROW


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
