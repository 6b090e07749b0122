"""Points as a reader meets them: both ends of a caliper together."""

from biometry_cli.report.sheet.points import hidden_names, visible_points
from biometry_cli.results.prediction import FoundPoint

HERE, THERE = FoundPoint(x=1, y=2, confidence=0.5), FoundPoint(x=3, y=4)


def test_both_ends_of_a_caliper_are_one_and_other_points_stand_alone() -> None:
    points = {"csp": HERE, "ofd_1": HERE, "ofd_2": THERE, "fl_1": None, "fl_2": None, "apex": None}
    shown = visible_points(points)
    assert [(each.name, each.points, each.single) for each in shown] == [
        ("OFD", (HERE, THERE), False),
        ("csp", (HERE,), True),
    ]
    assert hidden_names(points) == ["FL", "apex"]


def test_an_end_alone_is_a_point_of_its_own_and_the_other_is_not_visible() -> None:
    points = {"ofd_1": HERE, "ofd_2": None}
    assert [each.name for each in visible_points(points)] == ["ofd_1"]
    assert hidden_names(points) == ["ofd_2"]


def test_points_in_longer_rows_are_no_calipers() -> None:
    names = ["spine_1", "spine_2", "spine_3", "ofd_1", "ofd_2"]
    shown = visible_points(dict.fromkeys(names, HERE))
    assert [each.name for each in shown] == ["OFD", "spine_1", "spine_2", "spine_3"]
    assert hidden_names(dict.fromkeys(names)) == ["OFD", "spine_1", "spine_2", "spine_3"]
