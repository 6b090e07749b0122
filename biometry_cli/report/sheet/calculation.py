"""What is said of sizes given by hand: age, weight and growth."""

from biometry_cli.report.sheet.blocks import TERMINAL, Block, Note
from biometry_cli.report.sheet.clinical import age_card, growth_blocks, weight_card
from biometry_cli.report.sheet.words import DISCLAIMER
from biometry_cli.results.clinical import Assessment


def calculation_sheet(assessment: Assessment) -> tuple[Block, ...]:
    """Everything that an assessment holds, then its notes."""
    age, weight = assessment.gestational_age, assessment.fetal_weight
    return (
        *([age_card(age, TERMINAL)] if age is not None else []),
        *([weight_card(weight, TERMINAL)] if weight is not None else []),
        *growth_blocks(assessment),
        Note(tuple(assessment.notes), listed=True),
        closing(),
    )


def closing() -> Note:
    """The last line of what a terminal says of a fetus; a page has it at its top and end."""
    return Note((DISCLAIMER,), rank=TERMINAL, until=TERMINAL)
