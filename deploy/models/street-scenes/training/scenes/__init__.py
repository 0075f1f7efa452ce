"""Street scenes drawn by rule and chance, with the class of every pixel."""
from .classes import CLASS_NAMES, PALETTE
from .street import draw

__all__ = ["CLASS_NAMES", "PALETTE", "draw"]
