"""What the store of MLflow cannot be made to do at will: fail between two steps, or change meanwhile."""

import msgspec
import pytest

from pipeline.core.errors import UsageError
from pipeline.track import versions
from pipeline.track.versions import Change, Registry, champion_before, history, move_alias, user_name


class Client:
    """A registry in memory that can fail when an alias is set."""

    def __init__(self, broken=False):
        self.aliases, self.tags, self.version_tags, self.broken = {}, {}, {}, broken

    def get_registered_model(self, name):
        return self

    def set_registered_model_tag(self, name, key, value):
        self.tags[key] = value

    def delete_registered_model_tag(self, name, key):
        del self.tags[key]

    def set_model_version_tag(self, name, version, key, value):
        self.version_tags[version, key] = value

    def set_registered_model_alias(self, name, alias, version):
        if self.broken:
            raise OSError("the store is gone")
        self.aliases[alias] = version

    def delete_registered_model_alias(self, name, alias):
        del self.aliases[alias]


def test_an_alias_that_cannot_be_moved_leaves_no_change_in_the_history():
    at = Registry(None, Client(broken=True), "m")
    with pytest.raises(OSError, match="the store is gone"):
        move_alias(at, "champion", 1, "x", "gate")
    assert (at.client.aliases, history(at)) == ({}, [])


def test_every_change_is_recorded_and_none_that_changes_nothing():
    at = Registry(None, Client(), "m")
    for version in (1, 2, 2, None):
        move_alias(at, "champion", version, "为什么", "promote")
    assert [(change.before, change.version, change.why) for change in history(at)] == [
        (2, None, "为什么"), (1, 2, "为什么"), (None, 1, "为什么"),
    ]  # fmt: skip
    assert at.client.version_tags["2", "champion.who"] == user_name()


def test_rolling_back_twice_goes_back_two_champions():
    at = Registry(None, Client(), "m")
    for version in (1, 2, 3):
        move_alias(at, "champion", version, "", "gate")
    assert champion_before(at, 3) == 2
    move_alias(at, "champion", 2, "", "rollback")
    assert champion_before(at, 2) == 1
    move_alias(at, "champion", 1, "", "rollback")
    with pytest.raises(UsageError, match="there was no champion before version 1"):
        champion_before(at, 1)


def test_a_user_without_a_name(monkeypatch):
    def nobody():
        raise KeyError("uid")

    monkeypatch.setattr(versions.getpass, "getuser", nobody)
    assert user_name() == "unknown"


def test_a_change_holds_no_machine():
    assert set(Change.__struct_fields__) == {"alias", "before", "version", "who", "when", "why", "by"}
    assert "@" not in msgspec.json.encode(user_name()).decode()
