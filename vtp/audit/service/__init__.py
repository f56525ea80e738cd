"""The record of what was done: writing it down, sealing it, looking whether it holds."""

from vtp.audit.service.recording import Audit, SecretInRecord

__all__ = ["Audit", "SecretInRecord"]
