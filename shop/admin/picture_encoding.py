"""Re-encodes uploaded pictures, so that only the visible pixels of the file are published."""

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from shop.errors import N_
from shop.web.pictures import ICON_SIZES, LARGEST, Logo, Picture

MOST_PIXELS = 40_000_000
"""What a file of some kilobytes may unfold to: 160 MB, twice while it is made smaller."""

# No other is tried. No SVG: it can hold scripts.
DECODERS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF")
# One thread, because shoppers are served meanwhile.
ENCODERS: dict[str, dict[str, Any]] = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 9, "max_threads": 1},
    "jpg": {"format": "JPEG", "quality": 82, "progressive": True, "optimize": True},
}
LOGO_BOX = (480, 112)
"""Pixels that the header's logo fits into: twice as many as it is shown with."""
SRGB = ImageCms.createProfile("sRGB")


class UnfitPicture(Exception):
    """No picture that we take. `message` is a message id."""

    def __init__(self, message: str, **values: Any) -> None:
        self.message, self.values = message, values
        super().__init__(message)


def decoded(file: IO[bytes]) -> Image.Image:
    """The first frame, upright, in sRGB, on white, without metadata, `LARGEST` a side at most.
    Raises UnfitPicture."""
    return _decoded(file, _plain)


def logo_files(file: IO[bytes], logo_id: str) -> tuple[Logo, dict[str, bytes]]:
    """A logo and its files by name; transparency is kept. Raises UnfitPicture."""
    image = _decoded(file, _cut_out)
    shown = image.copy()
    shown.thumbnail(LOGO_BOX, Image.Resampling.LANCZOS)
    logo = Logo(logo_id, *shown.size)
    images = {logo.icons[size]: _icon(image, size) for size in ICON_SIZES} | {logo.name: shown}
    return logo, {name: _as_png(image) for name, image in images.items()}


def _decoded(file: IO[bytes], plain: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """The format is detected by content, not by name. Raises UnfitPicture for a format that
    `DECODERS` lacks, and for a picture that is too large or broken.
    """
    try:
        with Image.open(file, formats=DECODERS) as image:
            _check_size(image)
            return plain(image)
    except UnfitPicture:
        raise
    except UnidentifiedImageError:
        kinds = ", ".join(DECODERS)
        raise UnfitPicture(N_("Please choose a picture: %(kinds)s."), kinds=kinds) from None
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except Exception as error:  # a broken file makes Pillow raise almost anything
        raise UnfitPicture(N_("This picture is damaged. Please save it again.")) from error


def encoded(image: Image.Image, picture: Picture) -> dict[str, bytes]:
    """The files of `picture`, by name; the one that it is known by comes last."""
    files = {}
    for width, height in picture.sizes:
        resized = image.resize((width, height), Image.Resampling.LANCZOS)
        for kind, how in ENCODERS.items():
            content = BytesIO()
            resized.save(content, **how)
            files[f"{picture.id}-{width}x{height}.{kind}"] = content.getvalue()
    return files


def _check_size(image: Image.Image) -> None:
    """Before any pixel of it is decoded."""
    if image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> UnfitPicture:
    return UnfitPicture(
        N_("Pictures can be up to %(most)s megapixels."), most=MOST_PIXELS // 1_000_000
    )


def _plain(image: Image.Image) -> Image.Image:
    image = _resizable(image)
    image.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    plain = _in_srgb(ImageOps.exif_transpose(image))
    plain.info.clear()  # a comment or a colour profile would be written again
    return plain


def _cut_out(image: Image.Image) -> Image.Image:
    image.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    image = ImageOps.exif_transpose(image)
    if image.mode != "RGBA" and not image.has_transparency_data:
        image = _in_srgb(_resizable(image))
    image = image.convert("RGBA")
    image.info.clear()
    drawn = image.getbbox()
    if drawn is None:
        raise UnfitPicture(N_("This picture is blank."))
    return image.crop(drawn)


def _icon(image: Image.Image, size: int) -> Image.Image:
    """A square on white, with room around the logo for the masks of home screens."""
    fitting = ImageOps.contain(image, (size * 3 // 4, size * 3 // 4), Image.Resampling.LANCZOS)
    icon = Image.new("RGB", (size, size), "white")
    place = ((size - fitting.width) // 2, (size - fitting.height) // 2)
    icon.paste(fitting, place, mask=fitting.getchannel("A"))
    return icon


def _as_png(image: Image.Image) -> bytes:
    content = BytesIO()
    image.save(content, format="PNG", optimize=True)
    return content.getvalue()


def _resizable(image: Image.Image) -> Image.Image:
    if image.mode == "I;16":  # Pillow would cut its values off, not scale them
        return image.point(lambda value: value / 256).convert("L")
    opaque = image.mode in {"L", "RGB", "CMYK"} and not image.has_transparency_data
    return image if opaque or image.mode == "RGBA" else image.convert("RGBA")


def _in_srgb(image: Image.Image) -> Image.Image:
    """Converted to sRGB, the browsers' default; a broken colour profile is ignored."""
    profile = image.info.get("icc_profile")
    image = _on_white(image) if image.mode == "RGBA" else image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile)) if profile else None
        converted = source and ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
    except (OSError, ImageCms.PyCMSError):
        converted = None
    return converted or image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white
