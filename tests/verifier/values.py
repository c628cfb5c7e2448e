"""Values as the format narrows them: RFC 8785 with ASCII keys, whole numbers, no null."""

import base64
import binascii
import json
import re

MAX_INTEGER = 2**53 - 1


class NotAValue(ValueError):
    """The bytes hold something that the format has no place for."""


def parse(data: bytes):
    """Read JSON, refusing whatever the format excludes.

    Spelling is left to `canonical`: a value has one canonical spelling only, so comparing it with the
    stored bytes finds spaces, key order, needless escapes, `-0` and the like all at once.
    """
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except UnicodeDecodeError as error:
        raise NotAValue(f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise NotAValue("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotAValue(f"not JSON: {error.msg} at character {error.pos}") from None


def canonical(value) -> bytes:
    """The JCS form. With ASCII keys and integers Python's own escapes and key order are those of RFC 8785."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def is_integer(value) -> bool:
    """A number of the format. Python counts `True` as an integer, JSON does not."""
    return isinstance(value, int) and not isinstance(value, bool)


def from_base64(text, length: int, url: bool = False) -> bytes | None:
    """Decode base64 with padding, or base64url without, of exactly `length` bytes in its only spelling."""
    if not isinstance(text, str) or not text.isascii():
        return None
    try:
        if url:
            decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        else:
            decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # Encoding it again shows stray padding and unused bits that are not zero.
    return decoded if len(decoded) == length and to_base64(decoded, url) == text else None


def to_base64(data: bytes, url: bool = False) -> str:
    """Standard base64 with padding, or base64url without."""
    if url:
        return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")
    return base64.b64encode(data).decode("ascii")


def is_hash(value) -> bool:
    """64 lower-case hex digits."""
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) is not None


def brief(value, limit: int = 160) -> str:
    """A value as text for a finding, cut where it would fill the screen."""
    if not isinstance(value, str):
        try:
            value = json.dumps(value, ensure_ascii=False, sort_keys=True)
        except (TypeError, ValueError, RecursionError):
            value = repr(type(value))
    return value if len(value) <= limit else value[: limit - 1] + "…"


def _object(pairs):
    result = {}
    for key, value in pairs:
        if key in result:
            raise NotAValue(f"the key {key!r} twice")
        if not key.isascii():
            raise NotAValue(f"the key {key!r}, which is not ASCII")
        _refuse_foreign(value)
        result[key] = value
    return result


def _refuse_foreign(value):
    """Null, and halves of surrogate pairs. Objects inside a list have been through `_object` already."""
    if value is None:
        raise NotAValue("null")
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise NotAValue("a lone surrogate") from None
    elif isinstance(value, list):
        for item in value:
            _refuse_foreign(item)


def _integer(digits: str) -> int:
    # The length is looked at first: a number of a million digits takes long to convert.
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise NotAValue("a number beyond 2^53-1")
    return int(digits)


def _refuse_number(digits: str):
    raise NotAValue(f"the number {digits[:30]}, which is not whole")
