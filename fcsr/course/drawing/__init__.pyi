from . import closeups as closeups
from . import diagram as diagram
from . import figure1 as figure1
from . import figure2 as figure2
from . import mpl as mpl
from . import plots as plots
