"""What ``schema`` publishes, and what commands refuse: exit codes and words."""

from typing import Any

from tests.golden.conftest import told

REFUSED = [
    [],
    ["predict"],
    ["predict", "masks"],
    ["predict", "masks", "--weights", "missing.onnx"],
    ["predict", "masks", "--weights", "masks/head.png"],
    ["predict", "masks", "--weights", "torn.onnx"],
    ["predict", "empty", "--weights", "masks.onnx"],
    ["predict", "none*.png", "--weights", "masks.onnx"],
    ["predict", "masks/missing.png", "--weights", "masks.onnx"],
    ["predict", "masks", "--weights", "masks.onnx", "--overlay"],
    ["predict", "masks", "--weights", "masks.onnx", "--out", "drawn"],
    ["predict", "masks", "--weights", "masks.onnx", "--report", "page.txt"],
    ["predict", "masks", "--weights", "masks.onnx", "--csv", "masks"],
    ["predict", "masks", "--weights", "masks.onnx", "--spacing", "0"],
    ["predict", "masks", "--weights", "masks.onnx", "--spacing", "1,2,3"],
    ["predict", "masks", "--weights", "masks.onnx", "--choice", "mean"],
    ["predict", "masks", "--weights", "masks.onnx", "--group-by", "("],
    ["predict", "masks", "--weights", "masks.onnx", "--group-by", "^x"],
    ["predict", "masks", "--weights", "masks.onnx", "--group-by", ".*", "--ga", "20+0"],
    ["predict", "masks", "--weights", "masks.onnx", "--set", "predict.colour=1"],
    ["predict", "masks", "--weights", "masks.onnx", "--set", "colour"],
    ["predict", "masks", "--weights", "masks.onnx", "--config", "missing.toml"],
    ["predict", "masks", "--weights", "masks.onnx", "--weights", "dots.onnx"],
    ["predict", "masks", "--weights", "masks.onnx", "--planes", "dots.onnx"],
    ["predict", "masks", "--weights", "planes.onnx", "--planes", "planes.onnx"],
    ["predict", "masks", "--weights", "masks.onnx", "--weights", "dots.onnx",
     "--planes", "planes.onnx"],
    ["predict", "points", "--weights", "dots.onnx", "--masks", "--out", "drawn"],
    ["predict", "planes", "--weights", "planes.onnx", "--hc18-csv", "hc18.csv"],
    ["eval", "masks", "--weights", "masks.onnx"],
    ["eval", "missing", "--weights", "masks.onnx"],
    ["eval", "--weights", "masks.onnx"],
    ["eval", "masks", "--weights", "masks.onnx", "--split", "best"],
    ["export", "--weights", "masks.onnx"],
    ["info", "missing.onnx"],
    ["schema", "nothing"],
    ["measure"],
]  # fmt: skip


def shape(schema: Any) -> Any:
    """A schema without its prose."""
    if isinstance(schema, dict):
        prose = {"description", "title"} if "properties" not in schema.get("type", "") else set()
        return {
            key: {name: shape(each) for name, each in value.items()}
            if key in ("properties", "$defs")
            else shape(value)
            for key, value in schema.items()
            if key not in prose or not isinstance(value, str)
        }
    return [shape(each) for each in schema] if isinstance(schema, list) else schema


def test_schema(biometry, golden_folder, golden):
    done = biometry("schema", cwd=golden_folder)
    assert done.returncode == 0
    golden.check("schema", "shape", shape(done.json()))


def test_refused(commands, golden_folder, golden):
    (golden_folder / "torn.onnx").write_bytes((golden_folder / "masks.onnx").read_bytes()[:500])
    (golden_folder / "empty").mkdir(exist_ok=True)
    results = commands(REFUSED)
    said = {
        " ".join(["biometry", *arguments]): told(done)
        for arguments, done in zip(REFUSED, results, strict=True)
    }
    golden.check("refused", "words", said)


def test_info(biometry, golden_folder, golden):
    done = biometry("info", "masks.onnx", "--json", cwd=golden_folder)
    golden.check("refused", "info", done.json())
