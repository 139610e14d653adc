"""Turns a SAM template with local paths into one that CloudFormation can deploy.

What ``sam package`` does: code directories become zips in S3, nested templates become uploaded
templates, state machine files become inline definitions.
"""

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

Node = dict[str, Any]
Upload = Callable[[str, bytes], str]

# The packages that a function runs with; a template that names the repository's root means these.
CODE_PACKAGES = ("functions", "connectors", "shared")
_SAM = "AWS::Serverless-2016-10-31"
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: equal content, equal bytes
_SKIPPED = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
_CODE = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}
_NESTED = {
    "AWS::Serverless::Application": "Location",
    "AWS::CloudFormation::Stack": "TemplateURL",
}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short function forms (!Ref, !Sub, !GetAtt and the others)."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> Node:
    value: Any = None
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _function)
# CloudFormation reads dates (a policy's Version) as text.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path: Path) -> Node:
    """Parse a template or state machine file; short forms become their long ones."""
    document: Node = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506 (a SafeLoader)
    return document


class Packager:
    """Packages one template tree; equal code is zipped and uploaded once.

    ``upload`` stores bytes under a key and returns the URL that CloudFormation reads.
    ``region`` is where the stack is deployed. ``root`` is the repository: a code path equal to it
    stands for :data:`CODE_PACKAGES`.
    """

    def __init__(self, root: Path, region: str, upload: Upload) -> None:
        self._root = root.resolve()
        self._region = region
        self._upload = upload
        self._uploaded: dict[Path, str] = {}

    def package(self, path: Path) -> Node:
        """The template at ``path`` with every local path replaced and SAM's resources expanded."""
        template = load(path)
        base = path.resolve().parent
        self._globals(template, base)
        for resource in template.get("Resources", {}).values():
            self._resource(resource, base)
        return _expand(template, self._region)

    def _globals(self, template: Node, base: Path) -> None:
        defaults = template.get("Globals", {}).get("Function", {})
        if "CodeUri" in defaults:
            defaults["CodeUri"] = self._code(base, defaults["CodeUri"])

    def _resource(self, resource: Node, base: Path) -> None:
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind in _CODE and _is_local(properties.get(_CODE[kind])):
            properties[_CODE[kind]] = self._code(base, properties[_CODE[kind]])
        elif kind == "AWS::Lambda::Function" and _is_local(properties.get("Code")):
            bucket, _, key = self._code(base, properties["Code"])[len("s3://") :].partition("/")
            properties["Code"] = {"S3Bucket": bucket, "S3Key": key}
        elif kind in _NESTED and _is_local(properties.get(_NESTED[kind])):
            nested = self.package(base / properties[_NESTED[kind]])
            properties[_NESTED[kind]] = self._template(nested)
        elif kind == "AWS::Serverless::StateMachine" and _is_local(properties.get("DefinitionUri")):
            properties["Definition"] = load(base / properties.pop("DefinitionUri"))
        elif kind == "AWS::StepFunctions::StateMachine" and _is_local(
            properties.get("DefinitionS3Location")
        ):
            definition = load(base / properties.pop("DefinitionS3Location"))
            properties["DefinitionString"] = json.dumps(definition)

    def _code(self, base: Path, location: str) -> str:
        directory = (base / location).resolve()
        if directory not in self._uploaded:
            parts = CODE_PACKAGES if directory == self._root else (".",)
            data = archive(directory, parts)
            name = f"{hashlib.sha256(data).hexdigest()}.zip"
            url = self._upload(name, data)
            self._uploaded[directory] = f"s3://{url.rpartition('/')[0].rpartition('/')[2]}/{name}"
        return self._uploaded[directory]

    def _template(self, template: Node) -> str:
        data = json.dumps(template).encode()
        return self._upload(f"{hashlib.sha256(data).hexdigest()}.template", data)


def archive(directory: Path, parts: tuple[str, ...] = (".",)) -> bytes:
    """Zip ``parts`` of ``directory``; equal content gives equal bytes."""
    files = sorted(
        file
        for part in parts
        for file in (directory / part).rglob("*")
        if file.is_file() and not _SKIPPED.intersection(file.parts) and file.suffix != ".pyc"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for file in files:
            info = zipfile.ZipInfo(str(file.relative_to(directory)), _TIME)
            info.external_attr = 0o644 << 16
            target.writestr(info, file.read_bytes())
    return buffer.getvalue()


def _expand(template: Node, region: str) -> Node:
    """Apply the SAM transform here: the emulator does it for outer templates only."""
    if template.get("Transform") != _SAM:
        return template
    logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)  # it publishes none
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    expanded: Node = translator.translate(template, parameter_values={})
    expanded.pop("Transform", None)
    return expanded


def _is_local(value: object) -> bool:
    return isinstance(value, str) and not value.startswith(("s3://", "http://", "https://"))
