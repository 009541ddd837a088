"""Scalar graphs as machine code: every operation on a few draws at once (LLVM, by llvmlite)."""

from __future__ import annotations

import ctypes
import math
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import llvmlite.binding as llvm

from counterstream.dynamics.scalars import COMPARISONS, Graph

#: Draws that one operation works on: two registers of most processors, so that one can wait while the other works.
WIDTH = 8

_PLAIN = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
_TESTS = {"gt": "ogt", "lt": "olt"}
_VECTOR = f"<{WIDTH} x double>"
_BITS = f"<{WIDTH} x i64>"
_TRUTH = f"<{WIDTH} x i1>"


@dataclass
class Code:
    """Lines of one function in LLVM's language; values are numbered as they come."""

    lines: list[str] = field(default_factory=list[str])
    count: int = 0

    def put(self, text: str) -> str:
        """Add an instruction that gives a value and return the value's name."""
        self.count += 1
        name = f"%v{self.count}"
        self.lines.append(f"  {name} = {text}")
        return name

    def do(self, text: str) -> None:
        """Add an instruction that gives nothing, or a label."""
        self.lines.append(text if text.endswith(":") else f"  {text}")

    def load(self, base: str, row: str) -> str:
        """Return the draws' values in a row of an array."""
        return self.put(f"load {_VECTOR}, ptr {self._at(base, row)}, align 8")

    def store(self, value: str, base: str, row: str) -> None:
        """Write the draws' values into a row of an array."""
        self.do(f"store {_VECTOR} {value}, ptr {self._at(base, row)}, align 8")

    def spread(self, base: str, place: str) -> str:
        """Return one number of an array for all draws."""
        pointer = self.put(f"getelementptr double, ptr {base}, i64 {place}")
        number = self.put(f"load double, ptr {pointer}, align 8")
        first = self.put(f"insertelement {_VECTOR} poison, double {number}, i64 0")
        return self.put(f"shufflevector {_VECTOR} {first}, {_VECTOR} poison, <{WIDTH} x i32> zeroinitializer")

    def row(self, step: str, per_step: int, index: int) -> str:
        """Return the row number ``step * per_step + index``."""
        return self.put(f"add i64 {self.put(f'mul i64 {step}, {per_step}')}, {index}")

    def _at(self, base: str, row: str) -> str:
        return self.put(f"getelementptr {_VECTOR}, ptr {base}, i64 {row}")

    def two(self, operation: str, a: str, b: str) -> str:
        """Return an operation on two vectors of numbers."""
        return self.put(f"{operation} contract {_VECTOR} {a}, {b}")

    def fused(self, a: str, b: str, c: str) -> str:
        """Return ``a * b + c``, rounded once."""
        arguments = ", ".join(f"{_VECTOR} {x}" for x in (a, b, c))
        return self.put(f"call {_VECTOR} @llvm.fma.v{WIDTH}f64({arguments})")

    def polynomial(self, x: str, coefficients: Sequence[float]) -> str:
        """Return a polynomial by Horner's rule, highest coefficient first."""
        total = number(coefficients[0])
        for coefficient in coefficients[1:]:
            total = self.fused(total, x, number(coefficient))
        return total

    def bits(self, operation: str, a: str, whole: int) -> str:
        """Return an operation of a vector of whole numbers with one number."""
        return self.put(f"{operation} {_BITS} {a}, {_whole(whole)}")

    def choose(self, test: str, yes: str, no: str) -> str:
        """Return one of two vectors draw by draw."""
        return self.put(f"select {_TRUTH} {test}, {_VECTOR} {yes}, {_VECTOR} {no}")

    def compare(self, test: str, a: str, b: str) -> str:
        """Return a comparison of two vectors."""
        return self.put(f"fcmp {test} {_VECTOR} {a}, {b}")


def number(value: float) -> str:
    """Return a number for all draws, in LLVM's language."""
    (bits,) = struct.unpack("<Q", struct.pack("<d", value))
    return "<" + ", ".join([f"double 0x{bits:016X}"] * WIDTH) + ">"


def _whole(value: int) -> str:
    return "<" + ", ".join([f"i64 {value}"] * WIDTH) + ">"


def _power_parts(code: Code, x: str) -> tuple[str, str]:
    """Return ``s`` and ``q`` with ``exp(x) = s + s q`` and s a power of 2 (Cody and Waite 1980, chapter 6)."""
    x = code.choose(code.compare("ogt", x, number(709.0)), number(709.0), x)
    x = code.choose(code.compare("olt", x, number(-708.0)), number(-708.0), x)
    # Adding 1.5 * 2**52 rounds to a whole number, which then stands in the lowest bits.
    shifter = number(6755399441055744.0)
    shifted = code.fused(x, number(1.0 / math.log(2.0)), shifter)
    turns = code.two("fsub", shifted, shifter)
    rest = code.fused(turns, number(-6.93147180369123816490e-01), x)
    rest = code.fused(turns, number(-1.90821492927058770002e-10), rest)
    tail = code.polynomial(rest, [1.0 / math.factorial(k) for k in range(13, 1, -1)])
    q = code.fused(code.two("fmul", rest, rest), tail, rest)
    raised = code.bits("shl", code.put(f"bitcast {_VECTOR} {shifted} to {_BITS}"), 52)
    return code.put(f"bitcast {_BITS} {code.bits('add', raised, 1023 << 52)} to {_VECTOR}"), q


def _exp(code: Code, x: str) -> str:
    scale, q = _power_parts(code, x)
    return code.fused(scale, q, scale)


def _expm1(code: Code, x: str) -> str:
    scale, q = _power_parts(code, x)
    return code.fused(scale, q, code.two("fsub", scale, number(1.0)))


#: Minimax coefficients of log((1 + s) / (1 - s)) in s**2, of fdlibm (Sun Microsystems 1993), lowest first.
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)


def _log(code: Code, x: str) -> str:
    """Return the logarithm of normal numbers above 0; minus infinity at 0 and NaN below."""
    bits = code.put(f"bitcast {_VECTOR} {x} to {_BITS}")
    # The exponent from the root of 1/2 on, so that the mantissa lies about 1.
    shifted = code.bits("sub", bits, 0x3FE6A09E00000000)
    exponent = code.bits("and", shifted, -(1 << 52))
    mantissa = code.put(f"bitcast {_BITS} {code.put(f'sub {_BITS} {bits}, {exponent}')} to {_VECTOR}")
    biased = code.bits("lshr", code.bits("add", shifted, 1023 << 52), 52)
    whole = code.put(f"bitcast {_BITS} {code.bits('or', biased, 0x4330000000000000)} to {_VECTOR}")
    k = code.two("fsub", whole, number(4503599627370496.0 + 1023.0))
    f = code.two("fsub", mantissa, number(1.0))
    s = code.two("fdiv", f, code.two("fadd", f, number(2.0)))
    z = code.two("fmul", s, s)
    series = code.two("fmul", z, code.polynomial(z, _LOG[::-1]))
    half = code.two("fmul", number(0.5), code.two("fmul", f, f))
    small = code.fused(k, number(1.90821492927058770002e-10), code.two("fmul", s, code.two("fadd", half, series)))
    inner = code.two("fsub", code.two("fsub", half, small), f)
    value = code.two("fsub", code.two("fmul", k, number(6.93147180369123816490e-01)), inner)
    value = code.choose(code.compare("oeq", x, number(0.0)), number(-math.inf), value)
    return code.choose(code.compare("oge", x, number(0.0)), value, number(math.nan))


def _log1p(code: Code, x: str) -> str:
    """Return ``log(1 + x)``; the rounding of ``1 + x`` is made good to first order."""
    u = code.two("fadd", x, number(1.0))
    lost = code.two("fsub", x, code.two("fsub", u, number(1.0)))
    return code.two("fadd", _log(code, u), code.two("fdiv", lost, u))


def _logistic(code: Code, x: str) -> str:
    return code.two("fdiv", number(1.0), code.two("fadd", number(1.0), _exp(code, code.put(f"fneg {_VECTOR} {x}"))))


_FUNCTIONS: dict[str, Callable[[Code, str], str]] = {
    "exp": _exp,
    "expm1": _expm1,
    "log": _log,
    "log1p": _log1p,
    "logistic": _logistic,
}


def write_functions() -> str:
    """Return the definitions of the elementary functions."""
    parts = [f"declare {_VECTOR} @llvm.fma.v{WIDTH}f64({_VECTOR}, {_VECTOR}, {_VECTOR})"]
    for name, write in _FUNCTIONS.items():
        code = Code()
        code.do(f"ret {_VECTOR} {write(code, '%x')}")
        parts.append(f"define internal {_VECTOR} @cs_{name}({_VECTOR} %x) {{")
        parts.extend((*code.lines, "}"))
    return "\n".join(parts)


def write_nodes(code: Code, graph: Graph, nodes: Iterable[int], held: dict[int, str]) -> None:
    """Add the operations of some nodes, in order; ``held`` maps nodes to values and grows."""
    for node in nodes:
        if node not in held:
            held[node] = _write_node(code, graph, node, held)


def _write_node(code: Code, graph: Graph, node: int, held: dict[int, str]) -> str:
    operation = graph.operation[node]
    if operation == "known":
        return number(graph.value[node])
    arguments = [held[a] for a in graph.arguments[node]]
    if operation in _PLAIN:
        return code.two(_PLAIN[operation], *arguments)
    if operation in _FUNCTIONS:
        return code.put(f"call {_VECTOR} @cs_{operation}({_VECTOR} {arguments[0]})")
    if operation == "neg":
        return code.put(f"fneg {_VECTOR} {arguments[0]}")
    if operation in COMPARISONS:
        return code.compare(_TESTS[operation], *arguments)
    if operation in ("max", "min"):
        return code.choose(code.compare("ogt" if operation == "max" else "olt", *arguments), *arguments)
    return code.choose(*arguments)


class Machine:
    """Compiled functions; each takes whole numbers and pointers and lets other threads run meanwhile."""

    def __init__(self, source: str) -> None:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        module = llvm.parse_assembly(source)
        module.verify()
        features = llvm.get_host_cpu_features().flatten()
        target = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=features, opt=2
        )
        tuning = llvm.create_pipeline_tuning_options(speed_level=2)
        builder = llvm.create_pass_builder(target, tuning)
        builder.getModulePassManager().run(module, builder)
        self._engine = llvm.create_mcjit_compiler(module, target)
        self._engine.finalize_object()

    def function(self, name: str, n_pointers: int) -> Any:
        """Return a function that takes a number of steps and pointers to arrays."""
        address = self._engine.get_function_address(name)
        return ctypes.CFUNCTYPE(None, ctypes.c_int64, *([ctypes.c_void_p] * n_pointers))(address)
