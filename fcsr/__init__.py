"""Super-resolution as classification: LTE, CS and FCS, to teach with and to start from.

>>> import fcsr
>>> photograph = fcsr.images.sample("coffee").crop((200, 100, 232, 124))
>>> large = fcsr.upscale(photograph, scale=3.7, model="lte-compact", progress=False)
>>> photograph.size, large.size
((32, 24), (118, 89))

`fcsr.available` lists the weights that come with fcsr, `fcsr.models` what they are weights of,
`fcsr.frequency`, `fcsr.losses` and `fcsr.decoding` the method. Each name is loaded when it is first
used, so that `import fcsr` costs nothing, and who only upscales never loads what trains.
"""

# The names are in __init__.pyi, where type checkers find them, too.
import lazy_loader

__version__ = "0.2.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
