"""What a causal language model writes after a text, and what each new token owes to which words.

Tokens are drawn one by one. After each, the text so far is what is read next: a token that the
tokenizer would not read back as it was written is not drawn, so that every attribution is of the
very distribution that its token was drawn from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from causattn.attribution import NextTokenTarget, TokenAttribution, explain
from causattn.base import CapabilityError, ConfigError, generator, integer_seed, quiet
from causattn.models import Encoding, LanguageModel, encode_texts, take

_REDRAWS = 50
"""Most tokens that are tried at one place; none of them read back ends the text."""


@dataclass(frozen=True)
class ContinuationSettings:
    """How a model goes on.

    Parameters
    ----------
    tokens
        Most tokens that are added.
    temperature
        By which logits are divided before a token is drawn; 0 takes the likeliest.
    top
        Of how many of the likeliest tokens one is drawn; 0 for all.
    """

    tokens: int = 12
    temperature: float = 1.0
    top: int = 50

    def __post_init__(self) -> None:
        if self.tokens < 1 or self.temperature < 0 or self.top < 0:
            raise ConfigError(
                f"A continuation of {self.tokens} tokens at temperature {self.temperature} among "
                f"the {self.top} likeliest cannot be drawn; give at least one token and no number "
                "below 0."
            )


@dataclass(frozen=True)
class Continuation:
    """What a model wrote after a text.

    Parameters
    ----------
    prompt
        The text that was given.
    pieces
        What each drawn token added to the text.
    probability
        float64 [pieces], that of each token by the model, before temperature and `top`.
    attributions
        Of each drawn token to the tokens before it, those alone: not to marks that close a text,
        which the model did not read then. Empty where none were asked for.
    ended
        Whether the model ended the text by itself.
    """

    prompt: str
    pieces: tuple[str, ...]
    probability: np.ndarray
    attributions: tuple[TokenAttribution, ...]
    ended: bool

    @property
    def text(self) -> str:
        """The prompt and what was added to it."""
        return self.prompt + "".join(self.pieces)


def continuations(
    model: LanguageModel,
    prompts: Sequence[str],
    settings: ContinuationSettings | None = None,
    *,
    seed: int = 0,
    attribution: Mapping[str, Any] | None = None,
) -> list[Continuation]:
    """Return what a model writes after each prompt.

    Parameters
    ----------
    model
        A causal language model.
    prompts
        The texts that it goes on from.
    settings
        How many tokens, and how they are drawn.
    seed
        Of the draws; each prompt has a stream of its own, so that prompts do not disturb each
        other.
    attribution
        An explainer with its settings, such as ``{"kind": "gradient_input"}``, see
        `causattn.attribution.explain`; None for no attributions.

    Raises
    ------
    CapabilityError
        Where the model does not predict the next token.
    """
    if model.task != "causal":
        raise CapabilityError(
            f"Model {model.name} ({model.task}) does not go on from a text; take a causal language "
            "model (model=hf with task=causal)."
        )
    chosen = settings or ContinuationSettings()
    return [
        _continued(
            model,
            prompt,
            chosen,
            generator(seed, "continuation", k),
            attribution,
            integer_seed(seed, "continuation", k, "attribution"),
        )
        for k, prompt in enumerate(prompts)
    ]


def _continued(
    model: LanguageModel,
    prompt: str,
    settings: ContinuationSettings,
    rng: np.random.Generator,
    attribution: Mapping[str, Any] | None,
    seed: int,
) -> Continuation:
    """Return one prompt's continuation."""
    text, pieces, probability, owed = prompt, [], [], []
    ends = {model.tokenizer.eos_token_id, model.network.config.eos_token_id}
    longest, ended = model.longest_input, False
    for _ in range(settings.tokens):
        encoding = encode_texts(model, [text], "truncate")
        if longest is not None and len(encoding.ids) >= longest:
            break
        next_token = _drawn(model, text, settings, rng, ends)
        if next_token is None:
            break
        token, piece, likely = next_token
        if token in ends:
            ended = True
            break
        if attribution is not None:
            target = NextTokenTarget(token)
            with quiet(True):  # one line of progress a token would be too many
                (found,) = explain(model, [text], attribution, target=target, seed=seed)
            owed.append(_first(found, len(_unclosed(encoding))))
        text += piece
        pieces.append(piece)
        probability.append(likely)
    return Continuation(prompt, tuple(pieces), np.array(probability), tuple(owed), ended)


def _drawn(
    model: LanguageModel,
    text: str,
    settings: ContinuationSettings,
    rng: np.random.Generator,
    ends: set[int | None],
) -> tuple[int, str, float] | None:
    """Return a token, what it adds to the text and its probability; None where none reads back."""
    encoding = encode_texts(model, [text], "truncate")
    with torch.inference_mode():
        inputs = take(encoding, np.array([0])).to(model.device).inputs
        ids = _unclosed(encoding)
        logits = model.network(**inputs).logits[0, len(ids) - 1].cpu().double().numpy()
    logits = logits[: len(model.tokenizer)]
    likely = np.exp(logits - logits.max())
    likely /= likely.sum()
    if settings.temperature == 0:
        left = likely.copy()
    else:
        left = np.exp((logits - logits.max()) / settings.temperature)
    if settings.top:
        left[np.argsort(-logits, kind="stable")[settings.top :]] = 0.0
    for _ in range(_REDRAWS):
        if left.sum() <= 0:
            return None
        token = int(left.argmax())
        if settings.temperature > 0:
            token = int(rng.choice(len(left), p=left / left.sum()))
        if token in ends:
            return token, "", float(likely[token])
        piece = _piece(model, ids, text, token)
        if piece is not None:
            return token, piece, float(likely[token])
        left[token] = 0.0
    return None


def _piece(model: LanguageModel, ids: list[int], text: str, token: int) -> str | None:
    """Return what a token adds to a text, None where it would not be read back as that token."""
    before, after = (
        str(model.tokenizer.decode(some, clean_up_tokenization_spaces=False))
        for some in (ids, [*ids, token])
    )
    piece = after[len(before) :]
    if not after.startswith(before) or not piece:
        return None
    again = _unclosed(encode_texts(model, [text + piece], "truncate"))
    return piece if again == [*ids, token] else None


def _first(found: TokenAttribution, count: int) -> TokenAttribution:
    """Return an attribution to its first tokens alone."""
    return replace(
        found,
        tokens=found.tokens[:count],
        offsets=found.offsets[:count],
        score=found.score[:count],
        error=None if found.error is None else found.error[:count],
    )


def _unclosed(encoding: Encoding) -> list[int]:
    """Return the tokens of one text without marks that close it, from which nothing goes on."""
    last = int(np.flatnonzero(~encoding.special).max(initial=0))
    return [int(number) for number in encoding.ids[: last + 1]]
