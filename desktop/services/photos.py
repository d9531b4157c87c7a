"""A person's photo: one small picture, its bytes kept once by their hash; it travels beside the data (`media`)."""

from desktop.domain.changes import Changes
from desktop.domain.clock import stamp
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.services.looking import refuse_hidden_field
from desktop.services.register import person_details, whole_person
from desktop.services.reveal import reveal_page
from desktop.services.station import Station
from desktop.store import attachments
from desktop.store.people import PersonPage

MAX_BYTES = 400_000
_JPEG = b"\xff\xd8\xff"


def set_photo(station: Station, *, person: str, jpeg: bytes, why: str = "") -> Changes:
    """Give a person a photo, already scaled and re-encoded as JPEG; raises InvalidValueError, NotFoundError."""
    if not jpeg.startswith(_JPEG):
        raise InvalidValueError("photo", "这个文件不是可用的照片", "请换一张 jpg 或 png 照片")
    if len(jpeg) > MAX_BYTES:
        raise InvalidValueError("photo", "照片太大", "请换一张小一些的照片")
    whole_person(station, person=person)
    refuse_hidden_field(station, "person", "photo")
    with station.vault.unit("photo.set", why=why) as unit:
        digest = attachments.keep(unit.connection, jpeg, media="image/jpeg", at=stamp(station.clock))
        unit.put("person", person, {"photo": digest})
        return unit.commit()


def remove_photo(station: Station, *, person: str, why: str = "") -> Changes:
    """Take a person's photo away; the change can be undone. Raises NotFoundError if there is none."""
    refuse_hidden_field(station, "person", "photo")
    with station.vault.unit("photo.remove", why=why) as unit:
        if not unit.put("person", person, {"photo": None}):
            raise NotFoundError("这个人没有照片", "不用删除")
        return unit.commit()


def photo_of(station: Station, *, person: str) -> bytes | None:
    """Return a person's photo, None if there is none here, or if it is masked from this user until it is revealed."""
    return _picture(station, person_details(station, person=person))


def revealed_photo(station: Station, *, person: str) -> bytes | None:
    """Return a person's photo though it is masked, and note it; None if there is none. Raises NotAllowedError."""
    page = reveal_page(station, person=person)
    return _picture(station, page)


def _picture(station: Station, page: PersonPage) -> bytes | None:
    digest = page.values.get("photo")
    if not digest:
        return None
    with station.vault.reading() as connection:
        return attachments.body_of(connection, str(digest))
