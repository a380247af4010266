from odoo import fields


class LooseMany2one(fields.Many2one):
    """A Many2one without a foreign key in the database.

    For outboxes only: checking a foreign key locks the row that it points to, so a warehouse worker's
    transaction would wait for, and fail with, a sync that is just writing that row. Whoever deletes the
    target cleans up behind it.
    """

    def update_db_foreign_key(self, model, column):
        """Override of the ORM to add no foreign key."""
