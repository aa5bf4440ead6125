"""Concept features: labels, and the words that the data says tell of them."""

import numpy as np
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import Corpus, find_words, load_corpus
from causattn.features import FeatureKind, build_features, partial_scores

SIGNS = {"food": ["food", "dish", "tasty"], "noise": ["noise", "loud"]}
LABELS = ("Negative", "unknown", "Positive")


def _reviews(count=800, seed=0):
    """Reviews in which noise is mostly spoken of together with food."""
    rng = np.random.default_rng(seed)
    texts, values = [], []
    for _ in range(count):
        food = rng.random() < 0.5
        noise = rng.random() < (0.6 if food else 0.1)
        words = list(rng.choice(["we", "went", "there", "again", "today"], size=4))
        if food:
            words.append(rng.choice(SIGNS["food"]))
        if noise:
            words.append(rng.choice(SIGNS["noise"]))
        rng.shuffle(words)
        texts.append(" ".join(words))
        values.append([rng.choice([0, 2]) if spoken else 1 for spoken in (food, noise)])
    return Corpus(
        name="made",
        texts=texts,
        variables=("food", "noise"),
        values=np.array(values, dtype=float),
        categories=(LABELS, LABELS),
        outcome=rng.integers(0, 2, size=count).astype(float),
        outcome_classes=("bad", "good"),
    )


@pytest.fixture(scope="module")
def reviews():
    return _reviews()


def test_the_words_planted_are_found(reviews):
    table = build_features({"kind": "concepts"}, reviews)
    assert table.names == ("food", "noise", "outcome")
    assert table.kinds[:2] == (FeatureKind.CONCEPT,) * 2
    # loud goes with food too, but only because noise does
    assert {name: set(words) for name, words in table.about["lexicon"].items()} == {
        name: set(words) for name, words in SIGNS.items()
    }
    carriers = table.carriers
    for row in range(len(carriers)):
        if carriers.start[row] >= 0:
            told = reviews.texts[carriers.document[row]][carriers.start[row] : carriers.end[row]]
            assert told in SIGNS[table.names[carriers.variable[row]]]
    assert np.array_equal(table.values[:, :2], reviews.values)


def test_scores_are_the_t_values_of_a_regression(reviews):
    statsmodels = pytest.importorskip("statsmodels.api", reason="the reference is statsmodels")
    found = find_words(reviews.texts)
    spoken = (reviews.values != 1).astype(float)
    rows = np.ones(len(reviews), dtype=bool)
    rows[:100] = False
    scores = partial_scores([spoken[:, [0]], spoken[:, [1]]], [True, False], found, rows)
    for word in ("loud", "dish", "today"):
        column = found.vocabulary.index(word)
        presence = found.presence([column])[:, 0].astype(float)
        fitted = statsmodels.OLS(presence[rows], statsmodels.add_constant(spoken[rows])).fit()
        assert scores[:, column] == pytest.approx(
            [fitted.tvalues[1], abs(fitted.tvalues[2])], rel=1e-9
        )


def test_blocks_are_scored_by_their_f_statistic(reviews):
    statsmodels = pytest.importorskip("statsmodels.api", reason="the reference is statsmodels")
    found = find_words(reviews.texts)
    labels = (reviews.values[:, [0]] == np.array([[1, 2]])).astype(float)
    other = (reviews.values[:, [1]] != 1).astype(float)
    scores = partial_scores(
        [labels, other], [False, True], found, np.ones(len(reviews), dtype=bool)
    )
    column = found.vocabulary.index("dish")
    presence = found.presence([column])[:, 0].astype(float)
    design = statsmodels.add_constant(np.column_stack([labels, other]))
    fitted = statsmodels.OLS(presence, design).fit()
    tested = fitted.f_test(np.eye(4)[1:3])
    assert scores[0, column] == pytest.approx(np.sqrt(float(tested.fvalue)), rel=1e-9)


def test_concepts_without_an_absent_label():
    rng = np.random.default_rng(1)
    tone = rng.integers(0, 2, size=400)
    price = rng.normal(size=400)
    texts = [
        " ".join(
            [
                rng.choice(["lovely", "nice"] if t else ["awful", "sad"]),
                "cheap" if p < 0 else "dear",
                rng.choice(["a", "b", "c"]),
            ]
        )
        for t, p in zip(tone, price, strict=True)
    ]
    corpus = Corpus(
        name="made",
        texts=texts,
        variables=("tone", "price"),
        values=np.column_stack([tone, price]).astype(float),
        categories=(("bad", "good"), None),
    )
    table = build_features({"kind": "concepts", "max_share": 0.9}, corpus)
    lexicon = {name: set(words) for name, words in table.about["lexicon"].items()}
    assert lexicon == {"tone": {"lovely", "nice", "awful", "sad"}, "price": {"cheap", "dear"}}


def test_limits(reviews):
    one = build_features({"kind": "concepts", "carrier_words": 1}, reviews)
    lexicon = one.about["lexicon"]
    assert all(len(words) == 2 for words in lexicon.values())  # its own name, and one more
    assert lexicon["noise"] == ["noise", "loud"]
    without = build_features({"kind": "concepts", "exclude_words": ["loud"]}, reviews)
    assert without.about["lexicon"]["noise"] == ["noise"]
    few = build_features({"kind": "concepts", "include": ["noise"]}, reviews)
    assert few.names == ("noise", "outcome")


def test_bad_concepts_are_told(reviews):
    with pytest.raises(DataError, match="Feature food: no word indicates it"):
        build_features(
            {"kind": "concepts", "min_documents": 801, "exclude_words": ["food"]},
            Corpus(
                name="silent",
                texts=["nothing here"] * 4 + ["nothing there"] * 4,
                variables=("food",),
                values=np.array([[0.0], [1], [2], [1]] * 2),
                categories=(LABELS,),
            ),
        )
    with pytest.raises(ConfigError, match="carrier_words=0"):
        build_features({"kind": "concepts", "carrier_words": 0}, reviews)
    with pytest.raises(
        ConfigError, match=r"features.include=foods is not known; did you mean food"
    ):
        build_features({"kind": "concepts", "include": ["foods"]}, reviews)


def test_cebab_carriers(data_folder):
    path = data_folder / "cebab" / "CEBaB-v1.1.zip"
    if not path.is_file():
        pytest.skip("the CEBaB archive is not among the data sets here")
    corpus = load_corpus({"kind": "cebab", "path": str(path)}, 0)
    table = build_features({"kind": "concepts"}, corpus)
    assert len(table.documents) == 1755
    assert table.names == ("food", "service", "ambiance", "noise", "rating")
    lexicon = table.about["lexicon"]
    assert {"food", "delicious"} <= set(lexicon["food"])
    assert {"service", "staff", "waiter", "slow"} <= set(lexicon["service"])
    assert {"ambiance", "atmosphere", "decor", "view"} <= set(lexicon["ambiance"])
    assert {"noise", "loud", "noisy", "quiet"} <= set(lexicon["noise"])
    words = [word for own in lexicon.values() for word in own]
    assert len(set(words)) == len(words)
