#!/usr/bin/env python3
"""Checks that the API's description is valid OpenAPI and that the API's answers fit it.

Takes the built `dump_api`, or a JSON file that it printed. Exits with 1 if a check fails. Needs PyPI's
openapi-spec-validator, which brings jsonschema; last run against version 0.9.0.
"""

import json
import re
import subprocess
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator


def read_dump(path: str) -> dict:
    if path.endswith(".json"):
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    return json.loads(subprocess.run([path], check=True, capture_output=True, text=True).stdout)


def faults_of_value(value, schema: dict, document: dict, where: str) -> list[str]:
    """Faults of `value` against `schema`, whose references point into `document`."""
    validator = Draft202012Validator(
        {**schema, "components": document["components"]}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{where}: {error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def faults_of_answer(answer: dict, document: dict) -> list[str]:
    where = f"{answer['method']} {answer['path']} -> {answer['status']}"
    responses = document["paths"][answer["path"]][answer["method"].lower()]["responses"]
    response = responses.get(str(answer["status"]))
    if response is None:
        if answer["status"] < 400:
            return [f"{where}: this status is not described"]
        response = responses["default"]
    content = response["content"].get(answer["content_type"])
    if content is None:
        return [f"{where}: content type {answer['content_type']} is not described"]
    if answer["content_type"] != "application/json":
        return []
    return faults_of_value(json.loads(answer["body"]), content["schema"], document, where)


def faults_of_parameters(answer: dict) -> list[str]:
    """Every strategy's parameters fit the schema that the answer itself gives for them."""
    if answer["path"] != "/v1/strategies" or answer["status"] != 200:
        return []
    faults = []
    for strategy in json.loads(answer["body"])["strategies"]:
        schema = strategy["parameter_schema"]
        Draft202012Validator.check_schema(schema)
        errors = Draft202012Validator(schema).iter_errors(strategy["parameters"])
        faults += [f"strategy {strategy['id']}: {error.message}" for error in errors]
        if set(schema["properties"]) != set(strategy["parameters"]):
            faults.append(f"strategy {strategy['id']}: parameters and schema differ in names")
    return faults


def schema_of_parameter(probe: dict, document: dict) -> dict:
    operation = document["paths"][probe["path"]][probe["method"].lower()]
    if probe["in"] == "body":
        return operation["requestBody"]["content"]["application/json"]["schema"]["properties"][probe["name"]]
    return next(p["schema"] for p in operation["parameters"] if p["name"] == probe["name"] and p["in"] == probe["in"])


def faults_of_probe(probe: dict, document: dict) -> list[str]:
    """What the description forbids, the router refuses. In path and query a number is its digits."""
    schema = schema_of_parameter(probe, document)
    value = probe["value"]
    if schema["type"] == "integer" and probe["in"] != "body" and re.fullmatch("-?[0-9]+", value):
        value = int(value)
    forbidden = not Draft202012Validator(schema).is_valid(value) or (isinstance(value, str) and value.endswith("\n"))
    # An empty segment makes another path.
    if not forbidden or probe["status"] == 400 or (probe["in"] == "path" and value == "" and probe["status"] == 404):
        return []
    return [f"{probe['method']} {probe['path']} {probe['name']}={probe['value']!r}: {probe['status']}, not 400"]


def faults_of_bounds(document: dict) -> list[str]:
    """Every parameter has a range, a pattern with lengths, or a list of its values."""
    faults = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            schemas = {parameter["name"]: parameter["schema"] for parameter in operation["parameters"]}
            if body := operation.get("requestBody"):
                schemas |= body["content"]["application/json"]["schema"]["properties"]
            for name, schema in schemas.items():
                needed = {"integer": {"minimum", "maximum"}, "boolean": set()}.get(
                    schema["type"], {"enum"} if "enum" in schema else {"pattern", "minLength", "maxLength"})
                if missing := needed - set(schema):
                    faults.append(f"{method} {path}: {name} has no {', '.join(sorted(missing))}")
    return faults


def main() -> int:
    dump = read_dump(sys.argv[1])
    document = dump["openapi"]
    faults = [f"description: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
    for answer in dump["answers"]:
        faults += faults_of_answer(answer, document) + faults_of_parameters(answer)
    faults += faults_of_bounds(document)
    for probe in dump["probes"]:
        faults += faults_of_probe(probe, document)
    message = {"$ref": "#/components/schemas/StreamMessage"}
    for number, each in enumerate(dump["messages"]):
        faults += faults_of_value(each, message, document, f"message {number}")
    asked = {(answer["method"].lower(), answer["path"]) for answer in dump["answers"]}
    described = {(method, path) for path, operations in document["paths"].items() for method in operations}
    faults += [f"{method} {path}: never asked" for method, path in sorted(described - asked)]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"openapi: {len(described)} routes, {len(dump['answers'])} answers, {len(dump['messages'])} messages, {len(dump['probes'])} probes, "
          f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
