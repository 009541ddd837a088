from counterstream.case import Case as Case
from counterstream.case import load_case as load_case
from counterstream.errors import CounterstreamError as CounterstreamError
from counterstream.errors import Problem as Problem
from counterstream.evidence.answering import answer_claims as answer_claims
from counterstream.evidence.conflicts import find_conflicts as find_conflicts
from counterstream.evidence.ledger import Ledger as Ledger
from counterstream.evidence.ledger import read_ledger as read_ledger
from counterstream.infer.fit import Fit as Fit
from counterstream.infer.fit import FitSettings as FitSettings
from counterstream.infer.fit import fit_system as fit_system
from counterstream.spec import check_system as check_system
from counterstream.spec import parse_system as parse_system
from counterstream.spec import read_system as read_system
from counterstream.spec import write_system as write_system
from counterstream.system.system import System as System
from counterstream.workflow.run import RunSettings as RunSettings
from counterstream.workflow.run import fit_case as fit_case
from counterstream.workflow.run import run_case as run_case
from counterstream.workflow.simulate import simulate_case as simulate_case
from counterstream.workflow.validate import ValidationSettings as ValidationSettings
from counterstream.workflow.validate import validate_case as validate_case
from counterstream.workflow.validation import Validation as Validation

__version__: str
