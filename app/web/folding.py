"""What a template says alike on every page of a language is said once, when it is compiled.

`_('Saldo')`, `icon('home')` and `asset('app.css')` with nothing but literals are as good as text, and Jinja joins text
to its neighbours: a page is left with the few places that differ from visitor to visitor. So each language has
templates of its own. What is called with values, or by a name known only on the page, is called there as ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, _escape_inner, escape

_FIELD = re.compile(r"%\((\w+)\)s")
Say = Callable[[str], Markup]  # a message in the language of the templates, unfilled


def shown(value: Any) -> str:
    """A value as text of a page: escaped, unless it is markup. What `escape` does, without wrapping each in `Markup`:
    a page shows hundreds, and joins them."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    return value if kind is Markup else escape(value)


class _Writer(CodeGenerator):
    """Writes templates that show their values by `shown`."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class _Template(Template):
    def _get_default_module(self, ctx: Any = None) -> Any:
        """What is imported, without comparing the names known to both: all templates here know the same ones."""
        return super()._get_default_module()


class FoldingEnvironment(Environment):
    """The application's environment; `speaking` gives those whose templates are in one language."""

    template_class = _Template
    code_generator_class = _Writer
    shown = staticmethod(shown)
    _say: Say | None = None
    _pure: Mapping[str, Callable[..., Markup | str]]

    def speaking(self, say: Say, pure: Mapping[str, Callable[..., Markup | str]]) -> FoldingEnvironment:
        """An environment that shares all but its compiled templates. `pure` are globals whose answer to literals is
        the same for good."""
        made = self.overlay()
        made._say, made._pure = say, pure
        return made

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        found = super()._parse(source, name, filename)
        if self._say is not None:
            escapes = self.autoescape(name) if callable(self.autoescape) else self.autoescape
            found = _Fold(self._say, self._pure, escapes).visit(found)
        return found


class _Fold(NodeTransformer):
    def __init__(self, say: Say, pure: Mapping[str, Callable[..., Any]], escapes: bool) -> None:
        self.say, self.pure, self.escapes = say, pure, escapes

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 – named by Jinja
        self.generic_visit(node)
        literals = _literals(node)
        if literals is None or not isinstance(node.node, nodes.Name):
            return node
        if node.node.name in self.pure and not node.kwargs:
            return nodes.Const(self.pure[node.node.name](*literals), lineno=node.lineno)
        if node.node.name != "_" or len(literals) != 1:
            return node
        said = self.say(literals[0])
        if node.kwargs:
            pairs = [nodes.Pair(nodes.Const(each.key), each.value) for each in node.kwargs]
            return nodes.Mod(nodes.Const(said), nodes.Dict(pairs), lineno=node.lineno)
        return nodes.Const(said % {} if "%" in said else said, lineno=node.lineno)

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        parts: list[nodes.Expr] = []
        for part in node.nodes:
            parts += (self.escapes and _filled(part)) or [part]
        node.nodes = parts
        return node


def _literals(call: nodes.Call) -> list[Any] | None:
    """The values of a call's arguments by place; None if one is known only on the page."""
    if call.dyn_args is not None or call.dyn_kwargs is not None:
        return None
    if not all(isinstance(arg, nodes.Const) for arg in call.args):
        return None
    return [arg.value for arg in call.args if isinstance(arg, nodes.Const)]


def _filled(part: nodes.Expr) -> list[nodes.Expr] | None:
    """A message with values as text and values side by side, which are escaped just as well when they are shown."""
    if not (isinstance(part, nodes.Mod) and isinstance(part.left, nodes.Const) and isinstance(part.right, nodes.Dict)):
        return None
    values = {pair.key.value: pair.value for pair in part.right.items if isinstance(pair.key, nodes.Const)}
    said = _FIELD.split(str(part.left.value))
    if any("%" in text for text in said[::2]) or not values.keys() >= set(said[1::2]):
        return None
    return [values[each] if at % 2 else nodes.Const(Markup(each)) for at, each in enumerate(said)]
