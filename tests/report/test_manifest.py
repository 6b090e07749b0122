"""Manifests that another program can check the files by."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from biometry_cli.errors import UsageError
from biometry_cli.report.manifest import MANIFEST_FILE, write_manifest

# FIPS 180-2, appendix B.1: the digest of "abc".
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def written(folder: Path, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "command": "biometry eval", "model": {"name": "unet:12", "sha256": "34"}, "inputs": [],
        "outputs": [], "settings": {}, "versions": {"numpy": "2.0"},
    }  # fmt: skip
    write_manifest(folder / MANIFEST_FILE, **(fields | changes))
    read: dict[str, Any] = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    return read


def test_a_manifest_says_what_made_the_results(tmp_path: Path) -> None:
    settings = {"predict": {"weights": Path("runs/a"), "batch_size": 8}, "names": ["Köpfe"]}
    found = written(tmp_path / "new", settings=settings)
    assert list(found) == [
        "format", "command", "created", "versions", "model", "settings", "inputs", "outputs",
    ]  # fmt: skip
    assert found["command"] == "biometry eval"
    assert found["versions"] == {"numpy": "2.0"}
    assert found["model"] == {"name": "unet:12", "sha256": "34"}
    assert found["settings"]["predict"] == {"weights": "runs/a", "batch_size": 8}
    assert found["settings"]["names"] == ["Köpfe"]
    age = datetime.now(UTC) - datetime.fromisoformat(found["created"])
    assert timedelta(seconds=-1) <= age < timedelta(minutes=5)
    assert written(tmp_path, model=None)["model"] is None
    more = written(tmp_path, more_models=[{"name": "planes:56"}])
    assert more["more_models"] == [{"name": "planes:56"}]


def test_inputs_have_their_digest_and_size(tmp_path: Path) -> None:
    (tmp_path / "abc.png").write_bytes(b"abc")
    large = tmp_path / "large.png"
    large.write_bytes(bytes(range(256)) * 8192)
    found = written(tmp_path, inputs=[tmp_path / "abc.png", large, tmp_path / "absent.png"])
    assert found["inputs"] == [
        {"file": str(tmp_path / "abc.png"), "size_bytes": 3, "sha256": ABC},
        {
            "file": str(large),
            "size_bytes": 2**21,
            "sha256": hashlib.sha256(large.read_bytes()).hexdigest(),
        },
        {"file": str(tmp_path / "absent.png"), "size_bytes": None, "sha256": None},
    ]


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    for place in ("b.png", "a/c.png", ".hidden", ".git/d.png"):
        (tmp_path / "data" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / place).write_bytes(b"abc")
    found = written(tmp_path, inputs=iter([tmp_path / "data"]))
    names = [Path(each["file"]).relative_to(tmp_path / "data").as_posix()
             for each in found["inputs"]]  # fmt: skip
    assert names == ["a/c.png", "b.png"]


def test_outputs_are_named_as_they_lie_beside_the_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outputs = [tmp_path / "eval" / "cases.csv", Path("eval/a/b.png"), tmp_path / "all.csv"]
    found = written(Path("eval"), outputs=outputs)
    assert found["outputs"] == ["cases.csv", "a/b.png", str(tmp_path / "all.csv")]


def test_a_manifest_without_a_place_is_the_users_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError):
        written(tmp_path / "file")
