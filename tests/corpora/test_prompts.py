import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.corpora import load_corpus


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


def test_unknown_templates_are_refused() -> None:
    with pytest.raises(ConfigError, match="templates 0 to 3"):
        load_corpus({"kind": "indirect_object", "templates": [9]}, 0)
    with pytest.raises(ConfigError, match=r"names=2"):
        load_corpus({"kind": "indirect_object", "names": 2}, 0)
