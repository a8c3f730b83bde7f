"""What the tests of training share: the seeds, trained on once in this process, so that who looks at the result is quick."""

import pytest

from pipeline.core.config import load_config
from pipeline.core.locations import find
from pipeline.flow import train_model
from pipeline.model.folder import load_model


@pytest.fixture(scope="session")
def seeds_folder(tmp_path_factory):
    """The model folder of a training on the seeds without a record."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MISSION_THEMES_HOME", str(tmp_path_factory.mktemp("seeds")))
        return train_model(load_config(find("configs/seeds.toml"), ("track.enabled=false",)), lambda _: None).folder


@pytest.fixture(scope="session")
def model(seeds_folder):
    """The model of the seeds."""
    return load_model(seeds_folder)
