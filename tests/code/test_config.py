import pytest

from pipeline import locations
from pipeline.config import config_from_values, config_values, load_config, load_label_set
from pipeline.errors import ConfigError


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
    assert config_from_values(config_values(config), "x") == config


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
