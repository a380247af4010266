"""OnBuy's API in plain Python: HTTP and JSON, money, batching. Nothing in here imports odoo."""
