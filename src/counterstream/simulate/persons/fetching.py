"""Asking for memory before it is needed (Numba).

Persons who move lie all over the memory.  Waiting for each of them in turn takes most of a step; what has
been asked for before is there when it is read.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def _write_fetch(_: Any, array: Any, index: Any) -> Any:
    """Ask for an element of an array in one dimension; nothing is read, so any index is allowed."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        held = context.make_array(kind)(context, builder, arguments[0])
        place = cgutils.get_item_pointer(context, builder, kind, held, [arguments[1]], wraparound=False)
        number, byte = ir.IntType(32), ir.IntType(8).as_pointer()
        form = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        prefetch = cgutils.get_or_insert_function(builder.module, form, "llvm.prefetch.p0")
        # To be read, soon and again, as data.
        builder.call(prefetch, [builder.bitcast(place, byte), number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), write


fetch: Any = intrinsic(_write_fetch)
