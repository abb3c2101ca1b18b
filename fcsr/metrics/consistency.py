"""Whether SR is an image that LR could have been made of."""

from fcsr.errors import ImageError
from fcsr.images import imresize, to_pil, to_tensor
from fcsr.metrics.full_reference import Image, psnr
from fcsr.metrics.levels import levels_of, size


def lr_psnr(sr: Image, lr: Image) -> float:
    """PSNR in dB between SR, reduced to LR's size, and LR: higher is more consistent.

    SR is rounded to 8 bits and reduced by MATLAB's antialiased bicubic (`fcsr.images.imresize`),
    which made the LR images of the benchmark sets, again to 8 bits. One mean squared error over
    all three colours; nothing is shaved. HR itself has infinity there. "LR-PSNR" of the NTIRE 2021
    challenge "Learning the Super-Resolution Space" (Lugmayr et al., CVPR Workshops 2021), which
    asked for 45 dB and ranked all above that alike. It tells nothing about how good SR looks.

    Args:
        sr: RGB in [0, 1].
        lr: what SR was made of, RGB in [0, 1], not larger than SR.

    Raises:
        ImageError: an image is not in [0, 1], or LR is larger than SR.

    Example:
        >>> import fcsr
        >>> lr = fcsr.images.to_tensor(fcsr.images.sample("coffee").crop((200, 100, 248, 148)))
        >>> fcsr.metrics.lr_psnr(fcsr.upscale(lr, scale=4, model="lte-compact"), lr) > 45
        True
    """
    levels, _ = levels_of("SR", sr), levels_of("LR", lr)
    height, width = lr.shape[-2:]
    if height > sr.shape[-2] or width > sr.shape[-1]:
        raise ImageError(
            f"LR has {size(lr)} pixels and SR only {size(sr)}; LR is what SR was made of"
        )
    reduced = imresize(to_pil(levels / 255), (height, width))
    return psnr(to_tensor(reduced), lr)
