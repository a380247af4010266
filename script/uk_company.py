"""Run through `odoo shell` in a new database: makes its company British, for the British chart."""

env.company.country_id = env.ref('base.uk')
env.cr.commit()  # pylint: disable=invalid-commit
