from odoo import models


class OnbuyGuardMixin(models.AbstractModel):
    """Who writes which field, in forms and over RPC alike.

    A field that is read-only on the model is what OnBuy says, or what the sync notes: only the module writes it, with
    rights of its own (sudo). The others are the managers', and those in ``_user_fields`` the users' as well.
    """

    _name = 'onbuy.guard.mixin'
    _description = "OnBuy Write Guard"

    _user_fields = frozenset()

    def _has_field_access(self, field, operation):
        """Override of the ORM; forms show as read-only what their user may not write."""
        if operation == 'write' and not self.env.su:
            is_own = field.name in self._user_fields or self.env.user.has_group('onbuy_connector.group_onbuy_manager')
            if field.readonly or not is_own:
                return False
        return super()._has_field_access(field, operation)
