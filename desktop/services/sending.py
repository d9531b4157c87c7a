"""Everything that is due to a unit in one step: the data package, and beside it the pictures it does not have."""

from dataclasses import dataclass
from pathlib import Path

from desktop.domain.errors import KnownError
from desktop.domain.progress import Report, silent
from desktop.services.media import MediaPacked, pack_media
from desktop.services.packing import PackResult, pack_for
from desktop.services.station import Station


@dataclass(frozen=True, slots=True)
class Sent:
    """What was written: the data, the pictures, and why the pictures were not, '' if they were."""

    data: PackResult
    pictures: MediaPacked
    problem: str = ""

    @property
    def pictures_text(self) -> str:
        """Return in Chinese which files go along, '' if none do."""
        if not self.pictures.paths:
            return ""
        return f"另有 {len(self.pictures.paths)} 个图片包（照片 {self.pictures.pictures} 张）写在旁边，请一起带去"


def write_due(station: Station, *, to_org: str, path: Path, report: Report = silent) -> Sent:
    """Write the next data package for a unit to `path` and the picture packages that are due into the same folder.

    Pictures that cannot be written do not hold the data up: they are due again the next time.
    Raises NotFoundError, DiskFullError, KeyCardError for the data.
    """
    data = pack_for(station, to_org=to_org, path=path, report=report)
    try:
        pictures = pack_media(station, to_org=to_org, folder=path.parent, report=report)
    except KnownError as error:
        return Sent(data, MediaPacked((), 0), f"数据包已写好，照片没有写成：{error}")
    return Sent(data, pictures)
