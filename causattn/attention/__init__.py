"""Attention: captured as a stream and summed over a corpus from feature to feature."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.attention._capture._layer import AttentionLayer, Probe, Stack
    from causattn.attention._capture._stream import METHODS, Capture, capture_attention
    from causattn.attention._device import check_device
    from causattn.attention._document import DocumentAttention, document_attention
    from causattn.attention._entropy import head_entropy, heads_by_entropy
    from causattn.attention._files import read_summary, write_summary
    from causattn.attention._from_positions import attention_from
    from causattn.attention._interventions._edge_effects import EdgeEffects, edge_effects
    from causattn.attention._interventions._knock_out import (
        KnockOut,
        attention_weights,
        editable_attention,
    )
    from causattn.attention._interventions._mediation import NaturalEffects, natural_effects
    from causattn.attention._measures._covariance import abcd_correlation, abcd_covariance
    from causattn.attention._measures._measure import Measure
    from causattn.attention._measures._sparse import SparseMoments
    from causattn.attention._measures._summary import AttentionMoments, AttentionSummary
    from causattn.attention._settings import (
        StreamedSettings,
        check_query,
        default_stack,
        result_settings,
    )
    from causattn.attention._shards._summarise import (
        MEASURES,
        attention_settings,
        summarise_attention,
    )
    from causattn.attention._statistics import HeadStatistics, head_statistics

__all__ = [
    "MEASURES",
    "METHODS",
    "AttentionLayer",
    "AttentionMoments",
    "AttentionSummary",
    "Capture",
    "DocumentAttention",
    "EdgeEffects",
    "HeadStatistics",
    "KnockOut",
    "Measure",
    "NaturalEffects",
    "Probe",
    "SparseMoments",
    "Stack",
    "StreamedSettings",
    "abcd_correlation",
    "abcd_covariance",
    "attention_from",
    "attention_settings",
    "attention_weights",
    "capture_attention",
    "check_device",
    "check_query",
    "default_stack",
    "document_attention",
    "edge_effects",
    "editable_attention",
    "head_entropy",
    "head_statistics",
    "heads_by_entropy",
    "natural_effects",
    "read_summary",
    "result_settings",
    "summarise_attention",
    "write_summary",
]

__getattr__ = on_demand(__name__, __file__)
