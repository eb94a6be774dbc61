"""What all workers share, in a file that each maps into its memory: arrays are held once a machine."""

from __future__ import annotations

import mmap
import pickle
import struct
import tempfile
from collections.abc import Callable
from io import BytesIO
from typing import IO, Any, Self

from tradefleet.market.errors import ParameterError
from tradefleet.research.parallel.pickling import dump

# Arrays, each from a multiple of so many bytes; the pickled rest; where each array is; where the rest begins, how many
# arrays there are.
_ALIGNED = 64
_SPAN = struct.Struct("<QQ")


class Spool:
    """A value in a temporary file that has no name: it is gone with the last process that holds it open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    @classmethod
    def of(cls, value: Any) -> Self:
        """A spool with the value; raises ParameterError for what cannot be sent, or when the disk is full."""
        return cls(_written(lambda file: _write(value, file)))

    @classmethod
    def of_content(cls, content: bytes) -> Self:
        """A spool with the content of another."""
        return cls(_written(lambda file: file.write(content)))

    @property
    def content(self) -> bytes:
        """All bytes, to make a spool of them elsewhere."""
        self._file.seek(0)
        return self._file.read()

    def fileno(self) -> int:
        """The descriptor of the file, for `read_spool`."""
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()


def _written(write: Callable[[IO[bytes]], Any]) -> IO[bytes]:
    file = tempfile.TemporaryFile(prefix="tradefleet-")  # noqa: SIM115 - the spool closes it
    try:
        write(file)
        file.flush()
    except OSError as error:
        file.close()
        raise ParameterError(
            f"what the workers share cannot be written: {error.strerror}",
            where=tempfile.gettempdir(),
            cure="make room there, or set TMPDIR to another folder",
        ) from error
    except BaseException:
        file.close()
        raise
    return file


def _write(value: Any, file: IO[bytes]) -> None:
    spans = []

    def keep(buffer: pickle.PickleBuffer) -> None:
        file.write(bytes(-file.tell() % _ALIGNED))
        raw = buffer.raw()
        spans.append((file.tell(), raw.nbytes))
        file.write(raw)

    rest = BytesIO()
    dump(value, rest, keep)
    start = file.tell()
    file.write(rest.getbuffer())
    for span in (*spans, (start, len(spans))):
        file.write(_SPAN.pack(*span))


def read_spool(descriptor: int) -> Any:
    """The value in a spool; its arrays are read-only views of the file."""
    content = memoryview(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ))
    start, count = _SPAN.unpack(content[-_SPAN.size :])
    end = len(content) - _SPAN.size * (count + 1)
    buffers = [content[first : first + size] for first, size in _SPAN.iter_unpack(content[end : -_SPAN.size])]
    return pickle.loads(content[start:end], buffers=buffers)
