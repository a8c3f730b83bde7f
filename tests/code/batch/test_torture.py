"""A short form of `make torture`: runs that are killed at named and at random moments lose nothing and leave nothing."""

import pytest
from torture import torture


@pytest.mark.slow
def test_runs_that_are_killed_lose_nothing_and_leave_nothing(trained_home):
    tally = torture(str(trained_home / "models" / "seeds"), is_short=True)
    assert tally.wrong == []
    assert tally.tried["kills at named steps"] >= 4
    assert tally.notes["killed there"] == tally.tried["kills at named steps"]
