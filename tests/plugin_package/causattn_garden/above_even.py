"""Attention above what an even spread over the tokens would give."""

from causattn.attention import LayerView, Measure


class AboveEven(Measure):
    """Attention above an even spread over the document's tokens, per layer and head."""

    name = "above_even"
    per_head = True

    def visit(self, view: LayerView) -> None:
        """Add what a chosen layer has above 1 / tokens."""
        if view.chosen:
            even = 1 / view.weights.shape[-1]
            self.add(view.between_features((view.weights - even).clamp(min=0)))


MEASURE = AboveEven
