"""Attention cut after the softmax."""

from causattn.effects.interventions.attention_cut import AttentionCut


class Zero(AttentionCut):
    """Attention from target to source set to zero after the softmax: nothing takes its share."""

    name = "zero"


INTERVENTION = Zero()
