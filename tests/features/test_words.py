"""Word features: what is present where, in any script, and where exactly it stands."""

import numpy as np
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import POOLED, Corpus, load_corpus
from causattn.features import FeatureKind, build_features

ENGLISH = [
    "The food was good, the service slow.",
    "Food good; waiter rude.",
    "Slow and rude food",
    "good view, good food, good price",
    "the view is fine",
    "The price was too good",
]
CHINESE = [
    "服务员很好，味道不错",
    "服务员态度差",
    "味道很好，价格合理",
    "服务员不在，味道一般",
    "价格合理，服务好",
    "味道差，价格高",
]


def _build(texts, model=None, **settings):
    asked = {"kind": "words", "min_share": 0.0, "max_share": 1.0, **settings}
    return build_features(asked, Corpus(name="made", texts=texts), model)


def _told(table, texts):
    """The characters that carry each feature."""
    told = {name: set() for name in table.names}
    carriers = table.carriers
    for document, feature, start, end in zip(
        carriers.document, carriers.variable, carriers.start, carriers.end, strict=True
    ):
        told[table.names[feature]].add(texts[document][start:end])
    return told


def test_content_words_that_differ_most_come_first():
    table = _build(ENGLISH, top=4)
    assert table.names == ("food", "good", "price", "rude")  # 4, 4, 2 and 2 of 6 documents
    assert set(table.kinds) == {FeatureKind.PRESENCE}
    assert table.values[:, 0].tolist() == [1, 1, 1, 1, 0, 0]
    assert _told(table, ENGLISH)["food"] == {"food", "Food"}
    goods = (table.carriers.variable == 1) & (table.carriers.document == 3)
    assert goods.sum() == 3  # every occurrence carries
    left_out = table.about["left_out"]
    assert left_out["languages"] == ["en"]
    assert left_out["function_words"][0] == "the"
    assert left_out["function_word_count"] == 5  # the, was, and, is, too
    half = _build([f"{'cake' if k else ''} {'wine' if k % 2 else ''}" for k in range(6)])
    assert half.names == ("wine", "cake")  # 3 and 5 of 6


def test_function_words_can_be_kept_or_asked_for():
    assert "the" in _build(ENGLISH, top=20, function_words="keep", collinear="drop").names
    assert _build(ENGLISH, top=0, include=["too", "was"]).names == ("too", "was")
    other = _build(ENGLISH, top=20, language="unknown", collinear="drop")
    assert "the" in other.names
    with pytest.raises(ConfigError, match=r"features.language=xx has no list"):
        _build(ENGLISH, language="xx")


FORMS = [
    "The waiter was rude and the prices are high",
    "Waiters ignored us but we liked the price",
    "We liked it, the waiters and all",
    "It was an experience with the view",
    "They tried an experiment with the views",
]


def test_inflected_forms_are_one_word():
    table = _build(FORMS, top=20, collinear="drop")
    waiter = table.names.index("waiters")
    assert table.values[:, waiter].tolist() == [1, 1, 1, 0, 0]
    assert _told(table, FORMS)["waiters"] == {"waiter", "Waiters", "waiters"}
    assert table.about["left_out"]["merged"]["waiters"] == ["waiter"]
    apart = _build(FORMS, top=0, include=["waiter", "waiters"], forms="keep")
    assert apart.names == ("waiter", "waiters")
    # Derived words are others.
    assert {"experience", "experiment"} <= {*table.names, *table.about["dropped_collinear"]}
    assert _build(FORMS, top=0, include=["views"]).names == ("view",)
    assert "waiters" not in _build(FORMS, top=20, exclude=["Waiter"], collinear="drop").names


def test_band_include_and_exclude():
    table = _build(ENGLISH, top=3, max_share=0.5, exclude=["RUDE", "nowhere"], include=["good"])
    assert table.names == ("good", "price", "slow", "view")
    table = _build(ENGLISH, top=0, include=["waiter", "view"])
    assert table.names == ("waiter", "view")


def test_chinese_by_pairs_of_characters():
    table = _build(CHINESE, top=3)
    assert table.names == ("价格", "味道", "服务")  # 3, 4 and 4 of 6
    assert table.values[:, 1].tolist() == [1, 0, 1, 1, 0, 1]
    told = _told(table, CHINESE)
    assert told == {name: {name} for name in table.names}
    # 务员 always meets 服务, which is more frequent, and 格合 always meets 价格.
    many = _build(CHINESE, top=5)
    assert many.names == ("价格", "味道", "服务", "合理", "很好")
    told_apart = _build(
        ["这是的菜", "我们的菜很好", "味道很好", "菜和味道", "太好了"], top=20, collinear="drop"
    )
    assert set(told_apart.names) <= {"味道", "很好", "太好", "菜很", "道很"}
    _no_overlaps(many)


def _no_overlaps(table):
    carriers = table.carriers
    same = carriers.document[1:] == carriers.document[:-1]
    assert np.all(carriers.start[1:][same] >= carriers.end[:-1][same])


def test_a_chinese_file_from_end_to_end(tmp_path):
    path = tmp_path / "评论.csv"
    rows = "\n".join(f"{text},{'好' if k % 2 else '坏'}" for k, text in enumerate(CHINESE))
    path.write_text(f"文本,评价\n{rows}\n", encoding="gb18030")
    settings = {"kind": "file", "path": str(path), "text": "文本", "label": "评价"}
    corpus = load_corpus({**settings, "encoding": "gb18030"}, 0)
    table = build_features({"kind": "words", "top": 2, "max_share": 1.0}, corpus)
    assert table.names == ("价格", "味道", "评价")
    assert table.categories[2] == ("坏", "好")
    assert table.values[:, 2].tolist() == [0, 1, 0, 1, 0, 1]


def test_overlapping_units_carry_once():
    texts = ["不好吃", "不好", "好吃吧", "好吃", "不", "吃"]
    table = _build(texts, top=0, include=["不好", "好吃"])
    _no_overlaps(table)
    first = [(0, 2)]
    rows = table.carriers.document == 0
    assert list(zip(table.carriers.start[rows], table.carriers.end[rows], strict=True)) == first
    assert table.values[0].tolist() == [1, 1]  # both are present all the same


@pytest.fixture(scope="module")
def tokenizer_model():
    from types import SimpleNamespace

    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    pieces = ["[UNK]", "food", "serv", "##ice", "slow", "good", ",", "味", "道", "the"]
    inner = Tokenizer(models.WordPiece({p: k for k, p in enumerate(pieces)}, unk_token="[UNK]"))
    inner.normalizer = normalizers.BertNormalizer()
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return SimpleNamespace(
        tokenizer=PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="[UNK]")
    )


def test_pieces_of_the_models_tokenizer(tokenizer_model):
    texts = ["The food, slow Service", "good food 味道", "slow food serv", "味 service"]
    table = _build(texts, tokenizer_model, units="pieces", top=0, include=["serv", "##ice", "味"])
    with pytest.raises(ConfigError, match="units=pieces needs a model"):
        _build(texts, units="pieces")
    told = _told(table, texts)
    assert told == {"serv": {"Serv", "serv"}, "##ice": {"ice"}, "味": {"味"}}


def test_pieces_that_always_come_together_are_told(tokenizer_model):
    texts = ["slow Service", "good food 味道", "slow food", "good service"]
    with pytest.raises(DataError, match="serv and ##ice say the same"):
        _build(texts, tokenizer_model, units="pieces", top=0, include=["serv", "##ice"])


def test_byte_level_pieces_leave_out_their_space():
    from types import SimpleNamespace

    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.WordLevel({"[UNK]": 0, "good": 1, "Ġfood": 2}, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False)
    model = SimpleNamespace(
        tokenizer=PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="[UNK]")
    )
    texts = ["good food", "bad food", "good wine"]
    table = _build(texts, model, units="pieces", top=0, include=["good", "food"])
    assert _told(table, texts) == {"good": {"good"}, "food": {"food"}}


def test_outcome_goes_with_the_words():
    corpus = Corpus(
        name="made",
        texts=ENGLISH,
        outcome=np.arange(6.0),
        outcome_name="stars",
        outcome_classes=None,
    )
    table = build_features({"kind": "words", "top": 2, "max_share": 1.0}, corpus)
    assert table.names == ("food", "good", "stars")
    assert set(table.carriers.start[table.carriers.variable == 2]) == {POOLED}


def test_bad_words_are_told():
    with pytest.raises(DataError, match=r"word foot .*occurs in no document; did you mean food\?"):
        _build(ENGLISH, include=["foot"])
    with pytest.raises(DataError, match="Feature food has the same value in every document"):
        _build(["food a", "food b"], include=["food"], top=0)
    with pytest.raises(DataError, match="say the same of every document"):
        _build(["new york", "new york", "paris"], include=["new", "york"], top=0)
    with pytest.raises(ConfigError, match="No feature is left"):
        _build(ENGLISH, top=0)
    with pytest.raises(ConfigError, match="are no band"):
        _build(ENGLISH, min_share=0.9, max_share=0.1)


def test_choice_hangs_on_no_order_of_documents():
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(list("abcdefghij"), size=4)) for _ in range(60)]
    names = _build(texts, top=5, collinear="drop").names
    assert _build(texts[::-1], top=5, collinear="drop").names == names


def test_a_rendered_corpus_has_words_too():
    settings = {"kind": "bayesnet", "network": "asia", "documents": 400, "style": "sentences"}
    corpus = load_corpus(settings, 0)
    with pytest.raises(DataError, match="same value"):  # every document names every variable
        build_features({"kind": "words", "include": ["smoke"]}, corpus)


def test_a_table_that_cannot_fit_is_refused_with_the_size_that_would(monkeypatch):
    corpus = Corpus("many", [f"w{k % 7} w{k % 5} w{k % 3}" for k in range(1000)])
    settings = {"kind": "words", "top": 5, "max_share": 1.0}
    assert build_features(settings, corpus).size == 5
    monkeypatch.setattr("causattn.features.words.free_gb", lambda: 40e-6)
    with pytest.raises(ConfigError, match=r"1,000 documents and 5 words .*features\.top=2 or"):
        build_features(settings, corpus)
    assert build_features({**settings, "top": 2}, corpus).size == 2
