"""Small pictures for products, drawn without a graphics library."""

import hashlib
import struct
import zlib

SIZE = 240


def picture(opc):
    """Return a PNG (bytes, 240 x 240): a tile, a disc and a band in colours that depend on `opc`."""
    digest = hashlib.sha256(opc.encode()).digest()
    hue = [90 + digest[place] % 110 for place in range(3)]
    palette = b''.join(bytes(_tone(hue, light)) for light in (0.82, 0.45, 0.0, -0.35))
    radius = 56 + digest[3] % 30
    rows = b''.join(b'\0' + _row(line, radius, digest[4] % 2) for line in range(SIZE))
    header = struct.pack('>IIBBBBB', SIZE, SIZE, 8, 3, 0, 0, 0)
    chunks = ((b'IHDR', header), (b'PLTE', palette), (b'IDAT', zlib.compress(rows)), (b'IEND', b''))
    return b'\x89PNG\r\n\x1a\n' + b''.join(_chunk(name, data) for name, data in chunks)


def _tone(hue, light):
    """Mix a colour with white (`light` above 0) or black (below)."""
    target = 255 if light > 0 else 0
    return [round(part + (target - part) * abs(light)) for part in hue]


def _row(line, radius, square):
    middle = SIZE // 2
    away = abs(line - middle + 12)
    half = 0
    if away <= radius:
        half = radius if square else int((radius ** 2 - away ** 2) ** 0.5)
    row = b'\0' * (middle - half) + b'\2' * (2 * half) + b'\0' * (middle - half)
    if SIZE - 44 <= line < SIZE - 32:
        return b'\0' * 60 + b'\3' * (SIZE - 120) + b'\0' * 60
    if SIZE - 26 <= line < SIZE - 19:
        return b'\0' * 84 + b'\1' * (SIZE - 168) + b'\0' * 84
    return row


def _chunk(name, data):
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))
