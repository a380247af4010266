from collections import Counter
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError


class OnbuyStore(models.Model):
    """The brake: a push that would change too much at once is held until a person lets it go, or its cause is mended.

    What is held is not stored: the changes stay in the queue, and each run looks at them anew.
    """

    _inherit = 'onbuy.store'

    brake_zero_percent = fields.Integer(
        string="Sold out at once (%)", default=10, required=True,
        help="A push that would set more of the listings to 0 is held until you let it go.",
    )
    brake_zero_count = fields.Integer(
        string="But at least (listings)", default=10, required=True,
        help="So many listings may be set to 0, or change their price, in any case.",
    )
    brake_move_percent = fields.Integer(
        string="Price moves by (%)", default=30, required=True,
        help="A push that would move any price by more is held until you let it go.",
    )
    brake_prices_percent = fields.Integer(
        string="Prices changed at once (%)", default=20, required=True,
        help="A push that would change more of the prices is held until you let it go.",
    )
    held_text = fields.Text(compute='_compute_held_text', compute_sudo=True)

    _brake_check = models.Constraint(
        'CHECK (LEAST(brake_zero_percent, brake_zero_count, brake_move_percent, brake_prices_percent) >= 0)',
        "The limits of the safety brake cannot be negative.",
    )

    def _compute_held_text(self):
        for store in self:
            reasons = store._get_hold()
            store.held_text = bool(reasons) and self.env._(
                "Neither stock nor prices are sent to OnBuy: %(reasons)s If this is right, press Send anyway. If not, mend "
                "the cause: then this ends by itself.", reasons=' '.join(reasons))

    def write(self, vals):
        """Override of the ORM to look again at what is held: a changed setting may have mended the cause."""
        result = super().write(vals)
        if any(store._get_hold() for store in self.sudo()):
            self._trigger_task('offers')
        return result

    # === LIMITS === #

    def _get_brake_reasons(self, updates):
        """Return why these updates should be held, as sentences; none means that they may go.

        :param dict updates: ``onbuy.listing`` → :class:`~..lib.offers.ListingUpdate`
        :rtype: list
        """
        if not updates:
            return []
        live = self.env['onbuy.listing'].search_count([('store_id', '=', self.id), ('is_on_onbuy', '=', True)])
        return [reason for reason in (
            self._check_zeros(updates, live), self._check_moves(updates), self._check_prices(updates, live)) if reason]

    def _check_zeros(self, updates, live):
        """Return why so many listings may not sell out at once; a store that goes offline means to, and who stops one.

        :param dict updates: listing → update
        :param int live: listings on OnBuy
        """
        zeros = 0 if self.is_offline else sum(
            update.stock == 0 and listing.stock > 0 and not listing.is_stopped for listing, update in updates.items())
        if self._is_too_many(zeros, live, self.brake_zero_percent):
            return self.env._("%(count)s of %(live)s listings would be set to 0.", count=zeros, live=live)
        return ""

    def _check_moves(self, updates):
        """Return why a price may not move that far.

        :param dict updates: listing → update
        """
        moves = {listing: listing._get_price_move(update) for listing, update in updates.items()}
        worst = max(moves, key=moves.get)
        if moves[worst] > self.brake_move_percent:
            count = sum(move > self.brake_move_percent for move in moves.values())
            return self.env._(
                "%(count)s prices would move by more than %(limit)s %%, that of %(sku)s by %(percent)s %%.",
                count=count, limit=self.brake_move_percent, sku=worst.sku, percent=int(moves[worst]))
        return ""

    def _check_prices(self, updates, live):
        """Return why so many prices may not change at once.

        :param dict updates: listing → update
        :param int live: listings on OnBuy
        """
        count = sum(update.price is not None or update.sale_price is not None for update in updates.values())
        if self._is_too_many(count, live, self.brake_prices_percent):
            return self.env._("%(count)s of %(live)s prices would change.", count=count, live=live)
        return ""

    def _is_too_many(self, count, live, percent):
        """Return whether a number of listings is over a limit."""
        return count >= max(1, self.brake_zero_count) and count * 100 > live * percent

    # === HOLD === #

    def _get_hold(self):
        """Return why stock and prices are held, as sentences; none when they are not.

        :rtype: list
        """
        return self.env['onbuy.store.state']._load(self, 'offers_hold').get('reasons', [])

    def _is_hold_waived(self):
        """Return whether a person said *Send anyway*."""
        return bool(self.env['onbuy.store.state']._load(self, 'offers_hold').get('send'))

    def _hold(self, reasons):
        """Hold everything until a person lets it go or the cause is mended.

        :param list reasons: sentences
        :rtype: Counter
        """
        self.env['onbuy.store.state']._save(self, 'offers_hold', {'reasons': reasons})
        return Counter()

    def _lift_hold(self):
        """The cause was mended, or a person let the changes go."""
        states = self.env['onbuy.store.state']
        states._save(self, 'offers_hold', {'send': True} if self._is_hold_waived() else {})

    def action_send_held(self):
        """Send what is held: whoever says so has looked at it. It counts until all of it is out.

        :return: a client action that tells what came of it
        :raise UserError: when nothing is held
        """
        self.ensure_one()
        self.check_access('write')
        store = self.sudo()
        if not store._get_hold():
            raise UserError(self.env._("Nothing is held any more."))
        self.env['onbuy.store.state'].sudo()._save(store, 'offers_hold', {'send': True})
        store._update_alerts()
        store._trigger_task('offers')
        return self._run_now('offers', True, False)


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def _get_price_move(self, update):
        """Return by how many percent an update would move the price or, where one is sent, the sale price.

        :param update: :class:`~..lib.offers.ListingUpdate`
        :rtype: Decimal
        """
        price, sale = self._get_remote_price('price'), self._get_remote_price('sale_price')
        pairs = [(price, update.price), (sale or update.price or price, update.sale_price)]
        return max((abs(new - old) * 100 / old for old, new in pairs if old and new is not None), default=Decimal(0))
