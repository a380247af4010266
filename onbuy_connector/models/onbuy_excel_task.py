import logging
from collections import Counter
from functools import partial

from psycopg2 import OperationalError

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import split_every

from ..lib.errors import OnBuyError, RejectedError, UncertainError
from ..lib.offers import UPDATES_PER_CALL
from ..lib.products import CODES_PER_CALL
from .onbuy_excel_batch import Batch
from .onbuy_excel_judge import get_result

_logger = logging.getLogger(__name__)

TOGETHER = 100  # rows that one unit looks at, and the rest of their groups
FIGURES = {'ok': 'created', 'changed': 'updated', 'know': 'updated', 'wrong': 'failed'}


class OnbuyStore(models.Model):
    """Excel files: what a button cannot do in a few seconds goes on in the background."""

    _inherit = 'onbuy.store'

    @api.model
    def _cron_apply_excel(self):
        """Look at, or apply, the Excel files that wait."""
        self._cron_run('excel')

    def _get_excel_work(self):
        """Return where the task of Excel files finds what it has to do (see :meth:`_has_work`)."""
        return [('onbuy.excel.import', self._get_uploads_domain())]

    def _get_uploads_domain(self):
        """Return the domain of the files that wait."""
        return [('store_id', '=', self.id), ('is_waiting', '=', True)]

    def _task_excel(self, client):
        """Look at, or apply, the Excel files that wait, the oldest first.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        for upload in self.env['onbuy.excel.import'].search(self._get_uploads_domain(), order='id'):
            yield from upload._as_uploader()._get_units(client)
            if self.env.uid != upload.user_id.id:
                yield upload._as_uploader()._tell_uploader


class OnbuyExcelImport(models.Model):
    """A file on its way through the task."""

    _inherit = 'onbuy.excel.import'

    def _get_units(self, client):
        """Give the units of one file.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        is_check = self.state == 'uploaded'
        if is_check and not self.sheets:
            yield self._read_file
        if not self.is_waiting:
            return
        for category in self.row_ids.category_id.filtered(lambda category: not category.read_date):
            yield from category._get_detail_units(client)
        trouble = not is_check
        while rows := self._get_next_rows():
            if not trouble:
                trouble = yield from self._get_page_units(client, rows)
            yield partial(self._process, rows, undo=is_check)
        yield from self._get_term_units(client)
        yield self._finish

    def _get_next_rows(self):
        """Return the next rows that are to be looked at, with all others of their groups."""
        mine = [('import_id', '=', self.id)]
        rows = self.env['onbuy.excel.import.row'].search([*mine, ('is_open', '=', True)], limit=TOGETHER)
        families = list({row.family for row in rows} - {False})
        return rows | rows.search([*mine, ('family', 'in', families)]) if families else rows

    # === WHAT ONBUY HAS === #

    def _get_page_units(self, client, rows):
        """Ask which of the rows' products OnBuy has.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param rows: ``onbuy.excel.import.row``
        :return: whether OnBuy could not be asked
        :rtype: bool
        """
        codes, pages = Batch(self, rows).get_codes(), {}
        try:
            for some in split_every(CODES_PER_CALL, sorted(set(codes.values())), list):
                pages |= client.find_products(some)
        except OnBuyError as error:
            yield partial(self._add_note, self.env._(
                "OnBuy could not be asked which of these products it has; it will be before anything is listed. %(why)s",
                why=error))
            return True
        yield partial(self._note_pages, codes, pages)
        return False

    def _add_note(self, text):
        """Add a sentence to what is to be known of the file."""
        self.note = '\n'.join(filter(None, (self.note, text)))

    def _note_pages(self, codes, pages):
        """Note on rows what OnBuy has of their product codes.

        :param dict codes: ``onbuy.excel.import.row`` → product code
        :param dict pages: product code → list of :class:`~..lib.products.FoundProduct`
        """
        for row, code in codes.items():
            row.pages = {'code': code, 'found': [[page.opc, page.name, page.url] for page in pages.get(code, [])]}

    # === ROWS === #

    def _process(self, rows, undo):
        """Look at rows, or apply them; if they fail together, each group by itself, and then each row.

        :param rows: ``onbuy.excel.import.row``
        :param bool undo: whether it is only tried
        :rtype: Counter
        """
        batch = Batch(self, rows)
        try:
            batch.run(undo)
        except (OperationalError, ConcurrencyError):
            raise
        except Exception as error:  # noqa: BLE001  One row must not stop the others.
            groups = list(rows.grouped(lambda row: row.family or row.id).values())
            if len(rows) > 1:
                return sum((self._process(part, undo) for part in (groups if len(groups) > 1 else rows)), Counter())
            if not isinstance(error, UserError | ValueError):
                _logger.exception("Row %s of OnBuy Excel file %s cannot be written.", rows.number, self.id)
            return rows._fail(self.env._("It could not be written: %(error)s", error=str(error).strip().split('\n')[0]))
        return self._store_outcome(batch, undo)

    def _store_outcome(self, batch, undo):
        """Store what became of rows.

        :param batch: :class:`~.onbuy_excel_batch.Batch`
        :param bool undo: whether it was only tried
        :rtype: Counter
        """
        figures = Counter(seen=len(batch.lines))
        for line in batch.lines:
            verdict, reason = get_result(line, batch.columns[line.row.category_id], self.env)
            listing = line.listing if undo or line.wrong else line.draft
            line.row.write({'verdict': verdict, 'reason': reason, 'cell_errors': line.wrong or False, 'is_open': False,
                            'listing_id': listing.id})
            figures[FIGURES.get(verdict, 'same')] += 1
        return figures

    def _finish(self):
        """Everything is looked at, or applied."""
        self.write({'state': 'checked' if self.state == 'uploaded' else 'done', 'is_waiting': False})

    def _tell_uploader(self):
        """Tell whoever uploaded the file that it is looked at, or applied."""
        texts = {'checked': self.env._("%(file)s is checked: %(wrong)s of %(rows)s rows are wrong.", file=self.filename,
                                       wrong=self.wrong_count, rows=self.row_count),
                 'done': self.env._("%(file)s is applied.", file=self.filename)}
        self.user_id._bus_send('simple_notification', {
            'type': 'warning' if self.error else 'info', 'message': texts.get(self.state, self.error or "")})

    # === TERMS === #

    def _get_term_units(self, client):
        """Send the terms of listings on OnBuy that rows change; repeating it is harmless.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        waiting = self.env['onbuy.excel.import.row'].search([('import_id', '=', self.id), ('terms', '!=', False)])
        for ids in split_every(UPDATES_PER_CALL, waiting.ids, list):
            rows = waiting.browse(ids)
            try:
                results = client.update_listings([row.listing_id._prepare_terms_update(row.terms) for row in rows])
            except (RejectedError, UncertainError) as error:
                if isinstance(error, UncertainError):
                    yield partial(self.store_id._set_doubtful, list(rows.listing_id), error)
                yield partial(rows._fail, str(error))
            else:
                yield partial(rows._store_terms, results)
