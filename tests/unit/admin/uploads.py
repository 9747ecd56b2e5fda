"""Valid and invalid files to upload as pictures."""

import zipfile
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

SECRET = b"37.5665 126.9780 nobody's business"
CAMERA = 0x0110
GPS = 0x8825
PHOTOGRAPH = 0x8769
COMMENT = 0x9286
ORIENTATION = 0x0112
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    content = BytesIO()
    image.save(content, kind, **how)
    return content.getvalue()


def plain(
    kind: str, size: tuple[int, int] = (30, 20), colour: Any = RED, mode: str = "RGB"
) -> bytes:
    return saved(Image.new(mode, size, colour), kind)


def photograph(kind: str = "JPEG", size: tuple[int, int] = (900, 600)) -> bytes:
    """A picture with detail, so that a truncated file differs."""
    noise = Image.effect_noise((size[0] // 3, size[1] // 3), 90).resize(size)
    return saved(Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180))), kind)


def with_exif(kind: str, **how: Any) -> bytes:
    """A picture with a GPS position and a comment."""
    exif = Image.Exif()
    exif[CAMERA] = "Some camera"  # without it, no EXIF goes into a PNG
    exif.get_ifd(PHOTOGRAPH)[COMMENT] = b"ASCII\x00\x00\x00" + SECRET
    exif.get_ifd(GPS).update({1: "N", 2: (37.0, 33.0, 59.0), 29: SECRET.decode()})
    return saved(Image.new("RGB", (30, 20), RED), kind, exif=exif, **how)


def turned() -> bytes:
    """Red on the left, blue on the right, with an EXIF rotation by 90° clockwise."""
    image = Image.new("RGB", (400, 200), RED)
    image.paste(BLUE, (200, 0, 400, 200))
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    return saved(image, "JPEG", exif=exif, quality=95)


def animated(kind: str) -> bytes:
    first, *others = (Image.new("RGB", (30, 20), colour) for colour in (RED, GREEN, BLUE))
    return saved(first, kind, save_all=True, append_images=others)


def with_swapped_profile() -> bytes:
    """Red pixels that the colour profile maps to green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"____").replace(b"gXYZ", b"rXYZ").replace(b"____", b"gXYZ")
    return saved(Image.new("RGB", (30, 20), RED), "PNG", icc_profile=swapped)


def zipped() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("secret.txt", SECRET)
    return content.getvalue()


def gigantic() -> bytes:
    """A PNG whose header claims 60,000 by 60,000 pixels."""
    png = plain("PNG")
    header = png[12:16] + (60_000).to_bytes(4, "big") * 2 + png[24:29]
    return png[:12] + header + zlib.crc32(header).to_bytes(4, "big") + png[33:]


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
EXE = b"MZ\x90\x00" + bytes(200)
