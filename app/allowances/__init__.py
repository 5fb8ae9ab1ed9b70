"""Housing allowances (dodatki mieszkaniowe): a decision is shown to the person that it was given to, to nobody else."""
