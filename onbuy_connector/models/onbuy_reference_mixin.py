from collections import Counter

from odoo import api, fields, models


class OnbuyReferenceMixin(models.AbstractModel):
    """What OnBuy defines and Odoo only keeps a copy of; what OnBuy has no more is archived, so that nothing loses it."""

    _name = 'onbuy.reference.mixin'
    _description = "OnBuy Reference Data"

    code = fields.Char(string="OnBuy Id", required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    active = fields.Boolean(default=True, readonly=True)

    @api.model
    def _get_known(self, domain):
        """Return the records of a domain by their code, archived ones too.

        :rtype: dict
        """
        return {record.code: record for record in self.with_context(active_test=False).search(domain)}

    @api.model
    def _upsert(self, known, wanted):
        """Create or update records, unarchive those that are back; write only what changed.

        :param dict known: record by key; grows
        :param dict wanted: values by key, as `write` takes them
        :return: figures ``seen``, ``created``, ``updated``
        :rtype: Counter
        """
        figures = Counter(seen=len(wanted))
        for key, values in wanted.items():
            changes = key in known and known[key]._get_changes({**values, 'active': True})
            if changes:
                known[key].write(changes)
                figures['updated'] += 1
        fresh = {key: values for key, values in wanted.items() if key not in known}
        known.update(zip(fresh, self.create(list(fresh.values())), strict=True))
        return figures + Counter(created=len(fresh))

    @api.model
    def _retire(self, known, wanted):
        """Archive what OnBuy has no more.

        :param dict known: record by key; ``wanted``: has the keys that OnBuy has
        :return: figure ``updated``
        :rtype: Counter
        """
        gone = self.union(*(record for key, record in known.items() if key not in wanted and record.active))
        gone.active = False
        return Counter(updated=len(gone))

    def _get_changes(self, values):
        """Return those of some values that this record does not have yet.

        :param dict values: as `write` takes them
        :rtype: dict
        """
        def is_new(name, value):
            return (self._fields[name].convert_to_write(self[name], self) or False) != (value or False)

        return {name: value for name, value in values.items() if is_new(name, value)}
