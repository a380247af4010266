import json

from odoo import api, fields, models
from odoo.tools import SQL

from .fields import LooseMany2one


class OnbuyStoreState(models.Model):
    """What changes with every call: token, call counters, watermarks. One row per store and topic.

    Never on ``onbuy_store``: whoever reads a store's settings must not wait for, or conflict with, a sync.
    The topic ``api`` (token, counters) is only written in a short transaction of its own, by the worker that
    holds the store's lock; the other topics (watermarks) in the transaction whose rows they describe.
    """

    _name = 'onbuy.store.state'
    _description = "OnBuy Store State"
    _log_access = False

    store_id = LooseMany2one('onbuy.store', required=True)
    topic = fields.Char(required=True)
    data = fields.Json()

    _store_topic_unique = models.UniqueIndex('(store_id, topic)')

    @api.model
    def _load(self, store, topic):
        """Return what is stored for a topic.

        :param store: one ``onbuy.store``
        :param str topic: e.g. ``api`` or ``orders``
        :rtype: dict
        """
        return self._load_many(store, [topic]).get(topic) or {}

    @api.model
    def _load_many(self, store, topics):
        """Return what is stored for several topics, in one query.

        :param store: one ``onbuy.store``
        :param list topics: e.g. ``done_orders``
        :return: dict of topic → data
        """
        known = self.env.context.get('onbuy_states', {})
        if all((store.id, topic) in known for topic in topics):
            return {topic: known[store.id, topic] for topic in topics}
        self.env.cr.execute(SQL(
            "SELECT topic, data FROM onbuy_store_state WHERE store_id = %s AND topic = ANY(%s)", store.id, topics))
        return dict(self.env.cr.fetchall())

    @api.model
    def _with_loaded(self, store, topics):
        """Return a store for which loading these topics takes no further query; only for looking at it, in one go.

        :param store: one ``onbuy.store``
        :param list topics: e.g. ``done_orders``
        """
        found = self._load_many(store, topics)
        return store.with_context(onbuy_states={(store.id, topic): found.get(topic, {}) for topic in topics})

    @api.model
    def _save(self, store, topic, data):
        """Store a topic's data, if it changed.

        :param store: one ``onbuy.store``
        :param str topic: e.g. ``api`` or ``orders``
        :param dict data: JSON-able
        """
        self.env.cr.execute(SQL(
            """INSERT INTO onbuy_store_state (store_id, topic, data) VALUES (%s, %s, %s)
               ON CONFLICT (store_id, topic) DO UPDATE SET data = EXCLUDED.data
               WHERE onbuy_store_state.data IS DISTINCT FROM EXCLUDED.data""",
            store.id, topic, json.dumps(data),
        ))

    @api.model
    def _merge(self, store, by_topic):
        """Add to what is stored for some topics, in one statement; equal keys are replaced.

        :param store: one ``onbuy.store``
        :param dict by_topic: topic → JSON-able dict
        """
        rows = SQL(", ").join(SQL("(%s, %s, %s)", store.id, topic, json.dumps(data)) for topic, data in by_topic.items())
        self.env.cr.execute(SQL(
            """INSERT INTO onbuy_store_state (store_id, topic, data) VALUES %s
               ON CONFLICT (store_id, topic) DO UPDATE SET data = onbuy_store_state.data || EXCLUDED.data""", rows))

    @api.model
    def _load_below(self, store, prefix):
        """Return what is stored for all topics that begin so.

        :param store: one ``onbuy.store``
        :param str prefix: e.g. ``asked/``
        :return: dict of row id → data
        """
        self.env.cr.execute(SQL(
            "SELECT id, data FROM onbuy_store_state WHERE store_id = %s AND starts_with(topic, %s) ORDER BY id",
            store.id, prefix))
        return dict(self.env.cr.fetchall())

    @api.model
    def _update(self, row_id, data):
        """Store other data in a row, if it is still there.

        :param int row_id: of :meth:`_load_below`
        :param dict data: JSON-able
        """
        self.env.cr.execute(SQL("UPDATE onbuy_store_state SET data = %s WHERE id = %s", json.dumps(data), row_id))

    @api.model
    def _take(self, row_ids):
        """Delete rows and return those that were still there.

        :param row_ids: of :meth:`_load_below`
        :return: list of (topic, data)
        """
        if not row_ids:
            return []
        self.env.cr.execute(SQL(
            "DELETE FROM onbuy_store_state WHERE id = ANY(%s) RETURNING topic, data", list(row_ids)))
        return self.env.cr.fetchall()

    @api.model
    def _forget(self, store, topic):
        """Delete what is stored for a topic."""
        self.env.cr.execute(SQL("DELETE FROM onbuy_store_state WHERE store_id = %s AND topic = %s", store.id, topic))

    @api.model
    def _load_committed(self, store, topic):
        """As :meth:`_load`, but what is committed now, whatever this transaction's snapshot is."""
        with self.env.registry.cursor() as cr:
            return self.with_env(self.env(cr=cr))._load(store, topic)

    @api.model
    def _save_committed(self, store, topic, data):
        """As :meth:`_save`, in a transaction of its own: a call that was sent stays counted, whatever follows."""
        with self.env.registry.cursor() as cr:
            self.with_env(self.env(cr=cr))._save(store, topic, data)
