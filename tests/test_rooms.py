"""The rooms of the package: who may import whom, and what stays light."""

import ast
import importlib.util
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import biometry_cli

ROOT = Path(biometry_cli.__file__).parent
PACKAGE = "biometry_cli"

# A prediction with an ONNX model passes through these, and must not wait for torch.
TORCH_FREE = (
    "errors",
    "files",
    "settings",
    "sources",
    "runs",
    "results",
    "bundle",
    "measure",
    "data.images",
    "data.frames",
    "data.layout",
    "data.check",
    "data.masks",
    "data.preprocess",
    "data.phantom",
    "data.importers",
    "tasks.softmax",
    "tasks.segment.decode",
    "tasks.segment.metrics",
    "tasks.classify.decode",
    "tasks.classify.metrics",
    "inference.predictor",
    "inference.backends",
    "inference.answer",
    "inference.model",
    "inference.planes",
    "evaluation",
    "models.catalog",
    "report",
    "calibration",
    "jobs.calc",
    "jobs.import_data",
    "jobs.inputs",
    "jobs.models",
    "jobs.outputs",
    "jobs.writers",
    "jobs.provenance",
    "jobs.predict",
    "jobs.evaluate",
    "jobs.train",
)

# What a room must never import, inside functions neither, nor for types alone; and none but the
# command line imports jobs.
FORBIDDEN = {
    "errors": ("",),
    "settings": ("data", "models", "tasks", "inference", "training", "cli", "report"),
    "calibration": ("data", "models", "tasks", "inference", "training", "cli", "report"),
    "results": ("data", "models", "tasks", "inference", "training", "cli", "report"),
    "measure": ("data", "models", "tasks", "inference", "evaluation", "training", "bundle", "cli"),
    "data": ("models", "tasks", "inference", "evaluation", "training", "bundle", "cli", "report"),
    "models": ("data", "tasks", "inference", "evaluation", "training", "bundle", "cli", "report"),
    "tasks": ("models", "inference", "evaluation", "training", "bundle", "cli", "report"),
    "bundle": ("models", "tasks", "inference", "evaluation", "training", "cli", "report"),
    "inference": ("evaluation", "training", "export", "cli", "report"),
    "evaluation": ("models", "training", "export", "cli", "report"),
    "training": ("cli", "export"),
    "export": ("training", "cli", "report"),
    "report": ("models", "inference", "evaluation", "training", "export", "cli"),
    "jobs": ("cli",),
}


# Imports that the table above forbids, to be mended: (module, what it imports). It only shrinks.
EXCEPTIONS: set[tuple[str, str]] = set()


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(ROOT.rglob("*.py"))}


def below(room: str) -> list[str]:
    """All modules of a room."""
    full = f"{PACKAGE}.{room}"
    found = [name for name in MODULES if name == full or name.startswith(f"{full}.")]
    assert found, room
    return found


def imports(module: str, *, top_level: bool) -> set[str]:
    """Modules of the package that ``module`` knows; with ``top_level`` only those it loads with.

    Without it, imports inside functions and for types alone (``if TYPE_CHECKING``) count too.
    """
    return imports_in(MODULES[module].read_text(encoding="utf-8"), module, top_level=top_level)


def imports_in(source: str, module: str, *, top_level: bool) -> set[str]:
    """As ``imports``, of a module with this source."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if (
            top_level
            and isinstance(node, ast.If)
            and ast.unparse(node.test).endswith("TYPE_CHECKING")
        ):
            return
        if top_level and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), module)
            for alias in node.names:
                deeper = f"{base}.{alias.name}"
                found.add(deeper if deeper in MODULES else base)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(source))
    return {name for name in found if name in MODULES}


def test_the_reader_of_imports_sees_them() -> None:
    bundle = f"{PACKAGE}.bundle"
    assert f"{PACKAGE}.data.labels" in imports(bundle, top_level=True)
    predictor = f"{PACKAGE}.inference.reading"
    assert f"{PACKAGE}.tasks.segment.decode" in imports(predictor, top_level=True)
    backends = f"{PACKAGE}.inference.backends"
    assert f"{PACKAGE}.models.catalog" in imports(backends, top_level=False)
    assert f"{PACKAGE}.models.catalog" not in imports(backends, top_level=True)


def test_what_is_known_for_types_alone_is_known() -> None:
    source = (
        "from typing import TYPE_CHECKING\n"
        "from biometry_cli import files\n"
        "if TYPE_CHECKING:\n"
        "    from biometry_cli.errors import DataError\n"
    )
    loads, knows = (
        imports_in(source, f"{PACKAGE}.runs", top_level=top_level) for top_level in (True, False)
    )
    assert loads == {f"{PACKAGE}.files"}
    assert knows == {f"{PACKAGE}.files", f"{PACKAGE}.errors"}


def test_nothing_imports_in_a_circle() -> None:
    graph = {name: imports(name, top_level=True) - {name} for name in MODULES}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")
    assert set(order) == set(MODULES)


def forbidden(room: str) -> set[tuple[str, str]]:
    """What the modules of a room import against the table: (module, imported), short names."""
    others = (*FORBIDDEN[room], *(["jobs"] if room != "jobs" else []))
    strangers = tuple(f"{PACKAGE}.{other}".rstrip(".") for other in others)
    return {
        (module.removeprefix(f"{PACKAGE}."), name.removeprefix(f"{PACKAGE}."))
        for module in below(room)
        for name in imports(module, top_level=False)
        if any(name == s or name.startswith(f"{s}.") for s in strangers)
    }


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_knows_only_what_it_may(room: str) -> None:
    listed = {pair for pair in EXCEPTIONS if f"{PACKAGE}.{pair[0]}" in below(room)}
    assert forbidden(room) - listed == set(), "against the table of rooms"
    assert listed - forbidden(room) == set(), "no longer so: take it off the exceptions"


def test_exceptions_are_of_rooms_in_the_table() -> None:
    rooms = {module for room in FORBIDDEN for module in below(room)}
    assert {module for module, _ in EXCEPTIONS if f"{PACKAGE}.{module}" not in rooms} == set()


def test_the_command_line_imports_the_rest_inside_functions() -> None:
    # The catalogs are plain text: options of sizes and outputs, and kinds of sources, are theirs.
    catalogs = ("measure.catalog", "jobs.writers.catalog", "data.importers.catalog")
    light = (f"{PACKAGE}.cli", f"{PACKAGE}.errors", *(f"{PACKAGE}.{each}" for each in catalogs))
    for module in below("cli"):
        for name in imports(module, top_level=True) - {PACKAGE}:
            assert name.startswith(light), f"{module} imports {name} when it loads"


def test_measuring_loads_no_torch() -> None:
    modules = [name for room in TORCH_FREE for name in below(room)]
    heavy = {"torch", "torchvision", "accelerate", "matplotlib", "onnx"}
    script = (
        "import importlib, sys\n"
        f"for name in {modules!r}:\n"
        "    importlib.import_module(name)\n"
        f"    loaded = {heavy!r} & set(sys.modules)\n"
        "    if loaded:\n"
        "        sys.exit(f'{name} loads {sorted(loaded)}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT.parent,
    )
    assert done.returncode == 0, done.stderr


def test_importing_the_package_loads_next_to_nothing() -> None:
    script = (
        "import sys, biometry_cli\n"
        "assert biometry_cli.__version__\n"
        "heavy = {'torch', 'numpy', 'pydantic', 'PIL'} & set(sys.modules)\n"
        "sys.exit(f'loads {sorted(heavy)}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT.parent,
    )
    assert done.returncode == 0, done.stderr


def test_load_is_offered_at_the_top() -> None:
    from biometry_cli.inference.predictor import load

    assert biometry_cli.load is load
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        _ = biometry_cli.lode


def test_every_package_but_the_top_one_is_empty() -> None:
    filled = [
        path
        for path in ROOT.rglob("__init__.py")
        if path.parent != ROOT and path.read_text(encoding="utf-8").strip()
    ]
    assert filled == []


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in MODULES.values()}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
