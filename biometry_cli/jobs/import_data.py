"""What ``biometry data import`` does: read a public data set, write a data folder."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from biometry_cli.data.importers.catalog import CATALOG, importer, read_source, recognise
from biometry_cli.data.importers.writing import ImportReport, write_plan
from biometry_cli.errors import DataError, UsageError
from biometry_cli.files import require_empty, require_writable

AUTO = "auto"
Color = tuple[int, int, int]
Bar = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
Wait = Callable[[str], AbstractContextManager[None]]


def import_data(
    kind: str,
    source: Path,
    destination: Path,
    *,
    link: bool,
    seed: int,
    colors: Sequence[str],
    wait: Wait,
    bar: Bar,
) -> ImportReport:
    """Turn the public data set ``source`` into the data folder ``destination``.

    Args:
        kind: key of the importers' catalog, or ``AUTO`` for the one that ``source`` looks like.
        source: the data set as shipped; it is only read.
        destination: a new or empty folder outside ``source``.
        link: link image and mask files rather than copy them.
        seed: of the split by subject, where the source has no splits of its own.
        colors: ``NAME=RRGGBB`` for masks with a colour for each structure.
        wait: shows a description while the source is being read.
        bar: makes a progress bar from a description and a total.

    Raises:
        UsageError: an unknown kind, a colour that cannot be read, or an unusable destination.
        DataError: the source is not of this kind, or nothing in it can be used.
    """
    options = {"colors": parse_colors(colors)} if colors else {}
    notes: tuple[str, ...] = ()
    if kind == AUTO:
        _check_places(source, destination)
        kind, note = recognised_kind(source)
        notes = (note,)
    if options and "colors" not in importer(kind).options:
        raise UsageError(f"{kind} has no colours to name", mend="Leave --color out")
    importer(kind)
    _check_places(source, destination)
    with wait(f"reading {source}"):
        plan = read_source(kind, source, **options)
    try:
        with bar("writing images", len(plan.items)) as advance:
            written = write_plan(plan, destination, link=link, seed=seed, on_image=advance)
    except DataError as error:
        raise DataError(error.what, where=error.where or source, mend=error.mend) from None
    return ImportReport(
        kind=kind,
        source=str(source),
        folder=str(destination),
        splits=written.splits,
        left=written.left,
        notes=(*notes, *written.notes),
    )


def recognised_kind(source: Path) -> tuple[str, str]:
    """The one kind that ``source`` looks like, and a note on what tells it.

    Raises:
        DataError: no kind or several.
    """
    seen = recognise(source)
    if len(seen) == 1:
        ((kind, evidence),) = seen.items()
        return kind, f"recognised as {kind} by {evidence.saw}"
    several = " and ".join(f"{kind} ({evidence.saw})" for kind, evidence in seen.items())
    raise DataError(
        f"looks like {several}" if several else "looks like none of the kinds that can be imported",
        where=source,
        mend=f"Name the kind first, one of {', '.join(seen or CATALOG)}",
    )


def parse_colors(pairs: Sequence[str]) -> dict[str, Color]:
    """``["head=ff0000"]`` as RGB by name. Raises UsageError."""
    colors: dict[str, Color] = {}
    for pair in pairs:
        name, _, code = pair.partition("=")
        name, code = name.strip(), code.strip().removeprefix("#")
        try:
            rgb = bytes.fromhex(code)
        except ValueError:
            rgb = b""
        if not name or len(rgb) != 3:
            raise UsageError(
                f"--color {pair} is not a name and a colour", mend="Write it as head=ff0000"
            )
        color = (rgb[0], rgb[1], rgb[2])
        if name in colors or color in colors.values():
            raise UsageError(
                f"--color {pair} repeats a name or a colour", mend="Give each structure one colour"
            )
        colors[name] = color
    return colors


def _check_places(source: Path, destination: Path) -> None:
    """Whatever can be known before the source is read."""
    if not source.exists():
        raise DataError("no such folder", where=source, mend="Name the data set's folder")
    if destination.resolve().is_relative_to(source.resolve()):
        raise UsageError(
            "the new folder lies in the source, which stays as it is",
            where=destination,
            mend="Name a folder outside it",
        )
    require_empty(destination)
    require_writable(destination)
