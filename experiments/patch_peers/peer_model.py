"""A decoder by its modules, for the peers; run by a Python that has them."""

import json

import torch


class Model:
    """A decoder by its modules, and what its heads write."""

    def __init__(self, folder):
        from transformers import AutoModelForCausalLM

        self.network = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        known = json.loads((folder / "tokens.json").read_text())
        self.ids, self.others = (torch.tensor(known[key]) for key in ("documents", "counterparts"))
        self.right, self.wrong = known["answers"]
        self.heads = self.network.config.num_attention_heads
        self.gpt2 = self.network.config.model_type == "gpt2"
        body = self.network.base_model
        self.layers = list(body.h if self.gpt2 else body.layers)

    def read(self, logits):
        return logits[:, -1, self.right] - logits[:, -1, self.wrong]

    def norm(self, layer):
        block = self.layers[layer]
        return block.ln_1 if self.gpt2 else block.input_layernorm

    def writes(self, layer):
        block = self.layers[layer]
        return block.attn.c_proj if self.gpt2 else block.self_attn.o_proj

    def matrix(self, layer):
        weight = self.writes(layer).weight
        return (weight if self.gpt2 else weight.T).unflatten(0, (self.heads, -1))

    def reads(self, layer, channel):
        """The map of a channel, and the slice of its output that is a head's."""
        if self.gpt2:
            module = self.layers[layer].attn.c_attn
            size = module.weight.shape[1] // 3
            return module, lambda head: slice(
                "qkv".index(channel) * size + head * size // self.heads,
                "qkv".index(channel) * size + (head + 1) * size // self.heads,
            )
        module = getattr(self.layers[layer].self_attn, f"{channel}_proj")
        width = self.layers[layer].self_attn.head_dim
        if module.weight.shape[0] != width * self.heads and channel != "q":
            raise NotImplementedError(
                f"heads share a {channel}, whose map gives one for all of a group"
            )
        return module, lambda head: slice(head * width, (head + 1) * width)

    def path(self, layer, name):
        """A module of a block as a dotted path."""
        return (
            f"transformer.h.{layer}.attn." if self.gpt2 else f"model.layers.{layer}.self_attn."
        ) + name


def parts(edge):
    (layer, head, channel), (sender_layer, sender) = (name.split(".") for name in edge)
    return int(layer), int(head), channel, int(sender_layer), int(sender)


class Peer:
    """Effects by one package; subclasses say how one run is patched."""

    def __init__(self, model):
        self.model = model

    def prepare(self):
        raise NotImplementedError

    def effects(self, task, edges):
        with torch.no_grad():
            self.prepare()
            before = self.model.read(self.plain())
            if task == "heads":
                own = [
                    self.model.read(self.head(layer, head)) - before
                    for layer in range(len(self.model.layers))
                    for head in range(self.model.heads)
                ]
            else:
                own = [self.model.read(self.edge(*parts(edge))) - before for edge in edges]
            return torch.stack(own).tolist()


class ByModule(Peer):
    """For packages that give modules' inputs and outputs: streams and heads' outputs by module."""

    def seen(self, ids, modules):
        raise NotImplementedError

    def prepare(self):
        model, count = self.model, len(self.model.layers)
        norms = [(model.norm(layer), "input") for layer in range(count)]
        outs = [(model.writes(layer), "input") for layer in range(count)]
        own, other = self.seen(model.ids, norms + outs), self.seen(model.others, norms + outs)
        self.streams = own[:count]
        self.others = other[count:]
        self.apart = [
            torch.einsum(
                "bthd,hdw->hbtw", (b - a).unflatten(-1, (model.heads, -1)), model.matrix(layer)
            )
            for layer, (a, b) in enumerate(zip(own[count:], other[count:], strict=True))
        ]

    def read_by(self, layer, head, channel, sender_layer, sender):
        """What one head's query, key or value becomes, its module and slice."""
        module, place = self.model.reads(layer, channel)
        stream = self.streams[layer] + self.apart[sender_layer][sender]
        return module, place(head), module(self.model.norm(layer)(stream))[..., place(head)]
