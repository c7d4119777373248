"""Makes data/photos/*.png from the photographs of an installed scikit-image (0.26; needs numpy and pillow).

Each photograph becomes grey (0.299 R + 0.587 G + 0.114 B), is cut centrally to at most 600x600 with even sides, and is
averaged over 2x2 pixels.
"""

import pathlib

import numpy
import skimage.data
from PIL import Image

NAMES = "astronaut brick chelsea coffee coins grass gravel hubble_deep_field immunohistochemistry moon retina rocket"
LARGEST_SIDE = 600
FOLDER = pathlib.Path(__file__).parent.parent / "data" / "photos"


def grey(photo):
    photo = photo.astype(float)
    return photo if photo.ndim == 2 else photo[..., :3] @ [0.299, 0.587, 0.114]


def cut(photo):
    height, width = (min(side, LARGEST_SIDE) // 2 * 2 for side in photo.shape)
    top, left = (photo.shape[0] - height) // 2, (photo.shape[1] - width) // 2
    return photo[top : top + height, left : left + width]


def halve(photo):
    return photo.reshape(photo.shape[0] // 2, 2, photo.shape[1] // 2, 2).mean(axis=(1, 3))


FOLDER.mkdir(parents=True, exist_ok=True)
for name in NAMES.split():
    photo = halve(cut(grey(getattr(skimage.data, name)())))
    image = Image.fromarray(numpy.rint(photo).astype(numpy.uint8))
    image.save(FOLDER / f"{name}.png", optimize=True)
