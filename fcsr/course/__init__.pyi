from . import closeups as closeups
from . import exercises as exercises
from . import figure1 as figure1
from . import figure2 as figure2
from . import plots as plots
from . import views as views
from . import widgets as widgets
