"""The container of an xls: its streams, read so that no chain can run in a circle."""

import struct

from desktop.roster.precheck import UNREADABLE, RefusedFile

_FREE = 0xFFFFFFFA  # sector numbers from here on are marks


class OleFile:
    """The streams of a compound file by name; raises RefusedFile for one that is damaged or runs in circles."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) < 512:
            raise RefusedFile(UNREADABLE)
        self._raw = raw
        shift, mini_shift = struct.unpack_from("<HH", raw, 30)
        if shift not in {9, 12} or mini_shift != 6:
            raise RefusedFile(UNREADABLE)
        self._size, self._mini = 1 << shift, 1 << mini_shift
        self._most = len(raw) // self._size + 2
        first_directory, _, self._cutoff, first_mini, _, first_more, more = struct.unpack_from("<IIIIIII", raw, 48)
        self._fat = self._read_fat(first_more, more)
        self.entries = self._directory(self._chain(first_directory))
        root = next((one for one in self.entries if one[1] == 5), None)
        self._mini_fat = _numbers(self._joined(self._chain(first_mini))) if first_mini < _FREE else ()
        self._mini_stream = self._joined(self._chain(root[2])) if root and root[2] < _FREE else b""

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._raw[start : start + self._size]

    def _read_fat(self, more: int, count: int) -> tuple[int, ...]:
        sectors = [one for one in struct.unpack_from("<109I", self._raw, 76) if one < _FREE]
        seen: set[int] = set()
        while more < _FREE and count > 0:
            if more in seen or len(seen) > self._most:
                raise RefusedFile("文件的内部结构绕成了圈")
            seen.add(more)
            numbers = _numbers(self._sector(more))
            if not numbers:
                break
            sectors += [one for one in numbers[:-1] if one < _FREE]
            more = numbers[-1]
        if len(sectors) > self._most:
            raise RefusedFile(UNREADABLE)
        return _numbers(b"".join(self._sector(one) for one in sectors))

    def _chain(self, first: int, table: tuple[int, ...] | None = None) -> list[int]:
        """Return the sectors of a stream; a chain that comes back to where it was is refused."""
        fat = self._fat if table is None else table
        found: list[int] = []
        seen: set[int] = set()
        while first < _FREE:
            if first in seen:
                raise RefusedFile("文件的内部结构绕成了圈")
            seen.add(first)
            found.append(first)
            if first >= len(fat):
                break
            first = fat[first]
        return found

    def _joined(self, sectors: list[int]) -> bytes:
        return b"".join(self._sector(one) for one in sectors)

    def _directory(self, sectors: list[int]) -> list[tuple[str, int, int, int]]:
        """Return (name, type, first sector, size) of each entry; no two entries may lead to each other in a circle."""
        raw = self._joined(sectors)
        found = []
        links: dict[int, list[int]] = {}
        for place in range(0, len(raw) - 127, 128):
            length = min(struct.unpack_from("<H", raw, place + 64)[0], 64)
            name = raw[place : place + max(length - 2, 0)].decode("utf-16-le", "replace")
            kind = raw[place + 66]
            first, size = struct.unpack_from("<II", raw, place + 116)
            links[place // 128] = [one for one in struct.unpack_from("<III", raw, place + 68) if one < _FREE]
            found.append((name, kind, first, size))
        _refuse_circles(links)
        return found

    def stream(self, *names: str) -> bytes | None:
        """Return the first stream with one of these names, None if there is none."""
        for name, kind, first, size in self.entries:
            if kind == 2 and name in names:
                if size >= self._cutoff:
                    return self._joined(self._chain(first))[:size]
                parts = (self._mini_stream[one * self._mini : (one + 1) * self._mini] for one in
                         self._chain(first, self._mini_fat))  # fmt: skip
                return b"".join(parts)[:size]
        return None


def _numbers(raw: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])


def _refuse_circles(links: dict[int, list[int]]) -> None:
    """Refuse a directory in which an entry is reached twice from the root."""
    seen: set[int] = set()
    waiting = [0] if links else []
    while waiting:
        one = waiting.pop()
        if one in seen:
            raise RefusedFile("文件的内部结构绕成了圈")
        seen.add(one)
        waiting += [kid for kid in links.get(one, []) if kid in links]
