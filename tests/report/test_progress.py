"""Progress with and without a terminal behind standard error."""

import io
import sys

import pytest
from rich.console import Console

from biometry_cli.report import consoles
from biometry_cli.report.progress import RichWatcher, image_bar


def watch_a_run(console: Console, epochs: int | None = 2) -> None:
    with RichWatcher(console) as watcher:
        watcher.note("split drawn with [seed] 0")
        watcher.phase("checking images", 3)
        for _ in range(3):
            watcher.advance()
        for epoch in (1, 2):
            watcher.start_epoch(epoch, epochs, steps=4)
            for step in range(4):
                watcher.step(0.5, 12.3, (4 * epoch + step - 3) / 8, 61.0)
            row = {"epoch": epoch, "train_loss": 0.25, "images_per_s": 12.3, "elapsed_s": 83.4}
            watcher.end_epoch(row | ({"val_dice": 0.9} if epoch == 2 else {}))


def test_without_a_terminal_there_is_a_plain_line_an_event() -> None:
    stream = io.StringIO()
    watch_a_run(Console(file=stream, width=40, markup=False))
    assert stream.getvalue().splitlines() == [
        "split drawn with [seed] 0",
        "checking images: 3",
        "epoch 1/2  loss 0.2500  12 img/s  1:23",
        "epoch 2/2  loss 0.2500  Dice 0.9000  12 img/s  1:23",
    ]


@pytest.mark.parametrize(
    ("figures", "shown"),
    [
        (
            {"val_mre_px": 12.5, "val_mre_mm": 2.5, "val_sdr_2mm": 0.4, "val_nme": 0.031,
             "val_mre_ofd_mm": 2.0, "val_closeness": 0.8},
            "MRE mm 2.5000  NME 0.0310",
        ),
        ({"val_mre_px": 12.5, "val_mre_mm": None, "val_closeness": 0.8}, "MRE px 12.5000"),
        (
            {"val_dice": 0.9, "val_mre_px": 4.0, "val_hc_mae_mm": 1.5},
            "Dice 0.9000  MRE px 4.0000  HC MAE mm 1.5000",
        ),
    ],
)  # fmt: skip
def test_an_epoch_of_landmarks_says_how_far_points_are_off(
    figures: dict[str, float | None], shown: str
) -> None:
    stream = io.StringIO()
    with RichWatcher(Console(file=stream, width=200)) as watcher:
        watcher.start_epoch(1, 2, steps=4)
        watcher.end_epoch({"epoch": 1, "images_per_s": 12.3, "elapsed_s": 3, **figures})
    assert stream.getvalue() == f"epoch 1/2  {shown}  12 img/s  0:03\n"


def test_a_terminal_gets_bars_and_keeps_the_epoch_lines() -> None:
    stream = io.StringIO()
    watch_a_run(Console(file=stream, width=80, force_terminal=True), epochs=None)
    text = stream.getvalue()
    assert "\x1b[" in text
    assert "validating" in text
    assert "epoch 2  loss 0.2500  Dice 0.9000" in text


def test_bars_end_when_a_run_fails() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    watcher = RichWatcher(console)
    watcher.start_epoch(1, 2, steps=4)
    with pytest.raises(KeyboardInterrupt), watcher:
        raise KeyboardInterrupt
    with image_bar("a second bar can start", 1, console) as advance:
        advance()


def test_an_image_bar_is_silent_without_a_terminal() -> None:
    stream = io.StringIO()
    with image_bar("evaluating", 2, Console(file=stream)) as advance:
        advance()
        advance()
    assert stream.getvalue() == ""


def test_bars_leave_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    with image_bar("evaluating", 1, console):
        sys.stdout.write("a result\n")
    assert capsys.readouterr().out == "a result\n"


def test_a_pipe_gets_plain_wide_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert consoles.err().width == 100
    consoles.out().print("[x] :smile: 12", style="bold")
    consoles.err().print("aside")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("[x] :smile: 12\n", "aside\n")


def test_forced_colour_does_not_animate_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert not consoles.err().is_interactive


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = io.StringIO()
    Console(file=stream, force_terminal=True).print("plain", style="red")
    assert "\x1b[31m" not in stream.getvalue()
    assert consoles.out().no_color
