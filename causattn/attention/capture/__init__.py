"""From a model: the attention of each layer, one after the other, by whichever way works for it."""
