"""Super-resolution as classification: LTE, CS and FCS, to teach with and to start from.

What `fcsr` offers is listed in `__init__.pyi`. Each name is loaded when it is first used, so that
`import fcsr` costs nothing, and a class that only upscales never loads what trains.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
