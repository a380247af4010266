from odoo import models
from odoo.exceptions import UserError

from ..lib.gtin import check_gtin
from .onbuy_publish_checks import Checks


class OnbuyListing(models.Model):
    """Drafts are looked at before anything is sent."""

    _inherit = 'onbuy.listing'

    def _check_drafts(self):
        """Ask OnBuy which of these drafts' products it has, look at all of them, and store what is in the way.

        :return: dict of draft → list of :class:`~.onbuy_publish_checks.Finding`, and why OnBuy could not be asked ('' if it
            could)
        :rtype: tuple(dict, str)
        """
        trouble, found = '', {}
        for store, drafts in self.grouped('store_id').items():
            trouble = drafts._search_pages() or trouble
            found |= drafts._find_obstacles(store)
        return found, trouble

    def _search_pages(self):
        """Ask OnBuy which of these drafts' products it has.

        :return: why it could not be asked, '' if it could
        :rtype: str
        """
        try:
            self.store_id.sudo(False)._run_now('pages', self)
        except UserError as error:
            return str(error)
        return ''

    def _find_obstacles(self, store):
        """Look at these drafts, and store what is in the way of listing them.

        :param store: of all of them
        :return: dict of draft → list of :class:`~.onbuy_publish_checks.Finding`
        :rtype: dict
        """
        found = Checks(store.sudo().with_company(store.company_id), self.sudo().with_company(store.company_id)).find()
        for draft, findings in found.items():
            to_mend = '\n'.join(finding.text for finding in findings if finding.blocks) or False
            if (draft.to_mend or False) != to_mend:
                draft.to_mend = to_mend
        return found

    def _get_known_gtin(self):
        """Return the product code if it is one that OnBuy can be asked for, else ''."""
        code = self._get_gtin()
        try:
            return code and check_gtin(code)
        except ValueError:
            return ''
