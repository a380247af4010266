"""Where things are: one place for every path of a checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / 'script'
REQUIREMENTS = ROOT / 'requirements-dev.txt'

VENV = ROOT / '.venv'
VENV_PYTHON = VENV / 'bin' / 'python'

RUN = ROOT / '.run'
BIN = RUN / 'bin'
LOGS = RUN / 'log'
APT = RUN / 'apt'
DEBIAN_ODOO = RUN / 'odoo'
DEBIAN_WKHTMLTOPDF = RUN / 'wkhtmltopdf'
