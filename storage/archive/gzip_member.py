"""One gzip member of a file as a stream that knows where it ends and whether it is whole."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAGIC = b"\x1f\x8b\x08"
CUT = "it ends early"
_READ = 1 << 14
_LARGEST = 8 << 30


class GzipMember(io.RawIOBase):
    """The clear bytes of the member that begins at `offset`; they end at its end, or where it is damaged.

    `broken` then says why; `end` is the offset in the file behind a whole member.
    """

    def __init__(self, file: BinaryIO, offset: int) -> None:
        super().__init__()
        self._file = file
        self._position = offset
        self._decoder = zlib.decompressobj(31)
        self._pending = b""
        self._size = 0
        self.broken = ""

    @property
    def end(self) -> int:
        return self._position - len(self._decoder.unused_data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        while not self._decoder.eof and not self.broken:
            if piece := self._next_piece(len(view)):
                view[: len(piece)] = piece
                return len(piece)
        return 0

    def _next_piece(self, size: int) -> bytes:
        data = self._pending or self._read_on()
        if not data:
            self.broken = CUT
            return b""
        try:
            piece = self._decoder.decompress(data, size)
        except zlib.error as error:
            self.broken = f"it is damaged ({error})"
            return b""
        self._pending = self._decoder.unconsumed_tail
        self._size += len(piece)
        if self._size > _LARGEST:
            self.broken = f"it is larger than {_LARGEST >> 30} GiB"
        return piece

    def _read_on(self) -> bytes:
        self._file.seek(self._position)
        data = self._file.read(_READ)
        self._position += len(data)
        return data
