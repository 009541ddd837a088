"""The declared system as a differentiable program (JAX, 64-bit floats)."""

import jax

from counterstream.dynamics.memory import keep_freed_memory

# Stocks of millions and claims about single persons meet in one likelihood: 32 bits do not do.
jax.config.update("jax_enable_x64", True)
# Runs are evaluated from several threads at once; asynchronous dispatch would put them in one queue.
jax.config.update("jax_cpu_enable_async_dispatch", False)
keep_freed_memory()
