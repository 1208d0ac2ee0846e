"""Renders the templates of this folder with the installed dbt and writes what comes out to expected.json.

Run with the Python of an environment that has dbt-core: `python expected.py`. A template that fails has null.
"""
import importlib.metadata
import json
import pathlib
import warnings

warnings.simplefilter("ignore")

from dbt.flags import set_from_args  # noqa: E402
from argparse import Namespace  # noqa: E402

set_from_args(Namespace(MACRO_DEBUGGING=False, WARN_ERROR=False, PRINT=False, LOG_PATH=None), None)

from dbt.clients.jinja import MacroGenerator, get_rendered  # noqa: E402
from dbt.context import base  # noqa: E402
from dbt_common.clients.jinja import extract_toplevel_blocks  # noqa: E402
from dbt_common.exceptions.macros import MacroReturn  # noqa: E402

base.deprecations.warn = lambda *_args, **_kwargs: None
base.fire_event = lambda *_args, **_kwargs: None
base.get_node_info = lambda: {}

here = pathlib.Path(__file__).parent


class Macro:
    unique_id = "macro"

    def __init__(self, name, text):
        self.name = name
        self.macro_sql = text


def context(macros):
    names = base.generate_base_context({})
    names["exceptions"] = {"raise_compiler_error": raise_error}
    names["target"] = {"name": "dev"}
    for block in extract_toplevel_blocks(macros, {"macro"}, collect_raw_data=False):
        names[block.block_name] = MacroGenerator(Macro(block.block_name, block.full_block), names)
    return names


def raise_error(message):
    raise ValueError(message)


def rendered(template):
    macros = (here / "macros.sql").read_text()
    if template.startswith("{% macro"):
        # a case's own macros stand at its start, as if in a file of their own
        end = template.rindex("{% endmacro %}") + len("{% endmacro %}")
        macros += template[:end]
        template = template[end:]
    try:
        return get_rendered(template, context(macros))
    except (Exception, MacroReturn):
        return None


def cases():
    for path in sorted(here.glob("*.lines")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line and not line.startswith("# "):
                yield f"{path.stem}:{number}", line
    for path in sorted(here.glob("*.blocks")):
        for number, block in enumerate(path.read_text().split("\n---\n"), 1):
            yield f"{path.stem}:{number}", block


expected = {"dbt-core": importlib.metadata.version("dbt-core"), "jinja2": importlib.metadata.version("jinja2")}
expected["cases"] = {name: {"template": template, "output": rendered(template)} for name, template in cases()}
(here / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")
failed = sum(case["output"] is None for case in expected["cases"].values())
print(len(expected["cases"]), "templates,", failed, "of them fail")
