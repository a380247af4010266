from collections import Counter
from functools import partial
from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.catalogue import UNBRANDED

PER_NAME = 500  # brands that one search brings in at most


class OnbuyBrand(models.Model):
    """A brand that OnBuy knows; brands are OnBuy's, not a store's."""

    _name = 'onbuy.brand'
    _description = "OnBuy Brand"
    _order = 'name, id'

    name = fields.Char(required=True, readonly=True, index='trigram')
    code = fields.Char(string="OnBuy Id", required=True, readonly=True)
    kind = fields.Char(string="Type", readonly=True)
    is_restricted = fields.Boolean(
        string="May Be Restricted", compute='_compute_is_restricted', store=True,
        help="OnBuy calls it a store brand: it may refuse products of it from other sellers than its owner.")

    _code_unique = models.UniqueIndex('(code)', "OnBuy has one brand of this id.")

    @api.depends('kind')
    def _compute_is_restricted(self):
        for brand in self:
            brand.is_restricted = (brand.kind or '').strip().casefold() == 'store'

    @api.model
    def _store(self, brands):
        """Create or update brands; write only what changed.

        :param list brands: of :class:`~..lib.catalogue.Brand`
        :return: figures ``seen``, ``created``, ``updated``
        :rtype: Counter
        """
        wanted = {brand.brand_id: {'code': brand.brand_id, 'name': brand.name, 'kind': brand.kind} for brand in brands}
        known = {record.code: record for record in self.search([('code', 'in', list(wanted))])}
        changed = [code for code, record in known.items()
                   if (record.name, record.kind or '') != (wanted[code]['name'], wanted[code]['kind'])]
        for code in changed:
            known[code].write(wanted[code])
        created = self.create([values for code, values in wanted.items() if code not in known])
        return Counter(seen=len(wanted), created=len(created), updated=len(changed))

    @api.model
    def _store_unbranded(self):
        """Keep the brand of goods without one: any seller may need it, and nobody thinks of importing it."""
        self._store([UNBRANDED])

    def action_refresh(self):
        """Read these brands from OnBuy again.

        :return: a client action that tells what came of it
        :raise UserError: when no store is connected
        """
        store = self.env['onbuy.store']._get_reader()
        return store._import_brands(self.mapped('name'), exact=True)


class OnbuyStore(models.Model):
    """Brands are searched by name; what a button cannot do in a few seconds goes on in the background."""

    _inherit = 'onbuy.store'

    @api.model
    def _cron_sync_brands(self):
        """Search the brands that are still asked for."""
        self._cron_run('brands')

    def action_sync_brands(self):
        """Read again all brands that are known here.

        :return: a client action that tells what came of it
        """
        names = [name for name, in self.env['onbuy.brand']._read_group([], ['name'])]
        return self._import_brands(names, exact=True)

    def _import_brands(self, names, exact):
        """Search brands on OnBuy and keep them.

        :param list names: parts of names, or whole names
        :param bool exact: whether only brands of exactly these names are kept
        :return: a client action that tells what came of it
        :raise UserError: when there is nothing to search for
        """
        self.ensure_one()
        self.check_access('read')
        if not names:
            raise UserError(self.env._("There is no brand to look for. Import some by name first."))
        queue = self._get_brand_queue()
        asked = [name for name in names if [name, exact] not in queue['names']]
        self._save_brand_queue({**queue, 'names': [*queue['names'], *([name, exact] for name in asked)]})
        return self._run_now('brands')

    def _get_brand_queue(self):
        """Return what is still to be searched: ``names`` (pairs of name and whether it is the whole name) and
        ``unknown`` (whole names that OnBuy does not have).

        :rtype: dict
        """
        return {'names': [], 'unknown': [], **self.env['onbuy.store.state'].sudo()._load(self, 'brands')}

    def _save_brand_queue(self, queue):
        """Store :meth:`_get_brand_queue`; there is no row while nothing is asked for."""
        states = self.env['onbuy.store.state'].sudo()
        if any(queue.values()):
            states._save(self, 'brands', queue)
        else:
            states._forget(self, 'brands')

    def _get_brands_work(self):
        """Return where the task of brands finds what it has to do (see :meth:`_has_work`)."""
        return [('onbuy.store.state', [('store_id', '=', self.id), ('topic', '=', 'brands')])]

    def _task_brands(self, client):
        """Search the brands that are asked for, one name a unit.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        while names := self._get_brand_queue()['names']:
            name, exact = names[0]
            found = islice(client.iter_brands(name), PER_NAME)
            brands = [brand for brand in found if not exact or brand.name.casefold() == name.casefold()]
            yield partial(self._store_brands, name, exact, brands)
        yield self._tell_unknown_brands

    def _store_brands(self, name, exact, brands):
        """Keep what was found for a name.

        :param list brands: of :class:`~..lib.catalogue.Brand`
        :rtype: Counter
        """
        queue = self._get_brand_queue()
        queue['names'] = [pair for pair in queue['names'] if pair != [name, exact]]
        if not brands:
            queue['unknown'].append(name)
        self._save_brand_queue(queue)
        return self.env['onbuy.brand']._store(brands) + Counter(failed=not brands)

    def _tell_unknown_brands(self):
        """Say on the store which names OnBuy has no brand for."""
        queue = self._get_brand_queue()
        if queue['unknown']:
            self.message_post(body=self.env._(
                "OnBuy has no brand of these names: %(names)s. Check the spelling, or list the products with the name as it "
                "is.", names=", ".join(queue['unknown'])))
            self._save_brand_queue({**queue, 'unknown': []})
