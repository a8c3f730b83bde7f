"""Scans of printed PDFs: each page drawn at some dots an inch, and, as a rough one, in grey, a degree askew and with noise."""

from pathlib import Path

import numpy as np
from PIL import Image
from pypdfium2 import PdfDocument

SKEW, CONTRAST, BRIGHTNESS, NOISE, PAPER = 1.0, 0.75, 40, 14, 235


def scan(source: Path, target: Path, dots: int, rough: bool = False) -> Path:
    """Write a PDF whose pages are the pictures of those of another, and return its path."""
    with PdfDocument(source) as document:
        pages = [document[i].render(scale=dots / 72).to_pil().convert("RGB") for i in range(len(document))]
    chance = np.random.default_rng(1)
    pages = [_roughened(page, chance) if rough else page for page in pages]
    pages[0].save(target, save_all=True, append_images=pages[1:], resolution=dots)
    return target


def _roughened(page: Image.Image, chance: np.random.Generator) -> Image.Image:
    grey = page.convert("L").rotate(SKEW, resample=Image.Resampling.BICUBIC, fillcolor=PAPER)
    faint = np.asarray(grey).astype(float) * CONTRAST + BRIGHTNESS + chance.normal(0, NOISE, (page.height, page.width))
    return Image.fromarray(faint.clip(0, 255).astype(np.uint8))
