"""A tiny configuration of any family that transformers has, by the names of its sizes."""

from __future__ import annotations

import dataclasses
from typing import Any

from transformers.models.auto.configuration_auto import CONFIG_MAPPING

VOCABULARY = 80
LAYERS, HEADS, WIDTH = 5, 4, 32
SIZES = {
    **dict.fromkeys(("vocab_size", "text_vocab_size"), VOCABULARY),
    **dict.fromkeys(
        (
            "hidden_size",
            "d_model",
            "n_embd",
            "dim",
            "embed_dim",
            "emb_dim",
            "projection_dim",
            "embedding_size",
            "word_embed_proj_dim",
            "out_hidden_size",
            "lm_hidden_size",
            "lru_width",
            "d_embed",
            "true_hidden_size",
            "attention_hidden_size",
            "bottleneck_size",
            "hidden_size_per_layer_input",
            "intra_bottleneck_size",
            "mamba_intermediate_size",
        ),
        WIDTH,
    ),
    **dict.fromkeys(
        (
            "num_hidden_layers",
            "n_layer",
            "n_layers",
            "num_layers",
            "encoder_layers",
            "decoder_layers",
            "num_encoder_layers",
            "num_decoder_layers",
            "depth",
            "text_layers",
        ),
        LAYERS,
    ),
    **dict.fromkeys(
        (
            "num_attention_heads",
            "n_head",
            "n_heads",
            "num_heads",
            "encoder_attention_heads",
            "decoder_attention_heads",
            "num_encoder_attention_heads",
            "num_decoder_attention_heads",
            "linear_num_heads",
            "index_n_heads",
        ),
        HEADS,
    ),
    **dict.fromkeys(
        ("num_key_value_heads", "linear_num_key_heads", "linear_num_value_heads", "num_kv_heads"),
        2,
    ),
    **dict.fromkeys(
        (
            "head_dim",
            "d_kv",
            "d_head",
            "global_head_dim",
            "linear_head_dim",
            "linear_key_head_dim",
            "linear_value_head_dim",
            "kv_lora_rank",
            "q_lora_rank",
            "qk_nope_head_dim",
            "qk_rope_head_dim",
            "v_head_dim",
            "index_head_dim",
            "attention_head_size",
            "attention_head_dim",
            "kv_channels",
            "swa_head_dim",
            "swa_v_head_dim",
            "rotary_dim",
        ),
        8,
    ),
    **dict.fromkeys(
        (
            "intermediate_size",
            "d_inner",
            "d_ff",
            "ffn_dim",
            "encoder_ffn_dim",
            "decoder_ffn_dim",
            "hidden_dim",
            "n_inner",
            "ffn_hidden_size",
            "moe_intermediate_size",
            "shared_expert_intermediate_size",
            "intermediate_size_mlp",
            "dim_feedforward",
        ),
        48,
    ),
    **dict.fromkeys(
        ("max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length"), 128
    ),
    **dict.fromkeys(
        (
            "num_experts",
            "num_local_experts",
            "n_routed_experts",
            "moe_num_experts",
        ),
        4,
    ),
    **dict.fromkeys(
        (
            "num_experts_per_tok",
            "num_experts_per_token",
            "moe_topk",
            "moe_k",
            "top_k_experts",
            "n_group",
            "topk_group",
            "num_expert_group",
        ),
        1,
    ),
    **dict.fromkeys(("sliding_window", "local_attention", "window_size", "attention_window"), 6),
    **dict.fromkeys(("image_size",), 28),
    **dict.fromkeys(("patch_size",), 14),
    "mamba_n_heads": 4,
    "n_mamba_heads": 4,
    "mamba_d_head": 16,
    "mamba_num_heads": 4,
    "mamba_head_dim": 8,
    "mamba_headdim": 16,
    "mamba_n_groups": 1,
    "mamba_ngroups": 1,
    "n_groups": 1,
    "mamba_d_state": 8,
    "ssm_state_size": 8,
    "mamba_dt_rank": 4,
    "state_size": 8,
    "chunk_size": 4,
    "mamba_chunk_size": 4,
}
"""By name: what a field of a configuration is set to, where its default is larger."""
NEEDED = {"head_dim", "vocab_size", "n_routed_experts", "num_experts_per_tok"}
"""Fields that are set where their default is None, too."""
TURNED = {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [2, 1, 1]}
HALF_TURNED = {**TURNED, "mrope_section": [1, 1, 0], "partial_rotary_factor": 0.5}
SPECIAL: dict[str, dict[str, Any]] = {
    "glm4v_text": {"rope_parameters": TURNED},
    "glm_image_text": {"rope_parameters": TURNED},
    "glm_ocr_text": {"rope_parameters": TURNED},
    "glm4v_moe_text": {"rope_parameters": HALF_TURNED},
    "bailing_hybrid": {"layer_types": ["linear_attention"] * 3 + ["full_attention"] * 2},
    "bamba": {"attn_layer_indices": [1, 3]},
    "deepseek_v4": {"num_hidden_layers": 5},
    "gpt_neo": {"attention_types": [[["global", "local"], 2], [["global"], 1]]},
    "granitemoehybrid": {"layer_types": ["mamba", "attention"] * 2 + ["mamba"]},
    "fastspeech2_conformer_hifigan": {"upsample_initial_channel": 16},
    "layoutlmv3": {"coordinate_size": 6, "shape_size": 4},
    "lilt": {"hidden_size": 48, "num_attention_heads": 4},
    "reformer": {"axial_pos_embds": False},
    # Its own eager attention knows no heads that share a key.
    "unlimited_ocr_text": {"num_key_value_heads": HEADS},
    "zamba2": {"layers_block_type": ["mamba", "hybrid", "mamba", "hybrid", "mamba"]},
}
"""What a family needs besides."""


def shrunk(kind: str) -> Any:
    """Return a tiny configuration of a model type; sub-configurations are shrunk as well."""
    return _shrunk(CONFIG_MAPPING[kind])


def _shrunk(cls: Any) -> Any:
    fields = {field.name: field.default for field in dataclasses.fields(cls)}
    changes: dict[str, Any] = {}
    for name, default in fields.items():
        if name in SIZES and (
            (isinstance(default, int) and default > SIZES[name])
            or (default is None and name in NEEDED)
        ):
            changes[name] = SIZES[name]
        elif name.endswith(("_token_id", "_token_index")) and isinstance(default, int):
            changes[name] = min(default, 4)
    if "kv_lora_rank" in fields and "num_key_value_heads" in fields:
        changes["num_key_value_heads"] = HEADS  # latent attention has a key for every head
    if parts := getattr(cls, "sub_configs", None):
        whole = cls()
        for name in parts:
            part = getattr(whole, name, None)
            if part is not None:
                changes[name] = _shrunk(type(part))
    return cls(**{**changes, **SPECIAL.get(cls.model_type, {})})
