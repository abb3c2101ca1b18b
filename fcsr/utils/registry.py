"""Classes by name, so that a file can say which one it is of, also a class of one's own."""

from fcsr.errors import UndefinedClassError


class Registry(dict[str, type]):
    """The subclasses of a base class; its `__init_subclass__` adds each where it is defined.

    Classes of the base's own package go by their bare names, others by module and name. So no
    class of one's own can take the place of one of the package's.

    Args:
        package: that of the base class, e.g. `"fcsr.models"`.
    """

    def __init__(self, package: str):
        super().__init__()
        self.package = package

    def name(self, kind: type) -> str:
        """What a file calls a class."""
        if kind.__module__.startswith(f"{self.package}."):
            return kind.__name__
        return f"{kind.__module__}.{kind.__qualname__}"

    def add(self, kind: type) -> None:
        """Register a class; one that is defined anew, as in a notebook, takes its own place."""
        self[self.name(kind)] = kind

    def find(self, name: str) -> type:
        """The class that a file calls so.

        What was a script's or notebook's own class may have moved into a module: then the only
        class of that bare name is taken.

        Raises:
            UndefinedClassError: none is defined here; the message says what to import.
        """
        if name in self:
            return self[name]
        module, _, bare = str(name).rpartition(".")
        others = [kind for known, kind in self.items() if module and known.endswith(f".{bare}")]
        if len(others) == 1:
            return others[0]
        if module == "__main__":
            cure = "run the script or the notebook's cell that defines it first"
        elif module:
            cure = f"import it first: from {module} import {bare}"
        else:
            cure = f"known are {', '.join(self)}"
        raise UndefinedClassError(f"the class {name} is not defined here; {cure}")
