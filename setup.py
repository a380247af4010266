"""Packs the addons, and them alone, as a wheel in which Odoo finds them without a word in addons_path."""

from pathlib import Path

from setuptools import find_packages, setup

ADDONS = {f'odoo.addons.{folder}': folder
          for folder in ('onbuy_connector', 'onbuy_connector_loyalty', 'onbuy_connector_mrp')}
DATA = ('csv', 'gif', 'html', 'jpg', 'js', 'json', 'md', 'png', 'po', 'pot', 'scss', 'sql', 'svg', 'txt',
        'xlsx', 'xml')
README = Path(__file__).with_name('README.md')

setup(
    name='odoo-addon-onbuy-connector',
    version='19.0.1.1.0',
    description="OnBuy marketplace for Odoo 19: listings, orders, dispatch",
    long_description=README.read_text(encoding='utf-8') if README.exists() else '',
    long_description_content_type='text/markdown',
    license='LGPL-3.0-only',
    license_files=['LICENSE'],
    packages=[package for addon, folder in ADDONS.items()
              for package in (addon, *(f'{addon}.{name}' for name in find_packages(folder)))],
    package_dir=ADDONS,
    # every file at any depth; scripts of migrations are no packages, so they are named here
    package_data=dict.fromkeys(ADDONS, [*(f'**/*.{suffix}' for suffix in DATA), 'migrations/**/*.py', 'upgrades/**/*.py']),
    python_requires='>=3.10',
    # not odoo: it is not on PyPI, so pip could not find it; it has to be there already
    install_requires=['openpyxl>=3.0', 'python-stdnum>=1.18', 'requests>=2.25'],
)
