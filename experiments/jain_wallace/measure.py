"""Agreement of attention with importance, other attention at the same output, and our question."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from causattn.base import generator
from causattn.reproduction import Context, Findings
from causattn.results import Store

from .cases import Case, networks, spread, taus_of, trained_cases
from .kept import kept_other_attention
from .pictures import draw_agreement, draw_perturbation, draw_question
from .published import (
    BY_ENCODER,
    divergence_figures,
    question_figures,
    size_figures,
    tau_figures,
)
from .question import Ground, compare, ground, orders
from .sentences import Sentences, read_sst
from .settings import Settings


def measure(settings: Settings, context: Context) -> Findings:
    """Do all parts on SST."""
    splits = read_sst(context.data("sst"))
    figures = size_figures({name: _by_label(part) for name, part in splits.items()})
    full = settings.sentences is None
    if settings.sentences is not None:
        counts = {"train": settings.sentences, "dev": settings.sentences // 2}
        splits = {
            name: part.draw(
                counts.get(name, settings.sentences // 2),
                generator(context.seed, "jain_wallace", "sentences", name),
            )
            for name, part in splits.items()
        }
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        findings = reproduce_on(
            splits, context.protocol.data["sst"].sha256, settings, context, full=full
        )
    finally:
        torch.set_num_threads(before)
    findings.figures = [*figures, *findings.figures]
    return findings


def reproduce_on(
    splits: dict[str, Sentences],
    source: str,
    settings: Settings,
    context: Context,
    *,
    full: bool,
) -> Findings:
    """Do all parts on sentences.

    Parameters
    ----------
    splits
        ``train``, ``dev`` and ``test``.
    source
        What distinguishes these sentences from others, such as a checksum.
    settings, context
        The protocol, and where to write.
    full
        Whether this is the protocol for which tolerances were agreed.
    """
    cases = trained_cases(splits, source, settings, context)
    taus = pd.concat([taus_of(case) for case in cases], ignore_index=True)
    known = ground(splits["train"], settings.graph)
    findings = Findings()
    findings.tables["Agreement of attention, mean over sentences, by training"] = spread(taus)
    findings.tables["The networks"] = networks(cases, splits["test"])
    for vectors in settings.vectors:
        part = taus[(taus["vectors"] == vectors) & (taus["training"] == 0)]
        main: dict[str, Case] = {
            case.encoder: case for case in cases if case.vectors == vectors and case.training == 0
        }
        findings.figures += tau_figures(part, vectors, full=full)
        caption = (
            f"Agreement of attention with gradient and leave-one-out, {vectors} vectors (a "
            "published mean is of a network that began with fastText vectors)"
        )
        findings.pictures[caption] = draw_agreement(
            part, BY_ENCODER, context.folder / f"tau_{vectors}.png"
        )
        _other_attention(main, vectors, settings, context, findings, full=full)
        _question(main, vectors, known, splits["test"], settings, context, findings)
    findings.remarks += _remarks(taus, settings, full=full)
    return findings


def _other_attention(
    main: dict[str, Case],
    vectors: str,
    settings: Settings,
    context: Context,
    findings: Findings,
    *,
    full: bool,
) -> None:
    """Permute attention and search adversarial attention."""
    changes: dict[str, np.ndarray] = {}
    largest: dict[str, np.ndarray] = {}
    rows = []
    for encoder, case in main.items():
        change, adversaries = kept_other_attention(
            case.key, case.words, settings, context.seed, Store(context.cache)
        )
        changes[encoder], largest[encoder] = change, adversaries.largest(settings.epsilon)
        peaked = case.words.largest_attention >= 0.5
        strict = adversaries.largest(settings.aim)
        rows.append(
            {
                "encoder": encoder,
                "median permuted change": float(np.median(change)),
                "largest attention ≥ .5": float(peaked.mean()),
                "of these permuted change < .1": (
                    float((change[peaked] < 0.1).mean()) if peaked.any() else float("nan")
                ),
                f"mean JSD, output within {settings.epsilon:g}": float(largest[encoder].mean()),
                "share above .5": float((largest[encoder] > 0.5).mean()),
                f"mean JSD, output within {settings.aim:g}": float(strict.mean()),
            }
        )
    findings.figures += divergence_figures(largest, vectors, settings.epsilon, full=full)
    findings.tables[f"Other attention for the same sentence, {vectors} vectors"] = pd.DataFrame(
        rows
    )
    caption = (
        f"Other attention for the same sentence, {vectors} vectors. Above: median change of the "
        "output when attention is permuted, by the largest attention (fewer than ten sentences as "
        "dots). Below: the largest Jensen-Shannon divergence found with the output within "
        f"{settings.epsilon:g}; the dotted line is the most there can be"
    )
    findings.pictures[caption] = draw_perturbation(
        {encoder: case.words for encoder, case in main.items()},
        changes,
        largest,
        settings.epsilon,
        context.folder / f"other_attention_{vectors}.png",
    )


def _question(
    main: dict[str, Case],
    vectors: str,
    known: Ground,
    held_out: Sentences,
    settings: Settings,
    context: Context,
    findings: Findings,
) -> None:
    """Hold attention, the graph and both against leave-one-out."""
    tables: dict[str, pd.DataFrame] = {}
    sizes = []
    for encoder, case in main.items():
        rng = generator(context.seed, "jain_wallace", vectors, encoder, "question")
        ordered, size = orders(case.network, known, held_out, case.words, rng)
        tables[encoder] = compare(case.words, ordered, settings.bootstrap, rng)
        sizes.append({"encoder": encoder, **size})
    findings.figures += question_figures(tables, vectors)
    for encoder, table in tables.items():
        findings.tables[f"Agreement with leave-one-out, {encoder}, {vectors} vectors"] = table
    findings.tables[f"Words joined to the outcome, {vectors} vectors"] = pd.DataFrame(sizes)
    caption = (
        f"Agreement with leave-one-out, {vectors} vectors: mean over sentences with its 95% "
        "bootstrap interval; the dotted line is attention's"
    )
    findings.pictures[caption] = draw_question(tables, context.folder / f"question_{vectors}.png")


def _remarks(taus: pd.DataFrame, settings: Settings, *, full: bool) -> list[str]:
    """Return what is to be known of these figures."""
    remarks = [
        "The paper's networks begin with 300-dimensional fastText vectors, which are not at hand: "
        "`random` vectors are what the authors draw for words without one, `minilm` vectors are "
        "the pretrained MiniLM's, standardised. Which of the two explains a gap is seen by "
        "comparing them.",
        "Markers at both ends of a sentence get no attention; classes are those predicted, as in "
        "the paper.",
        "Figures, pictures and the graph are of training 0 of each network; trainings=3 "
        "shows what the draw of one training does to agreement.",
        "In the graph's comparison an order whose words are all tied counts as tau 0, and "
        "intervals are over sentences, not over trainings.",
    ]
    if not full:
        remarks.append(
            "Tolerances were agreed for all sentences; with fewer, figures are only shown."
        )
    undefined = int(taus["tau"].isna().sum())
    if undefined:
        remarks.append(
            f"{undefined} of {len(taus):,} taus are of lists with all values tied and are left out."
        )
    return remarks


def _by_label(sentences: Sentences) -> str:
    negative, positive = np.bincount(sentences.labels, minlength=2)
    return f"{negative} and {positive}"
