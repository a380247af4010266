"""Run through `odoo shell` in a new database: makes its company British, so that the British chart is installed."""

env.company.country_id = env.ref('base.uk')  # noqa: F821 - `odoo shell` gives env
env.cr.commit()  # noqa: F821 # pylint: disable=invalid-commit
