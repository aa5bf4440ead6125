"""Interventions against forward passes made by hand, one document at a time."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
import torch

from causattn.corpora import Corpus
from causattn.effects import Contrast, ModelEffect, ModelInterventions
from causattn.effects.interventions.forward import without
from causattn.features import FeatureKind, FeatureTable
from causattn.models import LanguageModel, encode_texts

COLOUR, SIZE, SHAPE, LIKED = range(4)


def spoken(corpus: Corpus, document: int, **words: str) -> str:
    """Return a document with the words of some variables replaced, by plain text editing."""
    text = corpus.texts[document]
    for variable, word in words.items():
        values = corpus.categories[corpus.variables.index(variable)]
        text = " ".join(word if token in values else token for token in text.split())
    return text


def probabilities(model: LanguageModel, text: str, words: tuple[str, ...]) -> np.ndarray:
    """Return the words' probabilities at the one mask of a text, renormalised."""
    inputs = model.tokenizer(text, return_tensors="pt", return_token_type_ids=False)
    at = (inputs["input_ids"][0] == model.tokenizer.mask_token_id).nonzero()[0, 0]
    with torch.no_grad():
        logits = model.network(**inputs).logits[0, at]
    found = torch.softmax(logits, -1)[model.tokenizer.convert_tokens_to_ids(list(words))]
    return (found / found.sum()).double().numpy()


def outputs(model: LanguageModel, text: str) -> np.ndarray:
    inputs = model.tokenizer(text, return_tensors="pt", return_token_type_ids=False)
    with torch.no_grad():
        return torch.softmax(model.network(**inputs).logits[0], -1).double().numpy()


def test_slot_to_slot_is_the_change_of_the_hidden_slots_distribution(
    masked_model, slot_corpus, slot_table
) -> None:
    interventions = ModelInterventions(masked_model, slot_corpus, slot_table, documents=30)
    effect = interventions.effect(COLOUR, SIZE, Contrast("red", "blue", "big"))
    assert isinstance(effect, ModelEffect)
    read = np.array(
        [
            [
                probabilities(
                    masked_model,
                    spoken(slot_corpus, k, colour=colour, size="[MASK]"),
                    ("small", "big"),
                )
                for k in range(30)
            ]
            for colour in ("red", "blue")
        ]
    )
    changes = (read[1] - read[0])[:, 1]
    half = scipy.stats.t.ppf(0.975, 29) * changes.std(ddof=1) / np.sqrt(30)
    assert effect.estimate == pytest.approx(changes.mean(), abs=1e-6)
    assert effect.low == pytest.approx(changes.mean() - half, abs=1e-6)
    assert effect.high == pytest.approx(changes.mean() + half, abs=1e-6)
    assert effect.total_variation == pytest.approx(np.abs(changes).mean(), abs=1e-6)
    assert abs(effect.estimate) > 1e-3
    assert effect.documents == 30
    assert (effect.kind, effect.reads) == ("rewrite red to blue", "masked slot")
    assert effect.outcome == "P(size = big)"


def test_without_a_contrast_the_most_significant_one_is_taken_and_paid_for(
    masked_model, slot_corpus, slot_table
) -> None:
    interventions = ModelInterventions(masked_model, slot_corpus, slot_table, documents=30)
    free = interventions.effect(COLOUR, SIZE)
    assert isinstance(free, ModelEffect)
    start, end = free.kind.removeprefix("rewrite ").split(" to ")
    fixed = interventions.effect(COLOUR, SIZE, Contrast(start, end, "big"))
    assert isinstance(fixed, ModelEffect)
    assert free.estimate == pytest.approx(fixed.estimate)
    assert free.high - free.low > fixed.high - fixed.low


def test_slot_to_output_is_the_change_of_the_classifiers_output(
    classifier, slot_corpus, slot_table
) -> None:
    interventions = ModelInterventions(classifier, slot_corpus, slot_table, documents=30)
    effect = interventions.effect(SIZE, LIKED, Contrast("small", "big", "yes"))
    assert isinstance(effect, ModelEffect)
    changes = [
        outputs(classifier, spoken(slot_corpus, k, size="big"))[1]
        - outputs(classifier, spoken(slot_corpus, k, size="small"))[1]
        for k in range(30)
    ]
    assert effect.estimate == pytest.approx(np.mean(changes), abs=1e-6)
    assert effect.reads == "output"


@pytest.mark.parametrize("operation", ["mask", "delete"])
def test_removal_is_what_a_values_tokens_give_less_what_the_others_give(
    classifier, slot_corpus, slot_table, operation
) -> None:
    plain = replace(slot_corpus, value_texts=None)
    interventions = ModelInterventions(
        classifier, plain, slot_table, documents=30, operation=operation
    )
    effect = interventions.effect(SIZE, LIKED, Contrast("small", "big", "yes"))
    assert isinstance(effect, ModelEffect)
    word = "[MASK]" if operation == "mask" else ""
    given = np.array(
        [
            outputs(classifier, slot_corpus.texts[k])[1]
            - outputs(classifier, spoken(slot_corpus, k, size=word))[1]
            for k in range(30)
        ]
    )
    big = slot_table.values[:, SIZE] == 1
    expected = given[big].mean() - given[~big].mean()
    error = np.sqrt(given[big].var(ddof=1) / big.sum() + given[~big].var(ddof=1) / (~big).sum())
    assert effect.estimate == pytest.approx(expected, abs=1e-6)
    assert effect.high - effect.low == pytest.approx(2 * 1.959964 * error, abs=1e-5)
    assert effect.documents == 30
    assert effect.kind == f"{operation} small to big"


def test_replacing_puts_another_values_tokens_where_there_are_no_slots(
    classifier, slot_corpus, slot_table
) -> None:
    """A value of one word becomes the other word: what rewriting the slot would do."""
    plain = replace(slot_corpus, value_texts=None)
    interventions = ModelInterventions(
        classifier, plain, slot_table, documents=30, operation="replace"
    )
    effect = interventions.effect(SIZE, LIKED, Contrast("small", "big", "yes"))
    assert isinstance(effect, ModelEffect)
    rewritten = ModelInterventions(classifier, slot_corpus, slot_table, documents=30)
    expected = rewritten.effect(SIZE, LIKED, Contrast("small", "big", "yes"))
    assert isinstance(expected, ModelEffect)
    assert effect.kind == "replace small to big"
    assert effect[3:7] == pytest.approx(expected[3:7], abs=1e-6)
    assert effect.documents == 30


def test_tau_goes_from_the_value_attended_to_least_up_to_the_one_attended_to_most(
    classifier, slot_corpus, slot_table
) -> None:
    interventions = ModelInterventions(classifier, slot_corpus, slot_table, documents=30)
    low, high = interventions.attention_levels(COLOUR, LIKED)
    paid: dict[str, list[float]] = {}
    eager = (
        type(classifier.network)
        ._from_config(classifier.network.config, attn_implementation="eager")
        .eval()
    )
    eager.load_state_dict(classifier.network.state_dict())
    for document, text in enumerate(slot_corpus.texts):
        value = slot_corpus.categories[COLOUR][int(slot_corpus.values[document, COLOUR])]
        place = 1 + text.split().index(value)
        with torch.no_grad():
            inputs = classifier.tokenizer(text, return_tensors="pt")
            maps = torch.stack(eager(**inputs, output_attentions=True).attentions)
        paid.setdefault(value, []).append(float(maps[:, 0, :, 0, place].mean()))
    means = {value: np.mean(own) for value, own in paid.items()}
    assert (low, high) == (min(means, key=means.get), max(means, key=means.get))
    tau = interventions.attention_effect(COLOUR, LIKED)
    expected = interventions.effect(COLOUR, LIKED, Contrast(low, high, None))
    assert tau == expected
    assert tau.kind == f"rewrite {low} to {high}"


def test_tau_needs_values(classifier, slot_corpus, slot_table) -> None:
    numbers = replace(slot_table, categories=(None, *slot_table.categories[1:]))
    interventions = ModelInterventions(classifier, slot_corpus, numbers, documents=30)
    assert "is a number" in interventions.attention_effect(COLOUR, LIKED)


def test_own_token_where_there_are_no_slots(masked_model, slot_corpus, slot_table) -> None:
    kinds = (FeatureKind.PRESENCE,) * 3 + (FeatureKind.OUTPUT,)
    table = replace(slot_table, kinds=kinds)
    interventions = ModelInterventions(masked_model, slot_corpus, table, documents=30)
    effect = interventions.effect(COLOUR, SIZE)
    assert isinstance(effect, ModelEffect)
    vocabulary = tuple(
        masked_model.tokenizer.convert_ids_to_tokens(range(len(masked_model.tokenizer)))
    )
    changes = []
    for k in range(30):
        own = vocabulary.index(slot_corpus.categories[1][int(slot_table.values[k, SIZE])])
        shown = probabilities(masked_model, spoken(slot_corpus, k, size="[MASK]"), vocabulary)
        # Two masks: read the size's, which stands where the size stood.
        hidden_text = spoken(slot_corpus, k, size="[MASK]", colour="[MASK]").split()
        place = next(i for i, w in enumerate(slot_corpus.texts[k].split()) if w in ("small", "big"))
        inputs = masked_model.tokenizer(
            " ".join(hidden_text), return_tensors="pt", return_token_type_ids=False
        )
        with torch.no_grad():
            hidden = torch.softmax(masked_model.network(**inputs).logits[0, place + 1], -1)
        changes.append(shown[own] - float(hidden[own]))
    assert effect.estimate == pytest.approx(np.mean(changes), abs=1e-6)
    assert effect.outcome == "P(own token of size)"


def test_results_do_not_depend_on_the_batch_size_and_do_on_the_sample(
    masked_model, slot_corpus, slot_table
) -> None:
    def effect(**settings):
        found = ModelInterventions(masked_model, slot_corpus, slot_table, **settings).effect(0, 1)
        assert isinstance(found, ModelEffect)
        return found

    one, many = effect(batch_size=1, documents=12), effect(batch_size=64, documents=12)
    assert one.estimate == pytest.approx(many.estimate, abs=1e-6)
    assert one.estimate == effect(batch_size=1, documents=12).estimate
    assert one.estimate != effect(batch_size=1, documents=12, seed=1).estimate


def test_deleting_tokens_keeps_the_rest_of_the_encoding(masked_model) -> None:
    encoding = encode_texts(masked_model, ["it is red .", "it is so big ."])
    left = without(encoding, np.array([3, 9]))
    expected = encode_texts(masked_model, ["it is .", "it is big ."])
    np.testing.assert_array_equal(left.ids, expected.ids)
    np.testing.assert_array_equal(left.bounds, expected.bounds)
    np.testing.assert_array_equal(left.pooled, expected.pooled)
    np.testing.assert_array_equal(left.special, expected.special)


def test_refusals_say_why(masked_model, classifier, slot_corpus, slot_table) -> None:
    def says(model: LanguageModel, corpus: Corpus, table: FeatureTable, *pair: int) -> str:
        found = ModelInterventions(model, corpus, table, documents=30).effect(*pair)
        assert isinstance(found, str)
        return found

    base = slot_corpus, slot_table
    assert "cannot be set" in says(classifier, *base, LIKED, SIZE)
    assert "predicts no part of its input" in says(classifier, *base, COLOUR, SIZE)
    assert "gives no liked" in says(masked_model, *base, COLOUR, LIKED)
    strange = replace(
        slot_corpus, value_texts=(("purple", "pink", "grey"), *slot_corpus.value_texts[1:])
    )
    assert "is not one token" in says(masked_model, strange, slot_table, SIZE, COLOUR)
    three = replace(slot_table, categories=(*slot_table.categories[:3], ("no", "perhaps", "yes")))
    assert "2 outputs for the 3 values" in says(classifier, slot_corpus, three, SIZE, LIKED)
    encoder = replace(masked_model, task="encoder")
    assert "predicts no part" in says(encoder, *base, COLOUR, SIZE)


def test_what_stands_beside_the_texts_cannot_be_changed(
    masked_model, slot_corpus, slot_table
) -> None:
    kinds = (FeatureKind.METADATA, *slot_table.kinds[1:])
    table = replace(slot_table, kinds=kinds)
    interventions = ModelInterventions(masked_model, slot_corpus, table, documents=30)
    said = "colour stands beside the texts; no model reads it."
    assert interventions.effect(COLOUR, SIZE) == said
    assert interventions.effect(SIZE, COLOUR) == said
    assert interventions.cut(COLOUR, SIZE, "zero") == said
    assert interventions.attention_effect(COLOUR, SIZE) == said
