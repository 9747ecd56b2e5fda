"""Compiled templates, kept beside Python's own bytecode and as it keeps that: where it may not be
written, or `PYTHONDONTWRITEBYTECODE` is set, each process compiles for itself."""

import hashlib
import sys
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from pickle import UnpicklingError

from jinja2.bccache import Bucket, FileSystemBytecodeCache

from shop.web.i18n import CATALOGUES

HERE = Path(__file__).parent
FOLDER = Path(cache_from_source(__file__)).parent
COMPILER = [HERE / name for name in ("template_compiler.py", "templates.py", "wording.py")]


class CompiledTemplates(FileSystemBytecodeCache):
    """A template is compiled again when it has changed, or a file of `makers`: the compiler, which
    sets texts of the catalogues in place, and these."""

    def __init__(self, folder: Path = FOLDER, makers: Iterable[Path] | None = None) -> None:
        super().__init__(str(folder), "template-%s.cache")
        files = [*COMPILER, *sorted(CATALOGUES.rglob("*.po"))] if makers is None else makers
        self._makers = hashlib.sha256(version("jinja2").encode())
        for file in files:
            self._makers.update(file.read_bytes())

    def get_source_checksum(self, source: str) -> str:
        digest = self._makers.copy()
        digest.update(source.encode())
        return digest.hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """A damaged file is as good as none."""
        with suppress(OSError, EOFError, UnpicklingError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(parents=True, exist_ok=True)
                super().dump_bytecode(bucket)
