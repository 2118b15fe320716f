"""The kinds of faults, in the order in which they are tried; the last two have no end."""

from faults import bits, configs, folders, images, kills, methods, nets, texts
from faults.campaign import Kind

KINDS = {
    "configs": Kind(configs.cases, 4),
    "methods": Kind(methods.cases, 4),
    "nets": Kind(nets.cases, 4),
    "images": Kind(images.cases, 2),
    "texts": Kind(texts.cases, 3),
    "folders": Kind(folders.cases, 4),
    "bits": Kind(bits.cases, 2),
    "kills": Kind(kills.cases, 7),
}
