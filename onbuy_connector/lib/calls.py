"""How the endpoints ask and read: pages, whole lists, single views, batches. Sends nothing itself."""
import logging

from . import paging, values, wire
from .errors import AnswerError, UncertainError
from .items import read_items

_logger = logging.getLogger(__name__)


class Calls:
    """What the methods of :class:`client.OnBuyClient` share; it gives them ``request`` and ``site_id``."""

    # === READING === #

    def _fetcher(self, path, params=None, *, priority=False):
        """Return a callable ``(limit, offset)`` that reads one page; `site_id`, `limit` are always sent."""
        def fetch(limit, offset):
            query = {'site_id': self.site_id, **(params or {}), 'limit': limit, 'offset': offset}
            return self.request('GET', path, params=query, priority=priority)
        return fetch

    def _collect(self, path, parse, limit):
        """Return all rows of a list of reference data, parsed.

        :raise IncompleteError: OnBuy left out some
        """
        pages = paging.only_whole(paging.iter_by_offset(self._fetcher(path), values.digest, limit))
        return [item for _offset, batch, fresh in pages for item in self._parsed(fresh, parse, batch)]

    def _whole(self, path, parse, *, counted=True, **params):
        """Return all rows of a list of reference data that OnBuy sends at once, without pages, parsed.

        :param bool counted: whether OnBuy's total counts these rows alone, and there always are some
        :raise IncompleteError: OnBuy left out some, or all
        """
        answer = self.request('GET', path, params={'site_id': self.site_id, **params})
        batch = paging.read_batch(lambda limit, offset: answer, 1, 0)
        if counted and len(batch.rows) < (batch.total or 1):
            raise paging.left_out(batch.total or "some")
        return self._parsed(batch.rows, parse, batch)

    @staticmethod
    def _parsed(rows, parse, batch):
        """Return parsed rows of reference data; one that cannot be understood is left out and logged."""
        page = paging.make_page(rows, parse, batch, 0)
        for error in page.errors:
            _logger.warning("OnBuy sent a row that cannot be understood: %s", error.message)
        return page.items

    def _single(self, path, parse, *, priority=False):
        """Return the one object that a single view answers with, parsed.

        :raise AnswerError: no such object, or it cannot be understood
        """
        answer = self.request('GET', path, params={'site_id': self.site_id}, priority=priority)
        found = wire.read_rows(answer, self._secrets(), method='GET', path=path)
        try:
            if len(found) != 1 or not isinstance(found[0], dict):
                raise values.ParseError('results', None, "holds not one object.")
            return parse(found[0])
        except values.ParseError as error:
            raise AnswerError(f"OnBuy's answer cannot be understood: {error}{wire.said(answer, self._secrets())}",
                              method='GET', path=path) from error

    # === WRITING === #

    def _send_batch(self, method, path, batch, ids, key, *, most=None, read=read_items, priority=False, **reading):
        """Send a batch and return ``{id: ItemResult}``; nothing to send means no call.

        :param dict batch: the items under the name that the body gives them
        :param list ids: of the items, in the same order
        :param str key: the field of the answer that holds an id
        :param int most: items that OnBuy takes in a call
        :param read: callable ``(answer, ids, key, **reading)`` giving ``{id: ItemResult}``
        :raise ValueError: too many, or an id twice, whose two answers could not be told apart
        :raise UncertainError: the answer is lost, or says nothing about any item
        """
        if most and len(ids) > most:
            raise ValueError(f"OnBuy takes {most} items a call, not {len(ids)}.")
        if len(set(ids)) != len(ids):
            raise ValueError(f"Each {key} may be sent once a call.")
        if not ids:
            return {}
        answer = self.request(method, path, json={'site_id': self.site_id, **batch}, priority=priority)
        try:
            return read(answer, ids, key, **reading)
        except values.ParseError as error:
            said = values.redact_text(wire.words(answer)[1], self._secrets())
            raise UncertainError(f"OnBuy's answer does not say what was done. {said}".strip(), method=method,
                                 path=path, details=said) from error
