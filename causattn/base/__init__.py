"""Ground floor: errors, randomness, settings, files and progress, shared by all rooms.

Others import from here; what is not asked for is not loaded.
"""

from typing import TYPE_CHECKING

from causattn.base.on_demand import on_demand

if TYPE_CHECKING:
    from causattn.base.bounded import (
        check_parquet,
        inside,
        memory_room,
        place_in_yaml,
        read_arrays,
        read_yaml,
        size_in_words,
        unzipped,
    )
    from causattn.base.clock import Clock
    from causattn.base.errors import (
        ArtefactError,
        CapabilityError,
        CausattnError,
        ConfigError,
        ConfigMistakes,
        DataError,
        ModelError,
        disk_error,
        several,
    )
    from causattn.base.files import (
        check_artefact,
        content_key,
        exclusive,
        file_sha256,
        new_artefact,
        own_folder,
        read_json,
        read_manifest,
        write_json,
        write_manifest,
        write_text,
    )
    from causattn.base.jit import compiling_seconds, njit, when_compiling
    from causattn.base.memory import free_gb
    from causattn.base.options import Option, options_of, summary_of
    from causattn.base.plugins import (
        forget_plugins,
        full_names,
        load_plugins,
        plugin_checksums,
        plugin_names,
    )
    from causattn.base.randomness import generator, integer_seed, seed_sequence
    from causattn.base.registry import (
        Entry,
        Registry,
        check_takes,
        due,
        number_given,
        required,
    )
    from causattn.base.saying import (
        csv_cell,
        held_apart,
        is_quiet,
        listed,
        nearest_name,
        one_line,
        progress,
        quiet,
        repeated,
        say,
        track,
        typed,
        visible,
        visible_sentence,
        warn,
    )
    from causattn.base.settings import (
        MISSING,
        Bounds,
        above_zero,
        choose,
        configured,
        default_values,
        missing_key,
        settings_from,
    )
    from causattn.base.shown import Shown, flat
    from causattn.base.signals import interruptible
    from causattn.base.terminal import terminal

__all__ = [
    "MISSING",
    "ArtefactError",
    "Bounds",
    "CapabilityError",
    "CausattnError",
    "Clock",
    "ConfigError",
    "ConfigMistakes",
    "DataError",
    "Entry",
    "ModelError",
    "Option",
    "Registry",
    "Shown",
    "above_zero",
    "check_artefact",
    "check_parquet",
    "check_takes",
    "choose",
    "compiling_seconds",
    "configured",
    "content_key",
    "csv_cell",
    "default_values",
    "disk_error",
    "due",
    "exclusive",
    "file_sha256",
    "flat",
    "forget_plugins",
    "free_gb",
    "full_names",
    "generator",
    "held_apart",
    "inside",
    "integer_seed",
    "interruptible",
    "is_quiet",
    "listed",
    "load_plugins",
    "memory_room",
    "missing_key",
    "nearest_name",
    "new_artefact",
    "njit",
    "number_given",
    "on_demand",
    "one_line",
    "options_of",
    "own_folder",
    "place_in_yaml",
    "plugin_checksums",
    "plugin_names",
    "progress",
    "quiet",
    "read_arrays",
    "read_json",
    "read_manifest",
    "read_yaml",
    "repeated",
    "required",
    "say",
    "seed_sequence",
    "settings_from",
    "several",
    "size_in_words",
    "summary_of",
    "terminal",
    "track",
    "typed",
    "unzipped",
    "visible",
    "visible_sentence",
    "warn",
    "when_compiling",
    "write_json",
    "write_manifest",
    "write_text",
]

__getattr__ = on_demand(__name__, __file__)
