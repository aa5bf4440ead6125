"""A measure of one's own: squared weights, which one long look moves more than many short ones."""

from causattn.attention import LayerView, Measure


class Squared(Measure):
    """Squared attention weights, per layer and head."""

    name = "squared"
    unit = "squared attention"
    per_head = True

    def visit(self, view: LayerView) -> None:
        """Add a chosen layer's squares."""
        if view.chosen:
            self.add(view.between_features(view.weights**2))


MEASURE = Squared
