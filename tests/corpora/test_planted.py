"""Planted corpora: the texts obey the rule, read back by a parser that knows no slots."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import CapabilityError, ConfigError
from causattn.corpora import (
    load_corpus,
    planted_causes,
    planted_labels,
    planted_roles,
    read_corpus,
    rewrite,
    write_corpus,
)

RULES, LANGUAGES = ("token", "context", "pair"), ("english", "chinese")
every_rule = pytest.mark.parametrize("rule", RULES)
every_language = pytest.mark.parametrize("language", LANGUAGES)


DECOYS = ("same_words", "rare", "none")


def _load(rule="token", language="english", seed=0, documents=120, **settings):
    settings = {"confounding": 0.5 if rule == "token" else 0.0, "label_noise": 0.0, **settings}
    own = {"kind": "planted", "rule": rule, "language": language, "documents": documents}
    return load_corpus({**own, **settings}, seed)


def _read_label(text, rule, language):
    """Return the label as a person would read it from the text."""
    if rule == "token":
        return int(("soup was fresh" if language == "english" else "汤是鲜的") in text)
    if rule == "context":
        pattern = r"soup was (\w+) (\w+)" if language == "english" else "汤([不很])(新鲜|难喝)"
        negation, quality = re.search(pattern, text).groups()
        return int((negation in ("not", "不")) != (quality in ("fresh", "新鲜")))
    heard = re.findall(r"heard a (\w+)" if language == "english" else "听见(.)声", text)
    return int(heard[:2] in (["bell", "drum"], ["钟", "鼓"]))


@every_rule
@every_language
def test_the_text_says_the_label(rule, language):
    corpus = _load(rule, language)
    told = [_read_label(text, rule, language) for text in corpus.texts]
    assert corpus.outcome.tolist() == told
    assert planted_labels(corpus).tolist() == told
    assert 0 < np.mean(told) < 1
    assert len(corpus.outcome_classes) == 2


@settings(deadline=None, max_examples=60)
@given(
    data=st.data(),
    rule=st.sampled_from(RULES),
    language=st.sampled_from(LANGUAGES),
    decoy=st.sampled_from(DECOYS),
)
def test_only_the_rules_words_change_the_label(data, rule, language, decoy):
    seed = data.draw(st.integers(0, 5))
    corpus = _load(rule, language, seed=seed, documents=4, decoy=decoy)
    variable = data.draw(st.integers(0, len(corpus.variables) - 1))
    code = data.draw(st.integers(0, len(corpus.categories[variable]) - 1))
    values = np.full(corpus.values.shape, np.nan)
    values[:, variable] = code
    changed = rewrite(corpus, values)
    before = [_read_label(text, rule, language) for text in corpus.texts]
    after = [_read_label(text, rule, language) for text in changed.texts]
    assert planted_labels(changed).tolist() == after
    if planted_roles(corpus)[variable] != "cause":
        assert after == before
    elif rule != "pair":
        differs = corpus.values[:, variable] != code
        assert [a != b for a, b in zip(after, before, strict=True)] == differs.tolist()


@every_rule
@every_language
def test_causes_are_the_smallest_change_of_the_text_that_flips(rule, language):
    corpus = _load(rule, language, documents=30)
    mentions, marked = corpus.mentions, planted_causes(corpus)
    bounds = mentions.of_documents(len(corpus))
    flips = _flips_of_text(corpus, rule, language)
    for document in range(len(corpus)):
        rows = np.arange(bounds[document], bounds[document + 1])
        found = set(mentions.variable[rows[marked[rows]]].tolist())
        smallest = min(map(len, flips[document]))
        assert found == set().union(*(s for s in flips[document] if len(s) == smallest))


def _flips_of_text(corpus, rule, language):
    """Return for each document all sets of one or two variables whose rewriting flips its text."""
    before = [_read_label(text, rule, language) for text in corpus.texts]
    flips = [[] for _ in corpus.texts]
    width = len(corpus.variables)
    for size in (1, 2):
        for chosen in itertools.combinations(range(width), size):
            values = np.full(corpus.values.shape, np.nan)
            for variable in chosen:
                # The other of two values; of the decoy's many, the next.
                many = len(corpus.categories[variable])
                values[:, variable] = (corpus.values[:, variable] + 1) % many
            for document, text in enumerate(rewrite(corpus, values).texts):
                if _read_label(text, rule, language) != before[document]:
                    flips[document].append(set(chosen))
    return flips


def test_a_pair_that_must_change_together_is_marked_together():
    corpus = _load("pair")
    first, second = (corpus.variables.index(f"{which}_sound") for which in ("first", "second"))
    marked = np.zeros(corpus.values.shape, dtype=bool)
    marked[corpus.mentions.document, corpus.mentions.variable] = planted_causes(corpus)
    expected = {(0, 1): [True, True], (0, 0): [False, True], (1, 1): [True, False]}
    expected[1, 0] = [True, True]
    for row, codes in enumerate(corpus.values[:, [first, second]].astype(int).tolist()):
        assert marked[row, [first, second]].tolist() == expected[tuple(codes)]
    assert not np.delete(marked, [first, second], axis=1).any()


def test_the_first_sound_stands_first():
    corpus = _load("pair", documents=300)
    mentions = corpus.mentions
    place = np.zeros(corpus.values.shape)
    place[mentions.document, mentions.variable] = mentions.start
    first, second = (corpus.variables.index(f"{which}_sound") for which in ("first", "second"))
    assert (place[:, first] < place[:, second]).all()
    fillers = [k for k, role in enumerate(planted_roles(corpus)) if role == "filler"]
    assert 0.4 < (place[:, fillers[0]] < place[:, fillers[1]]).mean() < 0.6


@every_rule
@every_language
def test_decoys(rule, language):
    for decoy in DECOYS:
        corpus = _load(rule, language, documents=300, decoy=decoy)
        roles, mentions = planted_roles(corpus), corpus.mentions
        assert roles.count("decoy") == (decoy != "none")
        told = [
            text[mentions.start[row] : mentions.end[row]]
            for text, row in zip(
                np.array(corpus.texts)[mentions.document], range(len(mentions)), strict=True
            )
        ]
        by_role = {}
        for word, variable in zip(told, mentions.variable, strict=True):
            by_role.setdefault(roles[variable], set()).add(word)
        if decoy == "same_words":
            assert by_role["decoy"] <= by_role["cause"]
        if decoy == "rare":
            assert len(by_role["decoy"]) == 24
            first = mentions.start[mentions.variable == roles.index("decoy")]
            assert (first == 0).all()


@every_language
def test_the_confounded_word_goes_with_the_label_and_does_not_make_it(language):
    corpus = _load("token", language, documents=20_000, confounding=0.6)
    roles = planted_roles(corpus)
    cause, confounded, season, decoy = (
        corpus.values[:, roles.index(role)]
        for role in ("cause", "confounded", "common_cause", "decoy")
    )
    assert np.corrcoef(confounded, corpus.outcome)[0, 1] == pytest.approx(0.6, abs=0.02)
    assert np.corrcoef(season, corpus.outcome)[0, 1] == pytest.approx(0.6**0.5, abs=0.02)
    assert abs(np.corrcoef(decoy, corpus.outcome)[0, 1]) < 0.03
    assert (cause == corpus.outcome).all()
    names = [*corpus.variables, corpus.outcome_name]
    edges = {(names.index(edge.source), names.index(edge.target)) for edge in corpus.truth.edges()}
    at = {role: roles.index(role) for role in ("cause", "common_cause", "confounded")}
    assert edges == {
        (at["common_cause"], at["cause"]),
        (at["common_cause"], at["confounded"]),
        (at["cause"], len(roles)),
    }
    for season_value in (0, 1):  # given the season, cause and confounded word are independent
        rows = season == season_value
        assert abs(np.corrcoef(cause[rows], confounded[rows])[0, 1]) < 0.03


@every_language
def test_words_alone_do_not_give_away_context_or_order(language):
    for rule, best in (("context", 0.55), ("pair", 0.77)):
        corpus = _load(rule, language, documents=4000)
        words = [tuple(sorted(text)) for text in corpus.texts]
        assert max(np.mean(corpus.outcome), 1 - np.mean(corpus.outcome)) < best
        if rule == "pair":  # the same letters, with and without the label
            label = dict.fromkeys(words, None)
            both = 0
            for key, value in zip(words, corpus.outcome, strict=True):
                both += label[key] is not None and label[key] != value
                label[key] = value
            assert both > 20


def test_seeds_numbers_of_documents_and_settings():
    assert _load(seed=1).texts == _load(seed=1).texts
    assert _load(seed=1).texts != _load(seed=2).texts
    assert _load(documents=300).texts[:120] == _load(documents=120).texts
    bare = _load("token", decoy="none", confounding=0.0, fillers=0)
    assert set(bare.texts) == {"the soup was stale.", "the soup was fresh."}
    assert planted_causes(bare).all()


def test_label_noise_turns_labels_and_nothing_else():
    clean, noisy = _load(documents=5000), _load(documents=5000, label_noise=0.2)
    assert noisy.texts == clean.texts
    assert (noisy.outcome != clean.outcome).mean() == pytest.approx(0.2, abs=0.03)
    assert np.array_equal(planted_labels(noisy), clean.outcome)
    assert np.array_equal(planted_causes(noisy), planted_causes(clean))


def test_the_truth_survives_storage(tmp_path):
    corpus = _load("context", "chinese")
    write_corpus(corpus, tmp_path / "corpus")
    stored = read_corpus(tmp_path / "corpus")
    assert (planted_causes(stored) == planted_causes(corpus)).all()
    assert planted_roles(stored) == planted_roles(corpus)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"documents": 1}, "corpus.documents=1 is too few"),
        ({"fillers": 7}, "corpus.fillers=7 must lie between 0 and 6"),
        ({"confounding": 1.0}, "corpus.confounding=1 is a correlation"),
        ({"rule": "pair", "confounding": 0.5}, "set corpus.confounding=0"),
        ({"label_noise": 0.5}, "corpus.label_noise=0.5 must be at least 0 and below 0.5"),
        ({"language": "latin"}, "english"),
    ],
)
def test_settings_that_make_no_sense(wrong, sentence):
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        load_corpus({"kind": "planted", **wrong}, 0)


def test_other_corpora_have_no_planted_truth():
    other = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 20}, 0)
    for ask in (planted_causes, planted_labels, planted_roles):
        with pytest.raises(CapabilityError, match="corpus=planted"):
            ask(other)
