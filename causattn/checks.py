"""Checks across rooms: what a study's settings must be before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from causattn import candidates, corpora, discovery, effects, features
from causattn.base import ConfigError, ConfigMistakes, choose

Settings = Mapping[str, Any]
ATTENTION = "attention"


def check_settings(config: Settings) -> None:
    """Check the settings of all rooms before anything is computed, and say all that is wrong.

    Raises
    ------
    ConfigError
        For an unknown kind, key or control, or a value that makes no sense.
    """
    mistakes = ConfigMistakes()
    with mistakes.noted():
        corpora.check_corpus(config["corpus"])
    if about_model(config):
        checks: tuple[Callable[[Settings], object], ...] = (_check_heads,)
    else:
        checks = (
            check_nones,
            _check_model,
            lambda config: features.feature_settings(config["features"]),
            _check_explainer,
            _check_candidates,
            lambda config: discovery.discovery_settings(config["discovery"]),
            lambda config: effects.effect_settings(config["effects"]),
            _check_controls,
            _check_rest,
        )
    for check in checks:
        with mistakes.noted():
            check(config)
    mistakes.raise_all()


def _check_explainer(config: Settings) -> None:
    """Check the settings of the explainer that proposes pairs, where it is not attention."""
    chosen_by = config.get("attribution", {})
    if any(value not in (None, ATTENTION) for value in chosen_by.values()):
        from causattn import attribution

        attribution.attribution_settings(chosen_by)


def _check_candidates(config: Settings) -> None:
    """Check how candidates are chosen."""
    if is_none(config, "candidates"):
        return
    chosen = candidates.candidate_settings(config["candidates"])
    own = not candidates.needs_summary(config["candidates"])
    if (method := explainer(config)) is not None and not own:
        candidates.check_one_score(method, chosen.aggregate, chosen.layers, chosen.heads)


def _check_controls(config: Settings) -> None:
    """Check what candidates are compared with."""
    if not config["controls"]:
        return
    from causattn.controls import CONTROLS, SINKS

    for name in config["controls"]:
        choose(name, dict.fromkeys(CONTROLS), "controls")
        if name == SINKS and explainer(config) is not None:
            raise ConfigError(
                f"controls=[{SINKS}] is a control of attention, and {explainer(config)} "
                "proposes the pairs; leave it out."
            )


def about_model(config: Settings) -> bool:
    """Return whether the graph is one of the model: its nodes are heads, not features."""
    return str(config.get("graph", {}).get("kind", "documents")) != "documents"


def _check_heads(config: Settings) -> None:
    """Check what a graph of heads reads: corpus, model and the group graph."""
    from causattn import circuits, models

    circuits.graph_settings(config["graph"])
    if is_none(config, "model"):
        raise ConfigError(
            "graph=heads is a graph of a model and model=none has none; choose a decoder, such as "
            "model=smollm2."
        )
    models.model_settings(config["model"])
    _check_rest(config)


def _check_rest(config: Settings) -> None:
    """Check what every study has: a page, and a seed."""
    if config.get("report", True):
        from causattn import report

        report.page_settings(config.get("page"))
    if not isinstance(config["seed"], int) or config["seed"] < 0:
        raise ConfigError(f"seed={config['seed']} should be a whole number from 0; change it.")


def _check_model(config: Settings) -> None:
    """Check the settings of the model and of how its attention is read."""
    if is_none(config, "model"):
        return
    from causattn import models

    models.model_settings(config["model"])
    if is_none(config, "attention"):
        return
    from causattn import attention

    read = attention.attention_settings(config["attention"])
    # A cluster's devices are its own, and to look for one loads PyTorch.
    if read.engine == "processes" and read.device == "cuda":
        attention.check_device(read.device)
    task = models.known_task(config["model"])
    if task is not None:  # else it is said when the model is there
        attention.check_query(read.query, task, f"model={config['model']['kind']}")


def is_none(config: Settings, room: str) -> bool:
    """Return whether the configuration leaves a room out: its kind is ``none``."""
    return str(config[room].get("kind")) == "none"


def check_nones(config: Settings) -> None:
    """Check that what is left out is not needed by what is asked for.

    Without attention or another explainer there are no candidates, and discovery searches all
    pairs: nothing stands in for what was not read.

    Raises
    ------
    ConfigError
        Where candidates or controls are asked for and nothing proposes them, something proposes
        pairs and no candidates are made of them, or a model is needed and there is none.
    """
    for room in ("model", "attention", "candidates"):
        if is_none(config, room) and len(config[room]) > 1:
            spare = next(key for key in config[room] if key != "kind")
            raise ConfigError(f"{room}.{spare} has no meaning with {room}=none; leave it out.")
    method = explainer(config)
    if method is not None and is_none(config, "candidates"):
        raise ConfigError(
            f"attribution={method} proposes candidates and candidates=none makes none of them; "
            "choose candidates=top_k, or attribution=attention."
        )
    if method is not None and is_none(config, "model"):
        raise ConfigError(
            f"attribution={method} explains a model and model=none has none; choose a model, or "
            "attribution=attention."
        )
    documents = config.get("attribution", {}).get("documents")
    if method is None and is_none(config, "attention") and documents is not None:
        raise ConfigError(
            f"attribution.documents={documents} has no meaning with attribution=attention and "
            "attention=none, which reads no documents; leave it out."
        )
    own = not is_none(config, "candidates") and not candidates.needs_summary(config["candidates"])
    if method is None and not own and is_none(config, "attention") != is_none(config, "candidates"):
        raise ConfigError(
            "attention=none and candidates=none belong together, since candidates are made of "
            "attention and attention serves nothing else; set both or neither."
        )
    if is_none(config, "model") and not is_none(config, "attention"):
        raise ConfigError(
            "model=none has no attention to read; set attention=none and candidates=none, too."
        )
    if method is None and is_none(config, "attention") and config["controls"]:
        raise ConfigError(
            f"controls={list(config['controls'])} are controls of attention, and attention=none "
            "reads none; set controls=[]."
        )


def explainer(config: Settings) -> str | None:
    """Return the explainer that proposes the pairs; None where attention does."""
    kind = str(config.get("attribution", {}).get("kind", ATTENTION))
    return None if kind == ATTENTION else kind
