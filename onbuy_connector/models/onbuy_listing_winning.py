from collections import Counter
from datetime import timedelta
from functools import partial

from odoo import fields, models

from .onbuy_words import explain

ASK_AGAIN = timedelta(hours=20)  # a run that was cut goes on with those not asked for since


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def _task_comparison(self, client):
        """Have all listings compared with OnBuy by the next push, and ask which of them win.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        yield partial(self._note_all_offers, 'stock', 'price')
        yield from self._task_winning(client)

    def _task_winning(self, client):
        """Ask how the listings stand among the offers for their products, those asked longest ago first.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        before = fields.Datetime.now() - ASK_AGAIN
        listings = self.env['onbuy.listing'].search([
            ('store_id', '=', self.id), ('is_on_onbuy', '=', True),
            '|', ('winning_date', '=', False), ('winning_date', '<', before)], order='winning_date NULLS FIRST, id')
        for asked, found in client.iter_winning(listings.mapped('sku')):
            yield partial(self._store_winning, asked, found)

    def _store_winning(self, asked, found):
        """Store how listings stand.

        :param list asked: SKUs
        :param dict found: SKU → :class:`~..lib.offers.Winning`
        :rtype: Counter
        """
        if left_out := set(asked) - set(found):
            self._note_left_out('comparison', self.env._(
                "OnBuy did not say how %(count)s of %(all)s listings stand; they are asked for again tomorrow.",
                count=len(left_out), all=len(asked)))
        refused = [winning for winning in found.values() if winning.error]
        if refused:
            self._note_left_out('comparison', self.env._(
                "OnBuy cannot say how %(count)s of %(all)s listings stand, such as %(sku)s: %(words)s",
                count=len(refused), all=len(asked), sku=refused[0].sku, words=explain(self.env, refused[0].error)))
        listings = self.env['onbuy.listing'].search([('store_id', '=', self.id), ('sku', 'in', list(found))])
        now = fields.Datetime.now()
        for listing in listings:
            listing.write({'winning_date': now, **listing._prepare_winning_values(found[listing.sku])})
        return Counter(seen=len(found), failed=len(refused))

    def action_check_winning(self):
        """Ask now which listings win.

        :return: a client action that tells what came of it
        """
        return self._run_now('winning')


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    lead_price = fields.Monetary(
        readonly=True, copy=False, help="Of the offer that OnBuy shows first, with its delivery.")
    lead_difference = fields.Monetary(
        string="Above the Lead", readonly=True, copy=False, help="The own price minus the lead price, with delivery.")
    is_winning = fields.Boolean(string="Winning", readonly=True, copy=False)
    winning_date = fields.Datetime(string="Winning Checked", readonly=True, copy=False)

    def _prepare_winning_values(self, winning):
        """Return the values of a listing by OnBuy's answer; a lead price that OnBuy does not tell is 0.

        :param winning: :class:`~..lib.offers.Winning`
        :rtype: dict
        """
        known = winning.price is not None and winning.lead_price is not None
        return {
            'lead_price': winning.lead_price or 0,
            'lead_difference': winning.price - winning.lead_price if known else 0,
            'is_winning': winning.winning,
        }
