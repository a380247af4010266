from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError

REFERENCE_DAYS = 7


class OnbuyStore(models.Model):
    """What changes rarely: delivery templates, carriers, and the features of the categories in use.

    What is OnBuy's own is the same for every store, so one store reads it for all.
    """

    _inherit = 'onbuy.store'

    @api.model
    def _cron_sync_reference(self):
        """Read what is older than a week."""
        self._cron_run('reference')

    def action_sync_reference(self):
        """Read delivery templates and carriers now, and the features of the categories in use that are due.

        :return: a client action that tells what came of it
        """
        return self._run_now('reference', True)

    @api.model
    def _get_reader(self):
        """Return a connected store with whose keys OnBuy's own data can be read.

        :raise UserError: when there is none
        """
        store = self.search([('state', 'in', ('readonly', 'live'))], limit=1)
        if not store:
            raise UserError(self.env._("Connect a store first: OnBuy's catalogue is read with its keys."))
        return store

    def _get_reference_work(self):
        """Return where the task of reference data finds what it has to do (see :meth:`_has_work`)."""
        is_current = self._was_read('reference', days=REFERENCE_DAYS)
        return [] if is_current and not self.env['onbuy.category']._get_categories_to_read() else None

    def _task_reference(self, client, force=False):
        """Read delivery templates and carriers if the last reading is a week old, and the features that are due.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param bool force: whether templates and carriers are read again in any case
        :return: a generator of units
        """
        if force or not self._was_read('reference', days=REFERENCE_DAYS):
            yield partial(self._store_delivery_templates, client.delivery_templates())
            if force or not self.search([('id', '!=', self.id)])._was_read('reference', days=REFERENCE_DAYS):
                yield from self._task_carriers(client)
            yield partial(self._note_read, 'reference')
        for category in self.env['onbuy.category']._get_categories_to_read():
            yield from category._get_detail_units(client)

    def _store_delivery_templates(self, templates):
        """Keep this store's delivery templates.

        :param list templates: of :class:`~..lib.sellers.DeliveryTemplate`
        :rtype: Counter
        """
        return self.env['onbuy.delivery.template']._store(self, templates)

    def _note_read(self, topic):
        """Remember that a topic was read to its end just now."""
        self.env['onbuy.store.state']._save(self, topic, {'read': fields.Datetime.to_string(fields.Datetime.now())})

    def _was_read(self, topic, key='read', **age):
        """Return whether one of these stores read a topic within some time.

        :param str topic: of ``onbuy.store.state``
        :param str key: ``read``: to its end; ``at``: a part of it
        :param age: of :class:`datetime.timedelta`
        :rtype: bool
        """
        since = fields.Datetime.to_string(fields.Datetime.now() - timedelta(**age))
        state = self.env['onbuy.store.state']
        return any(state._load(store, topic).get(key, '') > since for store in self)
