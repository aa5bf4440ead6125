"""Surrogates: exact where the output is of their kind, honest where it is not, and readable."""

import re
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor

from causattn.attribution import (
    LinearSurrogate,
    TreeSurrogate,
    class_margins,
    fit_surrogate,
    surrogate_rules,
)
from causattn.attribution.surrogate.design import design
from causattn.base import ConfigError, DataError, ModelError
from causattn.corpora import Mentions, load_corpus
from causattn.features import FeatureKind, FeatureTable, build_features
from causattn.models import encode_texts, load_model, predict_labels, untrained_copy

SLOT, PRESENT, CONCEPT, OUTPUT = (
    FeatureKind.SLOT,
    FeatureKind.PRESENCE,
    FeatureKind.CONCEPT,
    FeatureKind.OUTPUT,
)


@pytest.fixture(scope="module")
def table():
    """A slot of three values, a word, a number and an outcome, 600 documents."""
    rng = np.random.default_rng(0)
    values = np.column_stack(
        [
            rng.integers(0, 3, 600),
            rng.integers(0, 2, 600),
            rng.normal(size=600),
            rng.integers(0, 2, 600),
        ]
    ).astype(float)
    return FeatureTable(
        names=("soup", "not", "mass", "label"),
        kinds=(SLOT, PRESENT, CONCEPT, OUTPUT),
        values=values,
        categories=(("stale", "fresh", "hot"), ("absent", "present"), None, ("no", "yes")),
        carriers=Mentions.empty(),
        documents=np.arange(600),
    )


@pytest.fixture(scope="module")
def linear_output(table):
    soup, no, mass, _ = table.values.T
    return 1.0 + 2.0 * (soup == 1) - 3.0 * (soup == 2) - 0.5 * no + 0.25 * mass


@pytest.fixture(scope="module")
def crossed_output(table):
    soup, no, _, _ = table.values.T
    return np.where((soup == 1) != (no == 1), 2.0, -2.0)


def test_columns(table):
    columns = design(table)
    assert columns.names == ("soup = fresh", "soup = hot", "not", "mass")
    assert columns.binary.tolist() == [True, True, True, False]
    assert np.array_equal(columns.values[:, 1], table.values[:, 0] == 2)
    assert np.array_equal(columns.values[:, 3], table.values[:, 2])


def test_what_the_model_does_not_read_is_no_column(table):
    beside = replace(table, kinds=(SLOT, PRESENT, FeatureKind.METADATA, OUTPUT))
    assert design(beside).names == ("soup = fresh", "soup = hot", "not")


def test_a_sum_is_found_exactly(table, linear_output):
    found = fit_surrogate("linear", table, linear_output)
    assert isinstance(found, LinearSurrogate)
    assert found.intercept == pytest.approx(1.0)
    assert found.coefficients == pytest.approx([2.0, -3.0, -0.5, 0.25])
    assert found.low == pytest.approx(found.high)
    assert found.fidelity.r2 == pytest.approx(1)
    assert found.fidelity.agreement == 1
    assert found.fidelity.documents == 420
    assert found.fidelity.held_out == 180
    assert found.predict(design(table).values) == pytest.approx(linear_output)


def test_two_words_together_are_for_the_tree(table, crossed_output):
    tree = fit_surrogate("tree", table, crossed_output, output="log-odds")
    linear = fit_surrogate("linear", table, crossed_output)
    assert isinstance(tree, TreeSurrogate)
    assert tree.fidelity.r2 == pytest.approx(1)
    assert tree.fidelity.agreement == 1
    assert linear.fidelity.r2 < 0.3
    assert linear.fidelity.r2_low < linear.fidelity.r2 < linear.fidelity.r2_high
    assert 0.4 < linear.fidelity.agreement_constant < 0.7
    assert tree.documents[0] == 420
    assert tree.predict(design(table).values) == pytest.approx(crossed_output)
    leaves = tree.column < 0
    assert tree.documents[leaves].sum() == 420
    # Fidelity, worked out again from the surrogate's own predictions.
    assert set(tree.value[leaves]) == {-2.0, 2.0}


def test_against_scikit_learn(table):
    rng = np.random.default_rng(1)
    noisy = table.values[:, 2] ** 2 + (table.values[:, 0] == 1) + 0.3 * rng.normal(size=600)
    columns = design(table).values
    tree = fit_surrogate("tree", table, noisy, leaves=6, seed=3)
    linear = fit_surrogate("linear", table, noisy, seed=3)
    # Which documents were kept out is told by the number that each leaf saw.
    for own, other in (
        (tree, DecisionTreeRegressor(max_leaf_nodes=6, min_samples_leaf=10)),
        (linear, LinearRegression()),
    ):
        kept, fitted = _split(3, 600)
        other.fit(columns[fitted], noisy[fitted])
        assert own.predict(columns) == pytest.approx(other.predict(columns))
        assert own.fidelity.r2_fitted == pytest.approx(other.score(columns[fitted], noisy[fitted]))
        error = ((other.predict(columns[kept]) - noisy[kept]) ** 2).sum()
        whole = ((noisy[kept] - noisy[fitted].mean()) ** 2).sum()
        assert own.fidelity.r2 == pytest.approx(1 - error / whole)


def _split(seed, count):
    from causattn.base import generator

    order = generator(seed, "attribution", "surrogate", "split").permutation(count)
    return order[: round(0.3 * count)], order[round(0.3 * count) :]


def test_intervals_hold_the_truth_and_noise_has_none(table):
    hits, fidelity = [], []
    for seed in range(12):
        noise = np.random.default_rng(seed).normal(size=600)
        found = fit_surrogate("linear", table, 0.5 * table.values[:, 1] + noise, seed=seed)
        truth = np.array([0.0, 0.0, 0.5, 0.0])
        hits += ((found.low < truth) & (truth < found.high)).tolist()
        fidelity.append(fit_surrogate("tree", table, noise, seed=seed).fidelity.r2)
    assert np.mean(hits) > 0.85
    assert np.mean(fidelity) < 0  # a tree that fits noise is worse than a constant


def test_rules_can_be_read(table, crossed_output, linear_output):
    tree = surrogate_rules(fit_surrogate("tree", table, crossed_output, output="log-odds of yes"))
    assert tree.startswith("On 180 documents held out: R2 1.000")
    assert re.search(r"\nif not:\n  if soup = fresh:\n    log-odds of yes -2.00 \(\d+ doc", tree)
    number = surrogate_rules(fit_surrogate("tree", table, np.sign(table.values[:, 2]), leaves=2))
    assert re.search(r"if mass > -?0\.\d+:\n  output \+1\.00", number)
    linear = surrogate_rules(fit_surrogate("linear", table, linear_output), most=2).splitlines()
    assert linear[1] == "output = +1.00"
    assert linear[2].split() == ["-3.00", "[-3.00,", "-3.00]", "soup", "=", "hot"]
    assert linear[-1] == "  and 2 more that are smaller"


@pytest.fixture(scope="module")
def trained():
    corpus = load_corpus(
        {
            "kind": "planted",
            "confounding": 0.0,
            "label_noise": 0.0,
            "documents": 300,
            "fillers": 1,
            "decoy": "none",
        },
        0,
    )
    small = {"kind": "tiny_classifier", "epochs": 5, "width": 32, "layers": 1}
    return corpus, load_model(small, corpus, 0)


def test_margins_are_log_odds(trained):
    corpus, model = trained
    told = predict_labels(model, encode_texts(model, corpus.texts))
    good, words = class_margins(model, corpus.texts)
    assert words == "log-odds of class good"
    assert good == pytest.approx(np.log(told[:, 1]) - np.log(told[:, 0]), abs=1e-5)
    bad, _ = class_margins(model, corpus.texts, "bad")
    assert bad == pytest.approx(-good)


def test_a_trained_model_is_told_by_its_slots_and_an_untrained_one_is_not_the_rule(trained):
    corpus, model = trained
    table = build_features({"kind": "slots", "outcome": False}, corpus, model, 0)
    margins, words = class_margins(model, corpus.texts)
    found = fit_surrogate("linear", table, margins, output=words)
    assert found.fidelity.r2 > 0.9
    assert found.fidelity.agreement == 1
    assert found.names[int(np.abs(found.coefficients).argmax())] == "soup = fresh"
    fresh, _ = class_margins(untrained_copy(model, 0), corpus.texts)
    other = fit_surrogate("linear", table, fresh)
    assert abs(other.coefficients).max() < 0.2 * abs(found.coefficients).max()


def test_token_features_do_too(trained):
    corpus, model = trained
    words = {"kind": "words", "units": "pieces", "outcome": False, "collinear": "drop", "top": 8}
    table = build_features({**words, "min_share": 0.1, "max_share": 0.9}, corpus, model, 0)
    margins, _ = class_margins(model, corpus.texts)
    assert fit_surrogate("tree", table, margins).fidelity.r2 > 0.9


def test_an_output_that_never_changes(table):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit_surrogate("tree", table, np.ones(600))
    assert np.isnan(found.fidelity.r2)
    assert found.fidelity.agreement == found.fidelity.agreement_constant == 1


def test_what_makes_no_sense(table, linear_output):
    with pytest.raises(ConfigError, match="There is no surrogate forest"):
        fit_surrogate("forest", table, linear_output)
    with pytest.raises(DataError, match="5 outputs were given for 600 documents"):
        fit_surrogate("tree", table, linear_output[:5])
    with pytest.raises(ConfigError, match="leaves too few on one side"):
        fit_surrogate("tree", table, linear_output, held_out=1.0)
    with pytest.raises(ConfigError, match="make no tree"):
        fit_surrogate("tree", table, linear_output, leaves=1)
    with pytest.raises(DataError, match="too few for a linear surrogate"):
        fit_surrogate("linear", table, linear_output, held_out=0.995)


def test_a_model_without_labels(trained):
    corpus, _ = trained
    masked = load_model({"kind": "tiny_mlm", "steps": 1, "width": 16, "layers": 1}, corpus, 0)
    with pytest.raises(ModelError, match="predicts no labels"):
        class_margins(masked, corpus.texts)
