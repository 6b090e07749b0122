"""Plans made by hand: items with drawn pixels, each its own."""

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.importers.plan import Item, Plan
from tests.data.importers.shipped import scan


def item(name: str, subject: str, split: str | None = None, **parts: object) -> Item:
    seed = sum(name.encode())
    return Item(name, subject, lambda: scan(seed, (10, 12)), split, **parts)  # type: ignore[arg-type]


def plan(*items: Item, declaration: Declaration | None = None) -> Plan:
    return Plan(items, declaration or Declaration())
