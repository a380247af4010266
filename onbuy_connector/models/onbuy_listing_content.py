from collections import Counter
from dataclasses import asdict
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..lib import products, values
from ..lib.const import MISSING
from ..lib.errors import RejectedError, UncertainError
from ..lib.queues import get_wait
from .onbuy_words import explain

PER_CALL = 50
TOGETHER = 200  # listings that one unit compares
SOON = 60  # seconds in which further changes of a product are waited for
CONTENT = {  # of products, and what their variants have of their own
    'name', 'description_sale', 'description_ecommerce', 'image_1920', 'product_template_image_ids', 'onbuy_category_id',
    'onbuy_brand_id', 'onbuy_brand_name', 'onbuy_title', 'onbuy_description', 'onbuy_summary', 'onbuy_rrp',
    'onbuy_image_urls', 'onbuy_data', 'onbuy_detail_ids',
}
VARIANT_CONTENT = {
    'image_variant_1920', 'product_variant_image_ids', 'onbuy_option_ids', 'onbuy_mpn', 'onbuy_variant_image_urls',
}


class OnbuyStore(models.Model):
    """Texts and pictures of pages on OnBuy follow the products, where the page was made or changed from here before."""

    _inherit = 'onbuy.store'

    sync_content = fields.Boolean(
        string="Send content", tracking=True,
        help="Send texts, pictures, features and the like to OnBuy when they change here: of products that were created on "
             "OnBuy from here, and of those whose content you sent by hand once.")

    # === NOTICING === #

    def _task_comparison(self, client):
        """Override to compare content as well.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        yield from super()._task_comparison(client)
        if self.sync_content:
            yield from self._get_content_comparison_units()

    def _get_content_comparison_units(self, since=None):
        """Have the content sent that is not what was last sent.

        :param datetime since: UTC; only of products that were written since
        """
        domain = [('store_id', '=', self.id), ('content_digest', '!=', False), ('is_on_onbuy', '=', True)]
        if since:
            domain += ['|', ('product_id.write_date', '>=', since), ('product_id.product_tmpl_id.write_date', '>=', since)]
        listings = self.env['onbuy.listing'].search(domain)
        for ids in split_every(TOGETHER, listings.ids, list):
            yield listings.browse(ids)._note_changed_content

    @api.model
    def _note_saved_content(self):
        """Somebody saved a product: where a store sends content, it is compared in a minute."""
        if self.sudo().search_count([('sync_content', '=', True), ('state', '=', 'live')], limit=1):
            self.sudo()._trigger_task('publish', at=fields.Datetime.add(fields.Datetime.now(), seconds=SOON))

    # === SENDING === #

    def _get_content_units(self, client):
        """Send content that was asked for, or that changed since the last look.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        if self.sync_content:
            yield from self._get_saved_content_units()
        wanted = self.env['onbuy.listing'].search([('store_id', '=', self.id), ('is_content_wanted', '=', True)])
        pages = list(wanted._get_pages().items())
        for part in split_every(PER_CALL, pages, list):
            yield from self._get_content_call_units(client, part)

    def _get_saved_content_units(self):
        """Look at the products that were saved since the last time."""
        state, now = self.env['onbuy.store.state'], fields.Datetime.now()
        last = fields.Datetime.to_datetime(state._load(self, 'content').get('at'))
        # Whoever saved a product may have committed it later than it was written.
        yield from self._get_content_comparison_units(fields.Datetime.subtract(last or now, minutes=5))
        yield partial(state._save, self, 'content', {'at': fields.Datetime.to_string(now)})

    def _get_content_call_units(self, client, pages):
        """Send the content of some pages in one call; what is not clear afterwards is sent again alone: that is harmless.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param list pages: of pairs of OPC and its ``onbuy.listing``
        """
        documents = {}
        yield partial(self._prepare_updates, pages, documents)
        pages = [(opc, listings) for opc, listings in pages if opc in documents]
        try:
            results = client.update_products(list(documents.values()))
        except (RejectedError, UncertainError) as error:
            if isinstance(error, UncertainError) and (error.status or 0) < 500:
                raise
            if len(pages) == 1:
                yield partial(pages[0][1]._fail_content, str(error))
                return
            for half in (pages[:len(pages) // 2], pages[len(pages) // 2:]):
                yield from self._get_content_call_units(client, half)
            return
        unclear = [page for page in pages if results[page[0]].code == MISSING] if len(pages) > 1 else []
        yield partial(self._store_updates, [page for page in pages if page not in unclear], results)
        for page in unclear:
            yield from self._get_content_call_units(client, [page])

    def _prepare_updates(self, pages, documents):
        """Compute what to send; a page whose content makes no sense is told on its listings.

        :param list pages: of pairs of OPC and its ``onbuy.listing``
        :param dict documents: filled here: OPC → :class:`~..lib.products.ProductUpdate`
        :rtype: Counter
        """
        documents.clear()
        figures = Counter()
        for opc, listings in pages:
            try:
                document = listings[0]._prepare_update(opc)
                products.build_product_update(document)
                documents[opc] = document
            except (UserError, ValueError) as error:
                listings._fail_content(str(error))
                figures['failed'] += 1
        return figures

    def _store_updates(self, pages, results):
        """Store OnBuy's answer to each page.

        :param list pages: of pairs of OPC and its ``onbuy.listing``
        :param dict results: OPC → :class:`~..lib.items.ItemResult`
        :rtype: Counter
        """
        figures, named = Counter(), Counter(products.queue_id(results[opc]) for opc, _listings in pages)
        for opc, listings in pages:
            result = results[opc]
            queue_id = products.queue_id(result)
            if result.ok and named[queue_id] == 1:
                self.env['onbuy.product.queue'].create({
                    'store_id': self.id, 'kind': 'update', 'uid': listings[0].sku, 'opc': opc, 'remote_id': queue_id,
                    'state': 'pending', 'listing_ids': [(6, 0, listings.ids)],
                    'next_attempt': fields.Datetime.now() + get_wait(0)})
                listings._set_content_sent()
                figures['sent'] += 1
            else:
                listings._fail_content(result.message or result.code or "")
                figures['failed'] += 1
        return figures


class OnbuyProductQueue(models.Model):
    _inherit = 'onbuy.product.queue'

    def _accept_update(self, answer):
        """OnBuy shows the new content.

        :param answer: :class:`~..lib.queues.QueueRow`
        """
        self.listing_ids.write({'content_error': False, 'content_date': fields.Datetime.now()})

    def _fail_update(self, words):
        """OnBuy did not take the new content.

        :param str words: of OnBuy
        :rtype: Counter
        """
        self._close('failed', words)
        self.listing_ids._fail_content(words)
        return Counter(failed=1)


class OnbuyListing(models.Model):
    """The content of the page that a listing is on."""

    _inherit = 'onbuy.listing'

    content_digest = fields.Char(readonly=True, copy=False)  # of what was sent last
    content_date = fields.Datetime(string="Content Sent", readonly=True, copy=False)
    content_error = fields.Text(string="Content Not Taken", readonly=True, copy=False)
    is_content_wanted = fields.Boolean(string="Content Waiting", readonly=True, copy=False)

    _content_wanted_index = models.Index('(store_id) WHERE is_content_wanted IS TRUE')

    def action_send_content(self):
        """Send texts, pictures, features and the like of these listings' products to OnBuy.

        :return: a client action that tells what comes of it
        :raise UserError: when none of them is on OnBuy with a product, in a live store
        """
        self.check_access('write')
        listings = self.filtered(lambda listing: listing.is_on_onbuy and listing.product_id and listing.opc
                                 and listing.store_id.state == 'live')
        if not listings:
            raise UserError(self.env._(
                "Nothing is sent: there is no listing on OnBuy with a product here whose store is live."))
        listings.sudo().is_content_wanted = True
        self.env['onbuy.store'].sudo()._trigger_task('publish')
        return self.env['onbuy.store']._notify(self.env._(
            "The content of %(count)s listings is being sent. OnBuy takes some minutes to show it; what it refuses is told "
            "on the listing.", count=len(listings)))

    def _get_pages(self):
        """Return the pages that these are on, and those of their families.

        :return: dict of OPC → listings
        """
        pages = self.filtered('opc').grouped('opc')
        for opc, family in self.filtered('family_opc').grouped('family_opc').items():
            pages.setdefault(opc, family)
        return pages

    def _prepare_update(self, opc):
        """Return what OnBuy is told of a page. What is empty here stays as it is there.

        :param str opc: of this listing's page, or of its family's
        :rtype: ProductUpdate
        """
        product, template = self.product_id, self.product_id.product_tmpl_id
        page = template._prepare_onbuy_page()
        if opc == self.family_opc:
            main, *others = template._get_onbuy_picture_urls() or [None]
            return products.ProductUpdate(opc=opc, **page, **template._prepare_onbuy_common(), default_image=main,
                                          additional_images=tuple(others) or None)
        if self.family_opc:
            return products.ProductUpdate(opc=opc, **product._prepare_onbuy_content())
        return products.ProductUpdate(
            opc=opc, **{**page, 'name': product._get_onbuy_title()}, **product._prepare_onbuy_content())

    def _get_content_digest(self):
        """Return a digest of what OnBuy would be told of this listing's pages now."""
        opcs = [self.opc, *([self.family_opc] if self.family_opc else [])]
        return values.digest([asdict(self._prepare_update(opc)) for opc in opcs])

    def _note_changed_content(self):
        """Have the content of those of these sent that changed since it was last sent."""
        changed = self.filtered(lambda listing: listing._get_content_digest() != listing.content_digest)
        if changed:
            changed.is_content_wanted = True
            self.store_id._trigger_task('publish')

    def _set_content_sent(self):
        """Note that OnBuy was told what there is to say."""
        for listing in self:
            listing.write({'is_content_wanted': False, 'content_error': False, 'content_date': fields.Datetime.now(),
                           'content_digest': listing._get_content_digest()})

    def _fail_content(self, words):
        """OnBuy did not take the content: that is told here, and it is not sent again before it changes.

        :param str words: of OnBuy, or ours
        :rtype: Counter
        """
        self._set_content_sent()
        self.content_error = explain(self.env, words)
        return Counter(failed=len(self))

    def _set_listed(self, remote):
        """Override to remember what was sent of a page that was made from here: its content is followed from now on.

        :param remote: :class:`~..lib.listings.Listing`
        """
        result = super()._set_listed(remote)
        if self.queue_ids.filtered(lambda row: row.kind == 'create' and row.state == 'success'):
            self._set_content_sent()
        return result


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    def write(self, vals):
        """Override of `product` to have content on OnBuy compared."""
        result = super().write(vals)
        if not CONTENT.isdisjoint(vals):
            self.env['onbuy.store']._note_saved_content()
        return result

    def action_send_onbuy_content(self):
        """Send the content of these products to OnBuy; see :meth:`OnbuyListing.action_send_content`."""
        return self.product_variant_ids.action_send_onbuy_content()


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def write(self, vals):
        """Override of `product` to have content on OnBuy compared."""
        result = super().write(vals)
        if not VARIANT_CONTENT.isdisjoint(vals):
            self.env['onbuy.store']._note_saved_content()
        return result

    def action_send_onbuy_content(self):
        """Send the content of these products to OnBuy; see :meth:`OnbuyListing.action_send_content`."""
        return self.onbuy_listing_ids.action_send_content()
