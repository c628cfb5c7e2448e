"""Ed25519 keys and signatures, refusing what a lenient verifier lets through."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P

# The points whose order divides 8, by their y: a signature under one of them says nothing about who made it.
_Y_OF_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER_Y = {0, 1, P - 1, _Y_OF_ORDER_8, P - _Y_OF_ORDER_8}


class PublicKey:
    """A key that is a point of the curve, canonically written and not of small order."""

    def __init__(self, data: bytes):
        if len(data) != 32:
            raise ValueError(f"{len(data)} bytes instead of 32")
        y = _y(data)
        if y >= P:
            raise ValueError("y is not reduced")
        if y in _SMALL_ORDER_Y:
            raise ValueError("a point of small order")
        if not _is_on_curve(y):
            raise ValueError("not a point of the curve")
        self.data = data
        self._key = Ed25519PublicKey.from_public_bytes(data)

    def verifies(self, signature: bytes | None, message: bytes) -> bool:
        """Whether the signature is this key's. OpenSSL refuses S >= L and an R that is not canonical."""
        if signature is None or len(signature) != 64 or _y(signature[:32]) % P in _SMALL_ORDER_Y:
            return False
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def _y(point: bytes) -> int:
    return int.from_bytes(point, "little") & (2**255 - 1)


def _is_on_curve(y: int) -> bool:
    """x^2 = (y^2 - 1) / (d y^2 + 1) has a root."""
    x_squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    return pow(x_squared, (P - 1) // 2, P) in (0, 1)
