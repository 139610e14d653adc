"""Every AWS call of the hub's code in this process, in order, and where the process dies."""

from __future__ import annotations

import json


class Killed(BaseException):
    """The process is gone: no handler of an error runs."""


class Wire:
    """Every AWS call of the hub's handlers, in order, and where the process is killed."""

    def __init__(self, session):
        self.calls = []
        self.started = []
        self.kill = None
        self.after_call = {}
        session.events.register("before-call", self._before)
        session.events.register("after-call", self._after)

    def forget(self):
        """Begin as if nothing had been called."""
        self.calls.clear()
        self.started.clear()
        self.after_call.clear()
        self.kill = None

    def _before(self, model, params, **_):
        name = f"{model.service_model.service_name}:{model.name}"
        if self.kill == ("before", len(self.calls)):
            raise Killed(name)
        self.calls.append(name)
        if model.name == "StartExecution":
            self.started.append(json.loads(json.loads(params["body"])["input"]))

    def _after(self, model, **_):
        if self.kill == ("after", len(self.calls) - 1):
            raise Killed(self.calls[-1])
        # Somebody else acts right after a call of ours, once.
        act = self.after_call.pop(model.name, None)
        if act is not None:
            act()

    def watch(self):
        """Start to count anew; gives the live list."""
        self.calls.clear()
        return self.calls
