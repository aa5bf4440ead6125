"""The attention weights themselves."""

from __future__ import annotations

from causattn.attention.contract import LayerView, Measure


class RawMeasure(Measure):
    """The attention weights as they are, per layer and head."""

    name = "raw"
    paper = (
        "Clark, Khandelwal, Levy and Manning (2019), What does BERT look at? An analysis of BERT's "
        "attention; Vig and Belinkov (2019), Analyzing the structure of attention in a transformer "
        "language model"
    )
    per_head = True

    def visit(self, view: LayerView) -> None:
        """Add a chosen layer's weights."""
        if view.chosen:
            self.add(view.local)


MEASURE = RawMeasure
