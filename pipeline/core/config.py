"""Typed, complete and strict configuration.

Every key stands with its default in ``configs/default.toml``; a file given with ``--config`` and values given with
``--set`` are laid over it. msgspec checks types and unknown keys: it is maintained, has no dependency of its own and
imports in a hundredth of a second, where pydantic takes a third of one.
"""

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from pipeline.core import locations
from pipeline.core.errors import ConfigError
from pipeline.core.messages import tr

Count = Annotated[int, Meta(ge=1)]
Weight = Annotated[float, Meta(ge=0, le=10)]
Share = Annotated[float, Meta(ge=0, le=1)]
Text = TypeVar("Text")


class CorpusConfig(msgspec.Struct, frozen=True):
    """Which reports and labels are trained on."""

    reports: tuple[str, ...]
    labels: tuple[str, ...]
    reviewed: Annotated[str, Meta(min_length=1)]
    review: Annotated[str, Meta(min_length=1)]
    label_set: str
    exclude: tuple[str, ...]


class ReadConfig(msgspec.Struct, frozen=True):
    """How files become text, and how much a file may cost."""

    encoding: str
    text_column: str
    source_column: str
    max_bytes: Count
    max_unpacked: Count
    max_members: Count
    max_depth: Annotated[int, Meta(ge=0, le=20)]
    max_pages: Count
    max_cells: Count
    max_seconds: Annotated[float, Meta(gt=0)]
    ocr: Literal["auto", "never", "always"]
    ocr_certainty: Share
    max_memory: Annotated[int, Meta(ge=2**28)]


class CleanConfig(msgspec.Struct, frozen=True):
    """How text is normalised."""

    simplify: bool


class SegmentConfig(msgspec.Struct, frozen=True):
    """How text is cut; all figures count characters."""

    max_paragraph: Annotated[int, Meta(ge=100)]
    run_on: Count
    max_heading: Count


class FeatureConfig(msgspec.Struct, frozen=True):
    """Which terms the model sees."""

    min_df: Count
    character_bigrams: bool
    characters: bool
    user_dictionary: str
    gazetteers: str
    unknown_weight: Weight


class ModelConfig(msgspec.Struct, frozen=True):
    """The linear classifier and how much context it sees."""

    name: Annotated[str, Meta(pattern=r"^[\w-][\w.-]*$")]
    solver: Literal["dual", "liblinear"]
    C: Annotated[float, Meta(gt=0)]
    balanced: bool
    naive_bayes: Weight
    neighbour_weight: Weight
    segment_weight: Weight
    heading_weight: Weight
    switch_cost: Weight
    report_weight: Weight
    report_length: Annotated[float, Meta(ge=1)]
    seed: Annotated[int, Meta(ge=0, lt=2**32)]


class EvaluateConfig(msgspec.Struct, frozen=True):
    """How the model is measured."""

    grouped: tuple[str, ...]
    folds: Annotated[int, Meta(ge=2)]
    sample: Annotated[int, Meta(ge=0)]
    learning_curve: tuple[Annotated[float, Meta(gt=0, lt=1)], ...]


class TagConfig(msgspec.Struct, frozen=True):
    """What a tag says beside its theme."""

    secondary: Share
    review_accuracy: Share
    evidence: Annotated[int, Meta(ge=0, le=100)]


class TrackConfig(msgspec.Struct, frozen=True):
    """Where MLflow keeps the record of a training."""

    enabled: bool
    uri: str
    experiment: Annotated[str, Meta(min_length=1)]
    registered_model: Annotated[str, Meta(min_length=1)]


class ServeConfig(msgspec.Struct, frozen=True):
    """What the web page of ``pipeline serve`` accepts: bytes, files, characters, seconds, and how much waits at once."""

    max_upload: Count
    max_files: Count
    max_held: Count
    upload_seconds: Annotated[float, Meta(gt=0)]
    keep_hours: Annotated[float, Meta(gt=0)]
    queue: Count
    connections: Count
    processes: Annotated[int, Meta(ge=0)]


class GateConfig(msgspec.Struct, frozen=True):
    """What a new model must reach, and how it is held against the champion."""

    least_macro_f1: Share
    least_f1: Share
    most_calibration_error: Share
    least_coverage: Share
    least_reports: Annotated[int, Meta(ge=2)]
    margin: Share
    level: Annotated[float, Meta(gt=0, lt=1)]
    draws: Annotated[int, Meta(ge=100, le=20_000)]


class DriftConfig(msgspec.Struct, frozen=True):
    """From which population stability index on a batch is said to differ from the training corpus, and what follows for a report.

    ``stricter_review``: a report with many terms that the model does not know has a higher review threshold.
    """

    stricter_review: bool
    look: Annotated[float, Meta(gt=0)]
    drifted: Annotated[float, Meta(gt=0)]
    least_passages: Count


class DigestConfig(msgspec.Struct, frozen=True):
    """Which passages a digest shows, and from which resemblance on it folds them."""

    least_score: Share
    resemblance: Annotated[float, Meta(gt=0, le=1)]


class ModelSettings(msgspec.Struct, frozen=True):
    """The sections that a model depends on: what its manifest holds, and all that tagging with it reads."""

    clean: CleanConfig
    segment: SegmentConfig
    features: FeatureConfig
    model: ModelConfig
    tag: TagConfig


class Config(ModelSettings, frozen=True):
    """The resolved configuration: every setting of the project."""

    corpus: CorpusConfig
    read: ReadConfig
    evaluate: EvaluateConfig
    gate: GateConfig
    drift: DriftConfig
    digest: DigestConfig
    track: TrackConfig
    serve: ServeConfig


class SearchConfig(msgspec.Struct, frozen=True):
    """What a search tries, and how it chooses."""

    choose_by: Annotated[str, Meta(min_length=1)]
    folds: Annotated[int, Meta(ge=2)]
    jobs: Annotated[int, Meta(ge=0)]
    space: Annotated[dict[str, Annotated[tuple[bool | int | float | str, ...], Meta(min_length=1)]], Meta(min_length=1)]


class LabelDefinition(msgspec.Struct, frozen=True):
    """One label: its name, what it means and the colour it is shown in."""

    name: Annotated[str, Meta(min_length=1)]
    definition: str = ""
    color: Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")] = "#707b7c"


class LabelSet(msgspec.Struct, frozen=True, dict=True):
    """The labels in their fixed order; ``other`` is the one that stands for none of the themes."""

    other: str
    labels: tuple[LabelDefinition, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All label names in order, ``other`` among them."""
        return tuple(label.name for label in self.labels)

    @property
    def themes(self) -> tuple[str, ...]:
        """The label names without ``other``."""
        return tuple(name for name in self.names if name != self.other)


def load_config(path: Path | None = None, settings: tuple[str, ...] = ()) -> Config:
    """Return the defaults with the project's own file, another TOML file and ``KEY=VALUE`` settings laid over them, in this order.

    Raises ConfigError that names the file or setting, the key, and what is expected.
    """
    default_path = locations.find("configs/default.toml")
    values = _read_toml(default_path)
    config = _convert(values, Config, str(default_path))
    own = locations.project_folder() / locations.PROJECT_FILE
    files = [file for file in (own if own.is_file() else None, path) if file is not None]
    laid_over = [(_read_toml(file), str(file)) for file in files]
    for changes, where in [*laid_over, *((_parse_setting(setting), f"--set {setting}") for setting in settings)]:
        _overlay(values, changes, where)
        config = _convert(values, Config, where)
    return config


def load_label_set(path: Path) -> LabelSet:
    """Return the labels that a TOML file defines; raises ConfigError."""
    return label_set_from_values(_read_toml(path), str(path))


def load_search_config(path: Path) -> SearchConfig:
    """Return what a TOML file says of a search; raises ConfigError."""
    values = _read_toml(path)
    for name in values:
        _check_known(name, set(SearchConfig.__struct_fields__), str(path), tr("key of a search"))
    return _convert(values, SearchConfig, str(path))


def config_values(config: ModelSettings) -> dict[str, Any]:
    """Return a configuration as nested plain values."""
    values: dict[str, Any] = msgspec.to_builtins(config)
    return values


def config_from_values(values: dict[str, Any], where: str) -> Config:
    """Return a configuration from nested plain values; raises ConfigError that names ``where``."""
    return _convert(values, Config, where)


def model_settings(config: ModelSettings) -> ModelSettings:
    """Return the sections of a configuration that a model depends on, and no others."""
    return ModelSettings(**{field.name: getattr(config, field.name) for field in msgspec.structs.fields(ModelSettings)})


# Settings that older models have not, as they work without them.
_AS_BEFORE: dict[str, dict[str, Any]] = {
    "features": {"gazetteers": "", "unknown_weight": 0.0, "characters": False},
    "model": {"solver": "liblinear", "report_weight": 0.0, "report_length": 30.0, "naive_bayes": 0.0},
}


def settings_from_values(values: Any, where: str) -> ModelSettings:  # noqa: ANN401 - data from a model folder, checked here
    """Return the sections that a model depends on from nested plain values; sections that it does not are passed over.

    Raises ConfigError that names ``where`` and the section or key which is missing or which this version does not know.
    """
    if not isinstance(values, dict):
        raise ConfigError(tr("{where}: its configuration is no table; train the model again, or restore it", where=where))
    for section in msgspec.structs.fields(ModelSettings):
        found = values.get(section.name)
        if not isinstance(found, dict):
            raise ConfigError(
                tr("{where}: its configuration lacks the section [{name}]; train the model again", where=where, name=section.name)
            )
        found = _AS_BEFORE.get(section.name, {}) | found
        _check_keys(found, set(section.type.__struct_fields__), section.name, where)
        values = values | {section.name: found}
    return _convert(values, ModelSettings, where)


def _check_keys(found: dict[str, Any], known: set[str], section: str, where: str) -> None:
    unknown, missing = sorted(set(found) - known), sorted(known - set(found))
    if unknown:
        raise ConfigError(
            tr(
                "{where}: this version does not know its setting {section}.{unknown}; upgrade mission-themes",
                where=where,
                section=section,
                unknown=unknown[0],
            )
        )
    if missing:
        raise ConfigError(
            tr(
                "{where}: made before the setting {section}.{missing} was; train the model again",
                where=where,
                section=section,
                missing=missing[0],
            )
        )


def label_set_from_values(values: Any, where: str) -> LabelSet:  # noqa: ANN401 - data from a model folder, checked here
    """Return a LabelSet from nested plain values; raises ConfigError that names ``where``."""
    label_set = _convert(values, LabelSet, where)
    if len(set(label_set.names)) != len(label_set.names):
        raise ConfigError(tr("{where}: a label is defined twice; give each [[labels]] its own name", where=where))
    if label_set.other not in label_set.names or len(label_set.names) < 2:
        raise ConfigError(
            tr("{where}: other = {other!r} must be one of at least two [[labels]]", where=where, other=label_set.other)
        )
    return label_set


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(tr("{path}: no such configuration file; start from a copy of configs/default.toml", path=path)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            tr("{path}: not a readable TOML file ({error}); compare it with configs/default.toml", path=path, error=error)
        ) from None


def _parse_setting(setting: str) -> dict[str, Any]:
    key, equals, value = setting.partition("=")
    section, dot, name = key.strip().partition(".")
    if not (equals and dot and name):
        raise ConfigError(tr("--set {setting}: write it as SECTION.KEY=VALUE, as in --set model.C=0.5", setting=setting))
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    return {section: {name: parsed}}


def _overlay(values: dict[str, Any], changes: dict[str, Any], where: str) -> None:
    sections = {field.name: set(field.type.__struct_fields__) for field in msgspec.structs.fields(Config)}
    for section, entries in changes.items():
        _check_known(section, sections, where, tr("section"))
        if not isinstance(entries, dict):
            raise ConfigError(
                tr(
                    "{where}: {section} is a section, not a value; write [{section}] and its keys below",
                    where=where,
                    section=section,
                )
            )
        for key in entries:
            _check_known(key, sections[section], where, tr("key of [{section}]", section=section))
        values[section].update(entries)


def _check_known(name: str, known: Any, where: str, what: str) -> None:  # noqa: ANN401 - a set or mapping of names
    if name not in known:
        import difflib  # noqa: PLC0415 - only for a wrong name

        close = difflib.get_close_matches(name, known, n=1)
        hint = tr("did you mean {name!r}?", name=close[0]) if close else tr("known: {names}", names=", ".join(sorted(known)))
        raise ConfigError(tr("{where}: {name!r} is not a known {what}; {hint}", where=where, name=name, what=what, hint=hint))


def _convert(values: Any, kind: type[Text], where: str) -> Text:  # noqa: ANN401 - checked here
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(
            tr("{where}: {error}; compare it with the shipped file under configs/", where=where, error=error)
        ) from None
