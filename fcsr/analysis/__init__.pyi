from . import ablation as ablation
from . import calibration as calibration
from . import code_length as code_length
from . import costs as costs
from . import fourier_features as fourier_features
from . import interpolation as interpolation
from . import variants as variants
