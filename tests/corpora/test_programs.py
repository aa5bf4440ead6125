"""Programs: what they are meant to give, step by step, on sequences of every length."""

import numpy as np
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import (
    PROGRAMS,
    ProgramSelect,
    ProgramStep,
    ProgramTrace,
    load_corpus,
    program_domains,
)

TOKENS, INDICES = ProgramStep("tokens"), ProgramStep("indices")


def _corpus(seed=0, **settings):
    return load_corpus({"kind": "program", **settings}, seed)


def test_there_are_many_and_each_has_its_own_name() -> None:
    assert len(PROGRAMS) >= 30
    asked = (
        "reverse histogram sort most_frequent dyck1 dyck2 previous_token induction majority "
        "shift_two first last count contains double_histogram running_parity running_fraction"
    )
    assert set(asked.split()) <= set(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_steps_give_what_the_program_is_meant_to(name) -> None:
    program = PROGRAMS[name]
    rng = np.random.default_rng(7)
    for length in range(1, program.length + 1):
        for _ in range(25):
            tokens = program.sample(rng, length)
            assert ProgramTrace(tokens).values(program.output) == program.meaning(tokens), tokens


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_value_is_in_its_domain(name) -> None:
    program = PROGRAMS[name]
    known = program_domains(program.output, program.vocabulary, program.length)
    rng = np.random.default_rng(8)
    for length in (1, program.length):
        trace = ProgramTrace(program.sample(rng, length))
        for step, domain in known.items():
            assert set(trace.values(step)) <= set(domain.all())


@pytest.mark.parametrize(
    ("name", "text", "given"),
    [
        ("reverse", "a b c", "c b a"),
        ("sort", "c a b a", "a a b c"),
        ("histogram", "a b a", "2 1 2"),
        ("double_histogram", "a b b c c", "1 2 2 2 2"),
        ("most_frequent", "b a b", "b b b"),
        ("induction", "a b a c a", "[NONE] [NONE] b [NONE] c"),
        ("dyck1", "( ) ) (", "open balanced wrong wrong"),
        ("dyck2", "( [ ] )", "open open open balanced"),
        ("dyck2", "( [ ) ]", "open open wrong wrong"),
        ("shuffle_dyck2", "( [ ) ]", "open open open balanced"),
        ("running_fraction", "a b b", "1 1/2 1/3"),
        ("running_parity", "a b a", "1 1 0"),
        ("majority", "a b a", "yes yes yes"),
    ],
)
def test_known_answers(name, text, given) -> None:
    assert PROGRAMS[name].answer(text.split()) == given.split()


def test_a_corpus_has_the_answers_and_where_each_token_stands() -> None:
    corpus = _corpus(program="sort", documents=20, shortest=3)
    lengths = {len(text.split()) for text in corpus.texts}
    assert min(lengths) >= 3
    assert len(lengths) > 1
    for text, output in zip(corpus.texts, corpus.metadata["output"], strict=True):
        assert sorted(text.split()) == output.split()
    mentions = corpus.mentions
    for k in range(len(mentions)):
        text = corpus.texts[mentions.document[k]]
        code = corpus.values[mentions.document[k], mentions.variable[k]]
        word = corpus.categories[mentions.variable[k]][int(code)]
        assert text[mentions.start[k] : mentions.end[k]] == word
    assert _corpus(program="sort", documents=20, shortest=3).texts == corpus.texts
    assert _corpus(1, program="sort", documents=20, shortest=3).texts != corpus.texts


def test_rare_sequences_are_drawn_often_enough() -> None:
    corpus = _corpus(program="palindrome", documents=200, length=8)
    share = corpus.metadata["output"].str.startswith("yes").mean()
    assert 0.4 < share < 0.7


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"program": "revers"}, "reverse"),
        ({"length": 1}, "at least 2"),
        ({"length": 5, "shortest": 6}, "between 1 and 5"),
        ({"documents": 0}, "corpus.documents"),
    ],
)
def test_settings_that_make_no_sense_are_a_sentence(settings, says) -> None:
    with pytest.raises(ConfigError, match=says):
        _corpus(**settings)


def test_what_cannot_be_compiled_is_a_sentence() -> None:
    before = ProgramSelect(INDICES, INDICES, lambda k, q: k == q - 1)
    shifted = ProgramStep("gather", (TOKENS,), None, before)
    count = ProgramStep("width", (), None, before)
    keyed = ProgramSelect(shifted, TOKENS, lambda k, q: k == q)
    wrong = {
        "key of a select can be None": ProgramStep("gather", (TOKENS,), None, keyed),
        "ends in a number": count,
        "map of it alone": ProgramStep("map", (count, TOKENS), lambda n, token: token),
    }
    for says, step in wrong.items():
        with pytest.raises(DataError, match=says):
            program_domains(step, ("a", "b"), 3)


def test_a_gather_of_several_values_is_a_sentence() -> None:
    every = ProgramSelect(INDICES, INDICES, lambda k, q: True)
    with pytest.raises(DataError, match="must have one value"):
        ProgramTrace("ab").values(ProgramStep("gather", (TOKENS,), None, every))
