"""Attention cut before the softmax."""

from causattn.effects.interventions.attention_cut import AttentionCut


class Renormalise(AttentionCut):
    """Attention from target to source cut before the softmax: the rest takes its share."""

    name = "renormalise"


INTERVENTION = Renormalise()
