"""Corpora: documents, what is known of them, and, where it is known, the true graph."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.corpora.cebab import CEBAB_ASPECTS, CEBAB_LABELS, read_cebab_reviews
    from causattn.corpora.cebab_effects import (
        backdoor_design,
        human_effects,
        human_pairs,
        observational_effects,
    )
    from causattn.corpora.column_roles import column_roles
    from causattn.corpora.content_words import (
        ContentWords,
        content_words_by,
        content_words_of,
        group_presence,
        left_out_sentence,
    )
    from causattn.corpora.contract import CorpusSource
    from causattn.corpora.corpus import POOLED, Corpus, Mentions
    from causattn.corpora.describe import TextsDescription, describe_texts
    from causattn.corpora.languages import (
        LANGUAGES,
        is_function_word,
        language_names,
        language_of,
        languages_of,
    )
    from causattn.corpora.load import (
        check_corpus,
        corpus_checksum,
        corpus_settings,
        load_corpus,
        read_corpus,
        texts_key,
        what_models_read,
        write_corpus,
    )
    from causattn.corpora.network import Network, bundled_networks, load_network, sample_intervened
    from causattn.corpora.occurrences import Occurrences, find_words, is_unspaced, is_word
    from causattn.corpora.permute import permute_corpus
    from causattn.corpora.planted_truth import planted_causes, planted_labels, planted_roles
    from causattn.corpora.programs import (
        NO_VALUE,
        PROGRAMS,
        Program,
        ProgramDomain,
        ProgramSelect,
        ProgramStep,
        ProgramTrace,
        program_domains,
    )
    from causattn.corpora.prompts import ANSWER
    from causattn.corpora.registry import CORPORA
    from causattn.corpora.render import Slot, render, rewrite
    from causattn.corpora.scm import scm_counterfactual
    from causattn.corpora.shortcut import out_of_distribution
    from causattn.corpora.stored import StoredTexts, store_texts, windows
    from causattn.corpora.times import decimal_years, times_of

__all__ = [
    "ANSWER",
    "CEBAB_ASPECTS",
    "CEBAB_LABELS",
    "CORPORA",
    "LANGUAGES",
    "NO_VALUE",
    "POOLED",
    "PROGRAMS",
    "ContentWords",
    "Corpus",
    "CorpusSource",
    "Mentions",
    "Network",
    "Occurrences",
    "Program",
    "ProgramDomain",
    "ProgramSelect",
    "ProgramStep",
    "ProgramTrace",
    "Slot",
    "StoredTexts",
    "TextsDescription",
    "backdoor_design",
    "bundled_networks",
    "check_corpus",
    "column_roles",
    "content_words_by",
    "content_words_of",
    "corpus_checksum",
    "corpus_settings",
    "decimal_years",
    "describe_texts",
    "find_words",
    "group_presence",
    "human_effects",
    "human_pairs",
    "is_function_word",
    "is_unspaced",
    "is_word",
    "language_names",
    "language_of",
    "languages_of",
    "left_out_sentence",
    "load_corpus",
    "load_network",
    "observational_effects",
    "out_of_distribution",
    "permute_corpus",
    "planted_causes",
    "planted_labels",
    "planted_roles",
    "program_domains",
    "read_cebab_reviews",
    "read_corpus",
    "render",
    "rewrite",
    "sample_intervened",
    "scm_counterfactual",
    "store_texts",
    "texts_key",
    "times_of",
    "what_models_read",
    "windows",
    "write_corpus",
]

__getattr__ = on_demand(__name__, __file__)
