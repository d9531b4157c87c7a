"""Consent of a second person, signed by that person: whoever asked for it holds the data key and could write any name.

The note of a consent names who consented; the seal of the unit it stands in is signed with that user's key, beside
the signature of who did the unit.
"""

from sqlalchemy import Connection

from desktop.domain.privacy_records import CONSENT_GIVEN
from desktop.security.signing import SigningKey, is_signed
from desktop.store.encoding import joined
from desktop.store.signatures import Seal, Signers

_SIGNED_AS = b"yince consent/1\n"
_NOTED = (
    'SELECT c.batch, a.second, batch.user, seal.hash, signed."key", signed.value FROM access_note a '
    "JOIN change c ON c.record=a.id AND c.kind='access_note' JOIN batch ON batch.n=c.batch "
    "LEFT JOIN seal ON seal.batch=c.batch LEFT JOIN countersignature signed ON signed.batch=c.batch "
    "WHERE a.action=? AND c.batch>? ORDER BY c.batch"
)


def sign_consent(connection: Connection, unit: Seal, *, name: str, key: SigningKey) -> None:
    """Sign in the name of who consented the unit that notes it, inside its own transaction."""
    store_id = str(connection.exec_driver_sql("SELECT value FROM meta WHERE key='store_id'").scalar() or "")
    connection.exec_driver_sql(
        'INSERT INTO countersignature (batch, "key", value) VALUES (?,?,?)',
        (unit.batch, key.public, key.sign(_message(store_id, unit, name))),
    )


def consent_problems(connection: Connection, signers: Signers, *, after: int = 0) -> list[str]:
    """Return which noted consents from the unit `after` on are not signed by who is said to have consented.

    Of who was not named a key yet when consenting, nothing can be said.
    """
    found = []
    for number, name, user, sealed, key, value in connection.exec_driver_sql(_NOTED, (CONSENT_GIVEN, after)):
        if not signers.is_named(str(name), number):
            continue
        is_theirs = key is not None and sealed is not None and bytes(key) == signers.key_of(str(name), number)
        message = _message(signers.store_id, Seal(number, str(user), bytes(sealed or b"")), str(name))
        if not is_theirs or not is_signed(bytes(key), message, bytes(value)):
            found.append(f"签名：第 {number} 次操作写着“{name}”同意，却没有“{name}”的签名")
    return found


def _message(store_id: str, unit: Seal, name: str) -> bytes:
    return _SIGNED_AS + joined((store_id, unit.batch, unit.seal, unit.user, name))
