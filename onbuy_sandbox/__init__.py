"""A local server of OnBuy's marketplace API v2, for demonstrations and tests."""
