"""A page over thousands of images takes no more memory than one over hundreds."""

import subprocess
import sys

import pytest

from tests.cli.conftest import environment
from tests.golden import networks
from tests.golden.drawing import Picture

IMAGES, WARM = 3000, 300

# Prints the largest memory so far, in KiB, when as many answers are out as are named, and at the
# end, the page included.
_MEASURED = """
import resource, sys
from biometry_cli.cli.app import app

class Counting:
    def __init__(self, stream):
        self.stream, self.lines = stream, 0
    def write(self, text):
        for _ in range(text.count("\\n")):
            self.lines += 1
            if self.lines == int(sys.argv[1]):
                tell()
        return len(text)
    def __getattr__(self, name):
        return getattr(self.stream, name)

def tell():
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)

sys.stdout = Counting(sys.stdout)
try:
    app(sys.argv[2:], prog_name="biometry")
except SystemExit as left:
    assert not left.code, left.code
assert sys.stdout.lines == int(sys.argv[1]) * 10, sys.stdout.lines
tell()
"""


@pytest.mark.slow
@pytest.mark.xfail(reason="the page keeps every picture until it is written")
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
        [sys.executable, "-c", _MEASURED, str(WARM), "predict", "scans", "--json",
         "--weights", "masks.onnx", "--report", "report.html"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    warm, most = map(int, done.stderr.splitlines()[-2:])
    assert (tmp_path / "report.html").stat().st_size > IMAGES * 1000
    assert most <= 1.05 * warm, f"{warm} KiB at image {WARM}, {most} KiB at the end"
