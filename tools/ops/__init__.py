"""What ops run against one installation: dead letters, doctor, smoke test, restore, index.

``python -m tools.ops --help``, or the targets of the Makefile. ``--stack`` names a CloudFormation
stack of the AWS account that the environment's credentials are for; without it the embedded stack
that ``make up`` left running is meant. The exit code is 0 when all is well or done, 1 when it is
not, and 2 for a command that is none.
"""
