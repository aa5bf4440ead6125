"""A model and single texts: which words made it say what it says, and all of it on one page.

>>> model = load_model("path/to/model")  # doctest: +SKIP
>>> explain(model, "The film is great.", "lime").show()  # doctest: +SKIP
>>> look("The film is great.", model, swap="great:dull").show()  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from causattn import attribution as attribution_room
from causattn import exemplars as exemplars_room
from causattn.cli import draw_look, given_model

if TYPE_CHECKING:
    from causattn.attribution import AttentionTau, Target, TokenAttribution, TreeSurrogate
    from causattn.exemplars import TypicalTexts
    from causattn.features import FeatureTable
    from causattn.models import GivenModel
    from causattn.report import View


@overload
def explain(
    model: GivenModel,
    texts: str,
    name: str = ...,
    *,
    target: Target | None = ...,
    seed: int = ...,
    **settings: Any,
) -> TokenAttribution: ...


@overload
def explain(
    model: GivenModel,
    texts: Sequence[str],
    name: str = ...,
    *,
    target: Target | None = ...,
    seed: int = ...,
    **settings: Any,
) -> list[TokenAttribution]: ...


def explain(
    model: GivenModel,
    texts: str | Sequence[str],
    name: str = "integrated_gradients",
    *,
    target: Target | None = None,
    seed: int = 0,
    **settings: Any,
) -> TokenAttribution | list[TokenAttribution]:
    """Score the words of a text by what they add to what a model says of it.

    Parameters
    ----------
    model
        What `load_model` gave or takes: a Hugging Face model, alone or with its tokenizer as
        ``(network, tokenizer)``, a folder, a name on the hub, a run's folder.
    texts
        A text, or several: one explanation, or a list of them.
    name
        An explainer: ``"lime"``, ``"kernel_shap"``, ``"occlusion"`` ...
    target
        What is explained, see `causattn.attribution.Target`; by default the predicted class, the
        likeliest next token, or an encoder's embedding.
    seed
        Every draw follows from it.
    settings
        The explainer's settings, such as ``samples=500``.
    """
    return attribution_room.explain(
        given_model(model), texts, {"kind": name, **settings}, target=target, seed=seed
    )


def look(
    what: str | Path | Sequence[str],
    model: GivenModel | None = None,
    *,
    swap: str | None = None,
    hide: str | None = None,
    explainers: Sequence[str] | str | None = None,
    tau: bool = False,
    typical: int | None = None,
    tree: bool = False,
    view: str | None = None,
    texts: int = 20,
    seed: int = 0,
    **settings: Any,
) -> View:
    """Show what a model makes of a text: its answer, its words, its attention, and a swap.

    Parameters
    ----------
    what
        A text, several, a file or folder of them, or the folder of a run, whose texts are read by
        its own model.
    model
        As for `explain`; None for the packaged MiniLM.
    swap
        A word and what takes its place: ``"good:bad"``.
    hide
        For a masked language model, the word that it is asked for.
    explainers
        Names of explainers, or ``"all"``.
    tau
        Replace the most and the least attended words, see `attention_tau`.
    typical
        Of several texts, show so many that stand for all, see `typical_texts`.
    tree
        Of several texts, show a surrogate tree, see `surrogate_tree`.
    view
        One part alone: ``"words"``, ``"heads"``, ``"model"``, ``"neurons"``, ``"matrix"``,
        ``"statistics"``, ``"swap"``, ``"tau"``, ``"tree"`` or ``"typical"``.
    texts
        How many of a file's texts are looked at, from the first.
    seed
        Every draw follows from it.
    settings
        How a file is read, such as ``text="review"``.

    Returns
    -------
    causattn.report.View
        Shows itself in a notebook; ``.write("look.html")`` keeps it, as a picture where the name
        ends in ``.png``; ``.show()`` opens it.
    """
    page, _ = draw_look(
        what,
        model,
        swap=swap,
        hide=hide,
        explain=explainers,
        tau=tau,
        typical=typical,
        tree=tree,
        view=view,
        texts=texts,
        seed=seed,
        corpus_settings=settings,
    )
    return page


def attention_tau(
    model: GivenModel,
    texts: str | Sequence[str],
    *,
    target: Target | None = None,
    seed: int = 0,
    **settings: Any,
) -> AttentionTau:
    """Replace the most and the least attended words: does attention find what moves the output?

    Parameters
    ----------
    model, texts, target, seed
        As for `explain`.
    settings
        Of `causattn.attribution.attention_tau`, such as ``draws=32`` or ``measure="rollout"``.

    Returns
    -------
    causattn.attribution.AttentionTau
        ``.tau`` (mean effect of high less that of low attention), ``.kendall`` (Kendall's tau of
        attention and effect), a row a word in ``.to_frame()``.
    """
    return attribution_room.attention_tau(
        given_model(model), texts, target=target, seed=seed, **settings
    )


def surrogate_tree(
    model: GivenModel,
    texts: Sequence[str],
    features: FeatureTable | None = None,
    *,
    label: int | str | None = None,
    seed: int = 0,
    **settings: Any,
) -> TreeSurrogate:
    """Fit a small tree that predicts what a classifier says, and say how well.

    Parameters
    ----------
    model
        A classifier, as for `explain`.
    texts
        What the tree is fitted to and tried on.
    features
        Their features, such as ``run.features``; None for the words that they hold.
    label
        The class whose log-odds it predicts; the last one by default.
    seed
        Which texts are held out follows from it.
    settings
        Of `causattn.attribution.surrogate_tree`, such as ``leaves=8`` or ``include=["not"]``.
    """
    return attribution_room.surrogate_tree(
        given_model(model), texts, features, label=label, seed=seed, **settings
    )


def typical_texts(model: GivenModel, texts: Sequence[str], count: int = 3) -> TypicalTexts:
    """Return the texts that stand for all others best in a model's representation.

    Parameters
    ----------
    model
        As for `explain`.
    texts
        Among which they are chosen.
    count
        How many.
    """
    return exemplars_room.typical_texts(given_model(model), texts, count)
