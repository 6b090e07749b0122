"""``calc`` over two hundred inputs: sizes alone and together, ages, dates, and what is refused."""

import math
from itertools import combinations

from tests.golden.conftest import lines, told

# Sizes in mm at the middle of growth, as polynomials in weeks good enough to be of one fetus.
_MIDDLE = {
    "hc": lambda w: -75.0 + 14.2 * w - 0.088 * w * w,
    "bpd": lambda w: -24.0 + 4.16 * w - 0.026 * w * w,
    "ofd": lambda w: -26.0 + 5.1 * w - 0.032 * w * w,
    "ac": lambda w: -62.0 + 10.5 * w,
    "fl": lambda w: -28.0 + 3.9 * w - 0.03 * w * w,
    "crl": lambda w: 9.0 * (w - 6.2),
}
REFUSED = [
    [],
    ["--hc", "27.5"],
    ["--hc", "0"],
    ["--hc", "-3"],
    ["--hc", "nan"],
    ["--hc", "abc"],
    ["--fl", "5.6"],
    ["--fl", "2.2"],
    ["--bpd", "90", "--ofd", "80"],
    ["--hc", "275", "--bpd", "40"],
    ["--hc", "275", "--ac", "25"],
    ["--hc", "320", "--bpd", "72", "--ofd", "95"],
    ["--ac", "250", "--fl", "9"],
    ["--hc", "275", "--ga", "24+3", "--lmp", "2026-01-05"],
    ["--hc", "275", "--lmp", "2026-01-05"],
    ["--hc", "275", "--scan-date", "2026-06-05"],
    ["--hc", "275", "--lmp", "2026-13-05", "--scan-date", "2026-06-05"],
    ["--hc", "275", "--lmp", "2026-07-05", "--scan-date", "2026-06-05"],
    ["--hc", "275", "--lmp", "2024-07-05", "--scan-date", "2026-06-05"],
    ["--hc", "275", "--ga", "24+9"],
    ["--hc", "275", "--ga", "50"],
    ["--hc", "275", "--ga", "soon"],
    ["--crl", "200"],
    ["--ofd", "10"],
    ["--nt", "2"],
]


def accepted() -> list[list[str]]:
    """Inputs of every mixture of sizes, over all weeks, on and off the middle of growth."""
    wanted = []
    names = [name for name in _MIDDLE if name != "crl"]
    mixtures = [mix for count in range(1, 6) for mix in combinations(names, count)]
    for number in range(155):
        weeks = 14.0 + (number * 5.7) % 27.5
        mixture = mixtures[(number * 7) % len(mixtures)]
        # From small to large, the same for all sizes of a fetus but for a little.
        growth = 1 + 0.11 * math.sin(1.7 * number)
        arguments = []
        for place, name in enumerate(mixture):
            value = _MIDDLE[name](weeks) * (growth + 0.008 * ((number + place) % 5 - 2))
            arguments += [f"--{name}", f"{value:.1f}"]
        if number % 4 == 1:
            arguments += ["--ga", f"{int(weeks) + number % 3 - 1}+{number % 7}"]
        if number % 16 == 2:
            arguments += [
                "--lmp",
                "2026-01-05",
                "--scan-date",
                f"2026-0{5 + number % 4}-1{number % 9}",
            ]
        wanted.append(arguments)
    for number in range(12):
        crl = _MIDDLE["crl"](8.0 + 0.55 * number)
        wanted.append(
            ["--crl", f"{crl:.1f}", *(["--bpd", f"{crl / 2.9:.1f}"] if number > 8 else [])]
        )
    edges = ["45", "450", "60.5", "400"]
    wanted += [["--hc", edge] for edge in edges]
    return wanted


def brief(answer):
    """The figures of one answer without their intervals, sources and guarantees."""
    age, weight = answer["gestational_age"], answer["fetal_weight"]
    return {
        "age": age and [age["basis"], age["formula"], age["weeks"]],
        "estimates": age and {each["formula"]: each["weeks"] for each in age["estimates"]},
        "weight": weight and [weight["formula"], weight["grams"]],
        "centiles": {
            f"{each['measure']} {each['chart'].split(',')[0]}": each["centile"]
            for each in answer["centiles"]
        },
        "notes": len(answer["notes"]),
    }


def test_answers(commands, golden):
    wanted = accepted()
    assert len(wanted) == 171
    results = commands([["calc", *arguments, "--json"] for arguments in wanted])
    by_input = dict(zip(map(" ".join, wanted), results, strict=True))
    answers = {name: done.json() for name, done in by_input.items() if done.returncode == 0}
    refused = {name: told(done) for name, done in by_input.items() if name not in answers}
    golden.check("calc", "whole", dict([*answers.items()][::40]))
    golden.check("calc", "figures", {name: brief(answer) for name, answer in answers.items()})
    golden.check("calc", "refused among them", refused)


def test_refused(commands, golden):
    results = commands([["calc", *arguments, "--json"] for arguments in REFUSED])
    assert {done.returncode for done in results} == {2}
    said = dict(zip(map(" ".join, REFUSED), map(told, results), strict=True))
    golden.check("calc", "refused", said)


def test_tables(commands, golden):
    wanted = [
        ["--hc", "275", "--bpd", "76", "--ofd", "98", "--ac", "255", "--fl", "57"],
        ["--hc", "275", "--ga", "24+3"],
        ["--fl", "57", "--ac", "255"],
        ["--crl", "62"],
    ]
    results = commands([["calc", *arguments] for arguments in wanted])
    texts = {
        " ".join(arguments): lines(done) for arguments, done in zip(wanted, results, strict=True)
    }
    golden.check("calc", "tables", texts)


def test_the_installed_command_answers_alike(commands, biometry, golden_folder):
    for arguments in (["--hc", "275", "--fl", "57", "--json"], ["--hc", "27.5"], []):
        (one,) = commands([["calc", *arguments]])
        assert biometry("calc", *arguments, cwd=golden_folder) == one
