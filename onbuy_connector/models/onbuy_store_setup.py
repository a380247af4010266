from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..lib.errors import AuthError, OnBuyError
from ..lib.wire import is_public_url
from .onbuy_store_api import DEFAULT_API_URL, StoreBusyError
from .onbuy_store_tasks import TASK_CRONS

CHECK_SECONDS = 8  # no call begins later
CLOCK_SECONDS = 30  # further apart is worth a word
LATELY = timedelta(hours=1)


class OnbuyStore(models.Model):
    """Is all set up as it should be? Each check says how it is, and leads to the record to mend."""

    _inherit = 'onbuy.store'

    def action_check_setup(self):
        """Check everything, with real calls to OnBuy, and show what came of it.

        :return: a window action
        """
        self.ensure_one()
        self.check_access('write')
        checks = self.sudo().with_company(self.company_id)._get_setup_checks()
        wizard = self.env['onbuy.setup.check'].create({'store_id': self.id, 'line_ids': [
            fields.Command.create({name: check[name] for name in ('state', 'title', 'text', 'action')})
            for check in checks]})  # Those of the checklist have links besides.
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_setup_check_action')
        return {**action, 'res_id': wizard.id}

    def _get_setup_checks(self):
        """Return all checks; a hook.

        :return: list of dict ``state`` (``ok``, ``info`` or ``bad``), ``title``, ``text`` and ``action``
        """
        return [
            *self._check_api(), *self._check_server(), *self._check_people(), *self._check_goods(), *self._check_money(),
            *self._check_catalogue(),
        ]

    def _make_check(self, title, text, problem='', *, state='bad', action=None):
        """Return one check.

        :param str title: translated
        :param str text: what is said when all is well
        :param str problem: what is wrong, if anything is
        :param str state: what a problem is: ``bad`` or ``info``
        :param dict action: leads to what to mend; default: the store's form
        :rtype: dict
        """
        form = {'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'view_mode': 'form',
                'views': [(False, 'form')]}
        return {'state': state if problem else 'ok', 'title': title, 'text': problem or text, 'action': action or form}

    def _make_list_action(self, name, model, domain=()):
        """Return a window action of a list of records.

        :param str name: translated
        :param str model: name of the model
        :param domain: of the records
        """
        return {'type': 'ir.actions.act_window', 'name': name, 'res_model': model, 'domain': list(domain),
                'view_mode': 'list,form', 'views': [(False, 'list'), (False, 'form')]}

    def _try_check(self, check):
        """Return what a method complains of, or an empty string.

        :param check: a function that raises UserError
        """
        try:
            check()
        except UserError as error:
            return str(error)
        return ''

    # === ONBUY === #

    def _check_api(self):
        """Prove the keys and each permission by a call of one row, and compare the clocks."""
        try:
            with self._connect() as client:
                client.stop_after(CHECK_SECONDS)
                client.token = None  # The keys themselves are to be proved.
                return [*self._check_calls(client), self._check_clock(client.clock_gap)]
        except UserError as error:
            state = 'info' if isinstance(error, StoreBusyError) else 'bad'
            return [self._make_check(self.env._("Keys"), '', str(error), state=state)]

    def _check_calls(self, client):
        """Make one call for each thing that is read; without keys there is nothing more to ask.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        calls = (
            (self.env._("Keys"), client.check),
            (self.env._("Permission: orders"),
             lambda: next(client.iter_orders(modified_since=fields.Datetime.now(), limit=1), None)),
            (self.env._("Permission: listings"), lambda: next(client.iter_listings(limit=1), None)),
            (self.env._("Permission: delivery templates"), client.delivery_templates),
            (self.env._("Permission: categories"), lambda: next(client.iter_categories(), None)),
        )
        checks = []
        for title, call in calls:
            problem = ''
            try:
                call()
            except OnBuyError as error:
                problem = self._explain_connection_error(error)
                if isinstance(error, AuthError):
                    return [self._make_check(title, '', problem)]
            checks.append(self._make_check(title, self.env._("OnBuy answered."), problem))
        return checks

    def _check_clock(self, gap):
        """Compare this server's clock with OnBuy's.

        :param float gap: seconds by which OnBuy's is ahead, None if it is not known
        """
        problem = gap is not None and abs(gap) > CLOCK_SECONDS and self.env._(
            "OnBuy's clock and this server's are %(seconds)s seconds apart. Let the server set its clock by NTP.",
            seconds=round(abs(gap)))
        return self._make_check(self.env._("Clock"), self.env._("It agrees with OnBuy's."), problem, state='info')

    # === SERVER === #

    def _check_server(self):
        """Address, database, scheduled actions, the address in e-mails."""
        url, parameters = self._get_api_url(), self.env['ir.config_parameter'].sudo()
        base_url = parameters.get_param('web.base.url')
        parameters_action = self._make_list_action(self.env._("System parameters"), parameters._name, [
            ('key', 'in', ('onbuy_connector.api_url', 'web.base.url'))])
        return [
            self._make_check(
                self.env._("Address of OnBuy's API"), url, url != DEFAULT_API_URL and self.env._(
                    "Calls go to %(url)s and not to OnBuy's own address, which is right for trials only.", url=url),
                state='info', action=parameters_action),
            self._make_check(
                self.env._("Database"), self.env._("It is the one in which the store was connected."),
                self.is_copied and self._get_connection_problem()),
            self._check_crons(),
            self._check_cron_threads(),
            self._make_check(
                self.env._("Address of this server"), base_url, not is_public_url(base_url) and self.env._(
                    "The links in e-mails begin with %(url)s, which may not be reached from outside, or is not encrypted. "
                    "Set the system parameter web.base.url.", url=base_url),
                state='info', action=parameters_action),
        ]

    def _get_crons(self):
        """Return the scheduled actions of all tasks that are there."""
        return self.env['ir.cron'].union(*map(self._get_cron, TASK_CRONS)).sudo()

    def _check_crons(self):
        """Are they switched on, and do they run?"""
        crons = self._get_crons()
        last = max(crons.filtered('lastcall').mapped('lastcall'), default=None)
        moment = last and fields.Datetime.context_timestamp(self, last).strftime('%d/%m/%Y %H:%M')
        text = self.env._("All are switched on. The last one ran on %(moment)s.", moment=moment) if last else self.env._(
            "All are switched on. None has run yet.")
        problem = ' '.join(alert['text'] for alert in self._get_cron_alerts())
        return self._make_check(self.env._("Scheduled actions"), text, problem, action=self._make_list_action(
            self.env._("Scheduled actions"), 'ir.cron', [('id', 'in', crons.ids), ('active', 'in', (True, False))]))

    def _check_cron_threads(self):
        """How many scheduled actions can run at once? Where others run them, the number here says nothing."""
        threads = config['max_cron_threads']
        is_run_elsewhere = bool(self._get_crons().filtered(
            lambda cron: cron.lastcall and cron.lastcall + LATELY > fields.Datetime.now()))
        problem = ''
        if not threads and not is_run_elsewhere:
            problem = self.env._(
                "This server runs no scheduled actions (max_cron_threads is 0), so nothing is read or sent by itself.")
        elif threads == 1:
            problem = self.env._(
                "Only one runs at a time, so stock waits while something long is read. Set max_cron_threads to 2 or more.")
        return self._make_check(
            self.env._("Workers for scheduled actions"), self.env._("%(count)s can run at once.", count=threads), problem,
            state='info' if threads else 'bad')

    def _check_people(self):
        """Who is told, and can an e-mail get there?"""
        user = self._get_responsible()
        servers = self.env['ir.mail_server'].sudo().search_count([], limit=1) or (
            config['smtp_server'] not in (False, 'localhost'))
        missing = [
            not user.email and self.env._("%(user)s has no e-mail address.", user=user.name),
            not self.company_id.email and self.env._("%(company)s has no e-mail address.", company=self.company_id.name),
            not servers and self.env._("There is no outgoing mail server."),
        ]
        return [
            self._make_check(
                self.env._("Responsible"), user.name, not user and self.env._(
                    "Nobody is told when something goes wrong. Choose a responsible in the Support tab.")),
            self._make_check(
                self.env._("Daily e-mail"), self.env._("It can be sent."),
                self.digest and ' '.join(filter(None, missing)), state='info',
                action=self._make_list_action(self.env._("Outgoing mail servers"), 'ir.mail_server')),
        ]

    # === GOODS AND MONEY === #

    def _check_goods(self):
        """Warehouse, locations, shipping."""
        return [
            {**self._check_warehouse(), 'action': self._make_check('', '')['action']},
            self._make_check(self.env._("Stock locations"), self.env._("What can be sold is known."),
                             self._find_warehouse() and self._get_stock_problem()),
            self._check_carriers(),
        ]

    def _check_carriers(self):
        """Are delivery methods mapped, under names that OnBuy knows?"""
        known = {name.casefold() for name in self.env['onbuy.carrier'].search([]).mapped('name')}
        unknown = self.mapping_ids.filtered(lambda mapping: (
            mapping.carrier_id and not mapping.onbuy_carrier_id and mapping.carrier_id.name.casefold() not in known))
        problem = ''
        if self.shipping_mode == 'self' and not self.mapping_ids:
            problem = self.env._(
                "No delivery method is mapped, so OnBuy gets the carrier's name as it is here, and orders get no method.")
        elif unknown:
            problem = self.env._("OnBuy does not know these carriers by name: %(names)s. Choose the carrier on OnBuy.",
                                 names=", ".join(unknown.carrier_id.mapped('name')))
        return self._make_check(
            self.env._("Carriers"), self.env._("OnBuy knows them."), problem, state='info', action=self._make_list_action(
                self.env._("Shipping mapping"), 'onbuy.shipping.mapping', [('store_id', '=', self.id)]))

    def _check_money(self):
        """Currency, VAT, the products of delivery, discount and rounding."""
        form = self._make_check('', '')['action']
        missing = ", ".join(self._get_missing_products())
        return [
            {**self._check_currency(), 'action': form},
            self._make_check(
                self.env._("Exchange rate"), self.env._("Prices can be told in pounds."),
                self._try_check(lambda: self._check_rate(self.company_id.currency_id)),
                action=self._make_list_action(self.env._("Currencies"), 'res.currency')),
            {**self._check_vat(), 'action': form},
            self._check_twins(),
            self._make_check(
                self.env._("Products of delivery, discount and rounding"), self.env._("They are there."),
                missing and self.env._(
                    "Missing or archived: %(lines)s. Choose them in the Accounting tab: orders need them.", lines=missing)),
        ]

    def _check_twins(self):
        """Are the price-included twins of the taxes in step with what they are twins of?"""
        twins = self.position_ids.tax_ids.filtered('onbuy_twin_of_id')
        odd = twins.filtered(lambda twin: not twin.active or twin.amount != twin.onbuy_twin_of_id.amount)
        return self._make_check(
            self.env._("Taxes included in prices"), self.env._("%(count)s are in step with your taxes.", count=len(twins)),
            odd and self.env._("These differ from your taxes: %(names)s. The next order brings them up to date.",
                               names=", ".join(odd.mapped('name'))),
            state='info', action=self._make_list_action(self.env._("Taxes"), 'account.tax', [('id', 'in', twins.ids)]))

    # === CATALOGUE === #

    def _check_catalogue(self):
        """Listings, pictures, what is OnBuy's own."""
        refused = self._count_records('onbuy.listing', ('image_state', '=', 'refused'))
        problems = self._count_records('onbuy.listing.problem')
        return [
            {**self._check_matching(), 'action': self._make_list_action(self.env._("Listings to match"), 'onbuy.listing', [
                ('store_id', '=', self.id), ('match_state', '!=', 'matched')])},
            self._make_check(
                self.env._("Listings on OnBuy"), self.env._("All can be kept here."), problems and self.env._(
                    "%(count)s cannot be kept as they are, e.g. because two have the same SKU.", count=problems),
                state='info', action=self._make_list_action(self.env._("Listing problems"), 'onbuy.listing.problem', [
                    ('store_id', '=', self.id)])),
            self._make_check(
                self.env._("Delivery templates and categories"), self.env._("They were read."),
                not (self.delivery_template_ids and self.env['onbuy.category'].search_count([], limit=1)) and self.env._(
                    "They are not read yet. That happens by itself, or with Read templates and carriers in the Shipping tab "
                    "and Sync categories in the Products tab."), state='info'),
            self._make_check(
                self.env._("Pictures"), self.env._("All that were wanted could be used."), refused and self.env._(
                    "%(count)s could not be fetched or are no pictures.", count=refused), state='info',
                action=self._make_list_action(self.env._("Pictures"), 'onbuy.listing', [
                    ('store_id', '=', self.id), ('image_state', '=', 'refused')])),
        ]
