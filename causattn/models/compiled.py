"""Models of kind ``compiled``: the corpus's program as a transformer whose circuit is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tokenizers import Tokenizer, pre_tokenizers, processors
from tokenizers.models import WordLevel
from transformers import PreTrainedTokenizerFast

from causattn.base import CapabilityError, ConfigError
from causattn.corpora import NO_VALUE, PROGRAMS, Corpus
from causattn.models.contract import ModelKind
from causattn.models.model import LanguageModel

SPECIAL = {
    "pad_token": "[PAD]",
    "bos_token": "[BOS]",
    "unk_token": "[UNK]",
    "mask_token": "[MASK]",
}


@dataclass(frozen=True)
class CompiledSettings:
    """How a program is compiled.

    Parameters
    ----------
    sharpness
        Difference between the attention scores of what a head sees and what it does not; from about
        210 on, what it does not see has weight 0 exactly.
    decoys
        Heads beside the program's own in every layer that has one: they attend as one of these does
        and write what nobody reads.
    """

    sharpness: float = 256.0
    decoys: int = 0

    def __post_init__(self) -> None:
        if not self.sharpness > 0:
            raise ConfigError(f"model.sharpness={self.sharpness} must be above 0; raise it.")
        if self.decoys < 0:
            raise ConfigError(f"model.decoys={self.decoys} must be 0 or more; raise it.")


class Compiled(ModelKind):
    """The corpus's program as a transformer whose circuit is known."""

    name = "compiled"
    settings = CompiledSettings
    paper = "Weiss, Goldberg and Yahav (2021), Thinking like transformers; Lindner et al. (2023)"
    task = "masked"

    def load(self, settings: CompiledSettings, corpus: Corpus, seed: int) -> LanguageModel:
        """Compile the program.

        Raises
        ------
        CapabilityError
            Where the corpus is none of a program's.
        """
        from causattn.models.programs.circuit import program_circuit
        from causattn.models.programs.layout import lay_out
        from causattn.models.programs.weights import compiled_network

        name, length = (corpus.about.get(key) for key in ("program", "length"))
        if name not in PROGRAMS or not isinstance(length, int):
            raise CapabilityError(
                f"Corpus {corpus.name} has no program to compile; set corpus=program."
            )
        program = PROGRAMS[str(name)]
        layout = lay_out(program.output, program.vocabulary, length, settings.decoys)
        answers = [str(value) for value in layout.domains[program.output].values]
        words = [*SPECIAL.values(), NO_VALUE, *dict.fromkeys([*program.vocabulary, *answers])]
        ids = {word: k for k, word in enumerate(words)}
        special = {"pad": ids["[PAD]"], "bos": ids["[BOS]"], "none": ids[NO_VALUE]}
        network = compiled_network(layout, ids, special, settings.sharpness)
        about = {
            "kind": self.name,
            **asdict(settings),
            "program": name,
            "length": length,
            "circuit": program_circuit(layout).to_json(),
        }
        tokenizer = _tokenizer(ids, length + 1)
        return LanguageModel(f"compiled {name}", network, tokenizer, "masked", "error", about)


def _tokenizer(ids: dict[str, int], longest: int) -> PreTrainedTokenizerFast:
    """Return a tokenizer of words between white space, behind the token for the beginning."""
    tokenizer = Tokenizer(WordLevel(ids, unk_token=SPECIAL["unk_token"]))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    bos = SPECIAL["bos_token"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A", special_tokens=[(bos, ids[bos])]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=longest, **SPECIAL)


MODEL = Compiled()
