"""Landmarks: a loss that sees no order of a caliper's ends, an exact decode, honest errors."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.tasks.landmarks.decode import decode_coordinates, decode_heatmaps, distribution
from biometry_cli.tasks.landmarks.loss import CoordinateLoss, HeatmapLoss
from biometry_cli.tasks.landmarks.metrics import distance, matched, normalised_error

SIZE = (64, 96)
LABELS = LabelSchema(task="landmarks", points=("ofd_1", "ofd_2", "apex"), hidden=True)
PREPROCESS = Preprocess(height_px=SIZE[0], width_px=SIZE[1])
ENDS = np.array([[20.3, 30.6], [70.8, 40.2], [50.0, 10.5]])
VISIBLE, HIDDEN, UNKNOWN = 1.0, 0.0, -1.0
few = settings(max_examples=25, deadline=None)


def targets(points=ENDS, state=(VISIBLE, VISIBLE, VISIBLE)) -> Tensor:
    rows = np.column_stack([points, state])
    return torch.tensor(rows, dtype=torch.float32)[None]


def heatmaps(points=ENDS, spread_px: float = 3.0, floor: float = 1e-9, height: float = 20.0):
    """Logits whose distribution is a Gaussian at each point, two in the caliper's heatmap."""
    rows, columns = np.indices(SIZE)
    bells = [
        np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * spread_px**2)) for x, y in points
    ]
    planes = np.stack([bells[0] + bells[1], bells[2]])
    return (np.log(planes + floor) + height).astype(np.float32)


def swapped(rows: Tensor) -> Tensor:
    return rows[:, [1, 0, 2]]


class TestHeatmapLoss:
    def test_the_truth_costs_next_to_nothing(self) -> None:
        perfect = HeatmapLoss(LABELS)(torch.from_numpy(heatmaps())[None], targets())
        moved = HeatmapLoss(LABELS)(torch.from_numpy(heatmaps(ENDS + 4))[None], targets())
        assert 0 <= float(perfect) < 0.02
        assert float(moved) > 0.5

    def test_the_order_of_the_ends_is_nothing(self) -> None:
        logits = torch.randn(1, 2, *SIZE, generator=torch.Generator().manual_seed(0))
        loss = HeatmapLoss(LABELS)
        assert float(loss(logits, targets())) == pytest.approx(
            float(loss(logits, swapped(targets()))), rel=1e-6
        )

    def test_one_heatmap_serves_both_ends(self) -> None:
        """No order exists over all angles, so no angle may cost more than another."""
        costs = []
        for angle in np.linspace(0, 2 * math.pi, 9):
            center = np.array([48, 32])
            turn = 20 * np.array([math.cos(angle), math.sin(angle)])
            ends = np.array([center + turn, center - turn, [50, 10]])
            logits = torch.from_numpy(heatmaps(ends))[None]
            costs.append(float(HeatmapLoss(LABELS)(logits, targets(ends))))
        assert max(costs) < 0.02

    def test_a_hidden_point_belongs_nowhere(self) -> None:
        loss = HeatmapLoss(LABELS)
        state = (HIDDEN, HIDDEN, VISIBLE)
        nowhere = heatmaps()
        nowhere[0] = -30
        assert float(loss(torch.from_numpy(nowhere)[None], targets(state=state))) < 0.02
        assert float(loss(torch.from_numpy(heatmaps())[None], targets(state=state))) > 5

    def test_unknown_points_teach_nothing(self) -> None:
        logits = torch.randn(1, 2, *SIZE, requires_grad=True)
        HeatmapLoss(LABELS)(logits, targets(state=(UNKNOWN,) * 3)).backward()
        assert logits.grad is not None
        assert float(logits.grad.abs().max()) == 0
        # One unknown end hides its whole caliper, and not the point beside it.
        HeatmapLoss(LABELS)(logits, targets(state=(UNKNOWN, VISIBLE, VISIBLE))).backward()
        assert float(logits.grad[0, 0].abs().max()) == 0
        assert float(logits.grad[0, 1].abs().max()) > 0

    def test_it_can_be_learned(self) -> None:
        """Descent on bare logits ends at the target, whichever end is called the first."""
        logits = torch.zeros(1, 2, *SIZE, requires_grad=True)
        optimizer = torch.optim.Adam([logits], lr=0.5)
        loss = HeatmapLoss(LABELS)
        for step in range(60):
            optimizer.zero_grad()
            rows = targets() if step % 2 else swapped(targets())
            loss(logits, rows).backward()
            optimizer.step()
        found = decode_heatmaps(logits.detach()[0].numpy(), LABELS, PREPROCESS.placement(SIZE))
        assert_points(found, ENDS, 0.3)


class TestCoordinateLoss:
    def answer(self, points=ENDS) -> Tensor:
        shares = (points + 0.5) / [SIZE[1], SIZE[0]] - 0.5
        return torch.tensor(np.concatenate([shares.ravel(), [9, 9, 9]]), dtype=torch.float32)[None]

    def test_the_truth_costs_nothing_in_either_order(self) -> None:
        loss = CoordinateLoss(LABELS, SIZE)
        for points in (ENDS, ENDS[[1, 0, 2]]):
            assert float(loss(self.answer(points), targets())) < 1e-3
        assert float(loss(self.answer(ENDS[[2, 1, 0]]), targets())) > 0.05

    def test_unknown_points_teach_nothing(self) -> None:
        answer = self.answer(ENDS + 5).requires_grad_()
        CoordinateLoss(LABELS, SIZE)(answer, targets(state=(UNKNOWN,) * 3)).backward()
        assert float(answer.grad.abs().max()) == 0

    def test_it_answers_what_it_sees(self) -> None:
        answer = self.answer()
        answer[0, 6:8] = -9
        loss = CoordinateLoss(LABELS, SIZE)
        assert float(loss(answer, targets(state=(HIDDEN, HIDDEN, VISIBLE)))) < 1e-3
        found = decode_coordinates(answer[0].numpy(), LABELS, PREPROCESS.placement(SIZE), SIZE)
        assert found["ofd_1"] is None
        assert found["ofd_2"] is None
        assert found["apex"] is not None


def assert_points(found, expected, within_px: float) -> None:
    given = {name: None if p is None else (p.x, p.y) for name, p in found.items()}
    truth = dict(zip(LABELS.points, map(tuple, expected), strict=True))
    given = matched(given, truth, LABELS.points, LABELS.calipers)
    for name, point in truth.items():
        assert given[name] is not None, name
        assert math.dist(given[name], point) <= within_px, (name, given[name], point)


class TestDecode:
    @few
    @given(
        center=st.tuples(st.floats(35, 60), st.floats(25, 38)),
        length_px=st.floats(26, 44),
        angle=st.floats(0, 2 * math.pi),
    )
    def test_sub_pixel_ends_at_every_angle(self, center, length_px, angle) -> None:
        half = length_px / 2 * np.array([math.cos(angle), math.sin(angle)])
        ends = np.array([center + half, center - half, [50.25, 30.75]])
        found = decode_heatmaps(heatmaps(ends), LABELS, PREPROCESS.placement(SIZE))
        assert_points(found, ends, 0.1)
        assert all(p is not None and p.confidence > 0.9 for p in found.values())

    @pytest.mark.parametrize("source", [(64, 96), (200, 300), (540, 800), (90, 60)])
    def test_points_come_back_to_the_source(self, source) -> None:
        placement = PREPROCESS.placement(source)
        truth = np.array([[0.3, 0.4], [0.7, 0.6], [0.5, 0.35]]) * [source[1], source[0]]
        found = decode_heatmaps(heatmaps(placement.to_input(truth)), LABELS, placement)
        assert_points(found, truth, 0.1 * max(source) / min(SIZE))

    def test_a_faint_second_peak_moves_nothing(self) -> None:
        rows, columns = np.indices(SIZE)
        planes = heatmaps()
        ghost = np.exp(-((columns - 50) ** 2 + (rows - 45) ** 2) / 18)
        planes[1] = np.log(np.exp(planes[1] - 20) + 0.25 * ghost) + 20
        found = decode_heatmaps(planes, LABELS, PREPROCESS.placement(SIZE))
        assert_points(found, ENDS, 0.2)
        assert found["apex"].confidence == pytest.approx(0.8, abs=0.03)

    def test_flat_maps_are_far_from_sure(self) -> None:
        found = decode_heatmaps(
            np.full((2, *SIZE), 5.0, np.float32), LABELS, PREPROCESS.placement(SIZE)
        )
        assert all(p is None or p.confidence < 0.3 for p in found.values())

    def test_nothing_anywhere_is_not_visible(self) -> None:
        found = decode_heatmaps(
            np.full((2, *SIZE), -30.0, np.float32), LABELS, PREPROCESS.placement(SIZE)
        )
        assert found == dict.fromkeys(LABELS.points)

    def test_the_distribution_holds_nowhere_too(self) -> None:
        shares, visible = distribution(np.zeros((3, 5), np.float32))
        assert shares.sum() == pytest.approx(15 / 16)
        assert visible == pytest.approx(15 / 16)
        huge = np.full((3, 5), -1e4, np.float32)
        huge[1, 2] = 1e4
        shares, visible = distribution(huge)
        assert shares[1, 2] == visible == 1


class TestMetrics:
    def test_matching_takes_the_closer_order(self) -> None:
        truth = {"ofd_1": (0.0, 0.0), "ofd_2": (10.0, 0.0), "apex": (5.0, 5.0)}
        found = {"ofd_1": (9.0, 0.0), "ofd_2": (1.0, 0.0), "apex": None}
        ordered = matched(found, truth, LABELS.points, LABELS.calipers)
        assert ordered == {"ofd_1": (1.0, 0.0), "ofd_2": (9.0, 0.0), "apex": None}

    def test_distance_counts_rows_and_columns_apart(self) -> None:
        assert distance((0, 0), (3, 4)) == 5
        assert distance((0, 0), (3, 4), (0.5, 2.0)) == pytest.approx(math.hypot(6, 2))

    def test_nme(self) -> None:
        ends, truth = ((1.0, 0.0), (10.0, 3.0)), ((10.0, 0.0), (0.0, 0.0))
        assert normalised_error(ends, truth) == pytest.approx((1 + 3) / 2 / 10)
        assert normalised_error(ends, ((2.0, 2.0), (2.0, 2.0))) == math.inf
