"""Fast tokenizers made from a corpus.

Where a document is nothing but its mentions, one word each, every mention is one token
(`word_tokenizer`). Any other text gets word pieces learned from it (`piece_tokenizer`).
"""

from __future__ import annotations

import re

from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    normalizers,
    pre_tokenizers,
    processors,
)
from tokenizers.models import BPE, WordLevel
from tokenizers.trainers import BpeTrainer
from transformers import PreTrainedTokenizerFast

from causattn.base import interruptible
from causattn.corpora import Corpus

_LONGEST_WORD = 1000
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD}}}")
_SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def is_one_word_a_mention(corpus: Corpus) -> bool:
    """Return whether every document is its mentions, one word each, and white space between."""
    mentions = corpus.mentions
    if not len(mentions) or mentions.start.min() < 0:
        return False
    bounds = mentions.of_documents(len(corpus))
    starts, ends = mentions.start.tolist(), mentions.end.tolist()
    for text, low, high in zip(corpus.texts, bounds[:-1], bounds[1:], strict=True):
        if text.split() != [text[starts[row] : ends[row]] for row in range(low, high)]:
            return False
    return True


def corpus_tokenizer(
    kind: str, corpus: Corpus, vocabulary: int, longest: int
) -> PreTrainedTokenizerFast:
    """Return a tokenizer made from a corpus.

    Parameters
    ----------
    kind
        ``"words"``, ``"pieces"``, or ``"auto"``: words where each document is only its mentions,
        one word each.
    corpus, vocabulary, longest
        See `word_tokenizer` and `piece_tokenizer`.
    """
    if kind == "words" or (kind == "auto" and is_one_word_a_mention(corpus)):
        return word_tokenizer(corpus, longest)
    return piece_tokenizer(corpus, vocabulary, longest)


def word_tokenizer(corpus: Corpus, longest: int) -> PreTrainedTokenizerFast:
    """Return a tokenizer of which every word, value text and mask text of the corpus is a token.

    It adds no special tokens to a document: each token is a mention.

    Parameters
    ----------
    corpus
        Documents of words between white space.
    longest
        The most tokens that a document may have.
    """
    words = {word for text in corpus.texts for word in text.split()}
    words.update(*(corpus.value_texts or ()), corpus.mask_texts or ())
    names = [*_SPECIAL.values(), *sorted(words - set(_SPECIAL.values()))]
    vocabulary = {word: k for k, word in enumerate(names)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=_SPECIAL["unk_token"]))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return _wrapped(tokenizer, longest)


def piece_tokenizer(corpus: Corpus, vocabulary: int, longest: int) -> PreTrainedTokenizerFast:
    """Return a tokenizer of word pieces learned from the corpus, for any script.

    Cases are folded, accents kept (they are vowels in some scripts), Chinese characters stand
    apart, and pieces are learned over bytes by byte-pair encoding, so that no character is
    unknown. (WordPiece's trainer breaks ties differently from process to process; this one is
    the same each time.) Mask texts are tokens of their own.

    Parameters
    ----------
    corpus
        Any documents.
    vocabulary
        The most tokens to learn.
    longest
        The most tokens that a document may have.
    """
    tokenizer = Tokenizer(BPE())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.BertNormalizer(strip_accents=False, lowercase=True)]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.BertPreTokenizer(),
            pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(_SPECIAL.values()),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [_in_pieces(text) for text in corpus.texts]
    interruptible(lambda: tokenizer.train_from_iterator(texts, trainer))
    tokenizer.add_tokens(
        [AddedToken(text, normalized=False, single_word=True) for text in corpus.mask_texts or ()]
    )
    markers = [_SPECIAL["cls_token"], _SPECIAL["sep_token"]]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{markers[0]} $A {markers[1]}",
        special_tokens=[(marker, tokenizer.token_to_id(marker)) for marker in markers],
    )
    return _wrapped(tokenizer, longest)


def _in_pieces(text: str) -> str:
    """Return a text for training, white space put into words that are longer than any word is.

    Byte-pair training takes time with the square of a word's length.
    """
    if len(text) <= _LONGEST_WORD:
        return text
    return _LONG_WORD.sub(r"\g<0> ", text)


def _wrapped(tokenizer: Tokenizer, longest: int) -> PreTrainedTokenizerFast:
    """Return the tokenizer as Hugging Face's."""
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=longest, **_SPECIAL)
