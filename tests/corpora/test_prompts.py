import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.corpora import load_corpus
from causattn.corpora.pronouns import HE, SHE
from causattn.corpora.sentiment import BAD, GOOD


def test_an_indirect_object_is_asked_for_and_its_counterpart_asks_for_nobody() -> None:
    corpus = load_corpus({"kind": "indirect_object", "documents": 16}, 3)
    assert corpus.variables == ("first", "second", "place", "again", "thing", "answer")
    mentions, known = corpus.mentions, corpus.metadata
    for document, text in enumerate(corpus.texts):
        own = mentions.document == document
        word = {
            corpus.variables[variable]: text[start:end]
            for variable, start, end in zip(
                mentions.variable[own], mentions.start[own], mentions.end[own], strict=True
            )
        }
        assert text.endswith(f" to {word['answer']}")
        row = known.iloc[document]
        assert (row["right"], row["wrong"]) == (word["answer"], word["again"])
        both = [word["answer"], word["again"]]
        assert [word["first"], word["second"]] == both[:: 1 if document % 2 == 0 else -1]
        told, asked = text.split(), row["counterpart"].split()
        assert len(asked) == len(told) - 1
        changed = [a for a, b in zip(asked, told, strict=False) if a.strip(",") != b.strip(",")]
        assert len({name.strip(",") for name in changed}) == 3
        for k, name in enumerate(corpus.variables):
            assert corpus.categories[k][int(corpus.values[document, k])] == word[name]
    again = load_corpus({"kind": "indirect_object", "documents": 16}, 3)
    assert list(again.texts) == list(corpus.texts)
    assert set(known["template"]) == {0, 1, 2, 3}
    some = load_corpus({"kind": "indirect_object", "documents": 8, "templates": [1, 2]}, 3)
    assert set(some.metadata["template"]) == {1, 2}
    assert np.isfinite(some.values).all()


def test_a_later_decade_is_right_and_its_counterpart_allows_every_one() -> None:
    corpus = load_corpus({"kind": "greater_than", "documents": 24}, 0)
    for text, row in zip(corpus.texts, corpus.metadata.to_dict("records"), strict=True):
        years = [word.strip(".,") for word in text.split() if word[:4].strip(".,").isdigit()]
        first, last = years
        assert (len(first), len(last), first[:2]) == (4, 3, last[:2])
        assert set(row["right"].split("|")) == {d for d in "0123456789" if d > first[2]}
        assert set(row["wrong"].split("|")) == {d for d in "0123456789" if d < first[2]}
        assert last[2] in row["right"]
        assert row["counterpart"] == text[:-1].replace(first, first[:2] + "01")


def test_a_persons_gender_is_right_and_the_counterparts_is_wrong() -> None:
    corpus = load_corpus({"kind": "pronouns", "documents": 24}, 0)
    women, men = SHE, HE
    for text, row in zip(corpus.texts, corpus.metadata.to_dict("records"), strict=True):
        own, other = (women, men) if row["right"] == "she" else (men, women)
        assert text.endswith(f" that {row['right']}")
        assert sum(f" {word} " in text for word in own) == 1
        assert sum(f" {word} " in row["counterpart"] for word in other) == 1
    assert set(corpus.metadata["known_by"]) == {"word", "profession"}


def test_praise_is_right_after_praise_and_the_counterpart_blames() -> None:
    corpus = load_corpus({"kind": "sentiment", "documents": 24}, 0)
    food, service = (corpus.variables.index(name) for name in ("food", "service"))
    for document, row in enumerate(corpus.metadata.to_dict("records")):
        own, other = (GOOD, BAD) if row["sentiment"] == "good" else (BAD, GOOD)
        words = corpus.texts[document].replace(",", " ").replace(".", " ").split()
        assert sum(word in own for word in words[:-1]) == 2
        assert not any(word in other for word in words)
        asked = row["counterpart"].replace(",", " ").replace(".", " ").split()
        assert sum(word in other for word in asked) == 2
        assert len(asked) == len(words) - 1
        assert words[-1] in row["right"].split("|")
        names = corpus.categories[food]
        assert {names[int(corpus.values[document, k])] for k in (food, service)} <= set(own)
    assert set(corpus.metadata["sentiment"]) == {"good", "bad"}


def test_an_indirect_object_is_asked_for_in_chinese() -> None:
    corpus = load_corpus({"kind": "indirect_object", "language": "zh", "documents": 16}, 3)
    for text, row in zip(corpus.texts, corpus.metadata.to_dict("records"), strict=True):
        assert text.endswith(row["right"])
        assert text.count(row["right"]) == text.count(row["wrong"]) == 2
        assert len(row["counterpart"]) == len(text) - 1
        assert row["right"] not in row["counterpart"]
        assert row["wrong"] not in row["counterpart"]


@pytest.mark.parametrize("kind", ["indirect_object", "greater_than", "pronouns", "sentiment"])
def test_unknown_templates_are_refused(kind) -> None:
    with pytest.raises(ConfigError, match="templates 0 to 3"):
        load_corpus({"kind": kind, "templates": [9]}, 0)


def test_too_few_names_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"names=2"):
        load_corpus({"kind": "indirect_object", "names": 2}, 0)
