from odoo import models
from odoo.tools import SQL

from .onbuy_store_askers import ASKED


class OnbuyStore(models.Model):
    """Whether a task has something to do is known by one query, before it takes the store's lock.

    A method ``_get_<task>_work()`` says where the task finds it: a list of pairs of model and domain, of which one record is
    enough; None if there is something for sure. A task without such a method has to ask OnBuy.
    """

    _inherit = 'onbuy.store'

    def _has_work(self, task):
        """Return whether a task has something to do, or someone waits to be told what became of it.

        :param str task: a key of ``TASK_CRONS``
        :rtype: bool
        """
        places = getattr(self, f'_get_{task}_work', lambda: None)()
        asked = ('onbuy.store.state', [('store_id', '=', self.id), ('topic', '=like', f'{ASKED}{task}/%')])
        return places is None or self._has_any([*places, asked])

    def _has_any(self, places):
        """Return whether there is a record in one of these places, in one query.

        :param list places: of pairs of model and domain
        :rtype: bool
        """
        queries = [self.env[model].with_context(active_test=False)._search(domain) for model, domain in places]
        return self.env.execute_query(
            SQL("SELECT %s", SQL(" OR ").join(SQL("EXISTS %s", query.subselect()) for query in queries)))[0][0]
