"""What an administrator sets: the only reader of the environment, logs, server settings, the local servers of ./run."""
