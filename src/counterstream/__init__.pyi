from counterstream.errors import CounterstreamError as CounterstreamError
from counterstream.errors import Problem as Problem
from counterstream.system.system import System as System

__version__: str
