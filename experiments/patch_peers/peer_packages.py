"""Effects by other packages, each by its own means; run by a Python that has them."""

import torch
from peer_model import ByModule, Peer


class Nnsight(ByModule):
    """nnsight: edits in a trace."""

    def __init__(self, model):
        super().__init__(model)
        from nnsight import NNsight

        self.traced = NNsight(model.network)
        self.names = {id(module): name for name, module in model.network.named_modules()}

    def envoy(self, module):
        found = self.traced
        for piece in self.names[id(module)].split("."):
            found = found[int(piece)] if piece.isdigit() else getattr(found, piece)
        return found

    def seen(self, ids, modules):
        order = sorted(range(len(modules)), key=lambda k: self.depth(modules[k][0]))
        envoys = [self.envoy(modules[k][0]) for k in order]
        kept = [None] * len(modules)
        with self.traced.trace(input_ids=ids):
            saved = list().save()  # noqa: C408 (a method that nnsight gives to calls)
            for envoy in envoys:
                saved.append(envoy.input)
        for k, value in zip(order, saved, strict=True):
            kept[k] = value
        return kept

    def depth(self, module):
        name = self.names[id(module)]
        return [
            int(piece) for piece in name.split(".") if piece.isdigit()
        ], "ln_1" not in name and "norm" not in name

    def plain(self):
        with self.traced.trace(input_ids=self.model.ids):
            logits = self.traced.output.logits.save()
        return logits

    def head(self, layer, head):
        envoy, other = self.envoy(self.model.writes(layer)), self.others[layer]
        width = other.shape[-1] // self.model.heads
        place = slice(head * width, (head + 1) * width)
        with self.traced.trace(input_ids=self.model.ids):
            changed = envoy.input.clone()
            changed[..., place] = other[..., place]
            envoy.input = changed
            logits = self.traced.output.logits.save()
        return logits

    def edge(self, *edge):
        module, place, value = self.read_by(*edge)
        envoy = self.envoy(module)
        with self.traced.trace(input_ids=self.model.ids):
            changed = envoy.output.clone()
            changed[..., place] = value
            envoy.output = changed
            logits = self.traced.output.logits.save()
        return logits


class Pyvene(ByModule):
    """pyvene: an intervention on a module, made once for each."""

    def __init__(self, model):
        super().__init__(model)
        self.names = {id(module): name for name, module in model.network.named_modules()}
        self.made = {}
        self.value = self.place = None

    def component(self, module, side):
        pieces = self.names[id(module)].split(".")
        joined = "".join(f"[{p}]" if p.isdigit() else f".{p}" for p in pieces).lstrip(".")
        return f"{joined}.{side}"

    def seen(self, ids, modules):
        import pyvene

        found = []

        class Keep(pyvene.SourcelessIntervention):
            def __init__(self, **rest):
                super().__init__(**rest)

            def forward(self, base, source=None, subspaces=None, **rest):
                kept.append(base.detach().view(*ids.shape, -1).clone())
                return base

        for module, side in modules:
            kept = []
            own = pyvene.IntervenableModel(
                {"component": self.component(module, side), "intervention": Keep()},
                model=self.model.network,
            )
            own({"input_ids": ids})
            found.append(kept[0])
        return found

    def intervened(self, module, side):
        import pyvene

        key = (id(module), side)
        if key not in self.made:
            peer = self

            class Put(pyvene.SourcelessIntervention):
                def __init__(self, **rest):
                    super().__init__(**rest)

                def forward(self, base, source=None, subspaces=None, **rest):
                    changed = base.view(*peer.model.ids.shape, -1).clone()
                    changed[..., peer.place] = peer.value
                    return changed.view_as(base)

            self.made[key] = pyvene.IntervenableModel(
                {"component": self.component(module, side), "intervention": Put()},
                model=self.model.network,
            )
        return self.made[key]

    def plain(self):
        return self.model.network(self.model.ids).logits

    def head(self, layer, head):
        module, other = self.model.writes(layer), self.others[layer]
        width = other.shape[-1] // self.model.heads
        self.place = slice(head * width, (head + 1) * width)
        self.value = other[..., self.place]
        return self.intervened(module, "input")({"input_ids": self.model.ids})[1].logits

    def edge(self, *edge):
        module, self.place, self.value = self.read_by(*edge)
        return self.intervened(module, "output")({"input_ids": self.model.ids})[1].logits


class PyveneHeads(Pyvene):
    """pyvene: its own units, heads."""

    def prepare(self):
        import pyvene

        self.made = [
            pyvene.IntervenableModel(
                pyvene.IntervenableConfig(
                    [{"layer": layer, "component": "head_attention_value_output", "unit": "h"}],
                    pyvene.VanillaIntervention,
                ),
                model=self.model.network,
            )
            for layer in range(len(self.model.layers))
        ]

    def head(self, layer, head):
        place = [[[head]] * len(self.model.ids)]
        return self.made[layer](
            {"input_ids": self.model.ids},
            [{"input_ids": self.model.others}],
            {"sources->base": (place, place)},
        )[1].logits

    def edge(self, *edge):
        raise NotImplementedError("its units have no path between heads")


class Lens(Peer):
    """TransformerLens: hooks on what each head writes and reads."""

    start = False

    def __init__(self, model):
        super().__init__(model)
        from transformer_lens.model_bridge import TransformerBridge

        self.bridge = TransformerBridge.boot_transformers(
            str(model.folder), device="cpu", dtype=torch.float32
        )
        self.bridge.set_use_attn_result(True)
        self.split = False

    def prepare(self):
        if self.split:
            self.bridge.set_use_split_qkv_input(False)
            self.split = False
        self.bridge.set_use_attn_result(True)
        names = [
            f"blocks.{k}.attn.hook_{what}"
            for k in range(len(self.model.layers))
            for what in ("z", "result")
        ]
        self.own, self.other = (
            self.bridge.run_with_cache(ids, names_filter=lambda name: name in names)[1]
            for ids in (self.model.ids, self.model.others)
        )
        self.bridge.set_use_attn_result(False)

    def plain(self):
        return self.bridge(self.model.ids)

    def head(self, layer, head):
        name = f"blocks.{layer}.attn.hook_z"

        def put(z, hook):
            z = z.clone()
            if z.dim() == 4:
                z[:, :, head] = self.other[name].view_as(z)[:, :, head]
                return z
            width = z.shape[-1] // self.model.heads
            z[..., head * width : (head + 1) * width] = self.other[name].view_as(z)[
                ..., head * width : (head + 1) * width
            ]
            return z

        return self.bridge.run_with_hooks(self.model.ids, fwd_hooks=[(name, put)])

    def edge(self, layer, head, channel, sender_layer, sender):
        if not self.split:
            self.bridge.set_use_split_qkv_input(True)
            self.split = True
        name = f"blocks.{sender_layer}.attn.hook_result"
        change = self.other[name][:, :, sender] - self.own[name][:, :, sender]

        def add(stream, hook):
            if stream.shape[2] != self.model.heads:
                raise NotImplementedError(f"heads share a {channel}, which is read for a group")
            stream = stream.clone()
            stream[:, :, head] += change
            return stream

        return self.bridge.run_with_hooks(
            self.model.ids, fwd_hooks=[(f"blocks.{layer}.hook_{channel}_input", add)]
        )


PEERS = {
    "pyvene": Pyvene,
    "pyvene, units of heads": PyveneHeads,
    "nnsight": Nnsight,
    "transformer_lens": Lens,
}
