"""The commands answer fast because they load little, and say the defaults that hold."""

import inspect
import re
import subprocess
import sys

import pytest

from biometry_cli.cli import (
    calc,
    data,
    data_import,
    demo,
    evaluate,
    export,
    info,
    models,
    predict,
    schema,
    train,
)
from biometry_cli.settings import Settings
from biometry_cli.sources import DEFAULT_EPOCHS

COMMANDS = [
    [],
    ["train"],
    ["eval"],
    ["predict"],
    ["calc"],
    ["export"],
    ["info"],
    ["models"],
    ["schema"],
    ["data"],
    ["data", "check"],
    ["data", "import"],
    ["data", "demo"],
    ["demo"],
]
HEAVY = {"torch", "torchvision", "numpy", "scipy", "matplotlib", "onnxruntime"}

# Flags whose help states the default of a setting, as the settings have it.
STATED = {
    (train, "epochs"): DEFAULT_EPOCHS,
    (train, "batch_size"): Settings().train.batch_size,
    (train, "learning_rate"): Settings().train.learning_rate,
    (train, "patience"): Settings().train.patience_epochs,
    (train, "seed"): Settings().train.seed,
    (train, "runs_folder"): Settings().train.runs_folder,
    (train, "save_every"): Settings().train.save_every,
    (train, "device"): Settings().device.name,
    (evaluate, "batch_size"): Settings().predict.batch_size,
    (predict, "batch_size"): Settings().predict.batch_size,
    (predict, "choice"): Settings().predict.exam_choice,
    (export, "file_format"): Settings().export.format,
}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_loads_neither_torch_nor_numpy(command):
    program = (
        "import sys\n"
        "from biometry_cli.cli.app import app\n"
        f"try:\n    app({[*command, '--help']!r}, prog_name='biometry')\n"
        "except SystemExit as stop:\n"
        "    names = {name.partition('.')[0] for name in sys.modules}\n"
        "    print('LOADED', *sorted(names), file=sys.stderr)\n"
        "    raise\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout
    loaded = set(done.stderr.split("LOADED", 1)[1].split())
    assert "typer" in loaded
    assert not loaded & HEAVY


def test_help_states_the_defaults_of_the_settings():
    for (module, parameter), value in STATED.items():
        function = getattr(module, module.__name__.rpartition(".")[2])
        option = inspect.signature(function).parameters[parameter].annotation.__metadata__[0]
        assert option.show_default == str(value), parameter


def test_every_option_is_explained():
    functions = [train.train, evaluate.evaluate, predict.predict, export.export, info.info]
    functions += [models.models, data.check, data.demo, data_import.import_data, demo.demo]
    functions += [calc.calc, schema.schema]
    for function in functions:
        assert function.__doc__
        for name, parameter in inspect.signature(function).parameters.items():
            assert parameter.annotation.__metadata__[0].help, f"{function.__name__} {name}"


def test_version_and_module(biometry, tmp_path):
    assert re.fullmatch(r"biometry \d+\.\d+\.\d+\n", biometry("--version", cwd=tmp_path).stdout)
    module = subprocess.run(
        [sys.executable, "-m", "biometry_cli", "--version"], capture_output=True, check=True
    )
    assert module.stdout.startswith(b"biometry ")


def test_shell_completion(biometry, tmp_path):
    script = biometry("--show-completion", "bash", cwd=tmp_path)
    assert script.returncode == 0
    assert "_BIOMETRY_COMPLETE" in script.stdout


def test_no_color(biometry, tmp_path):
    forced = biometry("models", cwd=tmp_path, env={"FORCE_COLOR": "1"})
    plain = biometry("models", cwd=tmp_path, env={"FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert re.search(r"\x1b\[[0-9;]*3\d", forced.stdout)
    assert not re.search(r"\x1b\[[0-9;]*3\d", plain.stdout)
    assert "unet" in plain.stdout


def test_a_mistyped_command_is_usage(biometry, tmp_path):
    result = biometry("trian", cwd=tmp_path)
    assert result.returncode == 2
    assert "train" in result.stderr
