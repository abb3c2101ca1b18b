"""The API reference, made of the docstrings: `python scripts/api.py OUT`.

Pages that are read and searched offline. A public name without a docstring is an error.
"""

import inspect
import re
import sys
from collections import ChainMap
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, get_args, get_origin

import pdoc

PACKAGES = (
    "fcsr",
    "fcsr.analysis",
    "fcsr.course",
    "fcsr.course.exercises",
    "fcsr.data",
    "fcsr.evaluation",
    "fcsr.frequency",
    "fcsr.images",
    "fcsr.inference",
    "fcsr.metrics",
    "fcsr.models",
    "fcsr.training",
)


def modules() -> list[str]:
    """The public packages, and the modules that they list as public."""
    packages = [import_module(name) for name in PACKAGES]
    values = [getattr(package, name) for package in packages for name in package.__all__]
    listed = [value.__name__ for value in values if isinstance(value, ModuleType)]
    return list(dict.fromkeys([*PACKAGES, *listed]))


def listed(module: ModuleType) -> list[str]:
    """What a package lists, or what one of its public modules defines without an underscore."""
    if hasattr(module, "__all__"):
        return module.__all__
    return [name for name in pdoc.doc.Module(module).members if not name.startswith("_")]


def names() -> dict[str, object]:
    """Every public module, class and function, once, by the shortest of its names."""
    found = {name: import_module(name) for name in modules()}
    for module in list(found):
        for name in listed(found[module]):
            value = getattr(found[module], name)
            if inspect.isclass(value) or inspect.isroutine(value):
                found[f"{module}.{name}"] = value
    shortest = {id(found[name]): name for name in sorted(found, key=lambda n: (-n.count("."), n))}
    return {name: found[name] for name in sorted(shortest.values())}


def drop_foreign_docstrings(kind: type) -> None:
    """Keep what torch or a NamedTuple says of a method or field out of the reference of ours."""
    for name, member in vars(kind).items():
        source = (
            base for base in kind.__mro__[1:] if getattr(vars(base).get(name), "__doc__", None)
        )
        foreign = not next(source, object).__module__.startswith("fcsr")
        if inspect.isfunction(member) and member.__doc__ is None and foreign:
            member.__doc__ = "Takes the arguments above." if name == "__init__" else ""
    for name in getattr(kind, "_fields", ()):
        vars(kind)[name].__doc__ = ""
    if hasattr(kind, "_fields"):
        kind.__new__.__doc__ = ""


def move_field_texts(kind: type) -> None:
    """The texts of `Annotated` fields, as those of `Recipe`, into the docstring of their class."""
    hints = vars(kind).get("__annotations__", {})
    texts = {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Annotated}
    if texts:
        lines = "".join(f"\n- `{name}`: {text}" for name, (_, text) in texts.items())
        kind.__doc__ = f"{inspect.cleandoc(kind.__doc__)}\n\n{lines}\n"
        for name, (annotation, _) in texts.items():
            kind.__annotations__[name] = kind.__init__.__annotations__[name] = annotation


def explain_constants(module: pdoc.doc.Module) -> None:
    """Give re-exported constants the text below their assignment; leave out those without one."""
    package = ".".join(module.modulename.split(".")[:2])
    sources = [source for name, source in sys.modules.items() if name.startswith(f"{package}.")]
    texts = ChainMap(*(pdoc.doc_ast.walk_tree(source).var_docstrings for source in sources))
    for constant in module.variables:
        constant.docstring = constant.docstring or texts.get(constant.name, "")
        if not constant.docstring:
            del module.members[constant.name]


def main(out: str) -> None:
    missing = [name for name, value in names().items() if not (value.__doc__ or "").strip()]
    if missing:
        sys.exit(f"public, but without a docstring: {', '.join(missing)}")
    kinds = {name: value for name, value in names().items() if inspect.isclass(value)}
    for name, kind in kinds.items():
        if any(kind in other.__mro__[1:] for other in kinds.values()):
            kind.__module__ = name.rpartition(".")[0]  # whose page the inherited members link to
        drop_foreign_docstrings(kind)
        move_field_texts(kind)
    for name in modules():
        explain_constants(pdoc.doc.Module.from_name(name))
    specs = [spec for name in sorted(modules()) for spec in (name, rf"!{re.escape(name)}\..+")]
    pdoc.render.configure(docformat="google")
    pdoc.pdoc(*specs, output_directory=Path(out))
    print(f"{out}/index.html")


if __name__ == "__main__":
    main(*sys.argv[1:])
