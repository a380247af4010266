"""Product codes: EAN, UPC, ISBN (OnBuy API reference, 14.1, 14.3 and 23)."""
from stdnum import ean, isbn
from stdnum.util import clean

LENGTHS = (8, 12, 13, 14)
COUPONS = ('05', '98', '99')  # As the first digits of 13; a UPC's first digit is the second one.
RESTRICTED = ('02', '04', '2')


def check_gtin(text):
    """Return a product code's digits as typed, without blanks and hyphens, if OnBuy can take it.

    :param str text: GTIN-8, UPC, EAN or GTIN-14
    :raise ValueError: saying what is wrong with it and what to do
    """
    code = _compact(text)
    if not code:
        raise ValueError("There is no product code. Enter the EAN or UPC that is printed under the bar code.")
    if not (code.isascii() and code.isdigit()):
        hint = _isbn_hint(code) or "Enter the digits under the bar code."
        raise ValueError(f"{text} is not a product code: it may hold digits only. {hint}")
    if len(code) not in LENGTHS:
        hint = _isbn_hint(code) or "Count the digits under the bar code; a spreadsheet may have lost zeros at the front."
        raise ValueError(f"{text} has {len(code)} digits; a product code has 8, 12, 13 or 14. {hint}")
    if ean.calc_check_digit(code[:-1]) != code[-1]:
        raise ValueError(f"{text} is mistyped: its last digit does not fit the others. Compare it with the bar code.")
    _check_range(code)
    return code


def _check_range(code):
    """Refuse numbers that name no product in the world.

    :param str code: digits with the right check digit
    :raise ValueError: a coupon's, or one that every shop may use for itself
    """
    padded = code.zfill(14)
    is_short = padded.startswith('000000')  # A GTIN-8, alone or padded.
    digits = padded[6:] if is_short else padded[1:]
    if not is_short and digits.startswith(COUPONS):
        raise ValueError(f"{code} is the number of a coupon, not of a product. Use the product's own EAN or UPC.")
    if digits.startswith(('0', '2') if is_short else RESTRICTED):
        raise ValueError(f"{code} is a number that each shop may use for itself, so OnBuy refuses it. Ask the maker for "
                         "the product's EAN, or buy one from GS1.")


def gtin_core(text):
    """Return what the spellings of one code have in common, to compare them: no leading zeros, ISBN-10 as 978 form.

    :param str text: any code; what is none stays as it is, without blanks and hyphens
    """
    code = _compact(text).upper()
    return (_to_isbn13(code) or code).lstrip('0')


def _compact(text):
    """Return a code without blanks and hyphens."""
    return ''.join(clean(text or '', '-').split())


def _to_isbn13(code):
    """Return the 978 form of an ISBN-10, None for anything else."""
    return isbn.to_isbn13(code) if len(code) == 10 and isbn.isbn_type(code) else None


def _isbn_hint(code):
    """Return what to enter in place of an ISBN-10, None for another code."""
    long_form = _to_isbn13(code.upper())
    return long_form and f"It is an ISBN of 10 characters: enter {long_form}."
