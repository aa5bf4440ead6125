"""The shape of the small BERTs that are trained here."""

from __future__ import annotations

from typing import Any, Protocol

from transformers import BertConfig, PreTrainedTokenizerFast


class BertSizes(Protocol):
    """Settings that give a BERT its shape."""

    @property
    def layers(self) -> int: ...
    @property
    def heads(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def feed_forward(self) -> int: ...
    @property
    def dropout(self) -> float: ...
    @property
    def longest(self) -> int: ...


def bert_config(sizes: BertSizes, tokenizer: PreTrainedTokenizerFast, **labels: Any) -> BertConfig:
    """Return the configuration of a BERT of these sizes that fits a tokenizer."""
    return BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=sizes.width,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.feed_forward,
        hidden_dropout_prob=sizes.dropout,
        attention_probs_dropout_prob=sizes.dropout,
        max_position_embeddings=sizes.longest,
        type_vocab_size=1,
        pad_token_id=tokenizer.pad_token_id,
        **labels,
    )
