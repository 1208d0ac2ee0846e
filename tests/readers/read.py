"""Reads a project's artifacts as the tools around dbt do: read.py TARGET_FOLDER ARTIFACT...

Each artifact is validated against dbt-core's JSON schema of it and parsed by dbt-artifacts-parser as the version that it
says it is; the semantic manifest is parsed by dbt-semantic-interfaces and validated by metricflow. Every problem is a
line on standard output; the exit code is then 1.
"""
import json
import sys
from pathlib import Path

import jsonschema
from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.artifacts.schemas.freshness import FreshnessExecutionResultArtifact
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.run import RunResultsArtifact
from dbt_artifacts_parser.parsers.catalog.catalog_v1 import CatalogV1
from dbt_artifacts_parser.parsers.manifest.manifest_v12 import ManifestV12
from dbt_artifacts_parser.parsers.run_results.run_results_v6 import RunResultsV6
from dbt_artifacts_parser.parsers.sources.sources_v3 import SourcesV3
from dbt_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest as Published
from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator
from pydantic import ValidationError

READERS = {
    "manifest": (WritableManifest, ManifestV12),
    "run_results": (RunResultsArtifact, RunResultsV6),
    "catalog": (CatalogArtifact, CatalogV1),
    "sources": (FreshnessExecutionResultArtifact, SourcesV3),
}


def problems_of_schema(written, artifact):
    schema = written.json_schema()
    assert artifact["metadata"]["dbt_schema_version"] == schema["$id"], artifact["metadata"]["dbt_schema_version"]
    for error in jsonschema.Draft202012Validator(schema).iter_errors(artifact):
        best = jsonschema.exceptions.best_match([error])
        yield f"{'/'.join(map(str, best.absolute_path))}: {best.message[:400]}"


def problems_of_parser(reader, artifact):
    """A key that the parser does not know yet is no problem: dbt-core's schema, which lists every key, has admitted it."""
    try:
        reader(**artifact)
    except ValidationError as error:
        for problem in error.errors():
            if problem["type"] != "extra_forbidden":
                yield f"{'/'.join(map(str, problem['loc']))}: {problem['msg']}"


def problems_of_semantics(text):
    Published.parse_raw(text)
    manifest = PydanticSemanticManifest.parse_raw(text)
    if not (manifest.semantic_models or manifest.metrics):
        return  # metricflow wants some
    issues = SemanticManifestValidator[PydanticSemanticManifest]().validate_semantic_manifest(manifest)
    yield from (issue.message for issue in issues.errors)


def main():
    folder, failed = Path(sys.argv[1]), False
    for name in sys.argv[2:]:
        text = (folder / f"{name}.json").read_text(encoding="utf-8")
        if name == "semantic_manifest":
            problems = list(problems_of_semantics(text))
        else:
            artifact = json.loads(text)
            written, reader = READERS[name]
            problems = [*problems_of_schema(written, artifact), *problems_of_parser(reader, artifact)]
        for problem in problems:
            failed = True
            print(f"{name}: {problem}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
