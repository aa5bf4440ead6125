"""The search against brute force over all sets of edits, with deciders made by hand."""

from collections.abc import Callable, Sequence
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import CapabilityError, ConfigError, DataError
from causattn.corpora import Corpus
from causattn.exemplars import (
    CorpusValues,
    EditPlace,
    EditSettings,
    hidden_decision,
    label_decision,
    minimal_edits,
    proposed_places,
)
from causattn.features import FeatureTable
from causattn.models import LanguageModel, single_tokens

Make = Callable[..., LanguageModel]
TEXT = "a b c d e"


def decider(weights: dict[str, float]) -> Callable[[Sequence[str]], np.ndarray]:
    """Class 1 where the letters' weights sum above 0."""

    def decide(texts: Sequence[str]) -> np.ndarray:
        sums = np.array([sum(weights.get(letter, 0.0) for letter in text) for text in texts])
        return np.column_stack([1 / (1 + np.exp(sums)), 1 / (1 + np.exp(-sums))])

    return decide


def smallest(decide, places: list[EditPlace]) -> int | None:
    """The size of the smallest set that turns the output, by trying all."""
    label = decide([TEXT])[0].argmax()
    for size in range(1, len(places) + 1):
        for some in combinations(places, size):
            for texts in product(*(place.texts for place in some)):
                edited = TEXT
                for place, text in reversed(list(zip(some, texts, strict=True))):
                    edited = edited[: place.start] + text + edited[place.end :]
                said = decide([edited])[0]
                if said[label] < said.max():  # a tie turns nothing
                    return size
    return None


PLACES = [EditPlace(2 * k, 2 * k + 1, (letter.upper(), "")) for k, letter in enumerate("abcde")]


@settings(deadline=None)
@given(st.lists(st.floats(-2, 2), min_size=10, max_size=10))
def test_what_is_found_is_smallest_and_turns_the_output(numbers: list[float]) -> None:
    decide = decider(dict(zip("abcdeABCDE", numbers, strict=True)))
    expected = smallest(decide, PLACES)
    found = minimal_edits(decide, TEXT, PLACES)
    if expected is None or expected > 4:  # beyond three the search is greedy
        assert expected is not None or (not found.edits and found.reason)
        return
    assert len(found.edits) == expected if expected < 4 else len(found.edits) in (0, 4, 5)
    if found.edits:
        assert decide([found.edited])[0].argmax() != decide([TEXT])[0].argmax()
        np.testing.assert_array_equal(found.after, decide([found.edited])[0])
        assert found.minimal == (len(found.edits) <= found.exhausted + 1)
        edited = TEXT
        for edit in reversed(found.edits):
            assert TEXT[edit.start : edit.end] == edit.before
            edited = edited[: edit.start] + edit.after + edited[edit.end :]
        assert edited == found.edited


def test_greedy_takes_over_and_takes_back_what_it_does_not_need() -> None:
    # `a` is the best first edit, and useless once b, c, d are made.
    decide = decider(
        dict(zip("abcdeABCDE", (-1, -1, -1, -1, 0.4, 0.6, 0.5, 0.5, 0.5, 0.4), strict=True))
    )
    places = [EditPlace(place.start, place.end, place.texts[:1]) for place in PLACES]
    found = minimal_edits(decide, TEXT, places, EditSettings(tries=30, exhaustive=1))
    assert found.exhausted == 1
    assert len(found.edits) == smallest(decide, places) == 3
    assert not found.minimal  # pairs were not all tried
    greedy = minimal_edits(decide, TEXT, places, EditSettings(tries=4))
    assert greedy.exhausted == 0
    assert greedy.tried <= 4


def test_where_nothing_turns_the_output_the_reason_says_how_far_was_looked() -> None:
    found = minimal_edits(decider({}), TEXT, PLACES, EditSettings(edits=2))
    assert found.edits == ()
    assert found.edited == TEXT
    assert found.reason is not None
    assert "50 texts read, all sets of up to 2 were tried" in found.reason
    assert "no place" in str(minimal_edits(decider({}), TEXT, []).reason)
    with pytest.raises(ConfigError, match="tries=0"):
        EditSettings(tries=0)


def test_a_slot_takes_the_values_that_others_tell(table: FeatureTable, corpus: Corpus) -> None:
    values = CorpusValues(table, corpus.texts)
    places = values.places(5, without=[0])
    assert len(places) == len(table.names) - 1
    for place in places:
        name, value = corpus.texts[5][place.start : place.end].split("=")
        assert place.texts == (f"{name}={'no' if value == 'yes' else 'yes'}",)
        assert name != table.names[0]


def test_a_hidden_slot_flips_on_the_model(
    masked: LanguageModel, table: FeatureTable, corpus: Corpus
) -> None:
    target = table.names.index("bronc")
    variable = corpus.variables.index("bronc")
    assert corpus.value_texts is not None
    assert corpus.mask_texts is not None
    hiding = int(single_tokens(masked, [corpus.mask_texts[variable]])[0])
    tokens = single_tokens(masked, list(corpus.value_texts[variable]))
    decide = hidden_decision(masked, hiding, tokens.tolist())
    hidden = [
        " ".join(
            corpus.mask_texts[variable] if word.startswith("bronc=") else word
            for word in text.split(" ")
        )
        for text in corpus.texts
    ]
    said = decide(hidden[:40])
    np.testing.assert_allclose(said.sum(axis=1), 1)
    # Places are of the texts as they are asked, with the slot hidden.
    values = CorpusValues(table, corpus.texts)
    turned = 0
    for row in range(40):
        shift = len(hidden[row]) - len(corpus.texts[row])
        start = corpus.texts[row].index("bronc=")
        places = [
            EditPlace(
                p.start + shift * (p.start > start), p.end + shift * (p.start > start), p.texts
            )
            for p in values.places(row, without=[target])
        ]
        found = minimal_edits(decide, hidden[row], places)
        if found.edits:
            turned += 1
            assert decide([found.edited])[0].argmax() != said[row].argmax()
    assert turned > 0
    with pytest.raises(DataError, match="exactly once"):
        decide([corpus.texts[0]])


def test_a_classifier_flips_and_a_number_cannot(classifier: Make, corpus: Corpus) -> None:
    decide = label_decision(classifier(3))
    words = corpus.texts[0].split(" ")
    start = corpus.texts[0].index(words[2])
    places = [EditPlace(start, start + len(words[2]), ("",))]
    found = minimal_edits(decide, corpus.texts[0], places)
    assert found.tried == 1
    assert bool(found.edits) == (found.before.argmax() != decide([found.edited])[0].argmax())
    with pytest.raises(CapabilityError, match="gives a number"):
        label_decision(classifier(1))


def test_proposals_are_the_models_likeliest_words(masked: LanguageModel, corpus: Corpus) -> None:
    places = proposed_places(masked, corpus.texts[0], 2)
    for place in places:
        own = corpus.texts[0][place.start : place.end]
        assert 0 < len(place.texts) <= 2
        assert own not in place.texts
    with pytest.raises(CapabilityError, match="fills in no hidden words"):
        proposed_places(LanguageModel("m", masked.network, masked.tokenizer, "encoder"), "a b")
