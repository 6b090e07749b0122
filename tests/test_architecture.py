"""The architecture page says what is true of the imports, and names what is there."""

import re

import pytest

from tests.test_rooms import MODULES, PACKAGE, ROOT, below, imports

PAGE = (ROOT.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| .* \|([^|]*)\|$", re.MULTILINE)
TABLE = {room: set(re.findall(r"`(\w+)`", listed)) for room, listed in ROW.findall(PAGE)}


def room_of(module: str) -> str:
    return module.removeprefix(f"{PACKAGE}.").partition(".")[0]


def test_every_room_has_a_line() -> None:
    rooms = {room_of(module) for module in MODULES if module != PACKAGE} - {"__main__"}
    assert set(TABLE) == rooms


@pytest.mark.parametrize("room", TABLE)
def test_a_room_imports_what_its_line_says(room: str) -> None:
    found = {
        room_of(imported)
        for module in below(room)
        for imported in imports(module, top_level=False)
        if imported != PACKAGE
    } - {room}
    assert found == TABLE[room]


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_that_the_pages_name_are_there(page: str) -> None:
    text = (ROOT.parent / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:\w+/)+\w+\.py)`", text))
    assert named
    missing = {
        name for name in named if not (ROOT.parent / name).is_file() and not list(ROOT.rglob(name))
    }
    assert missing == set()
