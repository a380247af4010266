"""OnBuy's words on products, listings and orders, and what a seller can do about them (OnBuy API reference, 23)."""
import re

from odoo.tools.translate import LazyTranslate

from ..lib.gtin import gtin_core

_lt = LazyTranslate(__name__)

ADVICE = {  # OnBuy's words → what to do; the first that fits counts. A dict, for only the advice is a text to translate.
    r'description must be': _lt("Write a description on the product's OnBuy tab."),
    r'not a valid product code': _lt("Compare the barcode with the goods: OnBuy takes EAN and UPC codes of GS1 only."),
    r'brand name must be': _lt("Choose the brand on the product's OnBuy tab. Goods without one are Unbranded."),
    r'not a lowest level category': _lt(
        "OnBuy changed its categories: press Sync categories on the store, then choose a lowest one for the product."),
    r'brand is owned by another seller': _lt(
        "OnBuy reserves this brand. Ask OnBuy's seller support for leave to sell it; once you have it, list again."),
    r'MatchedBrandData|BrandData': _lt(
        "OnBuy stumbled over the brand: choose one that OnBuy has (Brands > Import brands), then list again."),
    r'Error downloading image': _lt(
        "OnBuy must be able to fetch the pictures. Open the address from outside your network; if it is your server's, let "
        "OnBuy's addresses in. Then list again."),
    r'already exists for a different product': _lt(
        "Another page has your listing with this SKU, or it was deleted a moment ago. Look it up in the Seller Control "
        "Panel, or give this one another SKU."),
    r'already have a listing|listing already exist': _lt(
        "You sell this product in this condition already, under another SKU: press Sync listings on the store."),
    r'already exists|Duplicate entry': _lt("OnBuy has this product code: press List on the existing page."),
    r'does not yet exist for the site': _lt("OnBuy is still making the page; it is tried again by itself."),
    r'SKU does not exist|SKU not found': _lt(
        "OnBuy does not find this SKU. If the listing is new, it is tried again by itself; else press Sync listings on the "
        "store to see whether OnBuy still has it."),
    r'Price must be': _lt("Set a price above 0: on the product, or on the listing itself."),
    r'Stock cannot be': _lt("Count the product's stock in Odoo: what can be sold of it is then sent anew."),
    r'Suspended listings': _lt("OnBuy suspended this listing: its seller support can say why."),
    r'belongs to another seller': _lt("Another seller made this page, so its texts and pictures are theirs."),
    r'locked for update': _lt("OnBuy keeps this page as it is. Ask its seller support if something is wrong there."),
    r'delivery template': _lt("Choose another delivery template, or press Read templates and carriers on the store."),
    r'could not be marked as dispatched': _lt(
        "Its status on OnBuy does not allow it: press Sync orders on the store and look at the order. If it was cancelled, "
        "stop the parcel."),
    r'not in a refundable status': _lt(
        "OnBuy refunds what was dispatched, and nothing twice: press Sync orders on the store and look at the order. If "
        "nothing of it was dispatched, cancel it instead."),
    r'An error occurred|internal|null given|Exception': _lt(
        "That is a fault on OnBuy's side: try again in a while. If it stays, send these words to OnBuy's seller support."),
}
TAKEN = re.compile(r'product code .*already exists|Duplicate entry', re.IGNORECASE)
CODE = re.compile(r'["\'](\d{8,14})[\'"-]')


def explain(env, words):
    """Return OnBuy's words with a sentence on what to do, where one is known.

    :param env: in whose language
    :param str words: of OnBuy
    """
    advice = next((advice for pattern, advice in ADVICE.items() if re.search(pattern, words, re.IGNORECASE)), None)
    return f'{words}\n{env._(advice)}' if advice else words


def is_taken(words):
    """Tell whether OnBuy refuses a product because it has one with its product code."""
    return bool(TAKEN.search(words))


def find_code(words):
    """Return the product code that OnBuy's words are about, in its shortest spelling; '' if they name none."""
    match = CODE.search(words)
    return gtin_core(match[1]) if match else ''
