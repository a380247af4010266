from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

FORMAT = 1
KINDS = {'boolean': bool, 'integer': int, 'float': int | float, 'monetary': int | float, 'char': str, 'text': str,
         'selection': str, 'many2one': str, 'many2many': list}
NOT_OURS = ('id', 'name', 'active', 'company_id', 'store_id', 'create_uid', 'create_date', 'write_uid', 'write_date')
# By what records are told apart for people; others by their name.
LABELS = {'res.users': 'login', 'stock.location': 'complete_name', 'product.product': 'default_code'}


class OnbuyStore(models.Model):
    """A store's settings as a file, without its keys: for a second store, another database, or support.

    The options are all fields of the store that a person sets, so that none is forgotten. Records are named as people
    name them.
    """

    _inherit = 'onbuy.store'

    # === ACTIONS === #

    def action_export_settings(self):
        """Download the settings.

        :return: an action that opens the file
        """
        self.ensure_one()
        self.check_access('write')
        return {'type': 'ir.actions.act_url', 'url': f'/onbuy/store/{self.id}/settings', 'target': 'download'}

    # === EXPORT === #

    @api.model
    def _get_setting_names(self, model):
        """Return the names of the fields that a person sets.

        :param model: ``onbuy.store`` or ``onbuy.shipping.mapping``
        :rtype: list
        """
        return [name for name, field in model._fields.items() if (
            field.type in KINDS and field.store and field.copy and not field.readonly and not field.related
            and not field.compute and not field.groups and name not in NOT_OURS)]

    def _export_settings(self):
        """Return the settings as JSON-able data.

        :rtype: dict
        """
        self.ensure_one()
        return {
            'format': FORMAT,
            'store': self.name,
            'settings': self._export_record(self),
            'shipping': [self._export_record(mapping) for mapping in self.mapping_ids],
        }

    @api.model
    def _export_record(self, record):
        """Return what a person set of a record."""
        return {name: self._export_value(record, name) for name in self._get_setting_names(record)}

    @api.model
    def _export_value(self, record, name):
        """Return the value of a field, records by what people call them, also those that the manager may not read."""
        field, value = record._fields[name], record.sudo()[name]
        if field.type == 'many2one':
            return self._get_label(value) if value else None
        if field.type == 'many2many':
            return sorted(map(self._get_label, value))
        return value if field.type == 'boolean' or value is not False else None

    @api.model
    def _get_label(self, record):
        """Return what people call a record."""
        return record[LABELS.get(record._name, record._rec_name)] or record.display_name

    # === IMPORT === #

    def _plan_settings(self, data):
        """Return what would change if these settings were taken over.

        :param data: what :meth:`_export_settings` gave, elsewhere or earlier
        :return: list of dict ``name``, ``label``, ``before``, ``after`` (texts), ``value`` (to be written) and ``problem``
        :raise UserError: when it is no file of settings
        """
        self.ensure_one()
        is_ours = isinstance(data, dict) and data.get('format') == FORMAT and isinstance(data.get('settings'), dict)
        if not is_ours or not isinstance(data.get('shipping', []), list):
            raise UserError(self.env._(
                "This is no file of OnBuy settings. Take one that Export settings of a store gave, of this version."))
        plan = [self._plan_setting(name, value) for name, value in data['settings'].items()]
        return [line for line in [*plan, self._plan_shipping(data.get('shipping'))] if line]

    def _plan_setting(self, name, value):
        """Return what would change of one setting of the store, None if nothing does.

        :param str name: of the setting
        :param value: as exported
        """
        line, before = {'name': name, 'label': self._get_setting_label(self, name)}, None
        if name in self._get_setting_names(self):
            before = self._export_value(self, name)
            if value == before and type(value) is type(before):
                return None
            line |= {'before': self._show_setting(name, before), 'after': self._show_setting(name, value)}
        try:
            return {**line, 'value': self._parse_setting(self, name, value)}
        except UserError as error:
            return {**line, 'problem': str(error)}

    @api.model
    def _get_setting_label(self, record, name):
        """Return how a setting is called on the screen; one that there is not, by its own name."""
        field = record._fields.get(name) if name in self._get_setting_names(record) else None
        return field.get_description(self.env)['string'] if field else str(name)

    def _parse_setting(self, record, name, value):
        """Return what to write into a field.

        :param record: the store, or an empty shipping mapping
        :param str name: of the setting
        :param value: as exported
        :raise UserError: when it does not fit
        """
        if name not in self._get_setting_names(record):
            raise UserError(self.env._("There is no such setting here."))
        field = record._fields[name]
        if value is None and not field.required and field.type != 'boolean':
            return False
        if not isinstance(value, KINDS[field.type]) or isinstance(value, bool) != (field.type == 'boolean'):
            raise UserError(self.env._("This is no value for it."))
        if field.type == 'selection' and value not in field.get_values(self.env):
            raise UserError(self.env._("It is none of the choices there are."))
        if field.type == 'many2one':
            return self._find_by_label(field, value).id
        if field.type == 'many2many':
            return [fields.Command.set([self._find_by_label(field, label).id for label in value])]
        return value

    def _find_by_label(self, field, label):
        """Return the record that people call so, of this store's company or of all.

        :param field: of the store or a shipping mapping
        :param label: as exported
        :raise UserError: when there is none, or several
        """
        records = self.env[field.comodel_name].sudo().with_company(self.company_id)
        name = LABELS.get(records._name, records._rec_name)
        domain = Domain(name, '=', label) & Domain(records._check_company_domain(self.company_id))
        if isinstance(field.domain, list):
            domain &= Domain(field.domain)
        found = records.search(domain, limit=2) if isinstance(label, str) else records
        if len(found) == 1:
            return found
        raise UserError(self.env._("Several are called %(label)s.", label=label) if found else self.env._(
            "There is none called %(label)s.", label=label))

    def _show_setting(self, name, value):
        """Return a setting of the store for a person."""
        field = self._fields[name]
        if isinstance(value, bool):
            return self.env._("yes") if value else self.env._("no")
        if field.type == 'selection' and isinstance(value, str):
            return dict(field._description_selection(self.env)).get(value, value)
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return "" if value is None else str(value)

    def _plan_shipping(self, rows):
        """Return what would change of the shipping mapping, which is taken over as a whole; None if nothing does.

        :param rows: list of dict as exported, or None
        """
        before = [self._export_record(mapping) for mapping in self.mapping_ids]
        if rows is None or rows == before:
            return None
        line = {'name': 'mapping_ids', 'label': self._fields['mapping_ids'].get_description(self.env)['string'],
                'before': str(len(before)), 'after': str(len(rows))}
        commands, problems = [fields.Command.clear()], []
        for number, row in enumerate(rows, 1):
            values, wrong = self._parse_shipping_row(row)
            commands.append(fields.Command.create(values))
            problems += [f'{number}, {problem}' for problem in wrong]
        return {**line, 'problem': '\n'.join(problems)} if problems else {**line, 'value': commands}

    def _parse_shipping_row(self, row):
        """Return the values of a line of the shipping mapping, and what does not fit.

        :param row: dict as exported
        :rtype: tuple(dict, list)
        """
        mapping, values, problems = self.mapping_ids.browse(), {}, []
        if not isinstance(row, dict):
            return {}, [self.env._("%(row)s: This is no line of it.", row=row)]
        for name, value in row.items():
            try:
                values[name] = self._parse_setting(mapping, name, value)
            except UserError as error:
                problems.append(f'{self._get_setting_label(mapping, name)}: {error}')
        return values, problems

    def _apply_settings(self, plan):
        """Take over what :meth:`_plan_settings` found, but what has a problem."""
        self.check_access('write')
        self.write({line['name']: line['value'] for line in plan if 'value' in line})
