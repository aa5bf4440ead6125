"""Reviews from a structural model: its graph, its wordings, and exact counterfactuals."""

from dataclasses import replace

import numpy as np
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import find_words, load_corpus, scm_counterfactual
from causattn.corpora.scm import DOMAINS

NAMES = ("crowd", "price", "food", "service", "noise")


def _drawn(seed=0, **settings):
    return load_corpus({"kind": "scm", "documents": 600, **settings}, seed)


LANGUAGES = pytest.mark.parametrize("language", ["english", "chinese"])
EVERY = pytest.mark.parametrize("domain", DOMAINS)


@EVERY
@LANGUAGES
def test_a_mention_is_in_its_value_s_words(domain, language):
    corpus = _drawn(domain=domain, language=language)
    ways = DOMAINS[domain].said[language]
    for row in range(len(corpus.mentions)):
        document, variable = corpus.mentions.document[row], corpus.mentions.variable[row]
        text = corpus.texts[document][corpus.mentions.start[row] : corpus.mentions.end[row]]
        own = ways[corpus.variables[variable]][int(corpus.values[document, variable])]
        assert text.lower() in {word.lower() for word in (*own.words, *own.implied)}
    told = np.zeros_like(corpus.values)
    told[corpus.mentions.document, corpus.mentions.variable] += 1
    assert told.mean() == pytest.approx(0.9, abs=0.03)


@EVERY
@LANGUAGES
def test_every_concept_and_value_has_wordings(domain, language):
    own = DOMAINS[domain]
    assert set(own.said[language]) == {concept.name for concept in own.concepts}
    assert len(set(own.distractors[language])) >= 7
    for concept in own.concepts:
        both = own.said[language][concept.name]
        assert not set(both[0].words) & set(both[1].words)
        assert not set(both[0].implied) & set(both[1].implied)
        for way in both:
            assert all(frame.count("{}") == 1 for frame in way.frames)
            assert len(way.frames) * len(way.words) >= 4
            assert way.implied


@EVERY
def test_a_domain_s_model_is_one(domain):
    """Chances lie between 0 and 1 whatever the parents are, which come before their children."""
    own = DOMAINS[domain]
    seen = {own.hidden.name}
    shared = [concept for concept in own.concepts if own.hidden.name in concept.parents]
    assert len(shared) >= 2
    for concept in own.concepts:
        assert set(concept.parents) <= seen
        seen.add(concept.name)
        added = list(concept.parents.values())
        assert concept.base + sum(part for part in added if part < 0) >= 0
        assert concept.base + sum(part for part in added if part > 0) <= 1


@EVERY
def test_effects_are_those_of_the_model_s_own_chances(domain):
    """What setting a concept does to each one that depends on it, against the model by hand."""
    own = DOMAINS[domain]
    corpus = _drawn(domain=domain, documents=20_000)
    names = [concept.name for concept in own.concepts]
    children = [(child, parent) for child in own.concepts for parent in child.parents]
    for child, parent in children:
        if parent == own.hidden.name:
            continue
        low, high = (
            scm_counterfactual(corpus, {parent: value}).values[:, names.index(child.name)]
            for value in own.concepts[names.index(parent)].values
        )
        expected = child.parents[parent]
        assert (high - low).mean() == pytest.approx(expected, abs=0.02)
        assert ((high - low) * np.sign(expected) >= 0).all()
    for name in names:
        moved = scm_counterfactual(corpus, {name: corpus.categories[names.index(name)][1]})
        assert (moved.values[:, names.index(name)] == 1).all()
        assert len(moved.texts) == len(corpus.texts)


@EVERY
def test_hidden_and_chosen_in_every_domain(domain):
    own = DOMAINS[domain]
    hidden = _drawn(domain=domain, hidden=True)
    assert own.hidden.name in hidden.truth.names
    assert hidden.truth_over([*hidden.variables, own.outcome]).details["skeleton_alone"]
    plain, chosen = (_drawn(domain=domain, documents=4000, selection=k) for k in (False, True))
    seldom = int(np.argmin(own.written))
    assert (chosen.outcome == seldom).mean() < 0.7 * (plain.outcome == seldom).mean()


def test_a_counterfactual_changes_what_follows_and_nothing_else():
    corpus = _drawn()
    good = scm_counterfactual(corpus, {"crowd": "full"})
    assert (good.values[:, 0] == 1).all()
    # Price and food do not follow from the crowd.
    np.testing.assert_array_equal(good.values[:, [1, 2]], corpus.values[:, [1, 2]])
    same = corpus.values[:, 0] == 1
    assert 0 < same.sum() < len(same)
    changed = (good.values != corpus.values).any(axis=1)
    for document in range(len(corpus)):
        one, other = corpus.texts[document], good.texts[document]
        if same[document]:  # it was so: the very document
            assert one == other
            assert corpus.outcome[document] == good.outcome[document]
        said, then = (set(text.rstrip(".!").split(". ")) for text in (one, other))
        assert len(said - then) <= 3  # crowd, service and noise
        assert changed[document] or one == other
    assert (good.values[:, 4] >= corpus.values[:, 4]).all()  # nowhere quieter
    assert (good.values[:, 4] > corpus.values[:, 4]).any()


def test_effects_of_documents_and_of_the_population():
    corpus = _drawn(documents=4000)
    stars = [scm_counterfactual(corpus, {"food": value}).outcome for value in ("bad", "good")]
    effects = stars[1] - stars[0]
    assert (effects >= 0).all()
    assert 1.5 < effects.mean() < 2.0  # two stars, less what the ends of the scale cut off
    # Factual documents with good food differ by more: dear places cook better and are rated worse.
    naive = np.subtract(*(corpus.outcome[corpus.values[:, 2] == k].mean() for k in (1, 0)))
    assert naive < effects.mean() - 0.03


DOCUMENTED = {
    "restaurant": (
        {"food": 1.78, "service": 1.27, "noise": -0.67, "crowd": -1.0, "price": 0.01},
        {"english": 0.033, "chinese": 0.048},
    ),
    "clinic": (
        {"fever": 1.49, "age": 1.08, "pressure": 0.93, "cough": 0.71, "smoking": 0.61},
        {"english": 0.034, "chinese": 0.043},
    ),
    "applications": (
        {"experience": 1.4, "degree": 1.3, "leading": 0.72, "languages": 0.7, "breaks": -0.82},
        {"english": 0.038, "chinese": 0.048},
    ),
}


@EVERY
def test_what_the_documentation_says_of_effects_and_words(domain):
    effects, variety = DOCUMENTED[domain]
    corpus = _drawn(domain=domain, documents=2000)
    for concept, documented in effects.items():
        low, high = (
            scm_counterfactual(corpus, {concept: value}).outcome
            for value in corpus.categories[corpus.variables.index(concept)]
        )
        assert (high - low).mean() == pytest.approx(documented, abs=0.006)
    for language, documented in variety.items():
        texts = _drawn(domain=domain, documents=1755, language=language).texts
        assert len(set(texts)) >= 1754
        words = find_words(texts).word[:5000]
        assert len(np.unique(words)) / 5000 == pytest.approx(documented, abs=0.0005)


def test_the_truth():
    corpus = _drawn()
    edges = {(a, b) for a, b, _ in corpus.truth.edges()}
    assert edges == {
        ("price", "food"),
        ("crowd", "service"),
        ("crowd", "noise"),
        ("price", "stars"),
        ("food", "stars"),
        ("service", "stars"),
        ("noise", "stars"),
    }
    hidden = _drawn(hidden=True)
    assert {("staff", "food"), ("staff", "service")} <= {(a, b) for a, b, _ in hidden.truth.edges()}
    # No text speaks of it, and over what is seen no DAG is true.
    over = hidden.truth_over([*NAMES, "stars"])
    assert over.details["skeleton_alone"]


def _correlation(corpus, one, other):
    return np.corrcoef(corpus.values[:, NAMES.index(one)], corpus.values[:, NAMES.index(other)])[
        0, 1
    ]


def test_hidden_causes_and_selection_join_what_is_apart():
    plain, hidden, chosen = (
        _drawn(documents=8000, **how) for how in ({}, {"hidden": True}, {"selection": True})
    )
    assert abs(_correlation(plain, "food", "service")) < 0.04
    assert _correlation(hidden, "food", "service") > 0.06
    assert _correlation(chosen, "food", "service") > 0.06
    assert (chosen.outcome == 2).mean() < 0.6 * (plain.outcome == 2).mean()


def test_seeds_and_prefixes():
    assert _drawn().texts == _drawn().texts
    assert _drawn(seed=1).texts != _drawn().texts
    assert _drawn(documents=50).texts == _drawn().texts[:50]


def test_reviews_are_many():
    texts = _drawn(documents=2000).texts
    assert len(set(texts)) > 1900


@pytest.mark.parametrize(("do", "said"), [({"fod": "good"}, "food"), ({"food": "great"}, "good")])
def test_what_cannot_be_set_is_named(do, said):
    with pytest.raises(ConfigError, match=said):
        scm_counterfactual(_drawn(), do)


def test_what_is_no_such_corpus_is_refused():
    corpus = _drawn()
    with pytest.raises(DataError, match="which counterfactuals need"):
        scm_counterfactual(replace(corpus, about={"kind": "file"}), {"food": "good"})
    with pytest.raises(DataError, match="which counterfactuals need"):
        scm_counterfactual(scm_counterfactual(corpus, {"food": "good"}), {"food": "bad"})
    for wrong in ({"documents": 1}, {"mentioned": 0.0}, {"implied": 1.2}, {"distractors": 99}):
        with pytest.raises(ConfigError):
            _drawn(**wrong)
    with pytest.raises(ConfigError, match="choose one of restaurant, clinic"):
        _drawn(domain="clinics")
