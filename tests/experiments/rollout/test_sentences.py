import numpy as np
import pytest

from experiments.rollout.sentences import (
    NOUNS,
    UNKNOWN,
    VERBS,
    Grammar,
    agreement_corpus,
    draw_sentences,
)

NUMBER = {noun: bool(number) for pair in NOUNS for number, noun in enumerate(pair)}


@pytest.fixture(scope="module")
def sentences():
    return draw_sentences(2001, np.random.default_rng(0))


def test_verb_agrees_with_its_subject(sentences):
    for sentence in sentences:
        assert NUMBER[sentence.words[sentence.subject]] == sentence.plural
        assert sentence.words[sentence.verb] == VERBS[sentence.plural]
        assert sum(word in VERBS for word in sentence.words) == 1


def test_attractors_are_the_nouns_of_other_number_up_to_the_verb(sentences):
    for sentence in sentences:
        between = range(sentence.subject + 1, sentence.verb)
        expected = [
            k for k in between if NUMBER.get(sentence.words[k], sentence.plural) != sentence.plural
        ]
        assert list(sentence.attractors) == expected
    assert 0.3 < np.mean([bool(sentence.attractors) for sentence in sentences]) < 0.9


def test_number_is_balanced_and_no_other_noun_tells_it(sentences):
    assert sum(sentence.plural for sentence in sentences) == 1000
    others = [
        NUMBER[word] == sentence.plural
        for sentence in sentences
        for k, word in enumerate(sentence.words[: sentence.verb])
        if word in NUMBER and k != sentence.subject
    ]
    assert np.mean(others) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(len(others)))


def test_the_same_generator_state_gives_the_same_sentences(sentences):
    assert draw_sentences(2001, np.random.default_rng(0)) == sentences
    assert draw_sentences(2001, np.random.default_rng(1)) != sentences


def test_no_modifiers_no_attractors():
    found = draw_sentences(200, np.random.default_rng(2), Grammar(modifiers=0))
    assert not any(sentence.attractors for sentence in found)


def test_corpus_tells_the_number_by_the_verb_alone(sentences):
    corpus = agreement_corpus(sentences, 0.3, np.random.default_rng(3))
    blanked = words = 0
    for k, (text, sentence) in enumerate(zip(corpus.texts, sentences, strict=True)):
        start, end = corpus.mentions.start[k], corpus.mentions.end[k]
        assert text[start:end] == VERBS[sentence.plural]
        assert corpus.values[k, 0] == sentence.plural
        told = text.split()
        assert len(told) == len(sentence.words)
        for word, drawn in zip(told, sentence.words, strict=True):
            assert word in (drawn, UNKNOWN)
        blanked += told.count(UNKNOWN)
        words += len(told) - 1
    assert blanked / words == pytest.approx(0.3, abs=0.02)
