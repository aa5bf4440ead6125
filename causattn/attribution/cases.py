"""Documents made ready to be explained: which tokens get a score, and what stands in for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from causattn.attribution.readouts import (
    next_tokens,
    own_likeness,
    predicted_labels,
    token_readout,
)
from causattn.attribution.targets import (
    HiddenTarget,
    LabelTarget,
    Readout,
    SimilarityTarget,
    Target,
    hidden_places,
)
from causattn.base import DataError, ModelError
from causattn.models import Encoding, LanguageModel, batches, encode_texts, take


@dataclass(frozen=True)
class Cases:
    """n documents, each with one number of the model's output to be explained.

    Parameters
    ----------
    encoding
        Their tokens, those hidden that are asked for.
    explained
        bool [t], the tokens that get a score: those of the text that are not asked for.
    baseline
        int64 [t], the token that stands in for each where it is taken away; the token itself where
        it gets no score.
    readout
        Which number.
    numbers
        int64 [n], what the random draws of each case are found by.
    """

    encoding: Encoding
    explained: np.ndarray
    baseline: np.ndarray
    readout: Readout
    numbers: np.ndarray

    def __len__(self) -> int:
        return len(self.encoding)

    def batches(self, tokens: int, device: torch.device) -> Iterator[CaseBatch]:
        """Yield all cases once, at most `tokens` tokens together, padding included."""
        size = max(1, tokens // int(self.encoding.lengths.max()))
        for batch in batches(self.encoding, size):
            yield self.take(batch.documents, device)

    def take(self, cases: np.ndarray, device: torch.device) -> CaseBatch:
        """Return some cases, int64 [b], as one padded batch."""
        batch = take(self.encoding, cases)
        inside = batch.attention_mask.bool().numpy()
        flat = np.where(
            inside, self.encoding.bounds[cases][:, None] + np.arange(inside.shape[1]), 0
        )
        explained = torch.from_numpy(inside & self.explained[flat])
        baseline = torch.from_numpy(self.baseline[flat])
        return CaseBatch(
            cases=np.asarray(cases),
            numbers=self.numbers[cases],
            ids=batch.input_ids.to(device),
            mask=batch.attention_mask.to(device),
            explained=explained.to(device),
            baseline=torch.where(explained, baseline, batch.input_ids).to(device),
            position=torch.from_numpy(self.readout.position[cases]).to(device),
            index=torch.from_numpy(self.readout.index[cases]).to(device),
        )


@dataclass(frozen=True)
class CaseBatch:
    """Some cases as padded tensors.

    Parameters
    ----------
    cases, numbers
        int64 [b], which cases, and what their random draws are found by.
    ids, mask, baseline
        int64 [b, T], tokens, attention mask, and tokens of the baseline.
    explained
        bool [b, T].
    position, index
        int64 [b, k], see `Readout`.
    """

    cases: np.ndarray
    numbers: np.ndarray
    ids: torch.Tensor
    mask: torch.Tensor
    explained: torch.Tensor
    baseline: torch.Tensor
    position: torch.Tensor
    index: torch.Tensor

    def __len__(self) -> int:
        return len(self.cases)

    @property
    def extra(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """What `ModelOutput.of_ids` takes besides the ids."""
        return self.mask, self.position, self.index

    def rows(self, row: int, times: int) -> CaseBatch:
        """Return one case as often as asked for."""
        return replace(
            self,
            cases=np.repeat(self.cases[row], times),
            numbers=np.repeat(self.numbers[row], times),
            **{
                name: getattr(self, name)[row : row + 1].expand(times, -1)
                for name in ("ids", "mask", "explained", "baseline", "position", "index")
            },
        )


def baseline_token(model: LanguageModel) -> int:
    """Return the token that says nothing: the mask token, else that of padding, else unknown.

    Raises
    ------
    ModelError
        Where the tokenizer has none of them.
    """
    tokenizer = model.tokenizer
    for number in (tokenizer.mask_token_id, tokenizer.pad_token_id, tokenizer.unk_token_id):
        if number is not None:
            return int(number)
    if tokenizer.eos_token_id is not None:  # GPT-2 pads with it for want of another
        return int(tokenizer.eos_token_id)
    raise ModelError(
        f"The tokenizer of model {model.name} has no mask, padding or unknown token to stand in "
        "for a word that is taken away; give it one (tokenizer.pad_token=...)."
    )


def ready_cases(model: LanguageModel, texts: Sequence[str], target: Target) -> Cases:
    """Return texts ready to be explained.

    Raises
    ------
    DataError
        For an empty text, one of special tokens only, one longer than the model takes, or a span
        without a token.
    ModelError
        Where the model has not the target's output, or its tokenizer gives no offsets.
    """
    check_offsets(model)
    for number, text in enumerate(texts):
        if not text.strip():
            raise DataError(f"Text {number} is empty, so it has no words to explain; leave it out.")
    encoding = encode_texts(model, texts)
    encoding = replace(encoding, special=encoding.special | _special_ids(model, encoding))
    owner = np.repeat(np.arange(len(encoding)), encoding.lengths)
    bare = np.setdiff1d(np.arange(len(encoding)), owner[~encoding.special])
    if len(bare):
        raise DataError(
            f"Text {bare[0]} holds special tokens only, so it has no words to explain; leave it "
            "out."
        )
    explained = ~encoding.special
    if isinstance(target, HiddenTarget):
        document, position, cover = hidden_places(model, encoding, target)
        flat = encoding.bounds[document] + position
        readout = token_readout(model, encoding, document, position, target.scale)
        explained[flat] = False
        encoding = encoding.replaced(document, position, np.array(cover))
    elif isinstance(target, LabelTarget):
        readout = predicted_labels(model, encoding, target.scale, target.label)
    elif isinstance(target, SimilarityTarget):
        readout = own_likeness(model, encoding, target)
    else:
        readout = next_tokens(model, encoding, target)
    baseline = np.where(explained, baseline_token(model), encoding.ids)
    return Cases(encoding, explained, baseline, readout, np.arange(len(encoding)))


def check_offsets(model: LanguageModel) -> None:
    """Raise where the tokenizer does not say which characters a token covers.

    Raises
    ------
    ModelError
        For a slow tokenizer.
    """
    if not getattr(model.tokenizer, "is_fast", False):
        raise ModelError(
            f"The tokenizer of model {model.name} does not say which characters a token covers (it "
            "is a slow one), so that scores cannot be laid on words; load its fast version."
        )


def _special_ids(model: LanguageModel, encoding: Encoding) -> np.ndarray:
    """Return which tokens are special ones that the text itself spells out, bool [t].

    The unknown token is none of them, for it stands in for words.
    """
    tokenizer = model.tokenizer
    marks = [getattr(tokenizer, f"{name}_token_id") for name in ("bos", "eos", "cls", "sep", "pad")]
    own = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
    return np.isin(encoding.ids, [*own, *(number for number in marks if number is not None)])
