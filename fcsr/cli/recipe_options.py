"""The fields of `Recipe` as options of a command, with their texts, types and defaults."""

import inspect
from dataclasses import MISSING, fields
from inspect import Parameter
from typing import Annotated, get_args, get_type_hints

import typer

from fcsr.training.recipe import Recipe


def with_recipe(command):
    """`command`, with an option for every field of `Recipe` in the place of its `**settings`."""
    own = [p for p in inspect.signature(command).parameters.values() if p.name != "settings"]
    hints = get_type_hints(Recipe, include_extras=True)
    for field in fields(Recipe):
        kind, help = get_args(hints[field.name])
        kind = next(iter(get_args(kind)), kind)  # of several types the first
        default = Parameter.empty if field.default is MISSING else field.default
        option = Annotated[kind, typer.Option(help=help)]
        keyword = Parameter.KEYWORD_ONLY
        own.append(Parameter(field.name, keyword, default=default, annotation=option))
    command.__signature__ = inspect.Signature([p.replace(kind=p.KEYWORD_ONLY) for p in own])
    command.__annotations__ = {p.name: p.annotation for p in own}
    return command
