#!/usr/bin/env python3
"""Draws the sample pictures beside this file with Debian's python3-pil: one picture in every form that a caller may send.

It is 48 wide and 32 high: red and green above, blue and yellow below (grey forms: 0, 85 above, 170, 255 below; transparent forms: the
right half has alpha 128 above and 0 below).
"""
import pathlib
import struct
import zlib

import numpy as np
import PIL.Image

HERE = pathlib.Path(__file__).parent
ORIENTATION = 0x0112


def quadrants(*values):
    a = np.array(values, dtype=np.uint8)
    return np.kron(a.reshape(2, 2, *a.shape[1:]), np.ones((16, 24) + (1,) * (a.ndim - 1), dtype=np.uint8))


RGB = quadrants((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))
GREY = quadrants(0, 85, 170, 255)
ALPHA = quadrants(255, 128, 255, 0)


def png(name, width, height, depth, colour, rows, *chunks):
    """A PNG by hand, for what Pillow does not write."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    parts = [chunk(b"IHDR", header), *(chunk(kind, content) for kind, content in chunks), chunk(b"IDAT", data), chunk(b"IEND", b"")]
    (HERE / name).write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def main():
    rgb = PIL.Image.fromarray(RGB)
    grey = PIL.Image.fromarray(GREY)
    rgba = PIL.Image.fromarray(np.dstack([RGB, ALPHA]))
    rgb.save(HERE / "rgb.png", optimize=True)
    rgba.save(HERE / "rgba.png", optimize=True)
    grey.save(HERE / "grey.png", optimize=True)
    PIL.Image.merge("LA", [grey, PIL.Image.fromarray(ALPHA)]).save(HERE / "grey-alpha.png", optimize=True)
    palette = PIL.Image.fromarray(quadrants(0, 1, 2, 3), "P")
    palette.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0])
    palette.save(HERE / "palette.png")
    palette.save(HERE / "palette-transparent.png", transparency=bytes([255, 128, 255, 0]))
    png("rgb16.png", 48, 32, 16, 2, [(row.astype(">u2") * 257).tobytes() for row in RGB])
    png("grey16.png", 48, 32, 16, 0, [(row.astype(">u2") * 257).tobytes() for row in GREY])
    for depth in (1, 2, 4):
        indices = quadrants(0, 1, 1, 0) if depth == 1 else quadrants(0, 1, 2, 3)
        packed = [np.packbits(((row[:, None] >> np.arange(depth - 1, -1, -1)) & 1).astype(np.uint8).ravel()).tobytes() for row in indices]
        png(f"index-grey{depth}.png", 48, 32, depth, 0, packed)
        png(f"index-palette{depth}.png", 48, 32, depth, 3, packed, (b"PLTE", bytes(range(3 * min(4, 1 << depth)))), (b"tRNS", b"\0"))
    png("index-grey8.png", 48, 32, 8, 0, [row.tobytes() for row in quadrants(0, 1, 2, 255)])
    png("bomb.png", 60000, 60000, 8, 2, [])
    for name, picture, options in [
            ("rgb.jpg", rgb, {}), ("progressive.jpg", rgb, {"progressive": True}), ("grey.jpg", grey, {}), ("cmyk.jpg", rgb.convert("CMYK"), {})]:
        picture.save(HERE / name, quality=95, subsampling=0, **options)
    for orientation in range(1, 9):
        exif = PIL.Image.Exif()
        exif[ORIENTATION] = orientation
        turned = rgb if orientation == 1 else rgb.transpose(STORED[orientation])
        turned.save(HERE / f"orientation-{orientation}.jpg", quality=95, subsampling=0, exif=exif)
        if orientation in (5, 6):
            turned.save(HERE / f"orientation-{orientation}.png", optimize=True, exif=exif)
            turned.save(HERE / f"orientation-{orientation}.webp", quality=95, exif=exif.tobytes())
    rgb.save(HERE / "lossy.webp", quality=95)
    rgba.save(HERE / "lossless.webp", lossless=True, exact=True)
    rgb.save(HERE / "animated.webp", save_all=True, append_images=[rgb.transpose(PIL.Image.Transpose.ROTATE_180)], duration=100, lossless=True)
    for other in ("gif", "bmp", "tiff"):
        rgb.resize((6, 4), PIL.Image.NEAREST).save(HERE / f"other.{other}")


# How the upright picture is laid into a file of each EXIF orientation.
STORED = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_90,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_270,
}

if __name__ == "__main__":
    main()
