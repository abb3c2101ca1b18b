from . import exercises as exercises
from . import views as views
from . import widgets as widgets
from .drawing import closeups as closeups
from .drawing import figure1 as figure1
from .drawing import figure2 as figure2
from .drawing import plots as plots
