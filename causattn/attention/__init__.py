"""Attention: captured as a stream and summed over a corpus from feature to feature."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.attention.capture.layer import AttentionLayer, Probe, Stack
    from causattn.attention.capture.stream import METHODS, Capture, capture_attention
    from causattn.attention.contract import BatchCarriers, LayerView, Measure, MeasureShape
    from causattn.attention.corpus_sum.summarise import summarise_attention
    from causattn.attention.device import check_device
    from causattn.attention.document import DocumentAttention, document_attention
    from causattn.attention.entropy import head_entropy, heads_by_entropy
    from causattn.attention.files import read_summary, write_summary
    from causattn.attention.from_positions import attention_from
    from causattn.attention.interventions.edge_effects import EdgeEffects, edge_effects
    from causattn.attention.interventions.knock_out import (
        KnockOut,
        attention_weights,
        editable_attention,
    )
    from causattn.attention.interventions.mediation import NaturalEffects, natural_effects
    from causattn.attention.interventions.path_effects import (
        PartEffects,
        part_effects,
        path_attribution,
        path_effects,
        path_positions,
    )
    from causattn.attention.interventions.path_nodes import (
        check_same_length,
        paths_from,
        senders_of,
    )
    from causattn.attention.interventions.path_pass import Written
    from causattn.attention.interventions.path_weights import (
        norm_gain,
        reading_maps,
        writing_maps,
    )
    from causattn.attention.interventions.paths import HeadPaths
    from causattn.attention.interventions.pruning import (
        PathCase,
        circuit_curve,
        minimality,
        prune_paths,
        strongest_paths,
    )
    from causattn.attention.measures.covariance import abcd_correlation, abcd_covariance
    from causattn.attention.measures.moments import AttentionMoments, AttentionSummary
    from causattn.attention.measures.norm import carried_norms
    from causattn.attention.measures.sparse import SparseMoments
    from causattn.attention.registry import MEASURES
    from causattn.attention.settings import (
        CaptureSettings,
        attention_result_settings,
        attention_settings,
        check_query,
        default_stack,
    )
    from causattn.attention.statistics import HeadStatistics, head_statistics

__all__ = [
    "MEASURES",
    "METHODS",
    "AttentionLayer",
    "AttentionMoments",
    "AttentionSummary",
    "BatchCarriers",
    "Capture",
    "CaptureSettings",
    "DocumentAttention",
    "EdgeEffects",
    "HeadPaths",
    "HeadStatistics",
    "KnockOut",
    "LayerView",
    "Measure",
    "MeasureShape",
    "NaturalEffects",
    "PartEffects",
    "PathCase",
    "Probe",
    "SparseMoments",
    "Stack",
    "Written",
    "abcd_correlation",
    "abcd_covariance",
    "attention_from",
    "attention_result_settings",
    "attention_settings",
    "attention_weights",
    "capture_attention",
    "carried_norms",
    "check_device",
    "check_query",
    "check_same_length",
    "circuit_curve",
    "default_stack",
    "document_attention",
    "edge_effects",
    "editable_attention",
    "head_entropy",
    "head_statistics",
    "heads_by_entropy",
    "minimality",
    "natural_effects",
    "norm_gain",
    "part_effects",
    "path_attribution",
    "path_effects",
    "path_positions",
    "paths_from",
    "prune_paths",
    "read_summary",
    "reading_maps",
    "senders_of",
    "strongest_paths",
    "summarise_attention",
    "write_summary",
    "writing_maps",
]

__getattr__ = on_demand(__name__, __file__)
