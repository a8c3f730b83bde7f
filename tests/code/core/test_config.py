import pytest

from pipeline.core import locations
from pipeline.core.config import config_values, load_config, load_label_set, model_settings, settings_from_values
from pipeline.core.errors import ConfigError


def write(tmp_path, text):
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_and_settings_are_laid_over_the_defaults(tmp_path):
    config = load_config(
        write(tmp_path, "[model]\nC = 2.5\n"), ("model.balanced=false", "model.name=trial", 'corpus.exclude=["a"]')
    )
    assert (config.model.C, config.model.balanced, config.model.name, config.corpus.exclude) == (2.5, False, "trial", ("a",))
    assert config.tag == load_config().tag


def test_values_survive_being_stored(config):
    assert settings_from_values(config_values(model_settings(config)), "x") == model_settings(config)


def test_sections_that_a_model_does_not_depend_on_are_passed_over(config):
    values = config_values(config) | {"read": {"unknown": 1}, "later": {}}
    assert settings_from_values(values, "x") == model_settings(config)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda values: values["tag"].update(later=1),
            r"x: this version does not know its setting tag\.later; upgrade mission-themes",
        ),
        (lambda values: values["model"].pop("C"), r"x: made before the setting model\.C was; train the model again"),
        (lambda values: values.pop("clean"), r"x: its configuration lacks the section \[clean\]; train the model again"),
        (lambda values: values["model"].update(C="x"), r"x: Expected `float`.*`\$\.model\.C`"),
    ],
)
def test_settings_of_another_program_are_named(config, change, message):
    values = config_values(config)
    change(values)
    with pytest.raises(ConfigError, match=message):
        settings_from_values(values, "x")


def test_settings_that_are_no_table_are_refused():
    with pytest.raises(ConfigError, match="x: its configuration is no table"):
        settings_from_values([], "x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[model]\nc = 1.0", r"c\.toml: 'c' is not a known key of \[model\]; (did you mean 'C'|known)"),
        ("[modle]\nC = 1.0", r"c\.toml: 'modle' is not a known section; did you mean 'model'"),
        ("model = 3", r"c\.toml: model is a section, not a value"),
        ('[model]\nC = "high"', r"c\.toml: Expected `float`.*`\$\.model\.C`"),
        ("[model]\nC = -1.0", r"c\.toml: Expected `float` > 0"),
        ("[model\n", r"c\.toml: not a readable TOML file"),
        ('[model]\nname = "../evil"', r"c\.toml: Expected `str` matching regex"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, text, message):
    with pytest.raises(ConfigError, match=message):
        load_config(write(tmp_path, text))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("C=1", r"--set C=1: write it as SECTION\.KEY=VALUE"),
        ("model.C", r"--set model\.C: write it as"),
        ("model.C=-1", r"^--set model\.C=-1: .*`\$\.model\.C`"),
        ("tag.evidence=101", r"^--set tag\.evidence=101: .*<= 100"),
        ("model.neighbor_weight=1", r"'neighbor_weight' is not a known key of \[model\]; did you mean 'neighbour_weight'"),
    ],
)
def test_what_is_wrong_in_a_setting_is_named(setting, message):
    with pytest.raises(ConfigError, match=message):
        load_config(None, (setting,))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml: no such configuration file; start from a copy"):
        load_config(tmp_path / "none.toml")


def test_the_five_areas_and_other_in_their_order():
    label_set = load_label_set(locations.find("configs/labels.toml"))
    assert label_set.names == ("举旗帜", "聚民心", "育新人", "兴文化", "展形象", "其他")
    assert label_set.themes == label_set.names[:5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('other = "x"\n[[labels]]\nname = "a"\n[[labels]]\nname = "b"', "other = 'x' must be one of at least two"),
        ('other = "a"\n[[labels]]\nname = "a"\n[[labels]]\nname = "a"', "a label is defined twice"),
        ('other = "a"\n[[labels]]\nname = "a"\ncolor = "red"', "matching regex"),
    ],
)
def test_label_definitions_are_checked(tmp_path, text, message):
    with pytest.raises(ConfigError, match=message):
        load_label_set(write(tmp_path, text))
