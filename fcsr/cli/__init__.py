"""The command line: the same verbs as the package.

What a command needs is imported when it runs, so that `fcsr --help` is fast.
"""

from fcsr.cli import course
from fcsr.cli.commands import models, train
from fcsr.cli.export import export
from fcsr.cli.measuring import evaluate, score
from fcsr.cli.recipe_options import with_recipe
from fcsr.cli.shell import new_app, run
from fcsr.cli.upscale import upscale

app = new_app(
    *(upscale, evaluate, score, with_recipe(train), export, models),
    *(course.course, course.report, course.slides, course.lab),
)


def main() -> None:
    """Run the command that `sys.argv` names."""
    run(app)
