"""The init methods that exist, read from their source files without importing torch."""

import ast
import keyword
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from inspect import Parameter
from pathlib import Path
from typing import Any, TypeVar

from initbench.discovery import PACKAGE, modules
from initbench.errors import InitbenchError, unknown
from initbench.import_closure import check_syntax, parsed
from initbench.values import check_value

FOLDERS = "INITBENCH_METHODS"  # names the folders of the user's own methods to the jobs
TEXTS = {"name", "title", "formula", "source", "applies_to", "note", "use"}
PAPER = {"author", "title", "year"}
FLAGS = {"deterministic", "calibrated"}
FIELDS: dict[str, type] = {
    **dict.fromkeys(TEXTS, str),
    **dict.fromkeys(("paper", "example"), dict),
    **dict.fromkeys(FLAGS, bool),
}

Kind = TypeVar("Kind", bound=ast.stmt)


@dataclass(frozen=True)
class Source:
    """What a method's file says: the fields of its card but for the law, and its parameters."""

    card: Mapping[str, Any]
    arguments: Mapping[str, ast.arg]
    parameters: Mapping[str, object]


def look_in(folder: str | None) -> None:
    """Find methods in `folder` too, here and in child processes; InitbenchError if it is none."""
    if folder is None:
        return
    if not Path(folder).is_dir():
        raise InitbenchError(
            f"`methods` of config.yaml is '{folder}', which is no folder; name the folder that "
            "holds your methods, each a .py and a .smk file."
        )
    own = [*map(str, _own_folders()), str(Path(folder).resolve())]
    os.environ[FOLDERS] = "\n".join(dict.fromkeys(own))


def _own_folders() -> list[Path]:
    """Return the folders that hold methods of the user's own."""
    return [*map(Path, os.environ.get(FOLDERS, "").splitlines())]


def names() -> list[str]:
    """Return the names of all methods, sorted.

    Among other files of the user's, a method is known by the rule file beside it.
    """
    rules = [rule for folder in _own_folders() for rule in folder.glob("[!_]*.smk")]
    own = {rule.stem for rule in rules if rule.with_suffix(".py").is_file()}
    return sorted({*modules("inits"), *own})


def source_file(name: str) -> Path:
    """Return the file of the method `name`; InitbenchError unless there is one and no other."""
    own = [folder / f"{name}.py" for folder in _own_folders() if not name.startswith("_")]
    files = [file for file in (modules("inits").get(name), *own) if file and file.is_file()]
    if not files:
        raise unknown("init method", name, names())
    if len(files) > 1:
        raise InitbenchError(
            f"The init method '{name}' is both in '{files[0]}' and in '{files[1]}'; rename yours."
        )
    return files[0]


def is_own(name: str) -> bool:
    """Tell whether the method `name` is one of the user's own, outside of the package."""
    return source_file(name).parent in _own_folders()


def parameters(name: str) -> dict[str, object]:
    """Return the parameters of `name` with their defaults.

    A parameter without default, which must be given, has the value `inspect.Parameter.empty`.
    """
    return dict(_source(source_file(name)).parameters)


def card(name: str) -> dict[str, Any]:
    """Return the fields of the method's `METHOD` as written in its file, but for its law."""
    return dict(_source(source_file(name)).card)


def check(name: str, given: Mapping[str, object]) -> None:
    """Raise InitbenchError if `name` is no method, or if it cannot run with the `given` values."""
    source = _source(source_file(name))
    for parameter in given:
        if parameter not in source.arguments:
            raise unknown(f"parameter of the init method '{name}'", parameter, source.arguments)
    for parameter, default in source.parameters.items():
        if default is Parameter.empty and parameter not in given:
            raise InitbenchError(
                f"The init method '{name}' has no value for its parameter '{parameter}', which "
                f"has no default; give one."
            )
    for parameter, argument in source.arguments.items():
        if parameter in given:
            check_value(f"init method '{name}'", argument, given[parameter])


def check_all() -> None:
    """Raise InitbenchError if a method's file, used or not, could not run; imports none of them."""
    for name in names():
        _source(source_file(name))


@cache
def _source(file: Path) -> Source:
    """Return what the `file` of a method says; raises InitbenchError where it breaks the form."""
    if not file.stem.isidentifier() or keyword.iskeyword(file.stem):
        raise _refusal(file, "has a name that no module can have; rename it")
    check_syntax(file)  # and not only that it can be parsed: a `return` outside of functions
    tree = parsed(file)
    _check_imports(file, tree)
    card = _card(file, tree)
    function = _only(file, tree, "initialize", ast.FunctionDef, "a function `initialize`")
    _check_positional(file, function, bool(card.get("calibrated")))
    source = Source(card, *_keywords(file, function))
    _check_values(file, source)
    return source


def _refusal(file: Path, what: str, line: int | None = None) -> InitbenchError:
    place = f", line {line}," if line else ""
    return InitbenchError(f"The init method's file {file.name}{place} {what}.")


def _check_imports(file: Path, tree: ast.Module) -> None:
    """Refuse an import at the top level of what is not there; torch is looked up, not imported."""
    for node in tree.body:
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        for module in modules:
            if not _is_there(module):
                what = f"imports '{module}', which is not there; correct the name or install it"
                raise _refusal(file, what, node.lineno)


@cache
def _is_there(module: str) -> bool:
    top, _, inner = module.partition(".")
    if top != PACKAGE.name or not inner:
        return bool(top) and find_spec(top) is not None
    path = PACKAGE / inner.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def _bindings(tree: ast.Module, name: str) -> Iterator[ast.stmt]:
    """Yield the statements at the top level that give `name` a value."""
    for node in tree.body:
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        named = {getattr(node, "name", None), *(getattr(target, "id", None) for target in targets)}
        for alias in getattr(node, "names", []):
            named.add(getattr(alias, "asname", None) or getattr(alias, "name", None))
        if name in named:
            yield node


def _only(file: Path, tree: ast.Module, name: str, kind: type[Kind], wanted: str) -> Kind:
    """Return the only statement that binds `name`, which must be of one `kind`."""
    found = list(_bindings(tree, name))
    if not found:
        raise _refusal(file, f"has no `{name}` at its top level; write {wanted} there")
    if len(found) > 1 or not isinstance(found[0], kind):
        raise _refusal(file, f"must have `{name}` once, as {wanted}; correct it", found[-1].lineno)
    return found[0]


def _card(file: Path, tree: ast.Module) -> dict[str, Any]:
    wanted = "`METHOD = Method(name=..., ...)`"
    value = _only(file, tree, "METHOD", ast.Assign, wanted).value
    if not isinstance(value, ast.Call) or ast.unparse(value.func) != "Method" or value.args:
        raise _refusal(file, f"must give METHOD its fields by name, as {wanted}", value.lineno)
    fields = {str(field.arg): field.value for field in value.keywords if field.arg != "law"}
    card: dict[str, Any] = {
        key: _literal(file, f"the field {key} of METHOD", fields[key]) for key in fields
    }
    for key in (*TEXTS, "paper"):
        if key not in card:
            raise _refusal(file, f"has no field `{key}` in its METHOD; add it", value.lineno)
    for key, content in card.items():
        kind = FIELDS.get(key)
        if kind is None or not isinstance(content, kind):
            expected = "is no field of METHOD" if kind is None else f"must be a {kind.__name__}"
            raise _refusal(file, f"has a field `{key}` that {expected}", fields[key].lineno)
    if missing := PAPER - set(card["paper"]):
        what = f"cites a paper without {', '.join(sorted(missing))}; add it"
        raise _refusal(file, what, fields["paper"].lineno)
    if card["name"] != file.stem:
        what = f"names its METHOD '{card['name']}'; use the name of the file, '{file.stem}'"
        raise _refusal(file, what, fields["name"].lineno)
    return card


def _literal(file: Path, what: str, node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        seen = ast.unparse(node)
        raise _refusal(
            file, f"computes {what}, {seen}; write its value, a literal", node.lineno
        ) from None


def _check_positional(file: Path, function: ast.FunctionDef, calibrated: bool) -> None:
    """Refuse any signature but (model, streams, *, ...), with `inputs` third if calibrated."""
    wanted = ["model", "streams", *(["inputs"] if calibrated else [])]
    taken = function.args
    found = [argument.arg for argument in (*taken.posonlyargs, *taken.args)]
    if found != wanted or taken.defaults or taken.vararg or taken.kwarg:
        raise _refusal(
            file,
            f"must define initialize({', '.join(wanted)}, *, ...) with each parameter by its name "
            f"after the star, not initialize({ast.unparse(taken)})",
            function.lineno,
        )


def _keywords(
    file: Path, function: ast.FunctionDef
) -> tuple[dict[str, ast.arg], dict[str, object]]:
    arguments = {argument.arg: argument for argument in function.args.kwonlyargs}
    values = {
        name: Parameter.empty
        if default is None
        else _literal(file, f"the default of the parameter {name}", default)
        for name, default in zip(arguments, function.args.kw_defaults, strict=True)
    }
    return arguments, values


def _check_values(file: Path, source: Source) -> None:
    """Refuse defaults and an example that the annotations do not admit, or that leave a gap."""
    example = source.card.get("example", {})
    required = {name for name, value in source.parameters.items() if value is Parameter.empty}
    if not required <= set(example) <= set(source.parameters):
        expected = f"a value for each of: {', '.join(sorted(required))}"
        raise _refusal(file, f"must give `example` in METHOD {expected or 'nothing'}")
    given = {**{k: v for k, v in source.parameters.items() if k not in required}, **example}
    for name, value in given.items():
        try:
            check_value(f"init method '{file.stem}'", source.arguments[name], value)
        except InitbenchError as error:
            line = source.arguments[name].lineno
            raise InitbenchError(f"In the file {file.name}, line {line}: {error}") from None
