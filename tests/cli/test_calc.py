"""``biometry calc`` as a user runs it."""

import json
import subprocess
import sys

import pytest

from biometry_cli.results.clinical import Calculation

SIZES = ["--hc", "275", "--ac", "250", "--fl", "56", "--bpd", "75"]


def test_tables_show_age_weight_and_centiles(biometry, tmp_path):
    done = biometry("calc", *SIZES, "--ofd", "96", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Gestational age  29+2" in done.stdout
    assert "Estimated fetal weight  1,393 g" in done.stdout
    assert "INTERGROWTH-21st 2014" in done.stdout
    assert "Research software, not a medical device." in done.stdout
    assert done.stderr == ""


def test_json_is_the_assessment_with_its_inputs(biometry, tmp_path):
    done = biometry("calc", *SIZES, "--ga", "30+0", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = Calculation.model_validate_json(done.stdout)
    assert found.inputs == {"HC": 275, "BPD": 75, "AC": 250, "FL": 56}
    assert (found.gestational_age.basis, found.gestational_age.text) == ("given", "30+0")
    assert found.fetal_weight.grams == pytest.approx(1393.1, abs=0.06)
    assert {each.measure for each in found.centiles} == {"HC", "BPD", "AC", "FL", "EFW"}


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--ga", "24w3d"], "24+3"),
        (["--ga", "24.5"], "24+3"),
        (["--lmp", "2026-01-05", "--scan-date", "2026-06-20"], "23+5"),
    ],
)
def test_an_age_can_be_given_in_several_ways(biometry, tmp_path, flags, text):
    done = biometry("calc", "--hc", "220", *flags, "--json", cwd=tmp_path)
    assert done.json()["gestational_age"]["text"] == text


def test_crown_rump_length_dates_early(biometry, tmp_path):
    age = biometry("calc", "--crl", "60", "--json", cwd=tmp_path).json()["gestational_age"]
    assert (age["formula"], age["text"]) == ("intergrowth_2014_crl", "12+2")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "no size is given"),
        ("--ga 30+0", "no size is given"),
        ("--hc 27.5", "27.5 cm (give 275)"),
        ("--hc nan", "HC is not a number"),
        ("--fl -56", "not a length"),
        ("--hc 275 --fl 5.6", "5.6 cm (give 56)"),
        ("--hc 27.5 --ac 25", "AC 25 mm is too small"),
        ("--bpd 96 --ofd 75", "exchanged"),
        ("--hc 275 --ga 24+9", "days are 0 to 6"),
        ("--hc 275 --ga soon", "'soon' is no gestational age"),
        ("--hc 275 --ga 50+0", "impossible"),
        ("--hc 275 --ga 30+0 --lmp 2026-01-05", "given together"),
        ("--hc 275 --lmp 2026-01-05", "Add --scan-date"),
        ("--hc 275 --scan-date 2026-01-05", "Add --lmp"),
        ("--hc 275 --lmp 2026-06-20 --scan-date 2026-01-05", "before the last menstrual period"),
        ("--hc 275 --lmp 5.1.2026 --scan-date 2026-06-20", "such as 2026-06-20"),
        ("--hc wide", "--hc"),
    ],
)
def test_what_cannot_be_is_refused_with_exit_code_2(biometry, tmp_path, arguments, said):
    done = biometry("calc", *arguments.split(), "--json", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_it_loads_no_library_for_arrays_or_networks(tmp_path):
    program = (
        "import sys\n"
        "from biometry_cli.cli.app import app\n"
        f"try:\n    app({['calc', *SIZES]!r}, prog_name='biometry')\n"
        "finally:\n"
        "    heavy = {'torch', 'numpy', 'scipy', 'matplotlib', 'PIL'} & set(sys.modules)\n"
        "    print('HEAVY', *sorted(heavy), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "29+2" in done.stdout
    assert done.stderr.split() == ["HEAVY"]


def test_json_is_one_object_on_one_line(biometry, tmp_path):
    lines = biometry("calc", "--ofd", "96", "--json", cwd=tmp_path).stdout.splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["gestational_age"] is None
