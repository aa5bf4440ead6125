"""Settings of the config group `attention`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from causattn.attention.registry import MEASURES
from causattn.base import Bounds, ConfigError, choose, settings_from

if TYPE_CHECKING:
    from transformers import PreTrainedConfig

    from causattn.attention.capture.layer import Stack
    from causattn.models import Task


@dataclass(frozen=True)
class CaptureSettings:
    """How attention is captured and summed.

    Parameters
    ----------
    query
        ``"observed"``: attention as the model reads the documents, nothing hidden, for any
        transformer. ``"masked"``, for masked language models: each feature's tokens are hidden in
        turn, and the attention paid from there is read. ``"next"``, for models that read from left
        to right: the attention paid while each feature's tokens are predicted, from the position
        before them.
    measures
        What is summed: raw per layer and head, their mean (with its standard error), rollout (Abnar
        and Zuidema 2020) and, slower or in other units: flow, norm, gradient, covariance.
    documents
        Most documents to summarise, drawn without replacement, each once a feature where features
        are hidden; None for all.
    layers, heads
        Which layers and heads, numbered from 0; None for all. Layers above the last one are not
        run.
    entropy
        ``"lowest"``: the measure mean takes the sharpest of these heads alone (Clark et al. 2019,
        Voita et al. 2019); ``"highest"``: the broadest; None: all of them.
    heads_kept
        With entropy: the share of the heads (below 1) or their number.
    stack
        Which attention of an encoder-decoder: ``"encoder"``, ``"decoder"`` or ``"cross"``; None
        takes its encoder.
    sinks
        ``"remove"`` takes out attention to the first token and to special tokens that carry no
        feature, where it goes that is not needed, before anything is summed: the rest of a token's
        attention adds up to 1 again. ``"keep"`` leaves it. Its share of all attention is in the
        summary; controls=[sinks] shows what the choice changes.
    batch_tokens
        Tokens in a batch, padding included. A GPU wants more than a processor.
    memory_gb
        Most memory for the sums, in 10^9 bytes, those of all workers on this machine together.
    shard_documents
        Documents in a shard: summed apart and kept, so that a run that was stopped goes on there.
        It changes the sums by rounding.
    workers
        Processes that run shards, each with the run's threads; the result is the same for any
        number. With ray, 0 takes all the cluster's processors.
    engine
        What starts them: ``"processes"`` (this machine) or ``"ray"`` (a cluster; needs
        causattn[ray]).
    ray_address
        The Ray cluster to join; None starts one on this machine.
    device
        ``"auto"`` (a CUDA GPU where there is one), ``"cpu"`` or ``"cuda"``.
    mixed_precision
        ``"bfloat16"`` or ``"float16"`` for the model's matrix products; None keeps the model's own
        numbers. Softmax and sums stay in float32 and float64.
    """

    kind: Literal["streamed"] = "streamed"
    query: Literal["observed", "masked", "next"] = "observed"
    measures: tuple[str, ...] = ("raw", "mean", "rollout")
    documents: Annotated[int, Bounds(above=0)] | None = None
    layers: tuple[int, ...] | None = None
    heads: tuple[int, ...] | None = None
    entropy: Literal["lowest", "highest"] | None = None
    heads_kept: Annotated[float, Bounds(above=0)] = 0.25
    stack: Literal["encoder", "decoder", "cross"] | None = None
    sinks: Literal["keep", "remove"] = "keep"
    batch_tokens: Annotated[int, Bounds(above=0)] = 4_096
    memory_gb: Annotated[float, Bounds(above=0)] = 4.0
    shard_documents: Annotated[int, Bounds(above=0)] = 4096
    workers: Annotated[int, Bounds(least=0)] = 1
    engine: Literal["processes", "ray"] = "processes"
    ray_address: str | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    mixed_precision: Literal["bfloat16", "float16"] | None = None


NOT_IN_THE_RESULT = ("workers", "engine", "ray_address")
"""Settings that say who computes, and change no bit of what is computed."""


def attention_settings(settings: Mapping[str, Any]) -> CaptureSettings:
    """Return the settings of the group `attention`, checked.

    Raises
    ------
    ConfigError
        For an unknown key, kind or measure, or a number that makes no sense.
    """
    chosen = settings_from(CaptureSettings, settings, "attention")
    measures = [choose(name, MEASURES, "attention.measures") for name in chosen.measures]
    for name, measure in zip(chosen.measures, measures, strict=True):
        if chosen.query == "masked" and not measure.masked:
            raise ConfigError(
                f"The measure {name} compares all tokens of a document as they are; choose "
                "attention=observed for it."
            )
    if not chosen.measures or len(set(chosen.measures)) != len(chosen.measures):
        raise ConfigError(
            f"attention.measures={list(chosen.measures)} should name one measure or more, each "
            f"once; choose of {', '.join(MEASURES)}."
        )
    by_gradient = [measure.name for measure in measures if measure.gradients]
    if chosen.sinks == "remove" and by_gradient:
        raise ConfigError(
            f"The measure {by_gradient[0]} takes gradients of the attention as the model has it; "
            "set attention.sinks=keep for it."
        )
    if chosen.entropy is not None and not any(measure.takes_heads for measure in measures):
        raise ConfigError(
            f"attention.entropy={chosen.entropy} chooses the heads of the measure mean; add mean "
            "to attention.measures, or set attention.entropy=null."
        )
    if chosen.workers < (0 if chosen.engine == "ray" else 1):
        raise ConfigError(
            f"attention.workers={chosen.workers} should be 1 or more (0, all the processors, is "
            "for attention.engine=ray); change it."
        )
    if chosen.mixed_precision and any(measure.gradients for measure in measures):
        raise ConfigError(
            "Gradients are not taken in mixed precision; leave attention.mixed_precision null or "
            f"{next(m.name for m in measures if m.gradients)} out of attention.measures."
        )
    return chosen


def check_query(query: str, task: Task, name: str) -> None:
    """Check that a model can be read as asked.

    Parameters
    ----------
    query
        See `CaptureSettings`.
    task, name
        What the model predicts, and its name.

    Raises
    ------
    ConfigError
        Naming the option that the model goes with.
    """
    fits = "next" if task == "causal" else "observed"
    if query == "masked" and task != "masked":
        raise ConfigError(
            f"attention.query=masked needs a masked language model, and {name} is a {task} model"
            f"{', which reads from left to right' if task == 'causal' else ''}; choose "
            f"attention={fits}."
        )
    if query == "next" and task != "causal":
        fits = "masked" if task == "masked" else "observed"
        raise ConfigError(
            "attention.query=next needs a language model that reads from left to right, and "
            f"{name} is a {task} model; choose attention={fits}."
        )


def attention_result_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the sums depend on: the settings without those that say who computes them.

    With measures from outside, also the checksum of the file behind each.
    """
    found = {key: value for key, value in settings.items() if key not in NOT_IN_THE_RESULT}
    sums = {name: MEASURES.checksum(name) for name in settings.get("measures", ())}
    foreign = {name: checksum for name, checksum in sums.items() if checksum is not None}
    return {**found, "checksums": foreign} if foreign else found


def chosen_indices(
    chosen: tuple[int, ...] | None, known: Sequence[int], what: str, model: str
) -> tuple[int, ...]:
    """Return which of the known layers or heads are summed, ascending.

    Raises
    ------
    ConfigError
        Where one is not there.
    """
    if chosen is None:
        return tuple(known)
    for index in chosen:
        if index not in known:
            there = f"0 to {len(known) - 1}"
            if list(known) != list(range(len(known))):
                there = ", ".join(map(str, known))
            raise ConfigError(
                f"attention.{what}={list(chosen)}: model {model} has {what} {there}; choose among "
                "them."
            )
    if not chosen:
        raise ConfigError(f"attention.{what}=[] leaves nothing to sum; name some, or null for all.")
    return tuple(sorted(set(chosen)))


def default_stack(stack: Stack | None, config: PreTrainedConfig, model: str) -> Stack:
    """Return the stack to sum: the encoder of an encoder-decoder, where it attends.

    Parameters
    ----------
    stack
        What is asked for; None for whatever there is.
    config
        The network's. Where its ``encoder_attends`` is false, attention goes from decoder to
        encoder alone.
    model
        The model's name.

    Raises
    ------
    ConfigError
        Where a model of one stack is asked for another, or a recurrent one for its encoder's or
        decoder's own.
    """
    if not config.is_encoder_decoder:
        if stack is None:
            return "self"
        raise ConfigError(
            f"attention.stack={stack}: model {model} is no encoder-decoder; leave it null."
        )
    if getattr(config, "encoder_attends", True):
        return stack or "encoder"
    if stack in (None, "cross"):
        return "cross"
    raise ConfigError(
        f"attention.stack={stack}: the {stack} of model {model} is recurrent and attends to "
        "nothing within itself; set attention.stack=cross, or null."
    )
