"""Checks files by a JSON Schema as an editor does.

Arguments: the schema, the files. Prints a JSON object: for each file what the schema says against it, or
null where the file is no YAML that JSON could say.
"""

import json
import sys

from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

schema, *files = sys.argv[1:]
with open(schema, encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)


def read(path):
    yaml = YAML(typ="safe", pure=True)
    # YAML 1.2 has no dates.
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    with open(path, encoding="utf-8") as file:
        return json.loads(json.dumps(yaml.load(file)))


said = {}
for path in files:
    try:
        document = read(path)
    # Whatever a reader of YAML raises, the file is none.
    except Exception:
        said[path] = None
        continue
    errors = sorted(validator.iter_errors(document), key=lambda error: error.json_path)
    said[path] = [f"{error.json_path}: {error.message}" for error in errors]
json.dump(said, sys.stdout)
