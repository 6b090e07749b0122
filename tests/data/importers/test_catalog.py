"""The list of importers: every entry leads to a function, and the help names them all."""

import importlib
import inspect
import subprocess
import sys

import pytest

from biometry_cli.cli import data_import
from biometry_cli.data.importers.catalog import CATALOG, importer
from biometry_cli.errors import UsageError


@pytest.mark.parametrize("kind", CATALOG)
def test_every_kind_has_its_function(kind: str) -> None:
    module_name, _, function_name = CATALOG[kind].target.partition(":")
    module = importlib.import_module(f"biometry_cli.data.importers.{module_name}")
    parameters = list(inspect.signature(getattr(module, function_name)).parameters)
    assert parameters == ["source", *CATALOG[kind].options]


def test_the_help_names_every_kind() -> None:
    annotation = inspect.signature(data_import.import_data).parameters["kind"].annotation
    named = annotation.__metadata__[0].help.rstrip(".").replace(" or ", ", ").split(", ")
    assert named == list(CATALOG)


def test_an_unknown_kind_lists_the_kinds() -> None:
    with pytest.raises(UsageError, match=", ".join(CATALOG)):
        importer("hc19")


def test_the_list_is_light() -> None:
    script = (
        "import sys, biometry_cli.data.importers.catalog\n"
        "sys.exit(str({'numpy', 'PIL', 'pydantic'} & set(sys.modules) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.stderr.strip() == b""
