"""What is to be seen of texts: explained words, answers, and attention with and without a swap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from causattn.attention import DocumentAttention, Stack, document_attention
from causattn.attribution import EXPLAINERS, AttentionTau, TokenAttribution, attention_tau, explain
from causattn.base import CausattnError, ConfigError, DataError, ModelError, choose, quiet, track
from causattn.effects import CounterfactualAttention, align_tokens
from causattn.models import Answers, LanguageModel, encode_texts
from causattn.report.look.questions import LookQuestion, Swap, look_question

DEFAULT_EXPLAINERS = ("integrated_gradients", "shapley_sampling", "occlusion", "attention")
ALL = "all"
STACKS: tuple[Stack, ...] = ("encoder", "decoder", "cross")


@dataclass(frozen=True)
class LookChoices:
    """How texts are looked at.

    Parameters
    ----------
    explainers
        Names of explainers; ``"all"`` for every one but the random control.
    swap
        A word to swap, None for none.
    hide
        The word that is hidden from a masked language model.
    tau
        Whether the most and the least attended words are replaced (`attention_tau`).
    seed
        Every draw follows from it.
    """

    explainers: tuple[str, ...] = DEFAULT_EXPLAINERS
    swap: Swap | None = None
    hide: str | None = None
    tau: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name in self.explainers:
            if name != ALL:
                choose(name, EXPLAINERS, "explain")

    def names(self) -> list[str]:
        """Return the explainers' names."""
        if ALL in self.explainers:
            return [name for name in EXPLAINERS if name != "random"]
        return list(dict.fromkeys(self.explainers))


@dataclass(frozen=True)
class LookedWords:
    """What one explainer says of a text, and of the text after the swap.

    Parameters
    ----------
    method
        The explainer.
    sides
        One explanation a text; empty where there is a reason.
    reason
        Why there is none.
    """

    method: str
    sides: tuple[TokenAttribution, ...] = ()
    reason: str | None = None


@dataclass(frozen=True)
class LookedText:
    """Everything that is shown of one text.

    Parameters
    ----------
    texts
        The text, and where a word is swapped the other one.
    answers
        What the model says of them; None with a `reason`.
    reason
        Why the model is not asked, or no word is swapped.
    words
        The explanations.
    attention
        Its attention, one entry a stack, each with the reason for missing vectors.
    swapped
        Attention before and after, None where no word is swapped.
    tau
        High against low attention in each of the texts, why there is none, or None unasked.
    """

    texts: tuple[str, ...]
    answers: Answers | None
    reason: str | None
    words: tuple[LookedWords, ...]
    attention: tuple[tuple[DocumentAttention, str | None], ...]
    swapped: CounterfactualAttention | None
    tau: AttentionTau | str | None = None


def look_at(
    model: LanguageModel, texts: Sequence[str], choices: LookChoices
) -> tuple[LookedText, ...]:
    """Return everything that is shown of some texts.

    Parameters
    ----------
    model
        Any model with attention.
    texts
        The texts. A word that is to be swapped or hidden may be missing in some, not in all.
    choices
        How they are looked at.

    Raises
    ------
    DataError
        Without a text, for an empty one, one that is too long, or a word that stands in none.
    ModelError
        Where the model gives no attention.
    """
    if not texts:
        raise DataError("There is no text to look at; give one.")
    for number, text in enumerate(texts, 1):
        if not text.strip():
            raise DataError(f"Text {number} of {len(texts)} is empty; leave it out.")
    encode_texts(model, texts)  # what is wrong with any is said before any is looked at
    found = []
    with quiet(len(texts) == 1):
        for text in track(texts, "Looking at texts", unit="texts"):
            with quiet():
                found.append(_looked(model, text, texts, choices))
    missed = [each for each in found if each.reason is not None]
    asked = choices.swap is not None or choices.hide is not None
    if asked and len(missed) == len(found):
        raise DataError(str(missed[0].reason))
    return tuple(found)


def _looked(
    model: LanguageModel, text: str, every: Sequence[str], choices: LookChoices
) -> LookedText:
    question: LookQuestion | None = None
    reason = None
    try:
        question = look_question(model, text, choices.swap, choices.hide)
    except ConfigError:
        raise
    except CausattnError as error:
        reason = str(error)
    words = () if question is None else tuple(_words(model, question, choices))
    shown = (text,) if question is None else question.texts
    attention = tuple(_attention(model, shown[0]))
    swapped = None
    if question is not None and len(shown) > 1:
        swapped = _swapped(model, question, attention[0][0])
    answers = None if question is None else question.answers
    tau: AttentionTau | str | None = None
    if choices.tau:
        tau = str(reason) if question is None else _tau(model, question, every, choices.seed)
    return LookedText(shown, answers, reason, words, attention, swapped, tau)


def _tau(
    model: LanguageModel, question: LookQuestion, pool: Sequence[str], seed: int
) -> AttentionTau | str:
    """Return what replacing the most and the least attended words does, or why it is not known."""
    try:
        return attention_tau(model, question.texts, target=question.target, pool=pool, seed=seed)
    except CausattnError as error:
        return str(error)


def _words(model: LanguageModel, question: LookQuestion, choices: LookChoices) -> list[LookedWords]:
    """Return what each explainer says, or why it says nothing."""
    found = []
    for name in choices.names():
        try:
            sides = explain(
                model, question.texts, {"kind": name}, target=question.target, seed=choices.seed
            )
        except CausattnError as error:
            found.append(LookedWords(name, reason=str(error)))
        else:
            found.append(LookedWords(name, tuple(sides)))
    return found


def _attention(model: LanguageModel, text: str) -> list[tuple[DocumentAttention, str | None]]:
    """Return a text's attention, with vectors where the model gives them, one entry a stack."""
    config = model.network.config
    found: list[tuple[DocumentAttention, str | None]] = []
    stacks: tuple[Stack | None, ...] = STACKS if config.is_encoder_decoder else (None,)
    for stack in stacks:
        if stack != "cross" and not getattr(config, "encoder_attends", True):
            continue
        try:
            found.append((document_attention(model, text, vectors=True, stack=stack), None))
        except ModelError as error:
            found.append((document_attention(model, text, stack=stack), str(error)))
    return found


def _swapped(
    model: LanguageModel, question: LookQuestion, before: DocumentAttention
) -> CounterfactualAttention:
    """Return output and attention of both texts."""
    encoding = encode_texts(model, question.texts)
    ids = [encoding.ids[encoding.bounds[k] : encoding.bounds[k + 1]] for k in range(2)]
    if np.array_equal(ids[0], ids[1]):
        raise DataError(
            f"Model {model.name} reads both texts as the same tokens; swap other words, or take a "
            "model that knows both."
        )
    aligned = align_tokens(ids[0].tolist(), ids[1].tolist())
    stack = None if before.stack == "self" else before.stack
    after = document_attention(model, question.texts[1], stack=stack)
    return CounterfactualAttention(
        tokens_before=before.tokens,
        tokens_after=after.tokens,
        aligned=aligned,
        swapped=np.flatnonzero(ids[0][aligned[:, 0]] != ids[1][aligned[:, 1]]),
        labels=question.answers.labels,
        output_before=question.answers.values[0],
        output_after=question.answers.values[1],
        attention_before=before.weights,
        attention_after=after.weights,
        special_before=tuple(before.special.tolist()),
        special_after=tuple(after.special.tolist()),
    )
