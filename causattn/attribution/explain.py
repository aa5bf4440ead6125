"""From a model and some texts to scores of their tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, overload

import numpy as np

from causattn.attribution.cases import Cases, ready_cases
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.output import ModelOutput
from causattn.attribution.registry import EXPLAINERS, explainer_settings
from causattn.attribution.targets import Target, default_target
from causattn.attribution.tokens import TokenAttribution
from causattn.base import progress
from causattn.models import LanguageModel


@overload
def explain(  # type: ignore[overload-overlap]  # a text is a sequence of texts, too
    model: LanguageModel,
    texts: str,
    settings: Mapping[str, Any] | str,
    *,
    target: Target | None = None,
    seed: int = 0,
) -> TokenAttribution: ...


@overload
def explain(
    model: LanguageModel,
    texts: Sequence[str],
    settings: Mapping[str, Any] | str,
    *,
    target: Target | None = None,
    seed: int = 0,
) -> list[TokenAttribution]: ...


def explain(
    model: LanguageModel,
    texts: str | Sequence[str],
    settings: Mapping[str, Any] | str,
    *,
    target: Target | None = None,
    seed: int = 0,
) -> TokenAttribution | list[TokenAttribution]:
    """Return what the tokens of each text contribute to an output of the model.

    Parameters
    ----------
    model
        A classifier, a masked or causal language model, or an encoder.
    texts
        The documents; a single string is one, and gives one explanation and no list.
    settings
        The explainer's name, or it and its settings, such as
        ``{"kind": "integrated_gradients", "steps": 64}``; see `EXPLAINERS`.
    target
        Which output; None for the predicted class, the likeliest next token, or an encoder's
        likeness to the whole text. Its `scale` yields
        to that of the settings, where one is given.
    seed
        For explainers that draw.

    Raises
    ------
    CapabilityError
        Where the explainer's library is not installed, or the model predicts nothing.
    ConfigError
        For settings that make no sense.
    DataError
        For a text without words.
    ModelError
        Where the model lacks the target's output, or gradients that the explainer needs.
    """
    if isinstance(texts, str):
        return explain(model, [texts], settings, target=target, seed=seed)[0]
    if isinstance(settings, str):
        settings = {"kind": settings}
    chosen = explainer_settings(settings)
    target = default_target(model) if target is None else target
    if chosen.scale is not None:
        target = replace(target, scale=chosen.scale)
    cases = ready_cases(model, texts, target)
    output = ModelOutput(model, target.scale, cases.readout.references)
    explainer = EXPLAINERS[str(settings["kind"])](output, chosen, seed)
    whole, bare = outputs(output, cases, chosen.batch_tokens)
    found: list[TokenAttribution | None] = [None] * len(cases)
    encoding = cases.encoding
    names = model.tokenizer.convert_ids_to_tokens(encoding.ids.tolist())
    with progress(f"Explaining ({explainer.name})", len(cases), "documents") as advance:
        for part, scores in explained(explainer, cases):
            for row, case in enumerate(part.tolist()):
                low, high = encoding.bounds[case], encoding.bounds[case + 1]
                own = slice(0, high - low)
                spans = np.stack([encoding.start[low:high], encoding.end[low:high]], axis=1)
                found[case] = TokenAttribution(
                    document=case,
                    tokens=tuple(
                        texts[case][start:end] if start < end else str(name)
                        for name, (start, end) in zip(names[low:high], spans, strict=True)
                    ),
                    offsets=spans.astype(np.int64),
                    score=scores.score[row, own],
                    target=cases.readout.words[case],
                    output=float(whole[case]),
                    baseline=float(bare[case]),
                    method=explainer.name,
                    error=None if scores.error is None else scores.error[row, own],
                    text=texts[case],
                )
            advance(len(part))
    return [each for each in found if each is not None]


def explained(explainer: Explainer, cases: Cases) -> Iterator[tuple[np.ndarray, Scores]]:
    """Yield the cases (int64 [b]) and scores of every batch."""
    settings, device = explainer.options, explainer.output.model.device
    for batch in cases.batches(settings.batch_tokens, device):
        yield batch.cases, explainer.attribute(batch)


def outputs(output: ModelOutput, cases: Cases, batch_tokens: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the explained numbers, on the whole documents and on the baseline, float64 [n]."""
    whole, bare = np.empty(len(cases)), np.empty(len(cases))
    for batch in cases.batches(batch_tokens, output.model.device):
        whole[batch.cases] = output.of_ids(batch.ids, *batch.extra).cpu().numpy()
        bare[batch.cases] = output.of_ids(batch.baseline, *batch.extra).cpu().numpy()
    return whole, bare
