from . import analysis as analysis
from . import course as course
from . import data as data
from . import decoding as decoding
from . import errors as errors
from . import evaluation as evaluation
from . import frequency as frequency
from . import images as images
from . import inference as inference
from . import losses as losses
from . import metrics as metrics
from . import models as models
from . import training as training
from .errors import FcsrError as FcsrError
from .evaluation import evaluate as evaluate
from .inference import render as render
from .inference import upscale as upscale
from .models import CS as CS
from .models import EDSR as EDSR
from .models import FCS as FCS
from .models import LTE as LTE
from .models import available as available
from .models import load as load
from .models import load_official_lte as load_official_lte
from .training import Recipe as Recipe
from .training import train as train

__version__: str
