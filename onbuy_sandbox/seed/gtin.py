"""GTINs: check digits, and new ones in the range of GS1 UK."""


def check_digit(digits):
    """Return the GS1 check digit (str) of `digits` (text without it)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def is_valid(code):
    """Tell whether `code` is an EAN-13 or UPC-12 with a right check digit and no coupon prefix (14.1, 23)."""
    if not (code.isascii() and code.isdigit() and len(code) in (12, 13)):
        return False
    return check_digit(code[:-1]) == code[-1] and not code.zfill(13).startswith(('98', '99', '05'))


def key(code):
    """Return `code` as the index compares it: without leading zeros (14.3)."""
    return code.lstrip('0')


def new_gtin(rng, taken):
    """Return an unused GTIN-13 that begins with 50, drawn from `rng` and added to `taken` (set)."""
    while True:
        digits = f'50{rng.randrange(10 ** 10):010d}'
        code = digits + check_digit(digits)
        if code not in taken:
            taken.add(code)
            return code
