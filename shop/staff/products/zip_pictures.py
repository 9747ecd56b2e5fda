"""Pictures from a zip file, by their names. Nothing in it is unpacked to the disk."""

import hashlib
import re
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import IO

from shop.admin.gate.body import LARGEST_PICTURE
from shop.errors import N_, FieldError, InvalidInput

MAX_PICTURES = 100
MAX_BYTES = 100_000_000  # of the zip file
MAX_NAME = 120  # characters
ODD = re.compile(r"[\x00-\x1f\x7f:*?\"<>|\\]|^/|(^|/)\.\.?(/|$)")
"""In the name of a file: a way out of its folder, or what no system allows."""
UTF_8 = 0x800  # the flag of an entry whose name is UTF-8
ENCRYPTED = 0x1
END, ZIP64_END = b"PK\x05\x06", b"PK\x06\x07"
LONGEST_END = 65_557  # bytes: a comment, and what stands before it
LARGEST_DIRECTORY = 1_000_000  # bytes

NO_ZIP = N_("The pictures cannot be read. Please send them as a .zip file.")
TOO_MANY = N_("A zip file can have at most %(max)s pictures.")
TOO_LARGE = N_("The zip file can have up to %(max)s MB.")
LARGE_PICTURE = N_("“%(name)s” is too large: pictures can be up to %(max)s MB.")
ODD_NAME = N_("The zip file has a file with a name that is not accepted: “%(name)s”.")
SAME_NAME = N_("The zip file has two pictures with the name “%(name)s”.")
PASSWORD = N_("The zip file has a password. Please make it without one.")

# What zipfile raises for damaged archives.
DAMAGED = (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)


class ZippedPictures:
    """The pictures of a zip file. `ids` are derived from their contents, so the same picture gets
    the same id."""

    def __init__(self, archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo]) -> None:
        self._archive, self._entries = archive, entries
        self.ids = {name: _id_of(archive, entry) for name, entry in entries.items()}

    def open(self, name: str) -> IO[bytes]:
        return BytesIO(_content(self._archive, self._entries[name]))


def read_pictures(file: IO[bytes]) -> ZippedPictures:
    """Reads and checks all of it, which takes up to some seconds. Raises InvalidInput."""
    if file.seek(0, 2) > MAX_BYTES:
        raise _refused(TOO_LARGE, max=MAX_BYTES // 1_000_000)
    try:
        _check_directory(file)
        archive = zipfile.ZipFile(file)
        return ZippedPictures(archive, dict(_entries(archive)))
    except DAMAGED as error:
        raise _refused(NO_ZIP) from error


def _check_directory(file: IO[bytes]) -> None:
    """Before zipfile reads the list of files, which may have millions of entries."""
    file.seek(max(0, file.seek(0, 2) - LONGEST_END))
    end = file.read()
    place = end.rfind(END)
    if place < 0 or len(end) < place + 16 or ZIP64_END in end:
        raise zipfile.BadZipFile
    entries, size = struct.unpack_from("<HI", end, place + 10)
    if entries > 2 * MAX_PICTURES + 100 or size > LARGEST_DIRECTORY:  # folders, and Macs' copies
        raise _refused(TOO_MANY, max=MAX_PICTURES)
    file.seek(0)


def _entries(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    seen: set[str] = set()
    for entry in archive.infolist():
        path = _path_of(entry)
        name = path.rpartition("/")[2]
        _check_name(path, name, entry)
        if entry.is_dir() or name.startswith(".") or path.startswith("__MACOSX/"):
            continue
        if name in seen:
            raise _refused(SAME_NAME, name=name)
        if len(seen) == MAX_PICTURES:
            raise _refused(TOO_MANY, max=MAX_PICTURES)
        seen.add(name)
        yield name, entry


def _check_name(path: str, name: str, entry: zipfile.ZipInfo) -> None:
    if ODD.search(path) or len(name) > MAX_NAME or stat.S_ISLNK(entry.external_attr >> 16):
        raise _refused(ODD_NAME, name=path[:MAX_NAME])
    if entry.flag_bits & ENCRYPTED:
        raise _refused(PASSWORD)


def _path_of(entry: zipfile.ZipInfo) -> str:
    """Windows in Korea writes names in CP949 and does not say so; Macs take letters apart."""
    path = entry.orig_filename
    if not entry.flag_bits & UTF_8 and not path.isascii():
        path = path.encode("cp437").decode("cp949", errors="replace")
    return unicodedata.normalize("NFC", path)


def _id_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    return hashlib.sha256(_content(archive, entry)).hexdigest()[:32]


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Does not trust the size that the archive states."""
    with archive.open(entry) as unpacked:
        content = unpacked.read(LARGEST_PICTURE + 1)
    if len(content) > LARGEST_PICTURE:
        name = _path_of(entry).rpartition("/")[2]
        raise _refused(LARGE_PICTURE, name=name[:MAX_NAME], max=LARGEST_PICTURE >> 20)
    return content


def _refused(message: str, **values: object) -> InvalidInput:
    return InvalidInput(FieldError("pictures", message, values))
