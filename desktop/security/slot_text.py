"""How bytes stand in the key file: base64, and nothing that only looks like it."""

import base64
import binascii

from desktop.domain.errors import DamagedStoreError


def text_of(raw: bytes) -> str:
    """Return bytes as the key file writes them."""
    return base64.b64encode(raw).decode("ascii")


def bytes_of(text: str) -> bytes:
    """Return the bytes a text of the key file stands for; raises DamagedStoreError."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise DamagedStoreError("密钥文件已损坏", "请从备份恢复密钥文件") from error
