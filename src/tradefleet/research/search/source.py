"""The text of a constraint: its syntax tree, and errors that name the place in it."""

from __future__ import annotations

import ast
import warnings

from tradefleet.market.errors import ParameterError

MOST_CHARACTERS = 1000
MOST_NESTING = 60
CURE = "write comparisons of parameters, such as fast < slow and 5 <= fast"


class Source:
    """An expression of Python, parsed and not run; raises ParameterError for text that is none, or is too long or deep.

    >>> Source("fast < slow").tree
    <ast.Compare object at ...>
    """

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.strip().splitlines())
        self.tree = self._parsed()

    def of(self, node: ast.expr) -> str:
        """The part of the text that a node stands for."""
        return ast.get_source_segment(self.text, node) or ""

    def error(self, node: ast.expr, message: str, cure: str = CURE) -> ParameterError:
        """The error of a node."""
        # Columns of the syntax tree count bytes.
        before = self.text.encode()[: node.col_offset].decode()
        return self._error(message, len(before), cure)

    def _error(self, message: str, place: int, cure: str) -> ParameterError:
        return ParameterError(message, where=f"the constraint {self.text!r} at character {place + 1}", cure=cure)

    def _parsed(self) -> ast.expr:
        if len(self.text) > MOST_CHARACTERS:
            raise ParameterError(
                f"the constraint has {len(self.text):,} characters", cure=f"write at most {MOST_CHARACTERS:,}"
            )
        if not self.text:
            raise ParameterError("the constraint is empty", cure=CURE)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            place = len(self.text) if not error.offset else error.offset - 1
            cure = "write == to compare" if self.text[place : place + 1] == "=" else CURE
            raise self._error(f"this is no expression: {error.msg}", place, cure) from None
        except (ValueError, RecursionError, MemoryError):
            raise self._error("this is no expression", 0, CURE) from None
        self._check_nesting(tree)
        return tree

    def _check_nesting(self, tree: ast.expr) -> None:
        level: list[ast.AST] = [tree]
        for _ in range(MOST_NESTING):
            level = [child for node in level for child in ast.iter_child_nodes(node)]
            if not level:
                return
        raise self._error("the constraint nests too deep", 0, "write several, each on its own")
