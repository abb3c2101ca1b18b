"""The command `fcsr`, which `python -m fcsr` is, too."""

from fcsr.utils import process


def main() -> None:
    """Run a command; Ctrl-C is heeded from the start, before all that `fcsr.cli` loads."""
    process.prepare()
    from fcsr import cli

    cli.main()


if __name__ == "__main__":
    main()
