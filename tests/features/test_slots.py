"""Slot features: the corpus's own variables, mentions and outcome."""

import numpy as np
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import POOLED, Corpus, Mentions, load_corpus
from causattn.features import FeatureKind, build_features


@pytest.fixture(scope="module")
def asia():
    return load_corpus({"kind": "bayesnet", "network": "asia", "documents": 3000}, 0)


def test_all_variables(asia):
    table = build_features({"kind": "slots"}, asia)
    assert table.names == asia.variables
    assert set(table.kinds) == {FeatureKind.SLOT}
    assert np.array_equal(table.values, asia.values)
    assert table.categories == asia.categories
    assert np.array_equal(table.documents, np.arange(3000))
    for name in ("document", "variable", "start", "end"):
        assert np.array_equal(getattr(table.carriers, name), getattr(asia.mentions, name))


def test_included_and_excluded(asia):
    settings = {"kind": "slots", "include": ["xray", "lung", "smoke"], "exclude": ["lung"]}
    table = build_features(settings, asia)
    assert table.names == ("xray", "smoke")
    carriers = table.carriers
    assert len(carriers) == 2 * 3000
    for row in range(200):
        told = asia.texts[carriers.document[row]][carriers.start[row] : carriers.end[row]]
        assert told.startswith(table.names[carriers.variable[row]] + "=")


def _with_outcome(values, outcome, classes=("no", "yes")):
    count = len(values)
    rows = np.arange(count)
    return Corpus(
        name="made",
        texts=["aa bb"] * count,
        variables=("x", "y"),
        values=np.array(values, dtype=float),
        categories=(("n", "p"), None),
        mentions=Mentions(
            np.tile(rows, 2),
            np.repeat([0, 1], count),
            np.repeat([0, 3], count),
            [2] * count + [5] * count,
        ),
        outcome=np.array(outcome, dtype=float),
        outcome_name="answer",
        outcome_classes=classes,
    )


def test_outcome_is_pooled_output():
    corpus = _with_outcome([[0, 1.5], [1, 2], [1, 4]], [0, 1, 0])
    table = build_features({"kind": "slots"}, corpus)
    assert table.names == ("x", "y", "answer")
    assert table.kinds[2] == FeatureKind.OUTPUT
    assert table.categories == (("n", "p"), None, ("no", "yes"))
    pooled = table.carriers.variable == 2
    assert table.carriers.document[pooled].tolist() == [0, 1, 2]
    assert set(table.carriers.start[pooled]) == set(table.carriers.end[pooled]) == {POOLED}
    assert build_features({"kind": "slots", "outcome": False}, corpus).names == ("x", "y")


def test_gaps_are_told_or_dropped():
    corpus = _with_outcome([[0, 1.5], [1, np.nan], [1, 4], [0, 3], [0, 2]], [0, 1, 1, np.nan, 1])
    with pytest.raises(DataError, match=r"Feature y is missing \(NaN\) in 1 of 5 .*missing=drop"):
        build_features({"kind": "slots"}, corpus)
    table = build_features({"kind": "slots", "missing": "drop"}, corpus)
    assert table.documents.tolist() == [0, 2, 4]
    assert table.about["dropped_documents"] == 2
    assert table.values.tolist() == [[0, 1.5, 0], [1, 4, 1], [0, 2, 1]]
    assert sorted(set(table.carriers.document)) == [0, 1, 2]
    with pytest.raises(DataError, match="Of 2 documents 1 have all 3 features"):
        build_features(
            {"kind": "slots", "missing": "drop"}, _with_outcome([[0, 1], [1, np.nan]], [0, 1])
        )


def test_an_unknown_or_constant_outcome_is_told():
    values = [[0, 1.5], [1, 2], [1, 4]]
    with pytest.raises(DataError, match=r"answer is missing .*features.outcome=false"):
        build_features({"kind": "slots"}, _with_outcome(values, [0, 1, np.nan]))
    with pytest.raises(DataError, match=r"outcome answer .* the same .*features.outcome=false"):
        build_features({"kind": "slots"}, _with_outcome(values, [1, 1, np.nan]))


def test_bad_settings_are_told(asia):
    with pytest.raises(
        ConfigError, match=r"features.exclude=smok is not known; did you mean smoke"
    ):
        build_features({"kind": "slots", "exclude": ["smok"]}, asia)
    with pytest.raises(ConfigError, match=r"features.kind=slot is not known; did you mean slots"):
        build_features({"kind": "slot"}, asia)
    with pytest.raises(ConfigError, match=r"did you mean exclude"):
        build_features({"kind": "slots", "exclud": []}, asia)
    with pytest.raises(ConfigError, match="No feature is left"):
        build_features({"kind": "slots", "exclude": list(asia.variables)}, asia)
    with pytest.raises(ConfigError, match=r"needs a corpus with variables, and plain has none"):
        build_features({"kind": "slots"}, Corpus(name="plain", texts=["a", "b"]))
    same = _with_outcome([[0, 1.5], [1, 2], [1, 4]], [0, 1, 0])
    object.__setattr__(same, "outcome_name", "x")
    with pytest.raises(ConfigError, match="outcome and a feature are both called x"):
        build_features({"kind": "slots"}, same)
