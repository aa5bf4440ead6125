"""Terms that a person chose: where they stand, and what denies them."""

import numpy as np
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import POOLED, Corpus, permute_corpus, store_texts
from causattn.features import build_features, read_features, transfer_features, write_features
from causattn.features.term_places import negated

TEXTS = [
    "Cheap food, and the costs were fine",
    "Not cheap. The view was great",
    "An expensive place with no view but cheap wine",
    "We had a window seat and the wine list was long",
    "The wine list costs nothing, window table too",
    "It was fine and the wine was warm",
]
GROUPS = {"price": ["cheap", "expensive", "cost*"], "view": ["view", "/window (seat|table)/"]}


def _build(texts=TEXTS, **settings):
    asked = {"kind": "terms", "min_share": 0.0, **settings}
    return build_features(asked, Corpus(name="made", texts=texts))


def _carried(table, texts):
    found = {name: [] for name in table.names}
    for document, feature, start, end in zip(
        table.carriers.document,
        table.carriers.variable,
        table.carriers.start,
        table.carriers.end,
        strict=True,
    ):
        found[table.names[feature]].append(texts[document][start:end])
    return found


def test_groups_of_words_wildcards_and_expressions():
    table = _build(groups=GROUPS)
    assert table.names == ("price", "view")
    assert table.values[:, 0].tolist() == [1, 1, 1, 0, 1, 0]
    assert table.values[:, 1].tolist() == [0, 1, 1, 1, 1, 0]
    assert _carried(table, TEXTS) == {
        "price": ["Cheap", "costs", "cheap", "expensive", "cheap", "costs"],
        "view": ["view", "view", "window seat", "window table"],
    }
    whole = _build(["costly coast", "cost", "cos"], groups={"price": ["cost"]})
    assert whole.values[:, 0].tolist() == [0, 1, 0]


def test_a_file_of_groups(tmp_path):
    path = tmp_path / "groups.yaml"
    path.write_text("price: [cheap, expensive, cost*]\nview: [terrace]\nwine: [wine]\n")
    table = _build(groups={"view": GROUPS["view"]}, file=str(path))
    assert set(table.names) == {"view", "price", "wine"}
    assert table.values[:, table.names.index("view")].tolist() == [0, 1, 1, 1, 1, 0]


def test_what_is_denied():
    split = _build(groups=GROUPS, negation="split")
    assert split.names == ("price", "view", "not_price", "not_view")
    assert split.values[:, 2].tolist() == [0, 1, 0, 0, 0, 0]
    assert split.values[:, 3].tolist() == [0, 0, 1, 0, 0, 0]
    assert split.values[:, 0].tolist() == [1, 0, 1, 0, 1, 0]  # but cheap wine
    dropped = _build(groups=GROUPS, negation="drop")
    assert dropped.names == ("price", "view")
    np.testing.assert_array_equal(dropped.values, split.values[:, :2])
    assert _build(groups=GROUPS, negation="split", min_share=0.3).names == ("price", "view")


@pytest.mark.parametrize(
    ("text", "language", "reached"),
    [
        ("It was not very good, but cheap", "en", [" very good"]),
        ("It wasn't good but cheap", "en", [" good "]),
        ("nothing here", "en", []),
        ("no one two three four five six", "en", [" one two three four five"]),
        ("Das war nicht gut, aber billig", "de", [" gut"]),
        ("服务不好，味道好", "zh", ["好"]),
        ("没有等位但是贵", "zh", ["等位"]),
        ("It is not", "en", []),
    ],
)
def test_how_far_a_negation_reaches(text, language, reached):
    assert [text[low:high] for low, high in negated(text, [language])] == reached


def test_ngrams_are_content_words_and_phrases():
    texts = [
        "the wine list is long",
        "a wine list",
        "wine and food",
        "we had the wine",
        "the food is good",
        "good list",
        "long",
    ]
    table = _build(texts, ngrams=2, top=12, min_share=0.25)
    assert table.names == ("wine list", "list", "wine", "food", "good", "long")
    # A word inside a phrase is the phrase's.
    assert table.values[:, 0].tolist() == [1, 1, 0, 0, 0, 0, 0]
    assert table.values[:, 2].tolist() == [0, 0, 1, 1, 0, 0, 0]
    assert _carried(table, texts)["list"] == ["list"]
    assert _build(texts, ngrams=1, top=2).names == ("list", "wine")


def test_chinese_terms_need_no_spaces():
    texts = ["价格便宜味道好", "不便宜", "味道差", "价格贵"]
    table = _build(texts, groups={"price": ["便宜", "贵"], "taste": ["味道*"]}, negation="split")
    assert table.names == ("price", "taste", "not_price")
    assert table.values.tolist() == [[1, 1, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]


def test_the_same_terms_in_another_corpus(tmp_path):
    rng = np.random.default_rng(0)
    outcome = rng.integers(0, 2, 60).astype(float)
    corpus = Corpus("made", TEXTS * 10, outcome=outcome, outcome_classes=("bad", "good"))
    settings = {"kind": "terms", "groups": GROUPS, "negation": "split", "min_share": 0.0}
    table = build_features(settings, corpus)
    assert table.names[-1] == "outcome"
    same = transfer_features(table, corpus)
    np.testing.assert_array_equal(same.values, table.values)
    for part in ("document", "variable", "start", "end"):
        ours, theirs = getattr(same.carriers, part), getattr(table.carriers, part)
        np.testing.assert_array_equal(ours, theirs)
    assert (table.carriers.start == POOLED).sum() == 60
    null = permute_corpus(corpus, np.random.default_rng(1))
    plain = build_features({**settings, "negation": "ignore"}, corpus)
    moved = transfer_features(plain, null)
    assert moved.names == plain.names
    assert not np.array_equal(moved.values, plain.values)
    write_features(table, tmp_path / "table")
    again = transfer_features(read_features(tmp_path / "table"), corpus)
    np.testing.assert_array_equal(again.values, table.values)
    with pytest.raises(DataError, match="of 6; build them for it"):
        transfer_features(table, Corpus("short", TEXTS, outcome=outcome[:6]))
    with pytest.raises(DataError, match="has no variable outcome"):
        transfer_features(table, Corpus("bare", TEXTS * 10))


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({}, ConfigError, r"features=terms has no term; name groups"),
        ({"groups": {"a": ["/(/"]}}, ConfigError, r"Group a has /\(/, no regular expression"),
        ({"groups": {"a": ["/x*/"]}}, ConfigError, "matches nothing at all everywhere"),
        ({"groups": {"a": ["*"]}}, ConfigError, "Group a has an empty term"),
        ({"groups": {"a": []}}, ConfigError, "is no list of words"),
        ({"groups": {"a": ["zebra"]}}, DataError, "holds a word of a "),
        ({"file": "nowhere.yaml"}, ConfigError, "There is no file nowhere.yaml"),
        ({"ngrams": -1}, ConfigError, "must not be negative"),
        ({"min_share": 0.9, "max_share": 0.1}, ConfigError, "are no band"),
    ],
)
def test_what_cannot_be_is_a_sentence(settings, error, said):
    with pytest.raises(error, match=said):
        _build(**settings)


def test_a_file_that_is_no_mapping_and_texts_on_disk(tmp_path):
    (tmp_path / "list.yaml").write_text("- cheap\n")
    with pytest.raises(ConfigError, match="has no groups"):
        _build(file=str(tmp_path / "list.yaml"))
    (tmp_path / "bad.yaml").write_text("a: [b")
    with pytest.raises(ConfigError, match="cannot be read as YAML"):
        _build(file=str(tmp_path / "bad.yaml"))
    with pytest.raises(ConfigError, match="keeps every place of a term"):
        _build(store_texts(TEXTS), groups=GROUPS)
