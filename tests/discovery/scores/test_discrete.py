"""BDeu and discrete BIC against causal-learn, by hand, and at their edges."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from causallearn.score.LocalScoreFunction import local_score_BDeu
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import DataError
from causattn.discovery.scores import BDeu, Categories, DiscreteBIC, Extensions, LocalScore
from causattn.discovery.scores import categories as categories_module


def random_table(rng: np.random.Generator, rows: int, size: int, most: int = 4) -> np.ndarray:
    """Each column depends on the one before it."""
    cardinalities = rng.integers(2, most + 1, size)
    table = np.empty((rows, size), dtype=np.int64)
    for j, count in enumerate(cardinalities):
        table[:, j] = rng.integers(0, count, rows)
        if j:
            copied = rng.random(rows) < 0.5
            table[copied, j] = table[copied, j - 1] % count
        table[:count, j] = np.arange(count)  # every category occurs
    return table


def all_families(size: int, most: int = 3) -> Extensions:
    targets, parent_sets, candidate_sets = [], [], []
    for target in range(size):
        others = [k for k in range(size) if k != target]
        for count in range(most + 1):
            for parents in itertools.combinations(others, count):
                targets.append(target)
                parent_sets.append(parents)
                candidate_sets.append([k for k in others if k not in parents])
    return Extensions(
        np.array(targets, dtype=np.int32),
        np.cumsum([0, *map(len, parent_sets)]),
        np.array([k for parents in parent_sets for k in parents], dtype=np.int32),
        np.cumsum([0, *map(len, candidate_sets)]),
        np.array([k for others in candidate_sets for k in others], dtype=np.int32),
    )


@settings(deadline=None, max_examples=15)
@given(
    seed=st.integers(0, 2**32 - 1),
    sample=st.sampled_from([1.0, 10.0]),
    structure=st.sampled_from([1.0, 0.5]),
)
def test_bdeu_is_causal_learns(seed, sample, structure):
    rng = np.random.default_rng(seed)
    table = random_table(rng, 60, 5)
    score = BDeu(table, equivalent_sample_size=sample, structure_prior=structure)
    parameters = {
        "sample_prior": sample,
        "structure_prior": structure,
        "r_i_map": {j: len(np.unique(table[:, j])) for j in range(5)},
    }
    for target in range(5):
        parents = [k for k in range(5) if k != target and rng.random() < 0.5]
        theirs = local_score_BDeu(table, target, parents, parameters)
        assert score.local_score(target, parents) == pytest.approx(theirs, rel=1e-10)


def test_bdeu_defaults_of_causal_learn():
    table = random_table(np.random.default_rng(0), 60, 4)
    score = BDeu(table, equivalent_sample_size=1, structure_prior=1)
    assert score.local_score(2, [0, 1]) == pytest.approx(local_score_BDeu(table, 2, [0, 1]))


def test_bic_by_hand():
    table = np.array([[0, 0], [0, 0], [0, 1], [1, 1]])
    score = DiscreteBIC(table)
    alone = 2 * 2 * math.log(0.5) - 0.5 * math.log(4)
    joined = 2 * math.log(2 / 3) + math.log(1 / 3) - 0.5 * 2 * math.log(4)
    assert score.local_score(1, []) == pytest.approx(alone)
    assert score.local_score(1, [0]) == pytest.approx(joined)


def test_bdeu_by_hand():
    """One binary variable, counts 3 and 1: a ratio of rising factorials."""
    score = BDeu(np.array([[0], [0], [1], [0]]), equivalent_sample_size=2.0)
    assert score.local_score(0, []) == pytest.approx(math.log((1 * 2 * 3) * 1 / (2 * 3 * 4 * 5)))


@pytest.mark.parametrize("make", [BDeu, DiscreteBIC])
@pytest.mark.parametrize("most", [2, 5, 40])
def test_compiled_gains_equal_differences_of_local_scores(make, most):
    """With 40 categories and 50 rows the counts go through the numbering of occurring cells."""
    table = random_table(np.random.default_rng(most), 50, 6, most)
    families = all_families(6)
    compiled = make(table).gains(families)
    reference = LocalScore.gains(make(table), families)
    np.testing.assert_allclose(compiled, reference, rtol=1e-9, atol=1e-8)
    np.testing.assert_array_equal(make(table).gains(families, threads=3), compiled)


@pytest.mark.parametrize("make", [BDeu, DiscreteBIC])
def test_ten_thousand_categories(make):
    rng = np.random.default_rng(3)
    table = np.column_stack([rng.integers(0, 10_000, 20_000), rng.integers(0, 2, (20_000, 3))])
    families = all_families(4, most=1)
    compiled = make(table).gains(families)
    np.testing.assert_allclose(compiled, LocalScore.gains(make(table), families), rtol=1e-8)


@pytest.mark.parametrize("make", [BDeu, DiscreteBIC])
def test_score_equivalence(make):
    score = make(random_table(np.random.default_rng(1), 60, 3))
    totals = {
        round(sum(score.local_score(order[k], order[:k]) for k in range(3)), 8)
        for order in itertools.permutations(range(3))
    }
    assert len(totals) == 1


def test_merged_rows_score_the_same():
    rng = np.random.default_rng(2)
    table = rng.integers(0, 2, (500, 6))
    merged = BDeu(table)
    assert merged.categories.codes.shape[1] <= 64
    assert merged.categories.weights.sum() == 500
    apart = Categories(table)
    apart.codes = np.ascontiguousarray(table.T.astype(np.uint8))
    apart.weights = np.ones(500, dtype=np.int64)
    families = all_families(6)
    np.testing.assert_allclose(merged.gains(families), BDeu(apart).gains(families), atol=1e-9)


def test_memory_counts_each_score_once():
    table = random_table(np.random.default_rng(4), 50, 5)
    score = BDeu(table)
    families = all_families(5)
    first = score.gains(families)
    spent = score.evaluations
    np.testing.assert_array_equal(score.gains(families), first)
    assert score.evaluations == spent


def test_strings_and_numbers_are_categories():
    words = np.array([["yes", "a"], ["no", "b"], ["yes", "b"], ["no", "a"]], dtype=object)
    codes = np.array([[5, 10], [2, 20], [5, 20], [2, 10]])
    assert BDeu(words).local_score(0, [1]) == pytest.approx(BDeu(codes).local_score(0, [1]))


def test_a_category_absent_from_the_rows_still_counts():
    table = np.array([[0, 0], [1, 1], [0, 1], [1, 1]])
    wide = DiscreteBIC(table, cardinalities=[3, 2])
    plain = DiscreteBIC(table)
    extra = plain.local_score(1, [0]) - wide.local_score(1, [0])
    assert extra == pytest.approx(0.5 * math.log(4))  # one more configuration to pay for


@pytest.mark.parametrize(
    ("table", "options", "sentence"),
    [
        (np.array([[0.0, 1.0], [np.nan, 0.0]]), {}, "Row 1 of column a is missing"),
        (np.array([["x", "y"], ["x", None]], dtype=object), {}, "Row 1 of column b is missing"),
        (np.array([[0, 1], [0, 0]]), {}, "column a has one category only"),
        (np.array([[0, 1], [1, 5]]), {"cardinalities": [2, 2]}, "column b has 5 where r is 2"),
        (np.array([[0, 1], [1, 0]]), {"cardinalities": [2]}, "as many cardinalities"),
        (np.zeros(3), {}, "table of rows and columns"),
    ],
)
def test_bad_data_are_refused_in_a_sentence(table, options, sentence):
    with pytest.raises(DataError, match=sentence):
        BDeu(table, names=["a", "b"], **options)


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (BDeu, {"equivalent_sample_size": 0}),
        (BDeu, {"structure_prior": 1}),
        (BDeu, {"structure_prior": 0}),
        (DiscreteBIC, {"penalty": -1}),
    ],
)
def test_bad_settings_are_refused(make, options):
    with pytest.raises(DataError, match=next(iter(options))):
        make(np.array([[0, 1], [1, 0]]), **options)


@pytest.mark.parametrize("score", [BDeu, DiscreteBIC])
def test_masks_and_passes_over_rows_count_the_same(score, monkeypatch):
    rng = np.random.default_rng(5)
    # Rows too wide to be merged, and not a multiple of 64 of them.
    table = random_table(rng, 1001, 40, most=5)
    families = all_families(6, most=3)
    few = Categories(table)
    assert len(few.weights) == few.rows
    masks, pointer = few.masks
    for variable in range(40):
        own = masks[pointer[variable] : pointer[variable + 1]]
        bits = np.unpackbits(own.view(np.uint8), axis=1, bitorder="little", count=1001)
        assert np.array_equal(bits.argmax(axis=0), few.codes[variable])
        assert (bits.sum(axis=0) == 1).all()
    by_masks = score(few).gains(families)
    monkeypatch.setattr(categories_module, "FEWEST_ROWS", 10**9)
    unpacked = Categories(table)
    assert unpacked.masks[0].size == 0
    np.testing.assert_allclose(by_masks, score(unpacked).gains(families), rtol=0, atol=1e-9)
    merged = Categories(table[:, :4])
    assert merged.masks[0].size == 0
