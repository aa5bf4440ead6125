"""Languages by their function words, and forms by their stem."""

import pytest

from causattn.corpora import is_function_word, language_of, languages_of
from causattn.corpora.languages import LANGUAGES, language_shares, stemmer_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The food was great and I loved it", "en"),
        ("Das Essen war sehr gut und wir kommen wieder", "de"),
        ("Le repas était très bon et le service aussi", "fr"),
        ("La comida estaba muy buena y el servicio también", "es"),
        ("服务员很好，味道不错", "zh"),
        ("食べ物はとても良い", "unknown"),
        ("еда была вкусная", "unknown"),
        ("a b c i d", "unknown"),
        ("asia=yes smoke=no", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_language_of_a_text(text, language):
    assert language_of(text) == language


def test_a_corpus_can_have_two():
    texts = ["The food was good"] * 6 + ["菜很好吃，服务不错"] * 3 + ["good"]
    assert languages_of(texts) == ("en", "zh")
    assert language_shares(texts) == pytest.approx({"en": 6 / 9, "zh": 3 / 9})
    assert languages_of(texts, "zh") == ("zh",)
    assert languages_of(["x1 x2", "x3"]) == ("unknown",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_hold_words_in_lower_case(language):
    from causattn.corpora.languages import _listed

    assert len(_listed(language)) > 150
    assert all(word == word.lower() and " " not in word for word in _listed(language))


def test_function_words():
    en, zh = ("en",), ("zh",)
    for word in ("the", "my", "came", "under", "every", "uses", "didn't", "didn’t", "very"):
        assert is_function_word(word, en)
    for word in ("food", "stars", "waiter", "good", "slow", "bill", "full"):
        assert not is_function_word(word, en)
    for pair in ("的菜", "我们", "因为", "好了"):
        assert is_function_word(pair, zh)
    for pair in ("味道", "目的", "很好", "不错"):
        assert not is_function_word(pair, zh)
    assert not is_function_word("the", zh)
    assert is_function_word("the", ("en", "zh"))


def test_stems_join_inflections_and_no_more():
    stem = stemmer_of(("en",))
    for one, other in [
        ("price", "prices"),
        ("disappointed", "disappointing"),
        ("restaurant’s", "restaurants"),
        ("dine", "dining"),
        ("busy", "busying"),
    ]:
        assert stem(one) == stem(other)
    for one, other in [
        ("experience", "experiment"),
        ("disappointed", "disappointment"),
        ("attentive", "attention"),
        ("universal", "university"),
    ]:
        assert stem(one) != stem(other)
    assert stemmer_of(("de",))("kellnerinnen") == stemmer_of(("zh", "de"))("kellnerin")
    assert stemmer_of(("zh",))("prices") == "prices"
