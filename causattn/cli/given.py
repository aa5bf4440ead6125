"""Whatever may stand for a model in Python, as a `LanguageModel`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causattn.base import ConfigError

if TYPE_CHECKING:
    from causattn.models import LanguageModel


def given_model(
    model: Any, settings: Mapping[str, Any] | None = None, seed: int = 0
) -> LanguageModel:
    """Return a model that is ready.

    Parameters
    ----------
    model
        A `LanguageModel`; a Hugging Face network with its tokenizer as a pair, in a
        ``transformers.pipeline``, or alone where its folder brings the tokenizer; a folder that
        ``save_pretrained`` wrote, a name on the hub, a run's folder, or an option of the group
        model.
    settings
        Of the option, where it is one.
    seed
        Weights that are drawn follow from it.

    Raises
    ------
    CausattnError
        Where it is no model, or `settings` are given for one that is there already.
    """
    from causattn.cli.python import model_options
    from causattn.models import LanguageModel, load_model

    settings = settings or {}
    if isinstance(model, str | Path):
        folder = Path(model).expanduser()
        if not (folder / "summary.json").is_file():
            return load_model(model_options(str(model), settings), None, seed)
        from causattn.report import show_run

        model = show_run(folder).model
    elif not isinstance(model, LanguageModel):
        model = _wrapped(model)
    if settings:
        raise ConfigError(
            f"Model {model.name} is there already, so that model.{next(iter(settings))} cannot be "
            "set; leave it out."
        )
    found: LanguageModel = model
    return found


def _wrapped(model: Any) -> LanguageModel:
    """Return a Hugging Face model with its tokenizer."""
    from causattn.models import wrap_model

    if isinstance(model, tuple) and len(model) == 2:
        return wrap_model(*model)
    if hasattr(model, "tokenizer") and hasattr(model, "model"):
        return wrap_model(model.model, model.tokenizer)
    return wrap_model(model, _own_tokenizer(model))


def _own_tokenizer(network: Any) -> Any:
    """Return the tokenizer that lies where a network was loaded from, None where there is none."""
    from transformers import AutoTokenizer

    place = getattr(getattr(network, "config", None), "name_or_path", None)
    if not place:
        return None
    try:
        return AutoTokenizer.from_pretrained(place, trust_remote_code=False)
    except (OSError, ValueError, KeyError):
        return None
