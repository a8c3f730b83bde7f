import pytest

from pipeline.training.batches import batches


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([3], [[3]]),
        ([3, 7], [[3, 7]]),  # as many as are allowed: the next one still comes along
        ([3, 7, 1], [[3, 7, 1]]),
        ([3, 8, 1, 9], [[3, 8], [1, 9]]),
        ([30, 0, 30], [[30], [0, 30]]),  # one that is too large goes with what waits before it
        ([0, 0, 0], [[0, 0, 0]]),
    ],
)
def test_items_come_in_order_until_a_size_is_passed(sizes, expected):
    assert list(batches(sizes, int, 10)) == expected


def test_no_item_is_drawn_before_the_ones_ahead_are_given():
    drawn = []
    found = batches((drawn.append(size) or size for size in (9, 2, 5)), int, 10)
    assert next(found) == drawn == [9, 2]
