def migrate(cr, version):
    """Empty the views that extend others: they are read anew from their files, and until then none of them must look for
    what the new version of another one no longer has.
    """
    cr.execute("""
        UPDATE ir_ui_view SET arch_db = '{"en_US": "<data/>"}'
         WHERE inherit_id IS NOT NULL AND id IN (
               SELECT res_id FROM ir_model_data WHERE module = 'onbuy_connector' AND model = 'ir.ui.view')
    """)
