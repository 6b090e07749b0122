"""A page over thousands of images takes no more memory than one over hundreds."""

import subprocess
import sys

import pytest

from tests.cli.conftest import environment
from tests.golden import networks
from tests.golden.drawing import Picture

IMAGES, WARM = 900, 300

# Ends at once where memory has grown by more than 5 % since the answer that is named, since all
# that a page could keep of thousands of images might fill the machine. Sizes in KiB.
_MEASURED = """
import resource, sys
from biometry_cli.cli.app import app

WARM, IMAGES = map(int, sys.argv[1:3])

class Counting:
    lines = warm = 0
    def __init__(self, stream):
        self.stream = stream
    def write(self, text):
        for _ in range(text.count("\\n")):
            self.lines += 1
            self.look()
        return len(text)
    def look(self):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if self.lines == WARM:
            self.warm = most
        if self.lines > WARM and most > 1.05 * self.warm:
            sys.exit(f"{self.warm} KiB at image {WARM}, {most} KiB at image {self.lines}")
    def __getattr__(self, name):
        return getattr(self.stream, name)

sys.stdout = counting = Counting(sys.stdout)
try:
    app(sys.argv[3:], prog_name="biometry")
except SystemExit as left:
    if left.code:
        raise
assert counting.lines == IMAGES, counting.lines
counting.look()
"""


@pytest.mark.slow
def test_memory_is_flat(tmp_path):
    networks.write_masks(tmp_path / "masks.onnx")
    (tmp_path / "scans").mkdir()
    drawn = [
        Picture(number, (96, 120))
        .ellipse((60.0 + number, 48.0), (30.0, 22.0 + number), 9.0 * number, 0.4)
        .save(tmp_path / "drawn" / f"{number}.png")
        .read_bytes()
        for number in range(10)
    ]
    for number in range(IMAGES):
        (tmp_path / "scans" / f"{number:04d}.png").write_bytes(drawn[number % len(drawn)])
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(WARM), str(IMAGES), "predict", "scans", "--json",
         "--weights", "masks.onnx", "--report", "report.html"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.html").stat().st_size > IMAGES * 1000
