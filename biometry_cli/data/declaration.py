"""``dataset.toml``: what a data folder says of itself."""

import re
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from biometry_cli.data.labels import BACKGROUND, Task
from biometry_cli.errors import DataError

FILE_NAME = "dataset.toml"


class MaskCoding(BaseModel):
    """How mask files code classes beyond the plain index.

    ``colors`` maps a class name to its RGB colour in colour-coded masks; ``overlap`` lists class
    names, the one that wins a shared pixel first, for masks with a channel a class.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    colors: dict[str, tuple[int, int, int]] = {}
    overlap: tuple[str, ...] = ()


class Declaration(MaskCoding):
    """The content of ``dataset.toml``; every key is optional.

    ``subject`` is a regular expression whose first group, searched in the file's stem, names the
    subject; without it the subject is the stem before its first ``_``. ``landmarks`` names the
    points of ``landmarks.csv`` to learn, all when empty; ``swap`` lists pairs of them that change
    places in a mirror image.
    """

    task: Task | None = None
    classes: tuple[str, ...] = ()
    landmarks: tuple[str, ...] = ()
    subject: str | None = None
    swap: tuple[tuple[str, str], ...] = ()

    @field_validator("subject")
    @classmethod
    def _one_group(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                groups = re.compile(value).groups
            except re.error as error:
                raise ValueError(f"is not a regular expression ({error})") from None
            if groups < 1:
                raise ValueError("needs one group in parentheses that names the subject")
        return value

    @field_validator("classes")
    @classmethod
    def _different(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value) or not all(value):
            raise ValueError("the names must be different and not empty")
        if value == (BACKGROUND,):
            raise ValueError(f"{BACKGROUND!r} alone is nothing to learn")
        return value

    def subject_of(self, stem: str) -> str:
        """The subject that an image belongs to, by its file's stem."""
        if self.subject is None:
            return stem.split("_", 1)[0]
        found = re.search(self.subject, stem)
        return found.group(1) if found and found.group(1) else stem


def read_declaration(folder: Path) -> Declaration:
    """Read ``folder/dataset.toml``; an empty declaration where there is none.

    Raises:
        DataError: not TOML, an unknown key or a value that does not fit.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return Declaration()
    try:
        return Declaration.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"cannot be read ({error})", where=path, mend="Mend the file") from None
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors()
        )
        raise DataError(
            problems, where=path, mend=f"The keys are {', '.join(Declaration.model_fields)}"
        ) from None
