"""A class is found by its own name, and by another only where that is safe."""

import pytest

from fcsr.errors import UndefinedClassError
from fcsr.utils.registry import Registry


def defined(module: str, name: str = "Own") -> type:
    return type(name.rpartition(".")[2], (), {"__module__": module, "__qualname__": name})


@pytest.fixture
def registry():
    registry = Registry("fcsr.models")
    registry.add(defined("fcsr.models.cs", "CS"))
    registry.add(defined("mine", "Own"))
    return registry


def test_the_packages_classes_go_by_their_bare_names(registry):
    assert list(registry) == ["CS", "mine.Own"]


def test_a_class_of_a_script_is_found_in_the_only_module_that_has_it(registry):
    assert registry.find("__main__.Own") is registry["mine.Own"]
    registry.add(defined("others", "Own"))
    with pytest.raises(UndefinedClassError, match="run the script or the notebook's cell"):
        registry.find("__main__.Own")


def test_a_class_of_a_script_is_not_taken_for_the_packages(registry):
    with pytest.raises(UndefinedClassError, match="run the script"):
        registry.find("__main__.CS")


def test_a_class_of_another_module_is_not_taken_for_one_of_that_name(registry):
    with pytest.raises(UndefinedClassError, match="import it first: from theirs import Own"):
        registry.find("theirs.Own")


def test_a_class_of_a_function_cannot_be_imported(registry):
    with pytest.raises(UndefinedClassError, match="at the top level of a module or script"):
        registry.find("mine.test.<locals>.Other")


def test_an_unknown_bare_name_is_told_the_known_ones(registry):
    with pytest.raises(UndefinedClassError, match=r"known are CS, mine\.Own"):
        registry.find("Own")
