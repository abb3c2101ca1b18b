"""Classes by name, so that a file can name its class, also one that a user has defined."""

from fcsr.errors import UndefinedClassError


class Registry(dict[str, type]):
    """The subclasses of a base class; its `__init_subclass__` adds each one as it is defined.

    Classes of the base's own package go by their bare names, others by module and name. So a
    user's class never replaces one of the package's.

    Args:
        package: that of the base class, e.g. `"fcsr.models"`.

    Example:
        >>> import fcsr
        >>> fcsr.models.MODELS.find("CS") is fcsr.CS
        True
    """

    def __init__(self, package: str):
        super().__init__()
        self.package = package

    def name(self, kind: type) -> str:
        """The name by which a file refers to a class."""
        if kind.__module__.startswith(f"{self.package}."):
            return kind.__name__
        return f"{kind.__module__}.{kind.__qualname__}"

    def add(self, kind: type) -> None:
        """Register a class; one that is defined again, as in a notebook, replaces the former."""
        self[self.name(kind)] = kind

    def find(self, name: str) -> type:
        """The class of that name.

        A class that a script or notebook defined (in `__main__`) may have moved into a module since
        its weights were saved: then the only class of that bare name is taken.

        Raises:
            UndefinedClassError: none is defined here; the message says what to import.
        """
        if name in self:
            return self[name]
        module, _, bare = str(name).rpartition(".")
        if module == "__main__":
            others = [kind for known, kind in self.items() if known.endswith(f".{bare}")]
            if len(others) == 1:
                return others[0]
            cure = "run the script or the notebook's cell that defines it first"
        elif "<locals>" in module:
            cure = "define the class at the top level of a module or script"
        elif module:
            cure = f"import it first: from {module} import {bare}"
        else:
            cure = f"known are {', '.join(self)}"
        raise UndefinedClassError(f"the class {name} is not defined here; {cure}")
