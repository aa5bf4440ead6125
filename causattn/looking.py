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
from causattn.cli import draw_look

if TYPE_CHECKING:
    from causattn.attribution import Target, TokenAttribution
    from causattn.models import LanguageModel
    from causattn.report import View


@overload
def explain(
    model: LanguageModel,
    texts: str,
    name: str = ...,
    *,
    target: Target | None = ...,
    seed: int = ...,
    **settings: Any,
) -> TokenAttribution: ...


@overload
def explain(
    model: LanguageModel,
    texts: Sequence[str],
    name: str = ...,
    *,
    target: Target | None = ...,
    seed: int = ...,
    **settings: Any,
) -> list[TokenAttribution]: ...


def explain(
    model: LanguageModel,
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
        What `load_model` gave.
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
        model, texts, {"kind": name, **settings}, target=target, seed=seed
    )


def look(
    what: str | Path | Sequence[str],
    model: LanguageModel | str | Path | None = None,
    *,
    swap: str | None = None,
    hide: str | None = None,
    explainers: Sequence[str] | str | None = None,
    texts: int = 20,
    seed: int = 0,
    **settings: Any,
) -> View:
    """Show what a model makes of a text: its answer, its words, its attention, and a swap.

    Parameters
    ----------
    what
        A text, several, or a file or folder of them.
    model
        What `load_model` gave or takes, or a run's folder; None for the packaged MiniLM.
    swap
        A word and what takes its place: ``"good:bad"``.
    hide
        For a masked language model, the word that it is asked for.
    explainers
        Names of explainers, or ``"all"``.
    texts
        How many of a file's texts are looked at, from the first.
    seed
        Every draw follows from it.
    settings
        How a file is read, such as ``text="review"``.

    Returns
    -------
    causattn.report.View
        Shows itself in a notebook; ``.write("look.html")`` keeps it, ``.show()`` opens it.
    """
    page, _ = draw_look(
        what,
        model,
        swap=swap,
        hide=hide,
        explain=explainers,
        texts=texts,
        seed=seed,
        corpus_settings=settings,
    )
    return page
