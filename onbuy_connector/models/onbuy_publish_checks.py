"""What is to be looked at before drafts are listed on OnBuy."""
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from odoo.fields import Domain
from odoo.tools import html2plaintext

from ..lib.const import MAX_IMAGE_BYTES
from ..lib.gtin import LENGTHS, check_gtin, gtin_core
from ..lib.images import check_address
from ..lib.products import NAME_BYTES
from .onbuy_listing_publish import DRAFTS, UNDER_WAY

MOST_AXES = 2  # OnBuy API reference, 14.1
LONGEST_DESCRIPTION = 50000
LONGEST_SKU = 64


@dataclass(frozen=True)
class Finding:
    """Something to look at before a draft is listed.

    :param str text: what it is, and what to do
    :param record: where it is mended
    :param bool blocks: whether the draft cannot be listed like this
    :param str field: of the record, as far as it is one
    """

    text: str
    record: object
    blocks: bool = True
    field: str = ''


class Checks:
    """Looks at drafts of one store together: a few queries, however many they are.

    :param store: one ``onbuy.store``, with all rights
    :param drafts: ``onbuy.listing`` of this store, with all rights
    """

    def __init__(self, store, drafts):
        self.store, self.drafts = store, drafts
        self.env = store.env

    # === WHAT MANY HAVE IN COMMON === #

    @cached_property
    def prices(self):
        """Dict of draft → OfferPrice, and dict of draft → why its price cannot be told."""
        return self.drafts._get_wanted_prices()

    @cached_property
    def stocks(self):
        """Dict of draft → pieces, and why no stock can be told ('' if it can)."""
        return self.drafts._get_wanted_stocks(anyway=True)

    @cached_property
    def kept(self):
        """The products of these drafts that Odoo keeps stock of."""
        return self.store._filter_stock_kept(self.drafts.product_id)

    @cached_property
    def by_page(self):
        """Dict of (OPC, condition) → listings on OnBuy, drafts, and those on their way."""
        there = Domain('is_on_onbuy', '=', True) | Domain('publish_state', 'in', [*DRAFTS, *UNDER_WAY])
        opcs = self.drafts.filtered('opc').mapped('opc')
        others = self.env['onbuy.listing'].search([('store_id', '=', self.store.id), ('opc', 'in', opcs), *there])
        return (others | self.drafts.filtered('opc')).grouped(lambda one: (one.opc, one._get_condition()))

    @cached_property
    def products_by_code(self):
        """Dict of product code in its shortest spelling → products that have it as barcode."""
        cores = {gtin_core(code) for code in map(lambda draft: draft._get_gtin(), self.drafts) if code}
        spellings = [core.zfill(length) for core in cores for length in (0, *LENGTHS)]
        domain = self.drafts._get_product_domain(self.store)
        products = self.env['product.product'].search(domain & Domain('barcode', 'in', spellings))
        return products.grouped(lambda product: gtin_core(product.barcode))

    @cached_property
    def families(self):
        """Dict of draft → the drafts that become one family with it; those that become a product alone are left out."""
        return {draft: family for family in self.drafts._get_creations() if len(family) > 1 for draft in family}

    # === FINDINGS === #

    def find(self):
        """Return what is to be looked at.

        :return: dict of draft → list of :class:`Finding`, those that block first
        """
        found = {draft: [*self._find_of(draft)] for draft in self.drafts}
        return {draft: sorted(some, key=lambda finding: not finding.blocks) for draft, some in found.items()}

    def _find_of(self, draft):
        """Give the findings of one draft."""
        yield from self._find_store(draft)
        if not draft.product_id:
            yield Finding(self.env._("The product was deleted."), draft)
            return
        yield from self._find_terms(draft)
        yield from self._find_price(draft)
        yield from self._find_stock(draft)
        yield from self._find_code(draft)
        if draft.opc:
            yield from self._find_page(draft)
        else:
            yield from self._find_category(draft)
            yield from self._find_texts(draft)
            yield from self._find_pictures(draft)
            yield from self._find_family(draft)

    def _find_store(self, draft):
        """Give what is wrong with the store."""
        if self.store.state != 'live':
            yield Finding(self.env._("%(store)s is not live: nothing is written to OnBuy before it is.",
                                     store=self.store.name), self.store)

    def _find_terms(self, draft):
        """Give what is wrong with SKU, condition, delivery template and notes."""
        category, condition = draft.product_id.onbuy_category_id, draft._get_condition()
        if len(draft.sku) > LONGEST_SKU or draft.sku != draft.sku.strip() or not draft.sku.isprintable():
            yield Finding(self.env._("The SKU may have %(most)s characters at most, and no blanks at its ends.",
                                     most=LONGEST_SKU), draft, field='sku')
        if category.condition_ids and condition not in category.condition_ids.mapped('code'):
            yield Finding(self.env._("OnBuy takes no %(condition)s things in this category.", condition=condition), draft,
                          field='condition_id')
        template = draft.delivery_template_id
        if draft.template_id and not template.active:
            yield Finding(self.env._("OnBuy does not have this delivery template any more: choose another one."), draft,
                          field='delivery_template_id')
        elif not template:
            yield Finding(self.env._("No delivery template is chosen: OnBuy takes your default one."), draft, False,
                          'delivery_template_id')

    def _find_price(self, draft):
        """Give what is wrong with the price."""
        prices, problems = self.prices
        if draft in problems:
            yield Finding(problems[draft], draft, field='fixed_price')
        elif draft not in prices:
            yield Finding(self.env._("A new listing needs a price: let it follow the store, or set one here."), draft,
                          field='fixed_price')
        elif draft.product_id.onbuy_vat_to_check:
            yield Finding(self.env._("The product's VAT was not checked yet, and the price contains it."),
                          draft.product_id.product_tmpl_id, False, 'onbuy_vat_to_check')

    def _find_stock(self, draft):
        """Give what is to be known of the stock."""
        stocks, problem = self.stocks
        if problem:
            yield Finding(problem, self.store)
        elif not stocks.get(draft):
            note = draft._explain_stock(self.kept) if draft not in stocks else ''
            yield Finding(self.env._("It begins sold out: nothing of it can be sold now. %(note)s", note=note), draft, False,
                          'stock')

    def _find_code(self, draft):
        """Give what is wrong with the product code."""
        code, product = draft._get_gtin(), draft.product_id
        place = self._get_place(product)
        needs = not draft.opc and (not product.onbuy_category_id or product.onbuy_category_id.product_code_required)
        if not code:
            if needs:
                yield Finding(self.env._("There is no product code. Enter the EAN or UPC as barcode."), place,
                              field='barcode')
            return
        try:
            check_gtin(code)
        except ValueError as error:
            yield Finding(str(error), place, field='barcode')
            return
        if doubles := self.products_by_code.get(gtin_core(code), product) - product:
            yield Finding(self.env._("%(product)s has the same product code.", product=doubles[0].display_name), place,
                          field='barcode')

    def _find_page(self, draft):
        """Give what is to be known of the page that OnBuy has already."""
        twins = self.by_page.get((draft.opc, draft._get_condition()), draft) - draft
        if twins:
            yield Finding(self.env._(
                "Your listing %(sku)s is on the same page (%(opc)s) in the same condition, and OnBuy takes one there.",
                sku=twins[0].sku, opc=draft.opc), draft, field='opc')
        if not draft.queue_ids:
            yield Finding(self.env._(
                "OnBuy has this product: it is listed on the page %(opc)s, %(name)s, with the texts and pictures there.",
                opc=draft.opc, name=draft.name or ""), draft, False, 'opc')

    def _find_category(self, draft):
        """Give what is wrong with category, features and technical details."""
        if draft.page_note:
            yield Finding(draft.page_note, draft, field='opc')
        product = draft.product_id
        category, template = product.onbuy_category_id, product.product_tmpl_id
        if not category:
            yield Finding(self.env._("Choose the OnBuy category."), template, field='onbuy_category_id')
            return
        if not category.active or not category.can_list_in:
            yield Finding(self.env._("OnBuy takes no products in this category any more: choose a lowest one."), template,
                          field='onbuy_category_id')
        if not category.read_date:
            yield Finding(self.env._("The features of the category are being read. Check again in a minute."), category)
        if missing := product._get_onbuy_missing_features():
            yield Finding(self.env._("The category demands: %(features)s.", features=", ".join(missing.mapped('name'))),
                          self._get_place(product), field='onbuy_option_ids')
        if category.is_restricted:
            yield Finding(self.env._("OnBuy decides who may list in this category; it may refuse you."), category, False,
                          'onbuy_category_id')
        for value in product._get_onbuy_details():
            if value.unit and value.unit not in value._get_units():
                yield Finding(self.env._("%(detail)s: OnBuy takes these units: %(units)s.", detail=value.detail_id.name,
                                         units=value.units_text or self.env._("none")), template, field='onbuy_detail_ids')

    def _find_texts(self, draft):
        """Give what is wrong with brand, title and description."""
        template = draft.product_id.product_tmpl_id
        brand, name = template.onbuy_brand_id, (template.onbuy_brand_name or '').strip()
        if not brand and len(name) < 2:
            yield Finding(self.env._("Choose the brand; one that OnBuy does not have needs a name of two letters or more. "
                                     "Goods without a brand are Unbranded."), template, field='onbuy_brand_id')
        if brand.is_restricted:
            yield Finding(self.env._("OnBuy may refuse the brand %(brand)s from other sellers than its owner.",
                                     brand=brand.name), template, False, 'onbuy_brand_id')
        title = template._get_onbuy_title() if draft in self.families else draft.product_id._get_onbuy_title()
        if len(title.encode()) > NAME_BYTES:
            yield Finding(self.env._("The title has %(size)s bytes, OnBuy takes %(most)s: shorten it.",
                                     size=len(title.encode()), most=NAME_BYTES), template, field='onbuy_title')
        description = template._get_onbuy_description()
        if not html2plaintext(description).strip():
            yield Finding(self.env._("There is no description."), template, field='onbuy_description')
        if len(description) > LONGEST_DESCRIPTION:
            yield Finding(self.env._("The description is too long: OnBuy takes %(most)s characters with its marks.",
                                     most=LONGEST_DESCRIPTION), template, field='onbuy_description')

    def _find_pictures(self, draft):
        """Give what is wrong with the pictures."""
        product, place = draft.product_id, self._get_place(draft.product_id)
        urls = product._get_onbuy_picture_urls()
        if not urls:
            yield Finding(self.env._("There is no picture, or of a type that OnBuy does not take (JPEG, PNG, WebP)."), place,
                          field='onbuy_image_urls')
        for url in urls:
            try:
                check_address(url, self.store._get_api_url())
            except ValueError as error:
                yield Finding(self._explain_address(product, error), place, field='onbuy_image_urls')
                break
        is_own = not {*urls} <= {*product._get_onbuy_written_urls()}  # pictures of Odoo's, at least one
        if is_own and any(picture.file_size > MAX_IMAGE_BYTES for picture in product._get_onbuy_pictures()):
            yield Finding(self.env._("A picture is larger than 5 MB: OnBuy could not fetch it."), place,
                          field='onbuy_image_urls')

    def _explain_address(self, product, error):
        """Return what is wrong with a picture's address; that of the product's own pictures is a setting."""
        if product.onbuy_image_urls:
            return str(error)
        return self.env._(
            "%(error)s A system administrator sets the address of this server: Settings > Technical > System Parameters, "
            "web.base.url.", error=error)

    # === FAMILIES === #

    def _find_family(self, draft):
        """Give what is wrong with the family that a draft would belong to."""
        family = self.families.get(draft)
        if not family:
            return
        axes = family._get_axes()
        if len(axes) > MOST_AXES:
            yield Finding(self.env._(
                "The variants differ by %(axes)s, and OnBuy's families by two at most. Empty the group SKU of these drafts: "
                "then each becomes a product of its own.", axes=", ".join(axes.mapped('name'))), draft, field='group_sku')
        counts = Counter(one.product_id._get_onbuy_values(axes) for one in family)
        if counts[draft.product_id._get_onbuy_values(axes)] > 1:
            yield Finding(self.env._("Another variant has the same values."), draft, field='attributes')

    @staticmethod
    def _get_place(product):
        """Return where what belongs to one variant is mended: on the product, if that has no others."""
        return product if product.product_variant_count > 1 else product.product_tmpl_id


