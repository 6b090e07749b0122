"""``python -m biometry_cli``: the same as the command ``biometry``."""

from biometry_cli.cli.app import main

if __name__ == "__main__":
    main()
