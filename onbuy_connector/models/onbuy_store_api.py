import hashlib
from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError
from odoo.sql_db import db_connect

from ..lib.client import OnBuyClient, Token
from ..lib.governor import Governor, Limits

LOCK_SPACE = 0x0B07  # first half of the advisory lock's key; the second is the store's id
DEFAULT_API_URL = 'https://api.onbuy.com/v2'


class StoreBusyError(UserError):
    """Another worker is talking to this store right now."""


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    # === CONNECTION === #

    @contextmanager
    def _connect(self):
        """Take the store's lock and give a client that spends its token and allowance.

        One worker talks to a store at a time. The lock lives on a connection of its own and dies with the
        process; it is a real connection in tests too, where cursors share one.

        :return: a context manager giving an :class:`~..lib.client.OnBuyClient`
        :raise UserError: if the store may not talk to OnBuy (no keys, a copied database)
        :raise StoreBusyError: if another worker has the lock
        """
        self.ensure_one()
        store_sudo = self.sudo()
        store_sudo._check_may_connect()
        with db_connect(self.env.cr.dbname).cursor() as lock_cr:
            lock_cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", (LOCK_SPACE, self.id))
            if not lock_cr.fetchone()[0]:
                raise StoreBusyError(self.env._(
                    "A sync of %(store)s is running. Try again in a few seconds.", store=store_sudo.name,
                ))
            client = store_sudo._make_client()
            with client:
                yield client

    def _make_client(self):
        """Return a client that goes on where the last worker stopped.

        :rtype: OnBuyClient
        """
        state = self.env['onbuy.store.state']
        known = state._load_committed(self, 'api')
        keys_hash = hashlib.sha256(f'{self.consumer_key} {self.secret_key}'.encode()).hexdigest()
        token = known.get('token') if known.get('keys') == keys_hash else None  # Never of keys that were changed.

        def save(client):
            state._save_committed(self, 'api', {
                'keys': keys_hash,
                'token': client.token and [client.token.value, client.token.expires_at],
                'usage': client.governor.state,
            })

        return OnBuyClient(
            self._get_api_url(),
            self.consumer_key,
            self.secret_key,
            token=token and Token(*token),
            governor=Governor(self._get_limits(), known.get('usage')),
            on_change=save,
            on_exchange=self._get_recorder(),
        )

    def _get_api_url(self):
        """Return the address of OnBuy's API; a system parameter, so that only an administrator can change it."""
        return self.env['ir.config_parameter'].sudo().get_param('onbuy_connector.api_url') or DEFAULT_API_URL

    def _get_limits(self):
        """Return what the store may spend of its account's allowance (OnBuy API reference, 6).

        :rtype: Limits
        """
        return Limits(
            per_hour={
                'GET': self.limit_get, 'POST': self.limit_post, 'PUT': self.limit_put, 'DELETE': self.limit_delete,
            },
            per_day=self.limit_day,
            share=self.limit_share,
            interval=self.call_interval,
        )

    def _get_usage(self):
        """Return how much of the allowance is spent, per method.

        :rtype: dict
        """
        self.ensure_one()
        usage = self.env['onbuy.store.state']._load(self, 'api').get('usage')
        return Governor(self.sudo()._get_limits(), usage).usage()

    # === WHICH DATABASE IS THIS === #

    def _check_may_connect(self):
        """Raise a sentence if this store may not talk to OnBuy from here.

        :raise UserError: without keys, or in a copy of the database
        """
        problem = self._get_connection_problem()
        if problem:
            raise UserError(problem)

    def _get_connection_problem(self):
        """Return why the store may not talk to OnBuy from here, or an empty string.

        :rtype: str
        """
        self.ensure_one()
        if self.database_fingerprint and self.database_fingerprint != self._get_database_fingerprint():
            return self.env._(
                "This database is a copy: %(store)s was connected in another one, so nothing is read from or sent "
                "to OnBuy here. If this is the live database now, an administrator confirms it in the store's "
                "Connection tab.", store=self.name,
            )
        if not self.consumer_key or not self.secret_key:
            return self.env._(
                "%(store)s has no keys. Enter the consumer key and the secret key from OnBuy's Seller Control Panel "
                "(Integrations > OnBuy API) in the Connection tab.", store=self.name,
            )
        return ""

    def _get_database_fingerprint(self):
        """Return what tells this database from every copy of it: a hash of its uuid, server, name and oid.

        The server counts because a dump restored elsewhere under the same name often gets the same oid.

        :rtype: str
        """
        self.env.cr.execute("""
            SELECT oid, (SELECT system_identifier FROM pg_control_system())
              FROM pg_database WHERE datname = current_database()
        """)
        oid, server = self.env.cr.fetchone()
        uuid = self.env['ir.config_parameter'].sudo().get_param('database.uuid')
        return hashlib.sha256(f'{uuid}|{server}|{self.env.cr.dbname}|{oid}'.encode()).hexdigest()
