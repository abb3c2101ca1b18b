"""`python -m fcsr`, the same as `fcsr`."""

from fcsr.cli import main

main()
