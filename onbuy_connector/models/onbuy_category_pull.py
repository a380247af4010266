from collections import Counter
from functools import partial

from odoo import api, fields, models

from ..lib.errors import AnswerError, NotFoundError

TREE_DAYS = 30
RUNNING_HOURS = 1  # a reading that stood still for longer was given up


class OnbuyStore(models.Model):
    """The whole tree of categories, read page by page; one store reads it for all (OnBuy API reference, 10)."""

    _inherit = 'onbuy.store'

    @api.model
    def _cron_sync_categories(self):
        """Read all categories when the last reading is a month old."""
        self._cron_run('categories')

    def action_sync_categories(self):
        """Read all categories now, as far as time allows; the rest follows in the background.

        :return: a client action that tells what came of it
        """
        return self._run_now('categories', True)

    def _get_categories_work(self):
        """Return where the task of categories finds what it has to do (see :meth:`_has_work`)."""
        store = self.env['onbuy.store.state']._with_loaded(self, ['categories'])
        is_begun = store._get_categories_state().get('offset')
        return None if is_begun or not store._are_categories_current() else []

    def _task_categories(self, client, force=False):
        """Read conditions, commission and the whole tree; go on where the last reading stopped.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param bool force: whether to read them although they are known well enough
        :return: a generator of units
        """
        offset = self._get_categories_state().get('offset', 0)
        if not offset:
            if not force and self._are_categories_current():
                return
            yield partial(self._store_terms, client.conditions(), client.commission_tiers())
        for page in client.iter_categories(offset=offset):
            yield partial(self._store_categories_page, page, offset=page.next_offset)
        if missing := self._get_missing_categories():
            page = client.categories_by_id(missing.mapped('code'))  # The pages may have shifted meanwhile.
            yield partial(self._store_categories_page, page)
        yield from self._get_tier_units(client)
        yield self._finish_categories

    def _get_categories_state(self):
        """Return how far the tree is read: ``offset``, ``seen`` (ids), ``failed`` (whether a row was not understood) and
        ``at`` (of the last page); or, when it is done, ``read``.

        :rtype: dict
        """
        return self.env['onbuy.store.state']._load(self, 'categories')

    def _are_categories_current(self):
        """Return whether a store has read the tree within a month, or another one is reading it now.

        :rtype: bool
        """
        if self._was_read('categories', days=TREE_DAYS):
            return True
        others = self.search([('id', '!=', self.id)])
        return (others._was_read('categories', days=TREE_DAYS)
                or others._was_read('categories', key='at', hours=RUNNING_HOURS))

    def _store_terms(self, conditions, tiers):
        """Keep OnBuy's conditions and commission tiers.

        :param list conditions: of :class:`~..lib.catalogue.Condition`
        :param list tiers: of :class:`~..lib.catalogue.CommissionTier`
        :rtype: Counter
        """
        return self.env['onbuy.condition']._store(conditions) + self.env['onbuy.commission.tier']._store(tiers)

    def _store_categories_page(self, page, offset=None):
        """Keep one page of the tree.

        :param page: :class:`~..lib.paging.Page` of :class:`~..lib.categories.Category`
        :param int offset: where the next page begins; None when this one was asked for by ids
        :rtype: Counter
        """
        state = self._get_categories_state()
        figures = self.env['onbuy.category']._store(page.items) + Counter(failed=len(page.errors))
        if page.errors:
            reasons = '\n'.join(error.message for error in page.errors)
            self.env['onbuy.sync.run']._note(self, 'categories', fields.Datetime.now(), figures, error=reasons)
        self.env['onbuy.store.state']._save(self, 'categories', {
            'offset': state.get('offset', 0) if offset is None else offset,
            'seen': [*state.get('seen', ()), *(category.category_id for category in page.items)],
            'failed': state.get('failed', False) or bool(page.errors),
            'at': fields.Datetime.to_string(fields.Datetime.now()),
        })
        return figures

    def _get_missing_categories(self):
        """Return the categories that this reading did not meet; none when it cannot be trusted that far.

        A row that was not understood may be one of them; and OnBuy does not retire half of its tree.
        """
        state = self._get_categories_state()
        missing = self.env['onbuy.category'].search([('code', 'not in', state.get('seen', []))])
        return missing.browse() if state.get('failed') or len(missing) > len(state.get('seen', [])) else missing

    def _get_tier_units(self, client):
        """Give units that find out which commission tiers the numbers in the tree mean.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        for category in self.env['onbuy.category']._get_tier_samples():
            try:
                view = client.get_category(category.code)
            except (NotFoundError, AnswerError):
                continue  # The next reading tries another one.
            yield partial(category._learn_tier, view)

    def _finish_categories(self):
        """End a reading: archive what OnBuy does not have any more.

        :rtype: Counter
        """
        gone = self._get_missing_categories()
        gone.active = False
        self.env['onbuy.category']._link_orphans()
        self._note_read('categories')
        return Counter(updated=len(gone))
