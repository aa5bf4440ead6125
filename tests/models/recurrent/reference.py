"""Recurrent networks once more, in plain loops over documents, steps and keys, with NumPy alone."""

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def weights_of(module) -> dict[str, np.ndarray]:
    return {name: value.detach().double().numpy() for name, value in module.state_dict().items()}


def lstm_step(w: dict, suffix: str, x, h, c):
    """One step of an LSTM cell, its gates in the order input, forget, cell, output."""
    z = (
        w[f"weight_ih_{suffix}"] @ x
        + w[f"bias_ih_{suffix}"]
        + w[f"weight_hh_{suffix}"] @ h
        + w[f"bias_hh_{suffix}"]
    )
    i, f, g, o = np.split(z, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def run(w: dict, suffix: str, xs, h=None, c=None, backward=False):
    """All states of one layer in one direction, and the last memory."""
    width = w[f"weight_hh_{suffix}"].shape[1]
    h = np.zeros(width) if h is None else h
    c = np.zeros(width) if c is None else c
    states = [None] * len(xs)
    places = range(len(xs))[::-1] if backward else range(len(xs))
    for t in places:
        h, c = lstm_step(w, suffix, xs[t], h, c)
        states[t] = h
    return np.array(states), h, c


def score(kind: str, w: dict, query, key) -> float:
    if kind == "dot":
        return sum(a * b for a, b in zip(query, key, strict=True))
    if kind == "scaled_dot":
        return sum(a * b for a, b in zip(query, key, strict=True)) / np.sqrt(len(key))
    if kind == "general":
        return float((w["query_projection.weight"] @ query) @ key)
    hidden = np.tanh(w["query_projection.weight"] @ query + w["key_projection.weight"] @ key)
    return float(w["energy.weight"][0] @ hidden)


def attend(kind: str, w: dict, query, keys):
    """Weights over the keys, and their weighted sum."""
    scores = np.array([score(kind, w, query, key) for key in keys])
    scores = np.exp(scores - scores.max())
    weights = scores / scores.sum()
    return weights, sum(a * key for a, key in zip(weights, keys, strict=True))


def part(w: dict, prefix: str) -> dict:
    return {name[len(prefix) :]: value for name, value in w.items() if name.startswith(prefix)}


def language_model(network, ids: list[int]):
    """Logits [T, vocabulary] and attention [T, T] of one document."""
    w, config = weights_of(network), network.config
    states = w["model.embedding.weight"][ids]
    for layer in range(config.num_hidden_layers):
        states, _, _ = run(part(w, "model.lstm."), f"l{layer}", states)
    attention = np.zeros((len(ids), len(ids)))
    outputs = []
    for t, state in enumerate(states):
        output = state
        if config.attention is not None:
            last = t + 1 if config.attends_to_itself or t == 0 else t
            attention[t, :last], context = attend(
                config.attention, part(w, "model.attention."), state, states[:last]
            )
            output = state + w["model.context_projection.weight"] @ context
        outputs.append(w["head.weight"] @ output + w["head.bias"])
    return np.array(outputs), attention


def seq2seq(network, source: list[int], written: list[int]):
    """Logits [T, vocabulary] and attention [T, S] of one pair of documents."""
    w, config = weights_of(network), network.config
    encoder, decoder = part(w, "model.encoder."), part(w, "model.decoder.")
    embedding = encoder["embedding.weight"]
    states, hidden, cell = embedding[source], [], []
    for layer in range(config.num_hidden_layers):
        lstm = part(encoder, "lstm.")
        forward, h, c = run(lstm, f"l{layer}", states)
        if config.bidirectional:
            back, hb, cb = run(lstm, f"l{layer}_reverse", states, backward=True)
            forward = np.concatenate([forward, back], axis=1)
            h, c = np.concatenate([h, hb]), np.concatenate([c, cb])
        states = forward
        hidden.append(np.tanh(encoder["bridge_hidden.weight"] @ h + encoder["bridge_hidden.bias"]))
        cell.append(encoder["bridge_cell.weight"] @ c + encoder["bridge_cell.bias"])
    lstm, score_weights = part(decoder, "lstm."), part(decoder, "cross_attention.")
    attention, logits = [], []
    for token in written:
        x = embedding[token]
        if config.query == "previous":
            weights, context = attend(config.attention, score_weights, hidden[-1], states)
            x = np.concatenate([x, context])
        for layer in range(config.num_hidden_layers):
            hidden[layer], cell[layer] = lstm_step(lstm, f"l{layer}", x, hidden[layer], cell[layer])
            x = hidden[layer]
        if config.query == "current":
            weights, context = attend(config.attention, score_weights, x, states)
        attention.append(weights)
        output = np.tanh(
            decoder["context_projection.weight"] @ context
            + decoder["state_projection.weight"] @ x
            + decoder["state_projection.bias"]
        )
        logits.append(w["head.weight"] @ output + w["head.bias"])
    return np.array(logits), np.array(attention)
